//! The fan club as clients see it. It does not know how points are earned: it follows the same events as the room.

use super::fold::Plain;
use crate::wire::{
    BringerWire, ClubRulesWire, ClubStaffWire, ClubTaskWire, ClubWire, CommentWire, MyClubWire, SprintWire,
};
use linger_protocol::{ClubEvent, ClubTask, Event, PersonId, Sealed};
use linger_room::club::{ClubReader, PAUSE_SHOW_DAYS, STREAK_DAYS, Sprint};
use std::collections::{BTreeMap, VecDeque};

/// People in the list of those who brought most.
const BRINGERS_SHOWN: usize = 10;

/// The club, folded, and figures that no room keeps.
#[derive(Default)]
pub(crate) struct ClubFold {
    reader: ClubReader,
    check_ins: u32,
    shares: u64,
    brought: u64,
    /// Those who brought most, the first with most. Counts only grow, so nobody outside can overtake unseen.
    bringers: Vec<(PersonId, u32)>,
}

impl ClubFold {
    pub(crate) fn take(&mut self, event: &Event) {
        self.reader.take(event);
        let Event::Club(event) = event else { return };
        match event {
            ClubEvent::DayBegan { .. } => self.check_ins = 0,
            ClubEvent::CheckedIn { .. } => self.check_ins += 1,
            ClubEvent::Shared { .. } => self.shares += 1,
            ClubEvent::Brought { by, .. } => {
                self.brought += 1;
                let brought = self.reader.standing(*by).map_or(0, |it| it.brought);
                self.bringers.retain(|(person, _)| person != by);
                let place = self.bringers.partition_point(|(_, count)| *count >= brought);
                self.bringers.insert(place, (*by, brought));
                self.bringers.truncate(BRINGERS_SHOWN);
            }
            _ => {}
        }
    }

    pub(crate) fn is_set(&self) -> bool {
        self.reader.rules().is_some()
    }

    /// The sprint that runs.
    pub(crate) fn running(&self) -> Option<u32> {
        self.reader.sprint().filter(|it| it.end.is_none()).map(|it| it.sprint)
    }

    /// The level beside a name; zero for none.
    pub(crate) fn level(&self, person: PersonId) -> u8 {
        self.reader.level(person)
    }

    /// The club as everybody sees it; `None` when there never was anything of it.
    pub(crate) fn wire(&self) -> Option<ClubWire> {
        let (rules, sprint) = (self.reader.rules(), self.reader.sprint());
        if rules.is_none() && sprint.is_none() && self.shares == 0 && self.brought == 0 {
            return None;
        }
        let task = |it: &linger_protocol::TaskPoints| ClubTaskWire {
            task: it.task.as_str().to_owned(),
            points: it.points,
            per_day: it.task.per_day(),
        };
        Some(ClubWire {
            rules: rules.map(|rules| ClubRulesWire {
                name: rules.name.clone(),
                levels: rules.levels.clone(),
                tasks: rules.tasks.iter().filter(|it| it.points > 0).map(task).collect(),
                streak_days: STREAK_DAYS,
                pause_show_days: u32::try_from(PAUSE_SHOW_DAYS).unwrap_or(u32::MAX),
            }),
            day: self.reader.day(),
            members: self.reader.members(),
            sprint: sprint.map(sprint_wire),
            badges: BTreeMap::new(),
            staff: None,
        })
    }

    /// The club with the levels of those who spoke last, and the figures for staff, until [`RoomView::for_role`] takes
    /// those out.
    ///
    /// [`RoomView::for_role`]: crate::wire::RoomView::for_role
    pub(crate) fn view(
        &self,
        comments: &VecDeque<CommentWire>,
        names_of: impl FnOnce(&[PersonId]) -> Vec<String>,
    ) -> Option<ClubWire> {
        let badge = |it: &CommentWire| {
            let level = self.level(it.person.parse().ok()?);
            (level > 0).then(|| (it.person.clone(), level))
        };
        let badges = comments.iter().filter_map(badge).collect();
        Some(ClubWire { badges, staff: Some(self.staff(names_of)), ..self.wire()? })
    }

    pub(crate) fn mine(&self, person: PersonId) -> MyClubWire {
        let Some(it) = self.reader.standing(person) else { return MyClubWire::default() };
        let done = |task: &ClubTask| {
            let times = it.done_on.map_or(0, |day| it.done(*task, day));
            (times > 0).then(|| (task.as_str().to_owned(), times))
        };
        MyClubWire {
            member: it.member,
            paused: it.member && self.reader.is_paused(it),
            points: it.points,
            level: it.level,
            done_on: it.done_on,
            done: ClubTask::ALL.iter().filter_map(done).collect(),
            checked_in: it.checked_in,
            streak: it.streak,
            brought: it.brought,
            code: None,
        }
    }

    /// `names_of` gives the names of people in their order.
    pub(crate) fn staff(&self, names_of: impl FnOnce(&[PersonId]) -> Vec<String>) -> ClubStaffWire {
        let people: Vec<PersonId> = self.bringers.iter().map(|(person, _)| *person).collect();
        let named = names_of(&people).into_iter().zip(&self.bringers);
        ClubStaffWire {
            check_ins: self.check_ins,
            shares: self.shares,
            brought: self.brought,
            bringers: named.map(|(name, (_, brought))| BringerWire { name, brought: *brought }).collect(),
        }
    }
}

/// Who is named by an event that carries this sealed name, once it is opened.
pub(crate) fn named(
    sealed: Option<(PersonId, &Sealed)>,
    plain: Option<&Plain>,
) -> Option<(PersonId, String)> {
    let (person, _) = sealed?;
    let name = &plain?.name;
    (!name.is_empty()).then(|| (person, name.clone()))
}

fn sprint_wire(sprint: &Sprint) -> SprintWire {
    let running = u32::try_from(sprint.people.len()).unwrap_or(u32::MAX);
    let state = match sprint.end {
        None => "running",
        Some(end) if end.reached => "reached",
        Some(_) => "over",
    };
    SprintWire {
        sprint: sprint.sprint,
        goal: sprint.goal,
        reward: sprint.reward.clone(),
        from: sprint.from,
        until: sprint.until.0,
        state: state.to_owned(),
        likes: sprint.end.map_or(0, |end| end.likes),
        people: sprint.end.map_or(running, |end| end.people),
    }
}
