//! The whole catalogue, piece by piece.

use aisle_database::rows::product_list;
use aisle_model::{ProductId, RetailerId};

use super::read::{WholeProduct, wholes};
use crate::{App, Failure};

/// So many living products behind an id, by id; none is the end. Each piece is one moment's, so a product that changes
/// while the pieces are read is shown once, as it was or as it is.
pub async fn export(
    app: &App,
    retailer: RetailerId,
    after: ProductId,
    count: i64,
) -> Result<Vec<WholeProduct>, Failure> {
    let read = app.database.snapshot(move |c| {
        Box::pin(async move {
            let products = product_list::after(c, retailer, after, count).await?;
            wholes(c, retailer, products).await
        })
    });
    read.await
}
