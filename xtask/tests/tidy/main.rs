//! The rules about the source that the compiler cannot check. `cargo xtask tidy` runs just these.
//!
//! Each rule is a function from sources to a list of faults; one test runs it over the repository, another over a
//! sample that breaks it. A fault says where it is and what to do.

mod arrows;
mod leaks;
mod migrations;
mod names;
mod sizes;
mod source;
mod sql;

/// Fails with every fault, one a line.
fn check(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}: {} fault(s)\n{}", faults.len(), faults.join("\n"));
}
