//! From a bearer token to who asks.
//!
//! Tokens have 256 random bits, so they are found by their plain SHA-256 in a unique index. A good token is believed for a
//! short time without looking again; a refused one is looked up every time. What was looked up while rights changed on this
//! node is not remembered: it may have been read before the change.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aisle_database::rows::access as rows;
use aisle_database::rows::customer_logins::{self, LiveToken};
use aisle_model::access::ApiKeyKind;
use aisle_model::{ApiKeyId, ApplicationId, Millis, Moment};

use crate::accounts::logins::CUSTOMER_TOKEN;
use crate::keys::token_hash;
use crate::{App, Caller, Failure, LoggedIn};

/// Begins every access token of an application.
pub const ACCESS_TOKEN: &str = "ais_at_";

/// `lastUsedAt` is exact to this.
const USE_IS_NOTED_EVERY: Millis = Millis(60_000);

/// Tokens remembered before old ones are thrown out.
const MOST_REMEMBERED: usize = 10_000;

/// A good token.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// Who asks.
    pub caller: Caller,
    /// What the token is for.
    pub kind: BearerKind,
    expires_at: Moment,
    /// Whose `lastUsedAt` is kept. Nobody reads when an app was used, so its requests write nothing.
    noted_under: Option<Credential>,
    last_used_at: Option<Moment>,
}

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BearerKind {
    /// A static key. An application's token counts as one of the retailer.
    Key(ApiKeyKind),
    /// A shopper's app.
    Customer,
}

impl std::fmt::Display for BearerKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(kind) => kind.fmt(f),
            Self::Customer => f.write_str("customer"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Credential {
    Application(ApplicationId),
    Key(ApiKeyId),
}

/// Knows the bearers of tokens; clones share what they remember.
#[derive(Clone)]
pub struct Tokens(Arc<Shared>);

/// When it was looked up, and what was found.
type Known = (Instant, Arc<Bearer>);

struct Shared {
    memory: Duration,
    known: Mutex<Memory>,
    noted: Mutex<HashMap<Credential, Moment>>,
}

#[derive(Default)]
struct Memory {
    tokens: HashMap<[u8; 32], Known>,
    /// How often rights were changed on this node.
    changes: u64,
}

impl Tokens {
    /// Believes a good token for so long without looking again.
    pub fn new(memory: Duration) -> Self {
        Self(Arc::new(Shared { memory, known: Mutex::default(), noted: Mutex::default() }))
    }

    /// The bearer of a token; `None` for an unknown, expired or revoked one.
    pub async fn bearer(&self, app: &App, token: &str) -> Result<Option<Arc<Bearer>>, Failure> {
        let hash = token_hash(token);
        let now = app.clock.now();
        let bearer = match self.remembered(&hash, now) {
            Ok(bearer) => bearer,
            Err(changes) => match look_up(app, token, hash, now).await? {
                Some(bearer) => self.remember(hash, Arc::new(bearer), changes),
                None => return Ok(None),
            },
        };
        self.note_use(app, &bearer, now).await;
        Ok(Some(bearer))
    }

    /// Looks every token up again, as after a change of rights on this node.
    pub fn forget(&self) {
        let mut known = lock(&self.0.known);
        known.tokens.clear();
        known.changes += 1;
    }

    /// The bearer, or how often rights had changed when it was not found.
    fn remembered(&self, hash: &[u8; 32], now: Moment) -> Result<Arc<Bearer>, u64> {
        let known = lock(&self.0.known);
        let bearer = known.tokens.get(hash).filter(|(at, _)| at.elapsed() < self.0.memory).map(|(_, bearer)| bearer);
        bearer.filter(|bearer| bearer.expires_at > now).cloned().ok_or(known.changes)
    }

    /// Remembers what was looked up, unless rights changed since.
    fn remember(&self, hash: [u8; 32], bearer: Arc<Bearer>, changes: u64) -> Arc<Bearer> {
        let mut known = lock(&self.0.known);
        if known.tokens.len() >= MOST_REMEMBERED {
            known.tokens.retain(|_, (at, _)| at.elapsed() < self.0.memory);
        }
        if known.changes == changes && known.tokens.len() < MOST_REMEMBERED {
            known.tokens.insert(hash, (Instant::now(), Arc::clone(&bearer)));
        }
        bearer
    }

    /// Writes at most once a minute and credential. A use that cannot be noted is no reason to refuse the request.
    async fn note_use(&self, app: &App, bearer: &Bearer, now: Moment) {
        let Some(credential) = bearer.noted_under.filter(|credential| self.is_to_be_noted(*credential, bearer, now))
        else {
            return;
        };
        let unless_after = now.minus(USE_IS_NOTED_EVERY);
        let noted: Result<bool, Failure> = app
            .database
            .change(move |c| {
                Box::pin(async move {
                    Ok(match credential {
                        Credential::Application(id) => rows::touch_application(c, id, now, unless_after).await?,
                        Credential::Key(id) => rows::touch_key(c, id, now, unless_after).await?,
                    })
                })
            })
            .await;
        if let Err(failure) = noted {
            tracing::warn!(%failure, credential = bearer.caller.credential, "the use of a token was not noted");
        }
    }

    fn is_to_be_noted(&self, credential: Credential, bearer: &Bearer, now: Moment) -> bool {
        let mut noted = lock(&self.0.noted);
        let last = noted.get(&credential).copied().max(bearer.last_used_at);
        if last.is_some_and(|last| !now.is_at_least_after(last, USE_IS_NOTED_EVERY)) {
            return false;
        }
        noted.insert(credential, now);
        true
    }
}

async fn look_up(app: &App, token: &str, hash: [u8; 32], now: Moment) -> Result<Option<Bearer>, Failure> {
    if token.starts_with(ACCESS_TOKEN) {
        let found = app.database.read(move |c| Box::pin(rows::access_token(c, hash, now))).await?;
        return Ok(found.map(of_application));
    }
    if token.starts_with(CUSTOMER_TOKEN) {
        let found = app.database.read(move |c| Box::pin(customer_logins::live(c, hash, now))).await?;
        return Ok(found.map(of_shopper));
    }
    let found = app.database.read(move |c| Box::pin(rows::live_key(c, hash, now))).await?;
    Ok(found.map(of_key))
}

fn of_application(token: rows::AccessToken) -> Bearer {
    let mut scopes = token.scopes;
    scopes.retain(|scope| token.application_scopes.contains(scope));
    Bearer {
        caller: Caller {
            credential: format!("app:{}", token.application),
            scopes,
            development: token.development,
            ..Caller::nobody(token.retailer)
        },
        kind: BearerKind::Key(ApiKeyKind::Retailer),
        expires_at: token.expires_at,
        noted_under: Some(Credential::Application(token.application)),
        last_used_at: token.last_used_at,
    }
}

fn of_key(key: rows::LiveKey) -> Bearer {
    Bearer {
        caller: Caller {
            credential: format!("key:{}", key.id),
            scopes: key.scopes,
            store: key.store,
            vendor: key.vendor,
            development: key.development,
            ..Caller::nobody(key.retailer)
        },
        kind: BearerKind::Key(key.kind),
        expires_at: key.expires_at,
        noted_under: Some(Credential::Key(key.id)),
        last_used_at: key.last_used_at,
    }
}

fn of_shopper(token: LiveToken) -> Bearer {
    let shopper = LoggedIn { customer: token.customer, login: token.login };
    Bearer {
        caller: Caller::app_of(token.retailer, shopper),
        kind: BearerKind::Customer,
        expires_at: token.expires_at,
        noted_under: None,
        last_used_at: None,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
