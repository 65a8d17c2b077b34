//! The planogram of a gondola as of a moment.

use aisle_database::rows;
use aisle_model::{GondolaId, Moment, StoreId};

use crate::shelves::{FilledGondola, Shown, fill, gondola_of};
use crate::{App, Caller, Failure, stores};

/// A gondola with its plan and its stock at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanogramView {
    /// Store clock.
    pub at: Moment,
    /// All gondolas there were, ascending.
    pub gondolas: Vec<GondolaId>,
    /// The one that was asked for.
    pub current: Shown<FilledGondola>,
}

/// A gondola at a moment, now when none is given. A moment that is still to come shows what is planned for it.
pub async fn view(
    app: &App,
    caller: &Caller,
    store: StoreId,
    id: GondolaId,
    at: Option<Moment>,
) -> Result<PlanogramView, Failure> {
    let (retailer, wall) = (caller.retailer, app.clock.now());
    let found = app.database.snapshot(move |c| {
        Box::pin(async move {
            let store = stores::found_in(c, retailer, store).await?;
            let now = store.now(wall);
            let past = at.filter(|at| *at < now);
            let (gondolas, stock) = if let Some(past) = past {
                let gondolas = rows::furniture::at(c, store.id, past).await?;
                (gondolas, rows::stock::at(c, store.id, id, past).await?)
            } else {
                let map = rows::layouts::find(c, store.id).await?;
                (map.gondolas, rows::stock::list(c, store.id, Some(id)).await?)
            };
            let current = gondola_of(&gondolas, id)?.clone();
            let mut ids: Vec<GondolaId> = gondolas.iter().map(|gondola| gondola.id).collect();
            ids.sort_unstable();
            let at = at.unwrap_or(now);
            let mut filled = fill(c, &store, vec![current], at, stock).await?;
            let what = filled.what.pop().ok_or_else(|| Failure::broken("a gondola that was filled is gone"))?;
            Ok(PlanogramView { at, gondolas: ids, current: Shown { what, goods: filled.goods } })
        })
    });
    found.await
}
