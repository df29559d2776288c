//! The figures of a room, folded from its log entry by entry and second by second. It does not know which rules read them.
//!
//! What is counted is kept as sums that only grow, with their value at the end of each of the last seconds: a window costs
//! one subtraction, whatever its length, and nothing is ever scanned.

mod crowd;
mod shelf;
mod show;
mod take;

pub(crate) use crowd::Crowd;
pub(crate) use shelf::Shelf;
pub(crate) use show::Show;

use super::{metric::Metric, program::Read, spec::Cohort, window::Series};
use linger_protocol::{ItemId, Millis, PersonId, QuestionId, SessionId};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Sources that are told apart; people from any further one belong to none.
pub(crate) const SOURCES_MAX: usize = 24;
/// People and stays that are told apart.
const PEOPLE_MAX: usize = 1_000_000;
/// Open questions that are followed; of more, the oldest is forgotten.
const QUESTIONS_MAX: usize = 1_000;
/// Seconds of the show before a window that make something usual.
const USUAL_S: i64 = 300;
/// Seconds of a segment whose course is remembered.
const COURSE_S: usize = 1_800;
/// Segments of a show that make a usual course.
const COURSES_MIN: u32 = 2;

/// What of the figures some rule reads: the rest is not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wants {
    pub sources: bool,
    pub cohorts: bool,
    pub viewers: bool,
}

/// The figures of one room.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    pub now: Millis,
    pub second: i64,
    pub show: Show,
    pub room: Crowd,
    pub sources: Vec<Source>,
    codes: BTreeMap<Box<str>, u8>,
    cohorts: [Crowd; Cohort::ALL.len()],
    wants: Wants,
    likes: Series,
    clicks: Series,
    stalled_ms: Series,
    watched_ms: Series,
    stays: FxHashMap<SessionId, (PersonId, u8)>,
    people: FxHashMap<PersonId, Person>,
    questions: BTreeMap<QuestionId, Millis>,
    pub shelf: Shelf,
    pub segment: Option<Segment>,
    segments: u32,
    usual_course: Vec<(f64, u32)>,
    climaxes: Vec<bool>,
    host_at: Option<Millis>,
    climax_at: Option<Millis>,
}

/// People from one source.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub name: Box<str>,
    /// When somebody first came from it in this show.
    first_at: Option<Millis>,
    crowd: Crowd,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    /// The show they were first here in.
    first_show: Millis,
    /// Stays that run, and since when the first of them does.
    stays: u32,
    since: Millis,
    follows: bool,
    /// The show that the counts are of.
    show: Millis,
    comments: u32,
    orders: u32,
    /// Where they came from last.
    source: u8,
}

/// From one change of the card to the next.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub number: u32,
    pub item: ItemId,
    from: Millis,
    here: u32,
    joins: u64,
    person_ms: u64,
    /// How long people were in it on average, at the end of each of its seconds.
    course: Vec<f64>,
}

/// Whom a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Whom {
    Room,
    Source(u8),
    Cohort(Cohort),
    Viewer(PersonId),
}

/// What an entry changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Touched {
    pub metrics: u64,
    /// Viewers as they are now, and whether they came just now.
    pub people: Vec<(PersonId, Person, bool)>,
}

impl Figures {
    pub fn at(now: Millis) -> Figures {
        let second = now.0.div_euclid(1_000);
        let crowd = || Crowd::at(now, second, 0);
        Figures {
            now,
            second,
            show: Show::default(),
            room: crowd(),
            sources: vec![],
            codes: BTreeMap::new(),
            cohorts: [crowd(), crowd(), crowd(), crowd()],
            wants: Wants::default(),
            likes: Series::at(second),
            clicks: Series::at(second),
            stalled_ms: Series::at(second),
            watched_ms: Series::at(second),
            stays: FxHashMap::default(),
            people: FxHashMap::default(),
            questions: BTreeMap::new(),
            shelf: Shelf::default(),
            segment: None,
            segments: 0,
            usual_course: vec![],
            climaxes: vec![],
            host_at: None,
            climax_at: None,
        }
    }

    /// Another second begins.
    pub fn roll(&mut self, second: i64) {
        self.now = self.now.max(Millis(second * 1_000));
        self.second = second;
        let now = Millis(second * 1_000);
        self.room.roll(now, second);
        if self.wants.sources {
            self.sources.iter_mut().for_each(|it| it.crowd.roll(now, second));
        }
        if self.wants.cohorts {
            self.cohorts.iter_mut().for_each(|it| it.roll(now, second));
        }
        for series in [&mut self.likes, &mut self.clicks, &mut self.stalled_ms, &mut self.watched_ms] {
            series.roll(second);
        }
        let dwell = self.dwell();
        if let Some(segment) = &mut self.segment {
            // By its age, so that seconds in which nothing changes may be gone through at once.
            let age = usize::try_from(now.since(segment.from) / 1_000).unwrap_or(COURSE_S).min(COURSE_S);
            if age > segment.course.len() {
                segment.course.resize(age, dwell);
            }
        }
    }

