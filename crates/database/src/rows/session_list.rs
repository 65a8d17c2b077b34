//! The list of trips: filters, sort orders, and places to go on from (keyset paging, right under inserts).
//!
//! Nulls come last when ascending and first when descending, so walking backwards is the other direction exactly.

use aisle_model::named_enum;
use aisle_model::session::SessionStatus;
use aisle_model::{CustomerId, EntryCode, Moment, RetailerId, SessionNumber, SessionToken, StoreId};
use serde::{Deserialize, Serialize};

use super::sessions::{Session, session};
use super::window::Window;
use crate::{Connection, Error, Statement, Value};

named_enum! {
    /// What the list is sorted by; ties by number.
    SessionOrder {
        Id = "id", Code = "code", Store = "storeId", Visitors = "visitors", GroupSize = "groupSize",
        ExpiresAt = "expiresAt", Customer = "customerId", LastScannedAt = "codeLastSuccesfullyScannedAt",
        LastEnteredAt = "customerLastEnteredAt", CreatedAt = "createdAt", UpdatedAt = "updatedAt",
    }
}

named_enum! {
    /// Which way a list runs.
    Direction { Ascending = "asc", Descending = "desc" }
}

/// A value of the sort column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the kinds of columns")]
pub enum SortKey {
    Number(i64),
    Text(String),
    Time(Moment),
}

/// Where a row stands in a sorted list, also once the row has moved or gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The value of the sort column; absent for null.
    pub key: Option<SortKey>,
    /// The row.
    pub number: SessionNumber,
}

/// What the list keeps; all conditions must hold.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the parameters of the list")]
pub struct SessionFilter {
    pub number: Option<SessionNumber>,
    pub code: Option<EntryCode>,
    pub token: Option<SessionToken>,
    pub store: Option<StoreId>,
    pub customer: Option<CustomerId>,
    /// Any of these; empty keeps all.
    pub statuses: Vec<SessionStatus>,
    pub min_visitors: Option<i64>,
    pub max_visitors: Option<i64>,
    pub min_group_size: Option<i64>,
    pub max_group_size: Option<i64>,
    pub created_at: Window,
    pub updated_at: Window,
    pub expires_at: Window,
    pub last_scanned_at: Window,
    pub last_entered_at: Window,
}

impl SessionOrder {
    const fn column(self) -> &'static str {
        match self {
            Self::Id => "number",
            Self::Code => "code",
            Self::Store => "store_id",
            Self::Visitors => "visitors",
            Self::GroupSize => "group_size",
            Self::ExpiresAt => "expires_at",
            Self::Customer => "customer_id",
            Self::LastScannedAt => "last_scanned_at",
            Self::LastEnteredAt => "last_entered_at",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
        }
    }

    /// Where a trip stands in this order.
    pub fn place_of(self, session: &Session) -> Place {
        let number = SortKey::Number;
        let key = match self {
            Self::Id => Some(number(session.number.0)),
            Self::Code => Some(SortKey::Text(session.code.0.clone())),
            Self::Store => session.store.map(|id| number(id.0)),
            Self::Visitors => Some(number(session.visitors)),
            Self::GroupSize => session.group_size.map(number),
            Self::ExpiresAt => session.expires_at.map(SortKey::Time),
            Self::Customer => session.customer.map(|id| number(id.0)),
            Self::LastScannedAt => session.last_scanned_at.map(SortKey::Time),
            Self::LastEnteredAt => session.last_entered_at.map(SortKey::Time),
            Self::CreatedAt => Some(SortKey::Time(session.created_at)),
            Self::UpdatedAt => Some(SortKey::Time(session.updated_at)),
        };
        Place { key, number: session.number }
    }

    /// Whether a place that somebody hands in can be one of this order.
    pub fn takes(self, place: &Place) -> bool {
        let Some(key) = &place.key else {
            return self != Self::Id;
        };
        match self {
            Self::Code => matches!(key, SortKey::Text(text) if !text.contains('\0')),
            Self::Id | Self::Store | Self::Visitors | Self::GroupSize | Self::Customer => {
                matches!(key, SortKey::Number(_))
            }
            Self::ExpiresAt | Self::LastScannedAt | Self::LastEnteredAt | Self::CreatedAt | Self::UpdatedAt => {
                matches!(key, SortKey::Time(at) if Moment::from_micros(at.micros()) == *at)
            }
        }
    }
}

