//! The binary `aisle`: configuration, wiring, telemetry, shutdown and the commands of an operator.
//!
//! Promises: standard output carries results, standard error logs and progress; a wrong key or value is named at start;
//! one order of shutdown: stop accepting, finish requests, stop workers, close the database.
//! Deliberately absent: logic of the platform.

mod backup;
mod bench;
mod catalogue;
mod check;
mod cli;
mod config;
mod demo;
mod furnish;
mod init;
mod master_key;
mod monitoring;
mod node;
mod seed;
mod serve;
mod simulate;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;
use cli::{Catalogue, Cli, Command};
use config::Loaded;

/// How a command ended when nothing was wrong.
pub enum End {
    /// Done.
    Done,
    /// A signal asked it to stop before it was done.
    Interrupted,
    /// It did its work and found something wrong.
    Failed,
}

fn main() -> ExitCode {
    // clap prints wrong usage itself and ends with 2.
    let cli = Cli::parse();
    let loaded = match Loaded::read(&cli.common) {
        Ok(loaded) => loaded,
        Err(error) => {
            eprintln!("aisle: {error:#}");
            return ExitCode::from(2);
        }
    };
    if let Err(error) = telemetry::start(&loaded.config.log) {
        eprintln!("aisle: {error:#}");
        return ExitCode::from(2);
    }
    match run(cli, loaded) {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::Interrupted) => ExitCode::from(130),
        Ok(End::Failed) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("aisle: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli, loaded: Loaded) -> anyhow::Result<End> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if loaded.config.server.threads > 0 {
        runtime.worker_threads(loaded.config.server.threads);
    }
    let runtime = runtime.enable_all().build()?;
    let common = cli.common;
    runtime.block_on(async move {
        match cli.command {
            Command::Serve(options) if options.print_config => {
                println!("{}", loaded.print()?);
                Ok(End::Done)
            }
            Command::Serve(_) => serve::run(&loaded.config).await,
            Command::Openapi { yaml } => specification(&aisle_api::openapi(), yaml),
            Command::Asyncapi { yaml } => specification(&aisle_api::asyncapi(), yaml),
            Command::Check => check::run(&loaded.config, common.json).await,
            Command::Backup { file } => backup::take(&loaded.config, &file, common.json).await,
            Command::Restore { file } => backup::restore(&loaded.config, &file, common.json).await,
            Command::Migrate => migrate(&loaded.config).await,
            Command::Demo(options) => demo::run(&loaded.config, &options).await,
            Command::Simulate(options) => simulate::run(&options).await,
            Command::Init(options) => init::run(&loaded.config, &options, common.json).await,
            Command::Seed { file } => seed::run(&loaded.config, &file, common.json).await,
            Command::Import(Catalogue::Products(options)) => {
                catalogue::import(&loaded.config, &options, common.json).await
            }
            Command::Export(Catalogue::Products(options)) => {
                catalogue::export(&loaded.config, &options, common.json).await
            }
            Command::Bench(options) => {
                let url = Some(loaded.config.database.url.as_str()).filter(|url| !url.is_empty());
                bench::run(&options, url, common.json).await
            }
            Command::Replay(options) => simulate::replay(&options).await,
        }
    })
}

async fn migrate(config: &config::Config) -> anyhow::Result<End> {
    let database = node::open_database(config).await?;
    database.migrate().await?;
    database.close().await;
    println!("the database has the schema of this version");
    Ok(End::Done)
}

fn specification(document: &str, yaml: bool) -> anyhow::Result<End> {
    if yaml {
        let value: serde_json::Value = serde_json::from_str(document)?;
        print!("{}", serde_yaml_ng::to_string(&value)?);
    } else {
        println!("{document}");
    }
    Ok(End::Done)
}
