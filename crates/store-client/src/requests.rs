//! The other calls of a store token: where each source stands, commands, check-in, the map, the clock.

use std::time::Duration;

use aisle_model::{CheckInDeviceId, CommandId, Moment};
use http::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::StoreClient;
use crate::admin::key_header;
use crate::http::{CallFault, Content};

const PATIENCE: Duration = Duration::from_secs(30);

/// Where the store's stream and its sources stand.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cursor {
    /// Offset of the newest event.
    pub offset: u64,
    /// What the store's clock shows.
    #[serde(deserialize_with = "moment")]
    pub server_time: Moment,
    /// Every source that was heard lately.
    pub sources: Vec<SourceCursor>,
}

/// Where one source stands.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceCursor {
    /// Its name.
    pub source: String,
    /// Highest `seq` that is durable.
    pub last_seq: Option<u64>,
    /// The event that was stored last.
    pub last_event_id: Uuid,
}

impl Cursor {
    /// The number of the next event of a source that counts its events.
    pub fn next_seq(&self, source: &str) -> u64 {
        let known = self.sources.iter().find(|one| one.source == source);
        known.and_then(|one| one.last_seq).map_or(0, |last| last.saturating_add(1))
    }
}

/// Open commands, and where to go on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Commands {
    /// Oldest first.
    pub commands: Vec<Command>,
    /// To be given as `after` next time.
    pub cursor: String,
}

/// Something a device should do, once per id and never after it expired.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Command {
    /// Names the command.
    pub command_id: CommandId,
    /// `gate.open`, `device.result` …
    pub kind: String,
    /// Not after this moment.
    #[serde(deserialize_with = "moment")]
    pub expires_at: Moment,
    /// By kind; see the contract's `StoreCommand`.
    pub payload: Value,
}

/// The answer to a scanned code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Come in.
    Admitted {
        /// The session, when the answer names it.
        session: Option<String>,
    },
    /// Stay out.
    Refused {
        /// Number of the reason, 1 to 16.
        code: u8,
        /// Its text.
        message: String,
    },
}

impl Verdict {
    /// Reads the answer of a verify call or the payload of a `device.result`.
    pub fn read(value: &Value) -> Option<Self> {
        match value.get("status")?.as_str()? {
            "OK" => Some(Self::Admitted { session: value.get("sessionId").and_then(Value::as_str).map(str::to_owned) }),
            "FAILED" => {
                let reason = value.get("reason")?;
                Some(Self::Refused {
                    code: u8::try_from(reason.get("code")?.as_u64()?).ok()?,
                    message: reason.get("message")?.as_str()?.to_owned(),
                })
            }
            _ => None,
        }
    }
}

impl StoreClient {
    /// Where each source stands: what a producer asks after a crash.
    pub async fn cursor(&self) -> Result<Cursor, CallFault> {
        self.read(Method::GET, "/events/cursor", Content::default(), PATIENCE).await
    }

    /// The map in force (schema `StoreLayout`).
    pub async fn layout(&self) -> Result<Value, CallFault> {
        self.read(Method::GET, "/layout", Content::default(), PATIENCE).await
    }

    /// Waits up to `wait` (whole seconds, at most 30) for commands after a cursor, or for any open one.
    pub async fn poll_commands(&self, after: Option<&str>, wait: Duration) -> Result<Commands, CallFault> {
        let seconds = wait.as_secs().min(30);
        let mut path = format!("/commands?wait={seconds}");
        if let Some(after) = after {
            let after: String = url::form_urlencoded::byte_serialize(after.as_bytes()).collect();
            path = format!("{path}&after={after}");
        }
        let patience = PATIENCE + Duration::from_secs(seconds);
        self.read(Method::GET, &path, Content::default(), patience).await
    }

    /// The command has been carried out.
    pub async fn ack(&self, command: CommandId) -> Result<(), CallFault> {
        let path = format!("/commands/{command}/ack");
        let done = Content::json(&json!({"outcome": "done"}));
        self.call(Method::POST, &path, done, PATIENCE).await?;
        Ok(())
    }

    /// Presents a code as a device that wants the answer at once. `key` makes a repeat harmless.
    pub async fn verify(
        &self,
        device: CheckInDeviceId,
        code: &str,
        group_size: Option<u32>,
        key: &str,
    ) -> Result<Verdict, CallFault> {
        let path = format!("/check-in/{device}/entry-codes/verify");
        let content = Content {
            idempotency_key: Some(key_header(key)?),
            ..Content::json(&json!({"verificationCode": code, "groupSize": group_size}))
        };
        let answer = self.call(Method::POST, &path, content, PATIENCE).await?;
        Verdict::read(&answer).ok_or_else(|| CallFault::Unreadable {
            address: self.endpoint().name(&Method::POST, &self.path(&path)),
            reason: format!("no verdict: {answer}"),
        })
    }

    /// Sets the store's clock to `at`, running at `rate` store seconds per second. Needs the Development right.
    pub async fn put_clock(&self, at: Moment, rate: f64) -> Result<(), CallFault> {
        let clock = Content::json(&json!({"at": at.to_string(), "rate": rate}));
        self.call(Method::PUT, "/clock", clock, PATIENCE).await?;
        Ok(())
    }

    async fn read<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        content: Content,
        patience: Duration,
    ) -> Result<T, CallFault> {
        let value = self.call(method.clone(), path, content, patience).await?;
        serde_json::from_value(value).map_err(|error| self.endpoint().unreadable(&method, &self.path(path), &error))
    }

    async fn call(&self, method: Method, path: &str, content: Content, patience: Duration) -> Result<Value, CallFault> {
        let path = self.path(path);
        self.endpoint().call(method, &path, content, patience).await
    }
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
    let text = String::deserialize(deserializer)?;
    Moment::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no moment")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_read_from_calls_and_commands() {
        let check = |value: Value, expected: Option<Verdict>| {
            assert_eq!(Verdict::read(&value), expected, "{value}");
        };
        let session = Some("s-1".to_owned());
        check(json!({"status": "OK", "sessionId": "s-1"}), Some(Verdict::Admitted { session }));
        check(json!({"status": "OK", "reason": null, "scanEventId": null}), Some(Verdict::Admitted { session: None }));
        check(
            json!({"status": "FAILED", "reason": {"code": 3, "message": "Verification code was already used"}}),
            Some(Verdict::Refused { code: 3, message: "Verification code was already used".into() }),
        );
        check(json!({"status": "FAILED", "reason": null}), None);
        check(json!({"status": "MAYBE"}), None);
    }

    #[test]
    fn a_source_goes_on_counting_where_it_stopped() {
        let cursor: Cursor = serde_json::from_value(json!({
            "offset": 9, "settledUpTo": null, "serverTime": "2026-01-19T10:49:06.512Z",
            "sources": [
                {"source": "vision", "lastSeq": 41, "lastEventId": "01936f2e-8a10-7c41-9f0e-0a1b2c3d4e01"},
                {"source": "reader", "lastSeq": null, "lastEventId": "01936f2e-8a10-7c41-9f0e-0a1b2c3d4e02"},
            ],
        }))
        .unwrap();
        assert_eq!(cursor.next_seq("vision"), 42);
        assert_eq!(cursor.next_seq("reader"), 0);
        assert_eq!(cursor.next_seq("scales"), 0);
    }
}
