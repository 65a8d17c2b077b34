//! One page of trips, in any documented order, right while trips are added: no row twice, none lost.

use aisle_database::rows::session_list::{Direction, Place, SessionFilter, SessionOrder, slice};
use aisle_database::rows::sessions::{self, Session};
use aisle_model::SessionNumber;

use crate::{App, Caller, Failure};

/// What is asked for.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the parameters of the list")]
pub struct ListSessions {
    pub filter: SessionFilter,
    pub order: SessionOrder,
    pub direction: Direction,
    pub start: Start,
    /// Rows per page, at least 1.
    pub count: usize,
}

/// Where the page lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// At the beginning.
    Beginning,
    /// Behind a place.
    After(Place),
    /// In front of a place.
    Before(Place),
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionPage {
    /// In the order that was asked for.
    pub sessions: Vec<Session>,
    /// Last place of the page; absent when nothing follows.
    pub next: Option<Place>,
    /// First place of the page; absent when nothing precedes.
    pub previous: Option<Place>,
}

/// Reads one page.
pub async fn list(app: &App, caller: &Caller, asked: ListSessions) -> Result<SessionPage, Failure> {
    let retailer = caller.retailer;
    let limit = i64::try_from(asked.count).map_err(Failure::broken)?;
    let page = app.database.snapshot(move |c| {
        Box::pin(async move {
            let (filter, order) = (&asked.filter, asked.order);
            let (behind, walking) = match &asked.start {
                Start::Beginning => (None, asked.direction),
                Start::After(place) => (Some(place), asked.direction),
                Start::Before(place) => (Some(place), asked.direction.reversed()),
            };
            // One more than the page shows whether the walk goes on.
            let ahead = slice(c, retailer, filter, order, walking, behind, limit + 1);
            let mut found = ahead.await?;
            let goes_on = found.len() > asked.count;
            found.truncate(asked.count);
            let first = found.first().map(|session| order.place_of(session));
            let last = found.last().map(|session| order.place_of(session));
            let came_from = match (&first, behind) {
                (Some(first), Some(_)) => {
                    let back = walking.reversed();
                    !slice(c, retailer, filter, order, back, Some(first), 1).await?.is_empty()
                }
                _ => false,
            };
            let (ahead, back) = (last.filter(|_| goes_on), first.filter(|_| came_from));
            Ok(match asked.start {
                Start::Beginning | Start::After(_) => SessionPage { sessions: found, next: ahead, previous: back },
                Start::Before(_) => {
                    SessionPage { sessions: found.into_iter().rev().collect(), next: back, previous: ahead }
                }
            })
        })
    });
    page.await
}

/// Where the trip with this internal number stands, for callers who page by plain ids.
pub async fn place_of_id(
    app: &App,
    caller: &Caller,
    order: SessionOrder,
    number: SessionNumber,
) -> Result<Option<Place>, Failure> {
    let found = app.database.read(move |c| Box::pin(async move { sessions::find_by_number(c, number).await }));
    let found = found.await.map_err(|error: aisle_database::Error| error)?;
    let own = found.filter(|session| session.retailer == caller.retailer);
    Ok(own.map(|session| order.place_of(&session)))
}
