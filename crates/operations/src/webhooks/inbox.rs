//! The receiver's memory: what came in, for 24 hours, the newest thousand of a retailer. Receiving changes nothing else.

use aisle_database::rows::inbox::{self as rows, InboxEntry, InboxFilter, NewInboxEntry};
use aisle_database::rows::webhook_secrets;
use aisle_model::Millis;
use aisle_partners::verify;

use super::endpoint::open_secret;
use crate::{App, Caller, Failure};

const KEPT: Millis = Millis(24 * 60 * 60 * 1000);
const MOST: i64 = 1000;

/// The signature that came with a body.
#[derive(Debug, Clone)]
pub struct Signed {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`, as it came.
    pub timestamp: String,
    /// `webhook-signature`.
    pub signature: String,
}

/// A page of the inbox, newest first.
#[derive(Debug, Clone)]
pub struct InboxPage {
    /// The entries.
    pub entries: Vec<InboxEntry>,
    /// Where the older page begins.
    pub next: Option<i64>,
    /// Where the newer page ends.
    pub previous: Option<i64>,
}

/// Whether a body was signed with one of the retailer's live secrets: `valid`, `invalid` or `absent`.
pub async fn judge_signature(
    app: &App,
    caller: &Caller,
    signed: Option<Signed>,
    body: &[u8],
) -> Result<&'static str, Failure> {
    let Some(signed) = signed else {
        return Ok("absent");
    };
    let (retailer, now) = (caller.retailer, app.clock.now());
    let secrets = app
        .database
        .read(move |c| Box::pin(async move { Ok::<_, Failure>(webhook_secrets::of_retailer(c, retailer, now).await?) }))
        .await?;
    for row in &secrets {
        let secret = open_secret(&app.keys, row)?;
        if verify(&secret, &signed.id, &signed.timestamp, body, &signed.signature) {
            return Ok("valid");
        }
    }
    Ok("invalid")
}

/// Keeps what came in.
pub async fn take_in(app: &App, entry: NewInboxEntry) -> Result<(), Failure> {
    let change = app.database.change(move |c| {
        let entry = entry.clone();
        Box::pin(async move {
            rows::take_in(c, &entry).await?;
            rows::keep_newest(c, entry.retailer, MOST).await?;
            Ok::<_, Failure>(())
        })
    });
    change.await
}

/// A page of the inbox.
pub async fn list(app: &App, caller: &Caller, filter: InboxFilter, count: i64) -> Result<InboxPage, Failure> {
    let (retailer, since) = (caller.retailer, app.clock.now().minus(KEPT));
    let is_backward = filter.before.is_some();
    let is_first = filter.after.is_none() && !is_backward;
    let mut found = app
        .database
        .read(move |c| {
            Box::pin(async move { Ok::<_, Failure>(rows::list(c, retailer, &filter, since, count + 1).await?) })
        })
        .await?;
    let wanted = usize::try_from(count).unwrap_or(0);
    let has_more = found.len() > wanted;
    found.truncate(wanted);
    if is_backward {
        found.reverse();
    }
    let oldest = found.last().map(|entry| entry.id);
    let newest = found.first().map(|entry| entry.id);
    Ok(InboxPage {
        next: oldest.filter(|_| is_backward || has_more),
        previous: newest.filter(|_| if is_backward { has_more } else { !is_first }),
        entries: found,
    })
}
