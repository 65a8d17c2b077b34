//! Flows that reset a password. Addresses, codes and tokens stand here as hashes.

use aisle_model::password_reset::ResetState;
use aisle_model::{CustomerId, Moment, RetailerId};

use crate::{Connection, Error, Row, sql};

/// One flow.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct Reset {
    pub id: i64,
    pub email_hash: [u8; 32],
    pub code_hash: [u8; 32],
    pub wrong_codes: i64,
    pub state: ResetState,
    /// Whose address it is; filled in when the mail goes out.
    pub customer: Option<CustomerId>,
    pub expires_at: Moment,
}

fn reset(row: &Row) -> Result<Reset, Error> {
    Ok(Reset {
        id: row.get("id")?,
        email_hash: row.get("email_hash")?,
        code_hash: row.get("code_hash")?,
        wrong_codes: row.get("wrong_codes")?,
        state: row.get("state")?,
        customer: row.get("customer_id")?,
        expires_at: row.get("expires_at")?,
    })
}

/// Begins a flow, or finds the one of that name as it is; either is locked until the change ends.
pub async fn lock_or_insert(
    c: &mut Connection,
    retailer: RetailerId,
    flow_hash: [u8; 32],
    email_hash: [u8; 32],
    code_hash: [u8; 32],
    expires_at: Moment,
) -> Result<Reset, Error> {
    let upsert = sql!(
        "insert into password_resets (retailer_id, flow_hash, email_hash, code_hash, wrong_codes, state, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (retailer_id, flow_hash) do update set state = password_resets.state
         returning id, email_hash, code_hash, wrong_codes, state, customer_id, expires_at",
        retailer,
        flow_hash,
        email_hash,
        code_hash,
        0_i64,
        ResetState::Waiting,
        expires_at
    );
    reset(&c.fetch_one(upsert).await?)
}

/// The flow of a name, locked until the change ends.
pub async fn lock(c: &mut Connection, retailer: RetailerId, flow_hash: [u8; 32]) -> Result<Option<Reset>, Error> {
    let update = sql!(
        "update password_resets set state = state where retailer_id = $1 and flow_hash = $2
         returning id, email_hash, code_hash, wrong_codes, state, customer_id, expires_at",
        retailer,
        flow_hash
    );
    c.fetch_optional(update).await?.as_ref().map(reset).transpose()
}

/// The flow whose code was verified with this token as the proof, locked until the change ends.
pub async fn lock_verified(
    c: &mut Connection,
    retailer: RetailerId,
    finish_hash: [u8; 32],
) -> Result<Option<Reset>, Error> {
    let update = sql!(
        "update password_resets set state = state where retailer_id = $1 and finish_hash = $2
         returning id, email_hash, code_hash, wrong_codes, state, customer_id, expires_at",
        retailer,
        finish_hash
    );
    c.fetch_optional(update).await?.as_ref().map(reset).transpose()
}

/// A new code in the place of the former, and everything from the start.
pub async fn restart(c: &mut Connection, id: i64, code_hash: [u8; 32], expires_at: Moment) -> Result<(), Error> {
    let update = sql!(
        "update password_resets set code_hash = $1, wrong_codes = $2, state = $3, customer_id = null, finish_hash = null,
             expires_at = $4
         where id = $5",
        code_hash,
        0_i64,
        ResetState::Waiting,
        expires_at,
        id
    );
    c.execute(update).await.map(drop)
}

/// Ends the other flows of an address.
pub async fn end_others(
    c: &mut Connection,
    retailer: RetailerId,
    email_hash: [u8; 32],
    except: i64,
) -> Result<(), Error> {
    let update = sql!(
        "update password_resets set state = $1, finish_hash = null where retailer_id = $2 and email_hash = $3 and id <> $4",
        ResetState::Ended,
        retailer,
        email_hash,
        except
    );
    c.execute(update).await.map(drop)
}

/// Ends all flows of a customer.
pub async fn end_all(c: &mut Connection, customer: CustomerId) -> Result<(), Error> {
    let update = sql!(
        "update password_resets set state = $1, finish_hash = null where customer_id = $2",
        ResetState::Ended,
        customer
    );
    c.execute(update).await.map(drop)
}

/// The mail with this code goes to that customer. False when the flow has got another code, or ended, meanwhile.
pub async fn belongs_to(c: &mut Connection, id: i64, code_hash: [u8; 32], customer: CustomerId) -> Result<bool, Error> {
    c.execute_one(sql!(
        "update password_resets set customer_id = $1 where id = $2 and code_hash = $3 and state = $4",
        customer,
        id,
        code_hash,
        ResetState::Waiting
    ))
    .await
}

/// Notes a wrong code.
pub async fn note_wrong(c: &mut Connection, id: i64, wrong_codes: i64, state: ResetState) -> Result<(), Error> {
    let update = sql!("update password_resets set wrong_codes = $1, state = $2 where id = $3", wrong_codes, state, id);
    c.execute(update).await.map(drop)
}

/// The code was right: whoever brings the token of this hash may set the password until then.
pub async fn verify(c: &mut Connection, id: i64, finish_hash: [u8; 32], expires_at: Moment) -> Result<(), Error> {
    let update = sql!(
        "update password_resets set state = $1, finish_hash = $2, expires_at = $3 where id = $4",
        ResetState::Verified,
        finish_hash,
        expires_at,
        id
    );
    c.execute(update).await.map(drop)
}

/// Forgets all flows of a customer.
pub async fn erase(c: &mut Connection, customer: CustomerId) -> Result<(), Error> {
    c.execute(sql!("delete from password_resets where customer_id = $1", customer)).await.map(drop)
}

/// Removes flows that expired before a moment, at most `most`; answers how many.
pub async fn purge(c: &mut Connection, before: Moment, most: i64) -> Result<u64, Error> {
    c.execute(sql!(
        "delete from password_resets where id in
             (select id from password_resets where expires_at < $1 order by expires_at limit $2)",
        before,
        most
    ))
    .await
}

/// Whether a token sets a password now.
pub async fn is_verified(
    c: &mut Connection,
    retailer: RetailerId,
    finish_hash: [u8; 32],
    now: Moment,
) -> Result<bool, Error> {
    let select = sql!(
        "select id from password_resets where retailer_id = $1 and finish_hash = $2 and state = $3 and expires_at > $4",
        retailer,
        finish_hash,
        ResetState::Verified,
        now
    );
    Ok(c.fetch_optional(select).await?.is_some())
}
