//! The contract's `OrderLine`.

use aisle_model::Currency;
use aisle_operations::orders::{OrderLine, TaxLine};
use aisle_partners::bodies::Printed;
use rust_decimal::Decimal;
use serde::Serialize;

use super::face::money;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LineFace<'a> {
    name: &'a str,
    price: String,
    barcode: Option<&'a str>,
    category: Option<&'a str>,
    thumbnail: Option<&'a str>,
    weight: Option<f64>,
    sku: Option<&'a str>,
    external_id: Option<&'a str>,
    tax_code: Option<&'a str>,
    id: i64,
    created_at: Printed,
    updated_at: Printed,
    product_id: Option<String>,
    is_externally_added: bool,
    order_product_external_id: Option<&'a str>,
    quantity: i64,
    subtotal_price: String,
    total_price: String,
    total_tax: String,
    tax_rates: String,
    tax_lines: Vec<TaxFace<'a>>,
    discounts: Vec<DiscountFace<'a>>,
    restricted: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TaxFace<'a> {
    name: &'a str,
    rate: Option<&'a str>,
    amount: String,
    tax_code: Option<&'a str>,
}

#[derive(Serialize)]
struct DiscountFace<'a> {
    name: &'a str,
    code: Option<&'a str>,
    rate: Option<&'a str>,
    amount: String,
}

impl<'a> LineFace<'a> {
    pub(crate) fn of(line: &'a OrderLine, currency: Currency) -> Self {
        let amount = |minor: i64| money(minor, currency);
        let taxes = line.taxes.iter().map(|tax| TaxFace {
            name: &tax.name,
            rate: tax.rate.as_deref(),
            amount: amount(tax.amount),
            tax_code: tax.tax_code.as_deref(),
        });
        let discounts = line.discounts.iter().map(|discount| DiscountFace {
            name: &discount.name,
            code: discount.code.as_deref(),
            rate: discount.rate.as_deref(),
            amount: amount(discount.amount),
        });
        Self {
            name: &line.name,
            price: amount(line.price),
            barcode: line.barcode.as_deref(),
            category: line.category.as_deref(),
            thumbnail: line.thumbnail.as_deref(),
            weight: line.weight_grams,
            sku: line.sku.as_deref(),
            external_id: line.external_id.as_deref(),
            tax_code: line.tax_code.as_deref(),
            id: line.id,
            created_at: line.created_at.into(),
            updated_at: line.updated_at.into(),
            product_id: line.product.map(|id| id.to_string()),
            is_externally_added: line.is_externally_added,
            order_product_external_id: line.line_external_id.as_deref(),
            quantity: line.quantity,
            subtotal_price: amount(line.total - line.total_tax),
            total_price: amount(line.total),
            total_tax: amount(line.total_tax),
            tax_rates: tax_rates(&line.taxes, currency),
            tax_lines: taxes.collect(),
            discounts: discounts.collect(),
            restricted: line.restricted,
        }
    }
}

/// `VAT 19.5%: 0.35; Deposit: 0.10`. A semicolon in a name would look like the end of a tax.
fn tax_rates(taxes: &[TaxLine], currency: Currency) -> String {
    let texts = taxes.iter().map(|tax| {
        let name = tax.name.replace(';', ",");
        let rate: Option<Decimal> = tax.rate.as_deref().and_then(|rate| rate.parse().ok());
        let amount = money(tax.amount, currency);
        match rate.and_then(|rate| rate.checked_mul(Decimal::ONE_HUNDRED)) {
            Some(percent) => format!("{name} {}%: {amount}", percent.normalize()),
            None => format!("{name}: {amount}"),
        }
    });
    texts.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taxes_are_told_in_one_text() {
        let tax = |name: &str, rate: Option<&str>, amount: i64| TaxLine {
            name: name.to_owned(),
            rate: rate.map(str::to_owned),
            amount,
            tax_code: None,
        };
        let check = |taxes: &[TaxLine], text: &str| {
            assert_eq!(tax_rates(taxes, Currency::parse("EUR").unwrap()), text);
        };
        check(&[], "");
        check(&[tax("VAT", Some("0.1950"), 35)], "VAT 19.5%: 0.35");
        check(&[tax("VAT", Some("0.20"), -5), tax("a;b", None, 10)], "VAT 20%: -0.05; a,b: 0.10");
    }
}
