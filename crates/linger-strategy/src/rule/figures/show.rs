//! The show of a room: since when, whether there is a picture, whether it is over. It does not know what happens in one, nor
//! where one ends and the next begins: `linger-insight` does.

use linger_insight::begins_show;
use linger_protocol::{Event, Millis, OffReason};

/// The show of a room.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Show {
    /// When it began.
    pub began: Option<Millis>,
    /// When the host ended it.
    pub ended: Option<Millis>,
    /// Whether there is a picture.
    pub live: bool,
    /// Shows so far, this one included.
    pub number: u32,
}

impl Show {
    /// Whether a show is on: rules speak only then.
    pub fn is_running(&self) -> bool {
        self.began.is_some() && self.ended.is_none()
    }

    /// Takes in an event; true when a show begins with it.
    pub fn take(&mut self, at: Millis, event: &Event) -> bool {
        let begins = begins_show(self.began, self.ended, at, event);
        match event {
            Event::WentLive => {
                self.live = true;
                self.ended = None;
            }
            Event::WentOff { reason } => {
                self.live = false;
                if *reason == OffReason::Ended && self.began.is_some() {
                    self.ended = Some(at);
                }
            }
            _ => {}
        }
        if begins {
            self.began = Some(at);
            self.ended = None;
            self.number += 1;
        }
        begins
    }
}
