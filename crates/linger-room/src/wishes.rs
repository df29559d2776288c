//! Who wishes that the host explains which item. A wish holds until the item's card is shown: that is the moment at which it is
//! explained, by the run of show or by hand. It does not know when that was: the entry of the card does.

use crate::{Room, bounds::WISHES_PER_ITEM_MAX};
use linger_protocol::{Event, ItemId, PersonId, Refusal, SaleEvent};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wishes {
    /// By item; never an empty set.
    pub(crate) asked: BTreeMap<ItemId, BTreeSet<PersonId>>,
}

/// Asking twice changes nothing.
pub(crate) fn decide(room: &Room, person: PersonId, item: ItemId) -> Result<Vec<SaleEvent>, Refusal> {
    room.item(item).ok_or(Refusal::NoSuchItem)?;
    if room.pinned() == Some(item) {
        return Err(Refusal::ShownNow);
    }
    match room.wishes.asked.get(&item) {
        Some(people) if people.contains(&person) => Ok(vec![]),
        Some(people) if people.len() >= WISHES_PER_ITEM_MAX => Err(Refusal::RoomFull),
        _ => Ok(vec![SaleEvent::ExplainAsked { item, person }]),
    }
}

impl Wishes {
    pub(crate) fn apply(&mut self, event: &Event) {
        match event {
            Event::Sale(SaleEvent::ExplainAsked { item, person }) => {
                let is_new = self.asked.entry(*item).or_default().insert(*person);
                assert!(is_new, "somebody wished the same twice");
            }
            Event::CardPinned { item } => drop(self.asked.remove(item)),
            _ => {}
        }
    }
}
