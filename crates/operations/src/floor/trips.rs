//! Facts about trips: places, comings and goings, the end.

use aisle_database::{Connection, rows};
use aisle_floor::{Fact, Verdict};
use aisle_model::entry_code::CodeState;
use aisle_model::session::{SessionMove, SessionStatus};
use aisle_model::{Moment, SessionNumber};

use super::apply::Writing;
use crate::{Failure, check_in};

impl Writing {
    pub(super) async fn note_trip(&mut self, c: &mut Connection, fact: &Fact) -> Result<(), Failure> {
        match fact {
            Fact::Bound { session, .. } => {
                let (store, role) = (self.store.id, session.role);
                if let Some(session) = self.session(c, session.number).await? {
                    check_in::activate(c, store, session, role).await?;
                }
                Ok(())
            }
            Fact::Entered { session, at, .. } => {
                if let Some(session) = self.session(c, session.number).await? {
                    session.visitors += 1;
                    session.first_entered_at = Some(earliest(session.first_entered_at, *at));
                    session.last_entered_at = session.last_entered_at.max(Some(*at));
                }
                Ok(())
            }
            Fact::Left { session: Some(session), notice: true, at, .. } => {
                if let Some(session) = self.session(c, session.number).await? {
                    session.first_exited_at = Some(earliest(session.first_exited_at, *at));
                    session.last_exited_at = session.last_exited_at.max(Some(*at));
                }
                Ok(())
            }
            Fact::PlacesSized { session, places, reserved_before, .. } => {
                self.size_places(c, *session, i64::from(*places), i64::from(*reserved_before)).await
            }
            Fact::PlacesEnded { session, unused, anyone_came, .. } => {
                self.give_back(c, *session, i64::from(*unused)).await?;
                if *anyone_came {
                    return Ok(());
                }
                self.end(c, *session, SessionMove::Expire).await
            }
            Fact::SessionEmptied { session, .. } => self.end(c, *session, SessionMove::Complete).await,
            other => self.note_judgement(c, other).await,
        }
    }

    async fn note_judgement(&mut self, c: &mut Connection, fact: &Fact) -> Result<(), Failure> {
        match fact {
            Fact::BindDecided { request, session, verdict, .. } => {
                rows::bind_requests::decide(c, *request, verdict.as_str()).await?;
                if *verdict == Verdict::Bound { Ok(()) } else { self.decline_after_all(c, *session).await }
            }
            Fact::ReviewWanted { reason, session, shopper, at } => {
                let (store, reason) = (self.store.id, reason.as_str());
                rows::wanted_reviews::insert(c, store, *session, Some(shopper), reason, *at).await?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A retailer may have declined the code while the engine was asked about the trip; nobody came onto it.
    async fn decline_after_all(&mut self, c: &mut Connection, number: SessionNumber) -> Result<(), Failure> {
        let code = rows::entry_codes::lock_by_session(c, number).await?;
        if code.is_some_and(|code| code.state == CodeState::Declined)
            && let Some(session) = self.session(c, number).await?
            && session.status == SessionStatus::Pending
        {
            session.status = session.status.after(SessionMove::Decline).map_err(Failure::broken)?;
        }
        Ok(())
    }

    /// A reserved place of the session became a person.
    pub(super) async fn use_place(&mut self, c: &mut Connection, session: SessionNumber) -> Result<(), Failure> {
        self.give_back(c, session, 1).await
    }

    /// Places are held for nobody any more.
    async fn give_back(&mut self, c: &mut Connection, session: SessionNumber, places: i64) -> Result<(), Failure> {
        if let Some(session) = self.session(c, session).await? {
            let held = places.min(session.places).max(0);
            session.places -= held;
            self.presence.reserve(-held);
        }
        Ok(())
    }

    async fn size_places(
        &mut self,
        c: &mut Connection,
        session: SessionNumber,
        places: i64,
        before: i64,
    ) -> Result<(), Failure> {
        if let Some(session) = self.session(c, session).await? {
            session.places = (session.places + places - before).max(0);
            self.presence.reserve(places - before);
        }
        Ok(())
    }

    /// Ends a trip, unless it is over.
    async fn end(&mut self, c: &mut Connection, session: SessionNumber, ending: SessionMove) -> Result<(), Failure> {
        if let Some(session) = self.session(c, session).await? {
            match session.status.after(ending) {
                Ok(status) => session.status = status,
                Err(refusal) => tracing::warn!(%refusal, "a trip had ended before"),
            }
        }
        Ok(())
    }
}

fn earliest(known: Option<Moment>, at: Moment) -> Moment {
    known.map_or(at, |known| known.min(at))
}
