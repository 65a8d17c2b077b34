//! Log-ins and their chains of tokens.
//!
//! A token is exchanged for its successor, which is derived from it with the master key: whoever lost the answer asks
//! again and gets the same one, so a chain never forks, and two tries at one instant end alike.

use aisle_database::Connection;
use aisle_database::rows::customer_logins::{self as rows, Login};
use aisle_database::rows::customers::Customer;
use aisle_model::login::{self, Exchange};
use aisle_model::{Millis, Moment};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::access::new_secret;
use crate::customers::Settings;
use crate::keys::token_hash;
use crate::{App, Caller, Failure};

/// Begins every token of a shopper's app.
pub const CUSTOMER_TOKEN: &str = "ais_cu_";

/// Devices of one customer; one more ends the oldest.
const MOST_LOGINS: i64 = 20;

/// Tokens of one chain that are remembered, good or exchanged.
const MOST_TOKENS: i64 = 32;

const SUCCESSOR: &str = "successor of a customer token";
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// A token that was given.
#[derive(Debug, Clone)]
pub struct Given {
    /// The token itself, shown once.
    pub token: String,
    /// When it ends unless it is exchanged before.
    pub expires_at: Moment,
}

/// Begins a log-in of a customer whose row is locked.
pub async fn begin(c: &mut Connection, app: &App, customer: &Customer) -> Result<Given, Failure> {
    let now = app.clock.now();
    let lifetimes = Lifetimes::of(&Settings::of(c, customer.retailer).await?)?;
    let expires_at = lifetimes.expiry(now, now);
    let token = new_secret(CUSTOMER_TOKEN, &app.chance);
    let login = rows::insert(c, customer.retailer, customer.id, now, expires_at).await?;
    rows::insert_token(c, login, token_hash(&token), now, expires_at).await?;
    rows::end_oldest(c, customer.id, MOST_LOGINS).await?;
    Ok(Given { token, expires_at })
}

/// Exchanges a token for its successor; `None` when it is not good. One that was exchanged long ago ends its log-in.
pub async fn exchange(app: &App, token: &str) -> Result<Option<Given>, Failure> {
    let (within, token) = (app.clone(), token.to_owned());
    let exchanged = app.database.change(move |c| {
        let (app, token) = (within.clone(), token.clone());
        Box::pin(async move { exchange_within(c, &app, &token).await })
    });
    exchanged.await
}

async fn exchange_within(c: &mut Connection, app: &App, token: &str) -> Result<Option<Given>, Failure> {
    let hash = token_hash(token);
    let Some(found) = rows::token(c, hash).await? else {
        return Ok(None);
    };
    let Some(login) = rows::lock(c, found.login).await? else {
        return Ok(None);
    };
    // Whoever held the lock may have exchanged it.
    let Some(found) = rows::token(c, hash).await? else {
        return Ok(None);
    };
    let now = app.clock.now();
    match Exchange::judge(found.exchanged_at, found.expires_at, now) {
        Exchange::Anew => {
            rows::note_exchange(c, hash, now, found.expires_at.min(now.plus(login::OVERLAP))).await?;
            succeed(c, &login, successor(app, token), now).await.map(Some)
        }
        Exchange::Again => {
            let token = successor(app, token);
            let known = rows::token(c, token_hash(&token)).await?;
            Ok(known.map(|known| Given { token, expires_at: known.expires_at }))
        }
        Exchange::Stolen => {
            tracing::warn!(login = %login.id, "an exchanged token of an app was used again; its log-in is ended");
            rows::end(c, login.id).await?;
            Ok(None)
        }
        Exchange::Expired => Ok(None),
    }
}

async fn succeed(c: &mut Connection, login: &Login, token: String, now: Moment) -> Result<Given, Failure> {
    let lifetimes = Lifetimes::of(&Settings::of(c, login.retailer).await?)?;
    let expires_at = lifetimes.expiry(login.began_at, now);
    rows::insert_token(c, login.id, token_hash(&token), now, expires_at).await?;
    rows::forget_old_tokens(c, login.id, MOST_TOKENS).await?;
    Ok(Given { token, expires_at })
}

fn successor(app: &App, token: &str) -> String {
    format!("{CUSTOMER_TOKEN}{}", URL_SAFE_NO_PAD.encode(app.keys.hash(SUCCESSOR, token)))
}

/// Ends all log-ins of the calling customer, this one included.
pub async fn end_all(app: &App, caller: &Caller) -> Result<(), Failure> {
    let customer = caller.logged_in()?.customer;
    let ended = app.database.change(move |c| Box::pin(async move { rows::end_all(c, customer, None).await }));
    ended.await.map_err(Failure::from)
}

/// Forgets at most `most` log-ins that have expired; answers how many. For a worker.
pub async fn purge(app: &App, most: i64) -> Result<u64, Failure> {
    let now = app.clock.now();
    app.database.change(move |c| Box::pin(rows::purge(c, now, most))).await.map_err(Failure::from)
}

/// How long a token and a whole chain may live.
struct Lifetimes {
    token: Millis,
    chain: Millis,
}

impl Lifetimes {
    /// The retailer's settings are numbers of seconds.
    fn of(settings: &Settings) -> Result<Self, Failure> {
        let seconds = |name: &str, default: i64| {
            let seconds: i64 = settings.get(name, default)?;
            let positive = (seconds > 0).then(|| Millis(seconds.saturating_mul(1000)));
            positive.ok_or_else(|| Failure::broken(format!("the retailer's setting {name} is {seconds}")))
        };
        Ok(Self {
            token: seconds("customerApi.tokenLifetime", 30 * DAY_SECONDS)?,
            chain: seconds("customerApi.maxTokenLifetime", 365 * DAY_SECONDS)?,
        })
    }

    fn expiry(&self, began_at: Moment, now: Moment) -> Moment {
        login::expiry(began_at, now, self.token, self.chain)
    }
}
