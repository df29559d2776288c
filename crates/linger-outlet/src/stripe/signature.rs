//! Signatures of Stripe's webhooks: HMAC-SHA-256 in hexadecimal over `t.payload`, in one header. It does not know what a
//! body says.
//!
//! Source: <https://docs.stripe.com/webhooks/signature> ("Verify webhook signatures manually").

use crate::{payments::NoticeError, signature::TOLERANCE_SECONDS, signature::header};
use aws_lc_rs::hmac;
use linger_protocol::Millis;
use std::fmt;

const HEADER: &str = "stripe-signature";
const HEADER_BYTES_MAX: usize = 4_096;
/// Signatures that are tried: Stripe signs with every secret of an endpoint while one is being rolled.
const SIGNATURES_MAX: usize = 16;

/// What an endpoint of Stripe signs with. It is never printed.
#[derive(Clone)]
pub struct StripeSecret(hmac::Key);

impl fmt::Debug for StripeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StripeSecret")
    }
}

impl StripeSecret {
    /// A secret as the dashboard shows it, `whsec_…`; the whole text is the key. `None` when it has another form.
    pub fn new(text: &str) -> Option<StripeSecret> {
        let text = text.trim();
        let fits = (14..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        (fits && text.starts_with("whsec_"))
            .then(|| StripeSecret(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes())))
    }
}

/// Checks a notice against its header; one right signature under one of the secrets is enough.
pub(super) fn check(
    secrets: &[StripeSecret],
    headers: &[(&str, &str)],
    body: &[u8],
    now: Millis,
) -> Result<(), NoticeError> {
    const BAD: NoticeError = NoticeError::BadHeader { header: HEADER };
    let header = header(headers, HEADER)?;
    if header.len() > HEADER_BYTES_MAX {
        return Err(BAD);
    }
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let mut times = parts().filter(|(key, _)| *key == "t").map(|(_, value)| value);
    // Two of them would leave open which one was signed.
    let (Some(time), None) = (times.next(), times.next()) else { return Err(BAD) };
    let digits = (1..=15).contains(&time.len()) && time.bytes().all(|b| b.is_ascii_digit());
    let seconds = time.parse::<i64>().ok().filter(|_| digits).ok_or(BAD)?;
    let signed = [time.as_bytes(), b".", body].concat();
    let right = parts()
        .filter(|(key, _)| *key == "v1")
        .take(SIGNATURES_MAX)
        .filter_map(|(_, value)| unhex(value))
        .any(|tag| secrets.iter().any(|secret| hmac::verify(&secret.0, &signed, &tag).is_ok()));
    if !right {
        return Err(NoticeError::BadSignature);
    }
    if now.0.div_euclid(1_000).abs_diff(seconds) > TOLERANCE_SECONDS {
        return Err(NoticeError::Stale);
    }
    Ok(())
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut tag = [0; 32];
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    for (place, byte) in tag.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_700_000_000_000);
    const BODY: &[u8] = br#"{"id":"evt_1","object":"event","type":"payment_intent.succeeded"}"#;
    /// Made by Stripe's own library for Python, 16.1.0 (`WebhookSignature.generate_signature_header`).
    const FIRST: &str = "67da5088c63e080c71bd2bb0cb5c03d85a8fc6a21ce3aaf484df809654745b92";
    const SECOND: &str = "46d5457bc281eef0e4f85465c97d2dec365410b0a3f67d5951f5deead6dccf7e";

    fn secret(text: &str) -> StripeSecret {
        StripeSecret::new(text).unwrap()
    }

    fn checked(header: &str, body: &[u8], now: i64) -> Result<(), NoticeError> {
        check(&[secret("whsec_test_secret")], &[("Stripe-Signature", header)], body, Millis(now))
    }

    #[test]
    fn what_stripes_own_library_signs_holds() {
        assert_eq!(checked(&format!("t=1700000000,v1={FIRST}"), BODY, NOW.0), Ok(()));
        let both = [secret("whsec_test_secret"), secret("whsec_rotated_1")];
        let header = format!("t=1700000000,v1={SECOND}");
        assert_eq!(check(&both, &[("stripe-signature", &header)], BODY, NOW), Ok(()));
        assert_eq!(
            check(&both[..1], &[("stripe-signature", &header)], BODY, NOW),
            Err(NoticeError::BadSignature)
        );
    }

    #[test]
    fn while_a_secret_is_rolled_one_right_signature_among_several_is_enough() {
        let header = format!("t=1700000000,v1={SECOND},v1={FIRST},v0=aa");
        assert_eq!(checked(&header, BODY, NOW.0), Ok(()));
    }

    #[test]
    fn whatever_is_changed_breaks_the_signature() {
        let good = format!("t=1700000000,v1={FIRST}");
        assert_eq!(checked(&good, b"{}", NOW.0), Err(NoticeError::BadSignature));
        for header in [
            good.replace("1700000000", "1700000001"),
            good.replace("v1=", "v0="),
            good.replace(&FIRST[..2], "zz"),
            format!("t=1700000000,v1={}", &FIRST[2..]),
            "t=1700000000".to_owned(),
        ] {
            assert_eq!(checked(&header, BODY, NOW.0), Err(NoticeError::BadSignature), "{header}");
        }
    }

    #[test]
    fn a_header_without_one_time_is_malformed() {
        for header in [
            String::new(),
            format!("v1={FIRST}"),
            format!("t=1700000000,t=1700000000,v1={FIRST}"),
            format!("t=+1700000000,v1={FIRST}"),
            format!("t=,v1={FIRST}"),
            "x".repeat(5_000),
        ] {
            let bad = NoticeError::BadHeader { header: HEADER };
            assert_eq!(checked(&header, BODY, NOW.0), Err(bad), "{header:.40}");
        }
        assert!(matches!(check(&[], &[], BODY, NOW), Err(NoticeError::BadHeader { .. })));
    }

    #[test]
    fn an_old_signature_and_one_of_the_future_are_stale() {
        let header = format!("t=1700000000,v1={FIRST}");
        for (seconds, outcome) in
            [(300, Ok(())), (-300, Ok(())), (301, Err(NoticeError::Stale)), (-301, Err(NoticeError::Stale))]
        {
            assert_eq!(checked(&header, BODY, NOW.0 + seconds * 1_000), outcome);
        }
    }

    #[test]
    fn a_secret_has_its_form_and_is_never_printed() {
        for bad in ["", "whsec_", "sk_test_0123456789abcdef", "whsec_0123456789 abcdef"] {
            assert!(StripeSecret::new(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{:?}", secret("whsec_test_secret")), "StripeSecret");
    }
}
