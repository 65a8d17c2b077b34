//! Internal devices: the people around them.

use crate::script::check;

#[test]
fn the_nearest_of_those_who_stand_there() {
    check(
        "walk A 0 (3.9,5) 20 (3.9,5)
         walk B 0 (3.1,5) 20 (3.1,5)
         walk C 0 (9,5) 20 (9,5)
         5 scan S1 zone desk places 1
         end 12",
        "0.000 A came in
         0.000 B came in
         0.000 C came in
         0.000 B in desk
         5.020 B bound S1 place
         5.020 B entered S1
         5.020 B in desk S1",
    );
}

#[test]
fn everybody_when_nobody_said_a_number() {
    check(
        "walk A 0 (3.7,5) 20 (3.7,5)
         walk B 0 (3.1,5) 20 (3.1,5)
         5 scan S1 zone desk
         end 12",
        "0.000 A came in
         0.000 B came in
         0.000 A in desk
         0.000 B in desk
         5.020 S1 has 2 places
         5.020 B bound S1 place
         5.020 B entered S1
         5.020 B in desk S1
         5.020 A bound S1 place
         5.020 A entered S1
         5.020 A in desk S1",
    );
}

#[test]
fn one_place_waits_when_nobody_stands_there() {
    check(
        "walk A 0 (9,5) 10 (9,5) 16 (3,5) 20 (3,5)
         5 scan S1 zone desk
         end 18",
        "0.000 A came in
         7.000 S1 has 1 places
         15.000 A in desk
         15.500 A bound S1 place
         15.500 A entered S1
         15.500 A in desk S1",
    );
}

#[test]
fn those_who_come_within_the_grace_and_after_it() {
    check(
        "walk A 0 (3,5) 30 (3,5)
         walk B 0 (9,5) 5 (4.5,5) 5.5 (3.5,5) 30 (3.5,5)
         walk C 0 (9,9) 9 (4.5,5) 10 (3.5,5.5) 30 (3.5,5.5)
         5 scan S1 zone desk places 3
         end 18",
        "0.000 A came in
         0.000 B came in
         0.000 C came in
         0.000 A in desk
         5.020 A bound S1 place
         5.020 A entered S1
         5.020 A in desk S1
         5.250 B in desk
         7.000 B bound S1 place
         7.000 B entered S1
         7.000 B in desk S1
         9.500 C in desk
         10.000 C bound S1 place
         10.000 C entered S1
         10.000 C in desk S1",
    );
}

#[test]
fn a_registered_person_is_never_bound_again_by_a_scan() {
    check(
        "walk A 0 (3,5) 30 (3,5)
         5 scan S1 zone desk places 1
         9 scan S2 zone desk places 1
         end 18",
        "0.000 A came in
         0.000 A in desk
         5.020 A bound S1 place
         5.020 A entered S1
         5.020 A in desk S1",
    );
}

#[test]
fn half_of_the_positions_are_needed() {
    check(
        "walk A 0 (9,5) 4.85 (4.5,5) 4.9 (3.9,5) 5 (3.9,5) 5.05 (4.5,5) 30 (9,5)
         5 scan S1 zone desk places 1
         end 9",
        "0.000 A came in",
    );
}

#[test]
fn the_scan_looks_back_although_the_answer_came_late() {
    check(
        "walk A 0 (3,5) 6 (3,5) 8 (9,5) 30 (9,5)
         5 scan S1 zone desk places 1 accepted 13
         end 18",
        "0.000 A came in
         0.000 A in desk
         6.333 A out of desk
         13.000 A bound S1 place
         13.000 A entered S1",
    );
}
