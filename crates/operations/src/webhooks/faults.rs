//! What no schema can say about a setting. All faults are found at once.

use aisle_database::Connection;
use aisle_database::rows::stores;
use aisle_model::webhook::WebhookType;
use aisle_model::{RetailerId, StoreId};
use aisle_partners::header_is_reserved;
use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::new_key::{ED25519, HMAC};
use super::options::Options;
use super::settings::{NewWebhook, WebhookChange};
use crate::patch::Patch;
use crate::{App, Failure, FieldFault, Refusal};

pub(super) fn of_new(app: &App, new: &NewWebhook) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    url(app, &new.url, &mut faults);
    default(new.kind, new.is_default, &mut faults);
    options(new.kind, &new.options, &mut faults);
    headers(&new.headers, &mut faults);
    authorization(new.authorization.as_deref(), &mut faults);
    if ![HMAC, ED25519].contains(&new.signing.as_str()) {
        faults.push(FieldFault {
            field: "signing".to_owned(),
            rule: "any.only",
            text: format!("must be one of [{HMAC}, {ED25519}]"),
        });
    }
    faults
}

pub(super) fn of_change(app: &App, kind: WebhookType, change: &WebhookChange) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    if let Some(address) = &change.url {
        url(app, address, &mut faults);
    }
    default(kind, change.is_default == Some(true), &mut faults);
    if let Some(given) = &change.options {
        options(kind, given, &mut faults);
    }
    if let Some(given) = &change.headers {
        headers(given, &mut faults);
    }
    if let Patch::Set(token) = &change.authorization {
        authorization(Some(token), &mut faults);
    }
    faults
}

fn url(app: &App, url: &str, faults: &mut Vec<FieldFault>) {
    if let Err(fault) = app.outsiders.check(url) {
        faults.push(FieldFault::invalid("url", fault.to_string()));
    }
}

fn default(kind: WebhookType, is_default: bool, faults: &mut Vec<FieldFault>) {
    if is_default && kind != WebhookType::Checkout {
        faults.push(FieldFault::invalid("isDefault", "is only for checkout"));
    }
}

fn options(kind: WebhookType, given: &Map<String, Value>, faults: &mut Vec<FieldFault>) {
    if let Err(found) = Options::for_type(kind, given) {
        faults.extend(found);
    }
}

fn headers(given: &Map<String, Value>, faults: &mut Vec<FieldFault>) {
    for (name, value) in given {
        let field = format!("headers.{name}");
        let reserved = HeaderName::from_bytes(name.as_bytes())
            .map_or(true, |name| header_is_reserved(&name) || name.as_str().starts_with("accept"));
        let is_text = value.as_str().is_some_and(|text| HeaderValue::from_str(text).is_ok());
        if reserved {
            faults.push(FieldFault::invalid(field, "is a header of the server's own"));
        } else if !is_text {
            faults.push(FieldFault::invalid(field, "contains a character that a header may not have"));
        }
    }
}

fn authorization(token: Option<&str>, faults: &mut Vec<FieldFault>) {
    if token.is_some_and(|token| HeaderValue::from_str(token).is_err()) {
        let text = "contains a character that a header may not have";
        faults.push(FieldFault::invalid("authorization", text));
    }
}

/// Stores that the retailer does not have.
pub(super) async fn refuse_unknown_stores(
    c: &mut Connection,
    retailer: RetailerId,
    ids: &[StoreId],
) -> Result<(), Failure> {
    let mut faults = Vec::new();
    for (place, id) in ids.iter().enumerate() {
        if stores::find(c, retailer, *id).await?.is_none() {
            let field = format!("storeIds[{place}]");
            faults.push(FieldFault::invalid(field, "names a store that does not exist"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults).into()) }
}
