//! Where each source of a store stands.

use aisle_database::rows;
pub use aisle_database::rows::stream_sources::Source as SourceCursor;
use aisle_model::{Millis, Moment, Offset, SourceName, StoreId};

use crate::{App, Caller, Failure};

const SHOWN_FOR: Millis = Millis(7 * 24 * 3_600_000);
const MOST_SOURCES: i64 = 1000;

/// What a producer asks after a crash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Newest entry.
    pub newest: Offset,
    /// S, as of the last written facts.
    pub settled_up_to: Option<Moment>,
    /// Store clock.
    pub now: Moment,
    /// Sources that sent anything in the last seven days, or the one asked for.
    pub sources: Vec<(SourceName, SourceCursor)>,
}

/// Reads the cursor of a store.
pub async fn read_cursor(
    app: &App,
    caller: &Caller,
    store: StoreId,
    only: Option<SourceName>,
) -> Result<Cursor, Failure> {
    let store = super::store_of(app, caller, store).await?;
    let now = store.now(app.clock.now());
    let read = app.database.snapshot(move |c| {
        Box::pin(async move {
            let state = rows::streams::state(c, store.id).await?;
            let sources = if let Some(name) = only {
                let found = rows::stream_sources::find(c, store.id, std::iter::once(&name));
                found.await?.into_iter().collect()
            } else {
                let since = now.minus(SHOWN_FOR);
                rows::stream_sources::list(c, store.id, since, MOST_SOURCES).await?
            };
            Ok::<_, Failure>(Cursor { newest: state.newest, settled_up_to: state.settled_up_to, now, sources })
        })
    });
    read.await
}
