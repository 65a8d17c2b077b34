//! `GET /api/admin/v2/products/{id}/planogram`

use std::collections::BTreeMap;

use aisle_model::StoreId;
use aisle_operations::planogram::{self, ProductPlace};
use aisle_operations::shelves::Shown;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;
use crate::shelves::{ShelfFace, shelf_map};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    store_id: Option<StoreId>,
    with_misplacements: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductPlanogramFace<'a> {
    gondolas_planogram: BTreeMap<String, GondolaFace<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GondolaFace<'a> {
    product_available: bool,
    shelves: BTreeMap<String, ShelfFace<'a>>,
}

impl<'a> ProductPlanogramFace<'a> {
    /// Gondola ids repeat between stores, so the store leads where all were asked for.
    fn of(places: &'a [ProductPlace], of_one_store: bool) -> Self {
        let faces = places.iter().map(|place| {
            let Shown { what, goods } = &place.gondola;
            let id = what.gondola.id;
            let key = if of_one_store { id.to_string() } else { format!("{}-{id}", place.store) };
            let shelves = shelf_map(&what.shelves, goods);
            (key, GondolaFace { product_available: place.is_available, shelves })
        });
        Self { gondolas_planogram: faces.collect() }
    }
}

pub(super) async fn get(call: Call) -> Result<Answer, Problem> {
    let product = call.path("id")?;
    let Asked { store_id, with_misplacements } = call.query()?;
    let places = planogram::of_product(&call.app, &call.caller, product, store_id, with_misplacements).await?;
    Ok(Answer::ok(&ProductPlanogramFace::of(&places, store_id.is_some())))
}
