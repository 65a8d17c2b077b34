//! Claiming: which settings have something due, and how much of it is taken into memory.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use aisle_database::rows::deliveries::{self, Head};
use aisle_database::rows::lanes::{self, Busy, Claim};
use aisle_database::rows::{webhook_secrets, webhooks};
use aisle_model::{Moment, WebhookId};
use aisle_operations::webhooks::Endpoint;
use aisle_operations::{App, Failure};

use super::queue::{Lane, Loaded};

/// Most settings in one statement, and most lanes.
const SETTINGS: usize = 100;
const LANES: usize = 400;
/// Numbers of the claims of this process: none is given twice.
static CLAIMS: AtomicI64 = AtomicI64::new(1);

/// What memory has room for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Settings that are known, and how many more lanes of each may be taken.
    pub known: HashMap<WebhookId, (Loaded, usize)>,
    /// The same for a setting that is not known.
    pub others: usize,
    /// For one that only failed when it was read.
    pub failing: usize,
    /// How many lanes may be taken in all.
    pub total: usize,
}

/// What was claimed.
#[derive(Debug, Default)]
pub(super) struct Claimed {
    /// Settings that were read anew.
    pub loaded: Vec<(WebhookId, Loaded)>,
    pub lanes: Vec<Lane>,
    /// Lanes without anything in them: leftovers to be removed.
    pub hollow: Vec<Claim>,
    /// The settings that have lanes waiting, due or not.
    pub busy: Vec<WebhookId>,
    /// Whether more was due than was taken.
    pub full: bool,
    /// When the next lane is due that was not yet.
    pub next_due: Option<Moment>,
}

/// Ends the claims that nobody works on: those of nodes that are not alive, and those of this one that it does not hold,
/// because a task broke off or the answer to a commit was lost. Nothing may be claiming meanwhile.
pub(super) async fn release_strays(app: &App, held: HashSet<Claim>) -> Result<(), Failure> {
    let node = app.node.clone();
    let read = app.database.read(move |c| Box::pin(async move { Ok::<_, Failure>(lanes::strays(c, &node).await?) }));
    for (node, mut claims) in read.await? {
        claims.retain(|claim| *node != *app.node || !held.contains(claim));
        for some in claims.chunks(LANES) {
            let (owner, some) = (node.clone(), some.to_vec());
            let change = app.database.change(move |c| {
                let (owner, some) = (owner.clone(), some.clone());
                Box::pin(async move { Ok::<_, Failure>(lanes::release(c, &owner, &some).await?) })
            });
            let released = change.await?;
            tracing::info!(node, released, "lanes that nobody worked on are free again");
        }
    }
    Ok(())
}

/// Claims what is due and fits.
pub(super) async fn claim(app: &App, wanted: Wanted) -> Result<Claimed, Failure> {
    let busy: Vec<Busy> =
        app.database.read(|c| Box::pin(async move { Ok::<_, Failure>(lanes::busy(c).await?) })).await?;
    let now = app.clock.now();
    let mut claimed = Claimed {
        busy: busy.iter().map(|one| one.webhook).collect(),
        next_due: busy.iter().map(|one| one.due_at).filter(|due| *due > now).min(),
        ..Claimed::default()
    };
    let due: Vec<Busy> = busy.into_iter().filter(|one| one.is_due(now)).collect();
    claimed.loaded = load(app, &due, &wanted).await?;
    let mut asked = Vec::new();
    let mut room = wanted.total;
    for one in &due {
        let fresh = claimed.loaded.iter().find(|(id, _)| *id == one.webhook);
        let share = match (wanted.known.get(&one.webhook), fresh) {
            (Some((_, share)), _) => *share,
            (None, Some((_, loaded))) if loaded.failing => wanted.failing,
            (None, Some(_)) => wanted.others,
            // It was taken away a moment ago.
            (None, None) => 0,
        };
        let share = share.min(room).min(LANES);
        room -= share;
        if share == 0 {
            claimed.full = true;
        } else {
            asked.push((one.clone(), i64::try_from(share).map_err(Failure::broken)?));
        }
    }
    for some in asked.chunks(SETTINGS) {
        take(app, some, now, &mut claimed).await?;
    }
    Ok(claimed)
}

async fn take(app: &App, asked: &[(Busy, i64)], now: Moment, claimed: &mut Claimed) -> Result<(), Failure> {
    let number = CLAIMS.fetch_add(1, Ordering::Relaxed);
    let (node, asked) = (app.node.clone(), asked.to_vec());
    let shares = asked.clone();
    let change = app.database.change(move |c| {
        let (node, asked) = (node.clone(), asked.clone());
        Box::pin(async move {
            let ids = lanes::claim(c, &asked, (&node, number), now).await?;
            let mut heads: Vec<Head> = Vec::new();
            for some in ids.chunks(LANES) {
                heads.extend(deliveries::heads(c, some).await?);
            }
            Ok::<_, Failure>((ids, heads))
        })
    });
    let (ids, heads) = change.await?;
    claimed.full |= shares.iter().any(|(busy, share)| {
        let taken = heads.iter().filter(|head| head.webhook == busy.webhook).count();
        i64::try_from(taken).is_ok_and(|taken| taken >= *share)
    });
    let hollow = ids.iter().filter(|id| !heads.iter().any(|head| head.lane == **id));
    claimed.hollow.extend(hollow.map(|id| Claim { lane: *id, number }));
    let lane = |head: Head| Lane { claim: Claim { lane: head.lane, number }, head };
    claimed.lanes.extend(heads.into_iter().map(lane));
    Ok(())
}

/// Reads the settings that are not known as they are now, and opens them. One that cannot be opened is not called.
async fn load(app: &App, due: &[Busy], wanted: &Wanted) -> Result<Vec<(WebhookId, Loaded)>, Failure> {
    let is_stale = |one: &&Busy| {
        let known = wanted.known.get(&one.webhook);
        !known.is_some_and(|(loaded, _)| loaded.is_fresh(one.version))
    };
    let stale: Vec<WebhookId> = due.iter().filter(is_stale).map(|one| one.webhook).collect();
    if stale.is_empty() {
        return Ok(Vec::new());
    }
    let now = app.clock.now();
    let (settings, secrets) = app
        .database
        .read(move |c| {
            Box::pin(async move {
                let settings = webhooks::by_ids(c, &stale).await?;
                let secrets = webhook_secrets::of_settings(c, &stale, now).await?;
                Ok::<_, Failure>((settings, secrets))
            })
        })
        .await?;
    let mut loaded = Vec::new();
    for setting in settings {
        let endpoint = match Endpoint::open(&app.keys, &setting, &secrets) {
            Ok(endpoint) => Arc::new(endpoint),
            Err(error) => {
                tracing::error!(webhook = %setting.id, %error, "a setting cannot be opened; what waits for it goes on waiting");
                continue;
            }
        };
        let one =
            Loaded { endpoint, version: setting.version, failing: setting.failing_since.is_some(), at: monotonic() };
        loaded.push((setting.id, one));
    }
    Ok(loaded)
}

fn monotonic() -> Instant {
    Instant::now()
}
