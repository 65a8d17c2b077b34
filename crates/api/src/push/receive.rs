//! `POST /api/push/…`: whatever the body says, receiving changes no session, code or order.

use aisle_contract::{Fault, contract};
use aisle_model::webhook::WebhookName;
use aisle_model::{MessageId, StoreId};
use aisle_operations::webhooks::NewInboxEntry;
use aisle_operations::webhooks::inbox::{self, Signed};
use http::StatusCode;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::{Part, Problem};

/// Longest `webhook-id` that is remembered as one; a longer one is no name of a message.
const LONGEST_ID: usize = 255;

/// Keeps a body, good or bad, and answers it. What is no JSON object is not kept.
pub(super) async fn receive(call: Call) -> Result<Answer, Problem> {
    if !call.body_value().is_object() {
        return Err(Problem::Faults(Part::Body, call.faults));
    }
    let webhook = webhook(&call)?;
    let signed = signed(&call);
    let signature = inbox::judge_signature(&call.app, &call.caller, signed, call.raw_body()).await?;
    let body = call.body_value();
    let (status, answer) = if call.faults.is_empty() {
        answer(webhook, body)
    } else {
        (StatusCode::UNPROCESSABLE_ENTITY, Some(refusal(&call.faults)))
    };
    let entry = NewInboxEntry {
        retailer: call.caller.retailer,
        webhook,
        path: call.parts.uri.path().to_owned(),
        message: call.header("webhook-id").filter(|id| id.len() <= LONGEST_ID).map(MessageId::from),
        received_at: call.app.clock.now(),
        session: session(webhook, body),
        store: body.get("storeId").and_then(Value::as_i64).map(StoreId),
        signature: signature.to_owned(),
        headers: Value::Object(headers(&call)).to_string(),
        body: call.raw_body().to_vec(),
        faults: serde_json::to_string(&call.faults).unwrap_or_default(),
        answer_status: i64::from(status.as_u16()),
        answer_body: answer.as_ref().map(Value::to_string),
    };
    inbox::take_in(&call.app, entry).await?;
    if !call.faults.is_empty() {
        return Err(Problem::Faults(Part::Body, call.faults));
    }
    Ok(answer.map_or_else(Answer::no_content, |body| Answer::json(status, &body)))
}

/// `receiveTransitionLeft` takes `transitionLeft`.
fn webhook(call: &Call) -> Result<WebhookName, Problem> {
    let name = call.operation.id.strip_prefix("receive").unwrap_or_default();
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    let name: String = first.into_iter().chain(letters).collect();
    WebhookName::parse(&name).ok_or_else(|| Problem::Internal(format!("no webhook is {name}")))
}

fn signed(call: &Call) -> Option<Signed> {
    let text = |name| call.header(name).unwrap_or_default().to_owned();
    call.header("webhook-signature").map(|signature| Signed {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: signature.to_owned(),
    })
}

fn session(webhook: WebhookName, body: &Value) -> Option<String> {
    let named = body.pointer("/session/sessionId").or_else(|| body.get("sessionId"));
    let named = if webhook == WebhookName::RemoteRegister { body.get("token") } else { named };
    // What no column can keep is not a trip's name either; the body itself is kept as it came.
    named.and_then(Value::as_str).filter(|name| !name.contains('\0')).map(str::to_owned)
}

fn headers(call: &Call) -> Map<String, Value> {
    let shown = call.parts.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "authorization" | "cookie"));
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    shown.map(|(name, value)| (name.to_string(), Value::from(text(value)))).collect()
}

fn refusal(faults: &[Fault]) -> Value {
    json!({"message": "Invalid request body", "type": "E_INVALID_BODY", "errors": faults})
}

/// The sum over the lines of the cart, a decimal string. Lines were judged by the schema before.
fn sum(body: &Value, property: &str) -> String {
    let lines = body.get("cart").and_then(Value::as_array).into_iter().flatten();
    let amounts = lines.filter_map(|line| line.get(property)?.as_str()?.parse::<Decimal>().ok());
    amounts.fold(Decimal::ZERO, Decimal::saturating_add).to_string()
}

/// The lines that were sent, without what an answer may not say of a line. What is left out keeps its value.
fn lines(body: &Value) -> Vec<Value> {
    let lines = body.get("cart").and_then(Value::as_array).into_iter().flatten();
    let lines = lines.filter_map(Value::as_object).map(|line| {
        let mut line = line.clone();
        for fault in contract().check("WebhookAnswerLine", &Value::Object(line.clone())) {
            line.remove(fault.field.trim_matches('"').split(['.', '[']).next().unwrap_or_default());
        }
        Value::Object(line)
    });
    lines.collect()
}

/// What a retailer that agrees to everything would answer.
fn answer(webhook: WebhookName, body: &Value) -> (StatusCode, Option<Value>) {
    let given = |name: &str| body.get(name).cloned().unwrap_or(Value::Null);
    let answer = match webhook {
        WebhookName::TransitionEntered
        | WebhookName::TransitionLeft
        | WebhookName::CheckoutZoneEntered
        | WebhookName::CheckoutZoneLeft
        | WebhookName::CustomerCreated
        | WebhookName::EntryCodeNotify => Value::from("OK"),
        WebhookName::EntryCodeVerify => json!({"status": "OK"}),
        WebhookName::Checkout => json!({"paymentStatus": "paid"}),
        WebhookName::CartMutator => {
            json!({"cart": lines(body), "totalPrice": given("totalPrice"), "totalTax": given("totalTax")})
        }
        WebhookName::EvaluateOrderPrice => {
            json!({"totalPrice": sum(body, "totalPrice"), "totalTax": sum(body, "totalTax")})
        }
        WebhookName::Tracking
        | WebhookName::SuspectedFraud
        | WebhookName::PlanogramError
        | WebhookName::RestrictedProductsInteractions
        | WebhookName::RemoteRegister
        | WebhookName::IdentityMatching
        | WebhookName::Operational => return (StatusCode::NO_CONTENT, None),
    };
    (StatusCode::OK, Some(answer))
}
