//! Mails to customers: written in the change that causes them, sent by a worker, tried again until nobody needs them.
//!
//! Promises: none is lost with a crash, and none is sent whose change was undone; one may arrive twice, under the same
//! message id. Whether an address belongs to anybody is looked up here and not while somebody waits for an answer.

use aisle_database::Connection;
use aisle_database::rows::customers::{self, Customer};
use aisle_database::rows::mails::{self as rows, NewMail, Taken};
use aisle_database::rows::{customer_profiles, password_resets, retailers};
use aisle_model::{Millis, Moment, RetailerId};
use aisle_partners::{Mail, MailFailure, Mailer};
use futures::StreamExt;
use serde::{Deserialize, Serialize};

use crate::customers::fold_email;
use crate::{App, Failure};

const PLACE: &str = "mail";
const HOUR: i64 = 60 * 60 * 1000;

/// Nobody needs a notice any more after so long.
const NOTICES_LIVE: Millis = Millis(24 * HOUR);

/// An address that the app changed is of no use for a reset so long.
const NEW_ADDRESS_WAITS: Millis = Millis(24 * HOUR);

/// Whoever took a mail and does not settle it within so long has died.
const LEASE: Millis = Millis(2 * 60 * 1000);

/// Taken in one go, and sent at once.
const BATCH: i64 = 20;
const AT_ONCE: usize = 4;

/// Between two tries; the last one is repeated.
const WAITS: [Millis; 6] =
    [Millis(5000), Millis(30_000), Millis(120_000), Millis(600_000), Millis(1_800_000), Millis(HOUR)];

/// What is written to a customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Letter {
    /// The code of a flow, for whoever has the address, if anybody has.
    ResetCode { flow: i64, code_hash: [u8; 32], email: String, code: String },
    /// The password was set anew.
    PasswordReset { to: String },
    /// The address was changed; this is the former one.
    EmailChanged { to: String },
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    message_id: String,
    letter: Letter,
}

/// Posts the code of a flow. It is of no use longer than the flow.
pub(super) async fn post_code(
    c: &mut Connection,
    app: &App,
    retailer: RetailerId,
    letter: &Letter,
    give_up_at: Moment,
) -> Result<(), Failure> {
    let new = NewMail { retailer, customer: None, letter: seal(app, letter)?, give_up_at };
    Ok(rows::insert(c, new, app.clock.now()).await?)
}

/// Posts a notice to a customer.
pub(super) async fn post(c: &mut Connection, app: &App, customer: &Customer, letter: &Letter) -> Result<(), Failure> {
    let now = app.clock.now();
    let (retailer, give_up_at) = (customer.retailer, now.plus(NOTICES_LIVE));
    let new = NewMail { retailer, customer: Some(customer.id), letter: seal(app, letter)?, give_up_at };
    Ok(rows::insert(c, new, now).await?)
}

fn seal(app: &App, letter: &Letter) -> Result<Vec<u8>, Failure> {
    let sealed = Sealed { message_id: app.chance.uuid().to_string(), letter: letter.clone() };
    let plain = serde_json::to_vec(&sealed).map_err(Failure::broken)?;
    Ok(app.keys.seal(PLACE, &plain, &app.chance))
}

/// Sends what is due; whether there may be more. Without a way to send, everything waits. For a worker.
pub async fn send_due(app: &App) -> Result<bool, Failure> {
    let Some(mailer) = &app.mailer else {
        return Ok(false);
    };
    let now = app.clock.now();
    let taken = app.database.change(move |c| Box::pin(rows::take(c, now, now.plus(LEASE), BATCH)));
    let taken = taken.await.map_err(Failure::from)?;
    let is_full = i64::try_from(taken.len()).is_ok_and(|count| count >= BATCH);
    let mut sent = futures::stream::iter(taken).map(|mail| send(app, mailer, mail)).buffer_unordered(AT_ONCE);
    while let Some(outcome) = sent.next().await {
        outcome?;
    }
    Ok(is_full)
}

