//! Customers over HTTP. The rules themselves are tested where they are.

use aisle_database::testing::{on_both_databases, open_sqlite};
use aisle_model::access::{ApiKeyKind, Scope};
use aisle_operations::Caller;
use aisle_operations::customers::{self, NewCustomer};
use serde_json::{Value, json};

use crate::testing::{Api, add_key, add_retailer};

const CUSTOMERS: &str = "/api/admin/v2/customers";

fn ada() -> Value {
    json!({"email": "Ada@Example.com", "externalId": "ext-1", "firstName": "Ada", "lastName": "Example",
        "phone": "+1 555", "role": "tester", "priority": "5", "metadata": {"a": [1]}, "password": "long enough"})
}

async fn made(api: &Api, body: Value) -> Value {
    let reply = api.ask("POST", CUSTOMERS, body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json
}

fn ids(list: &Value) -> Vec<i64> {
    list.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_customer_is_made_read_and_changed() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let made = made(&api, ada()).await;
        assert_eq!((&made["email"], &made["priority"], &made["metadata"]), (&json!("Ada@Example.com"), &json!(5), &json!({"a": [1]})));
        let one = format!("{CUSTOMERS}/{}", made["id"]);
        assert_eq!(api.ask("GET", &one, Value::Null).await.json, made);
        let patch = json!({"email": "", "firstName": null, "blocked": "true", "card": {"provider": "ADYEN", "cardToken": "tok", "last4": "4242"}});
        let changed = api.ask("PATCH", &one, patch).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert!(changed.json["email"].as_str().unwrap().ends_with("@customers.invalid"));
        assert_eq!((&changed.json["firstName"], &changed.json["lastName"]), (&Value::Null, &json!("Example")));
        assert_eq!((&changed.json["priority"], &changed.json["role"]), (&json!(5), &json!("tester")), "defaults are of creation");
        assert_eq!(changed.json["paymentInstruments"][0]["last4"], "4242");
        assert!(!changed.text.contains("tok\""), "{}", changed.text);
        let bare = api.ask("PATCH", &one, json!({"cardToken": null})).await;
        assert_eq!(bare.json["paymentInstruments"], json!([]));
        assert_eq!(api.ask("GET", &format!("{CUSTOMERS}/999"), Value::Null).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn nothing_at_all_makes_an_anonymous_customer() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        for body in [Value::Null, json!({}), json!({"email": "", "externalId": null, "password": "", "role": null})] {
            let made = made(&api, body).await;
            assert!(made["email"].as_str().unwrap().ends_with("@customers.invalid"));
            assert_eq!((&made["role"], &made["externalId"]), (&json!("customer"), &Value::Null));
        }
        let again = api.ask("POST", CUSTOMERS, ada()).await;
        assert_eq!(again.status, 201);
        let taken = api.ask("POST", CUSTOMERS, json!({"email": "ADA@example.com"})).await;
        assert_eq!((taken.status, &taken.json["message"]), (409, &json!("Customer with this email already exists")));
    })
    .await;
}

#[tokio::test]
async fn all_faults_of_a_body_are_told_at_once() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let deep = json!([[[[[[[[1]]]]]]]]);
        let reply = api
            .ask(
                "POST",
                CUSTOMERS,
                json!({"email": "x@customers.invalid", "metadata": {"a": deep}, "priority": 11, "password": "short"}),
            )
            .await;
        assert_eq!((reply.status, &reply.json["type"]), (422, &json!("E_INVALID_BODY")));
        let mut fields: Vec<&str> =
            reply.json["errors"].as_array().unwrap().iter().map(|fault| fault["field"].as_str().unwrap()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["\"email\"", "\"metadata\"", "\"password\"", "\"priority\""]);
        let id = &made(&api, json!({})).await["id"];
        let lonely = api
            .ask("PATCH", &format!("{CUSTOMERS}/{id}"), json!({"currentPassword": "long enough", "blocked": 7}))
            .await;
        assert_eq!(lonely.json["errors"].as_array().map(Vec::len), Some(2), "{}", lonely.text);
        let text = api.ask("POST", CUSTOMERS, json!({"firstName": "a\u{0}b"})).await;
        assert_eq!(text.status, 422, "{}", text.text);
    })
    .await;
}

