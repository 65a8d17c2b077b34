//! The door: the body of the question about a code, the notice of a refusal, and the notice about personal data.

use aisle_database::Connection;
use aisle_database::rows::customers::Customer;
use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::Store;
use aisle_model::check_in::Reason;
use aisle_model::webhook::WebhookName;
use aisle_model::{CheckInDeviceId, EntryCode, Moment};
use aisle_partners::bodies::{
    CustomerCreatedBody, CustomerFace, EntryCodeNotifyBody, EntryCodeVerifyBody, PaymentFace,
};

use super::outbox::{listeners, send_to};
use super::{Notice, OrderKey, faces};
use crate::{App, Failure};

/// Most characters of a retailer's reason that are passed on.
const LONGEST_REASON: usize = 500;

/// A code to be asked about.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// Absent for a code Aisle does not know.
    pub session: Option<&'a Session>,
    /// Who comes in, in the role of this trip; the nobody for an unknown code.
    pub customer: CustomerFace,
    /// With the token, for the answer may rest on a charge.
    pub payment: PaymentFace,
    /// The device, where one is known.
    pub device: Option<CheckInDeviceId>,
    /// The code as it was presented.
    pub code: EntryCode,
    /// People counted at the scan.
    pub group_size: Option<i64>,
    /// When it was presented, store clock.
    pub at: Moment,
}

/// The body of `entryCodeVerify`.
pub fn entry_code_verify_body(app: &App, store: &Store, asked: Asked<'_>) -> EntryCodeVerifyBody {
    EntryCodeVerifyBody {
        store: faces::store_envelope(app, store, asked.at),
        customer_id: asked.session.and_then(|session| session.customer),
        role: asked.session.map(|_| asked.customer.role),
        customer: asked.customer,
        check_in_device_id: asked.device,
        entry_code: asked.code,
        expected_group_size: asked.session.and_then(|session| session.group_size),
        group_size: asked.group_size,
        payment: asked.payment,
        session_id: asked.session.map(|session| session.token.clone()),
    }
}

/// A check-in that was refused.
#[derive(Debug, Clone)]
pub struct Refused<'a> {
    /// Absent for a code Aisle does not know.
    pub session: Option<&'a Session>,
    /// The device, where one is known.
    pub device: Option<CheckInDeviceId>,
    /// The code as it was presented.
    pub code: EntryCode,
    /// Why.
    pub reason: Reason,
    /// With code 14, what the retailer gave as reason.
    pub external_reason: Option<String>,
    /// When it was presented, store clock.
    pub at: Moment,
}

/// A check-in ended with `FAILED`. Of an unknown code nobody is named, and its notices do not wait for each other.
pub async fn entry_code_notify(
    c: &mut Connection,
    app: &App,
    store: &Store,
    refused: Refused<'_>,
) -> Result<(), Failure> {
    let name = WebhookName::EntryCodeNotify;
    let listeners = listeners(c, store.retailer, name, Some(store.id)).await?;
    let customer = match refused.session {
        Some(session) => faces::customer_of(c, session).await?,
        None => CustomerFace::nobody(),
    };
    let body = EntryCodeNotifyBody {
        store_id: store.id,
        store: faces::store_ref(store),
        time_of_origin: refused.at.into(),
        time_of_issue: store.now(app.clock.now()).into(),
        session_id: refused.session.map(|session| session.token.clone()),
        customer,
        check_in_device_id: refused.device,
        entry_code: refused.code,
        error_message: refused.reason.message(),
        error_code: refused.reason.code(),
        external_reason: refused.external_reason.map(|text| text.chars().take(LONGEST_REASON).collect()),
    };
    let token = refused.session.map(|session| &session.token);
    let notice = Notice {
        retailer: store.retailer,
        name,
        store: Some(store),
        session: token,
        customer: refused.session.and_then(|session| session.customer),
        order: token.map_or(OrderKey::Independent, |token| OrderKey::Session(token.clone())),
    };
    send_to(c, app, &notice, &listeners, |_| Ok(&body)).await
}

/// Personal data of a customer became complete or changed; whether it did is the caller's to know. There is no store,
/// so both times are wall time.
pub async fn customer_created(c: &mut Connection, app: &App, customer: &Customer, at: Moment) -> Result<(), Failure> {
    let notice = Notice {
        retailer: customer.retailer,
        name: WebhookName::CustomerCreated,
        store: None,
        session: None,
        customer: Some(customer.id),
        order: OrderKey::Customer(customer.id),
    };
    let face = faces::customer(customer, customer.role);
    let personal = faces::personal_info(customer);
    let body = CustomerCreatedBody::of(face, personal, at, app.clock.now());
    super::send(c, app, &notice, &body).await
}
