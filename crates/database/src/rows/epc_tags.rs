//! Radio tags of a store and what they are on.

use std::collections::HashMap;

use aisle_model::{Moment, ProductId, StoreId, VariantId};

use crate::{Connection, Error, Statement, Value};

/// Rows of one statement; SQLite binds at most 32,766 values.
const ROWS_PER_STATEMENT: usize = 1000;

/// One tag and its article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// 24 hexadecimal digits in lower case.
    pub epc: String,
    /// 14 digits.
    pub gtin: String,
    /// Whose barcode that is.
    pub product: ProductId,
    /// Whose barcode that is.
    pub variant: VariantId,
}

/// Saves tags, each named once, and answers when each was first saved.
pub async fn save(
    c: &mut Connection,
    store: StoreId,
    tags: &[Tag],
    now: Moment,
) -> Result<HashMap<String, Moment>, Error> {
    let mut created = HashMap::with_capacity(tags.len());
    for some in tags.chunks(ROWS_PER_STATEMENT) {
        let mut upsert = Statement::build(
            "insert into epc_tags (store_id, epc, gtin, product_id, variant_id, created_at, updated_at) values ",
        );
        upsert.bind_rows(some.iter().map(|tag| {
            let row: [Value; 7] = [
                store.into(),
                tag.epc.as_str().into(),
                tag.gtin.as_str().into(),
                tag.product.into(),
                tag.variant.into(),
                now.into(),
                now.into(),
            ];
            row
        }));
        upsert.push(
            " on conflict (store_id, epc) do update set gtin = excluded.gtin, product_id = excluded.product_id,
                  variant_id = excluded.variant_id, updated_at = excluded.updated_at
              returning epc, created_at",
        );
        for row in c.fetch_all(&mut upsert).await? {
            created.insert(row.get("epc")?, row.get("created_at")?);
        }
    }
    Ok(created)
}

/// What these tags are on.
pub async fn find(c: &mut Connection, store: StoreId, epcs: &[String]) -> Result<Vec<Tag>, Error> {
    let mut found = Vec::new();
    for some in epcs.chunks(ROWS_PER_STATEMENT) {
        let mut select = Statement::build("select epc, gtin, product_id, variant_id from epc_tags where store_id = ");
        select.bind(store).push(" and epc in (").bind_list(some).push(") order by epc");
        for row in c.fetch_all(&mut select).await? {
            found.push(Tag {
                epc: row.get("epc")?,
                gtin: row.get("gtin")?,
                product: row.get("product_id")?,
                variant: row.get("variant_id")?,
            });
        }
    }
    Ok(found)
}
