//! Remote register: a screen in the store is asked to register a new customer, and the retailer is told.
//!
//! Every call rings again. Whose data the notice shows is the trip's customer, where the token names a trip.

use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::Store;
use aisle_database::rows::{check_in_devices, customers, sessions};
use aisle_database::{Connection, rows};
use aisle_model::store::DeploymentStatus;
use aisle_model::webhook::WebhookName;
use aisle_model::{CheckInDeviceId, RetailerId, SessionToken, StoreId};
use aisle_partners::bodies::{CustomerFace, PersonalInfoFace, RegistrationToken, RemoteRegisterBody};

use crate::commands::{self, Command};
use crate::notices::{self, Notice, OrderKey, faces};
use crate::{App, Caller, Failure, Refusal};

/// What starts a registration.
#[derive(Debug, Clone)]
pub struct Registration {
    /// What the screen starts with.
    pub token: String,
    /// What that is.
    pub kind: RegistrationToken,
    /// Whose screen.
    pub store: StoreId,
    /// Which screen.
    pub at: Screen,
}

/// Which screen is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// This device, which must be one of the store's.
    Device(CheckInDeviceId),
    /// The older call: its notice names no device, and a device it names rings if there is one.
    Any(Option<CheckInDeviceId>),
}

/// Rings the screen and tells the retailer.
pub async fn start(app: &App, caller: &Caller, asked: Registration) -> Result<(), Failure> {
    let (within, retailer) = (app.clone(), caller.retailer);
    let started = app.change_once(caller, move |c| {
        let (app, asked) = (within.clone(), asked.clone());
        Box::pin(async move {
            let store = rows::stores::find(c, retailer, asked.store).await?;
            let store = store.ok_or(Refusal::NotFound("Store"))?;
            let trip = trip(c, retailer, &asked).await?;
            if let Some(device) = rung(c, &store, asked.at).await? {
                let command = Command::DeviceRegister {
                    check_in_device_id: device,
                    token: asked.token.clone(),
                    token_type: asked.kind.as_str().to_owned(),
                };
                commands::issue(c, &app, &store, &command).await?;
            }
            tell(c, &app, &store, trip.as_ref(), asked).await
        })
    });
    started.await?;
    notices::ring(app);
    app.nudges.commands().notify_waiters();
    Ok(())
}

/// The open trip that the token names, where it names one.
async fn trip(c: &mut Connection, retailer: RetailerId, asked: &Registration) -> Result<Option<Session>, Failure> {
    if asked.kind != RegistrationToken::SessionId {
        return Ok(None);
    }
    let trip = sessions::find(c, retailer, &SessionToken(asked.token.clone())).await?;
    let trip = trip.ok_or(Refusal::NotFound("Session"))?;
    if !trip.status.is_open() {
        return Err(Refusal::conflict("Session is closed").into());
    }
    Ok(Some(trip))
}

async fn rung(c: &mut Connection, store: &Store, at: Screen) -> Result<Option<CheckInDeviceId>, Failure> {
    if store.deployment_status == DeploymentStatus::Decommissioned {
        return Err(Refusal::conflict("Store is decommissioned").into());
    }
    let (id, is_required) = match at {
        Screen::Any(None) => return Ok(None),
        Screen::Any(Some(id)) => (id, false),
        Screen::Device(id) => (id, true),
    };
    match check_in_devices::find(c, store.id, id).await? {
        None if is_required => Err(Refusal::NotFound("Check-in device").into()),
        Some(device) if is_required && !device.fields.enabled => {
            Err(Refusal::conflict("Check-in device is disabled").into())
        }
        found => Ok(found.filter(|device| device.fields.enabled).map(|device| device.id)),
    }
}

async fn tell(
    c: &mut Connection,
    app: &App,
    store: &Store,
    trip: Option<&Session>,
    asked: Registration,
) -> Result<(), Failure> {
    let (customer, person) = match trip {
        Some(trip) => (faces::customer_of(c, trip).await?, person(c, trip).await?),
        None => (CustomerFace::nobody(), PersonalInfoFace::default()),
    };
    let body = RemoteRegisterBody {
        store: faces::store_envelope(app, store, store.now(app.clock.now())),
        token: asked.token,
        token_type: asked.kind,
        check_in_device_id: match asked.at {
            Screen::Device(id) => Some(id),
            Screen::Any(_) => None,
        },
        customer,
        customer_personal_info: person,
    };
    let notice = Notice {
        retailer: store.retailer,
        name: WebhookName::RemoteRegister,
        store: Some(store),
        session: trip.map(|trip| &trip.token),
        customer: trip.and_then(|trip| trip.customer),
        order: OrderKey::Independent,
    };
    notices::send(c, app, &notice, &body).await
}

async fn person(c: &mut Connection, trip: &Session) -> Result<PersonalInfoFace, Failure> {
    let Some(id) = trip.customer else {
        return Ok(PersonalInfoFace::default());
    };
    let customer = customers::find(c, trip.retailer, id).await?;
    Ok(customer.as_ref().map(faces::personal_info).unwrap_or_default())
}
