//! Fresh, migrated databases of both kinds for tests, and a way for tests to run SQL of their own.
//!
//! PostgreSQL comes from `AISLE_TEST_POSTGRES_URL`, else from `postgres@127.0.0.1:5432`. Every test gets its own database,
//! copied from a template that is made once per set of migrations. A test that cannot have PostgreSQL fails; it never skips.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;

use futures::FutureExt;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use crate::{Connection, Database, Error, Row, Settings, Statement, migrations};

/// A database that is removed when this is dropped.
pub struct TestDatabase {
    pub database: Database,
    /// To open it a second time.
    pub settings: Settings,
    name: String,
}

/// Runs a test on a fresh SQLite and on a fresh PostgreSQL database.
pub async fn on_both_databases<F, Fut>(test: F)
where
    F: Fn(Database) -> Fut,
    Fut: Future<Output = ()>,
{
    for make in [open_sqlite().boxed(), open_postgres().boxed()] {
        let fresh = make.await;
        test(fresh.database.clone()).await;
    }
}

/// A fresh SQLite database in a folder of its own.
pub async fn open_sqlite() -> TestDatabase {
    let name = fresh_name();
    let path = std::env::temp_dir().join(&name).join("aisle.db");
    let settings = Settings::Sqlite { path, readers: 4 };
    let database = Database::open(&settings).await.expect("a fresh SQLite database opens");
    TestDatabase { database, settings, name }
}

/// A fresh PostgreSQL database of its own.
pub async fn open_postgres() -> TestDatabase {
    let name = fresh_name();
    let template = template().await;
    let mut admin = admin().await;
    run(&mut admin, format!("create database {name} template {template}")).await;
    admin.close().await.expect("the administrating connection closes");
    let settings = Settings::Postgres { url: url_of(&name), connections: 8 };
    let database = Database::open(&settings).await.expect("a fresh PostgreSQL database opens");
    TestDatabase { database, settings, name }
}

/// Runs SQL of a test and answers how many rows it affected.
pub async fn execute(connection: &mut Connection, statement: impl Into<Statement>) -> Result<u64, Error> {
    connection.execute(statement).await
}

/// Runs SQL of a test that must affect one row or none, and answers whether it affected one.
pub async fn execute_one(connection: &mut Connection, statement: impl Into<Statement>) -> Result<bool, Error> {
    connection.execute_one(statement).await
}

/// Runs a query of a test.
pub async fn fetch_all(connection: &mut Connection, statement: impl Into<Statement>) -> Result<Vec<Row>, Error> {
    connection.fetch_all(statement).await
}

/// How the database would run a statement, as the lines of `explain`. Statistics are those of the last `analyze`.
pub async fn explain(connection: &mut Connection, statement: &Statement) -> Result<Vec<String>, Error> {
    let (command, column) =
        if connection.is_postgres() { ("explain ", "QUERY PLAN") } else { ("explain query plan ", "detail") };
    let rows = connection.fetch_all(statement.behind(command)).await?;
    rows.iter().map(|row| row.get(column)).collect()
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        match &self.settings {
            Settings::Sqlite { path, .. } => {
                let folder = path.parent().map_or_else(PathBuf::new, PathBuf::from);
                std::fs::remove_dir_all(folder).ok();
            }
            Settings::Postgres { .. } => {
                let drop_database = format!("drop database if exists {} with (force)", self.name);
                // A runtime cannot be entered twice on one thread, and this may be dropped inside of one.
                let dropped = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                    runtime
                        .expect("a runtime starts")
                        .block_on(async move { run(&mut admin().await, drop_database).await });
                });
                let is_dropped = dropped.join().is_ok();
                // A second panic would hide the first.
                assert!(is_dropped || std::thread::panicking(), "{} could not be dropped", self.name);
            }
        }
    }
}

fn fresh_name() -> String {
    let random = RandomState::new().build_hasher().finish();
    format!("aisle_test_{}_{random:016x}", std::process::id())
}

fn server_url() -> String {
    std::env::var("AISLE_TEST_POSTGRES_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

/// The server's URL with another database.
fn url_of(database: &str) -> String {
    let server = server_url();
    let (head, query) = server.split_once('?').map_or((server.as_str(), None), |(head, query)| (head, Some(query)));
    let authority = head.find("://").map_or(0, |at| at + 3);
    let end = head[authority..].find('/').map_or(head.len(), |at| authority + at);
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    format!("{}/{database}{query}", &head[..end])
}

async fn admin() -> PgConnection {
    let options: sqlx::postgres::PgConnectOptions = server_url().parse().expect("AISLE_TEST_POSTGRES_URL is a URL");
    options.connect().await.expect("tests need a PostgreSQL server: set AISLE_TEST_POSTGRES_URL")
}

async fn run(admin: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(admin).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The name of a migrated database to copy. Test processes take turns in making it; one that is marked as a template is
/// complete.
async fn template() -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in migrations::POSTGRES.iter().flat_map(|migration| migration.checksum.iter()) {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let name = format!("aisle_template_{hash:016x}");
    let mut admin = admin().await;
    let complete = format!("select 1 from pg_database where datname = '{name}' and datistemplate");
    run(&mut admin, "select pg_advisory_lock(7254193)".to_owned()).await;
    let found = sqlx::query(AssertSqlSafe(complete)).fetch_optional(&mut admin).await.expect("pg_database can be read");
    if found.is_none() {
        run(&mut admin, format!("drop database if exists {name} with (force)")).await;
        run(&mut admin, format!("create database {name} template template0 encoding 'UTF8'")).await;
        let settings = Settings::Postgres { url: url_of(&name), connections: 1 };
        let database = Database::open(&settings).await.expect("the template migrates");
        database.migrate().await.expect("the template migrates");
        database.close().await;
        run(&mut admin, format!("alter database {name} is_template true")).await;
    }
    // Closing gives the lock back.
    admin.close().await.expect("the administrating connection closes");
    name
}
