//! The catalogue over HTTP. The rules themselves are tested where they are.

use aisle_database::testing::on_both_databases;
use aisle_model::access::{ApiKeyKind, Scope};
use serde_json::{Value, json};

use crate::testing::{Api, Reply, add_key, add_retailer};

const PRODUCTS: &str = "/api/admin/v2/products";

fn claw() -> Value {
    json!({"name": "White Claw", "price": 2.15, "barcode": "850050071228", "weight": 370, "restricted": true})
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

async fn made(api: &Api, body: Value) -> Value {
    let reply = api.ask("POST", PRODUCTS, body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json
}

fn fields(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 422, "{}", reply.text);
    let faults = reply.json["errors"].as_array().unwrap();
    let told = |fault: &Value| format!("{} {}", fault["field"].as_str().unwrap(), fault["rule"].as_str().unwrap());
    let mut fields: Vec<String> = faults.iter().map(told).collect();
    fields.sort();
    fields
}

#[tokio::test]
async fn a_product_is_made_read_replaced_and_deleted() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let made = made(&api, with(claw(), "thumbnail", json!("p"))).await;
        assert_eq!((&made["id"], &made["productId"], &made["price"]), (&json!("1"), &json!(1), &json!("2.15")));
        assert_eq!((&made["weight"], &made["variants"][0]["weight"]), (&json!(370), &json!("370")));
        assert_eq!((&made["restrictionCategory"], &made["invalidThumbnail"]), (&json!("ALCOHOL"), &json!(false)));
        let one = format!("{PRODUCTS}/1");
        assert_eq!(api.ask("GET", &one, Value::Null).await.json, made);
        let replaced = api.ask("PUT", &one, with(claw(), "price", json!("3.10"))).await;
        assert_eq!((replaced.status, &replaced.json["price"]), (200, &json!("3.10")));
        assert_eq!((&replaced.json["thumbnail"], &replaced.json["createdAt"]), (&Value::Null, &made["createdAt"]));
        let bad = json!({"thumbnail": "p", "invalidThumbnail": "true", "restrictionCategory": "KNIVES"});
        let mut body = claw();
        body.as_object_mut().unwrap().extend(bad.as_object().unwrap().clone());
        let marked = api.ask("PUT", &one, body).await.json;
        assert_eq!((&marked["invalidThumbnail"], &marked["restrictionCategory"]), (&json!(true), &json!("KNIVES")));
        assert_eq!(api.ask("DELETE", &one, Value::Null).await.status, 204);
        for method in ["GET", "DELETE"] {
            let gone = api.ask(method, &one, Value::Null).await;
            assert_eq!((gone.status, &gone.json["message"]), (404, &json!("Product was not found")));
        }
        assert_eq!(api.ask("PUT", &one, claw()).await.status, 201);
        let named = with(with(claw(), "externalId", json!("SKU")), "barcode", json!("2"));
        assert_eq!(api.ask("PUT", PRODUCTS, named.clone()).await.status, 201);
        assert_eq!(api.ask("PUT", PRODUCTS, named).await.status, 200);
        let taken = api.ask("POST", PRODUCTS, with(claw(), "barcode", json!("0850050071228"))).await;
        assert_eq!((taken.status, &taken.json["message"]), (409, &json!("Barcode 0850050071228 already exists")));
    })
    .await;
}

#[tokio::test]
async fn prices_by_store_are_shown_with_the_digits_of_their_store() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let store = api.store().await;
        let prices = json!([{"storeId": store.to_string(), "price": "1.9"}]);
        let made = made(&api, with(claw(), "storePrices", prices)).await;
        let row = &made["storePrices"][0];
        assert_eq!((&row["storeId"], &row["price"]), (&json!(store.to_string()), &json!("1.90")));
        let one = format!("{PRODUCTS}/{}", made["id"].as_str().unwrap());
        assert_eq!(fields(&api.ask("PUT", &one, claw()).await), ["\"storePrices\" any.required"]);
        let none = with(claw(), "storePrices", json!([]));
        assert_eq!(fields(&api.ask("PUT", &one, none).await), ["\"storePrices\" array.min"]);
        let strange = with(claw(), "storePrices", json!([{"storeId": 999, "price": 1}]));
        assert_eq!(fields(&api.ask("PUT", &one, strange).await), ["\"storePrices[0].storeId\" any.invalid"]);
    })
    .await;
}

