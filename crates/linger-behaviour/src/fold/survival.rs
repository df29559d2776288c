//! How long people stay, from facts that tell it or from coming and going. It does not know the estimate.

use super::{
    Ask, Target,
    cells::{Cells, Sum},
    sieve::{Sieve, Touch},
};
use crate::{
    Answer, Columns, Fold, Group, Head, NONE, Names, Need, Number, Run, Stays, Survival, Text, Wrong,
    answer::{CurvePoint, Stayed, StayedGroup},
};
use linger_stats::{AGE_S_MAX, Lifetimes};

/// Groups that a fold holds at most; each takes 24 bytes for every second of its longest stay, 2 MB for a day.
const GROUPS_HELD: usize = 100;
const CURVE_POINTS: usize = 400;
const LEAVE: u64 = 1;
const ENTER: u64 = 2;

pub(crate) struct SurvivalFold {
    question: Survival,
    sieve: Sieve,
    touch: Touch,
    told: bool,
    // The code of the outcome `left`.
    left: Option<u32>,
    cells: Cells<Row>,
}

#[derive(Debug, Default)]
struct Row {
    people: u64,
    // The last person counted, so that one with several stays counts once.
    last: Option<u64>,
    stays: Lifetimes,
}

impl Sum for Row {
    fn add(&mut self, other: Row) {
        self.people += other.people;
        self.stays += &other.stays;
    }
}

/// One stay: when it began and ended, and whether it ended by leaving.
struct Stay {
    began_ms: i64,
    ended_ms: i64,
    left: bool,
}

impl SurvivalFold {
    pub(crate) fn new(question: &Survival, names: &dyn Names) -> SurvivalFold {
        let parts = match &question.stays {
            Stays::Told { left } => vec![(0, left)],
            Stays::Seen { enter, leave } => vec![(0, leave), (1, enter)],
        };
        SurvivalFold {
            sieve: Sieve::new(&question.scope, parts, names),
            touch: Touch::new(question.breakdown.as_ref()),
            told: matches!(question.stays, Stays::Told { .. }),
            left: names.text_code(Text::Outcome, "left"),
            cells: Cells::new(GROUPS_HELD),
            question: question.clone(),
        }
    }

    /// Takes in a group as counted elsewhere: its people, and its stays by the ages in s at which observation began and
    /// ended, whether by leaving, and how many were so. None when one of them was never observed.
    pub(crate) fn take(&mut self, group: u32, people: u64, stays: &[(u32, u32, bool, u64)]) -> Option<()> {
        let Some(row) = self.cells.at(group, 0) else { return Some(()) };
        row.people += people;
        stays.iter().try_for_each(|(entered_s, end_s, left, count)| {
            let counted = match left {
                true => row.stays.left(*entered_s, *end_s, *count),
                false => row.stays.censored(*entered_s, *end_s, *count),
            };
            counted.ok()
        })
    }

    fn told(&mut self, run: &Run<'_>, person: Option<u32>) {
        for at in self.sieve.range(run) {
            if self.sieve.bits(run, at) & LEAVE == 0 {
                continue;
            }
            let duration_ms = run.numbers[Number::DurationMs.index()][at];
            if duration_ms == NONE || duration_ms < 0 {
                continue;
            }
            let ended_ms = run.at_ms[at];
            let left = self.left == Some(run.texts[Text::Outcome.index()][at]);
            let stay = Stay { began_ms: ended_ms.saturating_sub(duration_ms), ended_ms, left };
            self.count(run, person, at, &stay);
        }
    }

    fn seen(&mut self, run: &Run<'_>, person: Option<u32>) {
        let to = run.at_ms.partition_point(|at| *at < self.question.scope.to_ms);
        let mut inside: Option<usize> = None;
        for at in 0..to {
            let bits = self.sieve.bits(run, at);
            if bits & LEAVE != 0
                && let Some(entered) = inside.take()
            {
                let stay = Stay { began_ms: run.at_ms[entered], ended_ms: run.at_ms[at], left: true };
                self.count(run, person, entered, &stay);
            }
            if bits & ENTER != 0 && inside.is_none() {
                inside = Some(at);
            }
        }
        if let Some(entered) = inside {
            let ended_ms = self.question.scope.to_ms;
            self.count(run, person, entered, &Stay { began_ms: run.at_ms[entered], ended_ms, left: false });
        }
    }

