//! Bad input to every operation of the document: each parameter and each body is spoilt once, and the fault is named.

use std::collections::BTreeSet;

use aisle_contract::{Operation, TokenKind};
use aisle_database::testing::open_sqlite;
use aisle_model::CustomerId;
use aisle_model::access::{ApiKeyKind, Scope};
use aisle_operations::Caller;
use aisle_operations::customers::{self, NewCustomer};
use axum::body::Body;
use serde_json::{Value, json};

use super::documented::{Documented, document, operations, resolved};
use crate::testing::{Api, Reply, add_key};

/// Operations without a bad input, and those whose own tests spoil theirs. It may only shrink.
const EXCEPTIONS: [&str; 7] = [
    "issueAccessToken",      // a form; tests/token.rs
    "ingestStoreEvents",     // lines; store_events/tests
    "getAppCustomer",        // takes nothing
    "logoutAppCustomer",     // takes nothing
    "refreshAppToken",       // takes nothing
    "listApplications",      // takes nothing
    "listProductCategories", // takes nothing
];

/// A value that the schema of a parameter refuses, if there is one.
fn spoilt(document: &Value, schema: &Value) -> Option<String> {
    let schema = resolved(document, schema);
    if let Some(items) = schema.get("items") {
        return spoilt(document, items);
    }
    if schema.get("enum").is_some() || schema.get("pattern").is_some() || schema.get("format").is_some() {
        return Some("~".to_owned());
    }
    if schema["type"] == "string" {
        return schema["maxLength"].as_u64().map(|most| "x".repeat(usize::try_from(most).unwrap() + 1));
    }
    Some("x~".to_owned())
}

/// Names of the properties that an object must have.
fn required(document: &Value, schema: &Value, names: &mut BTreeSet<String>) {
    let schema = resolved(document, schema);
    let own = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    names.extend(own.map(str::to_owned));
    for part in schema["allOf"].as_array().into_iter().flatten() {
        required(document, part, names);
    }
}

struct World {
    api: Api,
    store: String,
    store_key: String,
    vendor_key: String,
    simulating: String,
    customer: CustomerId,
}

impl World {
    async fn new(api: Api) -> Self {
        let store = api.store().await;
        let key = |kind, scopes, store| add_key(&api.app, api.retailer, kind, scopes, store);
        let customer = customers::create(&api.app, &Caller::nobody(api.retailer), NewCustomer::default()).await;
        let vendor = aisle_operations::access::api_keys::fixed_scopes(ApiKeyKind::Vendor);
        Self {
            store: store.to_string(),
            store_key: api.store_key(store).await,
            vendor_key: key(ApiKeyKind::Vendor, vendor, Some(store)).await,
            simulating: key(ApiKeyKind::Retailer, Scope::defaults(true), None).await,
            customer: customer.unwrap().customer.id,
            api,
        }
    }

    async fn token(&self, operation: &Operation) -> String {
        match operation.token {
            _ if operation.scope.as_deref() == Some("simulation") => self.simulating.clone(),
            TokenKind::Store => self.store_key.clone(),
            TokenKind::Vendor => self.vendor_key.clone(),
            TokenKind::Customer => self.api.app_token(self.customer).await,
            TokenKind::Retailer | TokenKind::None => self.api.key.clone(),
        }
    }

    async fn ask(&self, one: &Documented, uri: &str, header: Option<(&str, &str)>, body: &str) -> Reply {
        let operation = one.operation;
        let mut request = self.api.request(&self.token(operation).await, &operation.method, uri);
        let needed =
            one.needed("header").into_iter().filter(|(name, _)| header.is_none_or(|(given, _)| given != *name));
        for (name, value) in needed {
            request = request.header(name, value);
        }
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        self.api.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Spoils each parameter; answers how many could be.
    async fn parameters(&self, document: &Value, one: &Documented) -> usize {
        let mut spoilt_ones = 0;
        let id = &one.operation.id;
        for parameter in &one.parameters {
            let name = parameter["name"].as_str().unwrap();
            let Some(bad) = spoilt(document, &parameter["schema"]) else { continue };
            let (place, store) = (parameter["in"].as_str().unwrap(), ("storeId", &*self.store));
            let (uri, header, kind) = match place {
                "path" => (one.uri(&[(name, &bad), store]), None, "E_INVALID_PATH"),
                "query" => (format!("{}?{name}={bad}", one.uri(&[store])), None, "E_INVALID_QUERY"),
                _ if ["Accept", "Content-Encoding"].contains(&name) => continue,
                _ => (one.uri(&[store]), Some((name, &*bad)), "E_INVALID_HEADER"),
            };
            let reply = self.ask(one, &uri, header, "{}").await;
            if one.operation.statuses().all(|status| status != 422) {
                assert_eq!((place, reply.status), ("path", 404), "{id} {name}={bad}: {}", reply.text);
                spoilt_ones += 1;
                continue;
            }
            assert_eq!((reply.status, &reply.json["type"]), (422, &json!(kind)), "{id} {name}={bad}: {}", reply.text);
            let told = reply.json["errors"].as_array().unwrap().iter();
            let fields: Vec<&str> = told.filter_map(|fault| fault["field"].as_str()).collect();
            assert!(fields.iter().any(|field| field.contains(name)), "{id} {name}: {fields:?}");
            spoilt_ones += 1;
        }
        spoilt_ones
    }

    /// Sends what is no JSON, what is no object, and an object with nothing in it.
    async fn body(&self, document: &Value, one: &Documented) -> usize {
        let (Some(schema), id) = (&one.body, &one.operation.id) else { return 0 };
        let query: Vec<String> = one.needed("query").iter().map(|(name, value)| format!("{name}={value}")).collect();
        let uri = format!("{}?{}", one.uri(&[("storeId", &*self.store)]), query.join("&"));
        let reply = self.ask(one, &uri, None, "{").await;
        assert_eq!((reply.status, &reply.json["type"]), (400, &json!("E_MALFORMED_BODY")), "{id} {}", reply.text);
        let reply = self.ask(one, &uri, None, "7").await;
        assert_eq!((reply.status, &reply.json["type"]), (422, &json!("E_INVALID_BODY")), "{id} {}", reply.text);
        let mut names = BTreeSet::new();
        required(document, schema, &mut names);
        if !names.is_empty() {
            let reply = self.ask(one, &uri, None, "{}").await;
            assert_eq!(reply.status, 422, "{id} {}", reply.text);
            for name in names {
                let fault = json!({
                    "error": format!("\"{name}\" is required"), "rule": "any.required", "field": format!("\"{name}\""),
                });
                assert!(reply.json["errors"].as_array().unwrap().contains(&fault), "{id} {name}: {}", reply.text);
            }
        }
        3
    }
}

#[tokio::test]
async fn every_operation_refuses_what_is_bad_and_names_it() {
    let fresh = open_sqlite().await;
    let world = World::new(Api::over(fresh.database.clone()).await).await;
    let document = document();
    let mut without = BTreeSet::new();
    for one in operations(&document) {
        let has_own_tests = EXCEPTIONS[..2].contains(&&*one.operation.id);
        if has_own_tests || world.parameters(&document, &one).await + world.body(&document, &one).await == 0 {
            without.insert(one.operation.id.to_string());
        }
    }
    assert_eq!(without, EXCEPTIONS.map(str::to_owned).into(), "exceptions may only shrink");
}
