//! Which of a question's parts a fact meets, as bits. It does not know what the parts mean.

use crate::{Breakdown, Columns, Condition, NO_TEXT, NONE, Names, Number, Of, Run, Scope, Text, What};
use std::ops::Range;

/// The bit that every fact has that passes the scope's filters; set by [`Sieve::with_every`] only.
pub(crate) const EVERY: u64 = 1 << 63;

/// Parts of a question by the code of an event's name, so that most facts are decided by one look at a table.
#[derive(Clone, Debug)]
pub(crate) struct Sieve {
    // Bits that a name may meet; conditions still have to hold where `checked` has the bit.
    by_code: Box<[u64]>,
    others: u64,
    checked: u64,
    parts: Vec<Part>,
    filters: Vec<Test>,
    columns: Columns,
    from_ms: i64,
    to_ms: i64,
}

#[derive(Clone, Debug)]
struct Part {
    bit: u64,
    code: Option<u32>,
    tests: Vec<Test>,
}

#[derive(Clone, Debug)]
enum Test {
    Text { text: Text, codes: Box<[u32]>, wanted: bool },
    Number { number: Number, min: i64, max: i64 },
}

impl Test {
    fn new(condition: &Condition, names: &dyn Names) -> Test {
        let codes = |text: Text, values: &[String]| {
            let mut codes: Vec<_> = values.iter().filter_map(|it| names.text_code(text, it)).collect();
            codes.sort_unstable();
            codes.into_boxed_slice()
        };
        match condition {
            Condition::OneOf { text, values } => {
                Test::Text { text: *text, codes: codes(*text, values), wanted: true }
            }
            Condition::NoneOf { text, values } => {
                Test::Text { text: *text, codes: codes(*text, values), wanted: false }
            }
            Condition::Between { number, min, max } => {
                Test::Number { number: *number, min: min.unwrap_or(NONE + 1), max: max.unwrap_or(i64::MAX) }
            }
        }
    }

    fn holds(&self, run: &Run<'_>, at: usize) -> bool {
        match self {
            Test::Text { text, codes, wanted } => {
                let code = run.texts[text.index()][at];
                (code != NO_TEXT && codes.binary_search(&code).is_ok()) == *wanted
            }
            Test::Number { number, min, max } => {
                let value = run.numbers[number.index()][at];
                value != NONE && *min <= value && value <= *max
            }
        }
    }

    fn wants(&self, columns: Columns) -> Columns {
        match self {
            Test::Text { text, .. } => columns.with(*text),
            Test::Number { number, .. } => columns.with_number(*number),
        }
    }
}

impl Sieve {
    /// A sieve for parts, each with its bit; several parts may share one.
    pub(crate) fn new<'a>(
        scope: &Scope,
        parts: impl IntoIterator<Item = (u32, &'a What)>,
        names: &dyn Names,
    ) -> Sieve {
        let mut sieve = Sieve {
            by_code: Box::new([0]),
            others: 0,
            checked: 0,
            parts: vec![],
            filters: scope.filters.iter().map(|it| Test::new(it, names)).collect(),
            columns: Columns::none(),
            from_ms: scope.from_ms,
            to_ms: scope.to_ms,
        };
        for (bit, what) in parts {
            let code = what.event.as_ref().map(|name| names.name_code(name).unwrap_or(NO_TEXT));
            let tests = what.conditions.iter().map(|it| Test::new(it, names)).collect();
            // An event that never happened has no code, and nothing meets it.
            if code != Some(NO_TEXT) {
                sieve.parts.push(Part { bit: 1 << bit, code, tests });
            }
        }
        sieve.tabulate();
        sieve
    }

    /// The same with [`EVERY`] on every fact that passes the filters.
    pub(crate) fn with_every(mut self) -> Sieve {
        self.parts.push(Part { bit: EVERY, code: None, tests: vec![] });
        self.tabulate();
        self
    }

    fn tabulate(&mut self) {
        self.others = self.parts.iter().filter(|it| it.code.is_none()).fold(0, |bits, it| bits | it.bit);
        let codes = self.parts.iter().filter_map(|it| it.code).max().unwrap_or(0) as usize + 1;
        let mut by_code = vec![self.others; codes];
        by_code[NO_TEXT as usize] = 0;
        for part in &self.parts {
            if let Some(code) = part.code {
                by_code[code as usize] |= part.bit;
            }
        }
        self.by_code = by_code.into();
        let tested = self.parts.iter().filter(|it| !it.tests.is_empty()).fold(0, |bits, it| bits | it.bit);
        self.checked = if self.filters.is_empty() { tested } else { u64::MAX };
        let tests = self.parts.iter().flat_map(|it| &it.tests).chain(&self.filters);
        self.columns = tests.fold(Columns::none(), |columns, it| it.wants(columns));
    }

