//! A server of this very binary, on a folder of its own, for one benchmark.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aisle_operations::App;
use anyhow::{Context as _, bail};
use serde_json::Value;
use tempfile::TempDir;

use super::machine;
use crate::config::Config;
use crate::node;

/// A running server; killed and its folder removed when dropped.
pub struct Server {
    child: Child,
    place: Place,
    /// `http://…`.
    pub url: String,
    /// From the start of the process to its line that it listens.
    pub started_in: Duration,
}

/// A folder that `aisle init` has prepared; no server runs on it yet.
pub struct Place {
    folder: TempDir,
    database_url: Option<String>,
    keys: Value,
}

impl Place {
    /// Initialises a folder, or a retailer in the database.
    pub fn make(database_url: Option<&str>) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let retailer = folder.path().file_name().map_or_else(String::new, |name| name.to_string_lossy().to_lowercase());
        let retailer: String = retailer.chars().filter(char::is_ascii_alphanumeric).collect();
        let mut init = command(folder.path(), database_url)?;
        init.args(["init", "--json", "--development", "--retailer", &retailer]);
        let done = init.stderr(Stdio::inherit()).output()?;
        if !done.status.success() {
            bail!("`aisle init` failed: {}", done.status);
        }
        let keys = serde_json::from_slice(&done.stdout).context("`aisle init` printed no JSON")?;
        Ok(Self { folder, database_url: database_url.map(str::to_owned), keys })
    }

    /// The folder of the embedded database.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Where PostgreSQL is, if rows are there.
    pub fn database_url(&self) -> Option<&str> {
        self.database_url.as_deref()
    }

    /// A number of what `init` printed.
    pub fn id(&self, name: &str) -> anyhow::Result<i64> {
        self.keys[name].as_i64().with_context(|| format!("`aisle init` printed no {name}"))
    }

    /// Starts a server on it.
    pub fn serve(self) -> anyhow::Result<Server> {
        let (child, url, started_in) = serve(self.folder.path(), self.database_url.as_deref())?;
        Ok(Server { child, place: self, url, started_in })
    }
}

impl Server {
    /// Initialises a folder and starts a server on it.
    pub fn start(database_url: Option<&str>) -> anyhow::Result<Self> {
        Place::make(database_url)?.serve()
    }

    /// Stops the server and starts it again on the same folder.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        (self.child, self.url, self.started_in) = serve(self.place.folder(), self.place.database_url())?;
        Ok(())
    }

    /// Stops the server, does something to its database, and starts it again, at another address.
    pub async fn while_stopped(&mut self, work: impl AsyncFnOnce(&App) -> anyhow::Result<()>) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        let mut config = Config::default();
        config.server.data_dir = self.place.folder().to_owned();
        config.database.url = self.place.database_url().unwrap_or_default().to_owned();
        let app = node::open(&config).await?;
        work(&app).await?;
        app.database.close().await;
        (self.child, self.url, self.started_in) = serve(self.place.folder(), self.place.database_url())?;
        Ok(())
    }

    /// Resident memory in MiB.
    pub fn resident_mib(&self) -> anyhow::Result<f64> {
        let file = format!("/proc/{}/status", self.child.id());
        let text = machine::field(&file, "VmRSS").context("no VmRSS")?;
        let kib: f64 = text.trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }

    /// A text of what `init` printed.
    pub fn key(&self, name: &str) -> anyhow::Result<&str> {
        self.place.keys[name].as_str().with_context(|| format!("`aisle init` printed no {name}"))
    }

    /// A number of what `init` printed.
    pub fn id(&self, name: &str) -> anyhow::Result<i64> {
        self.place.id(name)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing can be done about a child that is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(folder: &std::path::Path, database_url: Option<&str>) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--data-dir").arg(folder).args(["--allow-egress", "127.0.0.0/8"]);
    if let Some(url) = database_url {
        command.args(["--database-url", url]);
    }
    Ok(command)
}

fn serve(folder: &std::path::Path, database_url: Option<&str>) -> anyhow::Result<(Child, String, Duration)> {
    let mut serve = command(folder, database_url)?;
    serve.args(["--listen", "127.0.0.1:0", "serve"]).env("AISLE_LOG__FILTER", "error");
    let begun = Instant::now();
    let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
    let output = child.stdout.take().context("standard output was piped")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let started_in = begun.elapsed();
    match line.trim().strip_prefix("listening on ") {
        Some(url) => Ok((child, url.to_owned(), started_in)),
        None => {
            let status = child.wait()?;
            bail!("the server did not start: {status}")
        }
    }
}
