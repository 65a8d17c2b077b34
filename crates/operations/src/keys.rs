//! The master key: what is sealed with it at rest, and what is hashed with it.
//!
//! Sealed: webhook secrets, tokens of cards and of settings, stored idempotent answers. Keyed hashes: scanned codes and
//! whatever must be found again without being readable. A lost key makes these unreadable and nothing else.

use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::Chance;

const NONCE_BYTES: usize = 24;

/// Derived from the 32 bytes of the master key.
#[derive(Clone)]
pub struct Keys(Arc<Derived>);

struct Derived {
    sealing: XChaCha20Poly1305,
    hashing: [u8; 32],
    shoppers: u64,
    check: [u8; 32],
}

/// A sealed value could not be opened: another key, or damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open with this master key")]
pub struct KeysFault;

impl Keys {
    /// Derives what is needed from the master key.
    pub fn new(master: &[u8; 32]) -> Self {
        let derived = |purpose: &str| {
            let mut mac = keyed(master);
            mac.update(purpose.as_bytes());
            <[u8; 32]>::from(mac.finalize().into_bytes())
        };
        let shoppers = derived("shopper ids");
        Self(Arc::new(Derived {
            sealing: XChaCha20Poly1305::new(&derived("sealing").into()),
            hashing: derived("hashing"),
            shoppers: u64::from_le_bytes(shoppers[..8].try_into().expect("eight of 32 bytes")),
            check: derived("check"),
        }))
    }

    /// Seals bytes for one place; opening them elsewhere fails.
    pub fn seal(&self, place: &str, plain: &[u8], chance: &Chance) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = chance.bytes();
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self.0.sealing.encrypt(XNonce::from_slice(&nonce), payload);
        [nonce.as_slice(), &sealed.expect("sealing fails only beyond 256 GiB")].concat()
    }

    /// Opens what was sealed for that place.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, KeysFault> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES).ok_or(KeysFault)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        self.0.sealing.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| KeysFault)
    }

    /// A hash that only this server can make, for one purpose.
    pub fn hash(&self, purpose: &str, text: &str) -> [u8; 32] {
        let mut mac = keyed(&self.0.hashing);
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Key of the permutation that makes shopper ids.
    pub fn shoppers(&self) -> u64 {
        self.0.shoppers
    }

    /// What a database remembers, to notice a wrong key at start. Tells nothing about the key.
    pub fn check(&self) -> [u8; 32] {
        self.0.check
    }
}

/// The plain SHA-256 under which tokens are stored: they have 256 random bits, so no key and no salt is needed.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes keys of every length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_place_only() {
        let (keys, chance) = (Keys::new(&[7; 32]), Chance::seeded(1));
        let sealed = keys.seal("webhook", b"secret", &chance);
        assert_eq!(keys.open("webhook", &sealed).as_deref(), Ok(b"secret".as_slice()));
        assert_eq!(keys.open("card", &sealed), Err(KeysFault));
        assert_eq!(Keys::new(&[8; 32]).open("webhook", &sealed), Err(KeysFault));
        assert_eq!(keys.open("webhook", &sealed[..10]), Err(KeysFault));
        assert_ne!(sealed, keys.seal("webhook", b"secret", &chance), "a nonce is never used twice");
    }

    #[test]
    fn hashes_depend_on_key_and_purpose() {
        let keys = Keys::new(&[7; 32]);
        assert_eq!(keys.hash("code", "x"), keys.hash("code", "x"));
        assert_ne!(keys.hash("code", "x"), keys.hash("card", "x"));
        assert_ne!(keys.hash("code", "x"), Keys::new(&[8; 32]).hash("code", "x"));
    }
}
