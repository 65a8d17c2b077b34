//! A product made or replaced whole, found by its id or by the retailer's own. Of two at once, one makes and the other
//! replaces.

use aisle_database::Connection;
use aisle_database::rows::products;
use aisle_model::{Moment, ProductId, RetailerId};
use serde::{Deserialize, Serialize};

use super::create::insert;
use super::input::NewProduct;
use super::judge::{external_id_taken, judged, taken};
use super::read::WholeProduct;
use super::replace::replace;
use super::write::furnish;
use crate::{App, Caller, Failure, FieldFault, Refusal};

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Upserted {
    /// As it is now.
    pub product: WholeProduct,
    /// Whether there was none before.
    pub is_new: bool,
}

/// How often a product may come and go while we look for it.
const TRIES: usize = 8;

/// Makes or replaces the product with this id.
pub async fn upsert(app: &App, caller: &Caller, id: ProductId, new: NewProduct) -> Result<Upserted, Failure> {
    refuse(new.faults())?;
    let (retailer, now) = (caller.retailer, app.clock.now());
    let done = app.change_once(caller, move |c| {
        let new = new.clone();
        Box::pin(async move { put(c, retailer, id, &new, now).await })
    });
    done.await
}

/// Makes or replaces the product with the external id that the body says.
pub async fn upsert_by_external_id(app: &App, caller: &Caller, new: NewProduct) -> Result<Upserted, Failure> {
    let mut faults = new.faults();
    let external_id = new.external_id.clone().unwrap_or_default();
    if external_id.is_empty() {
        faults.push(FieldFault {
            field: "externalId".to_owned(),
            rule: "any.required",
            text: "is required".to_owned(),
        });
    }
    refuse(faults)?;
    let (retailer, now) = (caller.retailer, app.clock.now());
    let done = app.change_once(caller, move |c| {
        let (new, external_id) = (new.clone(), external_id.clone());
        Box::pin(async move {
            for _ in 0..TRIES {
                if let Some(before) = products::lock_by_external_id(c, retailer, &external_id).await? {
                    let judged = judged(c, retailer, &new, Some(&before)).await?;
                    return replaced(replace(c, retailer, before, &judged, now).await?);
                }
                let judged = judged(c, retailer, &new, None).await?;
                if let Some(product) = insert(c, retailer, &judged, now).await? {
                    return made(furnish(c, retailer, product, &judged, now).await?);
                }
            }
            Err(Failure::Busy("this product comes and goes".to_owned()))
        })
    });
    done.await
}

async fn put(
    c: &mut Connection,
    retailer: RetailerId,
    id: ProductId,
    new: &NewProduct,
    now: Moment,
) -> Result<Upserted, Failure> {
    if let Some(before) = products::lock(c, retailer, id).await? {
        let judged = judged(c, retailer, new, Some(&before)).await?;
        return replaced(replace(c, retailer, before, &judged, now).await?);
    }
    let judged = judged(c, retailer, new, None).await?;
    let mut product = products::insert(c, retailer, id, &judged.text, now).await?;
    if product.is_none() {
        let revived = products::revive(c, retailer, id, &judged.text, now).await;
        product = revived.map_err(taken)?;
    }
    match product {
        Some(product) => made(furnish(c, retailer, product, &judged, now).await?),
        None => put_over(c, retailer, id, new, now).await,
    }
}

/// The id was free a moment ago. Either somebody has made it, or it is the external id that is taken.
async fn put_over(
    c: &mut Connection,
    retailer: RetailerId,
    id: ProductId,
    new: &NewProduct,
    now: Moment,
) -> Result<Upserted, Failure> {
    let before = products::lock(c, retailer, id).await?.ok_or_else(external_id_taken)?;
    let judged = judged(c, retailer, new, Some(&before)).await?;
    replaced(replace(c, retailer, before, &judged, now).await?)
}

#[expect(clippy::unnecessary_wraps, reason = "the end of a change")]
fn made(product: WholeProduct) -> Result<Upserted, Failure> {
    Ok(Upserted { product, is_new: true })
}

#[expect(clippy::unnecessary_wraps, reason = "the end of a change")]
fn replaced(product: WholeProduct) -> Result<Upserted, Failure> {
    Ok(Upserted { product, is_new: false })
}

fn refuse(faults: Vec<FieldFault>) -> Result<(), Failure> {
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults).into()) }
}
