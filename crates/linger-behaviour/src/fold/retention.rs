//! Retention in one pass. It does not know where runs come from.

mod ledger;

use super::{
    Ask, Target,
    bits::{Counters, Marks},
    cells::{Cells, Sum},
    days::Days,
    sieve::{Sieve, Touch},
};
use crate::{
    Answer, Clock, Cohort, Columns, Count, Fold, Head, NO_TEXT, Names, Need, Retention, Run, Start, Wrong,
    answer::{Back, CohortRow, Retained, RetainedGroup},
};
use ledger::{Ledger, One, Row};

const START: u64 = 1;
const BACK: u64 = 2;
const COHORTS_SHOWN: usize = 200;

pub(crate) struct RetentionFold {
    question: Retention,
    sieve: Sieve,
    touch: Touch,
    days: Option<Days>,
    ledger: Ledger,
    one: One,
}

impl RetentionFold {
    pub(crate) fn new(question: &Retention, names: &dyn Names, store_zone: &str) -> RetentionFold {
        let scope = &question.scope;
        let sieve = Sieve::new(scope, [(0, &question.start), (1, &question.back)], names);
        let ledger = Ledger::new(question);
        let by_days = question.start.is_any()
            && question.back.is_any()
            && question.breakdown.is_none()
            && question.cohort == Cohort::Period
            && question.clock == Clock::Calendar;
        let days = Days::new(scope, scope.from_ms, &ledger.calendar, question.period, store_zone)
            .filter(|_| by_days);
        RetentionFold {
            sieve,
            touch: Touch::new(question.breakdown.as_ref()),
            days,
            ledger,
            one: One::default(),
            question: question.clone(),
        }
    }

    /// Takes in a cohort as counted elsewhere: `row` is its period or the code of its text, `back` says how many are
    /// back in each bracket. None when there is no such cohort.
    pub(crate) fn take(
        &mut self,
        group: u32,
        row: u32,
        people: u64,
        last_ms: i64,
        back: Vec<u64>,
    ) -> Option<()> {
        let calendar = &self.ledger.calendar;
        let known = self.question.cohort != Cohort::Period || (row as usize) < calendar.len();
        let within = (calendar.begin(0)..calendar.begin(calendar.len())).contains(&last_ms);
        (known && within && back.len() == self.ledger.brackets()).then_some(())?;
        if let Some(mine) = self.ledger.cells.at(group, row) {
            mine.add(Row { people, last_ms, back: Counters::of(back) });
        }
        Some(())
    }

    /// Counts the only anchor of a person.
    fn count_one(&mut self, run: &Run<'_>, anchor: usize, to: usize, group: Option<u32>) {
        let anchor_ms = run.at_ms[anchor];
        let period = self.ledger.calendar.index(anchor_ms);
        let row = self.row(run, anchor, period);
        // Facts of the anchor's own time that arrived before it count as returns too.
        let from = run.at_ms[..anchor].iter().rposition(|at| *at < anchor_ms).map_or(0, |at| at + 1);
        let mut marks = Marks::default();
        if self.question.count == Count::OnOrAfter {
            let last = (from..to).rev().find(|at| self.sieve.bits(run, *at) & BACK != 0);
            if let Some(last) = last {
                self.ledger.mark_until(&mut marks, anchor_ms, period, run.at_ms[last]);
            }
            return self.ledger.enter(group, row, anchor_ms, &marks);
        }
        let brackets = self.ledger.brackets();
        let (mut bracket, mut begins, mut ends) =
            (0, self.ledger.edge(0, anchor_ms, period), self.ledger.edge(1, anchor_ms, period));
        for at in from..to {
            let at_ms = run.at_ms[at];
            if at_ms < begins || self.sieve.bits(run, at) & BACK == 0 {
                continue;
            }
            while bracket < brackets && at_ms >= ends {
                bracket += 1;
                ends = if bracket < brackets {
                    self.ledger.edge(bracket + 1, anchor_ms, period)
                } else {
                    i64::MAX
                };
            }
            if bracket == brackets {
                break;
            }
            marks[bracket / 64] |= 1 << (bracket % 64);
            // Nothing else of this bracket matters.
            begins = ends;
        }
        self.ledger.enter(group, row, anchor_ms, &marks);
    }

