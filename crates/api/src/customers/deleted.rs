//! A deleted customer over HTTP.

use aisle_database::testing::on_both_databases;
use axum::body::Body;
use serde_json::{Value, json};

use crate::testing::{Api, Reply};

const CUSTOMERS: &str = "/api/admin/v2/customers";

async fn create(api: &Api, key: &str, body: &Value) -> Reply {
    let request = api.request(&api.key, "POST", CUSTOMERS).header("idempotency-key", key);
    api.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_deleted_customer_is_not_found_and_their_answers_are_not_repeated() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let ada = json!({"email": "ada@example.com", "externalId": "ext-1", "firstName": "Ada"});
        let made = create(&api, "k", &ada).await;
        assert_eq!((made.status, create(&api, "k", &ada).await.json), (201, made.json.clone()));
        let one = format!("{CUSTOMERS}/{}", made.json["id"]);
        let code = api.ask("POST", &format!("{one}/entry-codes"), json!({"sessionId": "trip-1"})).await;
        assert_eq!(code.status, 201);
        let gone = api.ask("DELETE", &one, Value::Null).await;
        assert_eq!((gone.status, &*gone.text), (204, ""));
        for (method, uri) in [("GET", one.clone()), ("PATCH", one.clone()), ("DELETE", one.clone())] {
            assert_eq!(api.ask(method, &uri, json!({})).await.status, 404, "{method} {uri}");
        }
        let entry = api.ask("POST", &format!("{one}/entry-codes"), json!({})).await;
        assert_eq!((entry.status, &entry.json["message"]), (404, &json!("Customer was not found")));
        let repeated = create(&api, "k", &ada).await;
        assert_eq!((repeated.status, &repeated.json["message"]), (404, &json!("Customer was not found")));
        assert_eq!(create(&api, "another", &ada).await.status, 201, "email and external id are free");
        let trip = "/api/admin/v2/sessions?sessionToken=trip-1";
        let trips = api.ask("GET", trip, Value::Null).await;
        assert_eq!((trips.status, &trips.json["data"][0]["customerId"]), (200, &Value::Null));
    })
    .await;
}
