//! The loop: time passes, people walk, codes are scanned, answers come.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use aisle_model::{CheckInDeviceId, Millis, Moment};
use aisle_store_client::{CallFault, Command, Commands, StoreClient, Verdict, WireEvent};
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Plan, Progress, SimulationFault};
use crate::office::{Customer, Office, patiently};
use crate::pace::Pace;
use crate::producers::Producers;
use crate::report::{Summary, TripReport};
use crate::scenario::{BadCode, Party};
use crate::store_map::MapFault;
use crate::visit::Visit;
use crate::walks::{Crowd, Floor, Sight, TICK, TripTruth, itinerary};

/// Parties whose codes are made before they come.
const PREPARED_AHEAD: usize = 8;
/// Ticks that are caught up at once before answers are looked at again.
const MOST_TICKS_AT_ONCE: usize = 20;
const COMMAND_WAIT: Duration = Duration::from_secs(10);
/// For the answer to a scanned code, real time.
const SCAN_PATIENCE: Duration = Duration::from_secs(30);
/// Life of a code that is to expire before it is scanned, real time.
const SHORT_LIFE_MS: f64 = 2_000.0;

/// Something that was under way is done.
enum Done {
    Prepared(Party, Option<Moment>, Result<Customer, CallFault>),
    Answered(u32, Result<Verdict, CallFault>),
    TimedOut(u32),
    Commanded(Result<Commands, CallFault>),
    Acknowledged(Result<(), CallFault>),
    Reported(Result<TripReport, CallFault>),
}

pub(super) struct Runner<'plan> {
    plan: &'plan Plan,
    office: &'plan Office,
    client: &'plan StoreClient,
    floor: Arc<Floor>,
    pace: Pace,
    crowd: Crowd,
    producers: Producers,
    parties: Box<dyn Iterator<Item = Party> + Send + 'plan>,
    /// Names what this run makes.
    run: String,
    began: Moment,
    visits: BTreeMap<u32, Visit>,
    scans: HashMap<Uuid, u32>,
    used_code: Option<String>,
    jobs: FuturesUnordered<BoxFuture<'plan, Done>>,
    preparing: usize,
    reporting: usize,
    has_more: bool,
}

impl<'plan> Runner<'plan> {
    pub(super) fn new(
        plan: &'plan Plan,
        office: &'plan Office,
        client: &'plan StoreClient,
        floor: Arc<Floor>,
        pace: Pace,
        producers: Producers,
    ) -> Self {
        let began = pace.at(Instant::now());
        let run = format!("s{:x}.{:x}", began.millis(), plan.seed & 0xffff);
        let chance = ChaCha8Rng::seed_from_u64(plan.seed);
        Self {
            crowd: Crowd::new(Arc::clone(&floor), began, &run),
            parties: Box::new(plan.scenario.parties(plan.limit, chance)),
            plan,
            office,
            client,
            floor,
            pace,
            producers,
            run,
            began,
            visits: BTreeMap::new(),
            scans: HashMap::new(),
            used_code: None,
            jobs: FuturesUnordered::new(),
            preparing: 0,
            reporting: 0,
            has_more: true,
        }
    }

    pub(super) async fn run(
        mut self,
        summary: &mut Summary,
        on_progress: &mut impl FnMut(Progress),
    ) -> Result<(), SimulationFault> {
        self.poll_commands(None);
        loop {
            self.prepare()?;
            let is_idle = self.preparing == 0 && self.reporting == 0 && self.crowd.is_empty();
            if is_idle && !self.has_more {
                return Ok(());
            }
            let next = self.pace.instant_of(self.crowd.now().plus(TICK));
            tokio::select! {
                () = tokio::time::sleep_until(next) => self.tick().await?,
                Some(done) = self.jobs.next() => self.settle(done, summary, on_progress).await?,
            }
            for rejection in self.client.take_rejections() {
                on_progress(Progress::Rejected(rejection));
            }
        }
    }

