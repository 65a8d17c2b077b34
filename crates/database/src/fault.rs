//! Named points at which a test can make the process die, to prove that nothing is lost or done twice.
//!
//! `AISLE_FAULT=abort-before-commit:37` aborts the process (no destructor, no flush) at the 37th hit of `before-commit`.
//! Unset, a hit costs one load. There is no other kind of fault: what a kill cannot show is tested with real failures.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Hit just before every commit of a change (on SQLite: of a group of changes).
pub const BEFORE_COMMIT: &str = "before-commit";
/// Hit just after every commit, before anybody is told.
pub const AFTER_COMMIT: &str = "after-commit";

struct Fault {
    point: String,
    at: u64,
    hits: AtomicU64,
}

static FAULT: OnceLock<Option<Fault>> = OnceLock::new();

/// Dies here when the environment says so; otherwise does nothing.
pub fn hit(point: &'static str) {
    let fault = FAULT.get_or_init(|| std::env::var("AISLE_FAULT").ok().map(|text| configured(&text)));
    if let Some(fault) = fault
        && fault.is_due(point)
    {
        std::process::abort();
    }
}

impl Fault {
    fn is_due(&self, point: &str) -> bool {
        self.point == point && self.hits.fetch_add(1, Ordering::Relaxed) + 1 == self.at
    }
}

/// A test that misspells its fault must not pass for want of the crash, so a text that makes no sense aborts at once.
fn configured(text: &str) -> Fault {
    parse(text).unwrap_or_else(|| {
        tracing::error!(text, "AISLE_FAULT must look like abort-before-commit:37");
        std::process::abort()
    })
}

fn parse(text: &str) -> Option<Fault> {
    let (point, at) = text.strip_prefix("abort-")?.rsplit_once(':')?;
    let at = at.parse().ok().filter(|at| *at > 0)?;
    Some(Fault { point: point.to_owned(), at, hits: AtomicU64::new(0) })
}

#[cfg(test)]
mod tests {
    use super::{AFTER_COMMIT, BEFORE_COMMIT, parse};

    #[test]
    fn a_fault_is_due_once_at_its_count() {
        let fault = parse("abort-before-commit:3").unwrap();
        let due: Vec<bool> = (0..5).map(|_| fault.is_due(BEFORE_COMMIT)).collect();
        assert_eq!(due, [false, false, true, false, false]);
        assert!(!fault.is_due(AFTER_COMMIT));
    }

    #[test]
    fn nonsense_is_no_fault() {
        for text in ["", "abort-", "before-commit:3", "abort-before-commit", "abort-before-commit:x", "abort-x:0"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
