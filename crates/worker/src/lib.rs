//! Finds due work, takes it, runs it, settles it.
//!
//! Promises: what is taken is leased or claimed in one statement and committed before it runs; every job may have been
//! done already; each worker ends soon after it is told to stop, with what it holds settled or given back; a node beats
//! until all have ended.
//! Deliberately absent: what a job means (that is `operations`), retries inside a job, a transaction held while one runs.

pub mod deliveries;
pub mod erasing;
pub mod expiry;
pub mod mails;
pub mod nodes;
pub mod retention;
pub mod runner;
pub mod scans;

use aisle_operations::App;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The workers of one node.
pub struct Workers {
    app: App,
    stop: CancellationToken,
    tasks: TaskTracker,
    beat: TaskTracker,
    beaten_enough: CancellationToken,
}

/// One kind of work: runs until told to stop, and then ends by itself.
macro_rules! start {
    ($workers:ident, $app:ident, $($job:path),* $(,)?) => {$(
        $workers.tasks.spawn($job($app.clone(), $workers.stop.clone()));
    )*};
}

impl Workers {
    /// Starts every kind of work of a node. Each is `async fn run(app: App, stop: CancellationToken)`; what counts on
    /// leases or claims gets the proof that the node is alive besides.
    pub fn start(app: &App) -> Self {
        let workers = Self {
            app: app.clone(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            beat: TaskTracker::new(),
            beaten_enough: CancellationToken::new(),
        };
        let (proven, proof) = nodes::proof();
        workers.beat.spawn(nodes::run(app.clone(), workers.beaten_enough.clone(), proven));
        workers.tasks.spawn(runner::run(app.clone(), workers.stop.clone(), proof.clone()));
        workers.tasks.spawn(deliveries::run_deliveries(app.clone(), workers.stop.clone(), proof));
        start!(
            workers,
            app,
            erasing::run,
            expiry::run,
            mails::run,
            scans::run,
            deliveries::run_zone_buffers,
            deliveries::run_forgetting,
            deliveries::run_watching,
            deliveries::run_placing,
            retention::run
        );
        workers.tasks.close();
        workers.beat.close();
        workers
    }

    /// Tells all to stop and waits for them; false when some did not end in time. The node beats until then, and signs off
    /// only when nothing works any more: to others it is alive as long as it may still send or write.
    pub async fn stop(self, within: std::time::Duration) -> bool {
        self.stop.cancel();
        let ended = tokio::time::timeout(within, self.tasks.wait()).await.is_ok();
        self.beaten_enough.cancel();
        self.beat.wait().await;
        if ended {
            nodes::sign_off(&self.app).await;
        }
        ended
    }
}
