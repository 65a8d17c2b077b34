//! Products found by a part of their name or by a whole barcode.
//!
//! Promises: both databases find the same, in the order asked for, in a time that does not grow with the catalogue as long
//! as the part has three letters: those are looked up among the trigrams of all names. Where few names fit, all are sorted;
//! where many do, the names are read in their order, and the page is full soon. A shorter part has no trigram: it is looked
//! for in the names of the retailer, which stand in an index.
//! Not here: folding letter case, and making the key of a barcode. Both are the caller's.
//!
//! tidy: the one place for product search

use std::collections::HashMap;

use aisle_model::{Price, ProductId, RetailerId, StoreId, named_enum};

use super::session_list::Direction;
use crate::{Connection, Error, Row, Statement};

/// So many names that fit are sorted; of more, only the page is read.
const MOST_SORTED: usize = 2000;

/// Letters of a trigram.
const LETTERS: usize = 3;

named_enum! {
    /// What is sorted by; ties by id.
    SearchOrder { Name = "name", Id = "id" }
}

/// What is looked for.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the parameters of the contract")]
pub struct Search {
    pub retailer: RetailerId,
    /// A part of the name, folded.
    pub part: String,
    /// The same text as a barcode is compared.
    pub barcode_key: String,
    /// Keeps those that have a price there.
    pub store: Option<StoreId>,
    pub order: SearchOrder,
    pub direction: Direction,
    /// Products in front of the page.
    pub offset: usize,
    /// Products of the page.
    pub count: usize,
}

/// A product as the search shows it.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "as in Product")]
pub struct FoundProduct {
    pub id: ProductId,
    pub name: String,
    pub external_id: Option<String>,
    /// Of the default variant.
    pub thumbnail: Option<String>,
    /// In the store asked for, else the default price.
    pub price: Price,
}

/// A product that fits, before it is known whether it is on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fitting {
    retailer: RetailerId,
    id: ProductId,
    name: String,
    is_sold: bool,
}

/// One page of the living products that fit.
pub async fn search(c: &mut Connection, asked: &Search) -> Result<Vec<FoundProduct>, Error> {
    let is_postgres = c.is_postgres();
    let named = c.fetch_all(named(asked, is_postgres)).await?;
    let coded = c.fetch_optional(coded(asked)).await?;
    let coded = coded.as_ref().map(fitting).transpose()?;
    let ids = if named.len() > MOST_SORTED {
        let rows = c.fetch_all(walk(asked, coded.map(|product| product.id), is_postgres)).await?;
        rows.iter().map(|row| row.get("id")).collect::<Result<Vec<ProductId>, _>>()?
    } else {
        let named = named.iter().map(fitting).collect::<Result<_, _>>()?;
        sorted(asked, named, coded)
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = c.fetch_all(shown(asked, &ids)).await?;
    let found = rows.iter().map(|row| found(asked, row)).collect::<Result<Vec<_>, _>>()?;
    let mut found: HashMap<ProductId, FoundProduct> = found.into_iter().map(|product| (product.id, product)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The page of few.
fn sorted(asked: &Search, mut fitting: Vec<Fitting>, coded: Option<Fitting>) -> Vec<ProductId> {
    fitting.retain(|product| product.retailer == asked.retailer);
    if let Some(coded) = coded.filter(|coded| !fitting.contains(coded)) {
        fitting.push(coded);
    }
    fitting.retain(|product| product.is_sold);
    match asked.order {
        SearchOrder::Name => fitting.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id))),
        SearchOrder::Id => fitting.sort_by_key(|product| product.id),
    }
    if asked.direction == Direction::Descending {
        fitting.reverse();
    }
    fitting.iter().skip(asked.offset).take(asked.count).map(|product| product.id).collect()
}

/// At most one more than can be sorted. Through the trigrams those of all retailers come: counting them bounds the work.
fn named(asked: &Search, is_postgres: bool) -> Statement {
    let mut select = begun(asked);
    if asked.part.chars().count() < LETTERS {
        select.push(" from products p where p.deleted_at is null and p.retailer_id = ").bind(asked.retailer);
        push_has_part(&mut select, asked, is_postgres);
        // The order of the index that has all that is looked at; statistics might speak for another.
        select.push(" order by p.name, p.id");
    } else if is_postgres {
        select.push(" from products p where p.deleted_at is null and p.name_folded like ").bind(like(&asked.part));
        select.push(" escape '\\'");
    } else {
        let phrase = format!("\"{}\"", asked.part.replace('"', "\"\""));
        select.push(" from product_trigrams cross join products p on p.number = product_trigrams.rowid");
        select.push(" where product_trigrams match ").bind(phrase);
    }
    select.push(" limit ").bind(bound(MOST_SORTED + 1));
    select
}

