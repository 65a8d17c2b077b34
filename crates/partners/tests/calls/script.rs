//! A server that plays a script on each connection, and a resolver that does as told.

use aisle_partners::{AnswerRule, Attempt, Call, EgressPolicy, Failure, FailureKind, GuardedClient, Resolve};
use futures::FutureExt;
use futures::future::BoxFuture;
use http::HeaderMap;
use rustls::RootCertStore;
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// One thing a scripted server does on a connection.
#[derive(Debug, Clone)]
pub enum Act {
    /// Reads one whole request.
    Read,
    Write(String),
    /// Writes this again and again, with a pause of so many milliseconds, until cut off.
    Repeat(String, u64),
    /// Says and does nothing until cut off.
    Hang,
    /// Ends the connection with a reset.
    Reset,
}

pub fn write(text: &str) -> Act {
    Act::Write(text.to_owned())
}

/// A plain answer with a body, on a connection that stays open.
pub fn answer(status: &str, headers: &str, body: &str) -> Act {
    let length = body.len();
    Act::Write(format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}"))
}

/// The n-th connection plays the n-th script and is then closed.
pub struct Server {
    pub address: SocketAddr,
    /// Every request as it came, body included.
    requests: mpsc::UnboundedReceiver<String>,
    /// A message for every connection that has ended.
    ended: mpsc::UnboundedReceiver<()>,
    _task: JoinSet<()>,
}

impl Server {
    pub async fn start(scripts: Vec<Vec<Act>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, requests) = mpsc::unbounded_channel();
        let (end, ended) = mpsc::unbounded_channel();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            for script in scripts {
                let (stream, _) = listener.accept().await.unwrap();
                let (seen, end) = (seen.clone(), end.clone());
                connections.spawn(async move {
                    // A connection that the client cut off ends its script early; that is often
                    // what is being tested.
                    let _ = play(stream, script, seen).await;
                    let _ = end.send(());
                });
            }
            drop(listener);
            connections.join_all().await;
        });
        Self { address, requests, ended, _task: task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub async fn request(&mut self) -> String {
        self.requests.recv().await.expect("the server is alive")
    }

    pub fn no_more_requests(&mut self) -> bool {
        self.requests.try_recv().is_err()
    }

    /// Waits until one more connection has ended, on the side of the server.
    pub async fn connection_end(&mut self) {
        self.ended.recv().await.expect("the server is alive");
    }
}

async fn play(mut stream: TcpStream, script: Vec<Act>, seen: mpsc::UnboundedSender<String>) -> io::Result<()> {
    for act in script {
        match act {
            Act::Read => {
                let request = read_request(&mut stream).await?;
                seen.send(request).map_err(io::Error::other)?;
            }
            Act::Write(text) => stream.write_all(text.as_bytes()).await?,
            Act::Repeat(text, pause) => loop {
                stream.write_all(text.as_bytes()).await?;
                tokio::time::sleep(Duration::from_millis(pause)).await;
            },
            Act::Hang => {
                stream.read_to_end(&mut Vec::new()).await?;
            }
            Act::Reset => {
                stream.set_zero_linger()?;
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn read_request(stream: &mut TcpStream) -> io::Result<String> {
    let mut request = String::new();
    loop {
        let mut chunk = vec![0; 4096];
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        request.push_str(std::str::from_utf8(&chunk[..read]).map_err(io::Error::other)?);
        let Some((head, body)) = request.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Ok(request);
        }
    }
}

/// Answers each question with the next entry; the last one stays.
pub struct ScriptedResolver {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<usize>,
}

impl ScriptedResolver {
    pub fn new(answers: &[&[&str]]) -> Arc<Self> {
        let answers =
            answers.iter().map(|addresses| addresses.iter().map(|text| text.parse().unwrap()).collect()).collect();
        Arc::new(Self { answers: Mutex::new(answers), asked: Mutex::new(0) })
    }

    pub fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }
}

impl Resolve for ScriptedResolver {
    fn resolve<'a>(&'a self, _name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        *self.asked.lock().unwrap() += 1;
        let mut answers = self.answers.lock().unwrap();
        let next = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        async move { next.ok_or_else(|| io::Error::other("no such name")) }.boxed()
    }
}

pub fn policy(ranges: &[&str]) -> EgressPolicy {
    EgressPolicy { allowed: ranges.iter().map(|range| range.parse().unwrap()).collect() }
}

/// A client that may call this machine.
pub fn local_client() -> GuardedClient {
    GuardedClient::new(policy(&["127.0.0.0/8"]))
}

pub fn client_with(resolver: Arc<dyn Resolve>, allowed: &[&str]) -> GuardedClient {
    GuardedClient::with(policy(allowed), resolver, RootCertStore::empty())
}

pub fn call(url: &str, answer: AnswerRule) -> Call {
    Call {
        url: url.to_owned(),
        headers: HeaderMap::new(),
        body: r#"{"a":1}"#.into(),
        connect_timeout: Duration::from_secs(2),
        total_timeout: Duration::from_secs(20),
        answer,
        sent_at: SystemTime::UNIX_EPOCH,
    }
}

pub fn notice(url: &str) -> Call {
    call(url, AnswerRule::Notice)
}

pub fn question(url: &str) -> Call {
    call(url, AnswerRule::Question)
}

/// The same call with little time.
pub fn hurried(call: Call) -> Call {
    Call { total_timeout: Duration::from_millis(300), ..call }
}

pub fn kind(attempt: &Attempt) -> Option<FailureKind> {
    attempt.failure.as_ref().map(|Failure { kind, .. }| *kind)
}
