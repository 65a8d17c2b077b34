//! A commit is done, but its answer is lost on the way: nobody knows, and nothing may go wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aisle_database::testing::{TestDatabase, open_postgres};
use aisle_database::{Database, Settings, sql};
use aisle_model::webhook::WebhookType;
use aisle_testkit::{Answer, Catcher};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::receiver::{Numbered, take_names};
use crate::world::{World, alive, eventually};

/// A way to PostgreSQL that breaks after one of the next commits, before its answer is carried back.
struct Way {
    url: String,
    /// How many commits to go.
    left: Arc<AtomicUsize>,
    _server: JoinSet<()>,
}

impl Way {
    async fn to(test: &TestDatabase) -> Self {
        let Settings::Postgres { url, .. } = &test.settings else { panic!("not PostgreSQL") };
        let mut url = url::Url::parse(url).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        // What is encrypted could not be watched.
        url.query_pairs_mut().append_pair("sslmode", "disable");
        let left = Arc::new(AtomicUsize::new(0));
        let (breaks, mut carriers) = (left.clone(), JoinSet::new());
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                let there = TcpStream::connect(&server).await.unwrap();
                carriers.spawn(carry(here, there, breaks.clone()));
            }
        });
        Self { url: url.to_string(), left, _server: accepting }
    }

    fn break_at_commit(&self, number: usize) {
        self.left.store(number, Ordering::SeqCst);
    }

    fn is_broken(&self) -> bool {
        self.left.load(Ordering::SeqCst) == 0
    }
}

async fn carry(mut here: TcpStream, mut there: TcpStream, left: Arc<AtomicUsize>) {
    let (mut asked, mut told) = (vec![0; 65536], vec![0; 65536]);
    loop {
        tokio::select! {
            read = here.read(&mut asked) => {
                let bytes = &asked[..read.unwrap_or(0)];
                if bytes.is_empty() || there.write_all(bytes).await.is_err() {
                    return;
                }
                let is_commit = bytes.windows(6).any(|window| window == b"COMMIT");
                if is_commit && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) == Ok(1) {
                    // The answer says that it is done; it is not carried on.
                    assert!(there.read(&mut told).await.unwrap() > 0);
                    return;
                }
            }
            read = there.read(&mut told) => {
                let bytes = &told[..read.unwrap_or(0)];
                if bytes.is_empty() || here.write_all(bytes).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Runs a node over a way that breaks at a commit, until `done`; answers what arrived.
async fn deliver(breaks_at: usize, waiting_at_the_end: i64) -> Vec<String> {
    let test = open_postgres().await;
    let world = World::over(test.database.clone()).await;
    let receiver = Catcher::start(|request| Answer::status(if request.n() == 3 { 500 } else { 204 })).await;
    let hook = world.setting(WebhookType::Transitions, &receiver.url).await;
    for n in 1..=4 {
        world.send("a", n).await;
    }
    let way = Way::to(&test).await;
    let mut node = world.clone();
    node.app.database = Database::open(&Settings::Postgres { url: way.url.clone(), connections: 4 }).await.unwrap();
    node.app.database.ping().await.unwrap();
    way.break_at_commit(breaks_at);
    let stop = CancellationToken::new();
    let mut worker = JoinSet::new();
    worker.spawn(node.dispatcher().run(stop.clone(), alive()));
    let refused = || sql!("select count(*) as n from deliveries where state = 'waiting' and attempts = 1");
    eventually("the refusal", async || way.is_broken() && world.number(refused()).await == 1).await;
    stop.cancel();
    worker.join_next().await.unwrap().unwrap();
    assert_eq!(world.waiting(hook).await, waiting_at_the_end);
    assert_eq!(world.number(sql!("select count(*) as n from lanes where node is not null")).await, 0);
    assert_eq!(world.number(sql!("select count(*) as n from attempts")).await, 3, "each call is logged once");
    world.advance(10);
    take_names(&receiver)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_nobody_knows_of_is_found_again() {
    assert_eq!(deliver(1, 2).await, ["a1", "a2", "a3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settlement_that_is_written_twice_counts_once() {
    for commit in 2..=3 {
        assert_eq!(deliver(commit, 2).await, ["a1", "a2", "a3"]);
    }
}