    fn recurring(&mut self, run: &Run<'_>, range: std::ops::Range<usize>, person: Option<u32>) {
        let rolling = self.question.clock == Clock::Rolling;
        let one = &mut self.one;
        one.returns.clear();
        one.anchors.clear();
        one.active.clear();
        one.own.clear();
        let (mut skip_ms, mut period, mut ends) = (i64::MIN, 0, i64::MIN);
        let (mut anchor_ms, mut back_ms) = (None, i64::MIN);
        for at in range {
            let at_ms = run.at_ms[at];
            if at_ms < skip_ms {
                continue;
            }
            let bits = self.sieve.bits(run, at);
            if bits == 0 {
                continue;
            }
            if at_ms >= ends {
                period = self.ledger.calendar.index(at_ms);
                (ends, anchor_ms) = (self.ledger.calendar.end(period), None);
            }
            if bits & BACK != 0 {
                one.active.set(period);
                back_ms = at_ms;
                if rolling {
                    one.returns.push(at_ms);
                }
            }
            if bits & START != 0 && anchor_ms.is_none() {
                anchor_ms = Some(at_ms);
                one.anchors.push((at_ms, period, self.touch.fact(person, run, at)));
            }
            if !rolling && anchor_ms.is_some_and(|it| back_ms >= it) {
                one.own.set(period);
                skip_ms = ends;
            }
        }
        if rolling {
            return self.ledger.count_gathered(one);
        }
        for (anchor_ms, period, group) in &one.anchors {
            one.active.put(*period, one.own.has(*period));
            self.ledger.count_active(&one.active, *period, *anchor_ms, *group);
        }
    }

    fn row(&self, run: &Run<'_>, anchor: usize, period: usize) -> u32 {
        match self.question.cohort {
            Cohort::Period => period as u32,
            Cohort::Text(text) => run.texts[text.index()][anchor],
        }
    }

    fn shown(&self, label: String, row: &Row, cohort: Option<usize>, hide: bool) -> CohortRow {
        let scope = &self.question.scope;
        let hidden = (hide && row.people > 0) || (1..u64::from(scope.min_people)).contains(&row.people);
        let cell = |bracket: usize| Back {
            people: (!hidden && !self.ledger.not_begun(bracket, cohort)).then(|| row.back.get(bracket)),
            unfinished: self.ledger.unfinished(row, bracket, cohort),
        };
        CohortRow {
            cohort: label,
            from_ms: cohort.map(|it| self.ledger.calendar.begin(it)),
            people: (!hidden).then_some(row.people),
            unfinished: cohort.is_some_and(|it| self.ledger.calendar.end(it) > scope.to_ms),
            hidden,
            cells: (0..self.ledger.brackets()).map(cell).collect(),
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
        let (active, ledger) = (&mut self.one.active, &mut self.ledger);
        days.fill(head, active);
        if self.question.starts == Start::Recurring {
            active.iter().for_each(|it| ledger.count_active(active, it, ledger.calendar.begin(it), None));
        } else if let Some(first) = active.first() {
            ledger.count_active(active, first, ledger.calendar.begin(first), None);
        }
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
            self.count_one(run, anchor, range.end, group);
        }
    }

    fn merge(&mut self, other: RetentionFold) {
        self.ledger.cells.add(other.ledger.cells);
    }
}

impl Ask for RetentionFold {
    fn clear(&mut self) {
        self.ledger.cells.clear();
    }

    fn holds(&self, target: &Target) -> bool {
        let row = target.code.and_then(|row| self.ledger.cells.get(target.group?, row));
        row.is_some_and(|row| match target.column {
            Some(bracket) => row.back.get(bracket as usize) > 0,
            None => row.people > 0,
        })
    }

    fn period(&self, label: &str) -> Option<u32> {
        let by_period = self.question.cohort == Cohort::Period;
        self.ledger.calendar.named(label).filter(|_| by_period).map(|it| it as u32)
    }

    fn finish(mut self, names: &dyn Names) -> Result<Answer, Wrong> {
        let min_people = self.question.scope.min_people;
        let cells = std::mem::replace(&mut self.ledger.cells, Cells::new(0));
        let groups = cells.ranked(self.question.breakdown.as_ref(), names, min_people, |row| row.people)?;
        let mut answer = Retained { edges: self.ledger.edges.to_vec(), groups: vec![] };
        for (group, mut rows) in groups {
            let hide = group.hidden;
            let cohorts = match self.question.cohort {
                Cohort::Period => (0..self.ledger.calendar.len())
                    .map(|period| {
                        let row = rows.remove(&(period as u32)).unwrap_or_default();
                        let when = self.ledger.calendar.when(period, self.question.scope.to_ms);
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
