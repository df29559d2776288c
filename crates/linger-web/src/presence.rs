//! What is too small and too frequent to be asked of a room one by one: arrivals and departures, likes, looks at
//! cards, quality. Gathered here and reported once a tick. It does not know sockets.

mod lasting;
mod looking;

use crate::{
    house::{House, RoomDesk},
    wire::QualityTold,
};
use lasting::{Sprinters, Watching};
use linger_protocol::{
    ActivityId, Arrival, CardTouch, Departure, ItemId, LeaveReason, Millis, PersonId, Quality, Report,
    SessionId, Watch,
};
use looking::Looking;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

/// How often what was gathered is reported.
const TICK: Duration = Duration::from_millis(500);
/// Arrivals or departures in one report, so that an event stays small.
const MOVES_MAX: usize = 2_000;
/// People who hold something and are waited for; more than a room can hold.
const EXPECTED_MAX: usize = 1_000;
/// How often it is looked who is still here.
const MINUTE_MS: u64 = 60_000;
/// Likes one person can give in one message.
pub(crate) const LIKES_MAX: u32 = 50;
/// PKs that are cheered for at once, counting those that do not exist.
const PKS_MAX: usize = 16;
/// First-frame times in one report.
const FIRST_FRAMES_MAX: usize = 1_000;
/// Cards in one report.
const CARDS_MAX: usize = 200;

/// What was gathered since the last tick.
#[derive(Default)]
pub(crate) struct Gather(Mutex<State>);

#[derive(Default)]
struct State {
    arrived: Vec<Arrival>,
    left: Vec<Departure>,
    /// Stays whose connection broke, until they return or the grace ends.
    broken: HashMap<PersonId, Vec<(SessionId, Instant)>>,
    /// How many stays each person has, broken ones included.
    stays: HashMap<PersonId, u32>,
    /// People who hold something and have no stay: before the server was started anew, or without a socket. They come
    /// within the grace, or are gone.
    expected: HashMap<PersonId, Instant>,
    /// Whose last stay ended.
    gone: Vec<PersonId>,
    likes: u32,
    likers: HashSet<PersonId>,
    cheers: BTreeMap<ActivityId, [u32; 2]>,
    touches: BTreeMap<ItemId, (u32, u32)>,
    looking: Looking,
    quality: Quality,
    told_quality: HashSet<PersonId>,
    watching: Watching,
    sprinters: Sprinters,
}

impl State {
    fn end_stay(&mut self, person: PersonId) {
        if let Some(stays) = self.stays.get_mut(&person) {
            *stays -= 1;
            if *stays == 0 {
                self.stays.remove(&person);
                self.gone.push(person);
            }
        }
    }

    /// Takes out those who were here and are not, and do not come back in time.
    fn take_gone(&mut self, grace: Duration) -> Vec<PersonId> {
        let mut gone = std::mem::take(&mut self.gone);
        self.expected.retain(|person, since| {
            let over = since.elapsed() >= grace;
            if over {
                gone.push(*person);
            }
            !over
        });
        gone.retain(|person| !self.stays.contains_key(person));
        gone
    }
}

