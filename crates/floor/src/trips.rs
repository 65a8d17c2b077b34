//! The sessions that have people inside or places open, and the last ones that had.

use std::collections::{BTreeMap, VecDeque};

use aisle_model::entry::SessionRef;
use aisle_model::{Moment, SessionNumber, TrackId};
use serde::{Deserialize, Serialize};

const MOST_TRACKS: usize = 64;
const MOST_OVER: usize = 4096;

/// One session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trip {
    pub session: SessionRef,
    /// Members inside.
    pub inside: u32,
    /// Members who still wait before the gate.
    pub before: u32,
    /// Everybody who was ever bound.
    pub people: u32,
    pub tracks: Vec<TrackId>,
    pub last_exit: Option<Moment>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trips {
    open: BTreeMap<SessionNumber, Trip>,
    over: VecDeque<SessionNumber>,
}

impl Trips {
    /// The trip of a session, begun if it is new.
    pub fn begin(&mut self, session: &SessionRef) -> &mut Trip {
        self.open.entry(session.number).or_insert_with(|| Trip {
            session: session.clone(),
            inside: 0,
            before: 0,
            people: 0,
            tracks: Vec::new(),
            last_exit: None,
        })
    }

    pub fn get(&self, session: SessionNumber) -> Option<&Trip> {
        self.open.get(&session)
    }

    pub fn get_mut(&mut self, session: SessionNumber) -> Option<&mut Trip> {
        self.open.get_mut(&session)
    }

    pub fn is_over(&self, session: SessionNumber) -> bool {
        self.over.contains(&session)
    }

    pub fn end(&mut self, session: SessionNumber) -> Option<Trip> {
        let trip = self.open.remove(&session)?;
        self.over.push_back(session);
        if self.over.len() > MOST_OVER {
            self.over.pop_front();
        }
        Some(trip)
    }
}

impl Trip {
    pub fn add_tracks(&mut self, tracks: &[TrackId]) {
        for track in tracks {
            if self.tracks.len() < MOST_TRACKS && !self.tracks.contains(track) {
                self.tracks.push(track.clone());
            }
        }
    }

    pub const fn is_deserted(&self) -> bool {
        self.inside == 0 && self.before == 0
    }
}
