//! Doing a thing once, however often it is asked for with the same `Idempotency-Key`.
//!
//! A claimed key is a row. The outcome of the operation's change is sealed into that row **in the same transaction** as
//! its effect, so a crash between effect and answer repeats the answer and not the effect. Whoever finds the outcome
//! there renders it again instead of running the change.

use std::sync::Arc;

use aisle_database::{Connection, rows};
use aisle_model::CustomerId;
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::idempotency::Held;
use crate::{App, Caller, Failure};

/// A claimed key. Every copy holds the claim: a repeat in this process waits until the last one is gone, so whatever goes on
/// when its client hangs up is not overtaken.
#[derive(Debug, Clone)]
pub struct Once {
    /// The row of the claim.
    pub request: i64,
    /// Which try this is; an earlier one that still runs must not commit.
    pub attempt: i64,
    /// What the change of an earlier, interrupted try made, sealed.
    pub outcome: Option<Vec<u8>>,
    /// Ends the claim of this process.
    pub held: Arc<Held>,
}

const PLACE: &str = "idempotent outcome";

impl Once {
    /// What the change of an earlier, interrupted try made.
    pub fn earlier<T: DeserializeOwned>(&self, app: &App) -> Result<Option<T>, Failure> {
        opened(app, self.outcome.as_deref())
    }

    /// What the change of any try has made by now, this node's or another's.
    pub(crate) async fn made<T: DeserializeOwned>(&self, c: &mut Connection, app: &App) -> Result<Option<T>, Failure> {
        opened(app, rows::idempotency::outcome(c, self.request).await?.as_deref())
    }

    /// Notes, in the change, whom the answer will be about: it goes when the customer is deleted.
    pub(crate) async fn is_about(&self, c: &mut Connection, customer: CustomerId) -> Result<(), Failure> {
        Ok(rows::idempotency::note_customer(c, self.request, self.attempt, customer).await?)
    }

    /// Keeps what a change makes, in that change, for whoever repeats the request. For operations of several changes; all
    /// others use [`App::change_once`].
    pub async fn keep<T: Serialize>(&self, c: &mut Connection, app: &App, outcome: &T) -> Result<(), Failure> {
        let sealed = sealed(app, outcome)?;
        if rows::idempotency::keep_outcome(c, self.request, self.attempt, sealed).await? {
            return Ok(());
        }
        Err(Failure::Busy("this request was taken over by a repeat of it".to_owned()))
    }

    /// The same for an effect that must not be undone, although a repeat on another node may have taken the request over:
    /// outsiders were told of it. The operation itself sees to it that there is one such effect, and repeats look for it
    /// with [`Self::made`].
    pub(crate) async fn keep_for_all<T: Serialize>(
        &self,
        c: &mut Connection,
        app: &App,
        outcome: &T,
    ) -> Result<(), Failure> {
        let sealed = sealed(app, outcome)?;
        Ok(rows::idempotency::keep_outcome_of_any_try(c, self.request, sealed).await?)
    }
}

fn sealed<T: Serialize>(app: &App, outcome: &T) -> Result<Vec<u8>, Failure> {
    let plain = serde_json::to_vec(outcome).map_err(Failure::broken)?;
    Ok(app.keys.seal(PLACE, &plain, &app.chance))
}

fn opened<T: DeserializeOwned>(app: &App, sealed: Option<&[u8]>) -> Result<Option<T>, Failure> {
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let plain = app.keys.open(PLACE, sealed).map_err(Failure::broken)?;
    serde_json::from_slice(&plain).map(Some).map_err(Failure::broken)
}

impl App {
    /// Runs a change; with a claimed key, at most once over all repeats of the request.
    pub async fn change_once<F, T>(&self, caller: &Caller, change: F) -> Result<T, Failure>
    where
        F: for<'c> Fn(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + Sync + 'static,
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        let Some(once) = caller.once.clone() else {
            return self.database.change(change).await;
        };
        if let Some(earlier) = once.earlier(self)? {
            return Ok(earlier);
        }
        let (app, change) = (self.clone(), std::sync::Arc::new(change));
        let recorded = self.database.change(move |c| {
            let (app, once, change) = (app.clone(), once.clone(), change.clone());
            Box::pin(async move {
                let outcome = change(c).await?;
                once.keep(c, &app, &outcome).await?;
                Ok(outcome)
            })
        });
        recorded.await
    }
}
