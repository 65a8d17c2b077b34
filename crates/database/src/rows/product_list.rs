//! The list of products: filters, sort orders, pages by number.

use aisle_model::{Price, ProductId, RetailerId, named_enum};

use super::products::{Product, product};
use super::ranges::{self, Condition, Texts};
use super::session_list::Direction;
use super::window::Window;
use crate::{Connection, Error, Statement, sql};

named_enum! {
    /// What the list is sorted by; ties by id.
    ProductOrder {
        CreatedAt = "createdAt", Name = "name", Price = "price", Quantity = "quantity", Id = "id",
    }
}

/// What the list keeps; all conditions must hold, and of a list any value. An empty list keeps everything.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the parameters of the list")]
pub struct ProductFilter {
    pub ids: Vec<ProductId>,
    /// Folded.
    pub names: Vec<String>,
    /// As they are compared.
    pub barcode_keys: Vec<String>,
    pub external_ids: Vec<String>,
    pub categories: Vec<String>,
    pub skus: Vec<String>,
    pub invalid_thumbnail: Option<bool>,
    pub min_price: Option<Price>,
    pub max_price: Option<Price>,
    pub min_quantity: Option<i64>,
    pub max_quantity: Option<i64>,
    pub created_at: Window,
    pub updated_at: Window,
}

impl ProductOrder {
    /// Each order has an index that runs both ways.
    const fn sorted(self, direction: Direction) -> &'static str {
        let is_up = matches!(direction, Direction::Ascending);
        match self {
            Self::Id if is_up => " order by id limit ",
            Self::Id => " order by id desc limit ",
            Self::CreatedAt if is_up => " order by created_at, id limit ",
            Self::CreatedAt => " order by created_at desc, id desc limit ",
            Self::Name if is_up => " order by name, id limit ",
            Self::Name => " order by name desc, id desc limit ",
            Self::Price if is_up => " order by price, id limit ",
            Self::Price => " order by price desc, id desc limit ",
            Self::Quantity if is_up => " order by quantity, id limit ",
            Self::Quantity => " order by quantity desc, id desc limit ",
        }
    }
}

/// One page of living products.
pub async fn slice(
    c: &mut Connection,
    retailer: RetailerId,
    filter: &ProductFilter,
    order: ProductOrder,
    direction: Direction,
    offset: i64,
    count: i64,
) -> Result<Vec<Product>, Error> {
    let mut select = Statement::build("select * from products where deleted_at is null and retailer_id = ");
    select.bind(retailer);
    push_lists(&mut select, retailer, filter);
    push_ranges(c, &mut select, retailer, filter).await?;
    select.push(order.sorted(direction)).bind(count);
    select.push(" offset ").bind(offset);
    c.fetch_all(&mut select).await?.iter().map(product).collect()
}

/// So many living products behind an id, by id.
pub async fn after(c: &mut Connection, retailer: RetailerId, id: ProductId, count: i64) -> Result<Vec<Product>, Error> {
    let select = sql!(
        "select * from products where retailer_id = $1 and id > $2 and deleted_at is null order by id limit $3",
        retailer,
        id,
        count
    );
    c.fetch_all(select).await?.iter().map(product).collect()
}

fn push_lists(select: &mut Statement, retailer: RetailerId, filter: &ProductFilter) {
    if !filter.ids.is_empty() {
        select.push(" and id in (");
        select.bind_list(filter.ids.iter().copied()).push(")");
    }
    let texts = [
        (" and name_folded in (", &filter.names),
        (" and external_id in (", &filter.external_ids),
        (" and category in (", &filter.categories),
        (" and sku in (", &filter.skus),
    ];
    for (condition, values) in texts {
        if !values.is_empty() {
            select.push(condition).bind_list(values).push(")");
        }
    }
    if !filter.barcode_keys.is_empty() {
        select.push(
            " and id in (select v.product_id from product_barcodes b join product_variants v on v.id = b.variant_id
                         where b.retailer_id = ",
        );
        select.bind(retailer).push(" and b.barcode_key in (");
        select.bind_list(&filter.barcode_keys).push("))");
    }
}

async fn push_ranges(
    c: &mut Connection,
    select: &mut Statement,
    retailer: RetailerId,
    filter: &ProductFilter,
) -> Result<(), Error> {
    if let Some(is_invalid) = filter.invalid_thumbnail {
        // Bad pictures are few: they are looked up, or left out.
        select.push(if is_invalid { " and id in (" } else { " and id not in (" });
        select
            .push("select product_id from product_variants where invalid_thumbnail and is_default and retailer_id = ");
        select.bind(retailer).push(")");
    }
    let texts = Texts {
        one: "select 1 from products where deleted_at is null and retailer_id = ",
        chosen: " and id in (select id from products where deleted_at is null and retailer_id = ",
    };
    let (least, most) = (filter.min_price.map(|price| price.0), filter.max_price.map(|price| price.0));
    let conditions = vec![
        Condition::range((" and price >= ", least), (" and price <= ", most)),
        Condition::range((" and quantity >= ", filter.min_quantity), (" and quantity <= ", filter.max_quantity)),
        filter.created_at.condition(" and created_at >= ", " and created_at < "),
        filter.updated_at.condition(" and updated_at >= ", " and updated_at < "),
    ];
    ranges::push(c, select, &texts, retailer, conditions).await
}
