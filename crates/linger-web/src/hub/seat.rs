//! The stage and calls as clients see them, folded from events, and who is told of a change: everybody, staff, and those
//! whose own state or place it touches, each once a frame. It does not know who may come on stage.

use super::fold::Plain;
use crate::wire::{
    CallEndWire, CallWire, InLineWire, MyCallWire, MySeatWire, MyStage, OnStageWire, SeatDeskWire,
    SeatEndWire, SeatFigures, SeatView, StageWire, WhoMayAskWire,
};
use linger_protocol::{
    CallEnd, CallOutcome, ItemId, Millis, NoCall, PersonId, Sealed, SeatEnd, SeatEvent, WhoMayAsk,
};
use std::collections::{HashSet, VecDeque};

/// Rows of the line, and of calls, that staff are shown.
const ROWS_SHOWN: usize = 50;
/// People whose last end is remembered, so that they learn of it when they come back.
const ENDS_KEPT: usize = 256;
/// Different people counted among those who asked.
const PEOPLE_COUNTED: usize = 100_000;

#[derive(Default)]
pub(crate) struct SeatFold {
    terms: Option<(u8, WhoMayAsk)>,
    /// What is promised, while calls are taken.
    calls_open: Option<Option<u32>>,
    line: Vec<Waiting>,
    invited: Vec<(Waiting, Millis)>,
    seated: Vec<Seated>,
    calls: Vec<Call>,
    taken: Vec<(Call, PersonId)>,
    ends: VecDeque<(PersonId, SeatEnd)>,
    call_ends: VecDeque<(PersonId, CallEnd)>,
    people: HashSet<PersonId>,
    sums: Sums,
}

struct Waiting {
    person: PersonId,
    plain: Plain,
    priority: u8,
    at: Millis,
}

struct Seated {
    person: PersonId,
    name: String,
    seat: u8,
    muted: bool,
    self_muted: bool,
    since: Millis,
}

struct Call {
    person: PersonId,
    plain: Plain,
    item: Option<ItemId>,
    at: Millis,
    until: Millis,
}

#[derive(Default)]
struct Sums {
    asked: u32,
    invited: u32,
    accepted: u32,
    waited_ms: u64,
    calls_asked: u32,
    calls_taken: u32,
    calls_waited_ms: u64,
}

/// What of an event only the holder of a key can read.
pub(crate) fn sealed(event: &SeatEvent) -> Option<&Sealed> {
    match event {
        SeatEvent::StageAsked { note, .. } => Some(note),
        SeatEvent::CallAsked { topic, .. } => Some(topic),
        _ => None,
    }
}

impl SeatFold {
    /// Takes in a fact. `plain` is the opened note of one who asks.
    pub(crate) fn take(&mut self, at: Millis, event: &SeatEvent, plain: Option<&Plain>) {
        let plain = plain.cloned().unwrap_or_default();
        match event {
            SeatEvent::StageOpened { seats, who } => self.terms = Some((*seats, *who)),
            SeatEvent::StageClosed => self.terms = None,
            SeatEvent::StageAsked { person, priority, place, .. } => {
                self.count(*person);
                self.sums.asked += 1;
                self.ends.retain(|(it, _)| it != person);
                let place = (*place as usize).min(self.line.len());
                self.line.insert(place, Waiting { person: *person, plain, priority: *priority, at });
            }
            SeatEvent::MovedUp { person } => {
                if let Some(place) = self.line.iter().position(|it| it.person == *person).filter(|it| *it > 0)
                {
                    self.line.swap(place - 1, place);
                }
            }
            SeatEvent::Invited { person, until } => {
                if let Some(place) = self.line.iter().position(|it| it.person == *person) {
                    let it = self.line.remove(place);
                    self.sums.invited += 1;
                    self.sums.waited_ms += at.since(it.at);
                    self.invited.push((it, *until));
                }
            }
            SeatEvent::Seated { person, seat } => {
                if let Some(place) = self.invited.iter().position(|(it, _)| it.person == *person) {
                    let (it, _) = self.invited.remove(place);
                    self.sums.accepted += 1;
                    let (person, name) = (it.person, it.plain.name);
                    let (seat, since) = (*seat, at);
                    self.seated.push(Seated { person, name, seat, muted: false, self_muted: false, since });
                    self.seated.sort_by_key(|it| it.seat);
                }
            }
            SeatEvent::SeatMuted { person, muted } => {
                let on = self.seated.iter_mut().filter(|it| it.person == *person);
                on.for_each(|it| it.muted = *muted);
            }
            SeatEvent::SelfMuted { person, muted } => {
                let on = self.seated.iter_mut().filter(|it| it.person == *person);
                on.for_each(|it| it.self_muted = *muted);
            }
            SeatEvent::SeatEnded { person, end } => {
                self.line.retain(|it| it.person != *person);
                self.invited.retain(|(it, _)| it.person != *person);
                self.seated.retain(|it| it.person != *person);
                remember(&mut self.ends, *person, *end);
            }
            _ => self.take_call(at, event, plain),
        }
    }

