//! The list of trips, page by page.

use aisle_database::sql;
use aisle_database::testing::{execute, on_both_databases};
use aisle_model::session::SessionStatus;
use aisle_model::{CustomerId, Millis, Moment, SessionNumber, StoreId};
use aisle_operations::customers::{NewCustomer, Window};
use aisle_operations::entry_codes::{self, Expiry, NewEntryCode};
use aisle_operations::sessions::{
    self, Direction, ListSessions, Session, SessionFilter, SessionOrder, SessionPage, Start,
};

use crate::fixture::{Fixture, START, fixture};

pub async fn page(f: &Fixture, asked: ListSessions) -> SessionPage {
    sessions::list(&f.app, &f.caller, asked).await.unwrap()
}

pub fn asked(order: SessionOrder, direction: Direction, count: usize) -> ListSessions {
    ListSessions { filter: SessionFilter::default(), order, direction, start: Start::Beginning, count }
}

pub async fn trip(f: &Fixture, customer: CustomerId, group_size: Option<i64>, never: bool) -> SessionNumber {
    f.app.clock.advance(Millis(10));
    let expires = if never { Expiry::Never } else { Expiry::Default };
    let new = NewEntryCode { group_size, expires, ..NewEntryCode::default() };
    entry_codes::create(&f.app, &f.caller, customer, new).await.unwrap().number
}

pub fn numbers(page: &SessionPage) -> Vec<i64> {
    page.sessions.iter().map(|session| session.number.0).collect()
}

/// Twelve trips of two customers, with equal and absent sort keys among them.
async fn twelve(f: &Fixture) -> CustomerId {
    let one = f.customer(NewCustomer::default()).await.customer.id;
    let other = f.customer(NewCustomer::default()).await.customer.id;
    for place in 0..12 {
        let customer = if place % 3 == 0 { one } else { other };
        let group_size = [None, Some(2), Some(1), Some(2)][place % 4];
        trip(f, customer, group_size, place % 5 == 0).await;
    }
    let marked = f.app.database.change(|c| {
        Box::pin(async move {
            let seen =
                sql!("update sessions set visitors = number % 3, last_scanned_at = created_at where number % 4 = 0");
            execute(c, seen).await?;
            execute(c, sql!("update sessions set status = 'active', last_entered_at = created_at where number % 6 = 0"))
                .await
                .map(drop)
        })
    });
    marked.await.unwrap();
    one
}

#[tokio::test]
async fn nulls_come_last_going_up_and_first_going_down() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        twelve(&f).await;
        let sizes = async |direction| {
            let got = page(&f, asked(SessionOrder::GroupSize, direction, 100)).await;
            got.sessions.iter().map(|session| session.group_size).collect::<Vec<_>>()
        };
        let mut up = vec![Some(1); 3];
        up.extend([Some(2); 6]);
        up.extend([None; 3]);
        assert_eq!(sizes(Direction::Ascending).await, up);
        up.reverse();
        assert_eq!(sizes(Direction::Descending).await, up);
    })
    .await;
}

fn only(say: impl FnOnce(&mut SessionFilter)) -> SessionFilter {
    let mut filter = SessionFilter::default();
    say(&mut filter);
    filter
}

async fn check(f: &Fixture, filter: SessionFilter, judge: impl Fn(&Session) -> bool) {
    let by_id = asked(SessionOrder::Id, Direction::Ascending, 100);
    let all = page(f, by_id.clone()).await.sessions;
    let told = format!("{filter:?}");
    let kept = page(f, ListSessions { filter, ..by_id }).await.sessions;
    let expected: Vec<_> = all.into_iter().filter(judge).collect();
    assert_eq!(kept, expected, "{told}");
}

#[tokio::test]
async fn every_filter_of_a_value_keeps_what_it_says() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let one = twelve(&f).await;
        let by_id = asked(SessionOrder::Id, Direction::Ascending, 100);
        let third = page(&f, by_id).await.sessions.remove(2);
        let (number, code, token) = (third.number, &third.code, &third.token);
        check(&f, only(|k| k.number = Some(number)), |s| s.number == number).await;
        check(&f, only(|k| k.code = Some(code.clone())), |s| s.code == *code).await;
        check(&f, only(|k| k.token = Some(token.clone())), |s| s.token == *token).await;
        check(&f, only(|k| k.customer = Some(one)), |s| s.customer == Some(one)).await;
        check(&f, only(|k| k.store = Some(StoreId(5))), |_| false).await;
        let states = vec![SessionStatus::Active, SessionStatus::Expired];
        let is_active = |s: &Session| s.status == SessionStatus::Active;
        check(&f, only(|k| k.statuses = states), is_active).await;
        check(&f, only(|k| k.min_visitors = Some(1)), |s| s.visitors >= 1).await;
        check(&f, only(|k| k.max_visitors = Some(1)), |s| s.visitors <= 1).await;
        let two = |s: &Session| s.group_size == Some(2);
        check(&f, only(|k| k.min_group_size = Some(2)), two).await;
        let one = |s: &Session| s.group_size == Some(1);
        check(&f, only(|k| k.max_group_size = Some(1)), one).await;
    })
    .await;
}

#[tokio::test]
async fn every_window_keeps_what_it_says() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        twelve(&f).await;
        let at = |millis: i64| START.plus(Millis(millis));
        let window = |after: i64| Window { min: Some(at(after + 30)), max: Some(at(after + 60)) };
        let within = move |moment: Moment| moment >= at(30) && moment <= at(60);
        let now = window(0);
        check(&f, only(|k| k.created_at = now), |s| within(s.created_at)).await;
        check(&f, only(|k| k.updated_at = now), |s| within(s.updated_at)).await;
        let scanned = |s: &Session| s.last_scanned_at.is_some_and(within);
        check(&f, only(|k| k.last_scanned_at = now), scanned).await;
        let entered = |s: &Session| s.last_entered_at.is_some_and(within);
        check(&f, only(|k| k.last_entered_at = now), entered).await;
        let tomorrow = window(24 * 3_600_000);
        let expires = |s: &Session| s.expires_at.is_some() && within(s.created_at);
        check(&f, only(|k| k.expires_at = tomorrow), expires).await;
    })
    .await;
}

#[tokio::test]
async fn a_plain_id_stands_for_its_row_also_when_the_filters_leave_it_out() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        twelve(&f).await;
        let order = SessionOrder::CreatedAt;
        let first = page(&f, asked(order, Direction::Ascending, 1)).await.sessions.remove(0);
        let place = sessions::place_of_id(&f.app, &f.caller, order, first.number).await.unwrap().unwrap();
        let filter = SessionFilter { min_group_size: Some(1), ..SessionFilter::default() };
        let behind =
            page(&f, ListSessions { filter, start: Start::After(place), ..asked(order, Direction::Ascending, 100) })
                .await;
        assert_eq!(behind.sessions.len(), 9);
        let unknown = sessions::place_of_id(&f.app, &f.caller, order, SessionNumber(999)).await.unwrap();
        assert_eq!(unknown, None);
    })
    .await;
}
