//! Looks at cards, taps on them and likes, gathered where they arrive with their person: a room's log has only their
//! sums. Best effort: what a crash or a full gathering loses is not told again. It does not know sockets.

use super::{keep, meaning::room_person};
use crate::house::House;
use linger_behaviour::{Fact, Number, Text, touch};
use linger_events::{Incoming, Who};
use linger_protocol::{ItemId, PersonId, RoomId};
use std::{collections::BTreeMap, sync::Mutex, time::Duration};

/// How often what was gathered is told.
const TICK: Duration = Duration::from_secs(2);
/// Different touches gathered between two ticks; further ones are not told.
const TOUCHES_MAX: usize = 20_000;

/// What somebody did with a card, or with the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Touch {
    Seen(ItemId),
    Clicked(ItemId),
    Liked,
}

/// Touches since the last tick, and how often each.
#[derive(Default)]
pub(crate) struct Touches(Mutex<BTreeMap<(RoomId, PersonId, Touch), u32>>);

impl Touches {
    /// Somebody who is no member of staff touched something.
    pub(crate) fn add(&self, room: &RoomId, person: PersonId, touch: Touch, times: u32) {
        if person.is_staff() || times == 0 {
            return;
        }
        let mut gathered = self.0.lock().unwrap_or_else(|it| it.into_inner());
        let key = (room.clone(), person, touch);
        if gathered.len() < TOUCHES_MAX || gathered.contains_key(&key) {
            let told = gathered.entry(key).or_default();
            *told = told.saturating_add(times);
        }
    }

    /// Takes out what is to be told now.
    fn take(&self, now_ms: i64, mut id: impl FnMut() -> u128) -> Vec<Incoming> {
        let gathered = std::mem::take(&mut *self.0.lock().unwrap_or_else(|it| it.into_inner()));
        let fact = |((room, person, touched), times): ((RoomId, PersonId, Touch), u32)| {
            let name = match touched {
                Touch::Seen(_) => touch::CARD_SEEN,
                Touch::Clicked(_) => touch::CARD_CLICKED,
                Touch::Liked => touch::INTERACTED,
            };
            let fact =
                Fact { at_ms: now_ms, received_ms: now_ms, name: name.into(), id: id(), ..Fact::default() };
            let fact = fact.with(Text::Room, room.as_str()).with_number(Number::Units, times.into());
            let fact = match touched {
                Touch::Seen(item) | Touch::Clicked(item) => fact.with(Text::Item, &item.to_string()),
                Touch::Liked => fact.with(Text::Outcome, "like"),
            };
            Incoming { who: Who::anonymous(&room_person(person)), fact, alias: None }
        };
        gathered.into_iter().map(fact).collect()
    }
}

/// Begins to tell what is gathered.
pub(crate) fn follow(house: House) {
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !house.is_stopping() {
            ticks.tick().await;
            tell(&house).await;
        }
        tell(&house).await;
    });
}

async fn tell(house: &House) {
    let told = house.track.touches.take(house.now().0, super::batch::random_id);
    if !told.is_empty() {
        // What could not be kept stands in the log of the server; it is not told again.
        let _ = keep(house, told).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touches_of_a_moment_are_one_fact_for_each_person_and_thing() {
        let touches = Touches::default();
        let room = RoomId::new("tea").unwrap();
        for _ in 0..3 {
            touches.add(&room, PersonId(1), Touch::Clicked(ItemId(7)), 1);
        }
        touches.add(&room, PersonId(1), Touch::Liked, 9);
        touches.add(&room, PersonId::staff(1), Touch::Liked, 9);
        let told = touches.take(5, || 1);
        let facts: Vec<_> = told.iter().map(|it| (&*it.fact.name, it.fact.number(Number::Units))).collect();
        assert_eq!(facts, [(touch::CARD_CLICKED, Some(3)), (touch::INTERACTED, Some(9))]);
        assert_eq!(told[0].who, Who::anonymous("room:0000000000000001"));
        assert!(touches.take(5, || 1).is_empty());
    }

    #[test]
    fn a_flood_of_touches_is_bounded() {
        let touches = Touches::default();
        let room = RoomId::new("tea").unwrap();
        for n in 0..TOUCHES_MAX as u64 + 9 {
            touches.add(&room, PersonId(1), Touch::Seen(ItemId(n)), 1);
        }
        assert_eq!(touches.take(5, || 1).len(), TOUCHES_MAX);
    }
}
