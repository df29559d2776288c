//! Where one show ends and the next begins. It does not know what happens in one.

use linger_protocol::{Event, Millis, SaleEvent};

/// The longest show, in seconds.
pub const SHOW_S_MAX: u32 = 86_400;
/// A picture this long after the host ended the show, in ms, is a new show.
pub const NEW_SHOW_MS: u64 = 30 * 60_000;

/// Whether this event, at this moment, begins a show, when the one before began and was ended by the host at these times:
/// what was before it is another one.
pub fn begins_show(began: Option<Millis>, ended: Option<Millis>, at: Millis, event: &Event) -> bool {
    let goes_live = matches!(event, Event::WentLive);
    match began {
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
                && (ended.is_some_and(|ended| at.since(ended) > NEW_SHOW_MS)
                    || at.since(began) >= u64::from(SHOW_S_MAX) * 1_000)
        }
    }
}
