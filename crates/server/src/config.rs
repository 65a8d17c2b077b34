//! Configuration: option > environment > file > default, every value with where it came from.
//!
//! Promises: an unknown key is an error that names it; a bad value is an error that names the file, variable or option
//! it came from; [`Config::print`] shows every value and its origin, secrets masked.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::cli::CommonOptions;

/// Everything an operator can set. Each field is one key, `section.key`, in the environment `AISLE_SECTION__KEY`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The HTTP server.
    pub server: Server,
    /// Where rows are kept.
    pub database: DatabaseKeys,
    /// The master key.
    pub secrets: Secrets,
    /// Whom the server may call.
    pub egress: Egress,
    /// Tokens.
    pub auth: Auth,
    /// How much may be asked.
    pub limits: Limits,
    /// Mails to customers.
    pub mail: Mail,
    /// Logs.
    pub log: Log,
    /// Measures for Prometheus.
    pub metrics: Metrics,
}

/// The HTTP server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address to listen on; port 0 picks one.
    pub listen: String,
    /// Folder of the embedded database and the master key.
    pub data_dir: PathBuf,
    /// Seconds that requests and deliveries under way get at shutdown.
    pub shutdown_seconds: u64,
    /// Worker threads of the runtime; 0 takes one per core.
    pub threads: usize,
    /// Address ranges of reverse proxies that are believed when `X-Forwarded-For` says whom they heard.
    pub proxies: Vec<IpNet>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            data_dir: PathBuf::from("aisle-data"),
            shutdown_seconds: 10,
            threads: 0,
            proxies: Vec::new(),
        }
    }
}

/// Where rows are kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseKeys {
    /// `postgres://…`; the embedded database in `server.data_dir` when empty.
    pub url: String,
    /// Connections to PostgreSQL.
    pub connections: u32,
    /// Reading connections to the embedded database.
    pub readers: u32,
}

impl Default for DatabaseKeys {
    fn default() -> Self {
        Self { url: String::new(), connections: 16, readers: 4 }
    }
}

/// The master key.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Secrets {
    /// 64 hexadecimal digits; the file `aisle.key` in `server.data_dir` when empty.
    pub key: String,
}

/// Whom the server may call besides public addresses.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Egress {
    /// Address ranges, there also over plain `http`.
    pub allow: Vec<IpNet>,
}

/// Tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// Other names of the realm `aisle` in the path of the token endpoint.
    pub realm_aliases: Vec<String>,
    /// Environment and region, the first two parts of client ids.
    pub client_id_prefix: String,
    /// Host names of shoppers' apps, each as `host=retailer`.
    pub app_hosts: Vec<String>,
}

impl Default for Auth {
    fn default() -> Self {
        Self { realm_aliases: Vec::new(), client_id_prefix: "prod-eu".to_owned(), app_hosts: Vec::new() }
    }
}

/// How much may be asked of this node.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests that a token may make in a second, and an address that shows no good one; 0 is no limit.
    pub requests_per_second: u32,
    /// Requests at once after a rest; 0 is as many as in a second.
    pub burst: u32,
    /// Status of what was too much.
    pub status: LimitedStatus,
}

/// Status of what was too much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum LimitedStatus {
    /// 503.
    #[default]
    Unavailable,
    /// 429.
    TooMany,
}

impl TryFrom<u16> for LimitedStatus {
    type Error = &'static str;

    fn try_from(status: u16) -> Result<Self, Self::Error> {
        match status {
            503 => Ok(Self::Unavailable),
            429 => Ok(Self::TooMany),
            _ => Err("limits.status must be 503 or 429"),
        }
    }
}

impl From<LimitedStatus> for u16 {
    fn from(status: LimitedStatus) -> Self {
        match status {
            LimitedStatus::Unavailable => 503,
            LimitedStatus::TooMany => 429,
        }
    }
}

