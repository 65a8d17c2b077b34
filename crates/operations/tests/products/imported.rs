//! Imports: the rules of PUT for every line, all or nothing.

use aisle_database::testing::on_both_databases;
use aisle_model::{Millis, ProductId, StoreId};
use aisle_operations::products::{
    self, Fates, ImportedLine, LineFault, NewProduct, ProductFilter, ProductOrder, Taken, WholeProduct, begin_import,
};
use aisle_operations::sessions::Direction;

use crate::fixture::{Fixture, START, codes, external, fixture, product, set, variant};

/// Lines numbered from 1.
fn lines(said: &[(Option<i64>, NewProduct)]) -> Vec<ImportedLine> {
    let line = |(place, (id, new)): (usize, &(Option<i64>, NewProduct))| ImportedLine {
        line: i64::try_from(place).unwrap() + 1,
        product: id.map(ProductId),
        new: new.clone(),
    };
    said.iter().enumerate().map(line).collect()
}

async fn import(fixture: &Fixture, said: &[(Option<i64>, NewProduct)]) -> Taken {
    let importing = begin_import(&fixture.app, fixture.caller.retailer).await.unwrap();
    let faults = importing.stage(lines(said)).await.unwrap();
    importing.finish(faults).await.unwrap()
}

/// The lines with faults, and whether nothing was taken.
fn faulty(taken: Taken) -> Vec<(i64, String)> {
    match taken {
        Taken::All(fates) => panic!("everything was taken: {fates:?}"),
        Taken::Nothing(faults) => faults.into_iter().map(|LineFault { line, text }| (line, text)).collect(),
    }
}

async fn all(fixture: &Fixture) -> Vec<WholeProduct> {
    products::export(&fixture.app, fixture.caller.retailer, ProductId(0), 1000).await.unwrap()
}

#[tokio::test]
async fn lines_make_change_and_leave_products() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let store = fixture.store("EUR").await;
        fixture.create(external("4006381333931", "pen")).await.unwrap();
        fixture.create(external("850050071228", "bar")).await.unwrap();
        fixture.app.clock.advance(Millis(1000));
        let priced = NewProduct { store_prices: Some(vec![(store, "1.99".parse().unwrap())]), ..product("111") };
        let dearer = NewProduct { price: "9.99".parse().unwrap(), ..external("4006381333931", "pen") };
        let said = [
            (None, dearer),
            (None, external("850050071228", "bar")),
            (Some(77), priced),
            (None, external("222", "new")),
        ];
        assert_eq!(import(&fixture, &said).await, Taken::All(Fates { made: 2, changed: 1, same: 1 }));
        let found = all(&fixture).await;
        let shown: Vec<_> = found
            .iter()
            .map(|whole| (whole.product.id.0, codes(&whole.variants[0])[0], whole.product.updated_at > START))
            .collect();
        let new = found.iter().find(|whole| whole.product.external_id.as_deref() == Some("new")).unwrap().product.id;
        let expected =
            [(1, "4006381333931", true), (2, "850050071228", false), (new.0, "222", true), (77, "111", true)];
        assert_eq!(shown, expected);
        assert_eq!((found[0].product.price.printed(2).as_str(), found[0].product.version), ("9.99", 2));
        assert_eq!((found[3].store_prices.len(), found[3].product.has_store_prices), (1, true));
        assert_eq!(import(&fixture, &said).await, Taken::All(Fates { made: 0, changed: 0, same: 4 }));
        assert_eq!(all(&fixture).await, found);
        let next = fixture.made("333").await.product.id;
        assert!(next > new && next.0 != 77, "ids go on behind those of an import");
    })
    .await;
}

#[tokio::test]
async fn an_import_says_what_put_says() {
    on_both_databases(|database| async move {
        let (one, other) = (fixture(database).await, "pen");
        let store = one.store("EUR").await;
        let price = |amount: &str| Some(vec![(store, amount.parse().unwrap())]);
        let steps = [
            NewProduct { store_prices: price("1.50"), ..external("1001", other) },
            NewProduct {
                thumbnail: Some("https://p/1".to_owned()),
                invalid_thumbnail: Some(true),
                ..external("1002", other)
            },
            NewProduct {
                store_prices: price("1.75"),
                restricted: true,
                sku: Some("s".to_owned()),
                ..external("1002", other)
            },
        ];
        let by_put = |mut new: NewProduct| {
            new.external_id = Some("put".to_owned());
            new.barcode = format!("9{}", new.barcode);
            new
        };
        for step in steps {
            one.app.clock.advance(Millis(1000));
            let put = products::upsert_by_external_id(&one.app, &one.caller, by_put(step.clone())).await;
            let taken = import(&one, &[(None, step)]).await;
            assert_eq!(matches!(taken, Taken::All(_)), put.is_ok(), "{taken:?} beside {put:?}");
        }
        let found = all(&one).await;
        let [put, imported] = found.as_slice() else { panic!("{found:?}") };
        let text = |whole: &WholeProduct| {
            let mut text = whole.product.clone();
            (text.id, text.external_id) = (ProductId(0), None);
            text.name = text.name.trim_start_matches("Product ").trim_start_matches('9').to_owned();
            let prices: Vec<_> = whole.store_prices.iter().map(|price| (price.price, price.created_at)).collect();
            (text, prices, whole.variants[0].variant.text.weight_grams.to_bits(), whole.variants.len())
        };
        assert_eq!(text(imported), text(put));
    })
    .await;
}

