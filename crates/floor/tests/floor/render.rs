//! Facts as lines. Shoppers are named by their first track, those without one `#1`, `#2` in order.

use std::collections::BTreeMap;

use aisle_floor::Fact;
use aisle_model::entry::SessionRef;
use aisle_model::{GateId, Moment, ShopperId};

use crate::store::second;

/// One line for each fact; what the server does with sources and settling is left out.
pub fn rendered(facts: &[Fact]) -> Vec<String> {
    let mut names = Names::default();
    facts.iter().filter_map(|fact| names.line(fact)).collect()
}

#[derive(Default)]
struct Names {
    by_shopper: BTreeMap<ShopperId, String>,
    nameless: u32,
}

fn clock(at: Moment) -> String {
    format!("{:.3}", at.micros_since(second(0.0)) as f64 / 1e6)
}

fn on(session: Option<&SessionRef>) -> String {
    session.map(|s| format!(" {}", s.token)).unwrap_or_default()
}

fn by(gate: Option<GateId>) -> String {
    gate.map(|gate| format!(" by {gate}")).unwrap_or_default()
}

fn flag(is_set: bool, word: &str) -> String {
    if is_set { format!(" {word}") } else { String::new() }
}

impl Names {
    fn of(&self, shopper: &ShopperId) -> String {
        let name = self.by_shopper.get(shopper);
        name.cloned().unwrap_or_else(|| "somebody".to_owned())
    }

    fn line(&mut self, fact: &Fact) -> Option<String> {
        if let Fact::CameIn { shopper, tracks, .. } = fact {
            let name = tracks.first().map_or_else(
                || {
                    self.nameless += 1;
                    format!("#{}", self.nameless)
                },
                ToString::to_string,
            );
            self.by_shopper.insert(shopper.clone(), name);
        }
        self.person_line(fact).or_else(|| self.session_line(fact))
    }

    fn person_line(&self, fact: &Fact) -> Option<String> {
        self.floor_line(fact)
            .or_else(|| self.session_change_line(fact))
            .or_else(|| self.zone_line(fact))
            .or_else(|| self.remark_line(fact))
    }

    fn floor_line(&self, fact: &Fact) -> Option<String> {
        let of = |shopper| self.of(shopper);
        Some(match fact {
            Fact::CameIn { shopper, gate, at, marks, .. } => {
                let marks: Vec<&str> = marks.iter().map(|mark| mark.as_str()).collect();
                let marks = flag(!marks.is_empty(), &marks.join(" "));
                format!("{} {} came in{}{marks}", clock(*at), of(shopper), by(*gate))
            }
            Fact::CameBack { shopper, session, at, .. } => {
                format!("{} {} came back{}", clock(*at), of(shopper), on(session.as_ref()))
            }
            Fact::Left { shopper, session, gate, because, notice, ends_presence, at, .. } => {
                let quiet = flag(session.is_some() && !notice, "quiet");
                let rest = quiet + &flag(!ends_presence, "uncounted");
                let on = on(session.as_ref());
                let who = of(shopper);
                format!("{} {who} left{on} {because}{}{rest}", clock(*at), by(*gate))
            }
            _ => return None,
        })
    }

    fn session_change_line(&self, fact: &Fact) -> Option<String> {
        let of = |shopper| self.of(shopper);
        Some(match fact {
            Fact::Bound { shopper, session, from, inside, took_place, at, .. } => {
                let from = from.as_ref().map(|f| format!(" from {}", f.token));
                let rest = flag(*took_place, "place") + &flag(!inside, "outside");
                let from = from.unwrap_or_default();
                format!("{} {} bound{}{from}{rest}", clock(*at), of(shopper), on(Some(session)))
            }
            Fact::Entered { shopper, session, at } => {
                format!("{} {} entered{}", clock(*at), of(shopper), on(Some(session)))
            }
            _ => return None,
        })
    }

    fn zone_line(&self, fact: &Fact) -> Option<String> {
        let (word, shopper, zone, session, at) = match fact {
            Fact::ZoneEntered { shopper, zone, session, at, .. } => ("in", shopper, zone, session, at),
            Fact::ZoneLeft { shopper, zone, session, at, .. } => ("out of", shopper, zone, session, at),
            _ => return None,
        };
        let on = on(session.as_ref());
        Some(format!("{} {} {word} {zone}{on}", clock(*at), self.of(shopper)))
    }

    fn remark_line(&self, fact: &Fact) -> Option<String> {
        let of = |shopper| self.of(shopper);
        Some(match fact {
            Fact::BecameEmployee { shopper, at } => {
                format!("{} {} is staff", clock(*at), of(shopper))
            }
            Fact::Marked { shopper, mark, at, .. } => {
                format!("{} {} marked {mark}", clock(*at), of(shopper))
            }
            Fact::Joined { from, into, at } => {
                format!("{} {} was {}", clock(*at), of(from), of(into))
            }
            Fact::TracksChanged { shopper, tracks, at } => {
                let tracks: Vec<&str> = tracks.iter().map(aisle_model::TrackId::as_str).collect();
                format!("{} {} is {}", clock(*at), of(shopper), tracks.join("+"))
            }
            Fact::ReviewWanted { reason, shopper, at, .. } => {
                format!("{} {} review {reason}", clock(*at), of(shopper))
            }
            _ => return None,
        })
    }

    fn session_line(&self, fact: &Fact) -> Option<String> {
        Some(match fact {
            Fact::PlacesSized { session, places, at, .. } => {
                format!("{} S{session} has {places} places", clock(*at))
            }
            Fact::PlacesEnded { session, unused, anyone_came, at } => {
                let nobody = flag(!anyone_came, "nobody came");
                format!("{} S{session} gives back {unused}{nobody}", clock(*at))
            }
            Fact::SessionEmptied { session, at, .. } => {
                format!("{} S{session} emptied", clock(*at))
            }
            Fact::BindDecided { shopper, verdict, at, .. } => {
                format!("{} {} {verdict}", clock(*at), self.of(shopper))
            }
            Fact::EmployeesInside { count, at } => format!("{} staff inside {count}", clock(*at)),
            Fact::SourceDegraded { source, at, .. } => format!("{} {source} degraded", clock(*at)),
            Fact::SourceLost { source, at, .. } => format!("{} {source} lost", clock(*at)),
            Fact::SourceRecovered { source, at, .. } => format!("{} {source} back", clock(*at)),
            _ => return None,
        })
    }
}
