//! The whole of a check-in: examine, ask, settle, or wait for another's outcome.

use std::sync::Arc;
use std::time::Duration;

use aisle_database::rows;
use tokio::time::{Instant, timeout_at};

use super::examine::{Examination, examine};
use super::question::Question;
use super::settle::settle;
use super::{CheckInResult, Presented};
use crate::entry_codes::code_hash;
use crate::{App, Failure, notices};

/// How much longer than a question may take somebody waits for the outcome of another check-in with the same code.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often the outcome is looked for that another node may have written.
const LOOK: Duration = Duration::from_millis(200);

/// Examines a presented code and checks its people in.
///
/// Once begun it is finished, also when the caller hangs up: a code that is `verifying` must not stay so. Under one
/// `Idempotency-Key` the outcome is the same for every repeat, also after a crash: it is kept in the change that writes it.
///
/// # Errors
/// 404 and 409 when no check can be made at the place; busy when the outcome of another check-in with the code did not
/// come in time.
pub async fn verify(app: &App, presented: Presented) -> Result<CheckInResult, Failure> {
    if let Some(once) = &presented.once
        && let Some(earlier) = once.earlier(app)?
    {
        return Ok(earlier);
    }
    let decided = decide(app, presented).await?;
    decided.ok_or_else(|| Failure::broken("a call was taken for a scan that was examined before"))
}

/// As [`verify`]; `None` for a scan that was examined before, or is being.
pub(super) async fn decide(app: &App, presented: Presented) -> Result<Option<CheckInResult>, Failure> {
    let app = app.clone();
    #[expect(
        clippy::disallowed_methods,
        reason = "a check-in that is asking must be settled, also when its caller hangs up; what a shutdown cuts off is closed as abandoned"
    )]
    let task = tokio::spawn(async move { run(&app, &presented).await });
    task.await.map_err(Failure::broken)?
}

async fn run(app: &App, presented: &Presented) -> Result<Option<CheckInResult>, Failure> {
    let deadline = Instant::now() + app.limits.check_in_questions + PATIENCE;
    loop {
        match examine(app, presented).await? {
            Examination::Decided(result) => {
                ring(app);
                return Ok(Some(result));
            }
            Examination::Told(result) => return Ok(Some(result)),
            Examination::Asks(question) => {
                let question: Arc<Question> = question.into();
                let answered = question.ask(app).await;
                let result = settle(app, question, answered).await;
                ring(app);
                return result.map(Some);
            }
            Examination::UnderWay => wait_for_outcome(app, presented, deadline).await?,
            Examination::Repeated => return Ok(None),
        }
    }
}

/// Waits until nobody is asked about the code any more.
async fn wait_for_outcome(app: &App, presented: &Presented, deadline: Instant) -> Result<(), Failure> {
    loop {
        let bell = app.nudges.check_ins().notified();
        tokio::pin!(bell);
        // Before looking, so that an outcome between looking and waiting is heard.
        bell.as_mut().enable();
        if !is_asking(app, presented).await? {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(Failure::Busy("the outcome of another check-in with this code is still open".to_owned()));
        }
        // Either the bell or the time to look: both lead to another look.
        timeout_at(Instant::now() + LOOK, bell).await.ok();
    }
}

async fn is_asking(app: &App, presented: &Presented) -> Result<bool, Failure> {
    let (retailer, hash) = (presented.retailer, code_hash(&app.keys, presented.code.as_str()));
    let read =
        app.database.read(move |c| Box::pin(async move { Ok(rows::check_ins::is_asking(c, retailer, hash).await?) }));
    read.await
}

/// Wakes whoever may have something to do now.
pub(super) fn ring(app: &App) {
    app.nudges.streams().notify_waiters();
    app.nudges.commands().notify_waiters();
    app.nudges.check_ins().notify_waiters();
    notices::ring(app);
}
