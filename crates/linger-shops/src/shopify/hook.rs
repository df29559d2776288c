//! Shopify's webhooks: their headers and their signature. It does not know what a body says.
//!
//! Source: <https://shopify.dev/docs/apps/build/webhooks/verify-deliveries>. The signature covers the body and no header: who
//! replays a body under a new id and moment gets past both, so what a body tells is judged again by the `updated_at` inside
//! it.

use crate::{
    Unheard,
    signature::{Secret, header},
    told::moment,
};
use linger_protocol::Millis;

/// How old a webhook may be. Shopify gives up after four hours.
pub const HOOK_AGE_MS_MAX: i64 = 24 * 3_600_000;
/// How far the shop's clock may be ahead.
const AHEAD_MS_MAX: i64 = 600_000;

/// A webhook whose signature is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// What it is about, such as `products/update`.
    pub topic: String,
    /// Its id: the same at every try.
    pub id: String,
}

/// Hears a webhook of the shop `domain` (`name.myshopify.com`).
///
/// # Errors
/// [`Unheard`]; nothing of the body was read.
pub fn hear(
    secret: &Secret,
    domain: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    now: Millis,
) -> Result<Hook, Unheard> {
    let signature = header(headers, "x-shopify-hmac-sha256")?;
    if !secret.is_right(body, signature) {
        return Err(Unheard::BadSignature);
    }
    let topic = header(headers, "x-shopify-topic")?;
    let id = header(headers, "x-shopify-webhook-id")?;
    let fits = |text: &str, max| text.len() <= max && text.bytes().all(|b| b.is_ascii_graphic());
    if !fits(topic, 64) {
        return Err(Unheard::BadHeader("x-shopify-topic"));
    }
    if !fits(id, 128) {
        return Err(Unheard::BadHeader("x-shopify-webhook-id"));
    }
    if !header(headers, "x-shopify-shop-domain")?.eq_ignore_ascii_case(domain) {
        return Err(Unheard::OtherShop);
    }
    let sent = header(headers, "x-shopify-triggered-at")?;
    let sent_ms = moment(sent).ok_or(Unheard::BadHeader("x-shopify-triggered-at"))?;
    if now.0 - sent_ms > HOOK_AGE_MS_MAX || sent_ms - now.0 > AHEAD_MS_MAX {
        return Err(Unheard::Stale);
    }
    Ok(Hook { topic: topic.to_owned(), id: id.to_owned() })
}
