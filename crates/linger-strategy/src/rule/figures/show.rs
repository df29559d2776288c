//! When a show begins, whether there is a picture, and when it ends: the same shows that `linger-insight` tells apart. It
//! does not know what happens in one.

use linger_protocol::{Event, Millis, OffReason, SaleEvent};

/// A picture this long after the host ended the show, in ms, is a new show.
const NEW_SHOW_MS: u64 = 30 * 60_000;
/// The longest show, in ms.
const SHOW_MS_MAX: u64 = 86_400_000;

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
        let begins = self.begins(at, event);
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

    fn begins(&self, at: Millis, event: &Event) -> bool {
        let goes_live = matches!(event, Event::WentLive);
        match self.began {
            None => {
                goes_live
                    || matches!(
                        event,
                        Event::CommentMade { .. }
                            | Event::QuestionOpened { .. }
                            | Event::LikesGathered { .. }
                            | Event::DrawOpened { .. }
                            | Event::UnitsHeld { .. }
                            | Event::Sale(SaleEvent::CartHeld(_))
                    )
                    || matches!(event, Event::PresenceChanged { arrived, .. } if !arrived.is_empty())
            }
            Some(began) => {
                goes_live
                    && (self.ended.is_some_and(|ended| at.since(ended) > NEW_SHOW_MS)
                        || at.since(began) >= SHOW_MS_MAX)
            }
        }
    }
}
