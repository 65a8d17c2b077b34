//! The notices of facts: once per person and session, zones left before the store is left.

use aisle_database::Connection;
use aisle_database::rows::sessions::Session;
use aisle_floor::Fact;
use aisle_model::entry::SessionRef;
use aisle_model::floor_map::ZoneLabel;
use aisle_model::store::Role;
use aisle_model::{Moment, ShopperId, ZoneId};
use aisle_partners::bodies::ShopperFace;

use super::apply::Writing;
use crate::{App, Failure, notices};

impl Writing {
    pub(super) async fn tell(&mut self, c: &mut Connection, app: &App, fact: &Fact) -> Result<(), Failure> {
        match fact {
            Fact::Entered { shopper, session, at } => {
                let Some((session, person)) = self.faces(c, session, shopper).await? else {
                    return Ok(());
                };
                notices::transition_entered(c, app, &self.store, &session, person, *at).await
            }
            Fact::Left { shopper, session: Some(session), notice: true, at, .. } => {
                let Some((session, person)) = self.faces(c, session, shopper).await? else {
                    return Ok(());
                };
                notices::transition_left(c, app, &self.store, &session, person, *at).await
            }
            Fact::ZoneEntered { shopper, session: Some(session), zone, labels, at } if is_told(session, labels) => {
                self.tell_zone(c, app, (shopper, session, zone), true, *at).await
            }
            Fact::ZoneLeft { shopper, session: Some(session), zone, labels, at } if is_told(session, labels) => {
                self.tell_zone(c, app, (shopper, session, zone), false, *at).await
            }
            _ => Ok(()),
        }
    }

    async fn tell_zone(
        &mut self,
        c: &mut Connection,
        app: &App,
        (shopper, session, zone): (&ShopperId, &SessionRef, &ZoneId),
        entered: bool,
        at: Moment,
    ) -> Result<(), Failure> {
        let Some((session, person)) = self.faces(c, session, shopper).await? else {
            return Ok(());
        };
        let store = &self.store;
        if entered {
            notices::checkout_zone_entered(c, app, store, &session, zone, person, at).await
        } else {
            notices::checkout_zone_left(c, app, store, &session, zone, person, at).await
        }
    }

    /// The session as it is after the entry, and the person.
    async fn faces(
        &mut self,
        c: &mut Connection,
        session: &SessionRef,
        shopper: &ShopperId,
    ) -> Result<Option<(Session, ShopperFace)>, Failure> {
        let row = self.shopper(c, shopper).await?;
        let person = ShopperFace {
            shopper_id: shopper.clone(),
            shopper_flags: row.map_or_else(Vec::new, |row| row.flags.clone()),
        };
        let session = self.session(c, session.number).await?;
        Ok(session.map(|session| (session.clone(), person)))
    }
}

/// Zone webhooks are switched on by the label; of untracked people only the door is told.
pub(super) fn is_told(session: &SessionRef, labels: &[ZoneLabel]) -> bool {
    let is_followed = match session.role {
        Role::Customer | Role::Employee | Role::Tester => true,
        Role::Untracked | Role::Unknown => false,
    };
    is_followed && labels.contains(&ZoneLabel::Checkout)
}
