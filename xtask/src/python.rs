//! Python for the tests that bring a judge of their own: the package webhook receivers check signatures with, and the one
//! that fuzzes an API by its document. A virtual environment under the target folder, made once.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::say;
use crate::tools::{install_debian_package, run_silently};

const PACKAGES: [(&str, &str); 2] = [("standardwebhooks", "1.1.0"), ("schemathesis", "4.32.5")];

/// The interpreter of an environment that has the packages, made when it is not there.
pub fn environment(target: &Path) -> Result<PathBuf> {
    let folder = target.join("test-python");
    let python = folder.join("bin/python");
    let pinned = PACKAGES.map(|(name, version)| format!("{name}=={version}"));
    if has_packages(&python) {
        say(&format!("python: {} are ready", pinned.join(" and ")));
        return Ok(python);
    }
    say(&format!("python: making an environment with {}", pinned.join(" and ")));
    make_environment(&folder)?;
    run_silently(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(&pinned))
        .with_context(|| format!("the Python packages {} are needed by the tests", pinned.join(" and ")))?;
    Ok(python)
}

fn has_packages(python: &Path) -> bool {
    let asked = PACKAGES.map(|(name, version)| format!("assert m.version('{name}') == '{version}'"));
    let question = format!("import importlib.metadata as m; {}", asked.join("; "));
    run_silently(Command::new(python).args(["-c", &question])).is_ok()
}

/// Debian ships `python3` without the half of `venv` that installs pip, so the first failure is answered by the package.
fn make_environment(folder: &Path) -> Result<()> {
    let make = || {
        let mut command = Command::new("python3");
        command.args(["-m", "venv", "--clear"]).arg(folder);
        run_silently(&mut command)
    };
    let Err(first) = make() else { return Ok(()) };
    install_debian_package("python3-venv").with_context(|| format!("python3 cannot make an environment: {first:#}"))?;
    make()?;
    Ok(())
}
