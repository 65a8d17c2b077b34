//! Tokens of stores, and Development tokens that stand in for them.

use aisle_database::testing::{execute, on_both_databases};
use aisle_model::StoreId;
use aisle_model::access::{ApiKeyKind, Scope};
use serde_json::Value;

use crate::testing::{Api, add_key, add_retailer};

fn cursor(store: StoreId) -> String {
    format!("/api/store/v1/stores/{store}/events/cursor")
}

async fn status(api: &Api, token: &str, store: StoreId) -> u16 {
    api.ask_as(token, "GET", &cursor(store), Value::Null).await.status
}

#[tokio::test]
async fn a_store_token_speaks_for_its_own_store_only() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let (one, two) = (api.store().await, api.store().await);
        let token = api.store_key(one).await;
        assert_eq!(status(&api, &token, one).await, 200);
        assert_eq!(status(&api, &token, two).await, 404);
        assert_eq!(status(&api, &token, StoreId(999_999)).await, 404);
        assert_eq!(status(&api, &api.key, one).await, 403, "a retailer's key");
    })
    .await;
}

#[tokio::test]
async fn a_development_token_stands_in_where_a_store_is_not_live() {
    on_both_databases(|database| async move {
        let api = Api::over(database).await;
        let store = api.store().await;
        let simulating = |retailer| {
            let scopes = Scope::defaults(true);
            add_key(&api.app, retailer, ApiKeyKind::Retailer, scopes, None)
        };
        let own = simulating(api.retailer).await;
        let strange = simulating(add_retailer(&api.app, "other").await).await;
        assert_eq!(status(&api, &own, store).await, 200);
        assert_eq!(status(&api, &strange, store).await, 404);
        let live = api.app.database.change(|c| {
            let update = aisle_database::sql!("update stores set deployment_status = 'LIVE'");
            Box::pin(execute(c, update))
        });
        live.await.unwrap();
        assert_eq!(status(&api, &own, store).await, 403);
    })
    .await;
}
