//! Cards at the door: which one a trip is charged to, and whether its time is over.

use aisle_database::rows::cards::Card;
use aisle_database::rows::stores::Store;
use aisle_model::Moment;

use crate::Failure;

/// The card a trip is charged to unless something else is said.
pub(super) fn default_card(cards: &[Card]) -> Option<&Card> {
    cards.iter().find(|card| card.is_default)
}

/// Whether the last month of a card is over in the store's time zone. A card without a date lasts.
pub(super) fn is_expired(card: &Card, store: &Store, now: Moment) -> Result<bool, Failure> {
    let Some(expires) = &card.expires else {
        return Ok(false);
    };
    let last = month_of(expires).ok_or_else(|| Failure::broken(format!("card {} ends at no month", card.id)))?;
    let zone = jiff::tz::TimeZone::get(&store.time_zone).map_err(Failure::broken)?;
    let here = jiff::Timestamp::from(now).to_zoned(zone);
    Ok((i32::from(here.year()), i32::from(here.month())) > last)
}

/// Year and month of `MM/YY`.
fn month_of(expires: &str) -> Option<(i32, i32)> {
    let (month, year) = expires.split_once('/')?;
    let (month, year): (i32, i32) = (month.parse().ok()?, year.parse().ok()?);
    (1..=12).contains(&month).then_some((2000 + year, month))
}