async fn send(app: &App, mailer: &Mailer, taken: Taken) -> Result<(), Failure> {
    let (id, attempts, give_up_at) = (taken.id, taken.attempts, taken.give_up_at);
    let next = match addressed(app, taken).await? {
        None => None,
        Some(mail) => match mailer.send(&mail).await {
            Ok(()) => None,
            Err(failure) => next_try(app, &failure, attempts, give_up_at),
        },
    };
    let settled = app.database.change(move |c| {
        Box::pin(async move {
            match next {
                Some(due_at) => rows::postpone(c, id, due_at).await,
                None => rows::remove(c, id).await,
            }
        })
    });
    settled.await.map_err(Failure::from)
}

/// When a mail that failed is tried again; `None` when it is given up.
fn next_try(app: &App, failure: &MailFailure, attempts: i64, give_up_at: Moment) -> Option<Moment> {
    let earlier = usize::try_from(attempts - 1).unwrap_or(0).min(WAITS.len() - 1);
    let next = app.clock.now().plus(WAITS[earlier]);
    let next = (!failure.is_final && next < give_up_at).then_some(next);
    let goes_on = next.is_some();
    tracing::warn!(attempts, goes_on, %failure, "a mail was not sent");
    next
}

/// The mail as it is to be sent; `None` when nobody is to get it.
async fn addressed(app: &App, taken: Taken) -> Result<Option<Mail>, Failure> {
    let plain = app.keys.open(PLACE, &taken.letter).map_err(Failure::broken)?;
    let Sealed { message_id, letter } = serde_json::from_slice(&plain).map_err(Failure::broken)?;
    let (id, retailer, now) = (taken.id, taken.retailer, app.clock.now());
    if now >= taken.give_up_at {
        return Ok(None);
    }
    let asked = letter.clone();
    let resolved = app.database.change(move |c| {
        let letter = asked.clone();
        Box::pin(async move {
            let shop = retailers::find(c, retailer).await?.map(|retailer| retailer.name);
            let is_wanted = match &letter {
                Letter::ResetCode { flow, code_hash, email, .. } => {
                    owner(c, retailer, id, *flow, *code_hash, email, now).await?
                }
                Letter::PasswordReset { .. } | Letter::EmailChanged { .. } => true,
            };
            Ok::<_, Failure>(shop.filter(|_| is_wanted))
        })
    });
    Ok(resolved.await?.map(|shop| written(letter, &shop, message_id)))
}

/// Whether the address belongs to somebody who may reset a password by it. The flow is theirs from now on.
async fn owner(
    c: &mut Connection,
    retailer: RetailerId,
    mail: i64,
    flow: i64,
    code_hash: [u8; 32],
    email: &str,
    now: Moment,
) -> Result<bool, Failure> {
    let Some(customer) = customers::find_by_email(c, retailer, &fold_email(email)).await? else {
        return Ok(false);
    };
    let changed_at = customer_profiles::find(c, customer.id).await?.email_changed_at;
    if customer.email_is_generated || changed_at.is_some_and(|at| !now.is_at_least_after(at, NEW_ADDRESS_WAITS)) {
        return Ok(false);
    }
    Ok(rows::belongs_to(c, mail, customer.id).await?
        && password_resets::belongs_to(c, flow, code_hash, customer.id).await?)
}

fn written(letter: Letter, shop: &str, message_id: String) -> Mail {
    let (to, subject, text) = match letter {
        Letter::ResetCode { email, code, .. } => (
            email,
            format!("{code} is your code for {shop}"),
            format!(
                "Your code to set a new password for {shop} is\n\n{code}\n\nIt is good for 15 minutes. If you did not ask \
                 for it, ignore this mail: your password stays as it is.\n"
            ),
        ),
        Letter::PasswordReset { to } => (
            to,
            format!("Your password for {shop} was changed"),
            format!(
                "Your password for {shop} was set anew, and every device was logged out.\n\nIf this was not you, set \
                 another password at once, in the app, with \"forgot password\".\n"
            ),
        ),
        Letter::EmailChanged { to } => (
            to,
            format!("Your e-mail address for {shop} was changed"),
            format!(
                "Your account for {shop} has another e-mail address from now on, and gets no mail at this one any \
                 more.\n\nIf this was not you, write to {shop} at once.\n"
            ),
        ),
    };
    Mail { message_id, to, subject, text }
}
