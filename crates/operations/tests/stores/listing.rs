//! Pages of stores, in every order, while stores come and go.

use std::collections::{BTreeSet, HashSet};

use aisle_database::rows::stores::NewStore;
use aisle_database::testing::{execute, on_both_databases};
use aisle_database::{Database, rows, sql};
use aisle_model::store::{DeploymentStatus, StoreStatus};
use aisle_model::{Millis, StoreId};
use aisle_operations::stores::{self, Filter, StoreCursor, StoreOrder, StorePage, StoreQuery};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::fixture::{Fixture, START, fixture};

fn query(order: StoreOrder, descending: bool, count: i64) -> StoreQuery {
    StoreQuery { filter: Filter::default(), order, descending, after: None, before: None, count }
}

async fn page(shop: &Fixture, query: &StoreQuery) -> StorePage {
    stores::list(&shop.app, &shop.caller, query.clone()).await.unwrap().unwrap()
}

/// A store with few names, statuses and times, so that most of them tie.
async fn any_store(shop: &Fixture, random: &mut StdRng) -> StoreId {
    let new = NewStore {
        retailer: shop.caller.retailer,
        unique_store_id: shop.app.chance.uuid().to_string(),
        status: StoreStatus::ALL[random.random_range(0..3)],
        deployment_status: DeploymentStatus::ALL[random.random_range(0..4)],
        name: ["", "a", "B", "ä"][random.random_range(0..4)].to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    let at = START.plus(Millis(random.random_range(0..3)));
    let made = shop.app.database.change(move |c| {
        let new = new.clone();
        Box::pin(async move { rows::stores::insert(c, &new, at).await })
    });
    made.await.unwrap().id
}

async fn remove(database: &Database, id: StoreId) {
    let removed = database.change(move |c| {
        Box::pin(async move {
            execute(c, sql!("delete from occupancy where store_id = $1", id)).await?;
            execute(c, sql!("delete from stores where id = $1", id)).await
        })
    });
    removed.await.unwrap();
}

/// Walks the whole list from one end while stores are made and removed between pages. Those that are there all the time
/// must be seen once, and nothing twice.
async fn walk(shop: &Fixture, mut asked: StoreQuery, backwards: bool, random: &mut StdRng) {
    let mut there = BTreeSet::new();
    for _ in 0..12 {
        there.insert(any_store(shop, random).await);
    }
    let mut seen = Vec::new();
    if backwards {
        let last = page(shop, &StoreQuery { count: 200, ..asked.clone() }).await.stores.pop().unwrap();
        seen.push(last.id);
        asked.before = Some(StoreCursor::Store(last.id));
    }
    loop {
        let found = page(shop, &asked).await;
        seen.extend(found.stores.iter().map(|store| store.id));
        // Not for ever, or a walk towards the newest would never end.
        if there.len() > 4 {
            any_store(shop, random).await;
            let gone = *there.iter().nth(random.random_range(0..there.len())).unwrap();
            there.remove(&gone);
            remove(&shop.app.database, gone).await;
        }
        let next = if backwards { found.previous } else { found.next };
        let Some(next) = next.map(StoreCursor::Place) else {
            break;
        };
        let side = if backwards { &mut asked.before } else { &mut asked.after };
        *side = Some(next);
    }
    let distinct: HashSet<_> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len(), "seen twice: {asked:?} {seen:?}");
    let lost: Vec<_> = there.iter().filter(|id| !distinct.contains(id)).collect();
    assert!(lost.is_empty(), "lost: {lost:?} {asked:?} {seen:?}");
}

#[tokio::test]
async fn nothing_is_shown_twice_or_left_out() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let mut random = StdRng::seed_from_u64(3);
        for order in StoreOrder::ALL {
            for (descending, backwards) in [(false, false), (true, false), (false, true), (true, true)] {
                let asked = query(*order, descending, random.random_range(1..5));
                walk(&shop, asked, backwards, &mut random).await;
                for left in page(&shop, &query(StoreOrder::Id, false, 200)).await.stores {
                    remove(&shop.app.database, left.id).await;
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn pages_are_in_order_and_know_their_neighbours() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let mut ids = Vec::new();
        for name in ["b", "a", "b", "c"] {
            ids.push((name, shop.store(name).await.id));
        }
        let asked = StoreQuery { count: 2, ..query(StoreOrder::Name, true, 2) };
        let first = page(&shop, &asked).await;
        let shown = |page: &StorePage| page.stores.iter().map(|store| store.id).collect::<Vec<_>>();
        assert_eq!(shown(&first), [ids[3].1, ids[2].1], "ties go by id, in the same direction");
        assert!(first.previous.is_none());
        let second = page(&shop, &StoreQuery { after: first.next.map(StoreCursor::Place), ..asked.clone() }).await;
        assert_eq!(shown(&second), [ids[0].1, ids[1].1]);
        assert!(second.next.is_none());
        let back = page(&shop, &StoreQuery { before: second.previous.map(StoreCursor::Place), ..asked.clone() }).await;
        assert_eq!(shown(&back), [ids[3].1, ids[2].1]);
        let unknown = StoreQuery { after: Some(StoreCursor::Store(StoreId(1_000_000))), ..asked };
        assert!(stores::list(&shop.app, &shop.caller, unknown).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn filters_hold_together_and_another_retailers_stores_are_not_there() {
    on_both_databases(|database| async move {
        let shop = fixture(database).await;
        let mine = shop.store("a").await;
        shop.store("b").await;
        let stranger = shop.stranger().await;
        stores::create(&shop.app, &stranger, crate::fixture::named("c")).await.unwrap();
        let check = |filter: Filter, expected: usize| {
            let shop = &shop;
            async move {
                let asked = StoreQuery { filter, ..query(StoreOrder::Id, false, 20) };
                assert_eq!(page(shop, &asked).await.stores.len(), expected, "{asked:?}");
            }
        };
        check(Filter::default(), 2).await;
        check(Filter { status: Some(StoreStatus::Closed), ..Filter::default() }, 2).await;
        check(Filter { id: Some(mine.id), status: Some(StoreStatus::Open), ..Filter::default() }, 0).await;
        check(Filter { id: Some(mine.id), ..Filter::default() }, 1).await;
        check(Filter { unique_store_id: Some(mine.unique_store_id), ..Filter::default() }, 1).await;
        check(Filter { third_party_id: Some("x".to_owned()), ..Filter::default() }, 0).await;
        check(Filter { deployment_status: Some(DeploymentStatus::Live), ..Filter::default() }, 0).await;
    })
    .await;
}
