//! SIGKILL at any moment, under load: nothing acknowledged is lost, nothing happens twice, the counts are right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aisle_model::StoreId;
use aisle_store_client::{AdminClient, CallFault, StoreClient, WireEvent};
use serde_json::{Value, json};

use crate::common::{Keys, Place, Rows, Server, eventually};
use crate::sink::{Arrival, Sink};

const SHOPPERS: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn kill_under_load_on_the_embedded_database() {
    survives(Place::new(Rows::Embedded), cycles()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_under_load_on_postgresql() {
    // What a killed node held there is free after ten seconds of silence, so most of these lives are too short for a trip.
    survives(Place::new(Rows::postgres().await), cycles() / 10).await;
}

fn cycles() -> u64 {
    std::env::var("AISLE_KILL_CYCLES").map_or(20, |cycles| cycles.parse().unwrap())
}

async fn survives(place: Place, least_trips: u64) {
    endure(place, least_trips, async |place, mut server| {
        for cycle in 0..cycles() {
            // Not a wait for anything: the moment of death varies so that it falls into every kind of work.
            tokio::time::sleep(Duration::from_millis(150 + (cycle * 97) % 700)).await;
            server.kill();
            server = place.serve();
        }
        server
    })
    .await;
}

/// Loads a server, lets it die and start as `die` says, and judges what is left when the load has ended.
pub async fn endure(place: Place, least_trips: u64, die: impl AsyncFnOnce(&Place, Server) -> Server) {
    let keys = place.init();
    let (sink_url, sink) = Sink::start(7).await;
    let server = place.serve();
    furnish(&keys.admin(&server.url), &keys, &sink_url).await;
    let load = Load::new(&keys, &server.url);
    let (client, delivery) = StoreClient::new(&server.url, StoreId(load.store), keys.text("storeToken")).unwrap();
    let client = Arc::new(client);
    let mut delivering = tokio::task::JoinSet::new();
    delivering.spawn(async move { delivery.run().await.unwrap() });
    let mut shoppers = tokio::task::JoinSet::new();
    for shopper in 0..SHOPPERS {
        shoppers.spawn(shop(load.clone(), Arc::clone(&client), shopper));
    }
    let server = die(&place, server).await;
    load.stop.store(true, Ordering::Relaxed);
    while let Some(done) = shoppers.join_next().await {
        done.unwrap();
    }
    client.close();
    while let Some(done) = delivering.join_next().await {
        done.unwrap();
    }
    judge(&load, &sink, least_trips).await;
    assert_eq!(server.stop(), Some(0));
    let check = place.run(&["check"]);
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
}

/// A gate that reports crossings, and settings that point at the sink.
async fn furnish(admin: &AdminClient, keys: &Keys, sink: &str) {
    let path = format!("/api/admin/v2/stores/{}/layout", keys.number("storeId"));
    let mut layout = admin.get(&path).await.unwrap();
    layout["gates"][0]["crossings"] = json!("reported");
    layout["baseVersion"] = layout["version"].clone();
    admin.put(&path, &layout).await.unwrap();
    for kind in ["transitions", "customerCreated"] {
        let setting = json!({ "type": kind, "url": format!("{sink}/{kind}") });
        admin.post("/api/admin/v2/webhooks", &setting).await.unwrap();
    }
}

/// What all shoppers share.
#[derive(Clone)]
struct Load {
    admin: AdminClient,
    store: i64,
    gate: i64,
    verify: String,
    stop: Arc<AtomicBool>,
    done: Arc<tokio::sync::Mutex<Vec<Trip>>>,
    numbers: Arc<AtomicU64>,
}

/// A trip whose every step was acknowledged.
struct Trip {
    customer: i64,
    session: String,
}

impl Load {
    fn new(keys: &Keys, url: &str) -> Self {
        let (store, device) = (keys.number("storeId"), keys.number("checkInDeviceId"));
        Self {
            admin: keys.admin(url),
            store,
            gate: keys.number("gateId"),
            verify: format!("/api/admin/v2/stores/{store}/check-in/{device}/entry-codes/verify"),
            stop: Arc::default(),
            done: Arc::default(),
            numbers: Arc::default(),
        }
    }

    /// Repeats a call with one key until it is answered, as a client does whose answer was lost.
    async fn post(&self, path: &str, body: &Value, key: &str) -> Value {
        eventually(path, || async {
            match self.admin.post_once(path, body, key).await {
                Ok(answer) => Ok(answer),
                Err(fault) if fault.is_passing() => Err(fault.to_string()),
                Err(fault @ CallFault::Unreadable { .. }) => Err(fault.to_string()),
                Err(fault) => panic!("{fault}"),
            }
        })
        .await
    }
}

/// Trips of one person after the other: customer, code, check-in, in, out.
async fn shop(load: Load, client: Arc<StoreClient>, shopper: u64) {
    while !load.stop.load(Ordering::Relaxed) {
        let number = load.numbers.fetch_add(1, Ordering::Relaxed);
        let (track, mail) = (format!("t{number}"), format!("shopper-{number}@example.org"));
        let person = json!({ "email": mail, "firstName": "A", "lastName": "B", "phone": "+15550100" });
        let customer = load.post("/api/admin/v2/customers", &person, &format!("customer-{number}")).await;
        let path = format!("/api/admin/v2/customers/{}/entry-codes", customer["id"]);
        let code = load.post(&path, &json!({}), &format!("code-{number}")).await;
        let scan = json!({ "verificationCode": code["code"] });
        let verdict = load.post(&load.verify, &scan, &format!("scan-{number}")).await;
        assert_eq!(verdict["status"], "OK", "shopper {shopper}: {verdict}");
        client.send([crossing(&load, number * 2, &track, "in")]).await.unwrap();
        client.flush().await.unwrap();
        client.send([crossing(&load, number * 2 + 1, &track, "out")]).await.unwrap();
        client.flush().await.unwrap();
        let session = verdict["sessionId"].as_str().unwrap().to_owned();
        let trip = Trip { customer: customer["id"].as_i64().unwrap(), session };
        load.done.lock().await.push(trip);
    }
}

#[expect(clippy::disallowed_methods, reason = "a sensor has a clock of its own")]
fn crossing(load: &Load, number: u64, track: &str, direction: &str) -> WireEvent {
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    let event = json!({
        "eventId": format!("00000000-0000-7000-8000-{number:012x}"),
        "at": u64::try_from(at).unwrap(), "source": "gate-sensor",
        "kind": "gate.crossed", "gateId": load.gate, "direction": direction, "trackId": track,
    });
    WireEvent::from_value(&event).unwrap()
}

async fn judge(load: &Load, sink: &Sink, least_trips: u64) {
    let trips = load.done.lock().await;
    assert!(trips.len() as u64 >= least_trips, "only {} trips were made", trips.len());
    let store = format!("/api/admin/v2/stores/{}", load.store);
    eventually("the store being empty", || async {
        let count = load.admin.get(&format!("{store}/visitors-count")).await.map_err(|fault| fault.to_string())?;
        if count["count"] == 0 && count["reserved"] == 0 { Ok(()) } else { Err(count.to_string()) }
    })
    .await;
    eventually("every notice arriving", || async { complete(&trips, &sink.arrivals()) }).await;
    let arrivals = sink.arrivals();
    no_repeat_under_another_id(&arrivals);
    in_order_within_a_session(&arrivals);
    let customers = load.admin.get("/api/admin/v2/customers").await.unwrap();
    let begun = load.numbers.load(Ordering::Relaxed);
    assert_eq!(customers.as_array().unwrap().len() as u64, begun, "a retried call makes one customer");
    let known: BTreeSet<i64> =
        customers.as_array().unwrap().iter().map(|customer| customer["id"].as_i64().unwrap()).collect();
    assert!(trips.iter().all(|trip| known.contains(&trip.customer)), "an acknowledged customer is gone");
}

/// Each trip: its customer was told of, its person came in and left.
fn complete(trips: &[Trip], arrivals: &[Arrival]) -> Result<(), String> {
    let mut told: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for arrival in arrivals {
        *told.entry((&arrival.path, about(arrival))).or_default() += 1;
    }
    for trip in trips {
        let wanted = [
            ("/customerCreated", trip.customer.to_string()),
            ("/transitions/entered", trip.session.clone()),
            ("/transitions/left", trip.session.clone()),
        ];
        for (path, about) in wanted {
            if !told.contains_key(&(path, about.clone())) {
                return Err(format!("nothing came at {path} about {about}"));
            }
        }
    }
    Ok(())
}

fn about(arrival: &Arrival) -> String {
    let body = &arrival.body;
    let named = body["session"]["sessionId"].as_str().or(body["customer"]["id"].as_str());
    named.unwrap().to_owned()
}

/// One thing, one `webhook-id`, however often it came.
fn no_repeat_under_another_id(arrivals: &[Arrival]) {
    let mut ids: BTreeMap<(&str, String, String), BTreeSet<&str>> = BTreeMap::new();
    for arrival in arrivals {
        let shopper = arrival.body["shopperId"].as_str().unwrap_or("").to_owned();
        ids.entry((&arrival.path, about(arrival), shopper)).or_default().insert(&arrival.id);
    }
    for (thing, ids) in ids {
        assert_eq!(ids.len(), 1, "{thing:?} was told under {ids:?}");
    }
}

/// The first *entered* of a session arrives before its first *left*.
fn in_order_within_a_session(arrivals: &[Arrival]) {
    let mut entered = BTreeSet::new();
    for arrival in arrivals {
        match arrival.path.as_str() {
            "/transitions/entered" => {
                entered.insert(about(arrival));
            }
            "/transitions/left" => {
                assert!(entered.contains(&about(arrival)), "left before entered")
            }
            _ => {}
        }
    }
}
