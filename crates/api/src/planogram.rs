//! Planograms of gondolas and of products.

use std::collections::BTreeMap;

use aisle_model::store_map::SizeType;
use aisle_model::{GondolaId, ProductId, StoreId};
use aisle_operations::planogram::{self, Bin, NewPlan, PlanogramView};
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::Call;
use crate::moment::SaidMoment;
use crate::problem::Problem;
use crate::route::{Route, route};
use crate::shelves::{ShelfFace, shelf_map};

mod of_product;

pub(crate) const ROUTES: &[Route] =
    &[route!("getPlanogram", get), route!("setPlanogram", set), route!("getProductPlanogram", of_product::get)];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    t_origin: Option<SaidMoment>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanogramFace<'a> {
    t_origin: String,
    gondolas: Vec<i64>,
    current_gondola: i64,
    gondola_planogram: Shelves<'a>,
}

#[derive(Serialize)]
struct Shelves<'a> {
    shelves: BTreeMap<String, ShelfFace<'a>>,
}

impl<'a> PlanogramFace<'a> {
    fn of(view: &'a PlanogramView) -> Self {
        let current = &view.current;
        Self {
            t_origin: view.at.to_string(),
            gondolas: view.gondolas.iter().map(|id| id.0).collect(),
            current_gondola: current.what.gondola.id.0,
            gondola_planogram: Shelves { shelves: shelf_map(&current.what.shelves, &current.goods) },
        }
    }
}

/// `GET /api/admin/v2/stores/{storeId}/planogram/{gondolaId}`
async fn get(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let gondola = call.path("gondolaId").map(GondolaId)?;
    let asked: Asked = call.query()?;
    let at = asked.t_origin.map(|said| said.0);
    let view = planogram::view(&call.app, &call.caller, store, gondola, at).await?;
    Ok(Answer::ok(&PlanogramFace::of(&view)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    shelf_index: i64,
    bins: Vec<BodyBin>,
    size_type: SizeType,
    effective_from: Option<SaidMoment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BodyBin {
    size: f64,
    product_id: Option<i64>,
    low_threshold: Option<i64>,
}

impl From<Body> for NewPlan {
    fn from(body: Body) -> Self {
        let bin = |bin: BodyBin| Bin {
            product: bin.product_id.map(ProductId),
            size: bin.size,
            low_threshold: bin.low_threshold,
        };
        Self {
            shelf_index: body.shelf_index,
            size_type: body.size_type,
            bins: body.bins.into_iter().map(bin).collect(),
            effective_from: body.effective_from.map(|said| said.0),
        }
    }
}

/// `PUT /api/admin/v2/stores/{storeId}/planogram/{gondolaId}`
async fn set(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let gondola = call.path("gondolaId").map(GondolaId)?;
    let body: Body = call.body()?;
    planogram::set(&call.app, &call.caller, store, gondola, body.into()).await?;
    Ok(Answer::no_content())
}

#[cfg(test)]
mod tests;
