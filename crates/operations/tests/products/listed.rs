//! The list of products: every filter, every order, every page.

use aisle_database::testing::on_both_databases;
use aisle_model::{Millis, Price, ProductId};
use aisle_operations::customers::Window;
use aisle_operations::products::{self, ListProducts, NewProduct, ProductFilter, ProductOrder, WholeProduct};
use aisle_operations::sessions::Direction;

use crate::fixture::{Fixture, START, fixture, product, retailer, variant};

fn asked(filter: ProductFilter) -> ListProducts {
    ListProducts { filter, order: ProductOrder::Id, direction: Direction::Ascending, offset: 0, count: 200 }
}

async fn listed(f: &Fixture, asked: ListProducts) -> Vec<WholeProduct> {
    products::list(&f.app, &f.caller, asked).await.unwrap().rows
}

fn ids(found: &[WholeProduct]) -> Vec<i64> {
    found.iter().map(|whole| whole.product.id.0).collect()
}

/// Twelve products a second apart, with equal sort keys among them, one more that is deleted and one of a stranger.
async fn twelve(f: &Fixture) {
    for place in 0..12_i64 {
        let new = NewProduct {
            name: format!(
                "{} {}",
                ["Äpfel", "apple", "Zander", "apple"][usize::try_from(place % 4).unwrap()],
                place % 2
            ),
            price: rust_decimal::Decimal::new(100 + 10 * (place % 5), 2),
            quantity: place % 3,
            category: [None, Some("Fish".to_owned()), Some("Fruit".to_owned())][usize::try_from(place % 3).unwrap()]
                .clone(),
            sku: (place % 2 == 0).then(|| format!("sku-{}", place % 6)),
            external_id: (place > 5).then(|| format!("e,{place}")),
            thumbnail: (place % 2 == 1).then(|| "p".to_owned()),
            invalid_thumbnail: (place % 2 == 1).then_some(place % 4 == 1),
            ..product(&format!("4006381{place:05}"))
        };
        f.create(new).await.unwrap();
        f.app.clock.advance(Millis(1000));
    }
    let gone = f.made("gone").await.product.id;
    products::delete(&f.app, &f.caller, gone).await.unwrap();
    let stranger = retailer(&f.app, "other").await;
    products::create(&f.app, &stranger, product("theirs")).await.unwrap();
}

async fn check(f: &Fixture, filter: ProductFilter, judge: impl Fn(&WholeProduct) -> bool) {
    let all = listed(f, asked(ProductFilter::default())).await;
    let told = format!("{filter:?}");
    let expected: Vec<WholeProduct> = all.into_iter().filter(judge).collect();
    assert!(!expected.is_empty() && expected.len() < 12, "{told} tells products apart");
    assert_eq!(listed(f, asked(filter)).await, expected, "{told}");
}

fn only(say: impl FnOnce(&mut ProductFilter)) -> ProductFilter {
    let mut filter = ProductFilter::default();
    say(&mut filter);
    filter
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn every_filter_of_values_keeps_what_it_says() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        twelve(&f).await;
        let all = listed(&f, asked(ProductFilter::default())).await;
        assert_eq!(ids(&all), (1..=12).collect::<Vec<_>>());
        let six = f.variant(ProductId(3), variant(&["six"])).await.unwrap();
        assert_eq!(six.variant.product, ProductId(3));
        check(&f, only(|k| k.ids = [2, 5, 99].map(ProductId).to_vec()), |p| [2, 5].contains(&p.product.id.0)).await;
        check(&f, only(|k| k.names = texts(&["äpfel 0"])), |p| p.product.name == "Äpfel 0").await;
        check(&f, only(|k| k.barcode_keys = texts(&["six", "00400638100004"])), |p| [3, 5].contains(&p.product.id.0))
            .await;
        check(&f, only(|k| k.external_ids = texts(&["e,7", "e"])), |p| p.product.id.0 == 8).await;
        check(&f, only(|k| k.categories = texts(&["Fish"])), |p| p.product.category.as_deref() == Some("Fish")).await;
        check(&f, only(|k| k.skus = texts(&["sku-2", "sku-4"])), |p| {
            matches!(p.product.sku.as_deref(), Some("sku-2" | "sku-4"))
        })
        .await;
        for is_bad in [true, false] {
            check(&f, only(|k| k.invalid_thumbnail = Some(is_bad)), |p| {
                p.variants[0].variant.text.invalid_thumbnail == is_bad
            })
            .await;
        }
    })
    .await;
}

