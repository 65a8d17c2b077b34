//! How soon a server is ready, and how small it is.

use std::time::Duration;

use super::child::Server;
use super::{Measure, percentile};

const STARTS: usize = 10;
/// Idle means nobody asked anything for so long.
const IDLE: Duration = Duration::from_secs(3);

/// Start to ready, idle memory, size of the binary.
pub async fn measure(database_url: Option<&str>) -> anyhow::Result<Vec<Measure>> {
    let mut server = Server::start(database_url)?;
    let mut starts = vec![server.started_in.as_secs_f64() * 1000.0];
    for _ in 1..STARTS {
        server.restart()?;
        starts.push(server.started_in.as_secs_f64() * 1000.0);
    }
    starts.sort_by(f64::total_cmp);
    tokio::time::sleep(IDLE).await;
    let resident = server.resident_mib()?;
    let size = std::fs::metadata(std::env::current_exe()?)?.len();
    Ok(vec![
        Measure::new("start to ready, P50", percentile(&starts, 0.5), "ms").with_target("< 200"),
        Measure::new("start to ready, worst", percentile(&starts, 1.0), "ms").with_target("< 200"),
        Measure::new("idle resident memory", resident, "MiB").with_target("< 40"),
        Measure::new("binary", size as f64 / 1024.0 / 1024.0, "MiB").with_target("< 40"),
    ])
}
