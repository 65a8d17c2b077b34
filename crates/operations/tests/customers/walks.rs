//! Walking through the list of trips while trips are added: none twice, none lost, whatever the order and the page.

use aisle_database::Database;
use aisle_database::testing::{open_postgres, open_sqlite};
use aisle_operations::customers::NewCustomer;
use aisle_operations::sessions::{Direction, ListSessions, SessionOrder, SessionPage, Start};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::fixture::{Fixture, fixture};
use crate::paged::{asked, numbers, page, trip};

/// A list and how it is walked through.
#[derive(Debug, Clone)]
struct Case {
    /// Group size, and whether the code never expires.
    trips: Vec<(Option<i64>, bool)>,
    order: SessionOrder,
    direction: Direction,
    count: usize,
    /// How many trips are added after each page.
    added: usize,
}

fn cases() -> impl Strategy<Value = Case> {
    let trip = (prop::option::of(1..3_i64), any::<bool>());
    let trips = prop::collection::vec(trip, 0..12);
    let order = prop::sample::select(SessionOrder::ALL);
    let direction = prop::sample::select(Direction::ALL);
    (trips, order, direction, 2..6_usize, 0..2_usize).prop_map(|(trips, order, direction, count, added)| Case {
        trips,
        order,
        direction,
        count,
        added,
    })
}

async fn holds(database: Database, case: &Case) {
    let f = fixture(database).await;
    let customer = f.customer(NewCustomer::default()).await.customer.id;
    for (group_size, never) in &case.trips {
        trip(&f, customer, *group_size, *never).await;
    }
    let whole = page(&f, asked(case.order, case.direction, 100)).await;
    assert_eq!((&whole.next, &whole.previous), (&None, &None));
    let expected = numbers(&whole);
    let (there, last) = walk_there(&f, case).await;
    assert_eq!(old_of(&there, &expected), expected, "there");
    let mut unique = there.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), there.len(), "no trip twice");
    let back = walk_back(&f, case, last).await;
    assert_eq!(old_of(&back, &expected), expected, "back");
}

fn old_of(seen: &[i64], expected: &[i64]) -> Vec<i64> {
    let was_there = |number: &i64| expected.contains(number);
    seen.iter().copied().filter(was_there).collect()
}

/// All numbers in the order they came, and the last page.
async fn walk_there(f: &Fixture, case: &Case) -> (Vec<i64>, SessionPage) {
    let mut seen = Vec::new();
    let mut start = Start::Beginning;
    loop {
        let ask = asked(case.order, case.direction, case.count);
        let got = page(f, ListSessions { start, ..ask }).await;
        seen.extend(numbers(&got));
        let customer = f.customer(NewCustomer::default()).await.customer.id;
        for _ in 0..case.added {
            trip(f, customer, Some(1), false).await;
        }
        match got.next.clone() {
            Some(place) => start = Start::After(place),
            None => return (seen, got),
        }
    }
}

async fn walk_back(f: &Fixture, case: &Case, last: SessionPage) -> Vec<i64> {
    let mut seen = numbers(&last);
    let mut previous = last.previous;
    while let Some(place) = previous {
        let start = Start::Before(place);
        let ask = asked(case.order, case.direction, case.count);
        let got = page(f, ListSessions { start, ..ask }).await;
        assert!(got.next.is_some());
        seen.splice(0..0, numbers(&got));
        previous = got.previous;
    }
    seen
}

fn check(cases_to_try: u32, holds: impl Fn(&Case)) {
    let config = ProptestConfig { cases: cases_to_try, failure_persistence: None, ..ProptestConfig::default() };
    let tried = TestRunner::new(config).run(&cases(), |case| {
        holds(&case);
        Ok(())
    });
    tried.unwrap();
}

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap()
}

#[test]
fn on_sqlite() {
    check(40, |case| {
        runtime().block_on(async {
            let fresh = open_sqlite().await;
            holds(fresh.database.clone(), case).await;
        });
    });
}

#[test]
fn on_postgres() {
    check(15, |case| {
        runtime().block_on(async {
            let fresh = open_postgres().await;
            holds(fresh.database.clone(), case).await;
        });
    });
}
