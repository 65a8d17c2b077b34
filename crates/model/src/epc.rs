//! Electronic product codes of radio tags: SGTIN-96 (GS1 Tag Data Standard 2.1, sections 14.5.1 and 14.6.1).
//!
//! Bits from the left: header 8 (0x30), filter 3, partition 3, company prefix and item reference 44 together, serial 38.
//! The partition says where the 44 bits are divided and how many decimal digits stand on either side; the first digit of
//! the item reference is the indicator, which leads the GTIN.

use crate::gtin::check_digit;

/// The first byte of every SGTIN-96.
const HEADER: u128 = 0x30;
const SERIAL_BITS: u32 = 38;
const TRADE_ITEM_BITS: u32 = 44;
/// Digits of company prefix and item reference together: a GTIN without its check digit.
const TRADE_ITEM_DIGITS: u32 = 13;
/// Bits and digits of the company prefix, by partition.
const PARTITIONS: [(u32, u32); 7] = [(40, 12), (37, 11), (34, 10), (30, 9), (27, 8), (24, 7), (20, 6)];

/// One tagged unit of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sgtin96 {
    filter: u8,
    partition: u8,
    company_prefix: u64,
    item_reference: u64,
    serial: u64,
}

/// Why a code names no article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EpcFault {
    /// Not 24 hexadecimal digits that begin with 30.
    #[error("is no SGTIN-96: 24 hexadecimal digits that begin with 30")]
    Malformed,
    /// The form is right, but a partition of 7 is reserved, or a number has more digits than its partition allows.
    #[error("holds no GTIN")]
    NoGtin,
    /// For [`Sgtin96::new`]: a part is larger than its field.
    #[error("has a part that does not fit its field")]
    TooLarge,
}

impl Sgtin96 {
    /// A code from its parts. `company_digits`, 6 to 12, is the length of the company prefix with its leading zeros; the
    /// item reference has the other digits of 13, the indicator first.
    ///
    /// # Errors
    /// [`EpcFault::TooLarge`] when a part has no room.
    pub fn new(
        filter: u8,
        company_digits: u32,
        company_prefix: u64,
        item_reference: u64,
        serial: u64,
    ) -> Result<Self, EpcFault> {
        let mut partitions = (0..).zip(PARTITIONS);
        let found = partitions.find(|(_, (_, digits))| *digits == company_digits);
        let (partition, _) = found.ok_or(EpcFault::TooLarge)?;
        let code = Self { filter, partition, company_prefix, item_reference, serial };
        let fits = filter < 8 && serial < 1 << SERIAL_BITS && code.has_gtin();
        fits.then_some(code).ok_or(EpcFault::TooLarge)
    }

    /// Reads 24 hexadecimal digits of any case.
    ///
    /// # Errors
    /// [`EpcFault::Malformed`] or [`EpcFault::NoGtin`].
    pub fn parse(text: &str) -> Result<Self, EpcFault> {
        if text.len() != 24 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(EpcFault::Malformed);
        }
        let bits = u128::from_str_radix(text, 16).map_err(|_| EpcFault::Malformed)?;
        if bits >> 88 != HEADER {
            return Err(EpcFault::Malformed);
        }
        let partition = field(bits, 82, 3);
        let Some((company_bits, _)) = usize::try_from(partition).ok().and_then(|place| PARTITIONS.get(place)) else {
            return Err(EpcFault::NoGtin);
        };
        let item_bits = TRADE_ITEM_BITS - company_bits;
        let code = Self {
            filter: small(field(bits, 85, 3)),
            partition: small(partition),
            company_prefix: field(bits, SERIAL_BITS + item_bits, *company_bits),
            item_reference: field(bits, SERIAL_BITS, item_bits),
            serial: field(bits, 0, SERIAL_BITS),
        };
        code.has_gtin().then_some(code).ok_or(EpcFault::NoGtin)
    }

    /// The GTIN with 14 digits, the check digit included.
    pub fn gtin(&self) -> String {
        let (company_digits, item_digits) = (self.company_digits(), self.item_digits());
        let rest = 10_u64.pow(item_digits - 1);
        let (indicator, item) = (self.item_reference / rest, self.item_reference % rest);
        let (company_width, item_width) = (company_digits as usize, item_digits as usize - 1);
        let company = self.company_prefix;
        // An item reference of one digit is the indicator alone.
        let item = if item_width == 0 { String::new() } else { format!("{item:0item_width$}") };
        let body = format!("{indicator}{company:0company_width$}{item}");
        let check = check_digit(&body);
        format!("{body}{check}")
    }

    /// What tells this unit from others of its article.
    pub const fn serial(&self) -> u64 {
        self.serial
    }

    /// What is tagged: 1 is an item at the point of sale; 0 to 7.
    pub const fn filter(&self) -> u8 {
        self.filter
    }

    fn company_digits(&self) -> u32 {
        PARTITIONS[usize::from(self.partition)].1
    }

    fn item_digits(&self) -> u32 {
        TRADE_ITEM_DIGITS - self.company_digits()
    }

    fn has_gtin(&self) -> bool {
        self.company_prefix < 10_u64.pow(self.company_digits()) && self.item_reference < 10_u64.pow(self.item_digits())
    }
}

