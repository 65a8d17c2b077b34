//! Both ways to ring the registration screen.

use aisle_database::sql;
use aisle_database::testing::{execute, fetch_all, on_both_databases};
use serde_json::{Value, json};

use crate::testing::Api;

/// The texts of one column, oldest first.
async fn bodies(api: &Api) -> Vec<Value> {
    let read = api.app.database.read(|c| {
        Box::pin(async move {
            let rows =
                fetch_all(c, sql!("select body from messages where name = 'remoteRegister' order by id")).await?;
            rows.iter()
                .map(|row| Ok(row.get::<aisle_database::rows::messages::packed::Packed>("body")?.0))
                .collect::<Result<Vec<_>, aisle_database::Error>>()
        })
    });
    let bodies = read.await.unwrap();
    bodies.iter().map(|body| serde_json::from_slice(body).unwrap()).collect()
}

async fn rung(api: &Api) -> Vec<Value> {
    let read = api.app.database.read(|c| {
        Box::pin(async move {
            let rows =
                fetch_all(c, sql!("select payload from commands where kind = 'device.register' order by position"))
                    .await?;
            rows.iter().map(|row| row.get::<String>("payload")).collect::<Result<Vec<_>, aisle_database::Error>>()
        })
    });
    let payloads = read.await.unwrap();
    payloads.iter().map(|payload| serde_json::from_str(payload).unwrap()).collect()
}

#[tokio::test]
async fn a_screen_rings_and_the_retailer_is_told_whose_trip_it_is() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let hook = json!({"type": "remoteRegister", "url": "https://hooks.example/r"});
        let made = api.ask("POST", "/api/admin/v2/webhooks", hook).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let store = api.store().await;
        let customer = json!({"email": "ada@example.com", "firstName": "Ada", "externalId": "e-1"});
        let customer = api.ask("POST", "/api/admin/v2/customers", customer).await.json["id"].clone();
        let code = api
            .ask("POST", &format!("/api/admin/v2/customers/{customer}/entry-codes"), json!({"sessionId": "trip-1"}))
            .await;
        assert_eq!(code.status, 201);
        let token = &json!("trip-1");
        let device = add_device(&api, store.0).await;

        let by_device = format!("/api/admin/v2/stores/{store}/check-in/{device}/remote-register");
        let rang = api.ask("POST", &by_device, json!({"token": token})).await;
        assert_eq!((rang.status, &*rang.text), (204, ""));
        let older = "/api/admin/v2/customers/remote-register";
        let body =
            json!({"token": "anything", "tokenType": "NONE", "storeId": store.to_string(), "checkInDeviceId": "7777"});
        assert_eq!(api.ask("POST", older, body).await.status, 204);

        let told = bodies(&api).await;
        let [first, second] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(
            (&first["token"], &first["tokenType"], &first["checkInDeviceId"]),
            (token, &json!("SESSION_ID"), &json!(device))
        );
        assert_eq!(
            (&first["customer"]["externalId"], &first["customerPersonalInfo"]["firstName"]),
            (&json!("e-1"), &json!("Ada"))
        );
        assert_eq!(
            (&second["checkInDeviceId"], &second["customer"]["id"], &second["customer"]["role"]),
            (&Value::Null, &Value::Null, &json!("unknown"))
        );
        let nothing = json!({"email": null, "firstName": null, "lastName": null, "phone": null, "phoneNumber": null});
        assert_eq!(second["customerPersonalInfo"], nothing);
        assert_eq!(rung(&api).await, [json!({"checkInDeviceId": device, "token": token, "tokenType": "SESSION_ID"})]);
        // What is told is what a receiver takes.
        for body in told {
            assert_eq!(api.ask("POST", "/api/push/remote-register", body).await.status, 204);
        }
    })
    .await;
}

async fn add_device(api: &Api, store: i64) -> i64 {
    let now = api.app.clock.now();
    let added = api.app.database.change(move |c| {
        let insert = sql!(
            "insert into check_in_devices (store_id, name, kind, ownership, purpose, opens_gate, enabled, created_at, updated_at)
             values ($1, 'door', 'external', 'retailer', 'entry', $2, $3, $4, $4)",
            store, false, true, now
        );
        Box::pin(async move {
            execute(c, insert).await?;
            fetch_all(c, sql!("select max(id) as id from check_in_devices")).await?[0].get::<i64>("id")
        })
    });
    added.await.unwrap()
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_closed_is_a_conflict() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let store = api.store().await;
        let older = "/api/admin/v2/customers/remote-register";
        let check = async |body: Value, status: u16, message: &str| {
            let reply = api.ask("POST", older, body.clone()).await;
            assert_eq!((reply.status, reply.json["message"].as_str()), (status, Some(message)), "{body}");
        };
        check(json!({"token": "x", "storeId": store}), 404, "Session was not found").await;
        check(json!({"token": "x", "storeId": 999}), 404, "Store was not found").await;
        check(json!({"tokenType": "STRIPE", "storeId": store}), 422, "Invalid request body").await;
        let customer = api.ask("POST", "/api/admin/v2/customers", json!({})).await.json["id"].clone();
        let code = api
            .ask("POST", &format!("/api/admin/v2/customers/{customer}/entry-codes"), json!({"sessionId": "trip-1"}))
            .await;
        assert_eq!(code.status, 201);
        let close = api.app.database.change(|c| {
            Box::pin(async move { execute(c, sql!("update sessions set status = 'expired'")).await.map(drop) })
        });
        close.await.unwrap();
        check(json!({"token": "trip-1", "storeId": store}), 409, "Session is closed").await;
        let device = format!("/api/admin/v2/stores/{store}/check-in/9/remote-register");
        let reply = api.ask("POST", &device, json!({"token": "x", "tokenType": "NONE"})).await;
        assert_eq!((reply.status, &reply.json["message"]), (404, &json!("Check-in device was not found")));
        assert_eq!(rung(&api).await, Vec::<Value>::new());
    })
    .await;
}
