//! What a decision of the room earns, and what else of the club follows from it: points, people who were brought, the end
//! of a sprint. It does not know why the room decided so.

use super::{Club, STAY_MS, STREAK_DAYS, Standing};
use crate::{
    Room,
    bounds::{CLUB_COMING_MAX, CLUB_PEOPLE_MAX},
};
use linger_protocol::{
    Arrival, ClubEvent, ClubTask, Departure, Event, Millis, PersonId, Role, SessionId, TalkEvent, Watch,
};
use std::collections::{BTreeMap, BTreeSet};

/// Minutes of watching that earn points.
const WATCH_MINUTES: u32 = 10;

/// The events of a decision, with what the club makes of them.
pub(crate) fn with_earned(room: &Room, now: Millis, events: Vec<Event>) -> Vec<Event> {
    let club = &room.club;
    // A rush of orders in a room without a club costs no more than before there were clubs.
    let is_idle = club.rules.is_none() && club.coming.is_empty() && club.running().is_none();
    if events.is_empty() || is_idle && !events.iter().any(brings) {
        return events;
    }
    let mut whole = Vec::with_capacity(events.len());
    let mut ledger = Ledger::of(club);
    for event in events {
        // Who stayed long enough was brought before they left.
        let stayed = club.stayed_by(now, &event);
        stayed.iter().for_each(|it| ledger.see(room, it));
        whole.extend(stayed);
        ledger.see(room, &event);
        match &event {
            Event::PresenceChanged { arrived, left, .. } if brings(&event) => {
                let came = club.came_by_link(now, arrived, left);
                whole.push(event);
                whole.extend(came);
            }
            Event::LikesGathered { likes, total, .. } => {
                let ended = club.sprint_after(now, *likes, *total);
                whole.push(event);
                whole.extend(ended);
            }
            _ => whole.push(event),
        }
    }
    whole.extend(ledger.events);
    whole
}

/// Whether somebody came by somebody's link.
fn brings(event: &Event) -> bool {
    matches!(event, Event::PresenceChanged { arrived, .. } if arrived.iter().any(|it| it.brought_by.is_some()))
}

impl Club {
    pub(crate) fn note_watched(&self, day: i32, people: &[Watch]) -> Vec<Event> {
        let mut events = self.note_day(day);
        let mut ledger = Ledger::of(self);
        events.iter().for_each(|event| ledger.note_day(event));
        for Watch { person, minutes } in people {
            // More than the rules allow a day is never looked at.
            for _ in 0..(minutes / WATCH_MINUTES).min(ClubTask::Watched.per_day()) {
                ledger.grant(*person, ClubTask::Watched);
            }
        }
        events.extend(ledger.events);
        events
    }

    /// Those among the leaving, or lost, whose stay had lasted long enough although nobody had yet said that time passed.
    fn stayed_by(&self, now: Millis, event: &Event) -> Vec<Event> {
        if self.coming.is_empty() {
            return vec![];
        }
        let stayed = |session: SessionId, at: Millis| {
            self.stayed(session).filter(|_| self.coming.get(&session).is_some_and(|it| it.until <= at))
        };
        match event {
            Event::PresenceChanged { left, .. } => {
                let once: BTreeSet<SessionId> = left.iter().map(|it| it.session).collect();
                once.into_iter().filter_map(|session| stayed(session, now)).collect()
            }
            Event::PresenceLost { last_seen } => {
                self.coming.keys().filter_map(|session| stayed(*session, *last_seen)).collect()
            }
            _ => vec![],
        }
    }

