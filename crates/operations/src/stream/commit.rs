//! Puts batches of events of many stores into the log in one change.

use std::collections::BTreeMap;
use std::sync::Arc;

use aisle_database::rows::appearances::Looked;
use aisle_database::rows::scans::NewScan;
use aisle_database::{Connection, rows};
use aisle_model::entry::{Entry, EntryBody};
use aisle_model::event::EventKind;
use aisle_model::{EventId, Millis, Moment, Offset, StoreId};

use super::cameras::SeenCameras;
use super::chunk::{self, StoredEntry};
use super::incoming::{Appended, Decision, Incoming, event_ids};
use super::judge::{Ledger, Taken, accepted};
use crate::{App, Failure};

/// Seals the text of a scanned code in the `scans` row.
pub const SCAN_PLACE: &str = "scanned code";

/// Events of one request that passed every check that needs no rows.
pub(super) struct Batch {
    pub store: StoreId,
    /// Store clock.
    pub received_at: Moment,
    /// How long appearances are kept.
    pub appearance_life: Millis,
    pub events: Vec<Incoming>,
    pub bytes: usize,
}

/// Commits batches together; the outcomes come in their order. Everything is durable, or nothing.
pub(super) async fn commit(app: &App, batches: Vec<Arc<Batch>>) -> Result<Vec<Appended>, Failure> {
    let has_scans = batches.iter().any(|batch| batch.events.iter().any(|event| event.code.is_some()));
    let inner = app.clone();
    let change = app.database.change(move |c| {
        let (app, batches) = (inner.clone(), batches.clone());
        Box::pin(async move { append_all(c, &app, &batches).await })
    });
    let appended = change.await?;
    app.nudges.streams().notify_waiters();
    if has_scans {
        app.nudges.scans().notify_waiters();
    }
    Ok(appended)
}

/// Streams are locked by ascending store: whoever locks several does so in one order.
async fn append_all(c: &mut Connection, app: &App, batches: &[Arc<Batch>]) -> Result<Vec<Appended>, Failure> {
    let mut by_store: BTreeMap<StoreId, Vec<usize>> = BTreeMap::new();
    for (position, batch) in batches.iter().enumerate() {
        by_store.entry(batch.store).or_default().push(position);
    }
    let mut outcomes: Vec<Option<Appended>> = vec![None; batches.len()];
    for (store, positions) in by_store {
        let of_store: Vec<&Batch> = positions.iter().map(|&at| &*batches[at]).collect();
        let appended = append_to_store(c, app, store, &of_store).await?;
        for (position, appended) in positions.into_iter().zip(appended) {
            outcomes[position] = Some(appended);
        }
    }
    Ok(outcomes.into_iter().flatten().collect())
}

async fn append_to_store(
    c: &mut Connection,
    app: &App,
    store: StoreId,
    batches: &[&Batch],
) -> Result<Vec<Appended>, Failure> {
    let before = rows::streams::reserve(c, store, 0).await?;
    let mut ledger = read_ledger(c, store, batches).await?;
    let mut log = Log::after(before);
    let mut decided = Vec::with_capacity(batches.len());
    for batch in batches {
        let mut decisions = Vec::with_capacity(batch.events.len());
        for incoming in &batch.events {
            decisions.push(match ledger.judge(incoming) {
                Ok(taken) => {
                    ledger.hear(&app.intake, store, &incoming.event, batch.received_at);
                    log.add(app, batch, incoming, taken);
                    accepted(&incoming.event, taken)
                }
                Err(decision) => decision,
            });
        }
        decided.push(decisions);
    }
    let stored_at = batches.iter().map(|batch| batch.received_at).max();
    log.write(c, store, before, stored_at.unwrap_or_default()).await?;
    write_ledger(c, store, ledger, stored_at.unwrap_or_default()).await?;
    let state = rows::streams::state(c, store).await?;
    let appended =
        |decisions: Vec<Decision>| Appended { decisions, newest: state.newest, settled_up_to: state.settled_up_to };
    Ok(decided.into_iter().map(appended).collect())
}

async fn read_ledger(c: &mut Connection, store: StoreId, batches: &[&Batch]) -> Result<Ledger, Failure> {
    let events = || batches.iter().flat_map(|batch| &batch.events);
    let ids: Vec<EventId> = events().flat_map(event_ids).collect();
    let names: std::collections::BTreeSet<_> = events().map(|incoming| &incoming.event.source).collect();
    Ok(Ledger {
        keys: rows::stream_keys::find(c, store, &ids).await?,
        touched: Vec::new(),
        sources: rows::stream_sources::find(c, store, names.into_iter()).await?,
    })
}

async fn write_ledger(c: &mut Connection, store: StoreId, mut ledger: Ledger, now: Moment) -> Result<(), Failure> {
    ledger.touched.sort_unstable();
    ledger.touched.dedup();
    let touched = std::mem::take(&mut ledger.touched);
    let keys: Vec<_> = touched.into_iter().filter_map(|id| ledger.keys.remove(&id).map(|key| (id, key))).collect();
    rows::stream_keys::save(c, store, &keys, now).await?;
    rows::stream_sources::save(c, store, &ledger.sources).await?;
    Ok(())
}

/// What one commit adds to the log of one store.
struct Log {
    newest: Offset,
    entries: Vec<StoredEntry>,
    /// By the moment when they are forgotten.
    looked: BTreeMap<Moment, Vec<Looked>>,
    scans: Vec<NewScan>,
    cameras: SeenCameras,
}

impl Log {
    const fn after(newest: Offset) -> Self {
        Self { newest, entries: Vec::new(), looked: BTreeMap::new(), scans: Vec::new(), cameras: SeenCameras::new() }
    }

    fn add(&mut self, app: &App, batch: &Batch, incoming: &Incoming, taken: Taken) {
        self.newest.0 += 1;
        let event = incoming.event.clone();
        let forget_at = batch.received_at.plus(batch.appearance_life);
        self.cameras.hear(&event.body, batch.received_at);
        for (track, appearance) in &incoming.looks {
            let looked = Looked { offset: self.newest, track: track.clone(), appearance: appearance.clone() };
            self.looked.entry(forget_at).or_default().push(looked);
        }
        if let (Some(code), EventKind::CodeScanned(scan), false) = (&incoming.code, &event.body, taken.replaced) {
            self.scans.push(NewScan {
                event: event.event_id,
                device: scan.device,
                code: app.keys.seal(SCAN_PLACE, code.as_bytes(), &app.chance),
                group_size: scan.group_size,
                at: event.at,
                received_at: batch.received_at,
            });
        }
        self.entries.push(StoredEntry {
            entry: Entry { offset: self.newest, received_at: batch.received_at, body: EntryBody::Event(event) },
            late: taken.late,
            replaced: taken.replaced,
        });
    }

    async fn write(self, c: &mut Connection, store: StoreId, before: Offset, stored_at: Moment) -> Result<(), Failure> {
        if self.entries.is_empty() {
            return Ok(());
        }
        rows::streams::reserve(c, store, self.newest.0 - before.0).await?;
        for chunk in chunk::chunks_of(self.entries, stored_at) {
            rows::streams::insert_chunk(c, store, chunk).await?;
        }
        for (forget_at, looked) in self.looked {
            rows::appearances::insert(c, store, &looked, forget_at).await?;
        }
        for scan in self.scans {
            rows::scans::insert(c, store, scan).await?;
        }
        rows::camera_states::save(c, store, &self.cameras.into_rows()).await?;
        Ok(())
    }
}
