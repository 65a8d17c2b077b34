//! Who is in a store, in pages, and one of them alone.

use aisle_database::rows::identity_matches::{self, Candidate};
use aisle_database::rows::session_list::Direction;
use aisle_database::rows::shopper_list::{self, Listed, Place, ShopperFilter};
use aisle_database::rows::shoppers::Shopper;
use aisle_database::{Connection, rows};
use aisle_model::store::ShopperState;
use aisle_model::{CustomerId, Millis, SessionToken, ShopperId, StoreId, TrackId, ZoneId};

use crate::{App, Caller, Failure, Refusal};

/// How long those who are gone are listed.
const GONE_FOR: Millis = Millis(24 * 60 * 60 * 1000);

/// What is asked for.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the parameters of the list")]
pub struct ListShoppers {
    pub store: StoreId,
    pub states: Vec<ShopperState>,
    pub session: Option<SessionToken>,
    pub shopper: Option<ShopperId>,
    pub track: Option<TrackId>,
    pub zone: Option<ZoneId>,
    pub direction: Direction,
    pub start: Start,
    /// Rows per page, at least 1.
    pub count: usize,
}

/// Where the page lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// At the beginning.
    Beginning,
    /// Behind a place.
    After(Place),
    /// In front of a place.
    Before(Place),
}

/// Somebody with what is known beside the floor.
#[derive(Debug, Clone, PartialEq)]
pub struct ShopperView {
    /// The person.
    pub shopper: Shopper,
    /// Their trip; absent for a visitor.
    pub session: Option<SessionToken>,
    /// Whose trip.
    pub customer: Option<CustomerId>,
    /// For a visitor: who they may be, best first.
    pub candidates: Vec<Candidate>,
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct ShopperPage {
    /// In the order that was asked for.
    pub shoppers: Vec<ShopperView>,
    /// Last place of the page; absent when nothing follows.
    pub next: Option<Place>,
    /// First place of the page; absent when nothing precedes.
    pub previous: Option<Place>,
}

/// Reads one page: people inside, and those who went within the last 24 hours.
pub async fn list(app: &App, caller: &Caller, asked: ListShoppers) -> Result<ShopperPage, Failure> {
    let (retailer, wall) = (caller.retailer, app.clock.now());
    let page = app.database.snapshot(move |c| {
        Box::pin(async move {
            let store = rows::stores::find(c, retailer, asked.store).await?.ok_or(Refusal::NotFound("Store"))?;
            let filter = ShopperFilter {
                states: asked.states.clone(),
                gone_since: store.now(wall).minus(GONE_FOR),
                session: asked.session.clone(),
                shopper: asked.shopper.clone(),
                track: asked.track.clone(),
                zone: asked.zone.clone(),
            };
            page_of(c, &filter, &asked).await
        })
    });
    page.await
}

async fn page_of(c: &mut Connection, filter: &ShopperFilter, asked: &ListShoppers) -> Result<ShopperPage, Failure> {
    let limit = i64::try_from(asked.count).map_err(Failure::broken)?;
    let (behind, walking) = match &asked.start {
        Start::Beginning => (None, asked.direction),
        Start::After(place) => (Some(place), asked.direction),
        Start::Before(place) => (Some(place), asked.direction.reversed()),
    };
    // One more than the page shows whether the walk goes on.
    let mut found = shopper_list::slice(c, asked.store, filter, walking, behind, limit + 1).await?;
    let goes_on = found.len() > asked.count;
    found.truncate(asked.count);
    let first = found.first().map(Listed::place);
    let last = found.last().map(Listed::place);
    let came_from = match (&first, behind) {
        (Some(first), Some(_)) => {
            let back = walking.reversed();
            !shopper_list::slice(c, asked.store, filter, back, Some(first), 1).await?.is_empty()
        }
        _ => false,
    };
    let (ahead, back) = (last.filter(|_| goes_on), first.filter(|_| came_from));
    let is_backwards = matches!(asked.start, Start::Before(_));
    if is_backwards {
        found.reverse();
    }
    let (next, previous) = if is_backwards { (back, ahead) } else { (ahead, back) };
    Ok(ShopperPage { shoppers: views(c, found).await?, next, previous })
}

/// Adds who visitors may be.
async fn views(c: &mut Connection, found: Vec<Listed>) -> Result<Vec<ShopperView>, Failure> {
    let visitors: Vec<ShopperId> = found
        .iter()
        .filter(|listed| listed.shopper.session.is_none())
        .map(|listed| listed.shopper.id.clone())
        .collect();
    let candidates = identity_matches::candidates(c, &visitors).await?;
    let view = |listed: Listed| ShopperView {
        candidates: candidates.iter().filter(|candidate| candidate.visitor == listed.shopper.id).cloned().collect(),
        shopper: listed.shopper,
        session: listed.session,
        customer: listed.customer,
    };
    Ok(found.into_iter().map(view).collect())
}

/// Reads one person of a store.
pub async fn read(app: &App, caller: &Caller, store: StoreId, id: ShopperId) -> Result<ShopperView, Failure> {
    let retailer = caller.retailer;
    let found = app.database.snapshot(move |c| {
        Box::pin(async move {
            rows::stores::find(c, retailer, store).await?.ok_or(Refusal::NotFound("Store"))?;
            let found = shopper_list::find(c, store, &id).await?;
            let found = found.ok_or(Refusal::NotFound("Shopper"))?;
            let view = views(c, vec![found]).await?.pop();
            view.ok_or_else(|| Failure::broken("a person was lost between two statements"))
        })
    });
    found.await
}

/// Where somebody stands, for callers who page by plain ids.
pub async fn place_of_id(app: &App, caller: &Caller, store: StoreId, id: ShopperId) -> Result<Option<Place>, Failure> {
    let retailer = caller.retailer;
    let read = app.database.read(move |c| {
        Box::pin(async move {
            if rows::stores::find(c, retailer, store).await?.is_none() {
                return Ok(None);
            }
            let found = shopper_list::find(c, store, &id).await?;
            Ok(found.map(|listed| listed.place()))
        })
    });
    read.await
}
