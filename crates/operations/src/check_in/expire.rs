//! Codes whose time is over.

use std::collections::BTreeSet;

use aisle_database::{Connection, rows};
use aisle_model::{Millis, Moment, SessionNumber, StoreId};

use crate::{App, Failure};

/// Most codes of one change, so that it does not hold the writer long (decisions 3).
const SLICE: i64 = 100;
/// How long a question to the engine is remembered after it was asked.
const QUESTIONS_KEPT: Millis = Millis(60 * 60 * 1000);

/// Expires registered codes past their moment, with their pending trips; answers how many. What only one store takes
/// expires by that store's clock, everything else by the server's.
pub async fn expire_codes(app: &App) -> Result<usize, Failure> {
    let wall = app.clock.now();
    let read = app.database.read(|c| Box::pin(async move { Ok::<_, Failure>(rows::stores::with_own_clock(c).await?) }));
    let stores = read.await?;
    let mut expired = expire(app, None, wall).await?;
    for store in stores {
        expired += expire(app, Some(store.id), store.now(wall)).await?;
    }
    Ok(expired)
}

/// Writes nothing when nothing is due, for this is asked every second.
async fn expire(app: &App, store: Option<StoreId>, now: Moment) -> Result<usize, Failure> {
    let wall = app.clock.now();
    let mut expired = 0;
    loop {
        let due = app.database.read(move |c| Box::pin(rows::entry_codes::due(c, store, now, SLICE)));
        let due = due.await.map_err(Failure::from)?;
        if due.is_empty() {
            return Ok(expired);
        }
        let change = app.database.change(move |c| {
            let due = due.clone();
            Box::pin(async move { slice(c, &due, now, wall).await })
        });
        let found = change.await?;
        expired += found;
        if i64::try_from(found).unwrap_or(0) < SLICE {
            return Ok(expired);
        }
    }
}

async fn slice(c: &mut Connection, due: &BTreeSet<SessionNumber>, now: Moment, wall: Moment) -> Result<usize, Failure> {
    rows::entry_codes::lock_of_sessions(c, due).await?;
    rows::sessions::lock_all(c, due).await?;
    let trips = rows::entry_codes::expire(c, due, now).await?;
    rows::sessions::expire(c, &trips, wall).await?;
    Ok(trips.len())
}

/// Forgets questions to engines that nobody waits for any more.
pub async fn forget_questions(app: &App) -> Result<u64, Failure> {
    let before = app.clock.now().minus(QUESTIONS_KEPT);
    let read = app.database.read(move |c| Box::pin(rows::bind_requests::any_before(c, before)));
    if !read.await.map_err(Failure::from)? {
        return Ok(0);
    }
    let change = app.database.change(move |c| {
        Box::pin(async move { Ok::<_, Failure>(rows::bind_requests::purge(c, before, SLICE).await?) })
    });
    change.await
}
