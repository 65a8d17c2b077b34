//! The ranges that are not called unless the operator allows them.
//!
//! Refused is what the IANA special-purpose registries mark as not globally reachable, multicast,
//! everything outside IPv6's global unicast, and the metadata addresses of clouds that lie in
//! public ranges. An IPv6 address that a gateway turns into an IPv4 one is judged by that one too.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("of this host or network")]
    Unspecified,
    #[error("loopback")]
    Loopback,
    #[error("private")]
    Private,
    #[error("carrier-grade NAT")]
    SharedNat,
    #[error("link-local")]
    LinkLocal,
    #[error("unique-local")]
    UniqueLocal,
    #[error("site-local")]
    SiteLocal,
    #[error("the metadata of a cloud")]
    Metadata,
    #[error("set aside for protocols")]
    Protocol,
    #[error("for documentation")]
    Documentation,
    #[error("for benchmarks")]
    Benchmarking,
    #[error("multicast")]
    Multicast,
    #[error("broadcast")]
    Broadcast,
    #[error("reserved")]
    Reserved,
    #[error("not of an allowed range, which plain http needs")]
    PlainHttp,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(segments: [u16; 4], prefix: u8) -> Ipv6Net {
    let [a, b, c, d] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), prefix)
}

/// The first that contains an address names the reason, so exceptions come before what holds them.
const IPV4: &[(Ipv4Net, Refusal)] = &[
    (v4(169, 254, 169, 254, 32), Refusal::Metadata),
    (v4(169, 254, 170, 0, 24), Refusal::Metadata),
    (v4(100, 100, 100, 200, 32), Refusal::Metadata),
    (v4(168, 63, 129, 16, 32), Refusal::Metadata),
    (v4(192, 0, 0, 192, 32), Refusal::Metadata),
    (v4(255, 255, 255, 255, 32), Refusal::Broadcast),
    (v4(0, 0, 0, 0, 8), Refusal::Unspecified),
    (v4(10, 0, 0, 0, 8), Refusal::Private),
    (v4(100, 64, 0, 0, 10), Refusal::SharedNat),
    (v4(127, 0, 0, 0, 8), Refusal::Loopback),
    (v4(169, 254, 0, 0, 16), Refusal::LinkLocal),
    (v4(172, 16, 0, 0, 12), Refusal::Private),
    (v4(192, 0, 0, 0, 24), Refusal::Protocol),
    (v4(192, 0, 2, 0, 24), Refusal::Documentation),
    (v4(192, 88, 99, 0, 24), Refusal::Protocol),
    (v4(192, 168, 0, 0, 16), Refusal::Private),
    (v4(198, 18, 0, 0, 15), Refusal::Benchmarking),
    (v4(198, 51, 100, 0, 24), Refusal::Documentation),
    (v4(203, 0, 113, 0, 24), Refusal::Documentation),
    (v4(224, 0, 0, 0, 4), Refusal::Multicast),
    (v4(240, 0, 0, 0, 4), Refusal::Reserved),
];

const IPV6: &[(Ipv6Net, Refusal)] = &[
    (Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 128), Refusal::Unspecified),
    (Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128), Refusal::Loopback),
    (Ipv6Net::new_assert(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), 128), Refusal::Metadata),
    (Ipv6Net::new_assert(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254), 128), Refusal::Metadata),
    (v6([0xfc00, 0, 0, 0], 7), Refusal::UniqueLocal),
    (v6([0xfe80, 0, 0, 0], 10), Refusal::LinkLocal),
    (v6([0xfec0, 0, 0, 0], 10), Refusal::SiteLocal),
    (v6([0xff00, 0, 0, 0], 8), Refusal::Multicast),
    // Teredo, benchmarking, ORCHID and other protocol assignments.
    (v6([0x2001, 2, 0, 0], 48), Refusal::Benchmarking),
    (v6([0x2001, 0, 0, 0], 23), Refusal::Protocol),
    (v6([0x2001, 0xdb8, 0, 0], 32), Refusal::Documentation),
    (v6([0x3fff, 0, 0, 0], 20), Refusal::Documentation),
    (v6([0x64, 0xff9b, 1, 0], 48), Refusal::Private),
];

const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0], 96);
const SIX_TO_FOUR: Ipv6Net = v6([0x2002, 0, 0, 0], 16);
const GLOBAL_UNICAST: Ipv6Net = v6([0x2000, 0, 0, 0], 3);

/// The ranges an operator allows in spite of the refusals (`--allow-egress`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EgressPolicy {
    pub allowed: Vec<IpNet>,
}

impl EgressPolicy {
    /// May this address be called? In an allowed range it may, over `http` too; elsewhere it must
    /// be public, and `https` is needed.
    pub fn permit(&self, address: IpAddr, plain_http: bool) -> Result<(), Refusal> {
        // The system sends `::ffff:a.b.c.d` over IPv4, so that is the address it is.
        let address = address.to_canonical();
        if self.allowed.iter().any(|range| range.contains(&address)) {
            return Ok(());
        }
        match address {
            IpAddr::V4(address) => refuse_ipv4(address)?,
            IpAddr::V6(address) => refuse_ipv6(address)?,
        }
        if plain_http { Err(Refusal::PlainHttp) } else { Ok(()) }
    }
}

fn refuse_ipv4(address: Ipv4Addr) -> Result<(), Refusal> {
    match IPV4.iter().find(|(range, _)| range.contains(&address)) {
        Some((_, refusal)) => Err(*refusal),
        None => Ok(()),
    }
}

fn refuse_ipv6(address: Ipv6Addr) -> Result<(), Refusal> {
    if let Some((_, refusal)) = IPV6.iter().find(|(range, _)| range.contains(&address)) {
        return Err(*refusal);
    }
    let octets = address.octets();
    if NAT64.contains(&address) {
        let [.., a, b, c, d] = octets;
        return refuse_ipv4(Ipv4Addr::new(a, b, c, d));
    }
    if SIX_TO_FOUR.contains(&address) {
        let [_, _, a, b, c, d, ..] = octets;
        return refuse_ipv4(Ipv4Addr::new(a, b, c, d));
    }
    if GLOBAL_UNICAST.contains(&address) { Ok(()) } else { Err(Refusal::Reserved) }
}
