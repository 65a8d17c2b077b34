//! Radio tags over HTTP.

use aisle_database::testing::on_both_databases;
use axum::body::Body;
use serde_json::{Value, json};

use crate::shelves::tests::{furnished, product};
use crate::testing::{Api, Reply, START};

/// Of the published example: 80614141123458.
const TAG: &str = "3074257BF7194E4000001A85";

async fn put(api: &Api, base: &str, strategy: &str, codes: &[&str]) -> Reply {
    let tags: Vec<Value> = codes.iter().map(|code| json!({"epc": {"id": code}})).collect();
    let request = api.request(&api.key, "PUT", &format!("{base}/tags")).header("x-batch-strategy", strategy);
    api.send(request.body(Body::from(json!({ "tags": tags }).to_string())).unwrap()).await
}

#[tokio::test]
async fn both_strategies_tell_what_became_of_every_tag() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let base = furnished(&api).await;
        product(&api, "80614141123458").await;
        let codes = [TAG, "string", "30340bf8dc40882d3e83b804"];
        let refused = put(&api, &base, "all-or-nothing", &codes).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        let faults = refused.json["errors"].as_array().unwrap().iter();
        let rules: Vec<_> = faults.map(|fault| (fault["field"].clone(), fault["rule"].clone())).collect();
        let expected = [
            (json!("\"tags[1].epc.id\""), json!("string.pattern.base")),
            (json!("\"tags[2].epc.id\""), json!("any.invalid")),
        ];
        assert_eq!(rules, expected);
        let stored = put(&api, &base, "ignore-errors", &codes).await;
        assert_eq!(stored.status, 200, "{}", stored.text);
        let at = START.to_string();
        let tag = json!({"epc": {"id": TAG.to_lowercase()}, "createdAt": at, "updatedAt": at});
        assert_eq!(stored.json["success"], json!([tag]));
        let errors = json!({"invalidTags": ["string"], "tagsMissingProduct": ["30340bf8dc40882d3e83b804"]});
        assert_eq!(stored.json["errors"], errors);
        let strange = put(&api, &base, "some", &codes).await;
        assert_eq!((strange.status, &strange.json["type"]), (422, &json!("E_INVALID_HEADER")));
    })
    .await;
}
