//! The states of an entry code: `registered` → `verifying` → `used` | `declined`; back to `registered` when nothing was
//! decided; `registered` → `expired`. Terminal states stay terminal.

use crate::named_enum;

named_enum! {
    /// Where an entry code stands.
    CodeState {
        Registered = "registered", Verifying = "verifying", Used = "used", Declined = "declined", Expired = "expired",
    }
}

named_enum! {
    /// What may happen to an entry code.
    CodeMove {
        /// A scan passed checks 1 to 13 and 16.
        Verify = "verify",
        /// Everybody who was asked agreed.
        Accept = "accept",
        /// The retailer refused.
        Decline = "decline",
        /// Nobody decided: a time-out, a 5xx, or a later check failed.
        GiveBack = "giveBack",
        /// Its time is over.
        Expire = "expire",
    }
}

/// A move that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an entry code that is {state} cannot {attempted}")]
pub struct CodeRefusal {
    /// Where the code stands.
    pub state: CodeState,
    /// What was attempted.
    pub attempted: CodeMove,
}

impl CodeState {
    /// The state after a move.
    pub const fn after(self, attempted: CodeMove) -> Result<Self, CodeRefusal> {
        match (self, attempted) {
            (Self::Registered, CodeMove::Verify) => Ok(Self::Verifying),
            // Accepting without asking anybody: no setting applies.
            (Self::Registered | Self::Verifying, CodeMove::Accept) => Ok(Self::Used),
            (Self::Verifying, CodeMove::Decline) => Ok(Self::Declined),
            (Self::Verifying, CodeMove::GiveBack) => Ok(Self::Registered),
            (Self::Registered, CodeMove::Expire) => Ok(Self::Expired),
            (state, attempted) => Err(CodeRefusal { state, attempted }),
        }
    }

    /// Whether nothing can happen to it any more.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Used | Self::Declined | Self::Expired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_whole_table() {
        let row = |state: CodeState, attempted: CodeMove| {
            let next = state.after(attempted).map_or("-", CodeState::as_str);
            format!("{state} {attempted}: {next}")
        };
        let rows =
            CodeState::ALL.iter().flat_map(|from| CodeMove::ALL.iter().map(move |attempted| row(*from, *attempted)));
        insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"));
    }

    proptest! {
        #[test]
        fn a_code_is_accepted_at_most_once(moves in prop::collection::vec(0..CodeMove::ALL.len(), 0..60)) {
            let mut state = CodeState::Registered;
            let mut accepted = 0;
            for index in moves {
                let attempted = CodeMove::ALL[index];
                if let Ok(next) = state.after(attempted) {
                    prop_assert!(!state.is_terminal());
                    accepted += usize::from(attempted == CodeMove::Accept);
                    state = next;
                }
            }
            prop_assert!(accepted <= 1);
        }
    }
}
