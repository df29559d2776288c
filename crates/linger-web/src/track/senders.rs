//! Who may tell events: write keys and how much each may tell. It does not know what is told.

use crate::{
    account::{InUse, Kept, KeysInUse},
    error::ApiError,
};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use governor::{DefaultKeyedRateLimiter, Quota};
use linger_protocol::{Currency, Millis};
use linger_store::{Store, WriteKey};
use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Instant,
};

/// Items in one request.
pub(crate) const ITEMS_MAX: usize = 2_500;
/// What a key opens: who tells events, and how many.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) source: String,
    pub(crate) currency: Option<[u8; 3]>,
    pub(crate) trusted: bool,
    bucket: Mutex<Bucket>,
}

impl Sender {
    fn of(key: &WriteKey) -> Sender {
        Sender {
            source: key.source.clone(),
            currency: key.currency.as_ref().and_then(|it| Currency::as_str(it).as_bytes().try_into().ok()),
            trusted: key.trusted,
            bucket: Mutex::new(Bucket::new(key.per_second)),
        }
    }

    /// Takes room for so many events, or says after how many ms there will be.
    pub(crate) fn admit(&self, items: usize) -> Result<(), u64> {
        let mut bucket = self.bucket.lock().unwrap_or_else(|it| it.into_inner());
        bucket.take(items, Instant::now())
    }
}

/// Events that may be told now. Whatever the rate, one whole request fits into a full bucket.
#[derive(Debug)]
struct Bucket {
    per_second: f64,
    most: f64,
    left: f64,
    at: Instant,
}

impl Bucket {
    fn new(per_second: u32) -> Bucket {
        let per_second = f64::from(per_second);
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let most = (2.0 * per_second).max(ITEMS_MAX as f64);
        Bucket { per_second, most, left: most, at: Instant::now() }
    }

    fn take(&mut self, items: usize, now: Instant) -> Result<(), u64> {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        self.left = (self.left + passed * self.per_second).min(self.most);
        #[expect(clippy::cast_precision_loss, reason = "at most a few thousand")]
        let wanted = items as f64;
        if wanted <= self.left {
            self.left -= wanted;
            return Ok(());
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and bounded")]
        let wait_ms = ((wanted - self.left) / self.per_second * 1_000.0).ceil() as u64;
        Err(wait_ms.max(1))
    }
}

/// All keys in use, and the limits of addresses.
pub(crate) struct Senders {
    pub(super) keys: KeysInUse<Sender>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl Senders {
    pub(crate) fn new(per_address: u32) -> Senders {
        let per_second = NonZeroU32::new(per_address).unwrap_or(NonZeroU32::MIN);
        let burst = per_second.saturating_mul(NonZeroU32::MIN.saturating_add(1));
        let burst = burst.max(NonZeroU32::new(ITEMS_MAX as u32).unwrap_or(NonZeroU32::MIN));
        Senders {
            keys: KeysInUse::default(),
            addresses: governor::RateLimiter::keyed(Quota::per_second(per_second).allow_burst(burst)),
        }
    }

    /// Takes room for so many events from an address, or says after how many ms there will be.
    pub(crate) fn admit(&self, address: IpAddr, items: usize) -> Result<(), u64> {
        let Some(items) = u32::try_from(items).ok().and_then(NonZeroU32::new) else { return Ok(()) };
        match self.addresses.check_key_n(&address, items) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_until)) => {
                let now = governor::clock::Clock::now(self.addresses.clock());
                Err(u64::try_from(not_until.wait_time_from(now).as_millis()).unwrap_or(u64::MAX).max(1))
            }
            // A request has never more items than fit.
            Err(_) => Err(60_000),
        }
    }

    /// The sender that this key is of.
    ///
    /// # Errors
    /// 401 when there is none; 503 when it cannot be found out now.
    pub(crate) async fn find(
        &self,
        store: &Store,
        key: &str,
        now: Millis,
    ) -> Result<Arc<InUse<Sender>>, ApiError> {
        let read = async || {
            let keys = store.write_keys().await;
            let keys = keys.map_err(|fault| ApiError::unavailable("reading the write keys", &fault))?;
            let keys = keys.into_iter().filter(|key| key.revoked_at.is_none());
            Ok(keys
                .map(|key| {
                    let opens = Sender::of(&key);
                    Kept { id: key.id, key_hash: key.key_hash, last_used: key.last_used, opens }
                })
                .collect())
        };
        self.keys.find(key, now, read).await
    }

    pub(crate) fn forget_quiet(&self) {
        self.addresses.retain_recent();
    }
}

/// The key of an `Authorization` header: the user of Basic, as Segment's libraries send it, or a Bearer token. `None`
/// when there is no such header; empty when it is of another form, so that it is refused rather than overlooked.
pub(crate) fn key_in_headers(headers: &HeaderMap) -> Option<String> {
    let told = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, rest) = told.split_once(' ').unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Some(String::new());
    }
    let decoded = base64::engine::general_purpose::STANDARD.decode(rest.trim()).unwrap_or_default();
    let text = String::from_utf8(decoded).unwrap_or_default();
    Some(text.split(':').next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_bucket_runs_dry_and_says_when_there_is_room_again() {
        let mut bucket = Bucket::new(1_000);
        let start = bucket.at;
        assert_eq!(bucket.take(2_500, start), Ok(()));
        assert_eq!(bucket.take(500, start), Err(500));
        assert_eq!(bucket.take(500, start + Duration::from_millis(500)), Ok(()));
        assert_eq!(bucket.take(1, start + Duration::from_millis(500)), Err(1));
        assert_eq!(bucket.take(2_500, start + Duration::from_secs(3_600)), Ok(()));
    }

    #[test]
    fn the_key_is_the_user_of_basic_or_the_bearers_token() {
        let key = |told: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, told.parse().unwrap());
            key_in_headers(&headers)
        };
        assert_eq!(key("Basic d2tfYWJjOg==").as_deref(), Some("wk_abc"));
        assert_eq!(key("bearer wk_abc").as_deref(), Some("wk_abc"));
        assert_eq!(key("Digest x").as_deref(), Some(""));
        assert_eq!(key("Basic !!!").as_deref(), Some(""));
        assert_eq!(key_in_headers(&HeaderMap::new()), None);
    }
}
