//! Money after the room has decided: refunds go out, and what providers know is compared with what the rooms' logs say.
//! It does not know why money goes back, or how a provider is reached.

mod book;
mod pass;

pub use book::Books;
pub use pass::Till;

use linger_engine::Engine;
use linger_log::Position;
use linger_outlet::{Back, PayError, Providers};
use linger_protocol::{RefundId, RoomId};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// How long to wait before something that the outside refused is tried again; twice as long each time.
const AGAIN_AFTER: Duration = Duration::from_secs(2);
const AGAIN_AFTER_MAX: Duration = Duration::from_secs(300);
/// Refunds of one room that are asked for at the same time.
const TOGETHER_MAX: usize = 8;

/// Keeps a room's book, and gives back every payment that has to go back. One refund that does not go through holds up
/// no other.
pub async fn keep_book(till: Till, room: RoomId) {
    let Some(tail) = till.engine.tail(&room) else { return };
    let mut feed = till.engine.feed(&room, Position { epoch: tail.epoch, offset: 0 });
    let gate = Arc::new(Semaphore::new(TOGETHER_MAX));
    let mut asked = BTreeSet::new();
    while let Ok(batch) = feed.next().await {
        till.books.fold(&room, &batch.entries);
        // Most of what was due once went back long ago: nothing is asked for before all is read.
        if feed.position() < tail {
            continue;
        }
        let due = till.books.due(&room);
        asked.retain(|refund: &RefundId| due.iter().any(|back| back.refund == *refund));
        for back in due {
            if asked.insert(back.refund.clone()) {
                tokio::spawn(give_back(till.providers.clone(), gate.clone(), back));
            }
        }
    }
}

/// Asks until the provider has taken it on. It knows a refund by its name, so asking again is safe.
async fn give_back(providers: Arc<Providers>, gate: Arc<Semaphore>, back: Back) {
    let mut wait = AGAIN_AFTER;
    loop {
        let answer = {
            let Ok(_permit) = gate.acquire().await else { return };
            providers.refund(back.clone()).await
        };
        let (room, order) = (&back.room, back.order);
        match answer {
            Ok(()) => return,
            Err(fault @ (PayError::Unavailable { .. } | PayError::NotPaid)) => {
                tracing::warn!(%room, %order, %fault, "a refund could not be sent; trying again");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(AGAIN_AFTER_MAX);
            }
            Err(fault) => {
                // It stays due in the room, where staff see it; asking again would get the same answer for ever.
                tracing::error!(%room, %order, %fault, "the provider refuses a refund: somebody has to look");
                return;
            }
        }
    }
}

impl Till {
    /// These rooms, these providers, and books that are still empty.
    pub fn new(engine: Engine, providers: Arc<Providers>) -> Till {
        Till { engine, providers, books: Books::default() }
    }
}

#[cfg(test)]
mod tests;
