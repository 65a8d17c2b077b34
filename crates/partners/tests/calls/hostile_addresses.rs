//! Addresses that lead inside, in every spelling, as configured and as resolved.

use crate::script::{Act, ScriptedResolver, Server, answer, client_with, kind, local_client, notice, policy, question};
use aisle_partners::FailureKind::TargetRefused;
use aisle_partners::Refusal::{
    Benchmarking, Broadcast, Documentation, LinkLocal, Loopback, Metadata, Multicast, PlainHttp, Private, Protocol,
    Reserved, SharedNat, SiteLocal, UniqueLocal, Unspecified,
};
use aisle_partners::{GuardedClient, Refusal, TargetFault, check_target};
use std::net::IpAddr;

/// A host as it may stand in a URL, and why it is refused.
const HOSTS: &[(&str, Refusal)] = &[
    ("127.0.0.1", Loopback),
    ("127.0.0.1.", Loopback),
    ("127.255.255.254", Loopback),
    ("127.1", Loopback),
    ("127.0.1", Loopback),
    ("2130706433", Loopback),
    ("017700000001", Loopback),
    ("0x7f000001", Loopback),
    ("0X7F.0X0.0X0.0X1", Loopback),
    ("0177.0.0.1", Loopback),
    ("0x7f.1", Loopback),
    ("[::1]", Loopback),
    ("[0:0:0:0:0:0:0:1]", Loopback),
    ("[::ffff:127.0.0.1]", Loopback),
    ("[::FFFF:7f00:1]", Loopback),
    ("localhost", Loopback),
    ("LOCALHOST.", Loopback),
    ("shop.localhost", Loopback),
    ("0.0.0.0", Unspecified),
    ("0", Unspecified),
    ("0x", Unspecified),
    ("0.255.255.255", Unspecified),
    ("[::]", Unspecified),
    ("[::ffff:0.0.0.0]", Unspecified),
    ("10.0.0.1", Private),
    ("10.255.255.255", Private),
    ("012.0.0.1", Private),
    ("167772161", Private),
    ("172.16.0.1", Private),
    ("172.31.255.255", Private),
    ("192.168.0.1", Private),
    ("192.168.257", Private),
    ("0xc0a80001", Private),
    ("[::ffff:192.168.0.1]", Private),
    ("[64:ff9b::192.168.0.1]", Private),
    ("[64:ff9b:1::1]", Private),
    ("[2002:c0a8:1::1]", Private),
    ("100.64.0.1", SharedNat),
    ("100.127.255.255", SharedNat),
    ("169.254.0.1", LinkLocal),
    ("[fe80::1]", LinkLocal),
    ("[febf::1]", LinkLocal),
    ("169.254.169.254", Metadata),
    ("0xa9fea9fe", Metadata),
    ("2852039166", Metadata),
    ("0251.0376.0251.0376", Metadata),
    ("[::ffff:169.254.169.254]", Metadata),
    ("[::ffff:a9fe:a9fe]", Metadata),
    ("[64:ff9b::a9fe:a9fe]", Metadata),
    ("[2002:a9fe:a9fe::]", Metadata),
    ("169.254.170.2", Metadata),
    ("100.100.100.200", Metadata),
    ("168.63.129.16", Metadata),
    ("192.0.0.192", Metadata),
    ("[fd00:ec2::254]", Metadata),
    ("[fd20:ce::254]", Metadata),
    ("192.0.0.8", Protocol),
    ("192.88.99.1", Protocol),
    ("[2001:0:7f00:1::]", Protocol),
    ("[2001:20::1]", Protocol),
    ("192.0.2.1", Documentation),
    ("198.51.100.1", Documentation),
    ("203.0.113.1", Documentation),
    ("[2001:db8::1]", Documentation),
    ("[3fff::1]", Documentation),
    ("198.18.0.1", Benchmarking),
    ("198.19.255.255", Benchmarking),
    ("[2001:2::1]", Benchmarking),
    ("224.0.0.1", Multicast),
    ("239.255.255.250", Multicast),
    ("[ff02::1]", Multicast),
    ("[64:ff9b::e000:1]", Multicast),
    ("255.255.255.255", Broadcast),
    ("4294967295", Broadcast),
    ("240.0.0.1", Reserved),
    ("[::127.0.0.1]", Reserved),
    ("[::ffff:0:127.0.0.1]", Reserved),
    ("[100::1]", Reserved),
    ("[4000::1]", Reserved),
    ("[5f00::1]", Reserved),
    ("[fc00::1]", UniqueLocal),
    ("[fdff::1]", UniqueLocal),
    ("[fec0::1]", SiteLocal),
];

