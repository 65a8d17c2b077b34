//! PostgreSQL that is away, comes back, or drops its connections.

use aisle_database::testing::{execute, fetch_all, open_postgres};
use aisle_database::{Connection, Database, Error, Settings, sql};
use futures::FutureExt;
use tokio::net::{TcpListener, TcpStream};

use crate::{eventually, make_marks, mark, marks};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_away_at_start_is_used_when_it_comes() {
    let fresh = open_postgres().await;
    let Settings::Postgres { url, .. } = &fresh.settings else { panic!("not PostgreSQL") };
    let mut elsewhere = url::Url::parse(url).unwrap();
    let server = format!("{}:{}", elsewhere.host_str().unwrap(), elsewhere.port().unwrap_or(5432));
    let port = {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        taken.local_addr().unwrap().port()
    };
    elsewhere.set_host(Some("127.0.0.1")).unwrap();
    elsewhere.set_port(Some(port)).unwrap();

    let settings = Settings::Postgres { url: elsewhere.to_string(), connections: 2 };
    let database = Database::open(&settings).await.unwrap();
    assert!(!database.is_migrated());
    assert!(matches!(database.ping().await, Err(Error::Unavailable { .. })));
    let away = database.change(|connection| mark(connection, 1, 1).boxed()).await;
    assert!(matches!(away, Err(Error::Unavailable { .. })), "{away:?}");

    let mut relays = tokio::task::JoinSet::new();
    relays.spawn(relay(port, server));
    make_marks(&database).await;
    assert!(database.is_migrated());
    assert_eq!(database.ping().await, Ok(()));
    relays.shutdown().await;
}

async fn relay(port: u16, server: String) {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut upstream = TcpStream::connect(&server).await.unwrap();
        connections.spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut upstream).await.map(drop) });
    }
}

async fn terminate_others(connection: &mut Connection) -> Result<usize, Error> {
    let statement = sql!(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    );
    Ok(fetch_all(connection, statement).await?.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_die_in_the_pool_cost_no_change() {
    let fresh = open_postgres().await;
    let database = &fresh.database;
    make_marks(database).await;
    let mut terminated = 0;
    for round in 0..10_i64 {
        let warm = (1..=8).map(|step| database.change(move |connection| mark(connection, round, step).boxed()));
        for outcome in futures::future::join_all(warm).await {
            outcome.unwrap();
        }
        let ended = database.read::<_, _, Error>(|connection| terminate_others(connection).boxed()).await;
        if let Ok(ended) = ended {
            terminated += ended;
            let after = database.change(move |connection| mark(connection, round, 9).boxed()).await;
            assert_eq!(after, Ok(()), "round {round}");
        }
    }
    assert!(terminated > 0, "no connection was ended, so nothing was tested");
    eventually(async || database.ping().await.is_ok()).await;
    assert!(marks(database).await.len() >= 80);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_dies_in_a_change_rolls_back() {
    let fresh = open_postgres().await;
    let database = &fresh.database;
    make_marks(database).await;
    let killed = database
        .change::<_, (), Error>(|connection| {
            async move {
                mark(connection, 1, 1).await?;
                execute(connection, sql!("select pg_terminate_backend(pg_backend_pid())")).await.map(drop)
            }
            .boxed()
        })
        .await;
    assert!(matches!(killed, Err(Error::Unavailable { .. })), "{killed:?}");
    database.change(|connection| mark(connection, 2, 2).boxed()).await.unwrap();
    assert_eq!(marks(database).await, [(2, 2)]);
}

#[tokio::test]
async fn a_server_that_forgets_commits_is_refused() {
    let fresh = open_postgres().await;
    let Settings::Postgres { url, .. } = &fresh.settings else { panic!("not PostgreSQL") };
    let url = format!("{url}?options=-c%20synchronous_commit=off");
    let opened = Database::open(&Settings::Postgres { url, connections: 1 }).await;
    let Some(Error::Misuse { reason }) = opened.err() else { panic!("it opened") };
    assert!(reason.contains("synchronous_commit"), "{reason}");
}

#[tokio::test]
async fn a_wrong_url_is_refused() {
    let opened = Database::open(&Settings::Postgres { url: "not a url".to_owned(), connections: 1 }).await;
    assert!(matches!(opened.err(), Some(Error::Misuse { .. })));
}
