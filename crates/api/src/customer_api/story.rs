//! A shopper's way through the app, from registration to a forgotten password, over HTTP.

use aisle_database::testing::{on_both_databases, open_sqlite};
use aisle_operations::App;
use aisle_operations::accounts::mails::send_due;
use aisle_partners::Mailer;
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::testing::{Api, Reply, add_retailer};
use crate::{ApiOptions, router};

const CUSTOMERS: &str = "/api/customer/v2/customers";
const ME: &str = "/api/customer/v2/customers/me";
const SESSIONS: &str = "/api/customer/v2/sessions";
const RESET: &str = "/api/customer/v2/password-reset";

/// A request without a token.
async fn ask(api: &Api, method: &str, uri: &str, body: Value) -> Reply {
    ask_with(api, method, uri, &[], body).await
}

async fn ask_with(api: &Api, method: &str, uri: &str, headers: &[(&str, &str)], body: Value) -> Reply {
    let mut request = Request::builder().method(method).uri(uri).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    api.send(request.body(Body::from(body.to_string())).unwrap()).await
}

fn ada() -> Value {
    json!({"firstName": "Ada", "lastName": "Example", "email": "ada@example.com", "phone": 15_550_100,
        "password": "correct horse", "localeLanguageCode": "en", "role": "employee", "blocked": true})
}

fn login(password: &str) -> Value {
    json!({"email": "ADA@example.com", "password": password})
}

fn token(reply: &Reply) -> String {
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json["accessToken"].as_str().unwrap().to_owned()
}

/// Rule and field of every fault.
fn faults(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 422, "{}", reply.text);
    let faults = reply.json["errors"].as_array().unwrap().iter();
    let mut faults: Vec<String> =
        faults.map(|fault| format!("{} {}", fault["field"], fault["rule"]).replace(['"', '\\'], "")).collect();
    faults.sort();
    faults
}

#[tokio::test]
async fn register_log_in_change_and_log_out() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let made = ask(&api, "POST", CUSTOMERS, ada()).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!((&made.json["role"], &made.json["blocked"]), (&json!("customer"), &json!(false)));
        assert_eq!((&made.json["phone"], &made.json["localeLanguageCode"]), (&json!("15550100"), &json!("en")));
        let again = ask(&api, "POST", CUSTOMERS, ada()).await;
        assert_eq!((again.status, &again.json["message"]), (409, &json!("Customer with this email already exists")));
        let token = token(&ask(&api, "POST", SESSIONS, login("correct horse")).await);
        assert_eq!(api.ask_as(&token, "GET", ME, Value::Null).await.json, made.json);
        let patch = json!({"phone": "+1 555", "taxId": "7", "fullyRegistered": true, "role": "employee"});
        let changed = api.ask_as(&token, "PATCH", ME, patch).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert_eq!((&changed.json["taxId"], &changed.json["role"]), (&json!("7"), &json!("customer")));
        assert_eq!(api.ask_as(&token, "DELETE", SESSIONS, Value::Null).await.status, 204);
        assert_eq!(api.ask_as(&token, "GET", ME, Value::Null).await.status, 401);
        let by_phone = ask(&api, "POST", SESSIONS, json!({"phone": "+1 (555)", "password": "correct horse"})).await;
        assert_eq!(by_phone.status, 201, "{}", by_phone.text);
    })
    .await;
}

#[tokio::test]
async fn a_failed_log_in_is_one_answer_and_too_many_wait() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        ask(&api, "POST", CUSTOMERS, ada()).await;
        let plain = |reply: Reply| {
            let mut json = reply.json;
            json.as_object_mut().unwrap().remove("requestId");
            (reply.status, reply.headers.get("www-authenticate").cloned(), json)
        };
        let wrong = plain(ask(&api, "POST", SESSIONS, login("wrong")).await);
        assert_eq!((wrong.0, &wrong.2), (401, &json!({"type": "E_CUSTOMER_LOGIN_FAIL", "message": "Login failed"})));
        let unknown = json!({"email": "nobody@example.com", "password": "wrong"});
        assert_eq!(plain(ask(&api, "POST", SESSIONS, unknown.clone()).await), wrong);
        for _ in 0..4 {
            assert_eq!(plain(ask(&api, "POST", SESSIONS, unknown.clone()).await), wrong);
        }
        let limited = ask(&api, "POST", SESSIONS, unknown).await;
        assert_eq!((limited.status, &limited.json["type"]), (503, &json!("E_RATE_LIMITED")));
        assert_eq!(limited.headers["retry-after"], "901");
    })
    .await;
}

