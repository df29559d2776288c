//! How much one address or one person may ask for. It does not know what is asked.

use crate::house::WebConfig;
use governor::{DefaultKeyedRateLimiter, Quota};
use linger_protocol::PersonId;
use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex},
};

/// Counts and rates. Each check says by how many ms to wait when the answer is no.
pub(crate) struct Limiter {
    guests: DefaultKeyedRateLimiter<IpAddr>,
    devices: DefaultKeyedRateLimiter<IpAddr>,
    moves: DefaultKeyedRateLimiter<u32>,
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    sign_in_names: DefaultKeyedRateLimiter<String>,
    asks: DefaultKeyedRateLimiter<PersonId>,
    offers: DefaultKeyedRateLimiter<IpAddr>,
    images: DefaultKeyedRateLimiter<PersonId>,
    images_of_address: DefaultKeyedRateLimiter<IpAddr>,
    sockets: Arc<Mutex<HashMap<IpAddr, usize>>>,
    sockets_max: usize,
}

/// Pictures of one person, and from one address, where guests cost nothing.
const IMAGES_PER_MINUTE: u32 = 10;
const IMAGES_OF_ADDRESS_PER_MINUTE: u32 = 60;
/// Moves in games from one device of a room, whoever makes them: more than a quiz and a reflex game together ask for.
const MOVES_PER_MINUTE: u32 = 120;
const SIGN_INS_PER_MINUTE: u32 = 30;
const OFFERS_PER_MINUTE: u32 = 1_200;

impl Limiter {
    pub(crate) fn new(config: &WebConfig) -> Limiter {
        let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let per_minute = |n| Quota::per_minute(at_least_one(n));
        let asks = at_least_one(config.asks_per_second);
        let burst = asks.saturating_mul(NonZeroU32::MIN.saturating_add(2));
        Limiter {
            guests: governor::RateLimiter::keyed(per_minute(config.guests_per_minute)),
            devices: governor::RateLimiter::keyed(Quota::per_hour(at_least_one(config.devices_per_hour))),
            moves: governor::RateLimiter::keyed(per_minute(MOVES_PER_MINUTE)),
            sign_ins: governor::RateLimiter::keyed(per_minute(SIGN_INS_PER_MINUTE)),
            sign_in_names: governor::RateLimiter::keyed(per_minute(SIGN_INS_PER_MINUTE)),
            asks: governor::RateLimiter::keyed(Quota::per_second(asks).allow_burst(burst)),
            offers: governor::RateLimiter::keyed(per_minute(OFFERS_PER_MINUTE)),
            images: governor::RateLimiter::keyed(per_minute(IMAGES_PER_MINUTE)),
            images_of_address: governor::RateLimiter::keyed(per_minute(IMAGES_OF_ADDRESS_PER_MINUTE)),
            sockets: Arc::default(),
            sockets_max: config.sockets_per_address_max,
        }
    }

    pub(crate) fn guest(&self, address: IpAddr) -> Result<(), u64> {
        wait(&self.guests, &address)
    }

    /// A new device of this network.
    pub(crate) fn device(&self, address: IpAddr) -> Result<(), u64> {
        wait(&self.devices, &address)
    }

    /// A move in a game, from this device of a room.
    pub(crate) fn play(&self, device: u32) -> Result<(), u64> {
        wait(&self.moves, &device)
    }

    /// Sign-in is limited by address and by name, so that neither many names from one place nor one name from many
    /// places can be tried quickly.
    pub(crate) fn sign_in(&self, address: IpAddr, name: &str) -> Result<(), u64> {
        wait(&self.sign_ins, &address)?;
        wait(&self.sign_in_names, &name.to_owned())
    }

    pub(crate) fn ask(&self, person: PersonId) -> Result<(), u64> {
        wait(&self.asks, &person)
    }

    pub(crate) fn offer(&self, address: IpAddr) -> Result<(), u64> {
        wait(&self.offers, &address)
    }

    pub(crate) fn image(&self, person: PersonId, address: IpAddr) -> Result<(), u64> {
        wait(&self.images, &person)?;
        wait(&self.images_of_address, &address)
    }

    /// A place for one socket; given back when dropped.
    pub(crate) fn socket(&self, address: IpAddr) -> Option<SocketPlace> {
        let mut sockets = self.sockets.lock().unwrap_or_else(|it| it.into_inner());
        let count = sockets.entry(address).or_insert(0);
        if *count >= self.sockets_max {
            return None;
        }
        *count += 1;
        Some(SocketPlace { sockets: self.sockets.clone(), address })
    }

    /// Forgets those who have been quiet for long enough to start afresh.
    pub(crate) fn forget_quiet(&self) {
        self.guests.retain_recent();
        self.devices.retain_recent();
        self.moves.retain_recent();
        self.sign_ins.retain_recent();
        self.sign_in_names.retain_recent();
        self.asks.retain_recent();
        self.offers.retain_recent();
        self.images.retain_recent();
        self.images_of_address.retain_recent();
    }
}

fn wait<K: Clone + std::hash::Hash + Eq>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), u64> {
    limiter.check_key(key).map_err(|not_until| {
        let wait = not_until.wait_time_from(governor::clock::Clock::now(limiter.clock()));
        u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1)
    })
}

/// One socket's place among those of its address.
pub(crate) struct SocketPlace {
    sockets: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Drop for SocketPlace {
    fn drop(&mut self) {
        let mut sockets = self.sockets.lock().unwrap_or_else(|it| it.into_inner());
        if let Some(count) = sockets.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                sockets.remove(&self.address);
            }
        }
    }
}
