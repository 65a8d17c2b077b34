//! What is personal or secret is in no log, however much is logged and whatever goes wrong.

use std::fs::File;

use serde_json::{Value, json};

use crate::common::{Keys, Place, Rows, Server, eventually};
use crate::sink::Sink;

/// Everything that our own crates say, and what libraries warn of.
const FILTER: &str = "warn,aisle=trace";
const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";
const CUSTOMERS: &str = "/api/admin/v2/customers";
const WEBHOOKS: &str = "/api/admin/v2/webhooks";

/// Whatever is seeded has this in it.
const NEEDLE: &str = "needle";
const PHONE: &str = "+1555017732199";

#[tokio::test(flavor = "multi_thread")]
async fn no_log_tells_who_somebody_is_or_what_opens_a_door_on_the_embedded_database() {
    keeps_secrets(Place::new(Rows::Embedded), "text").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_log_tells_who_somebody_is_or_what_opens_a_door_on_postgresql() {
    keeps_secrets(Place::new(Rows::postgres().await), "json").await;
}

async fn keeps_secrets(place: Place, format: &str) {
    let keys = place.init();
    let log = place.folder.path().join("log");
    let server = place.serve_logging(FILTER, format, File::create(&log).unwrap());
    let (receiver, sink) = Sink::start(3).await;
    let run = Run { keys: &keys, server: &server };
    let mut secrets = run.good(&receiver);
    run.failing();
    secrets.extend(run.of_the_store());
    eventually("notices arriving and failing", || async {
        let arrived = sink.arrivals().len();
        if arrived >= 3 { Ok(()) } else { Err(format!("{arrived} came")) }
    })
    .await;
    assert_eq!(server.stop(), Some(0));
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("turned away") || log.lines().count() > 3, "nothing was logged: {log}");
    for key in ["apiKey", "storeToken", "clientSecret", "consolePassword"] {
        secrets.push(keys.text(key).to_owned());
    }
    let master = std::fs::read_to_string(place.folder.path().join("data").join("aisle.key")).unwrap();
    secrets.extend([NEEDLE.to_owned(), PHONE.to_owned(), PHONE[1..].to_owned(), master.trim().to_owned()]);
    for secret in &secrets {
        let told = log.lines().find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
        assert_eq!(told, None, "{secret}");
    }
}

struct Run<'r> {
    keys: &'r Keys,
    server: &'r Server,
}

