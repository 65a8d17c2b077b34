//! Groups by hint.

use crate::script::check;

#[test]
fn a_hint_fills_an_open_place_of_the_member_it_names() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 40 (4,0)
         walk V 0 (3,3) 40 (3,3)
         walk W 0 (3,4.5) 40 (1,3)
         2.5 scan S1 device 4 places 2
         6 group A W 0.79
         7 group A V 0.8
         8 group A W 0.9
         end 12",
        "0.000 V came in
         0.000 W came in
         0.000 W in desk
         3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         7.000 V bound S1 place
         7.000 V entered S1",
    );
}
