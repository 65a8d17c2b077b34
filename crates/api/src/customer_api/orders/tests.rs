//! A customer's own orders over HTTP, on rows as later operations will write them.

use aisle_database::testing::{execute, on_both_databases};
use aisle_database::{Statement, sql};
use aisle_model::CustomerId;
use serde_json::{Value, json};

use crate::testing::Api;

const ORDERS: &str = "/api/customer/v2/orders";
const DRAFTS: &str = "/api/customer/v2/orders/draft";

async fn run(api: &Api, statement: Statement) {
    let changed = api.app.database.change(move |c| {
        let statement = statement.clone();
        Box::pin(async move { execute(c, statement).await.map(drop) })
    });
    changed.await.unwrap();
}

/// A customer and their app's token.
async fn shopper(api: &Api) -> (i64, String) {
    let made = api.ask("POST", "/api/admin/v2/customers", json!({})).await;
    let id = made.json["id"].as_i64().unwrap();
    (id, api.app_token(CustomerId(id)).await)
}

/// The order of a new trip of the customer, with one line.
async fn order(api: &Api, store: i64, customer: i64, status: &'static str, taken: i64) -> i64 {
    let codes = format!("/api/admin/v2/customers/{customer}/entry-codes");
    assert_eq!(api.ask("POST", &codes, json!({})).await.status, 201);
    let now = api.app.clock.now();
    let insert = sql!(
        "insert into orders (retailer_id, store_id, session_number, session_token, customer_id, customer_role, status,
             external_status, currency, latest_version, total, total_tax, total_scaled, quantity, taken, refunded_amount,
             payment_transaction_id, refunded, try_refund_times, draft_created_at, created_at, updated_at)
         select retailer_id, $1, number, token, customer_id, 'customer', $2, 'ok', 'EUR', 1, 215, 35, 21500, 1, $3, 0,
             'pay-' || number, $4, 0, $5, $5, $5 from sessions where number = (select max(number) from sessions)",
        store, status, taken, false, now
    );
    run(api, insert).await;
    let version = sql!(
        "insert into order_versions (order_id, version, total, total_tax, mutator_text, created_at)
         select max(id), 1, 215, 35, 'Thank you', $1 from orders",
        now
    );
    run(api, version).await;
    let line = sql!(
        "insert into order_lines (order_id, version, id, product_id, name, price, restricted, is_externally_added,
             quantity, total, total_tax, tax_lines, discounts, created_at, updated_at)
         select max(id), 1, 1, 77, 'Seltzer', 215, $1, $1, 1, 215, 35, '[]', '[]', $2, $2 from orders",
        false,
        now
    );
    run(api, line).await;
    let mine = format!("/api/admin/v2/orders?orderBy=id&direction=desc&customerId={customer}");
    api.ask("GET", &mine, Value::Null).await.json["data"][0]["id"].as_i64().unwrap()
}

