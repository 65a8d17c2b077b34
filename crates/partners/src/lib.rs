//! Everything said to others.
//!
//! What it is for: calling a retailer's server without letting that retailer, or whoever controls
//! its name server, point the call at a machine inside our own network; signing what is sent; and
//! reading what comes back. Mails leave from here too, through the operator's own server.
//!
//! What it promises: every call to a retailer goes through [`GuardedClient`], ends by its deadline, and sends the
//! bytes that were signed. No redirect is followed, no cookie kept, no proxy variable obeyed.
//!
//! What it does not do: touch the database, decide when something is sent again, log.

mod address;
pub mod bodies;
mod call;
mod called_address;
mod entry_code_answer;
mod mail;
pub mod order_answers;
mod signature;
mod signing_pair;

pub use address::{EgressPolicy, Refusal, Resolve, SystemResolver, Target, TargetFault, check_target};
pub use call::{AnswerRule, Attempt, Call, Failure, FailureKind, GuardedClient, header_is_reserved};
pub use called_address::{Suffix, called_address};
pub use entry_code_answer::{EntryAnswer, EntryRole, KnownCode, read_entry_code_answer};
pub use mail::{Mail, MailFailure, Mailer, MailerFault};
pub use signature::{SecretFault, SigningKey, SigningSecret, sign, verify};
pub use signing_pair::SigningPair;
