//! Sequences in one pass: for each step the latest way to it is enough. It does not know where runs come from.
//!
//! Why the latest way is enough: of two ways that end at the same step, the later one has less time to the next step, has no
//! more facts in between that are not allowed, and (by induction over steps) a start that is not earlier.

use super::{
    Ask, Target,
    cells::{Cells, EVERYBODY, Sum},
    sieve::{Sieve, Touch},
};
use crate::{
    Answer, Band, Columns, Fold, Head, Marks, Names, Need, Run, Sequence, Wrong,
    answer::{Matched, MatchedGroup},
    question::STEPS_MAX,
};

/// Groups that a fold holds at most: 50 MB.
const GROUPS_HELD: usize = 200_000;
/// Bits from here on stand for facts that may not lie before the step.
const WITHOUT: u32 = 20;
const STEPS: u64 = (1 << WITHOUT) - 1;
const NEVER: i64 = i64::MIN / 4;

pub(crate) struct SequenceFold {
    question: Sequence,
    sieve: Sieve,
    touch: Touch,
    steps: usize,
    // The names of the steps, when names alone decide.
    codes: Option<Box<[u32]>>,
    // Whether any time may lie between steps.
    unhurried: bool,
    within_ms: [i64; STEPS_MAX],
    window_ms: i64,
    cells: Cells<Row>,
    // The latest way to each step: when it ended, and when it began.
    ended: [i64; STEPS_MAX],
    began: [i64; STEPS_MAX],
}

#[derive(Debug, Default)]
struct Row {
    people: Vec<u64>,
}

impl Sum for Row {
    fn add(&mut self, other: Row) {
        self.people.resize(self.people.len().max(other.people.len()), 0);
        self.people.iter_mut().zip(other.people).for_each(|(mine, theirs)| *mine += theirs);
    }
}

impl SequenceFold {
    pub(crate) fn new(question: &Sequence, names: &dyn Names) -> SequenceFold {
        let steps = (0u32..).zip(&question.pattern);
        let parts = steps.flat_map(|(step, it)| {
            let without = it.without.iter().map(move |what| (WITHOUT + step, what));
            [(step, &it.then)].into_iter().chain(without)
        });
        let longest = i64::MAX / 4;
        let mut within_ms = [longest; STEPS_MAX];
        for (within_ms, step) in within_ms.iter_mut().zip(&question.pattern) {
            *within_ms = step.within_s.map_or(longest, |s| s as i64 * 1000);
        }
        let sieve = Sieve::new(&question.scope, parts, names);
        SequenceFold {
            codes: sieve.codes(question.pattern.len()).filter(|_| question.breakdown.is_none()),
            unhurried: question.window_s.is_none() && question.pattern.iter().all(|it| it.within_s.is_none()),
            sieve,
            touch: Touch::new(question.breakdown.as_ref()),
            steps: question.pattern.len(),
            within_ms,
            window_ms: question.window_s.map_or(longest, |s| s as i64 * 1000),
            cells: Cells::new(GROUPS_HELD),
            ended: [NEVER; STEPS_MAX],
            began: [NEVER; STEPS_MAX],
            question: question.clone(),
        }
    }

    /// Takes in how many people matched up to each step, as counted elsewhere. None when there are not as many steps.
    pub(crate) fn take(&mut self, group: u32, people: Vec<u64>) -> Option<()> {
        (people.len() == self.steps).then_some(())?;
        if let Some(row) = self.cells.at(group, 0) {
            row.add(Row { people });
        }
        Some(())
    }

    /// Takes a fact; returns the steps it completes. Later steps first, so that one fact serves one step.
    #[inline]
    fn step(&mut self, at_ms: i64, bits: u64) -> u32 {
        let mut met = 0;
        let mut rest = bits & STEPS;
        let breaks = bits >> WITHOUT;
        while rest != 0 {
            let step = 63 - rest.leading_zeros() as usize;
            rest ^= 1 << step;
            if step == 0 {
                (self.ended[0], self.began[0]) = (at_ms, at_ms);
                met |= 1;
                continue;
            }
            let (ended, began) = (self.ended[step - 1], self.began[step - 1]);
            if ended != NEVER && at_ms - ended <= self.within_ms[step] && at_ms - began <= self.window_ms {
                (self.ended[step], self.began[step]) = (at_ms, began);
                met |= 1 << step;
            }
        }
        self.forget(breaks, met);
        met
    }

