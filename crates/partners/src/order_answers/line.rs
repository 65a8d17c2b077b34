//! One line of an answered cart.

use aisle_model::{Currency, Money};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::amount::{Bad, decimal, money, optional_money};

/// What a line says of itself; what it leaves out keeps its value or is worked out.
#[derive(Debug, Clone, PartialEq, Default)]
#[allow(missing_docs, reason = "the properties of the contract's WebhookAnswerLine")]
pub struct LineValues {
    pub quantity: Option<i64>,
    pub price: Option<Money>,
    pub total_price: Option<Money>,
    pub total_tax: Option<Money>,
    pub tax_lines: Option<Vec<AnsweredTax>>,
    pub discounts: Option<Vec<AnsweredDiscount>>,
    pub tax_code: Option<String>,
    pub order_product_external_id: Option<String>,
}

/// One tax of a line.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the contract's TaxLine")]
pub struct AnsweredTax {
    pub name: String,
    pub rate: Option<Decimal>,
    pub amount: Money,
    pub tax_code: Option<String>,
}

/// One reduction of a line.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the contract's DiscountLine")]
pub struct AnsweredDiscount {
    pub name: String,
    pub code: Option<String>,
    pub rate: Option<Decimal>,
    pub amount: Money,
}

/// Reads the numbers of a line. `may_be_negative` for a line that is added.
pub(super) fn values(line: &Map<String, Value>, currency: Currency, may_be_negative: bool) -> Result<LineValues, Bad> {
    let amount = |name: &str| optional_money(line.get(name), currency);
    let quantity = match line.get("quantity") {
        None | Some(Value::Null) => None,
        Some(value) => Some(value.as_i64().filter(|pieces| *pieces >= 0).ok_or(Bad)?),
    };
    let values = LineValues {
        quantity,
        price: amount("price")?,
        total_price: amount("totalPrice")?,
        total_tax: amount("totalTax")?,
        tax_lines: list(line.get("taxLines"), |one| tax(one, currency))?,
        discounts: list(line.get("discounts"), |one| discount(one, currency))?,
        tax_code: text(line.get("taxCode")),
        order_product_external_id: text(line.get("orderProductExternalId")),
    };
    let is_negative = |amount: &Option<Money>| amount.is_some_and(|amount| amount.minor < 0);
    if !may_be_negative && (is_negative(&values.price) || is_negative(&values.total_price)) {
        return Err(Bad);
    }
    if let (Some(total), Some(tax)) = (values.total_price, values.total_tax) {
        let (total, tax) = (total.minor, tax.minor);
        if tax.signum() * total.signum() < 0 || tax.unsigned_abs() > total.unsigned_abs() {
            return Err(Bad);
        }
    }
    Ok(values)
}

pub(super) fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn list<T>(value: Option<&Value>, read: impl Fn(&Value) -> Result<T, Bad>) -> Result<Option<Vec<T>>, Bad> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(list)) => list.iter().map(read).collect::<Result<_, _>>().map(Some),
        Some(_) => Err(Bad),
    }
}

fn rate(value: Option<&Value>) -> Result<Option<Decimal>, Bad> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => decimal(value).map(Some),
    }
}

fn tax(one: &Value, currency: Currency) -> Result<AnsweredTax, Bad> {
    let name = text(one.get("name")).or_else(|| text(one.get("title")));
    let amount = optional_money(one.get("amount"), currency)?;
    let other = || optional_money(one.get("price"), currency);
    Ok(AnsweredTax {
        name: name.unwrap_or_default(),
        rate: rate(one.get("rate"))?,
        amount: amount.map_or_else(other, |amount| Ok(Some(amount)))?.ok_or(Bad)?,
        tax_code: text(one.get("taxCode")),
    })
}

fn discount(one: &Value, currency: Currency) -> Result<AnsweredDiscount, Bad> {
    Ok(AnsweredDiscount {
        name: text(one.get("name")).ok_or(Bad)?,
        code: text(one.get("code")),
        rate: rate(one.get("rate"))?,
        amount: money(one.get("amount").ok_or(Bad)?, currency)?,
    })
}
