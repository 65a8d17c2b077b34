//! Prices of products by store.

use aisle_model::{Moment, Price, ProductId, RetailerId, StoreId};
use serde::{Deserialize, Serialize};

use crate::{Connection, Error, Row, Statement, Value, sql};

/// The price of a product in a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's StorePrice")]
pub struct StorePrice {
    pub product: ProductId,
    pub store: StoreId,
    /// Of the store.
    pub currency: String,
    pub price: Price,
    /// When this price was set.
    pub created_at: Moment,
}

/// Rows of one statement; SQLite binds at most 32,766 values.
const ROWS_PER_STATEMENT: usize = 1000;

fn store_price(row: &Row) -> Result<StorePrice, Error> {
    Ok(StorePrice {
        product: row.get("product_id")?,
        store: row.get("store_id")?,
        currency: row.get("currency")?,
        price: row.get("price")?,
        created_at: row.get("created_at")?,
    })
}

/// The prices of these products, by product and store.
pub async fn of_products(
    c: &mut Connection,
    retailer: RetailerId,
    products: &[ProductId],
) -> Result<Vec<StorePrice>, Error> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::build(
        "select p.product_id, p.store_id, s.currency, p.price, p.created_at
         from store_prices p join stores s on s.id = p.store_id where p.retailer_id = ",
    );
    select.bind(retailer).push(" and p.product_id in (");
    select.bind_list(products.iter().copied());
    select.push(") order by p.product_id, p.store_id");
    c.fetch_all(&mut select).await?.iter().map(store_price).collect()
}

/// Puts other prices of a product, each with the moment it was set, in place of those it has.
pub async fn replace(
    c: &mut Connection,
    retailer: RetailerId,
    product: ProductId,
    prices: &[(StoreId, Price, Moment)],
) -> Result<(), Error> {
    let delete = sql!("delete from store_prices where retailer_id = $1 and product_id = $2", retailer, product);
    c.execute(delete).await?;
    for some in prices.chunks(ROWS_PER_STATEMENT) {
        let mut insert =
            Statement::build("insert into store_prices (retailer_id, product_id, store_id, price, created_at) values ");
        insert.bind_rows(some.iter().map(|(store, price, set_at)| {
            let row: [Value; 5] = [retailer.into(), product.into(), (*store).into(), (*price).into(), (*set_at).into()];
            row
        }));
        c.execute(&mut insert).await?;
    }
    Ok(())
}

/// The currencies of those of these stores that are the retailer's.
pub async fn currencies(
    c: &mut Connection,
    retailer: RetailerId,
    stores: &[StoreId],
) -> Result<Vec<(StoreId, String)>, Error> {
    let mut found = Vec::new();
    for some in stores.chunks(ROWS_PER_STATEMENT) {
        let mut select = Statement::build("select id, currency from stores where retailer_id = ");
        select.bind(retailer).push(" and id in (");
        select.bind_list(some.iter().copied()).push(")");
        for row in c.fetch_all(&mut select).await? {
            found.push((row.get("id")?, row.get("currency")?));
        }
    }
    Ok(found)
}

/// The stores of a retailer with their currencies.
pub async fn all_currencies(c: &mut Connection, retailer: RetailerId) -> Result<Vec<(StoreId, String)>, Error> {
    let select = sql!("select id, currency from stores where retailer_id = $1 order by id limit 100000", retailer);
    let rows = c.fetch_all(select).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("currency")?))).collect()
}
