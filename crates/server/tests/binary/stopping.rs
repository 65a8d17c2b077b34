//! SIGTERM while a producer streams: the server says goodbye in time, and what it acknowledged is there afterwards.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::common::{Keys, Place, Rows, Server};

/// Of `server.shutdown_seconds`.
const GRACE: Duration = Duration::from_secs(10);

/// A request that stays open: events go in, frames come out.
struct Stream {
    writer: TcpStream,
    reader: BufReader<TcpStream>,
    sent: u64,
}

impl Stream {
    fn open(server: &Server, keys: &Keys) -> Self {
        let address = server.url.strip_prefix("http://").unwrap();
        let mut writer = TcpStream::connect(address).unwrap();
        writer.set_read_timeout(Some(GRACE)).unwrap();
        write!(
            writer,
            "POST /api/store/v1/stores/{}/events HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\
             content-type: application/x-ndjson\r\naccept: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n",
            keys.number("storeId"),
            keys.text("storeToken"),
        )
        .unwrap();
        Self { reader: BufReader::new(writer.try_clone().unwrap()), writer, sent: 0 }
    }

    /// One event. A server that has said goodbye may have closed its ear.
    #[expect(clippy::disallowed_methods, reason = "a sensor has a clock of its own")]
    fn send(&mut self) -> std::io::Result<()> {
        self.sent += 1;
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
        let event = json!({
            "eventId": event_id(self.sent),
            "at": u64::try_from(at).unwrap(), "source": "vision", "kind": "positions", "people": [],
        });
        let line = format!("{event}\n");
        write!(self.writer, "{:x}\r\n{line}\r\n", line.len())
    }

    /// The next frame; what belongs to HTTP is passed over.
    fn frame(&mut self) -> Value {
        let mut line = String::new();
        while !line.starts_with('{') {
            line.clear();
            assert_ne!(self.reader.read_line(&mut line).unwrap(), 0, "the stream broke off without a summary");
        }
        serde_json::from_str(&line).unwrap()
    }
}

fn event_id(number: u64) -> String {
    format!("00000000-0000-7000-8000-{number:012x}")
}

/// The ids of all events in the log.
fn stored(server: &Server, keys: &Keys) -> BTreeSet<String> {
    let path = format!("/api/store/v1/stores/{}/events?after=0&limit=10000", keys.number("storeId"));
    let (status, text) = server.ask("GET", &path, keys.text("storeToken"), "application/json", "");
    assert_eq!(status, 200, "{text}");
    let lines = text.lines().filter(|line| line.starts_with('{'));
    let events = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    events.map(|event| event["eventId"].as_str().unwrap().to_owned()).collect()
}

fn goodbye(place: &Place) {
    let keys = place.init();
    let mut server = place.serve();
    let mut stream = Stream::open(&server, &keys);
    for acknowledged in 1..=50 {
        stream.send().unwrap();
        assert_eq!(stream.frame()["accepted"], acknowledged);
    }
    let mut idle = Stream::open(&server, &keys);
    idle.sent = 1_000_000;
    idle.send().unwrap();
    assert_eq!(idle.frame()["accepted"], 1);
    let asked = Instant::now();
    let id = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let summary = loop {
        let said = stream.send();
        let frame = stream.frame();
        if frame["type"] == "summary" {
            break frame;
        }
        said.unwrap();
    };
    assert_eq!(summary["endedBy"], "shutdown", "{summary}");
    assert_eq!(idle.frame()["endedBy"], "shutdown", "a stream on which nothing happens is told too");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    assert!(asked.elapsed() < GRACE, "{:?}", asked.elapsed());
    drop(server);
    let server = place.serve();
    let stored = stored(&server, &keys);
    let acknowledged = summary["accepted"].as_u64().unwrap();
    assert!(acknowledged >= 50);
    for number in (1..=acknowledged).chain([1_000_001]) {
        assert!(stored.contains(&event_id(number)), "{number} of {acknowledged}");
    }
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn sigterm_with_an_open_stream_on_the_embedded_database() {
    goodbye(&Place::new(Rows::Embedded));
}

#[test]
fn sigterm_with_an_open_stream_on_postgresql() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    goodbye(&Place::new(runtime.block_on(Rows::postgres())));
}
