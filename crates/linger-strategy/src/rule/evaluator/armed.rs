//! One rule at work in one room: what it waits for with each of its subjects. It does not know what other rules do.

use crate::{
    UnansweredQuestion,
    experiment::{RoomDraw, Stretch, room_viewer},
    rule::{
        arms::{Falls, RoomRule},
        figures::View,
        metric::Metric,
        program::{Program, Read},
        spec::{Rule, Scope, askers},
    },
    unanswered::Watch,
};
use linger_protocol::{Millis, PersonId, RoomId};
use std::collections::BTreeMap;

/// Subjects of one rule that are followed.
const SUBJECTS_MAX: usize = 100_000;

/// Whom or what a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// There is only one.
    One,
    Source(u8),
    Viewer(PersonId),
}

#[derive(Clone, Debug)]
pub(crate) struct Armed {
    pub rule: Rule,
    pub version: u32,
    /// The draw of its experiment, and what the log calls it.
    draw: Option<(RoomDraw, u64)>,
    /// The stretch of the room that is on, where rooms are switched.
    stretch: Option<Stretch>,
    pub when: Program,
    pub until: Option<Program>,
    one: Subject,
    many: BTreeMap<Key, Subject>,
    /// The segment that `one` is about.
    segment: u32,
    pub watch: Option<Watch>,
}

/// How far a rule has come with one subject.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Subject {
    pub phase: Phase,
    pub cool_until: Option<Millis>,
    /// The second in which it is looked at again because time passes.
    pub look_at: Option<i64>,
    /// It was told that it waits for another rule.
    pub waits: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It waits for its condition.
    #[default]
    Ready,
    /// The condition has been true since then.
    Holding(Millis),
    /// It spoke, and waits until it is ready again.
    Spoke,
}

/// What a look led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Nothing,
    /// To be looked at again then.
    Again(Millis),
    /// The occasion is there.
    Occasion,
}

impl Armed {
    /// A rule that begins to work; from one that worked before it keeps its cool-downs and the questions it knows.
    pub fn new(
        room: &RoomId,
        (RoomRule { rule, draw }, version, mark): (RoomRule, u32, u64),
        before: Option<Armed>,
    ) -> Armed {
        let (when, until) = rule.programs();
        let draw = draw.map(|it| (it, mark));
        let (mut one, mut many, segment, watch) =
            before.map_or_else(Default::default, |it| (it.one, it.many, it.segment, it.watch));
        for subject in many.values_mut().chain([&mut one]) {
            *subject = Subject { cool_until: subject.cool_until, ..Subject::default() };
        }
        let settings =
            askers(&rule.when()).filter(|_| rule.scope == Scope::Question).map(|people| UnansweredQuestion {
                people,
                window_s: rule.window_s,
                hold_out_share: rule.hold_out,
                phase: rule.phase,
            });
        let watch = settings.map(|settings| {
            let mut watch = watch.unwrap_or_else(|| Watch::new(&rule.code, room, settings));
            watch.set(settings);
            watch
        });
        Armed { rule, version, draw, stretch: None, when, until, one, many, segment, watch }
    }

    /// Whether the same version goes on with the same arms, and only who is left alone by everything is another one: then it
    /// minds that from now on, and nothing that it waits for begins anew.
    pub fn goes_on(&mut self, placed: &RoomRule, version: u32, mark: u64) -> bool {
        let same = |(ours, _): &(RoomDraw, u64)| {
            placed.draw.as_ref().is_some_and(|it| it.draw == ours.draw && it.draw.runs())
        };
        let goes_on =
            self.version == version && self.rule == placed.rule && self.draw.as_ref().is_some_and(same);
        if goes_on {
            self.draw = placed.draw.clone().map(|it| (it, mark));
        }
        goes_on
    }

    /// Into which arm an occasion falls.
    pub fn falls(&mut self, room: &RoomId, host: &str, key: Key, at: Millis) -> Falls {
        let viewer = match key {
            Key::Viewer(person) => Some(room_viewer(person)),
            Key::One | Key::Source(_) => None,
        };
        self.rule.falls(self.draw.as_ref(), (room, host, viewer.as_deref()), at, &mut self.stretch)
    }

    pub fn hold_ms(&self) -> u64 {
        u64::from(self.rule.hold_s) * 1_000
    }

    pub fn cool_down_ms(&self) -> u64 {
        u64::from(self.rule.cool_down_s) * 1_000
    }

    /// When it acts, and when it is ready again.
    pub fn programs(&self) -> impl Iterator<Item = &Program> {
        [&self.when].into_iter().chain(&self.until)
    }

    pub fn ticks(&self) -> bool {
        self.programs().any(Program::ticks)
    }

