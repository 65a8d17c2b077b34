//! The contract's `Customer` and `PaymentInstrument`.

use aisle_model::store::{PaymentProvider, Role};
use aisle_model::{CardId, CustomerId};
use aisle_operations::customers::{Card, CustomerWithCards};
use aisle_partners::bodies::Printed;
use serde::Serialize;
use serde_json::{Map, Value};

/// One customer as the caller may see them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerFace<'a> {
    id: CustomerId,
    external_id: Option<&'a str>,
    role: Role,
    metadata: Option<&'a Map<String, Value>>,
    priority: i64,
    email: Option<&'a str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    phone: Option<&'a str>,
    blocked: bool,
    created_at: Printed,
    updated_at: Printed,
    payment_instruments: Vec<PaymentInstrumentFace<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentInstrumentFace<'a> {
    id: CardId,
    provider: PaymentProvider,
    underlying_payment_provider: Option<&'a str>,
    card_brand: &'a str,
    default_card: bool,
    card_id: Option<&'a str>,
    bin: Option<&'a str>,
    last4: Option<&'a str>,
    exp_date: Option<&'a str>,
    created_at: Printed,
}

impl<'a> CustomerFace<'a> {
    /// With personal data only for those who may see them.
    pub(crate) fn of(row: &'a CustomerWithCards, shows_personal_data: bool) -> Self {
        let customer = &row.customer;
        let personal = |text: Option<&'a str>| text.filter(|_| shows_personal_data);
        let metadata = customer.metadata.as_ref();
        Self {
            id: customer.id,
            external_id: customer.external_id.as_deref(),
            role: customer.role,
            metadata: metadata.filter(|_| shows_personal_data),
            priority: customer.priority,
            email: personal(Some(&customer.email)),
            first_name: personal(customer.first_name.as_deref()),
            last_name: personal(customer.last_name.as_deref()),
            phone: personal(customer.phone.as_deref()),
            blocked: customer.blocked,
            created_at: customer.created_at.into(),
            updated_at: customer.updated_at.into(),
            payment_instruments: row.cards.iter().map(PaymentInstrumentFace::of).collect(),
        }
    }
}

impl<'a> PaymentInstrumentFace<'a> {
    fn of(card: &'a Card) -> Self {
        Self {
            id: card.id,
            provider: card.provider,
            underlying_payment_provider: card.underlying_provider.as_deref(),
            card_brand: &card.brand,
            default_card: card.is_default,
            card_id: card.card_id.as_deref(),
            bin: card.bin.as_deref(),
            last4: card.last4.as_deref(),
            exp_date: card.expires.as_deref(),
            created_at: card.created_at.into(),
        }
    }
}
