//! A server of a test, which fails the test that drops it with due work undone, or with rows that contradict each other.

use aisle_database::testing::{TestDatabase, open_postgres, open_sqlite};
use aisle_database::{Database, Settings};
use aisle_operations::{App, invariants};

use crate::{build, due_work};

/// A server's parts over a fresh database, with receivers on this machine within reach.
pub struct Server {
    /// The parts.
    pub app: App,
    may_leave_work: bool,
    test: TestDatabase,
}

/// Runs a test with a server over each database.
pub async fn on_both<F, Fut>(test: F)
where
    F: Fn(Server) -> Fut,
    Fut: Future<Output = ()>,
{
    test(Server::over(open_sqlite().await)).await;
    test(Server::over(open_postgres().await)).await;
}

impl Server {
    /// The server of a database.
    pub fn over(test: TestDatabase) -> Self {
        Self { app: build(test.database.clone()).loopback().app(), may_leave_work: false, test }
    }

    /// This test means to end in the middle of something.
    pub fn may_leave_work(&mut self) {
        self.may_leave_work = true;
    }

    /// What is wrong with how the test leaves it.
    async fn left_behind(app: App, may_leave_work: bool) -> Vec<String> {
        let mut wrong = invariants::findings(&app).await.unwrap();
        if !may_leave_work {
            wrong.extend(due_work(&app).await);
        }
        wrong
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let (app, settings) = (self.app.clone(), self.test.settings.clone());
        let may_leave_work = self.may_leave_work;
        // This may be dropped inside of a runtime, which cannot be entered twice on one thread. A connection to PostgreSQL
        // lives on the runtime that made it, and the folder of an embedded database is held by whoever opened it.
        let looked = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let database = match &settings {
                    Settings::Sqlite { .. } => app.database.clone(),
                    Settings::Postgres { .. } => Database::open(&settings).await.unwrap(),
                };
                Self::left_behind(App { database, ..app }, may_leave_work).await
            })
        });
        let wrong = looked.join().unwrap();
        assert!(wrong.is_empty(), "the server is dropped, but: {}", wrong.join("; "));
    }
}
