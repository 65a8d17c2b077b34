//! How a catalogue is written.

use std::path::Path;

use aisle_operations::products::{ImportedLine, LineFault};
use anyhow::bail;
use clap::ValueEnum;

/// Most bytes of one line or record: those of a body of the API.
pub const LONGEST: usize = 1024 * 1024;

/// Lines of one batch.
pub const LINES: usize = 2000;

/// Every column of a CSV, in the order in which they are exported.
pub const COLUMNS: [&str; 16] = [
    "id",
    "externalId",
    "name",
    "barcode",
    "price",
    "weight",
    "restricted",
    "restrictionCategory",
    "taxCode",
    "category",
    "sku",
    "quantity",
    "inventoryItemId",
    "thumbnail",
    "invalidThumbnail",
    "storePrices",
];

/// How a catalogue is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line: the body of PUT, with `id` beside
    Ndjson,
    /// A header with those names, and prices by store as `11:2.15;12:2.20`
    Csv,
}

impl Format {
    /// What was said, else what the name of the file says.
    pub fn of(said: Option<Self>, file: &Path) -> anyhow::Result<Self> {
        if let Some(said) = said {
            return Ok(said);
        }
        match file.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => Ok(Self::Csv),
            Some("ndjson" | "jsonl") => Ok(Self::Ndjson),
            _ => bail!("{} ends neither in .csv nor in .ndjson: say --format", file.display()),
        }
    }
}

/// Lines that were read together.
#[derive(Debug, Default)]
pub struct Batch {
    /// Those that have the right shape.
    pub lines: Vec<ImportedLine>,
    /// What is wrong with the others.
    pub faults: Vec<LineFault>,
    /// Bytes of the file up to here.
    pub read: u64,
}

impl Batch {
    /// Reads a line as the API reads a body.
    pub fn add(&mut self, line: i64, said: serde_json::Value) {
        match aisle_api::line::read(said) {
            Ok((product, new)) => self.lines.push(ImportedLine { line, product, new }),
            Err(faults) => self.faults.extend(faults.iter().map(|fault| LineFault::of(line, fault))),
        }
    }

    /// A line that cannot be read at all.
    pub fn refuse(&mut self, line: i64, text: impl Into<String>) {
        self.faults.push(LineFault { line, text: text.into() });
    }

    /// Whether it is time to send it on.
    pub fn is_full(&self) -> bool {
        self.lines.len() + self.faults.len() >= LINES
    }
}
