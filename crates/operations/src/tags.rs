//! Radio tags of a store: each names the article it is on.

use std::collections::{HashMap, HashSet};

use aisle_database::rows::epc_tags::{self, Tag};
use aisle_database::{Connection, rows};
use aisle_model::epc::{EpcFault, Sgtin96};
use aisle_model::{Moment, ProductId, RetailerId, StoreId, VariantId};
use serde::{Deserialize, Serialize};

use crate::{App, Caller, Failure, FieldFault, Refusal, stores};

/// Digits of the shortest GTIN, and the zeros before it in one of 14.
const GTIN_8: usize = 8;
const ZEROS_BEFORE_GTIN_8: &str = "000000";

/// What one bad tag means for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BatchStrategy {
    /// Nothing is stored.
    AllOrNothing,
    /// It alone is left out.
    IgnoreErrors,
}

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpsertedTags {
    /// Stored, in the order in which they were first named.
    pub stored: Vec<StoredTag>,
    /// Codes that are none, as sent.
    pub malformed: Vec<String>,
    /// Good codes that no product fits, as sent.
    pub without_product: Vec<String>,
}

/// A stored tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTag {
    /// In lower case.
    pub epc: String,
    /// When it was first stored.
    pub created_at: Moment,
    /// Now.
    pub updated_at: Moment,
}

/// Stores tags; one that is named twice is stored once.
pub async fn upsert(
    app: &App,
    caller: &Caller,
    store: StoreId,
    codes: Vec<String>,
    strategy: BatchStrategy,
) -> Result<UpsertedTags, Failure> {
    let (retailer, now) = (caller.retailer, app.clock.now());
    let upserted = app.change_once(caller, move |c| {
        let codes = codes.clone();
        Box::pin(async move {
            let store = stores::found_in(c, retailer, store).await?;
            let judged = judge(c, retailer, &codes).await?;
            if strategy == BatchStrategy::AllOrNothing {
                refuse_bad(&judged)?;
            }
            keep(c, store.id, &codes, judged, now).await
        })
    });
    upserted.await
}

/// What one code of the batch is.
enum Judged {
    Good(Tag),
    Malformed,
    WithoutProduct,
}

async fn judge(c: &mut Connection, retailer: RetailerId, codes: &[String]) -> Result<Vec<Judged>, Failure> {
    let read: Vec<Result<String, EpcFault>> =
        codes.iter().map(|code| Sgtin96::parse(code).map(|tag| tag.gtin())).collect();
    let gtins: HashSet<&String> = read.iter().flatten().collect();
    let keys: Vec<String> = gtins.iter().flat_map(|gtin| keys_of(gtin)).collect();
    let known = rows::shelf_products::of_barcodes(c, retailer, &keys).await?;
    let known: HashMap<String, (ProductId, VariantId)> =
        known.into_iter().map(|(key, product, variant)| (key, (product, variant))).collect();
    let judged = codes.iter().zip(read).map(|(code, read)| match read {
        Err(EpcFault::Malformed) => Judged::Malformed,
        Err(EpcFault::NoGtin | EpcFault::TooLarge) => Judged::WithoutProduct,
        Ok(gtin) => match keys_of(&gtin).iter().find_map(|key| known.get(key)) {
            Some(&(product, variant)) => Judged::Good(Tag { epc: code.to_ascii_lowercase(), gtin, product, variant }),
            None => Judged::WithoutProduct,
        },
    });
    Ok(judged.collect())
}

/// How barcodes of this GTIN are compared: those of 12 to 14 digits as 14, one of 8 as it is.
fn keys_of(gtin: &str) -> Vec<String> {
    let mut keys = vec![gtin.to_owned()];
    if gtin.starts_with(ZEROS_BEFORE_GTIN_8) {
        keys.push(gtin[gtin.len() - GTIN_8..].to_owned());
    }
    keys
}

/// One fault for each bad tag.
fn refuse_bad(judged: &[Judged]) -> Result<(), Refusal> {
    let mut faults = Vec::new();
    for (place, judged) in judged.iter().enumerate() {
        let (rule, text) = match judged {
            Judged::Good(_) => continue,
            Judged::Malformed => ("string.pattern.base", "is no SGTIN-96"),
            Judged::WithoutProduct => ("any.invalid", "names no product"),
        };
        faults.push(FieldFault { field: format!("tags[{place}].epc.id"), rule, text: text.to_owned() });
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
}

async fn keep(
    c: &mut Connection,
    store: StoreId,
    codes: &[String],
    judged: Vec<Judged>,
    now: Moment,
) -> Result<UpsertedTags, Failure> {
    let mut upserted = UpsertedTags::default();
    let (mut named, mut tags) = (HashSet::new(), Vec::new());
    for (code, judged) in codes.iter().zip(judged) {
        match judged {
            Judged::Malformed => upserted.malformed.push(code.clone()),
            Judged::WithoutProduct => upserted.without_product.push(code.clone()),
            Judged::Good(tag) if named.insert(tag.epc.clone()) => tags.push(tag),
            Judged::Good(_) => {}
        }
    }
    let order: Vec<String> = tags.iter().map(|tag| tag.epc.clone()).collect();
    // Two batches at once lock their common tags in one order.
    tags.sort_by(|one, other| one.epc.cmp(&other.epc));
    let created = epc_tags::save(c, store, &tags, now).await?;
    for epc in order {
        let created_at = created.get(&epc).copied().ok_or_else(|| Failure::broken("a saved tag is gone"))?;
        upserted.stored.push(StoredTag { epc, created_at, updated_at: now });
    }
    Ok(upserted)
}

#[cfg(test)]
mod tests {
    use super::keys_of;

    #[test]
    fn a_gtin_is_found_in_every_length() {
        assert_eq!(keys_of("80614141123458"), ["80614141123458"]);
        assert_eq!(keys_of("00196151660801"), ["00196151660801"]);
        assert_eq!(keys_of("00000040063812"), ["00000040063812", "40063812"]);
    }
}
