//! A field of a PATCH: left alone, cleared, or set.

use serde::{Deserialize, Deserializer};

/// What a PATCH says about one field. With `#[serde(default)]` an absent field is left alone and `null` clears.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// It was not sent.
    #[default]
    Keep,
    /// It was sent as null.
    Clear,
    /// It was sent.
    Set(T),
}

impl<T> Patch<T> {
    /// Changes what is stored accordingly.
    pub fn apply(self, stored: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *stored = None,
            Self::Set(value) => *stored = Some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::<T>::deserialize(deserializer)?;
        Ok(value.map_or(Self::Clear, Self::Set))
    }
}
