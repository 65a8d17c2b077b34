//! Calls over TLS.

use crate::script::{Act, ScriptedResolver, Server, kind, notice, policy, question};
use aisle_partners::FailureKind::{TargetRefused, Tls};
use aisle_partners::{Attempt, GuardedClient};
use rcgen::CertifiedKey;
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

struct TlsServer {
    address: SocketAddr,
    roots: RootCertStore,
    _task: JoinSet<()>,
}

/// A server with a certificate of its own for `shop.example`, whose root is returned.
async fn start_server() -> TlsServer {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["shop.example".to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut task = JoinSet::new();
    task.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // A client that does not trust the certificate ends the handshake.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = [0; 4096];
            while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
            }
        }
    });
    TlsServer { address, roots, _task: task }
}

async fn call_server(server: &TlsServer, host: &str, trusted: bool, allowed: &[&str]) -> Attempt {
    let roots = if trusted { server.roots.clone() } else { RootCertStore::empty() };
    let resolver = ScriptedResolver::new(&[&["127.0.0.1"]]);
    let client = GuardedClient::with(policy(allowed), resolver, roots);
    client.call(notice(&format!("https://{host}:{}/", server.address.port()))).await
}

#[tokio::test]
async fn the_certificate_must_be_trusted_and_name_the_host() {
    let server = start_server().await;
    let local = &["127.0.0.0/8"][..];
    let good = call_server(&server, "Shop.Example", true, local).await;
    assert_eq!((good.status, kind(&good)), (Some(204), None));
    assert!(good.connect_ms.is_some());
    for (host, trusted) in [("shop.example", false), ("other.example", true), ("127.0.0.1", true)] {
        let bad = call_server(&server, host, trusted, local).await;
        assert_eq!((bad.status, kind(&bad)), (None, Some(Tls)), "{host} {trusted}");
        assert_eq!(bad.address, "127.0.0.1".parse().ok());
    }
    let refused = call_server(&server, "shop.example", true, &[]).await;
    assert_eq!(kind(&refused), Some(TargetRefused));
}

#[tokio::test]
async fn tls_to_a_plain_port_is_a_tls_failure() {
    let client = GuardedClient::new(policy(&["127.0.0.0/8"]));
    let greeting = Act::Write("HTTP/1.1 400 Bad Request\r\n\r\n".to_owned());
    for (name, script) in [("answers", vec![greeting]), ("closes", vec![]), ("resets", vec![Act::Reset])] {
        for make in [notice, question] {
            let server = Server::start(vec![script.clone(), script.clone()]).await;
            let url = format!("https://{}/", server.address);
            assert_eq!(kind(&client.call(make(&url)).await), Some(Tls), "{name}");
        }
    }
}
