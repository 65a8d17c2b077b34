//! `GET /api/admin/v2/stores/{storeId}/shoppers`

use aisle_model::store::ShopperState;
use aisle_model::{SessionToken, ShopperId, StoreId, TrackId, ZoneId};
use aisle_operations::shoppers::{self, Direction, ListShoppers, Place, Start};
use aisle_operations::{App, Caller};
use serde::{Deserialize, Serialize};

use super::face::ShopperFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::paging::{self, Cursor, Cursors, Pagination};
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    count: i64,
    after: Option<String>,
    before: Option<String>,
    direction: Option<Direction>,
    state: Vec<ShopperState>,
    session_id: Option<SessionToken>,
    shopper_id: Option<ShopperId>,
    track_id: Option<TrackId>,
    zone_id: Option<ZoneId>,
}

#[derive(Serialize)]
struct ShopperList {
    data: Vec<ShopperFace>,
    pagination: Pagination,
}

pub(super) async fn handle(call: Call) -> Result<Answer, Problem> {
    let (query, store): (Query, StoreId) = (call.query()?, call.path("storeId")?);
    let cursors = Cursors { list: "shoppers", order: "enteredAt" };
    let start = match cursors.start(query.after.as_deref(), query.before.as_deref())? {
        paging::Start::First => Start::Beginning,
        paging::Start::After(cursor) => Start::After(place(&call.app, &call.caller, store, cursor, "after").await?),
        paging::Start::Before(cursor) => Start::Before(place(&call.app, &call.caller, store, cursor, "before").await?),
    };
    let asked = ListShoppers {
        store,
        states: query.state,
        session: query.session_id,
        shopper: query.shopper_id,
        track: query.track_id,
        zone: query.zone_id,
        direction: query.direction.unwrap_or(Direction::Descending),
        start,
        count: usize::try_from(query.count).unwrap_or(1),
    };
    let page = shoppers::list(&call.app, &call.caller, asked).await?;
    let (next, previous) = (page.next.as_ref(), page.previous.as_ref());
    let pagination = cursors.pagination(next, previous, query.count);
    Ok(Answer::ok(&ShopperList { data: page.shoppers.into_iter().map(Into::into).collect(), pagination }))
}

/// The place a cursor or a plain id names.
async fn place(
    app: &App,
    caller: &Caller,
    store: StoreId,
    cursor: Cursor<Place>,
    parameter: &str,
) -> Result<Place, Problem> {
    let found = match cursor {
        Cursor::Place(place) => Some(place),
        Cursor::Id(id) => shoppers::place_of_id(app, caller, store, ShopperId(id)).await?,
    };
    found.ok_or_else(|| Problem::query(parameter))
}
