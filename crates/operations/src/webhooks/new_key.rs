//! New keys to sign with: a secret that its owner is shown once, or a pair whose private half nobody sees.

use aisle_database::Connection;
use aisle_database::rows::webhook_secrets;
use aisle_database::rows::webhooks::Setting;
use aisle_model::Moment;
use aisle_partners::{SigningPair, SigningSecret};

use super::endpoint::SECRET;
use crate::{App, Failure};

pub(super) const HMAC: &str = "hmac";
pub(super) const ED25519: &str = "ed25519";

/// Gives a setting a key, its owner's own secret or a random one. Answers the secret to show; none for a pair.
pub(super) async fn add_key(
    c: &mut Connection,
    app: &App,
    setting: &Setting,
    own: Option<String>,
    now: Moment,
) -> Result<Option<String>, Failure> {
    let (kept, shown) = if setting.signing == ED25519 {
        (SigningPair::from_random(app.chance.bytes()).reveal(), None)
    } else {
        let secret = own.unwrap_or_else(|| SigningSecret::from_random(app.chance.bytes()).reveal());
        (secret.clone(), Some(secret))
    };
    let sealed = app.keys.seal(SECRET, kept.as_bytes(), &app.chance);
    webhook_secrets::insert(c, setting.id, sealed, now).await?;
    Ok(shown)
}
