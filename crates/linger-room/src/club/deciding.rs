//! What is asked of the club, and what is told to it. It does not know what any of it earns.

use super::{Club, SHARE_MS};
use crate::{
    bounds::{CLUB_PEOPLE_MAX, SEALED_BYTES_MAX},
    text::bounded,
};
use linger_protocol::{
    ClubAct, ClubEvent, Event, Limits, Millis, PersonId, Refusal, Sealed, Spoken, TaskPoints,
};
use std::collections::BTreeSet;

type Decided = Result<Vec<Event>, Refusal>;

impl Club {
    /// `likes` are all likes of the room so far.
    pub(crate) fn decide(&self, now: Millis, person: PersonId, act: &ClubAct, likes: u64) -> Decided {
        match act {
            ClubAct::Join { name } => self.decide_join(person, name),
            ClubAct::Leave => Ok(self.decide_leave(person)),
            ClubAct::CheckIn { day } => self.decide_check_in(person, *day),
            ClubAct::Share { name } => self.decide_share(now, person, name),
            ClubAct::SetClub { name, levels, tasks, day } => self.decide_set(name, levels, tasks, *day),
            ClubAct::OpenSprint { goal, lasts_ms, reward } => {
                self.decide_sprint(now, likes, (*goal, *lasts_ms), reward)
            }
            ClubAct::CloseSprint => match self.ended(false, likes) {
                Some(ended) => Ok(vec![ended]),
                None => Err(Refusal::NoSprint),
            },
        }
    }

    fn decide_join(&self, person: PersonId, name: &Spoken) -> Decided {
        self.rules.as_ref().ok_or(Refusal::NoClub)?;
        if self.people.get(&person).is_some_and(|it| it.member) {
            return Ok(vec![]);
        }
        self.has_room_for(person)?;
        let members = self.members.saturating_add(1);
        Ok(vec![Event::Club(ClubEvent::Joined { person, name: sealed(name)?, members })])
    }

    fn decide_leave(&self, person: PersonId) -> Vec<Event> {
        match self.people.get(&person) {
            Some(it) if it.member => {
                vec![Event::Club(ClubEvent::Left { person, members: self.members.saturating_sub(1) })]
            }
            _ => vec![],
        }
    }

    /// A clock that was set back gives no second check-in, and no day that was already over.
    fn decide_check_in(&self, person: PersonId, day: i32) -> Decided {
        self.rules.as_ref().ok_or(Refusal::NoClub)?;
        let today = self.day.map_or(day, |runs| runs.max(day));
        let before = self.people.get(&person).and_then(|it| Some((it.checked_in?, it.streak)));
        let streak = match before {
            Some((last, _)) if last >= today => return Ok(vec![]),
            Some((last, streak)) if last.checked_add(1) == Some(today) => streak.saturating_add(1),
            _ => 1,
        };
        self.has_room_for(person)?;
        let mut events = self.note_day(today);
        events.push(Event::Club(ClubEvent::CheckedIn { person, day: today, streak }));
        Ok(events)
    }

    fn decide_share(&self, now: Millis, person: PersonId, name: &Spoken) -> Decided {
        let again = self.people.get(&person).and_then(|it| it.share_again);
        if again.is_some_and(|until| now < until) {
            return Ok(vec![]);
        }
        self.has_room_for(person)?;
        let until = now.plus(SHARE_MS);
        Ok(vec![Event::Club(ClubEvent::Shared { person, name: sealed(name)?, until })])
    }

    fn decide_set(&self, name: &str, levels: &[u32], tasks: &[TaskPoints], day: i32) -> Decided {
        let name = bounded(name, Limits::CLUB_NAME_CHARS)?.to_owned();
        let rising = levels.first() == Some(&0) && levels.is_sorted_by(|a, b| a < b);
        let named: BTreeSet<_> = tasks.iter().map(|it| it.task).collect();
        let sound = rising
            && levels.len() <= Limits::CLUB_LEVELS_MAX
            && named.len() == tasks.len()
            && tasks.iter().all(|it| it.points <= Limits::CLUB_POINTS_MAX);
        if !sound {
            return Err(Refusal::BadLevels);
        }
        let mut events = self.note_day(day);
        let same =
            self.rules.as_ref().is_some_and(|it| it.name == name && it.levels == levels && it.tasks == tasks);
        if !same {
            let (levels, tasks) = (levels.to_vec(), tasks.to_vec());
            events.push(Event::Club(ClubEvent::ClubSet { name, levels, tasks }));
        }
        Ok(events)
    }

    fn decide_sprint(&self, now: Millis, likes: u64, (goal, lasts_ms): (u64, u64), reward: &str) -> Decided {
        if self.running().is_some() {
            return Err(Refusal::SprintRunning);
        }
        let reward = bounded(reward, Limits::TITLE_CHARS)?.to_owned();
        if !(1..=Limits::SPRINT_GOAL_MAX).contains(&goal) {
            return Err(Refusal::BadQuantity);
        }
        if !(Limits::SPRINT_MS_MIN..=Limits::SPRINT_MS_MAX).contains(&lasts_ms) {
            return Err(Refusal::BadDuration);
        }
        let sprint = self.sprint.as_ref().map_or(0, |it| it.sprint).saturating_add(1);
        let until = now.plus(lasts_ms);
        Ok(vec![Event::Club(ClubEvent::SprintOpened { sprint, goal, reward, from: likes, until })])
    }

    /// A later day begins; an earlier one, or the one that runs, is no news.
    pub(crate) fn note_day(&self, day: i32) -> Vec<Event> {
        let later = self.day.is_none_or(|runs| runs < day);
        if later { vec![Event::Club(ClubEvent::DayBegan { day })] } else { vec![] }
    }

    /// Only whoever is new to a sprint that still runs.
    pub(crate) fn note_sprint_joined(&self, now: Millis, sprint: u32, people: &[PersonId]) -> Vec<Event> {
        let Some(it) = self.running().filter(|it| it.sprint == sprint && now < it.until) else {
            return vec![];
        };
        let room = CLUB_PEOPLE_MAX.saturating_sub(it.people.len());
        let new: BTreeSet<PersonId> =
            people.iter().filter(|person| !it.people.contains(person)).copied().take(room).collect();
        if new.is_empty() {
            return vec![];
        }
        vec![Event::Club(ClubEvent::SprintJoined { sprint, people: new.into_iter().collect() })]
    }

    fn has_room_for(&self, person: PersonId) -> Result<(), Refusal> {
        let room = self.people.len() < CLUB_PEOPLE_MAX || self.people.contains_key(&person);
        if room { Ok(()) } else { Err(Refusal::RoomFull) }
    }
}

fn sealed(name: &Spoken) -> Result<Sealed, Refusal> {
    bounded(&name.plain, Limits::NAME_CHARS)?;
    if name.sealed.body.len() > SEALED_BYTES_MAX {
        return Err(Refusal::TextTooLong);
    }
    Ok(name.sealed.clone())
}
