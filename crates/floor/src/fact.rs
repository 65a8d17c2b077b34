//! What the engine concluded, in the order it took effect.
//!
//! Facts of one entry are written in one change together with the reader's cursor, so each carries all that rows and
//! webhooks need. `at` is the `timeOfOrigin`: the moment of the thing itself, which may be earlier than that of the
//! fact before it.
//!
//! The number of people inside is the sum over all facts: [`Fact::CameIn`] and [`Fact::CameBack`] add one,
//! [`Fact::Left`] with `ends_presence` takes one.

use aisle_model::entry::SessionRef;
use aisle_model::floor_map::{FloorPoint, ZoneLabel};
use aisle_model::store::{ShopperMark, ShopperState};
use aisle_model::{
    GateId, Moment, RequestId, SessionNumber, ShopperId, SourceName, TrackId, VisitorSessionId, ZoneId, named_enum,
};
use serde::{Deserialize, Serialize};

named_enum! {
    /// Why somebody is no longer inside, or no longer on a session.
    LeftBecause {
        /// Went out through a gate and stayed out for the exit dwell.
        Crossed = "crossed",
        /// Was lost from sight near an exit.
        LostNearExit = "lostNearExit",
        /// Was out of sight inside for too long.
        Lost = "lost",
        /// Was put on another session and stays inside.
        Moved = "moved",
        /// Was still counted although the store had no track at all for long.
        Reset = "reset",
        /// Turned out to be the same person as another shopper.
        Joined = "joined",
    }
}

named_enum! {
    /// The engine's answer to a [`aisle_model::entry::BindAsked`].
    Verdict {
        /// The shopper is on the session now.
        Bound = "bound",
        /// The shopper was on it before.
        AlreadyThere = "alreadyThere",
        /// No such shopper here, or gone for too long to be remembered.
        UnknownShopper = "unknownShopper",
        /// The shopper's own trip is over.
        TripFinal = "tripFinal",
        /// The session was completed or ended meanwhile.
        SessionOver = "sessionOver",
        /// An employee does not become a customer, nor a registered shopper an employee, without leaving first.
        NotAllowed = "notAllowed",
    }
}

named_enum! {
    /// Why somebody should look at a trip; names are those of the contract's reviews.
    ReviewReason {
        IdentityConflict = "identityConflict", LostShopper = "lostShopper", RoleDoubt = "roleDoubt",
        SensorGap = "sensorGap",
    }
}

/// One conclusion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// Somebody is inside now, as a visitor.
    CameIn {
        shopper: ShopperId,
        visitor_session: VisitorSessionId,
        tracks: Vec<TrackId>,
        /// Absent for somebody who was first seen inside.
        gate: Option<GateId>,
        /// The crossing, or the first sight.
        at: Moment,
        position: Option<FloorPoint>,
        marks: Vec<ShopperMark>,
    },
    /// A shopper who was given up as lost is seen again and counts as inside.
    CameBack {
        shopper: ShopperId,
        session: Option<SessionRef>,
        /// As before they were lost.
        state: ShopperState,
        tracks: Vec<TrackId>,
        at: Moment,
        position: Option<FloorPoint>,
    },
    /// A shopper is on a session now. For a shopper who waits before the gate this comes before [`Fact::CameIn`], with
    /// `inside` false: the shopper may have no row yet.
    Bound {
        shopper: ShopperId,
        visitor_session: VisitorSessionId,
        session: SessionRef,
        /// The session they were on before.
        from: Option<SessionRef>,
        /// Whether they are inside at this moment; false before the gate and after leaving.
        inside: bool,
        /// Whether a reserved place of the session was used up.
        took_place: bool,
        /// The question that asked for it.
        request: Option<RequestId>,
        /// All marks of the shopper from now on: those of coming in without a code fall away with a place.
        marks: Vec<ShopperMark>,
        at: Moment,
    },
    /// Inside and registered, for the first time on this session: `transitionEntered`.
    Entered { shopper: ShopperId, session: SessionRef, at: Moment },
    /// In a zone; for somebody bound inside a zone it comes again, with the session.
    ZoneEntered { shopper: ShopperId, session: Option<SessionRef>, zone: ZoneId, labels: Vec<ZoneLabel>, at: Moment },
    /// Out of a zone.
    ZoneLeft { shopper: ShopperId, session: Option<SessionRef>, zone: ZoneId, labels: Vec<ZoneLabel>, at: Moment },
    /// No longer inside, or no longer on `session`.
    Left {
        shopper: ShopperId,
        session: Option<SessionRef>,
        /// The state until now.
        was: ShopperState,
        gate: Option<GateId>,
        because: LeftBecause,
        /// Whether this is the first *left* after an *entered* of this session: `transitionLeft` is due.
        notice: bool,
        /// Whether the number of people inside falls by one.
        ends_presence: bool,
        at: Moment,
    },
    /// A visitor turned out to be staff.
    BecameEmployee { shopper: ShopperId, at: Moment },
    /// An employee came or went.
    EmployeesInside { count: u32, at: Moment },
    /// A mark was added to somebody inside.
    Marked { shopper: ShopperId, session: Option<SessionRef>, mark: ShopperMark, at: Moment },
    /// The tracks of a shopper inside are other ones now.
    TracksChanged { shopper: ShopperId, tracks: Vec<TrackId>, at: Moment },
    /// `from` was the same person as `into`; its *left* comes before.
    Joined { from: ShopperId, into: ShopperId, at: Moment },
    /// An internal device without a number: as many places as people stood around it.
    PlacesSized {
        session: SessionNumber,
        places: u32,
        /// What the database counts as reserved for it until now; to be replaced by `places`.
        reserved_before: u32,
        at: Moment,
    },
    /// The places of a check-in are over. Nobody came (`anyone_came` false): the session expires.
    PlacesEnded {
        session: SessionNumber,
        /// Places given back.
        unused: u32,
        /// Whether anybody was ever on the session.
        anyone_came: bool,
        at: Moment,
    },
    /// Nobody of the session is inside and no place is open: it is completed. Never comes twice.
    SessionEmptied {
        session: SessionNumber,
        /// All tracks its people had.
        tracks: Vec<TrackId>,
        /// The last exit; absent when its people were bound before the gate and never came in.
        last_exit: Option<Moment>,
        /// When both were true.
        at: Moment,
    },
    /// The answer to a question; the facts it caused come before.
    BindDecided { request: RequestId, shopper: ShopperId, session: SessionNumber, verdict: Verdict, at: Moment },
    /// Somebody should look at the trip.
    ReviewWanted { reason: ReviewReason, session: Option<SessionNumber>, shopper: ShopperId, at: Moment },
    /// The required sources should promise now: the command `settle.request`.
    SettleAsked { up_to: Moment, tracks: Vec<TrackId> },
    /// A source should send numbers again: the command `resend`.
    ResendAsked { source: SourceName, from_seq: u64, to_seq: u64, at: Moment },
    /// A gap is given up.
    GapLost { source: SourceName, from_seq: u64, to_seq: u64, at: Moment },
    /// Silent, or unwell by its own word.
    SourceDegraded { source: SourceName, required: bool, at: Moment },
    /// Silent for long, or failed by its own word.
    SourceLost { source: SourceName, required: bool, at: Moment },
    /// Well again for long enough.
    SourceRecovered { source: SourceName, required: bool, at: Moment },
    /// The clock of a source is off.
    ClockSkewed {
        source: SourceName,
        /// Source less server, milliseconds.
        skew_ms: i64,
        at: Moment,
    },
}
