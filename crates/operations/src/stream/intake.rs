//! What all requests that bring events to this node share: the queue in front of the log, and how busy each store is.
//!
//! Batches of all stores wait in one queue. Whoever finds nobody committing takes what waits, as much as one commit may
//! hold, and commits it for all; the others are told the outcome. So a lone batch waits for nobody, and under load the
//! commits grow instead of the waiting.
//!
//! A commit that fails parts its stores: each goes on in a lane of its own, batch by batch, until one of its batches is in
//! the log. So only the batch at fault is refused, and a store that stalls keeps nobody else waiting twice.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aisle_model::{Moment, SourceName, StoreId};
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;
use tokio_util::sync::CancellationToken;

use super::commit::Batch;
use super::incoming::Appended;
use crate::{App, Failure};

/// Bytes of events that one commit takes at most, unless a single batch is larger.
pub const MOST_BYTES_IN_A_COMMIT: usize = 512 * 1024;
/// Streaming requests that one store may have open on a node.
pub const MOST_CONNECTIONS: usize = 64;
/// What one store may send on a node.
const EVENTS_A_SECOND: f64 = 2000.0;
const BYTES_A_SECOND: f64 = 4.0 * 1024.0 * 1024.0;
/// So much may come at once.
const BURST: Duration = Duration::from_secs(1);
const SKEW_SAMPLES: usize = 30;
/// Sources whose clock is measured; a store has a handful.
const MOST_MEASURED: usize = 4096;

/// Shared by all clones.
#[derive(Clone, Default)]
pub struct Intake(Arc<Shared>);

#[derive(Default)]
struct Shared {
    together: Arc<Lane>,
    /// Of stores in trouble.
    apart: Mutex<HashMap<StoreId, Arc<Lane>>>,
    connections: Mutex<HashMap<StoreId, usize>>,
    skews: Mutex<HashMap<(StoreId, SourceName), VecDeque<i64>>>,
    paces: Mutex<HashMap<StoreId, Pace>>,
    closing: CancellationToken,
}

/// When everything that a store has sent would have come at its greatest rate.
#[derive(Clone, Copy)]
struct Pace {
    events: Instant,
    bytes: Instant,
}

/// Batches that wait for one another.
#[derive(Default)]
struct Lane {
    queue: Mutex<VecDeque<Waiting>>,
    turn: tokio::sync::Mutex<()>,
}

struct Waiting {
    batch: Arc<Batch>,
    answer: oneshot::Sender<Result<Appended, Failure>>,
}

/// One open connection of a store; the place is free again when this is dropped.
pub struct Connected {
    intake: Intake,
    store: StoreId,
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut connections = locked(&self.intake.0.connections);
        if let Some(count) = connections.get_mut(&self.store) {
            *count -= 1;
            if *count == 0 {
                connections.remove(&self.store);
            }
        }
    }
}

impl Intake {
    /// The server stops: whoever sends or waits at the edge is told to go on elsewhere. Never taken back.
    pub fn close(&self) {
        self.0.closing.cancel();
    }

    /// Whether the server stops.
    pub fn is_closing(&self) -> bool {
        self.0.closing.is_cancelled()
    }

    /// Resolves when the server stops.
    pub async fn closing(&self) {
        self.0.closing.cancelled().await;
    }

    /// A place among the connections of a store, unless all are taken.
    pub fn connect(&self, store: StoreId) -> Option<Connected> {
        let mut connections = locked(&self.0.connections);
        let count = connections.entry(store).or_default();
        if *count >= MOST_CONNECTIONS {
            return None;
        }
        *count += 1;
        Some(Connected { intake: self.clone(), store })
    }

    /// Puts a batch into the log together with what else waits. The answer comes after the commit.
    ///
    /// When the one who commits is dropped in the middle, its commit may or may not have happened; the others then put
    /// their batches in again, which is harmless because events are known by their ids. The same when a commit of several
    /// batches failed: each is put in again by itself.
    pub(super) async fn commit(&self, app: &App, batch: Batch) -> Result<Appended, Failure> {
        let batch = Arc::new(batch);
        loop {
            let own = locked(&self.0.apart).get(&batch.store).cloned();
            let one_by_one = own.is_some();
            let lane = own.unwrap_or_else(|| self.0.together.clone());
            let (answer, mut outcome) = oneshot::channel();
            let waiting = Waiting { batch: batch.clone(), answer };
            locked(&lane.queue).push_back(waiting);
            let turn = tokio::select! {
                biased;
                told = &mut outcome => match told {
                    Ok(outcome) => return outcome,
                    Err(_) => continue,
                },
                turn = lane.turn.lock() => turn,
            };
            // Nobody else takes while we hold the turn, so what is not answered yet is still in the queue.
            loop {
                match outcome.try_recv() {
                    Ok(outcome) => return outcome,
                    Err(TryRecvError::Empty) => self.commit_next(app, &lane, one_by_one).await,
                    Err(TryRecvError::Closed) => break,
                }
            }
            drop(turn);
        }
    }

