//! Radio tags of a store.

use aisle_model::StoreId;
use aisle_operations::tags::{self, BatchStrategy, StoredTag, UpsertedTags};
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;
use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[route!("upsertTags", upsert)];

#[derive(Deserialize)]
struct Headers {
    #[serde(rename = "x-batch-strategy")]
    strategy: BatchStrategy,
}

#[derive(Deserialize)]
struct Body {
    tags: Vec<BodyTag>,
}

#[derive(Deserialize)]
struct BodyTag {
    epc: Epc<String>,
}

#[derive(Deserialize, Serialize)]
struct Epc<T> {
    id: T,
}

#[derive(Serialize)]
struct ResultFace<'a> {
    success: Vec<TagFace<'a>>,
    errors: ErrorsFace<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TagFace<'a> {
    epc: Epc<&'a str>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorsFace<'a> {
    invalid_tags: &'a [String],
    tags_missing_product: &'a [String],
}

impl<'a> ResultFace<'a> {
    fn of(upserted: &'a UpsertedTags) -> Self {
        let face = |tag: &'a StoredTag| TagFace {
            epc: Epc { id: tag.epc.as_str() },
            created_at: tag.created_at.to_string(),
            updated_at: tag.updated_at.to_string(),
        };
        Self {
            success: upserted.stored.iter().map(face).collect(),
            errors: ErrorsFace { invalid_tags: &upserted.malformed, tags_missing_product: &upserted.without_product },
        }
    }
}

/// `PUT /api/admin/v2/stores/{storeId}/tags`
async fn upsert(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let Headers { strategy } = call.documented_headers()?;
    let body: Body = call.body()?;
    let codes = body.tags.into_iter().map(|tag| tag.epc.id).collect();
    let upserted = tags::upsert(&call.app, &call.caller, store, codes, strategy).await?;
    Ok(Answer::ok(&ResultFace::of(&upserted)))
}

#[cfg(test)]
mod tests;
