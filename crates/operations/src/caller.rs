//! Who asks: what a good token says.

use aisle_model::access::Scope;
use aisle_model::{CustomerId, LoginId, RetailerId, StoreId};

use crate::Failure;
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
    /// The customer it speaks for, and nobody else (tokens of the shopper's app).
    pub shopper: Option<LoggedIn>,
    /// Whether it may simulate.
    pub development: bool,
    /// The `Idempotency-Key` of the request, claimed.
    pub once: Option<Once>,
}

/// A customer who is logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the two ids")]
pub struct LoggedIn {
    pub customer: CustomerId,
    pub login: LoginId,
}

impl Caller {
    /// Somebody without a token, of whom only the retailer is known.
    pub fn nobody(retailer: RetailerId) -> Self {
        Self {
            retailer,
            credential: format!("retailer:{retailer}"),
            scopes: Vec::new(),
            store: None,
            vendor: None,
            shopper: None,
            development: false,
            once: None,
        }
    }

    /// A customer's app: it has no scopes, for it may do what the Customer API offers and nothing else.
    pub fn app_of(retailer: RetailerId, shopper: LoggedIn) -> Self {
        Self { credential: format!("login:{}", shopper.login), shopper: Some(shopper), ..Self::nobody(retailer) }
    }

    /// The customer of an app's token. On operations of the Customer API there always is one.
    pub fn logged_in(&self) -> Result<LoggedIn, Failure> {
        self.shopper.ok_or_else(|| Failure::broken("an operation of the shopper's app was called without its token"))
    }

    /// Whether it has a right.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}
