//! Spellings of an IPv4 address that resolvers and URL parsers understand beside the dotted four:
//! fewer parts, hexadecimal and octal numbers (`127.1`, `0x7f.0.0.1`, `017700000001`).
//!
//! They are decoded here so that what is checked is what is connected to, and no resolver is left
//! to read them in its own way.

use std::net::Ipv4Addr;

/// A host whose last part is a number is an address in some spelling, or nothing at all.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    Address(Ipv4Addr),
    /// Ends in a number, but is no address.
    Unusable,
    /// Not an attempt at an IPv4 address.
    Name,
}

pub(super) fn read_ipv4(host: &str) -> Spelling {
    let host = host.strip_suffix('.').unwrap_or(host);
    let parts: Vec<&str> = host.split('.').collect();
    let last = parts.last().copied().unwrap_or_default();
    let is_digits = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    if !is_digits && read_number(last).is_none() {
        return Spelling::Name;
    }
    let numbers: Option<Vec<u64>> = parts.iter().map(|part| read_number(part)).collect();
    match numbers.as_deref().and_then(join) {
        Some(address) => Spelling::Address(address),
        None => Spelling::Unusable,
    }
}

/// The leading numbers are octets; the last one fills what is left.
fn join(numbers: &[u64]) -> Option<Ipv4Addr> {
    let (last, leading) = numbers.split_last()?;
    if leading.len() > 3 || leading.iter().any(|octet| *octet > 255) {
        return None;
    }
    let free_bytes = 4 - leading.len();
    if *last >= 1 << (8 * free_bytes) {
        return None;
    }
    let mut address = *last;
    for (position, octet) in leading.iter().enumerate() {
        address |= octet << (8 * (3 - position));
    }
    u32::try_from(address).ok().map(Ipv4Addr::from_bits)
}

fn read_number(part: &str) -> Option<u64> {
    let (digits, radix) = if let Some(hex) = part.strip_prefix("0x").or(part.strip_prefix("0X")) {
        // A bare `0x` counts as zero where such spellings are read at all.
        (if hex.is_empty() { "0" } else { hex }, 16)
    } else if part.len() > 1 && part.starts_with('0') {
        (&part[1..], 8)
    } else {
        (part, 10)
    };
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_decoded_or_known_to_be_none() {
        let localhost = "127.0.0.1";
        for (host, address) in [
            ("127.0.0.1", localhost),
            ("127.0.0.1.", localhost),
            ("127.0.1", localhost),
            ("127.1", localhost),
            ("2130706433", localhost),
            ("0x7f000001", localhost),
            ("0X7F.1", localhost),
            ("0177.0.0.01", localhost),
            ("017700000001", localhost),
            ("0x7f.0.0.0x1", localhost),
            ("0", "0.0.0.0"),
            ("0x", "0.0.0.0"),
            ("4294967295", "255.255.255.255"),
            ("10.16777215", "10.255.255.255"),
            ("1.2.65535", "1.2.255.255"),
        ] {
            assert_eq!(read_ipv4(host), Spelling::Address(address.parse().unwrap()), "{host}");
        }
        for host in [
            "256.0.0.1",
            "1.2.3.256",
            "1.2.3.4.5",
            "4294967296",
            "10.16777216",
            "1.2.65536",
            "08",
            "1..1",
            ".1",
            "a.1",
            "+1.1",
            "0x1g.1",
            "1.2.3.09",
            "99999999999999999999",
            "1.2.3.4.0x",
        ] {
            assert_eq!(read_ipv4(host), Spelling::Unusable, "{host}");
        }
        for host in ["shop.example", "1.example", "a", "0x7g", "", ".", "1.2.3.4a", "+1"] {
            assert_eq!(read_ipv4(host), Spelling::Name, "{host}");
        }
    }
}