#[tokio::test]
async fn all_faults_of_a_product_are_told_at_once() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let wrong = json!({"price": "99999999999999999999999999999999", "barcode": "", "weight": -1, "invalidThumbnail": true,
            "restrictionCategory": "KNIVES", "storePrices": [{"storeId": 1, "price": 1}, {"storeId": "1", "price": 1}, {"storeId": "x", "price": 1}]});
        let told = [
            "\"barcode\" string.empty",
            "\"invalidThumbnail\" any.invalid",
            "\"name\" any.required",
            "\"price\" any.invalid",
            "\"restrictionCategory\" any.invalid",
            "\"storePrices[1].storeId\" any.invalid",
            "\"storePrices[2].storeId\" any.invalid",
            "\"weight\" number.min",
        ];
        assert_eq!(fields(&api.ask("POST", PRODUCTS, wrong).await), told);
        assert_eq!(fields(&api.ask("PUT", PRODUCTS, claw()).await), ["\"externalId\" any.required"]);
        let made = made(&api, claw()).await;
        let variants = format!("{PRODUCTS}/{}/variants", made["id"].as_str().unwrap());
        let twice = json!([{"barcode": "a", "isDefault": true}, {"barcode": "a", "isDefault": true}, {"isDefault": "x"}]);
        let wrong = json!({"name": "Six", "weight": 1, "barcodes": twice, "invalidThumbnail": true});
        let told = [
            "\"barcodes[1].barcode\" any.invalid",
            "\"barcodes[1].isDefault\" any.invalid",
            "\"barcodes[2].barcode\" any.required",
            "\"barcodes[2].isDefault\" boolean.base",
            "\"invalidThumbnail\" any.invalid",
            "\"thumbnail\" any.required",
        ];
        assert_eq!(fields(&api.ask("POST", &variants, wrong).await), told);
    })
    .await;
}

#[tokio::test]
async fn the_list_takes_every_parameter() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        for (place, name) in ["Äpfel, rot", "Birnen", "Zitronen"].iter().enumerate() {
            let extra = json!({"name": name, "price": place, "barcode": format!("85005007122{place}"), "weight": 1.5,
                "category": "Fruit", "sku": format!("s{place}"), "externalId": format!("e,{place}"), "quantity": place});
            made(&api, extra).await;
        }
        let list = async |query: &str| {
            let reply = api.ask("GET", &format!("{PRODUCTS}?{query}"), Value::Null).await;
            assert_eq!(reply.status, 200, "{query}: {}", reply.text);
            let found = reply.json["products"].as_array().unwrap().iter();
            let ids: Vec<i64> = found.map(|product| product["productId"].as_i64().unwrap()).collect();
            (ids, reply.json["pagination"].clone())
        };
        for (query, expected) in [
            ("id=1,3&id=9", vec![1, 3]),
            ("name=%C3%84PFEL%2C%20rot,birnen", vec![1, 2]),
            ("barcode[]=0850050071221", vec![2]),
            ("externalId=e%2C0", vec![1]),
            ("invalidThumbnail=false", vec![1, 2, 3]),
            ("invalidThumbnail=true", vec![]),
            ("priceMin=0.5&priceMax=1", vec![2]),
            ("quantityMin=1&quantityMax=1", vec![2]),
            ("category=Fruit&sku=s0,s2", vec![1, 3]),
            ("location=nowhere", vec![1, 2, 3]),
            ("sort=price&direction=desc", vec![3, 2, 1]),
            ("minCreatedAt=2030-01-01", vec![]),
            ("maxUpdatedAt=2030-01-01", vec![1, 2, 3]),
        ] {
            assert_eq!(list(query).await.0, expected, "{query}");
        }
        let page = list("offset=1&count=1&sort=name").await;
        let pages = json!({"previous": {"offset": 0, "count": 1}, "next": {"offset": 2, "count": 1}});
        assert_eq!(page, (vec![3], pages), "by code point, so that Ä comes last");
        for wrong in ["count=0", "count=201", "offset=-1", "sort=weight", "direction=up", "priceMin=-1"] {
            let refused = api.ask("GET", &format!("{PRODUCTS}?{wrong}"), Value::Null).await;
            assert_eq!((refused.status, &refused.json["type"]), (422, &json!("E_INVALID_QUERY")), "{wrong}");
        }
        let categories = api.ask("GET", &format!("{PRODUCTS}/categories"), Value::Null).await;
        assert_eq!(categories.json, json!({"categories": ["Fruit"]}));
        let snapshots = api.ask("GET", &format!("{PRODUCTS}/snapshots?productId=1"), Value::Null).await;
        assert_eq!(snapshots.json["productSnapshots"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn variants_and_barcodes_come_and_go() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        made(&api, claw()).await;
        let six = json!({"name": "Six", "weight": 2220, "thumbnail": "", "barcodes": [{"barcode": "6"}]});
        let six = api.ask("POST", &format!("{PRODUCTS}/1/variants"), six).await;
        assert_eq!((six.status, &six.json["weight"]), (201, &json!("2220")));
        let one = format!("{PRODUCTS}/variants/{}", six.json["id"]);
        assert_eq!(api.ask("GET", &one, Value::Null).await.json, six.json);
        let moved = api.ask("PATCH", &one, json!({"isDefault": "true"})).await;
        assert_eq!((moved.status, &moved.json["isDefault"]), (200, &json!(true)));
        let default = api.ask("GET", &format!("{PRODUCTS}/1/variants/default"), Value::Null).await;
        assert_eq!(default.json, moved.json);
        let shown = api.ask("GET", &format!("{PRODUCTS}/1"), Value::Null).await.json;
        assert_eq!((&shown["barcode"], &shown["weight"]), (&json!("6"), &json!(2220)));
        let barcodes = format!("{one}/barcodes");
        let post = async |barcode: &str| api.ask("POST", &barcodes, json!({"barcode": barcode})).await.status;
        assert_eq!((post("7").await, post("7").await, post("850050071228").await), (201, 200, 409));
        let by_body = api.ask("DELETE", &barcodes, json!({"barcode": "6"})).await;
        assert_eq!((by_body.status, &by_body.json["barcodes"][0]["barcode"]), (200, &json!("7")));
        let missing = api.ask("DELETE", &barcodes, Value::Null).await;
        assert_eq!(fields(&missing), ["\"barcode\" any.required"]);
        let only = api.ask("DELETE", &format!("{barcodes}?barcode=7"), Value::Null).await;
        assert_eq!((only.status, &only.json["message"]), (409, &json!("Variant must have a barcode")));
        let listed = api.ask("GET", &format!("{PRODUCTS}/variants?isDefault=false&productId=1"), Value::Null).await;
        let other = &listed.json["variants"][0]["id"];
        assert_eq!(api.ask("DELETE", &one, Value::Null).await.status, 409);
        let other = format!("{PRODUCTS}/variants/{other}");
        assert_eq!(api.ask("DELETE", &other, Value::Null).await.status, 204);
        assert_eq!(api.ask("DELETE", &other, Value::Null).await.json["message"], "Variant was not found");
    })
    .await;
}

