//! What a subscriber in Medusa posts: headers, signature, and the event. It does not know products.
//!
//! Headers and signature are those of the Standard Webhooks specification, so that id and moment are signed as well:
//! `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64 of HMAC-SHA-256 over "id.timestamp.body">`.

use crate::{
    Unheard,
    signature::{Secret, header},
    told::News,
};
use linger_protocol::Millis;
use serde::Deserialize;

/// How old an event may be.
pub const HOOK_AGE_MS_MAX: i64 = 24 * 3_600_000;
/// How far the shop's clock may be ahead.
const AHEAD_MS_MAX: i64 = 600_000;
/// Signatures that one header may carry, while secrets are being rotated.
const SIGNATURES_MAX: usize = 8;

/// An event whose signature is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Its id: the same at every try.
    pub id: String,
}

/// Hears what a subscriber posted.
///
/// # Errors
/// [`Unheard`]; nothing of the body was read.
pub fn hear(secret: &Secret, headers: &[(&str, &str)], body: &[u8], now: Millis) -> Result<Hook, Unheard> {
    let id = header(headers, "webhook-id")?;
    let fits = id.len() <= 128 && id.bytes().all(|b| b.is_ascii_graphic() && b != b'.');
    if !fits {
        return Err(Unheard::BadHeader("webhook-id"));
    }
    let seconds = header(headers, "webhook-timestamp")?;
    let digits = seconds.len() <= 12 && seconds.bytes().all(|b| b.is_ascii_digit());
    let sent_s = seconds.parse::<i64>().ok().filter(|_| digits);
    let sent_ms = sent_s.ok_or(Unheard::BadHeader("webhook-timestamp"))? * 1_000;
    let signed = [id.as_bytes(), b".", seconds.as_bytes(), b".", body].concat();
    let right = header(headers, "webhook-signature")?
        .split(' ')
        .take(SIGNATURES_MAX)
        .filter_map(|it| it.strip_prefix("v1,"))
        .any(|it| secret.is_right(&signed, it));
    if !right {
        return Err(Unheard::BadSignature);
    }
    if now.0 - sent_ms > HOOK_AGE_MS_MAX || sent_ms - now.0 > AHEAD_MS_MAX {
        return Err(Unheard::Stale);
    }
    Ok(Hook { id: id.to_owned() })
}

/// An event as subscribers get it.
#[derive(Deserialize)]
struct Event {
    name: String,
    #[serde(default)]
    data: Data,
}

#[derive(Default, Deserialize)]
struct Data {
    #[serde(default)]
    id: String,
    /// Told by our subscriber for events of stock, whose own id is that of a level.
    #[serde(default)]
    inventory_item_id: String,
}

/// What an event is about.
///
/// # Errors
/// [`Unheard::BadBody`].
pub fn news(body: &[u8]) -> Result<News, Unheard> {
    let event: Event = serde_json::from_slice(body).map_err(|_| Unheard::BadBody)?;
    let of = |id: String| Some(id).filter(|it| is_id(it)).ok_or(Unheard::BadBody);
    match event.name.as_str() {
        "product.created" | "product.updated" => Ok(News::AskProduct { id: of(event.data.id)? }),
        "product.deleted" => Ok(News::Gone { id: of(event.data.id)? }),
        name if name.contains("inventory-level") => {
            Ok(News::AskCount { stock: of(event.data.inventory_item_id)? })
        }
        _ => Ok(News::Nothing),
    }
}

/// An id that may stand in an address.
pub(super) fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}