impl Run<'_> {
    fn say(&self, method: &str, path: &str, body: &Value, expected: u16) -> Value {
        self.raw(method, path, self.keys.text("apiKey"), JSON, &body.to_string(), expected)
    }

    fn raw(&self, method: &str, path: &str, token: &str, kind: &str, body: &str, expected: u16) -> Value {
        let (status, answer) = self.server.ask(method, path, token, kind, body);
        assert_eq!(status, expected, "{method} {path} {body}: {answer}");
        let text = answer.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Requests that succeed; answers the secrets that came of them.
    fn good(&self, receiver: &str) -> Vec<String> {
        for (kind, url) in [
            ("customerCreated", format!("{receiver}/hook?secret=needle-query")),
            ("entryCodeNotify", format!("{receiver}/notify?secret=needle-query")),
            ("transitions", "https://unreachable.invalid/hook?secret=needle-query".to_owned()),
            ("externalEntry", "http://127.0.0.1:9/verify?secret=needle-query".to_owned()),
        ] {
            let headers = json!({"x-needle": "needle-header"});
            self.say(
                "POST",
                WEBHOOKS,
                &json!({"type": kind, "url": url, "authorization": "needle-hook", "headers": headers}),
                201,
            );
        }
        let person = json!({
            "email": "needle@example.org", "externalId": "needle-external", "firstName": "Needlefirst",
            "lastName": "Needlelast", "phone": PHONE, "metadata": {"diet": "needle-meta"}, "password": "needle-password",
        });
        let id = self.say("POST", CUSTOMERS, &person, 201)["id"].clone();
        let one = format!("{CUSTOMERS}/{id}");
        let card =
            json!({"provider": "ADYEN", "cardToken": "needle-card", "cardId": "needle-card-id", "last4": "4242"});
        self.say("PATCH", &one, &json!({"firstName": "Needlesecond", "card": card}), 200);
        self.say("GET", &one, &Value::Null, 200);
        self.say("GET", &format!("{CUSTOMERS}?email=needle%40example.org"), &Value::Null, 200);
        self.say("GET", &format!("{one}/export"), &Value::Null, 200);
        let code = self.say("POST", &format!("{one}/entry-codes"), &json!({"metadata": {"note": "needle-note"}}), 201);
        let code = code["code"].as_str().unwrap().to_owned();
        let verify = format!(
            "/api/admin/v2/stores/{}/check-in/{}/entry-codes/verify",
            self.keys.number("storeId"),
            self.keys.number("checkInDeviceId")
        );
        let verdict = self.say("POST", &verify, &json!({"verificationCode": code}), 200);
        assert_eq!(verdict["reason"]["code"], 14, "the retailer could not be asked: {verdict}");
        self.say("POST", &verify, &json!({"verificationCode": "needle-unknown"}), 200);
        let key = self.say("POST", "/api/admin/v2/api-keys", &json!({"kind": "retailer", "name": "till"}), 201);
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            self.keys.text("clientId"),
            self.keys.text("clientSecret")
        );
        let realm = "/realms/aisle/protocol/openid-connect/token";
        let token = self.raw("POST", realm, "", "application/x-www-form-urlencoded", &form, 200);
        let other = self.say("POST", CUSTOMERS, &json!({"email": "needle-gone@example.org"}), 201)["id"].clone();
        self.say("DELETE", &format!("{CUSTOMERS}/{other}"), &Value::Null, 204);
        let secret = |value: &Value| value.as_str().unwrap().to_owned();
        vec![code, secret(&key["key"]), secret(&token["access_token"])]
    }

    /// Requests that fail in every documented way.
    fn failing(&self) {
        let own = self.keys.text("apiKey");
        let taken = json!({"email": "needle@example.org"});
        self.say("POST", CUSTOMERS, &taken, 409);
        self.say("POST", CUSTOMERS, &json!({"externalId": "needle-external"}), 409);
        self.say(
            "POST",
            CUSTOMERS,
            &json!({"email": "needle@@", "firstName": ["needle"], "phone": {"needle": 1}}),
            422,
        );
        self.say("POST", CUSTOMERS, &json!({"firstName": "needle\u{0}"}), 422);
        self.say("GET", &format!("{CUSTOMERS}/needle"), &Value::Null, 422);
        self.say("GET", &format!("{CUSTOMERS}?maxCreatedAt=needle&count=needle"), &Value::Null, 422);
        self.say("GET", "/api/admin/v2/needle", &Value::Null, 404);
        self.say("BREW", CUSTOMERS, &json!({"email": "needle@example.org"}), 405);
        self.raw("POST", CUSTOMERS, own, JSON, "{\"email\": \"needle@example.org\",, }", 400);
        self.raw("POST", CUSTOMERS, own, "text/needle", "email=needle@example.org", 415);
        self.raw("POST", CUSTOMERS, own, JSON, &json!({"firstName": "needle".repeat(200_000)}).to_string(), 413);
        self.raw("POST", CUSTOMERS, "ais_rk_needle", JSON, &taken.to_string(), 401);
        self.raw("POST", CUSTOMERS, self.keys.text("storeToken"), JSON, &taken.to_string(), 403);
        let form = "grant_type=client_credentials&client_id=needle&client_secret=needle";
        let realm = "/realms/aisle/protocol/openid-connect/token";
        self.raw("POST", realm, "", "application/x-www-form-urlencoded", form, 401);
        self.raw("POST", "/realms/needle/protocol/openid-connect/token", "", JSON, "{}", 404);
        self.say("POST", WEBHOOKS, &json!({"type": "needle", "url": "ftp://needle"}), 422);
    }

    /// What a store says, good and bad; answers the code that was scanned.
    fn of_the_store(&self) -> Vec<String> {
        let store = format!("/api/store/v1/stores/{}", self.keys.number("storeId"));
        let at = now();
        let scan = json!({
            "eventId": "00000000-0000-7000-8000-000000000001", "at": at, "source": "reader", "kind": "code.scanned",
            "checkInDeviceId": self.keys.number("checkInDeviceId"), "code": "scanned-code-77321", "medium": "qr",
        });
        let person = json!({
            "eventId": "00000000-0000-7000-8000-000000000002", "at": at, "source": "vision", "kind": "positions",
            "people": [{"trackId": "a", "x": 1, "y": 1, "faces": [{"note": "needle"}], "name": "needle"}],
        });
        let lines = format!("{scan}\n{person}\n{{\"needle\"\n{{\"kind\": \"needle\", \"eventId\": \"needle\"}}\n");
        let token = self.keys.text("storeToken");
        self.raw("POST", &format!("{store}/events"), token, NDJSON, &lines, 200);
        self.raw("POST", &format!("{store}/events"), token, NDJSON, "needle\n", 422);
        self.raw("POST", "/api/store/v1/stores/999999/events", token, NDJSON, "needle\n", 404);
        vec!["scanned-code-77321".to_owned()]
    }
}

#[expect(clippy::disallowed_methods, reason = "a sensor has a clock of its own")]
fn now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(now.as_micros()).unwrap()
}
