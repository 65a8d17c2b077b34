//! Questions of the API to the engine of a store: may this shopper be put on this session? The engine's verdict is written
//! in the change of the facts it caused.

use aisle_model::{CustomerId, Moment, RequestId, SessionNumber, StoreId};

use crate::{Connection, Error, sql};

/// Adds a question about a session.
pub async fn insert(
    c: &mut Connection,
    id: RequestId,
    store: StoreId,
    session: SessionNumber,
    now: Moment,
) -> Result<(), Error> {
    let insert = sql!(
        "insert into bind_requests (id, store_id, session_number, asked_at) values ($1, $2, $3, $4)",
        id,
        store,
        session,
        now
    );
    c.execute(insert).await.map(drop)
}

/// Whether an engine is being asked about a session.
pub async fn is_open(c: &mut Connection, session: SessionNumber) -> Result<bool, Error> {
    let select = sql!("select id from bind_requests where session_number = $1 and verdict is null limit 1", session);
    Ok(c.fetch_optional(select).await?.is_some())
}

/// Whether an engine is being asked about a session of a customer.
pub async fn is_open_of(c: &mut Connection, customer: CustomerId) -> Result<bool, Error> {
    let select = sql!(
        "select b.id from bind_requests b join sessions s on s.number = b.session_number
         where s.customer_id = $1 and s.status = 'pending' and b.verdict is null limit 1",
        customer
    );
    Ok(c.fetch_optional(select).await?.is_some())
}

/// Whether there is a question from before a moment.
pub async fn any_before(c: &mut Connection, before: Moment) -> Result<bool, Error> {
    let select = sql!("select id from bind_requests where asked_at < $1 limit 1", before);
    Ok(c.fetch_optional(select).await?.is_some())
}

/// Writes the verdict, once. False when the question was forgotten or has one.
pub async fn decide(c: &mut Connection, id: RequestId, verdict: &str) -> Result<bool, Error> {
    c.execute_one(sql!("update bind_requests set verdict = $1 where id = $2 and verdict is null", verdict, id)).await
}

/// The verdict, once there is one.
pub async fn verdict(c: &mut Connection, id: RequestId) -> Result<Option<String>, Error> {
    let select = sql!("select id, verdict from bind_requests where id = $1", id);
    let row = c.fetch_optional(select).await?;
    row.map_or(Ok(None), |row| row.get("verdict"))
}

/// Forgets a slice of the questions from before a moment; answers how many.
pub async fn purge(c: &mut Connection, before: Moment, limit: i64) -> Result<u64, Error> {
    let delete = sql!(
        "delete from bind_requests where id in
             (select id from bind_requests where asked_at < $1 order by asked_at limit $2)",
        before,
        limit
    );
    c.execute(delete).await
}
