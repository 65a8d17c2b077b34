//! Single values: the coercions of conventions.md section 4 (there are three) and what strings and numbers must satisfy.

use crate::check::Check;
use crate::moment;
use crate::schema::{Format, Kind, Kinds, NumberRules, Schema, TextRules};
use serde_json::{Number, Value};
use url::Url;

/// Largest integer that a double holds exactly: 2^53 − 1.
pub const SAFE: f64 = 9_007_199_254_740_991.0;

/// What the type of a value says about it.
pub enum Typed {
    Good,
    /// A number where an integer is wanted.
    NotInteger,
    Wrong,
}

/// Judges the type and, when asked to, turns a numeric or boolean text into what is wanted.
pub fn typed(types: &[Kind], value: &mut Value, coerce: bool) -> Typed {
    let wanted = types.iter().fold(Kinds::NONE, |kinds, kind| kinds.with(*kind));
    let kind = Kind::of(value);
    if wanted.admits(kind) {
        if coerce && kind == Kind::Integer {
            drop_empty_fraction(value);
        }
        return Typed::Good;
    }
    if coerce && let Some(coerced) = coerced(wanted, value) {
        *value = coerced;
        return typed(types, value, true);
    }
    if kind == Kind::Number && wanted.has(Kind::Integer) { Typed::NotInteger } else { Typed::Wrong }
}

/// Whether the value could belong to one of these types after coercion.
pub fn can_become(wanted: Kinds, value: &Value) -> bool {
    coerced(wanted, value).is_some()
}

fn coerced(wanted: Kinds, value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    if (wanted.has(Kind::Integer) || wanted.has(Kind::Number))
        && let Some(number) = numeric(text)
    {
        return Some(Value::Number(number));
    }
    match text {
        "true" if wanted.has(Kind::Boolean) => Some(Value::Bool(true)),
        "false" if wanted.has(Kind::Boolean) => Some(Value::Bool(false)),
        _ => None,
    }
}

/// Digits with an optional sign, fraction and exponent; no spaces, no `+`, nothing but decimal.
fn numeric(text: &str) -> Option<Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let known = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    let ends_in_digits =
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.ends_with(|c: char| c.is_ascii_digit());
    if !ends_in_digits || !digits.bytes().all(known) {
        return None;
    }
    if let Ok(integer) = text.parse::<i64>() {
        return Some(integer.into());
    }
    Number::from_f64(text.parse().ok()?)
}

/// `1.0` becomes `1`.
fn drop_empty_fraction(value: &mut Value) {
    let Some(float) = value.as_f64().filter(|float| value.is_f64() && float.abs() <= SAFE) else {
        return;
    };
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
    let integer = float as i64;
    *value = integer.into();
}

