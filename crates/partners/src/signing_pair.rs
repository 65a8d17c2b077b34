//! Ed25519 key pairs of Standard Webhooks 1.0.0, version `v1a`: whoever receives needs only the public half.
//!
//! Promises: the private half shows in no debug output and is wiped when dropped; signatures that bend the rules of the
//! curve are refused.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey};
use std::fmt;

use crate::SecretFault;

pub(crate) const PREFIX: &str = "whsk_";
const PUBLIC_PREFIX: &str = "whpk_";

/// The key pair of one webhook setting.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningPair(SigningKey);

impl SigningPair {
    /// Takes 32 bytes of a cryptographic random source.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&bytes))
    }

    /// Reads `whsk_` and the base64 of private and public half.
    pub fn parse(text: &str) -> Result<Self, SecretFault> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretFault::Prefix)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SecretFault::Base64)?;
        let pair: [u8; 64] = bytes.as_slice().try_into().map_err(|_| SecretFault::Length(bytes.len()))?;
        SigningKey::from_keypair_bytes(&pair).map(Self).map_err(|_| SecretFault::Mismatch)
    }

    /// Private and public half as one text; it never leaves the server.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(self.0.to_keypair_bytes()))
    }

    /// What the receiver verifies with.
    pub fn public_key(&self) -> String {
        format!("{PUBLIC_PREFIX}{}", STANDARD.encode(self.0.verifying_key().as_bytes()))
    }

    /// The base64 of the signature.
    pub(crate) fn sign(&self, text: &[u8]) -> String {
        STANDARD.encode(self.0.sign(text).to_bytes())
    }

    /// Whether these bytes are a signature of the text.
    pub(crate) fn is_signature(&self, text: &[u8], theirs: &[u8]) -> bool {
        let signature = Signature::from_slice(theirs);
        signature.is_ok_and(|signature| self.0.verifying_key().verify_strict(text, &signature).is_ok())
    }
}

impl fmt::Debug for SigningPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningPair({})", self.public_key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 8032, 7.1, TEST 2: one byte is signed.
    const SEED: [u8; 32] = [
        0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda, 0x9d, 0xb6, 0xc3, 0x46, 0xec, 0x11, 0x4e, 0x0f, 0x5b, 0x8a,
        0x31, 0x9f, 0x35, 0xab, 0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb,
    ];
    const PUBLIC: [u8; 32] = [
        0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc, 0x9c, 0x98,
        0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c,
    ];
    const SIGNATURE_START: [u8; 8] = [0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8];

    #[test]
    fn the_published_vector_is_met() {
        let pair = SigningPair::from_random(SEED);
        assert_eq!(pair.public_key(), format!("whpk_{}", STANDARD.encode(PUBLIC)));
        let signature = STANDARD.decode(pair.sign(&[0x72])).unwrap();
        assert_eq!(signature[..8], SIGNATURE_START);
        assert!(pair.is_signature(&[0x72], &signature));
        assert!(!pair.is_signature(&[0x73], &signature));
        assert!(!pair.is_signature(&[0x72], &signature[..63]));
        assert!(!SigningPair::from_random([1; 32]).is_signature(&[0x72], &signature));
    }

    #[test]
    fn a_pair_is_kept_as_text_and_never_shown() {
        let pair = SigningPair::from_random(SEED);
        assert_eq!(SigningPair::parse(&pair.reveal()), Ok(pair.clone()));
        assert!(!format!("{pair:?}").contains(&STANDARD.encode(SEED)[..40]));
        let mut wrong = [0_u8; 64];
        wrong[..32].copy_from_slice(&SEED);
        let table = [
            ("whsec_AA==".to_owned(), SecretFault::Prefix),
            ("whsk_!".to_owned(), SecretFault::Base64),
            (format!("whsk_{}", STANDARD.encode(SEED)), SecretFault::Length(32)),
            (format!("whsk_{}", STANDARD.encode(wrong)), SecretFault::Mismatch),
        ];
        for (text, fault) in table {
            assert_eq!(SigningPair::parse(&text), Err(fault), "{text}");
        }
    }
}
