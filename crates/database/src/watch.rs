//! What was asked of the database, for tests that judge query plans. Nobody watches in production: a statement then costs
//! one load.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::Statement;

static IS_WATCHED: AtomicBool = AtomicBool::new(false);
static SEEN: Mutex<Vec<Statement>> = Mutex::new(Vec::new());

/// Keeps the statement when somebody watches.
pub(crate) fn note(statement: &Statement) {
    if IS_WATCHED.load(Ordering::Relaxed) {
        SEEN.lock().unwrap_or_else(PoisonError::into_inner).push(statement.clone());
    }
}

/// From now on every statement of this process is kept.
pub fn begin() {
    IS_WATCHED.store(true, Ordering::Relaxed);
}

/// What was asked since the last time.
pub fn seen() -> Vec<Statement> {
    std::mem::take(&mut SEEN.lock().unwrap_or_else(PoisonError::into_inner))
}
