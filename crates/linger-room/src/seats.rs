//! The stage: who may come on it, who waits for it, who is invited and who is there. It does not know connections: that
//! somebody is in the room no longer is reported.
//!
//! Everybody who asks is in one state, in the line, invited or on stage, and leaves it once, by a
//! [`SeatEvent::SeatEnded`] that says why. An invitation keeps a seat, so that two hosts cannot give the last one twice.

use crate::{
    Room,
    bounds::{INVITATION_MS, LINE_MAX, SEALED_BYTES_MAX},
    calls::{self, Calls},
    deadlines::{Deadlines, Due},
    text::at_most,
};
use linger_protocol::{
    Actor, Event, Limits, Millis, PersonId, Refusal, SeatAct, SeatEnd, SeatEvent, Spoken, WhoMayAsk,
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Seats {
    /// How the stage is open, while it is.
    pub(crate) terms: Option<StageTerms>,
    /// Who waits, the next one first.
    pub(crate) line: Vec<InLine>,
    /// Until when somebody is invited.
    pub(crate) invited: BTreeMap<PersonId, Millis>,
    pub(crate) seated: BTreeMap<PersonId, OnStage>,
    pub(crate) calls: Calls,
}

/// How the stage is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageTerms {
    /// Seats beside the host's.
    pub seats: u8,
    /// Who may ask.
    pub who: WhoMayAsk,
}

/// Somebody who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InLine {
    /// Who.
    pub person: PersonId,
    /// Higher before lower.
    pub priority: u8,
}

/// Somebody on stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnStage {
    /// Their seat, from 1.
    pub seat: u8,
    /// Whether those who run the room have muted them.
    pub muted: bool,
    /// Whether they have muted themselves. Each lifts their own: somebody is heard when neither stands.
    pub self_muted: bool,
}

/// Decides what is asked for about the stage or about calls.
pub(crate) fn decide(room: &Room, now: Millis, by: Actor, act: &SeatAct) -> Result<Vec<Event>, Refusal> {
    let seats = &room.seats;
    let me = by.person;
    let events = match act {
        SeatAct::AskForStage { note, priority } => ask(room, now, me, note, *priority)?,
        SeatAct::WithdrawAsk if seats.asks(me) => vec![ended(me, SeatEnd::Withdrawn)],
        SeatAct::WithdrawAsk => return Err(Refusal::NotInLine),
        SeatAct::AcceptSeat => seats.accept(now, me)?,
        SeatAct::DeclineSeat => {
            seats.invitation(now, me)?;
            vec![ended(me, SeatEnd::TurnedDown)]
        }
        SeatAct::LeaveStage => seats.off_stage(me, SeatEnd::Left)?,
        SeatAct::OpenStage { seats: many, who } => seats.open(StageTerms { seats: *many, who: *who })?,
        SeatAct::CloseStage => seats.close(),
        SeatAct::Invite { person } => seats.invite(now, *person)?,
        SeatAct::Decline { person } if seats.asks(*person) => vec![ended(*person, SeatEnd::Declined)],
        SeatAct::Decline { .. } => return Err(Refusal::NotInLine),
        SeatAct::Remove { person } => seats.off_stage(*person, SeatEnd::Removed)?,
        SeatAct::MoveUp { person } => match seats.place(*person) {
            None => return Err(Refusal::NotInLine),
            Some(0) => vec![],
            Some(_) => vec![SeatEvent::MovedUp { person: *person }],
        },
        SeatAct::SetMuted { person, muted } => match seats.seated.get(person) {
            None => return Err(Refusal::NotOnStage),
            Some(it) if it.muted == *muted => vec![],
            Some(_) => vec![SeatEvent::SeatMuted { person: *person, muted: *muted }],
        },
        SeatAct::MuteSelf { muted } => match seats.seated.get(&me) {
            None => return Err(Refusal::NotOnStage),
            Some(it) if it.self_muted == *muted => vec![],
            Some(_) => vec![SeatEvent::SelfMuted { person: me, muted: *muted }],
        },
        SeatAct::OpenCalls { .. }
        | SeatAct::CloseCalls
        | SeatAct::AskForCall { .. }
        | SeatAct::WithdrawCall
        | SeatAct::TakeCall { .. }
        | SeatAct::CallDone { .. }
        | SeatAct::DeclineCall { .. } => calls::decide(room, now, me, act)?,
    };
    Ok(events.into_iter().map(Event::Seat).collect())
}