    /// Whether nothing that changes with the seconds changes any more: nobody is here, and every window is empty.
    pub fn is_quiet(&self) -> bool {
        self.room.here == 0
            && self.room.is_quiet()
            && [&self.likes, &self.clicks, &self.stalled_ms, &self.watched_ms]
                .into_iter()
                .all(|it| it.within(super::window::WINDOW_MAX_S) == 0)
    }

    /// From here on these are wanted too. What was not kept before begins with who is here.
    pub fn want(&mut self, wants: Wants) {
        let more = Wants {
            sources: self.wants.sources || wants.sources,
            cohorts: self.wants.cohorts || wants.cohorts,
            viewers: self.wants.viewers || wants.viewers,
        };
        if more != self.wants {
            let before = std::mem::replace(&mut self.wants, more);
            self.recount(before.sources, before.cohorts);
        }
    }

    /// Counts who is here by source and cohort anew; those that were kept before keep their past.
    fn recount(&mut self, keep_sources: bool, keep_cohorts: bool) {
        let (now, second) = (self.now, self.second);
        let mut sources = vec![0_u32; self.sources.len()];
        let mut cohorts = [0_u32; Cohort::ALL.len()];
        for (person, source) in self.stays.values() {
            if let Some(count) = sources.get_mut(usize::from(*source)) {
                *count += 1;
            }
            let who = self.people.get(person).copied();
            for (count, cohort) in cohorts.iter_mut().zip(Cohort::ALL) {
                *count += u32::from(who.is_some_and(|it| self.is_in(cohort, &it)));
            }
        }
        let set = |crowd: &mut Crowd, here: u32, keep: bool| {
            if keep {
                crowd.settle(now);
                crowd.here = here;
            } else {
                *crowd = Crowd::at(now, second, here);
            }
        };
        self.sources.iter_mut().zip(sources).for_each(|(it, here)| set(&mut it.crowd, here, keep_sources));
        self.cohorts.iter_mut().zip(cohorts).for_each(|(it, here)| set(it, here, keep_cohorts));
    }

    fn is_in(&self, cohort: Cohort, person: &Person) -> bool {
        let show = self.show.began.unwrap_or_default();
        match cohort {
            Cohort::New => person.first_show >= show,
            Cohort::Returning => person.first_show < show,
            Cohort::Followers => person.follows,
            Cohort::Buyers => person.show == show && person.orders > 0,
        }
    }

    /// How many people a figure of them is about.
    pub fn people_in(&self, whom: Whom) -> u32 {
        self.crowd(whom).map_or(0, |it| it.here)
    }

    fn crowd(&self, whom: Whom) -> Option<&Crowd> {
        match whom {
            Whom::Room | Whom::Viewer(_) => Some(&self.room),
            Whom::Source(code) => self.sources.get(usize::from(code)).map(|it| &it.crowd),
            Whom::Cohort(cohort) => self.cohorts.get(cohort as usize),
        }
    }

    /// The viewers who are here, in the order of their numbers.
    pub fn viewers(&self) -> BTreeSet<PersonId> {
        self.people.iter().filter(|(_, it)| it.stays > 0).map(|(person, _)| *person).collect()
    }

    /// A viewer who is here.
    pub fn here(&self, person: PersonId) -> Option<Person> {
        self.people.get(&person).filter(|it| it.stays > 0).copied()
    }

    /// Since when a figure that grows with time grows.
    pub fn base(&self, metric: Metric, whom: Whom, who: Option<&Person>) -> Option<Millis> {
        match metric {
            Metric::SegmentS => self.segment.as_ref().map(|it| it.from),
            Metric::OldestQuestionS => self.questions.first_key_value().map(|(_, at)| *at),
            Metric::HostSilenceS => self.host_at.filter(|_| self.show.live),
            Metric::SinceClimaxS => self.climax_at.or(self.show.began).filter(|_| self.show.is_running()),
            Metric::ShowS => self.show.began,
            Metric::SourceAgeS => match whom {
                Whom::Source(code) => self.sources.get(usize::from(code))?.first_at,
                _ => None,
            },
            Metric::StayS => who.filter(|it| it.stays > 0).map(|it| it.since),
            _ => None,
        }
    }

    fn dwell(&self) -> f64 {
        let Some(segment) = &self.segment else { return f64::NAN };
        let people = u64::from(segment.here) + (self.room.joins.total() - segment.joins);
        let person_ms = self.room.person_ms(self.now).saturating_sub(segment.person_ms);
        if people == 0 { f64::NAN } else { ratio(person_ms, people) / 1_000.0 }
    }

