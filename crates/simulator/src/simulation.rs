//! A simulation from the first call to the summary.

mod runner;

use std::sync::Arc;
use std::time::Duration;

use aisle_model::StoreId;
use aisle_store_client::{AddressFault, AdminClient, CallFault, Delivery, Options, Rejection, Stopped, StoreClient};
use tokio::time::Instant;

use crate::office::{Office, patiently};
use crate::pace::Pace;
use crate::producers::Producers;
use crate::report::{Summary, TripReport};
use crate::scenario::{Limit, Scenario};
use crate::store_map::{MapFault, StoreMap};
use crate::walks::Floor;
use runner::Runner;

/// For what is undecided when a simulation ends or is stopped.
const LAST_DELIVERY: Duration = Duration::from_secs(5);
const DEFAULT_SOURCE: &str = "vision";

/// What to simulate, and where.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where the server answers.
    pub url: String,
    /// API key or application token; with the Development right if `speed` is not 1.
    pub admin_token: String,
    /// Store token.
    pub store_token: String,
    /// Which store.
    pub store: StoreId,
    /// How many parties come.
    pub limit: Limit,
    /// Of everything that is left to chance.
    pub seed: u64,
    /// Store seconds per second.
    pub speed: f64,
    /// What kind of day it is.
    pub scenario: Scenario,
}

/// What happens meanwhile.
#[derive(Debug)]
pub enum Progress {
    /// People begin to come.
    Started {
        /// How many parties, when that is known.
        parties: Option<u32>,
        /// Store seconds per second that were granted.
        speed: f64,
    },
    /// The store's clock could not be set, so the simulation runs in real time.
    RealTime(CallFault),
    /// A party is gone and its session was looked at.
    Trip(Box<TripReport>),
    /// The server did not take an event.
    Rejected(Rejection),
}