/// Mails to customers. Without a server each is a file in a folder.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// `smtps://user:password@host:465`, or `smtp://…:587?tls=required`.
    pub smtp_url: String,
    /// Folder that gets a file for each mail instead, for development; `mails` in `server.data_dir` when empty.
    pub folder: PathBuf,
    /// Who the mails are from.
    pub from: String,
}

/// Logs, on standard error.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// Which, as in `info,aisle_worker=debug`.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info".to_owned() }
    }
}

/// Measures for Prometheus: nothing is measured while neither is set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// Address on which `/metrics` is served openly; none when empty.
    pub listen: String,
    /// Bearer token with which `/metrics` is served on `server.listen`; not served there when empty.
    pub token: String,
}

/// For people or for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line each, for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A configuration and where each value came from.
pub struct Loaded {
    /// The values.
    pub config: Config,
    figment: Figment,
}

impl Loaded {
    /// Reads defaults, file, environment and options, in this order.
    pub fn read(options: &CommonOptions) -> anyhow::Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        if let Some(file) = &options.config {
            if !file.is_file() {
                bail!("there is no configuration file {}", file.display());
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let sections = Env::prefixed("AISLE_").filter(|key| key.as_str().contains("__")).split("__");
        let figment = figment.merge(sections).merge(Options(options));
        let config: Config = figment.extract().context("the configuration is wrong")?;
        let url = &config.database.url;
        if !url.is_empty() && !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            bail!("database.url must begin with postgres://, or be empty for the embedded database");
        }
        Ok(Self { config, figment })
    }

    /// Every key with its value and origin, one a line; secrets are masked.
    pub fn print(&self) -> anyhow::Result<String> {
        let values: Dict = self.figment.extract()?;
        let mut lines = Vec::new();
        for (section, keys) in &values {
            for (key, value) in keys.as_dict().into_iter().flatten() {
                lines.push(self.line(&format!("{section}.{key}"), value)?);
            }
        }
        Ok(lines.join("\n"))
    }

    fn line(&self, key: &str, value: &Value) -> anyhow::Result<String> {
        let is_secret = matches!(key, "secrets.key" | "database.url" | "metrics.token" | "mail.smtp_url");
        let shown = match value.as_str() {
            Some(text) if is_secret && !text.is_empty() => "\"***\"".to_owned(),
            _ => serde_json::to_string(value)?,
        };
        let origin = self.figment.find_metadata(key).map_or("default".to_owned(), |metadata| {
            let place = metadata.source.as_ref().map(|source| format!(" {source}"));
            match metadata.name.as_ref() {
                name if name.contains("Config") => "default".to_owned(),
                name => format!("{name}{}", place.unwrap_or_default()),
            }
        });
        Ok(format!("{key} = {shown}  # {origin}"))
    }
}

/// The command line's options as the last layer.
struct Options<'o>(&'o CommonOptions);

impl figment::Provider for Options<'_> {
    fn metadata(&self) -> figment::Metadata {
        figment::Metadata::named("option").interpolater(|_, keys| format!("--{}", keys.last().unwrap_or(&"")))
    }

    fn data(&self) -> figment::Result<Map<figment::Profile, Dict>> {
        let mut sections = Dict::new();
        let mut set = |section: &str, key: &str, value: Value| {
            let entry = sections.entry(section.to_owned()).or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, keys) = entry {
                keys.insert(key.to_owned(), value);
            }
        };
        let options = self.0;
        if let Some(listen) = &options.listen {
            set("server", "listen", listen.clone().into());
        }
        if let Some(folder) = &options.data_dir {
            set("server", "data_dir", folder.display().to_string().into());
        }
        if let Some(url) = &options.database_url {
            set("database", "url", url.clone().into());
        }
        if let Some(format) = options.log_format {
            set("log", "format", Value::serialize(format)?);
        }
        if !options.allow_egress.is_empty() {
            set("egress", "allow", Value::serialize(&options.allow_egress)?);
        }
        Ok(figment::Profile::Default.collect(sections))
    }
}
