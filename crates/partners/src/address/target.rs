//! Reading the address of a webhook, when it is configured and again whenever it is called.
//!
//! The text is called byte for byte, so it is read with the strictness of a URI and nothing in it
//! is normalised. A host is a plain name or an IP literal; percent signs, non-ASCII letters and
//! backslashes in it are refused, because two parsers would read them in two ways.

use super::ipv4_literal::{Spelling, read_ipv4};
use super::{EgressPolicy, Refusal};
use http::Uri;
use http::uri::{Authority, PathAndQuery};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest address that can be configured, in characters.
const MAX_CHARS: usize = 2048;

/// Whom a call goes to: a name to resolve, or an address that needs no resolving.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    Name(String),
    Address(IpAddr),
}

/// A readable webhook address.
#[derive(Debug, Clone)]
pub struct Target {
    pub(crate) host: Host,
    pub(crate) port: u16,
    pub(crate) is_plain_http: bool,
    /// Host and port as configured: the `Host` header.
    pub(crate) authority: Authority,
    /// Path and query as configured: the request line.
    pub(crate) path: PathAndQuery,
}

/// Why an address cannot be a webhook's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetFault {
    #[error("is longer than {MAX_CHARS} characters")]
    TooLong,
    #[error("is not an absolute address of letters that a URI may have")]
    NotAUri,
    #[error("must start with https://")]
    Scheme,
    #[error("must not name a user")]
    User,
    #[error("must not have a fragment")]
    Fragment,
    #[error("has a host that is neither a name nor an IP address")]
    Host,
    #[error("has no usable port")]
    Port,
    #[error("may not be called: the address is {0}")]
    Refused(Refusal),
}

/// Checks an address as it is configured. A name is not resolved: what it resolves to is checked
/// at every call.
pub fn check_target(url: &str, policy: &EgressPolicy) -> Result<Target, TargetFault> {
    if url.chars().count() > MAX_CHARS {
        return Err(TargetFault::TooLong);
    }
    let target = Target::parse(url)?;
    if target.is_plain_http && policy.allowed.is_empty() {
        return Err(TargetFault::Scheme);
    }
    target.permit(policy).map_err(TargetFault::Refused)?;
    Ok(target)
}

impl Target {
    /// Judges what needs no resolving: a literal address, and the names that always mean this
    /// machine (RFC 6761), which are kept from the resolver unless loopback is allowed.
    pub(crate) fn permit(&self, policy: &EgressPolicy) -> Result<(), Refusal> {
        let permit = |address| policy.permit(address, self.is_plain_http);
        match &self.host {
            Host::Address(address) => permit(*address),
            Host::Name(name) if is_localhost(name) => {
                permit(Ipv4Addr::LOCALHOST.into()).or(permit(Ipv6Addr::LOCALHOST.into()))
            }
            Host::Name(_) => Ok(()),
        }
    }

    /// Reads an address without judging its length or where it leads.
    pub fn parse(url: &str) -> Result<Self, TargetFault> {
        if url.contains('#') {
            return Err(TargetFault::Fragment);
        }
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TargetFault::NotAUri);
        }
        let uri: Uri = url.parse().map_err(|_| TargetFault::NotAUri)?;
        let parts = uri.into_parts();
        let is_plain_http = match parts.scheme.as_ref().map(http::uri::Scheme::as_str) {
            Some("https") => false,
            Some("http") => true,
            Some(_) => return Err(TargetFault::Scheme),
            None => return Err(TargetFault::NotAUri),
        };
        let (Some(authority), Some(path)) = (parts.authority, parts.path_and_query) else {
            return Err(TargetFault::NotAUri);
        };
        if authority.as_str().contains('@') {
            return Err(TargetFault::User);
        }
        Ok(Self {
            host: read_host(authority.host())?,
            port: read_port(&authority, if is_plain_http { 80 } else { 443 })?,
            is_plain_http,
            authority,
            path,
        })
    }
}

fn read_host(host: &str) -> Result<Host, TargetFault> {
    if let Some(literal) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let address: Ipv6Addr = literal.parse().map_err(|_| TargetFault::Host)?;
        return Ok(Host::Address(address.into()));
    }
    match read_ipv4(host) {
        Spelling::Address(address) => Ok(Host::Address(address.into())),
        Spelling::Name if is_name(host) => Ok(Host::Name(host.to_ascii_lowercase())),
        Spelling::Name | Spelling::Unusable => Err(TargetFault::Host),
    }
}

/// Labels of letters, digits, `-` and `_`; a last dot is allowed.
fn is_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.len() <= 253
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}

fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

fn read_port(authority: &Authority, default: u16) -> Result<u16, TargetFault> {
    match &authority.as_str()[authority.host().len()..] {
        "" => Ok(default),
        _ => match authority.port_u16() {
            Some(0) | None => Err(TargetFault::Port),
            Some(port) => Ok(port),
        },
    }
}
