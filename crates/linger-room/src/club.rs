//! The fan club as it stands: its rules, who is a member with how many points, streaks of check-ins, who brought whom, and
//! the sprint of likes. It does not know names, the calendar or how long somebody stayed.
//!
//! # Rules that everybody can read
//!
//! - A task earns its points at most [`ClubTask::per_day`] times a day, and each time is one event of its own.
//! - The club's day never goes back: what is told of an earlier day counts for the one that runs.
//! - A level is never lost. A member who earned nothing on [`PAUSE_SHOW_DAYS`] days with a show is paused: no badge until
//!   the next points.
//! - Whoever leaves keeps what they earned, and finds it again when they come back.
//! - A streak is a row of days without a gap; after a gap it begins again at one.
//! - Somebody was brought when they came for the first time by another's link, and were still here a minute later.

mod deciding;
mod earning;

pub(crate) use earning::with_earned;

use crate::deadlines::{Deadlines, Due};
use linger_protocol::{ClubEvent, ClubTask, Departure, Event, Millis, PersonId, SessionId, TaskPoints};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Days with a show that a member may earn nothing on before the membership is paused.
pub const PAUSE_SHOW_DAYS: usize = 7;
/// Days without a gap that earn [`ClubTask::Streak`].
pub const STREAK_DAYS: u32 = 7;
/// How long somebody has to stay to have been brought.
pub const STAY_MS: u64 = 60_000;
/// How long a link has to be left alone before taking it counts again.
pub const SHARE_MS: u64 = 60_000;

/// The club of a room. The default is a room without one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Club {
    pub(crate) rules: Option<Rules>,
    pub(crate) day: Option<i32>,
    pub(crate) live: bool,
    /// The last days on which there was a show, the newest last.
    pub(crate) show_days: VecDeque<i32>,
    pub(crate) members: u32,
    pub(crate) people: BTreeMap<PersonId, Standing>,
    /// Stays that began by a link and may still count.
    pub(crate) coming: BTreeMap<SessionId, Coming>,
    /// The people of those stays.
    pub(crate) coming_people: BTreeSet<PersonId>,
    /// Everybody who was brought.
    pub(crate) brought: BTreeSet<PersonId>,
    /// The sprint that runs, or ran last.
    pub(crate) sprint: Option<Sprint>,
}

/// The stated rules of a club.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What it is called.
    pub name: String,
    /// From how many points on each level begins.
    pub levels: Vec<u32>,
    /// What each task earns.
    pub tasks: Vec<TaskPoints>,
}

impl Rules {
    /// The level of so many points.
    pub fn level(&self, points: u64) -> u8 {
        let reached = self.levels.iter().filter(|from| u64::from(**from) <= points).count();
        u8::try_from(reached).unwrap_or(u8::MAX)
    }

    /// What a task earns each time.
    pub fn points(&self, task: ClubTask) -> u32 {
        self.tasks.iter().find(|it| it.task == task).map_or(0, |it| it.points)
    }
}

/// Where one person stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether they are a member.
    pub member: bool,
    /// All points they ever earned.
    pub points: u64,
    /// The highest level they reached.
    pub level: u8,
    /// The last day on which they joined or earned something.
    pub active_on: Option<i32>,
    /// The day that `done` is about.
    pub done_on: Option<i32>,
    /// How often they did each task on that day, in the order of [`ClubTask::ALL`].
    pub done: [u32; ClubTask::ALL.len()],
    /// The last day they checked in for.
    pub checked_in: Option<i32>,
    /// Days checked in without a gap, up to that one.
    pub streak: u32,
    /// How often they took their link along.
    pub shares: u32,
    /// Before then, taking it again counts nothing.
    pub share_again: Option<Millis>,
    /// How many people they brought.
    pub brought: u32,
}

impl Standing {
    /// How often they did a task on a day.
    pub fn done(&self, task: ClubTask, day: i32) -> u32 {
        if self.done_on == Some(day) { self.done[task as usize] } else { 0 }
    }

    /// Days checked in without a gap, as far as they still count on a day: a gap ends them.
    pub fn streak_on(&self, day: i32) -> u32 {
        let counts = self.checked_in.is_some_and(|last| last >= day.saturating_sub(1));
        if counts { self.streak } else { 0 }
    }

    fn earn(&mut self, (task, n): (ClubTask, u32), day: i32, total: u64, level: u8) {
        if self.done_on != Some(day) {
            self.done = [0; ClubTask::ALL.len()];
            self.done_on = Some(day);
        }
        assert_eq!(self.done[task as usize] + 1, n, "points were given twice or left out");
        self.done[task as usize] = n;
        (self.points, self.level, self.active_on) = (total, level, Some(day));
    }
}

/// A stay that began by somebody's link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coming {
    pub(crate) person: PersonId,
    pub(crate) by: PersonId,
    pub(crate) until: Millis,
}

