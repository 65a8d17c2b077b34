//! Randomness: the system's, or a seeded one in tests.

use std::sync::{Arc, Mutex};

use rand::{Rng, RngCore, SeedableRng};
use uuid::Uuid;

/// Where unguessable bytes come from.
#[derive(Clone)]
pub struct Chance(Arc<Mutex<rand::rngs::StdRng>>);

impl Chance {
    /// Seeded by the operating system. `StdRng` is a cryptographic generator.
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(rand::rngs::StdRng::from_os_rng())))
    }

    /// The same every time, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(rand::rngs::StdRng::seed_from_u64(seed))))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.lock().fill_bytes(&mut bytes);
        bytes
    }

    /// A random (version 4) UUID.
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// A number from 0 (inclusive) to 1 (exclusive).
    pub fn fraction(&self) -> f64 {
        self.lock().random()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, rand::rngs::StdRng> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
