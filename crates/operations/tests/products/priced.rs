//! Prices: exact to the currency, by store, and the one-way switch. Pictures, which are judged alike.

use aisle_database::testing::on_both_databases;
use aisle_model::product::RestrictionCategory;
use aisle_model::{Millis, StoreId};
use aisle_operations::products::{NewProduct, WholeProduct};

use crate::fixture::{START, faults, fixture, product};

fn priced(price: &str, by_store: Option<&[(StoreId, &str)]>) -> NewProduct {
    let by_store = by_store.map(|prices| {
        let prices = prices.iter();
        prices.map(|(store, price)| (*store, price.parse().unwrap())).collect()
    });
    NewProduct { price: price.parse().unwrap(), store_prices: by_store, ..product("1") }
}

fn shown(whole: &WholeProduct) -> (String, Vec<(i64, String)>) {
    let digits = |currency: &str| aisle_model::Currency::parse(currency).unwrap().minor_digits();
    let prices = whole.store_prices.iter();
    let prices = prices.map(|row| (row.store.0, row.price.printed(digits(&row.currency))));
    (whole.product.price.printed(whole.price_digits), prices.collect())
}

#[tokio::test]
async fn amounts_are_exact_to_the_currency_of_the_store() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let (euro, yen, dinar) = (f.store("EUR").await, f.store("JPY").await, f.store("KWD").await);
        let new = priced("2.1500000000001", Some(&[(euro, "1.9"), (yen, "300"), (dinar, "0.655")]));
        let made = f.create(new).await.unwrap();
        let expected = vec![(euro.0, "1.90".to_owned()), (yen.0, "300".to_owned()), (dinar.0, "0.655".to_owned())];
        assert_eq!(shown(&made), ("2.15".to_owned(), expected));
        let wrong = priced("2.155", Some(&[(euro, "1.999"), (yen, "300.5"), (StoreId(999), "1"), (euro, "1")]));
        let told = [
            "storePrices[3].storeId any.invalid",
            "price any.invalid",
            "storePrices[0].price any.invalid",
            "storePrices[1].price any.invalid",
            "storePrices[2].storeId any.invalid",
        ];
        let mut refused = faults(f.put(9, NewProduct { barcode: "2".to_owned(), ..wrong.clone() }).await);
        assert_eq!(refused, [told[0]], "what shows in the body alone is told first");
        let several = wrong.store_prices.map(|prices| prices[..3].to_vec());
        let wrong = NewProduct {
            store_prices: several,
            barcode: "2".to_owned(),
            price: "2.155".parse().unwrap(),
            ..product("2")
        };
        refused = faults(f.put(9, wrong).await);
        assert_eq!(refused, told[1..]);
    })
    .await;
}

#[tokio::test]
async fn prices_by_store_are_a_one_way_switch() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let (one, two) = (f.store("EUR").await, f.store("EUR").await);
        let put = async |by_store: Option<&[(StoreId, &str)]>| f.put(1, priced("2", by_store)).await;
        for default in [None, Some(&[][..])] {
            assert!(put(default).await.unwrap().product.store_prices.is_empty());
        }
        put(Some(&[(one, "1.00"), (two, "1.10")])).await.unwrap();
        f.app.clock.advance(Millis(1000));
        assert_eq!(faults(put(None).await), ["storePrices any.required"]);
        assert_eq!(faults(put(Some(&[])).await), ["storePrices array.min"]);
        let after = put(Some(&[(two, "1.20")])).await.unwrap().product;
        assert_eq!(shown(&after).1, [(two.0, "1.20".to_owned())]);
        assert_eq!(after.store_prices[0].created_at, START.plus(Millis(1000)));
        f.app.clock.advance(Millis(1000));
        let after = put(Some(&[(one, "1"), (two, "1.2")])).await.unwrap().product;
        let set_at: Vec<i64> = after.store_prices.iter().map(|row| row.created_at.millis() - START.millis()).collect();
        assert_eq!(set_at, [2000, 1000], "a price that stays keeps its moment");
        assert_eq!(faults(put(None).await), ["storePrices any.required"]);
    })
    .await;
}

#[tokio::test]
async fn a_picture_can_only_be_bad_where_there_is_one() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let put = async |thumbnail: Option<&str>, invalid: Option<bool>| {
            let thumbnail = thumbnail.map(str::to_owned);
            f.put(1, NewProduct { thumbnail, invalid_thumbnail: invalid, ..product("1") }).await
        };
        for (thumbnail, invalid, expected) in [
            (Some("p"), None, (Some("p"), false)),
            (Some("p"), Some(true), (Some("p"), true)),
            (Some("p"), Some(false), (Some("p"), false)),
            (None, None, (None, false)),
            (Some(""), None, (None, false)),
        ] {
            let after = put(thumbnail, invalid).await.unwrap().product;
            let text = &after.variants[0].variant.text;
            assert_eq!((text.thumbnail.as_deref(), text.invalid_thumbnail), expected, "{thumbnail:?} {invalid:?}");
        }
        for (thumbnail, invalid) in [(None, Some(false)), (Some(""), Some(true))] {
            assert_eq!(faults(put(thumbnail, invalid).await), ["invalidThumbnail any.invalid"], "{thumbnail:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn only_a_restricted_product_has_a_category_of_restriction() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let put = async |restricted: bool, category: Option<RestrictionCategory>| {
            f.put(1, NewProduct { restricted, restriction_category: category, ..product("1") }).await
        };
        let (alcohol, knives) = (RestrictionCategory::Alcohol, RestrictionCategory::Knives);
        for (restricted, said, expected) in
            [(true, None, Some(alcohol)), (true, Some(knives), Some(knives)), (false, None, None)]
        {
            let after = put(restricted, said).await.unwrap().product.product;
            assert_eq!((after.restricted, after.restriction_category), (restricted, expected));
        }
        assert_eq!(faults(put(false, Some(knives)).await), ["restrictionCategory any.invalid"]);
    })
    .await;
}
