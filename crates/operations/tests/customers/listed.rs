//! The list of customers.

use aisle_database::testing::on_both_databases;
use aisle_model::access::Scope;
use aisle_model::store::PaymentProvider;
use aisle_model::{CustomerId, Millis};
use aisle_operations::customers::{self, CardChange, CustomerPatch, ListFilter, NewCard, NewCustomer, Window};
use aisle_operations::{Failure, Refusal};

use crate::fixture::{Fixture, START, fixture, retailer};

async fn ids(f: &Fixture, filter: ListFilter) -> Vec<i64> {
    let slice = customers::list_slice(&f.app, &f.caller, &filter, CustomerId(0), 100).await;
    slice.unwrap().iter().map(|row| row.customer.id.0).collect()
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

/// Three customers a second apart; the second has a card.
async fn three(f: &Fixture) -> [i64; 3] {
    let mut made = [0; 3];
    for (place, (email, external)) in [("A@x.org", "1,1"), ("b@x.org", "2"), ("c@x.org", "3")].iter().enumerate() {
        let new = NewCustomer {
            email: Some((*email).to_owned()),
            external_id: Some((*external).to_owned()),
            ..NewCustomer::default()
        };
        made[place] = f.customer(new).await.customer.id.0;
        f.app.clock.advance(Millis(1000));
    }
    let card =
        NewCard { card_id: Some("card-b".to_owned()), ..NewCard::of_token(PaymentProvider::Adyen, "tok-b".to_owned()) };
    let patch = CustomerPatch { cards: CardChange::SetDefault(card), ..Default::default() };
    customers::update(&f.app, &f.caller, CustomerId(made[1]), patch).await.unwrap();
    made
}

fn only(say: impl FnOnce(&mut ListFilter)) -> ListFilter {
    let mut filter = ListFilter::default();
    say(&mut filter);
    filter
}

/// Milliseconds after the start.
fn window(min: i64, max: i64) -> Window {
    Window { min: Some(START.plus(Millis(min))), max: Some(START.plus(Millis(max))) }
}

#[tokio::test]
async fn filters_are_anded_and_their_values_ored() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let [a, b, c] = three(&f).await;
        let stranger = retailer(&f.app, "other").await;
        let theirs = customers::create(&f.app, &stranger, NewCustomer::default()).await;
        theirs.unwrap();
        let cases = [
            (ListFilter::default(), vec![a, b, c]),
            (only(|f| f.external_ids = texts(&["1,1", "3", "nobody"])), vec![a, c]),
            (only(|f| f.emails = texts(&["a@X.org", "B@x.org"])), vec![a, b]),
            (only(|f| f.instruments = texts(&["card-b"])), vec![b]),
            (only(|f| f.instruments = texts(&["tok-b", "x"])), vec![b]),
            (only(|f| f.instruments = texts(&["CARD-B"])), vec![]),
            (only(|f| f.created_at = window(1000, 1000)), vec![b]),
            (only(|f| f.created_at = window(1001, 9000)), vec![c]),
            (only(|f| f.created_at = window(2000, 0)), vec![]),
            (only(|f| f.updated_at = window(3000, 9000)), vec![b]),
        ];
        for (filter, expected) in cases {
            assert_eq!(ids(&f, filter.clone()).await, expected, "{filter:?}");
        }
        let both = ListFilter {
            external_ids: texts(&["1,1", "2"]),
            emails: texts(&["b@x.org", "c@x.org"]),
            ..ListFilter::default()
        };
        assert_eq!(ids(&f, both).await, [b]);
    })
    .await;
}

#[tokio::test]
async fn windows_compare_what_is_printed() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(NewCustomer::default()).await.customer.id.0;
        let late = aisle_model::Moment::from_micros(START.micros() + 999);
        let window = Window { min: Some(late), max: Some(START) };
        assert_eq!(ids(&f, ListFilter { created_at: window, ..Default::default() }).await, [id]);
    })
    .await;
}

#[tokio::test]
async fn slices_follow_each_other_and_carry_the_cards() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let [a, b, c] = three(&f).await;
        let slice = async |after, count| {
            let filter = ListFilter::default();
            let slice = customers::list_slice(&f.app, &f.caller, &filter, CustomerId(after), count);
            slice.await.unwrap()
        };
        let first = slice(0, 2).await;
        assert_eq!(first.iter().map(|row| row.customer.id.0).collect::<Vec<_>>(), [a, b]);
        assert_eq!(first.iter().map(|row| row.cards.len()).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(slice(b, 2).await[0].customer.id.0, c);
        assert_eq!(slice(c, 2).await, []);
    })
    .await;
}

#[tokio::test]
async fn filtering_by_email_needs_the_right_to_personal_data() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let mut blind = f.caller.clone();
        blind.scopes.retain(|scope| *scope != Scope::CustomersPii);
        let filter = ListFilter { emails: texts(&["a@x.org"]), ..Default::default() };
        let refused = customers::list_slice(&f.app, &blind, &filter, CustomerId(0), 1).await;
        assert!(matches!(refused, Err(Failure::Refused(Refusal::Forbidden(_)))), "{refused:?}");
    })
    .await;
}
