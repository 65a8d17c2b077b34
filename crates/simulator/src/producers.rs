//! Makes wire events of what was seen: two sources, `vision` and `reader`, noise of ±3 cm, a heartbeat and a promise
//! each second.

use std::collections::BTreeMap;

use aisle_floorplan::round_to_millimetre;
use aisle_model::{CheckInDeviceId, Moment};
use aisle_store_client::{AppearedAt, Cursor, Event, Happening, LostReason, Position, SeenPerson, WireEvent, event_id};
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use crate::walks::Sight;

const NOISE_M: f64 = 0.03;
const READER: &str = "reader";
const TICKS_A_SECOND: u32 = 10;

/// The sources of a simulated store.
#[derive(Debug)]
pub(crate) struct Producers {
    vision: String,
    next_seq: BTreeMap<String, u64>,
    chance: ChaCha8Rng,
    ticks: u32,
}

impl Producers {
    /// Counting goes on where the store's sources stand, so that no gap opens.
    pub(crate) fn new(vision: &str, cursor: &Cursor, seed: u64) -> Self {
        let sources = [vision, READER];
        let next_seq = |source: &&str| ((*source).to_owned(), cursor.next_seq(source));
        Self {
            vision: vision.to_owned(),
            next_seq: sources.iter().map(next_seq).collect(),
            chance: ChaCha8Rng::seed_from_u64(seed),
            ticks: 0,
        }
    }

    /// The events of one tick of the crowd, in its order.
    pub(crate) fn events(&mut self, sights: &[Sight]) -> Vec<WireEvent> {
        let mut events = Vec::new();
        for sight in sights {
            if let Some((at, what)) = self.happening(sight) {
                events.push(self.vision_event(at, what));
            }
            if let Sight::Positions { at, .. } = sight {
                if self.ticks.is_multiple_of(TICKS_A_SECOND) {
                    events.extend(self.each_second(*at));
                }
                self.ticks += 1;
            }
        }
        events
    }

    /// The promise that a `settle.request` asks for.
    pub(crate) fn settled(&mut self, up_to: Moment) -> WireEvent {
        self.vision_event(up_to, Happening::Settled { up_to })
    }

    /// A code was read by a device that sends events; with the event's id, which the answer carries.
    pub(crate) fn scan(&mut self, at: Moment, device: CheckInDeviceId, code: &str, people: u32) -> (Uuid, WireEvent) {
        let what = Happening::CodeScanned {
            check_in_device_id: device,
            code: code.to_owned(),
            medium: "qr",
            group_size: Some(people),
        };
        let event = self.event(READER, at, what);
        (event.id(), event)
    }

    fn each_second(&mut self, at: Moment) -> Vec<WireEvent> {
        let alive = |role| Happening::Heartbeat { role, status: "ok" };
        let events = [
            self.vision_event(at, Happening::Settled { up_to: at }),
            self.vision_event(at, alive("perception")),
            self.event(READER, at, alive(READER)),
        ];
        events.into()
    }

    fn happening(&mut self, sight: &Sight) -> Option<(Moment, Happening)> {
        Some(match sight {
            Sight::Appeared { at, track, gate, place } => {
                let appeared = Happening::TrackAppeared {
                    track_id: track.clone(),
                    position: self.noisy(*place),
                    place: AppearedAt::Gate,
                    gate_id: Some(*gate),
                };
                (*at, appeared)
            }
            Sight::Crossed { at, track, gate, direction, is_reported: true } => {
                let (gate_id, direction, track_id) = (*gate, *direction, track.clone());
                (*at, Happening::GateCrossed { gate_id, direction, track_id })
            }
            Sight::Lost { at, track, place } => {
                let (track_id, position) = (track.clone(), self.noisy(*place));
                (*at, Happening::TrackLost { track_id, position, reason: LostReason::Exited })
            }
            Sight::Positions { at, people } => {
                let seen = people.iter().map(|(track, place)| {
                    let Position { x, y } = self.noisy(*place);
                    SeenPerson { track_id: track.clone(), x, y }
                });
                let people = seen.collect();
                (*at, Happening::Positions { people, complete: true })
            }
            Sight::Crossed { .. } | Sight::Scanned { .. } | Sight::Over(_) => return None,
        })
    }

    fn noisy(&mut self, place: aisle_floorplan::Point) -> Position {
        let mut noise = || self.chance.random_range(-NOISE_M..=NOISE_M);
        Position { x: round_to_millimetre(place.x() + noise()), y: round_to_millimetre(place.y() + noise()) }
    }

    fn vision_event(&mut self, at: Moment, what: Happening) -> WireEvent {
        let source = self.vision.clone();
        self.event(&source, at, what)
    }

    fn event(&mut self, source: &str, at: Moment, what: Happening) -> WireEvent {
        let mut randomness = [0; 10];
        self.chance.fill_bytes(&mut randomness);
        let next = self.next_seq.entry(source.to_owned()).or_default();
        let seq = *next;
        *next += 1;
        WireEvent::from(&Event {
            event_id: event_id(at, randomness),
            at,
            source: source.to_owned(),
            seq: Some(seq),
            what,
        })
    }
}
