//! What waits for a moderator: comments that were held before their room ever heard of them. It does not know why they
//! were.
//!
//! They are kept in memory alone and are gone when the house stops: their writers were told that they wait, and may say
//! them again.

use super::{publish, refused};
use crate::{
    ask::{Asker, parse, settle},
    error::ApiError,
    house::{House, RoomDesk},
    rooms::room_desk,
    wire::{Answer, HeldWire, ToClient, WireAct, WireEvent},
};
use axum::extract::ws::Utf8Bytes;
use linger_protocol::{Role, RoomId};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::sync::watch;

/// Comments that wait in one room; beyond, holding one more is refused.
const HELD_MAX: usize = 200;
/// Comments of one person that wait.
const HELD_PER_PERSON: usize = 3;

/// What waits in one room.
pub(crate) struct Held {
    waiting: Mutex<Waiting>,
    changed: watch::Sender<u64>,
}

impl Default for Held {
    fn default() -> Held {
        Held { waiting: Mutex::default(), changed: watch::Sender::new(0) }
    }
}

#[derive(Default)]
struct Waiting {
    last: u64,
    items: BTreeMap<u64, Item>,
}

struct Item {
    asker: Asker,
    act: WireAct,
    shown: HeldWire,
}

impl Held {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(|it| it.into_inner())
    }

    fn add(&self, asker: &Asker, act: &WireAct, mut shown: HeldWire) -> Result<(), ApiError> {
        let mut waiting = self.waiting();
        let mine = waiting.items.values().filter(|it| it.shown.person == shown.person).count();
        if mine >= HELD_PER_PERSON || waiting.items.len() >= HELD_MAX {
            return Err(refused("held-enough"));
        }
        waiting.last += 1;
        let number = waiting.last;
        shown.held = number;
        waiting.items.insert(number, Item { asker: asker.clone(), act: act.clone(), shown });
        drop(waiting);
        self.changed.send_replace(number);
        Ok(())
    }

    fn take(&self, held: u64) -> Option<Item> {
        let item = self.waiting().items.remove(&held);
        self.changed.send_modify(|_| {});
        item
    }

    /// Hears of every change; of what waits already, at once.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        let mut watch = self.changed.subscribe();
        if !self.waiting().items.is_empty() {
            watch.mark_changed();
        }
        watch
    }

    /// Forgets what a person wanted to say.
    pub(crate) fn erase(&self, person: linger_protocol::PersonId) {
        self.waiting().items.retain(|_, it| it.asker.actor.person != person);
        self.changed.send_modify(|_| {});
    }

    fn list(&self) -> Vec<HeldWire> {
        self.waiting().items.values().map(|it| it.shown.clone()).collect()
    }
}

/// All that waits, as staff are told, as soon as it changes. For others this never comes.
pub(crate) async fn next_held(desk: &Arc<RoomDesk>, watch: &mut Option<watch::Receiver<u64>>) -> Utf8Bytes {
    if let Some(watch) = watch
        // The sender lives as long as the desk.
        && watch.changed().await.is_ok()
    {
        let held = desk.held.list();
        return crate::hub::text(&ToClient::Yours { events: vec![WireEvent::Held { held }] });
    }
    std::future::pending().await
}

/// Keeps a comment until somebody of the staff has looked at it.
pub(super) fn hold(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    act: &WireAct,
    text: &str,
    reason: String,
) -> Result<Answer, ApiError> {
    let (_, desk) = room_desk(house, room.as_str())?;
    let image = match act {
        WireAct::Say { image, .. } => image.clone(),
        _ => None,
    };
    let shown = HeldWire {
        held: 0,
        person: asker.actor.person.to_string(),
        name: asker.name.clone(),
        text: crate::ask::clean(text),
        image,
        reason,
        at: house.now().0,
    };
    desk.held.add(asker, act, shown)?;
    Ok(Answer { position: position(house, room), held: true, ..Answer::default() })
}

/// Lets a held comment through: its room decides about it now, as if it had just been said.
pub(crate) async fn allow(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    held: u64,
) -> Result<Answer, ApiError> {
    let item = taken(house, room, asker, held)?;
    if let WireAct::Say { image: Some(image), .. } = &item.act {
        publish(house, parse(image, "image")?).await?;
    }
    settle(house, room, &item.asker, item.act).await
}

/// Does not let it through.
pub(crate) fn refuse(house: &House, room: &RoomId, asker: &Asker, held: u64) -> Result<Answer, ApiError> {
    taken(house, room, asker, held)?;
    Ok(Answer { position: position(house, room), ..Answer::default() })
}

fn taken(house: &House, room: &RoomId, asker: &Asker, held: u64) -> Result<Item, ApiError> {
    if asker.actor.role < Role::Moderator {
        return Err(ApiError::forbidden());
    }
    let (_, desk) = room_desk(house, room.as_str())?;
    desk.held.take(held).ok_or_else(|| ApiError::not_found("no-such-held"))
}

fn position(house: &House, room: &RoomId) -> String {
    house.engine.tail(room).map(|tail| tail.to_string()).unwrap_or_default()
}
