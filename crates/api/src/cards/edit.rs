//! `PATCH …/{customerId}/card-token`, `PATCH …/{customerId}/card/{id}/default`, `DELETE …/{customerId}/card/{id}`

use aisle_model::store::PaymentProvider;
use aisle_operations::cards;
use aisle_operations::customers::{self, CardChange, CustomerPatch, CustomerWithCards, Hidden};
use serde::Deserialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::customers::CustomerFace;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    provider: PaymentProvider,
    card_token: String,
}

pub(crate) async fn set_token(call: Call) -> Result<Answer, Problem> {
    let said: Token = call.body()?;
    let patch = CustomerPatch {
        cards: CardChange::SetDefaultToken(said.provider, Hidden(said.card_token)),
        ..CustomerPatch::default()
    };
    let changed = customers::update(&call.app, &call.caller, call.path("customerId")?, patch).await?;
    Ok(shown(&call, &changed))
}

pub(crate) async fn make_default(call: Call) -> Result<Answer, Problem> {
    let (customer, id) = (call.path("customerId")?, call.path("id")?);
    let changed = cards::make_default(&call.app, &call.caller, customer, id).await?;
    Ok(shown(&call, &changed))
}

pub(crate) async fn remove(call: Call) -> Result<Answer, Problem> {
    let (customer, id) = (call.path("customerId")?, call.path("id")?);
    cards::remove(&call.app, &call.caller, customer, id).await?;
    Ok(Answer::no_content())
}

fn shown(call: &Call, customer: &CustomerWithCards) -> Answer {
    Answer::ok(&CustomerFace::of(customer, call.sees_personal_data()))
}
