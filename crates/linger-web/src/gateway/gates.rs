//! Who comes with a gateway's key, and whom they may speak for. It does not know what they ask.

use crate::{
    account::{InUse, Kept, KeysInUse, bearer},
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
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What the persons of buyers are derived for.
const BUYERS_LABEL: &str = "gateway-buyers";
/// Bodies of all gateways that are worked on at once.
const UNDER_WAY_MAX: usize = 256;

/// What a key opens: one room, for the customers of one shop.
pub(crate) struct Gate {
    pub room: RoomId,
    /// Has taken in the shop; what is left is the buyer.
    buyers: hmac::Context,
}

impl Gate {
    fn of(key: &GatewayKey, house: &hmac::Key) -> Gate {
        let mut buyers = hmac::Context::with_key(house);
        buyers.update(key.shop.as_bytes());
        buyers.update(&[0]);
        Gate { room: key.room.clone(), buyers }
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

impl FromRequestParts<House> for Arc<InUse<Gate>> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Arc<InUse<Gate>>, ApiError> {
        let key = bearer(&parts.headers).ok_or_else(|| ApiError::unauthorized("no-token"))?;
        house.gates.find(&house.store, key, house.now()).await
    }
}

/// All keys in use.
pub(crate) struct Gates {
    house: hmac::Key,
    pub(super) keys: KeysInUse<Gate>,
    pub(super) under_way: Semaphore,
}

impl Gates {
    pub(crate) fn of(vault: &Vault) -> Gates {
        Gates {
            house: hmac::Key::new(hmac::HMAC_SHA256, &vault.house_secret(BUYERS_LABEL)),
            keys: KeysInUse::default(),
            under_way: Semaphore::new(UNDER_WAY_MAX),
        }
    }

    /// The gate that this key opens.
    async fn find(&self, store: &Store, key: &str, now: Millis) -> Result<Arc<InUse<Gate>>, ApiError> {
        let read = async || {
            let keys = store.gateway_keys().await;
            let keys = keys.map_err(|fault| ApiError::unavailable("reading the gateway keys", &fault))?;
            let keys = keys.into_iter().filter(|key| key.revoked_at.is_none());
            Ok(keys
                .map(|key| {
                    let opens = Gate::of(&key, &self.house);
                    Kept { id: key.id, key_hash: key.key_hash, last_used: key.last_used, opens }
                })
                .collect())
        };
        self.keys.find(key, now, read).await
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
