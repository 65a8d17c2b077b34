//! Facts about persons: who is inside, where, on which session.

use aisle_database::Connection;
use aisle_database::rows::shoppers::Shopper;
use aisle_floor::{Fact, LeftBecause};
use aisle_model::entry::SessionRef;
use aisle_model::store::{Role, ShopperState};
use aisle_model::{Moment, SessionNumber, ShopperId, VisitorSessionId};

use super::apply::Writing;
use crate::Failure;

impl Writing {
    pub(super) async fn note_person(&mut self, c: &mut Connection, fact: &Fact) -> Result<(), Failure> {
        match fact {
            Fact::CameIn { .. } => self.came_in(c, fact).await,
            Fact::CameBack { .. } => self.came_back(c, fact).await,
            Fact::Bound { .. } => self.bound(c, fact).await,
            Fact::Left { .. } => self.left(c, fact).await,
            Fact::ZoneEntered { shopper, zone, at, .. } => {
                let zone = zone.clone();
                self.alter(c, shopper, *at, |row| {
                    if !row.zones.contains(&zone) {
                        row.zones.push(zone);
                    }
                })
                .await
            }
            Fact::ZoneLeft { shopper, zone, at, .. } => {
                self.alter(c, shopper, *at, |row| {
                    row.zones.retain(|in_it| in_it != zone);
                })
                .await
            }
            Fact::BecameEmployee { shopper, at } => {
                self.alter(c, shopper, *at, |row| {
                    (row.state, row.role) = (ShopperState::Employee, Role::Employee);
                    row.visitor_session = None;
                })
                .await
            }
            Fact::Marked { shopper, mark, at, .. } => {
                self.alter(c, shopper, *at, |row| {
                    if !row.marks.contains(mark) {
                        row.marks.push(*mark);
                    }
                })
                .await
            }
            Fact::TracksChanged { shopper, tracks, at } => {
                self.alter(c, shopper, *at, |row| row.tracks.clone_from(tracks)).await
            }
            _ => Ok(()),
        }
    }

    /// Changes the row of a person and what they count as. The engine forgets nobody who is inside, so a person without
    /// a row is one of a log that was cut by its retention.
    async fn alter(
        &mut self,
        c: &mut Connection,
        id: &ShopperId,
        at: Moment,
        change: impl FnOnce(&mut Shopper),
    ) -> Result<(), Failure> {
        let Some(row) = self.shopper(c, id).await? else {
            tracing::warn!(shopper = %id, "a fact is about somebody without a row");
            return Ok(());
        };
        let before = row.clone();
        change(row);
        row.last_seen_at = row.last_seen_at.max(at);
        let after = row.clone();
        self.presence.count(&before, -1);
        self.presence.count(&after, 1);
        Ok(())
    }

    async fn came_in(&mut self, c: &mut Connection, fact: &Fact) -> Result<(), Failure> {
        let Fact::CameIn { shopper, visitor_session, tracks, gate, at, position, marks } = fact else {
            return Ok(());
        };
        self.known(c, shopper, *visitor_session, *at).await?;
        let mut joins = None;
        self.alter(c, shopper, *at, |row| {
            joins = row.session.filter(|_| row.left_at.is_some());
            row.left_at = None;
            row.entered_at = *at;
            row.entered_gate = *gate;
            row.tracks.clone_from(tracks);
            row.position = *position;
            row.marks.clone_from(marks);
        })
        .await?;
        self.count_member(c, joins, 1).await
    }

    /// Makes the row of somebody who has none; they are not inside yet.
    async fn known(
        &mut self,
        c: &mut Connection,
        id: &ShopperId,
        visitor_session: VisitorSessionId,
        at: Moment,
    ) -> Result<(), Failure> {
        if self.shopper(c, id).await?.is_some() {
            return Ok(());
        }
        let row = Shopper {
            id: id.clone(),
            store: self.store.id,
            state: ShopperState::Visitor,
            role: Role::Unknown,
            session: None,
            visitor_session: Some(visitor_session),
            tracks: Vec::new(),
            position: None,
            zones: Vec::new(),
            flags: Vec::new(),
            interactions: 0,
            restricted_interactions: 0,
            marks: Vec::new(),
            entered_at: at,
            entered_gate: None,
            left_at: Some(at),
            last_seen_at: at,
        };
        self.shoppers.insert(id.clone(), row);
        Ok(())
    }

    async fn came_back(&mut self, c: &mut Connection, fact: &Fact) -> Result<(), Failure> {
        let Fact::CameBack { shopper, session, state, tracks, at, position } = fact else {
            return Ok(());
        };
        let mut was_gone = false;
        self.alter(c, shopper, *at, |row| {
            was_gone = row.left_at.is_some();
            row.left_at = None;
            row.state = *state;
            row.tracks.clone_from(tracks);
            row.position = *position;
        })
        .await?;
        let joins = session.as_ref().map(|session| session.number);
        self.count_member(c, joins.filter(|_| was_gone), 1).await
    }

    async fn bound(&mut self, c: &mut Connection, fact: &Fact) -> Result<(), Failure> {
        let Fact::Bound { shopper, visitor_session, session, took_place, marks, at, .. } = fact else {
            return Ok(());
        };
        self.known(c, shopper, *visitor_session, *at).await?;
        let mut is_inside = false;
        self.alter(c, shopper, *at, |row| {
            is_inside = row.left_at.is_none();
            row.session = Some(session.number);
            row.visitor_session = None;
            row.role = session.role;
            row.marks.clone_from(marks);
            if row.state != ShopperState::Left && row.state != ShopperState::Lost {
                row.state = state_on(session);
            }
        })
        .await?;
        if *took_place {
            self.use_place(c, session.number).await?;
        }
        self.count_member(c, Some(session.number).filter(|_| is_inside), 1).await
    }

    async fn left(&mut self, c: &mut Connection, fact: &Fact) -> Result<(), Failure> {
        let Fact::Left { shopper, session, because, ends_presence, at, .. } = fact else {
            return Ok(());
        };
        let from = session.as_ref().map(|session| session.number);
        let mut was_member = false;
        self.alter(c, shopper, *at, |row| {
            was_member = row.left_at.is_none() && row.session == from;
            if *because == LeftBecause::Moved {
                row.session = None;
            } else if *ends_presence {
                row.left_at = Some(*at);
                row.zones.clear();
                row.state = state_after(*because);
            }
        })
        .await?;
        self.count_member(c, from.filter(|_| was_member), -1).await
    }

    async fn count_member(
        &mut self,
        c: &mut Connection,
        session: Option<SessionNumber>,
        by: i64,
    ) -> Result<(), Failure> {
        let Some(number) = session else {
            return Ok(());
        };
        if let Some(session) = self.session(c, number).await? {
            session.inside = (session.inside + by).max(0);
        }
        Ok(())
    }
}

fn state_on(session: &SessionRef) -> ShopperState {
    if session.role == Role::Employee { ShopperState::Employee } else { ShopperState::Registered }
}

const fn state_after(because: LeftBecause) -> ShopperState {
    match because {
        LeftBecause::Lost | LeftBecause::Reset => ShopperState::Lost,
        LeftBecause::Crossed | LeftBecause::LostNearExit | LeftBecause::Moved | LeftBecause::Joined => {
            ShopperState::Left
        }
    }
}