/// 24 hexadecimal digits in lower case.
impl std::fmt::Display for Sgtin96 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let item_bits = TRADE_ITEM_BITS - PARTITIONS[usize::from(self.partition)].0;
        let bits = HEADER << 88
            | u128::from(self.filter) << 85
            | u128::from(self.partition) << 82
            | u128::from(self.company_prefix) << (SERIAL_BITS + item_bits)
            | u128::from(self.item_reference) << SERIAL_BITS
            | u128::from(self.serial);
        write!(f, "{bits:024x}")
    }
}

/// So many bits above the lowest `shift`.
fn field(bits: u128, shift: u32, width: u32) -> u64 {
    let field = (bits >> shift) & ((1 << width) - 1);
    u64::try_from(field).expect("a field has at most 40 bits")
}

fn small(field: u64) -> u8 {
    u8::try_from(field).expect("three bits fit a byte")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_codes_name_their_articles() {
        let check = |code: &str, gtin: &str, serial: u64, filter: u8| {
            let read = Sgtin96::parse(code).expect(code);
            assert_eq!((read.gtin().as_str(), read.serial(), read.filter()), (gtin, serial, filter), "{code}");
            assert_eq!(read.to_string(), code.to_ascii_lowercase());
        };
        // The worked example of the Tag Data Standard: 0614141.812345.6789.
        check("3074257BF7194E4000001A85", "80614141123458", 6789, 3);
        check("30340bf8dc40882d3e83b804", "00196151660801", 194_322_348_036, 1);
    }

    #[test]
    fn what_names_no_article_is_refused_with_its_reason() {
        let check = |code: &str, fault: EpcFault| assert_eq!(Sgtin96::parse(code), Err(fault), "{code}");
        check("", EpcFault::Malformed);
        check("string", EpcFault::Malformed);
        check("30340bf8dc40882d3e83b80", EpcFault::Malformed);
        check("30340bf8dc40882d3e83b80g", EpcFault::Malformed);
        check("+0340bf8dc40882d3e83b804", EpcFault::Malformed);
        check("31340bf8dc40882d3e83b804", EpcFault::Malformed);
        check("303c0bf8dc40882d3e83b804", EpcFault::NoGtin);
        check("3017ffffffffffffffffffff", EpcFault::NoGtin);
    }

    #[test]
    fn parts_beyond_their_fields_make_no_code() {
        let refused = Err(EpcFault::TooLarge);
        assert_eq!(Sgtin96::new(8, 7, 1, 1, 1), refused);
        assert_eq!(Sgtin96::new(1, 5, 1, 1, 1), refused);
        assert_eq!(Sgtin96::new(1, 7, 10_000_000, 1, 1), refused);
        assert_eq!(Sgtin96::new(1, 7, 1, 1_000_000, 1), refused);
        assert_eq!(Sgtin96::new(1, 7, 1, 1, 1 << 38), refused);
    }

    /// Parts with as many digits as their partition allows.
    fn parts() -> impl Strategy<Value = (u8, u32, u64, u64, u64)> {
        (0..7_usize).prop_flat_map(|partition| {
            let digits = PARTITIONS[partition].1;
            let company = 0..10_u64.pow(digits);
            let item = 0..10_u64.pow(TRADE_ITEM_DIGITS - digits);
            (0..8_u8, Just(digits), company, item, 0..1_u64 << SERIAL_BITS)
        })
    }

    proptest! {
        #[test]
        fn every_code_is_read_as_it_was_made((filter, digits, company, item, serial) in parts()) {
            let made = Sgtin96::new(filter, digits, company, item, serial).expect("the parts fit");
            prop_assert_eq!(Sgtin96::parse(&made.to_string()), Ok(made));
            prop_assert_eq!(Sgtin96::parse(&made.to_string().to_ascii_uppercase()), Ok(made));
        }

        #[test]
        fn a_gtin_is_made_of_indicator_company_and_item((filter, digits, company, item, serial) in parts()) {
            let gtin = Sgtin96::new(filter, digits, company, item, serial).expect("the parts fit").gtin();
            let (width, rest) = (digits as usize, (TRADE_ITEM_DIGITS - digits) as usize);
            let item = format!("{item:0rest$}");
            let expected = format!("{}{company:0width$}{}", &item[..1], &item[1..]);
            prop_assert_eq!(&gtin[..13], expected.as_str());
            prop_assert_eq!(gtin.as_bytes()[13] - b'0', check_digit(&expected));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,30}") {
            if let Ok(read) = Sgtin96::parse(&text) {
                prop_assert_eq!(read.to_string(), text.to_ascii_lowercase());
            }
        }

        #[test]
        fn any_96_bits_with_the_header_are_read_or_hold_no_gtin(bits in any::<u128>()) {
            let text = format!("30{:022x}", bits & ((1 << 88) - 1));
            match Sgtin96::parse(&text) {
                Ok(read) => prop_assert_eq!(read.to_string(), text),
                Err(fault) => prop_assert_eq!(fault, EpcFault::NoGtin),
            }
        }
    }
}
