//! Lines on their way in.

use aisle_model::{Price, ProductId, StoreId};

use super::ProductImport;
use crate::rows::products::ProductText;
use crate::{Connection, Error, Statement, Value};

/// Rows of one statement; SQLite binds at most 32,766 values.
const ROWS_PER_STATEMENT: usize = 1000;

/// A line that is right by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct StagedLine {
    /// Where it stands in the file, from 1.
    pub line: i64,
    /// The product it names; it is found by the external id when absent.
    pub product: Option<ProductId>,
    /// What is said of the product.
    pub text: ProductText,
    /// What is said of its default variant.
    pub weight_grams: f64,
    /// The same.
    pub thumbnail: Option<String>,
    /// The same.
    pub invalid_thumbnail: bool,
    /// As it is written.
    pub barcode: String,
    /// As it is compared.
    pub barcode_key: String,
    /// Whether a list of prices by store is there, be it empty.
    pub says_prices: bool,
    /// That list.
    pub store_prices: Vec<(StoreId, Price)>,
}

impl StagedLine {
    fn row(&self, import: ProductImport) -> [Value; 21] {
        let text = &self.text;
        let prices = i64::try_from(self.store_prices.len()).unwrap_or(i64::MAX);
        [
            import.id.into(),
            self.line.into(),
            self.product.into(),
            text.external_id.clone().into(),
            text.name.as_str().into(),
            text.name_folded.as_str().into(),
            text.category.clone().into(),
            text.price.into(),
            text.restricted.into(),
            text.restriction_category.into(),
            text.tax_code.clone().into(),
            text.quantity.into(),
            text.sku.clone().into(),
            text.inventory_item_id.into(),
            self.weight_grams.into(),
            self.thumbnail.clone().into(),
            self.invalid_thumbnail.into(),
            self.barcode.as_str().into(),
            self.barcode_key.as_str().into(),
            self.says_prices.into(),
            prices.into(),
        ]
    }
}

/// Adds lines.
pub async fn stage(c: &mut Connection, import: ProductImport, lines: &[StagedLine]) -> Result<(), Error> {
    for some in lines.chunks(ROWS_PER_STATEMENT) {
        let mut insert = Statement::build(
            "insert into staged_products (import_id, line, product_id, external_id, name, name_folded, category, price,
                 restricted, restriction_category, tax_code, quantity, sku, inventory_item_id, weight_grams, thumbnail,
                 invalid_thumbnail, barcode, barcode_key, says_prices, prices) values ",
        );
        insert.bind_rows(some.iter().map(|line| line.row(import)));
        c.execute(&mut insert).await?;
    }
    let prices = lines.iter().flat_map(|line| line.store_prices.iter().map(move |(store, price)| (line, store, price)));
    let prices: Vec<[Value; 4]> = prices
        .map(|(line, store, price)| [import.id.into(), line.line.into(), (*store).into(), (*price).into()])
        .collect();
    for some in prices.chunks(ROWS_PER_STATEMENT) {
        let mut insert = Statement::build("insert into staged_prices (import_id, line, store_id, price) values ");
        insert.bind_rows(some.iter().cloned());
        c.execute(&mut insert).await?;
    }
    Ok(())
}