    async fn commit_next(&self, app: &App, lane: &Lane, one_by_one: bool) {
        let taken = lane.take(one_by_one);
        let batches: Vec<Arc<Batch>> = taken.iter().map(|waiting| waiting.batch.clone()).collect();
        match super::commit::commit(app, batches).await {
            Ok(appended) => {
                self.rejoin(&taken);
                for (waiting, appended) in taken.into_iter().zip(appended) {
                    // Whoever hung up finds its events durable when it asks for its cursor.
                    drop(waiting.answer.send(Ok(appended)));
                }
            }
            Err(failure) => {
                self.part(&taken);
                // Of several nobody knows which is at fault; who is told nothing puts its batch in again.
                let Ok([alone]) = <[Waiting; 1]>::try_from(taken) else {
                    return;
                };
                // What waits behind it is the same store's: it would only wait as long for the same.
                let behind =
                    if one_by_one && matches!(failure, Failure::Busy(_)) { lane.take_all() } else { Vec::new() };
                for waiting in behind.into_iter().chain([alone]) {
                    drop(waiting.answer.send(Err(failure.clone())));
                }
            }
        }
    }

    fn part(&self, taken: &[Waiting]) {
        let mut apart = locked(&self.0.apart);
        for waiting in taken {
            apart.entry(waiting.batch.store).or_default();
        }
    }

    /// Whoever waits in the lane that ends is served there; whoever comes joins the others.
    fn rejoin(&self, taken: &[Waiting]) {
        let mut apart = locked(&self.0.apart);
        if !apart.is_empty() {
            apart.retain(|store, _| taken.iter().all(|waiting| waiting.batch.store != *store));
        }
    }

    /// Counts what a store sent on this node.
    pub fn spend(&self, store: StoreId, events: usize, bytes: usize, now: Instant) {
        let mut paces = locked(&self.0.paces);
        if paces.len() >= MOST_MEASURED {
            paces.retain(|_, pace| pace.events > now || pace.bytes > now);
        }
        let pace = paces.entry(store).or_insert(Pace { events: now, bytes: now });
        let spent = |amount: usize, rate: f64| Duration::from_secs_f64(amount as f64 / rate);
        pace.events = pace.events.max(now) + spent(events, EVENTS_A_SECOND);
        pace.bytes = pace.bytes.max(now) + spent(bytes, BYTES_A_SECOND);
    }

    /// How long a store should wait before it sends more.
    pub fn ahead(&self, store: StoreId, now: Instant) -> Duration {
        let Some(pace) = locked(&self.0.paces).get(&store).copied() else {
            return Duration::ZERO;
        };
        let ahead = pace.events.max(pace.bytes).saturating_duration_since(now);
        ahead.saturating_sub(BURST)
    }

    /// Notes how far a heartbeat's clock was off, in milliseconds, and answers the median of the last thirty.
    pub(super) fn measure(&self, store: StoreId, source: &SourceName, at: Moment, now: Moment) -> i64 {
        let mut skews = locked(&self.0.skews);
        if skews.len() >= MOST_MEASURED && !skews.contains_key(&(store, source.clone())) {
            skews.clear();
        }
        let samples = skews.entry((store, source.clone())).or_default();
        samples.push_back(at.micros_since(now) / 1000);
        if samples.len() > SKEW_SAMPLES {
            samples.pop_front();
        }
        let mut sorted: Vec<i64> = samples.iter().copied().collect();
        sorted.sort_unstable();
        sorted[sorted.len() / 2]
    }
}

impl Lane {
    fn take_all(&self) -> Vec<Waiting> {
        locked(&self.queue).drain(..).collect()
    }

    /// The next batch, with those behind it that fit into one commit unless they go one by one.
    fn take(&self, one_by_one: bool) -> Vec<Waiting> {
        let mut queue = locked(&self.queue);
        let mut bytes = 0;
        let mut taken = Vec::new();
        while let Some(next) = queue.front() {
            bytes += next.batch.bytes;
            if !taken.is_empty() && (one_by_one || bytes > MOST_BYTES_IN_A_COMMIT) {
                break;
            }
            taken.extend(queue.pop_front());
        }
        taken
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
