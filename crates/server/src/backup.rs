//! `aisle backup` and `aisle restore`: the embedded database as one file.
//!
//! The master key is not in the copy, so that the copy alone opens no secret.

use std::path::{Path, PathBuf};

use aisle_database::backup;
use aisle_operations::key_check;
use anyhow::{Context as _, bail};
use serde_json::json;

use crate::config::Config;
use crate::{End, master_key, node};

/// Copies the database, whether a server runs on it or not.
pub async fn take(config: &Config, file: &Path, as_json: bool) -> anyhow::Result<End> {
    let bytes = backup::take(&embedded(config)?, file).await?;
    if as_json {
        println!("{}", json!({ "file": file, "bytes": bytes, "masterKeyInside": false }));
    } else {
        println!("{}: {bytes} bytes; the master key is not inside: keep a copy of it elsewhere", file.display());
    }
    Ok(End::Done)
}

/// Puts a copy in place, under the key it was made with.
pub async fn restore(config: &Config, file: &Path, as_json: bool) -> anyhow::Result<End> {
    let database = embedded(config)?;
    let keys = master_key::existing(config)?
        .context("a copy needs the master key of the server it was taken from, as secrets.key or as that file")?;
    let mut restoring = backup::restore(file, &database).await?;
    if restoring.remembered(key_check::NAME).await?.is_some_and(|check| check != keys.check()) {
        bail!("{}", node::wrong_key(config));
    }
    let bytes = restoring.put_in_place().await?;
    if as_json {
        println!("{}", json!({ "database": database, "bytes": bytes }));
    } else {
        println!(
            "{}: {bytes} bytes; what was not delivered when the copy was taken is sent from here",
            database.display()
        );
    }
    Ok(End::Done)
}

fn embedded(config: &Config) -> anyhow::Result<PathBuf> {
    if !config.database.url.is_empty() {
        bail!("this is for the embedded database; copy PostgreSQL with pg_dump or a base backup");
    }
    Ok(node::embedded_path(config))
}
