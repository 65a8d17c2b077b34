//! Prices of a catalogue. A product is sold in stores of several currencies, so its price has none of its own; it becomes
//! money in a store.
//!
//! Kept in ten-thousandths, the finest minor unit of any currency, so that prices are whole numbers that sort.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use crate::money::whole_minor;
use crate::{Currency, Money, MoneyFault};

/// Decimal places of what is kept.
const PLACES: u32 = 4;

/// A price in ten-thousandths of the unit of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Price(pub i64);

impl Price {
    /// Reads a decimal amount that must be exact to so many digits (at most four), with the same grace as
    /// [`Money::exact`].
    pub fn exact(amount: Decimal, digits: u32) -> Result<Self, MoneyFault> {
        let digits = digits.min(PLACES);
        let minor = whole_minor(amount, digits)?;
        let kept = minor.checked_mul(10_i64.pow(PLACES - digits));
        kept.map(Self).ok_or(MoneyFault::TooLarge)
    }

    /// The lowest price that is not below an amount, for comparing. What is out of range stands at its end.
    pub fn at_least(amount: Decimal) -> Self {
        Self::clamped(amount, Decimal::ceil)
    }

    /// The highest price that is not above an amount.
    pub fn at_most(amount: Decimal) -> Self {
        Self::clamped(amount, Decimal::floor)
    }

    fn clamped(amount: Decimal, round: fn(&Decimal) -> Decimal) -> Self {
        let scaled = amount.checked_mul(Decimal::from(10_i64.pow(PLACES)));
        let end = if amount.is_sign_negative() { i64::MIN } else { i64::MAX };
        Self(scaled.and_then(|scaled| round(&scaled).to_i64()).unwrap_or(end))
    }

    /// The amount.
    pub fn amount(self) -> Decimal {
        Decimal::new(self.0, PLACES)
    }

    /// What it is in a store. A price that is finer than the store's currency is none there.
    pub fn money(self, currency: Currency) -> Result<Money, MoneyFault> {
        Money::exact(self.amount(), currency)
    }

    /// A decimal with so many digits; more, where the price has more, so that nothing is lost.
    pub fn printed(self, digits: u32) -> String {
        let mut amount = self.amount().normalize();
        if amount.scale() < digits {
            amount.rescale(digits);
        }
        amount.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_exactly_and_printed_without_loss() {
        let check = |amount: &str, digits: u32, printed: Result<&str, MoneyFault>| {
            let price = Price::exact(amount.parse().expect(amount), digits);
            let shown = price.map(|price| price.printed(digits));
            assert_eq!(shown, printed.map(str::to_owned), "{amount}");
        };
        check("2.15", 2, Ok("2.15"));
        check("2", 2, Ok("2.00"));
        check("0", 0, Ok("0"));
        check("11.940000000000001", 2, Ok("11.94"));
        check("2.155", 2, Err(MoneyFault::TooPrecise));
        check("1.2345", 4, Ok("1.2345"));
        check("120", 0, Ok("120"));
        check("999999999999999", 0, Err(MoneyFault::TooLarge));
        assert_eq!(Price(21_500).printed(0), "2.15", "no digit is lost");
        assert_eq!(Price(20_000).printed(0), "2");
    }

    #[test]
    fn bounds_are_compared_exactly() {
        let at = |text: &str| text.parse::<Decimal>().expect(text);
        assert_eq!(Price::at_least(at("2.15")), Price(21_500));
        assert_eq!(Price::at_least(at("2.15001")), Price(21_501));
        assert_eq!(Price::at_most(at("2.15009")), Price(21_500));
        assert_eq!(Price::at_most(at("79228162514264337593543950335")), Price(i64::MAX));
    }

    #[test]
    fn a_price_becomes_money_where_the_currency_has_its_digits() {
        let currency = |code| Currency::parse(code).expect(code);
        assert_eq!(Price(21_500).money(currency("EUR")).map(|money| money.minor), Ok(215));
        assert_eq!(Price(21_500).money(currency("JPY")), Err(MoneyFault::TooPrecise));
    }
}
