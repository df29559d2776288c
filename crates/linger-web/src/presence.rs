//! What is too small and too frequent to be asked of a room one by one: arrivals and departures, likes, looks at
//! cards, quality. Gathered here and reported once a tick. It does not know sockets.

mod lasting;

use crate::{
    house::{House, RoomDesk},
    wire::QualityTold,
};
use lasting::{Sprinters, Watching};
use linger_protocol::{
    Arrival, CardTouch, Departure, ItemId, LeaveReason, Millis, PersonId, Quality, Report, SessionId, Watch,
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

/// How often what was gathered is reported.
const TICK: Duration = Duration::from_millis(500);
/// Arrivals or departures in one report, so that an event stays small.
const MOVES_MAX: usize = 2_000;
/// How often it is looked who is still here.
const MINUTE_MS: u64 = 60_000;
/// Likes one person can give in one message.
pub(crate) const LIKES_MAX: u32 = 50;
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
    likes: u32,
    likers: HashSet<PersonId>,
    touches: BTreeMap<ItemId, (u32, u32)>,
    quality: Quality,
    told_quality: HashSet<PersonId>,
    watching: Watching,
    sprinters: Sprinters,
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
        if let Some(broken) = state.broken.get_mut(&person) {
            let back = broken.pop();
            if broken.is_empty() {
                state.broken.remove(&person);
            }
            if let Some((session, _)) = back {
                return session;
            }
        }
        state.watching.come(person);
        state.arrived.push(Arrival { session, person, source: source.to_owned(), brought_by });
        session
    }

    /// Somebody's socket is gone. One that broke may come back until the grace ends.
    pub(crate) fn leave(&self, session: SessionId, person: PersonId, reason: LeaveReason) {
        let mut state = self.state();
        if reason == LeaveReason::Lost {
            state.broken.entry(person).or_default().push((session, Instant::now()));
        } else {
            state.watching.go(person);
            state.left.push(Departure { session, reason });
        }
    }

    pub(crate) fn like(&self, person: PersonId, likes: u32) {
        let mut state = self.state();
        state.likes = state.likes.saturating_add(likes.min(LIKES_MAX));
        state.likers.insert(person);
        state.sprinters.like(person);
    }

    pub(crate) fn touch(&self, item: ItemId, seen: u32, clicked: u32) {
        let mut state = self.state();
        if state.touches.len() < CARDS_MAX || state.touches.contains_key(&item) {
            let touch = state.touches.entry(item).or_default();
            touch.0 = touch.0.saturating_add(seen);
            touch.1 = touch.1.saturating_add(clicked);
        }
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
        state.broken.retain(|person, stays| {
            stays.retain(|(session, since)| {
                let over = since.elapsed() >= grace;
                if over {
                    state.watching.go(*person);
                    ended.push(Departure { session: *session, reason: LeaveReason::Lost });
                }
                !over
            });
            !stays.is_empty()
        });
        state.left.extend(ended);
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
        if let Some((sprint, people)) = state.sprinters.take() {
            reports.push(Report::SprintJoined { sprint, people });
        }
        if state.likes > 0 {
            let people = u32::try_from(state.likers.len()).unwrap_or(u32::MAX);
            reports.push(Report::LikesCame { likes: state.likes, people });
            state.likes = 0;
            state.likers.clear();
        }
        if !state.touches.is_empty() {
            let touches = std::mem::take(&mut state.touches).into_iter();
            let touches = touches.map(|(item, (seen, clicked))| CardTouch { item, seen, clicked }).collect();
            reports.push(Report::CardsTouched { touches });
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
        let mut told = Told { day: None, minute: house.now() };
        while !house.is_stopping() {
            ticks.tick().await;
            report_time(&house, &desk, &mut told).await;
            report(&house, &desk).await;
        }
        report(&house, &desk).await;
    });
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
        let must = matches!(report, Report::PeopleMoved { .. });
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
        let [Report::PeopleMoved { arrived, left }] = &reports[..] else { panic!("{reports:?}") };
        assert_eq!((arrived.len(), left.len()), (1, 1));
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
        assert_eq!(reports, vec![Report::PeopleMoved { arrived: vec![], left: vec![departure] }]);
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