#[tokio::test]
async fn without_the_right_to_personal_data_they_read_as_null() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let scopes = vec![Scope::CustomersRead, Scope::CustomersWrite];
        let blind = add_key(&api.app, api.retailer, ApiKeyKind::Retailer, scopes, None).await;
        let made = api.ask_as(&blind, "POST", CUSTOMERS, ada()).await;
        assert_eq!(made.status, 201);
        let one = format!("{CUSTOMERS}/{}", made.json["id"]);
        let read = api.ask_as(&blind, "GET", &one, Value::Null).await;
        let patched = api.ask_as(&blind, "PATCH", &one, json!({"phone": "7"})).await;
        let listed = api.ask_as(&blind, "GET", CUSTOMERS, Value::Null).await;
        for face in [&made.json, &read.json, &patched.json, &listed.json[0]] {
            for field in ["email", "firstName", "lastName", "phone", "metadata"] {
                assert_eq!(face[field], Value::Null, "{field}");
            }
            assert_eq!(face["externalId"], "ext-1");
        }
        let filtered = format!("{CUSTOMERS}?email=ada@example.com");
        assert_eq!(api.ask_as(&blind, "GET", &filtered, Value::Null).await.status, 403);
        assert_eq!(ids(&api.ask("GET", &filtered, Value::Null).await.json).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn another_retailers_customer_is_not_found() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let one = format!("{CUSTOMERS}/{}", made(&api, json!({})).await["id"]);
        let other = add_retailer(&api.app, "other").await;
        let stranger = add_key(&api.app, other, ApiKeyKind::Retailer, Scope::defaults(false), None).await;
        assert_eq!(api.ask_as(&stranger, "GET", &one, Value::Null).await.status, 404);
        assert_eq!(api.ask_as(&stranger, "PATCH", &one, json!({})).await.status, 404);
        assert_eq!(api.ask_as(&stranger, "GET", CUSTOMERS, Value::Null).await.json, json!([]));
    })
    .await;
}

#[tokio::test]
async fn pages_follow_their_links_and_filters_stay() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let mut expected = Vec::new();
        for place in 0..7 {
            let external_id = if place == 3 { "left out".to_owned() } else { format!("a,{place}") };
            let id = made(&api, json!({"externalId": external_id})).await["id"].as_i64().unwrap();
            if place != 3 {
                expected.push(id);
            }
        }
        let wanted: Vec<String> = (0..7).map(|place| format!("a%2C{place}")).collect();
        let mut next = Some(format!("{CUSTOMERS}?count=2&externalId={}", wanted.join(",")));
        let mut seen = Vec::new();
        while let Some(uri) = next.take() {
            let page = api.ask("GET", &uri, Value::Null).await;
            assert!(page.json.as_array().unwrap().len() <= 2);
            seen.extend(ids(&page.json));
            let link = page.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
            next = link.map(|link| link.split(['<', '>']).nth(1).unwrap().to_owned());
        }
        assert_eq!(seen, expected);
        let behind = format!("{CUSTOMERS}?after={}", expected[4]);
        assert_eq!(ids(&api.ask("GET", &behind, Value::Null).await.json), expected[5..]);
        for wrong in ["after=999", "after=x", "count=0", "count=1001", "minCreatedAt=never"] {
            let refused = api.ask("GET", &format!("{CUSTOMERS}?{wrong}"), Value::Null).await;
            assert_eq!((refused.status, &refused.json["type"]), (422, &json!("E_INVALID_QUERY")), "{wrong}");
        }
    })
    .await;
}

/// More rows than a slice holds, so that the seams are passed; exactly a multiple of a slice too.
#[tokio::test]
async fn the_whole_list_is_one_array_with_each_row_once() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let caller = Caller::nobody(api.retailer);
    let add = async |count: usize| {
        let new = (0..count).map(|_| customers::create(&api.app, &caller, NewCustomer::default()));
        for made in futures::future::join_all(new).await {
            made.unwrap();
        }
    };
    let mut total = 0;
    for more in [0, 1, 499, 500, 7] {
        add(more).await;
        total += more;
        let listed = api.ask("GET", CUSTOMERS, Value::Null).await;
        assert_eq!(listed.status, 200);
        let ids = ids(&listed.json);
        assert_eq!(ids.len(), total);
        assert!(ids.is_sorted_by(|one, next| one < next));
    }
}
