//! Employees, testers, the untracked, and those who only look like staff.

use crate::script::check;

#[test]
fn an_employee_comes_and_goes() {
    check(
        "walk E 0 (-1,0) 3 (-1,0) 4 (1,0) 10 (6,0) 20 (6,0) 30 (-1,0)
         2.5 scan S1 device 4 places 1 role employee
         end 40",
        "3.500 E came in by 1
         3.500 E bound S1 place
         3.500 E entered S1
         3.500 staff inside 1
         8.800 E in till S1
         21.429 E out of till S1
         28.571 E left S1 crossed by 1
         28.571 staff inside 0
         28.571 S1 emptied",
    );
}

#[test]
fn the_untracked_are_entered_and_left_and_nothing_else() {
    check(
        "walk U 0 (-1,0) 3 (-1,0) 4 (1,0) 10 (6,0) 20 (6,0) 30 (-1,0)
         2.5 scan S1 device 4 places 1 role untracked
         end 40",
        "3.500 U came in by 1
         3.500 U bound S1 place
         3.500 U entered S1
         28.571 U left S1 crossed by 1
         28.571 S1 emptied",
    );
}

#[test]
fn a_visitor_in_the_back_room_is_staff_after_five_seconds() {
    check(
        "walk V 0 (15,0) 5 (22,0) 12 (22,0)
         walk W 0 (3,3) 12 (3,3)
         8 staff W 0.89
         9 staff W 0.9
         10 bind W S1
         end 12",
        "0.000 V came in
         0.000 W came in
         3.571 V in back
         8.600 V is staff
         8.600 staff inside 1
         9.000 W is staff
         9.000 staff inside 2
         10.000 W notAllowed",
    );
}

#[test]
fn a_registered_shopper_in_the_back_room_stays_one_and_is_reviewed_once() {
    check(
        "walk A 0 (-1,0) 3 (-1,0) 4 (1,0) 14 (22,0) 40 (22,0)
         2.5 scan S1 device 4 places 1
         30 staff A 0.99
         end 35",
        "3.500 A came in by 1
         3.500 A bound S1 place
         3.500 A entered S1
         5.905 A in till S1
         7.333 A out of till S1
         13.048 A in back S1
         18.100 A review roleDoubt",
    );
}
