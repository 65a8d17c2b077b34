//! `GET /api/admin/v2/products`

use aisle_model::{Price, ProductId};
use aisle_operations::customers::Window;
use aisle_operations::products::{self, ListProducts, ProductFilter, ProductOrder, barcode_key, fold_name};
use aisle_operations::sessions::Direction;
use serde::{Deserialize, Serialize};

use super::amount::SaidAmount;
use super::face::ProductFace;
use super::pages::Pages;
use crate::answer::Answer;
use crate::call::Call;
use crate::moment::SaidMoment;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    offset: i64,
    count: i64,
    sort: ProductOrder,
    direction: Direction,
    #[serde(flatten)]
    filter: Filter,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Filter {
    id: Vec<ProductId>,
    name: Vec<String>,
    barcode: Vec<String>,
    external_id: Vec<String>,
    category: Vec<String>,
    sku: Vec<String>,
    invalid_thumbnail: Option<bool>,
    price_min: Option<SaidAmount>,
    price_max: Option<SaidAmount>,
    quantity_min: Option<i64>,
    quantity_max: Option<i64>,
    min_created_at: Option<SaidMoment>,
    max_created_at: Option<SaidMoment>,
    min_updated_at: Option<SaidMoment>,
    max_updated_at: Option<SaidMoment>,
}

#[derive(Serialize)]
struct ProductList<'a> {
    products: Vec<ProductFace<'a>>,
    pagination: Pages,
}

impl From<Filter> for ProductFilter {
    fn from(said: Filter) -> Self {
        let window = |min: Option<SaidMoment>, max: Option<SaidMoment>| Window {
            min: min.map(|said| said.0),
            max: max.map(|said| said.0),
        };
        Self {
            ids: said.id,
            names: said.name.iter().map(|name| fold_name(name)).collect(),
            barcode_keys: said.barcode.iter().map(|barcode| barcode_key(barcode)).collect(),
            external_ids: said.external_id,
            categories: said.category,
            skus: said.sku,
            invalid_thumbnail: said.invalid_thumbnail,
            min_price: said.price_min.map(|said| Price::at_least(said.0)),
            max_price: said.price_max.map(|said| Price::at_most(said.0)),
            min_quantity: said.quantity_min,
            max_quantity: said.quantity_max,
            created_at: window(said.min_created_at, said.max_created_at),
            updated_at: window(said.min_updated_at, said.max_updated_at),
        }
    }
}

pub(super) async fn handle(call: Call) -> Result<Answer, Problem> {
    let query: Query = call.query()?;
    let asked = ListProducts {
        filter: query.filter.into(),
        order: query.sort,
        direction: query.direction,
        offset: query.offset,
        count: query.count,
    };
    let page = products::list(&call.app, &call.caller, asked).await?;
    Ok(Answer::ok(&ProductList {
        products: ProductFace::all(&page.rows)?,
        pagination: Pages::around(query.offset, query.count, page.goes_on),
    }))
}
