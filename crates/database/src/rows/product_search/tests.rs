//! The search against the same search done by hand, over so many names that both ways of it are taken, and its plans.

use aisle_model::Moment;

use super::*;
use crate::testing::on_both_databases;
use crate::{Database, Value, sql};

const PRODUCTS: i64 = 4_500;
/// Every so many products have prices by store, and every so many of those one in the store.
const BY_STORE: i64 = 3;
const IN_STORE: i64 = 6;
const STORE: StoreId = StoreId(1);

/// Names whose parts are common (`ml`), rare and in between, some of them equal.
fn name(id: i64) -> String {
    const FIRST: [&str; 9] = ["Sparkling", "Still", "50% \"Fat\"", "Ökologisch", "Über_", "a\\b", "牛乳茶", "Zq", "ZQ"];
    const SECOND: [&str; 7] = ["Water", "Milk", "Bread", "Cola", "Tea", "Wafer", "Wine"];
    let pick = |list: &[&'static str], by: i64| list[usize::try_from(by).unwrap() % list.len()];
    let first = if id % 500 == 0 { "Xylitol" } else { pick(&FIRST, id * 7) };
    format!("{first} {} {} ml", pick(&SECOND, id / 9), id % 100)
}

fn folded(id: i64) -> String {
    name(id).to_lowercase()
}

fn is_sold(id: i64) -> bool {
    id % BY_STORE != 0 || id % IN_STORE == 0
}

async fn fill(database: &Database, retailers: i64) {
    let now = Moment::from_millis(1_700_000_000_000);
    let filled = database.change(move |c| {
        Box::pin(async move {
            for retailer in 1..=retailers {
                super::super::retailers::insert(c, if retailer == 1 { "one" } else { "two" }, now).await?;
            }
            let store = sql!(
                "insert into stores (retailer_id, unique_store_id, status, deployment_status, name, employee_inside,
                     currency, time_zone, settings, layout_version, layout_updated_at, created_at, updated_at)
                 values (1, 's', 'OPEN', 'LIVE', 'S', $1, 'EUR', 'UTC', '{}', 1, $2, $2, $2)",
                false,
                now
            );
            c.execute(store).await?;
            for retailer in 1..=retailers {
                products(c, retailer, now).await?;
            }
            Ok::<_, Error>(())
        })
    });
    filled.await.unwrap();
    analyze(database).await;
}

/// Others, so many that reading all of them costs more than looking up few.
async fn add_many(database: &Database) {
    let add = sql!(
        "insert into products (retailer_id, id, name, name_folded, price, has_store_prices, restricted, quantity,
             created_at, updated_at)
         with recursive numbers (number) as (select 10001 union all select number + 1 from numbers where number < 40000)
         select 1, number, 'Loaf ' || number, 'loaf ' || number, 1, $1, $1, 0, $2, $2 from numbers",
        false,
        Moment::from_millis(0)
    );
    let added = database.change(move |c| {
        let add = add.clone();
        Box::pin(async move { c.execute(add).await })
    });
    assert_eq!(added.await.unwrap(), 30_000);
}

async fn analyze(database: &Database) {
    // What PostgreSQL does by itself after a while; SQLite plans without.
    let analyzed = database
        .change(|c| Box::pin(async move { if c.is_postgres() { c.execute(sql!("analyze")).await } else { Ok(0) } }));
    analyzed.await.unwrap();
}

