//! The files of the repository as text. Reads the folder rather than asking git, so that a file counts before it is
//! committed and a copy without history can be checked.

use std::fs;
use std::path::{Path, PathBuf};

const NOT_OURS: [&str; 5] = [".git", "target", "node_modules", "dist", "proptest-regressions"];

/// One text file; `path` is relative to the repository, with `/` between its parts.
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    /// A sample for a test of a rule.
    pub fn sample(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    pub fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// The parsed file. A file that does not parse does not compile either, which is a clearer message than ours.
    pub fn syntax(&self) -> Option<syn::File> {
        syn::parse_file(&self.text).ok()
    }

    pub fn at(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path)
    }
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository").to_path_buf()
}

/// Every text file of ours.
pub fn all() -> Vec<Source> {
    let root = repository();
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the repository can be read") {
            let entry = entry.expect("the repository can be read");
            if NOT_OURS.iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            let kind = entry.file_type().expect("the repository can be read");
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                sources.extend(read(&root, &entry.path()));
            }
        }
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    sources
}

/// `None` for what is not text.
fn read(root: &Path, path: &Path) -> Option<Source> {
    let text = String::from_utf8(fs::read(path).ok()?).ok()?;
    let path = path.strip_prefix(root).expect("the walk began there");
    Some(Source { path: path.to_string_lossy().into_owned(), text })
}

/// Every Rust file of ours.
pub fn rust() -> Vec<Source> {
    all().into_iter().filter(Source::is_rust).collect()
}
