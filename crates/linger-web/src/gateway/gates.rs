//! Who comes with a gateway's key, and whom they may speak for. It does not know what they ask.

use crate::{
    account::{bearer, token_hash},
    error::ApiError,
    house::House,
};
use aws_lc_rs::hmac;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use linger_events::IDENTITY_BYTES_MAX;
use linger_protocol::{Millis, PersonId, RoomId};
use linger_store::{GatewayKey, Store, Vault};
use std::{
    collections::HashMap,
    sync::{
        Arc, RwLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};
use tokio::sync::Semaphore;

/// What the persons of buyers are derived for.
const BUYERS_LABEL: &str = "gateway-buyers";
/// Bytes of a key; ours have 46.
const KEY_BYTES_MAX: usize = 200;
/// The use of a key is noted at most this often, ms.
const NOTE_MS: i64 = 60_000;
/// Bodies of all gateways that are worked on at once.
const UNDER_WAY_MAX: usize = 256;

/// A key in use.
pub(crate) struct Gate {
    pub id: u64,
    pub room: RoomId,
    /// Has taken in the shop; what is left is the buyer.
    buyers: hmac::Context,
    used_at: AtomicI64,
    noted_at: AtomicI64,
}

impl Gate {
    fn of(key: &GatewayKey, house: &hmac::Key) -> Gate {
        let mut buyers = hmac::Context::with_key(house);
        buyers.update(key.shop.as_bytes());
        buyers.update(&[0]);
        let noted = key.last_used.map_or(i64::MIN, |at| at.0);
        Gate {
            id: key.id,
            room: key.room.clone(),
            buyers,
            used_at: AtomicI64::new(noted),
            noted_at: AtomicI64::new(noted),
        }
    }

    /// Whether the key is for this room.
    ///
    /// # Errors
    /// 403 `wrong-room`.
    pub(crate) fn for_room(&self, room: &str) -> Result<(), ApiError> {
        if self.room.as_str() == room {
            return Ok(());
        }
        Err(ApiError::new(StatusCode::FORBIDDEN, "wrong-room"))
    }

    /// The person that a customer of this shop is, in every room: one who never came by any other door.
    ///
    /// # Errors
    /// 400 when it is no customer's number.
    pub(crate) fn person(&self, buyer: &str) -> Result<PersonId, ApiError> {
        if !(1..=IDENTITY_BYTES_MAX).contains(&buyer.len()) {
            return Err(ApiError::field("bad-id", "buyer"));
        }
        let mut context = self.buyers.clone();
        context.update(buyer.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&context.sign().as_ref()[..8]);
        // Zero is the house itself.
        Ok(PersonId(PersonId::guest(u64::from_be_bytes(first)).0.max(1)))
    }
}

impl FromRequestParts<House> for Arc<Gate> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Arc<Gate>, ApiError> {
        let key = bearer(&parts.headers).ok_or_else(|| ApiError::unauthorized("no-token"))?;
        house.gates.find(&house.store, key, house.now()).await
    }
}

/// All keys in use.
pub(crate) struct Gates {
    house: hmac::Key,
    known: RwLock<HashMap<[u8; 32], Arc<Gate>>>,
    reading: tokio::sync::Mutex<()>,
    /// How often keys were made or revoked, and up to which of these times they are known.
    changes: AtomicU64,
    read_at: AtomicU64,
    pub(super) under_way: Semaphore,
}

impl Gates {
    pub(crate) fn of(vault: &Vault) -> Gates {
        Gates {
            house: hmac::Key::new(hmac::HMAC_SHA256, &vault.house_secret(BUYERS_LABEL)),
            known: RwLock::default(),
            reading: tokio::sync::Mutex::default(),
            changes: AtomicU64::new(1),
            read_at: AtomicU64::new(0),
            under_way: Semaphore::new(UNDER_WAY_MAX),
        }
    }

