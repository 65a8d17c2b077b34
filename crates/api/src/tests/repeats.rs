//! One effect and one answer, however often a request comes.

use aisle_database::testing::{execute, on_both_databases, open_sqlite};
use aisle_model::{CustomerId, Millis};
use axum::body::Body;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::testing::{Api, Reply, add_key};
use aisle_model::access::{ApiKeyKind, Scope};

const APPLICATIONS: &str = "/api/admin/v2/applications";

async fn post(api: &Api, token: &str, key: &str, body: &Value) -> Reply {
    let request = api.request(token, "POST", APPLICATIONS).header("idempotency-key", key);
    api.send(request.body(Body::from(body.to_string())).unwrap()).await
}

fn named(suffix: &str) -> Value {
    json!({"description": "a", "clientIdSuffix": suffix})
}

async fn count(api: &Api) -> usize {
    api.ask("GET", APPLICATIONS, Value::Null).await.json.as_array().unwrap().len()
}

fn is_replayed(reply: &Reply) -> bool {
    reply.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

/// A request that has an effect, and the list that shows it.
struct Repeated<'a> {
    token: &'a str,
    method: &'a str,
    uri: String,
    body: Value,
    listed: String,
    rows: &'a str,
}

impl Repeated<'_> {
    async fn count(&self, api: &Api) -> usize {
        let list = api.ask("GET", &self.listed, Value::Null).await.json;
        list.pointer(self.rows).and_then(Value::as_array).unwrap().len()
    }

    async fn holds(&self, api: &Api) {
        let (what, before) = (&self.uri, self.count(api).await);
        let request = || {
            let request = api.request(self.token, self.method, &self.uri).header("idempotency-key", "k");
            api.send(request.body(Body::from(self.body.to_string())).unwrap())
        };
        let replies = join_all((0..50).map(|_| request())).await;
        let first = &replies[0];
        assert_eq!(first.status, 201, "{what}: {}", first.text);
        assert!(replies.iter().all(|reply| (reply.status, &reply.text) == (201, &first.text)), "{what}");
        assert_eq!(replies.iter().filter(|reply| !is_replayed(reply)).count(), 1, "{what}");
        assert_eq!(self.count(api).await, before + 1, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_equal_requests_at_once_have_one_effect() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let customer = api.ask("POST", "/api/admin/v2/customers", json!({})).await.json["id"].as_i64().unwrap();
        let app = api.app_token(CustomerId(customer)).await;
        let of_customer = format!("/api/admin/v2/customers/{customer}");
        let trips = format!("/api/admin/v2/sessions?count=200&customerId={customer}");
        let product = |barcode: &str| {
            json!({"name": "Tea", "price": 2.15, "barcode": barcode, "weight": 1, "thumbnail": "", "quantity": 1})
        };
        let repeated = |method, uri: &str, body, listed: &str, rows| Repeated {
            token: &api.key,
            method,
            uri: uri.to_owned(),
            body,
            listed: listed.to_owned(),
            rows,
        };
        let (keys, products, customers) = ("/api/admin/v2/api-keys", "/api/admin/v2/products", "/api/admin/v2/customers");
        let cases = [
            repeated("POST", APPLICATIONS, named("one"), APPLICATIONS, ""),
            repeated("POST", keys, json!({"kind": "retailer", "name": "x"}), keys, ""),
            repeated("POST", customers, json!({"email": "a@example.com"}), customers, ""),
            repeated("POST", &format!("{of_customer}/entry-codes"), json!({}), &trips, "/data"),
            repeated("POST", products, product("11"), products, "/products"),
            repeated("PUT", &format!("{products}/77"), product("22"), products, "/products"),
            Repeated { token: &app, ..repeated("POST", "/api/customer/v2/entry-codes", json!({}), &trips, "/data") },
        ];
        for case in cases {
            case.holds(&api).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_first_answer_is_repeated_for_a_day() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let first = post(&api, &api.key, "k", &named("one")).await;
        let again = post(&api, &api.key, "k", &json!({"clientIdSuffix": "one", "description": "a"})).await;
        assert_eq!((again.status, &again.text, is_replayed(&again)), (201, &first.text, true));
        let other = post(&api, &api.key, "k", &named("two")).await;
        assert_eq!((other.status, &other.json["type"]), (409, &json!("E_IDEMPOTENCY_MISMATCH")));
        api.app.clock.advance(Millis(24 * 60 * 60 * 1000 - 1));
        assert_eq!(post(&api, &api.key, "k", &named("one")).await.text, first.text);
        api.app.clock.advance(Millis(2));
        let late = post(&api, &api.key, "k", &named("one")).await;
        assert_eq!((late.status, is_replayed(&late)), (409, false), "the key is free, the suffix is not");
        assert_eq!(count(&api).await, 1);
    })
    .await;
}

