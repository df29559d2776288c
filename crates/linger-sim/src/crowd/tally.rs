//! What a crowd did and what came of it, counted. It does not know how it was done.

use crate::fault::Fault;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) stays: AtomicU64,
    pub(super) comments: AtomicU64,
    pub(super) comments_heard: AtomicU64,
    pub(super) likes: AtomicU64,
    pub(super) follows: AtomicU64,
    pub(super) seen: AtomicU64,
    pub(super) clicks: AtomicU64,
    pub(super) draw_entries: AtomicU64,
    pub(super) orders: AtomicU64,
    pub(super) reconnects: AtomicU64,
    pub(super) recovered: AtomicU64,
    pub(super) anew: AtomicU64,
    pub(super) gaps: AtomicU64,
    pub(super) repeats: AtomicU64,
    pub(super) overlooked: AtomicU64,
    words: Mutex<Words>,
}

#[derive(Debug, Default)]
struct Words {
    payments: BTreeMap<String, u64>,
    refusals: BTreeMap<String, u64>,
    faults: BTreeMap<String, u64>,
}

/// What a crowd did and what came of it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CrowdReport {
    /// Seconds it lasted.
    pub seconds: f64,
    /// Most people at once.
    pub peak: usize,
    /// Stays that began.
    pub stays: u64,
    /// Comments that were accepted.
    pub comments: u64,
    /// Comments that arrived, over all viewers.
    pub comments_heard: u64,
    /// Likes sent.
    pub likes: u64,
    /// Follows accepted.
    pub follows: u64,
    /// Cards seen.
    pub seen: u64,
    /// Cards clicked.
    pub clicks: u64,
    /// Draw entries acknowledged.
    pub draw_entries: u64,
    /// Orders for which units were held.
    pub orders: u64,
    /// Payments started, by method (`slow` without its time).
    pub payments: BTreeMap<String, u64>,
    /// Refusals, by what was asked and code, such as `order sold-out`.
    pub refusals: BTreeMap<String, u64>,
    /// Connections that broke and came back.
    pub reconnects: u64,
    /// Of these, with everything that was missed.
    pub recovered: u64,
    /// Of these, with a new view.
    pub anew: u64,
    /// Comments missing in somebody's order of comments: must be 0.
    pub gaps: u64,
    /// Comments that came again or late: must be 0.
    pub repeats: u64,
    /// Deeds not done because a viewer's connection was still busy or away.
    pub overlooked: u64,
    /// Faults by kind.
    pub faults: BTreeMap<String, u64>,
}

impl Tally {
    pub(super) fn add(&self, which: fn(&Tally) -> &AtomicU64) {
        self.add_many(which, 1);
    }

    pub(super) fn add_many(&self, which: fn(&Tally) -> &AtomicU64, n: u64) {
        which(self).fetch_add(n, Ordering::Relaxed);
    }

    fn count(&self, which: fn(&mut Words) -> &mut BTreeMap<String, u64>, word: String) {
        let mut words = self.words.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let map = which(&mut words);
        // A server that makes up codes shall not fill the memory.
        if map.len() < 200 || map.contains_key(&word) {
            *map.entry(word).or_default() += 1;
        }
    }

    pub(super) fn paid_by(&self, method: &str) {
        let word = method.split(':').next().unwrap_or(method).to_owned();
        self.count(|words| &mut words.payments, word);
    }

    pub(super) fn refused(&self, what: &str, code: &str) {
        self.count(|words| &mut words.refusals, format!("{what} {code}"));
    }

    pub(super) fn fault(&self, fault: &Fault) {
        self.count(|words| &mut words.faults, fault.word());
    }

    pub(super) fn report(&self, seconds: f64, peak: usize) -> CrowdReport {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let words = self.words.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        CrowdReport {
            seconds,
            peak,
            stays: read(&self.stays),
            comments: read(&self.comments),
            comments_heard: read(&self.comments_heard),
            likes: read(&self.likes),
            follows: read(&self.follows),
            seen: read(&self.seen),
            clicks: read(&self.clicks),
            draw_entries: read(&self.draw_entries),
            orders: read(&self.orders),
            payments: words.payments.clone(),
            refusals: words.refusals.clone(),
            reconnects: read(&self.reconnects),
            recovered: read(&self.recovered),
            anew: read(&self.anew),
            gaps: read(&self.gaps),
            repeats: read(&self.repeats),
            overlooked: read(&self.overlooked),
            faults: words.faults.clone(),
        }
    }
}
