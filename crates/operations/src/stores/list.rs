//! One page of a retailer's stores.
//!
//! A page begins or ends at a place: the sort key and id of a store as they were. So no store is shown twice and none
//! left out while stores come and go; one whose own key changes meanwhile moves to where it now belongs.

use aisle_database::Connection;
use aisle_database::rows;
use aisle_database::rows::stores::Store;
use aisle_database::rows::stores::list::{Edge, Filter, Place, StoreOrder, Stretch, stretch};
use aisle_model::{RetailerId, StoreId};

use crate::{App, Caller, Failure};

/// A place in the list, as a caller names it.
#[derive(Debug, Clone)]
pub enum StoreCursor {
    /// From an earlier page.
    Place(Place),
    /// The place of this store.
    Store(StoreId),
}

/// What is asked for.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the parameters of the contract")]
pub struct StoreQuery {
    pub filter: Filter,
    pub order: StoreOrder,
    pub descending: bool,
    pub after: Option<StoreCursor>,
    pub before: Option<StoreCursor>,
    pub count: i64,
}

/// What is there.
#[derive(Debug, Clone)]
pub struct StorePage {
    /// In the order that was asked for.
    pub stores: Vec<Store>,
    /// Go on after this place; none at the end.
    pub next: Option<Place>,
    /// Go back from this place; none at the beginning.
    pub previous: Option<Place>,
}

/// One page; `None` when a cursor names a store that is not there.
pub async fn list(app: &App, caller: &Caller, query: StoreQuery) -> Result<Option<StorePage>, Failure> {
    let retailer = caller.retailer;
    let page = app.database.snapshot(move |c| Box::pin(async move { page(c, retailer, &query).await }));
    page.await
}

async fn page(c: &mut Connection, retailer: RetailerId, query: &StoreQuery) -> Result<Option<StorePage>, Failure> {
    let (cursor, is_after) = match (&query.after, &query.before) {
        (Some(after), _) => (Some(after), true),
        (None, Some(before)) => (Some(before), false),
        (None, None) => (None, true),
    };
    let place = match cursor {
        Some(StoreCursor::Store(id)) => match rows::stores::find(c, retailer, *id).await? {
            Some(store) => Some(query.order.place(&store)),
            None => return Ok(None),
        },
        Some(StoreCursor::Place(place)) => Some(place.clone()),
        None => None,
    };
    let from = place.map(|place| if is_after { Edge::After(place) } else { Edge::Before(place) });
    let stores = some(c, retailer, query, from, query.count).await?;
    let place_of = |store: Option<&Store>| store.map(|store| query.order.place(store));
    let (first, last) = (place_of(stores.first()), place_of(stores.last()));
    Ok(Some(StorePage {
        next: kept_if_more(c, retailer, query, last, Edge::After).await?,
        previous: kept_if_more(c, retailer, query, first, Edge::Before).await?,
        stores,
    }))
}

async fn some(
    c: &mut Connection,
    retailer: RetailerId,
    query: &StoreQuery,
    from: Option<Edge>,
    count: i64,
) -> Result<Vec<Store>, Failure> {
    let wanted = Stretch { order: query.order, descending: query.descending, from, count };
    Ok(stretch(c, retailer, &query.filter, &wanted).await?)
}

async fn kept_if_more(
    c: &mut Connection,
    retailer: RetailerId,
    query: &StoreQuery,
    place: Option<Place>,
    edge: fn(Place) -> Edge,
) -> Result<Option<Place>, Failure> {
    let Some(place) = place else {
        return Ok(None);
    };
    let beyond = some(c, retailer, query, Some(edge(place.clone())), 1).await?;
    Ok((!beyond.is_empty()).then_some(place))
}