impl Gather {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|it| it.into_inner())
    }

    /// Somebody's socket is there. Goes on with the stay whose connection broke, or begins a new one.
    /// `brought_by` is whose link they came by for the first time.
    pub(crate) fn arrive(
        &self,
        session: SessionId,
        person: PersonId,
        source: &str,
        brought_by: Option<PersonId>,
    ) -> SessionId {
        let mut state = self.state();
        state.expected.remove(&person);
        if let Some(broken) = state.broken.get_mut(&person) {
            let back = broken.pop();
            if broken.is_empty() {
                state.broken.remove(&person);
            }
            if let Some((session, _)) = back {
                return session;
            }
        }
        *state.stays.entry(person).or_default() += 1;
        state.watching.come(person);
        state.arrived.push(Arrival { session, person, source: source.to_owned(), brought_by });
        session
    }

    /// These people hold something in the room. Who has no stay is waited for as after a broken connection.
    pub(crate) fn expect(&self, people: impl IntoIterator<Item = PersonId>) {
        let mut state = self.state();
        for person in people {
            if !state.stays.contains_key(&person) && state.expected.len() < EXPECTED_MAX {
                state.expected.entry(person).or_insert_with(Instant::now);
            }
        }
    }

    /// Somebody's socket is gone. One that broke may come back until the grace ends.
    pub(crate) fn leave(&self, session: SessionId, person: PersonId, reason: LeaveReason) {
        let mut state = self.state();
        state.looking.look(session, person, None);
        if reason == LeaveReason::Lost {
            state.broken.entry(person).or_default().push((session, Instant::now()));
        } else {
            state.watching.go(person);
            state.left.push(Departure { session, reason });
            state.end_stay(person);
        }
    }

    pub(crate) fn like(&self, person: PersonId, likes: u32) {
        let mut state = self.state();
        state.likes = state.likes.saturating_add(likes.min(LIKES_MAX));
        state.likers.insert(person);
    }

    pub(crate) fn cheer(&self, activity: ActivityId, side: u8, cheers: u32) {
        let mut state = self.state();
        if state.cheers.len() >= PKS_MAX && !state.cheers.contains_key(&activity) {
            return;
        }
        if let Some(points) = state.cheers.entry(activity).or_default().get_mut(usize::from(side)) {
            *points = points.saturating_add(cheers.min(LIKES_MAX));
        }
    }

    pub(crate) fn touch(&self, item: ItemId, seen: u32, clicked: u32) {
        let mut state = self.state();
        if state.touches.len() < CARDS_MAX || state.touches.contains_key(&item) {
            let touch = state.touches.entry(item).or_default();
            touch.0 = touch.0.saturating_add(seen);
            touch.1 = touch.1.saturating_add(clicked);
        }
    }

    /// A product's page is open on a screen, or none.
    pub(crate) fn look(&self, session: SessionId, person: PersonId, item: Option<ItemId>) {
        self.state().looking.look(session, person, item);
    }

    pub(crate) fn quality(&self, person: PersonId, told: &QualityTold) {
        let mut state = self.state();
        if state.told_quality.insert(person) {
            state.quality.viewers += 1;
        }
        let quality = &mut state.quality;
        if let Some(ms) = told.first_frame_ms.filter(|_| quality.first_frame_ms.len() < FIRST_FRAMES_MAX) {
            quality.first_frame_ms.push(ms.min(60_000));
        }
        // One device cannot tell more than the time that can have passed since it last told.
        let watched_ms = told.watched_ms.min(60_000);
        quality.stalls += told.stalls.min(100);
        quality.stalled_ms += u64::from(told.stalled_ms.min(watched_ms));
        quality.watched_ms += u64::from(watched_ms);
        if let Some(ms) = told.delay_ms {
            quality.delay_ms_sum += u64::from(ms.min(60_000));
            quality.delays += 1;
        }
        quality.failures += u32::from(told.failed);
    }

    /// Takes out what is to be reported now.
    fn take(&self, grace: Duration) -> Vec<Report> {
        let mut state = self.state();
        let state = &mut *state;
        let mut ended = vec![];
        let mut lost = vec![];
        state.broken.retain(|person, stays| {
            stays.retain(|(session, since)| {
                let over = since.elapsed() >= grace;
                if over {
                    state.watching.go(*person);
                    ended.push(Departure { session: *session, reason: LeaveReason::Lost });
                    lost.push(*person);
                }
                !over
            });
            !stays.is_empty()
        });
        state.left.extend(ended);
        lost.into_iter().for_each(|person| state.end_stay(person));
        let mut reports = vec![];
        let (arrived, left) = (std::mem::take(&mut state.arrived), std::mem::take(&mut state.left));
        let (mut arrived, mut left) = (arrived.into_iter().peekable(), left.into_iter().peekable());
        // All arrivals before the departures: a stay that ended within this tick has to begin first.
        while arrived.peek().is_some() {
            let arrived = arrived.by_ref().take(MOVES_MAX).collect();
            reports.push(Report::PeopleMoved { arrived, left: vec![] });
        }
        while left.peek().is_some() {
            let left = left.by_ref().take(MOVES_MAX).collect();
            match reports.last_mut() {
                Some(Report::PeopleMoved { left: told, .. }) if told.is_empty() => *told = left,
                _ => reports.push(Report::PeopleMoved { arrived: vec![], left }),
            }
        }
        for people in state.take_gone(grace).chunks(MOVES_MAX) {
            reports.push(Report::PeopleGone { people: people.to_vec() });
        }

        if state.likes > 0 {
            let likers = std::mem::take(&mut state.likers);
            // Told now, their likes count for the sprint that runs now, even when it opened after they liked.
            likers.iter().for_each(|person| state.sprinters.like(*person));
            if let Some((sprint, people)) = state.sprinters.take() {
                reports.push(Report::SprintJoined { sprint, people });
            }
            let people = u32::try_from(likers.len()).unwrap_or(u32::MAX);
            reports.push(Report::LikesCame { likes: std::mem::take(&mut state.likes), people });
        }
        for (activity, points) in std::mem::take(&mut state.cheers) {
            reports.push(Report::Cheered { activity, points });
        }
        if !state.touches.is_empty() {
            let touches = std::mem::take(&mut state.touches).into_iter();
            let touches = touches.map(|(item, (seen, clicked))| CardTouch { item, seen, clicked }).collect();
            reports.push(Report::CardsTouched { touches });
        }
        if let Some(lookers) = state.looking.take() {
            reports.push(Report::LookersCame { lookers });
        }
        if !state.told_quality.is_empty() {
            state.told_quality.clear();
            reports.push(Report::QualityMeasured { quality: std::mem::take(&mut state.quality) });
        }
        reports
    }
}

