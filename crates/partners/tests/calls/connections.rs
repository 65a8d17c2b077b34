//! Making connections, keeping them, and what is done when they are dead.

use crate::script::{
    Act, ScriptedResolver, Server, answer, client_with, hurried, kind, local_client, notice, question, write,
};
use aisle_partners::FailureKind::{Connect, Dns, Reset, TargetRefused, Timeout};
use aisle_partners::{Call, Resolve};
use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

fn ok() -> Act {
    answer("200 OK", "", "fine")
}

#[tokio::test]
async fn a_connection_is_kept_and_used_again() {
    let mut server = Server::start(vec![vec![Act::Read, ok(), Act::Read, ok(), Act::Hang]]).await;
    let client = local_client();
    let first = client.call(notice(&server.url())).await;
    let second = client.clone().call(question(&server.url())).await;
    assert_eq!((kind(&first), kind(&second)), (None, None));
    assert!(first.connect_ms.is_some());
    assert_eq!(second.connect_ms, None);
    assert_eq!(second.address, first.address);
    server.request().await;
    server.request().await;
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_costs_nothing() {
    for make in [notice, question] {
        for end in [None, Some(Act::Reset)] {
            let first = vec![Act::Read, ok()].into_iter().chain(end.clone()).collect();
            let mut server = Server::start(vec![first, vec![Act::Read, ok(), Act::Hang]]).await;
            let client = local_client();
            assert_eq!(kind(&client.call(make(&server.url())).await), None);
            server.connection_end().await;
            let second = client.call(make(&server.url())).await;
            assert_eq!((second.status, kind(&second)), (Some(200), None), "{end:?}");
            assert!(second.connect_ms.is_some());
        }
    }
}

#[tokio::test]
async fn a_kept_connection_that_breaks_after_writing_is_repeated_for_a_notice_only() {
    let dying = vec![Act::Read, ok(), Act::Read];
    let scripts = vec![dying, vec![Act::Read, ok(), Act::Hang]];
    let mut server = Server::start(scripts.clone()).await;
    let client = local_client();
    client.call(notice(&server.url())).await;
    let second = client.call(notice(&server.url())).await;
    assert_eq!((second.status, kind(&second)), (Some(200), None));
    for _ in 0..3 {
        server.request().await;
    }

    let mut server = Server::start(scripts).await;
    client.call(question(&server.url())).await;
    let second = client.call(question(&server.url())).await;
    assert_eq!((second.status, kind(&second)), (None, Some(Reset)));
    server.request().await;
    server.request().await;
    assert!(server.no_more_requests());
}

#[tokio::test]
async fn a_new_connection_that_breaks_after_writing_is_not_repeated() {
    for make in [notice, question] {
        let mut server = Server::start(vec![vec![Act::Read, Act::Reset], vec![Act::Read, ok()]]).await;
        assert_eq!(kind(&local_client().call(make(&server.url())).await), Some(Reset));
        server.request().await;
        assert!(server.no_more_requests());
    }
}

#[tokio::test]
async fn a_connection_with_an_unread_body_is_cut_off_and_not_kept() {
    let long = format!("HTTP/1.1 500 No\r\ncontent-length: 9000\r\n\r\n{}", "x".repeat(4000));
    let scripts = vec![vec![Act::Read, write(&long), Act::Hang], vec![Act::Read, ok(), Act::Hang]];
    let mut server = Server::start(scripts).await;
    let client = local_client();
    let first = client.call(notice(&server.url())).await;
    assert_eq!((first.status, first.excerpt.len()), (Some(500), 2048));
    server.connection_end().await;
    let second = client.call(notice(&server.url())).await;
    assert_eq!(second.status, Some(200));
    assert!(second.connect_ms.is_some());
}

#[tokio::test]
async fn a_call_that_is_given_up_cuts_its_connection_off() {
    let mut server = Server::start(vec![vec![Act::Read, Act::Hang]]).await;
    let client = local_client();
    let abandoned = client.call(notice(&server.url()));
    tokio::select! {
        _ = abandoned => panic!("nothing was answered"),
        _ = server.request() => {}
    }
    server.connection_end().await;
}

#[tokio::test]
async fn many_calls_at_once_all_arrive() {
    let calls = 100;
    let mut server = Server::start(vec![vec![Act::Read, ok()]; calls]).await;
    let client = local_client();
    let url = server.url();
    let attempts = join_all((0..calls).map(|_| client.call(notice(&url)))).await;
    assert!(attempts.iter().all(|attempt| attempt.status == Some(200)));
    for _ in 0..calls {
        server.request().await;
    }
}

async fn closed_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn without_a_connection_a_question_is_asked_once_more_and_a_notice_is_not() {
    let port = closed_port().await.port();
    let local = &["127.0.0.0/8"][..];
    for (name, addresses, allowed, expected) in [
        ("refused", &[&["127.0.0.1"][..]][..], local, Connect),
        ("both refused", &[&["127.0.0.1", "127.0.0.2"]], local, Connect),
        ("unknown name", &[], local, Dns),
        ("no address", &[&[]], local, Dns),
    ] {
        for (make, times) in [(notice as fn(&str) -> Call, 1), (question, 2)] {
            let resolver = ScriptedResolver::new(addresses);
            let client = client_with(resolver.clone(), allowed);
            let attempt = client.call(make(&format!("http://shop.example:{port}/"))).await;
            assert_eq!(kind(&attempt), Some(expected), "{name}");
            assert_eq!(resolver.asked(), times, "{name}");
            assert_eq!(attempt.connect_ms, None, "{name}");
        }
    }
}

#[tokio::test]
async fn a_question_reaches_a_server_that_answers_the_second_time() {
    let server = Server::start(vec![vec![Act::Read, ok()]]).await;
    // Nothing listens on that port of the first address.
    let resolver = ScriptedResolver::new(&[&["127.0.0.9"], &["127.0.0.1"]]);
    let client = client_with(resolver, &["127.0.0.0/8"]);
    let url = format!("http://shop.example:{}/", server.address.port());
    let attempt = client.call(question(&url)).await;
    assert_eq!((attempt.status, kind(&attempt)), (Some(200), None));
    assert_eq!(attempt.address, "127.0.0.1".parse().ok());
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_does_not_answer() {
    let server = Server::start(vec![vec![Act::Read, ok()]]).await;
    let resolver = ScriptedResolver::new(&[&["127.0.0.9", "127.0.0.1"]]);
    let client = client_with(resolver.clone(), &["127.0.0.0/8"]);
    let url = format!("http://shop.example:{}/", server.address.port());
    let attempt = client.call(notice(&url)).await;
    assert_eq!((attempt.status, resolver.asked()), (Some(200), 1));
}

/// A listener whose queue is full leaves a connection waiting.
async fn full_listener() -> (TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    let patience = Duration::from_millis(200);
    while let Ok(stream) = tokio::time::timeout(patience, TcpStream::connect(address)).await {
        waiting.push(stream.unwrap());
        assert!(waiting.len() < 100, "the queue never fills");
    }
    (listener, waiting)
}

#[tokio::test]
async fn connecting_has_its_own_limit() {
    let (listener, _waiting) = full_listener().await;
    let url = format!("http://{}/", listener.local_addr().unwrap());
    for make in [notice, question] {
        let connect_timeout = Duration::from_millis(100);
        let attempt = local_client().call(Call { connect_timeout, ..make(&url) }).await;
        assert_eq!(kind(&attempt), Some(Timeout));
        assert_eq!(attempt.address, "127.0.0.1".parse().ok());
        assert!((100..10_000).contains(&attempt.total_ms), "{} ms", attempt.total_ms);
    }
    // The whole call's limit holds as well.
    let attempt = local_client().call(hurried(question(&url))).await;
    assert_eq!(kind(&attempt), Some(Timeout));
    assert!((300..10_000).contains(&attempt.total_ms), "{} ms", attempt.total_ms);
}

struct SilentResolver;

impl Resolve for SilentResolver {
    fn resolve<'a>(&'a self, _name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        std::future::pending().boxed()
    }
}

#[tokio::test(start_paused = true)]
async fn resolving_counts_as_connecting_and_never_gets_more_than_two_seconds() {
    let client = client_with(Arc::new(SilentResolver), &[]);
    let generous = Duration::from_mins(1);
    for (make, expected_ms) in [(notice as fn(&str) -> Call, 2_000), (question, 4_000)] {
        let call = Call { connect_timeout: generous, ..make("https://shop.example/") };
        let attempt = client.call(call).await;
        assert_eq!(kind(&attempt), Some(Timeout));
        assert!((expected_ms..expected_ms + 10).contains(&attempt.total_ms));
    }
}

#[tokio::test]
async fn every_attempt_resolves_anew_even_with_a_kept_connection() {
    let script = vec![Act::Read, ok(), Act::Read, ok(), Act::Hang];
    let mut server = Server::start(vec![script]).await;
    let local = &["127.0.0.1"][..];
    let resolver = ScriptedResolver::new(&[local, local, &["10.0.0.1"]]);
    let client = client_with(resolver.clone(), &["127.0.0.0/8"]);
    let url = format!("http://shop.example:{}/", server.address.port());
    for (asked, expected) in [(1, None), (2, None), (3, Some(TargetRefused))] {
        assert_eq!(kind(&client.call(question(&url)).await), expected);
        assert_eq!(resolver.asked(), asked);
    }
    server.request().await;
    server.request().await;
    assert!(server.no_more_requests());
}

#[tokio::test]
async fn a_name_that_moves_is_not_reached_through_an_older_connection() {
    let scripts = vec![vec![Act::Read, ok(), Act::Hang]];
    let server = Server::start(scripts).await;
    let resolver = ScriptedResolver::new(&[&["127.0.0.1"], &["127.0.0.9"]]);
    let client = client_with(resolver, &["127.0.0.0/8"]);
    let url = format!("http://shop.example:{}/", server.address.port());
    assert_eq!(client.call(notice(&url)).await.status, Some(200));
    let moved = client.call(notice(&url)).await;
    assert_eq!(kind(&moved), Some(Connect));
    assert_eq!(moved.address, "127.0.0.9".parse().ok());
}
