//! `aisle import products FILE` and `aisle export products FILE`: the catalogue of a retailer as NDJSON or CSV.
//!
//! Promises: an import takes every line or none, and names every line that is wrong; what an export writes, an import takes
//! back as the same catalogue; memory does not grow with the file.
//! Deliberately absent: a way beside a server on the embedded database, which belongs to one process.

mod csv_lines;
mod export;
mod format;
mod import;
mod ndjson;

use aisle_model::RetailerId;
use aisle_operations::{App, retailers};
use anyhow::{Context as _, bail};

pub use export::run as export;
pub use format::Format;
pub use import::run as import;

use crate::cli::CatalogueOptions;
use crate::config::Config;
use crate::node;

/// The database, with what to do when a server has it.
async fn open(config: &Config) -> anyhow::Result<App> {
    let opened = node::open(config).await;
    let app = opened.context(
        "the catalogue is read and written beside a running server only on PostgreSQL; where the server has the embedded \
         database, stop it first or go through its API (PUT and GET /api/admin/v2/products)",
    )?;
    app.database.migrate().await?;
    Ok(app)
}

/// The retailer that was named, by name or number; the only one when none was.
async fn retailer(app: &App, options: &CatalogueOptions) -> anyhow::Result<RetailerId> {
    let all = retailers::all(app).await?;
    let names = || all.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
    match (&options.retailer, all.as_slice()) {
        (Some(said), _) => {
            let found = all.iter().find(|(id, name)| name == said || id.to_string() == *said);
            let (id, _) = found.with_context(|| format!("there is no retailer {said}; there are: {}", names()))?;
            Ok(*id)
        }
        (None, [(only, _)]) => Ok(*only),
        (None, []) => bail!("there is no retailer: run `aisle init` or `aisle seed` first"),
        (None, _) => bail!("say which retailer by --retailer: {}", names()),
    }
}
