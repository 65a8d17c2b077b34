//! Products made, replaced and deleted.

use aisle_database::rows::planograms::{self, ShelfPlan};
use aisle_database::testing::on_both_databases;
use aisle_model::product::RestrictionCategory;
use aisle_model::{Currency, Millis, Moment, Money, ProductId, StoreId};
use aisle_operations::customers::Window;
use aisle_operations::products::{self, NewProduct, snapshot_of};
use serde_json::json;

use crate::fixture::{
    Fixture, START, assert_absent, assert_conflict, codes, external, faults, fixture, product, retailer, variant,
};

#[tokio::test]
async fn a_product_comes_with_its_default_variant_and_barcode() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let new = NewProduct {
            restricted: true,
            thumbnail: Some("https://pictures.example/1".to_owned()),
            ..external("850050071228", "SKU-1")
        };
        let made = f.create(new).await.unwrap();
        assert_eq!(made, f.get(made.product.id).await);
        assert_eq!(made.product.id, ProductId(1));
        assert_eq!(made.product.restriction_category, Some(RestrictionCategory::Alcohol));
        assert_eq!(made.variants.len(), 1);
        let first = &made.variants[0];
        assert!(first.variant.is_default);
        assert_eq!(first.variant.text.name, made.product.name);
        assert_eq!((first.variant.text.weight_grams, codes(first)), (370.0, vec!["850050071228"]));
        assert_eq!(made.product.price.printed(made.price_digits), "2.15");
    })
    .await;
}

#[tokio::test]
async fn ids_count_up_and_skip_those_that_were_chosen_or_deleted() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        for id in [2, 3, 9_007_199_254_740_991] {
            assert!(f.put(id, product(&format!("chosen {id}"))).await.unwrap().is_new);
        }
        let mut ids = Vec::new();
        for place in 0..3 {
            ids.push(f.made(&format!("ours {place}")).await.product.id.0);
        }
        assert_eq!(ids, [1, 4, 5]);
        products::delete(&f.app, &f.caller, ProductId(5)).await.unwrap();
        assert_eq!(f.made("later").await.product.id, ProductId(6));
    })
    .await;
}

#[tokio::test]
async fn what_is_unique_is_so_among_the_living_of_one_retailer() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let first = f.create(external("850050071228", "a")).await.unwrap();
        for same in ["850050071228", "0850050071228", "00850050071228"] {
            assert_conflict(f.create(product(same)).await, &format!("Barcode {same} already exists"));
        }
        let taken = "Product with this externalId already exists";
        assert_conflict(f.create(external("2", "a")).await, taken);
        assert_conflict(f.put(77, external("2", "a")).await, taken);
        f.put(78, product("3")).await.unwrap();
        assert_conflict(f.put(78, external("3", "a")).await, taken);
        assert_conflict(f.put(78, product("0850050071228")).await, "Barcode 0850050071228 already exists");
        let other = retailer(&f.app, "other").await;
        products::create(&f.app, &other, external("850050071228", "a")).await.unwrap();
        assert_absent(products::get(&f.app, &other, ProductId(78)).await, "Product");
        products::delete(&f.app, &f.caller, first.product.id).await.unwrap();
        f.create(external("850050071228", "a")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_replacement_says_everything_and_leaves_other_variants_and_barcodes() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let new = NewProduct { quantity: 7, category: Some("Drinks".to_owned()), ..external("1", "a") };
        let made = f.create(new).await.unwrap();
        let (id, default) = (made.product.id, made.variants[0].variant.id);
        f.variant(id, variant(&["six"])).await.unwrap();
        let one_more = products::SaidBarcode { barcode: "2".to_owned(), is_default: false };
        products::add_barcode(&f.app, &f.caller, default, one_more).await.unwrap();
        f.app.clock.advance(Millis(1000));
        let after = f.put(id.0, product("new")).await.unwrap();
        assert!(!after.is_new);
        let after = after.product;
        assert_eq!(after, f.get(id).await);
        assert_eq!((after.product.external_id.as_deref(), after.product.quantity), (None, 0));
        assert_eq!((after.product.category.as_deref(), after.product.updated_at), (None, START.plus(Millis(1000))));
        assert_eq!((after.variants[0].variant.id, codes(&after.variants[0])), (default, vec!["new", "2"]));
        assert_eq!(after.variants[0].variant.text.name, made.product.name, "names are separate");
        assert_eq!(codes(&after.variants[1]), ["six"]);
        let beside = f.put(id.0, product("2")).await.unwrap().product;
        assert_eq!(codes(&beside.variants[0]), ["2"], "one that it has beside takes the place");
        assert_conflict(f.put(id.0, product("six")).await, "Barcode six already exists");
    })
    .await;
}

