//! Requests for a call between one person and one adviser: who waits, who was taken by whom. It does not know what was
//! asked, and it does not call: it keeps the order, and sees to it that each request has one end.

use crate::{
    Room,
    bounds::{CALL_TAKEN_MS, CALL_WAITS_MS, CALLS_MAX, SEALED_BYTES_MAX},
    deadlines::{Deadlines, Due},
    seats::place_of,
    text::bounded,
};
use linger_protocol::{CallEnd, ItemId, Limits, Millis, PersonId, Refusal, SeatAct, SeatEvent, Spoken};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Calls {
    /// What is promised, while requests are taken.
    pub(crate) terms: Option<CallTerms>,
    /// Who waits, the next one first.
    pub(crate) waiting: Vec<CallWaiting>,
    pub(crate) taken: BTreeMap<PersonId, CallTaken>,
}

/// How requests for calls are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallTerms {
    /// Within how many minutes the shop promises to call; no promise when absent.
    pub promise_min: Option<u32>,
}

/// Somebody who waits for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallWaiting {
    /// Who.
    pub person: PersonId,
    /// Higher before lower.
    pub priority: u8,
    /// Until when.
    pub until: Millis,
}

/// A call that somebody took on themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallTaken {
    /// Who took it.
    pub by: PersonId,
    /// Until when they can say how it ended.
    pub until: Millis,
}

/// Decides what is asked for about calls.
pub(crate) fn decide(
    room: &Room,
    now: Millis,
    me: PersonId,
    act: &SeatAct,
) -> Result<Vec<SeatEvent>, Refusal> {
    let calls = &room.seats.calls;
    match act {
        SeatAct::OpenCalls { promise_min } => calls.open(*promise_min),
        SeatAct::CloseCalls => Ok(calls.close()),
        SeatAct::AskForCall { topic, item, priority } => ask(room, now, me, topic, *item, *priority),
        SeatAct::WithdrawCall if calls.knows(me) => Ok(vec![ended(me, CallEnd::Withdrawn)]),
        SeatAct::TakeCall { person } => calls.take(now, me, *person),
        SeatAct::CallDone { person, outcome } if calls.taken.contains_key(person) => {
            Ok(vec![ended(*person, CallEnd::Done { outcome: *outcome })])
        }
        SeatAct::DeclineCall { person, reason } if calls.knows(*person) => {
            Ok(vec![ended(*person, CallEnd::Declined { reason: *reason })])
        }
        SeatAct::WithdrawCall | SeatAct::CallDone { .. } | SeatAct::DeclineCall { .. } => {
            Err(Refusal::NoSuchCall)
        }
        _ => unreachable!("not about calls"),
    }
}

fn ask(
    room: &Room,
    now: Millis,
    person: PersonId,
    topic: &Spoken,
    item: Option<ItemId>,
    priority: u8,
) -> Result<Vec<SeatEvent>, Refusal> {
    let calls = &room.seats.calls;
    let terms = calls.terms.ok_or(Refusal::CallsClosed)?;
    if room.host() == Some(person) {
        return Err(Refusal::NotAllowed);
    }
    if calls.knows(person) {
        return Err(Refusal::AlreadyAsked);
    }
    if room.is_muted(now, person) {
        return Err(Refusal::Muted);
    }
    bounded(&topic.plain, Limits::COMMENT_CHARS)?;
    if topic.sealed.body.len() > SEALED_BYTES_MAX {
        return Err(Refusal::TextTooLong);
    }
    if let Some(item) = item {
        room.shelf.line(item)?;
    }
    if calls.waiting.len() + calls.taken.len() >= CALLS_MAX {
        return Err(Refusal::QueueFull);
    }
    let place = place_of(priority, calls.waiting.iter().map(|it| it.priority));
    // As long as the shop's promise runs, the request is on its list.
    let promised_ms = u64::from(terms.promise_min.unwrap_or(0)) * 60_000;
    let until = now.plus(CALL_WAITS_MS.max(promised_ms));
    Ok(vec![SeatEvent::CallAsked { person, topic: topic.sealed.clone(), item, priority, place, until }])
}

