//! A `curl` line for every operation, made from its examples; what
//! `contract/samples.yaml` lists goes before what the contract shows. It works as it stands against a store that `aisle init` made,
//! with the tokens of `init` in the variables it names.

use crate::yaml::{METHODS, entries, mapping, resolve, text};
use serde_yaml_ng::Value;
use std::fmt::Write as _;

/// Writes `x-codeSamples` into every operation.
pub fn lines(document: &mut Value, samples: &Value) {
    let source = document.clone();
    for (path, item) in entries(&source["paths"]) {
        for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
            let line = line(&source, samples, text(path), item, method);
            let sample = mapping([("lang", "curl".into()), ("source", line.into())]);
            document["paths"][path][*method]["x-codeSamples"] = Value::Sequence(vec![sample]);
        }
    }
}

fn line(document: &Value, samples: &Value, path: &str, item: &Value, method: &str) -> String {
    let operation = &item[method];
    let mut address = path.to_owned();
    let (mut query, mut headers) = (Vec::new(), Vec::new());
    let lists = [&item["parameters"], &operation["parameters"]].into_iter().filter_map(Value::as_sequence);
    for parameter in lists.flatten().map(|one| resolve(document, one)) {
        let name = text(&parameter["name"]);
        if parameter["required"] != true {
            continue;
        }
        let example = plain(samples["parameters"].get(name).unwrap_or(&parameter["example"]));
        match text(&parameter["in"]) {
            "path" => address = address.replace(&format!("{{{name}}}"), &encoded(&example)),
            "query" => query.push(format!("{name}={}", encoded(&example))),
            _ => headers.push(format!("{name}: {example}")),
        }
    }
    query.extend(samples["queries"].get(text(&operation["operationId"])).map(|listed| text(listed).to_owned()));
    if !query.is_empty() {
        address = format!("{address}?{}", query.join("&"));
    }
    let mut line = "curl".to_owned();
    if method != "get" {
        write!(line, " -X {}", method.to_uppercase()).expect("a String takes everything");
    }
    write!(line, " \"$AISLE_URL{address}\"").expect("a String takes everything");
    if let Some(token) = token(path, operation) {
        write!(line, " \\\n  -H \"Authorization: Bearer ${token}\"").expect("a String takes everything");
    }
    for header in headers {
        write!(line, " \\\n  -H {}", quoted(&header)).expect("a String takes everything");
    }
    body(document, samples, operation, &mut line);
    line
}

fn body(document: &Value, samples: &Value, operation: &Value, line: &mut String) {
    let Some((kind, media)) = entries(&operation["requestBody"]["content"]).next() else { return };
    let first = media.get("examples").and_then(|named| entries(named).next());
    let first = first.and_then(|(_, one)| resolve(document, one).get("value"));
    let id = text(&operation["operationId"]);
    let listed = samples["requests"].get(id);
    let Some(example) = listed.or_else(|| media.get("example")).or(first) else { return };
    if text(kind) == "application/x-www-form-urlencoded" {
        for (name, value) in entries(example) {
            let pair = match text(name) {
                "client_id" => "\"client_id=$AISLE_CLIENT_ID\"".to_owned(),
                "client_secret" => "\"client_secret=$AISLE_CLIENT_SECRET\"".to_owned(),
                name => quoted(&format!("{name}={}", plain(value))),
            };
            write!(line, " \\\n  --data-urlencode {pair}").expect("a String takes everything");
        }
        return;
    }
    let option = if example.is_string() { "--data-binary" } else { "-d" };
    let kind = quoted(&format!("Content-Type: {}", text(kind)));
    let mut shown = quoted(&plain(example));
    if let Some(field) = samples["now"].get(id) {
        // The shell's own clock, between the quotes of the rest.
        let old = plain(&example[field]);
        shown = shown.replacen(&old, "'\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"'", 1);
    }
    write!(line, " \\\n  -H {kind} \\\n  {option} {shown}").expect("a String takes everything");
}

/// The variable that holds the token an operation takes. What simulates takes a retailer's.
fn token(path: &str, operation: &Value) -> Option<&'static str> {
    let anonymous = operation["security"].as_sequence().is_some_and(Vec::is_empty);
    match operation["x-token"].as_str() {
        Some("store") if operation["x-scope"] != "simulation" => Some("AISLE_STORE_TOKEN"),
        Some("vendor") => Some("AISLE_VENDOR_TOKEN"),
        None if anonymous => None,
        None if path.starts_with("/api/customer/") => Some("AISLE_CUSTOMER_TOKEN"),
        _ => Some("AISLE_TOKEN"),
    }
}

/// A text as it is, anything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| serde_json::to_string(value).expect("examples are JSON"), str::to_owned)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn encoded(text: &str) -> String {
    let mut safe = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            write!(safe, "%{byte:02X}").expect("a String takes everything");
        }
    }
    safe
}
