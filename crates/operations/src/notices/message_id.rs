//! Names of messages: `msg_` and 26 letters and digits that sort by time, the form of a ULID.

use aisle_model::MessageId;

use crate::App;

const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The `webhook-id` of a new message.
pub fn new_message_id(app: &App) -> MessageId {
    MessageId(format!("msg_{}", ulid(app)))
}

/// The `webhook-id` of a test call.
pub fn new_test_message_id(app: &App) -> MessageId {
    MessageId(format!("test_{}", ulid(app)))
}

fn ulid(app: &App) -> String {
    let time = u128::try_from(app.clock.now().millis()).unwrap_or(0) << 80;
    let chance = u128::from_be_bytes(app.chance.bytes()) >> 48;
    let number = time | chance;
    let letter = |place: u32| char::from(LETTERS[((number >> (5 * place)) & 31) as usize]);
    (0..26).rev().map(letter).collect()
}
