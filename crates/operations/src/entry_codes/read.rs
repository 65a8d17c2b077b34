//! One code of one customer, for showing it.

use aisle_database::rows::entry_codes::{self, CodeRow};
use aisle_model::{CustomerId, EntryCode};

use crate::{App, Caller, Failure, Refusal};

/// A code that was made for this customer, in whatever state.
pub async fn find(app: &App, caller: &Caller, customer: CustomerId, code: EntryCode) -> Result<CodeRow, Failure> {
    let retailer = caller.retailer;
    let found =
        app.database.read(move |c| Box::pin(async move { entry_codes::find(c, retailer, code.as_str()).await }));
    let found = found.await.map_err(|error: aisle_database::Error| error)?;
    let own = found.filter(|row| row.customer == Some(customer));
    own.ok_or_else(|| Refusal::NotFound("Entry code").into())
}
