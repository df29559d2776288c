//! The auditor's books on the stage and on calls: one account for each person, with what they are now, how often they
//! asked and how often that ended. Where the room keeps a line in order, the books keep numbers and sort them.

use crate::day::Input;
use linger_protocol::*;
use linger_room::Room;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub struct Seat {
    terms: Option<(u8, WhoMayAsk)>,
    calls_open: Option<Option<u32>>,
    people: BTreeMap<PersonId, Account>,
    /// Who waits, as the events say it: places and moves.
    line: Vec<PersonId>,
    followers: BTreeSet<PersonId>,
    muted: BTreeMap<PersonId, Millis>,
    items: BTreeSet<ItemId>,
    opened: bool,
}

#[derive(Default)]
struct Account {
    stage: Stage,
    asked: u32,
    ended: u32,
    call: Call,
    calls_asked: u32,
    calls_ended: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Nothing,
    Waits,
    Invited(Millis),
    /// On a seat; muted by others, and by themself.
    On(u8, bool, bool),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Call {
    #[default]
    Nothing,
    Waits(Millis),
    Taken(PersonId, Millis),
}

type Answer = Result<Vec<Event>, Refusal>;

impl Seat {
    /// Looks at one input, the room's answer and the room after it.
    pub fn see(&mut self, now: Millis, input: &Input, answer: &Answer, room: &Room) {
        if let Input::Ask(Request { by, act: Act::Seat(act) }) = input
            && act.allowed(by.role)
        {
            self.check_asked(now, by.person, act, answer);
        }
        for event in answer.as_deref().unwrap_or(&[]) {
            match event {
                Event::Seat(event) => self.book(now, event),
                Event::RoomOpened { .. } => self.opened = true,
                Event::Followed { person, .. } => assert!(self.followers.insert(*person)),
                Event::Unfollowed { person, .. } => assert!(self.followers.remove(person)),
                Event::Muted { person, until } => {
                    self.muted.insert(*person, *until);
                }
                Event::ItemListed { item } => {
                    self.items.insert(item.id);
                }
                _ => {}
            }
        }
        match input {
            Input::Tell(Report::TimePassed) if self.opened => self.check_nothing_is_due(now),
            Input::Tell(Report::PeopleGone { people }) => {
                let kept = people.iter().find(|it| self.stage(**it) != Stage::Nothing);
                assert!(kept.is_none(), "{kept:?} is gone, and keeps a place");
            }
            _ => {}
        }
        self.check_room(room);
    }

    /// The end of the day: whoever asked was answered, once each time.
    pub fn close(&self) {
        for (person, it) in &self.people {
            let pending = u32::from(it.stage != Stage::Nothing);
            assert_eq!(it.asked, it.ended + pending, "{person} asked and was not answered once");
            assert!(!matches!(it.stage, Stage::Invited(_)), "{person} is invited for ever");
            assert_eq!(it.calls_asked, it.calls_ended, "{person}'s calls did not end once each");
        }
    }

    fn stage(&self, person: PersonId) -> Stage {
        self.people.get(&person).map_or(Stage::Nothing, |it| it.stage)
    }

    fn call(&self, person: PersonId) -> Call {
        self.people.get(&person).map_or(Call::Nothing, |it| it.call)
    }

    fn count(&self, is: impl Fn(&Stage) -> bool) -> usize {
        self.people.values().filter(|it| is(&it.stage)).count()
    }

    fn is_muted(&self, now: Millis, person: PersonId) -> bool {
        self.muted.get(&person).is_some_and(|until| now < *until)
    }

    /// Whether a refusal has a true reason, and whether nobody gets in who has none.
    fn check_asked(&self, now: Millis, by: PersonId, act: &SeatAct, answer: &Answer) {
        let expected = match act {
            _ if !self.opened => Some(Refusal::NoSuchRoom),
            SeatAct::AskForStage { .. } => match self.terms {
                None => Some(Refusal::StageClosed),
                Some(_) if by == PersonId(1) => Some(Refusal::NotAllowed),
                Some(_) if self.stage(by) != Stage::Nothing => Some(Refusal::AlreadyAsked),
                Some(_) if self.is_muted(now, by) => Some(Refusal::Muted),
                Some((_, WhoMayAsk::Followers)) if !self.followers.contains(&by) => {
                    Some(Refusal::FollowersOnly)
                }
                Some(_) => None,
            },
            SeatAct::AcceptSeat => match self.stage(by) {
                Stage::Invited(until) if now < until => None,
                Stage::On(..) => None,
                _ => Some(Refusal::NotInvited),
            },
            SeatAct::MuteSelf { .. } => {
                let on = matches!(self.stage(by), Stage::On(..));
                (!on).then_some(Refusal::NotOnStage)
            }
            SeatAct::Invite { person } => self.expected_of_invitation(now, *person),
            SeatAct::AskForCall { topic, item, .. } => match self.calls_open {
                None => Some(Refusal::CallsClosed),
                Some(_) if by == PersonId(1) => Some(Refusal::NotAllowed),
                Some(_) if self.call(by) != Call::Nothing => Some(Refusal::AlreadyAsked),
                Some(_) if self.is_muted(now, by) => Some(Refusal::Muted),
                Some(_) if topic.plain.is_empty() => Some(Refusal::TextEmpty),
                Some(_) if item.is_some_and(|it| !self.items.contains(&it)) => Some(Refusal::NoSuchItem),
                Some(_) => None,
            },
            SeatAct::TakeCall { person } => match self.call(*person) {
                Call::Taken(taker, _) if taker != by => Some(Refusal::CallTaken),
                Call::Taken(..) => None,
                Call::Waits(until) if now < until => None,
                _ => Some(Refusal::NoSuchCall),
            },
            _ => return,
        };
        assert_eq!(answer.as_ref().err(), expected.as_ref(), "{act:?} by {by}");
    }

