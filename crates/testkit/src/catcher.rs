//! A receiver of webhooks on this machine: answers by a script and remembers what came, in order.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Path and query.
    pub path: String,
    /// By names in lower case.
    pub headers: HashMap<String, String>,
    /// As sent.
    pub body: Vec<u8>,
}

impl Arrival {
    /// The name of the message.
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// The body, which must be JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    delay: Duration,
    retry_after: Option<u64>,
    body: String,
    hangs: bool,
}

impl Answer {
    /// This status, at once and with an empty body.
    pub fn status(status: u16) -> Self {
        Self { status, delay: Duration::ZERO, retry_after: None, body: String::new(), hangs: false }
    }

    /// Nothing, ever.
    pub fn hang() -> Self {
        Self { hangs: true, ..Self::status(0) }
    }

    /// Not before this.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// With `Retry-After` in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// With a body.
    #[must_use]
    pub fn with_body(self, body: &str) -> Self {
        Self { body: body.to_owned(), ..self }
    }

    fn text(&self) -> String {
        let mut text = format!("HTTP/1.1 {} Scripted\r\n", self.status);
        if let Some(seconds) = self.retry_after {
            write!(text, "retry-after: {seconds}\r\n").unwrap();
        }
        write!(text, "content-length: {}\r\n\r\n{}", self.body.len(), self.body).unwrap();
        text
    }
}

type Script = Box<dyn FnMut(&Arrival) -> Answer + Send>;

#[derive(Default)]
struct Memory {
    arrivals: Vec<Arrival>,
    at_once: usize,
    most_at_once: usize,
}

struct Shared {
    script: Mutex<Script>,
    memory: Mutex<Memory>,
    arrived: Notify,
}

/// The receiver; it ends when dropped.
pub struct Catcher {
    /// Where it listens.
    pub url: String,
    shared: Arc<Shared>,
    _server: JoinSet<()>,
}

impl Catcher {
    /// Answers everything alike.
    pub async fn answering(answer: Answer) -> Self {
        Self::start(move |_| answer.clone()).await
    }

    /// Answers as the script says.
    pub async fn start(script: impl FnMut(&Arrival) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let shared =
            Arc::new(Shared { script: Mutex::new(Box::new(script)), memory: Mutex::default(), arrived: Notify::new() });
        let mut server = JoinSet::new();
        let heard = shared.clone();
        server.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.spawn(converse(stream, heard.clone()));
            }
        });
        Self { url, shared, _server: server }
    }

    /// What came so far, or since it was last taken.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.shared.memory.lock().unwrap().arrivals.clone()
    }

    /// The bodies of what came so far, or since it was last taken.
    pub fn bodies(&self) -> Vec<Value> {
        self.arrivals().iter().map(Arrival::json).collect()
    }

    /// What came since the last call.
    pub fn take(&self) -> Vec<Arrival> {
        std::mem::take(&mut self.shared.memory.lock().unwrap().arrivals)
    }

    /// The most requests that were open at once since the last call.
    pub fn take_most_at_once(&self) -> usize {
        std::mem::take(&mut self.shared.memory.lock().unwrap().most_at_once)
    }

    /// Waits until so many requests have come since they were last taken.
    pub async fn wait_for(&self, count: usize) {
        loop {
            let arrived = self.shared.arrived.notified();
            tokio::pin!(arrived);
            // Before looking, so that one that comes between looking and waiting is heard.
            arrived.as_mut().enable();
            if self.shared.memory.lock().unwrap().arrivals.len() >= count {
                return;
            }
            arrived.await;
        }
    }
}

async fn converse(mut stream: TcpStream, shared: Arc<Shared>) {
    while let Some(arrival) = read_request(&mut stream).await {
        let answer = (shared.script.lock().unwrap())(&arrival);
        {
            let mut memory = shared.memory.lock().unwrap();
            memory.arrivals.push(arrival);
            memory.at_once += 1;
            memory.most_at_once = memory.most_at_once.max(memory.at_once);
        }
        shared.arrived.notify_waiters();
        if answer.hangs {
            std::future::pending::<()>().await;
        }
        // Lets requests that were sent together meet.
        tokio::task::yield_now().await;
        if !answer.delay.is_zero() {
            tokio::time::sleep(answer.delay).await;
        }
        shared.memory.lock().unwrap().at_once -= 1;
        if stream.write_all(answer.text().as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The next request; `None` when the caller is gone.
async fn read_request(stream: &mut TcpStream) -> Option<Arrival> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let header = |line: &str| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_ascii_lowercase(), value.trim().to_owned())
    };
    let headers: HashMap<String, String> = lines.map(header).collect();
    let length: usize = headers["content-length"].parse().unwrap();
    while bytes.len() < end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = bytes[end + 4..end + 4 + length].to_vec();
    Some(Arrival { path, headers, body })
}
