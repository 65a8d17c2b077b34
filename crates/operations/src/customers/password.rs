//! Passwords: argon2id with 19 MiB, two passes, one lane and a random 16-byte salt, over the NFC form of what was typed.
//!
//! At most two are hashed at once, for each takes memory and a core; at most 32 more wait, the next one is turned away.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::{App, Failure};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const CURRENT: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

static AT_ONCE: Semaphore = Semaphore::const_new(2);
static UNDER_WAY_OR_WAITING: Semaphore = Semaphore::const_new(34);

/// A password as it was typed. It is shown by nothing.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// The NFC form, so that the same letters typed on another device are the same password.
    pub fn new(typed: &str) -> Self {
        Self(typed.nfc().collect())
    }

    /// What is stored: algorithm, parameters, salt and hash in one text.
    pub(crate) async fn hash(&self, app: &App) -> Result<String, Failure> {
        let (password, salt) = (self.clone(), app.chance.bytes::<16>());
        let hashed = in_turn(move || {
            let hash = argon2id()?.hash_password_with_salt(password.0.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(Failure::broken)
        });
        hashed.await
    }

    /// Whether this is the password of a stored hash.
    pub(crate) async fn fits(&self, stored: String) -> Result<bool, Failure> {
        let password = self.clone();
        let judged = in_turn(move || {
            let hash = PasswordHash::new(&stored).map_err(Failure::broken)?;
            match argon2id()?.verify_password(password.0.as_bytes(), &hash) {
                Ok(()) => Ok(true),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(Failure::broken(error)),
            }
        });
        judged.await
    }
}

impl Password {
    /// A hash that no password fits, to be judged where there is nobody: that must take as long.
    pub(crate) fn hash_of_nothing() -> String {
        format!("{CURRENT}{}${}", "A".repeat(22), "A".repeat(43))
    }

    /// Whether a stored hash was made with the parameters of today.
    pub(crate) fn is_current(stored: &str) -> bool {
        stored.starts_with(CURRENT)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

fn argon2id() -> Result<Argon2<'static>, Failure> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Failure::broken)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    let full = |_| Failure::Busy("too many passwords are being hashed".to_owned());
    let _place = UNDER_WAY_OR_WAITING.try_acquire().map_err(full)?;
    let turn = AT_ONCE.acquire().await.map_err(Failure::broken)?;
    let working = tokio::task::spawn_blocking(move || {
        // Kept to the end of the work: a caller who hangs up does not make room for a third.
        let _turn = turn;
        work()
    });
    working.await.map_err(Failure::broken)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_hash_in_either_unicode_form_and_no_other_does() {
        let salt = [7; 16];
        let hash = argon2id()
            .and_then(|argon| {
                let typed = Password::new("pass\u{e9}-word");
                let hash = argon.hash_password_with_salt(typed.0.as_bytes(), &salt);
                hash.map(|hash| hash.to_string()).map_err(Failure::broken)
            })
            .expect("hashes");
        assert!(Password::is_current(&hash), "{hash}");
        assert!(!Password::is_current("$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$aGFzaA"));
        for (typed, fits) in [("passe\u{301}-word", true), ("passe-word", false), ("", false)] {
            let judged = Password::new(typed).fits(hash.clone()).await;
            assert_eq!(judged.expect("judges"), fits, "{typed}");
        }
    }

    #[tokio::test]
    async fn nothing_fits_the_hash_of_nothing() {
        assert!(!Password::new("password").fits(Password::hash_of_nothing()).await.expect("judges"));
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(format!("{:?}", Password::new("secret")), "Password(…)");
    }
}