    /// Makes codes for the next parties.
    fn prepare(&mut self) -> Result<(), MapFault> {
        while self.has_more && self.preparing + self.crowd.arriving() < PREPARED_AHEAD {
            let Some(mut party) = self.parties.next() else {
                self.has_more = false;
                break;
            };
            let used = self.used_code.clone();
            if party.bad == Some(BadCode::Used) && used.is_none() {
                party.bad = Some(BadCode::Unknown);
            }
            match (party.bad, used) {
                (Some(BadCode::Unknown), _) => {
                    let code = format!("unknown-{}-{}", self.run, party.number);
                    self.expect(party, None, code, None)?;
                }
                (Some(BadCode::Used), Some(code)) => self.expect(party, None, code, None)?,
                (bad, _) => {
                    let expires = (bad == Some(BadCode::Expired)).then(|| self.short_life());
                    self.make_code(party, expires);
                }
            }
        }
        Ok(())
    }

    #[allow(clippy::cast_possible_truncation, reason = "a speed is at most 1000")]
    fn short_life(&self) -> Moment {
        let life = Millis((SHORT_LIFE_MS * self.pace.rate().max(1.0)) as i64);
        self.pace.at(Instant::now()).plus(life)
    }

    fn make_code(&mut self, party: Party, expires: Option<Moment>) {
        self.preparing += 1;
        let office = self.office;
        let key = format!("{}-{}", self.run, party.number);
        self.jobs.push(Box::pin(async move {
            let made = office.customer(&key, party.people, expires).await;
            Done::Prepared(party, expires, made)
        }));
    }

    /// Sends a party on its way, not before `earliest`.
    fn expect(
        &mut self,
        party: Party,
        customer: Option<i64>,
        code: String,
        earliest: Option<Moment>,
    ) -> Result<(), MapFault> {
        let mut chance = ChaCha8Rng::seed_from_u64(self.plan.seed);
        chance.set_stream(u64::from(party.number) + 1);
        let ways = self.floor.ways();
        let way = ways.choose(&mut chance).ok_or(MapFault::NoWay)?;
        let company = itinerary(&self.floor, way, party.people, &mut chance);
        let company = company.ok_or(MapFault::NoWay)?;
        let arrives = self.began.plus(party.arrives);
        let at = earliest.map_or(arrives, |earliest| earliest.max(arrives));
        self.crowd.expect(at, party.number, way, company);
        let visit = Visit { customer, code, verdict: None, party };
        self.visits.insert(visit.party.number, visit);
        Ok(())
    }

    /// Catches up with the store's clock.
    async fn tick(&mut self) -> Result<(), SimulationFault> {
        let mut events = Vec::new();
        for _ in 0..MOST_TICKS_AT_ONCE {
            if self.crowd.now().plus(TICK) > self.pace.at(Instant::now()) {
                break;
            }
            let sights = self.crowd.step();
            for sight in &sights {
                if let Sight::Scanned { at, trip, device, people } = *sight {
                    events.extend(self.scan(at, trip, device, people));
                }
            }
            events.extend(self.producers.events(&sights));
            for sight in sights {
                if let Sight::Over(truth) = sight {
                    self.report(truth);
                }
            }
        }
        Ok(self.client.send(events).await?)
    }

    /// Presents a code, by a call or by the event that is given back.
    fn scan(&mut self, at: Moment, trip: u32, device: CheckInDeviceId, people: u32) -> Option<WireEvent> {
        let visit = self.visits.get(&trip)?;
        let is_retailers = |way: &crate::walks::Way| way.device.id == device && way.device.is_retailers;
        if visit.party.by_call || self.floor.ways().iter().any(is_retailers) {
            let (client, code) = (self.client, visit.code.clone());
            let key = format!("{}-{trip}-scan", self.run);
            self.jobs.push(Box::pin(async move {
                let ask = || client.verify(device, &code, Some(people), &key);
                Done::Answered(trip, patiently(ask).await)
            }));
            return None;
        }
        let (id, event) = self.producers.scan(at, device, &visit.code, people);
        self.scans.insert(id, trip);
        self.jobs.push(Box::pin(async move {
            tokio::time::sleep(SCAN_PATIENCE).await;
            Done::TimedOut(trip)
        }));
        Some(event)
    }