    /// Settles somebody by the order of names alone, which says how far they came at most; false when time could matter.
    #[inline]
    fn glance(&mut self, band: &Band<'_>, person: usize) -> bool {
        let scope = &self.question.scope;
        let (first_ms, last_ms) = (band.first_ms[person], band.last_ms[person]);
        if last_ms < scope.from_ms || first_ms >= scope.to_ms {
            return true;
        }
        let mut rows = band.rows(person);
        let mut met = 0;
        while met < self.steps
            && let Some(row) = band.first(met, rows.clone())
        {
            (met, rows.start) = (met + 1, row + 1);
        }
        if met == 0 {
            return true;
        }
        let within = first_ms >= scope.from_ms && last_ms < scope.to_ms;
        if !within || (met > 1 && !self.unhurried) {
            return false;
        }
        if let Some(row) = self.cells.at(EVERYBODY, 0) {
            if row.people.is_empty() {
                row.people.resize(self.steps, 0);
            }
            row.people[..met].iter_mut().for_each(|people| *people += 1);
        }
        true
    }

    /// A fact that may not lie before a step ends every way that waits for it, but not one that ends with this fact.
    #[inline]
    fn forget(&mut self, breaks: u64, met: u32) {
        let mut rest = breaks;
        while rest != 0 {
            let step = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            if step > 0 && met & (1 << (step - 1)) == 0 {
                self.ended[step - 1] = NEVER;
            }
        }
    }
}

impl Fold for SequenceFold {
    fn columns(&self) -> Columns {
        self.touch.columns(self.sieve.columns())
    }

    fn head(&mut self, head: &Head<'_>) -> Need {
        let scope = &self.question.scope;
        let outside = head.last_ms < scope.from_ms || head.first_ms >= scope.to_ms;
        if outside || self.sieve.head_names(1) & head.names == 0 { Need::Nothing } else { Need::Run }
    }

    fn marks(&self) -> Option<Marks<'_>> {
        self.codes.as_deref().map(|names| Marks { names, gaps: false })
    }

    fn band(&mut self, band: &Band<'_>, rest: &mut Vec<u32>) {
        rest.extend(
            (band.place..).zip(0..band.persons.len()).filter(|it| !self.glance(band, it.1)).map(|it| it.0),
        );
    }

    fn run(&mut self, run: &Run<'_>) {
        let range = self.sieve.range(run);
        self.ended[..self.steps].fill(NEVER);
        let whole = 1u32 << (self.steps - 1);
        let (mut reached, mut first) = (0, range.end);
        for at in range.clone() {
            let bits = self.sieve.bits(run, at);
            if bits == 0 {
                continue;
            }
            if bits & 1 != 0 && first == range.end {
                first = at;
            }
            reached |= self.step(run.at_ms[at], bits);
            if reached & whole != 0 {
                break;
            }
        }
        if reached == 0 {
            return;
        }
        let person = self.touch.person(&self.sieve, run, range);
        let group = self.touch.fact(person, run, first);
        let steps = self.steps;
        self.cells.both(group, 0, |row| {
            row.people.resize(steps, 0);
            for (step, people) in row.people.iter_mut().enumerate() {
                *people += u64::from(reached >> step & 1);
            }
        });
    }

    fn merge(&mut self, other: SequenceFold) {
        self.cells.add(other.cells);
    }
}

impl Ask for SequenceFold {
    fn clear(&mut self) {
        self.cells.clear();
    }

    fn holds(&self, target: &Target) -> bool {
        let row = target.group.and_then(|group| self.cells.get(group, 0));
        let step = target.column.unwrap_or(0) as usize;
        row.and_then(|row| row.people.get(step)).is_some_and(|it| *it > 0)
    }

    fn finish(self, names: &dyn Names) -> Result<Answer, Wrong> {
        let first = |row: &Row| row.people.first().copied().unwrap_or(0);
        let min_people = self.question.scope.min_people;
        let groups = self.cells.ranked(self.question.breakdown.as_ref(), names, min_people, first)?;
        let groups = groups.into_iter().map(|(group, mut rows)| {
            let mut people = rows.remove(&0).unwrap_or_default().people;
            people.resize(self.steps, 0);
            MatchedGroup { people: if group.hidden { vec![] } else { people }, group }
        });
        Ok(Answer::Sequence(Matched { groups: groups.collect() }))
    }
}
