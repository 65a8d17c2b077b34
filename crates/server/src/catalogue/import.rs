//! `aisle import products FILE`

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Instant;

use aisle_operations::products::{Importing, LineFault, Taken, begin_import};
use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tokio::sync::mpsc;

use super::format::{Batch, Format};
use super::{csv_lines, ndjson};
use crate::End;
use crate::cli::CatalogueOptions;
use crate::config::Config;

/// Batches that wait to be staged.
const AHEAD: usize = 4;
/// Most faults that are told.
const MOST_FAULTS: usize = 10_000;

/// Runs the command.
pub async fn run(config: &Config, options: &CatalogueOptions, as_json: bool) -> anyhow::Result<End> {
    let format = Format::of(options.format, &options.file)?;
    let (source, length) = open(&options.file)?;
    let app = super::open(config).await?;
    let taken = async {
        let retailer = super::retailer(&app, options).await?;
        let importing = begin_import(&app, retailer).await?;
        take(importing, source, format, bar(length)?).await
    };
    let begun = Instant::now();
    let taken = taken.await;
    app.database.close().await;
    let (count, taken) = taken.with_context(|| format!("nothing was imported from {}", options.file.display()))?;
    match taken {
        Taken::All(fates) => {
            let seconds = begun.elapsed().as_secs_f64();
            let counts =
                json!({ "lines": count, "made": fates.made, "changed": fates.changed, "unchanged": fates.same });
            tracing::info!(lines = count, seconds, "the catalogue is imported");
            if as_json {
                println!("{counts}");
            } else {
                println!("made: {}\nchanged: {}\nunchanged: {}", fates.made, fates.changed, fates.same);
            }
            Ok(End::Done)
        }
        Taken::Nothing(faults) => {
            tell(&faults);
            Ok(End::Failed)
        }
    }
}

/// A file, or standard input for `-`; its length where it has one.
fn open(file: &Path) -> anyhow::Result<(Box<dyn Read + Send>, u64)> {
    if file == Path::new("-") {
        return Ok((Box::new(std::io::stdin()), 0));
    }
    let opened = File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let length = opened.metadata()?.len();
    Ok((Box::new(opened), length))
}

fn bar(length: u64) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {eta} left {msg}")?;
    Ok(ProgressBar::new(length).with_style(style))
}

/// Reads in a thread of its own, so that lines are judged while those before are staged.
async fn take(
    importing: Importing,
    source: Box<dyn Read + Send>,
    format: Format,
    bar: ProgressBar,
) -> anyhow::Result<(usize, Taken)> {
    let (sender, mut batches) = mpsc::channel::<Batch>(AHEAD);
    let reader = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
        let send = |batch| sender.blocking_send(batch).is_ok();
        match format {
            Format::Ndjson => Ok(ndjson::read(BufReader::with_capacity(1 << 16, source), send)?),
            Format::Csv => csv_lines::read(source, send),
        }
    });
    let (mut count, mut faults) = (0, Vec::new());
    while let Some(batch) = batches.recv().await {
        count += batch.lines.len();
        faults.extend(batch.faults);
        faults.extend(importing.stage(batch.lines).await?);
        faults.truncate(MOST_FAULTS);
        bar.set_position(batch.read);
    }
    reader.await??;
    bar.set_message("checking and switching over");
    let taken = importing.finish(faults).await?;
    bar.finish_and_clear();
    Ok((count, taken))
}

/// Every fault with its line, in the order of the lines.
fn tell(faults: &[LineFault]) {
    for LineFault { line, text } in faults.iter().take(MOST_FAULTS) {
        eprintln!("line {line}: {text}");
    }
    if faults.len() >= MOST_FAULTS {
        eprintln!("… and perhaps more: the first {MOST_FAULTS} are told");
    }
    eprintln!("aisle: {} faults; nothing was imported", faults.len());
}
