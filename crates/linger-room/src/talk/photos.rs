//! Viewers' photos: offered to staff, chosen for the wall or declined. It does not know pictures: of a photo it
//! remembers its id and whose it is.

use crate::{
    bounds::{PHOTOS_ON_WALL, PHOTOS_PER_PERSON, PHOTOS_WAITING_MAX, SEALED_BYTES_MAX},
    text::at_most,
};
use linger_protocol::{Event, ImageId, Limits, PersonId, Refusal, Spoken, TalkEvent};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Photos {
    /// Offered, and neither chosen nor declined yet.
    pub(crate) waiting: BTreeMap<ImageId, PersonId>,
    /// On the wall, oldest first.
    pub(crate) wall: Vec<(ImageId, PersonId)>,
}

impl Photos {
    pub(crate) fn decide_offer(
        &self,
        person: PersonId,
        image: ImageId,
        caption: &Spoken,
    ) -> Result<Vec<Event>, Refusal> {
        if let Some(owner) = self.owner(image) {
            return if owner == person { Ok(vec![]) } else { Err(Refusal::NoSuchPhoto) };
        }
        at_most(caption.plain.trim(), Limits::CAPTION_CHARS)?;
        if caption.sealed.body.len() > SEALED_BYTES_MAX {
            return Err(Refusal::TextTooLong);
        }
        let mine = self.waiting.values().filter(|owner| **owner == person).count();
        if mine >= PHOTOS_PER_PERSON || self.waiting.len() >= PHOTOS_WAITING_MAX {
            return Err(Refusal::TooManyPhotos);
        }
        let caption = caption.sealed.clone();
        Ok(vec![Event::Talk(TalkEvent::PhotoOffered { image, person, caption })])
    }

    /// One more photo on the wall; when there is no place, the oldest comes down.
    pub(crate) fn decide_choose(&self, image: ImageId) -> Result<Vec<Event>, Refusal> {
        if self.hangs(image) {
            return Ok(vec![]);
        }
        if !self.waiting.contains_key(&image) {
            return Err(Refusal::NoSuchPhoto);
        }
        let full = self.wall.len() >= PHOTOS_ON_WALL;
        let oldest = self.wall.first().filter(|_| full).map(|(image, _)| *image);
        let down = oldest.map(|image| Event::Talk(TalkEvent::PhotoDeclined { image }));
        let chosen = Event::Talk(TalkEvent::PhotoChosen { image });
        Ok(down.into_iter().chain([chosen]).collect())
    }

    pub(crate) fn decide_decline(&self, image: ImageId) -> Result<Vec<Event>, Refusal> {
        self.owner(image).ok_or(Refusal::NoSuchPhoto)?;
        Ok(vec![Event::Talk(TalkEvent::PhotoDeclined { image })])
    }

    /// Whose photo waits or hangs under this id.
    pub(crate) fn owner(&self, image: ImageId) -> Option<PersonId> {
        let hung = self.wall.iter().find(|(it, _)| *it == image).map(|(_, owner)| *owner);
        hung.or_else(|| self.waiting.get(&image).copied())
    }

    pub(crate) fn hangs(&self, image: ImageId) -> bool {
        self.wall.iter().any(|(it, _)| *it == image)
    }

    pub(crate) fn apply(&mut self, event: &TalkEvent) {
        match event {
            TalkEvent::PhotoOffered { image, person, .. } => {
                assert!(self.waiting.insert(*image, *person).is_none(), "a photo is offered twice");
            }
            TalkEvent::PhotoChosen { image } => {
                let owner = self.waiting.remove(image).expect("only an offered photo is chosen");
                self.wall.push((*image, owner));
            }
            TalkEvent::PhotoDeclined { image } => {
                let before = self.waiting.len() + self.wall.len();
                self.waiting.remove(image);
                self.wall.retain(|(it, _)| it != image);
                assert!(
                    self.waiting.len() + self.wall.len() < before,
                    "a photo is declined that is not here"
                );
            }
            _ => unreachable!("not about photos"),
        }
    }
}
