//! Writes the facts of a batch of entries and the cursor behind them, once.

use std::collections::{BTreeMap, BTreeSet};

use aisle_database::rows::sessions::Session;
use aisle_database::rows::shoppers::Shopper;
use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_floor::Fact;
use aisle_model::{Moment, Offset, SessionNumber, ShopperId, StoreId};

use super::presence::Presence;
use super::tell::is_told;
use crate::{App, Failure, notices};

/// The facts of one entry, in the order they took effect.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryFacts {
    /// The entry.
    pub offset: Offset,
    /// Never empty.
    pub facts: Vec<Fact>,
}

/// What a runner hands over.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Which store.
    pub store: StoreId,
    /// Name of the runner's lease.
    pub lease: String,
    /// Under which the runner holds it.
    pub epoch: i64,
    /// Where the cursor stood.
    pub from: Offset,
    /// Where it stands after this.
    pub to: Offset,
    /// T after the last entry.
    pub store_time: Option<Moment>,
    /// S after the last entry.
    pub settled_up_to: Option<Moment>,
    /// Of the entries that have any.
    pub facts: Vec<EntryFacts>,
}

/// What came of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Written.
    Yes,
    /// Another runner has the store: nothing was written, and this one must stop.
    NotOurs,
}

/// Writes a batch in one change. A batch that was written before is [`Applied::NotOurs`]: its cursor has moved on.
pub async fn apply_facts(app: &App, batch: Batch) -> Result<Applied, Failure> {
    let has_facts = !batch.facts.is_empty();
    let has_verdicts = batch.facts.iter().any(|entry| {
        let decided = |fact: &Fact| matches!(fact, Fact::BindDecided { .. });
        entry.facts.iter().any(decided)
    });
    let (inner, batch) = (app.clone(), std::sync::Arc::new(batch));
    let change = app.database.change(move |c| {
        let (app, batch) = (inner.clone(), batch.clone());
        Box::pin(async move { write(c, &app, &batch).await })
    });
    let applied = change.await?;
    if applied == Applied::Yes && has_facts {
        notices::ring(app);
        app.nudges.commands().notify_waiters();
    }
    if applied == Applied::Yes && has_verdicts {
        app.nudges.verdicts().notify_waiters();
    }
    Ok(applied)
}

async fn write(c: &mut Connection, app: &App, batch: &Batch) -> Result<Applied, Failure> {
    let store = rows::stores::find_any(c, batch.store).await?;
    let store = store.ok_or_else(|| Failure::broken("a stream without a store"))?;
    let wall = app.clock.now();
    let mut writing = Writing {
        locked: false,
        now: store.now(wall),
        wall,
        store,
        sessions: BTreeMap::new(),
        shoppers: BTreeMap::new(),
        presence: Presence::default(),
    };
    if batch.facts.iter().any(|entry| entry.facts.iter().any(changes_store)) {
        writing.lock_store(c).await?;
    }
    let (time, settled) = (batch.store_time, batch.settled_up_to);
    if !rows::leases::holds(c, &batch.lease, &app.node, batch.epoch).await?
        || !rows::streams::advance(c, batch.store, batch.from, batch.to, time, settled).await?
    {
        return Ok(Applied::NotOurs);
    }
    writing.lock_trips(c, batch).await?;
    for entry in &batch.facts {
        for fact in &entry.facts {
            writing.note(c, app, fact).await?;
        }
        for fact in &entry.facts {
            writing.tell(c, app, fact).await?;
        }
    }
    writing.save(c).await?;
    Ok(Applied::Yes)
}

/// The trip whose code a fact may use up.
fn bound_to(fact: &Fact) -> Option<SessionNumber> {
    match fact {
        Fact::Bound { session, .. } => Some(session.number),
        Fact::BindDecided { session, .. } => Some(*session),
        _ => None,
    }
}

