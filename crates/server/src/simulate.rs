//! `aisle simulate` and `aisle replay`: store events for a running server, made up or recorded.

use aisle_model::StoreId;
use aisle_simulator::{Limit, Plan, Progress, Replay, ReplayPace, Scenario, Simulation, Summary};
use anyhow::{Context as _, bail};
use indicatif::ProgressBar;

use crate::End;
use crate::cli::{ReplayOptions, SimulateOptions};
use crate::serve::wait_for_signal;

/// `aisle simulate`.
pub async fn run(options: &SimulateOptions) -> anyhow::Result<End> {
    let plan = Plan {
        url: options.url.clone(),
        admin_token: options.token.clone(),
        store_token: options.store_token.clone(),
        store: StoreId(options.store),
        limit: Limit::Parties(options.shoppers),
        seed: options.seed,
        speed: options.speed,
        scenario: scenario(options.scenario.as_deref())?,
    };
    let simulation = Simulation::new(plan)?;
    until_signal(|bar, stop| simulation.run(stop, move |progress| show(&bar, &progress))).await
}

/// `aisle replay`.
pub async fn replay(options: &ReplayOptions) -> anyhow::Result<End> {
    let file = std::fs::File::open(&options.file);
    let file = file.with_context(|| format!("{} cannot be read", options.file.display()))?;
    let pace = if options.fast { ReplayPace::Fast } else { ReplayPace::Speed(options.speed) };
    // Without an admin token only the recording's own pace is possible, which asks for nothing.
    let admin = options.token.as_deref().unwrap_or(&options.store_token);
    let tokens = (admin, options.store_token.as_str());
    let replay = Replay::new(&options.url, tokens, StoreId(options.store), pace, options.verbatim)?;
    let lines = std::io::BufReader::new(file);
    until_signal(|bar, stop| replay.run(lines, stop, move |progress| show(&bar, &progress))).await
}

/// Runs to the end or to a signal, with a bar on a terminal, and prints the summary.
async fn until_signal<R>(run: impl FnOnce(ProgressBar, Stop) -> R) -> anyhow::Result<End>
where
    R: Future<Output = Result<Summary, aisle_simulator::SimulationFault>>,
{
    let bar = ProgressBar::new(0);
    let (interrupt, interrupted) = tokio::sync::watch::channel(false);
    let stop: Stop = Box::pin(async move {
        // Without signals there is nothing to stop early for.
        if wait_for_signal().await.is_err() {
            std::future::pending::<()>().await;
        }
        interrupt.send_replace(true);
    });
    let summary = run(bar.clone(), stop).await?;
    bar.finish_and_clear();
    print(&summary)?;
    Ok(if *interrupted.borrow() { End::Interrupted } else { End::Done })
}

type Stop = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// A scenario by name or file; singles and groups when none is named.
pub fn scenario(named: Option<&str>) -> anyhow::Result<Scenario> {
    let Some(named) = named else {
        return Scenario::named("groups").context("the default scenario is built in");
    };
    if let Some(scenario) = Scenario::named(named) {
        return Ok(scenario);
    }
    match std::fs::read_to_string(named) {
        Ok(text) => Scenario::read(&text).with_context(|| named.to_owned()),
        Err(error) => {
            let names: Vec<_> = Scenario::names().collect();
            bail!("no scenario file {named} ({error}); built in are: {}", names.join(", "))
        }
    }
}

fn show(bar: &ProgressBar, progress: &Progress) {
    // A bar that is not on a terminal would swallow what is printed through it.
    let say = |line: String| bar.suspend(|| eprintln!("{line}"));
    match progress {
        Progress::Started { parties, speed } => {
            bar.set_length(parties.map_or(0, u64::from));
            say(format!("people begin to come, {speed} store seconds a second"));
        }
        Progress::RealTime(fault) => say(format!("in real time, for the store's clock cannot be set: {fault}")),
        Progress::Trip(trip) => {
            bar.inc(1);
            if !trip.mismatches.is_empty() {
                say(trip.to_string());
            }
        }
        Progress::Rejected(rejection) => say(format!("rejected: {rejection:?}")),
    }
}

/// The summary on standard output, as JSON.
pub fn print(summary: &Summary) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(summary)?);
    Ok(())
}
