//! A new key to sign with, while the old one still signs for a time.

use aisle_database::rows::{webhook_secrets, webhooks as rows};
use aisle_model::{Millis, WebhookId};
use aisle_partners::SigningSecret;

use super::new_key::{ED25519, add_key};
use super::settings::{SettingView, found, view};
use crate::{App, Caller, Failure, Refusal};

const HOUR: i64 = 60 * 60 * 1000;

/// Gives a setting a new secret, its owner's own or a random one, and answers it; or a new pair. At most two sign at once.
pub async fn rotate_secret(
    app: &App,
    caller: &Caller,
    id: WebhookId,
    overlap_hours: i64,
    own: Option<String>,
) -> Result<(SettingView, Option<String>), Failure> {
    if let Some(Err(fault)) = own.as_deref().map(SigningSecret::parse) {
        return Err(Refusal::invalid("secret", format!("is no signing secret: {fault}")).into());
    }
    let (this, retailer) = (app.clone(), caller.retailer);
    let change = app.change_once(caller, move |c| {
        let (app, own) = (this.clone(), own.clone());
        Box::pin(async move {
            let now = app.clock.now();
            let setting = found(c, retailer, id).await?;
            if own.is_some() && setting.signing == ED25519 {
                return Err(Refusal::invalid("secret", "is not for a webhook with a key pair").into());
            }
            webhook_secrets::end(c, setting.id, now.plus(Millis(overlap_hours * HOUR)), now).await?;
            let secret = add_key(c, &app, &setting, own, now).await?;
            rows::touch(c, setting.id, now).await?;
            let setting = found(c, retailer, id).await?;
            Ok((view(c, &app, setting).await?, secret))
        })
    });
    change.await
}