#[tokio::test]
async fn refusals_are_repeated_and_what_was_judged_before_is_not_kept() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let refused = post(&api, &api.key, "bad", &json!({})).await;
        let again = post(&api, &api.key, "bad", &json!({})).await;
        assert_eq!((refused.status, again.status), (422, 422));
        assert_eq!((is_replayed(&refused), is_replayed(&again)), (false, true));
        let rightless = add_key(&api.app, api.retailer, ApiKeyKind::Retailer, Vec::new(), None).await;
        for token in ["ais_rk_x", &rightless] {
            let first = post(&api, token, "k", &named("a")).await;
            let second = post(&api, token, "k", &named("a")).await;
            assert!(matches!((first.status, is_replayed(&second)), (401 | 403, false)));
        }
        let long = "k".repeat(256);
        for key in ["", &long] {
            let reply = post(&api, &api.key, key, &named("a")).await;
            assert_eq!((reply.status, &reply.json["type"]), (422, &json!("E_INVALID_HEADER")), "{}", key.len());
        }
        assert_eq!(count(&api).await, 0);
    })
    .await;
}

#[tokio::test]
async fn keys_of_other_credentials_and_paths_are_other_keys() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let second = add_key(&api.app, api.retailer, ApiKeyKind::Retailer, Scope::defaults(false), None).await;
        assert_eq!(post(&api, &api.key, "k", &named("one")).await.status, 201);
        assert_eq!(post(&api, &second, "k", &named("two")).await.status, 201);
        let request = api.request(&api.key, "POST", "/api/admin/v2/api-keys").header("idempotency-key", "k");
        let body = json!({"kind": "retailer", "name": "x"}).to_string();
        assert_eq!(api.send(request.body(Body::from(body)).unwrap()).await.status, 201);
        assert_eq!(count(&api).await, 2);
    })
    .await;
}

/// A client that hangs up leaves a claim that nobody runs; its effect, if it was committed, is told to the repeat.
#[tokio::test]
async fn a_repeat_after_a_hang_up_finds_the_outcome() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        for polls in 1..40 {
            let (suffix, key) = (format!("s{polls}"), format!("k{polls}"));
            let body = named(&suffix);
            let mut first = Box::pin(post(&api, &api.key, &key, &body));
            for _ in 0..polls {
                if futures::poll!(&mut first).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(first);
            let second = post(&api, &api.key, &key, &body).await;
            assert_eq!(second.status, 201, "after {polls} polls: {}", second.text);
            let third = post(&api, &api.key, &key, &body).await;
            assert_eq!(third.text, second.text);
        }
        assert_eq!(count(&api).await, 39);
    })
    .await;
}

#[tokio::test]
async fn a_claim_of_a_process_that_died_is_taken_over() {
    on_both_databases(|database| async move {
        let api = Api::over(database.clone()).await;
        let first = post(&api, &api.key, "k", &named("one")).await;
        let undone = api.app.database.change(|c| {
            Box::pin(execute(
                c,
                aisle_database::sql!("update idempotent_requests set node = 'dead', answer = null, status = null"),
            ))
        });
        undone.await.unwrap();
        let again = post(&api, &api.key, "k", &named("one")).await;
        // The outcome was dropped when the answer was kept, so the change runs again, and is refused by what is there.
        assert_eq!((first.status, again.status), (201, 409), "{}", again.text);
        assert_eq!(count(&api).await, 1);
    })
    .await;
}

#[tokio::test]
async fn answers_are_sealed_and_forgotten() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let made = post(&api, &api.key, "k", &named("one")).await;
    let secret = made.json["clientSecret"].as_str().unwrap().to_owned();
    let rows = fresh.database.read(|c| {
        Box::pin(aisle_database::testing::fetch_all(c, aisle_database::sql!("select answer from idempotent_requests")))
    });
    let rows: Vec<aisle_database::Row> = rows.await.unwrap();
    let kept: Vec<u8> = rows[0].get("answer").unwrap();
    assert!(!kept.windows(secret.len()).any(|window| window == secret.as_bytes()));
    let purge = || aisle_operations::idempotency::purge(&api.app, 100);
    assert_eq!(purge().await.unwrap(), 0);
    api.app.clock.advance(Millis(24 * 60 * 60 * 1000 + 1));
    assert_eq!(purge().await.unwrap(), 1);
}
