//! `aisle bench`: measures this binary on this machine, against servers that it starts itself.
//!
//! Every figure is one of a real process over loopback, never of a function call. Absolute numbers belong to the machine
//! named above the table; compare ratios of one run.

mod api;
mod check_in;
mod child;
mod hook;
mod machine;
mod start;
mod webhooks;

use std::time::Duration;

use serde::Serialize;

use crate::End;
use crate::cli::BenchOptions;

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
pub struct Measure {
    /// What was measured.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
    /// What it should be, where there is a target.
    pub target: Option<&'static str>,
}

impl Measure {
    fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, target: None }
    }

    fn with_target(self, target: &'static str) -> Self {
        Self { target: Some(target), ..self }
    }
}

/// Runs what was asked for and prints a table, or JSON.
pub async fn run(options: &BenchOptions, database_url: Option<&str>, json: bool) -> anyhow::Result<End> {
    let load = Duration::from_secs(options.seconds);
    let mut measures = Vec::new();
    let all = options.what == "all";
    if all || options.what == "start" {
        measures.extend(start::measure(database_url).await?);
    }
    if all || options.what == "check-in" {
        measures.extend(check_in::measure(database_url, load).await?);
    }
    if all || options.what == "webhooks" {
        measures.extend(webhooks::measure(database_url, load).await?);
    }
    // Filling takes minutes, so it is asked for by name.
    if options.what == "api" {
        measures.extend(api::measure(database_url, options.rows).await?);
    }
    if measures.is_empty() {
        anyhow::bail!("there is no benchmark {:?}; there are: api, start, check-in, webhooks, all", options.what);
    }
    let machine = machine::describe();
    if json {
        let result =
            serde_json::json!({ "machine": machine, "version": env!("CARGO_PKG_VERSION"), "measures": measures });
        println!("{result:#}");
    } else {
        print_table(&machine, &measures);
    }
    Ok(End::Done)
}

fn print_table(machine: &str, measures: &[Measure]) {
    println!("{machine}\n");
    let width = measures.iter().map(|measure| measure.name.len()).max().unwrap_or(0);
    println!("| {:width$} | {:>12} | {:8} | target |", "measure", "value", "unit");
    println!("| {:-<width$} | {:->12} | {:-<8} | ------ |", "", "", "");
    for measure in measures {
        let target = measure.target.unwrap_or("");
        println!("| {:width$} | {:>12.2} | {:8} | {target} |", measure.name, measure.value, measure.unit);
    }
}

/// The value below which `share` (0 to 1) of the sorted `values` lie.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank within a list")]
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let rank = (last as f64 * share).round() as usize;
    sorted.get(rank).copied().unwrap_or(f64::NAN)
}
