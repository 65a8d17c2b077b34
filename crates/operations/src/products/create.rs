//! A new product under an id of ours.

use aisle_database::Connection;
use aisle_database::rows::products::{self, Product};
use aisle_model::{Moment, RetailerId};

use super::input::NewProduct;
use super::judge::{Judged, external_id_taken, judged};
use super::read::WholeProduct;
use super::write::furnish;
use crate::{App, Caller, Failure, Refusal};

/// How often an id of ours may turn out to have been chosen by somebody at the same moment.
const TRIES: usize = 8;

/// Largest id that every client can hold.
const LAST_ID: i64 = (1 << 53) - 1;

/// Makes a product with its default variant and barcode.
pub async fn create(app: &App, caller: &Caller, new: NewProduct) -> Result<WholeProduct, Failure> {
    let faults = new.faults();
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let (retailer, now) = (caller.retailer, app.clock.now());
    let made = app.change_once(caller, move |c| {
        let new = new.clone();
        Box::pin(async move {
            let judged = judged(c, retailer, &new, None).await?;
            for _ in 0..TRIES {
                if let Some(product) = insert(c, retailer, &judged, now).await? {
                    return furnish(c, retailer, product, &judged, now).await;
                }
                if let Some(external_id) = &judged.text.external_id
                    && products::lock_by_external_id(c, retailer, external_id).await?.is_some()
                {
                    return Err(external_id_taken());
                }
            }
            Err(Failure::Busy("ids of products are taken faster than they are made".to_owned()))
        })
    });
    made.await
}

/// Adds the product itself under a new id. `None` when the id or the external id was taken at the same moment.
pub(super) async fn insert(
    c: &mut Connection,
    retailer: RetailerId,
    judged: &Judged,
    now: Moment,
) -> Result<Option<Product>, Failure> {
    let id = products::next_id(c, retailer).await?;
    if id.0 > LAST_ID {
        return Err(Failure::broken("there are no more ids for products of this retailer"));
    }
    Ok(products::insert(c, retailer, id, &judged.text, now).await?)
}
