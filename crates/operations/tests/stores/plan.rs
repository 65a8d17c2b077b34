//! Simultaneous edits of one store.

use aisle_database::testing::on_both_databases;
use aisle_model::floor_map::ZoneLabel;
use aisle_operations::{plan, stores, zones};
use futures::future::join_all;

use crate::fixture::{fixture, square};

#[tokio::test]
async fn the_last_plan_of_simultaneous_edits_has_them_all() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let store = shop.store("Mitte").await.id;
        let edits =
            (0..12).map(|_| zones::create(&shop.app, &shop.caller, store, square(None, &[ZoneLabel::Checkout])));
        for made in join_all(edits).await {
            made.unwrap();
        }
        let plans = shop.plans(store).await;
        let sizes: Vec<_> = plans.iter().map(|plan| (plan.version, plan.zones.len())).collect();
        let expected: Vec<_> = (0..=12).map(|edit| (edit, usize::try_from(edit).unwrap())).collect();
        assert_eq!(sizes, expected);
        let (app, store) = (shop.app.clone(), stores::find(&shop.app, &shop.caller, store).await.unwrap());
        let current = shop.app.database.read(move |c| Box::pin(async move { plan::current(c, &app, &store).await }));
        assert_eq!(&current.await.unwrap(), plans.last().unwrap());
    })
    .await;
}
