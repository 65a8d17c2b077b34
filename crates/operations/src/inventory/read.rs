//! What lies on a shelf.

use aisle_database::rows::stores::Store;
use aisle_database::{Connection, rows};
use aisle_model::store_map::Gondola;
use aisle_model::{Moment, StoreId};

use crate::shelves::{FilledShelf, ShelfId, Shown, fill, shelf_of};
use crate::{App, Caller, Failure, stores};

/// One shelf with its bins, now.
pub async fn shelf(app: &App, caller: &Caller, store: StoreId, id: ShelfId) -> Result<Shown<FilledShelf>, Failure> {
    let (retailer, wall) = (caller.retailer, app.clock.now());
    let found = app.database.snapshot(move |c| {
        Box::pin(async move {
            let store = stores::found_in(c, retailer, store).await?;
            let map = rows::layouts::find(c, store.id).await?;
            let now = store.now(wall);
            filled(c, &store, shelf_of(&map, id)?, now).await
        })
    });
    found.await
}

/// The one shelf of this furniture, filled.
pub(super) async fn filled(
    c: &mut Connection,
    store: &Store,
    with_shelf: Gondola,
    now: Moment,
) -> Result<Shown<FilledShelf>, Failure> {
    let stock = rows::stock::list(c, store.id, Some(with_shelf.id)).await?;
    let mut found = fill(c, store, vec![with_shelf], now, stock).await?;
    let shelf = found.what.pop().and_then(|mut gondola| gondola.shelves.pop());
    let what = shelf.ok_or_else(|| Failure::broken("a shelf that was filled is gone"))?;
    Ok(Shown { what, goods: found.goods })
}
