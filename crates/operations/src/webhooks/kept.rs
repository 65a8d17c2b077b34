//! What waits at a setting, what arrived and what was given up; and giving up by hand.

use aisle_database::rows::deliveries::DeliveryState;
use aisle_database::rows::deliveries::kept::{self as rows, GivenUp, KeptDelivery};
use aisle_model::{MessageId, WebhookId};

use super::settings::found;
use crate::{App, Caller, Failure, Refusal, notices};

/// A page of messages, oldest first, and where the next one begins.
pub async fn list(
    app: &App,
    caller: &Caller,
    webhook: WebhookId,
    state: DeliveryState,
    after: i64,
    count: i64,
) -> Result<(Vec<KeptDelivery>, Option<i64>), Failure> {
    let retailer = caller.retailer;
    let mut kept = app
        .database
        .read(move |c| {
            Box::pin(async move {
                found(c, retailer, webhook).await?;
                Ok::<_, Failure>(rows::list(c, webhook, state, after, count + 1).await?)
            })
        })
        .await?;
    let has_more = i64::try_from(kept.len()).is_ok_and(|len| len > count);
    kept.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    let next = kept.last().map(|last| last.id).filter(|_| has_more);
    Ok((kept, next))
}

/// Gives up a message that waits; the next of its session moves on.
pub async fn give_up(app: &App, caller: &Caller, webhook: WebhookId, message: MessageId) -> Result<(), Failure> {
    let (this, retailer) = (app.clone(), caller.retailer);
    let change = app.change_once(caller, move |c| {
        let (app, message) = (this.clone(), message.clone());
        Box::pin(async move {
            found(c, retailer, webhook).await?;
            match rows::give_up(c, webhook, &message, app.clock.now()).await? {
                GivenUp::Done => Ok(()),
                GivenUp::Unknown => Err(Refusal::NotFound("Webhook message").into()),
                GivenUp::Settled => Err(Refusal::conflict("Message does not wait").into()),
                GivenUp::InHand => Err(Refusal::conflict("Message is being sent").into()),
            }
        })
    });
    change.await?;
    notices::ring(app);
    Ok(())
}
