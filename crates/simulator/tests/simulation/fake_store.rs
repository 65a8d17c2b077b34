//! A server that understands one gate at x = 0 and nothing else, but that honestly: it finds crossings in the
//! positions, gives places to people in order and completes sessions. It has a clock that can be set.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use aisle_model::{Millis, Moment};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::time::Instant;

#[derive(Clone)]
pub struct FakeStore(Arc<Mutex<World>>);

pub struct World {
    pub clock: (Instant, Moment, f64),
    pub may_set_clock: bool,
    /// Says one visitor too few.
    pub is_forgetful: bool,
    pub rates: Vec<f64>,
    pub event_ids: BTreeSet<String>,
    pub faults: Vec<String>,
    last_seq: BTreeMap<String, u64>,
    codes: BTreeMap<String, Code>,
    /// Codes whose places are open, oldest first.
    open: Vec<String>,
    places: BTreeMap<String, (Moment, f64)>,
    whose: BTreeMap<String, String>,
    commands: Vec<Value>,
    customers: i64,
}

#[derive(Default)]
struct Code {
    expires: Option<Moment>,
    is_used: bool,
    people: usize,
    entered: Vec<Moment>,
    left: Vec<Moment>,
}

type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

impl FakeStore {
    pub fn new(may_set_clock: bool, is_forgetful: bool) -> Self {
        let begin = Moment::parse("2026-01-19T10:00:00Z").unwrap();
        Self(Arc::new(Mutex::new(World {
            clock: (Instant::now(), begin, 1.0),
            may_set_clock,
            is_forgetful,
            rates: Vec::new(),
            event_ids: BTreeSet::new(),
            faults: Vec::new(),
            last_seq: BTreeMap::new(),
            codes: BTreeMap::new(),
            open: Vec::new(),
            places: BTreeMap::new(),
            whose: BTreeMap::new(),
            commands: Vec::new(),
            customers: 0,
        })))
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    /// The address, and the future that is the server.
    pub async fn serve(&self) -> (String, impl Future<Output = ()> + use<>) {
        const STORE: &str = "/api/store/v1/stores/2";
        let router = Router::new()
            .route(&format!("{STORE}/layout"), get(|| async { Json(crate::layouts::plain()) }))
            .route(&format!("{STORE}/clock"), put(set_clock))
            .route(&format!("{STORE}/events"), post(take_events))
            .route(&format!("{STORE}/events/cursor"), get(cursor))
            .route(&format!("{STORE}/commands"), get(give_commands))
            .route(&format!("{STORE}/commands/{{id}}/ack"), post(|| async { StatusCode::NO_CONTENT }))
            .route(&format!("{STORE}/check-in/4/entry-codes/verify"), post(verify))
            .route(
                "/api/admin/v2/stores/2/settings",
                get(|| async { Json(json!({"perception": {"requiredSources": []}})) }),
            )
            .route("/api/admin/v2/customers", post(make_customer))
            .route("/api/admin/v2/customers/{id}/entry-codes", post(make_code))
            .route("/api/admin/v2/sessions", get(sessions))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        (url, async move { axum::serve(listener, router).await.unwrap() })
    }
}

impl World {
    fn now(&self) -> Moment {
        let (anchor, showed, rate) = self.clock;
        let micros = anchor.elapsed().as_secs_f64() * rate * 1e6;
        #[allow(clippy::cast_possible_truncation, reason = "a short test")]
        Moment::from_micros(showed.micros() + micros as i64)
    }

    fn judge(&mut self, code: &str) -> Value {
        let now = self.now();
        let reason = match self.codes.get_mut(code) {
            None => json!({"code": 1, "message": "Invalid verification code"}),
            Some(code) if code.expires.is_some_and(|expires| expires <= now) => {
                json!({"code": 2, "message": "Verification code has expired"})
            }
            Some(code) if code.is_used => {
                json!({"code": 3, "message": "Verification code was already used"})
            }
            Some(found) => {
                found.is_used = true;
                self.open.push(code.to_owned());
                return json!({"status": "OK", "sessionId": format!("session-{code}"), "reason": null});
            }
        };
        json!({"status": "FAILED", "reason": reason})
    }

    fn see(&mut self, event: &Value) {
        let at = Moment::from_micros(event["at"].as_i64().unwrap());
        if at > self.now() {
            self.faults.push(format!("ahead of the clock: {event}"));
        }
        let source = event["source"].as_str().unwrap().to_owned();
        let seq = event["seq"].as_u64().unwrap();
        let expected = self.last_seq.insert(source, seq).map_or(0, |last| last + 1);
        if seq != expected || !self.event_ids.insert(event["eventId"].as_str().unwrap().to_owned()) {
            self.faults.push(format!("out of order or twice: {event}"));
        }
        match event["kind"].as_str().unwrap() {
            "code.scanned" => {
                let mut payload = self.judge(event["code"].as_str().unwrap());
                payload["scanEventId"] = event["eventId"].clone();
                let id = format!("00000000-0000-4000-8000-{:012}", self.commands.len());
                self.commands.push(json!({
                    "commandId": id, "kind": "device.result", "issuedAt": at.to_string(),
                    "expiresAt": at.plus(Millis(10_000)).to_string(), "payload": payload,
                }));
            }
            "positions" => {
                for person in event["people"].as_array().unwrap() {
                    self.follow(at, person["trackId"].as_str().unwrap(), person["x"].as_f64().unwrap());
                }
            }
            _ => {}
        }
    }

