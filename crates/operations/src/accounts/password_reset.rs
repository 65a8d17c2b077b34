//! Setting a new password with a code that is mailed: start, verify, finish.
//!
//! Promises: start and verify do the same whether or not the address belongs to anybody; a code is good for one flow, a
//! quarter of an hour and five tries, the token that it gives for ten minutes and one use; a finished flow ends every
//! log-in.

use std::net::IpAddr;

use aisle_database::Connection;
use aisle_database::rows::password_resets::{self as rows, Reset};
use aisle_database::rows::{customer_logins, customer_passwords, customers, mails as mail_rows};
use aisle_model::RetailerId;
use aisle_model::password_reset::{CODE_LIVES, ResetState, TOKEN_LIVES};
use subtle::ConstantTimeEq;

use super::current_password;
use super::mails::{self, Letter};
use super::throttle::{self, Counter};
use crate::access::new_secret;
use crate::customers::{Password, fold_email};
use crate::keys::token_hash;
use crate::{App, Caller, Failure, Refusal};

/// Begins the token that sets the password.
const FINISH_TOKEN: &str = "prt_";

/// Mails beyond which no flow is begun: nothing has left for long.
const MOST_WAITING: i64 = 10_000;

/// What a start came to, whose counters are kept either way.
enum Started {
    Taken,
    TooOften(u32),
    OtherFlow,
}

/// Begins a flow of the name that the app made, and posts a code for whoever has the address.
pub async fn start(
    app: &App,
    caller: &Caller,
    address: Option<IpAddr>,
    flow: &str,
    email: &str,
) -> Result<(), Failure> {
    if app.mailer.is_none() {
        return Err(Failure::Busy(
            "a password reset needs a way to send mails: mail.smtp_url or mail.folder".to_owned(),
        ));
    }
    let (within, retailer) = (app.clone(), caller.retailer);
    let (flow, email) = (flow.to_owned(), email.to_owned());
    let started = app.database.change(move |c| {
        let (app, flow, email) = (within.clone(), flow.clone(), email.clone());
        Box::pin(async move { start_within(c, &app, retailer, address, &flow, email).await })
    });
    match started.await? {
        Started::Taken => {
            app.nudges.mails().notify_one();
            Ok(())
        }
        Started::TooOften(seconds) => Err(Refusal::TooOften { seconds }.into()),
        Started::OtherFlow => Err(Refusal::conflict("Password reset token is in use").into()),
    }
}

async fn start_within(
    c: &mut Connection,
    app: &App,
    retailer: RetailerId,
    address: Option<IpAddr>,
    flow: &str,
    email: String,
) -> Result<Started, Failure> {
    let now = app.clock.now();
    if let Err(seconds) = throttle::take(c, &[Counter::reset_starts(app, address)], now).await? {
        return Ok(Started::TooOften(seconds));
    }
    if mail_rows::waiting(c, MOST_WAITING).await? >= MOST_WAITING {
        return Err(Failure::Busy("too many mails wait to be sent".to_owned()));
    }
    let folded = fold_email(&email);
    let email_hash = app.keys.hash("address of a password reset", &format!("{retailer} {folded}"));
    let code = random_code(app);
    let code_hash = code_hash(app, retailer, flow, &code);
    let expires_at = now.plus(CODE_LIVES);
    let found = rows::lock_or_insert(c, retailer, flow_hash(app, flow), email_hash, code_hash, expires_at).await?;
    if found.email_hash != email_hash {
        return Ok(Started::OtherFlow);
    }
    let is_new = found.code_hash == code_hash;
    if throttle::take(c, &Counter::reset_mails(app, retailer, &folded), now).await?.is_err() {
        // No mail, and nothing that was there changes; a new flow waits for a code that nobody gets.
        return Ok(Started::Taken);
    }
    if !is_new {
        rows::restart(c, found.id, code_hash, expires_at).await?;
    }
    rows::end_others(c, retailer, email_hash, found.id).await?;
    let letter = Letter::ResetCode { flow: found.id, code_hash, email, code };
    mails::post_code(c, app, retailer, &letter, expires_at).await?;
    Ok(Started::Taken)
}

