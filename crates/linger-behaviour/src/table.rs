//! Facts in memory, by person and time, ready to be folded: for tests, for the live tail, and for small stores. It does
//! not know any question.

use crate::{
    Answer, Cell, Fact, Fold, Head, NO_TEXT, NONE, Names, Need, Number, PersonKey, Question, Run, Text,
    Wrong, answer::Members, words::Words,
};
use jiff::{Timestamp, civil, tz::TimeZone};
use std::collections::BTreeMap;

/// Facts in memory. They may come in any order; those of equal time stay in the order in which they came.
#[derive(Debug)]
pub struct Table {
    words: Words,
    people: BTreeMap<PersonKey, Columnar>,
    zone_name: String,
    zone: TimeZone,
    facts: usize,
}

#[derive(Debug, Default)]
struct Columnar {
    at_ms: Vec<i64>,
    name: Vec<u32>,
    texts: [Vec<u32>; Text::COUNT],
    numbers: [Vec<i64>; Number::COUNT],
    // One bit a day, from `day0` on.
    days: Vec<u64>,
    day0: i32,
    names: u64,
    // The day of the fact before and its bounds, as most facts come by time.
    day: (i32, i64, i64),
}

impl Table {
    /// An empty table whose day masks are in this zone, an IANA name.
    pub fn new(zone: &str) -> Result<Table, Wrong> {
        let found = crate::calendar::Calendar::zone(zone)?;
        Ok(Table {
            words: Words::default(),
            people: BTreeMap::new(),
            zone_name: zone.to_owned(),
            zone: found,
            facts: 0,
        })
    }

    /// Takes a fact in. Facts at times that cannot be told as a date (beyond the year 9999) are refused.
    pub fn push(&mut self, fact: &Fact) -> Result<(), Wrong> {
        let at_ms = fact.at_ms;
        let outside = || Wrong::new("at_ms", "is not a time that has a date");
        let person = self.people.entry(fact.person).or_default();
        if !(person.day.1..person.day.2).contains(&at_ms) {
            person.day = day_of(&self.zone, at_ms).ok_or_else(outside)?;
        }
        person.mark_day(person.day.0);
        let code = self.words.learn_name(&fact.name);
        person.names |= 1 << code.min(63);
        let place = match person.at_ms.last() {
            Some(last) if *last > at_ms => person.at_ms.partition_point(|it| *it <= at_ms),
            _ => person.at_ms.len(),
        };
        person.at_ms.insert(place, at_ms);
        person.name.insert(place, code);
        for text in Text::ALL.into_iter().filter(|it| it.has_codes()) {
            let code = fact.text(text).map_or(NO_TEXT, |it| self.words.learn_text(text, it));
            person.texts[text.index()].insert(place, code);
        }
        for number in Number::ALL {
            person.numbers[number.index()].insert(place, fact.number(number).unwrap_or(NONE));
        }
        self.facts += 1;
        Ok(())
    }

    /// How many facts there are.
    pub fn len(&self) -> usize {
        self.facts
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.facts == 0
    }

    /// The zone of its day masks.
    pub fn zone(&self) -> &str {
        &self.zone_name
    }

    /// Its dictionaries.
    pub fn names(&self) -> &dyn Names {
        &self.words
    }

    /// Everybody in it, by key.
    pub fn people(&self) -> impl Iterator<Item = PersonKey> + '_ {
        self.people.keys().copied()
    }

    /// All facts of a person, with every column.
    pub fn run(&self, person: PersonKey) -> Option<Run<'_>> {
        self.people.get(&person).map(|it| it.run(person))
    }

    /// Hands everybody to a fold, heads first.
    pub fn fold(&self, fold: &mut impl Fold) {
        for (person, columns) in &self.people {
            if columns.head(*person).is_none_or(|head| fold.head(&head) == Need::Run) {
                fold.run(&columns.run(*person));
            }
        }
    }

    /// Answers a question, after checking it.
    pub fn ask(&self, question: &Question) -> Result<Answer, Wrong> {
        question.check()?;
        let mut fold = question.fold(&self.words, &self.zone_name);
        self.fold(&mut fold);
        fold.finish(&self.words)
    }

    /// The people behind a figure of the answer, at most `limit`.
    pub fn members(&self, question: &Question, cell: &Cell, limit: usize) -> Result<Members, Wrong> {
        question.check()?;
        let mut fold = question.members(cell, limit, &self.words, &self.zone_name)?;
        self.fold(&mut fold);
        Ok(fold.finish())
    }
}

impl Columnar {
    fn run(&self, person: PersonKey) -> Run<'_> {
        Run {
            person,
            at_ms: &self.at_ms,
            name: &self.name,
            texts: self.texts.each_ref().map(Vec::as_slice),
            numbers: self.numbers.each_ref().map(Vec::as_slice),
        }
    }

    fn head(&self, person: PersonKey) -> Option<Head<'_>> {
        Some(Head {
            person,
            first_ms: *self.at_ms.first()?,
            last_ms: *self.at_ms.last()?,
            facts: self.at_ms.len() as u64,
            names: self.names,
            days: &self.days,
            day0: self.day0,
        })
    }

    /// Sets the bit of a day. Masks longer than 64 years are given up: they are then not known.
    fn mark_day(&mut self, day: i32) {
        const WORDS_MAX: usize = 365;
        if self.at_ms.is_empty() {
            (self.day0, self.days) = (day, vec![0]);
        }
        if self.days.is_empty() {
            return;
        }
        if day < self.day0 {
            let words = (self.day0.abs_diff(day) as usize).div_ceil(64);
            if words + self.days.len() > WORDS_MAX {
                return self.days.clear();
            }
            self.days.splice(0..0, std::iter::repeat_n(0, words));
            self.day0 -= 64 * words as i32;
        }
        let bit = day.abs_diff(self.day0) as usize;
        if bit / 64 >= WORDS_MAX {
            return self.days.clear();
        }
        if bit / 64 >= self.days.len() {
            self.days.resize(bit / 64 + 1, 0);
        }
        self.days[bit / 64] |= 1 << (bit % 64);
    }
}

/// The day since 1970 that a time lies in, with its beginning and end in ms.
fn day_of(zone: &TimeZone, at_ms: i64) -> Option<(i32, i64, i64)> {
    let date = Timestamp::from_millisecond(at_ms).ok()?.to_zoned(zone.clone()).date();
    let midnight = |date: civil::Date| Some(date.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond());
    let day = date.since(civil::date(1970, 1, 1)).ok()?.get_days();
    Some((day, midnight(date)?, midnight(date.tomorrow().ok()?)?))
}
