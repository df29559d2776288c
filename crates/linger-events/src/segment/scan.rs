//! One pass over everybody of a partition: the segments' persons and those whose facts are in memory alone, each handed to
//! the fold once. It does not know any question.

use std::sync::Arc;

use linger_behaviour::{Columns, Fact, Fold, Head, Marks, NO_TEXT, NONE, Need, Number, PersonKey, Run, Text};

use super::hot::{CodeMap, Group, Hot};
use super::{Dictionary, Segment};
use crate::{AskFault, AskLimits, Held};

/// Facts of one partition that are in memory alone, by person and time.
#[derive(Debug, Default)]
pub(crate) struct TailPart(Vec<Fact>);

impl TailPart {
    /// Sorts them.
    pub fn new(mut facts: Vec<Fact>) -> TailPart {
        facts.sort_by_key(|fact| (fact.person, fact.at_ms));
        TailPart(facts)
    }
}

/// Hands every person of a partition to a fold. Of facts of equal time, those of earlier segments come first, and those
/// in memory last.
///
/// # Errors
/// [`AskFault`] when it was stopped, needs more memory than it may hold, or a file cannot be read.
pub(crate) fn scan<F: Fold>(
    words: &Dictionary,
    segments: &[Arc<Segment>],
    tail: &TailPart,
    fold: &mut F,
    limits: &AskLimits,
) -> Result<(), AskFault> {
    let columns = fold.columns();
    let mut cursors = Vec::with_capacity(segments.len());
    for segment in segments {
        let mut cursor = Cursor::new(&segment.hot, words, columns, fold.marks());
        cursor.next_group(limits)?;
        cursors.push(cursor);
    }
    let mut tail = Tail { facts: &tail.0, words, columns };
    let mut whole = Whole::default();
    loop {
        let person = cursors.iter().filter_map(Cursor::person).chain(tail.person()).min();
        let Some(person) = person else { return Ok(()) };
        let mut places = cursors.iter().enumerate().filter(|(_, it)| it.person() == Some(person));
        let first = places.next().map(|(at, _)| at);
        match first {
            Some(at) if places.next().is_none() && tail.person() != Some(person) => {
                // Nearly everybody: in one place, and read where they stand.
                let until = cursors.iter().enumerate().filter(|(other, _)| *other != at);
                let until = until.filter_map(|(_, it)| it.person()).chain(tail.person()).min();
                cursors[at].pass(until, fold, limits)?;
            }
            _ => {
                whole.clear();
                for cursor in cursors.iter_mut().filter(|it| it.person() == Some(person)) {
                    whole.add(&cursor.take(limits)?);
                    cursor.next(limits)?;
                }
                tail.take(person, &mut whole);
                whole.hand_over(PersonKey(person), fold);
            }
        }
    }
}

/// A segment on the way through its persons.
struct Cursor<'a> {
    hot: &'a Hot,
    codes: CodeMap,
    columns: Columns,
    group: Group,
    next_group: usize,
    place: usize,
    persons: usize,
    held: Option<Held>,
    /// The names to mark, each by its codes in the segment, and whether gaps are wanted with them.
    marks: Option<(Vec<Vec<u32>>, bool)>,
    /// Who was not settled side by side.
    rest: Vec<u32>,
}

/// Codes of a segment that one name may have for its rows to be marked: only names that are not told apart have many.
const CODES_MARKED_MAX: usize = 8;

impl<'a> Cursor<'a> {
    fn new(hot: &'a Hot, words: &Dictionary, columns: Columns, marks: Option<Marks<'_>>) -> Cursor<'a> {
        let codes = hot.codes(words, columns);
        let marks = marks.map(|it| (it.names.iter().map(|name| codes.locals(*name)).collect(), it.gaps));
        let few = |it: &(Vec<Vec<u32>>, bool)| it.0.iter().all(|codes| codes.len() <= CODES_MARKED_MAX);
        Cursor {
            hot,
            codes,
            columns,
            group: Group::default(),
            next_group: 0,
            place: 0,
            persons: 0,
            held: None,
            marks: marks.filter(few),
            rest: Vec::new(),
        }
    }

    fn person(&self) -> Option<u64> {
        (self.place < self.persons).then(|| self.group.persons()[self.place])
    }

    fn next_group(&mut self, limits: &AskLimits) -> Result<(), AskFault> {
        limits.check()?;
        (self.place, self.persons) = (0, 0);
        if self.next_group < self.hot.groups() {
            self.group.load(self.hot, self.next_group)?;
            self.persons = self.group.persons().len();
            self.next_group += 1;
        }
        Ok(())
    }

    fn next(&mut self, limits: &AskLimits) -> Result<(), AskFault> {
        self.place += 1;
        if self.place >= self.persons { self.next_group(limits) } else { Ok(()) }
    }

    fn hold(&mut self, limits: &AskLimits) -> Result<(), AskFault> {
        if !self.group.is_read() {
            self.held = None;
            self.held = Some(limits.hold(self.group.bytes(self.columns))?);
        }
        Ok(())
    }

    fn fetch(&mut self, limits: &AskLimits) -> Result<(), AskFault> {
        self.hold(limits)?;
        Ok(self.group.fetch(self.hot, self.columns)?)
    }

    /// The rows of the present person.
    fn take(&mut self, limits: &AskLimits) -> Result<Run<'_>, AskFault> {
        self.fetch(limits)?;
        Ok(self.group.run(self.place, &self.codes, self.columns))
    }

    /// Hands over the persons of this group that nobody else has: those before `until`.
    fn pass<F: Fold>(
        &mut self,
        until: Option<u64>,
        fold: &mut F,
        limits: &AskLimits,
    ) -> Result<(), AskFault> {
        let ahead = &self.group.persons()[self.place..];
        let end = until.map_or(self.persons, |until| self.place + ahead.partition_point(|it| *it < until));
        let mut rest = std::mem::take(&mut self.rest);
        rest.clear();
        self.band(end, fold, &mut rest, limits)?;
        for place in rest.iter().map(|place| *place as usize) {
            if fold.head(&self.group.head(place, &self.codes)) == Need::Run {
                self.fetch(limits)?;
                fold.run(&self.group.run(place, &self.codes, self.columns));
            }
        }
        (self.rest, self.place) = (rest, end);
        if end < self.persons { Ok(()) } else { self.next_group(limits) }
    }

    /// Hands over persons side by side, and finds those of them whose facts have to be read.
    fn band<F: Fold>(
        &mut self,
        end: usize,
        fold: &mut F,
        rest: &mut Vec<u32>,
        limits: &AskLimits,
    ) -> Result<(), AskFault> {
        let people = self.place..end;
        match self.marks.take() {
            None => rest.extend(people.start as u32..people.end as u32),
            Some((names, gaps)) => {
                if names.first().is_none_or(|name| self.group.has_any(name)) {
                    self.hold(limits)?;
                    self.group.mark(self.hot, &names, gaps)?;
                    fold.band(&self.group.band(people), rest);
                }
                self.marks = Some((names, gaps));
            }
        }
        Ok(())
    }
}