async fn products(c: &mut Connection, retailer: i64, now: Moment) -> Result<(), Error> {
    let ids: Vec<i64> = (1..=PRODUCTS).collect();
    for some in ids.chunks(1000) {
        let mut insert = Statement::build(
            "insert into products (retailer_id, id, name, name_folded, price, has_store_prices, restricted, quantity,
                 created_at, updated_at) values ",
        );
        insert.bind_rows(some.iter().map(|id| -> [Value; 10] {
            let (by_store, unrestricted) = (id % BY_STORE == 0, false);
            [
                retailer.into(),
                (*id).into(),
                name(*id).into(),
                folded(*id).into(),
                10_000_i64.into(),
                by_store.into(),
                unrestricted.into(),
                0_i64.into(),
                now.into(),
                now.into(),
            ]
        }));
        c.execute(&mut insert).await?;
        let mut insert = Statement::build(
            "insert into product_variants (retailer_id, product_id, name, weight_grams, invalid_thumbnail, is_default,
                 created_at) values ",
        );
        insert.bind_rows(some.iter().map(|id| -> [Value; 7] {
            [retailer.into(), (*id).into(), "v".into(), 1.0.into(), false.into(), true.into(), now.into()]
        }));
        c.execute(&mut insert).await?;
    }
    if retailer == 1 {
        let mut insert =
            Statement::build("insert into store_prices (retailer_id, product_id, store_id, price, created_at) values ");
        insert.bind_rows(
            ids.iter()
                .filter(|id| *id % IN_STORE == 0)
                .map(|id| -> [Value; 5] { [retailer.into(), (*id).into(), STORE.into(), (*id).into(), now.into()] }),
        );
        c.execute(&mut insert).await?;
        let barcodes = sql!(
            "insert into product_barcodes (retailer_id, variant_id, barcode, barcode_key, is_default, place)
             select 1, id, 'b', case when product_id = 7 then 'ml' else cast(product_id as text) end, $1, 1
             from product_variants where retailer_id = 1",
            true
        );
        c.execute(barcodes).await?;
    }
    Ok(())
}

fn asked(part: &str, order: SearchOrder, direction: Direction, store: Option<StoreId>) -> Search {
    Search {
        retailer: RetailerId(1),
        part: part.to_lowercase(),
        barcode_key: part.to_owned(),
        store,
        order,
        direction,
        offset: 0,
        count: 20,
    }
}

async fn ids(database: &Database, asked: &Search) -> Vec<i64> {
    let asked = asked.clone();
    let found = database.read(move |c| Box::pin(async move { search(c, &asked).await }));
    found.await.unwrap().iter().map(|product| product.id.0).collect()
}

/// The same by hand.
fn expected(asked: &Search) -> Vec<i64> {
    let fits = |id: &i64| folded(*id).contains(&asked.part) || (asked.barcode_key == "ml" && *id == 7);
    let mut ids: Vec<i64> = (1..=PRODUCTS).filter(|id| fits(id) && (asked.store.is_none() || is_sold(*id))).collect();
    if asked.order == SearchOrder::Name {
        ids.sort_by_key(|id| (name(*id), *id));
    }
    if asked.direction == Direction::Descending {
        ids.reverse();
    }
    ids.into_iter().skip(asked.offset).take(asked.count).collect()
}

#[tokio::test]
async fn what_is_found_is_what_fits() {
    on_both_databases(|database| async move {
        fill(&database, 2).await;
        let parts = [
            "ml",
            "MILK",
            "sparkling water 7",
            "xylitol",
            "x",
            "zq",
            "0% \"f",
            "%",
            "_",
            "\\",
            "über_ W",
            "ökolog",
            "牛乳茶 b",
            "牛",
            "nothing like it",
            "50% \"fat\" wine 99 ml",
            "*",
            "ter 4",
            "' or 1=1 --",
        ];
        for part in parts {
            for order in [SearchOrder::Name, SearchOrder::Id] {
                for direction in [Direction::Ascending, Direction::Descending] {
                    for store in [None, Some(STORE)] {
                        let mut asked = asked(part, order, direction, store);
                        for offset in [0, if part == "ml" { 3000 } else { 15 }] {
                            asked.offset = offset;
                            assert_eq!(ids(&database, &asked).await, expected(&asked), "{asked:?}");
                        }
                    }
                }
            }
        }
        let fitting = |part: &str| (1..=PRODUCTS).filter(|id| folded(*id).contains(part)).count();
        assert!(fitting("ml") > MOST_SORTED && fitting("milk") < MOST_SORTED, "both ways are taken");
    })
    .await;
}