#[tokio::test]
async fn faults_of_bodies_are_told_all_at_once() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let reserved = ask(&api, "POST", CUSTOMERS, json!({"email": "x@customers.invalid", "password": "short"})).await;
    let missing = ["firstName any.required", "lastName any.required", "phone any.required"];
    let mut all = vec!["email any.invalid", "password string.min"];
    all.extend(missing);
    all.sort_unstable();
    assert_eq!(faults(&reserved), all);
    assert_eq!(faults(&ask(&api, "POST", SESSIONS, json!({"password": "x"})).await), ["email any.required"]);
    let both = json!({"email": "a@example.com", "phone": "1", "password": "x"});
    assert_eq!(faults(&ask(&api, "POST", SESSIONS, both).await), ["phone any.invalid"]);
    ask(&api, "POST", CUSTOMERS, ada()).await;
    let token = token(&ask(&api, "POST", SESSIONS, login("correct horse")).await);
    let change = async |body: Value| faults(&api.ask_as(&token, "PATCH", ME, body).await);
    assert_eq!(change(json!({})).await, ["value any.invalid"]);
    assert_eq!(change(json!({"role": "employee"})).await, ["value object.base"]);
    assert_eq!(change(json!({"password": "long enough"})).await, ["currentPassword any.required"]);
    assert_eq!(change(json!({"currentPassword": "x"})).await, ["password any.required"]);
    let wrong = json!({"currentPassword": "wrong", "password": "long enough"});
    assert_eq!(change(wrong).await, ["currentPassword any.invalid"]);
}

#[tokio::test]
async fn the_retailer_is_known_by_host_header_or_for_being_the_only_one() {
    on_both_databases(async |database| {
        let app_hosts = vec![("other.example".to_owned(), "other".to_owned())];
        let options = ApiOptions { app_hosts, ..ApiOptions::default() };
        let api = Api::with(database, options).await;
        ask(&api, "POST", CUSTOMERS, ada()).await;
        add_retailer(&api.app, "other").await;
        let log_in =
            async |headers: &[(&str, &str)]| ask_with(&api, "POST", SESSIONS, headers, login("correct horse")).await;
        let unsaid = log_in(&[]).await;
        assert_eq!(
            (&unsaid.json["type"], faults(&unsaid)),
            (&json!("E_INVALID_HEADER"), vec!["x-aisle-retailer any.required".to_owned()])
        );
        assert_eq!(faults(&log_in(&[("x-aisle-retailer", "third")]).await), ["x-aisle-retailer any.invalid"]);
        assert_eq!(log_in(&[("x-aisle-retailer", "corner")]).await.status, 201);
        assert_eq!(log_in(&[("x-aisle-retailer", "other")]).await.status, 401);
        assert_eq!(
            log_in(&[("host", "other.example:8080"), ("x-aisle-retailer", "corner")]).await.status,
            401,
            "the host counts"
        );
    })
    .await;
}

#[tokio::test]
async fn registrations_repeat_by_key_and_secrets_are_never_kept() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let key = [("idempotency-key", "k")];
        let made = ask_with(&api, "POST", CUSTOMERS, &key, ada()).await;
        let again = ask_with(&api, "POST", CUSTOMERS, &key, ada()).await;
        assert_eq!((again.status, &again.json), (201, &made.json));
        assert_eq!(again.headers["idempotent-replayed"], "true");
        let first = token(&ask_with(&api, "POST", SESSIONS, &key, login("correct horse")).await);
        let second = token(&ask_with(&api, "POST", SESSIONS, &key, login("correct horse")).await);
        assert_ne!(first, second);
    })
    .await;
}

/// The same face, but mails go to a folder.
fn with_mails(api: Api, folder: &std::path::Path) -> Api {
    let mailer = Mailer::folder(folder);
    let app = App { mailer: Some(mailer), ..api.app.clone() };
    Api { router: router(app.clone(), ApiOptions::default()), app, ..api }
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew() {
    on_both_databases(async |database| {
        let folder = tempfile::tempdir().unwrap();
        let api = Api::over(database).await;
        let nowhere = ask(&api, "POST", RESET, json!({"token": "flow-token", "email": "ada@example.com"})).await;
        assert_eq!((nowhere.status, &nowhere.json["type"]), (503, &json!("E_UNAVAILABLE")));
        let api = with_mails(api, folder.path());
        ask(&api, "POST", CUSTOMERS, ada()).await;
        for (flow, email) in [("other-flow", "nobody@example.com"), ("flow-token", "ada@example.com")] {
            let started = ask(&api, "POST", RESET, json!({"token": flow, "email": email})).await;
            assert_eq!((started.status, &*started.text), (204, ""), "{email}");
        }
        let other = ask(&api, "POST", RESET, json!({"token": "flow-token", "email": "eve@example.com"})).await;
        assert_eq!((other.status, &other.json["message"]), (409, &json!("Password reset token is in use")));
        send_due(&api.app).await.unwrap();
        let mails: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(mails.len(), 1);
        let mail = std::fs::read_to_string(mails[0].as_ref().unwrap().path()).unwrap();
        let is_code = |line: &&str| line.len() == 5 && line.bytes().all(|byte| byte.is_ascii_digit());
        let code: i64 = mail.lines().find(is_code).unwrap().parse().unwrap();
        let verify = |code: Value| {
            ask(&api, "POST", "/api/customer/v2/password-reset/verify", json!({"token": "flow-token", "code": code}))
        };
        assert_eq!(faults(&verify(json!("x")).await), ["code any.invalid"]);
        let verified = verify(json!(code)).await;
        assert_eq!(verified.status, 200, "a number is filled up with zeros: {}", verified.text);
        let finish = json!({"token": verified.json["token"], "password": "another horse"});
        assert_eq!(ask(&api, "PATCH", RESET, finish.clone()).await.status, 204);
        assert_eq!(faults(&ask(&api, "PATCH", RESET, finish).await), ["token any.invalid"]);
        token(&ask(&api, "POST", SESSIONS, login("another horse")).await);
    })
    .await;
}
