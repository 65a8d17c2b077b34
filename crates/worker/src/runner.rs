//! Store runners: one task per store whose lease this node holds, reading the stream in order.
//!
//! The task here looks which streams have grown and whose runners have died, takes leases and wakes runners. A runner
//! ends by itself when its store has nothing to do, when it loses the lease, or when this node is not alive.
//! Deliberately absent: what entries mean (`aisle_floor`) and what facts cause (`aisle_operations::floor`).

mod load;
mod patience;
mod settle;
mod store;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aisle_database::rows;
use aisle_model::{Offset, StoreId};
use aisle_operations::{App, Failure};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::nodes::Proof;

/// Streams are looked at this often although no bell rings.
const LOOK: Duration = Duration::from_millis(250);
/// After a lease was refused, another node is left alone for so long.
const REFUSED_FOR: Duration = Duration::from_secs(1);
const MOST_STORES: i64 = 100_000;
const LEASE: &str = "runner:";

pub(crate) fn lease_name(store: StoreId) -> String {
    format!("{LEASE}{store}")
}

struct Running {
    newest: watch::Sender<Offset>,
    ended: CancellationToken,
}

struct Runners {
    app: App,
    stop: CancellationToken,
    tasks: TaskTracker,
    running: HashMap<StoreId, Running>,
    refused: HashMap<StoreId, tokio::time::Instant>,
}

/// Runs the stores until told to stop; then every runner takes its snapshot.
pub async fn run(app: App, stop: CancellationToken, proof: Proof) {
    let mut runners = Runners {
        app: app.clone(),
        stop: stop.child_token(),
        tasks: TaskTracker::new(),
        running: HashMap::new(),
        refused: HashMap::new(),
    };
    while !stop.is_cancelled() {
        if !proof.holds() {
            runners.halt().await;
            tokio::select! {
                () = stop.cancelled() => break,
                () = proof.given() => {}
            }
            continue;
        }
        let bell = app.nudges.streams().notified();
        tokio::pin!(bell);
        bell.as_mut().enable();
        if let Err(failure) = runners.look().await {
            tracing::warn!(%failure, "the streams could not be looked at");
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = proof.lost() => {}
            () = bell => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    runners.halt().await;
}

impl Runners {
    /// Tells all runners to stop and waits until they have.
    async fn halt(&mut self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks.reopen();
        self.running.clear();
        self.stop = CancellationToken::new();
    }

    async fn look(&mut self) -> Result<(), Failure> {
        self.running.retain(|_, running| !running.ended.is_cancelled());
        let Work { behind, orphaned } = look_for_work(&self.app).await?;
        for (store, newest) in behind {
            match self.running.get(&store) {
                Some(running) => {
                    running.newest.send_if_modified(|known| {
                        let is_newer = newest > *known;
                        *known = newest.max(*known);
                        is_newer
                    });
                }
                None => self.start(store, newest).await?,
            }
        }
        for store in orphaned {
            if !self.running.contains_key(&store) {
                self.start(store, Offset(0)).await?;
            }
        }
        Ok(())
    }

    /// Starts the runner of a store, if its lease can be had. Fails only where no store could be started.
    async fn start(&mut self, store: StoreId, newest: Offset) -> Result<(), Failure> {
        let now = tokio::time::Instant::now();
        self.refused.retain(|_, until| *until > now);
        if self.refused.contains_key(&store) {
            return Ok(());
        }
        let taken = match take_lease(&self.app, store).await {
            Err(Failure::Busy(reason)) => return Err(Failure::Busy(reason)),
            Err(failure) => {
                if self.app.stalls.note(store, format!("its lease: {failure}")) {
                    tracing::error!(%store, %failure, "the lease of a store is broken; the other stores go on");
                }
                None
            }
            Ok(taken) => taken,
        };
        let Some(epoch) = taken else {
            self.refused.insert(store, now + REFUSED_FOR);
            return Ok(());
        };
        let (newest, told) = watch::channel(newest);
        let ended = CancellationToken::new();
        let runner = store::StoreRunner { app: self.app.clone(), store, epoch, newest: told, stop: self.stop.clone() };
        let guard = ended.clone().drop_guard();
        self.tasks.spawn(async move {
            runner.run().await;
            drop(guard);
        });
        self.running.insert(store, Running { newest, ended });
        Ok(())
    }
}

/// Brings every store that has something to do to now, one after another; for tests with a set clock.
pub async fn run_due_work(app: &App) -> Result<(), Failure> {
    let Work { behind, orphaned } = look_for_work(app).await?;
    let mut stores: BTreeMap<StoreId, Offset> = orphaned.into_iter().map(|store| (store, Offset(0))).collect();
    stores.extend(behind);
    for (store, newest) in stores {
        let Some(epoch) = take_lease(app, store).await? else {
            continue;
        };
        let (_told, newest) = watch::channel(newest);
        let runner = store::StoreRunner { app: app.clone(), store, epoch, newest, stop: CancellationToken::new() };
        runner.run_once().await?;
    }
    Ok(())
}

/// Stores with something to do.
struct Work {
    /// With their newest entry, which is not applied.
    behind: Vec<(StoreId, Offset)>,
    /// Their runner died, or was halted here.
    orphaned: Vec<StoreId>,
}

async fn look_for_work(app: &App) -> Result<Work, Failure> {
    let node = app.node.clone();
    let read = app.database.read(move |c| {
        Box::pin(async move {
            let behind = rows::streams::behind(c, MOST_STORES).await?;
            let orphaned = rows::leases::orphaned(c, &node, MOST_STORES).await?;
            Ok::<_, Failure>((behind, orphaned))
        })
    });
    let (behind, orphaned) = read.await?;
    let store_of = |name: &String| name.strip_prefix(LEASE)?.parse().ok().map(StoreId);
    Ok(Work { behind, orphaned: orphaned.iter().filter_map(store_of).collect() })
}

async fn take_lease(app: &App, store: StoreId) -> Result<Option<i64>, Failure> {
    let (node, now) = (app.node.clone(), app.clock.now());
    let change = app.database.change(move |c| {
        let node = node.clone();
        Box::pin(async move { Ok::<_, Failure>(rows::leases::take(c, &lease_name(store), &node, now).await?) })
    });
    change.await
}
