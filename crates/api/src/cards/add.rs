//! `POST /api/admin/v2/customers/{customerId}/card`

use aisle_model::CardId;
use aisle_operations::cards;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::Call;
use crate::customers::Instrument;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(flatten)]
    card: Instrument,
    default_card: Said,
}

/// A string by the documented API, a boolean by its clients.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Flag(bool),
    Word(String),
}

#[derive(Serialize)]
struct Face {
    id: CardId,
}

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let customer = call.path("customerId")?;
    let body: Body = call.body()?;
    let as_default = match body.default_card {
        Said::Flag(flag) => flag,
        Said::Word(word) => word == "true",
    };
    let added = cards::add(&call.app, &call.caller, customer, body.card.into(), as_default).await?;
    let face = Face { id: added.id };
    Ok(if added.is_new { Answer::created(&face) } else { Answer::ok(&face) })
}
