//! How many are here, how much they like it and who follows. It does not know names, and of the people here only the
//! number: stays are followed by the readers of the log.

use crate::bounds::FOLLOWERS_MAX;
use linger_protocol::{Arrival, Departure, Event, Millis, PersonId, Refusal};
use std::collections::BTreeSet;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Presence {
    pub(crate) here: u32,
    pub(crate) likes: u64,
    pub(crate) followers: BTreeSet<PersonId>,
}

impl Presence {
    pub(crate) fn note_moved(&self, arrived: &[Arrival], left: &[Departure]) -> Vec<Event> {
        if arrived.is_empty() && left.is_empty() {
            return vec![];
        }
        // A departure may be told of a stay that a restart has already ended: the count stops at zero.
        let here = self.here.saturating_add(count(arrived.len())).saturating_sub(count(left.len()));
        vec![Event::PresenceChanged { arrived: arrived.to_vec(), left: left.to_vec(), here }]
    }

    pub(crate) fn note_restarted(&self, last_seen: Millis) -> Option<Event> {
        (self.here > 0).then_some(Event::PresenceLost { last_seen })
    }

    pub(crate) fn note_likes(&self, likes: u32, people: u32) -> Vec<Event> {
        if likes == 0 {
            return vec![];
        }
        let total = self.likes.saturating_add(u64::from(likes));
        // Nobody likes less than once.
        vec![Event::LikesGathered { likes, people: people.min(likes), total }]
    }

    pub(crate) fn decide_follow(&self, person: PersonId) -> Result<Vec<Event>, Refusal> {
        if self.followers.contains(&person) {
            return Err(Refusal::AlreadyFollowing);
        }
        if self.followers.len() >= FOLLOWERS_MAX {
            return Err(Refusal::RoomFull);
        }
        Ok(vec![Event::Followed { person, followers: count(self.followers.len()) + 1 }])
    }

    pub(crate) fn decide_unfollow(&self, person: PersonId) -> Result<Vec<Event>, Refusal> {
        if !self.followers.contains(&person) {
            return Err(Refusal::NotFollowing);
        }
        Ok(vec![Event::Unfollowed { person, followers: count(self.followers.len()) - 1 }])
    }

    pub(crate) fn apply(&mut self, event: &Event) {
        match event {
            Event::PresenceChanged { here, .. } => self.here = *here,
            Event::PresenceLost { .. } => self.here = 0,
            Event::LikesGathered { total, .. } => self.likes = *total,
            Event::Followed { person, .. } => {
                self.followers.insert(*person);
            }
            Event::Unfollowed { person, .. } => {
                self.followers.remove(person);
            }
            _ => unreachable!("not about presence"),
        }
    }
}

/// A length as it is told in events; lengths here never come near the end of a `u32`.
fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
