//! Cards over HTTP. The rules themselves are tested where they are.

use aisle_database::testing::on_both_databases;
use serde_json::{Value, json};

use crate::testing::Api;

const CUSTOMERS: &str = "/api/admin/v2/customers";

async fn customer(api: &Api) -> String {
    let made = api.ask("POST", CUSTOMERS, json!({})).await;
    format!("{CUSTOMERS}/{}", made.json["id"])
}

fn card(card_id: &str, as_default: &Value) -> Value {
    json!({"provider": "ADYEN", "cardToken": "tok", "cardId": card_id, "cardBrand": "visa", "defaultCard": as_default,
        "last4": "1111", "expDate": "03/28"})
}

/// Each card as `cardId` with a star on the default.
fn marks(customer: &Value) -> Vec<String> {
    let cards = customer["paymentInstruments"].as_array().unwrap();
    let mark = |card: &Value| if card["defaultCard"] == true { "*" } else { "" };
    cards.iter().map(|card| format!("{}{}", card["cardId"].as_str().unwrap_or("-"), mark(card))).collect()
}

#[tokio::test]
async fn cards_are_added_marked_and_removed() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let one = customer(&api).await;
        let add = async |id: &str, as_default: Value| {
            let reply = api.ask("POST", &format!("{one}/card"), card(id, &as_default)).await;
            (reply.status, reply.json["id"].clone())
        };
        let (status, first) = add("a", json!("false")).await;
        assert_eq!(status, 201);
        let (_, second) = add("b", json!(true)).await;
        add("c", json!("true")).await;
        assert_eq!(add("a", json!("false")).await, (200, first.clone()));
        let shown = api.ask("GET", &one, Value::Null).await;
        assert_eq!(marks(&shown.json), ["c*", "b", "a"]);
        let moved = api.ask("PATCH", &format!("{one}/card/{second}/default"), Value::Null).await;
        assert_eq!((moved.status, marks(&moved.json)), (200, ["b*", "c", "a"].map(str::to_owned).to_vec()));
        let gone = api.ask("DELETE", &format!("{one}/card/{second}"), Value::Null).await;
        assert_eq!((gone.status, &*gone.text), (204, ""));
        assert_eq!(api.ask("DELETE", &format!("{one}/card/{second}"), Value::Null).await.status, 404);
        assert_eq!(api.ask("PATCH", &format!("{one}/card/{second}/default"), Value::Null).await.status, 404);
        let token =
            api.ask("PATCH", &format!("{one}/card-token"), json!({"provider": "NONE", "cardToken": "NONE"})).await;
        assert_eq!((token.status, marks(&token.json)), (200, ["-*", "a"].map(str::to_owned).to_vec()));
    })
    .await;
}

#[tokio::test]
async fn card_numbers_are_refused_and_tokens_never_shown() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let one = customer(&api).await;
        let mut number = card("4111111111111111", &json!("false"));
        number["cardToken"] = json!("4222222222222");
        let refused = api.ask("POST", &format!("{one}/card"), number).await;
        assert_eq!(refused.status, 422);
        let fields: Vec<_> = refused.json["errors"].as_array().unwrap().iter().map(|fault| &fault["field"]).collect();
        assert_eq!(fields, ["\"cardToken\"", "\"cardId\""]);
        assert!(!refused.text.contains("4222222222222"), "{}", refused.text);
        let refused = api
            .ask("PATCH", &format!("{one}/card-token"), json!({"provider": "NONE", "cardToken": "4222222222222"}))
            .await;
        assert_eq!((refused.status, &refused.json["errors"][0]["field"]), (422, &json!("\"cardToken\"")));
        assert_eq!(api.ask("POST", &format!("{one}/card"), json!({"defaultCard": "perhaps"})).await.status, 422);
        assert_eq!(api.ask("POST", &format!("{CUSTOMERS}/99/card"), card("a", &json!(false))).await.status, 404);
        api.ask("POST", &format!("{one}/card"), card("a", &json!(false))).await;
        for filter in ["a", "tok"] {
            let found = api.ask("GET", &format!("{CUSTOMERS}?paymentInstrumentProviderId={filter}"), Value::Null).await;
            assert_eq!(found.json.as_array().map(Vec::len), Some(1), "{filter}");
            assert!(!found.text.contains("tok"), "{}", found.text);
        }
    })
    .await;
}
