//! Stages of the life cycle in each period. It does not know where runs come from.

use super::{Ask, Target, days::Days, sieve::Sieve};
use crate::{
    Answer, Columns, Fold, Head, LifeCycle, Names, Need, Run, Stage, Wrong,
    answer::{LifePeriod, Lives},
    calendar::Calendar,
};

type Row = [u64; 4];

pub(crate) struct LifeCycleFold {
    question: LifeCycle,
    sieve: Sieve,
    // The first period is the one before the range: activity in it makes the second's returning and dormant people.
    calendar: Calendar,
    masks: Option<Days>,
    rows: Vec<Row>,
}

impl LifeCycleFold {
    pub(crate) fn new(question: &LifeCycle, names: &dyn Names, store_zone: &str) -> LifeCycleFold {
        let scope = &question.scope;
        let calendar = LifeCycleFold::calendar(question);
        let begins = calendar.begin(0);
        let masks = Days::new(scope, begins, &calendar, question.period, store_zone);
        LifeCycleFold {
            sieve: Sieve::new(scope, [(0, &question.what)], names),
            masks: masks.filter(|_| question.what.is_any()),
            rows: vec![[0; 4]; calendar.len()],
            calendar,
            question: question.clone(),
        }
    }

    /// Takes in how many people are in a stage (by its place in [`Stage`]) in a period, as counted elsewhere. None when
    /// there is no such period or stage.
    pub(crate) fn take(&mut self, period: usize, stage: usize, people: u64) -> Option<()> {
        *self.rows.get_mut(period)?.get_mut(stage)? += people;
        Some(())
    }

    /// The periods: the first is the one before the range.
    pub(crate) fn calendar(question: &LifeCycle) -> Calendar {
        let scope = &question.scope;
        let calendar = |from_ms| Calendar::new(question.period, &scope.zone, from_ms, scope.to_ms);
        calendar(calendar(scope.from_ms).begin(0) - 1)
    }
}

/// Counts active periods, which come in order.
struct Tally<'a> {
    rows: &'a mut [Row],
    // The period before, if there is one; `i64::MIN` before any activity, -1 for activity before the calendar.
    last: i64,
}

impl Tally<'_> {
    #[inline]
    fn period(&mut self, period: u32) {
        let period = i64::from(period);
        if period == self.last {
            return;
        }
        let stage = match self.last {
            i64::MIN => Stage::New,
            last if last + 1 == period && last >= 0 => Stage::Returning,
            _ => Stage::Resurrected,
        };
        self.rows[period as usize][stage as usize] += 1;
        if self.last >= 0 && self.last + 1 < period {
            self.rows[self.last as usize + 1][Stage::Dormant as usize] += 1;
        }
        self.last = period;
    }

    fn end(&mut self) {
        if self.last >= 0 && self.last as usize + 1 < self.rows.len() {
            self.rows[self.last as usize + 1][Stage::Dormant as usize] += 1;
        }
    }
}

impl Fold for LifeCycleFold {
    fn columns(&self) -> Columns {
        self.sieve.columns()
    }

    fn head(&mut self, head: &Head<'_>) -> Need {
        let outside = head.last_ms < self.calendar.begin(0) || head.first_ms >= self.question.scope.to_ms;
        if outside || self.sieve.head_names(1) & head.names == 0 {
            return Need::Nothing;
        }
        let Some(masks) = self.masks.as_ref().filter(|it| it.tell(head)) else { return Need::Run };
        let last = if head.first_ms < self.calendar.begin(0) { -1 } else { i64::MIN };
        let mut tally = Tally { rows: &mut self.rows, last };
        masks.each(head, |period| tally.period(period));
        tally.end();
        Need::Nothing
    }

    fn run(&mut self, run: &Run<'_>) {
        let begins = self.calendar.begin(0);
        let from = run.at_ms.partition_point(|at| *at < begins);
        let to = run.at_ms.partition_point(|at| *at < self.question.scope.to_ms);
        if from >= to {
            return;
        }
        let active = |at: &usize| self.sieve.bits(run, *at) != 0;
        let earlier = (0..from).any(|at| active(&at));
        let mut tally = Tally { rows: &mut self.rows, last: if earlier { -1 } else { i64::MIN } };
        let mut next_ms = i64::MIN;
        for at in from..to {
            let at_ms = run.at_ms[at];
            if at_ms >= next_ms && active(&at) {
                let period = self.calendar.index(at_ms);
                next_ms = self.calendar.end(period);
                tally.period(period as u32);
            }
        }
        tally.end();
    }

    fn merge(&mut self, other: LifeCycleFold) {
        let theirs = other.rows.iter().flatten();
        self.rows.iter_mut().flatten().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
    }
}

impl Ask for LifeCycleFold {
    fn clear(&mut self) {
        self.rows.fill([0; 4]);
    }

    fn holds(&self, target: &Target) -> bool {
        let stage = target.stage.unwrap_or(Stage::New);
        target.code.is_some_and(|period| self.rows[period as usize][stage as usize] > 0)
    }

    fn period(&self, label: &str) -> Option<u32> {
        self.calendar.named(label).filter(|it| *it > 0).map(|it| it as u32)
    }

    fn finish(self, _: &dyn Names) -> Result<Answer, Wrong> {
        let scope = &self.question.scope;
        let shown = |figure: u64| (figure == 0 || figure >= u64::from(scope.min_people)).then_some(figure);
        let period = |(index, row): (usize, &Row)| LifePeriod {
            when: self.calendar.when(index, scope.to_ms),
            new: shown(row[Stage::New as usize]),
            returning: shown(row[Stage::Returning as usize]),
            resurrected: shown(row[Stage::Resurrected as usize]),
            dormant: shown(row[Stage::Dormant as usize]),
        };
        Ok(Answer::LifeCycle(Lives { periods: self.rows.iter().enumerate().skip(1).map(period).collect() }))
    }
}