impl Calls {
    fn knows(&self, person: PersonId) -> bool {
        self.taken.contains_key(&person) || self.place(person).is_some()
    }

    fn place(&self, person: PersonId) -> Option<usize> {
        self.waiting.iter().position(|it| it.person == person)
    }

    fn open(&self, promise_min: Option<u32>) -> Result<Vec<SeatEvent>, Refusal> {
        if promise_min.is_some_and(|it| !(1..=Limits::PROMISE_MIN_MAX).contains(&it)) {
            return Err(Refusal::BadDuration);
        }
        if self.terms == Some(CallTerms { promise_min }) {
            return Ok(vec![]);
        }
        Ok(vec![SeatEvent::CallsOpened { promise_min }])
    }

    /// Those that wait end; those that were taken go on.
    fn close(&self) -> Vec<SeatEvent> {
        if self.terms.is_none() {
            return vec![];
        }
        let waiting = self.waiting.iter().map(|it| ended(it.person, CallEnd::Closed));
        waiting.chain([SeatEvent::CallsClosed]).collect()
    }

    fn take(&self, now: Millis, by: PersonId, person: PersonId) -> Result<Vec<SeatEvent>, Refusal> {
        match (self.taken.get(&person), self.place(person)) {
            (Some(taken), _) if taken.by == by => Ok(vec![]),
            (Some(_), _) => Err(Refusal::CallTaken),
            (None, Some(place)) if now < self.waiting[place].until => {
                Ok(vec![SeatEvent::CallTaken { person, by, until: now.plus(CALL_TAKEN_MS) }])
            }
            (None, _) => Err(Refusal::NoSuchCall),
        }
    }

    pub(crate) fn apply(&mut self, deadlines: &mut Deadlines, event: &SeatEvent) {
        match event {
            SeatEvent::CallsOpened { promise_min } => {
                self.terms = Some(CallTerms { promise_min: *promise_min });
            }
            SeatEvent::CallsClosed => {
                assert!(self.waiting.is_empty(), "somebody waits for a call while none is taken");
                assert!(self.terms.take().is_some(), "calls closed that were not open");
            }
            SeatEvent::CallAsked { person, priority, place, until, .. } => {
                let waiting = CallWaiting { person: *person, priority: *priority, until: *until };
                self.waiting.insert(*place as usize, waiting);
                deadlines.set(*until, Due::Call(*person));
            }
            SeatEvent::CallTaken { person, by, until } => {
                assert!(self.wait_no_more(deadlines, *person), "only a call that waits is taken");
                self.taken.insert(*person, CallTaken { by: *by, until: *until });
                deadlines.set(*until, Due::Call(*person));
            }
            SeatEvent::CallEnded { person, .. } => {
                if !self.wait_no_more(deadlines, *person) {
                    let gone = self.taken.remove(person).expect("only a call that was asked for ends");
                    deadlines.clear(gone.until, Due::Call(*person));
                }
            }
            _ => unreachable!("not about calls"),
        }
    }

    /// Takes somebody out of those who wait; false when they do not.
    fn wait_no_more(&mut self, deadlines: &mut Deadlines, person: PersonId) -> bool {
        let Some(place) = self.place(person) else { return false };
        let gone = self.waiting.remove(place);
        deadlines.clear(gone.until, Due::Call(person));
        true
    }
}

/// A request comes to its end.
pub(crate) fn ended(person: PersonId, end: CallEnd) -> SeatEvent {
    SeatEvent::CallEnded { person, end }
}

/// What can be seen of calls from outside.
impl Room {
    /// How requests for calls are taken, while they are.
    pub fn calls(&self) -> Option<CallTerms> {
        self.seats.calls.terms
    }

    /// Who waits for a call, the next one first.
    pub fn calls_waiting(&self) -> &[CallWaiting] {
        &self.seats.calls.waiting
    }

    /// The calls that somebody took on themselves, by who asked for them.
    pub fn calls_taken(&self) -> impl Iterator<Item = (PersonId, CallTaken)> {
        self.seats.calls.taken.iter().map(|(person, it)| (*person, *it))
    }
}
