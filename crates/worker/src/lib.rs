//! Finds due work, takes it, runs it, settles it.
//!
//! Promises: what is taken is leased or claimed in one statement and committed before it runs; every job may have been
//! done already; each worker ends soon after it is told to stop, with what it holds settled or given back.
//! Deliberately absent: what a job means (that is `operations`), retries inside a job, a transaction held while one runs.

pub mod deliveries;
pub mod erasing;
pub mod expiry;
pub mod nodes;
pub mod retention;
pub mod runner;
pub mod scans;

use aisle_operations::App;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The workers of one node.
pub struct Workers {
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// One kind of work: runs until told to stop, and then ends by itself.
macro_rules! start {
    ($workers:ident, $app:ident, $($job:path),* $(,)?) => {$(
        $workers.tasks.spawn($job($app.clone(), $workers.stop.clone()));
    )*};
}

impl Workers {
    /// Starts every kind of work of a node. Each is `async fn run(app: App, stop: CancellationToken)`.
    pub fn start(app: &App) -> Self {
        let workers = Self { stop: CancellationToken::new(), tasks: TaskTracker::new() };
        let (beaten, alive) = tokio::sync::watch::channel(false);
        let stop = &workers.stop;
        workers.tasks.spawn(nodes::run(app.clone(), stop.clone(), beaten));
        workers.tasks.spawn(runner::run(app.clone(), stop.clone(), alive));
        start!(
            workers,
            app,
            erasing::run,
            expiry::run,
            scans::run,
            deliveries::run_deliveries,
            deliveries::run_zone_buffers,
            deliveries::run_forgetting,
            deliveries::run_watching,
            deliveries::run_placing,
            retention::run
        );
        workers.tasks.close();
        workers
    }

    /// Tells all to stop and waits for them; false when some did not end in time.
    pub async fn stop(self, within: std::time::Duration) -> bool {
        self.stop.cancel();
        tokio::time::timeout(within, self.tasks.wait()).await.is_ok()
    }
}
