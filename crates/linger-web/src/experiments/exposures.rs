//! Who was shown which arm, as facts: once for each of them and each version. It does not know how an arm is drawn.
//!
//! What a crash loses of the last half second is told again when somebody comes back, since nobody remembers then that it
//! was told.

use crate::{
    house::House,
    track::{fact_id, keep},
};
use linger_behaviour::{Fact, Text};
use linger_events::{Incoming, Who};
use linger_protocol::{Millis, RoomId};
use linger_strategy::experiment::EXPOSED;
use std::{
    collections::{HashSet, VecDeque},
    sync::Mutex,
    time::Duration,
};

/// How often what was gathered is told.
const TICK: Duration = Duration::from_millis(500);
/// Showings that are remembered, so that they are not told again; the store drops what it was told twice within its window.
const REMEMBERED_MAX: usize = 200_000;
/// Showings that wait for the next tick; further ones are told when somebody comes again.
const WAITING_MAX: usize = 50_000;

/// Where somebody was shown something.
#[derive(Clone, Copy, Default)]
pub(super) struct Where<'a> {
    pub room: Option<&'a RoomId>,
    pub host: &'a str,
    pub source: &'a str,
}

/// What was shown and is not kept yet.
#[derive(Default)]
pub(crate) struct Exposures(Mutex<Gathered>);

#[derive(Default)]
struct Gathered {
    waiting: Vec<Incoming>,
    told: HashSet<u128>,
    order: VecDeque<u128>,
}

impl Exposures {
    /// Somebody was shown what `outcome` says.
    pub(super) fn add(&self, who: &Who, outcome: &str, at: Where<'_>, now: Millis) {
        let name = who.known.as_deref().or(who.anonymous.as_deref()).unwrap_or_default();
        let id = fact_id("experiments", &format!("{name}/{outcome}"));
        let mut gathered = self.0.lock().unwrap_or_else(|it| it.into_inner());
        if gathered.waiting.len() >= WAITING_MAX || !gathered.told.insert(id) {
            return;
        }
        gathered.order.push_back(id);
        if gathered.order.len() > REMEMBERED_MAX
            && let Some(oldest) = gathered.order.pop_front()
        {
            gathered.told.remove(&oldest);
        }
        let fact = Fact { at_ms: now.0, received_ms: now.0, name: EXPOSED.into(), id, ..Fact::default() };
        let mut fact = fact.with(Text::Outcome, outcome);
        let texts = [
            (Text::Room, at.room.map_or("", RoomId::as_str)),
            (Text::Host, at.host),
            (Text::Source, at.source),
        ];
        for (column, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            fact = fact.with(column, text);
        }
        gathered.waiting.push(Incoming { who: who.clone(), fact, alias: None });
    }

    fn take(&self) -> Vec<Incoming> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(|it| it.into_inner()).waiting)
    }

    /// What could not be kept is told when somebody comes again.
    fn not_kept(&self, ids: &[u128]) {
        let mut gathered = self.0.lock().unwrap_or_else(|it| it.into_inner());
        ids.iter().for_each(|id| {
            gathered.told.remove(id);
        });
    }
}

/// Tells what was gathered until now.
pub(super) async fn tell(house: &House) {
    let told = house.experiments.exposures.take();
    if told.is_empty() {
        return;
    }
    let ids: Vec<u128> = told.iter().map(|it| it.fact.id).collect();
    if keep(house, told).await.is_err() {
        house.experiments.exposures.not_kept(&ids);
    }
}

/// Begins to tell what is gathered.
pub(super) async fn follow(house: House) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !house.is_stopping() {
        ticks.tick().await;
        tell(&house).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_told_once_for_each_version_however_often_they_come() {
        let exposures = Exposures::default();
        let room = RoomId::new("tea").unwrap();
        let at = Where { room: Some(&room), host: "Li", source: "" };
        let ann = Who::anonymous("room:1");
        for outcome in ["hello/1/warm", "hello/1/warm", "hello/2/plain"] {
            exposures.add(&ann, outcome, at, Millis(5));
        }
        let told = exposures.take();
        let outcomes: Vec<_> = told.iter().filter_map(|it| it.fact.text(Text::Outcome)).collect();
        assert_eq!(outcomes, ["hello/1/warm", "hello/2/plain"]);
        assert_eq!((told[0].fact.text(Text::Host), told[0].fact.at_ms), (Some("Li"), 5));
        exposures.add(&ann, "hello/1/warm", at, Millis(6));
        assert!(exposures.take().is_empty());
        // What could not be kept is told again.
        exposures.not_kept(&[told[0].fact.id]);
        exposures.add(&ann, "hello/1/warm", at, Millis(7));
        assert_eq!(exposures.take().len(), 1);
    }

    #[test]
    fn a_flood_of_showings_is_bounded_and_the_oldest_are_forgotten() {
        let exposures = Exposures::default();
        for n in 0..WAITING_MAX + 9 {
            exposures.add(&Who::anonymous(&n.to_string()), "hello/1/warm", Where::default(), Millis(1));
        }
        assert_eq!(exposures.take().len(), WAITING_MAX);
        exposures.add(&Who::anonymous("late"), "hello/1/warm", Where::default(), Millis(1));
        assert_eq!(exposures.take().len(), 1);
    }
}