fn ids(list: &Value) -> Vec<i64> {
    list["orders"].as_array().unwrap().iter().map(|order| order["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn an_order_is_shown_to_its_buyer_alone_and_in_one_list() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let store = api.store().await.0;
        let ((ada, app), (bob, other)) = (shopper(&api).await, shopper(&api).await);
        let mut made = Vec::new();
        for status in ["draft", "completed_so_far", "paymentProcessing", "paid", "unpaid", "contested", "reviewed"] {
            made.push(order(&api, store, ada, status, 0).await);
        }
        order(&api, store, bob, "paid", 215).await;
        let get = async |uri: &str| api.ask_as(&app, "GET", uri, Value::Null).await;
        assert_eq!(ids(&get(ORDERS).await.json), [7, 6, 5, 4, 3]);
        assert_eq!(ids(&get(&format!("{DRAFTS}?direction=asc")).await.json), [1, 2]);
        let one = get(&format!("{ORDERS}/4")).await.json;
        let sums = ["totalPrice", "subtotalPrice", "totalTax", "amountDue"].map(|name| one[name].as_str().unwrap());
        assert_eq!(sums, ["2.15", "1.80", "0.35", "2.15"]);
        assert_eq!(
            (&one["currency"], &one["currencyCode"], &one["contest"]),
            (&json!("EUR"), &json!("EUR"), &Value::Null)
        );
        assert_eq!((&one["extraText"], &one["products"][0]["name"]), (&json!("Thank you"), &json!("Seltzer")));
        assert!(one.get("customerId").is_none() && one.get("vendorMetadata").is_none(), "{one}");
        assert_eq!(get(&format!("{DRAFTS}/1")).await.json["id"], 1);
        for absent in [format!("{ORDERS}/1"), format!("{DRAFTS}/4"), format!("{ORDERS}/8"), format!("{DRAFTS}/99")] {
            let reply = get(&absent).await;
            assert_eq!((reply.status, &reply.json["message"]), (404, &json!("Order was not found")), "{absent}");
        }
        assert_eq!(ids(&api.ask_as(&other, "GET", ORDERS, Value::Null).await.json), [8]);
        assert_eq!(api.ask_as(&other, "GET", &format!("{ORDERS}/4"), Value::Null).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn own_orders_are_paged_and_filtered() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let (here, there) = (api.store().await.0, api.store().await.0);
        let ((ada, app), (bob, _)) = (shopper(&api).await, shopper(&api).await);
        for store in [here, there, here, here, there] {
            order(&api, store, ada, "paid", 215).await;
        }
        order(&api, here, bob, "paid", 215).await;
        let draft = order(&api, here, ada, "draft", 0).await;
        let get = async |query: &str| api.ask_as(&app, "GET", &format!("{ORDERS}?{query}"), Value::Null).await;
        let first = get("count=2").await.json;
        assert_eq!((ids(&first), &first["pagination"]["previous"]), (vec![5, 4], &Value::Null));
        let after = first["pagination"]["next"]["after"].as_str().unwrap();
        assert_eq!(first["pagination"]["next"]["count"], 2);
        let second = get(&format!("count=2&after={after}")).await.json;
        assert_eq!(ids(&second), [3, 2]);
        let before = second["pagination"]["previous"]["before"].as_str().unwrap();
        assert_eq!(get(&format!("count=2&before={before}")).await.json, first);
        let last = second["pagination"]["next"]["after"].as_str().unwrap();
        let third = get(&format!("count=2&after={last}")).await.json;
        assert_eq!((ids(&third), &third["pagination"]["next"]), (vec![1], &Value::Null));
        let cases: [(String, &[i64]); 6] = [
            ("direction=asc&count=200".to_owned(), &[1, 2, 3, 4, 5]),
            (format!("storeId={there}"), &[5, 2]),
            ("storeId=999".to_owned(), &[]),
            ("paymentTransactionId=pay-2".to_owned(), &[2]),
            ("after=3".to_owned(), &[2, 1]),
            (format!("direction=asc&before={draft}"), &[1, 2, 3, 4, 5]),
        ];
        for (query, expected) in cases {
            assert_eq!(ids(&get(&query).await.json), expected, "{query}");
        }
        let of_drafts = api.ask_as(&app, "GET", &format!("{DRAFTS}?after={after}"), Value::Null).await;
        assert_eq!(of_drafts.status, 422, "a cursor of another list");
        for wrong in ["count=0", "count=201", "after=6", "after=x", "after=1&before=2", "direction=up", "storeId=0"] {
            let refused = get(wrong).await;
            assert_eq!((refused.status, &refused.json["type"]), (422, &json!("E_INVALID_QUERY")), "{wrong}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_rating_counts() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let store = api.store().await.0;
        let ((ada, app), (_, other)) = (shopper(&api).await, shopper(&api).await);
        order(&api, store, ada, "draft", 0).await;
        let uri = format!("{ORDERS}/1/satisfaction");
        let rate = async |token: &str, body: Value| api.ask_as(token, "POST", &uri, body).await;
        for level in [json!(95), json!(0), json!("100"), json!(100)] {
            let reply = rate(&app, json!({"satisfactionLevel": level})).await;
            assert_eq!((reply.status, &*reply.text), (204, ""), "{level}");
        }
        let trips = api.ask("GET", &format!("/api/admin/v2/sessions?customerId={ada}"), Value::Null).await.json;
        let trip = &trips["data"][0];
        assert_eq!(
            (&trip["customerSatisfaction"], &trip["customerSatisfactionSubmitted"]),
            (&json!(100), &json!(true))
        );
        for wrong in [
            json!({}),
            json!({"satisfactionLevel": 101}),
            json!({"satisfactionLevel": -1}),
            json!({"satisfactionLevel": 9.5}),
        ] {
            let refused = rate(&app, wrong.clone()).await;
            assert_eq!((refused.status, &refused.json["type"]), (422, &json!("E_INVALID_BODY")), "{wrong}");
        }
        assert_eq!(rate(&other, json!({"satisfactionLevel": 1})).await.status, 404);
        let absent =
            api.ask_as(&app, "POST", &format!("{ORDERS}/9/satisfaction"), json!({"satisfactionLevel": 1})).await;
        assert_eq!((absent.status, &absent.json["message"]), (404, &json!("Order was not found")));
        let trips = api.ask("GET", &format!("/api/admin/v2/sessions?customerId={ada}"), Value::Null).await.json;
        assert_eq!(trips["data"][0]["customerSatisfaction"], 100);
    })
    .await;
}

#[tokio::test]
async fn without_a_provider_an_order_stays_unpaid() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let store = api.store().await.0;
        let ((ada, app), (_, other)) = (shopper(&api).await, shopper(&api).await);
        order(&api, store, ada, "unpaid", 15).await;
        order(&api, store, ada, "paid", 215).await;
        let method = json!({"initialisedPaymentId": "pm_1"});
        let pay = async |token: &str, how: &str, id: i64, body: &Value| {
            api.ask_as(token, how, &format!("{ORDERS}/{id}/payment"), body.clone()).await
        };
        let tried = pay(&app, "POST", 1, &Value::Null).await;
        assert_eq!(tried.json, json!({"orderId": "1", "success": false, "amount": "2.00", "status": "unpaid"}));
        let cases = [
            ("POST", 2, 409, "Order is not unpaid"),
            ("PATCH", 2, 409, "Order is not unpaid"),
            ("PATCH", 1, 409, "Payment provider does not take this method"),
            ("POST", 9, 404, "Order was not found"),
            ("PATCH", 9, 404, "Order was not found"),
        ];
        for (how, id, status, message) in cases {
            let reply = pay(&app, how, id, &method).await;
            assert_eq!((reply.status, &reply.json["message"]), (status, &json!(message)), "{how} {id}");
        }
        assert_eq!(pay(&app, "PATCH", 1, &json!({})).await.status, 422);
        for how in ["POST", "PATCH"] {
            assert_eq!(pay(&other, how, 1, &method).await.status, 404);
        }
        assert_eq!(api.ask_as(&app, "GET", &format!("{ORDERS}/1"), Value::Null).await.json["status"], "unpaid");
    })
    .await;
}

