//! Claimed idempotency keys and the answers given under them.

use aisle_model::{CustomerId, Moment};

use crate::{Connection, Error, Row, sql};

/// What a caller names a request with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the columns of the unique index")]
pub struct RequestName {
    pub credential: String,
    pub method: String,
    pub path: String,
    pub key: String,
}

/// One claimed key.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The row.
    pub id: i64,
    /// Hash of the request that claimed it.
    pub request_hash: Vec<u8>,
    /// The process that runs it, or did.
    pub node: String,
    /// Which try this is; every take-over counts one more.
    pub attempt: i64,
    /// What its change made, sealed.
    pub outcome: Option<Vec<u8>>,
    /// The answer, sealed, once there is one.
    pub answer: Option<Vec<u8>>,
    /// Whether the answer was about a customer who was deleted since.
    pub is_gone: bool,
    /// When it was claimed.
    pub started_at: Moment,
}

fn claimed(row: &Row) -> Result<Claimed, Error> {
    Ok(Claimed {
        id: row.get("id")?,
        request_hash: row.get("request_hash")?,
        node: row.get("node")?,
        attempt: row.get("attempt")?,
        outcome: row.get("outcome")?,
        answer: row.get("answer")?,
        is_gone: row.get("is_gone")?,
        started_at: row.get("started_at")?,
    })
}

/// Claims a name; a claim from before `stale` is replaced. `None` when somebody else has it.
pub async fn claim(
    c: &mut Connection,
    name: &RequestName,
    request_hash: [u8; 32],
    node: &str,
    now: Moment,
    stale: Moment,
) -> Result<Option<Claimed>, Error> {
    let insert = sql!(
        "insert into idempotent_requests (credential, method, path, request_key, request_hash, node, attempt, started_at)
         values ($1, $2, $3, $4, $5, $6, 1, $7)
         on conflict (credential, method, path, request_key) do update
         set request_hash = excluded.request_hash, node = excluded.node, started_at = excluded.started_at,
             attempt = idempotent_requests.attempt + 1, outcome = null, status = null, answer = null,
             customer_id = null, is_gone = false
         where idempotent_requests.started_at < $8
         returning id, request_hash, node, attempt, outcome, answer, is_gone, started_at",
        &name.credential,
        &name.method,
        &name.path,
        &name.key,
        request_hash,
        node,
        now,
        stale
    );
    c.fetch_optional(insert).await?.as_ref().map(claimed).transpose()
}

/// The claim of a name.
pub async fn find(c: &mut Connection, name: &RequestName) -> Result<Option<Claimed>, Error> {
    let select = sql!(
        "select id, request_hash, node, attempt, outcome, answer, is_gone, started_at from idempotent_requests
         where credential = $1 and method = $2 and path = $3 and request_key = $4",
        &name.credential,
        &name.method,
        &name.path,
        &name.key
    );
    c.fetch_optional(select).await?.as_ref().map(claimed).transpose()
}

/// Takes over a claim that nobody runs any more. `None` when somebody was faster.
pub async fn take_over(c: &mut Connection, id: i64, attempt: i64, node: &str) -> Result<Option<Claimed>, Error> {
    let update = sql!(
        "update idempotent_requests set node = $1, attempt = attempt + 1
         where id = $2 and attempt = $3 and answer is null and not is_gone
         returning id, request_hash, node, attempt, outcome, answer, is_gone, started_at",
        node,
        id,
        attempt
    );
    c.fetch_optional(update).await?.as_ref().map(claimed).transpose()
}

/// Keeps what a change made, in that change. False when the claim was taken over meanwhile, or has an outcome already: the
/// change must then not be committed.
pub async fn keep_outcome(c: &mut Connection, id: i64, attempt: i64, sealed: Vec<u8>) -> Result<bool, Error> {
    c.execute_one(sql!(
        "update idempotent_requests set outcome = $1 where id = $2 and attempt = $3 and outcome is null",
        sealed,
        id,
        attempt
    ))
    .await
}

/// Keeps what the change of any try made, in that change, for a request that can have only one effect whoever runs it.
/// Nothing is kept where the request has an outcome, or was answered.
pub async fn keep_outcome_of_any_try(c: &mut Connection, id: i64, sealed: Vec<u8>) -> Result<(), Error> {
    let update = sql!(
        "update idempotent_requests set outcome = $1 where id = $2 and outcome is null and answer is null and not is_gone",
        sealed,
        id
    );
    c.execute(update).await.map(drop)
}

/// What the change of any try made, sealed.
pub async fn outcome(c: &mut Connection, id: i64) -> Result<Option<Vec<u8>>, Error> {
    let row = c.fetch_optional(sql!("select id, outcome from idempotent_requests where id = $1", id)).await?;
    row.map_or(Ok(None), |row| row.get("outcome"))
}

/// Keeps the answer. False when the claim was taken over meanwhile.
pub async fn keep_answer(
    c: &mut Connection,
    id: i64,
    attempt: i64,
    status: u16,
    sealed: Vec<u8>,
) -> Result<bool, Error> {
    c.execute_one(sql!(
        "update idempotent_requests set status = $1, answer = $2, outcome = null
         where id = $3 and attempt = $4 and not is_gone",
        status,
        sealed,
        id,
        attempt
    ))
    .await
}

/// Gives a claim up, unless its change was committed.
pub async fn release(c: &mut Connection, id: i64, attempt: i64) -> Result<bool, Error> {
    c.execute_one(sql!(
        "delete from idempotent_requests where id = $1 and attempt = $2 and outcome is null and answer is null
             and not is_gone",
        id,
        attempt
    ))
    .await
}

/// Forgets claims from before a moment, at most `most` of them; answers how many.
pub async fn purge(c: &mut Connection, before: Moment, most: i64) -> Result<u64, Error> {
    c.execute(sql!(
        "delete from idempotent_requests where id in
             (select id from idempotent_requests where started_at < $1 order by started_at limit $2)",
        before,
        most
    ))
    .await
}

/// Notes whom the answer of a request will be about.
pub async fn note_customer(c: &mut Connection, id: i64, attempt: i64, customer: CustomerId) -> Result<(), Error> {
    let update =
        sql!("update idempotent_requests set customer_id = $1 where id = $2 and attempt = $3", customer, id, attempt);
    c.execute(update).await.map(drop)
}

/// Takes some of the answers about a customer away; answers how many.
pub async fn forget_customer(c: &mut Connection, customer: CustomerId, most: i64) -> Result<u64, Error> {
    let update = sql!(
        "update idempotent_requests set is_gone = $1, customer_id = null, outcome = null, answer = null
         where id in (select id from idempotent_requests where customer_id = $2 limit $3)",
        true,
        customer,
        most
    );
    c.execute(update).await
}
