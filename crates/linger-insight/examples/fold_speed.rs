//! Folds about a million facts (entries, arrivals and departures) of a seeded day, ticking once a second, and prints
//! what it took as one JSON object. Build it with `--release`; the clock it reads is its own, the fold has none.

#![allow(clippy::disallowed_methods, reason = "this measures; the fold itself reads no clock")]

#[path = "../tests/evening/mod.rs"]
mod evening;

use linger_insight::Live;
use linger_protocol::{Entry, Event};
use std::time::Instant;

fn main() {
    let log = evening::Evening::write(11, 80_000, 4);
    let mut live = Live::new();
    let began = Instant::now();
    let (mut next, mut now) = (evening::STARTS_AT, evening::STARTS_AT);
    for entry in &log {
        if entry.at >= next {
            next = entry.at.plus(1_000);
            live.tick(entry.at);
        }
        live.fold(entry);
        now = entry.at;
    }
    live.tick(now);
    let fold = began.elapsed();
    let began = Instant::now();
    let summary = live.snapshot().summary();
    let summed = began.elapsed();
    println!(
        "{{\"facts\":{},\"entries\":{},\"people\":{},\"fold_ms\":{},\"summary_us\":{}}}",
        log.iter().map(facts_in).sum::<usize>(),
        log.len(),
        summary.people_came,
        fold.as_millis(),
        summed.as_micros()
    );
}

fn facts_in(entry: &Entry) -> usize {
    match &entry.event {
        Event::PresenceChanged { arrived, left, .. } => arrived.len() + left.len(),
        _ => 1,
    }
}
