//! A retailer's hook for benchmarks: answers `OK` after a fixed time.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::post;

/// Starts it; it runs until the process ends.
pub async fn start(answers_after: Duration) -> anyhow::Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let answer = move || async move {
        tokio::time::sleep(answers_after).await;
        axum::Json(serde_json::json!({ "status": "OK" }))
    };
    let router = Router::new().route("/verify", post(answer));
    #[expect(clippy::disallowed_methods, reason = "ends with the benchmark's process")]
    tokio::spawn(axum::serve(listener, router).into_future());
    Ok(address)
}
