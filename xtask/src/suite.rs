//! What each command does, in order.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::cargo::{cargo, target};
use crate::postgres::{self, Postgres};
use crate::{python, say, tools};

const KILL_CYCLES_OF_SOAK: &str = "200";

/// What the tests need besides the compiler; ends with the value.
struct Surroundings {
    postgres: Postgres,
    python: PathBuf,
}

impl Surroundings {
    fn prepare() -> Result<Self> {
        tools::require_nextest()?;
        Ok(Self { python: python::environment(&target())?, postgres: postgres::obtain()? })
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = cargo(arguments);
        command
            .env(postgres::VARIABLE, &self.postgres.url)
            .env("AISLE_TEST_PYTHON", &self.python)
            .env("INSTA_UPDATE", "no");
        command
    }
}

/// Everything that must hold before a change is handed in, or only the tests that `only` selects.
pub fn test(only: Option<&str>) -> Result<()> {
    if only.is_none() {
        tools::require_rustfmt_and_clippy()?;
    }
    let around = Surroundings::prepare()?;
    let mut nextest = around.cargo(&["nextest", "run", "--workspace"]);
    if let Some(filter) = only {
        nextest.args(["--filterset", filter]);
        return steps(vec![("tests", nextest)]);
    }
    steps(vec![
        ("format", cargo(&["fmt", "--all", "--check"])),
        ("lints", cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])),
        ("tests", nextest),
        ("documentation tests", around.cargo(&["test", "--doc", "--workspace"])),
    ])
}

/// The proofs that take hours.
pub fn soak(only: Option<&str>) -> Result<()> {
    let around = Surroundings::prepare()?;
    let mut nextest = around.cargo(&["nextest", "run", "--workspace", "--profile", "soak"]);
    nextest.env("AISLE_SOAK", "1").env("AISLE_KILL_CYCLES", KILL_CYCLES_OF_SOAK);
    if let Some(filter) = only {
        nextest.args(["--filterset", filter]);
    }
    steps(vec![("soak", nextest)])
}

/// The rules about the source itself. Part of `test`; alone, they answer in seconds.
pub fn tidy() -> Result<()> {
    steps(vec![("tidy", cargo(&["test", "--package", "xtask", "--quiet"]))])
}

/// Becomes `aisle demo`, so that Ctrl-C and the exit code are the server's own: cargo replaces itself as well.
pub fn demo(arguments: &[&str]) -> Result<()> {
    say("building the server in release mode, then running `aisle demo`");
    let mut command = cargo(&["run", "--release", "--package", "aisle-server", "--bin", "aisle", "--", "demo"]);
    Err(command.args(arguments).exec().into())
}

/// Runs every step, also after one failed: the developer wants the whole list at once.
fn steps(steps: Vec<(&str, Command)>) -> Result<()> {
    let begin = Instant::now();
    let mut failed = Vec::new();
    for (name, mut command) in steps {
        say(&format!("{name}: begins"));
        let begin = Instant::now();
        match tools::run(&mut command) {
            Ok(()) => say(&format!("{name}: passed in {} s", begin.elapsed().as_secs())),
            Err(error) => {
                say(&format!("{name}: FAILED after {} s: {error:#}", begin.elapsed().as_secs()));
                failed.push(name);
            }
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join(", "));
    }
    say(&format!("all passed in {} s", begin.elapsed().as_secs()));
    Ok(())
}
