//! The one way out: a client that makes a call and says what became of it.

use super::answer::{End, broken, excerpt, read_answer, retry_after};
use super::connection::{Connection, Dialer, SendFault};
use super::pool::{Origin, Pool};
use super::request::build_request;
use super::{AnswerRule, Attempt, Call, Failure, FailureKind};
use crate::{EgressPolicy, Resolve, SystemResolver, Target, TargetFault, check_target};
use bytes::Bytes;
use http::Response;
use hyper::body::Incoming;
use rustls::{ClientConfig, RootCertStore};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

/// Connecting never gets more than this.
const MAX_CONNECT_TIME: Duration = Duration::from_secs(2);

/// Makes calls. Clones share the kept connections. It belongs to the runtime it is used on.
#[derive(Clone)]
pub struct GuardedClient {
    dialer: Arc<Dialer>,
    pool: Arc<Pool>,
}

/// What is known of a call before its answer, for the log.
#[derive(Default)]
struct Trace {
    address: Option<IpAddr>,
    connect_time: Option<Duration>,
}

/// Why no head of an answer came.
enum Fault {
    /// The policy says no; asking again changes nothing.
    Refused(Failure),
    /// Nothing of the request was written.
    Unsent(Failure),
    /// A kept connection was dead before anything was written.
    StaleUnsent,
    /// A kept connection broke before any answer; the request may have been processed.
    StaleSent(Failure),
    /// The request may have been processed.
    Sent(Failure),
}

impl GuardedClient {
    /// A client that resolves names as the system does and trusts the roots of the web.
    pub fn new(policy: EgressPolicy) -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Self::with(policy, Arc::new(SystemResolver), roots)
    }

    /// A client with another resolver and other roots.
    pub fn with(policy: EgressPolicy, resolver: Arc<dyn Resolve>, roots: RootCertStore) -> Self {
        let tls = TlsConnector::from(Arc::new(tls_settings(roots)));
        Self { dialer: Arc::new(Dialer { policy, resolver, tls }), pool: Arc::default() }
    }

    /// Checks an address as it is configured, by the policy of this client. A name is not resolved.
    pub fn check(&self, url: &str) -> Result<Target, TargetFault> {
        check_target(url, &self.dialer.policy)
    }

    /// Makes the call. Never takes longer than `call.total_timeout`; dropping the future cuts the
    /// connection off.
    pub async fn call(&self, call: Call) -> Attempt {
        let started = Instant::now();
        let deadline = started + call.total_timeout;
        let mut trace = Trace::default();
        let mut attempt = match Target::parse(&call.url) {
            Err(fault) => {
                let detail = format!("the address {fault}");
                failed(Failure::new(FailureKind::TargetRefused, detail))
            }
            Ok(target) => {
                let head = self.ask(&call, &target, deadline, &mut trace);
                match timeout_at(deadline, head).await {
                    Err(_) => failed(Failure::new(FailureKind::Timeout, "no status in time")),
                    Ok(Err(failure)) => failed(failure),
                    Ok(Ok((connection, response))) => self.finish(&call, &target, connection, response, deadline).await,
                }
            }
        };
        attempt.address = trace.address;
        attempt.connect_ms = trace.connect_time.map(milliseconds);
        attempt.total_ms = milliseconds(started.elapsed());
        attempt
    }

    /// Sends the request until it has the head of an answer, a failure that counts, or one try too
    /// many. A dead kept connection is not a try: at most one is met, then a new one is opened.
    async fn ask(
        &self,
        call: &Call,
        target: &Target,
        deadline: Instant,
        trace: &mut Trace,
    ) -> Result<(Connection, Response<Incoming>), Failure> {
        let is_question = call.answer == AnswerRule::Question;
        let mut may_reuse = true;
        let mut may_repeat = is_question;
        loop {
            match self.ask_once(call, target, deadline, may_reuse, trace).await {
                Ok(answer) => return Ok(answer),
                Err(Fault::StaleUnsent) => may_reuse = false,
                // Delivery of a notice is at least once, so the request may go out again.
                Err(Fault::StaleSent(_)) if !is_question => may_reuse = false,
                Err(Fault::Unsent(_)) if may_repeat => may_repeat = false,
                Err(
                    Fault::Refused(failure) | Fault::Unsent(failure) | Fault::StaleSent(failure) | Fault::Sent(failure),
                ) => return Err(failure),
            }
        }
    }

    async fn ask_once(
        &self,
        call: &Call,
        target: &Target,
        deadline: Instant,
        may_reuse: bool,
        trace: &mut Trace,
    ) -> Result<(Connection, Response<Incoming>), Fault> {
        let began = Instant::now();
        let until = deadline.min(began + call.connect_timeout.min(MAX_CONNECT_TIME));
        let unsent = |failure: Failure| match failure.kind {
            FailureKind::TargetRefused => Fault::Refused(failure),
            _ => Fault::Unsent(failure),
        };
        *trace = Trace::default();
        let addresses = self.dialer.checked_addresses(target, until).await.map_err(unsent)?;
        let kept = if may_reuse { self.pool.take(&Origin::of(target), &addresses) } else { None };
        let is_kept = kept.is_some();
        let mut connection = if let Some(connection) = kept {
            connection
        } else {
            let dialling = self.dialer.dial(target, &addresses, until, &mut trace.address);
            let connection = dialling.await.map_err(unsent)?;
            trace.connect_time = Some(began.elapsed());
            connection
        };
        trace.address = Some(connection.address);
        match connection.send(build_request(call, target)).await {
            Ok(response) => Ok((connection, response)),
            Err(SendFault::NotWritten(_)) if is_kept => Err(Fault::StaleUnsent),
            Err(SendFault::NotWritten(error)) => Err(Fault::Unsent(broken(&error))),
            Err(SendFault::Broken(error)) if is_kept => Err(Fault::StaleSent(broken(&error))),
            Err(SendFault::Broken(error)) => Err(Fault::Sent(broken(&error))),
        }
    }

    async fn finish(
        &self,
        call: &Call,
        target: &Target,
        connection: Connection,
        response: Response<Incoming>,
        deadline: Instant,
    ) -> Attempt {
        let (head, body) = response.into_parts();
        let (reading, failure) = read_answer(&head, body, call, deadline).await;
        if matches!(reading.end, End::Complete) && head.status.as_u16() >= 200 {
            self.pool.put(Origin::of(target), connection);
        }
        Attempt {
            status: Some(head.status.as_u16()),
            failure,
            excerpt: excerpt(&reading.bytes),
            body: reading.bytes,
            address: None,
            connect_ms: None,
            total_ms: 0,
            retry_after: retry_after(&head, call.sent_at),
        }
    }
}

fn tls_settings(roots: RootCertStore) -> ClientConfig {
    // Named, not taken from the process: a second provider in the program would make the default
    // one panic.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut settings = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows the default versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    settings.alpn_protocols = vec![b"http/1.1".to_vec()];
    settings
}

fn failed(failure: Failure) -> Attempt {
    Attempt {
        status: None,
        failure: Some(failure),
        excerpt: String::new(),
        body: Bytes::new(),
        address: None,
        connect_ms: None,
        total_ms: 0,
        retry_after: None,
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