    fn follow(&mut self, at: Moment, track: &str, x: f64) {
        let Some((before, from)) = self.places.insert(track.to_owned(), (at, x)) else {
            return;
        };
        let crossed = before.between(at, from / (from - x));
        if from < 0.0 && x >= 0.0 {
            let Some(code) = self.open.first().cloned() else {
                self.faults.push(format!("{track} came in without a place"));
                return;
            };
            let session = self.codes.get_mut(&code).unwrap();
            session.entered.push(crossed);
            if session.entered.len() == session.people {
                self.open.remove(0);
            }
            self.whose.insert(track.to_owned(), code);
        } else if from >= 0.0 && x < 0.0 {
            let code = &self.whose[track];
            self.codes.get_mut(code).unwrap().left.push(crossed);
        }
    }
}

async fn set_clock(State(store): State<FakeStore>, Json(clock): Json<Value>) -> Answer {
    let mut world = store.world();
    if !world.may_set_clock {
        let told = json!({"type": "E_FORBIDDEN", "message": "The Development right is missing"});
        return Err((StatusCode::FORBIDDEN, Json(told)));
    }
    let at = Moment::parse(clock["at"].as_str().unwrap()).unwrap();
    if at < Moment::from_millis(world.now().millis()) {
        world.faults.push(format!("the clock was turned back: {clock}"));
    }
    let rate = clock["rate"].as_f64().unwrap();
    world.clock = (Instant::now(), at, rate);
    world.rates.push(rate);
    Ok(Json(clock))
}

async fn cursor(State(store): State<FakeStore>) -> Json<Value> {
    let world = store.world();
    Json(json!({"offset": 0, "settledUpTo": null, "serverTime": world.now().to_string(), "sources": []}))
}

async fn take_events(State(store): State<FakeStore>, body: String) -> Json<Value> {
    let mut world = store.world();
    let lines = body.lines().count();
    for line in body.lines() {
        world.see(&serde_json::from_str(line).unwrap());
    }
    Json(json!({
        "type": "summary", "received": lines, "accepted": lines, "duplicates": 0, "ignored": 0, "late": 0,
        "rejected": 0, "rejections": [], "offset": 0, "settledUpTo": null, "serverTime": "", "endedBy": "end",
    }))
}

async fn give_commands(State(store): State<FakeStore>, Query(query): Query<BTreeMap<String, String>>) -> Json<Value> {
    let after: usize = query.get("after").map_or(0, |after| after.parse().unwrap());
    loop {
        {
            let world = store.world();
            if world.commands.len() > after {
                let cursor = world.commands.len().to_string();
                return Json(json!({"commands": world.commands[after..], "cursor": cursor}));
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

async fn verify(State(store): State<FakeStore>, Json(asked): Json<Value>) -> Json<Value> {
    Json(store.world().judge(asked["verificationCode"].as_str().unwrap()))
}

async fn make_customer(State(store): State<FakeStore>) -> (StatusCode, Json<Value>) {
    let mut world = store.world();
    world.customers += 1;
    (StatusCode::CREATED, Json(json!({"id": world.customers})))
}

async fn make_code(
    State(store): State<FakeStore>,
    Path(customer): Path<i64>,
    Json(wish): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let code = format!("code-{customer}");
    let made = Code {
        expires: wish["expiresAt"].as_str().map(|text| Moment::parse(text).unwrap()),
        people: usize::try_from(wish["groupSize"].as_u64().unwrap()).unwrap(),
        ..Code::default()
    };
    store.world().codes.insert(code.clone(), made);
    (StatusCode::CREATED, Json(json!({"code": code})))
}

async fn sessions(State(store): State<FakeStore>, Query(query): Query<BTreeMap<String, String>>) -> Json<Value> {
    let world = store.world();
    let code = &query["code"];
    let session = world.codes.get(code).map(|found| {
        let is_over = found.left.len() == found.people;
        let first = |all: &[Moment]| all.iter().min().map(ToString::to_string);
        let last = |all: &[Moment]| all.iter().max().map(ToString::to_string);
        json!({
            "sessionId": format!("session-{code}"), "status": if is_over { "completed" } else { "active" },
            "visitors": found.entered.len() - usize::from(world.is_forgetful),
            "customerFirstEnteredAt": first(&found.entered), "customerLastEnteredAt": last(&found.entered),
            "customerFirstExitedAt": first(&found.left), "customerLastExitedAt": last(&found.left),
        })
    });
    Json(json!({"data": session.into_iter().collect::<Vec<_>>(), "pagination": {"next": null, "previous": null}}))
}
