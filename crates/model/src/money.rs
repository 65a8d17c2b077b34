//! Money: whole minor units of one currency. Rounding happens in one named function.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

/// An ISO 4217 code, three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// The codes of ISO 4217 that are in use and have a minor unit, as of 2026: neither metals nor codes for tests, and none that
/// was withdrawn.
const IN_USE: [&str; 165] = [
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BHD", "BIF", "BMD", "BND",
    "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CLF", "CLP", "CNY",
    "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP",
    "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD",
    "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP",
    "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN",
    "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN",
    "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD",
    "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX",
    "USD", "USN", "UYI", "UYU", "UYW", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAD", "XAF", "XCD", "XCG", "XOF",
    "XPF", "YER", "ZAR", "ZMW", "ZWG",
];

/// Why an amount or a currency was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyFault {
    /// Not three capital letters.
    #[error("is not an ISO 4217 currency code")]
    Currency,
    /// More digits than the currency has, by more than a millionth of a minor unit.
    #[error("has more decimals than the currency")]
    TooPrecise,
    /// Does not fit.
    #[error("is too large")]
    TooLarge,
}

impl Currency {
    /// Reads a code by its form, so that what was stored under a code that is withdrawn later can still be read.
    pub fn parse(code: &str) -> Result<Self, MoneyFault> {
        match code.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|letter| letter.is_ascii_uppercase()) => Ok(Self([*a, *b, *c])),
            _ => Err(MoneyFault::Currency),
        }
    }

    /// Whether it may be chosen today.
    pub fn is_in_use(&self) -> bool {
        IN_USE.binary_search(&self.as_str()).is_ok()
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits of the minor unit (ISO 4217).
    pub fn minor_digits(&self) -> u32 {
        match self.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyFault;

    fn try_from(code: String) -> Result<Self, MoneyFault> {
        Self::parse(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

/// An amount in whole minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Whole minor units, for instance cents.
    pub minor: i64,
    /// Of this currency.
    pub currency: Currency,
}

impl Money {
    /// Reads a decimal amount that must be exact to the minor digits; less than a millionth of a minor unit beyond them
    /// is the noise of binary arithmetic and dropped.
    pub fn exact(amount: Decimal, currency: Currency) -> Result<Self, MoneyFault> {
        let minor = whole_minor(amount, currency.minor_digits())?;
        Ok(Self { minor, currency })
    }
}

/// Whole minor units of an amount, as [`Money::exact`] takes it.
pub(crate) fn whole_minor(amount: Decimal, digits: u32) -> Result<i64, MoneyFault> {
    let factor = Decimal::from(10_i64.pow(digits));
    let scaled = amount.checked_mul(factor).ok_or(MoneyFault::TooLarge)?;
    let whole = scaled.round();
    if (scaled - whole).abs() >= Decimal::new(1, 6) {
        return Err(MoneyFault::TooPrecise);
    }
    whole.to_i64().ok_or(MoneyFault::TooLarge)
}

/// A decimal with exactly the minor digits of the currency: `2.15`.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Decimal::new(self.minor, self.currency.minor_digits()).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_in_use_may_be_chosen() {
        let is_in_use = |code: &str| Currency::parse(code).is_ok_and(|currency| currency.is_in_use());
        assert!(IN_USE.iter().all(|code| is_in_use(code)), "the list is sorted, each code in capitals");
        for code in ["ZZZ", "XXX", "XTS", "XAU", "DEM", "BGN", "eur", "EURO", ""] {
            assert!(!is_in_use(code), "{code}");
        }
    }

    #[test]
    fn amounts_are_read_exactly_and_printed_with_the_minor_digits() {
        let check = |amount: &str, code: &str, printed: Result<&str, MoneyFault>| {
            let currency = Currency::parse(code).expect(code);
            let money = Money::exact(amount.parse().expect(amount), currency);
            assert_eq!(money.map(|money| money.to_string()), printed.map(str::to_owned), "{amount} {code}");
        };
        check("2.15", "EUR", Ok("2.15"));
        check("2", "EUR", Ok("2.00"));
        check("-0.05", "EUR", Ok("-0.05"));
        check("11.940000000000001", "EUR", Ok("11.94"));
        check("11.945", "EUR", Err(MoneyFault::TooPrecise));
        check("120", "JPY", Ok("120"));
        check("1.234", "KWD", Ok("1.234"));
        check("99999999999999999999", "EUR", Err(MoneyFault::TooLarge));
    }
}
