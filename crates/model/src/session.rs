//! The states of a shopping session: one customer, one store, one code, one order.

use crate::named_enum;

named_enum! {
    /// Where a trip stands.
    SessionStatus {
        Pending = "pending", Active = "active", Completed = "completed", Expired = "expired", Declined = "declined",
    }
}

named_enum! {
    /// What may happen to a trip.
    SessionMove {
        /// The check-in was accepted, or a person put a shopper on it.
        CheckIn = "checkIn",
        /// The last of the group has left and no place is open.
        Complete = "complete",
        /// The code's time is over, or nobody came in within the window.
        Expire = "expire",
        /// The retailer refused the code.
        Decline = "decline",
    }
}

/// A move that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a session that is {status} cannot {attempted}")]
pub struct SessionRefusal {
    /// Where the session stands.
    pub status: SessionStatus,
    /// What was attempted.
    pub attempted: SessionMove,
}

impl SessionStatus {
    /// The status after a move.
    pub const fn after(self, attempted: SessionMove) -> Result<Self, SessionRefusal> {
        match (self, attempted) {
            (Self::Pending, SessionMove::CheckIn) => Ok(Self::Active),
            (Self::Active, SessionMove::Complete) => Ok(Self::Completed),
            (Self::Pending | Self::Active, SessionMove::Expire) => Ok(Self::Expired),
            (Self::Pending, SessionMove::Decline) => Ok(Self::Declined),
            (status, attempted) => Err(SessionRefusal { status, attempted }),
        }
    }

    /// Whether people may still be put on it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Active)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table() {
        let row = |status: SessionStatus, attempted: SessionMove| {
            let next = status.after(attempted).map_or("-", SessionStatus::as_str);
            format!("{status} {attempted}: {next}")
        };
        let rows = SessionStatus::ALL
            .iter()
            .flat_map(|from| SessionMove::ALL.iter().map(move |attempted| row(*from, *attempted)));
        insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"));
    }
}
