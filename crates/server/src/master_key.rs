//! The master key: from the configuration, else from a file next to the embedded database.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use aisle_operations::{Chance, Keys};
use anyhow::{Context as _, bail};

use crate::config::Config;

const FILE: &str = "aisle.key";

/// Reads the master key. With `make`, a missing key file is made, readable by its owner alone.
pub fn read(config: &Config, chance: &Chance, make: bool) -> anyhow::Result<Keys> {
    if !config.secrets.key.is_empty() {
        return Ok(Keys::new(&parse(&config.secrets.key).context("secrets.key")?));
    }
    let path = path(config);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Keys::new(&parse(text.trim()).with_context(|| path.display().to_string())?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && make => made(&path, chance),
        Err(error) => Err(error).with_context(|| format!("the master key {} cannot be read", path.display())),
    }
}

/// The file of the master key.
pub fn path(config: &Config) -> PathBuf {
    config.server.data_dir.join(FILE)
}

fn made(path: &Path, chance: &Chance) -> anyhow::Result<Keys> {
    let key: [u8; 32] = chance.bytes();
    let mut text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    text.push('\n');
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(|| format!("the master key {} cannot be made", path.display()))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).context("the master key cannot be written")?;
    Ok(Keys::new(&key))
}

fn parse(text: &str) -> anyhow::Result<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        bail!("the master key is not 64 hexadecimal digits");
    }
    let mut key = [0; 32];
    for (byte, pair) in key.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair)?, 16)?;
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_file_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.data_dir = folder.path().join("data");
        let chance = Chance::seeded(3);
        assert!(read(&config, &chance, false).is_err());
        let first = read(&config, &chance, true).unwrap();
        let again = read(&config, &chance, true).unwrap();
        assert_eq!(first.check(), again.check());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(config.server.data_dir.join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_bad_key_is_refused() {
        for bad in ["", "abc", &"0".repeat(63), &"g".repeat(64), &"é".repeat(32)] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse(&"aF".repeat(32)).is_ok());
    }
}