impl Gather {
    /// The sprint of likes that runs now.
    fn sprint(&self, sprint: Option<u32>) {
        self.state().sprinters.run(sprint);
    }

    /// A minute ended; gives those who have watched for long enough to be told of.
    fn minute(&self, live: bool) -> Vec<Watch> {
        let mut state = self.state();
        if live {
            return state.watching.minute();
        }
        state.watching.dark();
        vec![]
    }
}

/// What was last told of time.
struct Told {
    day: Option<i32>,
    minute: Millis,
}

/// Begins to report what is gathered for a room.
pub(crate) fn follow(house: House, desk: Arc<RoomDesk>) {
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut known = false;
        let mut told = Told { day: None, minute: house.now() };
        while !house.is_stopping() {
            ticks.tick().await;
            if !known {
                known = expect_holders(&house, &desk).await;
            }
            report_time(&house, &desk, &mut told).await;
            report(&house, &desk).await;
            tell_rivals(&house, &desk).await;
        }
        report(&house, &desk).await;
    });
}

/// Whoever held a place when the server was started anew keeps it for the grace; false when the room could not be asked.
async fn expect_holders(house: &House, desk: &RoomDesk) -> bool {
    let holders = |room: &linger_room::Room| {
        let line = room.in_line().iter().map(|it| it.person);
        let invited = room.invited().map(|(person, _)| person);
        line.chain(invited).chain(room.on_stage().map(|(person, _)| person)).collect::<Vec<_>>()
    };
    match house.engine.look(&desk.room, holders).await {
        Ok(people) => {
            desk.gather.expect(people.unwrap_or_default());
            true
        }
        Err(_) => false,
    }
}

/// Tells the fan club of days as they begin, and of people who watch.
async fn report_time(house: &House, desk: &RoomDesk, told: &mut Told) {
    let (live, has_club, sprint) = desk.hub.club();
    desk.gather.sprint(sprint);
    let (now, day) = (house.now(), house.day());
    if has_club && told.day != Some(day) {
        let kept = house.engine.report(&desk.room, Report::DayBegan { day }).await.is_ok();
        told.day = kept.then_some(day);
    }
    if now.since(told.minute) < MINUTE_MS {
        return;
    }
    told.minute = now;
    let watched = desk.gather.minute(live);
    for people in watched.chunks(MOVES_MAX).filter(|_| has_club) {
        let report = Report::Watched { day, people: people.to_vec() };
        if let Err(refused) = house.engine.report(&desk.room, report).await {
            tracing::warn!(room = %desk.room, %refused, "who watched was not told");
        }
    }
}

async fn report(house: &House, desk: &RoomDesk) {
    for report in desk.gather.take(house.config.grace) {
        // A presence report that is lost leaves a wrong count: it is told again until it is taken.
        let must = matches!(report, Report::PeopleMoved { .. } | Report::PeopleGone { .. });
        loop {
            match house.engine.report(&desk.room, report.clone()).await {
                Err(linger_engine::Refused::Busy { retry_ms }) if must => {
                    tokio::time::sleep(Duration::from_millis(retry_ms)).await;
                }
                Err(linger_engine::Refused::NotKept { .. }) if must && !house.is_stopping() => {
                    tokio::time::sleep(TICK).await;
                }
                Err(refused) => {
                    tracing::warn!(room = %desk.room, %refused, "gathered figures were dropped");
                    break;
                }
                Ok(_) => break,
            }
        }
    }
}

