//! Furnishing a server from one document: what `seed` loads, and what `init` and `demo` make.
//!
//! Promises: everything is judged before anything is made, by the schemas of the API itself, and every fault is told with
//! its line; what was begun and could not be ended is removed again, also after a crash.
//! Deliberately absent: a second way to make things. Stores, zones, customers and webhooks are made by the operations of
//! the API, in this process.

mod apply;
pub mod demo_store;
mod document;
mod lines;

use anyhow::bail;
use serde_json::Value;

use aisle_operations::App;

pub use apply::{Furnished, Made};

/// A fault of a document.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Where: keys and positions from the top.
    pub path: Vec<Step>,
    /// What is wrong.
    pub text: String,
}

/// One step into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Of a mapping.
    Key(String),
    /// Of a list, from 0.
    Item(usize),
}

/// Loads a document in JSON or YAML: all of it or nothing.
pub async fn load(app: &App, text: &str) -> anyhow::Result<Furnished> {
    let value = lines::parse(text)?;
    match furnish(app, value).await? {
        Ok(furnished) => Ok(furnished),
        Err(faults) => bail!("{}", lines::with_lines(text, &faults)),
    }
}

/// Makes what a document says. The inner error lists its faults; nothing was made then.
pub async fn furnish(app: &App, document: Value) -> anyhow::Result<Result<Furnished, Vec<Fault>>> {
    let document = match document::read(document) {
        Ok(document) => document,
        Err(faults) => return Ok(Err(faults)),
    };
    aisle_operations::retailers::erase_unfinished(app).await?;
    match apply::all(app, &document).await {
        Ok(furnished) => Ok(Ok(furnished)),
        Err(refusal) => {
            aisle_operations::retailers::erase_unfinished(app).await?;
            match refusal {
                apply::Stopped::Refused(fault) => Ok(Err(vec![fault])),
                apply::Stopped::Broken(error) => Err(error),
            }
        }
    }
}
