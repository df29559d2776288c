//! HMAC-SHA-256 over raw bytes, in base64, compared in constant time. It does not know what the bytes say.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;

/// What a shop and we share.
#[derive(Clone)]
pub struct Secret(hmac::Key);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// A secret as it was given; `None` when it is shorter than 16 bytes or longer than 256.
    pub fn new(text: &str) -> Option<Secret> {
        let bytes = text.trim().as_bytes();
        (16..=256).contains(&bytes.len()).then(|| Secret(hmac::Key::new(hmac::HMAC_SHA256, bytes)))
    }

    /// Whether `signature` (base64) is right for these bytes.
    pub(crate) fn is_right(&self, bytes: &[u8], signature: &str) -> bool {
        let Ok(tag) = STANDARD.decode(signature.trim()) else { return false };
        hmac::verify(&self.0, bytes, &tag).is_ok()
    }

    /// The signature of these bytes in base64, as a shop makes it.
    pub fn sign(&self, bytes: &[u8]) -> String {
        STANDARD.encode(hmac::sign(&self.0, bytes).as_ref())
    }
}

/// The one header of this name: two of them would leave open which one counts.
pub(crate) fn header<'a>(headers: &[(&str, &'a str)], name: &'static str) -> Result<&'a str, crate::Unheard> {
    let mut found = headers.iter().filter(|(told, _)| told.eq_ignore_ascii_case(name));
    match (found.next(), found.next()) {
        (Some((_, value)), None) if !value.is_empty() && value.len() <= 512 => Ok(value),
        _ => Err(crate::Unheard::BadHeader(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_that_openssl_makes() {
        // printf '{"id":1}' | openssl dgst -sha256 -hmac 'hush-hush-hush-hush' -binary | base64
        let secret = Secret::new("hush-hush-hush-hush").unwrap();
        let signature = secret.sign(br#"{"id":1}"#);
        assert_eq!(signature, "gqb/mZI8OCf3/j3Ur1xqzHGfmqHHhNnpOakaVHyc9dw=");
        assert!(secret.is_right(br#"{"id":1}"#, &signature));
        assert!(!secret.is_right(br#"{"id":2}"#, &signature));
        assert!(!secret.is_right(br#"{"id":1}"#, &signature[1..]));
        assert!(!secret.is_right(br#"{"id":1}"#, ""));
        assert!(!Secret::new("another-secret-here").unwrap().is_right(br#"{"id":1}"#, &signature));
    }

    #[test]
    fn a_secret_is_long_enough_and_never_printed() {
        assert!(Secret::new("short").is_none());
        assert!(Secret::new(&"x".repeat(257)).is_none());
        assert_eq!(format!("{:?}", Secret::new("hush-hush-hush-hush")), "Some(Secret)");
    }
}
