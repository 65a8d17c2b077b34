//! Variants and their barcodes.

use aisle_database::testing::on_both_databases;
use aisle_model::{Millis, ProductId, VariantId};
use aisle_operations::patch::Patch;
use aisle_operations::products::{
    self, ListVariants, NewVariant, SaidBarcode, VariantFilter, VariantPatch, WholeVariant,
};

use crate::fixture::{Fixture, START, assert_absent, assert_conflict, codes, faults, fixture, product, set, variant};

async fn add(f: &Fixture, id: VariantId, barcode: &str, is_default: bool) -> products::AddedBarcode {
    let said = SaidBarcode { barcode: barcode.to_owned(), is_default };
    products::add_barcode(&f.app, &f.caller, id, said).await.unwrap()
}

#[tokio::test]
async fn the_default_mark_moves_and_the_product_shows_the_other() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let made = f.made("1").await;
        let (id, first) = (made.product.id, made.variants[0].variant.id);
        let six = f.variant(id, variant(&["6a", "6b"])).await.unwrap();
        assert!(!six.variant.is_default);
        assert_eq!(codes(&six), ["6a", "6b"], "the first is default when none is marked");
        let moved = f.patch(six.variant.id, VariantPatch { is_default: Some(true), ..Default::default() }).await;
        assert!(moved.unwrap().variant.is_default);
        let shown = f.get(id).await;
        let order: Vec<_> = shown.variants.iter().map(|whole| (whole.variant.id, whole.variant.is_default)).collect();
        assert_eq!(order, [(six.variant.id, true), (first, false)]);
        let unmark = VariantPatch { is_default: Some(false), ..Default::default() };
        let refused = f.patch(six.variant.id, unmark.clone()).await;
        assert_conflict(refused, "Product must have a default variant");
        f.patch(first, unmark).await.unwrap();
        let refused = products::delete_variant(&f.app, &f.caller, six.variant.id).await;
        assert_conflict(refused, "Default variant cannot be deleted");
        let third = NewVariant { is_default: true, ..variant(&["12"]) };
        let third = f.variant(id, third).await.unwrap().variant.id;
        assert_eq!(f.get(id).await.variants[0].variant.id, third);
        let default = products::default_variant(&f.app, &f.caller, id).await.unwrap();
        assert_eq!(default.variant.id, third);
        products::delete_variant(&f.app, &f.caller, six.variant.id).await.unwrap();
        assert_absent(products::get_variant(&f.app, &f.caller, six.variant.id).await, "Variant");
        f.made("6a").await;
        assert_absent(f.variant(ProductId(999), variant(&["x"])).await, "Product");
    })
    .await;
}

#[tokio::test]
async fn a_patch_changes_what_it_says_and_nothing_changes_nothing() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let made = f.made("1").await;
        let id = made.variants[0].variant.id;
        f.app.clock.advance(Millis(1000));
        let same = VariantPatch {
            name: Some(made.product.name.clone()),
            barcodes: Some(set(&["1"], 0)),
            is_default: Some(true),
            thumbnail: Some(String::new()),
            external_id: Patch::Clear,
            ..Default::default()
        };
        assert_eq!(f.patch(id, same).await.unwrap(), made.variants[0]);
        assert_eq!(f.get(made.product.id).await.product.updated_at, START);
        let patch = VariantPatch {
            weight_grams: Some(12.5),
            thumbnail: Some("p".to_owned()),
            invalid_thumbnail: Some(true),
            external_id: Patch::Set("v".to_owned()),
            ..Default::default()
        };
        let after = f.patch(id, patch).await.unwrap().variant.text;
        assert_eq!((after.weight_grams, after.external_id.as_deref()), (12.5, Some("v")));
        assert_eq!((after.thumbnail.as_deref(), after.invalid_thumbnail), (Some("p"), true));
        assert_eq!(f.get(made.product.id).await.product.updated_at, START.plus(Millis(1000)));
        let lonely = VariantPatch { invalid_thumbnail: Some(true), ..Default::default() };
        assert_eq!(faults(f.patch(id, lonely).await), ["invalidThumbnail any.invalid"]);
        let other = NewVariant { external_id: Some("v".to_owned()), ..variant(&["2"]) };
        let refused = f.variant(made.product.id, other).await;
        assert_conflict(refused, "Variant with this externalId already exists");
        let gone = VariantPatch { thumbnail: Some(String::new()), ..Default::default() };
        let after = f.patch(id, gone).await.unwrap().variant.text;
        assert_eq!((after.thumbnail, after.invalid_thumbnail), (None, false));
    })
    .await;
}