/// A sprint of likes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sprint {
    /// Its number.
    pub sprint: u32,
    /// Likes wanted.
    pub goal: u64,
    /// What everybody gets.
    pub reward: String,
    /// All likes of the room when it began.
    pub from: u64,
    /// When it ends.
    pub until: Millis,
    /// How it ended.
    pub end: Option<SprintEnd>,
    /// Who took part, while it runs.
    pub people: BTreeSet<PersonId>,
}

/// How a sprint ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SprintEnd {
    /// Whether the goal was reached.
    pub reached: bool,
    /// Likes it brought.
    pub likes: u64,
    /// How many took part.
    pub people: u32,
}

/// Something of the club that ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ClubDue {
    /// The sprint's time is over.
    Sprint(u32),
    /// A stay that began by a link has lasted long enough.
    Link(SessionId),
}

/// The club as a reader of the log follows it.
#[derive(Clone, Debug, Default)]
pub struct ClubReader {
    club: Club,
    deadlines: Deadlines,
}

impl ClubReader {
    /// Takes in a fact, whatever it is about.
    pub fn take(&mut self, event: &Event) {
        self.club.apply(&mut self.deadlines, event);
    }
}

impl std::ops::Deref for ClubReader {
    type Target = Club;
    fn deref(&self) -> &Club {
        &self.club
    }
}

/// What can be seen of a club from outside.
impl Club {
    /// The rules; `None` when there is no club.
    pub fn rules(&self) -> Option<&Rules> {
        self.rules.as_ref()
    }

    /// The day that runs, as far as it was told.
    pub fn day(&self) -> Option<i32> {
        self.day
    }

    /// Members now.
    pub fn members(&self) -> u32 {
        self.members
    }

    /// Where somebody stands; `None` for whoever never did anything here.
    pub fn standing(&self, person: PersonId) -> Option<&Standing> {
        self.people.get(&person)
    }

    /// The level that shows beside a name: zero for who is no member, or paused.
    pub fn level(&self, person: PersonId) -> u8 {
        match self.people.get(&person) {
            Some(it) if it.member && !self.is_paused(it) => it.level,
            _ => 0,
        }
    }

    /// Whether a membership rests because its owner earned nothing for a while.
    pub fn is_paused(&self, standing: &Standing) -> bool {
        let (Some(today), Some(active)) = (self.day, standing.active_on) else { return false };
        self.show_days.iter().filter(|day| **day > active && **day < today).count() >= PAUSE_SHOW_DAYS
    }

    /// The sprint that runs, or ran last.
    pub fn sprint(&self) -> Option<&Sprint> {
        self.sprint.as_ref()
    }

    pub(crate) fn running(&self) -> Option<&Sprint> {
        self.sprint.as_ref().filter(|it| it.end.is_none())
    }

    /// How a running sprint ends when the room has so many likes in all.
    pub(crate) fn ended(&self, reached: bool, likes: u64) -> Option<Event> {
        let sprint = self.running()?;
        Some(Event::Club(ClubEvent::SprintEnded {
            sprint: sprint.sprint,
            reached,
            likes: likes.saturating_sub(sprint.from),
            people: u32::try_from(sprint.people.len()).unwrap_or(u32::MAX),
        }))
    }

    /// What falls due becomes a fact.
    pub(crate) fn fell_due(&self, due: ClubDue, likes: u64) -> Event {
        match due {
            ClubDue::Sprint(_) => self.ended(false, likes).expect("only a running sprint falls due"),
            ClubDue::Link(session) => self.stayed(session).expect("only a stay by a link falls due"),
        }
    }

    fn stayed(&self, session: SessionId) -> Option<Event> {
        let Coming { person, by, .. } = *self.coming.get(&session)?;
        Some(Event::Club(ClubEvent::Brought { person, session, by }))
    }
}

impl Club {
    pub(crate) fn apply(&mut self, deadlines: &mut Deadlines, event: &Event) {
        match event {
            Event::WentLive => {
                self.live = true;
                self.note_show_day();
            }
            Event::WentOff { .. } => self.live = false,
            Event::PresenceChanged { left, .. } => self.apply_left(deadlines, left),
            Event::PresenceLost { .. } => {
                while let Some((session, _)) = self.coming.first_key_value() {
                    let session = *session;
                    self.forget_coming(deadlines, session);
                }
            }
            Event::Club(event) => self.apply_club(deadlines, event),
            _ => {}
        }
    }

