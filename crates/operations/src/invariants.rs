//! What `aisle check` looks at: what must always hold between rows, and that sealed values open with the master key.

use aisle_database::rows;

use crate::{App, Failure};

/// Every invariant that does not hold, as a sentence; none when all is well.
pub async fn findings(app: &App) -> Result<Vec<String>, Failure> {
    let read = app.database.snapshot(|c| Box::pin(async move { rows::invariants::findings(c).await }));
    let broken = read.await?;
    let sentences = broken.iter().map(|finding| format!("{} rows break: {}", finding.broken, finding.invariant));
    Ok(sentences.collect())
}
