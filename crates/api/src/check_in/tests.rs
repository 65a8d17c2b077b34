//! Every verdict through the API, word for word.
//!
//! Reason 15 cannot come about yet: there is no provider that holds money.

use std::time::Duration;

use aisle_database::testing::{execute, on_both_databases};
use aisle_database::{Database, Statement, sql};
use aisle_model::check_in::Reason;
use aisle_testkit::{Answer, Catcher, build};
use axum::body::Body;
use serde_json::{Value, json};

use crate::ApiOptions;
use crate::testing::Api;

struct Door {
    api: Api,
    store: i64,
    device: i64,
}

async fn door(database: Database) -> Door {
    door_of(Api::over(database).await).await
}

async fn door_of(api: Api) -> Door {
    let stores = "/api/admin/v2/stores";
    let new = json!({"name": "Corner", "currency": "EUR", "timeZone": "Europe/Berlin", "status": "OPEN"});
    let made_store = made(&api, "POST", stores, new).await;
    let store: i64 = made_store["id"].as_str().unwrap().parse().unwrap();
    let gate = json!({"id": 1, "a": [0, 0], "b": [1, 0], "inside": "left", "kind": "both", "controllable": true});
    let layout = format!("{stores}/{store}/layout");
    let version = api.ask("GET", &layout, Value::Null).await.json["version"].clone();
    let map = json!({"baseVersion": version, "gates": [gate], "gondolas": [], "cameras": [], "machines": []});
    made(&api, "PUT", &layout, map).await;
    let device = json!({"name": "Reader", "kind": "external", "gateId": 1});
    let device = made(&api, "POST", &format!("{stores}/{store}/check-in"), device).await;
    let device = device["id"].as_i64().unwrap();
    Door { api, store, device }
}

async fn made(api: &Api, method: &str, uri: &str, body: Value) -> Value {
    let reply = api.ask(method, uri, body).await;
    assert!((200..300).contains(&reply.status), "{uri}: {}", reply.text);
    reply.json
}

impl Door {
    fn path(&self, rest: &str) -> String {
        format!("/api/admin/v2/stores/{}/{rest}", self.store)
    }

    fn verify_path(&self) -> String {
        self.path(&format!("check-in/{}/entry-codes/verify", self.device))
    }

    async fn customer(&self, role: &str) -> i64 {
        let new = json!({"role": role});
        let customer = made(&self.api, "POST", "/api/admin/v2/customers", new).await;
        customer["id"].as_i64().unwrap()
    }

    async fn code(&self, role: &str, new: Value) -> (String, i64) {
        let customer = self.customer(role).await;
        let uri = format!("/api/admin/v2/customers/{customer}/entry-codes");
        let code = made(&self.api, "POST", &uri, new).await;
        (code["code"].as_str().unwrap().to_owned(), customer)
    }

