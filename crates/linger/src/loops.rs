//! The readers that close the loop: rules that prompt the host, refunds that go out, the media server's news, and what
//! rooms tell the store of events. Each reads a room's durable events and answers with requests and reports like
//! anybody else.
//!
//! It does not know how occasions are found (`linger-strategy`) or how they are paced (`linger-action`).

mod collect;
mod copies;
pub mod facts;
mod stock;

pub use collect::Collecting;
pub use copies::copy_files;
pub use facts::Visits;
pub use stock::Books;

use linger_action::Desk;
use linger_engine::{Engine, Feed, Refused};
use linger_log::Position;
use linger_media::{GoneReason, MediaEvent, MediaEvents};
use linger_outlet::{PayError, Payments};
use linger_protocol::{Act, Event, Report, Request, RoomId};
use linger_strategy::Rules;
use std::{collections::HashSet, sync::Arc, time::Duration};

/// How often new rooms are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long to wait before something that the outside refused is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Begins to work for every room there is and will be.
pub fn start(
    collecting: Collecting,
    books: Books,
    payments: &Arc<dyn Payments>,
    rules: &linger_strategy::Config,
) {
    let (engine, payments, rules) = (collecting.engine.clone(), payments.clone(), rules.clone());
    tokio::spawn(async move {
        let mut known = HashSet::new();
        loop {
            for room in engine.rooms() {
                if known.insert(room.clone()) {
                    tokio::spawn(collect::room(collecting.clone(), room.clone()));
                    tokio::spawn(stock::room(books.clone(), room.clone()));
                    tokio::spawn(prompt_host(engine.clone(), room.clone(), rules.clone()));
                    tokio::spawn(give_money_back(engine.clone(), room, payments.clone()));
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

/// Rules and desk of one room. Both are folded from the beginning, so that a restart knows what was done already.
async fn prompt_host(engine: Engine, room: RoomId, config: linger_strategy::Config) {
    let Some((mut feed, _)) = from_start(&engine, &room) else { return };
    let rules = Rules::new(&room, config);
    let desk = Desk::new(linger_action::Config::default());
    let (Ok(mut rules), Ok(mut desk)) = (rules, desk) else {
        // Settings are checked before the server starts.
        tracing::error!(%room, "the rules' settings make no sense; nobody is prompted");
        return;
    };
    loop {
        let wait_ms = desk.wakes_at().map_or(60_000, |at| at.since(engine.now()).max(10));
        tokio::select! {
            batch = feed.next() => {
                let Ok(batch) = batch else { return };
                for entry in batch.entries.iter() {
                    desk.fold(entry);
                    for intent in rules.fold(entry) {
                        desk.offer(intent);
                    }
                }
            }
            () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
        }
        if feed.is_behind() {
            continue;
        }
        for request in desk.due(engine.now()) {
            follow(&engine, &room, &mut desk, request).await;
        }
    }
}

async fn follow(engine: &Engine, room: &RoomId, desk: &mut Desk, request: Request) {
    let Act::FollowIntent { intent } = &request.act else { return };
    let intent = intent.id;
    match engine.ask(room, request, Some(intent)).await {
        Ok(_) => {}
        // The occasion passed while it was on its way.
        Err(Refused::Refusal(refusal)) => desk.refused(intent, refusal),
        // The desk asks again after a while.
        Err(refused) => tracing::warn!(%room, %refused, "an intent could not be carried out"),
    }
}

/// Sends back every payment that has to go back, until the provider says that it did.
async fn give_money_back(engine: Engine, room: RoomId, payments: Arc<dyn Payments>) {
    let Some((mut feed, tail)) = from_start(&engine, &room) else { return };
    // What was due before the start is asked of the room; the feed then goes on from there.
    let due = engine
        .look(&room, |room| {
            room.refunds_due().map(|(payment, it)| (it.order, payment.clone(), it.amount)).collect::<Vec<_>>()
        })
        .await;
    for (order, payment, amount) in due.ok().flatten().unwrap_or_default() {
        refund(&payments, &room, order, payment, amount).await;
    }
    feed.skip_to(tail);
    while let Ok(batch) = feed.next().await {
        for entry in batch.entries.iter() {
            if let Event::RefundDue { order, payment, amount, .. } = &entry.event {
                refund(&payments, &room, *order, payment.clone(), *amount).await;
            }
        }
    }
}

async fn refund(
    payments: &Arc<dyn Payments>,
    room: &RoomId,
    order: linger_protocol::OrderId,
    payment: linger_protocol::PaymentId,
    amount: linger_protocol::Money,
) {
    // The provider knows a payment it has given back already, so asking again is safe.
    while let Err(fault) = payments.refund(room.clone(), order, payment.clone(), amount).await {
        if !matches!(fault, PayError::Unavailable { .. } | PayError::NotPaid) {
            // It stays due in the room, where staff see it; asking again would get the same answer for ever.
            tracing::error!(%room, %order, %fault, "the provider refuses a refund: somebody has to look");
            return;
        }
        tracing::warn!(%room, %order, %fault, "a refund could not be sent; trying again");
        tokio::time::sleep(AGAIN_AFTER).await;
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
