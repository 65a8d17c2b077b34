//! The master key: from the configuration, else from a file next to the embedded database.
//!
//! Promises: the file appears whole or not at all, readable by its owner alone, and is never written over; one that was
//! made by a start that failed is taken back, so that it does not look like the key of anything.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use aisle_operations::{Chance, Keys};
use anyhow::{Context as _, bail};

use crate::config::Config;

const FILE: &str = "aisle.key";

/// The master key, and the file if this start made it.
pub struct MasterKey {
    /// What is sealed and hashed with it.
    pub keys: Keys,
    made: Option<PathBuf>,
}

impl MasterKey {
    /// Removes the file if this start made it: no database knows that key.
    pub fn take_back(&self) {
        if let Some(path) = &self.made
            && let Err(error) = std::fs::remove_file(path)
        {
            tracing::warn!(path = %path.display(), %error, "the key file of a start that failed is left over: remove it");
        }
    }
}

/// Reads the master key; a missing key file is made.
pub fn read(config: &Config, chance: &Chance) -> anyhow::Result<MasterKey> {
    if let Some(keys) = existing(config)? {
        return Ok(MasterKey { keys, made: None });
    }
    let (path, key) = (path(config), chance.bytes());
    make(&path, &key).with_context(|| format!("the master key {} cannot be made", path.display()))?;
    Ok(MasterKey { keys: Keys::new(&key), made: Some(path) })
}

/// The master key, unless there is none yet.
pub fn existing(config: &Config) -> anyhow::Result<Option<Keys>> {
    let known = |key: [u8; 32]| Some(Keys::new(&key));
    if !config.secrets.key.is_empty() {
        return parse(&config.secrets.key).context("secrets.key").map(known);
    }
    let path = path(config);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(text.trim()).with_context(|| path.display().to_string()).map(known),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("the master key {} cannot be read", path.display())),
    }
}

/// The file of the master key.
pub fn path(config: &Config) -> PathBuf {
    config.server.data_dir.join(FILE)
}

fn make(path: &Path, key: &[u8; 32]) -> anyhow::Result<()> {
    let folder = path.parent().context("it has no folder")?;
    aisle_database::private_folder(folder)?;
    let mut text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    text.push('\n');
    let mut file = tempfile::Builder::new().prefix("aisle.key.").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    std::fs::File::open(folder)?.sync_all()?;
    Ok(())
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
        assert!(existing(&config).unwrap().is_none());
        let first = read(&config, &chance).unwrap();
        let again = read(&config, &chance).unwrap();
        assert_eq!(first.keys.check(), again.keys.check());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(config.server.data_dir.join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        again.take_back();
        assert!(path(&config).is_file(), "only who made it may take it back");
        first.take_back();
        assert!(!path(&config).exists());
    }

    #[test]
    fn a_bad_key_is_refused() {
        for bad in ["", "abc", &"0".repeat(63), &"g".repeat(64), &"é".repeat(32)] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse(&"aF".repeat(32)).is_ok());
    }
}
