//! What an operation refused, asserted.

use std::fmt::Debug;

use aisle_operations::{Failure, Refusal};

/// Asserts a 409 with this message.
#[track_caller]
pub fn assert_conflict<T: Debug>(outcome: Result<T, Failure>, message: &str) {
    match outcome {
        Err(Failure::Refused(Refusal::Conflict(said))) => assert_eq!(said, message),
        other => panic!("{message:?} was expected and {other:?} came"),
    }
}

/// Asserts a 404 for this thing.
#[track_caller]
pub fn assert_absent<T: Debug>(outcome: Result<T, Failure>, thing: &str) {
    match outcome {
        Err(Failure::Refused(Refusal::NotFound(said))) => assert_eq!(said, thing),
        other => panic!("no {thing} was expected and {other:?} came"),
    }
}

/// The faults of a refused body, each as `field rule`.
#[track_caller]
pub fn faults<T: Debug>(outcome: Result<T, Failure>) -> Vec<String> {
    match outcome {
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let lines = faults.into_iter().map(|fault| format!("{} {}", fault.field, fault.rule));
            lines.collect()
        }
        other => panic!("faults were expected and {other:?} came"),
    }
}
