//! One page of a retailer's stores, in any of six orders.

use aisle_model::named_enum;
use aisle_model::store::{DeploymentStatus, StoreStatus};
use aisle_model::{Moment, RetailerId, StoreId};
use serde::{Deserialize, Serialize};

use super::{Store, store};
use crate::{Connection, Error, Statement, Value};

named_enum! {
    /// What stores are ordered by; ties by id.
    StoreOrder {
        Id = "id", Name = "name", Status = "status", DeploymentStatus = "deploymentStatus", CreatedAt = "createdAt",
        UpdatedAt = "updatedAt",
    }
}

/// What a store has under the key of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "what the key is")]
pub enum SortValue {
    Id,
    Text(String),
    Moment(Moment),
}

/// The place of a store in the list, which holds also when the store is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "key and tie breaker")]
pub struct Place {
    pub value: SortValue,
    pub id: StoreId,
}

/// Which stores; all conditions hold together.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the filters of the contract")]
pub struct Filter {
    pub id: Option<StoreId>,
    pub status: Option<StoreStatus>,
    pub deployment_status: Option<DeploymentStatus>,
    pub third_party_id: Option<String>,
    pub unique_store_id: Option<String>,
}

/// Which stretch of the list.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the paging of the contract")]
pub struct Stretch {
    pub order: StoreOrder,
    pub descending: bool,
    pub from: Option<Edge>,
    pub count: i64,
}

/// Where a stretch begins, or where it ends.
#[derive(Debug, Clone)]
pub enum Edge {
    /// The stores behind this place.
    After(Place),
    /// The stores before it.
    Before(Place),
}

impl StoreOrder {
    const fn column(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Status => "status",
            Self::DeploymentStatus => "deployment_status",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
        }
    }

    /// The place of a store in this order.
    pub fn place(self, store: &Store) -> Place {
        let value = match self {
            Self::Id => SortValue::Id,
            Self::Name => SortValue::Text(store.name.clone()),
            Self::Status => SortValue::Text(store.status.as_str().to_owned()),
            Self::DeploymentStatus => SortValue::Text(store.deployment_status.as_str().to_owned()),
            Self::CreatedAt => SortValue::Moment(store.created_at),
            Self::UpdatedAt => SortValue::Moment(store.updated_at),
        };
        Place { value, id: store.id }
    }

    /// Whether a place that came from outside is one of this order.
    pub const fn has(self, place: &Place) -> bool {
        matches!(
            (self, &place.value),
            (Self::Id, SortValue::Id)
                | (Self::Name | Self::Status | Self::DeploymentStatus, SortValue::Text(_))
                | (Self::CreatedAt | Self::UpdatedAt, SortValue::Moment(_))
        )
    }
}

/// The stores of a stretch, in the order of the list.
pub async fn stretch(
    c: &mut Connection,
    retailer: RetailerId,
    filter: &Filter,
    stretch: &Stretch,
) -> Result<Vec<Store>, Error> {
    let backwards = matches!(stretch.from, Some(Edge::Before(_)));
    let falling = stretch.descending != backwards;
    let column = stretch.order.column();
    let mut select = Statement::build("select * from stores where retailer_id = ");
    select.bind(retailer);
    filtered(&mut select, filter);
    if let Some(Edge::After(place) | Edge::Before(place)) = &stretch.from {
        select.push(" and (").push(column).push(", id) ");
        select.push(if falling { "< (" } else { "> (" });
        select.bind(sort_value(place)).push(", ");
        select.bind(place.id).push(")");
    }
    let direction = if falling { " desc" } else { " asc" };
    select.push(" order by ").push(column).push(direction);
    select.push(", id").push(direction);
    select.push(" limit ").bind(stretch.count);
    let rows = c.fetch_all(&mut select).await?;
    let mut stores = rows.iter().map(store).collect::<Result<Vec<_>, _>>()?;
    if backwards {
        stores.reverse();
    }
    Ok(stores)
}

fn filtered(select: &mut Statement, filter: &Filter) {
    if let Some(id) = filter.id {
        select.push(" and id = ").bind(id);
    }
    if let Some(status) = filter.status {
        select.push(" and status = ").bind(status);
    }
    if let Some(status) = filter.deployment_status {
        select.push(" and deployment_status = ").bind(status);
    }
    if let Some(id) = &filter.third_party_id {
        select.push(" and third_party_id = ").bind(id);
    }
    if let Some(id) = &filter.unique_store_id {
        select.push(" and unique_store_id = ").bind(id);
    }
}

fn sort_value(place: &Place) -> Value {
    match &place.value {
        SortValue::Id => place.id.into(),
        SortValue::Text(text) => text.into(),
        SortValue::Moment(moment) => (*moment).into(),
    }
}
