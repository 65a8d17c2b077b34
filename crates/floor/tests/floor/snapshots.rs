//! A snapshot anywhere changes nothing.

use aisle_floor::{Fact, Floor};
use aisle_model::StoreId;
use aisle_model::entry::Entry;
use proptest::prelude::*;

use crate::chance::{run_of, steps};

fn written_and_read(floor: &Floor) -> Floor {
    let text = serde_json::to_string(floor).expect("a floor can be written");
    serde_json::from_str(&text).expect("and read back")
}

/// The facts of the entries, with a snapshot before each entry whose turn it is.
fn resumed(entries: &[Entry], is_cut: impl Fn(usize) -> bool) -> (Floor, Vec<Fact>) {
    let mut floor = Floor::new(StoreId(2));
    let mut facts = Vec::new();
    for (n, entry) in entries.iter().enumerate() {
        if is_cut(n) {
            floor = written_and_read(&floor);
        }
        let mut chunk = Vec::new();
        floor.apply(entry, &mut chunk);
        facts.append(&mut chunk);
    }
    (floor, facts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_snapshot_at_any_entry_changes_nothing(steps in steps(120), cut in 1_usize..40) {
        let run = run_of(&steps);
        let (floor, facts) = resumed(&run.entries, |n| n % cut == cut - 1);
        prop_assert_eq!(&facts, &run.facts);
        let same_state = serde_json::to_string(&floor).expect("text");
        prop_assert_eq!(same_state, serde_json::to_string(&run.floor).expect("text"));
    }

    #[test]
    fn the_same_entries_give_the_same_facts(steps in steps(120)) {
        let run = run_of(&steps);
        let bytes = |facts: &[Fact]| serde_json::to_vec(facts).expect("facts can be written");
        let (_, again) = resumed(&run.entries, |_| false);
        prop_assert_eq!(bytes(&again), bytes(&run.facts));
    }
}
