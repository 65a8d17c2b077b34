//! The two databases move together: each migration exists for both, and the numbers only grow.

use std::collections::BTreeSet;

use crate::check;
use crate::source::{Source, all};

const SQLITE: &str = "crates/database/migrations/sqlite/";
const POSTGRES: &str = "crates/database/migrations/postgres/";

#[test]
fn migrations_come_in_pairs() {
    let sources = all();
    assert!(
        sources.iter().any(|source| source.path.starts_with(SQLITE)),
        "{SQLITE} has no migration: this check looks in the wrong place"
    );
    check("migrations", &faults(&sources));
}

fn faults(sources: &[Source]) -> Vec<String> {
    let names = |folder: &str| -> BTreeSet<&str> {
        sources.iter().filter_map(|source| source.path.strip_prefix(folder)).collect()
    };
    let (sqlite, postgres) = (names(SQLITE), names(POSTGRES));
    let mut faults = Vec::new();
    for name in sqlite.difference(&postgres) {
        faults.push(format!("{SQLITE}{name}:1: write {POSTGRES}{name} too"));
    }
    for name in postgres.difference(&sqlite) {
        faults.push(format!("{POSTGRES}{name}:1: write {SQLITE}{name} too"));
    }
    for (index, name) in sqlite.iter().enumerate() {
        let expected = format!("{:04}_", index + 1);
        let well_formed = name
            .strip_prefix(&expected)
            .and_then(|rest| rest.strip_suffix(".sql"))
            .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
        if !well_formed {
            faults.push(format!(
                "{SQLITE}{name}:1: number {} is called `{expected}name.sql`, in lower case; numbers have no gap and no double", index + 1
            ));
        }
    }
    faults
}

#[test]
fn a_migration_without_its_pair_is_found() {
    let count = |names: &[(&str, &str)]| {
        let sources: Vec<Source> =
            names.iter().map(|(folder, name)| Source::sample(&format!("{folder}{name}"), "")).collect();
        faults(&sources).len()
    };
    let pair = [(SQLITE, "0001_start.sql"), (POSTGRES, "0001_start.sql")];
    assert_eq!(count(&pair), 0);
    assert_eq!(count(&pair[..1]), 1);
    assert_eq!(count(&pair[1..]), 1);
    let gap = [(SQLITE, "0003_stores.sql"), (POSTGRES, "0003_stores.sql")];
    assert_eq!(count(&[pair, gap].concat()), 1);
    let double = [(SQLITE, "0001_other.sql"), (POSTGRES, "0001_other.sql")];
    assert_eq!(count(&[pair, double].concat()), 1);
}
