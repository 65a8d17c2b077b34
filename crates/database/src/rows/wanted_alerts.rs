//! Alerts that stock wants: facts that wait for the alerts of the staff.

use aisle_model::{GondolaId, Moment, ProductId, StoreId};

use crate::{Connection, Error, sql};

/// One fact about a product in a bin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedAlert {
    /// `belowZero`, `misplaced`, `lowInventory` or `restocked`.
    pub kind: String,
    /// Where.
    pub gondola: GondolaId,
    /// Where.
    pub shelf_index: i64,
    /// Where.
    pub bin_index: i64,
    /// What.
    pub product: ProductId,
    /// Units that were taken beyond what there was for `belowZero`; units that are there for the others.
    pub units: i64,
    /// Store clock.
    pub at: Moment,
}

/// Notes a fact.
pub async fn insert(c: &mut Connection, store: StoreId, alert: &WantedAlert) -> Result<(), Error> {
    let insert = sql!(
        "insert into wanted_alerts (store_id, kind, gondola_id, shelf_index, bin_index, product_id, units, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        store,
        &alert.kind,
        alert.gondola,
        alert.shelf_index,
        alert.bin_index,
        alert.product,
        alert.units,
        alert.at
    );
    c.execute_one(insert).await.map(drop)
}

/// The facts that wait, oldest first.
pub async fn list(c: &mut Connection, store: StoreId, limit: i64) -> Result<Vec<WantedAlert>, Error> {
    let select = sql!(
        "select id, kind, gondola_id, shelf_index, bin_index, product_id, units, at from wanted_alerts
         where store_id = $1 order by id limit $2",
        store,
        limit
    );
    let rows = c.fetch_all(select).await?;
    let alerts = rows.iter().map(|row| {
        Ok(WantedAlert {
            kind: row.get("kind")?,
            gondola: row.get("gondola_id")?,
            shelf_index: row.get("shelf_index")?,
            bin_index: row.get("bin_index")?,
            product: row.get("product_id")?,
            units: row.get("units")?,
            at: row.get("at")?,
        })
    });
    alerts.collect()
}
