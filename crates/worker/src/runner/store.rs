//! The runner of one store: reads entries in order, feeds the engine, hands facts over to be written with the cursor.
//!
//! A crash anywhere is harmless: the cursor and the facts behind it are one change, entries without facts are read again,
//! and a snapshot only saves time. A runner that lost its lease notices at its next write, which is refused.
//!
//! What is broken (a row, a chunk, the engine itself) stops its own store and no other: it is tried again less and less
//! often, logged once, and counted among the [stalls](aisle_operations::Stalls) until the store goes on.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aisle_model::entry::Entry;
use aisle_model::{Offset, StoreId};
use aisle_operations::floor::{Applied, Batch, EntryFacts, apply_facts};
use aisle_operations::{App, Failure};
use futures::FutureExt;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::lease_name;
use super::load::{Loaded, load, read_entries};
use super::patience::Patience;
use super::settle::{append_tick, give_back, save_snapshot};

/// Facts that one change writes, so that it stays short.
const MOST_FACTS: usize = 200;
/// A cursor behind which there are no facts is written this often.
const PERSIST: Duration = Duration::from_secs(1);
const SNAPSHOT_EVERY: Duration = Duration::from_mins(1);
const SNAPSHOT_AFTER: u64 = 10_000;
/// A store with nothing to do is given back after this.
const IDLE: Duration = Duration::from_mins(1);
const TICK: Duration = Duration::from_secs(1);
/// However fast a store's clock runs.
const FASTEST_TICK: Duration = Duration::from_millis(20);

pub(super) struct StoreRunner {
    pub app: App,
    pub store: StoreId,
    pub epoch: i64,
    pub newest: watch::Receiver<Offset>,
    pub stop: CancellationToken,
}

/// Why a runner ends.
enum End {
    /// It was told to, or has nothing to do.
    Stopped,
    /// Another runner has the store.
    NotOurs,
}

struct State {
    loaded: Loaded,
    persisted_at: Instant,
    snapshot_at: Instant,
    fed_since_snapshot: u64,
    tick_at: Instant,
    tick_every: Duration,
    busy_at: Instant,
    /// The newest entry that is known of.
    target: Offset,
}

impl State {
    fn at(loaded: Loaded) -> Self {
        let now = Instant::now();
        let fed_since_snapshot = loaded.replayed;
        Self {
            loaded,
            persisted_at: now,
            snapshot_at: now,
            fed_since_snapshot,
            tick_at: now,
            tick_every: TICK,
            busy_at: now,
            target: Offset(0),
        }
    }
}

impl StoreRunner {
    /// Brings the store to now and ends: what the stream holds, and a tick when somebody waits for time.
    pub async fn run_once(mut self) -> Result<(), Failure> {
        let mut state = State::at(load(&self.app, self.store).await?);
        let mut is_ours = self.catch_up(&mut state).await == Some(Applied::Yes);
        if is_ours && state.loaded.floor.wants_ticks() {
            self.tick(&mut state).await;
            is_ours = self.catch_up(&mut state).await == Some(Applied::Yes);
        }
        if is_ours {
            self.finish(&mut state).await;
        }
        Ok(())
    }

    pub async fn run(mut self) {
        let mut patience = Patience::default();
        while let Err(panic) = AssertUnwindSafe(self.begin_and_work()).catch_unwind().await {
            let failure = Failure::broken(format!("the engine panicked: {}", message(&*panic)));
            self.note("running", &failure);
            if !self.wait(patience.next(&failure)).await {
                break;
            }
        }
        self.app.stalls.clear(self.store);
    }

    async fn begin_and_work(&mut self) {
        let Some(loaded) = self.until_it_works("loading", || load(&self.app, self.store)).await else {
            return;
        };
        let mut state = State::at(loaded);
        match self.work(&mut state).await {
            End::Stopped => self.finish(&mut state).await,
            End::NotOurs => tracing::info!(store = %self.store, "another runner has the store"),
        }
    }

    async fn work(&mut self, state: &mut State) -> End {
        loop {
            match self.catch_up(state).await {
                Some(Applied::Yes) => {}
                Some(Applied::NotOurs) => return End::NotOurs,
                None => return End::Stopped,
            }
            if Self::snapshot_is_due(state) {
                self.take_snapshot(state).await;
            }
            let wants_ticks = state.loaded.floor.wants_ticks();
            let is_applied = state.loaded.position == state.loaded.applied;
            if wants_ticks {
                state.busy_at = Instant::now();
            } else if is_applied && state.busy_at.elapsed() >= IDLE {
                return End::Stopped;
            }
            if wants_ticks && Instant::now() >= state.tick_at {
                self.tick(state).await;
                continue;
            }
            let until = if wants_ticks { state.tick_at } else { Instant::now() + PERSIST };
            tokio::select! {
                () = self.stop.cancelled() => return End::Stopped,
                changed = self.newest.changed() => if changed.is_err() { return End::Stopped },
                () = tokio::time::sleep_until(until.min(Instant::now() + PERSIST)) => {}
            }
        }
    }

