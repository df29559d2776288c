//! Days active in each week or month. It does not know where runs come from.

use super::{Ask, Target, days::Days, sieve::Sieve};
use crate::{
    Answer, Columns, Fold, Head, Names, Need, Period, Run, Stickiness, Wrong,
    answer::{Sticky, StickyPeriod},
    calendar::Calendar,
};

/// People by the number of days on which they were active; nobody at 0.
type Row = [u64; 32];

pub(crate) struct StickinessFold {
    question: Stickiness,
    sieve: Sieve,
    days: Calendar,
    periods: Calendar,
    // The period of each day.
    period_of: Box<[u32]>,
    masks: Option<Days>,
    rows: Vec<Row>,
}

impl StickinessFold {
    pub(crate) fn new(question: &Stickiness, names: &dyn Names, store_zone: &str) -> StickinessFold {
        let scope = &question.scope;
        let days = Calendar::new(Period::Day, &scope.zone, scope.from_ms, scope.to_ms);
        let periods = Calendar::new(question.per, &scope.zone, scope.from_ms, scope.to_ms);
        let masks = Days::new(scope, scope.from_ms, &periods, question.per, store_zone);
        StickinessFold {
            sieve: Sieve::new(scope, [(0, &question.what)], names),
            period_of: (0..days.len()).map(|day| periods.index(days.begin(day)) as u32).collect(),
            masks: masks.filter(|_| question.what.is_any()),
            rows: vec![[0; 32]; periods.len()],
            days,
            periods,
            question: question.clone(),
        }
    }

    /// Takes in how many people were active on so many days of a period, as counted elsewhere. None when there is no
    /// such period or number of days.
    pub(crate) fn take(&mut self, period: usize, days: usize, people: u64) -> Option<()> {
        *self.rows.get_mut(period)?.get_mut(days)? += people;
        Some(())
    }
}

/// Counts active days, which come in order, into the period of each.
struct Tally<'a> {
    rows: &'a mut [Row],
    period: u32,
    active: usize,
}

impl Tally<'_> {
    #[inline]
    fn day(&mut self, period: u32) {
        if period != self.period {
            self.end();
            (self.period, self.active) = (period, 0);
        }
        self.active += 1;
    }

    fn end(&mut self) {
        if self.active > 0 {
            self.rows[self.period as usize][self.active] += 1;
        }
    }
}

impl Fold for StickinessFold {
    fn columns(&self) -> Columns {
        self.sieve.columns()
    }

    fn head(&mut self, head: &Head<'_>) -> Need {
        let scope = &self.question.scope;
        let outside = head.last_ms < scope.from_ms || head.first_ms >= scope.to_ms;
        if outside || self.sieve.head_names(1) & head.names == 0 {
            return Need::Nothing;
        }
        let Some(masks) = self.masks.as_ref().filter(|it| it.tell(head)) else { return Need::Run };
        let mut tally = Tally { rows: &mut self.rows, period: 0, active: 0 };
        masks.each(head, |period| tally.day(period));
        tally.end();
        Need::Nothing
    }

    fn run(&mut self, run: &Run<'_>) {
        let mut tally = Tally { rows: &mut self.rows, period: 0, active: 0 };
        let mut next_ms = i64::MIN;
        for at in self.sieve.range(run) {
            let at_ms = run.at_ms[at];
            if at_ms >= next_ms && self.sieve.bits(run, at) != 0 {
                let day = self.days.index(at_ms);
                next_ms = self.days.end(day);
                tally.day(self.period_of[day]);
            }
        }
        tally.end();
    }

    fn merge(&mut self, other: StickinessFold) {
        let theirs = other.rows.iter().flatten();
        self.rows.iter_mut().flatten().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
    }
}

impl Ask for StickinessFold {
    fn clear(&mut self) {
        self.rows.fill([0; 32]);
    }

    fn holds(&self, target: &Target) -> bool {
        let row = target.code.and_then(|period| self.rows.get(period as usize));
        row.is_some_and(|row| match target.column {
            Some(days) => row.get(days as usize).is_some_and(|it| *it > 0),
            None => row.iter().any(|it| *it > 0),
        })
    }

    fn period(&self, label: &str) -> Option<u32> {
        self.periods.named(label).map(|it| it as u32)
    }

    fn finish(self, _: &dyn Names) -> Result<Answer, Wrong> {
        let scope = &self.question.scope;
        let period = |(index, row): (usize, &Row)| {
            let people: u64 = row.iter().sum();
            let hidden = (1..u64::from(scope.min_people)).contains(&people);
            let days = self.period_of.iter().filter(|it| **it as usize == index).count();
            let when = self.periods.when(index, scope.to_ms);
            if hidden {
                return StickyPeriod { when, ..StickyPeriod::default() };
            }
            let person_days: u64 = (0u64..).zip(row).map(|(days, people)| days * people).sum();
            let daily = person_days as f64 / days as f64;
            let ratio = (people > 0).then(|| daily / people as f64);
            let longest =
                if self.question.per == Period::Week { 7 } else { month_days(&self.periods, index) };
            StickyPeriod {
                when,
                people: Some(people),
                days: row[1..=longest].to_vec(),
                daily: Some(daily),
                ratio,
            }
        };
        let periods = self.rows.iter().enumerate().map(period).collect();
        Ok(Answer::Stickiness(Sticky { periods }))
    }
}

fn month_days(months: &Calendar, index: usize) -> usize {
    usize::try_from(months.date(index).days_in_month()).unwrap_or(31)
}
