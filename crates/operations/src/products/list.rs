//! Lists of the catalogue, in pages by number.

use aisle_database::rows::product_list::{self, ProductFilter, ProductOrder};
use aisle_database::rows::session_list::Direction;
use aisle_database::rows::variants::{self, Variant, VariantFilter};
use aisle_database::rows::{barcodes, products};
use aisle_model::VariantId;

use super::read::{WholeProduct, WholeVariant, wholes, with_barcodes};
use crate::{App, Caller, Failure};

/// Which products are asked for.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the parameters of the list")]
pub struct ListProducts {
    pub filter: ProductFilter,
    pub order: ProductOrder,
    pub direction: Direction,
    /// Rows in front of the page.
    pub offset: i64,
    /// Rows of the page, at least 1.
    pub count: i64,
}

/// Which variants are asked for; by id.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the parameters of the list")]
pub struct ListVariants {
    pub filter: VariantFilter,
    /// Rows in front of the page.
    pub offset: i64,
    /// Rows of the page, at least 1.
    pub count: i64,
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// In the order that was asked for.
    pub rows: Vec<T>,
    /// Whether others follow.
    pub goes_on: bool,
}

impl<T> Page<T> {
    /// Of one row more than the page has, if there are so many.
    pub(super) fn of(mut rows: Vec<T>, count: i64) -> Self {
        let count = usize::try_from(count).unwrap_or(0);
        let goes_on = rows.len() > count;
        rows.truncate(count);
        Self { rows, goes_on }
    }
}

/// One page of living products.
pub async fn list(app: &App, caller: &Caller, asked: ListProducts) -> Result<Page<WholeProduct>, Failure> {
    let retailer = caller.retailer;
    let page = app.database.snapshot(move |c| {
        Box::pin(async move {
            let ListProducts { filter, order, direction, offset, count } = asked;
            let found = product_list::slice(c, retailer, &filter, order, direction, offset, count + 1);
            let Page { rows, goes_on } = Page::of(found.await?, count);
            let rows = wholes(c, retailer, rows).await?;
            Ok(Page { rows, goes_on })
        })
    });
    page.await
}

/// One page of variants of living products.
pub async fn list_variants(app: &App, caller: &Caller, asked: ListVariants) -> Result<Page<WholeVariant>, Failure> {
    let retailer = caller.retailer;
    let page = app.database.snapshot(move |c| {
        Box::pin(async move {
            let found = variants::slice(c, retailer, &asked.filter, asked.offset, asked.count + 1).await?;
            let Page { rows, goes_on } = Page::<Variant>::of(found, asked.count);
            let ids: Vec<VariantId> = rows.iter().map(|variant| variant.id).collect();
            let barcodes = barcodes::of_variants(c, &ids).await?;
            let rows = with_barcodes(rows, barcodes);
            Ok::<_, Failure>(Page { rows, goes_on })
        })
    });
    page.await
}

/// The distinct categories of living products, by code point.
pub async fn categories(app: &App, caller: &Caller) -> Result<Vec<String>, Failure> {
    let retailer = caller.retailer;
    let found =
        app.database.read(move |c| Box::pin(async move { Ok::<_, Failure>(products::categories(c, retailer).await?) }));
    found.await
}
