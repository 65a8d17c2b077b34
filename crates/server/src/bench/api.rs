//! How lists answer when a retailer has a million customers and sessions and a tenth of that in products: every list page
//! and filter alone, and the whole list of customers in one answer.

mod cases;

use std::path::Path;
use std::time::{Duration, Instant};

use aisle_database::rows::filling::{Filling, analyze, fill};
use aisle_database::{Database, Error, Settings};
use aisle_model::{Moment, RetailerId, StoreId};
use aisle_store_client::AdminClient;
use anyhow::{Context as _, ensure};
use http::Request;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use indicatif::ProgressBar;

use super::child::{Place, Server};
use super::{Measure, percentile};

/// Requests of one measure, behind some that are not counted.
const REQUESTS: usize = 200;
const WARM_UP: usize = 5;
/// Rows that are made at one moment, and moments of one change.
const ROWS_AT_ONCE: i64 = 1000;
const MOMENTS_OF_A_CHANGE: i64 = 20;
/// When the first rows were made; the next follow an hour later.
const FIRST: Moment = Moment::from_millis(1_700_000_000_000);
const HOUR_MS: i64 = 3_600_000;

/// Fills a database, then measures every list on a server over it.
pub async fn measure(database_url: Option<&str>, rows: i64) -> anyhow::Result<Vec<Measure>> {
    let place = Place::make(database_url)?;
    let begun = Instant::now();
    fill_all(&place, rows).await?;
    let filled = begun.elapsed().as_secs_f64();
    let server = place.serve()?;
    let mut measures = vec![Measure::new(format!("filling with {rows} customers and sessions"), filled, "s")];
    let admin = AdminClient::new(&server.url, server.key("apiKey")?)?;
    let cases = cases::all(rows, server.id("storeId")?);
    let bar = ProgressBar::new(cases.len() as u64);
    let mut worst = 0.0_f64;
    for case in cases {
        let times = times(&admin, &case).await.with_context(|| case.name.clone())?;
        let p99 = percentile(&times, 0.99);
        worst = worst.max(p99);
        measures.push(Measure::new(format!("{}, P50", case.name), percentile(&times, 0.5), "ms"));
        measures.push(Measure::new(format!("{}, P99", case.name), p99, "ms").with_target("< 20"));
        bar.inc(1);
    }
    bar.finish_and_clear();
    measures.push(Measure::new("slowest of all lists, P99", worst, "ms").with_target("< 20"));
    measures.extend(stream(&server, rows).await?);
    Ok(measures)
}

async fn fill_all(place: &Place, rows: i64) -> anyhow::Result<()> {
    let database = Database::open(&settings(place)).await?;
    let whose = (RetailerId(place.id("retailerId")?), StoreId(place.id("storeId")?));
    let bar = ProgressBar::new(u64::try_from(rows + rows + rows / 10)?);
    for (what, rows) in [(Filling::Customers, rows), (Filling::Sessions, rows), (Filling::Products, rows / 10)] {
        let mut first = 1;
        while first <= rows {
            let end = rows.min(first + ROWS_AT_ONCE * MOMENTS_OF_A_CHANGE - 1);
            let filled = database.change(move |c| {
                Box::pin(async move {
                    for some in (first..=end).step_by(usize::try_from(ROWS_AT_ONCE).unwrap_or(1)) {
                        let at = FIRST.plus(aisle_model::Millis(some / ROWS_AT_ONCE * HOUR_MS));
                        fill(c, what, whose, (some, end.min(some + ROWS_AT_ONCE - 1)), at).await?;
                    }
                    Ok::<_, Error>(())
                })
            });
            filled.await?;
            bar.inc(u64::try_from(end - first + 1)?);
            first = end + 1;
        }
    }
    bar.finish_and_clear();
    database.change(|c| Box::pin(analyze(c))).await?;
    database.close().await;
    Ok(())
}

fn settings(place: &Place) -> Settings {
    match place.database_url() {
        Some(url) => Settings::Postgres { url: url.to_owned(), connections: 2 },
        None => Settings::Sqlite { path: Path::new(place.folder()).join("aisle.db"), readers: 1 },
    }
}

/// Milliseconds of each request, sorted.
async fn times(admin: &AdminClient, case: &cases::Case) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::with_capacity(REQUESTS);
    for number in 0..WARM_UP + REQUESTS {
        let path = (case.path)(number);
        let begun = Instant::now();
        admin.get(&path).await.with_context(|| path.clone())?;
        if number >= WARM_UP {
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// The bare array of all customers: how fast it comes, and how much the server grows meanwhile.
async fn stream(server: &Server, rows: i64) -> anyhow::Result<Vec<Measure>> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let request = Request::get(format!("{}/api/admin/v2/customers", server.url))
        .header("authorization", format!("Bearer {}", server.key("apiKey")?));
    // What the lists before have warmed is not the stream's.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (before, begun) = (server.resident_mib()?, Instant::now());
    let mut body = client.request(request.body(Empty::new())?).await?.into_body();
    let (mut most, mut bytes, mut pieces, mut tail) = (before, 0_u64, 0_u64, Vec::new());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        bytes += data.len() as u64;
        tail.extend_from_slice(&data[data.len().saturating_sub(1024)..]);
        tail.drain(..tail.len().saturating_sub(1024));
        if pieces.is_multiple_of(100) {
            most = most.max(server.resident_mib()?);
        }
        pieces += 1;
    }
    let took = begun.elapsed().as_secs_f64();
    let tail = String::from_utf8_lossy(&tail);
    let last = format!("customer-{rows}@example.com");
    ensure!(tail.ends_with(']') && tail.contains(&last), "the array is not whole: {tail}");
    let label = |what: &str| format!("all {rows} customers in one array, {what}");
    Ok(vec![
        Measure::new(label("growth of the server"), most - before, "MiB").with_target("< 30"),
        Measure::new(label("rows"), rows as f64 / took, "/s"),
        Measure::new(label("body"), bytes as f64 / 1024.0 / 1024.0, "MiB"),
    ])
}
