//! Bodies about orders: the two questions before the bill, and the bill.

use aisle_model::{Money, OrderId, ProductId, named_enum};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{PaymentFace, SessionEnvelope};

named_enum! {
    /// What a body shows of an order.
    OrderPhase { Draft = "draft", Completed = "completed", Reviewed = "reviewed" }
}

/// An amount as a decimal string with the currency's minor digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoneyText(pub Money);

impl Serialize for MoneyText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The same as a JSON number, where the contract still has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MoneyNumber(Money);

impl Serialize for MoneyNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number: f64 = self.0.to_string().parse().map_err(serde::ser::Error::custom)?;
        serializer.serialize_f64(number)
    }
}

/// Grams; whole ones are printed without decimals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grams(pub f64);

impl Serialize for Grams {
    #[allow(clippy::cast_possible_truncation, reason = "whole and small, as was looked at before")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 && self.0.abs() < 1e15 {
            return serializer.serialize_i64(self.0 as i64);
        }
        serializer.serialize_f64(self.0)
    }
}

/// A product's number as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductText(pub ProductId);

impl Serialize for ProductText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// `CartLine`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields of the contract's CartLine")]
pub struct CartLineFace {
    pub id: i64,
    pub external_id: Option<String>,
    pub product_id: Option<ProductText>,
    pub order_product_external_id: Option<String>,
    pub name: String,
    pub barcode: Option<String>,
    pub sku: Option<String>,
    pub category: Option<String>,
    pub thumbnail: Option<String>,
    pub weight: Option<Grams>,
    pub tax_code: Option<String>,
    pub quantity: i64,
    pub price: MoneyText,
    pub subtotal_price: MoneyText,
    pub total_price: MoneyText,
    pub total_tax: MoneyText,
    pub tax_lines: Vec<TaxLineFace>,
    pub discounts: Vec<DiscountLineFace>,
    pub restricted: bool,
    pub is_externally_added: bool,
}

/// `TaxLine`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields of the contract's TaxLine")]
pub struct TaxLineFace {
    pub name: String,
    #[serde(serialize_with = "as_text")]
    pub rate: Option<Decimal>,
    pub amount: MoneyText,
    pub tax_code: Option<String>,
}

/// `DiscountLine`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the fields of the contract's DiscountLine")]
pub struct DiscountLineFace {
    pub name: String,
    pub code: Option<String>,
    #[serde(serialize_with = "as_text")]
    pub rate: Option<Decimal>,
    pub amount: MoneyText,
}

#[expect(clippy::ref_option, reason = "serde's signature")]
fn as_text<S: Serializer>(rate: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    match rate {
        Some(rate) => serializer.collect_str(rate),
        None => serializer.serialize_none(),
    }
}

/// What an order costs. The subtotal is always worked out, so that it holds to the cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderTotals {
    /// With tax.
    pub price: Money,
    /// The tax in it; of the same currency.
    pub tax: Money,
}

impl OrderTotals {
    fn subtotal(self) -> MoneyText {
        MoneyText(Money { minor: self.price.minor - self.tax.minor, ..self.price })
    }
}

/// Which order, in which version, for which trip.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields that bodies about orders share")]
pub struct OrderShown {
    pub envelope: SessionEnvelope,
    pub order: OrderId,
    pub phase: OrderPhase,
    /// The version in the making, for a question.
    pub version: i64,
    pub cart: Vec<CartLineFace>,
    pub totals: OrderTotals,
}

/// `checkout`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckoutBody {
    #[serde(flatten)]
    envelope: SessionEnvelope,
    order_id: OrderId,
    status: OrderPhase,
    cart: Vec<CartLineFace>,
    amount: MoneyNumber,
    total_price: MoneyText,
    total_tax: MoneyText,
    subtotal_price: MoneyText,
    payment: PaymentFace,
    currency: aisle_model::Currency,
    order_version: i64,
}

impl CheckoutBody {
    /// The bill.
    pub fn of(order: OrderShown, payment: PaymentFace) -> Self {
        Self {
            envelope: order.envelope,
            order_id: order.order,
            status: order.phase,
            cart: order.cart,
            amount: MoneyNumber(order.totals.price),
            total_price: MoneyText(order.totals.price),
            total_tax: MoneyText(order.totals.tax),
            subtotal_price: order.totals.subtotal(),
            payment,
            currency: order.totals.price.currency,
            order_version: order.version,
        }
    }
}

/// `cartMutator`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CartMutatorBody {
    #[serde(flatten)]
    envelope: SessionEnvelope,
    cart: Vec<CartLineFace>,
    metadata: Map<String, Value>,
    order_id: OrderId,
    status: OrderPhase,
    total_price: MoneyText,
    total_tax: MoneyText,
    subtotal_price: MoneyText,
    payment: PaymentFace,
    currency: aisle_model::Currency,
    order_version: i64,
}

impl CartMutatorBody {
    /// The order before it is announced; `metadata` holds loyalty codes, vendors and, after a contest, the review.
    pub fn of(order: OrderShown, payment: PaymentFace, metadata: Map<String, Value>) -> Self {
        Self {
            envelope: order.envelope,
            cart: order.cart,
            metadata,
            order_id: order.order,
            status: order.phase,
            total_price: MoneyText(order.totals.price),
            total_tax: MoneyText(order.totals.tax),
            subtotal_price: order.totals.subtotal(),
            payment,
            currency: order.totals.price.currency,
            order_version: order.version,
        }
    }
}

/// `evaluateOrderPrice`; deprecated. It knows no totals, for those are asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluateOrderPriceBody {
    #[serde(flatten)]
    envelope: SessionEnvelope,
    order_id: OrderId,
    status: OrderPhase,
    cart: Vec<CartLineFace>,
    currency: aisle_model::Currency,
    order_version: i64,
}

impl EvaluateOrderPriceBody {
    /// The order to be priced, which is always a completed one.
    pub fn of(order: OrderShown) -> Self {
        Self {
            envelope: order.envelope,
            order_id: order.order,
            status: OrderPhase::Completed,
            cart: order.cart,
            currency: order.totals.price.currency,
            order_version: order.version,
        }
    }
}
