//! From a target to an open connection: resolve, check every address, connect, greet.
//!
//! This is the only place of the program that opens a connection to an outsider.

use super::{Failure, FailureKind};
use crate::address::Host;
use crate::{EgressPolicy, Refusal, Resolve, Target};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::fmt::Display;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

/// The most that the head of an answer may take: a hostile server must not fill memory with it.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// An open connection. Dropping it cuts it off, whatever is under way on it.
pub(super) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    /// Holds the one task that moves the bytes; dropping the set ends the task.
    _driver: JoinSet<()>,
    pub address: IpAddr,
}

pub(super) enum SendFault {
    /// Nothing of the request was written.
    NotWritten(hyper::Error),
    /// It may have been processed.
    Broken(hyper::Error),
}

impl Connection {
    pub fn is_ready(&self) -> bool {
        self.sender.is_ready()
    }

    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, SendFault> {
        self.sender.try_send_request(request).await.map_err(|mut fault| {
            let is_unsent = fault.take_message().is_some();
            let error = fault.into_error();
            if is_unsent { SendFault::NotWritten(error) } else { SendFault::Broken(error) }
        })
    }
}

pub(super) struct Dialer {
    pub policy: EgressPolicy,
    pub resolver: Arc<dyn Resolve>,
    pub tls: TlsConnector,
}

impl Dialer {
    /// The addresses a call may go to now. One that is refused refuses them all: a name that
    /// points both outside and inside is not an honest one.
    pub async fn checked_addresses(&self, target: &Target, until: Instant) -> Result<Vec<IpAddr>, Failure> {
        let refused =
            |of: &dyn Display, refusal: Refusal| Failure::new(FailureKind::TargetRefused, format!("{of} is {refusal}"));
        target.permit(&self.policy).map_err(|refusal| refused(&target.authority, refusal))?;
        let addresses = match &target.host {
            Host::Address(address) => vec![*address],
            Host::Name(name) => timeout_at(until, self.resolver.resolve(name))
                .await
                .map_err(|_| out_of_time("resolving the name"))?
                .map_err(|error| Failure::new(FailureKind::Dns, error.to_string()))?,
        };
        for address in &addresses {
            self.policy.permit(*address, target.is_plain_http).map_err(|refusal| refused(address, refusal))?;
        }
        if addresses.is_empty() {
            return Err(Failure::new(FailureKind::Dns, "the name has no address"));
        }
        Ok(addresses)
    }

    /// Connects to the first address that answers. Each gets an equal share of the time that is
    /// left, so that one that is silent does not use up the time of the next. `tried` is set to
    /// the address last tried.
    pub async fn dial(
        &self,
        target: &Target,
        addresses: &[IpAddr],
        until: Instant,
        tried: &mut Option<IpAddr>,
    ) -> Result<Connection, Failure> {
        let mut failure = Failure::new(FailureKind::Dns, "the name has no address");
        for (position, address) in addresses.iter().enumerate() {
            *tried = Some(*address);
            let now = Instant::now();
            let waiting = u32::try_from(addresses.len() - position).unwrap_or(u32::MAX);
            let share = now + until.saturating_duration_since(now) / waiting;
            match self.open(target, *address, share).await {
                Ok(connection) => return Ok(connection),
                Err(later) => failure = later,
            }
        }
        Err(failure)
    }

    async fn open(&self, target: &Target, address: IpAddr, until: Instant) -> Result<Connection, Failure> {
        let connect_fault = |error: io::Error| Failure::new(FailureKind::Connect, error.to_string());
        let stream = timeout_at(until, TcpStream::connect((address, target.port)))
            .await
            .map_err(|_| out_of_time("connecting"))?
            .map_err(connect_fault)?;
        stream.set_nodelay(true).map_err(connect_fault)?;
        if target.is_plain_http {
            return start(stream, address).await;
        }
        let name = server_name(&target.host)?;
        let stream = timeout_at(until, self.tls.connect(name, stream))
            .await
            .map_err(|_| out_of_time("the TLS handshake"))?
            .map_err(|error| Failure::new(FailureKind::Tls, error.to_string()))?;
        start(stream, address).await
    }
}

async fn start<S>(stream: S, address: IpAddr) -> Result<Connection, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // Nothing is sent yet: this only joins a sender to the task that will move the bytes.
    let (sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| Failure::new(FailureKind::Connect, error.to_string()))?;
    let mut driver = JoinSet::new();
    driver.spawn(async move {
        // The error reaches whoever waits for an answer or a body; on an idle connection it only
        // says that the other side has closed it.
        let _ended = connection.await;
    });
    Ok(Connection { sender, _driver: driver, address })
}

fn server_name(host: &Host) -> Result<ServerName<'static>, Failure> {
    match host {
        Host::Address(address) => Ok(ServerName::from(*address)),
        Host::Name(name) => {
            ServerName::try_from(name.clone()).map_err(|error| Failure::new(FailureKind::Tls, error.to_string()))
        }
    }
}

fn out_of_time(doing: &str) -> Failure {
    Failure::new(FailureKind::Timeout, format!("no time left while {doing}"))
}
