//! Moments as the contract prints them.

use aisle_model::Moment;
use serde::{Serialize, Serializer};

/// A moment that serialises to UTC with milliseconds: `2023-01-19T10:49:06.149Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Printed(pub Moment);

impl Serialize for Printed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl From<Moment> for Printed {
    fn from(moment: Moment) -> Self {
        Self(moment)
    }
}
