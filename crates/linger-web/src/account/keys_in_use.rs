//! Keys that servers of shops come with, as they stand in the tables, found without asking the tables each time. It does not
//! know what a key opens.
//!
//! Invariant: whoever comes after [`KeysInUse::changed`] returned finds no key that was revoked before it.

use super::token_hash;
use crate::error::ApiError;
use linger_protocol::Millis;
use std::{
    collections::HashMap,
    future::Future,
    ops::Deref,
    sync::{
        Arc, RwLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// Bytes of a key; ours have fewer than 50.
const KEY_BYTES_MAX: usize = 200;
/// The use of a key is noted at most this often, ms.
const NOTE_MS: i64 = 60_000;
/// Keys that were made elsewhere are looked for at most this often.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A key that is not revoked, as the tables have it.
pub(crate) struct Kept<T> {
    pub id: u64,
    pub key_hash: [u8; 32],
    pub last_used: Option<Millis>,
    pub opens: T,
}

/// A key in use, and what it opens.
#[derive(Debug)]
pub(crate) struct InUse<T> {
    pub id: u64,
    opens: T,
    used_at: AtomicI64,
    noted_at: AtomicI64,
}

impl<T> Deref for InUse<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.opens
    }
}

/// All keys of one kind that are in use.
pub(crate) struct KeysInUse<T> {
    known: RwLock<HashMap<[u8; 32], Arc<InUse<T>>>>,
    /// When they were last read, held while they are read.
    read_at: Mutex<Option<Instant>>,
    /// How often keys were made or revoked here, and up to which of these times they are known.
    changes: AtomicU64,
    known_to: AtomicU64,
}

impl<T> Default for KeysInUse<T> {
    fn default() -> KeysInUse<T> {
        KeysInUse {
            known: RwLock::default(),
            read_at: Mutex::default(),
            changes: AtomicU64::new(1),
            known_to: AtomicU64::new(0),
        }
    }
}

impl<T> KeysInUse<T> {
    /// What this key opens; `read` reads all keys that are not revoked.
    ///
    /// # Errors
    /// 401 `bad-key` when it opens nothing; those of `read`.
    pub(crate) async fn find<F>(
        &self,
        key: &str,
        now: Millis,
        read: impl FnOnce() -> F,
    ) -> Result<Arc<InUse<T>>, ApiError>
    where
        F: Future<Output = Result<Vec<Kept<T>>, ApiError>>,
    {
        if key.is_empty() || key.len() > KEY_BYTES_MAX {
            return Err(ApiError::unauthorized("bad-key"));
        }
        let hash = token_hash(key);
        let mut found = self.get(&hash);
        if found.is_none() || !self.is_fresh() {
            self.read(read).await?;
            found = self.get(&hash);
        }
        let found = found.ok_or_else(|| ApiError::unauthorized("bad-key"))?;
        found.used_at.store(now.0, Ordering::Relaxed);
        Ok(found)
    }

    fn get(&self, hash: &[u8; 32]) -> Option<Arc<InUse<T>>> {
        self.known.read().unwrap_or_else(|it| it.into_inner()).get(hash).cloned()
    }

    fn is_fresh(&self) -> bool {
        self.known_to.load(Ordering::Acquire) == self.changes.load(Ordering::Acquire)
    }

    /// Reads the keys anew, unless that was done just now and nothing was changed here since. Whoever comes meanwhile waits.
    async fn read<F>(&self, read: impl FnOnce() -> F) -> Result<(), ApiError>
    where
        F: Future<Output = Result<Vec<Kept<T>>, ApiError>>,
    {
        let mut read_at = self.read_at.lock().await;
        if self.is_fresh() && read_at.is_some_and(|at| at.elapsed() < LOOK_EVERY) {
            return Ok(());
        }
        // What changes while they are read is not known afterwards.
        let changes = self.changes.load(Ordering::Acquire);
        let kept = read().await?;
        *read_at = Some(Instant::now());
        let mut known = self.known.write().unwrap_or_else(|it| it.into_inner());
        let mut before = std::mem::take(&mut *known);
        known.extend(kept.into_iter().map(|key| {
            // One that is in use stays the same: its limits are not filled up by making another one.
            let hash = key.key_hash;
            (hash, before.remove(&hash).unwrap_or_else(|| Arc::new(InUse::of(key))))
        }));
        self.known_to.store(changes, Ordering::Release);
        Ok(())
    }

    /// A key was made or revoked: the next request reads them anew.
    pub(crate) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Keys that were used since that was last noted.
    pub(crate) fn used(&self) -> Vec<(u64, Millis)> {
        let known = self.known.read().unwrap_or_else(|it| it.into_inner());
        known.values().filter_map(|key| key.used_lately()).collect()
    }
}

impl<T> InUse<T> {
    fn of(key: Kept<T>) -> InUse<T> {
        let noted = key.last_used.map_or(i64::MIN, |at| at.0);
        let (used_at, noted_at) = (AtomicI64::new(noted), AtomicI64::new(noted));
        InUse { id: key.id, opens: key.opens, used_at, noted_at }
    }

    fn used_lately(&self) -> Option<(u64, Millis)> {
        let used = self.used_at.load(Ordering::Relaxed);
        if used.saturating_sub(self.noted_at.load(Ordering::Relaxed)) < NOTE_MS {
            return None;
        }
        self.noted_at.store(used, Ordering::Relaxed);
        Some((self.id, Millis(used)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(id: u64, key: &str) -> Kept<&'static str> {
        Kept { id, key_hash: token_hash(key), last_used: None, opens: "tea" }
    }

    #[tokio::test]
    async fn what_is_revoked_while_the_keys_are_read_opens_nothing_afterwards() {
        let keys = KeysInUse::default();
        let found = keys.find("one", Millis(5), async || {
            // Read before it was revoked, by the same request.
            let before = vec![kept(1, "one"), kept(2, "two")];
            keys.changed();
            Ok(before)
        });
        assert_eq!(found.await.unwrap().id, 1);
        let after = keys.find("one", Millis(6), async || Ok(vec![kept(2, "two")])).await;
        assert_eq!(after.unwrap_err().code, "bad-key");
        let two = keys.find("two", Millis(7), async || panic!("it is known")).await.unwrap();
        assert_eq!(two.opens, "tea");
    }

    #[tokio::test]
    async fn its_use_is_noted_once_a_minute_and_what_cannot_be_read_is_tried_again() {
        let keys = KeysInUse::default();
        let broken = keys.find("one", Millis(0), async || Err(ApiError::unauthorized("no-token"))).await;
        assert_eq!(broken.unwrap_err().code, "no-token");
        for (at, noted) in [(0, vec![(1, Millis(0))]), (59_999, vec![]), (60_000, vec![(1, Millis(60_000))])]
        {
            keys.find("one", Millis(at), async || Ok(vec![kept(1, "one")])).await.unwrap();
            assert_eq!(keys.used(), noted, "{at}");
        }
        for none in ["", "three", &"x".repeat(201)] {
            let unknown = keys.find(none, Millis(0), async || Ok(vec![kept(1, "one")])).await;
            assert_eq!(unknown.unwrap_err().code, "bad-key", "{none}");
        }
    }
}
