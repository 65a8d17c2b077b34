//! A server of the event API that follows a script: it breaks off, answers half, forgets to answer, refuses. What it
//! has made durable survives it, as a database would.

use std::collections::{HashSet, VecDeque};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::stream::{self, StreamExt};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// What is done with one request.
#[derive(Debug, Clone)]
pub enum Act {
    /// Everything is taken.
    Take,
    /// One summary as plain JSON.
    TakePlainly,
    /// The connection is dropped with nothing stored.
    Drop,
    /// Everything is stored and the connection dropped: the answer is lost.
    StoreAndDrop,
    /// So many are stored and acknowledged, then the connection breaks within the answer.
    AckAndBreak(usize),
    /// So many are stored, a smaller number is acknowledged, then the connection breaks.
    StoreMoreThanAcked { stored: usize, acked: usize },
    /// So many are taken, then the server says why it stops reading.
    TakeSome { taken: usize, ended_by: &'static str },
    /// A status and an error body.
    Refuse(StatusCode, Value),
    /// The line at this place is rejected, all others are taken.
    Reject(usize),
    /// Words that are no frames.
    Babble,
    /// More events are acknowledged than were sent.
    AckTooMuch,
    /// The server goes away and comes back with what it had stored.
    Restart,
}

/// What survives.
#[derive(Default)]
pub struct Durable {
    pub script: VecDeque<Act>,
    /// Ids in the order in which they were stored; a repeat is recognised.
    pub stored: Vec<String>,
    known: HashSet<String>,
    /// Ids of every request, in order.
    pub requests: Vec<Vec<String>>,
}

pub struct ScriptedServer {
    pub durable: Arc<Mutex<Durable>>,
    pub address: SocketAddr,
}

type Answer = Response<BoxBody<Bytes, std::io::Error>>;

impl ScriptedServer {
    /// The server and the future that is it.
    pub async fn start(script: Vec<Act>) -> (Self, impl Future<Output = Infallible>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let durable = Arc::new(Mutex::new(Durable { script: script.into(), ..Durable::default() }));
        let running = run(listener, address, Arc::clone(&durable));
        (Self { durable, address }, running)
    }
}

async fn run(first: TcpListener, address: SocketAddr, durable: Arc<Mutex<Durable>>) -> Infallible {
    let mut listener = Some(first);
    loop {
        let open = match listener.take() {
            Some(open) => open,
            None => TcpListener::bind(address).await.unwrap(),
        };
        serve_until_restart(&open, &durable).await;
    }
}

/// All connections are tasks of the set and die with it, as they would with a process.
async fn serve_until_restart(listener: &TcpListener, durable: &Arc<Mutex<Durable>>) {
    let (restart, mut restarts) = tokio::sync::mpsc::channel::<()>(1);
    let mut connections = JoinSet::new();
    loop {
        let (socket, _) = tokio::select! {
            accepted = listener.accept() => accepted.unwrap(),
            _ = restarts.recv() => return,
        };
        let (durable, restart) = (Arc::clone(durable), restart.clone());
        connections.spawn(async move {
            let act = service_fn(|request| handle(request, &durable, &restart));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(socket), act);
            // A scripted break is an error of the connection.
            let _ = connection.await;
        });
    }
}

async fn handle(
    request: Request<Incoming>,
    durable: &Mutex<Durable>,
    restart: &tokio::sync::mpsc::Sender<()>,
) -> Result<Answer, std::io::Error> {
    let body = request.into_body().collect().await.map_err(std::io::Error::other)?.to_bytes();
    let ids: Vec<String> = body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice::<Value>(line).unwrap()["eventId"].as_str().unwrap().to_owned())
        .collect();
    let act = {
        let mut durable = durable.lock().unwrap();
        durable.requests.push(ids.clone());
        durable.script.pop_front().unwrap_or(Act::Take)
    };
    if matches!(act, Act::Restart) {
        restart.send(()).await.unwrap();
        std::future::pending::<()>().await;
    }
    answer(&act, &ids, &mut durable.lock().unwrap())
}

