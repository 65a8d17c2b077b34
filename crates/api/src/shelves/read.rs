//! Reading furniture.

use std::collections::BTreeMap;

use aisle_model::{GondolaId, StoreId};
use aisle_operations::shelves::{self, Wanted};
use serde::Serialize;

use super::coordinates::Shows;
use super::gondola::GondolaFace;
use super::view::{ShelfFace, shelf_map};
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Serialize)]
struct Shelves<'a> {
    shelves: BTreeMap<String, ShelfFace<'a>>,
}

/// `GET /api/admin/v2/stores/{storeId}/gondolas`
pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let shows: Shows = call.query()?;
    let found = shelves::list(&call.app, &call.caller, store, wanted(shows)).await?;
    let gondolas = found.what.iter().map(|gondola| GondolaFace::of(gondola, &found.goods, shows));
    Ok(Answer::ok(&gondolas.collect::<Vec<_>>()))
}

/// `GET /api/admin/v2/stores/{storeId}/gondolas/{gondolaId}`
pub(super) async fn get(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let gondola = call.path("gondolaId").map(GondolaId)?;
    let shows: Shows = call.query()?;
    let found = shelves::find(&call.app, &call.caller, store, gondola, wanted(shows)).await?;
    Ok(Answer::ok(&GondolaFace::of(&found.what, &found.goods, shows)))
}

/// `GET /api/admin/v2/stores/{storeId}/gondolas/{gondolaId}/shelves`
pub(super) async fn shelves(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let gondola = call.path("gondolaId").map(GondolaId)?;
    let found = shelves::find(&call.app, &call.caller, store, gondola, Wanted::Bins).await?;
    let shelves = shelf_map(&found.what.shelves, &found.goods);
    Ok(Answer::ok(&Shelves { shelves }))
}

fn wanted(shows: Shows) -> Wanted {
    if shows.include_bins { Wanted::Bins } else { Wanted::Furniture }
}
