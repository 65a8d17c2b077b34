//! What says more about one machine than about the project: its folders, and the addresses of its package registries.

use crate::check;
use crate::source::{Source, all};

/// Top folders of a developer's or builder's machine. Names only, so that this file does not break its own rule.
const MACHINE_FOLDERS: [&str; 4] = ["home", "root", "tmp", "work"];
const INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[test]
fn nothing_of_a_machine_is_kept() {
    let faults: Vec<String> = all().iter().flat_map(faults).collect();
    check("machine paths and registry hosts", &faults);
}

fn faults(source: &Source) -> Vec<String> {
    let file = source.path.rsplit('/').next().unwrap_or_default();
    let mut faults = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        if let Some(folder) = machine_folder(line) {
            faults.push(source.at(index + 1, &format!("/{folder}/ is a folder of one machine: write a relative path")));
        }
        if names_registry(file, line) {
            faults
                .push(source.at(index + 1, "names a package registry: take the address out, the client knows its own"));
        }
    }
    faults
}

/// A path begins where the slash does not follow a name, a dot or another path.
fn machine_folder(line: &str) -> Option<&'static str> {
    MACHINE_FOLDERS.into_iter().find(|folder| {
        line.match_indices(&format!("/{folder}/")).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || ".}_-~)>$*".contains(c))
        })
    })
}

fn names_registry(file: &str, line: &str) -> bool {
    let line = line.trim();
    match file {
        "package-lock.json" => line.starts_with("\"resolved\": \"http"),
        "Cargo.lock" => line.strip_prefix("source = \"").is_some_and(|rest| !rest.starts_with(INDEX)),
        ".npmrc" | "pip.conf" | "requirements.txt" => line.contains("://"),
        _ => false,
    }
}

#[test]
fn a_leak_is_found() {
    let tmp = format!("/{}/aisle.db", "tmp");
    let cases = [
        ("README.md", format!("see {tmp}"), 1),
        ("a.rs", format!("const A: &str = \"{tmp}\";"), 1),
        ("a.rs", format!("const A: &str = \"{{folder}}{tmp}\";"), 0),
        ("a.md", "https://example.org/work/plan".to_owned(), 0),
        ("Cargo.lock", format!("source = \"{INDEX}\""), 0),
        ("Cargo.lock", "source = \"sparse+https://mirror.example/\"".to_owned(), 1),
        ("console/package-lock.json", "\"resolved\": \"https://mirror.example/a.tgz\",".to_owned(), 1),
    ];
    for (path, text, expected) in cases {
        let found = faults(&Source::sample(path, &text));
        assert_eq!(found.len(), expected, "{path}: {text}: {found:?}");
    }
}
