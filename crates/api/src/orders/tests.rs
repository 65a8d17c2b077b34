//! Orders and contests over HTTP, on rows as later operations will write them.

use aisle_database::testing::{execute, on_both_databases};
use aisle_database::{Statement, sql};
use serde_json::{Value, json};

use crate::testing::{Api, add_key, add_retailer};

const ORDERS: &str = "/api/admin/v2/orders";

pub(crate) async fn run(api: &Api, statement: Statement) {
    let changed = api.app.database.change(move |c| {
        let statement = statement.clone();
        Box::pin(async move { execute(c, statement).await.map(drop) })
    });
    changed.await.unwrap();
}

/// One trip and one paid order with this total in cents, of one version with one line.
pub(crate) async fn order(api: &Api, store: i64, customer: &Value, total: i64) {
    let made = api.ask("POST", &format!("/api/admin/v2/customers/{customer}/entry-codes"), json!({})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let now = api.app.clock.now();
    let insert = sql!(
        "insert into orders (retailer_id, store_id, session_number, session_token, customer_id, customer_role, status,
             external_id, external_status, currency, latest_version, total, total_tax, total_scaled, quantity, taken,
             refunded_amount, payment_transaction_id, payment_status, refunded, try_refund_times, card_bin, card_last4,
             card_expires, draft_created_at, created_at, updated_at)
         select retailer_id, $1, number, token, customer_id, 'customer', 'paid', 'order,1', 'ok', 'EUR', 2, $2, 35, $3, 1, $4,
             0, 'pay-1', 'success', $5, 0, '411111', '1111', '03/28', $6, $6, $6 from sessions
         where number = (select max(number) from sessions)",
        store, total, total * 100, total, false, now
    );
    run(api, insert).await;
    for version in [1_i64, 2] {
        let insert = sql!(
            "insert into order_versions (order_id, version, total, total_tax, mutator_text, created_at)
             select max(id), $1, $2, 35, 'Thank you', $3 from orders",
            version,
            total - 2 + version,
            now
        );
        run(api, insert).await;
    }
    let taxes = r#"[{"name":"VAT","rate":"0.195","amount":35,"tax_code":null}]"#;
    let insert = sql!(
        "insert into order_lines (order_id, version, id, product_id, name, price, weight_grams, restricted,
             is_externally_added, quantity, total, total_tax, tax_lines, discounts, created_at, updated_at)
         select max(id), 2, 1, 77, 'Seltzer', $1, 370.5, $2, $3, 1, $1, 35, $4, '[]', $5, $5 from orders",
        total,
        true,
        false,
        taxes,
        now
    );
    run(api, insert).await;
    let insert = sql!(
        "insert into order_vendor_entries (order_id, vendor, kind, entry, created_at)
         select max(id), 'coffee', 'EXTRA_TEXT', 'Enjoy', $1 from orders",
        now
    );
    run(api, insert).await;
}

async fn world(api: &Api) -> (i64, Value) {
    let store = api.store().await.0;
    let customer = api.ask("POST", "/api/admin/v2/customers", json!({})).await.json["id"].clone();
    for total in [215, 1000, 50] {
        order(api, store, &customer, total).await;
        api.app.clock.advance(aisle_model::Millis(1000));
    }
    (store, customer)
}

