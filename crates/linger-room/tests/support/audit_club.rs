//! The auditor's books on the fan club, from inputs and events alone. Streaks are counted from the days somebody checked in
//! for, pauses from the days of shows, points from the grants: where the room keeps a number, here is a list.

use crate::day::Input;
use linger_protocol::*;
use linger_room::Room;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub struct Books {
    rules: Option<(Vec<u32>, BTreeMap<ClubTask, u32>)>,
    day: Option<i32>,
    live: bool,
    show_days: BTreeSet<i32>,
    members: BTreeSet<PersonId>,
    /// Every grant ever made.
    grants: BTreeMap<(PersonId, i32, ClubTask), Vec<u32>>,
    totals: BTreeMap<PersonId, u64>,
    levels: BTreeMap<PersonId, u8>,
    active: BTreeMap<PersonId, i32>,
    check_ins: BTreeMap<PersonId, BTreeSet<i32>>,
    shared: BTreeMap<PersonId, Millis>,
    /// Stays by a link: who, whose link, since when.
    stays: BTreeMap<SessionId, (PersonId, PersonId, Millis)>,
    brought: BTreeMap<PersonId, PersonId>,
    likes: u64,
    sprints: Vec<Sprint>,
}

struct Sprint {
    goal: u64,
    from: u64,
    until: Millis,
    people: BTreeSet<PersonId>,
    ended: bool,
}

impl Books {
    pub fn see(&mut self, now: Millis, input: &Input, answer: &Result<Vec<Event>, Refusal>, room: &Room) {
        let events = answer.as_deref().unwrap_or(&[]);
        let owed = self.owed(input, events);
        events.iter().for_each(|event| self.book(now, event));
        let given: Vec<(PersonId, ClubTask)> = events
            .iter()
            .filter_map(|event| match event {
                Event::Club(ClubEvent::Points { person, task, .. }) => Some((*person, *task)),
                _ => None,
            })
            .collect();
        if let Some(owed) = owed {
            assert_eq!(given, owed, "{input:?}");
        }
        if let (Input::Ask(Request { by, act: Act::Club(ClubAct::CheckIn { .. }) }), Ok(_)) = (input, answer)
        {
            let today = self.day.expect("who checks in does so on a day");
            assert!(self.check_ins[&by.person].contains(&today), "checked in, and it does not stand");
        }
        self.check(room);
    }

    pub fn close(&self, room: &Room) {
        assert!(self.sprints.iter().all(|it| it.ended), "a sprint never ended");
        let sum: u64 = self.grants.values().flatten().map(|points| u64::from(*points)).sum();
        assert_eq!(sum, self.totals.values().sum::<u64>(), "points are the sum of what was given");
        for (person, days) in &self.check_ins {
            let standing = room.club().standing(*person).expect("somebody who checked in");
            assert_eq!(standing.checked_in, days.last().copied());
            assert_eq!(standing.streak, streak(days), "{person}");
        }
        let mut by: BTreeMap<PersonId, u32> = BTreeMap::new();
        self.brought.values().for_each(|it| *by.entry(*it).or_default() += 1);
        for (person, count) in by {
            assert_eq!(room.club().standing(person).map(|it| it.brought), Some(count));
        }
    }

    /// What a comment has to earn, or a payment; `None` for inputs whose earnings are looked at one by one.
    fn owed(&self, input: &Input, events: &[Event]) -> Option<Vec<(PersonId, ClubTask)>> {
        let earns = |person: PersonId, task| {
            let (Some((_, points)), Some(day)) = (&self.rules, self.day) else { return None };
            let done = self.grants.get(&(person, day, task)).map_or(0, Vec::len);
            let may = self.members.contains(&person) && points.get(&task).is_some_and(|it| *it > 0);
            (may && done < task.per_day() as usize).then_some((person, task))
        };
        match input {
            Input::Ask(Request { by, act: Act::Say { answers: None, .. } }) if by.role == Role::Viewer => {
                let said = events.iter().any(|it| matches!(it, Event::CommentMade { .. }));
                Some(said.then(|| earns(by.person, ClubTask::Comment)).flatten().into_iter().collect())
            }
            Input::Ask(Request { act: Act::Follow | Act::Unfollow | Act::PlaceOrder { .. }, .. }) => {
                Some(vec![])
            }
            Input::Tell(Report::LikesCame { .. } | Report::RefundSettled { .. }) => Some(vec![]),
            _ => None,
        }
    }

    fn check(&self, room: &Room) {
        let club = room.club();
        assert_eq!(club.members() as usize, self.members.len());
        assert_eq!(club.day(), self.day);
        for (person, total) in &self.totals {
            let standing = club.standing(*person).expect("somebody who earned something");
            assert_eq!((standing.points, standing.level), (*total, self.levels[person]), "{person}");
        }
        for person in &self.members {
            let today = self.day.expect("a club has a day");
            let active = self.active[person];
            let idle = self.show_days.iter().filter(|day| active < **day && **day < today).count();
            let badge = if idle >= 7 { 0 } else { self.levels[person] };
            assert_eq!(room.level(*person), badge, "{person}");
        }
    }

