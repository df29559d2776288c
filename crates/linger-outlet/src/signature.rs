//! Signatures of webhooks as the Standard Webhooks specification has them (symmetric, version 1): HMAC-SHA-256 over
//! `id.timestamp.body`. It does not know what a body says.
//!
//! Source: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.

use crate::payments::NoticeError;
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use linger_protocol::Millis;
use std::fmt;

/// How far the time of a signature may lie from now, either way.
pub const TOLERANCE_SECONDS: u64 = 300;
/// Signatures that one header may carry, while secrets are being rotated.
const SIGNATURES_MAX: usize = 8;

pub(crate) const ID: &str = "webhook-id";
pub(crate) const TIMESTAMP: &str = "webhook-timestamp";
pub(crate) const SIGNATURE: &str = "webhook-signature";

/// What a provider and the house share to sign webhooks.
#[derive(Clone)]
pub struct WebhookSecret(hmac::Key);

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret")
    }
}

impl WebhookSecret {
    /// A secret of 24 to 64 bytes; `None` when it is shorter or longer.
    pub fn new(bytes: &[u8]) -> Option<WebhookSecret> {
        let fits = (24..=64).contains(&bytes.len());
        fits.then(|| WebhookSecret(hmac::Key::new(hmac::HMAC_SHA256, bytes)))
    }

    /// A secret as providers show it: `whsec_` and base64.
    pub fn from_text(text: &str) -> Option<WebhookSecret> {
        WebhookSecret::new(&STANDARD.decode(text.trim().strip_prefix("whsec_")?).ok()?)
    }

    /// The value of the signature header.
    pub(crate) fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let tag = hmac::sign(&self.0, &signed_bytes(id, &seconds.to_string(), body));
        format!("v1,{}", STANDARD.encode(tag.as_ref()))
    }

    /// Checks a webhook's headers against its body and gives its id; signatures are compared in constant time.
    pub(crate) fn check<'a>(
        &self,
        headers: &[(&str, &'a str)],
        body: &[u8],
        now: Millis,
    ) -> Result<&'a str, NoticeError> {
        let id = header(headers, ID)?;
        let timestamp = header(headers, TIMESTAMP)?;
        let signatures = header(headers, SIGNATURE)?;
        let fits = !id.is_empty() && id.len() <= 128 && id.bytes().all(|b| b.is_ascii_graphic() && b != b'.');
        if !fits {
            return Err(NoticeError::BadHeader { header: ID });
        }
        let digits = timestamp.len() <= 15 && timestamp.bytes().all(|b| b.is_ascii_digit());
        let seconds = timestamp.parse::<i64>().ok().filter(|_| digits);
        let seconds = seconds.ok_or(NoticeError::BadHeader { header: TIMESTAMP })?;
        let signed = signed_bytes(id, timestamp, body);
        let right = signatures
            .split(' ')
            .take(SIGNATURES_MAX)
            .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
            .any(|tag| hmac::verify(&self.0, &signed, &tag).is_ok());
        if !right {
            return Err(NoticeError::BadSignature);
        }
        if (now.0.div_euclid(1000)).abs_diff(seconds) > TOLERANCE_SECONDS {
            return Err(NoticeError::Stale);
        }
        Ok(id)
    }
}

fn signed_bytes(id: &str, seconds: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", seconds.as_bytes(), b".", body].concat()
}

