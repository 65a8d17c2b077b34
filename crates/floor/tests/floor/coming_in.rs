//! External devices: who takes the places of a code at a gate.

use crate::script::{check, check_without_cameras};

#[test]
fn one_customer_scans_walks_in_crosses_a_zone_and_leaves() {
    check(
        "walk A 0 (-2,0) 2 (-1,0) 3 (-1,0) 13 (9,0) 15 (9,0) 27 (-3,0)
         2.5 scan S1 device 4 places 1
         end 40",
        "4.000 A came in by 1
         4.000 A bound S1 place
         4.000 A entered S1
         9.000 A in till S1
         12.000 A out of till S1
         16.000 A in till S1
         19.000 A out of till S1
         24.000 A left S1 crossed by 1
         24.000 S1 emptied",
    );
}

/// Section 22 of the contract, as far as people go: a reported gate, a zone whose edge lies between two positions.
#[test]
fn the_trip_of_the_contract() {
    check(
        "walk 77 6.1 (-1,20) 6.4 (0.1,20) 12 (3.9,3) 14 (4.4,0) 22 (7,0) 40 (9,0) 60 (7.5,0) 75 (0.3,20) 80.0 (-2,20)
         5.9 scan S1 device 5 places 1
         6.402 cross in 77 gate 2
         76.0 cross out 77 gate 2
         end 90",
        "6.402 77 came in by 2
         6.402 77 bound S1 place
         6.402 77 entered S1
         11.012 77 in desk S1
         11.671 77 out of desk S1
         15.845 77 in till S1
         31.000 77 out of till S1
         53.329 77 in till S1
         61.500 77 out of till S1
         73.500 77 in hall S1
         74.583 77 out of hall S1
         76.000 77 left S1 crossed by 2
         76.000 S1 emptied",
    );
}

#[test]
fn a_couple_enters_on_one_code() {
    check(
        "walk A 0 (-2,0) 2 (-1,0) 3 (-1,0) 13 (3,0) 40 (-3,0)
         walk B 0 (-2.5,0) 3 (-2.5,0) 13 (4,1) 20 (4,1) 50 (-3,0)
         2.5 scan S1 device 4 places 2
         end 70",
        "5.500 A came in by 1
         5.500 A bound S1 place
         5.500 A entered S1
         6.846 B came in by 1
         6.846 B bound S1 place
         6.846 B entered S1
         26.500 A left S1 crossed by 1
         37.143 B left S1 crossed by 1
         37.143 S1 emptied",
    );
}

#[test]
fn the_holder_keeps_the_place_although_another_goes_first() {
    check(
        "walk H 0 (-1,0) 6 (-1,0) 10 (3,0) 30 (3,0)
         walk B 0 (-2.9,0.5) 4 (-2.6,0.5) 5 (1,0.5) 8 (3,0.5) 30 (3,0)
         2.5 scan S1 device 4 places 1
         end 14",
        "4.722 B came in by 1 enteredWithoutCode
         7.000 H came in by 1
         7.000 H bound S1 place
         7.000 H entered S1",
    );
}

#[test]
fn a_tailgater_is_marked_and_one_who_comes_later_too() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 30 (4,0)
         walk T 0 (-3,0) 3 (-3,0) 6 (1,0.2) 30 (4,0)
         walk L 0 (-3,0) 5 (-3,0) 9 (1,0.2) 30 (4,0)
         2.5 scan S1 device 4 places 1
         end 20",
        "3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         5.250 T came in by 1 tailgating
         8.000 L came in by 1 enteredWithoutCode",
    );
}

#[test]
fn an_overstated_group_does_not_swallow_the_next_customer() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 40 (4,0)
         walk N 8 (-3,0) 10 (-1,0) 12 (-1,0) 13 (1,0) 40 (4,1)
         2.5 scan S1 device 4 places 3
         11 scan S2 device 4 places 1
         end 20",
        "3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         11.000 S1 gives back 2
         12.500 N came in by 1
         12.500 N bound S2 place
         12.500 N entered S2",
    );
}

#[test]
fn a_group_that_still_comes_is_not_closed_by_the_next_scan() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 40 (4,0)
         walk B 0 (-3,0) 5 (-3,0) 8 (1,0) 40 (4,1)
         2.5 scan S1 device 4 places 2
         6 scan S2 gate 1 places 1
         end 20",
        "3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         7.250 B came in by 1
         7.250 B bound S1 place
         7.250 B entered S1",
    );
}

#[test]
fn people_who_cross_before_the_answer_are_bound_then_in_order() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 40 (4,0)
         walk B 0 (-3,0) 3 (-3,0) 6 (1,0.2) 40 (4,0)
         2.5 scan S1 device 4 places 2 accepted 9
         end 20",
        "3.500 A came in by 1 enteredWithoutCode
         5.250 B came in by 1 enteredWithoutCode
         9.000 A bound S1 place
         3.500 A entered S1
         9.000 B bound S1 place
         5.250 B entered S1",
    );
}

#[test]
fn a_confirmation_without_a_gate_waits_at_every_gate_that_leads_in() {
    check(
        "walk A 0 (-1,20) 2 (-1,20) 4 (1,20) 20 (1,20)
         1 scan S1 any gate places 2
         3.0 cross in A gate 2
         end 12",
        "3.000 A came in by 2
         3.000 A bound S1 place
         3.000 A entered S1
         3.500 A in hall S1",
    );
}

#[test]
fn nobody_comes_in() {
    check("5 scan S1 device 4 places 2\nend 50", "35.020 S1 gives back 2 nobody came");
}

#[test]
fn some_places_stay_empty() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 40 (4,0)
         2.5 scan S1 device 4 places 3
         end 34",
        "3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         32.520 S1 gives back 2",
    );
}

#[test]
fn a_session_ends_when_its_last_place_does() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 10 (1,0) 12 (-1,0) 13 (-1,0)
         2.5 scan S1 device 4 places 2
         20 close S1
         end 34",
        "3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         11.000 A left S1 crossed by 1
         20.000 S1 gives back 1
         20.000 S1 emptied",
    );
}

#[test]
fn a_store_with_turnstiles_only_counts_and_binds() {
    check_without_cameras(
        "1 scan S1 device 5 places 2
         3.0 cross in - gate 2
         4.0 cross in - gate 2
         9.0 cross in - gate 2
         20 cross out - gate 2
         30 cross out - gate 2
         40 cross out - gate 2
         50 cross out - gate 2
         end 60",
        "3.000 #1 came in by 2
         3.000 #1 bound S1 place
         3.000 #1 entered S1
         4.000 #2 came in by 2
         4.000 #2 bound S1 place
         4.000 #2 entered S1
         9.000 #3 came in by 2 enteredWithoutCode
         20.000 #1 left S1 crossed by 2
         30.000 #2 left S1 crossed by 2
         30.000 S1 emptied
         40.000 #3 left crossed by 2",
    );
}

#[test]
fn a_counting_sensor_takes_the_only_path_over_its_line() {
    check(
        "walk A 0 (-1,20) 2 (-1,20) 4 (1,20) 20 (1,20)
         1 scan S1 device 5 places 1
         3.6 cross in - gate 2
         end 12",
        "3.600 A came in by 2
         3.600 A bound S1 place
         3.600 A entered S1
         3.600 A in hall S1",
    );
}

#[test]
fn presence_behind_a_gate_without_a_crossing_is_entering_without_a_code() {
    check(
        "walk A 0 (-1,20) 2 (-1,20) 4 (1,20) 20 (1,20)
         end 12",
        "6.000 A came in enteredWithoutCode
         6.000 A in hall",
    );
}
