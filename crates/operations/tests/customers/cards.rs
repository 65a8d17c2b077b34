//! The default card, set by an update.

use aisle_database::testing::on_both_databases;
use aisle_model::store::PaymentProvider;
use aisle_model::{CustomerId, Millis};
use aisle_operations::Failure;
use aisle_operations::customers::{self, CardChange, CustomerWithCards, Hidden, NewCard, NewCustomer};
use serde_json::json;

use crate::fixture::{Fixture, faults, fixture, said};

async fn change(f: &Fixture, id: CustomerId, cards: CardChange) -> Result<CustomerWithCards, Failure> {
    customers::update(&f.app, &f.caller, id, said(|p| p.cards = cards)).await
}

fn visa() -> NewCard {
    NewCard {
        card_id: Some("card-7".to_owned()),
        brand: "visa".to_owned(),
        last4: Some("4242".to_owned()),
        underlying_provider: Some("dropped".to_owned()),
        ..NewCard::of_token(PaymentProvider::Adyen, "tok-1".to_owned())
    }
}

#[tokio::test]
async fn the_default_card_is_set_replaced_and_taken_away() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(NewCustomer::default()).await.customer.id;
        let set = CardChange::SetDefault(visa());
        let first = change(&f, id, set.clone()).await.unwrap();
        let stored = &first.cards[0];
        assert!(stored.is_default && stored.has_token);
        assert_eq!(stored.underlying_provider, None);
        assert_eq!(stored.card_id.as_deref(), Some("card-7"));
        f.app.clock.advance(Millis(1000));
        assert_eq!(change(&f, id, set).await.unwrap(), first, "the same card");
        let token = Hidden("tok-2".to_owned());
        let token = CardChange::SetDefaultToken(PaymentProvider::None, token);
        let replaced = change(&f, id, token).await.unwrap();
        let [card] = replaced.cards.as_slice() else { panic!("{replaced:?}") };
        assert_eq!((card.id, &card.card_id, &card.last4), (stored.id, &None, &None));
        assert_eq!(replaced.customer.updated_at, f.app.clock.now());
        let none = change(&f, id, CardChange::RemoveAll).await.unwrap();
        assert_eq!(none.cards, []);
    })
    .await;
}

#[tokio::test]
async fn card_numbers_are_refused_unless_the_retailer_lifts_that() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(NewCustomer::default()).await.customer.id;
        let number = CardChange::SetDefault(NewCard {
            card_id: Some("4111111111111111".to_owned()),
            ..NewCard::of_token(PaymentProvider::None, "4222222222222".to_owned())
        });
        let refused = faults(change(&f, id, number.clone()).await);
        assert_eq!(refused, ["card.cardToken any.invalid", "card.cardId any.invalid"]);
        f.set(json!({"payments.allowNumericTokens": true})).await;
        change(&f, id, number).await.unwrap();
    })
    .await;
}
