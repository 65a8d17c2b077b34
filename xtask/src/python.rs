//! Python for the tests that check signatures with the package webhook receivers use: a virtual environment under the
//! target folder, made once.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::say;
use crate::tools::{install_debian_package, run_silently};

const PACKAGE: &str = "standardwebhooks";
const VERSION: &str = "1.1.0";

/// The interpreter of an environment that has the package, made when it is not there.
pub fn environment(target: &Path) -> Result<PathBuf> {
    let folder = target.join("test-python");
    let python = folder.join("bin/python");
    if has_package(&python) {
        say(&format!("python: {PACKAGE} {VERSION} is ready"));
        return Ok(python);
    }
    say(&format!("python: making an environment with {PACKAGE} {VERSION}"));
    make_environment(&folder)?;
    let requirement = format!("{PACKAGE}=={VERSION}");
    run_silently(Command::new(&python).args(["-m", "pip", "install", "--quiet", &requirement]))
        .with_context(|| format!("the Python package {requirement} is needed by the tests"))?;
    Ok(python)
}

fn has_package(python: &Path) -> bool {
    let question = format!("import {PACKAGE}, importlib.metadata as m; assert m.version('{PACKAGE}') == '{VERSION}'");
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