/// The one header of this name: two of them would leave open which one was signed.
pub(crate) fn header<'a>(headers: &[(&str, &'a str)], name: &'static str) -> Result<&'a str, NoticeError> {
    let mut found = headers.iter().filter(|(told, _)| told.eq_ignore_ascii_case(name));
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Ok(value),
        _ => Err(NoticeError::BadHeader { header: name }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_614_265_330_000);

    /// The example of the reference libraries (`standard-webhooks`, the same in every language).
    fn example() -> (WebhookSecret, Vec<(&'static str, &'static str)>, &'static [u8]) {
        let secret = WebhookSecret::from_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let headers = vec![
            (ID, "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            (TIMESTAMP, "1614265330"),
            (SIGNATURE, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ];
        (secret, headers, br#"{"test": 2432232314}"#)
    }

    #[test]
    fn the_example_of_the_reference_libraries_holds() {
        let (secret, headers, body) = example();
        assert_eq!(secret.check(&headers, body, NOW), Ok(headers[0].1));
        assert_eq!(secret.sign(headers[0].1, 1_614_265_330, body), headers[2].1);
    }

    #[test]
    fn what_the_reference_library_signs_is_believed_and_what_it_signs_with_another_secret_is_not() {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let (secret, _, body) = example();
        let now = crate::sandbox::system_clock()();
        let signed = |text: &str| {
            let reference = standardwebhooks::Webhook::new(text).unwrap();
            reference.sign("msg_1", now.0 / 1_000, body).unwrap()
        };
        let time = (now.0 / 1_000).to_string();
        let check = |signature: String| {
            let headers = [(ID, "msg_1"), (TIMESTAMP, &time), (SIGNATURE, &signature)];
            secret.check(&headers, body, now).map(str::to_owned)
        };
        assert_eq!(check(signed(text)), Ok("msg_1".to_owned()));
        assert_eq!(check(signed("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")), Err(NoticeError::BadSignature));
    }

    #[test]
    fn header_names_count_in_any_case_and_one_right_signature_among_several_is_enough() {
        let (secret, headers, body) = example();
        let several = format!("v1,AAAA v2,xyz {}", headers[2].1);
        let headers =
            [("Webhook-Id", headers[0].1), ("WEBHOOK-TIMESTAMP", headers[1].1), (SIGNATURE, &several)];
        assert_eq!(secret.check(&headers, body, NOW), Ok(headers[0].1));
    }

    #[test]
    fn whatever_is_changed_breaks_the_signature() {
        let (secret, headers, body) = example();
        let with = |at: usize, value| {
            let mut headers = headers.clone();
            headers[at].1 = value;
            secret.check(&headers, body, NOW)
        };
        assert_eq!(with(0, "msg_another"), Err(NoticeError::BadSignature));
        assert_eq!(with(1, "1614265331"), Err(NoticeError::BadSignature));
        assert_eq!(with(2, "v1,g0hM9SsE"), Err(NoticeError::BadSignature));
        assert_eq!(with(2, ""), Err(NoticeError::BadSignature));
        assert_eq!(with(0, "two words"), Err(NoticeError::BadHeader { header: ID }));
        assert_eq!(with(1, "+161426533"), Err(NoticeError::BadHeader { header: TIMESTAMP }));
        assert_eq!(secret.check(&headers, b"{}", NOW), Err(NoticeError::BadSignature));
        let other = WebhookSecret::new(&[7; 32]).unwrap();
        assert_eq!(other.check(&headers, body, NOW), Err(NoticeError::BadSignature));
    }

    #[test]
    fn an_old_signature_and_one_of_the_future_are_stale() {
        let (secret, headers, body) = example();
        let at = |seconds: i64| secret.check(&headers, body, Millis(NOW.0 + seconds * 1000));
        assert_eq!(at(300), Ok(headers[0].1));
        assert_eq!(at(-300), Ok(headers[0].1));
        assert_eq!(at(301), Err(NoticeError::Stale));
        assert_eq!(at(-301), Err(NoticeError::Stale));
    }

    #[test]
    fn a_header_that_is_missing_or_given_twice_is_named() {
        let (secret, headers, body) = example();
        for at in 0..3 {
            let mut fewer = headers.clone();
            let (name, _) = fewer.remove(at);
            assert_eq!(secret.check(&fewer, body, NOW), Err(NoticeError::BadHeader { header: name }));
            let mut more = headers.clone();
            more.push(headers[at]);
            assert_eq!(secret.check(&more, body, NOW), Err(NoticeError::BadHeader { header: name }));
        }
    }

    #[test]
    fn a_secret_is_long_enough_and_never_printed() {
        assert!(WebhookSecret::new(&[1; 23]).is_none());
        assert!(WebhookSecret::new(&[1; 65]).is_none());
        assert!(WebhookSecret::from_text("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_none());
        assert_eq!(format!("{:?}", example().0), "WebhookSecret");
    }
}
