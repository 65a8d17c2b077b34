//! The beat of this node. A node that has not beaten for ten seconds is dead to the others; one that cannot beat takes
//! itself for dead at once, so that it stops before they take over.

use std::time::Duration;

use aisle_database::rows;
use aisle_model::Millis;
use aisle_operations::{App, Failure};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A node is dead after this without a beat.
pub const DEAD_AFTER: Millis = Millis(10_000);
const BEAT: Duration = Duration::from_secs(1);
/// A beat that takes longer is a missed one.
const LONGEST_BEAT: Duration = Duration::from_secs(4);
/// A node is forgotten after this without a beat.
pub(crate) const FORGOTTEN_AFTER: Millis = Millis(3_600_000);

/// Beats until told to stop, and says after every try whether this node is alive.
pub async fn run(app: App, stop: CancellationToken, alive: watch::Sender<bool>) {
    let mut is_first = true;
    while !stop.is_cancelled() {
        let beaten = tokio::time::timeout(LONGEST_BEAT, beat(&app, is_first)).await;
        let is_alive = match beaten {
            Ok(Ok(())) => true,
            Ok(Err(failure)) => {
                tracing::warn!(%failure, "this node cannot beat");
                false
            }
            Err(_) => {
                tracing::warn!("a beat of this node took too long");
                false
            }
        };
        is_first &= !is_alive;
        alive.send_replace(is_alive);
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(BEAT) => {}
        }
    }
}

async fn beat(app: &App, is_first: bool) -> Result<(), Failure> {
    let (node, now) = (app.node.clone(), app.clock.now());
    let change = app.database.change(move |c| {
        let node = node.clone();
        Box::pin(async move {
            rows::nodes::beat(c, &node, None, now).await?;
            if is_first && !c.is_postgres() {
                rows::nodes::remove_others(c, &node).await?;
            } else if is_first {
                rows::nodes::forget(c, now.minus(FORGOTTEN_AFTER)).await?;
            }
            Ok(())
        })
    });
    change.await
}

/// Says that this node has stopped, so that others need not wait for its death.
pub(crate) async fn sign_off(app: &App) {
    let node = app.node.clone();
    let change = app.database.change(move |c| {
        let node = node.clone();
        Box::pin(async move { rows::nodes::remove(c, &node).await.map_err(Failure::from) })
    });
    if let Err(failure) = change.await {
        tracing::warn!(%failure, "this node could not sign off; it counts as dead in ten seconds");
    }
}