    fn report(&mut self, truth: TripTruth) {
        let Some(visit) = self.visits.remove(&truth.number) else {
            return;
        };
        self.scans.retain(|_, trip| *trip != truth.number);
        self.reporting += 1;
        let slowness = (1.0 / self.pace.rate()).max(1.0);
        let report = visit.report(truth, self.office.clone(), slowness);
        self.jobs.push(Box::pin(async move { Done::Reported(report.await) }));
    }

    fn poll_commands(&mut self, after: Option<String>) {
        let client = self.client;
        self.jobs.push(Box::pin(async move {
            let ask = || client.poll_commands(after.as_deref(), COMMAND_WAIT);
            Done::Commanded(patiently(ask).await)
        }));
    }

    async fn settle(
        &mut self,
        done: Done,
        summary: &mut Summary,
        on_progress: &mut impl FnMut(Progress),
    ) -> Result<(), SimulationFault> {
        match done {
            Done::Prepared(party, expires, made) => {
                self.preparing -= 1;
                let customer = made?;
                summary.customers += 1;
                let earliest = expires.map(|expires| expires.plus(Millis(1_000)));
                self.expect(party, Some(customer.id), customer.code, earliest)?;
            }
            Done::Answered(trip, verdict) => self.answer(trip, Some(verdict?)),
            Done::TimedOut(trip) => self.answer(trip, None),
            Done::Commanded(commands) => {
                let commands = commands?;
                self.poll_commands(Some(commands.cursor));
                for command in commands.commands {
                    self.obey(command).await?;
                }
            }
            // It is offered again, or it has expired: nothing is lost either way.
            Done::Acknowledged(Err(fault)) => tracing::debug!(%fault, "not acknowledged"),
            Done::Acknowledged(Ok(())) => {}
            Done::Reported(report) => {
                self.reporting -= 1;
                let report = report?;
                summary.count(&report);
                on_progress(Progress::Trip(Box::new(report)));
            }
        }
        Ok(())
    }

    /// The first answer counts; no answer at all sends the party away.
    fn answer(&mut self, trip: u32, verdict: Option<Verdict>) {
        let Some(visit) = self.visits.get_mut(&trip) else {
            return;
        };
        if visit.verdict.is_some() {
            return;
        }
        let is_admitted = matches!(verdict, Some(Verdict::Admitted { .. }));
        if is_admitted {
            self.used_code = Some(visit.code.clone());
        }
        visit.verdict = verdict;
        self.crowd.answer(trip, is_admitted);
    }

    /// Does what a store's devices would do, and says so.
    async fn obey(&mut self, command: Command) -> Result<(), SimulationFault> {
        match command.kind.as_str() {
            "device.result" => {
                let scan = command.payload["scanEventId"].as_str();
                let scan = scan.and_then(|text| Uuid::parse_str(text).ok());
                let trip = scan.and_then(|scan| self.scans.remove(&scan));
                if let (Some(trip), Some(verdict)) = (trip, Verdict::read(&command.payload)) {
                    self.answer(trip, Some(verdict));
                }
            }
            "settle.request" => {
                let settled = self.producers.settled(self.crowd.now());
                self.client.send([settled]).await?;
            }
            // Simulated doors are open, and simulated screens show nothing.
            _ => {}
        }
        let (client, id) = (self.client, command.command_id);
        self.jobs.push(Box::pin(async move { Done::Acknowledged(patiently(|| client.ack(id)).await) }));
        Ok(())
    }
}
