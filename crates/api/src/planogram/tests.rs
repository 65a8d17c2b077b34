//! Planograms over HTTP.

use aisle_database::testing::on_both_databases;
use aisle_model::Millis;
use serde_json::{Value, json};

use crate::shelves::tests::{furnished, product};
use crate::testing::{Api, START};

#[tokio::test]
async fn a_planogram_is_shown_as_of_a_moment() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let base = furnished(&api).await;
        let id = product(&api, "850050071228").await;
        let uri = format!("{base}/planogram/2");
        let body = json!({"shelfIndex": 1, "bins": [{"size": 2, "productId": id}, {"size": 4, "productId": null}]});
        api.app.clock.advance(Millis(1000));
        assert_eq!(api.ask("PUT", &uri, body).await.status, 204);
        let bins = |reply: &Value| reply["gondolaPlanogram"]["shelves"]["1"]["bins"].as_array().unwrap().len();
        let before = api.ask("GET", &format!("{uri}?tOrigin={START}"), Value::Null).await.json;
        assert_eq!((bins(&before), &before["tOrigin"]), (0, &json!(START.to_string())));
        let now = api.ask("GET", &uri, Value::Null).await.json;
        assert_eq!((bins(&now), &now["gondolas"], &now["currentGondola"]), (2, &json!([2]), &json!(2)));
        assert_eq!(now["gondolaPlanogram"]["shelves"]["1"]["bins"][0]["productName"], "Article 850050071228");
        let early = api.ask("GET", &format!("{uri}?tOrigin=2001-01-01"), Value::Null).await;
        assert_eq!(early.status, 404, "{}", early.text);
    })
    .await;
}

#[tokio::test]
async fn a_plan_that_does_not_fit_is_refused_with_every_fault() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let base = furnished(&api).await;
        let body = json!({"shelfIndex": 1, "effectiveFrom": "2020-01-01T00:00:00Z",
            "bins": [{"size": 2.5, "productId": null}, {"size": 4, "productId": 7}]});
        let refused = api.ask("PUT", &format!("{base}/planogram/2"), body).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        let faults = refused.json["errors"].as_array().unwrap().iter();
        let told: Vec<_> =
            faults.map(|fault| (fault["field"].as_str().unwrap(), fault["rule"].as_str().unwrap())).collect();
        let expected = [
            ("\"bins[0].size\"", "number.integer"),
            ("\"bins\"", "number.max"),
            ("\"bins[1].productId\"", "any.invalid"),
            ("\"effectiveFrom\"", "any.invalid"),
        ];
        assert_eq!(told, expected);
    })
    .await;
}

#[tokio::test]
async fn a_products_places_are_shown_by_gondola() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let base = furnished(&api).await;
        let store = base.rsplit('/').next().unwrap();
        let id = product(&api, "850050071228").await;
        let uri = format!("/api/admin/v2/products/{id}/planogram");
        let nowhere = api.ask("GET", &uri, Value::Null).await;
        assert_eq!((nowhere.status, nowhere.json), (200, json!({"gondolasPlanogram": {}})));
        let plan = json!({"shelfIndex": 5, "sizeType": "meters", "bins": [
            {"size": 0.4, "productId": null}, {"size": 0.4, "productId": id}]});
        assert_eq!(api.ask("PUT", &format!("{base}/planogram/2"), plan).await.status, 204);
        let units = json!({"product": {"barcode": "850050071228"}, "quantityDifference": 2});
        assert_eq!(api.ask("PUT", &format!("{base}/shelves/2-5/bins/0/inventory"), units).await.status, 200);
        let all = api.ask("GET", &uri, Value::Null).await.json;
        let gondola = &all["gondolasPlanogram"][format!("{store}-2")];
        assert_eq!(gondola["productAvailable"], true);
        assert_eq!(gondola["shelves"].as_object().unwrap().keys().collect::<Vec<_>>(), ["5"]);
        assert_eq!(gondola["shelves"]["5"]["bins"][1]["productId"], id);
        assert_eq!(gondola["shelves"]["5"]["bins"][0]["unplannedProductsUnits"], 2);
        let one = api.ask("GET", &format!("{uri}?storeId={store}&withMisplacements=true"), Value::Null).await.json;
        assert_eq!(&one["gondolasPlanogram"]["2"], gondola);
        for (uri, message) in [
            ("/api/admin/v2/products/999999/planogram".to_owned(), "Product was not found"),
            (format!("{uri}?storeId=999999"), "Store was not found"),
        ] {
            let reply = api.ask("GET", &uri, Value::Null).await;
            assert_eq!((reply.status, &reply.json["message"]), (404, &json!(message)), "{uri}");
        }
    })
    .await;
}
