//! Signatures of Standard Webhooks 1.0.0 over `id.timestamp.body`: version `v1` with HMAC-SHA256, `v1a` with Ed25519.
//!
//! What it promises: the exact bytes given are signed, comparison takes the same time wherever two
//! signatures differ, and a secret never shows in debug output. It does not judge how old a
//! timestamp is; entries of a version that is not the key's are passed over.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

use crate::signing_pair::{self, SigningPair};

const PREFIX: &str = "whsec_";
const VERSION: &str = "v1";
const PAIR_VERSION: &str = "v1a";

/// What a setting signs with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningKey {
    /// A secret that both sides know.
    Secret(SigningSecret),
    /// A pair of which the receiver knows the public half.
    Pair(SigningPair),
}

impl SigningKey {
    /// Reads either kind as its `reveal` wrote it.
    pub fn parse(text: &str) -> Result<Self, SecretFault> {
        if text.starts_with(signing_pair::PREFIX) {
            return SigningPair::parse(text).map(Self::Pair);
        }
        SigningSecret::parse(text).map(Self::Secret)
    }

    const fn version(&self) -> &'static str {
        match self {
            Self::Secret(_) => VERSION,
            Self::Pair(_) => PAIR_VERSION,
        }
    }

    fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        match self {
            Self::Secret(secret) => STANDARD.encode(secret.mac(id, timestamp, body).finalize().into_bytes()),
            Self::Pair(pair) => pair.sign(&signed_text(id, timestamp, body)),
        }
    }

    fn is_signature(&self, id: &str, timestamp: &str, body: &[u8], theirs: &[u8]) -> bool {
        match self {
            Self::Secret(secret) => secret.mac(id, timestamp, body).verify_slice(theirs).is_ok(),
            Self::Pair(pair) => pair.is_signature(&signed_text(id, timestamp, body), theirs),
        }
    }
}

fn signed_text(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

/// The key of one webhook setting: 32 bytes that came from a random source, or 24 to 64 of the retailer's own.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

/// Why a text is no signing secret. The text itself is left out: it may be most of a real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretFault {
    #[error("a signing secret starts with whsec_")]
    Prefix,
    #[error("what follows whsec_ is not base64")]
    Base64,
    #[error("a signing secret has 24 to 64 bytes, this one has {0}")]
    Length(usize),
    #[error("the halves of a key pair do not belong together")]
    Mismatch,
}

impl SigningSecret {
    /// Takes 32 bytes of a cryptographic random source.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes.to_vec())
    }

    /// Reads `whsec_` and the padded base64 of 24 to 64 bytes.
    pub fn parse(text: &str) -> Result<Self, SecretFault> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretFault::Prefix)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SecretFault::Base64)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(SecretFault::Length(bytes.len()));
        }
        Ok(Self(bytes))
    }

    /// The text to show the retailer, once.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

/// The value of `webhook-signature`: one entry for each key, with a space between them.
/// `timestamp` is the value of `webhook-timestamp`, unix seconds of the attempt.
pub fn sign(keys: &[SigningKey], id: &str, timestamp: i64, body: &[u8]) -> String {
    let timestamp = timestamp.to_string();
    let entries: Vec<String> =
        keys.iter().map(|key| format!("{},{}", key.version(), key.sign(id, &timestamp, body))).collect();
    entries.join(" ")
}

/// Most entries of a header that are looked at: nobody rotates that many keys, and each costs a computation.
const MOST_ENTRIES: usize = 16;

