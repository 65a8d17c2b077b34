//! Matches: a visitor who turned out to be a registered shopper. One row per visitor and session.

use aisle_model::{Moment, SessionNumber, SessionToken, ShopperId, StoreId};

use crate::{Connection, Error, sql};

/// One match to be noted.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct NewMatch {
    pub store: StoreId,
    pub visitor: ShopperId,
    pub session: SessionNumber,
    pub registered: ShopperId,
    /// 0 to 1.
    pub score: f64,
    /// `appearance`, `sameCustomer` or `reported`.
    pub basis: &'static str,
}

/// A registered shopper a visitor may be.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields of the contract's Shopper.matchCandidates")]
pub struct Candidate {
    pub visitor: ShopperId,
    pub shopper: ShopperId,
    pub session: SessionToken,
    pub score: f64,
    pub basis: String,
}

/// Notes a match; false when this pair of visitor and session was noted before.
pub async fn insert(c: &mut Connection, new: &NewMatch, now: Moment) -> Result<bool, Error> {
    let insert = sql!(
        "insert into identity_matches (store_id, visitor_shopper_id, session_number, registered_shopper_id, score, basis,
             reported_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (visitor_shopper_id, session_number) do nothing",
        new.store,
        &new.visitor,
        new.session,
        &new.registered,
        new.score,
        new.basis,
        now
    );
    c.execute_one(insert).await
}

/// The matches of some visitors, best first.
pub async fn candidates(c: &mut Connection, visitors: &[ShopperId]) -> Result<Vec<Candidate>, Error> {
    if visitors.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = crate::Statement::build(
        "select m.visitor_shopper_id, m.registered_shopper_id, m.score, m.basis, s.token
         from identity_matches m join sessions s on s.number = m.session_number
         where m.visitor_shopper_id in (",
    );
    select.bind_list(visitors).push(") order by m.score desc, m.session_number limit 10000");
    let rows = c.fetch_all(&mut select).await?;
    rows.iter()
        .map(|row| {
            Ok(Candidate {
                visitor: row.get("visitor_shopper_id")?,
                shopper: row.get("registered_shopper_id")?,
                session: row.get("token")?,
                score: row.get("score")?,
                basis: row.get("basis")?,
            })
        })
        .collect()
}