/// Hosts next to the refused ranges, and transitions of public addresses.
const PUBLIC: &[&str] = &[
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "134744072",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "[::ffff:8.8.8.8]",
    "[2002:808:808::1]",
    "[2600::1]",
    "[2a00:1450::1]",
    "[64:ff9b::8.8.8.8]",
    "shop.example",
    "localhost.example",
    "xn--caf-dma.example.",
    "under_score.example",
];

const NOT_HTTP: &[(&str, TargetFault)] = &[
    ("", TargetFault::NotAUri),
    ("/hook", TargetFault::NotAUri),
    ("//shop.example/hook", TargetFault::NotAUri),
    ("shop.example", TargetFault::NotAUri),
    ("https:", TargetFault::NotAUri),
    ("https://", TargetFault::NotAUri),
    ("https:///hook", TargetFault::NotAUri),
    ("https://shop.example/a b", TargetFault::NotAUri),
    (" https://shop.example/", TargetFault::NotAUri),
    ("https://shop.example/\r\nx: y", TargetFault::NotAUri),
    ("https://shop.example/\0", TargetFault::NotAUri),
    ("https://café.example/", TargetFault::NotAUri),
    ("https://shop.example/café", TargetFault::NotAUri),
    ("https://①②⑦.0.0.1/", TargetFault::NotAUri),
    ("https://127。0。0。1/", TargetFault::NotAUri),
    ("http://shop.example/", TargetFault::Scheme),
    ("http://127.0.0.1/", TargetFault::Scheme),
    ("ftp://shop.example/", TargetFault::Scheme),
    ("file://shop.example/etc/passwd", TargetFault::Scheme),
    ("gopher://127.0.0.1:6379/_x", TargetFault::Scheme),
    ("https://user@shop.example/", TargetFault::User),
    ("https://user:secret@shop.example/", TargetFault::User),
    ("https://shop.example@127.0.0.1/", TargetFault::User),
    ("https://@shop.example/", TargetFault::User),
    ("https://shop.example/#x", TargetFault::Fragment),
    ("https://shop.example#@127.0.0.1/", TargetFault::Fragment),
    ("https://256.0.0.1/", TargetFault::Host),
    ("https://1.2.3.4.5/", TargetFault::Host),
    ("https://08.0.0.1/", TargetFault::Host),
    ("https://4294967296/", TargetFault::Host),
    ("https://shop..example/", TargetFault::Host),
    ("https://.example/", TargetFault::Host),
    ("https://shop!.example/", TargetFault::Host),
    ("https://[fe80::1%25eth0]/", TargetFault::Host),
    ("https://shop.example:0/", TargetFault::Port),
    ("https://shop.example:/", TargetFault::Port),
];

#[test]
fn hostile_hosts_are_refused_when_configured() {
    for (host, refusal) in HOSTS {
        for url in [format!("https://{host}"), format!("https://{host}:8443/hook?k=1")] {
            let fault = check_target(&url, &policy(&[])).unwrap_err();
            assert_eq!(fault, TargetFault::Refused(*refusal), "{url}");
        }
    }
}

#[test]
fn public_hosts_pass_and_plain_http_to_them_never_does() {
    for host in PUBLIC {
        check_target(&format!("https://{host}/"), &policy(&[])).expect(host);
        let plain = check_target(&format!("http://{host}/"), &policy(&["127.0.0.0/8"]));
        let is_literal = host.ends_with(']') || host.ends_with(|c: char| c.is_ascii_digit());
        match plain {
            // What a name resolves to is judged at the call.
            Ok(_) => assert!(!is_literal, "{host}"),
            Err(fault) => assert_eq!(fault, TargetFault::Refused(PlainHttp), "{host}"),
        }
    }
}

#[test]
fn what_is_no_address_of_a_webhook_is_refused() {
    for (url, expected) in NOT_HTTP {
        assert_eq!(check_target(url, &policy(&[])).unwrap_err(), *expected, "{url}");
    }
    for url in [
        "https://%31%32%37.0.0.1/",
        "https://127.0.0.1%2f.example/",
        "https://shop.example\\@a/",
        "https://[::1/",
        "https://::1/",
        "https://[127.0.0.1]/",
        "https://[::1]x/",
        "https://shop.example:65536/",
        "https://shop.example:-1/",
        "https://shop.example:443x/",
        "https://shop.example:443:443/",
        "https://shop\texample/",
        "https://<shop>/",
    ] {
        assert!(check_target(url, &policy(&[])).is_err(), "{url}");
    }
    let longest = format!("https://shop.example/{}", "x".repeat(2048 - 21));
    check_target(&longest, &policy(&[])).unwrap();
    let too_long = check_target(&format!("{longest}x"), &policy(&[]));
    assert_eq!(too_long.unwrap_err(), TargetFault::TooLong);
}

