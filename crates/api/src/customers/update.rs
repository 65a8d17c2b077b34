//! `PATCH /api/admin/v2/customers/{customerId}`

use aisle_contract::Fault;
use aisle_model::store::{PaymentProvider, Role};
use aisle_operations::customers::{self, CardChange, CustomerPatch, Hidden, NewCard, Password};
use aisle_operations::patch::Patch;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::face::CustomerFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Body {
    email: Patch<String>,
    password: Option<String>,
    current_password: Option<String>,
    external_id: Patch<String>,
    first_name: Patch<String>,
    last_name: Patch<String>,
    phone: Patch<String>,
    role: Option<Role>,
    priority: Option<i64>,
    metadata: Patch<Map<String, Value>>,
    blocked: Option<bool>,
    card: Patch<Instrument>,
    card_type: Option<PaymentProvider>,
    card_token: Patch<String>,
}

/// A card as callers describe one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Instrument {
    provider: PaymentProvider,
    card_token: String,
    underlying_payment_provider: Option<String>,
    card_id: Option<String>,
    #[serde(default)]
    card_brand: String,
    bin: Option<String>,
    last4: Option<String>,
    exp_date: Option<String>,
}

impl From<Instrument> for NewCard {
    fn from(card: Instrument) -> Self {
        Self {
            provider: card.provider,
            token: card.card_token,
            underlying_provider: card.underlying_payment_provider,
            card_id: card.card_id,
            brand: card.card_brand,
            bin: card.bin,
            last4: card.last4,
            expires: card.exp_date,
        }
    }
}

/// `card` wins over the two deprecated fields.
fn card_change(card: Patch<Instrument>, token: Patch<String>, provider: Option<PaymentProvider>) -> CardChange {
    match (card, token) {
        (Patch::Set(card), _) => CardChange::SetDefault(card.into()),
        (Patch::Clear, _) | (Patch::Keep, Patch::Clear) => CardChange::RemoveAll,
        (Patch::Keep, Patch::Set(token)) => {
            let provider = provider.unwrap_or(PaymentProvider::None);
            CardChange::SetDefaultToken(provider, Hidden(token))
        }
        (Patch::Keep, Patch::Keep) => CardChange::Leave,
    }
}

impl From<Body> for CustomerPatch {
    fn from(body: Body) -> Self {
        Self {
            email: body.email,
            password: body.password.as_deref().map(Password::new),
            current_password: body.current_password.as_deref().map(Password::new),
            external_id: body.external_id,
            first_name: body.first_name,
            last_name: body.last_name,
            phone: body.phone,
            role: body.role,
            priority: body.priority,
            metadata: body.metadata,
            blocked: body.blocked,
            cards: card_change(body.card, body.card_token, body.card_type),
        }
    }
}

/// The current password alone says nothing.
pub(super) fn limits(body: &Value) -> Vec<Fault> {
    let mut faults = super::limits(body);
    if body.get("currentPassword").is_some() && body.get("password").is_none() {
        faults.push(Fault::required("password"));
    }
    faults
}

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let id = call.path("customerId")?;
    let body: Body = call.body()?;
    let patch: CustomerPatch = body.into();
    let ends_log_ins = patch.password.is_some();
    let changed = customers::update(&call.app, &call.caller, id, patch).await?;
    if ends_log_ins {
        call.tokens.forget();
    }
    Ok(Answer::ok(&CustomerFace::of(&changed, call.sees_personal_data())))
}
