//! What the stage and calls say of people: asking and coming on stage are taking part; being invited, how long somebody
//! stood there and a call that was taken happen to them. It does not know other events.

use super::{RoomFacts, Telling};
use linger_behaviour::{Number, Text, touch};
use linger_protocol::{CallEnd, ItemId, Millis, PersonId, SeatEvent};
use std::collections::BTreeMap;

/// Somebody who asked was invited on stage; `DurationMs` says how long they had waited.
pub const STAGE_INVITED: &str = "stage.invited";
/// Somebody was on stage; `DurationMs` says how long.
pub const STAGE_LEFT: &str = "stage.left";
/// An adviser took somebody's call; `DurationMs` says how long they had waited.
pub const CALL_TAKEN: &str = "call.taken";
/// A call ended; `Outcome` says how.
pub const CALL_ENDED: &str = "call.ended";

/// Since when somebody waits, stands on stage, or waits for a call. The room bounds all three.
#[derive(Default)]
pub(super) struct SeatBook {
    waits: BTreeMap<PersonId, Millis>,
    on_stage: BTreeMap<PersonId, Millis>,
    calls: BTreeMap<PersonId, (Millis, Option<ItemId>)>,
}

impl RoomFacts {
    pub(super) fn tell_seat(&mut self, telling: &mut Telling, event: &SeatEvent) {
        let at = telling.entry_at;
        let since = |then: Millis| i64::try_from(at.since(then)).unwrap_or(i64::MAX);
        let joined_in =
            |outcome: &'static str| move |fact: linger_behaviour::Fact| fact.with(Text::Outcome, outcome);
        match event {
            SeatEvent::StageAsked { person, .. } => {
                self.seats.waits.insert(*person, at);
                self.tell(telling, *person, touch::INTERACTED, joined_in("stage-asked"));
            }
            SeatEvent::Invited { person, .. } => {
                let Some(asked) = self.seats.waits.remove(person) else { return };
                self.tell(telling, *person, STAGE_INVITED, |fact| {
                    fact.with_number(Number::DurationMs, since(asked))
                });
            }
            SeatEvent::Seated { person, .. } => {
                self.seats.on_stage.insert(*person, at);
                self.tell(telling, *person, touch::INTERACTED, joined_in("stage"));
            }
            SeatEvent::SeatEnded { person, .. } => {
                self.seats.waits.remove(person);
                let Some(came) = self.seats.on_stage.remove(person) else { return };
                self.tell(telling, *person, STAGE_LEFT, |fact| {
                    fact.with_number(Number::DurationMs, since(came))
                });
            }
            SeatEvent::CallAsked { person, item, .. } => {
                self.seats.calls.insert(*person, (at, *item));
                self.tell(telling, *person, touch::INTERACTED, |fact| {
                    about(fact.with(Text::Outcome, "call-asked"), *item)
                });
            }
            SeatEvent::CallTaken { person, .. } => {
                let Some((asked, item)) = self.seats.calls.get(person).copied() else { return };
                self.tell(telling, *person, CALL_TAKEN, |fact| {
                    about(fact.with_number(Number::DurationMs, since(asked)), item)
                });
            }
            SeatEvent::CallEnded { person, end } => {
                let Some((_, item)) = self.seats.calls.remove(person) else { return };
                let outcome = match end {
                    CallEnd::Done { .. } => "done",
                    CallEnd::Declined { .. } => "declined",
                    CallEnd::Expired => "expired",
                    CallEnd::Withdrawn => "withdrawn",
                    CallEnd::Closed => "closed",
                };
                self.tell(telling, *person, CALL_ENDED, |fact| {
                    about(fact.with(Text::Outcome, outcome), item)
                });
            }
            SeatEvent::StageOpened { .. }
            | SeatEvent::StageClosed
            | SeatEvent::MovedUp { .. }
            | SeatEvent::SeatMuted { .. }
            | SeatEvent::SelfMuted { .. }
            | SeatEvent::CallsOpened { .. }
            | SeatEvent::CallsClosed => {}
        }
    }
}

fn about(fact: linger_behaviour::Fact, item: Option<ItemId>) -> linger_behaviour::Fact {
    match item {
        Some(item) => fact.with(Text::Item, &item.to_string()),
        None => fact,
    }
}
