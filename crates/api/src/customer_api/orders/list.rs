//! `GET /api/customer/v2/orders` and `GET /api/customer/v2/orders/draft`

use aisle_model::{OrderId, StoreId};
use aisle_operations::Failure;
use aisle_operations::orders::{self, ListOwnOrders, OwnStart};
use aisle_operations::sessions::Direction;
use serde::{Deserialize, Serialize};

use super::face::AppOrderFace;
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
    direction: Direction,
    store_id: Option<StoreId>,
    payment_transaction_id: Option<String>,
}

#[derive(Serialize)]
struct List<'a> {
    orders: Vec<AppOrderFace<'a>>,
    pagination: Pagination,
}

pub(in super::super) async fn finals(call: Call) -> Result<Answer, Problem> {
    list(call, false).await
}

pub(in super::super) async fn drafts(call: Call) -> Result<Answer, Problem> {
    list(call, true).await
}

async fn list(call: Call, are_drafts: bool) -> Result<Answer, Problem> {
    let query: Query = call.query()?;
    let list = if are_drafts { "own draft orders" } else { "own orders" };
    let cursors = Cursors { list, order: "id" };
    let start = match cursors.start(query.after.as_deref(), query.before.as_deref())? {
        paging::Start::First => OwnStart::Beginning,
        paging::Start::After(cursor) => OwnStart::After(place(&call, cursor, "after").await?),
        paging::Start::Before(cursor) => OwnStart::Before(place(&call, cursor, "before").await?),
    };
    let asked = ListOwnOrders {
        customer: call.caller.logged_in()?.customer,
        are_drafts,
        store: query.store_id,
        payment_transaction: query.payment_transaction_id,
        direction: query.direction,
        start,
        count: usize::try_from(query.count).unwrap_or(1),
    };
    let page = orders::list_own(&call.app, asked).await?;
    let pagination = cursors.pagination(page.next.as_ref(), page.previous.as_ref(), query.count);
    Ok(Answer::ok(&List { orders: page.orders.iter().map(AppOrderFace::of).collect(), pagination }))
}

/// The place a cursor or a plain id names: an order of the customer's, in whichever list.
async fn place(call: &Call, cursor: Cursor<OrderId>, parameter: &str) -> Result<OrderId, Problem> {
    let id = match cursor {
        Cursor::Place(id) => return Ok(id),
        Cursor::Id(text) => text.parse().map(OrderId).map_err(|_| Problem::query(parameter))?,
    };
    let customer = call.caller.logged_in()?.customer;
    match orders::get_own(&call.app, &call.caller, customer, id).await {
        Ok(found) => Ok(found.order.id),
        Err(Failure::Refused(_)) => Err(Problem::query(parameter)),
        Err(other) => Err(other.into()),
    }
}
