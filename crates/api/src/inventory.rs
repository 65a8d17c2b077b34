//! Stock on shelves.

mod face;

use aisle_model::StoreId;
use aisle_operations::inventory::{self, Difference};
use aisle_operations::shelves::ShelfId;
use serde::Deserialize;

use self::face::InventoryFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;
use crate::route::{Route, route};
use crate::shelves::ShelfFace;

pub(crate) const ROUTES: &[Route] = &[route!("getShelfInventory", get), route!("updateBinInventory", add)];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    product: BodyProduct,
    quantity_difference: i64,
}

#[derive(Deserialize)]
struct BodyProduct {
    barcode: String,
}

/// `GET /api/admin/v2/stores/{storeId}/shelves/{shelfId}/inventory`
async fn get(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let found = inventory::shelf(&call.app, &call.caller, store, shelf_id(&call)?).await?;
    Ok(Answer::ok(&ShelfFace::of(&found.what, &found.goods)))
}

/// `PUT /api/admin/v2/stores/{storeId}/shelves/{shelfId}/bins/{binIndex}/inventory`
async fn add(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let shelf = shelf_id(&call)?;
    let bin_index = call.path("binIndex")?;
    let body: Body = call.body()?;
    let difference = Difference { shelf, bin_index, barcode: body.product.barcode, units: body.quantity_difference };
    let changed = inventory::add(&call.app, &call.caller, store, difference).await?;
    Ok(Answer::ok(&InventoryFace::of(&changed.what, &changed.goods)))
}

fn shelf_id(call: &Call) -> Result<ShelfId, Problem> {
    let text: String = call.path("shelfId")?;
    ShelfId::parse(&text).ok_or_else(|| Problem::not_found("Shelf"))
}

#[cfg(test)]
mod tests;