    async fn verify(&self, body: Value) -> Value {
        let reply = self.api.ask("POST", &self.verify_path(), body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json
    }

    async fn execute(&self, statement: Statement) {
        let change = self.api.app.database.change(move |c| {
            let statement = statement.clone();
            Box::pin(async move { execute(c, statement).await.map(drop) })
        });
        change.await.unwrap();
    }

    async fn settle(&self, settings: Value) {
        made(&self.api, "PATCH", &self.path("settings"), settings).await;
    }

    async fn edit(&self, edit: Value) {
        let uri = format!("/api/admin/v2/stores/{}", self.store);
        made(&self.api, "PATCH", &uri, edit).await;
    }

    /// Makes exactly one check fail for a new code of a new customer, and answers the code.
    async fn failing(&self, reason: Reason) -> String {
        if reason == Reason::Invalid {
            return "nobody's".to_owned();
        }
        let (code, customer) = self.code("customer", json!({})).await;
        let state = |state: &'static str| sql!("update entry_codes set state = $1 where code = $2", state, &code);
        match reason {
            Reason::Expired => self.execute(state("expired")).await,
            Reason::Used => self.execute(state("used")).await,
            Reason::Declined => self.execute(state("declined")).await,
            Reason::OtherStore => self.execute(tied_to(self.store + 1)).await,
            Reason::CustomerGone => {
                let at = self.api.app.clock.now();
                let update = sql!("update customers set deleted_at = $1 where id = $2", at, customer);
                self.execute(update).await;
            }
            Reason::Blocked => {
                self.execute(sql!("update customers set blocked = $1 where id = $2", true, customer)).await;
            }
            Reason::NoStripeCustomer => {
                let settings = json!({"checkIn": {"paymentProvider": "STRIPE"}});
                self.settle(settings).await;
            }
            Reason::NoPaymentMethod => {
                let settings = json!({"checkIn": {"requirePaymentMethod": true}});
                self.settle(settings).await;
            }
            Reason::Unsettled => self.execute(unpaid_order(self.store, customer)).await,
            Reason::CardExpired => self.execute(card_of(customer, "10/23")).await,
            Reason::Full => self.edit(json!({"maxPeople": 0})).await,
            Reason::Closed => self.edit(json!({"status": "CLOSED"})).await,
            Reason::Maintenance => self.edit(json!({"status": "CLOSED_FOR_MAINTENANCE"})).await,
            Reason::External => {
                let hook = json!({"type": "externalEntry", "url": "https://hook.invalid/"});
                made(&self.api, "POST", "/api/admin/v2/webhooks", hook).await;
            }
            Reason::Invalid | Reason::NotPreAuthorized => {
                panic!("{reason:?} cannot come about")
            }
        }
        code
    }
}

fn tied_to(store: i64) -> Statement {
    sql!("update entry_codes set store_id_scannable_at = $1", store)
}

/// An order of an earlier trip, as one that could not be paid is left.
fn unpaid_order(store: i64, customer: i64) -> Statement {
    sql!(
        "insert into orders (retailer_id, store_id, session_number, session_token, customer_id, customer_role, status,
             external_status, currency, latest_version, total, total_tax, total_scaled, quantity, taken, refunded_amount,
             refunded, try_refund_times, draft_created_at, created_at, updated_at)
         select retailer_id, $1, number, token, customer_id, 'customer', 'unpaid', 'ok', 'EUR', 1, 215, 35, 21500, 1, 0, 0,
             $2, 0, $3, $3, $3 from sessions where customer_id = $4",
        store,
        false,
        crate::testing::START,
        customer
    )
}

fn card_of(customer: i64, expires: &'static str) -> Statement {
    sql!(
        "insert into cards (customer_id, provider, card_brand, is_default, expires, created_at)
         values ($1, 'GENERIC', 'visa', $2, $3, $4)",
        customer,
        true,
        expires,
        crate::testing::START
    )
}

#[tokio::test]
async fn every_reason_is_told_word_for_word() {
    for reason in Reason::ALL {
        if reason == Reason::NotPreAuthorized {
            continue;
        }
        on_both_databases(|database| async move {
            let door = door(database).await;
            let code = door.failing(reason).await;
            let told = door.verify(json!({"verificationCode": code})).await;
            let expected = json!({
                "status": "FAILED",
                "reason": {"message": reason.message(), "code": reason.code()},
            });
            assert_eq!(told, expected);
        })
        .await;
    }
}

#[tokio::test]
async fn who_owes_comes_in_where_the_store_does_not_mind_and_once_it_is_paid() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let code = door.failing(Reason::Unsettled).await;
        let body = json!({"code": code});
        assert_eq!(door.verify(body.clone()).await["reason"]["code"], 9);
        for status in ["paid", "contested", "draft"] {
            door.execute(sql!("update orders set status = $1", status)).await;
            door.execute(sql!("update entry_codes set state = 'registered'")).await;
            door.execute(sql!("update sessions set status = 'pending'")).await;
            assert_eq!(door.verify(body.clone()).await["status"], "OK", "{status}");
        }
        let code = door.failing(Reason::Unsettled).await;
        door.settle(json!({"checkIn": {"refuseUnsettled": false}})).await;
        assert_eq!(door.verify(json!({"code": code})).await["status"], "OK");
    })
    .await;
}