    /// Counts a stay; `at` is the fact whose group it belongs to.
    fn count(&mut self, run: &Run<'_>, person: Option<u32>, at: usize, stay: &Stay) {
        let from_ms = self.question.scope.from_ms;
        if stay.ended_ms < from_ms {
            return;
        }
        let seconds = |ms: i64| u32::try_from(ms / 1000).unwrap_or(u32::MAX);
        let entered_s = seconds((from_ms - stay.began_ms).max(0));
        let end_s = seconds(stay.ended_ms - stay.began_ms);
        // One that ended in the second in which observation began was never at risk: it is not counted, nor is its group.
        if entered_s > 0 && entered_s >= end_s.min(AGE_S_MAX) {
            return;
        }
        let group = self.touch.fact(person, run, at);
        self.cells.both(group, 0, |row| {
            let counted = match stay.left {
                true => row.stays.left(entered_s, end_s, 1),
                false => row.stays.censored(entered_s, end_s, 1),
            };
            if counted.is_ok() && row.last != Some(run.person.0) {
                row.people += 1;
                row.last = Some(run.person.0);
            }
        });
    }

    fn shown(&self, group: Group, row: Row) -> StayedGroup {
        let curve = row.stays.kaplan_meier().ok();
        if group.hidden {
            return StayedGroup { group, ..StayedGroup::default() };
        }
        let mean = curve.as_ref().and_then(|it| it.restricted_mean_s(self.question.horizon_s).ok());
        let points = curve.as_ref().map_or(&[][..], |it| it.points());
        let last = points.len().saturating_sub(1);
        let shown = points.len().min(CURVE_POINTS);
        let place = |nth: usize| if shown > 1 { nth * last / (shown - 1) } else { last };
        let curve_points = (0..shown).map(|nth| &points[place(nth)]).map(|it| CurvePoint {
            age_s: it.age_s,
            share: it.survival,
            low: it.ci95.low,
            high: it.ci95.high,
            at_risk: it.at_risk,
        });
        StayedGroup {
            group,
            people: Some(row.people),
            stays: Some(row.stays.stays()),
            ended: Some(row.stays.ended()),
            median_s: curve.as_ref().and_then(|it| it.median_s()),
            mean_s: mean.map(|it| it.mean_s),
            mean_error_s: mean.map(|it| it.standard_error_s),
            curve: curve_points.collect(),
        }
    }
}

impl Fold for SurvivalFold {
    fn columns(&self) -> Columns {
        let columns = self.touch.columns(self.sieve.columns());
        if self.told { columns.with(Text::Outcome).with_number(Number::DurationMs) } else { columns }
    }

    fn head(&mut self, head: &Head<'_>) -> Need {
        let scope = &self.question.scope;
        let (bit, began_before) = if self.told { (LEAVE, false) } else { (ENTER, true) };
        let outside = head.first_ms >= scope.to_ms || (!began_before && head.last_ms < scope.from_ms);
        if outside || self.sieve.head_names(bit) & head.names == 0 { Need::Nothing } else { Need::Run }
    }

    fn run(&mut self, run: &Run<'_>) {
        let person = self.touch.person(&self.sieve, run, self.sieve.range(run));
        if self.told { self.told(run, person) } else { self.seen(run, person) }
    }

    fn merge(&mut self, other: SurvivalFold) {
        self.cells.add(other.cells);
    }
}

impl Ask for SurvivalFold {
    fn clear(&mut self) {
        self.cells.clear();
    }

    fn holds(&self, target: &Target) -> bool {
        target.group.and_then(|group| self.cells.get(group, 0)).is_some_and(|row| row.people > 0)
    }

    fn finish(mut self, names: &dyn Names) -> Result<Answer, Wrong> {
        let min_people = self.question.scope.min_people;
        let cells = std::mem::replace(&mut self.cells, Cells::new(0));
        let groups = cells.ranked(self.question.breakdown.as_ref(), names, min_people, |row| row.people)?;
        let groups = groups
            .into_iter()
            .map(|(group, mut rows)| self.shown(group, rows.remove(&0).unwrap_or_default()));
        Ok(Answer::Survival(Stayed { groups: groups.collect() }))
    }
}
