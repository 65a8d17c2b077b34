//! Moments in requests. The contract's schemas have brought every spelling into one form; it is read here.

use aisle_model::Moment;
use serde::{Deserialize, Deserializer};

/// A moment that a caller said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SaidMoment(pub(crate) Moment);

impl<'de> Deserialize<'de> for SaidMoment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment = Moment::parse(&text);
        moment.map(Self).ok_or_else(|| serde::de::Error::custom("no moment"))
    }
}