/// The trip that a fact changes, or of which it is told.
fn changed_trip(fact: &Fact) -> Option<SessionNumber> {
    match fact {
        Fact::Bound { session, .. } | Fact::Entered { session, .. } => Some(session.number),
        Fact::CameBack { session, .. } | Fact::Left { session, .. } => session.as_ref().map(|session| session.number),
        Fact::ZoneEntered { session, labels, .. } | Fact::ZoneLeft { session, labels, .. } => {
            session.as_ref().filter(|session| is_told(session, labels)).map(|session| session.number)
        }
        Fact::PlacesSized { session, .. }
        | Fact::PlacesEnded { session, .. }
        | Fact::SessionEmptied { session, .. } => Some(*session),
        _ => None,
    }
}

/// Whether a fact edits the row of the store, which comes first in the lock order.
const fn changes_store(fact: &Fact) -> bool {
    matches!(fact, Fact::EmployeesInside { .. } | Fact::SourceLost { .. } | Fact::SourceRecovered { .. })
}

/// The rows of one change while its facts are worked in.
pub(super) struct Writing {
    pub store: Store,
    /// Whether the row of the store is locked and will be saved.
    pub locked: bool,
    /// Store clock.
    pub now: Moment,
    /// The server's clock, for when a row was changed.
    wall: Moment,
    pub sessions: BTreeMap<SessionNumber, Session>,
    pub shoppers: BTreeMap<ShopperId, Shopper>,
    pub presence: Presence,
}

impl Writing {
    async fn lock_store(&mut self, c: &mut Connection) -> Result<(), Failure> {
        let locked = rows::stores::lock(c, self.store.retailer, self.store.id).await?;
        self.store = locked.ok_or_else(|| Failure::broken("a store was deleted"))?;
        self.locked = true;
        Ok(())
    }

    /// Locks codes before trips, each in the order of the trips (ARCHITECTURE.md): facts come in another one.
    async fn lock_trips(&mut self, c: &mut Connection, batch: &Batch) -> Result<(), Failure> {
        let facts = || batch.facts.iter().flat_map(|entry| &entry.facts);
        let begun: BTreeSet<SessionNumber> = facts().filter_map(bound_to).collect();
        rows::entry_codes::lock_of_sessions(c, &begun).await?;
        let changed: BTreeSet<SessionNumber> = facts().filter_map(changed_trip).collect();
        for number in changed {
            self.session(c, number).await?;
        }
        Ok(())
    }

    /// A session for change. Absent when it was deleted, which no operation does.
    pub async fn session(
        &mut self,
        c: &mut Connection,
        number: SessionNumber,
    ) -> Result<Option<&mut Session>, Failure> {
        if !self.sessions.contains_key(&number)
            && let Some(session) = rows::sessions::lock(c, number).await?
        {
            self.sessions.insert(number, session);
        }
        Ok(self.sessions.get_mut(&number))
    }

    /// A person for change, if there is a row.
    pub async fn shopper(&mut self, c: &mut Connection, id: &ShopperId) -> Result<Option<&mut Shopper>, Failure> {
        if !self.shoppers.contains_key(id)
            && let Some(shopper) = rows::shoppers::find(c, self.store.id, id).await?
        {
            self.shoppers.insert(id.clone(), shopper);
        }
        Ok(self.shoppers.get_mut(id))
    }

    /// The state that a fact leaves behind.
    async fn note(&mut self, c: &mut Connection, app: &App, fact: &Fact) -> Result<(), Failure> {
        self.note_person(c, fact).await?;
        self.note_trip(c, fact).await?;
        self.note_source(c, app, fact).await
    }

    async fn save(self, c: &mut Connection) -> Result<(), Failure> {
        for shopper in self.shoppers.values() {
            rows::shoppers::save(c, shopper).await?;
        }
        for session in self.sessions.values() {
            if !rows::sessions::save(c, session, self.wall).await? {
                return Err(Failure::broken("a locked session changed meanwhile"));
            }
        }
        if let Some(by) = self.presence.change() {
            rows::stores::change_occupancy(c, self.store.id, by, self.wall).await?;
        }
        if self.locked && !rows::stores::save(c, &self.store, self.wall).await? {
            return Err(Failure::broken("a locked store changed meanwhile"));
        }
        Ok(())
    }
}