    fn dwell_usual(&self) -> f64 {
        let age = self.segment.as_ref().and_then(|it| it.course.len().checked_sub(1));
        match age.and_then(|age| self.usual_course.get(age)) {
            Some((sum, courses)) if *courses >= COURSES_MIN => sum / f64::from(*courses),
            _ => f64::NAN,
        }
    }

    fn per_minute(&self, series: &Series, window_s: u32) -> f64 {
        if !self.show.is_running() {
            return f64::NAN;
        }
        ratio(series.within(window_s) * 60, u64::from(window_s))
    }

    fn usual_s(&self, window_s: u32) -> Option<u64> {
        let began_s = self.show.began?.0.div_euclid(1_000);
        let seconds = self.second - i64::from(window_s) - began_s;
        if seconds < USUAL_S { None } else { u64::try_from(seconds).ok() }
    }

    /// A figure of some people, over a window.
    pub fn value(&self, metric: Metric, whom: Whom, window_s: u32, who: Option<&Person>) -> f64 {
        let Some(crowd) = self.crowd(whom) else { return f64::NAN };
        match metric {
            Metric::Here => f64::from(crowd.here),
            Metric::Joins => whole(crowd.joins.within(window_s)),
            Metric::Leaves => whole(crowd.leaves.within(window_s)),
            Metric::LeaveHazard => {
                let person_ms = crowd.person_ms(self.now) - crowd.person_ms_series().before(window_s);
                ratio(crowd.leaves.within(window_s) * 60_000, person_ms)
            }
            Metric::LeaveHazardUsual => {
                self.usual_s(window_s).map_or(f64::NAN, |_| crowd.hazard_before(window_s))
            }
            Metric::CommentsPerMin => self.per_minute(&crowd.comments, window_s),
            Metric::CommentsPerMinUsual => self
                .usual_s(window_s)
                .map_or(f64::NAN, |seconds| ratio(crowd.comments_before(window_s) * 60, seconds)),
            Metric::OrdersPerMin => self.per_minute(&crowd.orders, window_s),
            Metric::LikesPerMin => self.per_minute(&self.likes, window_s),
            Metric::ClicksPerMin => self.per_minute(&self.clicks, window_s),
            // Nobody told of a stall: there was none.
            Metric::StallShare if self.watched_ms.within(window_s) == 0 => 0.0,
            Metric::StallShare => ratio(self.stalled_ms.within(window_s), self.watched_ms.within(window_s)),
            Metric::DwellS => self.dwell(),
            Metric::DwellUsualS => self.dwell_usual(),
            Metric::OpenQuestions => f64::from(u32::try_from(self.questions.len()).unwrap_or(u32::MAX)),
            Metric::StockLeft => self.pinned().map_or(f64::NAN, |it| f64::from(it.left())),
            Metric::StockShare => {
                self.pinned().map_or(f64::NAN, |it| ratio(it.left().into(), it.units.into()))
            }
            Metric::SegmentS
            | Metric::OldestQuestionS
            | Metric::HostSilenceS
            | Metric::SinceClimaxS
            | Metric::ShowS
            | Metric::SourceAgeS
            | Metric::StayS => {
                self.base(metric, whom, who).map_or(f64::NAN, |base| whole(self.now.since(base)) / 1_000.0)
            }
            Metric::ViewerComments => self.of_viewer(who, |it| it.comments),
            Metric::ViewerOrders => self.of_viewer(who, |it| it.orders),
            // Counted where questions are followed.
            Metric::Askers => f64::NAN,
        }
    }

    fn of_viewer(&self, who: Option<&Person>, count: impl Fn(&Person) -> u32) -> f64 {
        let Some(who) = who else { return f64::NAN };
        if who.show == self.show.began.unwrap_or_default() { f64::from(count(who)) } else { 0.0 }
    }

    fn pinned(&self) -> Option<&shelf::Line> {
        self.shelf.line(self.segment.as_ref()?.item).filter(|it| it.stocked)
    }
}

/// The figures of some people, over one window.
pub(crate) struct View<'a> {
    pub figures: &'a Figures,
    pub whom: Whom,
    pub window_s: u32,
    /// The viewer, where it is one who is here.
    pub who: Option<Person>,
}

impl<'a> View<'a> {
    pub fn of(figures: &'a Figures, whom: Whom, window_s: u32) -> View<'a> {
        let who = match whom {
            Whom::Viewer(person) => figures.here(person),
            _ => None,
        };
        View { figures, whom, window_s, who }
    }
}

impl Read for View<'_> {
    fn value(&self, metric: Metric) -> f64 {
        self.figures.value(metric, self.whom, self.window_s, self.who.as_ref())
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a show are far below 2^52")]
fn whole(count: u64) -> f64 {
    count as f64
}

/// A share; unknown when it is one of nothing.
fn ratio(part: u64, of: u64) -> f64 {
    if of == 0 { f64::NAN } else { whole(part) / whole(of) }
}