#[tokio::test]
async fn a_set_of_barcodes_is_replaced_whole() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.made("1").await.variants[0].variant.id;
        f.made("taken").await;
        let with = |barcodes: Vec<SaidBarcode>| VariantPatch { barcodes: Some(barcodes), ..Default::default() };
        let after = f.patch(id, with(set(&["c", "1", "a"], 1))).await.unwrap();
        assert_eq!(codes(&after), ["1", "c", "a"], "default first, then as they were given");
        assert_conflict(f.patch(id, with(set(&["1", "taken"], 0))).await, "Barcode taken already exists");
        let kept = products::get_variant(&f.app, &f.caller, id).await.unwrap();
        assert_eq!(codes(&kept), ["1", "c", "a"], "all or nothing");
        let mut two = set(&["x", "y"], 0);
        two[1].is_default = true;
        assert_eq!(faults(f.patch(id, with(two)).await), ["barcodes[1].isDefault any.invalid"]);
        let twice = set(&["850050071228", "x", "0850050071228"], 0);
        assert_eq!(faults(f.patch(id, with(twice)).await), ["barcodes[2].barcode any.invalid"]);
    })
    .await;
}

#[tokio::test]
async fn barcodes_come_and_go_one_by_one() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.made("850050071228").await.variants[0].variant.id;
        let more = add(&f, id, "b", false).await;
        assert_eq!((more.is_new, codes(&more.variant)), (true, vec!["850050071228", "b"]));
        let moved = add(&f, id, "c", true).await;
        assert_eq!(codes(&moved.variant), ["c", "850050071228", "b"]);
        let known = add(&f, id, "0850050071228", true).await;
        assert_eq!((known.is_new, codes(&known.variant)), (false, vec!["850050071228", "b", "c"]));
        let same = add(&f, id, "b", false).await;
        assert_eq!((same.is_new, same.variant == known.variant), (false, true));
        let remove = async |barcode: &str| products::remove_barcode(&f.app, &f.caller, id, barcode).await;
        assert_absent(remove("x").await, "Barcode");
        assert_eq!(codes(&remove("00850050071228").await.unwrap()), ["b", "c"], "the mark passes to the oldest");
        assert_eq!(codes(&remove("c").await.unwrap()), ["b"]);
        assert_conflict(remove("b").await, "Variant must have a barcode");
        f.made("850050071228").await;
        let taken = SaidBarcode { barcode: "850050071228".to_owned(), is_default: true };
        let refused = products::add_barcode(&f.app, &f.caller, id, taken).await;
        assert_conflict(refused, "Barcode 850050071228 already exists");
        let kept = products::get_variant(&f.app, &f.caller, id).await.unwrap();
        assert_eq!(codes(&kept), ["b"]);
    })
    .await;
}

#[tokio::test]
async fn the_list_of_variants_keeps_what_it_is_asked_for() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let (one, two) = (f.made("850050071228").await, f.made("2").await);
        let named = NewVariant { external_id: Some("v".to_owned()), ..variant(&["3", "4"]) };
        let third = f.variant(one.product.id, named).await.unwrap();
        let ids = |found: &[WholeVariant]| found.iter().map(|whole| whole.variant.id.0).collect::<Vec<_>>();
        let (a, b, c) = (one.variants[0].variant.id.0, two.variants[0].variant.id.0, third.variant.id.0);
        let list = async |filter: VariantFilter, offset, count| {
            products::list_variants(&f.app, &f.caller, ListVariants { filter, offset, count }).await.unwrap()
        };
        let none = VariantFilter::default;
        let cases = [
            (none(), vec![a, b, c]),
            (VariantFilter { products: vec![one.product.id], ..none() }, vec![a, c]),
            (VariantFilter { barcode_keys: vec!["00850050071228".to_owned(), "4".to_owned()], ..none() }, vec![a, c]),
            (VariantFilter { external_ids: vec!["v".to_owned(), "w".to_owned()], ..none() }, vec![c]),
            (VariantFilter { is_default: Some(true), ..none() }, vec![a, b]),
            (VariantFilter { is_default: Some(false), ..none() }, vec![c]),
        ];
        for (filter, expected) in cases {
            assert_eq!(ids(&list(filter.clone(), 0, 50).await.rows), expected, "{filter:?}");
        }
        let page = list(none(), 1, 1).await;
        assert_eq!((ids(&page.rows), page.goes_on), (vec![b], true));
        assert_eq!(codes(&list(none(), 2, 1).await.rows[0]), ["3", "4"]);
        f.put(two.product.id.0, product("2")).await.unwrap();
    })
    .await;
}
