//! Retention in one pass. It does not know where runs come from.

use super::{
    Ask, Target,
    cells::{Cells, EVERYBODY, Sum},
    days::Days,
    sieve::{Sieve, Touch},
};
use crate::{
    Answer, Clock, Cohort, Columns, Count, Fold, Head, NO_TEXT, Names, Need, Retention, Run, Start, Wrong,
    answer::{Back, CohortRow, Retained, RetainedGroup},
    calendar::Calendar,
};

const START: u64 = 1;
const BACK: u64 = 2;
/// Rows times brackets that a fold holds at most: 64 MB.
const FIGURES_MAX: usize = 8_000_000;
const COHORTS_SHOWN: usize = 200;

pub(crate) struct RetentionFold {
    question: Retention,
    sieve: Sieve,
    calendar: Calendar,
    edges: Box<[u32]>,
    touch: Touch,
    days: Option<Days>,
    cells: Cells<Row>,
    // Reused from person to person.
    returns: Vec<i64>,
    periods: Vec<u32>,
}

#[derive(Debug, Default)]
struct Row {
    people: u64,
    last_ms: i64,
    back: Vec<u64>,
}

impl Sum for Row {
    fn add(&mut self, other: Row) {
        self.people += other.people;
        self.last_ms = self.last_ms.max(other.last_ms);
        self.back.resize(self.back.len().max(other.back.len()), 0);
        self.back.iter_mut().zip(other.back).for_each(|(mine, theirs)| *mine += theirs);
    }
}

impl RetentionFold {
    pub(crate) fn new(question: &Retention, names: &dyn Names, store_zone: &str) -> RetentionFold {
        let scope = &question.scope;
        let sieve = Sieve::new(scope, [(0, &question.start), (1, &question.back)], names);
        let calendar = Calendar::new(question.period, &scope.zone, scope.from_ms, scope.to_ms);
        let by_days = question.start.is_any()
            && question.back.is_any()
            && question.breakdown.is_none()
            && question.cohort == Cohort::Period
            && question.clock == Clock::Calendar;
        let days =
            Days::new(scope, scope.from_ms, &calendar, question.period, store_zone).filter(|_| by_days);
        let edges: Box<[u32]> = question.brackets.edges().into();
        RetentionFold {
            sieve,
            calendar,
            touch: Touch::new(question.breakdown.as_ref()),
            days,
            cells: Cells::new(FIGURES_MAX / (edges.len() + 2)),
            edges,
            question: question.clone(),
            returns: vec![],
            periods: vec![],
        }
    }

    fn brackets(&self) -> usize {
        self.edges.len() - 1
    }

    /// Where a bracket's edge lies for an anchor.
    #[inline]
    fn edge(&self, edge: usize, anchor_ms: i64, period: usize) -> i64 {
        let distance = self.edges[edge];
        match self.question.clock {
            Clock::Rolling => anchor_ms + i64::from(distance) * self.question.period.rolling_ms(),
            Clock::Calendar => match period + distance as usize {
                known if known <= self.calendar.len() => self.calendar.begin(known),
                // No fact of the range lies so late.
                _ => i64::MAX,
            },
        }
    }

    /// Counts one anchor: the facts of `at` from it on.
    fn count_first(&mut self, run: &Run<'_>, anchor: usize, to: usize, group: Option<u32>) {
        let anchor_ms = run.at_ms[anchor];
        let period = self.calendar.index(anchor_ms);
        let row = self.row(run, anchor, period);
        // Facts of the anchor's own time that arrived before it count as returns too.
        let from = run.at_ms[..anchor].iter().rposition(|at| *at < anchor_ms).map_or(0, |at| at + 1);
        self.enter(group, row, anchor_ms);
        if self.question.count == Count::OnOrAfter {
            let last = (from..to).rev().find(|at| self.sieve.bits(run, *at) & BACK != 0);
            if let Some(last) = last {
                self.count_until(group, row, anchor_ms, period, run.at_ms[last]);
            }
            return;
        }
        let (mut bracket, brackets) = (0, self.brackets());
        let mut begins = self.edge(0, anchor_ms, period);
        for at in from..to {
            let at_ms = run.at_ms[at];
            if at_ms < begins || self.sieve.bits(run, at) & BACK == 0 {
                continue;
            }
            while bracket < brackets && at_ms >= self.edge(bracket + 1, anchor_ms, period) {
                bracket += 1;
            }
            if bracket == brackets {
                return;
            }
            begins = self.edge(bracket, anchor_ms, period);
            if at_ms >= begins {
                self.cells.both(group, row, |it| it.back[bracket] += 1);
                bracket += 1;
                if bracket == brackets {
                    return;
                }
                begins = self.edge(bracket, anchor_ms, period);
            }
        }
    }

    fn count_until(&mut self, group: Option<u32>, row: u32, anchor_ms: i64, period: usize, last_ms: i64) {
        let reached =
            (0..self.brackets()).take_while(|it| self.edge(*it, anchor_ms, period) <= last_ms).count();
        self.cells.both(group, row, |it| it.back[..reached].iter_mut().for_each(|it| *it += 1));
    }

