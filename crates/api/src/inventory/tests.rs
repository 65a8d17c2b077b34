//! Stock over HTTP.

use aisle_database::testing::on_both_databases;
use axum::body::Body;
use serde_json::{Value, json};

use crate::shelves::tests::{furnished, product};
use crate::testing::Api;

#[tokio::test]
async fn a_difference_is_counted_once_per_key_and_shown_in_the_second_shape() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let base = furnished(&api).await;
        let id = product(&api, "850050071228").await;
        let plan = json!({"shelfIndex": 5, "sizeType": "meters", "bins": [{"size": 1.2, "productId": id}]});
        assert_eq!(api.ask("PUT", &format!("{base}/planogram/2"), plan).await.status, 204);
        let uri = format!("{base}/shelves/2-5/bins/0/inventory");
        let units = |number: i64| json!({"product": {"barcode": "850050071228"}, "quantityDifference": number});
        let mut shown = Vec::new();
        for _ in 0..2 {
            let request = api.request(&api.key, "PUT", &uri).header("idempotency-key", "once");
            let reply = api.send(request.body(Body::from(units(7).to_string())).unwrap()).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            shown.push(reply.json);
        }
        assert_eq!(shown[0], shown[1]);
        let shelf = &shown[0];
        assert_eq!((&shelf["id"], &shelf["gondolaId"]), (&json!("2-5"), &json!(2)));
        assert_eq!(shelf["coordinates"]["transform"]["translation"]["translationY"], 0.1);
        let bin = &shelf["bins"][0];
        assert_eq!(bin["defaultProduct"], json!({"barcode": "850050071228", "barcodeType": "upc"}));
        assert_eq!((&bin["products"][0]["quantity"], &bin["size"]), (&json!(7), &json!(1.2)));
        assert_eq!(bin["products"][0]["product"].get("productId"), None);

        let emptied = api.ask("PUT", &uri, units(-1000)).await;
        assert_eq!((emptied.status, &emptied.json["bins"][0]["products"]), (200, &json!([])));
        let read = api.ask("GET", &format!("{base}/shelves/2-5/inventory"), Value::Null).await;
        assert_eq!((read.status, &read.json["bins"][0]["productUnits"]), (200, &json!(0)));
        let unknown = json!({"product": {"barcode": "1"}, "quantityDifference": 1});
        let refused = api.ask("PUT", &uri, unknown).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["field"]), (422, &json!("\"product.barcode\"")));
        let nowhere = api.ask("PUT", &format!("{base}/shelves/2-5/bins/9/inventory"), units(1)).await;
        assert_eq!((nowhere.status, &nowhere.json["message"]), (404, &json!("Bin was not found")));
    })
    .await;
}
