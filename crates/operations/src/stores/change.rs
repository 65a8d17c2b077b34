//! Changes a store: its names, address and limits, and whether it is open.

use aisle_database::rows;
use aisle_database::rows::stores::Store;
use aisle_model::Currency;
use aisle_model::StoreId;
use aisle_model::store::{DeploymentStatus, StoreStatus};

use super::create::refuse;
use super::{locked_in, taken};
use crate::commands::{self, Command};
use crate::patch::Patch;
use crate::{App, Caller, Failure, FieldFault, Refusal, plan};

/// What is to change; what is not named keeps its value.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the fields of the contract's StoreUpdate and StoreStatusUpdate")]
pub struct StoreEdit {
    pub unique_store_id: Option<String>,
    pub status: Option<StoreStatus>,
    pub deployment_status: Option<DeploymentStatus>,
    pub employee_inside: Option<bool>,
    pub max_people: Patch<i64>,
    pub store_url: Patch<String>,
    pub name: Option<String>,
    /// Empty: the name is shown again.
    pub displayable_name: Option<String>,
    pub third_party_id: Patch<String>,
    pub address_line1: Patch<String>,
    pub address_city: Patch<String>,
    pub address_region: Patch<String>,
    pub address_country: Patch<String>,
    pub address_postal_code: Patch<String>,
    pub currency: Option<String>,
    pub time_zone: Option<String>,
}

/// Faults that no schema can say.
pub(super) fn faults_of(edit: &StoreEdit) -> Vec<FieldFault> {
    let url = if let Patch::Set(url) = &edit.store_url { Some(url.as_str()) } else { None };
    value_faults(edit.currency.as_deref(), edit.time_zone.as_deref(), url)
}

/// Faults of what was said about a store.
pub fn value_faults(currency: Option<&str>, time_zone: Option<&str>, url: Option<&str>) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    let is_in_use = |code| Currency::parse(code).is_ok_and(|currency| currency.is_in_use());
    if currency.is_some_and(|code| !is_in_use(code)) {
        faults.push(FieldFault::invalid("currency", "is not an ISO 4217 code in use"));
    }
    if time_zone.is_some_and(|name| jiff::tz::TimeZone::get(name).is_err()) {
        faults.push(FieldFault::invalid("timeZone", "is not an IANA time zone"));
    }
    if let Some(url) = url {
        let scheme = url.split(':').next().unwrap_or_default();
        if !["http", "https"].iter().any(|good| scheme.eq_ignore_ascii_case(good)) {
            faults.push(FieldFault::invalid("storeUrl", "must be an http or https address"));
        }
    }
    faults
}

/// Changes a store of the caller's retailer. Its devices are told when it opens or closes.
pub async fn update(app: &App, caller: &Caller, id: StoreId, edit: StoreEdit) -> Result<Store, Failure> {
    refuse(faults_of(&edit))?;
    let (here, retailer) = (app.clone(), caller.retailer);
    let changed = app.database.change(move |c| {
        let (app, edit) = (here.clone(), edit.clone());
        Box::pin(async move {
            let before = locked_in(c, retailer, id).await?;
            let mut after = before.clone();
            edit.apply(&mut after);
            if after == before {
                return Ok(before);
            }
            refuse_move(&before, &after)?;
            if after.currency != before.currency && rows::stores::has_orders(c, id).await? {
                let message = "Store currency cannot change after its first order";
                return Err(Refusal::conflict(message).into());
            }
            let now = app.clock.now();
            rows::stores::save(c, &after, now).await.map_err(taken)?;
            let status = |store: &Store| (store.status, store.deployment_status);
            if status(&after) != status(&before) {
                let command = Command::StoreStatus { status: after.status, deployment_status: after.deployment_status };
                commands::issue(c, &app, &after, &command).await?;
                plan::announce(c, &app, &after).await?;
            }
            after.version += 1;
            after.updated_at = now;
            Ok::<_, Failure>(after)
        })
    });
    let changed = changed.await?;
    plan::wake(app);
    Ok(changed)
}

fn refuse_move(before: &Store, after: &Store) -> Result<(), Refusal> {
    let was = before.deployment_status == DeploymentStatus::Decommissioned;
    if was && after.deployment_status != DeploymentStatus::Decommissioned {
        return Err(Refusal::conflict("Store is decommissioned"));
    }
    Ok(())
}

impl StoreEdit {
    pub(super) fn apply(self, store: &mut Store) {
        if let Some(status) = self.status {
            // A person's word ends what the server did by itself.
            store.status = status;
            store.status_reason = None;
            store.status_before_loss = None;
        }
        set(&mut store.unique_store_id, self.unique_store_id);
        set(&mut store.deployment_status, self.deployment_status);
        set(&mut store.employee_inside, self.employee_inside);
        set(&mut store.name, self.name);
        set(&mut store.currency, self.currency);
        set(&mut store.time_zone, self.time_zone);
        if let Some(shown) = self.displayable_name {
            store.displayable_name = Some(shown).filter(|shown| !shown.is_empty());
        }
        self.max_people.apply(&mut store.max_people);
        self.store_url.apply(&mut store.store_url);
        self.third_party_id.apply(&mut store.third_party_id);
        self.address_line1.apply(&mut store.address_line1);
        self.address_city.apply(&mut store.address_city);
        self.address_region.apply(&mut store.address_region);
        self.address_country.apply(&mut store.address_country);
        self.address_postal_code.apply(&mut store.address_postal_code);
    }
}

fn set<T>(stored: &mut T, said: Option<T>) {
    if let Some(value) = said {
        *stored = value;
    }
}
