//! What customers say about themselves in the app beside their own columns.

use aisle_model::{CustomerId, Moment};
use serde::{Deserialize, Serialize};

use crate::{Connection, Error, Row, sql};

/// One profile; without a row it is empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of the contract's AppCustomer")]
pub struct Profile {
    pub locale_language_code: Option<String>,
    pub tax_id: Option<String>,
    pub company_name: Option<String>,
    pub address: Option<String>,
    pub fully_registered: bool,
    /// When the app changed the address; until a day later it cannot be used for a password reset.
    pub email_changed_at: Option<Moment>,
}

/// The profile of a customer.
pub async fn find(c: &mut Connection, customer: CustomerId) -> Result<Profile, Error> {
    let select = sql!(
        "select locale_language_code, tax_id, company_name, address, fully_registered, email_changed_at
         from customer_profiles where customer_id = $1",
        customer
    );
    let row = c.fetch_optional(select).await?;
    let profile = |row: &Row| {
        Ok(Profile {
            locale_language_code: row.get("locale_language_code")?,
            tax_id: row.get("tax_id")?,
            company_name: row.get("company_name")?,
            address: row.get("address")?,
            fully_registered: row.get("fully_registered")?,
            email_changed_at: row.get("email_changed_at")?,
        })
    };
    row.as_ref().map_or_else(|| Ok(Profile::default()), profile)
}

/// Saves the profile of a customer.
pub async fn save(c: &mut Connection, customer: CustomerId, profile: &Profile) -> Result<(), Error> {
    let upsert = sql!(
        "insert into customer_profiles (customer_id, locale_language_code, tax_id, company_name, address,
             fully_registered, email_changed_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (customer_id) do update set locale_language_code = excluded.locale_language_code,
             tax_id = excluded.tax_id, company_name = excluded.company_name, address = excluded.address,
             fully_registered = excluded.fully_registered, email_changed_at = excluded.email_changed_at",
        customer,
        profile.locale_language_code.clone(),
        profile.tax_id.clone(),
        profile.company_name.clone(),
        profile.address.clone(),
        profile.fully_registered,
        profile.email_changed_at
    );
    c.execute(upsert).await.map(drop)
}

/// Forgets the profile of a customer.
pub async fn erase(c: &mut Connection, customer: CustomerId) -> Result<(), Error> {
    c.execute(sql!("delete from customer_profiles where customer_id = $1", customer)).await.map(drop)
}
