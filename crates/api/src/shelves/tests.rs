//! Furniture over HTTP, in the documented shapes. Every answer is judged by the contract as it comes.

use aisle_database::testing::{on_both_databases, open_sqlite};
use serde_json::{Value, json};

use crate::testing::Api;

/// A store with one gondola: shelf 5, 1.2 m wide, and shelf 1 with six plates. Answers its path.
pub(crate) async fn furnished(api: &Api) -> String {
    let base = format!("/api/admin/v2/stores/{}", api.store().await);
    let shelf = |index: i64, plates: i64| {
        json!({"shelfIndex": index, "translation": {"x": 0, "y": 0.1, "z": 0.3}, "plates": plates,
            "dimensions": {"x": 1.2, "y": 0.5, "z": 0.3}})
    };
    let gondola = json!({"id": 2, "translation": {"x": 3, "y": 4, "z": 0}, "dimensions": {"x": 1.2, "y": 0.6, "z": 2},
        "shelves": [shelf(5, 0), shelf(1, 6)]});
    let map = json!({"baseVersion": 0, "gates": [], "machines": [], "gondolas": [gondola],
        "cameras": [{"id": 3, "position": {"x": 0, "y": 0, "z": 3}}]});
    let put = api.ask("PUT", &format!("{base}/layout"), map).await;
    assert_eq!(put.status, 200, "{}", put.text);
    base
}

/// A product with this barcode; answers its id.
pub(crate) async fn product(api: &Api, barcode: &str) -> Value {
    let body = json!({"name": format!("Article {barcode}"), "price": 2.15, "barcode": barcode, "weight": 250,
        "restricted": false});
    let made = api.ask("POST", "/api/admin/v2/products", body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    // The catalogue writes its ids as text, shelves write numbers.
    json!(made.json["id"].as_str().unwrap().parse::<i64>().unwrap())
}

#[tokio::test]
async fn a_gondola_shows_what_was_asked_for() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let base = furnished(&api).await;
        let id = product(&api, "850050071228").await;
        let plan = json!({"shelfIndex": 5, "sizeType": "meters", "bins": [
            {"size": 0.4, "productId": null}, {"size": 0.8, "productId": id, "lowThreshold": 3}]});
        assert_eq!(api.ask("PUT", &format!("{base}/planogram/2"), plan).await.status, 204);
        let units = json!({"product": {"barcode": "0850050071228"}, "quantityDifference": 4});
        let added = api.ask("PUT", &format!("{base}/shelves/2-5/bins/1/inventory"), units).await;
        assert_eq!(added.status, 200, "{}", added.text);

        let bare = api.ask("GET", &format!("{base}/gondolas"), Value::Null).await.json;
        let shelves = json!([{"id": "2-1", "shelfIndex": 1}, {"id": "2-5", "shelfIndex": 5}]);
        assert_eq!(bare, json!([{"id": 2, "shelves": shelves}]));
        let all = "includeCoordinates=true&includeGlobalCoordinates=true&includeBins=true";
        let full = api.ask("GET", &format!("{base}/gondolas/2?{all}"), Value::Null).await.json;
        assert_eq!(full["translation"], json!({"x": "3.0000", "y": "4.0000", "z": "0.0000"}));
        let shelf = &full["shelves"][1];
        assert_eq!(shelf["dimensions"], json!({"x": "1.2000", "y": "0.5000", "z": "0.3000"}));
        assert_eq!(shelf["globalCoordinates"]["translation"], json!({"x": "3.0000", "y": "4.1000", "z": "0.3000"}));
        let bin = &shelf["bins"][1];
        assert_eq!(bin["translation"], json!({"x": "0.4000", "y": "0.0000", "z": "0.0000"}));
        assert_eq!(bin["globalCoordinates"]["translation"]["x"], "3.4000");
        let told = [&bin["binIndex"], &bin["productUnits"], &bin["unplannedProductsUnits"], &bin["lowThreshold"]];
        assert_eq!(told, [&json!(1), &json!(4), &json!(0), &json!(3)]);
        let product = json!({"barcode": "850050071228", "barcodeType": "upc", "productId": id, "RIN": "",
            "name": "Article 850050071228", "price": 2.15, "thumbnail": "", "weight": 250.0,
            "retailerType": "generic", "restricted": false});
        assert_eq!(bin["products"], json!([{"quantity": 4, "product": product}]));
        assert_eq!(shelf["bins"][0]["productId"], Value::Null);

        let shelves = api.ask("GET", &format!("{base}/gondolas/2/shelves"), Value::Null).await.json;
        let five = &shelves["shelves"]["5"];
        assert_eq!((&five["sizeType"], &five["coordinates"]["dimX"]), (&json!("meters"), &json!(1.2)));
        assert_eq!(shelves["shelves"]["1"]["sizeType"], "plate");
    })
    .await;
}

#[tokio::test]
async fn a_gondola_that_is_not_there_is_not_found() {
    let fresh = open_sqlite().await;
    let api = Api::over(fresh.database.clone()).await;
    let base = furnished(&api).await;
    for (path, message) in [
        ("gondolas/9", "Gondola was not found"),
        ("gondolas/9/shelves", "Gondola was not found"),
        ("planogram/9", "Gondola was not found"),
        ("shelves/2-9/inventory", "Shelf was not found"),
        ("shelves/two/inventory", "Shelf was not found"),
        ("cameras/9", "Camera was not found"),
    ] {
        let reply = api.ask("GET", &format!("{base}/{path}"), Value::Null).await;
        assert_eq!((reply.status, &reply.json["message"]), (404, &json!(message)), "{path}");
    }
}
