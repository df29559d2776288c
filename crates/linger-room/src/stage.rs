//! The room's sign, whether there is a picture, and the card over it. It does not know what a card's item costs or
//! whether it is on sale.

use crate::{shelf::Shelf, text::bounded};
use linger_protocol::{Event, ItemId, Limits, OffReason, PersonId, Refusal};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Stage {
    pub(crate) sign: Option<Sign>,
    pub(crate) live: bool,
    pub(crate) pinned: Option<ItemId>,
}

/// What stands over the door.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sign {
    pub(crate) title: String,
    pub(crate) host: PersonId,
    pub(crate) host_name: String,
}

impl Stage {
    pub(crate) fn decide_open(
        &self,
        title: &str,
        host: PersonId,
        host_name: &str,
    ) -> Result<Vec<Event>, Refusal> {
        if self.sign.is_some() {
            return Err(Refusal::RoomIsOpen);
        }
        let title = bounded(title, Limits::TITLE_CHARS)?.to_owned();
        let host_name = bounded(host_name, Limits::NAME_CHARS)?.to_owned();
        Ok(vec![Event::RoomOpened { title, host, host_name }])
    }

    pub(crate) fn note_started(&self) -> Vec<Event> {
        if self.live { vec![] } else { vec![Event::WentLive] }
    }

    pub(crate) fn note_stopped(&self, reason: OffReason) -> Vec<Event> {
        if self.live { vec![Event::WentOff { reason }] } else { vec![] }
    }

    pub(crate) fn decide_announce(&self, text: &str) -> Result<Vec<Event>, Refusal> {
        let text = bounded(text, Limits::ANNOUNCEMENT_CHARS)?.to_owned();
        Ok(vec![Event::Announced { text }])
    }

    pub(crate) fn decide_pin(&self, shelf: &Shelf, item: ItemId) -> Result<Vec<Event>, Refusal> {
        shelf.line(item)?;
        if self.pinned == Some(item) {
            return Ok(vec![]);
        }
        let mut events = self.decide_unpin();
        events.push(Event::CardPinned { item });
        Ok(events)
    }

    pub(crate) fn decide_unpin(&self) -> Vec<Event> {
        self.pinned.map(|item| Event::CardUnpinned { item }).into_iter().collect()
    }

    pub(crate) fn apply(&mut self, event: &Event) {
        match event {
            Event::RoomOpened { title, host, host_name } => {
                assert!(self.sign.is_none(), "a room opened twice");
                self.sign = Some(Sign { title: title.clone(), host: *host, host_name: host_name.clone() });
            }
            Event::WentLive => self.live = true,
            Event::WentOff { .. } => self.live = false,
            Event::CardPinned { item } => {
                assert!(self.pinned.is_none(), "two cards over one picture");
                self.pinned = Some(*item);
            }
            Event::CardUnpinned { .. } => self.pinned = None,
            // Heard by everybody, kept by nobody.
            Event::Announced { .. } | Event::CardsTouched { .. } | Event::QualityGathered { .. } => {}
            _ => unreachable!("not about the stage"),
        }
    }
}
