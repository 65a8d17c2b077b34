//! Text that no database column takes: U+0000. PostgreSQL has no way to keep it, so it is refused everywhere alike.

use std::fmt::Write as _;

use aisle_contract::Fault;
use serde_json::Value;

/// A fault for every text in the value that holds U+0000, in keys too.
pub(crate) fn faults(value: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    walk(value, &mut String::new(), &mut faults);
    faults
}

fn walk(value: &Value, path: &mut String, faults: &mut Vec<Fault>) {
    let length = path.len();
    match value {
        Value::String(text) if text.contains('\0') => faults.push(fault(path)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                write!(path, "[{index}]").expect("a String takes everything");
                walk(item, path, faults);
                path.truncate(length);
            }
        }
        Value::Object(map) => {
            for (name, item) in map {
                if name.contains('\0') {
                    faults.push(fault(path));
                    continue;
                }
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                walk(item, path, faults);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

fn fault(path: &str) -> Fault {
    let path = if path.is_empty() { "value" } else { path };
    Fault::new(path, "string.pattern.base", "contains the character U+0000")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_place_is_found() {
        let check = |value: Value, fields: &[&str]| {
            let found: Vec<String> = faults(&value).into_iter().map(|fault| fault.field).collect();
            assert_eq!(found, fields, "{value}");
        };
        check(json!({"a": "x", "b": [1, "y"]}), &[]);
        check(json!("\0"), &["\"value\""]);
        check(json!({"a": "\0", "b": [{"c": "z\0"}], "d\0": 1}), &["\"a\"", "\"b[0].c\"", "\"value\""]);
        check(json!({"a\nb": "\0", "\u{2028}": "\0"}), &["\"a\\nb\"", "\"\\u{2028}\""]);
    }
}
