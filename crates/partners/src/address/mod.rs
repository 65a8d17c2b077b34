//! Where a call may go: reading an address, the refused ranges, and resolving names.
//!
//! Architecture invariant: a connection is only ever made to an IP address that
//! [`EgressPolicy::permit`] has let pass in the same attempt. What a URL looked like when it was
//! configured is checked too, but only to tell the retailer early; safety does not rest on it.

mod ipv4_literal;
mod ranges;
mod resolver;
mod target;

pub use ranges::{EgressPolicy, Refusal};
pub use resolver::{Resolve, SystemResolver};
pub use target::{Host, Target, TargetFault, check_target};
