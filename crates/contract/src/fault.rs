//! One fault of a request, in the words and with the rule ids that the contract prescribes.

use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write;

/// What is wrong with one field. Serialises as an element of `errors` of a 422.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Fault {
    /// Sentence that begins with the quoted field.
    pub error: String,
    /// Rule id of conventions.md, section 3.
    pub rule: &'static str,
    /// Dotted path within literal double quotes; `"value"` for the whole.
    pub field: String,
}

impl Fault {
    /// A fault found outside the schemas. `path` is the dotted path without quotes, `sentence` follows the quoted field:
    /// `Fault::new("email", "any.invalid", "contains an invalid value")`.
    pub fn new(path: &str, rule: &'static str, sentence: &str) -> Self {
        let field = format!("\"{}\"", shown(path));
        Self { error: format!("{field} {sentence}"), rule, field }
    }

    /// `any.invalid`: well formed, but not acceptable, as a reference to something that is not there.
    pub fn invalid(path: &str) -> Self {
        Self::new(path, "any.invalid", "contains an invalid value")
    }

    /// `any.required`.
    pub fn required(path: &str) -> Self {
        Self::new(path, "any.required", "is required")
    }
}

/// Names come from the caller: what would break a line, of a log or of the answer, is escaped.
fn shown(path: &str) -> Cow<'_, str> {
    let breaks = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    if !path.contains(breaks) {
        return path.into();
    }
    let escaped =
        path.chars().map(|letter| if breaks(letter) { letter.escape_default().to_string() } else { letter.into() });
    escaped.collect::<String>().into()
}

/// One step from a value into it.
#[derive(Clone, Debug)]
pub enum Step<'c> {
    Name(Cow<'c, str>),
    Index(usize),
}

/// The dotted path of a field: `cart.products[0].quantity`.
pub fn dotted(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Name(name) if text.is_empty() => text.push_str(name),
            Step::Name(name) => {
                text.push('.');
                text.push_str(name);
            }
            Step::Index(index) => write!(text, "[{index}]").expect("a String takes everything"),
        }
    }
    if text.is_empty() { "value".to_owned() } else { text }
}
