//! Every kind of value comes back as it went in, from both databases.

use aisle_database::testing::on_both_databases;
use aisle_database::{Database, Error, FromValue, Row, Statement, Value, sql};

use jiff::Timestamp;

use crate::{change, rows};

async fn make_things(database: &Database) {
    let create = sql!(
        "create table things (id bigint primary key, small integer, share double precision, good boolean, name text,
         raw bytea, at timestamptz)"
    );
    change(database, create).await.unwrap();
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn every_kind_comes_back() {
    on_both_databases(|database| async move {
        make_things(&database).await;
        let at = moment("2026-03-01T12:00:00.123456Z");
        let raw = vec![0_u8, 255, 7];
        let full = sql!(
            "insert into things (id, small, share, good, name, raw, at) values ($1, $2, $3, $4, $5, $6, $7)",
            1_i64,
            7_i32,
            0.25,
            true,
            "Zoë's \"x\"; --",
            raw.clone(),
            at
        );
        let empty = sql!(
            "insert into things (id, small, share, good, name, raw, at) values ($1, $2, $3, $4, $5, $6, $7)",
            i64::MAX,
            None::<i64>,
            None::<f64>,
            None::<bool>,
            None::<String>,
            None::<Vec<u8>>,
            None::<Timestamp>
        );
        assert_eq!(change(&database, full).await, Ok(1));
        assert_eq!(change(&database, empty).await, Ok(1));
        let things =
            rows(&database, sql!("select id, small, share, good, name, raw, at from things order by id")).await;
        check(
            &things[0],
            1,
            Some(7_i64),
            Some(0.25),
            Some(true),
            Some("Zoë's \"x\"; --".to_owned()),
            Some(raw),
            Some(at),
        );
        check(&things[1], i64::MAX, None, None, None, None, None, None);
    })
    .await;
}

#[expect(clippy::too_many_arguments, reason = "one per kind of value")]
fn check(
    row: &Row,
    id: i64,
    small: Option<i64>,
    share: Option<f64>,
    good: Option<bool>,
    name: Option<String>,
    raw: Option<Vec<u8>>,
    at: Option<Timestamp>,
) {
    assert_eq!(row.get::<i64>("id"), Ok(id));
    assert_eq!(row.get("small"), Ok(small));
    assert_eq!(row.get("share"), Ok(share));
    assert_eq!(row.get("good"), Ok(good));
    assert_eq!(row.get("name"), Ok(name));
    assert_eq!(row.get("raw"), Ok(raw));
    assert_eq!(row.get("at"), Ok(at));
}

#[tokio::test]
async fn moments_sort_as_moments() {
    on_both_databases(|database| async move {
        make_things(&database).await;
        let texts = [
            "1969-12-31T23:59:59.999999Z",
            "1999-12-31T23:59:59.5Z",
            "2026-03-01T12:00:00Z",
            "2026-03-01T12:00:00.000001Z",
            "2026-03-01T12:00:00.5Z",
            "2026-03-01T12:00:01Z",
        ];
        let expected: Vec<Timestamp> = texts.iter().map(|text| moment(text)).collect();
        let mut insert = Statement::build("insert into things (id, at) values ");
        insert.bind_rows(expected.iter().rev().zip(1_i64..).map(|(at, id)| [Value::from(id), Value::from(*at)]));
        change(&database, insert).await.unwrap();
        let sorted = rows(&database, sql!("select at from things order by at")).await;
        let sorted: Vec<Timestamp> = sorted.iter().map(|row| row.get("at").unwrap()).collect();
        assert_eq!(sorted, expected);
        let later =
            rows(&database, sql!("select id from things where at > $1", moment("2026-03-01T12:00:00.4Z"))).await;
        assert_eq!(later.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_list_of_values_is_bound() {
    on_both_databases(|database| async move {
        make_things(&database).await;
        let mut insert = Statement::build("insert into things (id, name) values ");
        insert.bind_rows((1_i64..=5).map(|id| [Value::from(id), Value::from(format!("thing {id}"))]));
        assert_eq!(change(&database, insert).await, Ok(5));
        let mut select = Statement::build("select id from things where id in (");
        select.bind_list([2_i64, 4, 9]).push(") and name <> ").bind("thing 4");
        let found = rows(&database, select).await;
        assert_eq!(found.iter().map(|row| row.get("id")).collect::<Vec<_>>(), [Ok(2_i64)]);
    })
    .await;
}

#[tokio::test]
async fn what_does_not_fit_is_corrupt_with_its_place() {
    on_both_databases(|database| async move {
        make_things(&database).await;
        change(&database, sql!("insert into things (id, small, name) values (12, 300, 'blue')")).await.unwrap();
        let row = rows(&database, sql!("select id, small, name, raw from things")).await.remove(0);
        check_corrupt(row.get::<u8>("small"), "small");
        check_corrupt(row.get::<i64>("name"), "name");
        check_corrupt(row.get::<Vec<u8>>("raw"), "raw");
        check_corrupt(row.parse("name", str::parse::<f64>), "name");
        assert!(matches!(row.get::<i64>("nowhere"), Err(Error::Misuse { .. })));
    })
    .await;
}

fn check_corrupt<T: FromValue + std::fmt::Debug>(read: Result<T, Error>, wanted: &str) {
    let Err(Error::Corrupt { table, column, row, .. }) = read else { panic!("{read:?}") };
    assert_eq!((table.as_str(), column.as_str(), row.as_str()), ("things", wanted, "id=12"));
}