    fn expected_of_invitation(&self, now: Millis, person: PersonId) -> Option<Refusal> {
        let Some((seats, _)) = self.terms else { return Some(Refusal::StageClosed) };
        let kept = self.count(|it| match it {
            Stage::Invited(until) => now < *until,
            Stage::On(..) => true,
            _ => false,
        });
        match self.stage(person) {
            Stage::Invited(until) if now < until => None,
            Stage::Waits if kept >= usize::from(seats) => Some(Refusal::StageFull),
            Stage::Waits => None,
            _ => Some(Refusal::NotInLine),
        }
    }

    fn check_nothing_is_due(&self, now: Millis) {
        for (person, it) in &self.people {
            let late = matches!(it.stage, Stage::Invited(until) if until <= now);
            assert!(!late, "{person} is invited beyond the time of it");
            let late = match it.call {
                Call::Waits(until) | Call::Taken(_, until) => until <= now,
                Call::Nothing => false,
            };
            assert!(!late, "{person}'s call goes on beyond its time");
        }
    }

    fn check_room(&self, room: &Room) {
        let of = |want: fn(&Account) -> bool| {
            self.people.iter().filter(move |(_, it)| want(it)).map(|(person, it)| (*person, it))
        };
        let waits: Vec<PersonId> = room.in_line().iter().map(|it| it.person).collect();
        assert_eq!(waits, self.line, "another line than the events tell");
        assert!(of(|it| it.stage == Stage::Waits).map(|(person, _)| person).eq({
            let mut sorted = waits;
            sorted.sort_unstable();
            sorted
        }));
        let invited = of(|it| matches!(it.stage, Stage::Invited(_)));
        assert!(
            room.invited()
                .map(|(person, until)| (person, Stage::Invited(until)))
                .eq(invited.map(|(person, it)| (person, it.stage)))
        );
        let on = of(|it| matches!(it.stage, Stage::On(..))).map(|(person, it)| (person, it.stage));
        assert!(
            room.on_stage().map(|(person, it)| (person, Stage::On(it.seat, it.muted, it.self_muted))).eq(on)
        );
        assert_eq!(room.stage().map(|it| (it.seats, it.who)), self.terms);
        let taken = of(|it| matches!(it.call, Call::Taken(..))).map(|(person, it)| (person, it.call));
        assert!(room.calls_taken().map(|(person, it)| (person, Call::Taken(it.by, it.until))).eq(taken));
        assert_eq!(
            room.calls_waiting().len(),
            of(|it| matches!(it.call, Call::Waits(_))).count(),
            "others wait for a call than asked for one"
        );
        assert_eq!(room.calls().map(|it| it.promise_min), self.calls_open);
    }

    fn book(&mut self, now: Millis, event: &SeatEvent) {
        match event {
            SeatEvent::StageOpened { seats, who } => self.terms = Some((*seats, *who)),
            SeatEvent::StageClosed => {
                assert!(self.terms.take().is_some());
                assert_eq!(self.count(|it| *it != Stage::Nothing), 0, "somebody is on a closed stage");
            }
            SeatEvent::StageAsked { person, place, .. } => {
                self.line.insert(*place as usize, *person);
                let it = self.people.entry(*person).or_default();
                assert_eq!(it.stage, Stage::Nothing, "{person} asks twice at once");
                (it.stage, it.asked) = (Stage::Waits, it.asked + 1);
            }
            SeatEvent::MovedUp { person } => {
                let place = self.line.iter().position(|it| it == person).expect("stands in line");
                let before = self.line.remove(place - 1);
                self.line.insert(place, before);
            }
            SeatEvent::Invited { person, until } => {
                assert_eq!(until.0, now.0 + 30_000, "an invitation is for thirty seconds");
                self.turn(*person, Stage::Invited(*until), |it| it == Stage::Waits);
                self.line.retain(|it| it != person);
            }
            SeatEvent::Seated { person, seat } => {
                self.turn(
                    *person,
                    Stage::On(*seat, false, false),
                    |it| matches!(it, Stage::Invited(until) if now < until),
                );
            }
            SeatEvent::SeatMuted { person, muted } => {
                let Stage::On(seat, was, own) = self.stage(*person) else {
                    panic!("{person} is not on stage")
                };
                assert_ne!(was, *muted);
                self.turn(*person, Stage::On(seat, *muted, own), |_| true);
            }
            SeatEvent::SelfMuted { person, muted } => {
                let Stage::On(seat, others, was) = self.stage(*person) else {
                    panic!("{person} is not on stage")
                };
                assert_ne!(was, *muted);
                self.turn(*person, Stage::On(seat, others, *muted), |_| true);
            }
            SeatEvent::SeatEnded { person, end } => self.book_end(now, *person, *end),
            _ => self.book_call(now, event),
        }
        self.check_seats();
    }

