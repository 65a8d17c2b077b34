//! Texts of digits, which clients also send as JSON numbers.

use serde::{Deserialize, Deserializer};

/// A telephone number: a JSON number is taken as its digits.
pub(crate) struct Digits(pub(crate) String);

#[derive(Deserialize)]
#[serde(untagged)]
enum Either {
    Text(String),
    Number(i64),
}

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::Text(text) => text,
            Either::Number(number) => number.to_string(),
        }))
    }
}

/// A code of five digits: a JSON number is filled up with zeros on the left.
pub(crate) struct FiveDigits(pub(crate) String);

impl<'de> Deserialize<'de> for FiveDigits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::Text(text) => text,
            Either::Number(number) => format!("{number:05}"),
        }))
    }
}
