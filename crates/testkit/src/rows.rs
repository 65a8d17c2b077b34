//! What the rows say after a test has done something.

use aisle_database::rows::messages::packed::Packed;
use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::Occupancy;
use aisle_database::testing::fetch_all;
use aisle_database::{Error, Statement, rows, sql};
use aisle_model::entry::EntryBody;
use aisle_model::{Offset, RetailerId, SessionToken, StoreId};
use aisle_operations::App;
use aisle_operations::stream::chunk;
use serde_json::Value;

/// The bodies of all messages of a webhook so far, oldest first, whoever they are for.
pub async fn messages(app: &App, name: &'static str) -> Vec<Value> {
    let read = app.database.read(move |c| {
        Box::pin(async move {
            let select = sql!("select body from messages where name = $1 order by id", name);
            let rows = fetch_all(c, select).await?;
            let bodies = rows.iter().map(|row| row.get::<Packed>("body"));
            bodies.collect::<Result<Vec<_>, Error>>()
        })
    });
    let bodies = read.await.unwrap();
    let parsed = bodies.iter().map(|body| serde_json::from_slice(&body.0).unwrap());
    parsed.collect()
}

/// What is in the stream of a store, oldest first.
pub async fn entries(app: &App, store: StoreId) -> Vec<EntryBody> {
    let read = app.database.read(move |c| Box::pin(rows::streams::chunks_after(c, store, Offset(0), 1000)));
    let chunks = read.await.unwrap();
    let stored = chunks.iter().flat_map(|chunk| chunk::entries_of(chunk).unwrap());
    stored.map(|stored| stored.entry.body).collect()
}

/// A trip.
pub async fn session(app: &App, retailer: RetailerId, token: &SessionToken) -> Session {
    let token = token.clone();
    let read = app.database.read(move |c| Box::pin(async move { rows::sessions::find(c, retailer, &token).await }));
    read.await.unwrap().unwrap()
}

/// How full a store is.
pub async fn occupancy(app: &App, store: StoreId) -> Occupancy {
    let read = app.database.read(move |c| Box::pin(rows::stores::occupancy(c, store, false)));
    read.await.unwrap()
}

/// Runs SQL in a change of its own.
pub async fn execute(app: &App, statement: Statement) {
    let changed = app.database.change(move |c| {
        let statement = statement.clone();
        Box::pin(async move { aisle_database::testing::execute(c, statement).await.map(drop) })
    });
    changed.await.unwrap();
}