/// Is any entry of a `webhook-signature` right for this key? All three texts are the
/// header values as they came.
pub fn verify(key: &SigningKey, id: &str, timestamp: &str, body: &[u8], signatures: &str) -> bool {
    signatures
        .split_ascii_whitespace()
        .take(MOST_ENTRIES)
        .filter_map(|entry| entry.split_once(','))
        .filter(|(version, _)| *version == key.version())
        .filter_map(|(_, encoded)| STANDARD.decode(encoded).ok())
        .any(|theirs| key.is_signature(id, timestamp, body, &theirs))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of the contract's page for integrators.
    const SECRET: &str = "whsec_YW4tZXhhbXBsZS1zZWNyZXQtbm90LWZvci11c2UtMDE=";
    const ID: &str = "msg_01GQ4Y4W5MZ9J3T7KX8B2C6D0E";
    const TIMESTAMP: i64 = 1_674_125_346;
    const BODY: &[u8] = br#"{"shopperId":null,"uniqueEventId":"kiosk-3-000815"}"#;
    const SIGNATURE: &str = "v1,hdRDPClIVmqVkjEgC/GqxklR9vF9lfp2kR1c0EcGjLQ=";

    fn example() -> SigningKey {
        SigningKey::parse(SECRET).unwrap()
    }

    fn random(byte: u8) -> SigningKey {
        SigningKey::Secret(SigningSecret::from_random([byte; 32]))
    }

    #[test]
    fn the_published_example_is_signed_as_published() {
        assert_eq!(sign(&[example()], ID, TIMESTAMP, BODY), SIGNATURE);
        assert_eq!(SigningSecret::parse(SECRET).unwrap().reveal(), SECRET);
    }

    #[test]
    fn during_a_rotation_either_secret_verifies() {
        let new = random(7);
        let both = sign(&[new.clone(), example()], ID, TIMESTAMP, BODY);
        assert_eq!(both.split(' ').count(), 2);
        let timestamp = TIMESTAMP.to_string();
        assert!(verify(&new, ID, &timestamp, BODY, &both));
        assert!(verify(&example(), ID, &timestamp, BODY, &both));
        let stranger = random(8);
        assert!(!verify(&stranger, ID, &timestamp, BODY, &both));
    }

    #[test]
    fn a_pair_signs_as_v1a_beside_a_secret() {
        let pair = |byte| SigningKey::Pair(SigningPair::from_random([byte; 32]));
        let (timestamp, old) = (TIMESTAMP.to_string(), pair(2));
        let both = sign(&[pair(1), old.clone()], ID, TIMESTAMP, BODY);
        assert!(both.split(' ').all(|entry| entry.starts_with("v1a,")), "{both}");
        for (key, right) in [(pair(1), true), (old, true), (pair(3), false), (example(), false)] {
            assert_eq!(verify(&key, ID, &timestamp, BODY, &both), right, "{key:?}");
        }
        assert!(!verify(&pair(1), "msg_2", &timestamp, BODY, &both));
        assert!(!verify(&pair(1), ID, &timestamp, b"{}", &both));
        assert!(!verify(&pair(1), ID, &timestamp, BODY, &both.replace("v1a", "v1")));
        let SigningKey::Pair(kept) = pair(1) else { unreachable!() };
        assert_eq!(SigningKey::parse(&kept.reveal()), Ok(pair(1)));
    }

    #[test]
    fn anything_changed_is_refused() {
        let check = |id: &str, timestamp: &str, body: &[u8], signature: &str, right: bool| {
            let verdict = verify(&example(), id, timestamp, body, signature);
            assert_eq!(verdict, right, "{id} {timestamp} {signature}");
        };
        let sent_at = TIMESTAMP.to_string();
        check(ID, &sent_at, BODY, SIGNATURE, true);
        check(ID, &sent_at, BODY, &format!("v1a,x v2,{SIGNATURE} {SIGNATURE}"), true);
        check("msg_2", &sent_at, BODY, SIGNATURE, false);
        check(ID, "1674125347", BODY, SIGNATURE, false);
        check(ID, "01674125346", BODY, SIGNATURE, false);
        check(ID, &sent_at, b"{}", SIGNATURE, false);
        check(ID, &sent_at, BODY, "", false);
        check(ID, &sent_at, BODY, "v1,", false);
        check(ID, &sent_at, BODY, "v1,%%%", false);
        check(ID, &sent_at, BODY, &SIGNATURE[..SIGNATURE.len() - 4], false);
        check(ID, &sent_at, BODY, &SIGNATURE.replacen("v1", "v1a", 1), false);
        check(ID, &sent_at, BODY, &SIGNATURE.replacen("v1,", "", 1), false);
    }

    #[test]
    fn texts_that_are_no_secret_are_refused() {
        let table = [
            ("", SecretFault::Prefix),
            ("YW4=", SecretFault::Prefix),
            ("WHSEC_YW4=", SecretFault::Prefix),
            ("whsec_", SecretFault::Length(0)),
            ("whsec_YW4=", SecretFault::Length(2)),
            ("whsec_YW4", SecretFault::Base64),
            ("whsec_not base64", SecretFault::Base64),
        ];
        for (text, fault) in table {
            assert_eq!(SigningSecret::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn debug_output_keeps_the_secret() {
        assert_eq!(format!("{:?}", example()), "Secret(SigningSecret(…))");
    }
}
