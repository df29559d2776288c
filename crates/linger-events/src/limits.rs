//! What a question may use: threads, memory, time. It does not know any question.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use crate::AskFault;

/// What one question may use. A clone shares the memory used so far and the wish to stop.
#[derive(Clone, Debug)]
pub struct AskLimits {
    /// How many threads may work on it at most; at least 1.
    pub threads: usize,
    /// How many bytes it may hold at once, beside what the store holds anyway.
    pub bytes_max: u64,
    /// When it stops by itself.
    pub until: Option<Instant>,
    /// Set by anybody to stop it.
    pub cancel: Arc<AtomicBool>,
    /// Bytes held at present.
    pub used: Arc<AtomicU64>,
}

impl Default for AskLimits {
    fn default() -> AskLimits {
        AskLimits {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            bytes_max: 1 << 30,
            until: None,
            cancel: Arc::default(),
            used: Arc::default(),
        }
    }
}

impl AskLimits {
    /// Asks whether to go on; readers do so at least once in every few thousand facts.
    ///
    /// # Errors
    /// [`AskFault::Stopped`] when it was cancelled or its time is over.
    pub fn check(&self) -> Result<(), AskFault> {
        let late = || self.until.is_some_and(|until| Instant::now() >= until);
        if self.cancel.load(Ordering::Relaxed) || late() { Err(AskFault::Stopped) } else { Ok(()) }
    }

    /// Counts bytes that are about to be held, until the answer is dropped.
    ///
    /// # Errors
    /// [`AskFault::Memory`] when that is more than it may hold; nothing has been counted then.
    pub fn hold(&self, bytes: u64) -> Result<Held, AskFault> {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        let held = Held { used: Arc::clone(&self.used), bytes };
        if before.saturating_add(bytes) > self.bytes_max {
            return Err(AskFault::Memory { bytes_max: self.bytes_max });
        }
        Ok(held)
    }
}

/// Bytes that count towards the memory of one question until this is dropped.
#[derive(Debug)]
pub struct Held {
    used: Arc<AtomicU64>,
    bytes: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_refused_beyond_the_limit_and_comes_back_when_it_is_let_go() {
        let limits = AskLimits { bytes_max: 100, ..AskLimits::default() };
        let first = limits.hold(60).unwrap();
        let clone = limits.clone();
        assert_eq!(clone.hold(41).unwrap_err(), AskFault::Memory { bytes_max: 100 });
        drop(clone.hold(40).unwrap());
        drop(first);
        assert!(limits.hold(100).is_ok());
    }

    #[test]
    fn whoever_holds_the_flag_can_stop_it() {
        let limits = AskLimits::default();
        assert_eq!(limits.check(), Ok(()));
        limits.cancel.store(true, Ordering::Relaxed);
        assert_eq!(limits.check(), Err(AskFault::Stopped));
        let late = AskLimits { until: Some(Instant::now()), ..AskLimits::default() };
        assert_eq!(late.check(), Err(AskFault::Stopped));
    }
}