/// The facts in memory on the way through their persons.
struct Tail<'a> {
    facts: &'a [Fact],
    words: &'a Dictionary,
    columns: Columns,
}

impl Tail<'_> {
    fn person(&self) -> Option<u64> {
        self.facts.first().map(|fact| fact.person.0)
    }

    /// Takes the facts of a person, if they are the next.
    fn take(&mut self, person: u64, whole: &mut Whole) {
        let mine = self.facts.iter().take_while(|fact| fact.person.0 == person).count();
        let (mine, rest) = self.facts.split_at(mine);
        self.facts = rest;
        if mine.is_empty() {
            return;
        }
        whole.parts.push(whole.at_ms.len());
        for fact in mine {
            whole.at_ms.push(fact.at_ms);
            whole.name.push(self.words.code(None, &fact.name));
            for text in Text::ALL.into_iter().filter(|text| self.columns.has(*text)) {
                let word = fact.text(text).filter(|_| text.has_codes());
                let code = word.map_or(NO_TEXT, |it| self.words.code(Some(text), it));
                whole.texts[text.index()].push(code);
            }
            for number in Number::ALL.into_iter().filter(|number| self.columns.has_number(*number)) {
                whole.numbers[number.index()].push(fact.number(number).unwrap_or(NONE));
            }
        }
    }
}

/// A person's facts from several places, put together.
#[derive(Default)]
struct Whole {
    /// Where each place's facts begin.
    parts: Vec<usize>,
    at_ms: Vec<i64>,
    name: Vec<u32>,
    texts: [Vec<u32>; Text::COUNT],
    numbers: [Vec<i64>; Number::COUNT],
}

impl Whole {
    fn clear(&mut self) {
        self.parts.clear();
        self.at_ms.clear();
        self.name.clear();
        self.texts.iter_mut().for_each(Vec::clear);
        self.numbers.iter_mut().for_each(Vec::clear);
    }

    fn add(&mut self, run: &Run<'_>) {
        self.parts.push(self.at_ms.len());
        self.at_ms.extend_from_slice(run.at_ms);
        self.name.extend_from_slice(run.name);
        for (to, from) in self.texts.iter_mut().zip(run.texts) {
            to.extend_from_slice(from);
        }
        for (to, from) in self.numbers.iter_mut().zip(run.numbers) {
            to.extend_from_slice(from);
        }
    }

    /// Brings facts of several places into the order of time.
    fn sort(&mut self) {
        let overlaps = self.parts.iter().skip(1).any(|begin| self.at_ms[begin - 1] > self.at_ms[*begin]);
        if !overlaps {
            return;
        }
        let mut order: Vec<u32> = (0..self.at_ms.len() as u32).collect();
        order.sort_by_key(|place| self.at_ms[*place as usize]);
        reorder(&mut self.at_ms, &order);
        reorder(&mut self.name, &order);
        self.texts.iter_mut().for_each(|column| reorder(column, &order));
        self.numbers.iter_mut().for_each(|column| reorder(column, &order));
    }

    fn hand_over<F: Fold>(&mut self, person: PersonKey, fold: &mut F) {
        self.sort();
        // Fillers between files are nothing that happened.
        let real = || self.name.iter().zip(&self.at_ms).filter(|(name, _)| **name != NO_TEXT);
        let (Some((_, &first_ms)), Some((_, &last_ms))) = (real().next(), real().next_back()) else { return };
        let names = real().fold(0, |names, (name, _)| names | 1u64 << name.min(&63));
        let head =
            Head { person, first_ms, last_ms, facts: real().count() as u64, names, days: &[], day0: 0 };
        if fold.head(&head) == Need::Run {
            fold.run(&Run {
                person,
                at_ms: &self.at_ms,
                name: &self.name,
                texts: std::array::from_fn(|at| self.texts[at].as_slice()),
                numbers: std::array::from_fn(|at| self.numbers[at].as_slice()),
            });
        }
    }
}

fn reorder<T: Copy>(column: &mut Vec<T>, order: &[u32]) {
    if !column.is_empty() {
        *column = order.iter().map(|place| column[*place as usize]).collect();
    }
}
