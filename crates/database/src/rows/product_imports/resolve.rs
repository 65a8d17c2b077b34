//! Which product each line means, and which lines cannot stand beside each other or beside what is there.
//!
//! Judged is what there will be, not the way there: two lines may swap their barcodes.

use aisle_model::{ProductId, RetailerId};

use super::ProductImport;
use crate::{Connection, Error, Row, Statement, Value, sql};

/// A line that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The line.
    pub line: i64,
    /// Why.
    pub kind: ClashKind,
}

/// What a line clashes with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClashKind {
    /// An earlier line is about the same product.
    SameProduct(i64),
    /// An earlier line has the same external id.
    SameExternalId(i64),
    /// An earlier line has the same barcode.
    SameBarcode(i64),
    /// Another product has the external id.
    ExternalIdTaken,
    /// Another variant has the barcode.
    BarcodeTaken(String),
    /// The product has prices by store, and the line says none; whether it has an empty list.
    NoStorePrices {
        /// An empty list, not no list.
        says_empty: bool,
    },
}

/// Finds the product of each line, gives new ones their ids, and answers up to `limit` clashes of each kind. The products
/// that are there stay locked until the change ends.
pub async fn resolve(c: &mut Connection, import: ProductImport, limit: i64) -> Result<Vec<Clash>, Error> {
    let find = sql!(
        "update staged_products set product_id = p.id from products p
         where staged_products.import_id = $1 and staged_products.product_id is null and p.retailer_id = $2
             and p.external_id = staged_products.external_id and p.deleted_at is null",
        import.id,
        import.retailer
    );
    c.execute(find).await?;
    lock(c, import).await?;
    give_ids(c, import).await?;
    let mut clashes = Vec::new();
    for (text, kind) in TWICE {
        let select = Statement::fixed(text, vec![import.id.into(), limit.into()]);
        for row in c.fetch_all(select).await? {
            clashes.push(Clash { line: row.get("line")?, kind: kind(row.get("first_line")?) });
        }
    }
    for (text, kind) in TAKEN {
        let values: Vec<Value> = vec![import.retailer.into(), import.id.into(), limit.into()];
        for row in c.fetch_all(Statement::fixed(text, values)).await? {
            clashes.push(Clash { line: row.get("line")?, kind: kind(&row)? });
        }
    }
    Ok(clashes)
}

type FirstLine = fn(i64) -> ClashKind;
type FromRow = fn(&Row) -> Result<ClashKind, Error>;

/// Lines that say what an earlier line says.
const TWICE: &[(&str, FirstLine)] = &[
    (
        "select line, first_line from (
             select line, min(line) over (partition by product_id) as first_line from staged_products
             where import_id = $1) t
         where line > first_line order by line limit $2",
        ClashKind::SameProduct,
    ),
    (
        "select line, first_line from (
             select line, min(line) over (partition by external_id) as first_line from staged_products
             where import_id = $1 and external_id is not null) t
         where line > first_line order by line limit $2",
        ClashKind::SameExternalId,
    ),
    (
        "select line, first_line from (
             select line, min(line) over (partition by barcode_key) as first_line from staged_products
             where import_id = $1) t
         where line > first_line order by line limit $2",
        ClashKind::SameBarcode,
    ),
];

/// Lines that say what a product has that the import leaves as it is.
const TAKEN: &[(&str, FromRow)] = &[
    (
        "select s.line from products p join staged_products s on s.external_id = p.external_id
         where p.retailer_id = $1 and p.deleted_at is null and s.import_id = $2 and p.id <> s.product_id
             and not exists (select 1 from staged_products o where o.import_id = s.import_id and o.product_id = p.id)
         order by s.line limit $3",
        |_| Ok(ClashKind::ExternalIdTaken),
    ),
    // The barcode of a line takes the place of its variant's default one, and any that its variant has beside it moves.
    (
        "select s.line, s.barcode from product_barcodes b
         join staged_products s on s.barcode_key = b.barcode_key
         join product_variants v on v.id = b.variant_id
         where b.retailer_id = $1 and s.import_id = $2 and not (v.is_default and v.product_id = s.product_id)
             and not (v.is_default and b.is_default and exists (
                 select 1 from staged_products o where o.import_id = s.import_id and o.product_id = v.product_id))
         order by s.line limit $3",
        |row| Ok(ClashKind::BarcodeTaken(row.get("barcode")?)),
    ),
    (
        "select s.line, s.says_prices from products p join staged_products s on s.product_id = p.id
         where p.retailer_id = $1 and p.deleted_at is null and p.has_store_prices and s.import_id = $2 and s.prices = 0
         order by s.line limit $3",
        |row| Ok(ClashKind::NoStorePrices { says_empty: row.get("says_prices")? }),
    ),
];

/// Locks the living products that lines name. The embedded database has one writer, which is lock enough.
async fn lock(c: &mut Connection, import: ProductImport) -> Result<(), Error> {
    if !c.is_postgres() {
        return Ok(());
    }
    let update = sql!(
        "update products set version = version where retailer_id = $1 and deleted_at is null and id in (
             select product_id from staged_products where import_id = $2)",
        import.retailer,
        import.id
    );
    c.execute(update).await.map(drop)
}

/// New products get ids that nobody has or had, in the order of their lines: the first stretch above the retailer's
/// counter that has room for all.
async fn give_ids(c: &mut Connection, import: ProductImport) -> Result<(), Error> {
    let wanting = sql!(
        "select count(*) as wanting, max(line) as last_line from staged_products
         where import_id = $1 and product_id is null",
        import.id
    );
    let wanting = c.fetch_one(wanting).await?;
    if wanting.get::<i64>("wanting")? == 0 {
        return Ok(());
    }
    let room: i64 = wanting.get("last_line")?;
    let below = stretch(c, import.retailer, import, room).await?;
    let give = sql!(
        "update staged_products set product_id = $1 + line where import_id = $2 and product_id is null",
        below,
        import.id
    );
    c.execute(give).await?;
    let count = sql!(
        "update product_numbers set last = (select max(product_id) from staged_products
             where import_id = $1 and product_id > $2 and product_id <= $3)
         where retailer_id = $4",
        import.id,
        below,
        ProductId(below.0 + room),
        import.retailer
    );
    c.execute_one(count).await.map(drop)
}

/// The id below the first stretch of so many free ones.
async fn stretch(
    c: &mut Connection,
    retailer: RetailerId,
    import: ProductImport,
    room: i64,
) -> Result<ProductId, Error> {
    let count = sql!(
        "insert into product_numbers (retailer_id, last) values ($1, 0)
         on conflict (retailer_id) do update set last = product_numbers.last returning last",
        retailer
    );
    let last: ProductId = c.fetch_one(count).await?.get("last")?;
    let select = sql!(
        "select id from (
             select id, lead(id) over (order by id) as next_id from (
                 select last as id from product_numbers where retailer_id = $1
                 union select id from products where retailer_id = $2 and id > $3
                 union select product_id from staged_products where import_id = $4 and product_id > $5) used) gaps
         where next_id is null or next_id > id + $6 order by id limit 1",
        retailer,
        retailer,
        last,
        import.id,
        last,
        room
    );
    c.fetch_one(select).await?.get("id")
}