    fn take_call(&mut self, at: Millis, event: &SeatEvent, plain: Plain) {
        match event {
            SeatEvent::CallsOpened { promise_min } => self.calls_open = Some(*promise_min),
            SeatEvent::CallsClosed => self.calls_open = None,
            SeatEvent::CallAsked { person, item, place, until, .. } => {
                self.count(*person);
                self.sums.calls_asked += 1;
                self.call_ends.retain(|(it, _)| it != person);
                let place = (*place as usize).min(self.calls.len());
                self.calls.insert(place, Call { person: *person, plain, item: *item, at, until: *until });
            }
            SeatEvent::CallTaken { person, by, until } => {
                if let Some(place) = self.calls.iter().position(|it| it.person == *person) {
                    let it = self.calls.remove(place);
                    self.sums.calls_taken += 1;
                    self.sums.calls_waited_ms += at.since(it.at);
                    self.taken.push((Call { until: *until, ..it }, *by));
                }
            }
            SeatEvent::CallEnded { person, end } => {
                self.calls.retain(|it| it.person != *person);
                self.taken.retain(|(it, _)| it.person != *person);
                remember(&mut self.call_ends, *person, *end);
            }
            _ => {}
        }
    }

    fn count(&mut self, person: PersonId) {
        if self.people.len() < PEOPLE_COUNTED {
            self.people.insert(person);
        }
    }

    /// Blanks what a person wrote, and their name.
    pub(crate) fn erase(&mut self, person: PersonId) {
        let waiting = self.line.iter_mut().chain(self.invited.iter_mut().map(|(it, _)| it));
        let stage = waiting.filter(|it| it.person == person).map(|it| &mut it.plain);
        let calls = self.calls.iter_mut().chain(self.taken.iter_mut().map(|(it, _)| it));
        let calls = calls.filter(|it| it.person == person).map(|it| &mut it.plain);
        stage.chain(calls).for_each(|plain| *plain = Plain::default());
        self.seated.iter_mut().filter(|it| it.person == person).for_each(|it| it.name.clear());
    }

    /// The stage as everybody sees it.
    pub(crate) fn stage(&self) -> StageWire {
        let on_stage = self.seated.iter().map(|it| OnStageWire {
            seat: it.seat,
            person: it.person.to_string(),
            name: it.name.clone(),
            muted: it.muted,
            self_muted: it.self_muted,
            since: it.since.0,
        });
        StageWire {
            open: self.terms.is_some(),
            seats: self.terms.map_or(0, |(seats, _)| seats),
            who: match self.terms {
                Some((_, WhoMayAsk::Followers)) => WhoMayAskWire::Followers,
                _ => WhoMayAskWire::Everybody,
            },
            on_stage: on_stage.collect(),
            waiting: count(self.line.len()),
            calls_open: self.calls_open.is_some(),
            promise_min: self.calls_open.flatten(),
        }
    }

    /// What staff see.
    pub(crate) fn desk(&self) -> SeatDeskWire {
        let row = |it: &Waiting, invited_until: Option<Millis>| InLineWire {
            person: it.person.to_string(),
            name: it.plain.name.clone(),
            note: it.plain.text.clone(),
            priority: it.priority,
            at: it.at.0,
            invited_until: invited_until.map(|at| at.0),
        };
        let call = |it: &Call, by: Option<PersonId>| CallWire {
            person: it.person.to_string(),
            name: it.plain.name.clone(),
            topic: it.plain.text.clone(),
            item: it.item.map(|item| item.0),
            at: it.at.0,
            until: it.until.0,
            taken_by: by.map(|by| by.to_string()),
        };
        let invited = self.invited.iter().map(|(it, until)| row(it, Some(*until)));
        let taken = self.taken.iter().map(|(it, by)| call(it, Some(*by)));
        let Sums { asked, invited: times_invited, accepted, calls_asked, calls_taken, .. } = self.sums;
        SeatDeskWire {
            line: invited.chain(self.line.iter().map(|it| row(it, None))).take(ROWS_SHOWN).collect(),
            calls: taken.chain(self.calls.iter().map(|it| call(it, None))).take(ROWS_SHOWN).collect(),
            calls_waiting: count(self.calls.len()),
            figures: SeatFigures {
                people: count(self.people.len()),
                asked,
                invited: times_invited,
                accepted,
                wait_ms_mean: self.sums.waited_ms.checked_div(times_invited.into()),
                calls_asked,
                calls_taken,
                call_wait_ms_mean: self.sums.calls_waited_ms.checked_div(calls_taken.into()),
            },
        }
    }

    /// Stage and calls in the view of a room.
    pub(crate) fn view(&self, staff: bool) -> SeatView {
        SeatView { stage: self.stage(), desk: staff.then(|| self.desk()) }
    }