#[tokio::test]
async fn every_filter_of_a_range_keeps_what_it_says() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        twelve(&f).await;
        let price = |text: &str| Price::at_least(text.parse().unwrap());
        check(&f, only(|k| k.min_price = Some(price("1.10"))), |p| p.product.price >= price("1.1")).await;
        check(&f, only(|k| k.max_price = Some(price("1.10"))), |p| p.product.price <= price("1.1")).await;
        check(&f, only(|k| k.min_quantity = Some(1)), |p| p.product.quantity >= 1).await;
        check(&f, only(|k| k.max_quantity = Some(1)), |p| p.product.quantity <= 1).await;
        let window =
            |min: i64, max: i64| Window { min: Some(START.plus(Millis(min))), max: Some(START.plus(Millis(max))) };
        let seconds = |at: aisle_model::Moment| (at.millis() - START.millis()) / 1000;
        check(&f, only(|k| k.created_at = window(3000, 6000)), |p| (3..=6).contains(&seconds(p.product.created_at)))
            .await;
        f.put(1, product("changed")).await.unwrap();
        check(&f, only(|k| k.updated_at = window(7000, 90_000)), |p| seconds(p.product.updated_at) >= 7).await;
        let both = only(|k| {
            k.min_quantity = Some(1);
            k.categories = texts(&["Fruit"]);
        });
        check(&f, both, |p| p.product.quantity >= 1 && p.product.category.as_deref() == Some("Fruit")).await;
        let nothing = listed(&f, asked(only(|k| k.created_at = window(6000, 3000)))).await;
        assert_eq!(nothing, [], "a window whose ends cross");
    })
    .await;
}

#[tokio::test]
async fn every_order_runs_both_ways_and_pages_hold_each_row_once() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        twelve(&f).await;
        let key = |order: ProductOrder, whole: &WholeProduct| {
            let product = &whole.product;
            let key = match order {
                ProductOrder::Id => String::new(),
                ProductOrder::CreatedAt => format!("{:020}", product.created_at.micros()),
                ProductOrder::Name => product.name.clone(),
                ProductOrder::Price => format!("{:020}", product.price.0),
                ProductOrder::Quantity => format!("{:020}", product.quantity),
            };
            (key, product.id.0)
        };
        for order in ProductOrder::ALL.iter().copied() {
            let mut expected = listed(&f, asked(ProductFilter::default())).await;
            expected.sort_by_key(|whole| key(order, whole));
            for direction in [Direction::Ascending, Direction::Descending] {
                let mut paged = Vec::new();
                for offset in [0, 5, 10] {
                    let asked = ListProducts { order, direction, offset, count: 5, ..asked(ProductFilter::default()) };
                    let page = products::list(&f.app, &f.caller, asked).await.unwrap();
                    assert_eq!(page.goes_on, offset < 10);
                    paged.extend(page.rows);
                }
                assert_eq!(ids(&paged), ids(&expected), "{order} {direction}");
                expected.reverse();
            }
        }
    })
    .await;
}

#[tokio::test]
async fn categories_are_distinct_and_those_of_the_living() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        twelve(&f).await;
        let gone = NewProduct { category: Some("Gone".to_owned()), ..product("x") };
        let gone = f.create(gone).await.unwrap().product.id;
        let categories = async || products::categories(&f.app, &f.caller).await.unwrap();
        assert_eq!(categories().await, ["Fish", "Fruit", "Gone"]);
        products::delete(&f.app, &f.caller, gone).await.unwrap();
        assert_eq!(categories().await, ["Fish", "Fruit"]);
    })
    .await;
}
