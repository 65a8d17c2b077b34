//! Changing a customer: only what is said changes, all of it or nothing.

use std::net::IpAddr;

use aisle_database::Connection;
use aisle_database::rows::customer_logins;
use aisle_database::rows::customers::{self, Customer, CustomerText};
use aisle_model::store::{PaymentProvider, Role};
use aisle_model::{CustomerId, LoginId, Moment};
use serde_json::{Map, Value};

use super::cards::{card_number_faults, remove_all, set_default};
use super::create::{reserve, taken};
use super::settings::Settings;
use super::text::{fold_email, fold_phone, generated_email};
use super::{CustomerWithCards, NewCard, Password, email_fault, metadata_fault};
use crate::accounts::current_password;
use crate::patch::Patch;
use crate::{App, Caller, Failure, FieldFault, Refusal, notices};

/// What is said about a customer. An empty text clears like null.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the fields of the contract's CustomerUpdate")]
pub struct CustomerPatch {
    /// Cleared, a generated address takes its place.
    pub email: Patch<String>,
    pub password: Option<Password>,
    /// When sent it must be right, and needs `password` beside it.
    pub current_password: Option<Password>,
    pub external_id: Patch<String>,
    pub first_name: Patch<String>,
    pub last_name: Patch<String>,
    pub phone: Patch<String>,
    pub role: Option<Role>,
    pub priority: Option<i64>,
    pub metadata: Patch<Map<String, Value>>,
    pub blocked: Option<bool>,
    pub cards: CardChange,
}

/// What becomes of the cards.
#[derive(Debug, Clone, Default)]
pub enum CardChange {
    /// They stay.
    #[default]
    Leave,
    /// All go.
    RemoveAll,
    /// The default card is this one from now on (`card`).
    SetDefault(NewCard),
    /// The default card has this token from now on (the deprecated `cardType` and `cardToken`).
    SetDefaultToken(PaymentProvider, Hidden),
}

/// A token that shows in no log.
#[derive(Clone)]
pub struct Hidden(pub String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// The passwords of a patch, judged and hashed before the change begins.
#[derive(Clone, Default)]
pub(crate) struct Passwords {
    /// The stored hash that the current password was found to fit.
    verified: Option<String>,
    new_hash: Option<String>,
}

/// Changes what is said and tells about changed personal data. A patch that changes nothing leaves `updated_at` alone.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: CustomerId,
    patch: CustomerPatch,
) -> Result<CustomerWithCards, Failure> {
    let faults = faults_of(&patch);
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    // The back end of a retailer is no address that passwords are guessed from.
    let passwords = judge_passwords(app, caller, id, &patch, None).await?;
    let (within, retailer) = (app.clone(), caller.retailer);
    let changed = app.database.change(move |c| {
        let (app, patch, passwords) = (within.clone(), patch.clone(), passwords.clone());
        Box::pin(async move {
            let before = customers::lock(c, retailer, id).await?;
            let before = before.ok_or(Refusal::NotFound("Customer"))?;
            change(c, &app, before, &patch, passwords, None).await
        })
    });
    let changed = changed.await?;
    notices::ring(app);
    Ok(changed)
}

fn faults_of(patch: &CustomerPatch) -> Vec<FieldFault> {
    let email = match &patch.email {
        Patch::Set(email) => email_fault(email),
        Patch::Keep | Patch::Clear => None,
    };
    let metadata = match &patch.metadata {
        Patch::Set(metadata) => metadata_fault("metadata", metadata),
        Patch::Keep | Patch::Clear => None,
    };
    let lonely = patch.current_password.is_some() && patch.password.is_none();
    let lonely = lonely.then(|| FieldFault {
        field: "password".to_owned(),
        rule: "any.required",
        text: "is required".to_owned(),
    });
    email.into_iter().chain(metadata).chain(lonely).collect()
}

/// Judges the current password and hashes the new one. A wrong one counts as a failed log-in.
pub(crate) async fn judge_passwords(
    app: &App,
    caller: &Caller,
    id: CustomerId,
    patch: &CustomerPatch,
    address: Option<IpAddr>,
) -> Result<Passwords, Failure> {
    let mut passwords = Passwords::default();
    if let Some(current) = &patch.current_password {
        let retailer = caller.retailer;
        let found = app.database.snapshot(move |c| {
            Box::pin(async move {
                let customer = customers::find(c, retailer, id).await?;
                let customer = customer.ok_or(Refusal::NotFound("Customer"))?;
                let stored = customers::password_hash(c, customer.id).await?;
                Ok::<_, Failure>((customer, stored))
            })
        });
        let (customer, stored) = found.await?;
        if !current_password::is_known(app, &customer, stored.clone(), current, address).await? {
            return Err(wrong_password().into());
        }
        passwords.verified = stored;
    }
    if let Some(password) = &patch.password {
        passwords.new_hash = Some(password.hash(app).await?);
    }
    Ok(passwords)
}

