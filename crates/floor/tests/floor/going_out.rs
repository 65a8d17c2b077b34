//! Leaving: crossings that stand, people lost near an exit and inside, and a store that only seems full.

use crate::script::check;

const IN: &str = "walk A 0 (-1,0) 3 (-1,0) 4 (1,0)";

fn check_after_entering(more: &str, expected: &str) {
    let script = format!("{IN} {more}");
    let entered = "3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         ";
    check(&script, &format!("{entered}{expected}"));
}

#[test]
fn out_and_back_within_two_seconds_is_nothing() {
    check_after_entering(
        "10 (1,0) 11 (-1,0) 11.5 (-1,0) 12.5 (1,0) 20 (2,0)
         2.5 scan S1 device 4 places 1
         end 20",
        "",
    );
}

#[test]
fn out_and_back_after_the_dwell_is_a_new_visit() {
    check_after_entering(
        "10 (1,0) 11 (-1,0) 15 (-6,0) 20 (-1,0) 21 (1,0) 25 (2,0)
         2.5 scan S1 device 4 places 1
         end 25",
        "10.500 A left S1 crossed by 1
         10.500 S1 emptied
         20.500 A came in by 1 enteredWithoutCode",
    );
}

#[test]
fn lost_near_a_gate_has_gone_out_after_ten_seconds() {
    check_after_entering(
        "10 (6,0) 15 (1,0)
         2.5 scan S1 device 4 places 1
         end 40",
        "8.800 A in till S1
         11.000 A out of till S1
         15.000 A left S1 lostNearExit
         15.000 S1 emptied",
    );
}

#[test]
fn perception_that_says_exited_shortens_the_wait_and_zones_come_first() {
    check_after_entering(
        "10 (11,11) 15 (11,11)
         2.5 scan S1 device 4 places 1
         15.1 lost A exited
         end 18.2",
        "9.455 A in way out S1
         15.000 A out of way out S1
         15.000 A left S1 lostNearExit
         15.000 S1 emptied",
    );
}

#[test]
fn lost_inside_stays_inside_and_leaves_only_the_zones() {
    check_after_entering(
        "10 (6,0) 15 (6,0)
         2.5 scan S1 device 4 places 1
         end 70",
        "8.800 A in till S1
         15.000 A out of till S1",
    );
}

#[test]
fn lost_inside_for_a_quarter_of_an_hour() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 10 (6,0) 15 (6,0)
         walk B 0 (9,9) 1000 (9,9)
         2.5 scan S1 device 4 places 1
         end 920",
        "0.000 B came in
         3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         8.800 A in till S1
         15.000 A out of till S1
         15.000 A left S1 lost
         15.000 S1 emptied
         15.000 A review lostShopper",
    );
}

#[test]
fn a_lost_shopper_comes_back_while_the_trip_is_open() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 10 (6,0) 15 (6,0)
         walk A 930 (6,6) 940 (9,3) 945 (3,3) 951 (-3,-3) 960 (-3,-3)
         walk C 4 (-2,0) 5 (-2,0) 7 (1,0.1) 8 (9,8) 1000 (9,8)
         2.5 scan S1 device 4 places 2
         end 960",
        "3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         6.333 C came in by 1
         6.333 C bound S1 place
         6.333 C entered S1
         8.800 A in till S1
         15.000 A out of till S1
         15.000 A left S1 lost
         15.000 A review lostShopper
         930.000 A came back S1
         948.000 A left S1 crossed by 1 quiet",
    );
}

#[test]
fn without_any_track_for_a_minute_whoever_is_counted_is_lost() {
    check_after_entering(
        "10 (6,0) 15 (6,0)
         2.5 scan S1 device 4 places 1
         end 80",
        "8.800 A in till S1
         15.000 A out of till S1
         15.000 A left S1 reset
         15.000 S1 emptied",
    );
}