/// Why a simulation could not begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum SimulationFault {
    /// Address or token.
    #[error(transparent)]
    Address(#[from] AddressFault),
    /// A call failed for good.
    #[error(transparent)]
    Call(#[from] CallFault),
    /// The store's map.
    #[error(transparent)]
    Map(#[from] MapFault),
    /// Events are not taken any more.
    #[error("store events are refused: {0}")]
    Delivery(#[from] Stopped),
    /// A speed that means nothing.
    #[error("the speed must be above 0 and at most 1000")]
    Speed,
    /// A recording that cannot be replayed.
    #[error("line {line} of the recording: {reason}")]
    Recording {
        /// From 1.
        line: usize,
        /// In words.
        reason: String,
    },
}

/// A simulation that is ready to run.
#[derive(Debug)]
pub struct Simulation {
    plan: Plan,
    office: Office,
    client: StoreClient,
    delivery: Delivery,
}

impl Simulation {
    /// Refuses addresses, tokens and speeds that cannot be; speaks to nobody yet.
    pub fn new(plan: Plan) -> Result<Simulation, SimulationFault> {
        judge_speed(plan.speed)?;
        let office = Office::new(AdminClient::new(&plan.url, &plan.admin_token)?, plan.store);
        let options = Options { seed: plan.seed, ..Options::default() };
        let (client, delivery) = StoreClient::with(&plan.url, plan.store, &plan.store_token, options)?;
        Ok(Simulation { plan, office, client, delivery })
    }

    /// Runs until all parties are gone, or until `stop` is ready; then whoever is in the store stays there.
    pub async fn run(
        self,
        stop: impl Future<Output = ()>,
        mut on_progress: impl FnMut(Progress),
    ) -> Result<Summary, SimulationFault> {
        let Simulation { plan, office, client, delivery } = self;
        let mut summary = Summary::of_simulation();
        let mut granted = 1.0;
        let work = simulate(&plan, &office, &client, &mut granted, &mut summary, &mut on_progress);
        let end = beside_delivery(work, delivery, &client, stop).await;
        restore_clock(&office, &client, granted).await;
        end.map(|()| counted(summary, &client, &mut on_progress))
    }
}

async fn simulate(
    plan: &Plan,
    office: &Office,
    client: &StoreClient,
    granted: &mut f64,
    summary: &mut Summary,
    on_progress: &mut impl FnMut(Progress),
) -> Result<(), SimulationFault> {
    let layout = patiently(|| client.layout()).await?;
    let floor = Arc::new(Floor::new(StoreMap::read(&layout)?)?);
    let source = office.required_source().await?;
    let pace = start_clock(office, client, plan.speed, on_progress).await?;
    *granted = pace.rate();
    let cursor = patiently(|| client.cursor()).await?;
    let source = source.unwrap_or_else(|| DEFAULT_SOURCE.to_owned());
    let producers = Producers::new(&source, &cursor, plan.seed);
    let parties = match plan.limit {
        Limit::Scenario => Some(plan.scenario.parties),
        Limit::Parties(parties) => Some(parties),
        Limit::Endless => None,
    };
    on_progress(Progress::Started { parties, speed: pace.rate() });
    Runner::new(plan, office, client, floor, pace, producers).run(summary, on_progress).await
}

/// Runs some work while its events are delivered, then gives the last of them a few seconds.
pub(crate) async fn beside_delivery(
    work: impl Future<Output = Result<(), SimulationFault>>,
    delivery: Delivery,
    client: &StoreClient,
    stop: impl Future<Output = ()>,
) -> Result<(), SimulationFault> {
    let mut delivery = std::pin::pin!(delivery.run());
    let end = tokio::select! {
        end = work => end,
        end = &mut delivery => return end.map_err(SimulationFault::from),
        () = stop => Ok(()),
    };
    client.close();
    if let Ok(delivered) = tokio::time::timeout(LAST_DELIVERY, delivery).await {
        return end.and(delivered.map_err(SimulationFault::from));
    }
    let events = client.undecided();
    tracing::warn!(events, "not all store events were delivered");
    end
}

/// The summary with what became of the events.
pub(crate) fn counted(mut summary: Summary, client: &StoreClient, on_progress: &mut impl FnMut(Progress)) -> Summary {
    for rejection in client.take_rejections() {
        on_progress(Progress::Rejected(rejection));
    }
    let totals = client.totals();
    summary.events = totals.decided;
    summary.rejected_events = totals.rejected;
    summary
}

pub(crate) fn judge_speed(speed: f64) -> Result<(), SimulationFault> {
    let is_good = speed > 0.0 && speed <= 1000.0;
    if is_good { Ok(()) } else { Err(SimulationFault::Speed) }
}

/// The store's clock at the wished speed, or as it is when the right to set it is missing.
pub(crate) async fn start_clock(
    office: &Office,
    client: &StoreClient,
    speed: f64,
    on_progress: &mut impl FnMut(Progress),
) -> Result<Pace, SimulationFault> {
    if (speed - 1.0).abs() > f64::EPSILON {
        match patiently(|| office.set_rate(client, 1.0, speed)).await {
            Ok(pace) => return Ok(pace),
            Err(fault) if fault.status().is_some_and(|status| status < 500) => {
                on_progress(Progress::RealTime(fault));
            }
            Err(fault) => return Err(fault.into()),
        }
    }
    let shows = patiently(|| client.cursor()).await?.server_time;
    Ok(Pace::new(Instant::now(), shows, 1.0))
}

/// A store must not be left in a hurry; that it stays so is told, for nothing else can be done about it.
pub(crate) async fn restore_clock(office: &Office, client: &StoreClient, granted: f64) {
    if (granted - 1.0).abs() > f64::EPSILON
        && let Err(fault) = office.set_rate(client, granted, 1.0).await
    {
        tracing::warn!(%fault, speed = granted, "the store's clock could not be slowed down again");
    }
}
