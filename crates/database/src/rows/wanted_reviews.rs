//! Reviews that the engine wants: facts that wait for the review queue.

use aisle_model::{Moment, SessionNumber, ShopperId, StoreId};

use crate::{Connection, Error, sql};

/// Notes that somebody should look at a trip.
pub async fn insert(
    c: &mut Connection,
    store: StoreId,
    session: Option<SessionNumber>,
    shopper: Option<&ShopperId>,
    reason: &str,
    at: Moment,
) -> Result<(), Error> {
    let insert = sql!(
        "insert into wanted_reviews (store_id, session_number, shopper_id, reason, at) values ($1, $2, $3, $4, $5)",
        store,
        session,
        shopper,
        reason,
        at
    );
    c.execute(insert).await.map(drop)
}

/// How many reviews a store waits for.
pub async fn count(c: &mut Connection, store: StoreId) -> Result<i64, Error> {
    let select = sql!("select count(*) as wanted from wanted_reviews where store_id = $1", store);
    c.fetch_one(select).await?.get("wanted")
}
