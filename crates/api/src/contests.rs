//! Contested orders: list and get.

pub(crate) mod face;

use aisle_model::order::ContestStatus;
use aisle_model::{OrderId, StoreId};
use aisle_operations::contests::{self, ContestFilter};
use serde::{Deserialize, Serialize};

use self::face::{ContestFace, ContestListFace};
use crate::answer::Answer;
use crate::call::Call;
use crate::moment::SaidMoment;
use crate::orders::list::{OffsetPagination, window};
use crate::problem::Problem;
use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[route!("listContests", list), route!("getContest", get)];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    page: i64,
    page_size: i64,
    status: Option<ContestStatus>,
    order_id: Option<OrderId>,
    store_id: Option<StoreId>,
    min_created_at: Option<SaidMoment>,
    max_created_at: Option<SaidMoment>,
    min_updated_at: Option<SaidMoment>,
    max_updated_at: Option<SaidMoment>,
    start_time: Option<SaidMoment>,
    end_time: Option<SaidMoment>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a> {
    contested_orders: Vec<ContestListFace<'a>>,
    pagination: OffsetPagination,
}

/// `GET /api/admin/v2/contests`
async fn list(call: Call) -> Result<Answer, Problem> {
    let query: Query = call.query()?;
    let filter = ContestFilter {
        status: query.status,
        order: query.order_id,
        store: query.store_id,
        created_at: window(query.min_created_at, query.max_created_at),
        updated_at: window(query.min_updated_at, query.max_updated_at),
        date: window(query.start_time, query.end_time),
    };
    let (page, size) = (query.page, query.page_size);
    let found = contests::list(&call.app, &call.caller, filter, page * size, size).await?;
    Ok(Answer::ok(&List {
        contested_orders: found.rows.iter().map(ContestListFace::of).collect(),
        pagination: OffsetPagination::around(page, size, found.goes_on),
    }))
}

/// `GET /api/admin/v2/contests/{orderId}`
async fn get(call: Call) -> Result<Answer, Problem> {
    let (contest, order) = contests::get(&call.app, &call.caller, call.path("orderId")?).await?;
    Ok(Answer::ok(&ContestFace::of(&contest, &order)))
}
