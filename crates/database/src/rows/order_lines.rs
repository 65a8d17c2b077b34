//! The lines of an order, each version with its own.

use aisle_model::{Moment, OrderId, ProductId};
use serde::{Deserialize, Serialize};

use crate::ids::Json;
use crate::{Connection, Error, Row, Statement, Value};

/// One line. Amounts are whole minor units of the order's currency.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields of the contract's OrderLine")]
pub struct OrderLine {
    pub order: OrderId,
    /// Unique within the order, and kept over its versions.
    pub id: i64,
    pub product: Option<ProductId>,
    pub name: String,
    pub price: i64,
    pub barcode: Option<String>,
    pub category: Option<String>,
    pub thumbnail: Option<String>,
    pub weight_grams: Option<f64>,
    pub sku: Option<String>,
    pub external_id: Option<String>,
    pub tax_code: Option<String>,
    pub restricted: bool,
    pub is_externally_added: bool,
    pub line_external_id: Option<String>,
    pub quantity: i64,
    pub total: i64,
    pub total_tax: i64,
    pub taxes: Vec<TaxLine>,
    pub discounts: Vec<DiscountLine>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

/// One tax on a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's TaxLine")]
pub struct TaxLine {
    pub name: String,
    /// A decimal fraction, `0.195`; absent for a tax that is no share of the price.
    pub rate: Option<String>,
    /// Whole minor units.
    pub amount: i64,
    pub tax_code: Option<String>,
}

/// What was taken off a line; already in its sums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's DiscountLine")]
pub struct DiscountLine {
    pub name: String,
    pub code: Option<String>,
    pub rate: Option<String>,
    /// Whole minor units.
    pub amount: i64,
}

fn line(row: &Row) -> Result<OrderLine, Error> {
    Ok(OrderLine {
        order: row.get("order_id")?,
        id: row.get("id")?,
        product: row.get("product_id")?,
        name: row.get("name")?,
        price: row.get("price")?,
        barcode: row.get("barcode")?,
        category: row.get("category")?,
        thumbnail: row.get("thumbnail")?,
        weight_grams: row.get("weight_grams")?,
        sku: row.get("sku")?,
        external_id: row.get("external_id")?,
        tax_code: row.get("tax_code")?,
        restricted: row.get("restricted")?,
        is_externally_added: row.get("is_externally_added")?,
        line_external_id: row.get("line_external_id")?,
        quantity: row.get("quantity")?,
        total: row.get("total")?,
        total_tax: row.get("total_tax")?,
        taxes: row.get::<Json<_>>("tax_lines")?.0,
        discounts: row.get::<Json<_>>("discounts")?.0,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// The lines of some orders, each in one version, by order and line.
pub async fn of(c: &mut Connection, versions: &[(OrderId, i64)]) -> Result<Vec<OrderLine>, Error> {
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::build("select * from order_lines where (order_id, version) in (values ");
    let rows = versions.iter().map(|(order, version)| [Value::from(*order), Value::from(*version)]);
    select.bind_rows(rows).push(") order by order_id, id");
    c.fetch_all(&mut select).await?.iter().map(line).collect()
}