    /// Counts an anchor whose returns have been gathered; several anchors share them.
    fn count_gathered(&mut self, group: Option<u32>, row: u32, anchor_ms: i64, period: usize) {
        self.enter(group, row, anchor_ms);
        let first = self.returns.partition_point(|it| *it < anchor_ms);
        if self.question.count == Count::OnOrAfter {
            if let Some(last) = self.returns[first..].last() {
                self.count_until(group, row, anchor_ms, period, *last);
            }
            return;
        }
        let mut next = first;
        for bracket in 0..self.brackets() {
            let begins = self.edge(bracket, anchor_ms, period);
            next += self.returns[next..].partition_point(|it| *it < begins);
            let Some(at_ms) = self.returns.get(next) else { return };
            if *at_ms < self.edge(bracket + 1, anchor_ms, period) {
                self.cells.both(group, row, |it| it.back[bracket] += 1);
            }
        }
    }

    fn recurring(&mut self, run: &Run<'_>, range: std::ops::Range<usize>, person: Option<u32>) {
        self.returns.clear();
        for at in range.clone() {
            if self.sieve.bits(run, at) & BACK != 0 {
                self.returns.push(run.at_ms[at]);
            }
        }
        let mut next_ms = i64::MIN;
        for at in range {
            let at_ms = run.at_ms[at];
            if at_ms >= next_ms && self.sieve.bits(run, at) & START != 0 {
                let period = self.calendar.index(at_ms);
                next_ms = self.calendar.end(period);
                let group = self.touch.fact(person, run, at);
                self.count_gathered(group, period as u32, at_ms, period);
            }
        }
    }

    fn row(&self, run: &Run<'_>, anchor: usize, period: usize) -> u32 {
        match self.question.cohort {
            Cohort::Period => period as u32,
            Cohort::Text(text) => run.texts[text.index()][anchor],
        }
    }

    #[inline]
    fn enter(&mut self, group: Option<u32>, row: u32, anchor_ms: i64) {
        let brackets = self.brackets();
        self.cells.both(group, row, |it| {
            it.people += 1;
            it.last_ms = it.last_ms.max(anchor_ms);
            it.back.resize(brackets, 0);
        });
    }

    /// Counts a person by the periods in which they did anything.
    fn count_periods(&mut self) {
        let anchors = if self.question.starts == Start::Recurring { self.periods.len() } else { 1 };
        for anchor in 0..anchors.min(self.periods.len()) {
            let period = self.periods[anchor];
            let brackets = self.edges.len() - 1;
            let Some(row) = self.cells.at(EVERYBODY, period) else { return };
            row.people += 1;
            row.last_ms = row.last_ms.max(self.calendar.begin(period as usize));
            row.back.resize(brackets, 0);
            let last = self.periods[self.periods.len() - 1] - period;
            if self.question.count == Count::OnOrAfter {
                let reached = self.edges[..brackets].partition_point(|edge| *edge <= last);
                row.back[..reached].iter_mut().for_each(|it| *it += 1);
                continue;
            }
            let mut bracket = 0;
            for active in &self.periods[anchor..] {
                let distance = active - period;
                while bracket < brackets && distance >= self.edges[bracket + 1] {
                    bracket += 1;
                }
                if bracket == brackets {
                    break;
                }
                if distance >= self.edges[bracket] {
                    row.back[bracket] += 1;
                    bracket += 1;
                    if bracket == brackets {
                        break;
                    }
                }
            }
        }
    }

    fn unfinished(&self, row: &Row, bracket: usize, cohort: Option<usize>) -> bool {
        let to_ms = self.question.scope.to_ms;
        let joins = cohort.is_some_and(|it| self.calendar.end(it) > to_ms);
        let period = cohort.or_else(|| (row.people > 0).then(|| self.calendar.index(row.last_ms)));
        let until = self.edges[bracket + 1];
        joins
            || match (self.question.clock, period) {
                (_, None) => false,
                (Clock::Calendar, Some(period)) => self.calendar.end(period + until as usize - 1) > to_ms,
                (Clock::Rolling, Some(_)) => {
                    row.people > 0
                        && row.last_ms + i64::from(until) * self.question.period.rolling_ms() > to_ms
                }
            }
    }

    /// Whether nobody of a cohort can have come to a bracket yet.
    fn not_begun(&self, bracket: usize, cohort: Option<usize>) -> bool {
        let Some(cohort) = cohort else { return false };
        let from = self.edges[bracket];
        let begins = match self.question.clock {
            Clock::Calendar if from == 0 => self.calendar.begin(cohort),
            Clock::Calendar => self.calendar.end(cohort + from as usize - 1),
            Clock::Rolling => {
                self.calendar.begin(cohort) + i64::from(from) * self.question.period.rolling_ms()
            }
        };
        begins >= self.question.scope.to_ms
    }