#[tokio::test]
async fn hostile_hosts_are_refused_when_called() {
    let client = GuardedClient::new(policy(&[]));
    for (host, _) in HOSTS {
        let attempt = client.call(question(&format!("https://{host}:9/"))).await;
        assert_eq!(kind(&attempt), Some(TargetRefused), "{host}: {:?}", attempt.failure);
        assert_eq!((attempt.address, attempt.connect_ms), (None, None), "{host}");
    }
    for (url, _) in NOT_HTTP.iter().filter(|(url, _)| !url.starts_with("http://")) {
        assert_eq!(kind(&client.call(notice(url)).await), Some(TargetRefused), "{url}");
    }
}

#[tokio::test]
async fn names_that_resolve_inside_are_refused() {
    for (host, refusal) in HOSTS {
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        let Ok(_) = literal.parse::<IpAddr>() else {
            continue;
        };
        for addresses in [&[literal][..], &["1.1.1.1", literal], &[literal, "1.1.1.1"]] {
            let resolver = ScriptedResolver::new(&[addresses]);
            let client = client_with(resolver.clone(), &[]);
            let attempt = client.call(question("https://shop.example/")).await;
            assert_eq!(kind(&attempt), Some(TargetRefused), "{addresses:?}");
            let detail = attempt.failure.unwrap().detail;
            assert!(detail.contains(&refusal.to_string()), "{addresses:?}: {detail}");
            // A refusal is a verdict: the question is not asked once more.
            assert_eq!(resolver.asked(), 1);
        }
    }
}

#[tokio::test]
async fn a_name_that_is_bound_to_another_address_between_two_calls_is_refused() {
    let script = vec![Act::Read, answer("200 OK", "connection: close\r\n", "")];
    let mut server = Server::start(vec![script.clone(), script]).await;
    let url = format!("http://shop.example:{}/", server.address.port());
    let resolver = ScriptedResolver::new(&[&["127.0.0.1"], &["169.254.169.254"], &["127.0.0.1"]]);
    let client = client_with(resolver.clone(), &["127.0.0.1/32"]);
    let mut kinds = Vec::new();
    for _ in 0..3 {
        kinds.push(kind(&client.call(notice(&url)).await));
    }
    assert_eq!(kinds, [None, Some(TargetRefused), None]);
    assert_eq!(resolver.asked(), 3);
    server.request().await;
    server.request().await;
    assert!(server.no_more_requests());
}

#[tokio::test]
async fn an_allowed_range_lifts_the_refusal_in_any_spelling() {
    for spelling in ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]"] {
        let script = vec![Act::Read, answer("200 OK", "", "")];
        let mut server = Server::start(vec![script]).await;
        let port = server.address.port();
        let url = format!("http://{spelling}:{port}/");
        check_target(&url, &policy(&["127.0.0.0/8"])).expect(spelling);
        assert_eq!(local_client().call(notice(&url)).await.status, Some(200), "{spelling}");
        // The host is sent as it was configured.
        assert!(server.request().await.contains(&format!("host: {spelling}:{port}\r\n")));
    }
    let narrow = policy(&["127.0.0.2/32", "fd00::/8"]);
    for (url, is_allowed) in [
        ("https://127.0.0.2/", true),
        ("http://127.0.0.2/", true),
        ("http://[fd12::1]/", true),
        ("https://[fd00:ec2::254]/", true),
        ("https://127.0.0.1/", false),
        ("https://10.0.0.1/", false),
        ("https://[64:ff9b::127.0.0.2]/", false),
        ("https://[2002:7f00:2::]/", false),
        ("http://1.1.1.1/", false),
        ("http://localhost/", false),
    ] {
        assert_eq!(check_target(url, &narrow).is_ok(), is_allowed, "{url}");
    }
    check_target("http://localhost/", &policy(&["::1/128"])).unwrap();
}

#[tokio::test]
async fn a_name_over_plain_http_needs_every_address_in_an_allowed_range() {
    let resolver = ScriptedResolver::new(&[&["127.0.0.1", "1.1.1.1"]]);
    let client = client_with(resolver, &["127.0.0.0/8"]);
    let attempt = client.call(notice("http://shop.example:9/")).await;
    assert_eq!(kind(&attempt), Some(TargetRefused));
}
