//! `aisle export products FILE`

use std::io::{BufWriter, Write};
use std::path::Path;

use aisle_api::line::Line;
use aisle_model::{ProductId, RetailerId};
use aisle_operations::App;
use aisle_operations::products::{WholeProduct, export};
use anyhow::Context as _;
use serde_json::{Value, json};

use super::format::{COLUMNS, Format};
use crate::End;
use crate::cli::CatalogueOptions;
use crate::config::Config;

/// Products of one piece.
const PIECE: i64 = 1000;

/// Runs the command.
pub async fn run(config: &Config, options: &CatalogueOptions, as_json: bool) -> anyhow::Result<End> {
    let format = Format::of(options.format, &options.file)?;
    let app = super::open(config).await?;
    let written = async {
        let retailer = super::retailer(&app, options).await?;
        write(&app, retailer, format, &options.file).await
    };
    let written = written.await;
    app.database.close().await;
    let count = written.with_context(|| format!("{} was not written", options.file.display()))?;
    // Standard output may be the catalogue itself.
    if options.file == Path::new("-") {
        tracing::info!(products = count, "the catalogue is written");
    } else if as_json {
        println!("{}", json!({ "products": count }));
    } else {
        println!("products: {count}");
    }
    Ok(End::Done)
}

/// A file is there when it is whole.
async fn write(app: &App, retailer: RetailerId, format: Format, file: &Path) -> anyhow::Result<usize> {
    if file == Path::new("-") {
        return pieces(app, retailer, format, &mut std::io::stdout()).await;
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut unfinished = tempfile::NamedTempFile::new_in(folder)?;
    let count = pieces(app, retailer, format, unfinished.as_file_mut()).await?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(file)?;
    Ok(count)
}

async fn pieces(
    app: &App,
    retailer: RetailerId,
    format: Format,
    target: &mut (impl Write + Send),
) -> anyhow::Result<usize> {
    let mut target = BufWriter::with_capacity(1 << 16, target);
    if format == Format::Csv {
        csv::Writer::from_writer(&mut target).write_record(COLUMNS)?;
    }
    let (mut count, mut last) = (0, ProductId(0));
    loop {
        let piece = export(app, retailer, last, PIECE).await?;
        let Some(end) = piece.last() else { break };
        last = end.product.id;
        count += piece.len();
        write_piece(&piece, format, &mut target)?;
    }
    target.flush()?;
    Ok(count)
}

fn write_piece(piece: &[WholeProduct], format: Format, target: &mut impl Write) -> anyhow::Result<()> {
    let lines = piece.iter().map(|whole| Line::of(whole).map_err(anyhow::Error::msg));
    match format {
        Format::Ndjson => {
            for line in lines {
                serde_json::to_writer(&mut *target, &line?)?;
                target.write_all(b"\n")?;
            }
        }
        Format::Csv => {
            let mut records = csv::Writer::from_writer(target);
            for line in lines {
                let fields = serde_json::to_value(line?)?;
                records.write_record(COLUMNS.iter().map(|column| cell(&fields[*column])))?;
            }
            records.flush()?;
        }
    }
    Ok(())
}

/// What is absent is empty.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(prices) => {
            let price = |price: &Value| format!("{}:{}", price["storeId"], price["price"].as_str().unwrap_or_default());
            prices.iter().map(price).collect::<Vec<_>>().join(";")
        }
        other => other.to_string(),
    }
}
