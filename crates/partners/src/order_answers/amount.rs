//! Amounts as retailers write them: a JSON number or a decimal string, exact to the currency.

use aisle_model::{Currency, Money};
use rust_decimal::Decimal;
use serde_json::Value;

/// An amount, or a rate, that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bad;

/// Reads any decimal number. A JSON number is read from its shortest text, never by arithmetic.
pub(super) fn decimal(value: &Value) -> Result<Decimal, Bad> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) if is_plain(text) => text.clone(),
        _ => return Err(Bad),
    };
    Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).map_err(|_| Bad)
}

fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.ends_with(|last: char| last.is_ascii_digit())
        && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
}

/// Reads an amount of a currency.
pub(super) fn money(value: &Value, currency: Currency) -> Result<Money, Bad> {
    Money::exact(decimal(value)?, currency).map_err(|_| Bad)
}

/// The same for a property that may be missing; null is as good as missing.
pub(super) fn optional_money(value: Option<&Value>, currency: Currency) -> Result<Option<Money>, Bad> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => money(value, currency).map(Some),
    }
}
