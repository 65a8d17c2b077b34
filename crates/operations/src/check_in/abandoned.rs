//! Check-ins that are asking although nobody waits for the answer any more.

use aisle_database::rows::check_ins::{self, CheckIn};
use aisle_database::rows::nodes;
use aisle_model::Millis;

use super::settle;
use super::verify::ring;
use crate::{App, Failure};

/// How much longer than the questions may take a check-in is left alone, whoever runs it.
const SLACK_MS: i64 = 20_000;
const AT_ONCE: i64 = 100;

/// Closes as *no usable answer* what dead nodes left behind; answers how many. With the embedded database every other node
/// is dead, for this one holds its folder.
pub async fn close_abandoned(app: &App) -> Result<usize, Failure> {
    let mut closed = 0;
    for check_in in find(app).await? {
        let (this, check_in) = (app.clone(), check_in.clone());
        let change = app.database.change(move |c| {
            let (app, check_in) = (this.clone(), check_in.clone());
            Box::pin(async move { settle::close(c, &app, &check_in).await })
        });
        closed += usize::from(change.await?);
    }
    if closed > 0 {
        ring(app);
    }
    Ok(closed)
}

async fn find(app: &App) -> Result<Vec<CheckIn>, Failure> {
    let (now, node) = (app.clock.now(), app.node.to_string());
    let longest = i64::try_from(app.limits.check_in_questions.as_millis()).unwrap_or(i64::MAX);
    let before = now.minus(Millis(longest.saturating_add(SLACK_MS)));
    let read = app.database.read(move |c| {
        Box::pin(async move {
            let mut living = vec![node];
            if c.is_postgres() {
                living.extend(nodes::alive(c).await?);
            }
            Ok(check_ins::abandoned(c, &living, before, AT_ONCE).await?)
        })
    });
    read.await
}
