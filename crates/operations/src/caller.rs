//! Who asks: what a good token says.

use aisle_model::access::Scope;
use aisle_model::{RetailerId, StoreId};

use crate::once::Once;

/// The bearer of a good token.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Whose objects it sees; every other retailer's read as absent.
    pub retailer: RetailerId,
    /// Names the token in idempotency records and limits, without revealing it (`key:12`, `app:3`).
    pub credential: String,
    /// Its rights.
    pub scopes: Vec<Scope>,
    /// The only store it speaks for (store and vendor keys).
    pub store: Option<StoreId>,
    /// The vendor it speaks for.
    pub vendor: Option<String>,
    /// Whether it may simulate.
    pub development: bool,
    /// The `Idempotency-Key` of the request, claimed.
    pub once: Option<Once>,
}

impl Caller {
    /// Whether it has a right.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}
