//! Reads every room's log into the store of events, and remembers how far. It does not know what an entry means.
//!
//! The ids of facts come from their place in the log, so that what is read twice is stored once; how far a room is read
//! is kept after its facts are durable.

use super::{
    facts::{RoomFacts, Visits},
    from_start,
};
use linger_engine::{Batch, Engine};
use linger_events::{EventStore, Incoming};
use linger_log::Position;
use linger_protocol::{Event, RoomId};
use linger_store::Store;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Facts of one append: more are told in pieces.
const FACTS_MAX: usize = 4_000;
/// How often a room's facts are told: entries come every few milliseconds, and each telling is a sync.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// How often it is noted how far a room is read.
const NOTE_EVERY: Duration = Duration::from_secs(2);
/// How long to wait before what could not be kept is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What reading into events needs.
#[derive(Clone)]
pub struct Collecting {
    /// Rooms.
    pub engine: Engine,
    /// Where facts go.
    pub events: EventStore,
    /// Where it stands how far rooms are read, and what kind of product an item is.
    pub store: Store,
    /// Who has come on which day.
    pub visits: Visits,
}

/// Reads one room for ever. The log is folded from its beginning, as a stay that is running began somewhere; facts are
/// told from where the last reading ended.
pub async fn room(collecting: Collecting, room: RoomId) {
    let Collecting { engine, events, store, visits } = collecting;
    let Some((mut feed, tail)) = from_start(&engine, &room) else { return };
    let epoch = feed.position().epoch;
    let read_to = match store.room_reader(room.as_str()).await {
        Ok(read_to) => read_to.and_then(|text| text.parse::<Position>().ok()),
        Err(fault) => {
            // Without it everything is told again; ids make it the same facts.
            tracing::warn!(%room, %fault, "how far a room was read is not known");
            None
        }
    };
    let tell_from = Position { epoch, offset: begin_at(read_to, tail, events.figures().facts == 0) };
    let mut facts = RoomFacts::new(room.clone(), visits);
    let mut told = Vec::new();
    let (mut read_to, mut noted) = (tell_from, tell_from);
    let (mut telling, mut noting) = (ticks(TELL_EVERY), ticks(NOTE_EVERY));
    loop {
        tokio::select! {
            batch = feed.next() => {
                let Ok(batch) = batch else { break };
                categorise(&mut facts, &store, &batch).await;
                for (offset, entry) in (batch.from.offset..).zip(batch.entries.iter()) {
                    let at = Position { epoch, offset };
                    let new = facts.fold(at, entry);
                    if at >= tell_from {
                        told.extend(new);
                    }
                    if told.len() >= FACTS_MAX {
                        keep(&events, &room, std::mem::take(&mut told)).await;
                    }
                }
                read_to = read_to.max(batch.to());
            }
            _ = telling.tick(), if !told.is_empty() => {
                keep(&events, &room, std::mem::take(&mut told)).await;
            }
            // Only when everything up to there is durable.
            _ = noting.tick(), if told.is_empty() && read_to > noted => {
                note(&store, &room, read_to).await;
                noted = read_to;
            }
        }
    }
    keep(&events, &room, told).await;
    note(&store, &room, read_to).await;
}

fn ticks(every: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks
}

async fn note(store: &Store, room: &RoomId, read_to: Position) {
    if let Err(fault) = store.set_room_reader(room.as_str(), &read_to.to_string()).await {
        tracing::warn!(%room, %fault, "how far a room was read is not kept");
    }
}

/// From which offset on facts are told. A history that was restored has another epoch and the same beginning; what lies
/// beyond its end is new. A store that holds nothing has not been told anything.
fn begin_at(read_to: Option<Position>, tail: Position, nothing_kept: bool) -> u64 {
    match read_to {
        Some(_) if nothing_kept => 0,
        Some(read_to) if read_to.epoch == tail.epoch => read_to.offset,
        Some(read_to) => read_to.offset.min(tail.offset),
        None => 0,
    }
}

/// Looks up what kind of product the items are that this batch lists.
async fn categorise(facts: &mut RoomFacts, store: &Store, batch: &Batch) {
    for entry in batch.entries.iter() {
        let Event::ItemListed { item } = &entry.event else { continue };
        if let Ok(Some(product)) = store.item(item.id).await {
            facts.categorise(item.id, &product.category);
        }
    }
}

/// Makes facts durable, however long that takes: the log keeps them meanwhile.
async fn keep(events: &EventStore, room: &RoomId, mut told: Vec<Incoming>) {
    if told.is_empty() {
        return;
    }
    loop {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let received_ms = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        told.iter_mut().for_each(|it| it.fact.received_ms = received_ms);
        let (events, batch) = (events.clone(), told.clone());
        match tokio::task::spawn_blocking(move || events.append(batch)).await {
            Ok(Ok(_)) => return,
            Ok(Err(fault)) => {
                tracing::warn!(%room, %fault, "events of a room could not be kept; trying again")
            }
            Err(_) => return,
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_goes_on_where_it_ended_also_after_a_restore() {
        let at = |epoch, offset| Position { epoch, offset };
        assert_eq!(begin_at(Some(at(1, 40)), at(1, 50), false), 40);
        assert_eq!(begin_at(Some(at(1, 40)), at(2, 30), false), 30);
        assert_eq!(begin_at(Some(at(1, 20)), at(2, 30), false), 20);
        assert_eq!(begin_at(None, at(1, 50), false), 0);
        assert_eq!(begin_at(Some(at(1, 40)), at(1, 50), true), 0);
    }
}