fn ask(
    room: &Room,
    now: Millis,
    person: PersonId,
    note: &Spoken,
    priority: u8,
) -> Result<Vec<SeatEvent>, Refusal> {
    let seats = &room.seats;
    let terms = seats.terms.ok_or(Refusal::StageClosed)?;
    if room.host() == Some(person) {
        return Err(Refusal::NotAllowed);
    }
    if seats.asks(person) || seats.seated.contains_key(&person) {
        return Err(Refusal::AlreadyAsked);
    }
    if room.is_muted(now, person) {
        return Err(Refusal::Muted);
    }
    if terms.who == WhoMayAsk::Followers && !room.follows(person) {
        return Err(Refusal::FollowersOnly);
    }
    at_most(note.plain.trim(), Limits::NOTE_CHARS)?;
    if note.sealed.body.len() > SEALED_BYTES_MAX {
        return Err(Refusal::TextTooLong);
    }
    if seats.line.len() >= LINE_MAX {
        return Err(Refusal::QueueFull);
    }
    let place = place_of(priority, seats.line.iter().map(|it| it.priority));
    Ok(vec![SeatEvent::StageAsked { person, note: note.sealed.clone(), priority, place }])
}

/// The place of a newcomer: behind the last who comes before them.
pub(crate) fn place_of(priority: u8, line: impl DoubleEndedIterator<Item = u8> + ExactSizeIterator) -> u32 {
    let place = line.enumerate().rfind(|(_, other)| *other >= priority).map_or(0, |(place, _)| place + 1);
    u32::try_from(place).expect("lines are bounded")
}

impl Seats {
    /// Whether somebody waits or is invited.
    fn asks(&self, person: PersonId) -> bool {
        self.invited.contains_key(&person) || self.place(person).is_some()
    }

    fn place(&self, person: PersonId) -> Option<usize> {
        self.line.iter().position(|it| it.person == person)
    }

    /// Fails unless somebody is invited and still in time.
    fn invitation(&self, now: Millis, person: PersonId) -> Result<(), Refusal> {
        let in_time = self.invited.get(&person).is_some_and(|until| now < *until);
        if in_time { Ok(()) } else { Err(Refusal::NotInvited) }
    }

    fn accept(&self, now: Millis, person: PersonId) -> Result<Vec<SeatEvent>, Refusal> {
        if self.seated.contains_key(&person) {
            return Ok(vec![]);
        }
        self.invitation(now, person)?;
        let taken: BTreeSet<u8> = self.seated.values().map(|it| it.seat).collect();
        let seat = (1..=Limits::SEATS_MAX).find(|seat| !taken.contains(seat));
        Ok(vec![SeatEvent::Seated { person, seat: seat.expect("an invitation keeps a seat") }])
    }

    fn off_stage(&self, person: PersonId, end: SeatEnd) -> Result<Vec<SeatEvent>, Refusal> {
        if !self.seated.contains_key(&person) {
            return Err(Refusal::NotOnStage);
        }
        Ok(vec![ended(person, end)])
    }

    fn open(&self, terms: StageTerms) -> Result<Vec<SeatEvent>, Refusal> {
        if !(1..=Limits::SEATS_MAX).contains(&terms.seats) {
            return Err(Refusal::BadQuantity);
        }
        // Fewer seats than are in use: those who sit on them have to go first, one by one and each with a reason.
        let last = self.seated.values().map(|it| it.seat).max().unwrap_or(0);
        if last > terms.seats || self.seated.len() + self.invited.len() > usize::from(terms.seats) {
            return Err(Refusal::StageFull);
        }
        if self.terms == Some(terms) {
            return Ok(vec![]);
        }
        Ok(vec![SeatEvent::StageOpened { seats: terms.seats, who: terms.who }])
    }

    fn close(&self) -> Vec<SeatEvent> {
        if self.terms.is_none() {
            return vec![];
        }
        let line = self.line.iter().map(|it| it.person);
        let all = line.chain(self.invited.keys().copied()).chain(self.seated.keys().copied());
        all.map(|person| ended(person, SeatEnd::Closed)).chain([SeatEvent::StageClosed]).collect()
    }