#[tokio::test]
async fn every_fault_is_told_with_its_line_and_nothing_is_taken() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let store = fixture.store("EUR").await;
        let priced =
            NewProduct { store_prices: Some(vec![(store, "1".parse().unwrap())]), ..external("1000", "priced") };
        let priced = fixture.create(priced).await.unwrap().product.id.0;
        fixture.create(external("850050071228", "taken")).await.unwrap();
        let before = all(&fixture).await;
        let unknown =
            NewProduct { store_prices: Some(vec![(StoreId(999), "1".parse().unwrap())]), ..external("1", "a") };
        let fine = NewProduct { price: "1.234".parse().unwrap(), ..external("2", "b") };
        let empty = NewProduct { store_prices: Some(Vec::new()), ..external("1000", "priced") };
        let said = [
            (None, unknown),
            (None, fine),
            (None, product("3")),
            (None, external("4", "c")),
            (Some(50), external("5", "c")),
            (Some(50), external("6", "d")),
            (Some(51), external("0850050071228", "e")),
            (Some(52), external("7", "taken")),
            (Some(priced), external("1000", "priced")),
            (Some(53), external("4", "f")),
        ];
        let expected = [
            (1, "\"storePrices[0].storeId\" contains an invalid value"),
            (2, "\"price\" contains an invalid value"),
            (3, "\"externalId\" is required where there is no \"id\""),
            (5, "\"externalId\" is that of line 4"),
            (6, "is about the same product as line 5"),
            (7, "Barcode 0850050071228 already exists"),
            (8, "Product with this externalId already exists"),
            (9, "\"storePrices\" is required"),
            (10, "\"barcode\" is that of line 4"),
        ];
        let expected: Vec<_> = expected.iter().map(|(line, text)| (*line, (*text).to_owned())).collect();
        assert_eq!(faulty(import(&fixture, &said).await), expected);
        assert_eq!(all(&fixture).await, before);
        let told = faulty(import(&fixture, &[(Some(priced), empty)]).await);
        assert_eq!(told, [(1, "\"storePrices\" must contain at least 1 items".to_owned())]);
        let good = [(None, external("4", "c"))];
        assert_eq!(import(&fixture, &good).await, Taken::All(Fates { made: 1, changed: 0, same: 0 }));
        assert_eq!(all(&fixture).await[2].product.id.0, 3, "what was refused took no id");
    })
    .await;
}

#[tokio::test]
async fn products_may_swap_what_only_one_may_have_and_keep_what_is_beside() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let one = fixture.create(external("1001", "a")).await.unwrap();
        let two = fixture.create(external("1002", "b")).await.unwrap().product.id.0;
        let (id, default) = (one.product.id, one.variants[0].variant.id);
        let barcodes = set(&["1001", "1003"], 0);
        let patch = products::VariantPatch { barcodes: Some(barcodes), ..products::VariantPatch::default() };
        fixture.patch(default, patch).await.unwrap();
        fixture.variant(id, variant(&["1004"])).await.unwrap();
        let gone = fixture.made("1005").await.product.id;
        products::delete(&fixture.app, &fixture.caller, gone).await.unwrap();
        let said = [
            (Some(id.0), external("1002", "b")),
            (Some(two), external("1001", "a")),
            (Some(gone.0), external("1005", "c")),
        ];
        assert_eq!(import(&fixture, &said).await, Taken::All(Fates { made: 1, changed: 2, same: 0 }));
        let whole = fixture.get(id).await;
        assert_eq!(
            (whole.product.external_id.as_deref(), codes(&whole.variants[0])),
            (Some("b"), vec!["1002", "1003"])
        );
        assert_eq!(codes(&whole.variants[1]), ["1004"]);
        let beside = [(Some(id.0), external("1003", "b"))];
        assert_eq!(import(&fixture, &beside).await, Taken::All(Fates { made: 0, changed: 1, same: 0 }));
        assert_eq!(codes(&fixture.get(id).await.variants[0]), ["1003"], "the barcode beside became the default one");
        let other = faulty(import(&fixture, &[(Some(id.0), external("1004", "b"))]).await);
        assert_eq!(
            other,
            [(1, "Barcode 1004 already exists".to_owned())],
            "another variant of the same product has it"
        );
        let filter = ProductFilter { barcode_keys: vec!["1005".to_owned()], ..ProductFilter::default() };
        let asked = products::ListProducts {
            filter,
            order: ProductOrder::Id,
            direction: Direction::Ascending,
            offset: 0,
            count: 5,
        };
        let page = products::list(&fixture.app, &fixture.caller, asked).await.unwrap();
        assert_eq!(page.rows.iter().map(|whole| whole.product.id).collect::<Vec<_>>(), [gone]);
    })
    .await;
}

#[tokio::test]
async fn the_later_of_two_imports_wins_and_the_earlier_learns_it() {
    on_both_databases(|database| async move {
        let fixture = fixture(database).await;
        let earlier = begin_import(&fixture.app, fixture.caller.retailer).await.unwrap();
        assert_eq!(earlier.stage(lines(&[(Some(1), product("1"))])).await.unwrap(), []);
        assert_eq!(
            import(&fixture, &[(Some(2), product("2"))]).await,
            Taken::All(Fates { made: 1, changed: 0, same: 0 })
        );
        let message = "Another import of this retailer began: this one was given up";
        aisle_testkit::assert_conflict(earlier.finish(Vec::new()).await, message);
        assert_eq!(all(&fixture).await.len(), 1);
    })
    .await;
}