    /// Its figures are about another segment now: what was true of the one before counts no more.
    pub fn turn_to(&mut self, segment: u32) {
        if self.segment != segment {
            self.segment = segment;
            self.one = Subject { cool_until: self.one.cool_until, ..Subject::default() };
        }
    }

    /// Until when it cools down that speaks now.
    pub fn cools_until(&self, now: Millis) -> Millis {
        second_from(now.plus(self.cool_down_ms()))
    }

    /// An occasion is nobody's: the rule waits for its condition.
    pub fn let_go(&mut self, key: Key) {
        if let Some(subject) = self.subject(key) {
            (subject.phase, subject.waits) = (Phase::Ready, false);
        }
    }

    /// Whether something is remembered of a viewer.
    pub fn knows(&self, key: Key) -> bool {
        !self.many.is_empty() && self.many.contains_key(&key)
    }

    /// How far it is with its one subject.
    pub fn phase(&self) -> Phase {
        self.one.phase
    }

    /// Another show: nothing of the one before counts but the room's own cool-down.
    pub fn begin_show(&mut self) {
        self.many.clear();
        self.one = Subject { cool_until: self.one.cool_until, ..Subject::default() };
    }

    /// The subject; `None` when there are too many.
    pub fn subject(&mut self, key: Key) -> Option<&mut Subject> {
        find(&mut self.one, &mut self.many, key)
    }

    /// Looks whether the occasion is there; `enough` says whether there are people enough.
    pub fn look(&mut self, key: Key, now: Millis, enough: bool, figures: &impl Read) -> Look {
        let hold_ms = self.hold_ms();
        let Armed { when, until, one, many, .. } = self;
        let Some(subject) = find(one, many, key) else { return Look::Nothing };
        subject.look(now, enough, hold_ms, (when, until.as_ref()), figures)
    }
}

fn find<'a>(one: &'a mut Subject, many: &'a mut BTreeMap<Key, Subject>, key: Key) -> Option<&'a mut Subject> {
    if key == Key::One {
        return Some(one);
    }
    if many.len() >= SUBJECTS_MAX && !many.contains_key(&key) {
        return None;
    }
    Some(many.entry(key).or_default())
}

/// The first second that does not begin before: what waits for time to pass is over when a second begins, whatever happens
/// within the one before.
fn second_from(at: Millis) -> Millis {
    Millis(at.0.saturating_add(999).div_euclid(1_000) * 1_000)
}

impl Subject {
    fn look(
        &mut self,
        now: Millis,
        enough: bool,
        hold_ms: u64,
        (when, until): (&Program, Option<&Program>),
        figures: &impl Read,
    ) -> Look {
        match self.phase {
            Phase::Spoke => {
                let is_ready = until.map_or_else(|| !when.is_met(figures), |it| it.is_met(figures));
                if is_ready {
                    self.phase = Phase::Ready;
                    // Looked at again at once: with an `until` of its own, `when` may still be true.
                    return self.look(now, enough, hold_ms, (when, until), figures);
                }
                Look::Nothing
            }
            Phase::Ready => match self.cool_until.filter(|it| now < *it) {
                Some(until) => Look::Again(until),
                None if !enough || !when.is_met(figures) => Look::Nothing,
                None if hold_ms == 0 => {
                    self.phase = Phase::Holding(now);
                    Look::Occasion
                }
                None => {
                    self.phase = Phase::Holding(now);
                    Look::Again(second_from(now.plus(hold_ms)))
                }
            },
            Phase::Holding(_) if !enough || !when.is_met(figures) => {
                (self.phase, self.waits) = (Phase::Ready, false);
                Look::Nothing
            }
            Phase::Holding(since) => match second_from(since.plus(hold_ms)) {
                over if over <= now => Look::Occasion,
                // A look for another reason came before the time is over.
                over => Look::Again(over),
            },
        }
    }
}

/// The next second in which a rule is to be looked at because time passes, if there is one.
pub(crate) fn next_second(armed: &Armed, view: &View<'_>, at: Millis, again: Option<Millis>) -> Option<i64> {
    let thresholds = armed.programs().flat_map(|it| &it.thresholds);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a day")]
    let meets = |(metric, value): &(Metric, f64)| {
        let ms = (value.clamp(0.0, 1e8) * 1_000.0).ceil() as u64;
        let base = view.figures.base(*metric, view.whom, view.who.as_ref())?;
        Some(base.plus(ms)).filter(|it| *it >= at)
    };
    let next = thresholds.filter_map(meets).chain(again).min()?;
    Some((second_from(next).0 / 1_000).max(view.figures.second + 1))
}
