//! A CSV with a header. An empty cell says nothing.

use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

use anyhow::{Context as _, bail};
use csv::ByteRecord;
use serde_json::{Map, Value, json};

use super::format::{Batch, COLUMNS, LONGEST};

/// Reads all records into batches; ends early when `send` says so. A header that cannot be understood is an error.
pub fn read(source: impl Read, mut send: impl FnMut(Batch) -> bool) -> anyhow::Result<()> {
    let since = Rc::new(Cell::new(0));
    let bounded = Bounded { source, since: Rc::clone(&since) };
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(bounded);
    let mut record = ByteRecord::new();
    if !reader.read_byte_record(&mut record)? {
        bail!("the file is empty; its first line has to name the columns");
    }
    let columns = header(&record)?;
    // The reader counts the second half of CR LF to the record after it.
    let behind = u64::from(reader.position().line() == 1);
    let mut batch = Batch::default();
    loop {
        since.set(0);
        let goes_on = reader.read_byte_record(&mut record).context("the file cannot be read as CSV")?;
        if goes_on {
            let line = record.position().map_or(0, csv::Position::line) + behind;
            add(&mut batch, i64::try_from(line)?, &columns, &record);
        }
        if !goes_on || batch.is_full() {
            batch.read = reader.position().byte();
            if !send(std::mem::take(&mut batch)) || !goes_on {
                return Ok(());
            }
        }
    }
}

fn header(record: &ByteRecord) -> anyhow::Result<Vec<&'static str>> {
    let mut columns = Vec::new();
    for name in record {
        let name = String::from_utf8_lossy(name);
        let name = name.trim_start_matches('\u{feff}').trim();
        let known = COLUMNS.iter().find(|column| **column == name);
        let known = *known.with_context(|| {
            format!("line 1: there is no column {name:?}; there are, separated by commas: {}", COLUMNS.join(","))
        })?;
        if columns.contains(&known) {
            bail!("line 1: the column {known} is there twice");
        }
        columns.push(known);
    }
    Ok(columns)
}

fn add(batch: &mut Batch, line: i64, columns: &[&'static str], record: &ByteRecord) {
    if record.len() != columns.len() {
        return batch.refuse(line, format!("has {} cells; the header has {}", record.len(), columns.len()));
    }
    let mut said = Map::new();
    for (column, cell) in columns.iter().zip(record) {
        let Ok(cell) = std::str::from_utf8(cell) else {
            return batch.refuse(line, format!("\"{column}\" is not UTF-8"));
        };
        if !cell.is_empty() {
            let value = if *column == "storePrices" { prices(cell) } else { Value::from(cell) };
            said.insert((*column).to_owned(), value);
        }
    }
    batch.add(line, Value::Object(said));
}

/// `11:2.15;12:2.20`; what is not of that form is left for the judgement of the line.
fn prices(cell: &str) -> Value {
    let prices = cell.split(';').map(|price| match price.split_once(':') {
        Some((store, price)) => json!({ "storeId": store.trim(), "price": price.trim() }),
        None => json!(price),
    });
    prices.collect()
}

/// A quote that is never closed must not pull the whole file into memory.
struct Bounded<R> {
    source: R,
    since: Rc<Cell<usize>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.since.get() > LONGEST {
            return Err(std::io::Error::other("a record is longer than 1 MiB: is a quote not closed?"));
        }
        let length = self.source.read(buffer)?;
        self.since.set(self.since.get() + length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> anyhow::Result<Batch> {
        let mut all = Batch::default();
        read(text.as_bytes(), |batch| {
            all.lines.extend(batch.lines);
            all.faults.extend(batch.faults);
            true
        })?;
        Ok(all)
    }

    #[test]
    fn cells_are_read_as_a_body_is() {
        let text = "\u{feff}name,barcode,price,weight,restricted,id,storePrices\r\n\
            \"A \"\"pen\"\",\nblue\",1,2.50,10,true,7,11:2.15; 12:2.20\r\nb,2,1,x,,,11\r\nc,3\r\n";
        let read = all(text).unwrap();
        let [line] = read.lines.as_slice() else { panic!("{read:?}") };
        assert_eq!((line.line, line.new.name.as_str(), line.new.restricted), (2, "A \"pen\",\nblue", true));
        let prices = line.new.store_prices.iter().flatten().map(|(store, price)| (store.0, price.to_string()));
        assert_eq!(prices.collect::<Vec<_>>(), [(11, "2.15".to_owned()), (12, "2.20".to_owned())]);
        let told: Vec<String> = read.faults.iter().map(|fault| format!("{} {}", fault.line, fault.text)).collect();
        assert!(told[0].starts_with("4 \"weight\""), "{told:?}");
        assert!(told[1].starts_with("4 \"storePrices[0]\""), "{told:?}");
        assert_eq!(told[told.len() - 1], "5 has 2 cells; the header has 7");
    }

    #[test]
    fn a_header_is_understood_or_refused() {
        for (text, wanted) in [("", "empty"), ("name,pirce\n", "pirce"), ("name,name\n", "twice"), ("name\n\"open", "")]
        {
            match all(text) {
                Err(error) => assert!(error.to_string().contains(wanted), "{error}"),
                Ok(read) => assert!(wanted.is_empty() && read.lines.is_empty(), "{text:?}"),
            }
        }
        let endless = format!("name\n\"{}", "x".repeat(3 * LONGEST));
        assert!(format!("{:#}", all(&endless).unwrap_err()).contains("1 MiB"));
    }
}
