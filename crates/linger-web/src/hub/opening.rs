//! Opening what is sealed in a room's entries, as far as somebody may still be shown it. It does not know what is shown.

use super::{
    about, activity,
    fold::{Plain, plain_form},
    seat, talk,
};
use crate::house::House;
use linger_protocol::{ActivityId, Entry, Event, RoomId, Sealed};

/// What is opened. Who waits for stage or call, and what stands under photos, may be shown however old it is, and always
/// is.
#[derive(Clone, Copy)]
pub(super) struct Opening {
    /// Comments, and names of the club.
    pub(super) talk: bool,
    /// Names of those who play, from this activity on.
    pub(super) activities: ActivityId,
}

impl Opening {
    /// What a log's past is opened with: winners may still be told of those activities that the room remembers.
    pub(super) async fn of_the_past(house: &House, room: &RoomId) -> Opening {
        let first = |room: &linger_room::Room| room.activities().map(|(id, _)| id).next();
        let first = house.engine.look(room, first).await.ok().flatten().flatten();
        Opening { talk: false, activities: first.unwrap_or(ActivityId(0)) }
    }
}

/// Opens what is sealed in these entries; what was erased, or cannot be read now, is empty.
pub(super) async fn open_all(house: &House, room: &RoomId, entries: &[Entry]) -> Vec<Option<Plain>> {
    open(house, room, entries, Opening { talk: true, activities: ActivityId(0) }).await
}

/// As [`open_all`], of what is wanted.
pub(super) async fn open(
    house: &House,
    room: &RoomId,
    entries: &[Entry],
    wanted: Opening,
) -> Vec<Option<Plain>> {
    let mut opened = Vec::with_capacity(entries.len());
    for entry in entries {
        let sealed = match &entry.event {
            Event::CommentMade { spoken, .. } => Some(spoken).filter(|_| wanted.talk),
            Event::Seat(event) => seat::sealed(event),
            Event::Club(event) => event.sealed_name().map(|(_, name)| name).filter(|_| wanted.talk),
            Event::Activity(event) => {
                let named = activity::name_of(event).filter(|_| about(event) >= wanted.activities);
                named.map(|(_, name)| name)
            }
            event => talk::sealed_of(event),
        };
        opened.push(open_one(house, room, sealed).await);
    }
    opened
}

async fn open_one(house: &House, room: &RoomId, sealed: Option<&Sealed>) -> Option<Plain> {
    let bytes = house.vault.open(sealed?, room.as_str().as_bytes()).await.unwrap_or_else(|fault| {
        tracing::error!(%fault, "a text could not be opened");
        None
    });
    Some(plain_form(bytes))
}