    /// The columns that conditions and filters look at.
    pub(crate) fn columns(&self) -> Columns {
        self.columns
    }

    /// The bits of the parts that a fact meets.
    #[inline(always)]
    pub(crate) fn bits(&self, run: &Run<'_>, at: usize) -> u64 {
        let code = run.name[at] as usize;
        let bits = self.by_code.get(code).copied().unwrap_or(self.others);
        if bits & self.checked == 0 { bits } else { self.bits_checked(run, at, bits) }
    }

    #[cold]
    #[inline(never)]
    fn bits_checked(&self, run: &Run<'_>, at: usize, may: u64) -> u64 {
        if !self.passes(run, at) {
            return 0;
        }
        let code = run.name[at];
        let met = self.parts.iter().filter(|it| {
            may & it.bit != 0
                && it.code.is_none_or(|it| it == code)
                && it.tests.iter().all(|it| it.holds(run, at))
        });
        met.fold(0, |bits, it| bits | it.bit)
    }

    /// Whether a fact is one, and passes the scope's filters.
    pub(crate) fn passes(&self, run: &Run<'_>, at: usize) -> bool {
        run.name[at] != NO_TEXT && self.filters.iter().all(|it| it.holds(run, at))
    }

    /// Whether no fact can meet two parts at once.
    pub(crate) fn is_disjoint(&self) -> bool {
        self.by_code.iter().chain([&self.others]).all(|bits| (bits & !EVERY).count_ones() <= 1)
    }

    /// Whether no property of any fact matters.
    pub(crate) fn is_plain(&self) -> bool {
        self.checked == 0
    }

    /// The code of the name that each of the lowest bits stands for, when names alone decide; [`NO_TEXT`] for one that
    /// never happened.
    pub(crate) fn codes(&self, bits: usize) -> Option<Box<[u32]>> {
        let plain = self.is_plain() && self.parts.iter().all(|it| it.code.is_some() && it.bit < 1 << bits);
        let code = |bit: usize| self.parts.iter().find(|it| it.bit == 1 << bit)?.code;
        plain.then(|| (0..bits).map(|bit| code(bit).unwrap_or(NO_TEXT)).collect())
    }

    /// The facts in the range.
    #[inline]
    pub(crate) fn range(&self, run: &Run<'_>) -> Range<usize> {
        let at_ms = run.at_ms;
        let (Some(first), Some(last)) = (at_ms.first(), at_ms.last()) else { return 0..0 };
        let from = if *first >= self.from_ms { 0 } else { at_ms.partition_point(|it| *it < self.from_ms) };
        let to = if *last < self.to_ms { at_ms.len() } else { at_ms.partition_point(|it| *it < self.to_ms) };
        from..to.max(from)
    }

    /// Which of [`Head::names`](crate::Head::names)' bits stand for names that can meet a part; all when any can.
    pub(crate) fn head_names(&self, bit: u64) -> u64 {
        let parts = self.parts.iter().filter(|it| it.bit == bit);
        parts.fold(0, |names, it| names | it.code.map_or(u64::MAX, |code| 1 << code.min(63)))
    }
}

/// The group that a person or fact belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Touch {
    by: Option<Text>,
    of: Of,
}

impl Touch {
    pub(crate) fn new(breakdown: Option<&Breakdown>) -> Touch {
        Touch { by: breakdown.map(|it| it.by), of: breakdown.map_or(Of::Event, |it| it.of) }
    }

    /// Whether there are groups at all.
    pub(crate) fn is_none(self) -> bool {
        self.by.is_none()
    }

    pub(crate) fn columns(self, columns: Columns) -> Columns {
        self.by.map_or(columns, |it| columns.with(it))
    }

    /// The code of the group by first touch; none when it depends on the fact, or there are no groups.
    pub(crate) fn person(self, sieve: &Sieve, run: &Run<'_>, range: Range<usize>) -> Option<u32> {
        let by = self.by.filter(|_| self.of == Of::FirstTouch)?;
        let column = run.texts[by.index()];
        let first = range.into_iter().find(|at| column[*at] != NO_TEXT && sieve.passes(run, *at));
        Some(first.map_or(NO_TEXT, |at| column[at]))
    }

    /// The code of the group of a fact of a person whose first touch is known.
    pub(crate) fn fact(self, person: Option<u32>, run: &Run<'_>, at: usize) -> Option<u32> {
        let by = self.by?;
        person.or_else(|| Some(run.texts[by.index()][at]))
    }
}
