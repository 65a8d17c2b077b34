//! Products that the shopper's app looks for, by a part of the name or by a whole barcode.

use aisle_database::rows::product_search::{self, Search};
use aisle_database::rows::session_list::Direction;
use aisle_database::rows::stores;
use aisle_model::product::barcode_key;
use aisle_model::{Currency, StoreId};

use super::fold_name;
use super::judge::currency;
use crate::{App, Caller, Failure};

pub use aisle_database::rows::product_search::{FoundProduct, SearchOrder};

/// What is asked for.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the parameters of the contract")]
pub struct SearchProducts {
    /// As it was typed.
    pub text: String,
    /// Keeps what has a price there, and prices it for it.
    pub store: Option<StoreId>,
    pub order: SearchOrder,
    pub direction: Direction,
    /// Products in front of the page.
    pub offset: usize,
    /// Products of the page.
    pub count: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundProducts {
    /// In the order that was asked for.
    pub products: Vec<FoundProduct>,
    /// Of the prices, when a store was named.
    pub currency: Option<Currency>,
}

/// A page of living products.
pub async fn search(app: &App, caller: &Caller, asked: SearchProducts) -> Result<FoundProducts, Failure> {
    let search = Search {
        retailer: caller.retailer,
        part: fold_name(&asked.text),
        barcode_key: barcode_key(&asked.text),
        store: asked.store,
        order: asked.order,
        direction: asked.direction,
        offset: asked.offset,
        count: asked.count,
    };
    let found = app.database.snapshot(move |c| {
        Box::pin(async move {
            let currency = match search.store {
                Some(id) => match stores::find(c, search.retailer, id).await? {
                    Some(store) => Some(currency(&store.currency)?),
                    // Nothing is sold in a store that is not there.
                    None => return Ok(FoundProducts { products: Vec::new(), currency: None }),
                },
                None => None,
            };
            let products = product_search::search(c, &search).await?;
            Ok(FoundProducts { products, currency })
        })
    });
    found.await
}
