//! Makes recorded events new: now instead of then, and with names that were never used.
//!
//! Pure. The same line becomes the same event, so that an event that replaces another still names it.

use std::collections::BTreeMap;

use aisle_model::{Moment, StoreId};
use aisle_store_client::Cursor;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};
use uuid::Uuid;

const MOMENTS: [&str; 4] = ["at", "since", "startedAt", "upTo"];
const IDS: [&str; 2] = ["eventId", "supersedes"];
const TRACKS: [&str; 5] = ["trackId", "trackIds", "into", "fromTrackId", "toTrackId"];
/// What the server added when it stored the event.
const STORED: [&str; 3] = ["offset", "receivedAt", "late"];
const LONGEST_TRACK: usize = 64;

/// One line of a recording.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Line {
    /// To be sent when the store's clock shows `due`.
    Event { due: Moment, value: Value },
    /// Not a producer's, or a scan without the code, which is never kept.
    Skipped,
}

/// Rewrites the lines of one recording, in order.
#[derive(Debug)]
pub(crate) struct Rewriter {
    begin: Moment,
    is_verbatim: bool,
    /// Microseconds from then to now; known from the first line.
    shift: Option<i64>,
    cursor: Cursor,
    /// First old number and first new number of each source.
    seqs: BTreeMap<String, (u64, u64)>,
    /// Makes the new names, one per replay.
    nonce: [u8; 16],
}

