//! Buffered zones: the rows behind [`super::buffer`], and telling what has lasted.

use aisle_database::Connection;
use aisle_database::rows::sessions::{self, Session};
use aisle_database::rows::stores::{self, Store};
use aisle_database::rows::webhooks;
use aisle_database::rows::zone_buffers::{self, BufferKey};
use aisle_model::webhook::WebhookType;
use aisle_model::{Millis, Moment, WebhookId};
use aisle_partners::bodies::ShopperFace;

use super::buffer::{Lasted, Step, ZoneBuffer};
use super::zone::{Crossing, tell};
use crate::webhooks::Options;
use crate::{App, Failure};

/// Most buffers settled in one change.
const BATCH: i64 = 100;

/// Notes a crossing for one setting. The wait starts now, when the zone's own dwell is over, and runs by the store's
/// clock; it ends at the moment of wall time at which that clock will have gone on by it.
pub(super) async fn note(
    c: &mut Connection,
    app: &App,
    store: &Store,
    session: &Session,
    webhook: WebhookId,
    options: &Options,
    crossing: &Crossing,
) -> Result<(), Failure> {
    let key = BufferKey {
        webhook,
        session: session.token.clone(),
        zone: crossing.zone.clone(),
        retailer: session.retailer,
        store: store.id,
    };
    let text = zone_buffers::take(c, &key, &to_text(&ZoneBuffer::default())?).await?;
    let mut buffer = from_text(&text)?;
    let rate = store.clock.map_or(1.0, |clock| clock.rate);
    let step = Step {
        shopper: crossing.shopper.shopper_id.clone(),
        flags: crossing.shopper.shopper_flags.clone(),
        at: crossing.at,
        due: app.clock.now().plus(wait(options.buffer_ms, rate)),
    };
    if crossing.entered {
        buffer.enter(step);
    } else {
        buffer.leave(step);
    }
    keep(c, &key, &buffer).await
}

#[allow(clippy::cast_possible_truncation, reason = "at most 30 seconds, over a rate above 0; casts saturate")]
fn wait(buffer_ms: i64, rate: f64) -> Millis {
    Millis((buffer_ms as f64 / rate).ceil() as i64)
}

/// The store was left: absences that wait are told now.
pub(super) async fn end_waits(c: &mut Connection, app: &App, store: &Store, session: &Session) -> Result<(), Failure> {
    for (key, text) in zone_buffers::take_of_session(c, session.retailer, &session.token).await? {
        let mut buffer = from_text(&text)?;
        if let Some(lasted) = buffer.end_wait() {
            keep(c, &key, &buffer).await?;
            tell_one(c, app, &key, store, session, lasted).await?;
        }
    }
    Ok(())
}

/// Tells what has lasted, at most a hundred changes at a time; answers how many buffers were looked at.
pub async fn settle_buffers(app: &App) -> Result<usize, Failure> {
    let this = app.clone();
    let change = app.database.change(move |c| {
        let app = this.clone();
        Box::pin(async move {
            let now = app.clock.now();
            let due = zone_buffers::take_due(c, now, BATCH).await?;
            for (key, text) in &due {
                let mut buffer = from_text(text)?;
                let lasted = buffer.lasted(now);
                keep(c, key, &buffer).await?;
                let Some(lasted) = lasted else { continue };
                let session = sessions::find(c, key.retailer, &key.session).await?;
                let store = stores::find_any(c, key.store).await?;
                if let (Some(session), Some(store)) = (session, store) {
                    tell_one(c, &app, key, &store, &session, lasted).await?;
                }
            }
            Ok::<_, Failure>(due.len())
        })
    });
    let settled = change.await?;
    if settled > 0 {
        app.nudges.deliveries().notify_one();
    }
    Ok(settled)
}

/// When the next buffer is due, wall time.
pub async fn next_buffer_due(app: &App) -> Result<Option<Moment>, Failure> {
    app.database.read(|c| Box::pin(async move { Ok(zone_buffers::next_due(c).await?) })).await
}

async fn tell_one(
    c: &mut Connection,
    app: &App,
    key: &BufferKey,
    store: &Store,
    session: &Session,
    lasted: Lasted,
) -> Result<(), Failure> {
    let (entered, step) = match lasted {
        Lasted::Entered(step) => (true, step),
        Lasted::Left(step) => (false, step),
    };
    let mut listeners = webhooks::listeners(c, key.retailer, WebhookType::CheckoutZone).await?;
    listeners.retain(|listener| listener.id == key.webhook);
    if listeners.is_empty() {
        return Ok(());
    }
    let shopper = ShopperFace { shopper_id: step.shopper, shopper_flags: step.flags };
    let crossing = Crossing { entered, zone: key.zone.clone(), shopper, at: step.at };
    tell(c, app, store, session, &crossing, &listeners).await
}

async fn keep(c: &mut Connection, key: &BufferKey, buffer: &ZoneBuffer) -> Result<(), Failure> {
    if buffer.is_over() {
        return Ok(zone_buffers::remove(c, key).await?);
    }
    Ok(zone_buffers::save(c, key, &to_text(buffer)?, buffer.next_due()).await?)
}

fn to_text(buffer: &ZoneBuffer) -> Result<String, Failure> {
    serde_json::to_string(buffer).map_err(Failure::broken)
}

fn from_text(text: &str) -> Result<ZoneBuffer, Failure> {
    serde_json::from_str(text).map_err(Failure::broken)
}
