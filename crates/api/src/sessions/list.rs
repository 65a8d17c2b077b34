//! `GET /api/admin/v2/sessions`

use aisle_model::session::SessionStatus;
use aisle_model::{CustomerId, EntryCode, SessionNumber, SessionToken, StoreId};
use aisle_operations::customers::Window;
use aisle_operations::notices::faces;
use aisle_operations::sessions::{self, Direction, ListSessions, Place, SessionFilter, SessionOrder, Start};
use aisle_operations::{App, Caller};
use aisle_partners::bodies::SessionFace;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::Call;
use crate::moment::SaidMoment;
use crate::paging::{self, Cursor, Cursors, Pagination};
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    count: i64,
    after: Option<String>,
    before: Option<String>,
    order_by: SessionOrder,
    direction: Direction,
    #[serde(flatten)]
    filter: Filter,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    id: Option<SessionNumber>,
    code: Option<EntryCode>,
    session_token: Option<SessionToken>,
    store_id: Option<StoreId>,
    customer_id: Option<CustomerId>,
    #[serde(default)]
    status: Vec<SessionStatus>,
    min_visitors: Option<i64>,
    max_visitors: Option<i64>,
    min_group_size: Option<i64>,
    max_group_size: Option<i64>,
    min_created_at: Option<SaidMoment>,
    max_created_at: Option<SaidMoment>,
    min_updated_at: Option<SaidMoment>,
    max_updated_at: Option<SaidMoment>,
    min_expires_at: Option<SaidMoment>,
    max_expires_at: Option<SaidMoment>,
    #[serde(rename = "minCodeLastSuccesfullyScannedAt")]
    min_last_scanned_at: Option<SaidMoment>,
    #[serde(rename = "maxCodeLastSuccesfullyScannedAt")]
    max_last_scanned_at: Option<SaidMoment>,
    #[serde(rename = "minCustomerLastEnteredAt")]
    min_last_entered_at: Option<SaidMoment>,
    #[serde(rename = "maxCustomerLastEnteredAt")]
    max_last_entered_at: Option<SaidMoment>,
}

#[derive(Serialize)]
struct SessionList {
    data: Vec<SessionFace>,
    pagination: Pagination,
}

impl From<Filter> for SessionFilter {
    fn from(said: Filter) -> Self {
        let window = |min: Option<SaidMoment>, max: Option<SaidMoment>| Window {
            min: min.map(|said| said.0),
            max: max.map(|said| said.0),
        };
        Self {
            number: said.id,
            code: said.code,
            token: said.session_token,
            store: said.store_id,
            customer: said.customer_id,
            statuses: said.status,
            min_visitors: said.min_visitors,
            max_visitors: said.max_visitors,
            min_group_size: said.min_group_size,
            max_group_size: said.max_group_size,
            created_at: window(said.min_created_at, said.max_created_at),
            updated_at: window(said.min_updated_at, said.max_updated_at),
            expires_at: window(said.min_expires_at, said.max_expires_at),
            last_scanned_at: window(said.min_last_scanned_at, said.max_last_scanned_at),
            last_entered_at: window(said.min_last_entered_at, said.max_last_entered_at),
        }
    }
}

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let query: Query = call.query()?;
    let order = query.order_by;
    let cursors = Cursors { list: "sessions", order: order.as_str() };
    let start = match cursors.start(query.after.as_deref(), query.before.as_deref())? {
        paging::Start::First => Start::Beginning,
        paging::Start::After(cursor) => Start::After(place(&call.app, &call.caller, order, cursor, "after").await?),
        paging::Start::Before(cursor) => Start::Before(place(&call.app, &call.caller, order, cursor, "before").await?),
    };
    let asked = ListSessions {
        filter: query.filter.into(),
        order,
        direction: query.direction,
        start,
        count: usize::try_from(query.count).unwrap_or(1),
    };
    let page = sessions::list(&call.app, &call.caller, asked).await?;
    let (next, previous) = (page.next.as_ref(), page.previous.as_ref());
    Ok(Answer::ok(&SessionList {
        data: page.sessions.iter().map(faces::session).collect(),
        pagination: cursors.pagination(next, previous, query.count),
    }))
}

/// The place a cursor or a plain id names. A made-up cursor that does not fit the order is a fault like an unknown id.
async fn place(
    app: &App,
    caller: &Caller,
    order: SessionOrder,
    cursor: Cursor<Place>,
    parameter: &str,
) -> Result<Place, Problem> {
    let found = match cursor {
        Cursor::Place(place) => Some(place).filter(|place| order.takes(place)),
        Cursor::Id(text) => match text.parse().map(SessionNumber) {
            Ok(number) => sessions::place_of_id(app, caller, order, number).await?,
            Err(_) => None,
        },
    };
    found.ok_or_else(|| Problem::query(parameter))
}
