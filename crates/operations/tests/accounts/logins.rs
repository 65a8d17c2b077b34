//! Log-ins and their chains of tokens.

use aisle_database::testing::on_both_databases;
use aisle_model::Millis;
use aisle_operations::accounts::logins;
use serde_json::json;

use crate::fixture::{START, fixture};

const DAY: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn a_token_speaks_for_its_customer_until_it_ends() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let given = f.device().await;
        assert!(given.token.starts_with("ais_cu_"), "{}", given.token);
        assert_eq!(given.token.len(), "ais_cu_".len() + 43);
        assert_eq!(given.expires_at, START.plus(Millis(30 * DAY)));
        let caller = f.bearer(&given.token).await.unwrap();
        assert_eq!((caller.retailer, caller.shopper.unwrap().customer), (f.caller.retailer, f.customer));
        assert!(caller.scopes.is_empty());
        f.app.clock.advance(Millis(30 * DAY));
        assert!(f.bearer(&given.token).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn an_exchanged_token_lives_a_minute_and_gives_the_same_successor() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let first = f.device().await;
        f.app.clock.advance(Millis(DAY));
        let second = logins::exchange(&f.app, &first.token).await.unwrap().unwrap();
        assert_ne!(second.token, first.token);
        assert_eq!(second.expires_at, START.plus(Millis(31 * DAY)));
        f.app.clock.advance(Millis(59_999));
        assert!(f.bearer(&first.token).await.is_some());
        let again = logins::exchange(&f.app, &first.token).await.unwrap().unwrap();
        assert_eq!((&again.token, again.expires_at), (&second.token, second.expires_at));
        f.app.clock.advance(Millis(1));
        assert!(f.bearer(&first.token).await.is_none());
        assert!(f.bearer(&second.token).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_token_used_long_after_its_exchange_ends_the_log_in_and_no_other() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let (first, other) = (f.device().await, f.device().await);
        let second = logins::exchange(&f.app, &first.token).await.unwrap().unwrap();
        let third = logins::exchange(&f.app, &second.token).await.unwrap().unwrap();
        f.app.clock.advance(Millis(60_000));
        assert!(logins::exchange(&f.app, &first.token).await.unwrap().is_none());
        assert!(f.bearer(&third.token).await.is_none(), "whoever holds the chain is out");
        assert!(logins::exchange(&f.app, &third.token).await.unwrap().is_none());
        assert!(f.bearer(&other.token).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn exchanges_at_one_instant_give_one_successor() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let first = f.device().await;
        let tries = (0..20).map(|_| logins::exchange(&f.app, &first.token));
        let given = futures::future::join_all(tries).await;
        let mut tokens: Vec<String> = given.into_iter().map(|given| given.unwrap().unwrap().token).collect();
        tokens.dedup();
        assert_eq!(tokens.len(), 1);
        assert!(f.bearer(&tokens[0]).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_chain_ends_a_year_after_the_log_in_or_as_the_retailer_says() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let mut given = f.device().await;
        let ends = START.plus(Millis(365 * DAY));
        for _ in 0..14 {
            f.app.clock.advance(Millis(25 * DAY));
            given = logins::exchange(&f.app, &given.token).await.unwrap().unwrap();
        }
        assert_eq!(given.expires_at, ends);
        f.app.clock.advance(Millis(15 * DAY));
        assert!(logins::exchange(&f.app, &given.token).await.unwrap().is_none());
        f.set(json!({"customerApi.tokenLifetime": 60, "customerApi.maxTokenLifetime": 90})).await;
        let short = f.device().await;
        assert_eq!(short.expires_at, f.app.clock.now().plus(Millis(60_000)));
        f.app.clock.advance(Millis(50_000));
        let last = logins::exchange(&f.app, &short.token).await.unwrap().unwrap();
        assert_eq!(last.expires_at, f.app.clock.now().plus(Millis(40_000)));
    })
    .await;
}

#[tokio::test]
async fn the_oldest_of_twenty_one_devices_is_logged_out_and_all_of_them_on_demand() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let mut devices = Vec::new();
        for _ in 0..21 {
            devices.push(f.device().await);
        }
        assert!(f.bearer(&devices[0].token).await.is_none());
        for device in &devices[1..] {
            assert!(f.bearer(&device.token).await.is_some());
        }
        let caller = f.bearer(&devices[7].token).await.unwrap();
        logins::end_all(&f.app, &caller).await.unwrap();
        for device in &devices {
            assert!(f.bearer(&device.token).await.is_none());
        }
    })
    .await;
}

#[tokio::test]
async fn expired_log_ins_are_forgotten() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let (old, _) = (f.device().await, f.device().await);
        f.app.clock.advance(Millis(DAY));
        logins::exchange(&f.app, &old.token).await.unwrap().unwrap();
        f.app.clock.advance(Millis(29 * DAY));
        assert_eq!(logins::purge(&f.app, 10).await.unwrap(), 1, "the one that was not refreshed");
        assert_eq!(logins::purge(&f.app, 10).await.unwrap(), 0);
    })
    .await;
}
