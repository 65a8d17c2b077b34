//! The list of trips: filters, sort orders, and places to go on from (keyset paging, right under inserts).
//!
//! Nulls come last when ascending and first when descending, so walking backwards is the other direction exactly.

use aisle_model::named_enum;
use aisle_model::session::SessionStatus;
use aisle_model::{CustomerId, EntryCode, Moment, RetailerId, SessionNumber, SessionToken, StoreId};
use serde::{Deserialize, Serialize};

use super::ranges::{self, Condition, Texts};
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

    const fn may_be_null(self) -> bool {
        matches!(
            self,
            Self::Store
                | Self::GroupSize
                | Self::ExpiresAt
                | Self::Customer
                | Self::LastScannedAt
                | Self::LastEnteredAt
        )
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

/// The next trips in this order behind a place (or from the start), at most `count`. Trips with a value and trips without
/// one are two stretches, each read from its place in an index: what lies before it does not count.
pub async fn slice(
    c: &mut Connection,
    retailer: RetailerId,
    filter: &SessionFilter,
    order: SessionOrder,
    direction: Direction,
    behind: Option<&Place>,
    count: i64,
) -> Result<Vec<Session>, Error> {
    let is_up = direction == Direction::Ascending;
    let mut stretches = vec![Stretch::Values];
    if order.may_be_null() {
        stretches.insert(usize::from(is_up), Stretch::Nulls);
    }
    let begun = behind.map(|place| if place.key.is_some() { Stretch::Values } else { Stretch::Nulls });
    let mut filtered = Statement::build("select * from sessions where retailer_id = ");
    filtered.bind(retailer);
    push_filter(c, &mut filtered, retailer, filter).await?;
    let mut found = Vec::new();
    for stretch in stretches.into_iter().skip_while(|stretch| begun.is_some_and(|begun| begun != *stretch)) {
        let left = count - i64::try_from(found.len()).unwrap_or(i64::MAX);
        if left <= 0 {
            break;
        }
        let mut select = filtered.clone();
        let place = behind.filter(|_| begun == Some(stretch));
        push_stretch(&mut select, order, direction, stretch, place);
        select.bind(left);
        for row in c.fetch_all(&mut select).await? {
            found.push(session(&row)?);
        }
    }
    Ok(found)
}

/// A part of a sorted list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stretch {
    Values,
    Nulls,
}

fn push_stretch(
    select: &mut Statement,
    order: SessionOrder,
    direction: Direction,
    stretch: Stretch,
    behind: Option<&Place>,
) {
    let (beyond, end) = match direction {
        Direction::Ascending => (" > ", " asc"),
        Direction::Descending => (" < ", " desc"),
    };
    let column = order.column();
    let is_keyed = stretch == Stretch::Values && order != SessionOrder::Id;
    match (stretch, behind) {
        (Stretch::Nulls, _) => {
            select.push(" and ").push(column).push(" is null");
        }
        (Stretch::Values, None) if order.may_be_null() => {
            select.push(" and ").push(column).push(" is not null");
        }
        (Stretch::Values, _) => {}
    }
    match behind {
        Some(Place { key: Some(key), number }) if is_keyed => {
            select.push(" and (").push(column).push(", number)").push(beyond);
            select.push("(").bind(key.clone()).push(", ").bind(*number).push(")");
        }
        Some(place) => {
            select.push(" and number").push(beyond).bind(place.number);
        }
        None => {}
    }
    select.push(" order by ");
    if is_keyed {
        select.push(column).push(end).push(", ");
    }
    select.push("number").push(end).push(" limit ");
}

const TEXTS: Texts = Texts {
    one: "select 1 from sessions where retailer_id = ",
    chosen: " and number in (select number from sessions where retailer_id = ",
};

async fn push_filter(
    c: &mut Connection,
    select: &mut Statement,
    retailer: RetailerId,
    filter: &SessionFilter,
) -> Result<(), Error> {
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
    let conditions = vec![
        Condition::any(" and status in (", filter.statuses.iter().copied()),
        Condition::range((" and visitors >= ", filter.min_visitors), (" and visitors <= ", filter.max_visitors)),
        Condition::range(
            (" and group_size >= ", filter.min_group_size),
            (" and group_size <= ", filter.max_group_size),
        ),
        filter.created_at.condition(" and created_at >= ", " and created_at < "),
        filter.updated_at.condition(" and updated_at >= ", " and updated_at < "),
        filter.expires_at.condition(" and expires_at >= ", " and expires_at < "),
        filter.last_scanned_at.condition(" and last_scanned_at >= ", " and last_scanned_at < "),
        filter.last_entered_at.condition(" and last_entered_at >= ", " and last_entered_at < "),
    ];
    ranges::push(c, select, &TEXTS, retailer, conditions).await
}
