//! The sums of a retention question: which brackets an anchor's returns fall into, by cohort. It does not know facts.

use super::super::{
    bits::{Counters, Marks, Periods, mark_first},
    cells::{Cells, Sum},
};
use crate::{Clock, Count, Period, Retention, calendar::Calendar};

/// Rows times brackets that a fold holds at most: 64 MB.
const FIGURES_MAX: usize = 8_000_000;

/// Sums by group and cohort, and what is needed to place a return in a bracket.
pub(super) struct Ledger {
    pub(super) calendar: Calendar,
    pub(super) edges: Box<[u32]>,
    pub(super) cells: Cells<Row>,
    // Whether bracket `k` is distance `k`.
    plain: bool,
    count: Count,
    clock: Clock,
    period: Period,
    to_ms: i64,
}

/// What is gathered of one person; reused for the next.
#[derive(Default)]
pub(super) struct One {
    pub(super) returns: Vec<i64>,
    // Periods with a return; and those with a return after the anchor in the same period.
    pub(super) active: Periods,
    pub(super) own: Periods,
    // Recurring anchors: when, in which period, in which group.
    pub(super) anchors: Vec<(i64, usize, Option<u32>)>,
}

#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) people: u64,
    pub(super) last_ms: i64,
    pub(super) back: Counters,
}

impl Sum for Row {
    fn add(&mut self, other: Row) {
        self.people += other.people;
        self.last_ms = self.last_ms.max(other.last_ms);
        self.back.add(other.back);
    }
}

impl Ledger {
    pub(super) fn new(question: &Retention) -> Ledger {
        let scope = &question.scope;
        let edges: Box<[u32]> = question.brackets.edges().into();
        Ledger {
            calendar: Calendar::new(question.period, &scope.zone, scope.from_ms, scope.to_ms),
            cells: Cells::new(FIGURES_MAX / (2 * edges.len() + 10)),
            plain: question.count == Count::On && (0..).zip(&edges).all(|(nth, edge)| nth == *edge),
            edges,
            count: question.count,
            clock: question.clock,
            period: question.period,
            to_ms: scope.to_ms,
        }
    }

    pub(super) fn brackets(&self) -> usize {
        self.edges.len() - 1
    }

    /// Where a bracket's edge lies for an anchor.
    #[inline]
    pub(super) fn edge(&self, edge: usize, anchor_ms: i64, period: usize) -> i64 {
        let distance = self.edges[edge];
        match self.clock {
            Clock::Rolling => anchor_ms + i64::from(distance) * self.period.rolling_ms(),
            Clock::Calendar => match period + distance as usize {
                known if known <= self.calendar.len() => self.calendar.begin(known),
                // No fact of the range lies so late.
                _ => i64::MAX,
            },
        }
    }

    pub(super) fn mark_until(&self, marks: &mut Marks, anchor_ms: i64, period: usize, last_ms: i64) {
        let reached =
            (0..self.brackets()).take_while(|it| self.edge(*it, anchor_ms, period) <= last_ms).count();
        mark_first(marks, reached);
    }

    /// Counts the recurring anchors of a person by the times of their returns.
    pub(super) fn count_gathered(&mut self, one: &One) {
        for (anchor_ms, period, group) in &one.anchors {
            let mut marks = Marks::default();
            let mut next = one.returns.partition_point(|it| it < anchor_ms);
            if self.count == Count::OnOrAfter {
                if let Some(last) = one.returns[next..].last() {
                    self.mark_until(&mut marks, *anchor_ms, *period, *last);
                }
            } else {
                for bracket in 0..self.brackets() {
                    let begins = self.edge(bracket, *anchor_ms, *period);
                    next += one.returns[next..].partition_point(|it| *it < begins);
                    let Some(at_ms) = one.returns.get(next) else { break };
                    if *at_ms < self.edge(bracket + 1, *anchor_ms, *period) {
                        marks[bracket / 64] |= 1 << (bracket % 64);
                    }
                }
            }
            self.enter(*group, *period as u32, *anchor_ms, &marks);
        }
    }

    /// Counts an anchor of a period by the periods of returns.
    #[inline]
    pub(super) fn count_active(
        &mut self,
        active: &Periods,
        period: usize,
        anchor_ms: i64,
        group: Option<u32>,
    ) {
        let mut marks = Marks::default();
        let brackets = self.brackets();
        if self.plain {
            for (nth, word) in marks.iter_mut().take(brackets.div_ceil(64)).enumerate() {
                *word = active.shifted(period + nth * 64);
            }
            if !brackets.is_multiple_of(64) {
                marks[brackets / 64] &= (1 << (brackets % 64)) - 1;
            }
        } else if self.count == Count::OnOrAfter {
            if let Some(last) = active.last().filter(|it| *it >= period) {
                let reached = self.edges[..brackets].partition_point(|edge| period + *edge as usize <= last);
                mark_first(&mut marks, reached);
            }
        } else {
            for (bracket, edge) in self.edges.windows(2).enumerate() {
                if active.any_within(period + edge[0] as usize, period + edge[1] as usize) {
                    marks[bracket / 64] |= 1 << (bracket % 64);
                }
            }
        }
        self.enter(group, period as u32, anchor_ms, &marks);
    }

    #[inline]
    pub(super) fn enter(&mut self, group: Option<u32>, row: u32, anchor_ms: i64, marks: &Marks) {
        let brackets = self.brackets();
        self.cells.both(group, row, |it| {
            it.people += 1;
            it.last_ms = it.last_ms.max(anchor_ms);
            it.back.add_marks(marks, brackets);
        });
    }

    pub(super) fn unfinished(&self, row: &Row, bracket: usize, cohort: Option<usize>) -> bool {
        let to_ms = self.to_ms;
        let joins = cohort.is_some_and(|it| self.calendar.end(it) > to_ms);
        let period = cohort.or_else(|| (row.people > 0).then(|| self.calendar.index(row.last_ms)));
        let until = self.edges[bracket + 1];
        joins
            || match (self.clock, period) {
                (_, None) => false,
                (Clock::Calendar, Some(period)) => self.calendar.end(period + until as usize - 1) > to_ms,
                (Clock::Rolling, Some(_)) => {
                    row.people > 0 && row.last_ms + i64::from(until) * self.period.rolling_ms() > to_ms
                }
            }
    }

    /// Whether nobody of a cohort can have come to a bracket yet.
    pub(super) fn not_begun(&self, bracket: usize, cohort: Option<usize>) -> bool {
        let Some(cohort) = cohort else { return false };
        let from = self.edges[bracket];
        let begins = match self.clock {
            Clock::Calendar if from == 0 => self.calendar.begin(cohort),
            Clock::Calendar => self.calendar.end(cohort + from as usize - 1),
            Clock::Rolling => self.calendar.begin(cohort) + i64::from(from) * self.period.rolling_ms(),
        };
        begins >= self.to_ms
    }
}
