//! What must hold when many do the same at once.

use std::collections::HashSet;

use aisle_database::testing::on_both_databases;
use aisle_operations::products::{self, NewProduct, SaidBarcode, VariantPatch};
use aisle_operations::{Failure, Refusal};
use futures::future::join_all;

use crate::fixture::{codes, external, fixture, product, variant};

const CROWD: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_moves_of_the_mark_leave_one_default_variant() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.made("1").await.product.id;
        let mut all = vec![f.get(id).await.variants[0].variant.id];
        for place in 0..4 {
            all.push(f.variant(id, variant(&[&format!("v{place}")])).await.unwrap().variant.id);
        }
        let moves = (0..CROWD).map(|place| {
            let patch = VariantPatch { is_default: Some(true), ..Default::default() };
            f.patch(all[place % all.len()], patch)
        });
        let watched = async {
            for _ in 0..CROWD {
                let marked = f.get(id).await.variants.iter().filter(|whole| whole.variant.is_default).count();
                assert_eq!(marked, 1, "at every moment");
            }
        };
        let (outcomes, ()) = tokio::join!(join_all(moves), watched);
        for one in outcomes {
            one.unwrap();
        }
        let marked = f.get(id).await.variants.iter().filter(|whole| whole.variant.is_default).count();
        assert_eq!(marked, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_barcodes_that_want_the_mark_leave_one_default_barcode() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.made("1").await.variants[0].variant.id;
        let added = join_all((0..CROWD).map(|place| {
            let said = SaidBarcode { barcode: format!("b{}", place % 25), is_default: true };
            products::add_barcode(&f.app, &f.caller, id, said)
        }));
        let new = added.await.into_iter().filter(|added| added.as_ref().unwrap().is_new).count();
        assert_eq!(new, 25);
        let after = products::get_variant(&f.app, &f.caller, id).await.unwrap();
        assert_eq!(codes(&after).len(), 26);
        let removed = join_all((0..25).map(|place| {
            let barcode = format!("b{place}");
            let f = f.clone();
            async move { products::remove_barcode(&f.app, &f.caller, id, &barcode).await }
        }));
        for one in removed.await {
            one.unwrap();
        }
        assert_eq!(codes(&products::get_variant(&f.app, &f.caller, id).await.unwrap()), ["1"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_puts_one_makes_and_the_others_replace() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let by_id = (0..CROWD).map(|place| f.put(7, NewProduct { quantity: 1, ..product(&format!("q{place}")) }));
        let made = join_all(by_id).await.into_iter().filter(|done| done.as_ref().unwrap().is_new).count();
        assert_eq!(made, 1);
        let whole = f.get(aisle_model::ProductId(7)).await;
        assert_eq!((whole.variants.len(), codes(&whole.variants[0]).len()), (1, 1));

        let by_name = (0..CROWD).map(|_| products::upsert_by_external_id(&f.app, &f.caller, external("x", "same")));
        let done: Vec<_> = join_all(by_name).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(done.iter().filter(|done| done.is_new).count(), 1);
        let ids: HashSet<_> = done.iter().map(|done| done.product.product.id).collect();
        assert_eq!(ids.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_products_with_one_barcode_one_is_made() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let spellings = ["850050071228", "0850050071228", "00850050071228"];
        let made = join_all((0..CROWD).map(|place| f.create(product(spellings[place % 3])))).await;
        let (mut there, mut refused) = (0, 0);
        for one in made {
            match one {
                Ok(_) => there += 1,
                Err(Failure::Refused(Refusal::Conflict(message))) => {
                    assert!(message.starts_with("Barcode "), "{message}");
                    refused += 1;
                }
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!((there, refused), (1, CROWD - 1));
    })
    .await;
}