impl Rewriter {
    /// The first event will happen at `begin`. Verbatim events are only timed, not changed.
    pub(crate) fn new(store: StoreId, begin: Moment, cursor: Cursor, is_verbatim: bool) -> Self {
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&begin.micros().to_be_bytes());
        nonce[8..].copy_from_slice(&store.0.to_be_bytes());
        Self { begin, is_verbatim, shift: None, cursor, seqs: BTreeMap::new(), nonce }
    }

    /// Errors are in words, for a person who knows the line.
    pub(crate) fn line(&mut self, text: &str) -> Result<Line, String> {
        let value = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
        let Value::Object(mut event) = value else {
            return Err("no JSON object".to_owned());
        };
        let kind = event.get("kind").and_then(Value::as_str).unwrap_or_default();
        let is_scan_without_code = kind == "code.scanned" && !event.contains_key("code");
        if kind.starts_with("server.") || is_scan_without_code {
            return Ok(Line::Skipped);
        }
        let at = event.get("at").and_then(moment).ok_or("`at` is missing or no moment")?;
        let begin = self.begin;
        let shift = *self.shift.get_or_insert_with(|| begin.micros_since(at));
        let due = shifted(at, shift);
        for field in STORED {
            event.remove(field);
        }
        if !self.is_verbatim {
            self.renew(&mut event, shift)?;
        }
        Ok(Line::Event { due, value: Value::Object(event) })
    }

    fn renew(&mut self, event: &mut Map<String, Value>, shift: i64) -> Result<(), String> {
        for field in MOMENTS {
            if let Some(old) = event.get(field).filter(|old| !old.is_null()) {
                let old = moment(old).ok_or_else(|| format!("`{field}` is no moment"))?;
                event.insert(field.to_owned(), json!(shifted(old, shift).micros()));
            }
        }
        for field in IDS {
            if let Some(old) = event.get(field).and_then(Value::as_str) {
                let old = Uuid::parse_str(old).map_err(|_| format!("`{field}` is no UUID"))?;
                event.insert(field.to_owned(), json!(self.new_id(old)));
            }
        }
        self.count_on(event);
        event.iter_mut().for_each(|(field, value)| self.rename_tracks(field, value));
        Ok(())
    }

    /// Counting goes on where the source of this name stands in the store.
    fn count_on(&mut self, event: &mut Map<String, Value>) {
        let Some(old) = event.get("seq").and_then(Value::as_u64) else {
            return;
        };
        let source = event.get("source").and_then(Value::as_str).unwrap_or_default().to_owned();
        let next = self.cursor.next_seq(&source);
        let (first_old, first_new) = *self.seqs.entry(source).or_insert((old, next));
        let renumbered = |old: u64| (first_new + old).saturating_sub(first_old);
        event.insert("seq".to_owned(), json!(renumbered(old)));
        for range in event.get_mut("lost").and_then(Value::as_array_mut).into_iter().flatten() {
            for end in ["fromSeq", "toSeq"] {
                if let Some(old) = range.get(end).and_then(Value::as_u64) {
                    range[end] = json!(renumbered(old));
                }
            }
        }
    }

    fn rename_tracks(&self, field: &str, value: &mut Value) {
        match value {
            Value::String(track) if TRACKS.contains(&field) => *track = self.new_track(track),
            Value::Array(items) => items.iter_mut().for_each(|item| self.rename_tracks(field, item)),
            Value::Object(fields) => {
                fields.iter_mut().for_each(|(field, value)| self.rename_tracks(field, value));
            }
            _ => {}
        }
    }

    /// Tracks are never used again in a store; the old name stays readable where it fits.
    fn new_track(&self, old: &str) -> String {
        let renamed = format!("r{:x}.{old}", self.begin.millis());
        if renamed.len() <= LONGEST_TRACK { renamed } else { self.named_after(old.as_bytes()).to_string() }
    }

    fn new_id(&self, old: Uuid) -> Uuid {
        self.named_after(old.as_bytes())
    }

    /// A name that depends on the old one and on this replay, and on nothing else.
    fn named_after(&self, old: &[u8]) -> Uuid {
        let mut seed = [0; 32];
        seed[..16].copy_from_slice(&self.nonce);
        for (place, byte) in old.iter().enumerate() {
            let place = 16 + place % 16;
            seed[place] = seed[place].wrapping_mul(31) ^ byte;
        }
        let mut bytes = [0; 16];
        ChaCha8Rng::from_seed(seed).fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

fn moment(value: &Value) -> Option<Moment> {
    match value {
        Value::String(text) => Moment::parse(text),
        other => other.as_i64().map(Moment::from_micros),
    }
}

fn shifted(moment: Moment, shift: i64) -> Moment {
    Moment::from_micros(moment.micros().saturating_add(shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "01936f2e-8a10-7c41-9f0e-0a1b2c3d4e01";

    fn rewriter(is_verbatim: bool) -> Rewriter {
        let cursor = json!({
            "offset": 9, "serverTime": "2026-03-01T00:00:00Z",
            "sources": [{"source": "vision", "lastSeq": 99, "lastEventId": OLD}],
        });
        let begin = Moment::parse("2026-03-01T00:00:00Z").unwrap();
        Rewriter::new(StoreId(2), begin, serde_json::from_value(cursor).unwrap(), is_verbatim)
    }

    fn event(rewriter: &mut Rewriter, value: &Value) -> (Moment, Value) {
        match rewriter.line(&value.to_string()).unwrap() {
            Line::Event { due, value } => (due, value),
            Line::Skipped => panic!("{value} was skipped"),
        }
    }

    #[test]
    fn a_recording_happens_again_now() {
        let mut rewriter = rewriter(false);
        let micros = |text: &str| json!(Moment::parse(text).unwrap().micros());
        let (due, first) = event(
            &mut rewriter,
            &json!({
                "kind": "interaction", "eventId": OLD, "at": "2026-01-01T10:00:01Z", "startedAt": "2026-01-01T10:00:00.5Z",
                "source": "vision", "seq": 7, "people": [{"trackId": "7", "probability": 0.5}], "offset": 3, "late": false,
                "receivedAt": "2026-01-01T10:00:02Z",
            }),
        );
        assert_eq!(due, Moment::parse("2026-03-01T00:00:00Z").unwrap());
        assert_eq!(first["at"], micros("2026-03-01T00:00:00Z"));
        assert_eq!(first["startedAt"], micros("2026-02-28T23:59:59.5Z"));
        assert_eq!(first["seq"], 100);
        assert!(first["people"][0]["trackId"].as_str().unwrap().ends_with(".7"));
        assert_ne!(first["eventId"], OLD);
        assert!(STORED.iter().all(|field| first.get(field).is_none()));
        let (due, second) = event(
            &mut rewriter,
            &json!({
                "kind": "track.merged", "eventId": "01936f2e-8a10-7c41-9f0e-0a1b2c3d4e02", "supersedes": OLD, "seq": 9,
                "at": 1_767_261_602_000_000_i64, "source": "vision", "trackIds": ["7", "8"], "into": "9",
                "lost": [{"fromSeq": 8, "toSeq": 8}],
            }),
        );
        assert_eq!(due, Moment::parse("2026-03-01T00:00:01Z").unwrap());
        assert_eq!(second["supersedes"], first["eventId"]);
        assert_eq!(second["trackIds"][0], first["people"][0]["trackId"]);
        assert_eq!(second["seq"], 102);
        assert_eq!(second["lost"], json!([{"fromSeq": 101, "toSeq": 101}]));
    }

    #[test]
    fn another_replay_uses_other_names() {
        let line = json!({"kind": "heartbeat", "eventId": OLD, "at": 1_767_261_602_000_000_i64, "source": "reader", "trackId": "t".repeat(60)});
        let mut first = rewriter(false);
        let mut second = rewriter(false);
        let again = event(&mut rewriter(false), &line);
        assert_eq!(event(&mut first, &line), again);
        second.nonce[0] ^= 1;
        let other = event(&mut second, &line).1;
        assert_ne!(other["eventId"], again.1["eventId"]);
        assert_ne!(other["trackId"], again.1["trackId"]);
        assert!(again.1["trackId"].as_str().unwrap().len() <= LONGEST_TRACK);
    }

    #[test]
    fn verbatim_events_stay_as_they_are_but_wait_for_their_turn() {
        let line =
            json!({"kind": "heartbeat", "eventId": OLD, "at": "2026-01-01T10:00:01Z", "source": "vision", "seq": 7});
        let (due, value) = event(&mut rewriter(true), &line);
        assert_eq!(value, line);
        assert_eq!(due, Moment::parse("2026-03-01T00:00:00Z").unwrap());
    }

    #[test]
    fn what_cannot_be_sent_is_skipped_and_what_cannot_be_read_is_told() {
        let skipped = |value: Value| assert_eq!(rewriter(false).line(&value.to_string()), Ok(Line::Skipped));
        skipped(json!({"kind": "server.tick", "at": 5}));
        skipped(json!({"kind": "code.scanned", "codeHash": "ab", "at": "2026-01-01T10:00:01Z"}));
        let refused = |text: &str, reason: &str| {
            let told = rewriter(false).line(text).unwrap_err();
            assert!(told.contains(reason), "{told}");
        };
        refused("{", "not JSON");
        refused("7", "no JSON object");
        refused(r#"{"kind":"heartbeat"}"#, "`at`");
        refused(r#"{"kind":"heartbeat","at":"2026-01-01T10:00:01Z","eventId":"7"}"#, "`eventId`");
        refused(r#"{"kind":"x","at":"2026-01-01T10:00:01Z","upTo":"soon"}"#, "`upTo`");
    }
}
