//! The default card of a customer, set or taken away by an update. Tokens are sealed before they are stored and found again
//! by keyed hash; what looks like a card number is refused.

use aisle_database::Connection;
use aisle_database::rows::cards::{self, Card, CardText};
use aisle_model::store::PaymentProvider;
use aisle_model::{CustomerId, Moment};

use super::settings::Settings;
use super::{CARD_ID, CARD_TOKEN};
use crate::{App, Failure, FieldFault, Refusal};

/// A tokenised card. An empty text counts as not said.
#[derive(Clone)]
#[allow(missing_docs, reason = "the fields of the contract's CustomerCardInput")]
pub struct NewCard {
    pub provider: PaymentProvider,
    pub token: String,
    /// Kept only where the provider is GENERIC.
    pub underlying_provider: Option<String>,
    pub card_id: Option<String>,
    pub brand: String,
    pub bin: Option<String>,
    pub last4: Option<String>,
    /// `MM/YY`.
    pub expires: Option<String>,
}

impl NewCard {
    /// A card of which nothing but the token is known.
    pub fn of_token(provider: PaymentProvider, token: String) -> Self {
        Self {
            provider,
            token,
            underlying_provider: None,
            card_id: None,
            brand: String::new(),
            bin: None,
            last4: None,
            expires: None,
        }
    }

    pub(crate) fn says_the_same_as(&self, card: &Card) -> bool {
        card.provider == self.provider
            && card.underlying_provider == self.kept_underlying_provider()
            && card.brand == self.brand
            && card.card_id == self.card_id
            && card.bin == self.bin
            && card.last4 == self.last4
            && card.expires == self.expires
    }

    fn kept_underlying_provider(&self) -> Option<String> {
        let provider = self.underlying_provider.clone();
        provider.filter(|_| self.provider == PaymentProvider::Generic)
    }

    pub(crate) fn sealed(&self, app: &App) -> CardText {
        let card_id = self.card_id.as_deref();
        CardText {
            provider: self.provider,
            underlying_provider: self.kept_underlying_provider(),
            brand: self.brand.clone(),
            card_id: self.card_id.clone(),
            card_id_hash: card_id.map(|id| app.keys.hash(CARD_ID, id)),
            token: app.keys.seal(CARD_TOKEN, self.token.as_bytes(), &app.chance),
            token_hash: app.keys.hash(CARD_TOKEN, &self.token),
            bin: self.bin.clone(),
            last4: self.last4.clone(),
            expires: self.expires.clone(),
        }
    }
}

/// Shows no token.
impl std::fmt::Debug for NewCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewCard({}, …)", self.provider)
    }
}

/// What of a card looks like a card number, which must never be stored. `within` is the path of the card: `card.`.
pub(crate) fn card_number_faults(
    settings: &Settings,
    card: &NewCard,
    within: &str,
) -> Result<Vec<FieldFault>, Failure> {
    if settings.get("payments.allowNumericTokens", false)? {
        return Ok(Vec::new());
    }
    let fields = [("cardToken", Some(card.token.as_str())), ("cardId", card.card_id.as_deref())];
    let suspicious = fields.into_iter().filter(|(_, text)| text.is_some_and(looks_like_a_card_number));
    let fault = |(field, _)| FieldFault::invalid(format!("{within}{field}"), "must not be a card number");
    Ok(suspicious.map(fault).collect())
}

/// 13 to 19 digits of which the last is the right check digit (ISO/IEC 7812-1).
fn looks_like_a_card_number(text: &str) -> bool {
    if !(13..=19).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let weighed = text.bytes().rev().enumerate().map(|(place, byte)| {
        let digit = u32::from(byte - b'0');
        match (place % 2, digit) {
            (1, 5..) => digit * 2 - 9,
            (1, _) => digit * 2,
            _ => digit,
        }
    });
    weighed.sum::<u32>() % 10 == 0
}

/// Replaces provider, token and description of the default card, or makes the first card. Whether anything changed.
pub(super) async fn set_default(
    c: &mut Connection,
    app: &App,
    customer: CustomerId,
    new: &NewCard,
    now: Moment,
) -> Result<bool, Failure> {
    let text = new.sealed(app);
    let stored = cards::of_customer(c, customer).await?;
    let Some(default) = stored.first() else {
        cards::insert(c, customer, &text, true, now).await?;
        return Ok(true);
    };
    let is_same_token = cards::has_token(c, default.id, text.token_hash).await?;
    if is_same_token && new.says_the_same_as(default) {
        return Ok(false);
    }
    cards::replace(c, default.id, &text).await?;
    Ok(true)
}

/// The contract's 409 for a card that is bound.
pub(crate) fn in_use() -> Failure {
    Refusal::conflict("Payment instrument is in use").into()
}

/// Removes all cards unless one of them is bound to a trip under way or an order that is not final. Whether there was any.
pub(super) async fn remove_all(c: &mut Connection, customer: CustomerId) -> Result<bool, Failure> {
    if !cards::in_use(c, customer).await?.is_empty() {
        return Err(in_use());
    }
    Ok(cards::remove_all(c, customer).await? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_known_by_length_and_check_digit() {
        let check = |text: &str, is_number: bool| {
            assert_eq!(looks_like_a_card_number(text), is_number, "{text}");
        };
        check("4111111111111111", true);
        check("378282246310005", true);
        check("4222222222222", true);
        check("4111111111111112", false);
        check("411111111111", false);
        check("41111111111111111111", false);
        check("tok_4111111111111111", false);
        check("", false);
    }
}
