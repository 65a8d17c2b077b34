//! The two schemas say the same: tables, columns with kind and nullability, and indexes with their columns.

use std::collections::BTreeMap;

use aisle_database::testing::{TestDatabase, fetch_all, open_postgres, open_sqlite};
use aisle_database::{Error, Statement, sql};

type Columns = BTreeMap<String, Vec<String>>;

async fn described(database: &TestDatabase, tables: Statement, rows: &[&str]) -> Columns {
    let names: Vec<String> = rows.iter().map(|name| (*name).to_owned()).collect();
    let read = database.database.read(move |c| {
        Box::pin(async move {
            let mut described = Columns::new();
            for row in fetch_all(c, tables).await? {
                let words: Result<Vec<String>, Error> = names.iter().map(|name| row.get(name)).collect();
                let words = words?;
                described.entry(words[0].clone()).or_default().push(words[1..].join(" "));
            }
            Ok::<_, Error>(described)
        })
    });
    let mut described = read.await.expect("the catalogue can be read");
    for lines in described.values_mut() {
        lines.sort();
    }
    // The trigrams of names are tables of their own in SQLite and an index of another kind in PostgreSQL.
    let ours = |table: &str| !["_sqlx", "sqlite_", "product_trigrams"].iter().any(|start| table.starts_with(start));
    described.retain(|table, _| ours(table));
    described
}

fn kind(declared: &str) -> &str {
    match declared.to_ascii_lowercase().as_str() {
        "bigint" | "timestamp with time zone" | "boolean" | "integer" => "whole",
        "text" => "text",
        "bytea" | "blob" => "bytes",
        "double precision" | "real" => "real",
        other => panic!("a column has the unknown type {other}"),
    }
}

fn with_kinds(columns: Columns) -> Columns {
    let plain = |line: String| {
        let mut words = line.splitn(3, ' ');
        let (name, null) = (words.next().expect("a name"), words.next().expect("a null mark"));
        format!("{name} {null} {}", kind(words.next().expect("a type")))
    };
    columns.into_iter().map(|(table, lines)| (table, lines.into_iter().map(plain).collect())).collect()
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let sqlite = sql!(
        "select t.name as tab, c.name as col,
             case when c.\"notnull\" = 1 or c.pk > 0 then 'required' else 'optional' end as nul, c.type as typ
         from sqlite_master t join pragma_table_info(t.name) c where t.type = 'table'"
    );
    let postgres = sql!(
        "select cast(table_name as text) as tab, cast(column_name as text) as col,
             case when is_nullable = 'NO' then 'required' else 'optional' end as nul, cast(data_type as text) as typ
         from information_schema.columns where table_schema = 'public'"
    );
    let fields = ["tab", "col", "nul", "typ"];
    let here = with_kinds(described(&open_sqlite().await, sqlite, &fields).await);
    let there = with_kinds(described(&open_postgres().await, postgres, &fields).await);
    assert!(here.len() > 30, "tables were found");
    assert_eq!(here, there);
}

#[tokio::test]
async fn both_databases_have_the_same_indexes() {
    let sqlite = sql!(
        "select t.name as tab, i.name as idx, case when i.\"unique\" = 1 then 'unique' else 'plain' end as uni,
             (select group_concat(name, ',') from (select name from pragma_index_info(i.name) order by seqno)) as cols
         from sqlite_master t join pragma_index_list(t.name) i where t.type = 'table' and i.origin = 'c'"
    );
    let postgres = sql!(
        "select cast(t.relname as text) as tab, cast(i.relname as text) as idx,
             case when x.indisunique then 'unique' else 'plain' end as uni,
             (select string_agg(cast(a.attname as text), ',' order by k.place)
              from unnest(x.indkey) with ordinality as k(number, place)
              join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number) as cols
         from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
         join pg_namespace n on n.oid = t.relnamespace
         where n.nspname = 'public' and not x.indisprimary and i.relname <> 'product_trigrams'"
    );
    let fields = ["tab", "idx", "uni", "cols"];
    let here = described(&open_sqlite().await, sqlite, &fields).await;
    let there = described(&open_postgres().await, postgres, &fields).await;
    assert!(here.len() > 20, "indexes were found");
    assert_eq!(here, there);
}
