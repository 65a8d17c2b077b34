//! What customers change about themselves in the app.

use std::net::IpAddr;

use aisle_database::Connection;
use aisle_database::rows::customer_profiles::{self as profiles, Profile};
use aisle_database::rows::{customer_logins, customers as rows, password_resets};

use super::Account;
use super::mails::{self, Letter};
use super::throttle::{self, Counter};
use crate::customers::{self, CustomerPatch, Passwords, fold_email};
use crate::patch::Patch;
use crate::{App, Caller, Failure, LoggedIn, Refusal, notices};

/// What is said in the app. Of `known` only email, names, phone and the passwords are the app's to say.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the fields of the contract's AppCustomerUpdate")]
pub struct AccountPatch {
    pub known: CustomerPatch,
    pub notification_token: Patch<String>,
    pub locale_language_code: Patch<String>,
    pub tax_id: Patch<String>,
    pub company_name: Patch<String>,
    pub address: Patch<String>,
    pub fully_registered: bool,
}

/// Changes what is said. A new password ends the other devices; a new address also tells the former one, ends resets under
/// way, and is of no use for a reset for a day: a stolen token must not become a stolen account.
pub async fn update(
    app: &App,
    caller: &Caller,
    address: Option<IpAddr>,
    patch: AccountPatch,
) -> Result<Account, Failure> {
    let me = caller.logged_in()?;
    let known = &patch.known;
    if known.password.is_some() || !matches!(known.email, Patch::Keep) {
        throttle::enter(app, vec![Counter::secret_changes(app, me.customer)], app.clock.now()).await?;
    }
    let passwords = customers::judge_passwords(app, caller, me.customer, known, address).await?;
    let (within, retailer) = (app.clone(), caller.retailer);
    let changed = app.database.change(move |c| {
        let (app, patch, passwords) = (within.clone(), patch.clone(), passwords.clone());
        Box::pin(async move {
            let before = rows::lock(c, retailer, me.customer).await?;
            let before = before.ok_or(Refusal::NotFound("Customer"))?;
            change(c, &app, me, before, &patch, passwords).await
        })
    });
    let changed = changed.await?;
    notices::ring(app);
    app.nudges.mails().notify_one();
    Ok(changed)
}

async fn change(
    c: &mut Connection,
    app: &App,
    me: LoggedIn,
    before: rows::Customer,
    patch: &AccountPatch,
    passwords: Passwords,
) -> Result<Account, Failure> {
    let former = before.email.clone();
    let former_is_generated = before.email_is_generated;
    let known = customers::change(c, app, before, &patch.known, passwords, Some(me.login)).await?;
    let old = profiles::find(c, me.customer).await?;
    let mut profile = patched(old.clone(), patch);
    if fold_email(&former) != fold_email(&known.customer.email) {
        profile.email_changed_at = Some(app.clock.now());
        customer_logins::end_all(c, me.customer, Some(me.login)).await?;
        password_resets::end_all(c, me.customer).await?;
        if !former_is_generated {
            let letter = Letter::EmailChanged { to: former };
            mails::post(c, app, &known.customer, &letter).await?;
        }
    }
    if profile != old {
        profiles::save(c, me.customer, &profile).await?;
    }
    note_device(c, app, me, &patch.notification_token).await?;
    Ok(Account { known, profile })
}

fn patched(mut profile: Profile, patch: &AccountPatch) -> Profile {
    let put = |stored: &mut Option<String>, said: &Patch<String>| {
        said.clone().apply(stored);
        stored.take_if(|text| text.is_empty());
    };
    put(&mut profile.locale_language_code, &patch.locale_language_code);
    put(&mut profile.tax_id, &patch.tax_id);
    put(&mut profile.company_name, &patch.company_name);
    put(&mut profile.address, &patch.address);
    profile.fully_registered |= patch.fully_registered;
    profile
}

async fn note_device(c: &mut Connection, app: &App, me: LoggedIn, token: &Patch<String>) -> Result<(), Failure> {
    let sealed = match token {
        Patch::Keep => return Ok(()),
        Patch::Set(token) if !token.is_empty() => {
            Some(app.keys.seal("notification token", token.as_bytes(), &app.chance))
        }
        Patch::Set(_) | Patch::Clear => None,
    };
    Ok(customer_logins::set_notification_token(c, me.login, sealed).await?)
}
