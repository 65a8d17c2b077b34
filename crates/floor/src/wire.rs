//! What of an event acts on the floor, in a form that is written down and read back exactly.

use aisle_model::event::{Appearance, EventKind, Person, Positions, StoreEvent, TrackAppeared};
use serde_json::Map;

use crate::looks::Looks;
use crate::spot::Spot;

/// `None` for kinds that act when they are read, or not here. Positions that are no places are left out.
pub(crate) fn what_acts(event: &StoreEvent) -> Option<StoreEvent> {
    let body = match &event.body {
        EventKind::Positions(positions) => EventKind::Positions(Positions {
            people: positions.people.iter().filter_map(person).collect(),
            complete: positions.complete,
        }),
        EventKind::TrackAppeared(appeared) => {
            let (x, y) = Spot::new(appeared.x, appeared.y)?.metres();
            EventKind::TrackAppeared(TrackAppeared {
                x,
                y,
                appearance: appeared.appearance.as_ref().and_then(looks),
                ..appeared.clone()
            })
        }
        EventKind::GroupHint { track_ids, confidence } => {
            EventKind::GroupHint { track_ids: track_ids.clone(), confidence: to_millionths(*confidence) }
        }
        EventKind::StaffHint { track_id, confidence } => {
            EventKind::StaffHint { track_id: track_id.clone(), confidence: to_millionths(*confidence) }
        }
        EventKind::TrackLost(lost) => {
            let position = lost.position.and_then(|(x, y)| Spot::new(x, y));
            let mut lost = lost.clone();
            lost.position = position.map(Spot::metres);
            EventKind::TrackLost(lost)
        }
        EventKind::TrackMerged { .. } | EventKind::TrackSplit { .. } | EventKind::GateCrossed(_) => event.body.clone(),
        EventKind::CodeScanned(_) | EventKind::Settled(_) | EventKind::Heartbeat(_) | EventKind::Other { .. } => {
            return None;
        }
    };
    Some(StoreEvent {
        event_id: event.event_id,
        at: event.at,
        source: event.source.clone(),
        seq: None,
        supersedes: event.supersedes,
        body,
        more: Map::new(),
    })
}

fn person(seen: &Person) -> Option<Person> {
    let (x, y) = Spot::new(seen.x, seen.y)?.metres();
    Some(Person {
        track_id: seen.track_id.clone(),
        x,
        y,
        confidence: 1.0,
        more: Map::new(),
        appearance: seen.appearance.as_ref().and_then(looks),
    })
}

fn looks(appearance: &Appearance) -> Option<Appearance> {
    Looks::of(appearance).map(|looks| looks.appearance())
}

fn to_millionths(share: f64) -> f64 {
    if share.is_finite() { (share * 1e6).round() / 1e6 } else { 0.0 }
}