#[tokio::test]
async fn another_retailers_catalogue_is_not_found() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let variant = made(&api, claw()).await["variants"][0]["id"].clone();
        let other = add_retailer(&api.app, "other").await;
        let stranger = add_key(&api.app, other, ApiKeyKind::Retailer, Scope::defaults(false), None).await;
        let six = json!({"name": "Six", "weight": 1, "thumbnail": "", "barcodes": [{"barcode": "6"}]});
        for (method, path, body) in [
            ("GET", "1".to_owned(), Value::Null),
            ("DELETE", "1".to_owned(), Value::Null),
            ("POST", "1/variants".to_owned(), six),
            ("GET", "1/variants/default".to_owned(), Value::Null),
            ("GET", format!("variants/{variant}"), Value::Null),
            ("PATCH", format!("variants/{variant}"), json!({})),
            ("DELETE", format!("variants/{variant}"), Value::Null),
            ("POST", format!("variants/{variant}/barcodes"), json!({"barcode": "6"})),
            ("DELETE", format!("variants/{variant}/barcodes?barcode=850050071228"), Value::Null),
        ] {
            let reply = api.ask_as(&stranger, method, &format!("{PRODUCTS}/{path}"), body).await;
            assert_eq!(reply.status, 404, "{method} {path} gave {}", reply.text);
        }
        let listed = api.ask_as(&stranger, "GET", PRODUCTS, Value::Null).await.json;
        assert_eq!(listed["products"], json!([]));
        let own = api.ask_as(&stranger, "PUT", &format!("{PRODUCTS}/1"), claw()).await;
        assert_eq!(own.status, 201, "neither id nor barcode of one retailer is in the way of another");
    })
    .await;
}

#[tokio::test]
async fn the_same_key_fifty_times_at_once_makes_one_product() {
    on_both_databases(async |database| {
        let api = Api::over(database).await;
        let send = || {
            let request = api.request(&api.key, "POST", PRODUCTS).header("idempotency-key", "once");
            api.send(request.body(axum::body::Body::from(claw().to_string())).unwrap())
        };
        let replies = futures::future::join_all((0..50).map(|_| send())).await;
        for reply in &replies {
            assert_eq!((reply.status, &reply.json), (201, &replies[0].json));
        }
    })
    .await;
}