impl Direction {
    /// The other way.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

impl From<SortKey> for Value {
    fn from(key: SortKey) -> Self {
        match key {
            SortKey::Number(number) => Self::Int(number),
            SortKey::Text(text) => Self::Text(text),
            SortKey::Time(moment) => moment.into(),
        }
    }
}

/// The next trips in this order behind a place (or from the start), at most `count`.
pub async fn slice(
    c: &mut Connection,
    retailer: RetailerId,
    filter: &SessionFilter,
    order: SessionOrder,
    direction: Direction,
    behind: Option<&Place>,
    count: i64,
) -> Result<Vec<Session>, Error> {
    let mut select = Statement::build("select * from sessions where retailer_id = ");
    select.bind(retailer);
    push_filter(&mut select, filter);
    if let Some(place) = behind {
        push_place(&mut select, order, direction, place);
    }
    select.push(" order by ").push(order.column());
    select.push(match direction {
        Direction::Ascending => " asc nulls last, number asc limit ",
        Direction::Descending => " desc nulls first, number desc limit ",
    });
    select.bind(count);
    c.fetch_all(select).await?.iter().map(session).collect()
}

fn push_place(select: &mut Statement, order: SessionOrder, direction: Direction, place: &Place) {
    let column = order.column();
    let is_up = direction == Direction::Ascending;
    let beyond = if is_up { " > " } else { " < " };
    select.push(" and (");
    if let Some(key) = &place.key {
        select.push(column).push(beyond).bind(key.clone());
        select.push(" or (").push(column).push(" = ");
        select.bind(key.clone()).push(" and number").push(beyond);
        select.bind(place.number).push(")");
        if is_up {
            select.push(" or ").push(column).push(" is null");
        }
    } else {
        // Going up, only nulls are left; going down, everything else is behind them.
        select.push(column);
        select.push(if is_up { " is null and number" } else { " is not null or number" });
        select.push(beyond).bind(place.number);
    }
    select.push(")");
}

fn push_filter(select: &mut Statement, filter: &SessionFilter) {
    let mut keep = |condition: &'static str, value: Option<Value>| {
        if let Some(value) = value {
            select.push(condition).bind(value);
        }
    };
    keep(" and number = ", filter.number.map(Value::from));
    keep(" and code = ", filter.code.as_ref().map(Value::from));
    keep(" and token = ", filter.token.as_ref().map(Value::from));
    keep(" and store_id = ", filter.store.map(Value::from));
    keep(" and customer_id = ", filter.customer.map(Value::from));
    keep(" and visitors >= ", filter.min_visitors.map(Value::from));
    keep(" and visitors <= ", filter.max_visitors.map(Value::from));
    keep(" and group_size >= ", filter.min_group_size.map(Value::from));
    keep(" and group_size <= ", filter.max_group_size.map(Value::from));
    if !filter.statuses.is_empty() {
        let statuses = filter.statuses.iter().copied();
        select.push(" and status in (").bind_list(statuses).push(")");
    }
    let window = filter.created_at;
    window.push(select, " and created_at >= ", " and created_at < ");
    let window = filter.updated_at;
    window.push(select, " and updated_at >= ", " and updated_at < ");
    let window = filter.expires_at;
    window.push(select, " and expires_at >= ", " and expires_at < ");
    let window = filter.last_scanned_at;
    window.push(select, " and last_scanned_at >= ", " and last_scanned_at < ");
    let window = filter.last_entered_at;
    window.push(select, " and last_entered_at >= ", " and last_entered_at < ");
}
