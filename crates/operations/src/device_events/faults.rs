//! What is wrong with an event, beyond what a schema can say.

use aisle_model::{Millis, Moment};
use serde_json::Value;

use crate::{FieldFault, Refusal};

/// How far ahead of the store's clock an event may be.
const AHEAD: Millis = Millis(5000);
/// The same for a question about a picture, and how old that may be.
const FRAME_AHEAD: Millis = Millis(1000);
const FRAME_AGE: Millis = Millis(5 * 60_000);
/// Bytes of an event's own data, written without spaces.
const METADATA: usize = 8 * 1024;

/// Refuses an event that is yet to happen, and data that is too large.
pub(super) fn refuse_faults(at: Moment, now: Moment, metadata: Option<&Value>) -> Result<(), Refusal> {
    let future = (at > now.plus(AHEAD)).then(|| FieldFault::invalid("timestamp", "is in the future"));
    refuse(future.into_iter().chain(metadata_fault(metadata)))
}

/// Refuses a question that is too old or yet to come, and data that is too large.
pub(super) fn refuse_frame_faults(at: Moment, now: Moment, metadata: Option<&Value>) -> Result<(), Refusal> {
    let is_near = at <= now.plus(FRAME_AHEAD) && at >= now.minus(FRAME_AGE);
    let time = (!is_near).then(|| FieldFault::invalid("timestamp", "must be within the last five minutes"));
    refuse(time.into_iter().chain(metadata_fault(metadata)))
}

fn refuse(faults: impl Iterator<Item = FieldFault>) -> Result<(), Refusal> {
    let faults: Vec<FieldFault> = faults.collect();
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
}

fn metadata_fault(metadata: Option<&Value>) -> Option<FieldFault> {
    let text = metadata?.to_string();
    (text.len() > METADATA).then(|| FieldFault::invalid("metadata", "must not be larger than 8 KiB"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Moment = Moment::from_millis(1_700_000_000_000);

    fn fields(outcome: Result<(), Refusal>) -> Vec<String> {
        match outcome {
            Ok(()) => Vec::new(),
            Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| fault.field).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn events_may_be_late_but_hardly_early() {
        let check = |ms: i64, good: bool| {
            let faults = fields(refuse_faults(NOW.plus(Millis(ms)), NOW, None));
            assert_eq!(faults.is_empty(), good, "{ms}");
        };
        check(5000, true);
        check(5001, false);
        check(-90_000_000_000, true);
    }

    #[test]
    fn questions_about_pictures_live_five_minutes() {
        let check = |ms: i64, good: bool| {
            let faults = fields(refuse_frame_faults(NOW.plus(Millis(ms)), NOW, None));
            assert_eq!(faults.is_empty(), good, "{ms}");
        };
        check(1000, true);
        check(1001, false);
        check(-300_000, true);
        check(-300_001, false);
    }

    #[test]
    fn data_of_8_kib_is_good_and_no_more() {
        let sized = |bytes: usize| json!({ "a": "x".repeat(bytes - r#"{"a":""}"#.len()) });
        assert_eq!(fields(refuse_faults(NOW, NOW, Some(&sized(METADATA)))), Vec::<String>::new());
        assert_eq!(fields(refuse_faults(NOW, NOW, Some(&sized(METADATA + 1)))), ["metadata"]);
        let late = NOW.plus(Millis(60_000));
        assert_eq!(fields(refuse_faults(late, NOW, Some(&sized(METADATA + 1)))), ["timestamp", "metadata"]);
    }
}