async fn ids(api: &Api, query: &str) -> Vec<i64> {
    let page = api.ask("GET", &format!("{ORDERS}?{query}"), Value::Null).await;
    assert_eq!(page.status, 200, "{query}: {}", page.text);
    page.json["data"].as_array().unwrap().iter().map(|order| order["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn an_order_is_shown_in_each_version() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let (_, customer) = world(&api).await;
        let latest = api.ask("GET", &format!("{ORDERS}/1"), Value::Null).await.json;
        let sums = ["totalPrice", "subtotalPrice", "totalTax", "amountDue"].map(|name| latest[name].as_str().unwrap());
        assert_eq!(sums, ["2.15", "1.80", "0.35", "0.00"]);
        assert_eq!((&latest["version"], &latest["isLatest"], &latest["contest"]), (&json!(2), &json!(1), &Value::Null));
        assert_eq!(latest["customerId"], customer.to_string());
        assert_eq!(latest["extraText"], "Thank you\nEnjoy");
        assert_eq!(latest["vendorMetadata"], json!({"coffee": {"EXTRA_TEXT": ["Enjoy"]}}));
        assert_eq!(latest["products"][0]["taxRates"], "VAT 19.5%: 0.35");
        assert_eq!(latest["paymentTransaction"]["paymentStatus"], "success");
        let first = api.ask("GET", &format!("{ORDERS}/1?version=1"), Value::Null).await.json;
        assert_eq!(
            (&first["totalPrice"], &first["isLatest"], &first["products"]),
            (&json!("2.14"), &json!(0), &json!([]))
        );
        for absent in ["1?version=3", "999"] {
            let reply = api.ask("GET", &format!("{ORDERS}/{absent}"), Value::Null).await;
            assert_eq!((reply.status, &reply.json["message"]), (404, &json!("Order was not found")), "{absent}");
        }
        let other = add_retailer(&api.app, "other").await;
        let scopes = aisle_model::access::Scope::defaults(false);
        let stranger = add_key(&api.app, other, aisle_model::access::ApiKeyKind::Retailer, scopes, None).await;
        assert_eq!(api.ask_as(&stranger, "GET", &format!("{ORDERS}/1"), Value::Null).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn orders_are_paged_sorted_and_filtered() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let (store, customer) = world(&api).await;
        let page = api.ask("GET", &format!("{ORDERS}?page=1&pageSize=1"), Value::Null).await.json;
        let around = json!({"previous": {"offset": 0, "count": 1}, "next": {"offset": 2, "count": 1}, "total": 3});
        assert_eq!((&page["data"][0]["id"], &page["pagination"]), (&json!(2), &around));
        assert_eq!((page["data"][0].get("products"), page["data"][0].get("contest")), (None, None));
        let cases: &[(&str, &[i64])] = &[
            ("", &[1, 2, 3]),
            ("orderBy=totalPrice", &[3, 1, 2]),
            ("orderBy=draftCreatedAt&direction=desc", &[3, 2, 1]),
            ("orderBy=storeId&direction=desc", &[3, 2, 1]),
            ("minTotalPrice=2.15&maxTotalPrice=9.999", &[1]),
            ("minTotalPrice=99999999999999999999999999999999999", &[]),
            ("maxTotalPrice=99999999999999999999999999999999999", &[1, 2, 3]),
            ("status=paid,unpaid&externalStatus=ok&customerRole=customer", &[1, 2, 3]),
            ("status=draft", &[]),
            ("externalId=order%2C1&id=2", &[2]),
            ("externalId=order,1", &[]),
            ("paymentTransactionId=pay-1&minTotalProductQuantity=1&maxTotalProductQuantity=1", &[1, 2, 3]),
            ("customerPaymentInstrumentBin=411111&customerPaymentInstrumentLast4=1111", &[1, 2, 3]),
            ("customerPaymentInstrumentBin=4111111", &[]),
            ("customerPaymentInstrumentLast4=1111&customerPaymentInstrumentExpDate=03/28", &[1, 2, 3]),
            ("startTime=2023-11-14T22:13:21.000Z&maxDraftCreatedAt=2023-11-14T22:13:21.000Z", &[2]),
            ("minCreatedAt=2023-11-14T22:13:22Z&endTime=2023-11-14T22:13:21Z", &[]),
            ("sessionId=nothing", &[]),
        ];
        for (query, expected) in cases {
            assert_eq!(ids(&api, query).await, *expected, "{query}");
        }
        assert_eq!(ids(&api, &format!("storeId={store}&customerId={customer}")).await, [1, 2, 3]);
        let lonely = api.ask("GET", &format!("{ORDERS}?customerPaymentInstrumentExpDate=03/28"), Value::Null).await;
        assert_eq!((lonely.status, &lonely.json["errors"][0]["rule"]), (422, &json!("any.required")));
        let full =
            api.ask("GET", &format!("{ORDERS}?includeProducts=true&includeContest=true&id=1"), Value::Null).await.json;
        assert_eq!(
            (&full["data"][0]["products"][0]["name"], &full["data"][0]["contest"]),
            (&json!("Seltzer"), &Value::Null)
        );
    })
    .await;
}

#[tokio::test]
async fn contests_are_listed_and_read() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let (store, _) = world(&api).await;
        let now = api.app.clock.now();
        for id in [1_i64, 3] {
            let insert = sql!(
                "insert into contests (retailer_id, order_id, order_version, message, from_operator, status, original_total,
                     contested_total, created_at, updated_at)
                 values ($1, $2, 2, 'Only one', $3, 'contested', 215, 0, $4, $4)",
                api.retailer, id, false, now
            );
            run(&api, insert).await;
        }
        let snapshot = json!({"id": 9, "name": "Seltzer", "price": 215, "barcode": null, "category": null, "thumbnail": null,
            "weight_grams": 370.5, "sku": null, "external_id": null, "tax_code": null, "taken_at": now});
        let item = sql!(
            "insert into contest_items (contest_id, product_id, product_snapshot, price, original_quantity, contested_quantity)
             select min(id), 77, $1, 215, 1, 0 from contests",
            snapshot.to_string()
        );
        run(&api, item).await;
        let contests = "/api/admin/v2/contests";
        let one = api.ask("GET", &format!("{contests}/1"), Value::Null).await.json;
        assert_eq!((&one["orderId"], &one["contestedTotalPrice"], &one["reviewedTotalPrice"]), (&json!("1"), &json!("0.00"), &Value::Null));
        assert_eq!((&one["items"][0]["name"], &one["items"][0]["price"]), (&json!("Seltzer"), &json!("2.15")));
        assert_eq!(api.ask("GET", &format!("{contests}/2"), Value::Null).await.status, 404);
        let order = api.ask("GET", &format!("{ORDERS}/1"), Value::Null).await.json;
        assert_eq!(order["contest"], one);
        let page = api.ask("GET", &format!("{contests}?pageSize=1"), Value::Null).await.json;
        assert_eq!(page["pagination"], json!({"previous": null, "next": {"offset": 1, "count": 1}}));
        assert_eq!(page["contestedOrders"][0]["order"]["extraText"], "Thank you\nEnjoy");
        let listed = async |query: String| {
            let page = api.ask("GET", &format!("{contests}?{query}"), Value::Null).await.json;
            page["contestedOrders"].as_array().unwrap().iter().map(|one| one["orderId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(listed(format!("storeId={store}&status=contested")).await, ["1", "3"]);
        assert_eq!(listed("status=reviewed".to_owned()).await, Vec::<String>::new());
        assert_eq!(listed("orderId=3&startTime=2023-11-14T22:13:22Z".to_owned()).await, ["3"]);
    })
    .await;
}
