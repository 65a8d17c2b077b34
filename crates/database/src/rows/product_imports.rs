//! Imports of a whole catalogue: lines wait in staging tables and take effect together, by statements over sets.
//!
//! Promises: nothing of an import is seen before [`apply`] is committed, and nothing of it is left behind then; a retailer
//! has one import at a time, so [`begin`] throws away what one that was cut off has left, and whoever was not cut off
//! learns it from [`hold`].
//! Not here: what is right or wrong about a line by itself, which is known before it is staged.

mod apply;
mod resolve;
mod stage;

pub use apply::{Fates, apply};
pub use resolve::{Clash, ClashKind, resolve};
pub use stage::{StagedLine, stage};

use aisle_model::{Moment, RetailerId};

use crate::{Connection, Error, Statement, sql};

/// One import of one retailer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductImport {
    /// Names the staged lines.
    pub id: i64,
    /// Whose catalogue it is.
    pub retailer: RetailerId,
}

/// Begins an import in place of any other of the retailer.
pub async fn begin(c: &mut Connection, retailer: RetailerId, now: Moment) -> Result<ProductImport, Error> {
    let others = sql!("select id from product_imports where retailer_id = $1", retailer);
    for other in c.fetch_all(others).await? {
        end(c, ProductImport { id: other.get("id")?, retailer }).await?;
    }
    let insert =
        sql!("insert into product_imports (retailer_id, begun_at) values ($1, $2) returning id", retailer, now);
    Ok(ProductImport { id: c.fetch_one(insert).await?.get("id")?, retailer })
}

/// Whether the import still stands. When it does, nobody ends it before the change does.
pub async fn hold(c: &mut Connection, import: ProductImport) -> Result<bool, Error> {
    // An update that changes nothing is the lock that both databases understand.
    let update = sql!("update product_imports set retailer_id = retailer_id where id = $1", import.id);
    c.execute_one(update).await
}

/// Forgets an import and its lines.
pub async fn end(c: &mut Connection, import: ProductImport) -> Result<(), Error> {
    for delete in [
        "delete from staged_prices where import_id = $1",
        "delete from staged_products where import_id = $1",
        "delete from product_imports where id = $1",
    ] {
        c.execute(Statement::fixed(delete, vec![import.id.into()])).await?;
    }
    Ok(())
}
