//! Products as they were when they were sold, for order lines and contests to point to.

use aisle_database::Connection;
use aisle_database::rows::product_snapshots::{self, ProductSnapshot, SnapshotText};
use aisle_database::rows::products;
use aisle_database::rows::window::Window;
use aisle_model::{Moment, Money, ProductId, RetailerId};

use super::list::Page;
use super::read::WholeProduct;
use crate::{App, Caller, Failure};

/// The copy of a product as it is, at the price it is sold for. One is taken at the first sale after a change; every later
/// sale of the same points to it. Call it in the change that needs the copy.
pub async fn snapshot_of(
    c: &mut Connection,
    retailer: RetailerId,
    whole: &WholeProduct,
    price: Money,
    now: Moment,
) -> Result<ProductSnapshot, Failure> {
    let id = whole.product.id;
    // Two first sales at once take one copy. A product that was deleted meanwhile is still copied, for it was sold.
    products::lock(c, retailer, id).await?;
    let text = text_of(whole, price);
    let taken = product_snapshots::latest(c, retailer, id, &text.price, 1).await?;
    match taken.into_iter().next() {
        Some(taken) if taken.text == text => Ok(taken),
        _ => Ok(product_snapshots::insert(c, retailer, id, &text, now).await?),
    }
}

fn text_of(whole: &WholeProduct, price: Money) -> SnapshotText {
    let product = &whole.product;
    let default = whole.variants.first();
    let variant = default.map(|whole| &whole.variant.text);
    let barcode = default.and_then(|whole| whole.barcodes.first());
    SnapshotText {
        name: product.name.clone(),
        price: price.to_string(),
        barcode: barcode.map(|barcode| barcode.barcode.clone()),
        category: product.category.clone(),
        thumbnail: variant.and_then(|variant| variant.thumbnail.clone()),
        weight_grams: variant.map(|variant| variant.weight_grams),
        sku: product.sku.clone(),
        external_id: product.external_id.clone(),
        tax_code: product.tax_code.clone(),
    }
}

/// One page of the copies, oldest first; those of deleted products too.
pub async fn list_snapshots(
    app: &App,
    caller: &Caller,
    product: Option<ProductId>,
    created_at: Window,
    offset: i64,
    count: i64,
) -> Result<Page<ProductSnapshot>, Failure> {
    let retailer = caller.retailer;
    let found = app.database.read(move |c| {
        Box::pin(async move {
            let found = product_snapshots::slice(c, retailer, product, created_at, offset, count + 1);
            Ok::<_, Failure>(found.await?)
        })
    });
    Ok(Page::of(found.await?, count))
}
