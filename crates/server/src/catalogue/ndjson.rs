//! A JSON object a line.

use std::io::{BufRead, Read as _};

use super::format::{Batch, LONGEST};

/// Reads all lines into batches; ends early when `send` says so. Blank lines count and say nothing.
pub fn read(mut source: impl BufRead, mut send: impl FnMut(Batch) -> bool) -> std::io::Result<()> {
    let (mut number, mut read, mut text) = (0, 0, Vec::new());
    let mut batch = Batch::default();
    loop {
        text.clear();
        let mut length = source.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', &mut text)?;
        if length == 0 {
            break;
        }
        number += 1;
        if length > LONGEST {
            length += source.skip_until(b'\n')?;
            batch.refuse(number, "is longer than 1 MiB");
        } else {
            add(
                &mut batch,
                number,
                if number == 1 { text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text) } else { &text },
            );
        }
        read += length as u64;
        if batch.is_full() {
            batch.read = read;
            if !send(std::mem::take(&mut batch)) {
                return Ok(());
            }
        }
    }
    batch.read = read;
    send(batch);
    Ok(())
}

fn add(batch: &mut Batch, number: i64, text: &[u8]) {
    if text.trim_ascii().is_empty() {
        return;
    }
    match serde_json::from_slice(text) {
        Ok(said) => batch.add(number, said),
        // The parser counts lines of its own text, which has one.
        Err(error) => batch.refuse(number, format!("is no JSON at column {}", error.column())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_or_told() {
        let long = format!("{{\"name\": \"{}\"}}", "x".repeat(LONGEST));
        let good = r#"{"id": 1, "name": "a", "price": 1, "barcode": "1", "weight": 1}"#;
        let text = format!("\u{feff}{good}\n\n{{\"name\": \n{long}\n[]\n\"\\ud800\"\n{good}");
        let mut batches = Vec::new();
        read(text.as_bytes(), |batch| {
            batches.push(batch);
            true
        })
        .unwrap();
        let [batch] = batches.as_slice() else { panic!("one batch") };
        assert_eq!(batch.lines.iter().map(|line| line.line).collect::<Vec<_>>(), [1, 7]);
        let told: Vec<_> = batch.faults.iter().map(|fault| fault.line).collect();
        assert_eq!(told, [3, 4, 5, 6]);
        assert_eq!(batch.read, text.len() as u64);
    }
}
