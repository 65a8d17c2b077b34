//! The smaller lists of the catalogue: categories, snapshots, variants.

use aisle_model::ProductId;
use aisle_operations::customers::Window;
use aisle_operations::products::{self, ListVariants, VariantFilter, barcode_key};
use serde::{Deserialize, Serialize};

use super::face::{SnapshotFace, VariantFace};
use super::pages::Pages;
use crate::answer::Answer;
use crate::call::Call;
use crate::moment::SaidMoment;
use crate::problem::Problem;

#[derive(Serialize)]
struct ProductCategories {
    categories: Vec<String>,
}

/// `GET /api/admin/v2/products/categories`
pub(super) async fn categories(call: Call) -> Result<Answer, Problem> {
    let categories = products::categories(&call.app, &call.caller).await?;
    Ok(Answer::ok(&ProductCategories { categories }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotQuery {
    product_id: Option<ProductId>,
    min_created_at: Option<SaidMoment>,
    max_created_at: Option<SaidMoment>,
    offset: i64,
    count: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotList<'a> {
    product_snapshots: Vec<SnapshotFace<'a>>,
    pagination: Pages,
}

/// `GET /api/admin/v2/products/snapshots`
pub(super) async fn snapshots(call: Call) -> Result<Answer, Problem> {
    let query: SnapshotQuery = call.query()?;
    let window = Window { min: query.min_created_at.map(|said| said.0), max: query.max_created_at.map(|said| said.0) };
    let (offset, count) = (query.offset, query.count);
    let page = products::list_snapshots(&call.app, &call.caller, query.product_id, window, offset, count).await?;
    Ok(Answer::ok(&SnapshotList {
        product_snapshots: page.rows.iter().map(SnapshotFace::of).collect(),
        pagination: Pages::around(offset, count, page.goes_on),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VariantQuery {
    #[serde(default)]
    product_id: Vec<ProductId>,
    #[serde(default)]
    barcode: Vec<String>,
    #[serde(default)]
    external_id: Vec<String>,
    is_default: Option<bool>,
    offset: i64,
    count: i64,
}

#[derive(Serialize)]
struct VariantList<'a> {
    variants: Vec<VariantFace<'a>>,
    pagination: Pages,
}

/// `GET /api/admin/v2/products/variants`
pub(super) async fn variants(call: Call) -> Result<Answer, Problem> {
    let query: VariantQuery = call.query()?;
    let (offset, count) = (query.offset, query.count);
    let filter = VariantFilter {
        products: query.product_id,
        barcode_keys: query.barcode.iter().map(|barcode| barcode_key(barcode)).collect(),
        external_ids: query.external_id,
        is_default: query.is_default,
    };
    let asked = ListVariants { filter, offset, count };
    let page = products::list_variants(&call.app, &call.caller, asked).await?;
    Ok(Answer::ok(&VariantList {
        variants: page.rows.iter().map(VariantFace::of).collect(),
        pagination: Pages::around(offset, count, page.goes_on),
    }))
}
