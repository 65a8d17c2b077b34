//! What a retailer's back end does for the people of a simulation: customers, codes, reading sessions back, the clock.
//!
//! Calls are repeated while the server is away, for half a minute; those that create carry a key, so that a repeat
//! creates nothing twice.

use std::time::Duration;

use aisle_model::{Moment, StoreId};
use aisle_store_client::{AdminClient, CallFault, StoreClient};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::pace::Pace;

const PATIENCE: Duration = Duration::from_secs(30);
/// Real time that a store's clock is set ahead at least, so that it does not go back when a call is slow.
const LEAST_ON_THE_WAY: Duration = Duration::from_millis(100);
const BETWEEN_TRIES: Duration = Duration::from_millis(250);

/// The Admin API as the simulation needs it.
#[derive(Debug, Clone)]
pub(crate) struct Office {
    admin: AdminClient,
    store: StoreId,
}

/// A customer and the code made for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Customer {
    pub(crate) id: i64,
    pub(crate) code: String,
}

/// Repeats a call until it succeeds, is refused for good, or patience ends.
pub(crate) async fn patiently<T, F>(mut call: impl FnMut() -> F) -> Result<T, CallFault>
where
    F: Future<Output = Result<T, CallFault>>,
{
    let until = Instant::now() + PATIENCE;
    loop {
        match call().await {
            Err(fault) if fault.is_passing() && Instant::now() < until => {
                tracing::debug!(%fault, "tried again");
                tokio::time::sleep(BETWEEN_TRIES).await;
            }
            end => return end,
        }
    }
}

impl Office {
    pub(crate) const fn new(admin: AdminClient, store: StoreId) -> Self {
        Self { admin, store }
    }

    /// Makes a customer with one code. `key` names this pair among all that were ever made.
    pub(crate) async fn customer(
        &self,
        key: &str,
        people: u32,
        expires_at: Option<Moment>,
    ) -> Result<Customer, CallFault> {
        let person = json!({"firstName": "Simulated", "lastName": key});
        let made = self.create("/api/admin/v2/customers", &person, &format!("{key}-customer")).await?;
        let id = made["id"].as_i64().ok_or_else(|| absent("id", &made))?;
        // A code that is tied to a store lives by that store's clock, which may be far ahead of others.
        let mut wish = json!({"groupSize": people, "storeIdScannableAt": self.store.0});
        if let Some(expires_at) = expires_at {
            wish["expiresAt"] = json!(expires_at.to_string());
        }
        let path = format!("/api/admin/v2/customers/{id}/entry-codes");
        let made = self.create(&path, &wish, &format!("{key}-code")).await?;
        let code = made["code"].as_str().ok_or_else(|| absent("code", &made))?;
        Ok(Customer { id, code: code.to_owned() })
    }

    /// The session of a code, as the list shows it.
    pub(crate) async fn session(&self, code: &str) -> Result<Option<Value>, CallFault> {
        let code: String = code.bytes().map(escaped).collect();
        let path = format!("/api/admin/v2/sessions?code={code}");
        let list = patiently(|| self.admin.get(&path)).await?;
        Ok(list["data"].get(0).cloned())
    }

    /// The first source that the store requires, if its settings name any.
    pub(crate) async fn required_source(&self) -> Result<Option<String>, CallFault> {
        let path = format!("/api/admin/v2/stores/{}/settings", self.store);
        let settings = patiently(|| self.admin.get(&path)).await?;
        let required = &settings["perception"]["requiredSources"];
        Ok(required.get(0).and_then(Value::as_str).map(str::to_owned))
    }

    /// Lets the store's clock run at `rate` from now on; it does not go back.
    pub(crate) async fn set_rate(&self, client: &StoreClient, present: f64, rate: f64) -> Result<Pace, CallFault> {
        let asked = Instant::now();
        let shows = client.cursor().await?.server_time;
        // The old clock goes on while the new setting is on its way.
        let on_the_way = asked.elapsed().mul_f64(2.0).max(LEAST_ON_THE_WAY);
        let on_the_way = on_the_way.mul_f64(present);
        let millis = i64::try_from(on_the_way.as_millis()).unwrap_or(i64::MAX);
        let at = shows.plus(aisle_model::Millis(millis));
        self.set_clock(at, rate).await
    }

    /// Sets the store's clock; gives what it shows from now on.
    pub(crate) async fn set_clock(&self, at: Moment, rate: f64) -> Result<Pace, CallFault> {
        let path = format!("/api/store/v1/stores/{}/clock", self.store);
        let clock = json!({"at": at.to_string(), "rate": rate});
        self.admin.put(&path, &clock).await?;
        let printed = Moment::from_millis(at.millis());
        Ok(Pace::new(Instant::now(), printed, rate))
    }

    async fn create(&self, path: &str, body: &Value, key: &str) -> Result<Value, CallFault> {
        patiently(|| self.admin.post_once(path, body, key)).await
    }
}

/// What a query may hold stays; everything else is written as its byte.
fn escaped(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

fn absent(field: &str, answer: &Value) -> CallFault {
    CallFault::Unreadable { address: "the Admin API".to_owned(), reason: format!("no `{field}` in {answer}") }
}
