//! What is true of products.

use crate::named_enum;

named_enum! {
    /// Why the sale of a product is restricted.
    RestrictionCategory {
        Alcohol = "ALCOHOL", Tobacco = "TOBACCO", Knives = "KNIVES", Medicine = "MEDICINE", Fireworks = "FIREWORKS",
        Lottery = "LOTTERY", AdultContent = "ADULT_CONTENT", RestrictedProduct = "RESTRICTED_PRODUCT",
    }
}

/// Digits of a GTIN at its longest.
const GTIN: usize = 14;

/// A barcode as it is compared: 12 to 14 digits are one GTIN, filled up to 14 with zeros on the left, so that the UPC-A and
/// the EAN-13 of an article are one. Anything else is itself.
pub fn barcode_key(barcode: &str) -> String {
    let is_gtin = (12..=GTIN).contains(&barcode.len()) && barcode.bytes().all(|byte| byte.is_ascii_digit());
    if is_gtin { format!("{barcode:0>GTIN$}") } else { barcode.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::barcode_key;

    #[test]
    fn lengths_of_one_gtin_are_one_key() {
        let check = |barcode: &str, key: &str| assert_eq!(barcode_key(barcode), key, "{barcode}");
        check("850050071228", "00850050071228");
        check("0850050071228", "00850050071228");
        check("00850050071228", "00850050071228");
        check("40063813", "40063813");
        check("12345678901", "12345678901");
        check("85005007122a", "85005007122a");
        check("123456789012345", "123456789012345");
        check("٨٥٠٠٥٠", "٨٥٠٠٥٠");
    }
}
