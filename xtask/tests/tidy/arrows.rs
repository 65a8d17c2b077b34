//! Which room may know which: the arrows of ARCHITECTURE.md, with nothing implied.

use crate::check;
use crate::source::{Source, all};

/// Each room with every room it may depend on. `testkit` is known by tests only.
const ROOMS: [(&str, &[&str]); 14] = [
    ("model", &[]),
    ("contract", &[]),
    ("floorplan", &["model"]),
    ("floor", &["model", "floorplan"]),
    ("perception", &["model"]),
    ("database", &["model"]),
    ("partners", &["model"]),
    ("operations", &["model", "floorplan", "floor", "database", "partners"]),
    ("worker", &["model", "floorplan", "floor", "database", "partners", "operations"]),
    ("api", &["model", "contract", "floorplan", "floor", "database", "partners", "operations"]),
    ("store-client", &["model"]),
    ("simulator", &["model", "floorplan", "store-client"]),
    (
        "server",
        &[
            "model",
            "contract",
            "floorplan",
            "floor",
            "perception",
            "database",
            "partners",
            "operations",
            "worker",
            "api",
            "store-client",
            "simulator",
        ],
    ),
    (
        "testkit",
        &[
            "model",
            "contract",
            "floorplan",
            "floor",
            "perception",
            "database",
            "partners",
            "operations",
            "worker",
            "api",
            "store-client",
            "simulator",
        ],
    ),
];

/// Rooms that decide and never act, and what they therefore have no use for.
const PURE: [&str; 5] = ["model", "contract", "floorplan", "floor", "perception"];
const EFFECTS: [&str; 10] =
    ["axum", "getrandom", "hyper", "hyper-util", "rand", "reqwest", "sqlx", "tokio", "tracing", "rustls"];

#[test]
fn no_arrow_between_crates_turns_round() {
    let faults: Vec<String> = all().iter().flat_map(faults).collect();
    check("crate arrows", &faults);
}

/// The faults of one manifest; none for any other file.
fn faults(source: &Source) -> Vec<String> {
    let Some(room) = source.path.strip_prefix("crates/").and_then(|path| path.strip_suffix("/Cargo.toml")) else {
        return Vec::new();
    };
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return vec![source.at(
            1,
            &format!("`{room}` is a new room: give it its arrows in xtask/tests/tidy/arrows.rs and ARCHITECTURE.md"),
        )];
    };
    let manifest: toml::Table = source.text.parse().expect("cargo has read this manifest");
    let mut faults = Vec::new();
    for section in ["dependencies", "build-dependencies", "dev-dependencies"] {
        let names = manifest.get(section).and_then(toml::Value::as_table);
        for name in names.into_iter().flat_map(toml::Table::keys) {
            let only_tests = section == "dev-dependencies";
            if let Some(reason) = refusal(room, allowed, name, only_tests) {
                faults.push(source.at(line_of(&source.text, name), &reason));
            }
        }
    }
    faults
}

fn refusal(room: &str, allowed: &[&str], dependency: &str, only_tests: bool) -> Option<String> {
    if let Some(other) = dependency.strip_prefix("aisle-") {
        let known = allowed.contains(&other) || (only_tests && matches!(other, "testkit" | "contract"));
        return (!known).then(|| {
            format!("`{room}` may not know `{other}`: move the code to the room that may, or pass the value in")
        });
    }
    let acts = !only_tests && PURE.contains(&room) && EFFECTS.contains(&dependency);
    acts.then(|| format!("`{room}` is pure and has no use for `{dependency}`: do the effect in the caller"))
}

fn line_of(manifest: &str, name: &str) -> usize {
    let found = manifest.lines().position(|line| line.trim_start().starts_with(name));
    found.map_or(1, |index| index + 1)
}

#[test]
fn a_wrong_arrow_is_found() {
    let count = |path: &str, text: &str| faults(&Source::sample(path, text)).len();
    let cases = [
        ("crates/model/Cargo.toml", "[dependencies]\naisle-database.workspace = true", 1),
        ("crates/model/Cargo.toml", "[dependencies]\ntokio.workspace = true", 1),
        ("crates/model/Cargo.toml", "[dev-dependencies]\ntokio.workspace = true", 0),
        ("crates/simulator/Cargo.toml", "[dependencies.aisle-api]\npath = '../api'", 1),
        ("crates/api/Cargo.toml", "[dependencies]\naisle-testkit.workspace = true", 1),
        ("crates/api/Cargo.toml", "[dev-dependencies]\naisle-testkit.workspace = true", 0),
        ("crates/api/Cargo.toml", "[dependencies]\naisle-model = { workspace = true }", 0),
        ("crates/shop/Cargo.toml", "[dependencies]", 1),
    ];
    for (path, text, expected) in cases {
        assert_eq!(count(path, text), expected, "{path}: {text}");
    }
}
