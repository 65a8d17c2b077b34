//! Radio tags and the products they name.

use aisle_database::rows;
use aisle_database::testing::on_both_databases;
use aisle_model::epc::Sgtin96;
use aisle_operations::Failure;
use aisle_operations::tags::{self, BatchStrategy, UpsertedTags};
use aisle_testkit::{START, faults};

use crate::fixture::{Fixture, fixture};

/// A tag of 4006381333931.
fn pen(serial: u64) -> String {
    Sgtin96::new(1, 7, 4_006_381, 33_393, serial).unwrap().to_string()
}

async fn upsert(fixture: &Fixture, codes: &[&str], strategy: BatchStrategy) -> Result<UpsertedTags, Failure> {
    let codes = codes.iter().map(|code| (*code).to_owned()).collect();
    tags::upsert(&fixture.app, &fixture.caller, fixture.store, codes, strategy).await
}

async fn stored(fixture: &Fixture, code: &str) -> Vec<rows::epc_tags::Tag> {
    let (store, codes) = (fixture.store, vec![code.to_owned()]);
    let read = fixture.app.database.read(move |c| {
        let codes = codes.clone();
        Box::pin(async move { rows::epc_tags::find(c, store, &codes).await })
    });
    read.await.unwrap()
}

#[tokio::test]
async fn good_tags_are_stored_and_bad_ones_listed() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let product = fixture.product("4006381333931").await;
        let (one, two) = (pen(1), pen(2).to_uppercase());
        let stray = "3074257BF7194E4000001A85";
        let codes = [two.as_str(), "string", one.as_str(), stray, two.as_str()];
        let upserted = upsert(&fixture, &codes, BatchStrategy::IgnoreErrors).await.unwrap();
        let names: Vec<&str> = upserted.stored.iter().map(|tag| tag.epc.as_str()).collect();
        assert_eq!(names, [two.to_lowercase().as_str(), one.as_str()]);
        assert_eq!(upserted.malformed, ["string"]);
        assert_eq!(upserted.without_product, [stray]);
        let kept = stored(&fixture, &one).await;
        assert_eq!((kept[0].gtin.as_str(), kept[0].product), ("04006381333931", product));

        let now = fixture.later(5);
        let again = upsert(&fixture, &[&one], BatchStrategy::AllOrNothing).await.unwrap();
        assert_eq!((again.stored[0].created_at, again.stored[0].updated_at), (START, now));
    })
    .await;
}

#[tokio::test]
async fn one_bad_tag_refuses_all_where_that_was_asked_for() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        fixture.product("4006381333931").await;
        let good = pen(1);
        let codes = [good.as_str(), "30", "3074257BF7194E4000001A85"];
        let refused = faults(upsert(&fixture, &codes, BatchStrategy::AllOrNothing).await);
        assert_eq!(refused, ["tags[1].epc.id string.pattern.base", "tags[2].epc.id any.invalid"]);
        assert_eq!(stored(&fixture, &good).await, []);
        let empty = upsert(&fixture, &[], BatchStrategy::AllOrNothing).await.unwrap();
        assert_eq!(empty, UpsertedTags::default());
    })
    .await;
}

#[tokio::test]
async fn a_product_is_found_by_a_barcode_of_any_length() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let short = fixture.product("40063812").await;
        let upc = fixture.product("850050071228").await;
        let tag_of = |company: u64, item: u64| Sgtin96::new(0, 7, company, item, 7).unwrap();
        for (tag, gtin, product) in [
            (tag_of(1, 1), "00000001000016", None),
            (tag_of(850_050, 7_122), "00850050071228", Some(upc)),
            (Sgtin96::new(0, 8, 400, 6_381, 7).unwrap(), "00000040063812", Some(short)),
        ] {
            assert_eq!(tag.gtin(), gtin);
            let code = tag.to_string();
            upsert(&fixture, &[&code], BatchStrategy::IgnoreErrors).await.unwrap();
            assert_eq!(stored(&fixture, &code).await.first().map(|tag| tag.product), product, "{gtin}");
        }
    })
    .await;
}
