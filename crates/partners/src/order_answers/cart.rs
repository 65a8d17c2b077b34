//! Answers with totals and a cart: those of the cart mutator and of the price calculator (push-webhooks.md, section 12).

use std::collections::HashSet;

use aisle_model::{Currency, Money};
use serde_json::{Map, Value};

use super::amount::money;
use super::line::{LineValues, text, values};
use crate::{Attempt, FailureKind};

const MOST_LINES: usize = 1000;
const LONGEST_ID: usize = 255;
const LONGEST_TEXT: usize = 2000;

/// A line as it was sent in the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentLine {
    /// Its number.
    pub id: i64,
    /// The retailer's id of what it sells.
    pub external_id: Option<String>,
}

/// What the call brought.
#[derive(Debug, Clone, PartialEq)]
pub enum CartAnswer {
    /// Totals, and perhaps lines.
    Changed(CartChange),
    /// Nothing of it is used: the mutation is skipped, the price held.
    NoAnswer {
        /// What was wrong.
        why: FailureKind,
    },
}

/// A good answer.
#[derive(Debug, Clone, PartialEq)]
pub struct CartChange {
    /// What the order costs; taken as given.
    pub total_price: Money,
    /// Tax in it.
    pub total_tax: Money,
    /// Lines that change or come, in the order of the answer; absent when all stay.
    pub lines: Option<Vec<LineChange>>,
    /// Lines of the question that go.
    pub removed: Vec<i64>,
    /// Lines of the answer that were ignored, by place.
    pub ignored: Vec<usize>,
    /// The retailer's id of the order.
    pub external_id: Option<String>,
    /// A text for the receipt.
    pub extra_text: Option<String>,
}

/// One line of the new list.
#[derive(Debug, Clone, PartialEq)]
pub enum LineChange {
    /// A line of the question.
    Changed {
        /// Its number.
        id: i64,
        /// What it says.
        values: LineValues,
    },
    /// A new line; the descriptive properties are read by the caller, who knows the product.
    Added {
        /// The retailer's id.
        external_id: String,
        /// What it says.
        values: LineValues,
        /// The whole line as answered: name, barcode and the like.
        described: Map<String, Value>,
    },
}

/// Reads the answer of a cart mutator. `is_product` says whether an external id is a product's, which then needs no name.
pub fn read_cart_mutation(
    attempt: &Attempt,
    sent: &[SentLine],
    currency: Currency,
    is_product: impl Fn(&str) -> bool,
) -> CartAnswer {
    let rules = Rules { sent, currency, is_product: Some(&is_product) };
    read(attempt, &rules)
}

/// Reads the answer of a price calculator, whose cart neither adds nor removes lines.
pub fn read_order_price(attempt: &Attempt, sent: &[SentLine], currency: Currency) -> CartAnswer {
    read(attempt, &Rules { sent, currency, is_product: None })
}

struct Rules<'a> {
    sent: &'a [SentLine],
    currency: Currency,
    /// Absent where the lines are fixed.
    is_product: Option<&'a dyn Fn(&str) -> bool>,
}

fn read(attempt: &Attempt, rules: &Rules<'_>) -> CartAnswer {
    if let Some(failure) = &attempt.failure {
        return CartAnswer::NoAnswer { why: failure.kind };
    }
    let Ok(answer) = serde_json::from_slice::<Value>(&attempt.body) else {
        let is_empty = attempt.body.trim_ascii().is_empty();
        let why = if is_empty { FailureKind::AnswerNotUnderstood } else { FailureKind::AnswerNotJson };
        return CartAnswer::NoAnswer { why };
    };
    change(&answer, rules).map_or(CartAnswer::NoAnswer { why: FailureKind::AnswerNotUnderstood }, CartAnswer::Changed)
}

fn change(answer: &Value, rules: &Rules<'_>) -> Option<CartChange> {
    let total = |name: &str| money(answer.get(name)?, rules.currency).ok();
    let (total_price, total_tax) = (total("totalPrice")?, total("totalTax")?);
    if total_tax.minor < 0 || total_tax.minor > total_price.minor {
        return None;
    }
    let mut change = CartChange {
        total_price,
        total_tax,
        lines: None,
        removed: Vec::new(),
        ignored: Vec::new(),
        external_id: text(answer.get("externalId")).filter(|id| id.chars().count() <= LONGEST_ID),
        extra_text: text(answer.get("extraText")).filter(|text| text.chars().count() <= LONGEST_TEXT),
    };
    match answer.get("cart") {
        None | Some(Value::Null) => {}
        Some(Value::Array(lines)) if lines.len() <= MOST_LINES => read_lines(lines, rules, &mut change),
        Some(_) => return None,
    }
    Some(change)
}

fn read_lines(answered: &[Value], rules: &Rules<'_>, change: &mut CartChange) {
    let mut named = HashSet::new();
    let mut lines = Vec::new();
    for (place, line) in answered.iter().enumerate() {
        match read_line(line, rules, &mut named) {
            Some(LineChange::Changed { id, values }) if values.quantity == Some(0) && rules.is_product.is_some() => {
                change.removed.push(id);
            }
            Some(LineChange::Added { values, .. }) if values.quantity == Some(0) => {}
            Some(line) => lines.push(line),
            None => change.ignored.push(place),
        }
    }
    if rules.is_product.is_some() {
        let unnamed = rules.sent.iter().map(|line| line.id).filter(|id| !named.contains(id));
        change.removed.extend(unnamed);
    }
    change.lines = Some(lines);
}

/// `None` for a line that is to be ignored; a line of the question that it names is named all the same.
fn read_line(line: &Value, rules: &Rules<'_>, named: &mut HashSet<i64>) -> Option<LineChange> {
    let line = line.as_object()?;
    let external_id = text(line.get("externalId")).filter(|id| id.chars().count() <= LONGEST_ID);
    if let Some(id) = sent_line(line, external_id.as_deref(), rules.sent) {
        if !named.insert(id) {
            return None;
        }
        let values = values(line, rules.currency, false).ok()?;
        return Some(LineChange::Changed { id, values });
    }
    let is_product = rules.is_product?;
    let external_id = external_id?;
    let has_name = text(line.get("name")).is_some_and(|name| name.chars().count() <= LONGEST_ID);
    if !has_name && !is_product(&external_id) {
        return None;
    }
    let values = values(line, rules.currency, true).ok()?;
    Some(LineChange::Added { external_id, values, described: line.clone() })
}

/// The line of the question that an answered line is about.
fn sent_line(line: &Map<String, Value>, external_id: Option<&str>, sent: &[SentLine]) -> Option<i64> {
    let id = line.get("id").and_then(Value::as_i64).filter(|id| sent.iter().any(|line| line.id == *id));
    if id.is_some() {
        return id;
    }
    let mut of_that_name =
        sent.iter().filter(|line| external_id.is_some() && line.external_id.as_deref() == external_id);
    match (of_that_name.next(), of_that_name.next()) {
        (Some(only), None) => Some(only.id),
        _ => None,
    }
}
