//! The values that both databases can keep, and how each keeps them.
//!
//! | value | SQLite | PostgreSQL |
//! | --- | --- | --- |
//! | `Int` | `integer` | `bigint` (`integer`, `smallint` are read too) |
//! | `Real` | `real` | `double precision` |
//! | `Bool` | `integer` 0 or 1 | `boolean` |
//! | `Text` (JSON too) | `text` | `text` |
//! | `Bytes` | `blob` | `bytea` |
//! | `Time` | `integer`, microseconds since 1970 | `timestamptz` |
//!
//! Not here: decimals (money is minor units) and arrays.

use jiff::Timestamp;

/// A moment in whole microseconds, the finest both databases keep. Textual times would sort wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoredTime {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub(crate) microseconds: i64,
}

impl From<Timestamp> for StoredTime {
    /// Drops what is finer than a microsecond.
    fn from(moment: Timestamp) -> Self {
        Self { microseconds: moment.as_microsecond() }
    }
}

impl TryFrom<StoredTime> for Timestamp {
    type Error = jiff::Error;

    fn try_from(stored: StoredTime) -> Result<Self, jiff::Error> {
        Timestamp::from_microsecond(stored.microseconds)
    }
}

/// The kinds of [`Value`]; a null has one too, because PostgreSQL wants a type for every parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Int,
    Real,
    Bool,
    Text,
    Bytes,
    Time,
}

/// A value on its way into a statement or out of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null(Kind),
    Int(i64),
    Real(f64),
    Bool(bool),
    Text(String),
    Bytes(Vec<u8>),
    Time(StoredTime),
}

/// A type that knows its kind even when it is absent.
pub trait Stored: Into<Value> {
    const KIND: Kind;
}

macro_rules! stored {
    ($($type:ty => $kind:ident($value:ident) $convert:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                Self::$kind($convert)
            }
        }

        impl Stored for $type {
            const KIND: Kind = Kind::$kind;
        }
    )*};
}

stored! {
    i64 => Int(value) value;
    i32 => Int(value) i64::from(value);
    u32 => Int(value) i64::from(value);
    u16 => Int(value) i64::from(value);
    u8 => Int(value) i64::from(value);
    f64 => Real(value) value;
    bool => Bool(value) value;
    String => Text(value) value;
    &String => Text(value) value.clone();
    &str => Text(value) value.to_owned();
    Vec<u8> => Bytes(value) value;
    &[u8] => Bytes(value) value.to_vec();
    StoredTime => Time(value) value;
    Timestamp => Time(value) value.into();
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<const N: usize> Stored for [u8; N] {
    const KIND: Kind = Kind::Bytes;
}

impl<T: Stored> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null(T::KIND), Into::into)
    }
}

/// A type that can be read from a [`Value`]. The error is the reason in words; the row adds table and column.
pub trait FromValue: Sized {
    fn from_value(value: Value) -> Result<Self, String>;
}

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self, String> {
        Ok(value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Null(_) => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

fn unexpected<T>(wanted: &str, found: &Value) -> Result<T, String> {
    let found = match found {
        Value::Null(_) => "null",
        Value::Int(_) => "an integer",
        Value::Real(_) => "a real",
        Value::Bool(_) => "a boolean",
        Value::Text(_) => "a text",
        Value::Bytes(_) => "bytes",
        Value::Time(_) => "a moment",
    };
    Err(format!("{wanted} was expected and {found} found"))
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl FromValue for $type {
            fn from_value(value: Value) -> Result<Self, String> {
                match value {
                    Value::Int(value) => value.try_into().map_err(|_| format!("{value} is out of range")),
                    other => unexpected("an integer", &other),
                }
            }
        }
    )*};
}

integers!(i64, i32, u64, u32, u16, u8, usize);

impl FromValue for f64 {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Real(value) => Ok(value),
            other => unexpected("a real", &other),
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Bool(value) => Ok(value),
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            other => unexpected("a boolean", &other),
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Text(value) => Ok(value),
            other => unexpected("a text", &other),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Bytes(value) => Ok(value),
            other => unexpected("bytes", &other),
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value) -> Result<Self, String> {
        Vec::from_value(value)?
            .try_into()
            .map_err(|bytes: Vec<u8>| format!("{N} bytes were expected and {} found", bytes.len()))
    }
}

impl FromValue for Timestamp {
    fn from_value(value: Value) -> Result<Self, String> {
        let stored = match value {
            Value::Time(stored) => stored,
            Value::Int(microseconds) => StoredTime { microseconds },
            other => return unexpected("a moment", &other),
        };
        stored.try_into().map_err(|error: jiff::Error| error.to_string())
    }
}