    fn apply_club(&mut self, deadlines: &mut Deadlines, event: &ClubEvent) {
        match event {
            ClubEvent::ClubSet { name, levels, tasks } => {
                let rules = Rules { name: name.clone(), levels: levels.clone(), tasks: tasks.clone() };
                self.rules = Some(rules);
            }
            ClubEvent::DayBegan { day } => {
                assert!(self.day.is_none_or(|before| before < *day), "the club's day went back");
                self.day = Some(*day);
                self.note_show_day();
            }
            ClubEvent::CheckedIn { person, day, streak } => {
                let it = self.people.entry(*person).or_default();
                (it.checked_in, it.streak) = (Some(*day), *streak);
            }
            ClubEvent::Points { person, task, n, day, total, level, .. } => {
                self.people.entry(*person).or_default().earn((*task, *n), *day, *total, *level);
            }
            // What it tells stands in the points before it.
            ClubEvent::LevelReached { .. } => {}
            ClubEvent::Joined { .. } | ClubEvent::Left { .. } => self.apply_member(event),
            ClubEvent::Shared { .. } | ClubEvent::CameByLink { .. } | ClubEvent::Brought { .. } => {
                self.apply_link(deadlines, event);
            }
            ClubEvent::SprintOpened { .. }
            | ClubEvent::SprintJoined { .. }
            | ClubEvent::SprintEnded { .. } => self.apply_sprint(deadlines, event),
        }
    }

    fn apply_member(&mut self, event: &ClubEvent) {
        match event {
            ClubEvent::Joined { person, members, .. } => {
                let (day, first) = (self.day, self.rules.as_ref().map_or(0, |rules| rules.level(0)));
                let it = self.people.entry(*person).or_default();
                assert!(!std::mem::replace(&mut it.member, true), "somebody joined twice");
                it.level = it.level.max(first);
                it.active_on = it.active_on.max(day);
                self.members = *members;
            }
            ClubEvent::Left { person, members } => {
                let it = self.people.entry(*person).or_default();
                assert!(std::mem::replace(&mut it.member, false), "somebody left twice");
                self.members = *members;
            }
            _ => unreachable!("not about members"),
        }
    }

    fn apply_link(&mut self, deadlines: &mut Deadlines, event: &ClubEvent) {
        match event {
            ClubEvent::Shared { person, until, .. } => {
                let it = self.people.entry(*person).or_default();
                it.shares = it.shares.saturating_add(1);
                it.share_again = Some(*until);
            }
            ClubEvent::CameByLink { person, session, by, until } => {
                let coming = Coming { person: *person, by: *by, until: *until };
                assert!(self.coming.insert(*session, coming).is_none(), "a stay began twice");
                self.coming_people.insert(*person);
                deadlines.set(*until, Due::Club(ClubDue::Link(*session)));
            }
            ClubEvent::Brought { person, session, by } => {
                self.forget_coming(deadlines, *session);
                assert!(self.brought.insert(*person), "somebody was brought twice");
                let it = self.people.entry(*by).or_default();
                it.brought = it.brought.saturating_add(1);
            }
            _ => unreachable!("not about links"),
        }
    }

    fn apply_sprint(&mut self, deadlines: &mut Deadlines, event: &ClubEvent) {
        match event {
            ClubEvent::SprintOpened { sprint, goal, reward, from, until } => {
                assert!(self.running().is_none(), "two sprints at once");
                self.sprint = Some(Sprint {
                    sprint: *sprint,
                    goal: *goal,
                    reward: reward.clone(),
                    from: *from,
                    until: *until,
                    end: None,
                    people: BTreeSet::new(),
                });
                deadlines.set(*until, Due::Club(ClubDue::Sprint(*sprint)));
            }
            ClubEvent::SprintJoined { people, .. } => {
                if let Some(sprint) = self.sprint.as_mut() {
                    sprint.people.extend(people);
                }
            }
            ClubEvent::SprintEnded { sprint, reached, likes, people } => {
                let it = self.sprint.as_mut().filter(|it| it.sprint == *sprint && it.end.is_none());
                let it = it.expect("only a running sprint ends");
                it.end = Some(SprintEnd { reached: *reached, likes: *likes, people: *people });
                it.people.clear();
                deadlines.clear(it.until, Due::Club(ClubDue::Sprint(*sprint)));
            }
            _ => unreachable!("not about sprints"),
        }
    }

    fn apply_left(&mut self, deadlines: &mut Deadlines, left: &[Departure]) {
        if !self.coming.is_empty() {
            left.iter().for_each(|it| self.forget_coming(deadlines, it.session));
        }
    }

    fn forget_coming(&mut self, deadlines: &mut Deadlines, session: SessionId) {
        if let Some(Coming { person, until, .. }) = self.coming.remove(&session) {
            self.coming_people.remove(&person);
            deadlines.clear(until, Due::Club(ClubDue::Link(session)));
        }
    }

    fn note_show_day(&mut self) {
        if let Some(day) = self.day.filter(|_| self.live)
            && self.show_days.back() != Some(&day)
        {
            self.show_days.push_back(day);
            // One more than pause a membership: the day that runs is not over.
            if self.show_days.len() > PAUSE_SHOW_DAYS + 1 {
                self.show_days.pop_front();
            }
        }
    }
}
