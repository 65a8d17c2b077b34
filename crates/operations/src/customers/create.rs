//! A new customer, known or wholly anonymous.

use aisle_database::rows::customer_profiles::{self, Profile};
use aisle_database::rows::customers::{self, Customer, CustomerText};
use aisle_database::{Connection, Error};
use aisle_model::Moment;
use aisle_model::store::Role;
use serde_json::{Map, Value};

use super::settings::Settings;
use super::text::{fold_email, fold_phone, generated_email};
use super::{CustomerWithCards, Password, email_fault, metadata_fault};
use crate::{App, Caller, Failure, FieldFault, Refusal, notices};

/// What is said about a new customer; nothing is required. An empty text counts as none.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields of the contract's CustomerCreate")]
pub struct NewCustomer {
    pub email: Option<String>,
    pub password: Option<Password>,
    pub external_id: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone: Option<String>,
    pub role: Role,
    pub priority: i64,
    pub metadata: Option<Map<String, Value>>,
    /// Said by the app alone.
    pub locale_language_code: Option<String>,
}

impl Default for NewCustomer {
    fn default() -> Self {
        Self {
            email: None,
            password: None,
            external_id: None,
            first_name: None,
            last_name: None,
            phone: None,
            role: Role::Customer,
            priority: 0,
            metadata: None,
            locale_language_code: None,
        }
    }
}

/// Makes a customer and, when the personal data are complete, the notice about it.
pub async fn create(app: &App, caller: &Caller, new: NewCustomer) -> Result<CustomerWithCards, Failure> {
    let faults = faults_of(&new);
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let password_hash = match &new.password {
        Some(password) => Some(password.hash(app).await?),
        None => None,
    };
    let profile = Profile { locale_language_code: new.locale_language_code.clone(), ..Profile::default() };
    let text = text_of(app, new);
    let (within, retailer, once) = (app.clone(), caller.retailer, caller.once.clone());
    let made = app.change_once(caller, move |c| {
        let (app, text, hash, once) = (within.clone(), text.clone(), password_hash.clone(), once.clone());
        let profile = profile.clone();
        Box::pin(async move {
            let now = app.clock.now();
            let inserted = customers::insert(c, retailer, &text, hash.as_deref(), now).await;
            let customer = inserted.map_err(taken)?;
            let settings = Settings::of(c, retailer).await?;
            reserve(c, &settings, &customer).await?;
            if profile != Profile::default() {
                customer_profiles::save(c, customer.id, &profile).await?;
            }
            if let Some(once) = &once {
                once.is_about(c, customer.id).await?;
            }
            announce(c, &app, &settings, &customer, now).await?;
            let cards = Vec::new();
            Ok(CustomerWithCards { customer, cards })
        })
    });
    let made = made.await?;
    notices::ring(app);
    Ok(made)
}

fn faults_of(new: &NewCustomer) -> Vec<FieldFault> {
    let email = new.email.as_deref().and_then(email_fault);
    let metadata = new.metadata.as_ref();
    let metadata = metadata.and_then(|metadata| metadata_fault("metadata", metadata));
    email.into_iter().chain(metadata).collect()
}

fn text_of(app: &App, new: NewCustomer) -> CustomerText {
    let said = |text: Option<String>| text.filter(|text| !text.is_empty());
    let given = said(new.email);
    let email_is_generated = given.is_none();
    let email = given.unwrap_or_else(|| generated_email(&app.chance));
    let phone = said(new.phone);
    CustomerText {
        email_folded: fold_email(&email),
        email,
        email_is_generated,
        external_id: said(new.external_id),
        first_name: said(new.first_name),
        last_name: said(new.last_name),
        phone_folded: phone.as_deref().map(fold_phone),
        phone,
        role: new.role,
        priority: new.priority,
        metadata: new.metadata,
        blocked: false,
    }
}

/// Keeps the external id for this customer alone, unless the retailer has lifted that.
pub(super) async fn reserve(c: &mut Connection, settings: &Settings, customer: &Customer) -> Result<(), Failure> {
    if let Some(external_id) = &customer.external_id
        && settings.external_ids_are_unique()?
    {
        let (retailer, id) = (customer.retailer, customer.id);
        let reserved = customers::reserve_external_id(c, retailer, id, external_id);
        reserved.await.map_err(taken)?;
    }
    Ok(())
}

async fn announce(
    c: &mut Connection,
    app: &App,
    settings: &Settings,
    customer: &Customer,
    now: Moment,
) -> Result<(), Failure> {
    if settings.is_complete(customer)? {
        notices::customer_created(c, app, customer, now).await?;
    }
    Ok(())
}

/// The contract's 409 for what the database found taken.
pub(super) fn taken(error: Error) -> Failure {
    match &error {
        Error::Conflict(key) if key.is("customers", &["retailer_id", "email_folded"]) => {
            Refusal::conflict("Customer with this email already exists").into()
        }
        Error::Conflict(key) if key.table == "customer_external_ids" => {
            Refusal::conflict("Customer with this externalId already exists").into()
        }
        _ => error.into(),
    }
}
