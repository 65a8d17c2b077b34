//! Check-in: a code is presented at the door and its people are let in or not.
//!
//! How it goes. Change A locks what decides (the stream of the store, its counts, the code, the trip), makes checks 1 to 13
//! and 16, and either refuses, or lets in at once, or reserves the places, puts the code into `verifying` and leaves a
//! check-in that is `asking`. Then the retailer is asked, with no transaction open. Change B writes what the answer means.
//! A code nobody knows is asked about first, where a setting resolves such codes, and judged in change B (`resolve`). Whoever presents the same code meanwhile waits for that outcome and is then judged anew.
//!
//! Promises: of any number of simultaneous scans of one code exactly one is accepted; a store never holds more people and
//! reserved places than its limit; every verdict is written together with the notice and the commands it causes; a
//! check-in goes on when its caller hangs up, and is closed as *no usable answer* when its server dies (decisions 9).
//! Deliberately absent: who of the people on the floor belongs to an accepted check-in (`aisle_floor`), and check 15, for
//! this server holds no money yet.

mod abandoned;
mod accept;
mod activate;
mod card;
mod examine;
mod expire;
mod known;
mod log;
mod presented;
mod question;
mod refuse;
mod resolve;
mod scan;
mod settle;
mod spot;
mod verify;

pub use abandoned::close_abandoned;
pub use expire::{expire_codes, forget_questions};
pub use presented::{At, CheckInResult, Presented, Scanned};
pub use scan::{ScanOutcome, run_scan};
pub use verify::verify;

pub(crate) use activate::activate;
