//! Passwords: what one must look like, how it is kept, how it is checked. It does not know whose it is.

use crate::error::ApiError;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// Characters of a password.
const CHARS: std::ops::RangeInclusive<usize> = 10..=200;
/// Memory of one hash, KiB; passes over it; lanes. The first choice of OWASP's password storage cheat sheet for
/// argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes under way: more wait, so that a crowd at the door cannot take the machine's memory.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Checked when there is no such login, so that the answer takes as long as any other. No password fits it: it is the
/// hash of 32 random bytes that nobody has seen.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| {
    let mut unknown = [0; 32];
    aws_lc_rs::rand::fill(&mut unknown).ok()?;
    hash_now(&unknown)
});

/// Whether this may be a password.
///
/// # Errors
/// 400 naming `field`.
pub(super) fn check_form(password: &str, field: &str) -> Result<(), ApiError> {
    // Counting stops early: a hostile text may be very long.
    let chars = password.chars().take(CHARS.end() + 1).count();
    if CHARS.contains(&chars) { Ok(()) } else { Err(ApiError::field("bad-password", field)) }
}

/// The password as it is kept: argon2id in PHC form, with a random salt.
pub(super) async fn hash(password: String) -> Result<String, ApiError> {
    blocking(move || hash_now(password.as_bytes()))
        .await?
        .ok_or_else(|| ApiError::unavailable("hashing a password", &"no randomness or no memory"))
}

/// Whether the password fits. Takes the same time when there is no hash to fit.
pub(super) async fn fits(password: String, kept: Option<String>) -> Result<bool, ApiError> {
    if password.chars().nth(*CHARS.end()).is_some() {
        return Ok(false);
    }
    blocking(move || {
        let known = kept.is_some();
        let kept = kept.or_else(|| NOBODY.clone()).unwrap_or_default();
        hasher().is_some_and(|argon| argon.verify_password(password.as_bytes(), kept.as_str()).is_ok())
            && known
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let failed = |fault: &dyn std::fmt::Display| ApiError::unavailable("checking a password", fault);
    let permit = AT_ONCE.acquire().await.map_err(|fault| failed(&fault))?;
    let done = tokio::task::spawn_blocking(move || {
        // Held until the work is done, also when whoever asked has gone.
        let _permit = permit;
        work()
    });
    done.await.map_err(|_| failed(&"the work was given up"))
}

fn hasher() -> Option<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &[u8]) -> Option<String> {
    let mut salt = [0; 16];
    aws_lc_rs::rand::fill(&mut salt).ok()?;
    Some(hasher()?.hash_password_with_salt(password, &salt).ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_fits() {
        let kept = hash("correct horse battery".to_owned()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(fits("correct horse battery".to_owned(), Some(kept.clone())).await.unwrap());
        assert!(!fits("correct horse batterz".to_owned(), Some(kept)).await.unwrap());
    }

    #[tokio::test]
    async fn nothing_fits_a_login_that_is_not_there() {
        assert!(!fits("correct horse battery".to_owned(), None).await.unwrap());
        assert!(!fits(String::new(), None).await.unwrap());
    }

    #[test]
    fn a_password_has_ten_to_two_hundred_characters() {
        let form = |n: usize| check_form(&"密".repeat(n), "password").map_err(|error| error.code);
        assert_eq!(form(9), Err("bad-password".to_owned()));
        assert_eq!(form(10), Ok(()));
        assert_eq!(form(200), Ok(()));
        assert_eq!(form(201), Err("bad-password".to_owned()));
    }
}
