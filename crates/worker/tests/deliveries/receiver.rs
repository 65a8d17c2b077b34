//! What the receivers of these tests are told.

use aisle_testkit::{Arrival, Catcher};

/// The properties of a notice of these tests.
pub trait Numbered {
    fn n(&self) -> i64;
    fn session(&self) -> String;
}

impl Numbered for Arrival {
    fn n(&self) -> i64 {
        self.json()["n"].as_i64().unwrap()
    }

    fn session(&self) -> String {
        self.json()["session"].as_str().unwrap().to_owned()
    }
}

/// `session:n` of what came since the last call.
pub fn take_names(catcher: &Catcher) -> Vec<String> {
    let arrivals = catcher.take();
    arrivals.iter().map(|one| format!("{}{}", one.session(), one.n())).collect()
}