fn wrong_password() -> Refusal {
    Refusal::invalid("currentPassword", "contains an invalid value")
}

/// Changes a customer whose row is locked. A new password ends every log-in but the one that asks.
pub(crate) async fn change(
    c: &mut Connection,
    app: &App,
    before: Customer,
    patch: &CustomerPatch,
    passwords: Passwords,
    asks: Option<LoginId>,
) -> Result<CustomerWithCards, Failure> {
    let now = app.clock.now();
    let id = before.id;
    let settings = Settings::of(c, before.retailer).await?;
    let has_changed_meanwhile =
        passwords.verified.is_some() && customers::password_hash(c, id).await? != passwords.verified;
    if has_changed_meanwhile {
        return Err(wrong_password().into());
    }
    let cards_changed = change_cards(c, app, &settings, id, &patch.cards, now).await?;
    let old = text_of(&before);
    let new = patched(app, old.clone(), patch);
    if new == old && !cards_changed && passwords.new_hash.is_none() {
        return CustomerWithCards::of(c, before).await;
    }
    let hash = passwords.new_hash.as_deref();
    let saved = customers::save(c, id, before.version, &new, hash, now).await;
    let saved = saved.map_err(taken)?;
    let after = saved.ok_or_else(|| Failure::broken("a locked customer changed"))?;
    if after.external_id != before.external_id {
        if let Some(former) = &before.external_id {
            customers::release_external_id(c, before.retailer, id, former).await?;
        }
        reserve(c, &settings, &after).await?;
    }
    if hash.is_some() {
        customer_logins::end_all(c, id, asks).await?;
    }
    if personal_data_differ(&before, &after) {
        notices::customer_created(c, app, &after, now).await?;
    }
    CustomerWithCards::of(c, after).await
}

async fn change_cards(
    c: &mut Connection,
    app: &App,
    settings: &Settings,
    id: CustomerId,
    change: &CardChange,
    now: Moment,
) -> Result<bool, Failure> {
    let (card, within) = match change {
        CardChange::Leave => return Ok(false),
        CardChange::RemoveAll => return remove_all(c, id).await,
        CardChange::SetDefault(card) => (card.clone(), "card."),
        CardChange::SetDefaultToken(provider, token) => (NewCard::of_token(*provider, token.0.clone()), ""),
    };
    let faults = card_number_faults(settings, &card, within)?;
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    set_default(c, app, id, &card, now).await
}

fn text_of(customer: &Customer) -> CustomerText {
    CustomerText {
        email: customer.email.clone(),
        email_folded: fold_email(&customer.email),
        email_is_generated: customer.email_is_generated,
        external_id: customer.external_id.clone(),
        first_name: customer.first_name.clone(),
        last_name: customer.last_name.clone(),
        phone: customer.phone.clone(),
        phone_folded: customer.phone.as_deref().map(fold_phone),
        role: customer.role,
        priority: customer.priority,
        metadata: customer.metadata.clone(),
        blocked: customer.blocked,
    }
}

fn patched(app: &App, mut text: CustomerText, patch: &CustomerPatch) -> CustomerText {
    put(&mut text.external_id, &patch.external_id);
    put(&mut text.first_name, &patch.first_name);
    put(&mut text.last_name, &patch.last_name);
    put(&mut text.phone, &patch.phone);
    text.phone_folded = text.phone.as_deref().map(fold_phone);
    let mut given = Some(text.email.clone()).filter(|_| !text.email_is_generated);
    put(&mut given, &patch.email);
    match given {
        Some(email) => {
            text.email = email;
            text.email_is_generated = false;
        }
        // A generated address that is there already is as good as another one.
        None if text.email_is_generated => {}
        None => {
            text.email = generated_email(&app.chance);
            text.email_is_generated = true;
        }
    }
    text.email_folded = fold_email(&text.email);
    text.role = patch.role.unwrap_or(text.role);
    text.priority = patch.priority.unwrap_or(text.priority);
    text.blocked = patch.blocked.unwrap_or(text.blocked);
    patch.metadata.clone().apply(&mut text.metadata);
    text
}

fn put(stored: &mut Option<String>, said: &Patch<String>) {
    said.clone().apply(stored);
    if stored.as_deref() == Some("") {
        *stored = None;
    }
}

fn personal_data_differ(before: &Customer, after: &Customer) -> bool {
    before.email != after.email
        || before.first_name != after.first_name
        || before.last_name != after.last_name
        || before.phone != after.phone
}
