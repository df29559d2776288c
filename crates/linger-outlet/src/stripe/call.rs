//! Calls of Stripe's interface: forms out, JSON in, bounded in time and bytes. It does not know what is asked for.
//!
//! Source: <https://docs.stripe.com/api> (authentication, errors, idempotent requests, pagination, versioning).

use crate::payments::PayError;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{fmt, time::Duration};
use url::{Url, form_urlencoded};

/// The version whose forms this adapter reads.
const VERSION: &str = "2024-11-20.acacia";
const ANSWER_BYTES_MAX: usize = 4 << 20;
const CONNECT_TIME: Duration = Duration::from_secs(5);
const ANSWER_TIME: Duration = Duration::from_secs(20);

/// The key that Stripe knows the shop by. It is never printed.
#[derive(Clone)]
pub struct StripeKey(Box<str>);

impl fmt::Debug for StripeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StripeKey")
    }
}

impl StripeKey {
    /// A secret or restricted key, `sk_…` or `rk_…`; `None` when it has another form.
    pub fn new(text: &str) -> Option<StripeKey> {
        let text = text.trim();
        let fits =
            (12..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        (fits && (text.starts_with("sk_") || text.starts_with("rk_"))).then(|| StripeKey(text.into()))
    }
}

/// What went wrong with a call. No sentence of Stripe's is kept: it may speak of the buyer.
pub(super) enum Fault {
    /// No answer, or none that can be read.
    Unreachable(Box<str>),
    /// An answer that says no.
    Said {
        status: u16,
        /// The `type` of the error.
        kind: Box<str>,
        code: Box<str>,
        /// The parameter that is to blame.
        param: Box<str>,
        /// Whether this is what the same call was answered before.
        replayed: bool,
    },
}

impl Fault {
    /// What it means where it has no meaning of its own.
    pub(super) fn unavailable(self, doing: &'static str) -> PayError {
        match self {
            Fault::Unreachable(why) => PayError::Unavailable { doing, retry: true, why },
            Fault::Said { status, kind, code, .. } => PayError::Unavailable {
                doing,
                // A lock, too many calls, or trouble at Stripe.
                retry: matches!(status, 409 | 424 | 429 | 500..),
                why: format!("Stripe answered {status} {kind} {code}").into(),
            },
        }
    }
}

/// An answer that says yes.
pub(super) struct Answer {
    body: Value,
    /// Whether this is what the same call was answered before: things may have changed since.
    pub(super) replayed: bool,
}

impl Answer {
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, Fault> {
        serde_json::from_value(self.body).map_err(|_| Fault::Unreachable("an answer of another form".into()))
    }
}

/// Names and values of a form or a query.
pub(super) type Form<'a> = [(&'a str, &'a str)];

pub(super) struct Api {
    http: reqwest::Client,
    url: Url,
    key: StripeKey,
}

impl Api {
    pub(super) fn new(url: Url, key: StripeKey) -> Result<Api, PayError> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIME)
            .timeout(ANSWER_TIME)
            .user_agent(concat!("linger/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| PayError::Unavailable {
                doing: "set Stripe up",
                retry: false,
                why: error.to_string().into(),
            })?;
        Ok(Api { http, url, key })
    }

    pub(super) async fn get(&self, path: &str, query: &Form<'_>) -> Result<Answer, Fault> {
        let mut url = self.at(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.answer(self.http.get(url)).await
    }

    /// Asks for a change, which happens once however often it is asked for under the same key.
    pub(super) async fn post(&self, path: &str, form: &Form<'_>, key: &str) -> Result<Answer, Fault> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let asked = self
            .http
            .post(self.at(path)?)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("idempotency-key", key)
            .body(body);
        self.answer(asked).await
    }

    fn at(&self, path: &str) -> Result<Url, Fault> {
        self.url.join(path).map_err(|error| Fault::Unreachable(error.to_string().into()))
    }

    async fn answer(&self, asked: reqwest::RequestBuilder) -> Result<Answer, Fault> {
        let failed = |error: reqwest::Error| Fault::Unreachable(error.without_url().to_string().into());
        let asked = asked.bearer_auth(&self.key.0).header("stripe-version", VERSION);
        let mut answer = asked.send().await.map_err(failed)?;
        let status = answer.status();
        let replayed = answer.headers().get("idempotent-replayed").is_some_and(|it| it == "true");
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Fault::Unreachable("an answer that is too long".into()));
            }
            bytes.extend_from_slice(&chunk);
        }
        let body = serde_json::from_slice::<Value>(&bytes);
        if status.is_success() {
            let body = body.map_err(|_| Fault::Unreachable("an answer that is no JSON".into()))?;
            return Ok(Answer { body, replayed });
        }
        let error = body.unwrap_or_default();
        let word = |name: &str| word_of(&error["error"][name]);
        let status = status.as_u16();
        Err(Fault::Said { status, kind: word("type"), code: word("code"), param: word("param"), replayed })
    }
}

/// A word of Stripe's that may be repeated: nothing with spaces in it, and nothing long.
fn word_of(value: &Value) -> Box<str> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"_.[]-".contains(&b);
    let text = value.as_str().unwrap_or_default();
    if text.len() <= 64 && text.bytes().all(fits) { text.into() } else { "".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_form_and_is_never_printed() {
        for bad in ["", "sk_", "pk_test_0123456789", "sk_test_0123 456789", "whsec_0123456789"] {
            assert!(StripeKey::new(bad).is_none(), "{bad}");
        }
        let key = StripeKey::new(" sk_test_0123456789\n").unwrap();
        assert_eq!(format!("{key:?}"), "StripeKey");
    }

    #[test]
    fn no_sentence_of_an_error_is_repeated() {
        assert_eq!(&*word_of(&"charge_already_refunded".into()), "charge_already_refunded");
        assert_eq!(&*word_of(&"Your card, Anna, was declined".into()), "");
        assert_eq!(&*word_of(&Value::Null), "");
    }
}
