//! Rows by the million for benchmarks and tests of query plans, made by the database itself.
//!
//! They are as the operations would leave them, but for what belongs to no list: histories, notices, cards.

use aisle_model::{Moment, RetailerId, StoreId};

use crate::{Connection, Error, Statement, Value};

/// What is made. Rows have numbers, which are in their names: `customer-7@example.com`, `trip-7`, `code-7`, `article-7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filling {
    /// Customers.
    Customers,
    /// Finished trips of these customers.
    Sessions,
    /// Products with their variants and barcodes.
    Products,
}

const CUSTOMERS: &[&str] = &["insert into customers (retailer_id, email, email_folded, email_is_generated, external_id, first_name,
         last_name, phone, phone_folded, role, priority, blocked, created_at, updated_at)
     select r.id, 'customer-' || n.i || '@example.com', 'customer-' || n.i || '@example.com', false, 'external-' || n.i,
         'First ' || (n.i % 1000), 'Last ' || (n.i % 5000), '+4930' || n.i, '+4930' || n.i, 'customer', 0, false, n.at, n.at
     from n, retailers r where r.id = n.retailer"];

const SESSIONS: &[&str] =
    &["insert into sessions (retailer_id, token, customer_id, role, code, store_id, status, group_size, visitors,
         priority, metadata, flags, suspected_fraud, satisfaction_submitted, expires_at, first_scanned_at,
         last_scanned_at, first_entered_at, last_entered_at, created_at, updated_at)
     select c.retailer_id, 'trip-' || n.i, c.id, 'customer', 'code-' || n.i,
         case when n.i % 50 = 0 then null else n.store end,
         case when n.i % 1000 = 0 then 'active' else 'completed' end,
         case when n.i % 3 = 0 then 1 + n.i % 5 end, n.i % 7, 0, '{}', '[]', false, false,
         case when n.i % 2 = 0 then n.at end, n.at, n.at, n.at, case when n.i % 9 > 0 then n.at end, n.at, n.at
     from n join customers c on c.retailer_id = n.retailer and c.email_folded = 'customer-' || n.i || '@example.com'
         and c.deleted_at is null"];

const PRODUCTS: &[&str] = &[
    "insert into products (retailer_id, id, external_id, name, name_folded, category, price, has_store_prices,
         restricted, quantity, sku, created_at, updated_at)
     select n.retailer, 1000 + n.i, 'article-' || n.i, 'Article ' || n.i, 'article ' || n.i, 'category-' || (n.i % 200),
         (n.i % 10000) * 100, false, false, n.i % 100, 'sku-' || n.i, n.at, n.at from n",
    "insert into product_variants (retailer_id, product_id, external_id, name, weight_grams, invalid_thumbnail,
         is_default, created_at)
     select n.retailer, 1000 + n.i, 'variant-' || n.i, 'Article ' || n.i, 250, n.i % 1000 = 0, true, n.at from n",
    "insert into product_barcodes (retailer_id, variant_id, barcode, barcode_key, is_default, place)
     select n.retailer, v.id, 'barcode-' || n.i, 'barcode-' || n.i, true, 0
     from n join product_variants v on v.retailer_id = n.retailer and v.product_id = 1000 + n.i",
];

/// Makes the rows with the numbers from `first` to `last`, all at one moment.
pub async fn fill(
    c: &mut Connection,
    what: Filling,
    (retailer, store): (RetailerId, StoreId),
    (first, last): (i64, i64),
    at: Moment,
) -> Result<(), Error> {
    let texts = match what {
        Filling::Customers => CUSTOMERS,
        Filling::Sessions => SESSIONS,
        Filling::Products => PRODUCTS,
    };
    for text in texts {
        let mut statement = Statement::build("with recursive n (i, retailer, store, at) as (select ");
        let columns: [Value; 4] = [first.into(), retailer.into(), store.into(), at.into()];
        statement.bind_list(columns);
        statement.push(" union all select i + 1, retailer, store, at from n where i < ").bind(last);
        statement.push(") ").push(text);
        c.execute(&mut statement).await?;
    }
    Ok(())
}

/// Lets PostgreSQL look at what there is now, as it does by itself after a while.
pub async fn analyze(c: &mut Connection) -> Result<(), Error> {
    if c.is_postgres() {
        c.execute(Statement::fixed("analyze", Vec::new())).await?;
    }
    Ok(())
}