#[tokio::test]
async fn names_that_change_are_found_as_they_are() {
    on_both_databases(|database| async move {
        fill(&database, 1).await;
        let run = async |statement: Statement| {
            let ran = database.change(move |c| {
                let statement = statement.clone();
                Box::pin(async move { c.execute(statement).await })
            });
            ran.await.unwrap()
        };
        let found = async |part: &str| {
            let asked = asked(part, SearchOrder::Id, Direction::Ascending, None);
            ids(&database, &asked).await
        };
        let all = found("xylitol").await;
        assert_eq!(all[..3], [500, 1000, 1500]);
        run(sql!("update products set name_folded = 'plain gum' where id = 500")).await;
        run(sql!("update products set deleted_at = $1 where id = 1000", Moment::from_millis(1))).await;
        run(sql!("update products set name_folded = 'unseen' where id = 1000")).await;
        assert_eq!(
            (found("xylitol").await[0], found("ain gu").await, found("unseen").await),
            (1500, vec![500], vec![])
        );
        let again = sql!("update products set deleted_at = null, name_folded = 'plain gum' where id = 1000");
        run(again).await;
        assert_eq!(found("plain").await, [500, 1000]);
        run(sql!("update products set name_folded = name_folded, version = version + 1")).await;
        assert_eq!(found("plain").await, [500, 1000]);
    })
    .await;
}

#[tokio::test]
async fn every_statement_has_its_index() {
    on_both_databases(|database| async move {
        fill(&database, 1).await;
        add_many(&database).await;
        analyze(&database).await;
        let milk = || asked("milk", SearchOrder::Name, Direction::Descending, Some(STORE));
        let rare = || Search { part: "xylitol".to_owned(), ..milk() };
        let by_id = || Search { order: SearchOrder::Id, ..milk() };
        let short = || Search { part: "ml".to_owned(), ..milk() };
        let shown = |_| super::shown(&milk(), &[ProductId(1), ProductId(2)]);
        let of_names = "product_trigrams";
        let by_key = "products_retailer_id_id_key";
        check(&database, |is_postgres| named(&rare(), is_postgres), of_names).await;
        // In PostgreSQL any index of the retailer will do, for a name may have to be looked up in the row anyway.
        let of_retailer =
            if is_postgres(&database).await { "(retailer_id = '1'" } else { "COVERING INDEX products_name" };
        check(&database, |is_postgres| named(&short(), is_postgres), of_retailer).await;
        check(&database, |is_postgres| walk(&milk(), None, is_postgres), "products_name").await;
        check(&database, |is_postgres| walk(&short(), Some(ProductId(7)), is_postgres), "products_name").await;
        check(&database, |is_postgres| walk(&by_id(), None, is_postgres), by_key).await;
        check(&database, |_| coded(&milk()), "product_barcodes_retailer_id_barcode_key_key").await;
        check(&database, shown, by_key).await;
    })
    .await;
}

/// The plan has the index and reads no table from end to end, nor sorts what it found.
async fn check(database: &Database, make: impl Fn(bool) -> Statement, index: &str) {
    let is_postgres = is_postgres(database).await;
    let explain = if is_postgres { "explain " } else { "explain query plan " };
    let (text, values) = make(is_postgres).into_parts();
    let text: &'static str = format!("{explain}{text}").leak();
    let rows = database.change(move |c| {
        let explain = Statement::fixed(text, values.clone());
        Box::pin(async move {
            if c.is_postgres() {
                // So few rows are read from end to end at less cost; what counts is what many can be read by.
                c.execute(sql!("set local enable_seqscan = off")).await?;
            }
            c.fetch_all(explain).await
        })
    });
    let rows = rows.await.unwrap();
    let column = if is_postgres { "QUERY PLAN" } else { "detail" };
    let lines: Result<Vec<String>, Error> = rows.iter().map(|row| row.get(column)).collect();
    let plan = lines.unwrap().join("\n");
    assert!(plan.contains(index), "{index} is not in\n{plan}");
    let is_through = ["Seq Scan", "Sort", "TEMP B-TREE", "SCAN p ", "SCAN b ", "SCAN v "];
    let through: Vec<_> = is_through.iter().filter(|sign| plan.contains(**sign)).collect();
    assert!(through.is_empty(), "{through:?} is in\n{plan}");
}

async fn is_postgres(database: &Database) -> bool {
    database.read(|c| Box::pin(async move { Ok::<_, Error>(c.is_postgres()) })).await.unwrap()
}