/// The token that sets the password, for the right code. Whatever is wrong, it is wrong with the code.
pub async fn verify(
    app: &App,
    caller: &Caller,
    address: Option<IpAddr>,
    flow: &str,
    code: &str,
) -> Result<String, Failure> {
    throttle::enter(app, vec![Counter::reset_verifications(app, address)], app.clock.now()).await?;
    let (within, retailer) = (app.clone(), caller.retailer);
    let (flow_hash, code_hash) = (flow_hash(app, flow), code_hash(app, retailer, flow, code));
    let verified = app.database.change(move |c| {
        let app = within.clone();
        Box::pin(async move {
            let found = rows::lock(c, retailer, flow_hash).await?;
            match found {
                Some(found) => verify_within(c, &app, found, code_hash).await,
                None => Ok(None),
            }
        })
    });
    verified.await?.ok_or_else(|| Refusal::invalid("code", "contains an invalid value").into())
}

async fn verify_within(
    c: &mut Connection,
    app: &App,
    found: Reset,
    code_hash: [u8; 32],
) -> Result<Option<String>, Failure> {
    let now = app.clock.now();
    if !found.state.is(ResetState::Waiting, found.expires_at, now) {
        return Ok(None);
    }
    // A flow whose mail went to nobody has a code like all others; it is never right.
    if bool::from(found.code_hash.ct_eq(&code_hash)) && found.customer.is_some() {
        let token = new_secret(FINISH_TOKEN, &app.chance);
        rows::verify(c, found.id, token_hash(&token), now.plus(TOKEN_LIVES)).await?;
        return Ok(Some(token));
    }
    let wrong = found.wrong_codes + 1;
    rows::note_wrong(c, found.id, wrong, ResetState::after_wrong(wrong)).await?;
    Ok(None)
}

/// Sets the password, ends every log-in, and tells the owner. The token is good once.
pub async fn finish(
    app: &App,
    caller: &Caller,
    address: Option<IpAddr>,
    token: &str,
    password: &Password,
) -> Result<(), Failure> {
    let (retailer, finish_hash) = (caller.retailer, token_hash(token));
    let now = app.clock.now();
    let known = app.database.read(move |c| Box::pin(rows::is_verified(c, retailer, finish_hash, now)));
    if !known.await.map_err(Failure::from)? {
        // Guessing costs no hashing.
        return Err(wrong_token().into());
    }
    let (within, hash) = (app.clone(), password.hash(app).await?);
    let finished = app.database.change(move |c| {
        let (app, hash) = (within.clone(), hash.clone());
        Box::pin(async move { finish_within(c, &app, retailer, address, finish_hash, &hash).await })
    });
    finished.await?;
    app.nudges.mails().notify_one();
    Ok(())
}

async fn finish_within(
    c: &mut Connection,
    app: &App,
    retailer: RetailerId,
    address: Option<IpAddr>,
    finish_hash: [u8; 32],
    hash: &str,
) -> Result<(), Failure> {
    let now = app.clock.now();
    let found = rows::lock_verified(c, retailer, finish_hash).await?;
    let found = found.filter(|found| found.state.is(ResetState::Verified, found.expires_at, now));
    let customer = match found.and_then(|found| found.customer) {
        Some(id) => customers::lock(c, retailer, id).await?,
        None => None,
    };
    let customer = customer.ok_or_else(wrong_token)?;
    customer_passwords::set(c, customer.id, hash, now).await?;
    customer_logins::end_all(c, customer.id, None).await?;
    rows::end_all(c, customer.id).await?;
    throttle::clear(c, &current_password::counters(app, &customer, address)).await?;
    mails::post(c, app, &customer, &Letter::PasswordReset { to: customer.email.clone() }).await
}

fn wrong_token() -> Refusal {
    Refusal::invalid("token", "contains an invalid value")
}

/// Forgets at most `most` flows whose time is over; answers how many. For a worker.
pub async fn purge(app: &App, most: i64) -> Result<u64, Failure> {
    let now = app.clock.now();
    app.database.change(move |c| Box::pin(rows::purge(c, now, most))).await.map_err(Failure::from)
}

fn flow_hash(app: &App, flow: &str) -> [u8; 32] {
    app.keys.hash("flow of a password reset", flow)
}

fn code_hash(app: &App, retailer: RetailerId, flow: &str, code: &str) -> [u8; 32] {
    app.keys.hash("code of a password reset", &format!("{retailer} {code} {flow}"))
}

/// Five digits. 2^64 is so much larger than 100,000 that all are equally likely.
fn random_code(app: &App) -> String {
    format!("{:05}", u64::from_le_bytes(app.chance.bytes()) % 100_000)
}
