//! Facts, people and sums in each period. It does not know where runs come from.

use super::{
    Ask, Target,
    cells::{Cells, Ranked, Sum},
    sieve::{Sieve, Touch},
};
use crate::{
    Answer, Columns, Fold, Head, NONE, Names, Need, Run, Trend, Wrong,
    answer::{Figures, Trended, TrendedGroup},
    calendar::Calendar,
};

/// Groups times periods that a fold holds at most: 100 MB.
const ROWS_HELD: usize = 1_000_000;

pub(crate) struct TrendFold {
    question: Trend,
    sieve: Sieve,
    touch: Touch,
    calendar: Calendar,
    cells: Cells<Row>,
}

#[derive(Debug, Default)]
struct Row {
    events: u64,
    people: u64,
    // Wide, so that no order of adding can overflow half-way.
    sum: i128,
    // The last person counted: a person's facts come together.
    last: Option<u64>,
}

impl Sum for Row {
    fn add(&mut self, other: Row) {
        self.events += other.events;
        self.people += other.people;
        self.sum += other.sum;
    }
}

impl TrendFold {
    pub(crate) fn new(question: &Trend, names: &dyn Names) -> TrendFold {
        let scope = &question.scope;
        TrendFold {
            sieve: Sieve::new(scope, [(0, &question.what)], names),
            touch: Touch::new(question.breakdown.as_ref()),
            calendar: Calendar::new(question.period, &scope.zone, scope.from_ms, scope.to_ms),
            cells: Cells::new(ROWS_HELD),
            question: question.clone(),
        }
    }

    /// Takes in what was counted elsewhere in a period. None when there is no such period.
    pub(crate) fn take(
        &mut self,
        group: u32,
        period: u32,
        events: u64,
        people: u64,
        sum: i128,
    ) -> Option<()> {
        ((period as usize) < self.calendar.len()).then_some(())?;
        if let Some(row) = self.cells.at(group, period) {
            row.add(Row { events, people, sum, last: None });
        }
        Some(())
    }

    fn figures(&self, row: &Row, hide: bool) -> Figures {
        let few = (1..u64::from(self.question.scope.min_people)).contains(&row.people);
        if few || (hide && row.people > 0) {
            return Figures::default();
        }
        let sum = row.sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
        Figures { events: Some(row.events), people: Some(row.people), sum: self.question.sum.map(|_| sum) }
    }
}

impl Fold for TrendFold {
    fn columns(&self) -> Columns {
        let columns = self.touch.columns(self.sieve.columns());
        self.question.sum.map_or(columns, |number| columns.with_number(number))
    }

    fn head(&mut self, head: &Head<'_>) -> Need {
        let scope = &self.question.scope;
        let outside = head.last_ms < scope.from_ms || head.first_ms >= scope.to_ms;
        if outside || self.sieve.head_names(1) & head.names == 0 { Need::Nothing } else { Need::Run }
    }

    fn run(&mut self, run: &Run<'_>) {
        let range = self.sieve.range(run);
        let person = self.touch.person(&self.sieve, run, range.clone());
        let (mut period, mut next_ms) = (0, i64::MIN);
        for at in range {
            if self.sieve.bits(run, at) == 0 {
                continue;
            }
            let at_ms = run.at_ms[at];
            if at_ms >= next_ms {
                period = self.calendar.index(at_ms);
                next_ms = self.calendar.end(period);
            }
            let value = self.question.sum.map_or(NONE, |number| run.numbers[number.index()][at]);
            let group = self.touch.fact(person, run, at);
            self.cells.both(group, period as u32, |row| {
                row.events += 1;
                row.sum += if value == NONE { 0 } else { i128::from(value) };
                if row.last != Some(run.person.0) {
                    row.people += 1;
                    row.last = Some(run.person.0);
                }
            });
        }
    }

    fn merge(&mut self, other: TrendFold) {
        self.cells.add(other.cells);
    }
}

impl Ask for TrendFold {
    fn clear(&mut self) {
        self.cells.clear();
    }

    fn holds(&self, target: &Target) -> bool {
        let row = target.code.and_then(|period| self.cells.get(target.group?, period));
        row.is_some_and(|row| row.people > 0)
    }

    fn period(&self, label: &str) -> Option<u32> {
        self.calendar.named(label).map(|it| it as u32)
    }

    fn finish(mut self, names: &dyn Names) -> Result<Answer, Wrong> {
        let scope = self.question.scope.clone();
        let cells = std::mem::replace(&mut self.cells, Cells::new(0));
        // Ranked by facts: a person may be in many periods.
        let groups = cells.ranked(self.question.breakdown.as_ref(), names, 1, |row| row.events)?;
        let shown = |(group, mut rows): Ranked<Row>| {
            let most = rows.values().map(|row| row.people).max().unwrap_or(0);
            let hidden = (1..u64::from(scope.min_people)).contains(&most);
            let periods = 0..self.calendar.len() as u32;
            let figures =
                periods.map(|it| self.figures(&rows.remove(&it).unwrap_or_default(), hidden)).collect();
            TrendedGroup { group: crate::Group { hidden, ..group }, figures }
        };
        let groups = groups.into_iter().map(shown).collect();
        let periods = (0..self.calendar.len()).map(|it| self.calendar.when(it, scope.to_ms)).collect();
        Ok(Answer::Trend(Trended { periods, groups }))
    }
}
