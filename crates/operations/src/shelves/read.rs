//! Reads furniture as it is.

use aisle_database::rows;
use aisle_model::store_map::{Gondola, StoreMap};
use aisle_model::{GondolaId, StoreId};

use super::fill::fill;
use super::filled::{FilledGondola, Shown};
use super::shelf_id::ShelfId;
use crate::{App, Caller, Failure, Refusal, stores};

/// Whether plans and stock are of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The map alone; shelves come without bins.
    Furniture,
    /// With bins.
    Bins,
}

/// The gondolas of a store, by id.
pub async fn list(
    app: &App,
    caller: &Caller,
    store: StoreId,
    wanted: Wanted,
) -> Result<Shown<Vec<FilledGondola>>, Failure> {
    read(app, caller, store, None, wanted).await
}

/// One gondola of a store.
pub async fn find(
    app: &App,
    caller: &Caller,
    store: StoreId,
    id: GondolaId,
    wanted: Wanted,
) -> Result<Shown<FilledGondola>, Failure> {
    let mut found = read(app, caller, store, Some(id), wanted).await?;
    let what = found.what.pop().ok_or_else(|| Failure::broken("a gondola that was read is gone"))?;
    Ok(Shown { what, goods: found.goods })
}

async fn read(
    app: &App,
    caller: &Caller,
    store: StoreId,
    only: Option<GondolaId>,
    wanted: Wanted,
) -> Result<Shown<Vec<FilledGondola>>, Failure> {
    let (retailer, wall) = (caller.retailer, app.clock.now());
    let found = app.database.snapshot(move |c| {
        Box::pin(async move {
            let store = stores::found_in(c, retailer, store).await?;
            let mut gondolas = rows::layouts::find(c, store.id).await?.gondolas;
            gondolas.sort_by_key(|gondola| gondola.id);
            if let Some(id) = only {
                gondolas = vec![gondola_of(&gondolas, id)?.clone()];
            }
            if wanted == Wanted::Furniture {
                return super::fill::bare(gondolas);
            }
            let stock = rows::stock::list(c, store.id, only).await?;
            let now = store.now(wall);
            fill(c, &store, gondolas, now, stock).await
        })
    });
    found.await
}

/// One gondola of a map.
pub(crate) fn gondola_of(gondolas: &[Gondola], id: GondolaId) -> Result<&Gondola, Failure> {
    let found = gondolas.iter().find(|gondola| gondola.id == id);
    Ok(found.ok_or(Refusal::NotFound("Gondola"))?)
}

/// The gondola that carries a shelf, with that shelf alone.
pub(crate) fn shelf_of(map: &StoreMap, id: ShelfId) -> Result<Gondola, Failure> {
    let found = map.gondolas.iter().find(|gondola| gondola.id == id.gondola);
    let mut gondola = found.cloned().ok_or(Refusal::NotFound("Shelf"))?;
    gondola.shelves.retain(|shelf| shelf.shelf_index == id.shelf_index);
    if gondola.shelves.is_empty() {
        return Err(Refusal::NotFound("Shelf").into());
    }
    Ok(gondola)
}
