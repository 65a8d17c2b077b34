//! Moments in requests: what is taken for one, and the one form in which it is handed on.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// Digits of a second that are kept.
const FRACTION_DIGITS: usize = 6;

/// Whether the text is a full RFC 3339 moment.
pub fn is_rfc3339(text: &str) -> bool {
    rfc3339(text).is_some()
}

/// RFC 3339 with any offset, or a date (its first instant in UTC), as RFC 3339 in UTC with up to six digits of a second.
pub fn normalised(text: &str) -> Option<String> {
    rfc3339(text).or_else(|| date(text)).map(|moment| moment.to_string())
}

/// As [`normalised`], and unix seconds, fractions allowed. A `+` of an offset that arrived as a space is taken as meant.
pub fn normalised_in_query(text: &str) -> Option<String> {
    let repaired = text.replacen(' ', "+", 1);
    normalised(&repaired).or_else(|| unix_seconds(text).map(|moment| moment.to_string()))
}

fn rfc3339(text: &str) -> Option<Timestamp> {
    let (head, offset) = split_offset(text)?;
    let (head, fraction) = head.split_once('.').map_or((head, None), |(head, digits)| (head, Some(digits)));
    if !has_shape(head, "dddd-dd-ddTdd:dd:dd") {
        return None;
    }
    let head = head.to_ascii_uppercase();
    let plain = match fraction {
        Some(digits) if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            return None;
        }
        Some(digits) => format!("{head}.{}{offset}", &digits[..digits.len().min(FRACTION_DIGITS)]),
        None => format!("{head}{offset}"),
    };
    plain.parse().ok().or_else(|| for_ever(&plain, offset))
}

/// What is beyond the last instant that is kept, but still in the year 9999: how callers say "for ever".
fn for_ever(plain: &str, offset: &str) -> Option<Timestamp> {
    let local: DateTime = plain.strip_suffix(offset)?.parse().ok()?;
    let is_offset = offset == "Z" || (&offset[1..3] <= "23" && &offset[4..] <= "59");
    (is_offset && local.year() == 9999 && local.month() == 12 && local.day() >= 30).then(last)
}

/// The moment's text before its offset, and the offset.
fn split_offset(text: &str) -> Option<(&str, &str)> {
    if let Some(head) = text.strip_suffix(['Z', 'z']) {
        return Some((head, "Z"));
    }
    let (head, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    (has_shape(offset, "+dd:dd") || has_shape(offset, "-dd:dd")).then_some((head, offset))
}

/// `d` stands for a digit, everything else for itself without regard to case.
fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(byte, wanted): (u8, u8)| match wanted {
        b'd' => byte.is_ascii_digit(),
        other => byte.eq_ignore_ascii_case(&other),
    };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

fn date(text: &str) -> Option<Timestamp> {
    if !has_shape(text, "dddd-dd-dd") {
        return None;
    }
    let date: Date = text.parse().ok()?;
    Some(Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).unwrap_or_else(|_| last()))
}

/// The last whole second that there is.
fn last() -> Timestamp {
    Timestamp::from_second(Timestamp::MAX.as_second()).expect("it is within the range")
}

fn unix_seconds(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(digits) || !all_digits(fraction) {
        return None;
    }
    let micros: i64 = format!("{:0<6}", &fraction[..fraction.len().min(FRACTION_DIGITS)]).parse().ok()?;
    let signed = if whole.starts_with('-') { -micros } else { micros };
    let total = whole.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(signed)?;
    Timestamp::from_microsecond(total).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_one_form() {
        let cases = [
            ("2023-10-05T14:48:00.000Z", Some("2023-10-05T14:48:00Z")),
            ("2023-10-05t14:48:00.149z", Some("2023-10-05T14:48:00.149Z")),
            ("2023-10-05T16:48:00+02:00", Some("2023-10-05T14:48:00Z")),
            ("2023-10-05T14:48:00.123456789Z", Some("2023-10-05T14:48:00.123456Z")),
            ("2023-10-05", Some("2023-10-05T00:00:00Z")),
            ("2023-10-05T14:48:00", None),
            ("2023-10-05T14:48Z", None),
            ("2023-10-05 14:48:00Z", None),
            ("9999-12-31T23:59:59.9999999Z", Some("9999-12-30T22:00:00Z")),
            ("9999-12-31", Some("9999-12-30T22:00:00Z")),
            ("9999-12-30T23:59:59-23:59", Some("9999-12-30T22:00:00Z")),
            ("9999-12-31T24:59:59Z", None),
            ("9999-12-31T23:59:59+99:00", None),
            ("2023-13-05T14:48:00Z", None),
            ("2023-02-30", None),
            ("2023-10-05T14:48:00.Z", None),
            ("2023-10-05T14:48:00Z[Europe/Paris]", None),
            ("1696517280", None),
            ("tomorrow", None),
            ("é", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(normalised(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_query_takes_unix_seconds_as_well() {
        let cases = [
            ("1696517280", Some("2023-10-05T14:48:00Z")),
            ("1696517280.5", Some("2023-10-05T14:48:00.5Z")),
            ("-1.5", Some("1969-12-31T23:59:58.5Z")),
            ("2023-10-05T16:48:00 02:00", Some("2023-10-05T14:48:00Z")),
            ("2023-10-05", Some("2023-10-05T00:00:00Z")),
            ("1e9", None),
            ("99999999999999999999", None),
        ];
        for (text, expected) in cases {
            assert_eq!(normalised_in_query(text).as_deref(), expected, "{text}");
        }
    }
}
