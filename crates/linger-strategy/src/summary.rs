//! What happened each day, summed up for tables: facts, people and money by event, source and room. It does not know where
//! the tables are.

use crate::segment::Calendar;
use linger_behaviour::{Columns, Fold, Names, NO_TEXT, NONE, Number, Run, Text};
use std::collections::BTreeMap;

/// Rows of one summary; what comes beyond is summed up without its room.
const ROWS_MAX: usize = 500_000;

/// What happened of one kind on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRow {
    /// The date in the shop's zone, such as `2024-02-20`.
    pub day: String,
    /// The event's name.
    pub event: String,
    /// Where people came from; empty when unknown.
    pub source: String,
    /// The room; empty when none, `(other)` when there are too many.
    pub room: String,
    /// Facts.
    pub facts: u64,
    /// Distinct people.
    pub persons: u64,
    /// The sum of `amount_minor`, whatever the currency.
    pub amount_minor: i64,
}

type Key = (i32, u32, u32, u32);

#[derive(Clone, Copy, Default)]
struct Sums {
    facts: u64,
    persons: u64,
    amount_minor: i64,
}

/// Sums up everybody's runs.
pub struct Summary<'a> {
    names: &'a (dyn Names + Sync),
    calendar: Calendar,
    sums: BTreeMap<Key, Sums>,
    mine: BTreeMap<Key, Sums>,
}

/// The code of rooms that are not told apart.
const OTHER: u32 = u32::MAX;

impl<'a> Summary<'a> {
    /// Nothing yet; days are those of `calendar`.
    pub fn new(calendar: Calendar, names: &'a (dyn Names + Sync)) -> Summary<'a> {
        Summary { names, calendar, sums: BTreeMap::new(), mine: BTreeMap::new() }
    }

    /// The rows, by day.
    pub fn rows(&self) -> impl Iterator<Item = SummaryRow> + '_ {
        self.sums.iter().map(|((day, name, source, room), sums)| SummaryRow {
            day: Calendar::date_of(*day).to_string(),
            event: self.names.name(*name).to_owned(),
            source: self.names.text(Text::Source, *source).to_owned(),
            room: match *room {
                OTHER => "(other)".to_owned(),
                room => self.names.text(Text::Room, room).to_owned(),
            },
            facts: sums.facts,
            persons: sums.persons,
            amount_minor: sums.amount_minor,
        })
    }

    fn add(&mut self, key: Key, more: Sums) {
        let full = self.sums.len() >= ROWS_MAX && !self.sums.contains_key(&key);
        let key = if full { (key.0, key.1, key.2, OTHER) } else { key };
        let sums = self.sums.entry(key).or_default();
        sums.facts += more.facts;
        sums.persons += more.persons;
        sums.amount_minor = sums.amount_minor.saturating_add(more.amount_minor);
    }
}

impl Fold for Summary<'_> {
    fn columns(&self) -> Columns {
        Columns::none().with(Text::Source).with(Text::Room).with_number(Number::AmountMinor)
    }

    fn run(&mut self, run: &Run<'_>) {
        let mut mine = std::mem::take(&mut self.mine);
        let code = |text: Text, at: usize| run.texts[text.index()].get(at).copied().unwrap_or(NO_TEXT);
        for at in (0..run.at_ms.len()).filter(|at| run.name[*at] != NO_TEXT) {
            let day = self.calendar.day(run.at_ms[at]);
            let sums = mine.entry((day, run.name[at], code(Text::Source, at), code(Text::Room, at))).or_default();
            sums.facts += 1;
            sums.persons = 1;
            let amount = run.numbers[Number::AmountMinor.index()].get(at).copied().filter(|it| *it != NONE);
            sums.amount_minor = sums.amount_minor.saturating_add(amount.unwrap_or(0));
        }
        while let Some((key, sums)) = mine.pop_first() {
            self.add(key, sums);
        }
        self.mine = mine;
    }

    fn merge(&mut self, other: Self) {
        for (key, sums) in other.sums {
            self.add(key, sums);
        }
    }
}
