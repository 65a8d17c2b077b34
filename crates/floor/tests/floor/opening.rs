//! Closing, opening again, decommissioning: what becomes of those inside and of places.

use aisle_floor::Fact;

use crate::script::{check, run};
use crate::store::plan;

/// One in the middle of the shop, one at work, both seen all the time.
const PEOPLE: &str = "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 5 (9,8) 4000 (9,8)
    walk E 10 (-1,0) 13 (-1,0) 14 (1,0) 15 (20,8) 4000 (20,8)
    2.5 scan S1 device 4 places 1
    12.5 scan S2 device 4 places 1 role employee";

fn check_with_people(more: &str, expected: &str) {
    let came = "3.500 A came in by 1
        3.500 A bound S1 place
        3.500 A entered S1
        13.500 E came in by 1
        13.500 E bound S2 place
        13.500 E entered S2
        13.500 staff inside 1
        ";
    check(&format!("{PEOPLE}\n{more}"), &format!("{came}{expected}"));
}

#[test]
fn an_hour_after_closing_everybody_but_those_at_work_is_lost() {
    check_with_people(
        "20 store CLOSED
         end 3621",
        "3620.000 A left S1 lost
         3620.000 S1 emptied
         3620.000 A review lostShopper
         3620.100 A came in",
    );
}

#[test]
fn an_hour_that_maintenance_interrupts_runs_on() {
    check_with_people(
        "20 store CLOSED
         100 store CLOSED_FOR_MAINTENANCE
         200 store CLOSED
         end 3620.4",
        "",
    );
    check_with_people(
        "20 store CLOSED
         100 store CLOSED_FOR_MAINTENANCE
         end 3620.7",
        "3620.000 A left S1 lost
         3620.000 S1 emptied
         3620.000 A review lostShopper
         3620.100 A came in",
    );
}

#[test]
fn opening_again_within_the_hour_lets_them_stay() {
    check_with_people(
        "20 store CLOSED
         3000 store OPEN
         3001 store CLOSED
         end 3700",
        "",
    );
}

#[test]
fn places_of_a_closed_store_run_out_as_usual() {
    check(
        "walk A 0 (-1,0) 10 (-1,0) 11 (1,0) 12 (9,8) 20 (9,8)
         2.5 scan S1 device 4 places 2
         3 store CLOSED
         end 20",
        "10.500 A came in by 1
         10.500 A bound S1 place
         10.500 A entered S1",
    );
}

#[test]
fn decommissioning_ends_places_and_trips_at_once_and_nothing_comes_after() {
    check_with_people(
        "walk B 18 (-1,0) 30 (-1,0) 31 (1,0) 40 (1,0)
         17 scan S3 device 4 places 2
         20.04 store DECOMMISSIONED
         21 scan S4 device 4 places 1
         22 store OPEN
         end 60",
        "20.040 S3 gives back 2 nobody came
         19.500 A left S1 lost
         19.500 S1 emptied
         19.500 E left S2 lost
         19.500 staff inside 0
         19.500 S2 emptied
         21.020 S4 gives back 1 nobody came",
    );
}

#[test]
fn a_decommissioned_store_waits_for_nothing() {
    let run = run(plan(), true, &format!("{PEOPLE}\n20 store DECOMMISSIONED\nend 30"));
    assert!(!run.floor.wants_ticks());
    assert!(!run.facts.iter().any(|fact| matches!(fact, Fact::SettleAsked { .. })));
}
