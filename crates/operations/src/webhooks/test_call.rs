//! The test call: one sample of the type under a `test_` id, past all queues. It changes nothing but the log.

use aisle_database::rows::attempts::{self as rows, Attempt, NewAttempt};
use aisle_database::rows::stores::{self, Store};
use aisle_database::rows::webhook_secrets;
use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_model::{Moment, StoreId, WebhookId};
use aisle_partners::{AnswerRule, EntryAnswer, EntryRole, KnownCode};
use serde_json::{Value, json};

use super::endpoint::{Endpoint, without_query};
use super::settings::found;
use crate::{App, Caller, Failure, FieldFault, Refusal, notices};

/// Calls a setting with a sample and waits for the outcome; a failing receiver is a good test.
pub async fn test_call(
    app: &App,
    caller: &Caller,
    id: WebhookId,
    variant: Option<String>,
    store: Option<StoreId>,
) -> Result<Attempt, Failure> {
    let (this, retailer) = (app.clone(), caller.retailer);
    let (endpoint, store) = app
        .database
        .read(move |c| {
            Box::pin(async move {
                let setting = found(c, retailer, id).await?;
                let secrets = webhook_secrets::of_settings(c, &[id], this.clock.now()).await?;
                let store = match store {
                    Some(store) => {
                        let found = stores::find(c, retailer, store).await?;
                        Some(found.ok_or_else(|| Refusal::invalid("storeId", "names a store that does not exist"))?)
                    }
                    None => stores::first(c, retailer).await?,
                };
                Ok::<_, Failure>((Endpoint::open(&this.keys, &setting, &secrets)?, store))
            })
        })
        .await?;
    let name = name(endpoint.kind, variant.as_deref())?;
    let now = app.clock.now();
    let body = sample(&endpoint, name, variant.as_deref(), store.as_ref(), now)?;
    let call = call(app, &endpoint, name, body, now).await;
    let change = app.change_once(caller, move |c| {
        let call = call.clone();
        Box::pin(async move {
            let id = rows::insert(c, std::slice::from_ref(&call)).await?.pop();
            let id = id.ok_or_else(|| Failure::broken("an attempt was not written"))?;
            Ok(Attempt { id, call })
        })
    });
    change.await
}

async fn call(app: &App, endpoint: &Endpoint, name: WebhookName, body: Value, now: Moment) -> NewAttempt {
    let message = notices::new_test_message_id(app);
    let rule = if endpoint.kind.asks() { AnswerRule::Question } else { AnswerRule::Notice };
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    let request = endpoint.call(name, &message, bytes.into(), now, rule);
    let url = without_query(&request.url).to_owned();
    let answer = app.outsiders.call(request).await;
    app.measured.note("test", endpoint.id, &answer);
    let use_made = (name == WebhookName::EntryCodeVerify)
        .then(|| EntryAnswer::of_attempt(&answer, KnownCode::Yes(EntryRole::Customer)))
        .map(|answer| would_do(&answer));
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    NewAttempt {
        webhook: endpoint.id,
        delivery: None,
        message,
        name,
        trigger: "test".to_owned(),
        attempt: 1,
        delivered: answer.failure.is_none(),
        url,
        resolved_ip: answer.address.map(|address| address.to_string()),
        http_status: answer.status.map(i64::from),
        error: answer.failure.as_ref().map(|failure| failure.kind.as_str().to_owned()),
        connect_ms: answer.connect_ms.map(whole),
        total_ms: whole(answer.total_ms),
        answer: (!answer.excerpt.is_empty()).then(|| answer.excerpt.clone()),
        answer_use: use_made,
        session: None,
        order: None,
        store: body.get("storeId").and_then(Value::as_i64).map(StoreId),
        created_at: now,
        next_attempt_at: None,
    }
}

fn would_do(answer: &EntryAnswer) -> String {
    match answer {
        EntryAnswer::Accepted { .. } => "the code would be accepted".to_owned(),
        EntryAnswer::Refused { .. } => "the code would be declined".to_owned(),
        EntryAnswer::NoAnswer { why } => {
            format!("no usable answer ({}): code 14, the code stays good", why.as_str())
        }
    }
}

