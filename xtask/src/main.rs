//! The developer's commands: `cargo xtask test | soak | tidy | demo`.
//!
//! Promises: one line on standard error for each thing that is done, installed or started; an exit code that is
//! non-zero when anything failed; nothing left running afterwards.
//! Does not: hide a missing tool by skipping what needs it. What cannot be had makes the command fail and say so.

mod cargo;
mod postgres;
mod python;
mod suite;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask COMMAND

  test [--only FILTER]  format, lints, every test on both databases, documentation tests;
                        --only runs just the tests that a nextest filter selects, such as 'test(entry_code)'
  soak [--only FILTER]  the proofs that take hours: tests named soak_* and kill_* (200 kills)
  tidy                  the rules about the source itself: crate arrows, sizes, migrations, portable SQL, names
  demo [ARGUMENT …]     builds the server in release mode and runs `aisle demo ARGUMENT …`";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => suite::test(None),
        ["test", "--only", filter] => suite::test(Some(filter)),
        ["soak"] => suite::soak(None),
        ["soak", "--only", filter] => suite::soak(Some(filter)),
        ["tidy"] => suite::tidy(),
        ["demo", rest @ ..] => suite::demo(rest),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("FAILED: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// One line to the developer. Standard error, so that it keeps its place among the output of cargo.
fn say(line: &str) {
    eprintln!("xtask: {line}");
}
