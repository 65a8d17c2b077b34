//! The stream of a store: what producers report and what the server itself adds, in one durable order.
//!
//! Promises: what was acknowledged is durable; offsets grow by one without a hole; an event is stored once, however
//! often it is sent. Deliberately absent: what entries mean (`aisle_floor`) and what facts cause ([`crate::floor`]).

mod append;
mod cameras;
pub mod chunk;
mod commit;
mod cursor;
mod incoming;
mod ingest;
mod intake;
mod judge;
mod read;

pub use append::append_server;
pub use commit::SCAN_PLACE;
pub use cursor::{Cursor, SourceCursor, read_cursor};
pub use incoming::{Appended, Decision, Incoming, Refused};
pub use ingest::Ingest;
pub use intake::{Intake, MOST_CONNECTIONS};
pub use read::{Entries, EventFilter, read_back, read_entries};

use aisle_database::rows;
use aisle_database::rows::stores::Store;
use aisle_model::StoreId;

use crate::{App, Caller, Failure, Refusal};

/// The store of a token of the edge: its own, or one of its retailer.
pub(crate) async fn store_of(app: &App, caller: &Caller, id: StoreId) -> Result<Store, Failure> {
    let retailer = caller.retailer;
    let is_another = caller.store.is_some_and(|own| own != id);
    let read = app.database.read(move |c| Box::pin(async move { rows::stores::find(c, retailer, id).await }));
    let found: Option<Store> = read.await.map_err(Failure::from)?;
    match found {
        Some(store) if !is_another => Ok(store),
        _ => Err(Refusal::NotFound("Store").into()),
    }
}
