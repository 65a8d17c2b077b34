//! The pull feed: every message of a retailer in the order of the commits, so that nothing depends on pushes alone.

use aisle_database::rows::messages::feed::{self as rows, FeedEntry, FeedFilter};

use crate::{App, Caller, Failure};

/// Most entries looked at for one page. A narrow filter may bring an empty page that is not the last.
const LOOKED_AT: i64 = 20_000;
/// Messages given their places in one change.
const SLICE: i64 = 500;

/// A page of the feed.
#[derive(Debug, Clone)]
pub struct FeedPage {
    /// In the order of the commits.
    pub entries: Vec<FeedEntry>,
    /// Where to go on, now or when more has happened.
    pub next: i64,
}

/// The entries of a retailer after a place.
pub async fn list(app: &App, caller: &Caller, after: i64, filter: FeedFilter, count: i64) -> Result<FeedPage, Failure> {
    let retailer = caller.retailer;
    let read = app.database.read(move |c| {
        Box::pin(async move {
            let Some(until) = rows::reach(c, retailer, after, LOOKED_AT).await? else {
                return Ok::<_, Failure>(FeedPage { entries: Vec::new(), next: after });
            };
            let entries = rows::list(c, retailer, (after, until), &filter, count).await?;
            let is_full = i64::try_from(entries.len()).is_ok_and(|len| len >= count);
            let last = entries.last().map(|last| last.position).filter(|_| is_full);
            Ok(FeedPage { next: last.unwrap_or(until), entries })
        })
    });
    read.await
}

/// Gives places to what was committed, until nothing is left without one. For a worker; any number may run.
pub async fn place(app: &App) -> Result<usize, Failure> {
    let mut placed = 0;
    loop {
        let is_behind =
            app.database.read(|c| Box::pin(async move { Ok::<_, Failure>(rows::is_behind(c).await?) })).await?;
        if !is_behind {
            return Ok(placed);
        }
        let now = app.clock.now();
        let change = app
            .database
            .change(move |c| Box::pin(async move { Ok::<_, Failure>(rows::place_some(c, now, SLICE).await?) }));
        let some = change.await?;
        if some == 0 {
            // Another node placed them in between; or the list stands still, and then looking again at once would spin.
            return Ok(placed);
        }
        placed += some;
    }
}
