//! The command line, as `operator.md` of the contract fixes it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;

use crate::catalogue::Format;
use crate::config::LogFormat;

/// An open server for checkout-free stores.
#[derive(Debug, Parser)]
#[command(name = "aisle", version, max_term_width = 110)]
pub struct Cli {
    #[command(flatten)]
    pub common: CommonOptions,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes.
#[derive(Debug, Default, Args)]
pub struct CommonOptions {
    /// Configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the embedded database (`DIR/aisle.db`) and the master key
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// `postgres://…` instead of the embedded database
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Address to listen on; port 0 picks one
    #[arg(long, global = true, value_name = "ADDR")]
    pub listen: Option<String>,
    /// Format of the logs on standard error
    #[arg(long, global = true)]
    pub log_format: Option<LogFormat>,
    /// Print results as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Address range that may be called although it is not public, also over plain http (repeatable)
    #[arg(long, global = true, value_name = "CIDR")]
    pub allow_egress: Vec<IpNet>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// A furnished store with shoppers walking about, on a temporary database
    Demo(DemoOptions),
    /// The server
    Serve(ServeOptions),
    /// Create a retailer with an application, API key, console user and furnished store
    Init(InitOptions),
    /// Load retailers, stores, products, customers and webhooks from one JSON or YAML document
    Seed {
        /// The document
        file: PathBuf,
    },
    /// Take the products of a file into a retailer's catalogue, all or nothing
    #[command(subcommand)]
    Import(Catalogue),
    /// Write a retailer's catalogue to a file
    #[command(subcommand)]
    Export(Catalogue),
    /// Send the store events of simulated shoppers to a running server
    Simulate(SimulateOptions),
    /// Send a recorded NDJSON of store events
    Replay(ReplayOptions),
    /// Bring the database to this version's schema
    Migrate,
    /// Check configuration, database and invariants
    Check,
    /// Copy the embedded database to a file, also while a server uses it
    Backup {
        /// The copy; must not exist yet
        file: PathBuf,
    },
    /// Make a copy the database of a folder that has none
    Restore {
        /// The copy
        file: PathBuf,
    },
    /// Measure this machine with this version
    Bench(BenchOptions),
    /// Print the specification of the API
    Openapi {
        /// YAML instead of JSON
        #[arg(long)]
        yaml: bool,
    },
    /// Print the AsyncAPI document of all webhooks and store events
    Asyncapi {
        /// YAML instead of JSON
        #[arg(long)]
        yaml: bool,
    },
}

/// What is imported and exported.
#[derive(Debug, Subcommand)]
pub enum Catalogue {
    /// The products
    Products(CatalogueOptions),
}

#[derive(Debug, Args)]
pub struct CatalogueOptions {
    /// The file, `.ndjson` or `.csv`; `-` is standard input or output
    pub file: PathBuf,
    /// Whose catalogue: name or number of a retailer; not needed where there is one
    #[arg(long)]
    pub retailer: Option<String>,
    /// How the file is written, where its name does not say
    #[arg(long)]
    pub format: Option<Format>,
}

#[derive(Debug, Args)]
pub struct DemoOptions {
    /// Seconds of simulated time per second
    #[arg(long, default_value_t = 10.0)]
    pub speed: f64,
    /// Seed of the simulated shoppers
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Stop after so many trips; goes on until interrupted when absent
    #[arg(long, value_name = "N")]
    pub trips: Option<u64>,
}

#[derive(Debug, Args)]
pub struct ServeOptions {
    /// Show every setting and where it came from, and end
    #[arg(long)]
    pub print_config: bool,
}

#[derive(Debug, Args)]
pub struct InitOptions {
    /// Name of the retailer
    #[arg(long, default_value = "demo")]
    pub retailer: String,
    /// Do nothing when there is a retailer already
    #[arg(long)]
    pub if_empty: bool,
    /// Give the application and the API key the Development right
    #[arg(long)]
    pub development: bool,
}

#[derive(Debug, Args)]
pub struct SimulateOptions {
    /// Address of the server
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// Token for the Admin API
    #[arg(long, env = "AISLE_TOKEN", hide_env_values = true)]
    pub token: String,
    /// Token of the store
    #[arg(long, env = "AISLE_STORE_TOKEN", hide_env_values = true)]
    pub store_token: String,
    /// Which store
    #[arg(long)]
    pub store: i64,
    /// How many shoppers come, alone or each with a group
    #[arg(long, default_value_t = 20)]
    pub shoppers: u32,
    /// Seed of the simulated shoppers
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Seconds of simulated time per second
    #[arg(long, default_value_t = 1.0)]
    pub speed: f64,
    /// Scenario: a name or a file
    #[arg(long)]
    pub scenario: Option<String>,
}

#[derive(Debug, Args)]
pub struct ReplayOptions {
    /// The recording
    pub file: PathBuf,
    /// Address of the server
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// Token for the Admin API, with the Development right: needed to set the store's clock when the speed is not 1
    #[arg(long, env = "AISLE_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Token of the store
    #[arg(long, env = "AISLE_STORE_TOKEN", hide_env_values = true)]
    pub store_token: String,
    /// Which store
    #[arg(long)]
    pub store: i64,
    /// Seconds of the recording per second
    #[arg(long, default_value_t = 1.0, conflicts_with = "fast")]
    pub speed: f64,
    /// As fast as the server takes it
    #[arg(long)]
    pub fast: bool,
    /// Keep moments and event ids as they are
    #[arg(long)]
    pub verbatim: bool,
}

#[derive(Debug, Args)]
pub struct BenchOptions {
    /// What to measure: `api`, `start`, `check-in`, `webhooks` or `all`
    #[arg(default_value = "all")]
    pub what: String,
    /// Seconds of each load
    #[arg(long, default_value_t = 10)]
    pub seconds: u64,
    /// Customers and sessions that lists are measured with; products are a tenth
    #[arg(long, default_value_t = 1_000_000)]
    pub rows: i64,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