    /// Feeds what there is. `None` when told to stop.
    async fn catch_up(&mut self, state: &mut State) -> Option<Applied> {
        loop {
            if self.stop.is_cancelled() {
                return None;
            }
            state.target = state.target.max(*self.newest.borrow_and_update());
            if state.target <= state.loaded.position {
                return self.persist(state).await;
            }
            let after = state.loaded.position;
            let read = self.until_it_works("reading", || read_entries(&self.app, self.store, after)).await?;
            if read.up_to == after {
                return self.persist(state).await;
            }
            state.busy_at = Instant::now();
            if self.feed(state, &read.entries).await? == Applied::NotOurs {
                return Some(Applied::NotOurs);
            }
        }
    }

    async fn feed(&self, state: &mut State, entries: &[Entry]) -> Option<Applied> {
        let mut facts = Vec::new();
        let mut count = 0;
        for entry in entries {
            let mut of_entry = Vec::new();
            state.loaded.floor.apply(entry, &mut of_entry);
            state.loaded.position = entry.offset;
            state.fed_since_snapshot += 1;
            if of_entry.is_empty() {
                continue;
            }
            count += of_entry.len();
            let offset = entry.offset;
            facts.push(EntryFacts { offset, facts: of_entry });
            if count >= MOST_FACTS {
                count = 0;
                let batch = std::mem::take(&mut facts);
                if self.write(state, batch).await? == Applied::NotOurs {
                    return Some(Applied::NotOurs);
                }
            }
        }
        if facts.is_empty() {
            return Some(Applied::Yes);
        }
        self.write(state, facts).await
    }

    /// Writes a cursor that moved without facts, once a second.
    async fn persist(&self, state: &mut State) -> Option<Applied> {
        let moved = state.loaded.position > state.loaded.applied;
        if !moved || state.persisted_at.elapsed() < PERSIST {
            return Some(Applied::Yes);
        }
        self.write(state, Vec::new()).await
    }

    async fn write(&self, state: &mut State, facts: Vec<EntryFacts>) -> Option<Applied> {
        let batch = Batch {
            store: self.store,
            lease: lease_name(self.store),
            epoch: self.epoch,
            from: state.loaded.applied,
            to: state.loaded.position,
            store_time: state.loaded.floor.store_time(),
            settled_up_to: state.loaded.floor.settled_up_to(),
            facts,
        };
        let written = self.until_it_works("writing facts", || apply_facts(&self.app, batch.clone())).await?;
        if written == Applied::Yes {
            self.app.stalls.clear(self.store);
            state.loaded.applied = batch.to;
            state.persisted_at = Instant::now();
        }
        Some(written)
    }

    /// Puts the store's clock into the stream; how often depends on how fast it runs.
    async fn tick(&self, state: &mut State) {
        match append_tick(&self.app, self.store).await {
            Ok((offset, rate)) => {
                state.tick_every = TICK.div_f64(rate.max(1.0)).max(FASTEST_TICK);
                state.target = state.target.max(offset);
            }
            Err(failure) => self.note("a tick", &failure),
        }
        state.tick_at = Instant::now() + state.tick_every;
    }

    fn snapshot_is_due(state: &State) -> bool {
        let is_time = state.snapshot_at.elapsed() >= SNAPSHOT_EVERY && state.fed_since_snapshot > 0;
        is_time || state.fed_since_snapshot >= SNAPSHOT_AFTER
    }

    /// A snapshot that fails costs time after the next start and nothing else.
    async fn take_snapshot(&self, state: &mut State) {
        state.snapshot_at = Instant::now();
        state.fed_since_snapshot = 0;
        let saved = save_snapshot(&self.app, self.store, self.epoch, &state.loaded).await;
        if let Err(failure) = saved {
            tracing::warn!(store = %self.store, %failure, "no snapshot was taken");
        }
    }

    /// Leaves everything so that the next runner begins here.
    async fn finish(&self, state: &mut State) {
        if state.loaded.position > state.loaded.applied
            && !matches!(self.write(state, Vec::new()).await, Some(Applied::Yes))
        {
            return;
        }
        if state.fed_since_snapshot > 0 {
            self.take_snapshot(state).await;
        }
        // A store where something waits for time keeps its lease, so that others see that it needs a runner.
        if state.loaded.floor.wants_ticks() {
            return;
        }
        if let Err(failure) = give_back(&self.app, self.store, self.epoch).await {
            tracing::warn!(store = %self.store, %failure, "the lease was not given back");
        }
    }

    async fn until_it_works<T, F, Fut>(&self, what: &str, attempt: F) -> Option<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Failure>>,
    {
        let mut patience = Patience::default();
        loop {
            let failure = match attempt().await {
                Ok(done) => {
                    if patience.was_tried() && self.app.stalls.clear(self.store) {
                        tracing::info!(store = %self.store, "{what} works again: the store goes on");
                    }
                    return Some(done);
                }
                Err(failure) => failure,
            };
            self.note(what, &failure);
            if !self.wait(patience.next(&failure)).await {
                return None;
            }
        }
    }

    /// Says once what is broken; a database that is away is said each time, and heals by itself.
    fn note(&self, what: &str, failure: &Failure) {
        if let Failure::Busy(_) = failure {
            tracing::warn!(store = %self.store, %failure, "{what} failed; trying again");
        } else if self.app.stalls.note(self.store, format!("{what}: {failure}")) {
            tracing::error!(
                store = %self.store, %failure,
                "{what} failed: this store stands still until its cause is mended; the others go on"
            );
        }
    }

    /// False when told to stop.
    async fn wait(&self, pause: Duration) -> bool {
        tokio::select! {
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(pause) => true,
        }
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