    fn shown(&self, label: String, row: &Row, cohort: Option<usize>, hide: bool) -> CohortRow {
        let scope = &self.question.scope;
        let hidden = (hide && row.people > 0) || (1..u64::from(scope.min_people)).contains(&row.people);
        let cell = |bracket: usize| Back {
            people: (!hidden && !self.not_begun(bracket, cohort))
                .then(|| row.back.get(bracket).copied().unwrap_or(0)),
            unfinished: self.unfinished(row, bracket, cohort),
        };
        CohortRow {
            cohort: label,
            people: (!hidden).then_some(row.people),
            unfinished: cohort.is_some_and(|it| self.calendar.end(it) > scope.to_ms),
            hidden,
            cells: (0..self.brackets()).map(cell).collect(),
        }
    }
}

impl Fold for RetentionFold {
    fn columns(&self) -> Columns {
        let columns = self.touch.columns(self.sieve.columns());
        match self.question.cohort {
            Cohort::Text(text) => columns.with(text),
            Cohort::Period => columns,
        }
    }

    fn head(&mut self, head: &Head<'_>) -> Need {
        let scope = &self.question.scope;
        if head.last_ms < scope.from_ms || head.first_ms >= scope.to_ms {
            return Need::Nothing;
        }
        if self.sieve.head_names(START) & head.names == 0 {
            return Need::Nothing;
        }
        let Some(days) = self.days.as_ref().filter(|it| it.tell(head)) else { return Need::Run };
        if self.question.starts == Start::FirstEver && head.first_ms < scope.from_ms {
            return Need::Nothing;
        }
        let mut periods = std::mem::take(&mut self.periods);
        periods.clear();
        days.each(head, |period| {
            if periods.last() != Some(&period) {
                periods.push(period);
            }
        });
        self.periods = periods;
        self.count_periods();
        Need::Nothing
    }

    fn run(&mut self, run: &Run<'_>) {
        let range = self.sieve.range(run);
        if range.is_empty() {
            return;
        }
        let person = self.touch.person(&self.sieve, run, range.clone());
        if self.question.starts == Start::Recurring {
            return self.recurring(run, range, person);
        }
        let before = 0..range.start;
        let started = |at: &usize| self.sieve.bits(run, *at) & START != 0;
        if self.question.starts == Start::FirstEver && before.into_iter().any(|at| started(&at)) {
            return;
        }
        if let Some(anchor) = range.clone().find(started) {
            let group = self.touch.fact(person, run, anchor);
            self.count_first(run, anchor, range.end, group);
        }
    }

    fn merge(&mut self, other: RetentionFold) {
        self.cells.add(other.cells);
    }
}

impl Ask for RetentionFold {
    fn clear(&mut self) {
        self.cells.clear();
    }

    fn holds(&self, target: &Target) -> bool {
        let row = target.code.and_then(|row| self.cells.get(target.group?, row));
        row.is_some_and(|row| match target.column {
            Some(bracket) => row.back.get(bracket as usize).is_some_and(|it| *it > 0),
            None => row.people > 0,
        })
    }

    fn period(&self, label: &str) -> Option<u32> {
        let by_period = self.question.cohort == Cohort::Period;
        self.calendar.named(label).filter(|_| by_period).map(|it| it as u32)
    }

    fn finish(mut self, names: &dyn Names) -> Result<Answer, Wrong> {
        let min_people = self.question.scope.min_people;
        let cells = std::mem::replace(&mut self.cells, Cells::new(0));
        let groups = cells.ranked(self.question.breakdown.as_ref(), names, min_people, |row| row.people)?;
        let mut answer = Retained { edges: self.edges.to_vec(), groups: vec![] };
        for (group, mut rows) in groups {
            let hide = group.hidden;
            let cohorts = match self.question.cohort {
                Cohort::Period => (0..self.calendar.len())
                    .map(|period| {
                        let row = rows.remove(&(period as u32)).unwrap_or_default();
                        let when = self.calendar.when(period, self.question.scope.to_ms);
                        self.shown(when.label, &row, Some(period), hide)
                    })
                    .collect(),
                Cohort::Text(text) => {
                    let named = |(code, row)| (names.text(text, code).to_owned(), row);
                    let mut rows: Vec<(String, Row)> = rows.into_iter().map(named).collect();
                    rows.sort_by(|a, b| b.1.people.cmp(&a.1.people).then_with(|| a.0.cmp(&b.0)));
                    rows.truncate(COHORTS_SHOWN);
                    rows.into_iter().map(|(label, row)| self.shown(label, &row, None, hide)).collect()
                }
            };
            answer.groups.push(RetainedGroup { group, cohorts });
        }
        Ok(Answer::Retention(answer))
    }
}

/// The code of a text in an answer: none is [`NO_TEXT`].
pub(crate) fn code_of(names: &dyn Names, text: crate::Text, value: &str) -> Option<u32> {
    if value.is_empty() { Some(NO_TEXT) } else { names.text_code(text, value) }
}
