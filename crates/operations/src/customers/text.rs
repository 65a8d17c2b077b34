//! How what people type is compared: e-mail addresses without letter case, telephone numbers without decoration.

use crate::{Chance, FieldFault};

/// Domain of the addresses that are made for anonymous customers. It can never reach anybody (RFC 2606).
const GENERATED_DOMAIN: &str = "@customers.invalid";

/// An address as it is compared.
pub fn fold_email(email: &str) -> String {
    email.to_lowercase()
}

/// A number as it is compared: without spaces, dots, dashes and brackets, a leading `00` read as `+`.
pub fn fold_phone(phone: &str) -> String {
    let is_decoration = |letter: char| {
        letter.is_whitespace() || matches!(letter, '.' | '-' | '\u{2010}'..='\u{2015}' | '(' | ')' | '[' | ']')
    };
    let bare: String = phone.chars().filter(|letter| !is_decoration(*letter)).collect();
    match bare.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => bare,
    }
}

/// An address for a customer who gave none; no personal data.
pub(super) fn generated_email(chance: &Chance) -> String {
    format!("{:032x}{GENERATED_DOMAIN}", u128::from_be_bytes(chance.bytes()))
}

/// Whether a caller may not send this address: only the server makes addresses of that domain.
pub fn email_fault(email: &str) -> Option<FieldFault> {
    let is_reserved = fold_email(email).ends_with(GENERATED_DOMAIN);
    is_reserved.then(|| FieldFault::invalid("email", "contains an invalid value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_without_decoration() {
        let check = |phone: &str, folded: &str| assert_eq!(fold_phone(phone), folded, "{phone}");
        check("+1 (555) 01-00", "+15550100");
        check("00 1 555.01.00", "+15550100");
        check("[0]30\u{a0}123\u{2013}4", "0301234");
        check("0", "0");
    }

    #[test]
    fn addresses_of_the_generated_domain_are_refused_in_any_spelling() {
        let check = |email: &str, refused: bool| {
            assert_eq!(email_fault(email).is_some(), refused, "{email}");
        };
        check("a@customers.invalid", true);
        check("A@Customers.INVALID", true);
        check("a@customers.invalid.example", false);
        check("a@mycustomers.invalid", false);
        check(&generated_email(&Chance::seeded(1)), true);
    }

    #[test]
    fn generated_addresses_have_32_hex_digits_and_differ() {
        let chance = Chance::seeded(1);
        let email = generated_email(&chance);
        let (local, _) = email.split_once('@').expect("an address");
        assert_eq!(local.len(), 32);
        assert!(local.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(email, generated_email(&chance));
    }
}
