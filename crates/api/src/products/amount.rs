//! Amounts of money and weights on their way in and out.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serializer};
use serde_json::Value;

/// A JSON number or a decimal text, exactly as it was written. `None` for what no amount can be.
pub(super) fn amount(value: &Value) -> Option<Decimal> {
    match value {
        Value::String(text) => Decimal::from_str(text).ok(),
        Value::Number(number) => {
            let text = number.to_string();
            let written = Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text));
            // What is too small to be written is nothing.
            let is_tiny = number.as_f64().is_some_and(|number| number.abs() < 1e-20);
            written.ok().or(is_tiny.then_some(Decimal::ZERO))
        }
        _ => None,
    }
}

/// An amount in a body or a query that was judged before.
#[derive(Debug, Clone, Copy)]
pub(super) struct SaidAmount(pub(super) Decimal);

impl<'de> Deserialize<'de> for SaidAmount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let amount = amount(&value).map(Self);
        amount.ok_or_else(|| serde::de::Error::custom("no amount"))
    }
}

/// Grams as a number: whole ones without a point.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(super) fn as_number<S: Serializer>(grams: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
    if grams.fract() == 0.0 && grams.abs() <= 9_007_199_254_740_991.0 {
        serializer.serialize_i64(*grams as i64)
    } else {
        serializer.serialize_f64(*grams)
    }
}

/// Grams as a decimal text, never with an exponent.
pub(super) fn as_text(grams: f64) -> String {
    grams.abs().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_they_are_written() {
        let check = |json: &str, read: Option<&str>| {
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(amount(&value), read.map(|read| read.parse().unwrap()), "{json}");
        };
        check("2.15", Some("2.15"));
        check("2", Some("2"));
        check("1e2", Some("100"));
        check("1e-7", Some("0.0000001"));
        check("1e-300", Some("0"));
        check("\"2.150\"", Some("2.150"));
        check("\"0.00000000000000000000000000000000000000001\"", Some("0"));
        check("\"99999999999999999999999999999999999\"", None);
        check("true", None);
    }

    #[test]
    fn weights_are_written_without_an_exponent() {
        for (grams, text) in
            [(370.0, "370"), (0.5, "0.5"), (1e-7, "0.0000001"), (-0.0, "0"), (1e15, "1000000000000000")]
        {
            assert_eq!(as_text(grams), text);
        }
    }
}
