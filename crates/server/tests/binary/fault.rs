//! Death at the very points where it hurts most, under load: around commits, around calls to the retailer.

use std::os::unix::process::ExitStatusExt as _;

use crate::common::{Place, Rows, Server};
use crate::kill::endure;

const POINTS: [&str; 4] = ["before-commit", "after-commit", "before-send", "after-send"];
/// The hits at which the process dies. A start has fewer commits than the first of them.
const HITS: [u64; 3] = [23, 48, 111];
const SIGABRT: i32 = 6;

#[tokio::test(flavor = "multi_thread")]
async fn death_around_commits_and_sends_on_the_embedded_database() {
    survives(Place::new(Rows::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn death_around_commits_and_sends_on_postgresql() {
    survives(Place::new(Rows::postgres().await)).await;
}

async fn survives(place: Place) {
    let deaths = (POINTS.len() * HITS.len()) as u64;
    endure(place, deaths, async |place, server| {
        server.kill();
        for hit in HITS {
            for point in POINTS {
                dies_at(place.serve_with(&[("AISLE_FAULT", &format!("abort-{point}:{hit}"))]), point, hit).await;
            }
        }
        place.serve()
    })
    .await;
}

async fn dies_at(server: Server, point: &str, hit: u64) {
    let status = server.death().await;
    assert_eq!(status.signal(), Some(SIGABRT), "{point}, hit {hit}: {status}");
}
