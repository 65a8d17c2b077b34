//! Tools that must be on the machine, and how each is installed when it is not.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::cargo::cargo;
use crate::say;

const NEXTEST_VERSION: &str = "0.9.143";

/// Runs a command whose output the developer should see; an unsuccessful end is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let line = line_of(command);
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Runs a command silently; its output is part of the error.
pub fn run_silently(command: &mut Command) -> Result<String> {
    let line = line_of(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!(
            "`{line}` ended with {}\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn line_of(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// Makes sure that `cargo fmt` and `cargo clippy` exist.
pub fn require_rustfmt_and_clippy() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if run_silently(&mut cargo(&[subcommand, "--version"])).is_ok() {
            continue;
        }
        say(&format!("{component}: missing, adding it with rustup"));
        run(Command::new("rustup").args(["component", "add", component]))
            .with_context(|| format!("`cargo {subcommand}` is needed and missing"))?;
    }
    Ok(())
}

/// Makes sure that `cargo nextest` exists.
pub fn require_nextest() -> Result<()> {
    if let Ok(version) = run_silently(&mut cargo(&["nextest", "--version"])) {
        say(&format!("test runner: {}", version.lines().next().unwrap_or("cargo-nextest")));
        return Ok(());
    }
    say("test runner: missing, cargo install --locked cargo-nextest (some minutes, once)");
    run(&mut cargo(&["install", "--locked", "cargo-nextest", "--version", NEXTEST_VERSION]))
        .context("cargo-nextest is needed and could not be installed")
}

/// Installs a Debian package where that is allowed: as root, on a system with apt-get.
pub fn install_debian_package(package: &str) -> Result<()> {
    if current_user_id()? != 0 {
        bail!("the Debian package `{package}` is missing and only root may install it");
    }
    let apt_get = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).arg("--quiet").arg("--yes");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        run_silently(&mut command)
    };
    say(&format!("installing the Debian package {package}"));
    apt_get(&["update"])?;
    apt_get(&["install", "--no-install-recommends", package])?;
    Ok(())
}

pub fn current_user_id() -> Result<u32> {
    let text = run_silently(Command::new("id").arg("-u"))?;
    text.trim().parse().context("`id -u` gave no number")
}