impl Check<'_> {
    pub(crate) fn text(&mut self, schema: &Schema, text: &str) -> Option<String> {
        let rules = schema.text.as_deref();
        let must_have_one = rules.and_then(|rules| rules.min).is_some_and(|min| min > 0);
        let names_text = schema.types.contains(&Kind::String);
        if text.is_empty() && (must_have_one || (names_text && self.refuses_empty())) {
            self.fault("string.empty", "is not allowed to be empty");
            return None;
        }
        rules.and_then(|rules| self.text_rules(rules, text))
    }

    /// The text that takes the place of the given one, if any does.
    fn text_rules(&mut self, rules: &TextRules, text: &str) -> Option<String> {
        if rules.min.is_some() || rules.max.is_some() {
            let length = text.chars().count();
            if let Some(min) = rules.min.filter(|min| length < *min) {
                self.fault("string.min", &format!("length must be at least {min} characters long"));
            }
            if let Some(max) = rules.max.filter(|max| length > *max) {
                self.fault("string.max", &format!("length must be less than or equal to {max} characters long"));
            }
        }
        if let Some(id) = rules.pattern {
            let pattern = self.arena().pattern(id);
            if !pattern.is_match(text) {
                let sentence = format!("fails to match the required pattern: /{}/", pattern.source);
                self.fault("string.pattern.base", &sentence);
            }
        }
        match rules.format? {
            Format::DateTime => return self.moment(text),
            Format::Email if !is_email(text) => self.fault("string.email", "must be a valid email"),
            Format::Uri if !is_uri(text) => self.fault("string.uri", "must be a valid uri"),
            Format::Uuid if !is_uuid(text) => self.fault("string.guid", "must be a valid GUID"),
            Format::Email | Format::Uri | Format::Uuid => {}
        }
        None
    }

    fn moment(&mut self, text: &str) -> Option<String> {
        let normalised = match (self.coerces(), self.in_query()) {
            (false, _) if moment::is_rfc3339(text) => return None,
            (false, _) => None,
            (true, false) => moment::normalised(text),
            (true, true) => moment::normalised_in_query(text),
        };
        if normalised.is_none() {
            self.fault("date.format", "must be in ISO 8601 date format");
        }
        normalised
    }

    pub(crate) fn number(&mut self, rules: Option<&NumberRules>, number: &Number) {
        let float = number.as_f64().unwrap_or(f64::INFINITY);
        if float.abs() > SAFE {
            self.fault("number.unsafe", "must be a safe number");
            return;
        }
        let Some(rules) = rules else {
            return;
        };
        if let Some(min) = rules.min.filter(|min| float < *min) {
            self.fault("number.min", &format!("must be greater than or equal to {min}"));
        }
        if let Some(above) = rules.above.filter(|above| float <= *above) {
            self.fault("number.min", &format!("must be greater than {above}"));
        }
        if let Some(max) = rules.max.filter(|max| float > *max) {
            self.fault("number.max", &format!("must be less than or equal to {max}"));
        }
    }
}

/// One `@` outside quotes, a local part of at most 64 bytes, and a domain of at least two labels.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "()<>[]:;@\\,\"".contains(c);
    let dots_are_inside = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    let local_is_good = !local.is_empty() && local.len() <= 64 && dots_are_inside && !local.contains(forbidden);
    let is_label = |label: &str| {
        let inside = label.chars().all(|c| c.is_alphanumeric() || c == '-');
        inside && !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    local_is_good && domain.len() <= 253 && domain.contains('.') && domain.split('.').all(is_label)
}

/// Absolute, written without what a parser would silently drop or escape.
fn is_uri(text: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c);
    !text.contains(forbidden) && Url::parse(text).is_ok()
}

fn is_uuid(text: &str) -> bool {
    let is_good = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(is_good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_text() {
        let cases = [
            ("12", Some("12")),
            ("-3", Some("-3")),
            ("007", Some("7")),
            ("12.5", Some("12.5")),
            ("1e3", Some("1000.0")),
            ("9223372036854775808", Some("9.223372036854775808e18")),
            ("", None),
            (" 1", None),
            ("+1", None),
            ("1.", None),
            (".5", None),
            ("--1", None),
            ("1-2", None),
            ("0x10", None),
            ("NaN", None),
            ("1e999", None),
            ("١٢", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|number| serde_json::from_str::<Number>(number).unwrap());
            assert_eq!(numeric(text), expected, "{text}");
        }
    }

    #[test]
    fn formats() {
        for good in ["a@b.co", "first.last+tag@shop.example.com", "å@exämple.se", "x@customers.invalid"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["a@b", "@b.co", "a b@c.de", "a@b..co", "a@-b.co", ".a@b.co", "a@@b.co", "ab.co", "a@b.co "] {
            assert!(!is_email(bad), "{bad}");
        }
        for good in ["https://shop.example.com/a?b=c", "rtsp://10.0.0.1/cam", "http://[::1]:8080/"] {
            assert!(is_uri(good), "{good}");
        }
        for bad in ["", "shop.example.com", "/path", "http://", "http://a b", " https://a.de"] {
            assert!(!is_uri(bad), "{bad}");
        }
        assert!(is_uuid("0189F7EA-ae2c-7809-8aeb-b819cf5e9e7f"));
        assert!(!is_uuid("0189f7eaae2c78098aebb819cf5e9e7f"));
    }
}
