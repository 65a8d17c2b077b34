//! Binding by a person: inside, before the gate, after leaving, and from one session to another.

use crate::script::check;

#[test]
fn a_visitor_inside_enters_with_the_crossing_as_origin_and_the_zones_with_the_binding() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 10 (6,0) 30 (6,0)
         15 bind A S1
         end 20",
        "3.500 A came in by 1 enteredWithoutCode
         8.800 A in till
         15.000 A bound S1
         3.500 A entered S1
         15.000 A in till S1
         15.000 A bound",
    );
}

#[test]
fn a_visitor_who_has_left_enters_and_leaves_at_once() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 10 (1,0) 12 (-1,0)
         25 bind A S1
         26 bind A S1
         27 bind A S2
         end 30",
        "3.500 A came in by 1 enteredWithoutCode
         11.000 A left crossed by 1
         25.000 A bound S1 outside
         3.500 A entered S1
         11.000 A left S1 crossed by 1 uncounted
         25.000 S1 emptied
         25.000 A bound
         26.000 A alreadyThere
         27.000 A tripFinal",
    );
}

#[test]
fn moved_between_sessions() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 10 (6,0) 20 (6,0) 30 (-1,0)
         2.5 scan S1 device 4 places 1
         15 bind A S2
         15.5 bind A S1
         end 40",
        "3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         8.800 A in till S1
         15.000 A out of till S1
         15.000 A left S1 moved uncounted
         15.000 A bound S2 from S1
         15.000 A entered S2
         15.000 A in till S2
         15.000 S1 emptied
         15.000 A bound
         15.500 A sessionOver
         21.429 A out of till S2
         28.571 A left S2 crossed by 1
         28.571 S2 emptied",
    );
}

#[test]
fn back_on_the_first_session_makes_no_second_notice() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 20 (1,0) 22 (-1,0)
         walk B 0 (-2,0) 3 (-2,0) 5 (1,0.1) 40 (3,3)
         2.5 scan S1 device 4 places 2
         10 bind A S2
         12 bind A S1
         end 30",
        "3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         4.333 B came in by 1
         4.333 B bound S1 place
         4.333 B entered S1
         10.000 A left S1 moved uncounted
         10.000 A bound S2 from S1
         10.000 A entered S2
         10.000 A bound
         12.000 A left S2 moved uncounted
         12.000 A bound S1 from S2
         12.000 S2 emptied
         12.000 A bound
         21.000 A left S1 crossed by 1 quiet",
    );
}

#[test]
fn nobody_knows_this_shopper() {
    check("5 bind 123456789012345 S1\nend 8", "5.000 somebody unknownShopper");
}

#[test]
fn a_place_is_used_up_by_hand() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 60 (6,6)
         walk V 0 (3,3) 60 (3,3)
         2.5 scan S1 device 4 places 2
         8 bind V S1
         end 50",
        "0.000 V came in
         3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         8.000 V bound S1 place
         8.000 V entered S1
         8.000 V bound",
    );
}
