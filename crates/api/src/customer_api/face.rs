//! The contract's `AppCustomer` and `AppCard`: customers see all of their own data.

use aisle_model::store::Role;
use aisle_operations::accounts::Account;
use aisle_operations::customers::Card;
use serde::Serialize;

/// A customer as their own app shows them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerFace<'a> {
    id: String,
    email: Option<&'a str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    phone: Option<&'a str>,
    external_id: Option<&'a str>,
    role: Role,
    blocked: bool,
    fully_registered: bool,
    locale_language_code: Option<&'a str>,
    tax_id: Option<&'a str>,
    company_name: Option<&'a str>,
    address: Option<&'a str>,
    card: Option<CardFace<'a>>,
    cards: Vec<CardFace<'a>>,
}

#[derive(Serialize)]
struct CardFace<'a> {
    brand: &'a str,
    exp_month: Option<u16>,
    exp_year: Option<u16>,
    last4: Option<&'a str>,
}

impl<'a> CustomerFace<'a> {
    pub(crate) fn of(account: &'a Account) -> Self {
        let (customer, profile) = (&account.known.customer, &account.profile);
        let cards = &account.known.cards;
        Self {
            id: customer.id.to_string(),
            email: Some(&*customer.email).filter(|_| !customer.email_is_generated),
            first_name: customer.first_name.as_deref(),
            last_name: customer.last_name.as_deref(),
            phone: customer.phone.as_deref(),
            external_id: customer.external_id.as_deref(),
            role: customer.role,
            blocked: customer.blocked,
            fully_registered: profile.fully_registered,
            locale_language_code: profile.locale_language_code.as_deref(),
            tax_id: profile.tax_id.as_deref(),
            company_name: profile.company_name.as_deref(),
            address: profile.address.as_deref(),
            card: cards.iter().find(|card| card.is_default).map(CardFace::of),
            cards: cards.iter().map(CardFace::of).collect(),
        }
    }
}

impl<'a> CardFace<'a> {
    fn of(card: &'a Card) -> Self {
        let expires = card.expires.as_deref().and_then(month_and_year);
        Self {
            brand: &card.brand,
            exp_month: expires.map(|(month, _)| month),
            exp_year: expires.map(|(_, year)| year),
            last4: card.last4.as_deref(),
        }
    }
}

/// Cards say `MM/YY`.
fn month_and_year(expires: &str) -> Option<(u16, u16)> {
    let (month, year) = expires.split_once('/')?;
    Some((month.parse().ok()?, 2000 + year.parse::<u16>().ok()?))
}
