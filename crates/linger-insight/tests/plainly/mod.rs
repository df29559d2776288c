//! The reference evening, and stays taken from a log plainly, session by session. It does not know the code under test.

use crate::evening::{Evening, STARTS_AT};
use linger_protocol::{Entry, Event, LeaveReason, Millis};
use std::collections::BTreeMap;

/// The evening that the stored reference was computed from, and the moment it is looked at: the show still runs.
pub fn reference_evening() -> (Vec<Entry>, Millis) {
    let log = Evening::write(77, 1_500, 2);
    let now = log.last().map(|entry| entry.at.plus(1_500)).unwrap_or(STARTS_AT);
    (log, now)
}

/// Every stay of a log as (seconds, whether its end was seen), plainly: by session, from the second it began in to the
/// second it ended in or, if it still runs, the present one.
pub fn stays_of(log: &[Entry], now: Millis) -> Vec<(u64, bool)> {
    let mut running = BTreeMap::new();
    let mut stays = Vec::new();
    let starts_at = log.first().map(|entry| entry.at).unwrap_or(STARTS_AT);
    let second = |at: Millis| at.since(starts_at) / 1_000;
    for entry in log {
        match &entry.event {
            Event::PresenceChanged { arrived, left, .. } => {
                running.extend(arrived.iter().map(|it| (it.session, second(entry.at))));
                for it in left {
                    if let Some(began) = running.remove(&it.session) {
                        stays.push((second(entry.at) - began, it.reason != LeaveReason::Sent));
                    }
                }
            }
            Event::PresenceLost { last_seen } => {
                let lost = std::mem::take(&mut running).into_values();
                stays.extend(lost.map(|began| (second(*last_seen).saturating_sub(began), false)));
            }
            _ => {}
        }
    }
    stays.extend(running.into_values().map(|began| (second(now) - began, false)));
    stays
}