fn answer(act: &Act, ids: &[String], durable: &mut Durable) -> Result<Answer, std::io::Error> {
    let ended = |ids: &[String], ended_by: &str, durable: &mut Durable| {
        let line = summary(&durable.store(ids), ended_by);
        Ok(whole(StatusCode::OK, "application/x-ndjson", format!("{line}\n")))
    };
    match *act {
        Act::Take | Act::Restart => ended(ids, "end", durable),
        Act::TakePlainly => {
            let line = summary(&durable.store(ids), "end");
            Ok(whole(StatusCode::OK, "application/json; charset=utf-8", format!("{line:#}")))
        }
        Act::Drop => Err(broken("dropped")),
        Act::StoreAndDrop => {
            durable.store(ids);
            Err(broken("dropped"))
        }
        Act::AckAndBreak(count) => {
            let counts = durable.store(&ids[..count.min(ids.len())]);
            Ok(breaking(&counts))
        }
        Act::StoreMoreThanAcked { stored, acked } => {
            let counts = durable.store(&ids[..acked.min(ids.len())]);
            durable.store(&ids[..stored.min(ids.len())]);
            Ok(breaking(&counts))
        }
        Act::TakeSome { taken, ended_by } => ended(&ids[..taken.min(ids.len())], ended_by, durable),
        Act::Refuse(status, ref body) => Ok(whole(status, "application/json", body.to_string())),
        Act::Reject(place) => {
            let mut taken = ids.to_vec();
            let rejected = taken.remove(place.min(ids.len() - 1));
            let mut counts = durable.store(&taken);
            counts["received"] = json!(ids.len());
            counts["rejected"] = json!(1);
            let mut reject = json!({"line": place + 1, "eventId": rejected, "error": "E_CLOCK_SKEW", "errors": []});
            let mut last = summary(&counts, "end");
            last["rejections"] = json!([reject.clone()]);
            reject["type"] = json!("reject");
            Ok(whole(StatusCode::OK, "application/x-ndjson", format!("{reject}\n{last}\n")))
        }
        Act::Babble => Ok(whole(StatusCode::OK, "application/x-ndjson", "<html>\n".into())),
        Act::AckTooMuch => {
            let mut last = summary(&json!({"accepted": 0, "duplicates": 0}), "end");
            last["received"] = json!(ids.len() + 1);
            Ok(whole(StatusCode::OK, "application/x-ndjson", format!("{last}\n")))
        }
    }
}

impl Durable {
    /// Counts of a request with these events.
    fn store(&mut self, ids: &[String]) -> Value {
        let mut accepted = 0;
        for id in ids {
            if self.known.insert(id.clone()) {
                self.stored.push(id.clone());
                accepted += 1;
            }
        }
        json!({"received": ids.len(), "accepted": accepted, "duplicates": ids.len() - accepted})
    }
}

fn summary(counts: &Value, ended_by: &str) -> Value {
    let mut line = json!({
        "type": "summary", "received": 0, "accepted": 0, "duplicates": 0, "ignored": 0, "late": 0, "rejected": 0,
        "rejections": [], "offset": 1, "settledUpTo": null, "serverTime": "2026-01-19T10:49:06.512Z", "endedBy": ended_by,
    });
    line.as_object_mut().unwrap().extend(counts.as_object().unwrap().clone());
    line
}

fn whole(status: StatusCode, kind: &str, body: String) -> Answer {
    let body = Full::new(Bytes::from(body)).map_err(|never| match never {});
    Response::builder().status(status).header("content-type", kind).body(BodyExt::boxed(body)).unwrap()
}

/// One acknowledgement, half a frame, and no more.
fn breaking(counts: &Value) -> Answer {
    let mut ack = summary(counts, "end");
    ack["type"] = json!("ack");
    let said = Frame::data(Bytes::from(format!("{ack}\n{{\"type\":")));
    // The body must pend once, else the connection breaks before it has written what was said.
    let parts = stream::iter([Ok(said)]).chain(stream::once(async {
        tokio::task::yield_now().await;
        Err(broken("broke within the answer"))
    }));
    Response::builder()
        .header("content-type", "application/x-ndjson")
        .body(BodyExt::boxed(StreamBody::new(parts)))
        .unwrap()
}

fn broken(reason: &str) -> std::io::Error {
    std::io::Error::other(reason)
}