    fn check_seats(&self) {
        let seats = self.terms.map_or(0, |(seats, _)| seats);
        let kept = self.count(|it| matches!(it, Stage::Invited(_) | Stage::On(..)));
        assert!(kept <= usize::from(seats), "{kept} on or invited to {seats} seats");
        let on: Vec<u8> = self
            .people
            .values()
            .filter_map(|it| if let Stage::On(seat, ..) = it.stage { Some(seat) } else { None })
            .collect();
        let once: BTreeSet<&u8> = on.iter().collect();
        assert_eq!(once.len(), on.len(), "two people on one seat");
        assert!(on.iter().all(|seat| (1..=seats).contains(seat)), "a seat that is none: {on:?} of {seats}");
    }

    fn turn(&mut self, person: PersonId, to: Stage, from: impl Fn(Stage) -> bool) {
        let it = self.people.get_mut(&person).expect("somebody who asked");
        assert!(from(it.stage), "{person} turned from {:?} to {to:?}", it.stage);
        it.stage = to;
    }

    fn book_end(&mut self, now: Millis, person: PersonId, end: SeatEnd) {
        let stage = self.stage(person);
        let sound = match end {
            SeatEnd::Withdrawn | SeatEnd::Declined => {
                matches!(stage, Stage::Waits | Stage::Invited(_))
            }
            SeatEnd::TurnedDown => matches!(stage, Stage::Invited(until) if now < until),
            SeatEnd::Expired => matches!(stage, Stage::Invited(until) if until <= now),
            SeatEnd::Left | SeatEnd::Removed => matches!(stage, Stage::On(..)),
            SeatEnd::Gone | SeatEnd::Closed => stage != Stage::Nothing,
        };
        assert!(sound, "{person} ended by {end:?} from {stage:?}");
        self.line.retain(|it| *it != person);
        let it = self.people.get_mut(&person).expect("somebody who asked");
        (it.stage, it.ended) = (Stage::Nothing, it.ended + 1);
        assert_eq!(it.asked, it.ended, "{person}'s asking ended twice, or never began");
    }

    fn book_call(&mut self, now: Millis, event: &SeatEvent) {
        match event {
            SeatEvent::CallsOpened { promise_min } => self.calls_open = Some(*promise_min),
            SeatEvent::CallsClosed => {
                assert!(self.calls_open.take().is_some());
                assert!(!self.people.values().any(|it| matches!(it.call, Call::Waits(_))));
            }
            SeatEvent::CallAsked { person, until, .. } => {
                let promised = self.calls_open.flatten().map_or(0, |it| i64::from(it) * 60_000);
                let waits = promised.max(900_000);
                assert_eq!(until.0, now.0 + waits, "a call waits for a quarter of an hour, or as promised");
                let it = self.people.entry(*person).or_default();
                assert_eq!(it.call, Call::Nothing, "{person} asks for two calls at once");
                (it.call, it.calls_asked) = (Call::Waits(*until), it.calls_asked + 1);
            }
            SeatEvent::CallTaken { person, by, until } => {
                let it = self.people.get_mut(person).expect("somebody who asked");
                assert!(matches!(it.call, Call::Waits(until) if now < until), "{person}: {:?}", it.call);
                it.call = Call::Taken(*by, *until);
            }
            SeatEvent::CallEnded { person, end } => {
                let it = self.people.get_mut(person).expect("somebody who asked");
                let sound = match (end, it.call) {
                    (_, Call::Nothing) => false,
                    (CallEnd::Done { .. }, call) => matches!(call, Call::Taken(..)),
                    (CallEnd::Closed, call) => matches!(call, Call::Waits(_)),
                    (CallEnd::Expired, Call::Waits(until) | Call::Taken(_, until)) => until <= now,
                    (CallEnd::Declined { .. } | CallEnd::Withdrawn, _) => true,
                };
                assert!(sound, "{person}'s call {:?} ended by {end:?}", it.call);
                (it.call, it.calls_ended) = (Call::Nothing, it.calls_ended + 1);
            }
            other => panic!("the auditor has no book for {other:?}"),
        }
    }
}
