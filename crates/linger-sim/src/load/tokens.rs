//! Room tokens for many guests: asked for at the door, or signed with the key that an embedding shop holds.
//!
//! It does not know what guests do with them.

use crate::door::Door;
use crate::fault::Fault;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::{StreamExt, stream};
use serde_json::json;
use sha2::{Digest, Sha256};

/// Where tokens come from.
#[derive(Clone)]
pub enum Tokens {
    /// The room's own route.
    Door,
    /// Signed here, as a shop does that embeds a room.
    Signed {
        /// The key.
        key: Vec<u8>,
    },
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key is a secret.
        f.write_str(if matches!(self, Tokens::Door) { "Door" } else { "Signed" })
    }
}

/// How many are asked for at once.
const AT_ONCE: usize = 32;

impl Tokens {
    /// Tokens for `guests` people.
    pub async fn for_guests(&self, door: &Door, room: &str, guests: usize) -> Result<Vec<String>, Fault> {
        let ask = |place: usize| async move {
            match self {
                Tokens::Door => {
                    door.guest(room, &format!("g{place}"), "direct", None).await.map(|guest| guest.token)
                }
                Tokens::Signed { key } => Ok(signed(key, room, place)),
            }
        };
        let mut asked = stream::iter((0..guests).map(ask)).buffered(AT_ONCE);
        let mut tokens = Vec::with_capacity(guests);
        while let Some(token) = asked.next().await {
            tokens.push(token?);
        }
        Ok(tokens)
    }
}

/// A JWT (HS256) with the claims the interface names, good for an hour.
fn signed(key: &[u8], room: &str, place: usize) -> String {
    let now_s = super::stamp::now_us() / 1_000_000;
    let person = Sha256::digest(format!("{room} {place} {now_s}"));
    // The first bit is the house's: its own staff have it set.
    let person: String = std::iter::once(person[0] & 0x7f)
        .chain(person[1..8].iter().copied())
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let claims = json!({
        "sub": person, "name": format!("g{place}"), "room": room, "src": "direct",
        "iat": now_s, "exp": now_s + 3_600,
    });
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let head = encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let body = format!("{head}.{}", encode(claims.to_string().as_bytes()));
    let tag = encode(&hmac_sha256(key, body.as_bytes()));
    format!("{body}.{tag}")
}

/// RFC 2104 over SHA-256.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_rfc_4231() {
        let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let tag = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(tag), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let tag = hmac_sha256(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hex(tag), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    #[test]
    fn every_guest_is_another_person() {
        assert_ne!(signed(b"k", "r", 1), signed(b"k", "r", 2));
        assert_eq!(signed(b"k", "r", 1).split('.').count(), 3);
    }
}