    fn book(&mut self, now: Millis, event: &Event) {
        match event {
            Event::WentLive => {
                self.live = true;
                self.show_days.extend(self.day);
            }
            Event::WentOff { .. } => self.live = false,
            Event::LikesGathered { total, .. } => self.likes = *total,
            Event::PresenceChanged { left, .. } => {
                left.iter().for_each(|it| {
                    let over = self.stays.remove(&it.session);
                    assert!(over.is_none_or(|(_, _, since)| now < since.plus(60_000)), "stayed for nothing");
                });
            }
            Event::PresenceLost { .. } => self.stays.clear(),
            Event::Club(event) => self.book_club(now, event),
            _ => {}
        }
    }

    fn book_club(&mut self, now: Millis, event: &ClubEvent) {
        match event {
            ClubEvent::ClubSet { levels, tasks, .. } => {
                let points = tasks.iter().map(|it| (it.task, it.points)).collect();
                self.rules = Some((levels.clone(), points));
            }
            ClubEvent::DayBegan { day } => {
                assert!(self.day.is_none_or(|before| before < *day), "a day began twice");
                self.day = Some(*day);
                self.show_days.extend(self.live.then_some(*day));
            }
            ClubEvent::Joined { person, members, .. } => {
                assert!(self.members.insert(*person));
                assert_eq!(*members as usize, self.members.len());
                self.levels.entry(*person).or_insert(1);
                self.active.insert(*person, self.day.expect("a club has a day"));
            }
            ClubEvent::Left { person, members } => {
                assert!(self.members.remove(person));
                assert_eq!(*members as usize, self.members.len());
            }
            ClubEvent::CheckedIn { person, day, streak: told } => {
                assert_eq!(Some(*day), self.day);
                let days = self.check_ins.entry(*person).or_default();
                assert!(days.insert(*day), "{person} checked in twice for one day");
                assert_eq!(*told, streak(days), "{person}");
            }
            ClubEvent::Points { .. } => self.book_points(event),
            ClubEvent::LevelReached { person, level } => assert_eq!(self.levels[person], *level),
            ClubEvent::Shared { person, until, .. } => {
                let before = self.shared.insert(*person, *until);
                assert!(before.is_none_or(|until| until <= now), "{person} shared twice within a minute");
            }
            ClubEvent::CameByLink { person, session, by, until } => {
                assert!(person != by && !self.brought.contains_key(person));
                assert_eq!(*until, now.plus(60_000));
                assert!(self.stays.values().all(|it| it.0 != *person), "{person} comes twice at once");
                assert!(self.stays.insert(*session, (*person, *by, now)).is_none());
            }
            ClubEvent::Brought { person, session, by } => {
                let (who, whose, since) = self.stays.remove(session).expect("a stay by a link");
                assert_eq!((who, whose), (*person, *by));
                assert!(now >= since.plus(60_000), "{person} did not stay");
                assert!(self.brought.insert(*person, *by).is_none(), "{person} was brought twice");
            }
            ClubEvent::SprintOpened { .. }
            | ClubEvent::SprintJoined { .. }
            | ClubEvent::SprintEnded { .. } => self.book_sprint(now, event),
        }
    }

    fn book_points(&mut self, event: &ClubEvent) {
        let ClubEvent::Points { person, task, n, points, day, total, level } = event else { return };
        assert!(self.members.contains(person), "{person} is no member");
        assert_eq!(Some(*day), self.day);
        let (levels, stated) = self.rules.as_ref().expect("points follow rules");
        assert_eq!(stated.get(task), Some(points));
        let given = self.grants.entry((*person, *day, *task)).or_default();
        given.push(*points);
        assert_eq!(given.len(), *n as usize, "each grant has its own number");
        assert!(given.len() <= task.per_day() as usize, "more than the rules allow a day");
        let sum = self.totals.entry(*person).or_default();
        *sum += u64::from(*points);
        assert_eq!(sum, total);
        let reached = levels.iter().take_while(|from| u64::from(**from) <= *sum).count();
        let before = self.levels.insert(*person, *level).expect("a member has a level");
        assert_eq!(usize::from(*level), reached.max(before.into()), "{person}");
        self.active.insert(*person, *day);
    }

    fn book_sprint(&mut self, now: Millis, event: &ClubEvent) {
        match event {
            ClubEvent::SprintOpened { sprint, goal, from, until, .. } => {
                assert!(self.sprints.iter().all(|it| it.ended), "two sprints at once");
                assert_eq!((*sprint as usize, *from), (self.sprints.len() + 1, self.likes));
                let (goal, from, until) = (*goal, *from, *until);
                self.sprints.push(Sprint { goal, from, until, people: BTreeSet::new(), ended: false });
            }
            ClubEvent::SprintJoined { sprint, people } => {
                let it = &mut self.sprints[*sprint as usize - 1];
                assert!(!it.ended && now < it.until, "joined too late");
                people.iter().for_each(|person| assert!(it.people.insert(*person), "joined twice"));
            }
            ClubEvent::SprintEnded { sprint, reached, likes, people } => {
                let it = &mut self.sprints[*sprint as usize - 1];
                assert!(!std::mem::replace(&mut it.ended, true), "a sprint ended twice");
                assert_eq!(*people as usize, it.people.len());
                assert_eq!(*reached, now < it.until && *likes >= it.goal, "{likes} of {}", it.goal);
                assert!(*likes <= self.likes - it.from);
            }
            _ => unreachable!("not about sprints"),
        }
    }
}

/// Days in a row that end with the last one.
fn streak(days: &BTreeSet<i32>) -> u32 {
    let Some(last) = days.last() else { return 0 };
    (0..).take_while(|back| days.contains(&(last - back))).count() as u32
}
