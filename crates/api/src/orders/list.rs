//! `GET /api/admin/v2/orders`: numbered pages, told as offsets, with the number of all.

use aisle_contract::Fault;
use aisle_model::order::{OrderExternalStatus, OrderStatus};
use aisle_model::store::Role;
use aisle_model::{CustomerId, OrderId, Price, StoreId};
use aisle_operations::customers::Window;
use aisle_operations::orders::{self, OrderFilter, OrderOrder, Stretch, Wanted};
use aisle_operations::sessions::Direction;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::face::OrderFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::moment::SaidMoment;
use crate::problem::{Part, Problem};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    page: i64,
    page_size: i64,
    order_by: OrderOrder,
    direction: Direction,
    include_contest: bool,
    include_products: bool,
    #[serde(flatten)]
    filter: Filter,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    id: Option<OrderId>,
    store_id: Option<StoreId>,
    customer_id: Option<CustomerId>,
    #[serde(default)]
    status: Vec<OrderStatus>,
    #[serde(default)]
    external_status: Vec<OrderExternalStatus>,
    #[serde(default)]
    customer_role: Vec<Role>,
    #[serde(default)]
    session_id: Vec<String>,
    #[serde(default)]
    external_id: Vec<String>,
    payment_transaction_id: Option<String>,
    customer_payment_instrument_bin: Option<String>,
    customer_payment_instrument_last4: Option<String>,
    customer_payment_instrument_exp_date: Option<String>,
    min_total_price: Option<String>,
    max_total_price: Option<String>,
    min_total_product_quantity: Option<i64>,
    max_total_product_quantity: Option<i64>,
    min_created_at: Option<SaidMoment>,
    max_created_at: Option<SaidMoment>,
    min_updated_at: Option<SaidMoment>,
    max_updated_at: Option<SaidMoment>,
    start_time: Option<SaidMoment>,
    end_time: Option<SaidMoment>,
    min_draft_created_at: Option<SaidMoment>,
    max_draft_created_at: Option<SaidMoment>,
}

/// Where a neighbouring page starts.
#[derive(Serialize)]
pub(crate) struct OffsetPage {
    offset: i64,
    count: i64,
}

/// The neighbours of a numbered page.
#[derive(Serialize)]
pub(crate) struct OffsetPagination {
    previous: Option<OffsetPage>,
    next: Option<OffsetPage>,
}

#[derive(Serialize)]
struct Pagination {
    #[serde(flatten)]
    neighbours: OffsetPagination,
    total: i64,
}

#[derive(Serialize)]
struct List<'a> {
    data: Vec<OrderFace<'a>>,
    pagination: Pagination,
}

impl OffsetPagination {
    /// Of page number `page`, which may lie behind the end.
    pub(crate) fn around(page: i64, size: i64, goes_on: bool) -> Self {
        let at = |number: i64| OffsetPage { offset: number * size, count: size };
        Self { previous: (page > 0).then(|| at(page - 1)), next: goes_on.then(|| at(page + 1)) }
    }
}

/// From and to, as a window of time.
pub(crate) fn window(min: Option<SaidMoment>, max: Option<SaidMoment>) -> Window {
    Window { min: min.map(|said| said.0), max: max.map(|said| said.0) }
}

/// The amount as totals are compared. One that no amount reaches stands at the end.
fn scaled(said: Option<&String>, round: fn(Decimal) -> Price) -> Option<i64> {
    said.map(|text| text.parse().map_or(i64::MAX, |amount| round(amount).0))
}

impl From<Filter> for OrderFilter {
    fn from(said: Filter) -> Self {
        Self {
            id: said.id,
            store: said.store_id,
            customer: said.customer_id,
            statuses: said.status,
            external_statuses: said.external_status,
            roles: said.customer_role,
            sessions: said.session_id,
            external_ids: said.external_id,
            payment_transaction: said.payment_transaction_id,
            card_bin: said.customer_payment_instrument_bin,
            card_last4: said.customer_payment_instrument_last4,
            card_expires: said.customer_payment_instrument_exp_date,
            min_total: scaled(said.min_total_price.as_ref(), Price::at_least),
            max_total: scaled(said.max_total_price.as_ref(), Price::at_most),
            min_quantity: said.min_total_product_quantity,
            max_quantity: said.max_total_product_quantity,
            created_at: window(said.min_created_at, said.max_created_at),
            updated_at: window(said.min_updated_at, said.max_updated_at),
            dates: [
                window(said.start_time, said.end_time),
                window(said.min_draft_created_at, said.max_draft_created_at),
            ],
        }
    }
}

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let query: Query = call.query()?;
    let (page, size) = (query.page, query.page_size);
    let filter: OrderFilter = query.filter.into();
    if filter.card_expires.is_some() && filter.card_last4.is_none() {
        let fault = Fault::required("customerPaymentInstrumentLast4");
        return Err(Problem::Faults(Part::Query, vec![fault]));
    }
    let stretch = Stretch {
        order: query.order_by,
        descending: query.direction == Direction::Descending,
        offset: page * size,
        count: size,
    };
    let wanted = Wanted { lines: query.include_products, contest: query.include_contest };
    let found = orders::list(&call.app, &call.caller, filter, stretch, wanted).await?;
    let goes_on = found.total > stretch.offset + size;
    Ok(Answer::ok(&List {
        data: found.orders.iter().map(OrderFace::of).collect(),
        pagination: Pagination { neighbours: OffsetPagination::around(page, size, goes_on), total: found.total },
    }))
}