#[tokio::test]
async fn a_contest_is_shown_with_its_order() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let store = api.store().await.0;
        let (ada, app) = shopper(&api).await;
        order(&api, store, ada, "contested", 215).await;
        let now = api.app.clock.now();
        let contest = sql!(
            "insert into contests (retailer_id, order_id, order_version, message, from_operator, status, original_total,
                 contested_total, created_at, updated_at)
             values ($1, 1, 1, 'Only one', $2, 'contested', 215, 0, $3, $3)",
            api.retailer,
            false,
            now
        );
        run(&api, contest).await;
        let snapshot = json!({"id": 9, "name": "Seltzer", "price": 215, "barcode": null, "category": null, "thumbnail": null,
            "weight_grams": 370.5, "sku": null, "external_id": "SKU-1", "tax_code": null, "taken_at": now});
        let item = sql!(
            "insert into contest_items (contest_id, product_id, product_snapshot, price, original_quantity, contested_quantity)
             select min(id), 77, $1, 215, 1, 0 from contests",
            snapshot.to_string()
        );
        run(&api, item).await;
        let list = api.ask_as(&app, "GET", ORDERS, Value::Null).await.json;
        let contest = &list["orders"][0]["contest"];
        assert_eq!((&contest["orderId"], &contest["contestedTotalPrice"], &contest["reviewedTotalPrice"]), (&json!("1"), &json!("0.00"), &Value::Null));
        let item = json!({"productId": "77", "rin": "SKU-1", "originalQuantity": 1, "contestedQuantity": 0, "reviewedQuantity": null});
        assert_eq!(contest["items"], json!([item]));
        assert_eq!(contest["sessionId"], list["orders"][0]["sessionId"]);
    })
    .await;
}