/// The retailer's server answers while the first client is gone and the second waits.
#[tokio::test]
async fn a_repeat_after_a_hang_up_gets_the_verdict_of_the_first() {
    on_both_databases(|database| async move {
        let app = build(database).loopback().app();
        let door = door_of(Api::of(app, ApiOptions::default()).await).await;
        let answer = Answer::status(200).after(Duration::from_millis(300)).with_body(r#"{"status":"OK"}"#);
        let hook = Catcher::answering(answer).await;
        let setting = json!({"type": "externalEntry", "url": hook.url});
        made(&door.api, "POST", "/api/admin/v2/webhooks", setting).await;
        let (code, _) = door.code("customer", json!({"sessionId": "once"})).await;
        let verify = || {
            let request = door.api.request(&door.api.key, "POST", &door.verify_path()).header("idempotency-key", "k");
            door.api.send(request.body(Body::from(json!({"code": code}).to_string())).unwrap())
        };
        tokio::select! {
            reply = verify() => panic!("the answer takes longer: {}", reply.text),
            () = hook.wait_for(1) => {}
        }
        let (second, third) = tokio::join!(verify(), verify());
        assert_eq!(
            (second.status, &second.json["status"], &second.json["sessionId"]),
            (200, &json!("OK"), &json!("once"))
        );
        assert_eq!(third.text, second.text);
        assert_eq!(hook.bodies().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_accepted_code_is_told_with_its_session() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        for (role, body, group) in [
            ("customer", json!({}), 1),
            ("employee", json!({"groupSize": 3}), 3),
            ("tester", json!({"groupSize": null}), 1),
            ("untracked", json!({"groupSize": 2}), 2),
        ] {
            let (code, customer) = door.code(role, json!({"sessionId": role})).await;
            // A card is good to the end of its month.
            door.execute(card_of(customer, "11/23")).await;
            let mut body = body;
            body["code"] = json!(code);
            let told = door.verify(body).await;
            let expected = json!({"status": "OK", "sessionId": role, "shoppersRole": role, "groupSize": group});
            assert_eq!(told, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn what_prevents_the_check_is_an_error_of_http() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let (code, _) = door.code("customer", json!({})).await;
        let body = json!({"code": code});
        let check = |uri: String, body: Value, status: u16, text: &'static str| {
            let api = door.api.clone();
            async move {
                let reply = api.ask("POST", &uri, body).await;
                assert_eq!(reply.status, status, "{}", reply.text);
                assert!(reply.text.contains(text), "{}", reply.text);
            }
        };
        let absent = door.path("check-in/4711/entry-codes/verify");
        check(absent, body.clone(), 404, "Check-in device was not found").await;
        let absent = door.path("entry/2/entry-codes/verify");
        check(absent, body.clone(), 404, "Gate was not found").await;
        let absent = "/api/admin/v2/stores/4711/entry/1/entry-codes/verify".to_owned();
        check(absent, body.clone(), 404, "Store was not found").await;
        let two = json!({"code": "a", "verificationCode": "b"});
        check(door.verify_path(), two, 422, r#""field":"\"code\"""#).await;
        check(door.verify_path(), json!({}), 422, "E_INVALID_BODY").await;
        let disable = sql!("update check_in_devices set enabled = $1", false);
        door.execute(disable).await;
        check(door.verify_path(), body.clone(), 409, "Check-in device is disabled").await;
        let uri = door.path("entry/1/entry-codes/verify");
        let end = sql!("update stores set deployment_status = 'DECOMMISSIONED'");
        door.execute(end).await;
        check(uri.clone(), body.clone(), 409, "Store is decommissioned").await;
        door.execute(sql!("update stores set deployment_status = 'LIVE'")).await;
        check(uri, body, 200, r#""status":"OK""#).await;
    })
    .await;
}

#[tokio::test]
async fn a_device_of_the_store_and_a_person_of_the_retailer_check_in_alike() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let (code, _) = door.code("customer", json!({})).await;
        let key = door.api.store_key(aisle_model::StoreId(door.store)).await;
        let (store, device) = (door.store, door.device);
        let uri = format!("/api/store/v1/stores/{store}/check-in/{device}/entry-codes/verify");
        let reply = door.api.ask_as(&key, "POST", &uri, json!({"code": code})).await;
        assert_eq!(reply.json["status"], "OK", "{}", reply.text);

        let (_, customer) = door.code("customer", json!({"sessionId": "by-hand"})).await;
        assert!(customer > 0);
        let uri = door.path("sessions/by-hand/confirm");
        let reply = door.api.ask("PATCH", &uri, Value::Null).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(reply.json["id"], "by-hand");
        assert_eq!(reply.json["confirmation"], "manual");
        assert_eq!(reply.json["shoppersRole"], "customer");
    })
    .await;
}
