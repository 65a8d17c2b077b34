//! Cards one by one: one default at every moment, bound cards stay.

use aisle_database::sql;
use aisle_database::testing::{execute, on_both_databases};
use aisle_model::store::PaymentProvider;
use aisle_model::{CardId, CustomerId, Millis};
use aisle_operations::cards::{self, Added};
use aisle_operations::customers::{self, CardChange, CustomerWithCards, NewCard, NewCustomer};
use aisle_operations::entry_codes::{self, NewEntryCode};
use futures::future::join_all;

use crate::fixture::{Fixture, assert_absent, assert_conflict, fixture, retailer, said};

fn card(id: &str) -> NewCard {
    NewCard {
        card_id: Some(id.to_owned()),
        last4: Some("4242".to_owned()),
        ..NewCard::of_token(PaymentProvider::Adyen, format!("tok-{id}"))
    }
}

async fn add(f: &Fixture, to: CustomerId, id: &str, as_default: bool) -> Added {
    cards::add(&f.app, &f.caller, to, card(id), as_default).await.unwrap()
}

async fn read(f: &Fixture, id: CustomerId) -> CustomerWithCards {
    customers::get(&f.app, &f.caller, id).await.unwrap()
}

fn defaults(customer: &CustomerWithCards) -> Vec<CardId> {
    customer.cards.iter().filter(|card| card.is_default).map(|card| card.id).collect()
}

#[tokio::test]
async fn the_same_card_is_refreshed_and_stays_what_it_was() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(NewCustomer::default()).await.customer.id;
        let first = add(&f, id, "a", false).await;
        let before = read(&f, id).await;
        f.app.clock.advance(Millis(1000));
        assert_eq!(add(&f, id, "a", true).await, Added { is_new: false, ..first });
        assert_eq!(read(&f, id).await, before, "nothing changed");
        let newer = NewCard { expires: Some("03/28".to_owned()), last4: None, brand: "visa".to_owned(), ..card("a") };
        cards::add(&f.app, &f.caller, id, newer, false).await.unwrap();
        let after = read(&f, id).await;
        let [card] = after.cards.as_slice() else { panic!("{after:?}") };
        assert_eq!(
            (card.last4.as_deref(), card.expires.as_deref(), &*card.brand),
            (Some("4242"), Some("03/28"), "visa")
        );
        assert_eq!(after.customer.updated_at, f.app.clock.now());
        let elsewhere = f.customer(NewCustomer::default()).await.customer.id;
        assert!(add(&f, elsewhere, "a", false).await.is_new, "the same card of another customer");
        let stranger = retailer(&f.app, "other").await;
        assert_absent(cards::make_default(&f.app, &stranger, id, first.id).await, "Customer");
        assert_absent(cards::remove(&f.app, &f.caller, elsewhere, first.id).await, "Payment instrument");
    })
    .await;
}

#[tokio::test]
async fn simultaneous_changes_leave_one_default() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(NewCustomer::default()).await.customer.id;
        let names: Vec<String> = (0..8).map(|number| format!("card-{number}")).collect();
        let added = join_all(names.iter().map(|name| add(&f, id, name, true))).await;
        assert_eq!(defaults(&read(&f, id).await).len(), 1);
        let moves = added.iter().map(|one| cards::make_default(&f.app, &f.caller, id, one.id));
        for moved in join_all(moves).await {
            assert_eq!(defaults(&moved.unwrap()).len(), 1);
        }
        let removals = added[..7].iter().map(|one| cards::remove(&f.app, &f.caller, id, one.id));
        for removed in join_all(removals).await {
            removed.unwrap();
            assert_eq!(defaults(&read(&f, id).await).len(), 1);
        }
        assert_eq!(defaults(&read(&f, id).await), [added[7].id]);
    })
    .await;
}

#[tokio::test]
async fn there_are_fifty_cards_at_most() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(NewCustomer::default()).await.customer.id;
        for number in 0..50 {
            add(&f, id, &number.to_string(), false).await;
        }
        let refused = cards::add(&f.app, &f.caller, id, card("50"), false).await;
        assert_conflict(refused, "Customer has too many payment instruments");
        assert!(!add(&f, id, "7", true).await.is_new);
    })
    .await;
}

#[tokio::test]
async fn a_card_of_a_trip_under_way_stays() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(NewCustomer::default()).await.customer.id;
        let bound = add(&f, id, "bound", false).await.id;
        let free = add(&f, id, "free", false).await.id;
        let trip = entry_codes::create(&f.app, &f.caller, id, NewEntryCode::default()).await.unwrap();
        let set = async |status: &'static str| {
            let changed = f.app.database.change(move |c| {
                let set =
                    sql!("update sessions set status = $1, card_id = $2 where number = $3", status, bound, trip.number);
                Box::pin(async move { execute(c, set).await.map(drop) })
            });
            changed.await.unwrap();
        };
        set("active").await;
        let in_use = "Payment instrument is in use";
        assert_conflict(cards::remove(&f.app, &f.caller, id, bound).await, in_use);
        let all = said(|patch| patch.cards = CardChange::RemoveAll);
        assert_conflict(customers::update(&f.app, &f.caller, id, all).await, in_use);
        cards::remove(&f.app, &f.caller, id, free).await.unwrap();
        set("completed").await;
        cards::remove(&f.app, &f.caller, id, bound).await.unwrap();
        assert_eq!(read(&f, id).await.cards, []);
    })
    .await;
}
