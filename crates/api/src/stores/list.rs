//! `GET /api/admin/v2/stores`

use aisle_model::StoreId;
use aisle_model::store::{DeploymentStatus, StoreStatus};
use aisle_operations::stores::{self, Filter, Place, StoreCursor, StoreOrder, StoreQuery};
use serde::{Deserialize, Serialize};

use super::face::StoreFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::paging::{Cursor, Cursors, Pagination, Start};
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    count: i64,
    after: Option<String>,
    before: Option<String>,
    order_by: StoreOrder,
    direction: Option<Direction>,
    id: Option<StoreId>,
    status: Option<StoreStatus>,
    external_id: Option<String>,
    deployment_status: Option<DeploymentStatus>,
    aifi_unique_store_id: Option<String>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Asc,
    Desc,
}

#[derive(Serialize)]
struct StoreListFace<'a> {
    stores: Vec<StoreFace<'a>>,
    pagination: Pagination,
}

/// A page of stores.
pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let asked: Asked = call.query()?;
    let descending = asked.direction == Some(Direction::Desc);
    let order = format!("{}{}", if descending { "-" } else { "" }, asked.order_by.as_str());
    let cursors = Cursors { list: "stores", order: &order };
    let place = |cursor, side| cursor_of(cursor, asked.order_by, side);
    let (after, before) = match cursors.start(asked.after.as_deref(), asked.before.as_deref())? {
        Start::First => (None, None),
        Start::After(cursor) => (Some(place(cursor, "after")?), None),
        Start::Before(cursor) => (None, Some(place(cursor, "before")?)),
    };
    let side = if before.is_some() { "before" } else { "after" };
    let query = StoreQuery {
        filter: Filter {
            id: asked.id,
            status: asked.status,
            deployment_status: asked.deployment_status,
            third_party_id: asked.external_id,
            unique_store_id: asked.aifi_unique_store_id,
        },
        order: asked.order_by,
        descending,
        after,
        before,
        count: asked.count,
    };
    let page = stores::list(&call.app, &call.caller, query).await?;
    let page = page.ok_or_else(|| Problem::query(side))?;
    Ok(Answer::ok(&StoreListFace {
        stores: page.stores.iter().map(StoreFace::of).collect(),
        pagination: cursors.pagination(page.next.as_ref(), page.previous.as_ref(), asked.count),
    }))
}

fn cursor_of(cursor: Cursor<Place>, order: StoreOrder, side: &str) -> Result<StoreCursor, Problem> {
    match cursor {
        Cursor::Place(place) if order.has(&place) => Ok(StoreCursor::Place(place)),
        Cursor::Place(_) => Err(Problem::query(side)),
        Cursor::Id(id) => {
            let id = id.parse().map_err(|_| Problem::query(side))?;
            Ok(StoreCursor::Store(StoreId(id)))
        }
    }
}
