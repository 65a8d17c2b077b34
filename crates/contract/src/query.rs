//! The text after `?`, taken apart: names, repeated names, brackets, commas, percent signs.

/// A pair as it was written, its name decoded and without brackets, its value still encoded.
pub struct Pair<'q> {
    pub name: String,
    pub raw: &'q str,
}

/// All pairs in order. `a[]=`, `a[0]=` and `a=` are all of `a`.
pub fn pairs(raw: &str) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    for piece in raw.split('&').filter(|piece| !piece.is_empty()) {
        let (name, raw) = piece.split_once('=').unwrap_or((piece, ""));
        if let Some(name) = decoded(name) {
            pairs.push(Pair { name: without_brackets(&name).to_owned(), raw });
        }
    }
    pairs
}

fn without_brackets(name: &str) -> &str {
    let Some((bare, index)) = name.strip_suffix(']').and_then(|name| name.rsplit_once('[')) else {
        return name;
    };
    if index.bytes().all(|byte| byte.is_ascii_digit()) { bare } else { name }
}

/// `+` is a space, `%xx` a byte; a percent sign without two digits stands for itself. `None` where the bytes are no UTF-8.
pub fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, tail @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = tail;
                }
                _ => bytes.push(b'%'),
            },
            (byte, _) => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_taken_apart() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("a=1&b=2", &[("a", "1"), ("b", "2")]),
            ("a[]=1&a[12]=2&a%5B0%5D=3", &[("a", "1"), ("a", "2"), ("a", "3")]),
            ("a[x]=1&[]=2", &[("a[x]", "1"), ("", "2")]),
            ("a&&b==", &[("a", ""), ("b", "=")]),
            ("%FF=1&a=%2C", &[("a", "%2C")]),
        ];
        for (raw, expected) in cases {
            let found = pairs(raw);
            let found: Vec<(&str, &str)> = found.iter().map(|pair| (&*pair.name, pair.raw)).collect();
            assert_eq!(&found[..], *expected, "{raw}");
        }
    }

    #[test]
    fn decoding() {
        let cases = [
            ("a+b%20c", Some("a b c")),
            ("%C3%A5", Some("å")),
            ("100%", Some("100%")),
            ("%zz%4", Some("%zz%4")),
            ("%FF", None),
        ];
        for (text, expected) in cases {
            assert_eq!(decoded(text).as_deref(), expected, "{text}");
        }
    }
}
