//! From the bytes of a body to a JSON value, or a sentence that says where it broke.

use aisle_contract::Operation;
use axum::body::Body;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Map, Value};

use crate::problem::Problem;

/// Containers within containers beyond which a body is refused unread.
const DEEPEST: usize = 64;

/// Reads a body whole.
pub(crate) async fn read(body: Body, headers: &HeaderMap, limit: usize) -> Result<Bytes, Problem> {
    let announced = text(headers, &CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(Problem::TooLarge(limit));
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::TooLarge(limit)),
        Err(_) => Err(Problem::MalformedBody("The body broke off".to_owned())),
    }
}

/// Refuses a body that is said to be something else than the operation takes. What is not said is found out by parsing.
pub(crate) fn check_type(operation: &Operation, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(body) = &operation.body else {
        return Ok(());
    };
    let taken = &body.content_types;
    let Some(said) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let said = said.to_str().unwrap_or_default();
    let essence = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = essence.starts_with("application/") && essence.ends_with("+json");
    let takes_json = taken.iter().any(|taken| taken == "application/json");
    if taken.contains(&essence) || (is_json && takes_json) {
        return Ok(());
    }
    Err(Problem::UnsupportedMediaType(taken.join(" or ")))
}

/// Refuses a compressed body where nothing says that it may be.
pub(crate) fn check_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    match text(headers, &CONTENT_ENCODING) {
        None | Some("identity" | "") => Ok(()),
        Some(_) => Err(Problem::UnsupportedMediaType("sent without compression".to_owned())),
    }
}

/// Parses a body. Nothing at all means `{}` where the operation asks for nothing.
pub(crate) fn parse(operation: &Operation, bytes: &[u8]) -> Result<Value, Problem> {
    let is_required = operation.body.as_ref().is_some_and(|body| body.required);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return if is_required {
            Err(Problem::MalformedBody("The body is empty where JSON is expected".to_owned()))
        } else {
            Ok(Value::Object(Map::new()))
        };
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (line, column) = position(bytes, error.valid_up_to());
        Problem::MalformedBody(format!("The body is not UTF-8 at line {line} column {column}"))
    })?;
    if let Some(place) = too_deep(text) {
        let (line, column) = position(bytes, place);
        let message = format!("The body is nested deeper than {DEEPEST} levels at line {line} column {column}");
        return Err(Problem::MalformedBody(message));
    }
    serde_json::from_str(text).map_err(|error| Problem::MalformedBody(format!("The body is not JSON: {error}")))
}

/// Where the text goes deeper than allowed. Brackets inside of strings do not count.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Some(place);
        }
    }
    None
}

/// Line and column (of bytes, from 1) of a place.
fn position(bytes: &[u8], place: usize) -> (usize, usize) {
    let before = &bytes[..place];
    let line = before.split(|byte| *byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    (line, column)
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_measured_outside_of_strings() {
        let check = |text: &str, place: Option<usize>| assert_eq!(too_deep(text), place, "{text}");
        check(&"[".repeat(64), None);
        check(&"[".repeat(65), Some(64));
        check(&format!("\"{}\"", "[".repeat(100)), None);
        check(&format!("\"\\\"{}\"", "{".repeat(100)), None);
        check(&"[]".repeat(100), None);
    }

    #[test]
    fn a_place_has_line_and_column() {
        assert_eq!(position(b"ab\ncd", 0), (1, 1));
        assert_eq!(position(b"ab\ncd", 4), (2, 2));
    }
}