    fn invite(&self, now: Millis, person: PersonId) -> Result<Vec<SeatEvent>, Refusal> {
        let terms = self.terms.ok_or(Refusal::StageClosed)?;
        if self.invitation(now, person).is_ok() {
            return Ok(vec![]);
        }
        if self.place(person).is_none() {
            return Err(Refusal::NotInLine);
        }
        // Invitations whose time is over, but of which nobody said so yet, make room.
        let over = |(_, until): &(&PersonId, &Millis)| **until <= now;
        let over: Vec<PersonId> = self.invited.iter().filter(over).map(|(person, _)| *person).collect();
        if self.seated.len() + self.invited.len() - over.len() >= usize::from(terms.seats) {
            return Err(Refusal::StageFull);
        }
        let expired = over.into_iter().map(|person| ended(person, SeatEnd::Expired));
        let invited = SeatEvent::Invited { person, until: now.plus(INVITATION_MS) };
        Ok(expired.chain([invited]).collect())
    }

    /// People are in the room no longer: their place, invitation or seat is free. A request for a call stays, as whoever
    /// asked for it may be called wherever they are.
    pub(crate) fn note_gone(&self, people: &[PersonId]) -> Vec<Event> {
        let people: BTreeSet<PersonId> = people.iter().copied().collect();
        let here = |person: &PersonId| self.asks(*person) || self.seated.contains_key(person);
        people.into_iter().filter(here).map(|person| Event::Seat(ended(person, SeatEnd::Gone))).collect()
    }

    pub(crate) fn apply(&mut self, deadlines: &mut Deadlines, event: &SeatEvent) {
        match event {
            SeatEvent::StageOpened { seats, who } => {
                self.terms = Some(StageTerms { seats: *seats, who: *who });
            }
            SeatEvent::StageClosed => {
                assert!(self.line.is_empty() && self.invited.is_empty() && self.seated.is_empty());
                assert!(self.terms.take().is_some(), "a stage closed that was not open");
            }
            SeatEvent::StageAsked { person, priority, place, .. } => {
                let asked = InLine { person: *person, priority: *priority };
                self.line.insert(*place as usize, asked);
            }
            SeatEvent::MovedUp { person } => {
                let place = self.place(*person).expect("only who stands in the line moves up in it");
                self.line.swap(place - 1, place);
            }
            SeatEvent::Invited { person, until } => {
                let place = self.place(*person).expect("only who stands in the line is invited");
                self.line.remove(place);
                self.invited.insert(*person, *until);
                deadlines.set(*until, Due::Seat(*person));
            }
            SeatEvent::Seated { person, seat } => {
                let until = self.invited.remove(person).expect("only who is invited is seated");
                deadlines.clear(until, Due::Seat(*person));
                assert!(self.seated.values().all(|it| it.seat != *seat), "two people on one seat");
                self.seated.insert(*person, OnStage { seat: *seat, muted: false, self_muted: false });
            }
            SeatEvent::SeatMuted { person, muted } => {
                self.seated.get_mut(person).expect("only who is on stage is muted there").muted = *muted;
            }
            SeatEvent::SelfMuted { person, muted } => {
                self.seated.get_mut(person).expect("only who is on stage mutes themself there").self_muted =
                    *muted;
            }
            SeatEvent::SeatEnded { person, .. } => self.apply_ended(deadlines, *person),
            _ => self.calls.apply(deadlines, event),
        }
    }

    fn apply_ended(&mut self, deadlines: &mut Deadlines, person: PersonId) {
        if let Some(until) = self.invited.remove(&person) {
            deadlines.clear(until, Due::Seat(person));
        } else if let Some(place) = self.place(person) {
            self.line.remove(place);
        } else {
            self.seated.remove(&person).expect("only who asked, is invited or on stage comes to an end");
        }
    }
}

/// Somebody's asking comes to its end.
pub(crate) fn ended(person: PersonId, end: SeatEnd) -> SeatEvent {
    SeatEvent::SeatEnded { person, end }
}

/// What can be seen of the stage from outside.
impl Room {
    /// How the stage is open, while it is.
    pub fn stage(&self) -> Option<StageTerms> {
        self.seats.terms
    }

    /// Who waits for the stage, the next one first.
    pub fn in_line(&self) -> &[InLine] {
        &self.seats.line
    }

    /// Who is invited to the stage, and until when.
    pub fn invited(&self) -> impl Iterator<Item = (PersonId, Millis)> {
        self.seats.invited.iter().map(|(person, until)| (*person, *until))
    }

    /// Who is on stage beside the host.
    pub fn on_stage(&self) -> impl Iterator<Item = (PersonId, OnStage)> {
        self.seats.seated.iter().map(|(person, it)| (*person, *it))
    }
}