    /// The gate that this key opens.
    async fn find(&self, store: &Store, key: &str, now: Millis) -> Result<Arc<Gate>, ApiError> {
        if key.is_empty() || key.len() > KEY_BYTES_MAX {
            return Err(ApiError::unauthorized("bad-key"));
        }
        if !self.is_fresh() {
            self.read(store).await?;
        }
        let hash = token_hash(key);
        let found = self.known.read().unwrap_or_else(|it| it.into_inner()).get(&hash).cloned();
        let gate = found.ok_or_else(|| ApiError::unauthorized("bad-key"))?;
        gate.used_at.store(now.0, Ordering::Relaxed);
        Ok(gate)
    }

    fn is_fresh(&self) -> bool {
        self.read_at.load(Ordering::Acquire) == self.changes.load(Ordering::Acquire)
    }

    /// Whoever comes meanwhile waits: a key that was revoked opens nothing, however soon it is tried.
    async fn read(&self, store: &Store) -> Result<(), ApiError> {
        let _one = self.reading.lock().await;
        if self.is_fresh() {
            return Ok(());
        }
        let changes = self.changes.load(Ordering::Acquire);
        let keys = store.gateway_keys().await;
        let keys = keys.map_err(|fault| ApiError::unavailable("reading the gateway keys", &fault))?;
        let mut known = self.known.write().unwrap_or_else(|it| it.into_inner());
        let mut before = std::mem::take(&mut *known);
        for key in keys.iter().filter(|key| key.revoked_at.is_none()) {
            // One that is in use keeps when it was.
            let gate = before.remove(&key.key_hash).unwrap_or_else(|| Arc::new(Gate::of(key, &self.house)));
            known.insert(key.key_hash, gate);
        }
        self.read_at.store(changes, Ordering::Release);
        Ok(())
    }

    /// A key was made or revoked: the next request reads them anew.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Keys that were used since that was last noted.
    pub(super) fn used(&self) -> Vec<(u64, Millis)> {
        let known = self.known.read().unwrap_or_else(|it| it.into_inner());
        let lately = |gate: &Arc<Gate>| {
            let used = gate.used_at.load(Ordering::Relaxed);
            if used.saturating_sub(gate.noted_at.load(Ordering::Relaxed)) < NOTE_MS {
                return None;
            }
            gate.noted_at.store(used, Ordering::Relaxed);
            Some((gate.id, Millis(used)))
        };
        known.values().filter_map(lately).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(room: &str, shop: &str, secret: u8) -> Gate {
        let key = GatewayKey {
            id: 1,
            key_hash: [0; 32],
            hint: String::new(),
            name: "Till".to_owned(),
            room: RoomId::new(room).unwrap(),
            shop: shop.to_owned(),
            created_at: Millis(0),
            last_used: None,
            revoked_at: None,
        };
        Gate::of(&key, &hmac::Key::new(hmac::HMAC_SHA256, &[secret; 32]))
    }

    #[test]
    fn a_customer_is_one_person_in_all_rooms_and_another_than_the_same_number_in_another_shop() {
        let person = |room, shop, buyer| gate(room, shop, 7).person(buyer).unwrap();
        assert_eq!(person("tea", "hill", "c-17"), person("cups", "hill", "c-17"));
        assert_ne!(person("tea", "hill", "c-17"), person("tea", "hill", "c-18"));
        assert_ne!(person("tea", "hill", "c-17"), person("tea", "dale", "c-17"));
        // Where the shop ends and the buyer begins makes a difference.
        assert_ne!(person("tea", "hill", "7c"), person("tea", "hill7", "c"));
        assert_ne!(person("tea", "hill", "c-17"), gate("tea", "hill", 8).person("c-17").unwrap());
    }

    #[test]
    fn no_number_leads_to_staff_or_the_house_and_what_is_none_is_refused() {
        let gate = gate("tea", "hill", 7);
        assert!((0..1_000).all(|n| {
            let person = gate.person(&n.to_string()).unwrap();
            !person.is_staff() && person != PersonId(0)
        }));
        for none in ["", &"x".repeat(257)] {
            assert_eq!(gate.person(none).unwrap_err().field.as_deref(), Some("buyer"));
        }
        assert!(gate.for_room("tea").is_ok());
        assert_eq!(gate.for_room("cups").unwrap_err().code, "wrong-room");
    }
}
