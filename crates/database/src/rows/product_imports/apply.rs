//! All lines take effect. The caller has resolved them without a clash, in the same change.

use aisle_model::Moment;

use super::ProductImport;
use crate::{Connection, Error, Statement, Value, sql};

/// What became of the lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fates {
    /// Products that were not there.
    pub made: i64,
    /// Products that are not as they were.
    pub changed: i64,
    /// Products that were so already.
    pub same: i64,
}

/// Makes and changes products, their default variants and barcodes, and prices by store.
pub async fn apply(c: &mut Connection, import: ProductImport, now: Moment) -> Result<Fates, Error> {
    compare(c, import).await?;
    let fates = count(c, import).await?;
    if fates.changed > 0 {
        change(c, import, now).await?;
    }
    if fates.made > 0 {
        make(c, import, now).await?;
    }
    let barcodes = sql!(
        "insert into product_barcodes (retailer_id, variant_id, barcode, barcode_key, is_default, place)
         select v.retailer_id, v.id, s.barcode, s.barcode_key, true, s.place
         from staged_products s
         join product_variants v on v.retailer_id = $1 and v.product_id = s.product_id and v.is_default
         where s.import_id = $2 and (s.fate = 'made' or s.moves_barcode) order by s.barcode_key",
        import.retailer,
        import.id
    );
    c.execute(barcodes).await?;
    let prices = sql!(
        "insert into store_prices (retailer_id, product_id, store_id, price, created_at)
         select $1, s.product_id, q.store_id, q.price, $2
         from staged_prices q join staged_products s on s.import_id = q.import_id and s.line = q.line
         where q.import_id = $3 and s.fate <> 'same' and not exists (
             select 1 from store_prices x
             where x.retailer_id = $4 and x.product_id = s.product_id and x.store_id = q.store_id)
         order by s.product_id, q.store_id",
        import.retailer,
        now,
        import.id,
        import.retailer
    );
    c.execute(prices).await?;
    Ok(fates)
}

/// What is said of a product that lives, beside what it has. Lines of others stay `made`.
async fn compare(c: &mut Connection, import: ProductImport) -> Result<(), Error> {
    let update = sql!(
        "update staged_products set variant_id = v.id, place = b.place,
             moves_barcode = (b.barcode <> staged_products.barcode),
             fate = case when p.name <> staged_products.name
                 or p.external_id is distinct from staged_products.external_id
                 or p.category is distinct from staged_products.category
                 or p.price <> staged_products.price
                 or p.restricted <> staged_products.restricted
                 or p.restriction_category is distinct from staged_products.restriction_category
                 or p.tax_code is distinct from staged_products.tax_code
                 or p.quantity <> staged_products.quantity
                 or p.sku is distinct from staged_products.sku
                 or p.inventory_item_id is distinct from staged_products.inventory_item_id
                 or v.weight_grams <> staged_products.weight_grams
                 or v.thumbnail is distinct from staged_products.thumbnail
                 or v.invalid_thumbnail <> staged_products.invalid_thumbnail
                 or b.barcode <> staged_products.barcode
                 or staged_products.prices <> (
                     select count(*) from store_prices x
                     where x.retailer_id = p.retailer_id and x.product_id = p.id)
                 or exists (
                     select 1 from staged_prices q
                     where q.import_id = staged_products.import_id and q.line = staged_products.line
                         and not exists (
                             select 1 from store_prices x
                             where x.retailer_id = p.retailer_id and x.product_id = p.id
                                 and x.store_id = q.store_id and x.price = q.price))
                 then 'changed' else 'same' end
         from products p
         join product_variants v on v.retailer_id = p.retailer_id and v.product_id = p.id and v.is_default
         join product_barcodes b on b.variant_id = v.id and b.is_default
         where staged_products.import_id = $1 and p.retailer_id = $2 and p.id = staged_products.product_id
             and p.deleted_at is null",
        import.id,
        import.retailer
    );
    c.execute(update).await.map(drop)
}

async fn count(c: &mut Connection, import: ProductImport) -> Result<Fates, Error> {
    let select = sql!(
        "select count(*) filter (where fate = 'made') as made, count(*) filter (where fate = 'changed') as changed,
             count(*) filter (where fate = 'same') as same
         from staged_products where import_id = $1",
        import.id
    );
    let row = c.fetch_one(select).await?;
    Ok(Fates { made: row.get("made")?, changed: row.get("changed")?, same: row.get("same")? })
}

