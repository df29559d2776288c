//! The readers that close the loop: rules that prompt the host, refunds that go out, payments compared with what
//! providers know, the media server's news, and what rooms tell the store of events. Each reads a room's durable events and answers with requests and reports like
//! anybody else.
//!
//! It does not know how occasions are found (`linger-strategy`) or how they are paced (`linger-action`).

mod collect;
mod copies;
pub mod facts;
pub mod rules;
mod stock;

pub use collect::Collecting;
pub use copies::copy_files;
pub use facts::Visits;
pub use stock::Books;

use crate::money::{self, Till};
use linger_engine::{Engine, Feed};
use linger_log::Position;
use linger_media::{GoneReason, MediaEvent, MediaEvents};
use linger_outlet::Findings;
use linger_protocol::{Millis, Report, RoomId};
use std::{collections::HashSet, sync::Arc, time::Duration};
use tokio::sync::watch;

/// How often new rooms are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long after the start the first comparison of payments is made: by then all books are read.
const FIRST_RECONCILE: Duration = Duration::from_secs(60);

/// Begins to work for every room there is and will be.
pub fn start(collecting: Collecting, books: Books, till: Till) {
    let engine = collecting.engine.clone();
    tokio::spawn(async move {
        let mut known = HashSet::new();
        loop {
            for room in engine.rooms() {
                if known.insert(room.clone()) {
                    tokio::spawn(collect::room(collecting.clone(), room.clone()));
                    tokio::spawn(stock::room(books.clone(), room.clone()));
                    tokio::spawn(money::keep_book(till.clone(), room));
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    });
}

fn from_start(engine: &Engine, room: &RoomId) -> Option<(Feed, Position)> {
    let tail = engine.tail(room)?;
    Some((engine.feed(room, Position { epoch: tail.epoch, offset: 0 }), tail))
}

/// Compares payments with what providers know, every so often, looking back so far.
pub async fn reconcile(
    till: Till,
    every: Duration,
    back_ms: u64,
    findings: watch::Sender<Option<Arc<Findings>>>,
) {
    let mut clock = tokio::time::interval_at(tokio::time::Instant::now() + FIRST_RECONCILE, every);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        let since = Millis(till.engine.now().0.saturating_sub_unsigned(back_ms));
        let found = till.reconcile(since).await;
        if !found.differences.is_empty() {
            tracing::error!(
                differences = found.differences.len() as u64 + found.more,
                "rooms and providers tell different things of payments: somebody has to look"
            );
        }
        findings.send_replace(Some(Arc::new(found)));
    }
}

/// Tells rooms what the media server sees of their hosts.
pub async fn hear_media(engine: Engine, mut events: MediaEvents) {
    while let Some(event) = events.recv().await {
        let (room, report) = match event {
            MediaEvent::PublishStarted { room } => (room, Report::MediaStarted),
            // The picture goes on: a newer publisher has taken over.
            MediaEvent::PublishStopped { reason: GoneReason::Replaced, .. } => continue,
            MediaEvent::PublishStopped { room, reason } => {
                let on_purpose = matches!(reason, GoneReason::Closed | GoneReason::Left);
                (room, Report::MediaStopped { on_purpose })
            }
            _ => continue,
        };
        let Ok(room) = RoomId::new(&room) else { continue };
        if let Err(refused) = engine.report(&room, report).await {
            tracing::warn!(%room, %refused, "news of the picture were dropped");
        }
    }
}