/// The product that has the barcode.
fn coded(asked: &Search) -> Statement {
    let mut select = begun(asked);
    select.push(
        " from product_barcodes b join product_variants v on v.id = b.variant_id
         join products p on p.retailer_id = v.retailer_id and p.id = v.product_id
         where p.deleted_at is null and b.retailer_id = ",
    );
    select.bind(asked.retailer).push(" and b.barcode_key = ").bind(&asked.barcode_key);
    select
}

/// The page of many, in their order.
fn walk(asked: &Search, coded: Option<ProductId>, is_postgres: bool) -> Statement {
    let mut select = Statement::build("select p.id from products p where p.deleted_at is null and p.retailer_id = ");
    select.bind(asked.retailer);
    match coded {
        None => push_has_part(&mut select, asked, is_postgres),
        Some(coded) => {
            select.push(" and (p.id = ").bind(coded).push(" or (true");
            push_has_part(&mut select, asked, is_postgres);
            select.push("))");
        }
    }
    if asked.store.is_some() {
        select.push(" and ");
        push_is_sold(&mut select, asked);
    }
    select.push(match (asked.order, asked.direction) {
        (SearchOrder::Name, Direction::Ascending) => " order by p.name, p.id limit ",
        (SearchOrder::Name, Direction::Descending) => " order by p.name desc, p.id desc limit ",
        (SearchOrder::Id, Direction::Ascending) => " order by p.id limit ",
        (SearchOrder::Id, Direction::Descending) => " order by p.id desc limit ",
    });
    select.bind(bound(asked.count)).push(" offset ").bind(bound(asked.offset));
    select
}

fn begun(asked: &Search) -> Statement {
    let mut select = Statement::build("select p.retailer_id, p.id, p.name, ");
    push_is_sold(&mut select, asked);
    select.push(" as is_sold");
    select
}

/// Not `exists`, for which PostgreSQL may read every price of the store at once.
fn push_is_sold(select: &mut Statement, asked: &Search) {
    let Some(store) = asked.store else {
        select.push("true");
        return;
    };
    select.push(
        "(not p.has_store_prices or (select s.price from store_prices s
             where s.retailer_id = p.retailer_id and s.product_id = p.id and s.store_id = ",
    );
    select.bind(store).push(") is not null)");
}

/// Reads the names themselves. Appending nothing keeps PostgreSQL from the trigrams: it guesses that few names fit, and would
/// sort the many that do.
fn push_has_part(select: &mut Statement, asked: &Search, is_postgres: bool) {
    select.push(if is_postgres { " and p.name_folded || '' like " } else { " and p.name_folded like " });
    select.bind(like(&asked.part)).push(" escape '\\'");
}

fn like(part: &str) -> String {
    let mut pattern = String::from("%");
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

fn shown(asked: &Search, ids: &[ProductId]) -> Statement {
    let mut select = Statement::build(
        "select p.id, p.name, p.external_id, p.price, p.has_store_prices, v.thumbnail, s.price as store_price
         from products p
         join product_variants v on v.retailer_id = p.retailer_id and v.product_id = p.id and v.is_default
         left join store_prices s on s.retailer_id = p.retailer_id and s.product_id = p.id and s.store_id = ",
    );
    select.bind(asked.store).push(" where p.retailer_id = ").bind(asked.retailer);
    select.push(" and p.id in (").bind_list(ids.iter().copied()).push(")");
    select
}

fn fitting(row: &Row) -> Result<Fitting, Error> {
    Ok(Fitting {
        retailer: row.get("retailer_id")?,
        id: row.get("id")?,
        name: row.get("name")?,
        is_sold: row.get("is_sold")?,
    })
}

fn found(asked: &Search, row: &Row) -> Result<FoundProduct, Error> {
    let rules_by_store = asked.store.is_some() && row.get("has_store_prices")?;
    let price = if rules_by_store { "store_price" } else { "price" };
    Ok(FoundProduct {
        id: row.get("id")?,
        name: row.get("name")?,
        external_id: row.get("external_id")?,
        thumbnail: row.get("thumbnail")?,
        price: row.get(price)?,
    })
}

fn bound(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
