//! Facts about producers: how they are, what they owe, and what that means for the store.

use aisle_database::{Connection, rows};
use aisle_floor::Fact;
use aisle_model::settings::OnLoss;
use aisle_model::store::StoreStatus;
use aisle_model::{Millis, Moment, SourceName};
use aisle_partners::bodies::{StoreEvent, StoreTrouble};

use super::apply::Writing;
use crate::commands::{self, Command};
use crate::{App, Failure, notices, plan};

/// Why a store is closed while its perception is away.
const PERCEPTION_LOST: &str = "perceptionLost";
/// A source that sent nothing for so long is no reason to stay closed.
const REMEMBERED: Millis = Millis(7 * 24 * 3_600_000);
const MOST_SOURCES: i64 = 1000;

impl Writing {
    pub(super) async fn note_source(&mut self, c: &mut Connection, app: &App, fact: &Fact) -> Result<(), Failure> {
        let id = self.store.id;
        match fact {
            Fact::SourceDegraded { source, required, at } => {
                rows::stream_sources::set_state(c, id, source, "degraded").await?;
                self.perception(c, app, *required, StoreEvent::PerceptionDegraded, source, *at).await
            }
            Fact::SourceLost { source, required, at } => {
                rows::stream_sources::set_state(c, id, source, "lost").await?;
                self.perception(c, app, *required, StoreEvent::PerceptionLost, source, *at).await?;
                let on_loss = self.store.thresholds()?.floor.perception.on_loss;
                if *required && on_loss == OnLoss::CloseForMaintenance {
                    self.close_for_loss(c, app, *at).await?;
                }
                Ok(())
            }
            Fact::SourceRecovered { source, required, at } => {
                rows::stream_sources::set_state(c, id, source, "ok").await?;
                self.perception(c, app, *required, StoreEvent::PerceptionRecovered, source, *at).await?;
                self.open_after_loss(c, app, *at).await
            }
            other => self.note_trouble(c, app, other).await,
        }
    }

    async fn note_trouble(&mut self, c: &mut Connection, app: &App, fact: &Fact) -> Result<(), Failure> {
        match fact {
            Fact::ClockSkewed { source, skew_ms, at } => {
                let trouble =
                    StoreTrouble { source: Some(source.clone()), skew_ms: Some(*skew_ms), ..StoreTrouble::default() };
                let event = StoreEvent::ClockSkew;
                notices::about_store(c, app, &self.store, event, trouble, *at).await
            }
            Fact::GapLost { source, from_seq, to_seq, at } => {
                let trouble = StoreTrouble {
                    source: Some(source.clone()),
                    from_seq: Some(*from_seq),
                    to_seq: Some(*to_seq),
                    ..StoreTrouble::default()
                };
                let event = StoreEvent::Gap;
                notices::about_store(c, app, &self.store, event, trouble, *at).await
            }
            Fact::EmployeesInside { count, .. } => {
                self.store.employee_inside = *count > 0;
                Ok(())
            }
            Fact::SettleAsked { up_to, tracks } => {
                let command =
                    Command::SettleRequest { up_to: *up_to, track_ids: (!tracks.is_empty()).then(|| tracks.clone()) };
                commands::issue(c, app, &self.store, &command).await
            }
            // `Fact::ResendAsked` is no command: it goes to the connection of its source, once there are WebSockets.
            _ => Ok(()),
        }
    }

    async fn perception(
        &self,
        c: &mut Connection,
        app: &App,
        required: bool,
        event: StoreEvent,
        source: &SourceName,
        at: Moment,
    ) -> Result<(), Failure> {
        if !required {
            return Ok(());
        }
        let trouble = StoreTrouble { source: Some(source.clone()), ..StoreTrouble::default() };
        notices::about_store(c, app, &self.store, event, trouble, at).await
    }

    async fn close_for_loss(&mut self, c: &mut Connection, app: &App, at: Moment) -> Result<(), Failure> {
        if self.store.status_before_loss.is_some() {
            return Ok(());
        }
        self.store.status_before_loss = Some(self.store.status);
        self.store.status_reason = Some(PERCEPTION_LOST.to_owned());
        self.change_status(c, app, StoreStatus::ClosedForMaintenance, at).await
    }

    /// Back to what it was, unless somebody changed it by hand (which forgets what it was) or another source is away.
    async fn open_after_loss(&mut self, c: &mut Connection, app: &App, at: Moment) -> Result<(), Failure> {
        let Some(before) = self.store.status_before_loss else {
            return Ok(());
        };
        if self.misses_a_source(c).await? {
            return Ok(());
        }
        (self.store.status_before_loss, self.store.status_reason) = (None, None);
        self.change_status(c, app, before, at).await
    }

    async fn misses_a_source(&self, c: &mut Connection) -> Result<bool, Failure> {
        let required = self.store.thresholds()?.floor.perception.required_sources;
        let since = self.now.minus(REMEMBERED);
        let sources = rows::stream_sources::list(c, self.store.id, since, MOST_SOURCES).await?;
        Ok(sources.iter().any(|(name, source)| {
            let is_required = if required.is_empty() {
                source.role == Some(aisle_model::event::SourceRole::Perception)
            } else {
                required.contains(name)
            };
            is_required && source.state == "lost"
        }))
    }

    async fn change_status(
        &mut self,
        c: &mut Connection,
        app: &App,
        status: StoreStatus,
        at: Moment,
    ) -> Result<(), Failure> {
        if self.store.status == status {
            return Ok(());
        }
        self.store.status = status;
        let command = Command::StoreStatus { status, deployment_status: self.store.deployment_status };
        commands::issue(c, app, &self.store, &command).await?;
        plan::announce(c, app, &self.store).await?;
        let trouble = StoreTrouble { status: Some(status), ..StoreTrouble::default() };
        let event = StoreEvent::StatusChanged;
        notices::about_store(c, app, &self.store, event, trouble, at).await
    }
}
