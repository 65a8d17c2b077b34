//! The shopper's app over HTTP. The rules themselves are tested where they are.

use aisle_database::testing::on_both_databases;
use aisle_model::{CustomerId, Millis};
use serde_json::{Value, json};

use crate::testing::Api;

const ME: &str = "/api/customer/v2/customers/me";

/// A customer whom the retailer made, and a token of their app.
async fn ada(api: &Api) -> (Value, String) {
    let ada = json!({"email": "Ada@Example.com", "firstName": "Ada", "phone": "+1 555", "externalId": "e-1"});
    let made = api.ask("POST", "/api/admin/v2/customers", ada).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let token = api.app_token(CustomerId(made.json["id"].as_i64().unwrap())).await;
    (made.json, token)
}

#[tokio::test]
async fn customers_see_themselves_with_their_cards() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let (made, token) = ada(&api).await;
        let cards = format!("/api/admin/v2/customers/{}/card", made["id"]);
        for (last4, default) in [("1111", true), ("2222", false)] {
            let card = json!({"provider": "STRIPE", "cardToken": format!("tok_{last4}"), "cardId": last4, "last4": last4,
                "expDate": "03/28", "cardBrand": "visa", "defaultCard": default});
            assert_eq!(api.ask("POST", &cards, card).await.status, 201);
        }
        let me = api.ask_as(&token, "GET", ME, Value::Null).await;
        assert_eq!(me.status, 200, "{}", me.text);
        assert_eq!(me.json["id"], json!(made["id"].to_string()));
        assert_eq!((&me.json["email"], &me.json["phone"]), (&json!("Ada@Example.com"), &json!("+1 555")));
        assert_eq!((&me.json["lastName"], &me.json["fullyRegistered"]), (&Value::Null, &json!(false)));
        let first = json!({"brand": "visa", "exp_month": 3, "exp_year": 2028, "last4": "1111"});
        assert_eq!((&me.json["card"], &me.json["cards"][0]), (&first, &first));
        assert_eq!(me.json["cards"][1]["last4"], "2222");
    })
    .await;
}

#[tokio::test]
async fn a_generated_address_is_not_shown() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let made = api.ask("POST", "/api/admin/v2/customers", json!({})).await;
        let token = api.app_token(CustomerId(made.json["id"].as_i64().unwrap())).await;
        let me = api.ask_as(&token, "GET", ME, Value::Null).await;
        assert_eq!((&me.json["email"], &me.json["card"], &me.json["cards"]), (&Value::Null, &Value::Null, &json!([])));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_customers_token_is_gone() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let (made, token) = ada(&api).await;
        let one = format!("/api/admin/v2/customers/{}", made["id"]);
        assert_eq!(api.ask("DELETE", &one, Value::Null).await.status, 204);
        assert_eq!(api.ask_as(&token, "GET", ME, Value::Null).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_refreshed_and_a_stolen_one_ends_its_log_in() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let (_, first) = ada(&api).await;
        let refresh =
            async |token: &str| api.ask_as(token, "POST", "/api/customer/v2/sessions/refresh", Value::Null).await;
        let second = refresh(&first).await;
        assert_eq!(second.status, 200, "{}", second.text);
        assert_eq!(refresh(&first).await.json, second.json, "the answer may have been lost");
        api.app.clock.advance(Millis(60_000));
        let second = second.json["accessToken"].as_str().unwrap();
        assert_eq!(api.ask_as(&first, "GET", ME, Value::Null).await.status, 401);
        assert_eq!(api.ask_as(second, "GET", ME, Value::Null).await.status, 200, "an old token is not yet a theft");
        assert_eq!(refresh(&first).await.status, 401);
        assert_eq!(api.ask_as(second, "GET", ME, Value::Null).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn logging_out_ends_every_device_by_either_path() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let (made, here) = ada(&api).await;
        let customer = CustomerId(made["id"].as_i64().unwrap());
        let path = |id: &str| format!("/api/customer/v2/sessions/{id}");
        for other in ["7", "x", "01"] {
            assert_eq!(api.ask_as(&here, "DELETE", &path(other), Value::Null).await.status, 404, "{other}");
        }
        for own in [path(&customer.to_string()), "/api/customer/v2/sessions".to_owned()] {
            let (here, there) = (api.app_token(customer).await, api.app_token(customer).await);
            assert_eq!(api.ask_as(&here, "DELETE", &own, Value::Null).await.status, 204);
            for token in [&here, &there] {
                assert_eq!(api.ask_as(token, "GET", ME, Value::Null).await.status, 401, "{own}");
            }
        }
    })
    .await;
}