async fn change(c: &mut Connection, import: ProductImport, now: Moment) -> Result<(), Error> {
    let (id, retailer): (Value, Value) = (import.id.into(), import.retailer.into());
    let steps: [(&'static str, Vec<Value>); 5] = [
        // Two products may swap their external ids: each lets go before any takes.
        (
            "update products set external_id = null from staged_products s
             where s.import_id = $1 and s.fate = 'changed' and products.retailer_id = $2
                 and products.id = s.product_id and products.external_id is distinct from s.external_id",
            vec![id.clone(), retailer.clone()],
        ),
        (
            "update products set external_id = s.external_id, name = s.name, name_folded = s.name_folded,
                 category = s.category, price = s.price,
                 has_store_prices = (products.has_store_prices or s.prices > 0), restricted = s.restricted,
                 restriction_category = s.restriction_category, tax_code = s.tax_code, quantity = s.quantity,
                 sku = s.sku, inventory_item_id = s.inventory_item_id, updated_at = $1, version = version + 1
             from staged_products s
             where s.import_id = $2 and s.fate = 'changed' and products.retailer_id = $3
                 and products.id = s.product_id",
            vec![now.into(), id.clone(), retailer.clone()],
        ),
        (
            "update product_variants set weight_grams = s.weight_grams, thumbnail = s.thumbnail,
                 invalid_thumbnail = s.invalid_thumbnail
             from staged_products s
             where s.import_id = $1 and s.fate = 'changed' and product_variants.id = s.variant_id",
            vec![id.clone()],
        ),
        (
            "delete from product_barcodes where id in (
                 select b.id from staged_products s join product_barcodes b on b.variant_id = s.variant_id
                 where s.import_id = $1 and s.moves_barcode and (b.is_default or b.barcode_key = s.barcode_key))",
            vec![id.clone()],
        ),
        // A price that stays keeps the moment it was set.
        (
            "delete from store_prices where retailer_id = $1
                 and product_id in (select product_id from staged_products where import_id = $2 and fate = 'changed')
                 and not exists (
                     select 1 from staged_products s
                     join staged_prices q on q.import_id = s.import_id and q.line = s.line
                     where s.import_id = $3 and s.product_id = store_prices.product_id
                         and q.store_id = store_prices.store_id and q.price = store_prices.price)",
            vec![retailer, id.clone(), id],
        ),
    ];
    for (text, values) in steps {
        c.execute(Statement::fixed(text, values)).await?;
    }
    Ok(())
}

/// A deleted product's row is taken up again; its variants went with it.
async fn make(c: &mut Connection, import: ProductImport, now: Moment) -> Result<(), Error> {
    let products = sql!(
        "insert into products (retailer_id, id, external_id, name, name_folded, category, price, has_store_prices,
             restricted, restriction_category, tax_code, quantity, sku, inventory_item_id, created_at, updated_at)
         select $1, product_id, external_id, name, name_folded, category, price, prices > 0, restricted,
             restriction_category, tax_code, quantity, sku, inventory_item_id, $2, $3
         from staged_products where import_id = $4 and fate = 'made' order by product_id
         on conflict (retailer_id, id) do update set external_id = excluded.external_id, name = excluded.name,
             name_folded = excluded.name_folded, category = excluded.category, price = excluded.price,
             has_store_prices = excluded.has_store_prices, restricted = excluded.restricted,
             restriction_category = excluded.restriction_category, tax_code = excluded.tax_code,
             quantity = excluded.quantity, sku = excluded.sku, inventory_item_id = excluded.inventory_item_id,
             created_at = excluded.created_at, updated_at = excluded.updated_at, deleted_at = null,
             version = products.version + 1",
        import.retailer,
        now,
        now,
        import.id
    );
    c.execute(products).await?;
    let variants = sql!(
        "insert into product_variants (retailer_id, product_id, name, weight_grams, thumbnail, invalid_thumbnail,
             is_default, created_at)
         select $1, product_id, name, weight_grams, thumbnail, invalid_thumbnail, true, $2
         from staged_products where import_id = $3 and fate = 'made' order by product_id",
        import.retailer,
        now,
        import.id
    );
    c.execute(variants).await.map(drop)
}