#[tokio::test]
async fn saying_the_same_again_changes_nothing() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let store = f.store("EUR").await;
        let new = NewProduct { store_prices: Some(vec![(store, "1.99".parse().unwrap())]), ..external("1", "a") };
        let made = products::upsert_by_external_id(&f.app, &f.caller, new.clone()).await.unwrap();
        assert!(made.is_new);
        f.app.clock.advance(Millis(1000));
        let again = products::upsert_by_external_id(&f.app, &f.caller, new.clone()).await.unwrap();
        assert_eq!((again.is_new, &again.product), (false, &made.product));
        assert_eq!(f.put(made.product.product.id.0, new).await.unwrap().product, made.product);
        let nameless = products::upsert_by_external_id(&f.app, &f.caller, product("2")).await;
        assert_eq!(faults(nameless), ["externalId any.required"]);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_product_is_gone_and_its_id_can_live_again() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let store = f.store("EUR").await;
        let sold = NewProduct { store_prices: Some(vec![(store, "1.99".parse().unwrap())]), ..external("1", "a") };
        let made = f.put(5, sold).await.unwrap().product;
        snapshot(&f, &made, 199, START).await;
        let (id, variant) = (made.product.id, made.variants[0].variant.id);
        products::delete(&f.app, &f.caller, id).await.unwrap();
        assert_absent(products::delete(&f.app, &f.caller, id).await, "Product");
        assert_absent(products::get(&f.app, &f.caller, id).await, "Product");
        assert_absent(products::get_variant(&f.app, &f.caller, variant).await, "Variant");
        let again = f.put(5, product("2")).await.unwrap();
        assert!(again.is_new, "without prices by store: the switch was of another life");
        assert_eq!((again.product.variants.len(), again.product.store_prices.len()), (1, 0));
        let kept = products::list_snapshots(&f.app, &f.caller, Some(id), Window::default(), 0, 10).await.unwrap();
        assert_eq!(kept.rows.len(), 1, "copies of the earlier life stay");
    })
    .await;
}

async fn snapshot(f: &Fixture, whole: &products::WholeProduct, minor: i64, at: Moment) -> i64 {
    let (retailer, whole) = (f.caller.retailer, whole.clone());
    let price = Money { minor, currency: Currency::parse("EUR").unwrap() };
    let taken = f.app.database.change(move |c| {
        let whole = whole.clone();
        Box::pin(async move { snapshot_of(c, retailer, &whole, price, at).await })
    });
    taken.await.unwrap().id.0
}

#[tokio::test]
async fn a_copy_is_taken_at_the_first_sale_after_a_change() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let made = f.made("1").await;
        let first = snapshot(&f, &made, 215, START).await;
        assert_eq!(snapshot(&f, &made, 215, START).await, first);
        let cheaper = snapshot(&f, &made, 199, START.plus(Millis(1))).await;
        assert_ne!(cheaper, first, "another price is another copy");
        let renamed = NewProduct { name: "Other".to_owned(), ..product("1") };
        let renamed = f.put(made.product.id.0, renamed).await.unwrap().product;
        let later = snapshot(&f, &renamed, 215, START.plus(Millis(2))).await;
        assert!(later != first && later != cheaper);
        let window = products_window(1, 2);
        let page = products::list_snapshots(&f.app, &f.caller, None, window, 0, 1).await.unwrap();
        assert_eq!((page.rows[0].id.0, page.goes_on), (cheaper, true));
        assert_eq!((page.rows[0].text.price.as_str(), page.rows[0].text.barcode.as_deref()), ("1.99", Some("1")));
        let page = products::list_snapshots(&f.app, &f.caller, None, window, 1, 1).await.unwrap();
        assert_eq!((page.rows[0].text.name.as_str(), page.goes_on), ("Other", false));
    })
    .await;
}

fn products_window(min: i64, max: i64) -> Window {
    Window { min: Some(START.plus(Millis(min))), max: Some(START.plus(Millis(max))) }
}

async fn plan(f: &Fixture, store: StoreId, product: Option<ProductId>, from: Moment) {
    let bin = json!({"product": product, "size": 1, "low_threshold": null});
    let plan = json!({"gondola": 4, "shelf_index": 2, "effective_from": from, "size_type": "plate", "bins": [bin]});
    let plan: ShelfPlan = serde_json::from_value(plan).unwrap();
    let saved = f.app.database.change(move |c| {
        let plan = plan.clone();
        Box::pin(async move { planograms::save(c, store, &plan, START).await })
    });
    saved.await.unwrap();
}

#[tokio::test]
async fn a_planned_product_stays() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let store = f.store("EUR").await;
        let id = f.put(12, product("1")).await.unwrap().product.product.id;
        f.put(123, product("2")).await.unwrap();
        let message = format!("Product is in the planogram of store {store}, shelf 4-2");
        let delete = async || products::delete(&f.app, &f.caller, id).await;
        plan(&f, store, Some(ProductId(123)), START).await;
        plan(&f, store, Some(id), START.plus(Millis(5000))).await;
        assert_conflict(delete().await, &message);
        f.app.clock.advance(Millis(5000));
        assert_conflict(delete().await, &message);
        plan(&f, store, None, START.plus(Millis(6000))).await;
        assert_conflict(delete().await, &message);
        f.app.clock.advance(Millis(1000));
        delete().await.unwrap();
    })
    .await;
}