    /// What concerns one person.
    pub(crate) fn mine(&self, person: PersonId) -> MySeatWire {
        let place = self.line.iter().position(|it| it.person == person);
        let invited = self.invited.iter().find(|(it, _)| it.person == person);
        let seated = self.seated.iter().find(|it| it.person == person);
        let stage = match (place, invited, seated) {
            (Some(_), _, _) => MyStage::Waiting,
            (_, Some(_), _) => MyStage::Invited,
            (_, _, Some(_)) => MyStage::OnStage,
            _ => MyStage::Watching,
        };
        let call = self.my_call(person);
        let ended = self.ends.iter().find(|(it, _)| *it == person).filter(|_| stage == MyStage::Watching);
        let call_ended = self.call_ends.iter().find(|(it, _)| *it == person).filter(|_| call.is_none());
        MySeatWire {
            stage,
            place: place.map(|it| count(it + 1)),
            until: invited.map(|(_, until)| until.0),
            muted: seated.is_some_and(|it| it.muted),
            self_muted: seated.is_some_and(|it| it.self_muted),
            ended: ended.map(|(_, end)| end_wire(*end)),
            call,
            call_ended: call_ended.map(|(_, end)| call_end_wire(*end)),
        }
    }

    fn my_call(&self, person: PersonId) -> Option<MyCallWire> {
        let waits = self.calls.iter().position(|it| it.person == person);
        let taken = self.taken.iter().map(|(it, _)| it).find(|it| it.person == person);
        let it = waits.map(|place| &self.calls[place]).or(taken)?;
        Some(MyCallWire {
            item: it.item.map(|item| item.0),
            place: waits.map(|place| count(place + 1)),
            until: it.until.0,
            taken: waits.is_none(),
        })
    }
}

/// Who has to be told something about stage and calls in this frame.
#[derive(Default)]
pub(crate) struct Touched {
    pub(super) stage: bool,
    pub(super) desk: bool,
    /// Whether places in the line, or among calls, may have changed.
    line: bool,
    calls: bool,
    people: HashSet<PersonId>,
}

impl Touched {
    pub(crate) fn add(&mut self, event: &SeatEvent) {
        self.desk = true;
        match event {
            SeatEvent::StageOpened { .. }
            | SeatEvent::StageClosed
            | SeatEvent::CallsOpened { .. }
            | SeatEvent::CallsClosed => self.stage = true,
            SeatEvent::MovedUp { .. } => self.line = true,
            SeatEvent::StageAsked { person, .. }
            | SeatEvent::Invited { person, .. }
            | SeatEvent::Seated { person, .. }
            | SeatEvent::SeatMuted { person, .. }
            | SeatEvent::SelfMuted { person, .. }
            | SeatEvent::SeatEnded { person, .. } => {
                (self.stage, self.line) = (true, true);
                self.people.insert(*person);
            }
            SeatEvent::CallAsked { person, .. }
            | SeatEvent::CallTaken { person, .. }
            | SeatEvent::CallEnded { person, .. } => {
                self.calls = true;
                self.people.insert(*person);
            }
        }
    }

    /// Those who have to be told, once all events of the frame are folded.
    pub(crate) fn people(&mut self, fold: &SeatFold) -> impl Iterator<Item = PersonId> {
        if self.line {
            self.people.extend(fold.line.iter().map(|it| it.person));
        }
        if self.calls {
            self.people.extend(fold.calls.iter().map(|it| it.person));
        }
        self.people.drain()
    }
}

fn remember<T>(ends: &mut VecDeque<(PersonId, T)>, person: PersonId, end: T) {
    ends.retain(|(it, _)| *it != person);
    ends.push_back((person, end));
    if ends.len() > ENDS_KEPT {
        ends.pop_front();
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

fn end_wire(end: SeatEnd) -> SeatEndWire {
    match end {
        SeatEnd::Withdrawn => SeatEndWire::Withdrawn,
        SeatEnd::Declined => SeatEndWire::Declined,
        SeatEnd::TurnedDown => SeatEndWire::TurnedDown,
        SeatEnd::Expired => SeatEndWire::Expired,
        SeatEnd::Left => SeatEndWire::Left,
        SeatEnd::Removed => SeatEndWire::Removed,
        SeatEnd::Gone => SeatEndWire::Gone,
        SeatEnd::Closed => SeatEndWire::Closed,
    }
}

fn call_end_wire(end: CallEnd) -> CallEndWire {
    match end {
        CallEnd::Done { outcome: CallOutcome::NotReached } => CallEndWire::NotReached,
        CallEnd::Done { .. } => CallEndWire::Done,
        CallEnd::Declined { reason: NoCall::NobodyFree } => CallEndWire::NobodyFree,
        CallEnd::Declined { reason: NoCall::AnsweredOtherwise } => CallEndWire::AnsweredOtherwise,
        CallEnd::Declined { reason: NoCall::NotOurs } => CallEndWire::NotOurs,
        CallEnd::Expired => CallEndWire::Expired,
        CallEnd::Withdrawn => CallEndWire::Withdrawn,
        CallEnd::Closed => CallEndWire::Closed,
    }
}
