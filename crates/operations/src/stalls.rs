//! Stores that stand still on this node because something in them is broken, for operators to see.
//!
//! Kept in memory: whoever runs the store next finds out anew. Deliberately absent: what to do about it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aisle_model::StoreId;

/// Shared by all clones.
#[derive(Clone, Default)]
pub struct Stalls(Arc<Mutex<BTreeMap<StoreId, String>>>);

impl Stalls {
    /// Notes why a store stands still. Whether that is news.
    pub fn note(&self, store: StoreId, why: String) -> bool {
        let mut stalls = self.lock();
        if stalls.get(&store) == Some(&why) {
            return false;
        }
        stalls.insert(store, why);
        true
    }

    /// The store goes on. Whether it had stood still.
    pub fn clear(&self, store: StoreId) -> bool {
        self.lock().remove(&store).is_some()
    }

    /// Every store that stands still, and why.
    pub fn all(&self) -> Vec<(StoreId, String)> {
        self.lock().iter().map(|(store, why)| (*store, why.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<StoreId, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