    /// Those who came by somebody else's link, for the first time, and did not leave in the same moment.
    fn came_by_link(&self, now: Millis, arrived: &[Arrival], left: &[Departure]) -> Vec<Event> {
        let left: BTreeSet<SessionId> = left.iter().map(|it| it.session).collect();
        let (mut people, mut sessions, mut events) = (BTreeSet::new(), BTreeSet::new(), vec![]);
        for Arrival { session, person, brought_by, .. } in arrived {
            let Some(by) = *brought_by else { continue };
            let new = by != *person
                && !left.contains(session)
                && !self.brought.contains(person)
                && !self.coming_people.contains(person)
                && !self.coming.contains_key(session)
                && !people.contains(person)
                && !sessions.contains(session);
            let room = self.coming.len() + events.len() < CLUB_COMING_MAX
                && self.brought.len() + self.coming.len() + events.len() < CLUB_PEOPLE_MAX
                && self.people.len() + self.coming.len() + events.len() < CLUB_PEOPLE_MAX;
            if new && room {
                people.insert(*person);
                sessions.insert(*session);
                let (person, session, until) = (*person, *session, now.plus(STAY_MS));
                events.push(Event::Club(ClubEvent::CameByLink { person, session, by, until }));
            }
        }
        events
    }

    /// The end of the sprint, when these likes reach its goal or come after its time.
    fn sprint_after(&self, now: Millis, likes: u32, total: u64) -> Option<Event> {
        let sprint = self.running()?;
        if now >= sprint.until {
            return self.ended(false, total.saturating_sub(likes.into()));
        }
        if total.saturating_sub(sprint.from) >= sprint.goal { self.ended(true, total) } else { None }
    }
}

/// Points as they are being given within one decision: each grant stands on those before it.
struct Ledger<'a> {
    club: &'a Club,
    day: Option<i32>,
    touched: BTreeMap<PersonId, Standing>,
    events: Vec<Event>,
}

impl Ledger<'_> {
    fn of(club: &Club) -> Ledger<'_> {
        Ledger { club, day: club.day, touched: BTreeMap::new(), events: vec![] }
    }

    fn note_day(&mut self, event: &Event) {
        if let Event::Club(ClubEvent::DayBegan { day }) = event {
            self.day = Some(*day);
        }
    }

    fn see(&mut self, room: &Room, event: &Event) {
        match event {
            Event::CommentMade { person, role: Role::Viewer, .. } => self.grant(*person, ClubTask::Comment),
            Event::QuestionAnswered { question, .. } => {
                let asked = room.question(*question);
                asked.into_iter().flat_map(|it| &it.askers).for_each(|person| {
                    self.grant(*person, ClubTask::Answered);
                });
            }
            Event::OrderPaid { order, .. } => {
                if let Some(order) = room.order(*order) {
                    self.grant(order.person, ClubTask::Order);
                }
            }
            Event::Talk(TalkEvent::GiftGiven { order, .. }) => {
                if let Some(gift) = room.gift(*order) {
                    self.grant(gift.person, ClubTask::Gift);
                }
            }
            Event::Club(ClubEvent::CheckedIn { person, streak, .. }) => {
                self.grant(*person, ClubTask::CheckIn);
                if streak % STREAK_DAYS == 0 {
                    self.grant(*person, ClubTask::Streak);
                }
            }
            Event::Club(ClubEvent::Brought { by, .. }) => self.grant(*by, ClubTask::Brought),
            event => self.note_day(event),
        }
    }

    /// Members earn, as often a day as the rules say.
    fn grant(&mut self, person: PersonId, task: ClubTask) {
        let (Some(rules), Some(day)) = (&self.club.rules, self.day) else { return };
        let points = rules.points(task);
        let standing = self.touched.get(&person).or_else(|| self.club.people.get(&person));
        let Some(standing) = standing.filter(|it| it.member && points > 0) else { return };
        let n = standing.done(task, day) + 1;
        if n > task.per_day() {
            return;
        }
        let total = standing.points.saturating_add(points.into());
        let (before, level) = (standing.level, standing.level.max(rules.level(total)));
        let mut standing = standing.clone();
        standing.earn((task, n), day, total, level);
        self.touched.insert(person, standing);
        self.events.push(Event::Club(ClubEvent::Points { person, task, n, points, day, total, level }));
        if level > before {
            self.events.push(Event::Club(ClubEvent::LevelReached { person, level }));
        }
    }
}
