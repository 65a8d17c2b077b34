//! How much waits for which setting, for whoever watches over the server.

use aisle_model::{Moment, WebhookId};

use crate::{Connection, Error, Row, sql};

/// More settings than anybody has with something waiting.
const MOST: i64 = 10_000;

/// What waits for a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The setting.
    pub webhook: WebhookId,
    /// Whether it is on.
    pub enabled: bool,
    /// Messages that have not arrived.
    pub waiting: i64,
    /// When the oldest of them was issued.
    pub oldest: Option<Moment>,
}

fn queue(row: &Row) -> Result<Queue, Error> {
    Ok(Queue {
        webhook: row.get("webhook_id")?,
        enabled: row.get("enabled")?,
        waiting: row.get("waiting")?,
        oldest: row.get("oldest")?,
    })
}

/// The settings for which something waits, the longest queues first. Reads the lanes, not what waits in them.
pub async fn queues(c: &mut Connection) -> Result<Vec<Queue>, Error> {
    let select = sql!(
        "select q.webhook_id, w.enabled, q.waiting,
             (select m.issued_at from deliveries d join messages m on m.id = d.message
              where d.webhook_id = q.webhook_id and d.state = 'waiting' order by d.id limit 1) as oldest
         from (select webhook_id, cast(sum(pending) as bigint) as waiting from lanes group by webhook_id) q
             join webhooks w on w.id = q.webhook_id
         order by q.waiting desc, q.webhook_id limit $1",
        MOST
    );
    c.fetch_all(select).await?.iter().map(queue).collect()
}
