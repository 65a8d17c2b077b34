//! Rows as the contract shows them in webhooks and lists.

use aisle_database::Connection;
use aisle_database::rows::customers::{self, Card, Customer};
use aisle_database::rows::sessions::Session;
use aisle_database::rows::stores::Store;
use aisle_model::Moment;
use aisle_model::store::Role;
use aisle_partners::bodies::{
    CustomerFace, InstrumentFace, PaymentFace, PersonalInfoFace, SessionEnvelope, SessionFace, StoreEnvelope,
    StoreRefFace,
};

use crate::{App, Failure};

/// A trip as it is now.
pub fn session(row: &Session) -> SessionFace {
    SessionFace {
        created_at: row.created_at.into(),
        updated_at: row.updated_at.into(),
        id: row.number,
        customer_id: row.customer,
        code: row.code.clone(),
        code_first_scanned_at: row.first_scanned_at.map(Into::into),
        code_last_scanned_at: row.last_scanned_at.map(Into::into),
        customer_first_entered_at: row.first_entered_at.map(Into::into),
        customer_last_entered_at: row.last_entered_at.map(Into::into),
        customer_first_exited_at: row.first_exited_at.map(Into::into),
        customer_last_exited_at: row.last_exited_at.map(Into::into),
        customer_payment_instrument_id: row.card,
        customer_satisfaction: row.satisfaction,
        customer_satisfaction_submitted: row.satisfaction_submitted,
        group_size: row.group_size,
        visitors: row.visitors,
        location_id: row.location.clone(),
        priority: row.priority,
        session_token: row.token.clone(),
        session_id: row.token.clone(),
        referenced_session_id: row.referenced.clone(),
        status: row.status,
        store_id: row.store,
        store_id_scannable_at: row.store_scannable_at,
        suspected_fraud: row.suspected_fraud,
        metadata: row.metadata.clone(),
        expires_at: row.expires_at.map(Into::into),
        shopping_session_flags: row.flags.clone(),
    }
}

/// A customer in a role that may be another than their usual one.
pub fn customer(row: &Customer, role: Role) -> CustomerFace {
    CustomerFace::of(row.id, row.external_id.clone(), row.metadata.clone(), role)
}

/// Personal data; a generated e-mail address is none.
pub fn personal_info(row: &Customer) -> PersonalInfoFace {
    PersonalInfoFace::of(
        (!row.email_is_generated).then(|| row.email.clone()),
        row.first_name.clone(),
        row.last_name.clone(),
        row.phone.clone(),
    )
}

/// How a trip can be paid. The token is given only for calls whose answer may rest on a charge.
pub fn payment(card: Option<&Card>, token: Option<String>) -> PaymentFace {
    let Some(card) = card else {
        return PaymentFace::none();
    };
    PaymentFace::of(InstrumentFace {
        payment_provider: card.provider,
        underlying_payment_provider: card.underlying_provider.clone(),
        stripe_customer_id: card.stripe_customer_id.clone(),
        payment_instrument_id: card.id,
        card_brand: card.brand.clone(),
        last4: card.last4.clone(),
        expiration_date: card.expires.clone(),
        payment_instrument_token: token,
        pre_authorization: (),
    })
}

/// The two names of a store.
pub fn store_ref(row: &Store) -> StoreRefFace {
    StoreRefFace { store: row.id, unique: row.unique_store_id.clone() }
}

/// Where and when; issued now by the store's clock.
pub fn store_envelope(app: &App, row: &Store, origin: Moment) -> StoreEnvelope {
    StoreEnvelope {
        store_id: row.id,
        store: store_ref(row),
        store_external_id: row.third_party_id.clone(),
        time_of_origin: origin.into(),
        time_of_issue: row.now(app.clock.now()).into(),
    }
}

/// Whose trip: the customer in the trip's role, or nobody once they were deleted.
pub async fn customer_of(c: &mut Connection, trip: &Session) -> Result<CustomerFace, Failure> {
    let Some(id) = trip.customer else {
        return Ok(CustomerFace::nobody());
    };
    let row = customers::find(c, trip.retailer, id).await?;
    Ok(row.map_or_else(CustomerFace::nobody, |row| customer(&row, trip.role)))
}

/// How a trip can be paid: by the card chosen at check-in, else the customer's default.
pub async fn payment_of(c: &mut Connection, trip: &Session) -> Result<PaymentFace, Failure> {
    let Some(id) = trip.customer else {
        return Ok(PaymentFace::none());
    };
    let cards = customers::cards(c, id).await?;
    let chosen = cards.iter().find(|card| Some(card.id) == trip.card);
    let default = cards.iter().find(|card| card.is_default);
    Ok(payment(chosen.or(default), None))
}

/// Where, when, and whose trip.
pub async fn session_envelope(
    c: &mut Connection,
    app: &App,
    store: &Store,
    trip: &Session,
    origin: Moment,
) -> Result<SessionEnvelope, Failure> {
    Ok(SessionEnvelope {
        session_id: trip.token.clone(),
        session: Some(session(trip)),
        customer: customer_of(c, trip).await?,
        store: store_envelope(app, store, origin),
    })
}
