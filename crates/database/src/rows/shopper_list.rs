//! The list of people of a store, with what their trips say of them, and places to go on from (keyset paging, right while
//! people come and go).

use aisle_model::store::ShopperState;
use aisle_model::{CustomerId, Moment, SessionToken, ShopperId, StoreId, TrackId, ZoneId};
use serde::{Deserialize, Serialize};

use super::session_list::Direction;
use super::shoppers::{Shopper, shopper};
use crate::ids::json_text;
use crate::{Connection, Error, Row, Statement};

/// One person and their trip.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "as in the contract's Shopper")]
pub struct Listed {
    pub shopper: Shopper,
    pub session: Option<SessionToken>,
    pub customer: Option<CustomerId>,
}

/// Where somebody stands in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of the order")]
pub struct Place {
    pub entered_at: Moment,
    pub shopper: ShopperId,
}

/// What the list keeps; all conditions must hold.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the parameters of the list")]
pub struct ShopperFilter {
    pub states: Vec<ShopperState>,
    /// Those who are gone only if they went no earlier than this.
    pub gone_since: Moment,
    pub session: Option<SessionToken>,
    pub shopper: Option<ShopperId>,
    pub track: Option<TrackId>,
    pub zone: Option<ZoneId>,
}

impl Listed {
    /// Where this person stands.
    pub fn place(&self) -> Place {
        Place { entered_at: self.shopper.entered_at, shopper: self.shopper.id.clone() }
    }
}

fn listed(row: &Row) -> Result<Listed, Error> {
    Ok(Listed { shopper: shopper(row)?, session: row.get("token")?, customer: row.get("customer_id")? })
}

const SELECT: &str = "select shoppers.*, sessions.token, sessions.customer_id
     from shoppers left join sessions on sessions.number = shoppers.session_number where shoppers.store_id = ";

/// The next people behind a place, walking in one direction.
pub async fn slice(
    c: &mut Connection,
    store: StoreId,
    filter: &ShopperFilter,
    walking: Direction,
    behind: Option<&Place>,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let mut select = Statement::build(SELECT);
    select.bind(store);
    push_filter(&mut select, filter);
    let is_up = walking == Direction::Ascending;
    if let Some(place) = behind {
        select
            .push(if is_up {
                " and (shoppers.entered_at, shoppers.shopper_id) > ("
            } else {
                " and (shoppers.entered_at, shoppers.shopper_id) < ("
            })
            .bind(place.entered_at)
            .push(", ")
            .bind(&place.shopper)
            .push(")");
    }
    select
        .push(if is_up {
            " order by shoppers.entered_at, shoppers.shopper_id limit "
        } else {
            " order by shoppers.entered_at desc, shoppers.shopper_id desc limit "
        })
        .bind(limit);
    c.fetch_all(&mut select).await?.iter().map(listed).collect()
}

fn push_filter(select: &mut Statement, filter: &ShopperFilter) {
    select
        .push(" and shoppers.state in (")
        .bind_list(filter.states.iter().copied())
        .push(")")
        // Somebody who waits before the gate has a state of those inside, and is not.
        .push(
            " and (shoppers.left_at is null
                or (shoppers.state in ('left', 'lost') and shoppers.left_at >= ",
        )
        .bind(filter.gone_since)
        .push("))");
    if let Some(session) = &filter.session {
        select.push(" and sessions.token = ").bind(session);
    }
    if let Some(shopper) = &filter.shopper {
        select.push(" and shoppers.shopper_id = ").bind(shopper);
    }
    // Taking the quoted id out of a JSON list changes the text exactly when it is in there.
    if let Some(track) = &filter.track {
        select.push(" and replace(shoppers.track_ids, ").bind(json_text(track)).push(", '') <> shoppers.track_ids");
    }
    if let Some(zone) = &filter.zone {
        select.push(" and replace(shoppers.zone_ids, ").bind(json_text(zone)).push(", '') <> shoppers.zone_ids");
    }
}

/// One person of a store, whenever they came or went.
pub async fn find(c: &mut Connection, store: StoreId, id: &ShopperId) -> Result<Option<Listed>, Error> {
    let mut select = Statement::build(SELECT);
    select.bind(store).push(" and shoppers.shopper_id = ").bind(id);
    c.fetch_optional(&mut select).await?.as_ref().map(listed).transpose()
}

/// The person whose provisional session this is.
pub async fn find_by_visitor_session(
    c: &mut Connection,
    store: StoreId,
    session: &str,
) -> Result<Option<Listed>, Error> {
    let mut select = Statement::build(SELECT);
    select.bind(store).push(" and shoppers.visitor_session_id = ").bind(session);
    c.fetch_optional(&mut select).await?.as_ref().map(listed).transpose()
}
