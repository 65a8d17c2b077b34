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
