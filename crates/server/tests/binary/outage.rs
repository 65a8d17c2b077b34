//! The database goes away and comes back: 503 that says so, no crash, recovery without a restart.

use std::sync::Arc;

use aisle_store_client::{AdminClient, CallFault};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::common::{Place, Rows, eventually};

/// A way to PostgreSQL that can be cut.
struct Way {
    address: String,
    open: watch::Sender<bool>,
}

impl Way {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (open, is_open) = watch::channel(true);
        let server = Arc::new(server);
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                let (server, mut is_open) = (Arc::clone(&server), is_open.clone());
                tokio::spawn(async move {
                    if *is_open.borrow() {
                        // Ending is what a cut way does.
                        tokio::select! {
                            _ = carry(here, &server) => {}
                            _ = is_open.wait_for(|open| !open) => {}
                        }
                    }
                });
            }
        });
        Self { address, open }
    }
}

async fn carry(mut here: TcpStream, server: &str) -> std::io::Result<()> {
    let mut there = TcpStream::connect(server).await?;
    tokio::io::copy_bidirectional(&mut here, &mut there).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_the_database_is_survived() {
    let place = Place::new(Rows::postgres().await);
    let keys = place.init();
    let url = url::Url::parse(place.database_url()).unwrap();
    let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    let way = Way::to(server).await;
    let mut through = url.clone();
    let (host, port) = way.address.rsplit_once(':').unwrap();
    through.set_host(Some(host)).unwrap();
    through.set_port(Some(port.parse().unwrap())).unwrap();
    let place = place.through(through.to_string());
    let server = place.serve();
    let admin = keys.admin(&server.url);
    admin.post("/api/admin/v2/customers", &json!({})).await.unwrap();
    way.open.send_replace(false);
    eventually("503", || async { is_away(&admin).await }).await;
    way.open.send_replace(true);
    eventually("recovery", || async {
        admin.post("/api/admin/v2/customers", &json!({})).await.map_err(|fault| fault.to_string())
    })
    .await;
    admin.get("/health/ready").await.unwrap();
    assert_eq!(server.stop(), Some(0));
}

async fn is_away(admin: &AdminClient) -> Result<(), String> {
    let ready = admin.get("/health/ready").await;
    let made = admin.post("/api/admin/v2/customers", &json!({})).await;
    let live: Result<Value, _> = admin.get("/health/live").await;
    live.map_err(|fault| fault.to_string())?;
    let says_so = matches!(&made, Err(CallFault::Refused { status: 503, kind, .. }) if kind == "E_UNAVAILABLE");
    match ready {
        Err(fault) if fault.status() == Some(503) && says_so => Ok(()),
        ready => Err(format!("{ready:?} {made:?}")),
    }
}
