//! The words of a transcript about the fan club. It does not know anything else of a play.

use super::{Play, seconds, shown};
use linger_protocol::*;

/// `club Tea 0,10,30 comment=2,check-in=5 on 1` and what members ask for.
pub(super) fn asked(what: &str, words: &[&str]) -> Option<Act> {
    let name = || Spoken::unsealed("a name");
    Some(Act::Club(match words {
        ["join"] => ClubAct::Join { name: name() },
        ["leave"] => ClubAct::Leave,
        ["share"] => ClubAct::Share { name: name() },
        ["check-in", day] => ClubAct::CheckIn { day: day.parse().expect("a day") },
        ["set-club", name, levels, tasks, "on", day] => ClubAct::SetClub {
            name: (*name).into(),
            levels: levels.split(',').map(|it| it.parse().expect("points")).collect(),
            tasks: tasks.split(',').map(task).collect(),
            day: day.parse().expect("a day"),
        },
        ["sprint", goal, lasts, ..] => ClubAct::OpenSprint {
            goal: goal.parse().expect("likes"),
            lasts_ms: seconds(lasts),
            reward: what.splitn(4, ' ').nth(3).unwrap_or("").into(),
        },
        ["end-sprint"] => ClubAct::CloseSprint,
        _ => return None,
    }))
}

fn task(word: &str) -> TaskPoints {
    let (task, points) = word.split_once('=').expect("a task such as comment=2");
    TaskPoints { task: ClubTask::parse(task).expect("a task"), points: points.parse().expect("points") }
}

impl Play {
    /// What is told to the club, or asked about it: `day 2`, `watched ann 20 on 2`, `came ann by bob`, `gone ann`,
    /// `liked ann bob in 1`, `look ann`.
    pub(super) fn club_line(&mut self, words: &[&str]) -> String {
        let report = match words {
            ["look", name] => return self.club_look(name),
            ["day", day] => Report::DayBegan { day: day.parse().expect("a day") },
            ["watched", name, minutes, "on", day] => {
                let watch = Watch { person: self.person(name), minutes: minutes.parse().expect("minutes") };
                Report::Watched { day: day.parse().expect("a day"), people: vec![watch] }
            }
            ["came", name, "by", by] => {
                let (person, by) = (self.person(name), self.person(by));
                let arrival = Arrival {
                    session: SessionId(person.0),
                    person,
                    source: "share".into(),
                    brought_by: Some(by),
                };
                Report::PeopleMoved { arrived: vec![arrival], left: vec![] }
            }
            ["gone", name] => {
                let session = SessionId(self.person(name).0);
                let left = vec![Departure { session, reason: LeaveReason::Left }];
                Report::PeopleMoved { arrived: vec![], left }
            }
            ["liked", names @ .., "in", sprint] => Report::SprintJoined {
                sprint: sprint.parse().expect("a sprint's number"),
                people: names.iter().map(|name| self.person(name)).collect(),
            },
            _ => panic!("the script tells the club {words:?}, which nobody knows"),
        };
        self.report(report)
    }

    fn club_look(&mut self, name: &str) -> String {
        let person = self.person(name);
        let club = self.room.club();
        let Some(it) = club.standing(person) else { return "nobody the club knows".into() };
        let member = match (it.member, club.is_paused(it)) {
            (false, _) => "no member",
            (true, true) => "paused",
            (true, false) => "member",
        };
        let level = self.room.level(person);
        format!("{member}, {} points, badge {level}, brought {}", it.points, it.brought)
    }

    pub(super) fn tell_club(&self, event: &ClubEvent) -> String {
        match event {
            ClubEvent::ClubSet { name, levels, tasks } => {
                format!("club {name} with {} levels and {} tasks", levels.len(), tasks.len())
            }
            ClubEvent::DayBegan { day } => format!("day {day}"),
            ClubEvent::Joined { person, members, .. } => {
                format!("{} joined, {members} in all", self.name(*person))
            }
            ClubEvent::Left { person, members } => format!("{} left, {members} in all", self.name(*person)),
            ClubEvent::CheckedIn { person, day, streak } => {
                format!("{} checked in for day {day}, streak {streak}", self.name(*person))
            }
            ClubEvent::Points { person, task, n, points, day, total, level } => {
                let (who, task) = (self.name(*person), task.as_str());
                format!("+{points} for {who} ({task} {n} of day {day}): {total}, level {level}")
            }
            ClubEvent::LevelReached { person, level } => {
                format!("{} is level {level}", self.name(*person))
            }
            ClubEvent::Shared { person, until, .. } => {
                format!("{} shared, again from {}", self.name(*person), shown(*until))
            }
            ClubEvent::CameByLink { person, by, until, .. } => {
                let (who, by) = (self.name(*person), self.name(*by));
                format!("{who} came by {by}, counts at {}", shown(*until))
            }
            ClubEvent::Brought { person, by, .. } => {
                format!("{} was brought by {}", self.name(*person), self.name(*by))
            }
            ClubEvent::SprintOpened { sprint, goal, reward, from, until } => {
                format!("sprint {sprint} to {goal} from {from} until {} for {reward:?}", shown(*until))
            }
            ClubEvent::SprintJoined { sprint, people } => {
                let names: Vec<&str> = people.iter().map(|it| self.name(*it)).collect();
                format!("{} in sprint {sprint}", names.join(", "))
            }
            ClubEvent::SprintEnded { sprint, reached, likes, people } => {
                let how = if *reached { "reached" } else { "over" };
                format!("sprint {sprint} {how} with {likes} likes of {people}")
            }
        }
    }
}
