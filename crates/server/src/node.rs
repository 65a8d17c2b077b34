//! The parts of one running server, put together from its configuration.

use std::path::PathBuf;
use std::time::Duration;

use aisle_database::{Database, Settings};
use aisle_operations::{App, Chance, Clock, Failure, key_check};
use aisle_partners::{EgressPolicy, GuardedClient, Mailer};
use anyhow::{Context as _, bail};

use crate::config::Config;
use crate::master_key;

/// Between two looks for a database that is away.
const RETRY: Duration = Duration::from_secs(1);

/// Opens the database of a configuration; migrations run as soon as it can be reached.
pub async fn open_database(config: &Config) -> anyhow::Result<Database> {
    let settings = if config.database.url.is_empty() {
        Settings::Sqlite { path: embedded_path(config), readers: config.database.readers }
    } else {
        Settings::Postgres { url: config.database.url.clone(), connections: config.database.connections }
    };
    Database::open(&settings).await.context("the database cannot be opened")
}

/// The file of the embedded database.
pub fn embedded_path(config: &Config) -> PathBuf {
    config.server.data_dir.join("aisle.db")
}

/// Everything operations work with. Fails when the master key is not that of the database; one that is away cannot tell.
/// A key file that was made here goes again when this database cannot know it.
pub async fn open(config: &Config) -> anyhow::Result<App> {
    let chance = Chance::system();
    let key = master_key::read(config, &chance)?;
    let database = open_database(config).await.inspect_err(|_| key.take_back())?;
    let outsiders = GuardedClient::new(EgressPolicy { allowed: config.egress.allow.clone() });
    let mut app = App::new(database, Clock::system(), chance, key.keys.clone(), outsiders);
    app.limits.client_id_prefix.clone_from(&config.auth.client_id_prefix);
    app.mailer = mailer(config)?;
    match key_check::agrees(&app).await {
        Ok(true) => Ok(app),
        Ok(false) => {
            key.take_back();
            bail!(wrong_key(config))
        }
        Err(Failure::Busy(reason)) => {
            tracing::warn!(%reason, "the master key cannot be compared yet: the database is away");
            Ok(app)
        }
        Err(failure) => Err(failure).context("the master key cannot be compared"),
    }
}

/// How mails leave: by a server, else as files in a folder, so that a password can be reset wherever somebody tries this out.
fn mailer(config: &Config) -> anyhow::Result<Option<Mailer>> {
    let (mail, by_folder) = (&config.mail, !config.mail.folder.as_os_str().is_empty());
    match (!mail.smtp_url.is_empty(), by_folder) {
        (true, true) => bail!("mail.smtp_url and mail.folder are both set; mails go one way"),
        (true, false) => Ok(Some(Mailer::smtp(&mail.smtp_url, &mail.from).context("mail")?)),
        (false, _) => {
            let folder = if by_folder { mail.folder.clone() } else { config.server.data_dir.join("mails") };
            let mut folders = std::fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
            let made = folders.recursive(true).create(&folder);
            made.with_context(|| format!("mail.folder {}", folder.display()))?;
            Ok(Some(Mailer::folder(&folder)))
        }
    }
}

/// Resolves when a database that was away at start turns out to be under another master key.
pub async fn wrong_key_found_later(app: &App, config: &Config) -> anyhow::Error {
    let mut pause = tokio::time::interval(RETRY);
    loop {
        pause.tick().await;
        match key_check::agrees(app).await {
            Ok(true) => std::future::pending().await,
            Ok(false) => return anyhow::anyhow!(wrong_key(config)),
            Err(failure) => tracing::debug!(%failure, "the master key cannot be compared yet"),
        }
    }
}

/// What to say of a key that is not the database's.
pub fn wrong_key(config: &Config) -> String {
    let source = if config.secrets.key.is_empty() {
        master_key::path(config).display().to_string()
    } else {
        "secrets.key".to_owned()
    };
    format!(
        "{source} is not the master key under which this database was begun: put the right one there, or give it as \
         secrets.key"
    )
}