/// Which webhook of the type; a variant that the type has not is a fault.
fn name(kind: WebhookType, variant: Option<&str>) -> Result<WebhookName, Refusal> {
    let is_left = variant == Some("left");
    let allowed: &[&str] = match kind {
        WebhookType::Transitions | WebhookType::CheckoutZone => &["entered", "left"],
        WebhookType::Checkout | WebhookType::CartMutator => &["draft", "completed", "reviewed"],
        _ => &[],
    };
    if variant.is_some_and(|variant| !allowed.contains(&variant)) {
        return Err(Refusal::Invalid(vec![FieldFault {
            field: "variant".to_owned(),
            rule: "any.only",
            text: format!("must be one of [{}]", allowed.join(", ")),
        }]));
    }
    let mut names = WebhookName::ALL.iter().copied().filter(|name| name.setting_type() == kind);
    let first = names.next().ok_or_else(|| Refusal::invalid("variant", "has no sample"))?;
    Ok(if is_left { names.next().unwrap_or(first) } else { first })
}

macro_rules! example {
    ($name:literal) => {
        include_str!(concat!("../../../../contract/examples/", $name, ".json"))
    };
}

const fn example(name: WebhookName) -> Option<&'static str> {
    Some(match name {
        WebhookName::Checkout => example!("checkout"),
        WebhookName::CartMutator => example!("cartMutator"),
        WebhookName::EvaluateOrderPrice => example!("evaluateOrderPrice"),
        WebhookName::EntryCodeVerify => example!("entryCodeVerify"),
        WebhookName::EntryCodeNotify => example!("entryCodeNotify"),
        WebhookName::CustomerCreated => example!("customerCreated"),
        WebhookName::TransitionEntered => example!("transitionEntered"),
        WebhookName::TransitionLeft => example!("transitionLeft"),
        WebhookName::CheckoutZoneEntered => example!("checkoutZoneEntered"),
        WebhookName::CheckoutZoneLeft => example!("checkoutZoneLeft"),
        WebhookName::Tracking => example!("tracking"),
        WebhookName::SuspectedFraud => example!("suspectedFraud"),
        WebhookName::PlanogramError => example!("planogramError"),
        WebhookName::RestrictedProductsInteractions => example!("restrictedProductsInteractions"),
        WebhookName::RemoteRegister => example!("remoteRegister"),
        WebhookName::IdentityMatching => example!("identityMatching"),
        WebhookName::Operational => return None,
    })
}

/// The contract's example with the retailer's store in it.
fn sample(
    endpoint: &Endpoint,
    name: WebhookName,
    variant: Option<&str>,
    store: Option<&Store>,
    now: Moment,
) -> Result<Value, Failure> {
    let Some(text) = example(name) else {
        return Ok(json!({"type": "webhook.recovered", "timestamp": now.to_string(), "data": {
            "webhookId": endpoint.id.0, "type": endpoint.kind.as_str(), "url": without_query(&endpoint.url),
            "failingSince": null, "waiting": 0, "lastStatus": 200, "lastError": null}}));
    };
    let mut body: Value = serde_json::from_str(text).map_err(Failure::broken)?;
    let Value::Object(map) = &mut body else {
        return Err(Failure::broken("an example is no object"));
    };
    if let (Some(store), true) = (store, map.contains_key("storeId")) {
        map.insert("storeId".to_owned(), json!(store.id.0));
        map.insert(
            "store".to_owned(),
            json!({"oasisApiStoreId": store.id.0, "aifiUniqueStoreId": store.unique_store_id}),
        );
        if map.contains_key("storeExternalId") {
            map.insert("storeExternalId".to_owned(), json!(store.third_party_id));
        }
    }
    if let (Some(variant @ ("draft" | "completed" | "reviewed")), true) = (variant, map.contains_key("status")) {
        map.insert("status".to_owned(), json!(variant));
    }
    Ok(body)
}