/// Each room of a PK between two is told the other's points, until it has ended. A report that is lost is made up for by
/// the next one: points only grow.
async fn tell_rivals(house: &House, desk: &RoomDesk) {
    for (activity, rival) in desk.hub.rivals() {
        let Some(theirs) = house.desk(&rival).and_then(|it| it.hub.points_against(&desk.room)) else {
            continue;
        };
        if let Err(refused) =
            house.engine.report(&desk.room, Report::RivalScored { activity, points: theirs }).await
        {
            tracing::warn!(room = %desk.room, %refused, "the other room's points were dropped");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stay(n: u64) -> SessionId {
        SessionId(n)
    }

    #[test]
    fn a_stay_that_ends_within_one_tick_begins_before_it_ends() {
        let gather = Gather::default();
        gather.arrive(stay(1), PersonId(1), "direct", None);
        gather.leave(stay(1), PersonId(1), LeaveReason::Left);
        let reports = gather.take(Duration::ZERO);
        let [Report::PeopleMoved { arrived, left }, Report::PeopleGone { people }] = &reports[..] else {
            panic!("{reports:?}")
        };
        assert_eq!(people, &[PersonId(1)]);
        assert_eq!((arrived.len(), left.len()), (1, 1));
    }

    #[test]
    fn whose_likes_count_for_a_sprint_is_in_it_though_it_opened_after_they_liked() {
        let gather = Gather::default();
        gather.like(PersonId(1), 3);
        gather.sprint(Some(1));
        let joined = Report::SprintJoined { sprint: 1, people: vec![PersonId(1)] };
        assert_eq!(gather.take(Duration::MAX), vec![joined, Report::LikesCame { likes: 3, people: 1 }]);
        gather.like(PersonId(1), 2);
        assert_eq!(gather.take(Duration::MAX), vec![Report::LikesCame { likes: 2, people: 1 }]);
    }

    #[test]
    fn a_broken_connection_that_returns_in_time_is_the_same_stay() {
        let gather = Gather::default();
        gather.arrive(stay(1), PersonId(1), "direct", None);
        gather.take(Duration::MAX);
        gather.leave(stay(1), PersonId(1), LeaveReason::Lost);
        assert_eq!(gather.arrive(stay(2), PersonId(1), "direct", None), stay(1));
        assert_eq!(gather.take(Duration::MAX), vec![]);
    }

    #[test]
    fn a_broken_connection_that_stays_away_ends_when_the_grace_does() {
        let gather = Gather::default();
        gather.arrive(stay(1), PersonId(1), "direct", None);
        gather.leave(stay(1), PersonId(1), LeaveReason::Lost);
        gather.take(Duration::MAX);
        let reports = gather.take(Duration::ZERO);
        let departure = Departure { session: stay(1), reason: LeaveReason::Lost };
        let moved = Report::PeopleMoved { arrived: vec![], left: vec![departure] };
        assert_eq!(reports, vec![moved, Report::PeopleGone { people: vec![PersonId(1)] }]);
    }

    fn gone(reports: &[Report]) -> Vec<PersonId> {
        let people = reports.iter().filter_map(|report| match report {
            Report::PeopleGone { people } => Some(people.clone()),
            _ => None,
        });
        people.flatten().collect()
    }

    #[test]
    fn a_person_is_gone_when_the_last_of_their_stays_ends() {
        let gather = Gather::default();
        gather.arrive(stay(1), PersonId(1), "direct", None);
        gather.arrive(stay(2), PersonId(1), "direct", None);
        gather.leave(stay(1), PersonId(1), LeaveReason::Left);
        assert_eq!(gone(&gather.take(Duration::ZERO)), []);
        gather.leave(stay(2), PersonId(1), LeaveReason::Lost);
        assert_eq!(gone(&gather.take(Duration::MAX)), []);
        assert_eq!(gone(&gather.take(Duration::ZERO)), [PersonId(1)]);
        // Whoever is back before it is told was never gone.
        gather.arrive(stay(3), PersonId(1), "direct", None);
        gather.leave(stay(3), PersonId(1), LeaveReason::Left);
        gather.arrive(stay(4), PersonId(1), "direct", None);
        assert_eq!(gone(&gather.take(Duration::ZERO)), []);
    }

    #[test]
    fn who_held_a_place_before_a_restart_is_waited_for_as_after_a_broken_connection() {
        let gather = Gather::default();
        gather.arrive(stay(1), PersonId(1), "direct", None);
        gather.expect([PersonId(1), PersonId(2), PersonId(3)]);
        gather.arrive(stay(2), PersonId(2), "direct", None);
        assert_eq!(gone(&gather.take(Duration::MAX)), []);
        assert_eq!(gone(&gather.take(Duration::ZERO)), [PersonId(3)]);
        assert_eq!(gone(&gather.take(Duration::ZERO)), []);
    }

    #[test]
    fn a_flood_of_arrivals_is_told_in_pieces_without_losing_one() {
        let gather = Gather::default();
        for n in 0..5_001 {
            gather.arrive(stay(n), PersonId(n), "direct", None);
        }
        let told: usize = gather
            .take(Duration::MAX)
            .iter()
            .map(|report| match report {
                Report::PeopleMoved { arrived, .. } => arrived.len(),
                _ => 0,
            })
            .sum();
        assert_eq!(told, 5_001);
    }
}
