//! What holds whatever happens: occupancy, one entered and one left, zones left before the store, no early end.

use std::collections::{BTreeMap, BTreeSet};

use aisle_floor::{Fact, Verdict};
use aisle_model::{SessionNumber, ShopperId, ZoneId};
use proptest::prelude::*;

use crate::chance::{run_of, steps, wait_for_the_end};

/// The books that rows are kept by, written from facts alone.
#[derive(Default)]
struct Books {
    inside: BTreeSet<ShopperId>,
    on: BTreeMap<ShopperId, SessionNumber>,
    zones: BTreeSet<(ShopperId, ZoneId)>,
    entered: BTreeSet<(ShopperId, SessionNumber)>,
    left: BTreeSet<(ShopperId, SessionNumber)>,
    over: BTreeSet<SessionNumber>,
}

impl Books {
    fn write(&mut self, fact: &Fact) {
        match fact {
            Fact::CameIn { shopper, .. } | Fact::CameBack { shopper, .. } => {
                assert!(self.inside.insert(shopper.clone()), "inside twice: {fact:?}");
            }
            Fact::Bound { shopper, session, from, inside, .. } => {
                assert_eq!(*inside, self.inside.contains(shopper), "{fact:?}");
                assert!(!self.over.contains(&session.number), "bound to what is over: {fact:?}");
                let was_on = self.on.insert(shopper.clone(), session.number);
                assert_eq!(was_on, from.as_ref().map(|from| from.number), "{fact:?}");
            }
            Fact::Entered { shopper, session, .. } => {
                let pair = (shopper.clone(), session.number);
                assert_eq!(self.on.get(shopper), Some(&session.number));
                assert!(self.entered.insert(pair), "entered twice: {fact:?}");
            }
            Fact::ZoneEntered { .. } | Fact::ZoneLeft { .. } => self.write_zone(fact),
            Fact::Left { .. } => self.write_left(fact),
            Fact::SessionEmptied { session, .. } | Fact::PlacesEnded { session, anyone_came: false, .. } => {
                self.end(*session);
            }
            Fact::BindDecided { shopper, session, verdict, .. } => {
                if matches!(verdict, Verdict::Bound | Verdict::AlreadyThere) {
                    assert_eq!(self.on.get(shopper), Some(session), "{fact:?}");
                }
            }
            _ => {}
        }
    }

    fn write_zone(&mut self, fact: &Fact) {
        match fact {
            Fact::ZoneEntered { shopper, session, zone, .. } => {
                assert!(self.inside.contains(shopper), "{fact:?}");
                let is_new = self.zones.insert((shopper.clone(), zone.clone()));
                assert!(is_new || session.is_some(), "{fact:?}");
            }
            Fact::ZoneLeft { shopper, zone, .. } => {
                assert!(self.zones.remove(&(shopper.clone(), zone.clone())), "{fact:?}");
            }
            _ => {}
        }
    }

    fn write_left(&mut self, fact: &Fact) {
        let Fact::Left { shopper, session, notice, ends_presence, .. } = fact else {
            return;
        };
        let in_zone = self.zones.iter().any(|(who, _)| who == shopper);
        assert!(!in_zone, "left before its zones: {fact:?}");
        if *ends_presence {
            assert!(self.inside.remove(shopper), "was not inside: {fact:?}");
        }
        if *notice {
            let session = session.as_ref().expect("a notice is about a session").number;
            let pair = (shopper.clone(), session);
            assert!(self.entered.contains(&pair), "left before entered: {fact:?}");
            assert!(self.left.insert(pair), "left twice: {fact:?}");
        }
    }

    fn end(&mut self, session: SessionNumber) {
        assert!(self.over.insert(session), "over twice: {session}");
        let on = |who: &&ShopperId| self.on.get(*who) == Some(&session);
        assert_eq!(self.inside.iter().find(on), None, "members inside");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn whatever_happens(steps in steps(160)) {
        let mut run = run_of(&steps);
        let mut books = Books::default();
        run.facts.iter().for_each(|fact| books.write(fact));
        let inside: BTreeSet<ShopperId> =
            run.floor.people_inside().map(|person| person.shopper.clone()).collect();
        prop_assert_eq!(&books.inside, &inside);
        for person in run.floor.people_inside() {
            let on = person.session.map(|session| session.number);
            prop_assert_eq!(books.on.get(person.shopper).copied(), on);
        }

        let known = run.facts.len();
        let last = run.entries.last().expect("the plan at least").received_at;
        wait_for_the_end(&mut run, last);
        run.facts[known..].iter().for_each(|fact| books.write(fact));
        prop_assert!(books.inside.is_empty());
        prop_assert!(books.zones.is_empty());
        prop_assert_eq!(&books.entered, &books.left);
        prop_assert!(!run.floor.wants_ticks(), "nothing is left to wait for");
    }
}
