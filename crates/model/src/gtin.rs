//! Global trade item numbers (GS1 General Specifications, section 7.9): check digits and the kinds of barcodes.

use crate::named_enum;

named_enum! {
    /// What a barcode is, judged by its length and check digit.
    BarcodeKind { Upc = "upc", Ean = "ean", Gtin = "gtin", Other = "other" }
}

impl BarcodeKind {
    /// 12 digits are `upc`, 13 or 8 `ean`, 14 `gtin`; whatever has another length, a letter or a wrong check digit is
    /// `other`.
    pub fn of(barcode: &str) -> Self {
        let is_number = barcode.bytes().all(|byte| byte.is_ascii_digit());
        let (Some((body, check)), true) = (barcode.split_at_checked(barcode.len().saturating_sub(1)), is_number) else {
            return Self::Other;
        };
        if !check.bytes().eq([b'0' + check_digit(body)]) {
            return Self::Other;
        }
        match barcode.len() {
            12 => Self::Upc,
            8 | 13 => Self::Ean,
            14 => Self::Gtin,
            _ => Self::Other,
        }
    }
}

/// The check digit that follows these digits, 0 to 9: from the right they weigh 3, 1, 3, … Anything that is no digit
/// weighs nothing.
pub fn check_digit(digits: &str) -> u8 {
    let mut sum = 0;
    for (place, byte) in digits.bytes().rev().enumerate() {
        let digit = if byte.is_ascii_digit() { byte - b'0' } else { 0 };
        let weighed = if place % 2 == 0 { digit * 3 } else { digit };
        sum = (sum + weighed) % 10;
    }
    (10 - sum) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_printed_articles() {
        let check = |digits: &str, expected: u8| assert_eq!(check_digit(digits), expected, "{digits}");
        check("629104150021", 3);
        check("03600029145", 2);
        check("4006381", 2);
        check("8061414112345", 8);
        check("", 0);
    }

    #[test]
    fn a_kind_needs_length_and_check_digit() {
        let check = |barcode: &str, kind: BarcodeKind| assert_eq!(BarcodeKind::of(barcode), kind, "{barcode}");
        check("850050071228", BarcodeKind::Upc);
        check("850050071229", BarcodeKind::Other);
        check("6291041500213", BarcodeKind::Ean);
        check("40063812", BarcodeKind::Ean);
        check("80614141123458", BarcodeKind::Gtin);
        check("85005007122a", BarcodeKind::Other);
        check("1234", BarcodeKind::Other);
        check("", BarcodeKind::Other);
        check("é", BarcodeKind::Other);
    }
}
