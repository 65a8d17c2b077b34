//! Turns `contract/openapi.yaml`, with what this server adds in `contract/additions.yaml`, into three JSON texts: the whole
//! document, which is served with an example of everything; a lean one, which is compiled into the validator; and the
//! AsyncAPI document of the same schemas.

mod asyncapi;
mod curl;
mod examples;
mod lean;
mod sample;
mod yaml;

use serde_yaml_ng::{Mapping, Value};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-changed=build");
    let contract = manifest.join("../../contract");
    let mut document = read(&contract.join("openapi.yaml"));
    merge(&mut document, read(&contract.join("additions.yaml")));
    let lean = lean::lean(&document);
    let samples = read(&contract.join("samples.yaml"));
    examples::fill(&mut document, &samples, &webhook_bodies(&contract.join("examples")));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    write(&out.join("lean.json"), &lean);
    write(&out.join("asyncapi.json"), &asyncapi::asyncapi(&document, &samples));
    write(&out.join("openapi.json"), &document);
}

fn read(source: &Path) -> Value {
    println!("cargo::rerun-if-changed={}", source.display());
    let shown = source.display();
    let text = fs::read_to_string(source).unwrap_or_else(|error| panic!("cannot read {shown}: {error}"));
    serde_yaml_ng::from_str(&text).unwrap_or_else(|error| panic!("{shown} is no YAML: {error}"))
}

/// The body of each webhook, by its name. JSON is YAML.
fn webhook_bodies(folder: &Path) -> Mapping {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut bodies = Mapping::new();
    for entry in fs::read_dir(folder).expect("the contract has examples") {
        let path = entry.expect("the folder can be read").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("examples have plain names");
        bodies.insert(name.into(), read(&path));
    }
    bodies
}

/// Adds what is new; what both say stops the build.
fn merge(document: &mut Value, additions: Value) {
    let (Value::Mapping(known), Value::Mapping(added)) = (document, additions) else {
        panic!("contract/additions.yaml says something that contract/openapi.yaml says already");
    };
    for (name, value) in added {
        match known.get_mut(&name) {
            Some(old) => merge(old, value),
            None => drop(known.insert(name, value)),
        }
    }
}

fn write(path: &Path, value: &Value) {
    let text = serde_json::to_string(value).expect("the document has only string keys");
    fs::write(path, text).expect("OUT_DIR can be written");
}
