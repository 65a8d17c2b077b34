//! Whether the master key is the one this database was begun with.
//!
//! Secrets, cards and kept answers are sealed under it, and shopper ids come from it: a server with another key would open
//! nothing, make ids twice, and leave rows that the right key cannot read.

use aisle_database::rows::server_facts;

use crate::{App, Failure};

/// Under what name a database remembers its key's check.
pub const NAME: &str = "master-key-check";

/// Compares the key with what the database remembers; a new database remembers this one. Answers whether they agree.
pub async fn agrees(app: &App) -> Result<bool, Failure> {
    let check = app.keys.check().to_vec();
    let change = app.database.change(move |c| {
        let check = check.clone();
        Box::pin(async move {
            let remembered = server_facts::remembered(c, NAME, check.clone()).await?;
            Ok::<_, Failure>(remembered == check)
        })
    });
    change.await
}
