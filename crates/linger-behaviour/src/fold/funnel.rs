//! Funnels in one pass. It does not know where runs come from.

use super::{
    Ask, Target,
    cells::{Cells, EVERYBODY, Ranked, Sum},
    chain::{Chain, Plan},
    sieve::{EVERY, Sieve, Touch},
    times::Times,
};
use crate::{
    Answer, Band, Columns, Fold, Funnel, Head, Marks, Names, Need, Order, Run, Wrong,
    answer::{Funnelled, FunnelledGroup, Reached},
    question::STEPS_MAX,
};
use std::ops::Range;

/// Groups that a fold holds at most. Their times take memory by the people in them.
const GROUPS_HELD: usize = 20_000;
const STEPS: u64 = 0xF_FFFF;
/// Rows up to which somebody is followed by the places of names. Beyond, one pass by time is sure to be quick.
const GLANCED_MAX: usize = 4_096;

pub(crate) struct FunnelFold {
    question: Funnel,
    plan: Plan,
    sieve: Sieve,
    touch: Touch,
    disjoint: bool,
    // The names of the steps, when names and times alone decide.
    codes: Option<Box<[u32]>>,
    cells: Cells<Row>,
    chain: Chain,
    // Kinds of facts of one time, reused.
    kinds: Vec<(u32, u32)>,
}

#[derive(Debug, Default)]
struct Row {
    people: Vec<u64>,
    times: Vec<Times>,
}

impl Sum for Row {
    fn add(&mut self, other: Row) {
        let steps = self.people.len().max(other.people.len());
        self.people.resize(steps, 0);
        self.times.resize(steps, Times::default());
        self.people.iter_mut().zip(&other.people).for_each(|(mine, theirs)| *mine += theirs);
        self.times.iter_mut().zip(&other.times).for_each(|(mine, theirs)| mine.add(theirs));
    }
}

impl Row {
    #[inline]
    fn count(&mut self, chain: &Chain, steps: usize) {
        if self.people.len() < steps {
            self.people.resize(steps, 0);
            self.times.resize(steps, Times::default());
        }
        let mut rest = chain.reached;
        while rest != 0 {
            let step = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            self.people[step] += 1;
            if step > 0 {
                self.times[step].note(chain.took_ms[step]);
            }
        }
    }
}

impl FunnelFold {
    pub(crate) fn new(question: &Funnel, names: &dyn Names) -> FunnelFold {
        let steps = (0..).zip(question.steps.iter().map(|it| &it.what));
        let sieve = Sieve::new(&question.scope, steps, names);
        let sieve = if question.order == Order::Strict { sieve.with_every() } else { sieve };
        let optional: Vec<_> = question.steps.iter().map(|it| it.optional).collect();
        FunnelFold {
            plan: Plan::new(&optional, question.window_s),
            disjoint: sieve.is_disjoint(),
            codes: sieve.codes(question.steps.len()).filter(|_| {
                question.order == Order::Ordered && sieve.is_disjoint() && question.breakdown.is_none()
            }),
            sieve,
            touch: Touch::new(question.breakdown.as_ref()),
            cells: Cells::new(GROUPS_HELD),
            chain: Chain::new(),
            kinds: vec![],
            question: question.clone(),
        }
    }

    /// Takes in people as counted elsewhere: those who reached a step, and took about so long. None when there is no such
    /// step.
    pub(crate) fn take(&mut self, group: u32, step: usize, took_ms: i64, people: u64) -> Option<()> {
        let steps = self.plan.steps;
        (step < steps).then_some(())?;
        if let Some(row) = self.cells.at(group, 0) {
            row.people.resize(steps, 0);
            row.times.resize(steps, Times::default());
            row.people[step] += people;
            if step > 0 {
                row.times[step].note_many(took_ms, people);
            }
        }
        Some(())
    }

    #[inline]
    fn follow(&mut self, run: &Run<'_>, range: Range<usize>) {
        self.chain.clear(&self.plan);
        match self.question.order {
            Order::Ordered if self.disjoint => {
                for at in range {
                    let bits = self.sieve.bits(run, at);
                    if bits != 0 {
                        let at_ms = run.at_ms[at];
                        if self.chain.is_done(at_ms) {
                            return;
                        }
                        self.chain.ordered(&self.plan, at_ms, bits.trailing_zeros() as usize);
                    }
                }
            }
            Order::Ordered => self.follow_together(run, range),
            Order::Strict | Order::StrictListed => {
                for at in range {
                    let bits = self.sieve.bits(run, at);
                    if bits != 0 {
                        let at_ms = run.at_ms[at];
                        if self.chain.is_done(at_ms) {
                            return;
                        }
                        self.chain.strict(&self.plan, at_ms, (bits & STEPS) as u32);
                    }
                }
            }
            Order::Any => {
                for at in range {
                    let bits = self.sieve.bits(run, at);
                    if bits != 0 {
                        let at_ms = run.at_ms[at];
                        if self.chain.is_done(at_ms) {
                            return;
                        }
                        self.chain.any(&self.plan, at_ms, bits as u32);
                    }
                }
            }
        }
    }

    /// Settles somebody by the places of names: a step is first reached by its earliest fact that lies within the window
    /// of the latest way back to a start. False when that cannot be said: the range cuts their facts, or the order of
    /// facts of one time could matter.
    #[inline]
    fn glance(&mut self, band: &Band<'_>, person: usize) -> bool {
        let scope = &self.question.scope;
        let (first_ms, last_ms) = (band.first_ms[person], band.last_ms[person]);
        if last_ms < scope.from_ms || first_ms >= scope.to_ms {
            return true;
        }
        let rows = band.rows(person);
        let Some(start) = band.first(0, rows.clone()) else { return true };
        if first_ms < scope.from_ms || last_ms >= scope.to_ms || rows.len() > GLANCED_MAX {
            return false;
        }
        let mut firsts = [start; STEPS_MAX];
        (self.chain.reached, self.chain.took_ms[0]) = (1, 0);
        for step in 1..self.plan.steps {
            let before = self.plan.before[step] as usize;
            if self.chain.reached >> before & 1 == 0 {
                continue;
            }
            let mut next = firsts[before] + 1..rows.end;
            while let Some(row) = band.first(step, next.clone()) {
                let took_ms = self.took_ms(band, &firsts, step, row);
                if took_ms <= self.plan.window_ms {
                    self.chain.reached |= 1 << step;
                    self.chain.took_ms[step] = took_ms;
                    firsts[step] = row;
                    break;
                }
                next.start = row + 1;
            }
        }
        // Who has nothing that could follow a start has no order that could matter.
        let follows = |step: usize| self.plan.before[step] == 0 && band.first(step, rows.clone()).is_some();
        let alone = self.chain.reached == 1 && !(1..self.plan.steps).any(follows);
        let sure = alone || !band.has_ties(rows);
        if sure && let Some(row) = self.cells.at(EVERYBODY, 0) {
            row.count(&self.chain, self.plan.steps);
        }
        sure
    }

    /// How long the latest way to a row of a step took, from the first rows of the steps before. It joins the way to one of
    /// these where it meets it.
    #[inline(always)]
    fn took_ms(&self, band: &Band<'_>, firsts: &[usize; STEPS_MAX], mut step: usize, mut row: usize) -> i64 {
        let mut took_ms = 0;
        while step > 0 {
            let before = self.plan.before[step] as usize;
            let from = band.last(before, firsts[before]..row).unwrap_or(firsts[before]);
            took_ms += band.between_ms(from, row);
            if from == firsts[before] {
                return took_ms + self.chain.took_ms[before];
            }
            (step, row) = (before, from);
        }
        took_ms
    }

    /// Steps that one fact may meet several of: all facts of one time are looked at together.
    fn follow_together(&mut self, run: &Run<'_>, range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let at_ms = run.at_ms[at];
            if self.chain.is_done(at_ms) {
                return;
            }
            self.kinds.clear();
            while at < range.end && run.at_ms[at] == at_ms {
                let bits = self.sieve.bits(run, at) as u32;
                at += 1;
                if bits == 0 {
                    continue;
                }
                match self.kinds.iter_mut().find(|it| it.0 == bits) {
                    Some(kind) => kind.1 += 1,
                    None => self.kinds.push((bits, 1)),
                }
            }
            if !self.kinds.is_empty() {
                self.chain.ordered_together(&self.plan, at_ms, &self.kinds);
            }
        }
    }

    /// Where the person's group is read by [`Of::Event`](crate::Of::Event).
    fn first_start(&self, run: &Run<'_>, range: Range<usize>) -> Option<usize> {
        let starts = if self.question.order == Order::Any { STEPS } else { 1 };
        range.into_iter().find(|at| self.sieve.bits(run, *at) & starts != 0)
    }
}

impl Fold for FunnelFold {
    fn columns(&self) -> Columns {
        self.touch.columns(self.sieve.columns())
    }

    fn head(&mut self, head: &Head<'_>) -> Need {
        let scope = &self.question.scope;
        if head.last_ms < scope.from_ms || head.first_ms >= scope.to_ms {
            return Need::Nothing;
        }
        let may = |step: usize| self.sieve.head_names(1 << step) & head.names != 0;
        if self.question.order == Order::Any {
            let any = (0..self.plan.steps).any(may);
            return if any { Need::Run } else { Need::Nothing };
        }
        if !may(0) {
            return Need::Nothing;
        }
        // Who did the first step and nothing that could follow it is counted without being read.
        let within = head.first_ms >= scope.from_ms && head.last_ms < scope.to_ms;
        let sure = self.sieve.is_plain() && self.sieve.head_names(1) & (1 << 63) == 0;
        let ends = (1..self.plan.steps).filter(|it| self.plan.before[*it] == 0).all(|it| !may(it));
        if within && sure && ends && self.touch.is_none() {
            let steps = self.plan.steps;
            if let Some(row) = self.cells.at(EVERYBODY, 0) {
                row.people.resize(steps, 0);
                row.times.resize(steps, Times::default());
                row.people[0] += 1;
            }
            return Need::Nothing;
        }
        Need::Run
    }

    fn marks(&self) -> Option<Marks<'_>> {
        self.codes.as_deref().map(|names| Marks { names, gaps: true })
    }

    fn band(&mut self, band: &Band<'_>, rest: &mut Vec<u32>) {
        rest.extend(
            (band.place..).zip(0..band.persons.len()).filter(|it| !self.glance(band, it.1)).map(|it| it.0),
        );
    }

    fn run(&mut self, run: &Run<'_>) {
        let range = self.sieve.range(run);
        self.follow(run, range.clone());
        if self.chain.reached == 0 {
            return;
        }
        let mut group = None;
        if !self.touch.is_none() {
            let person = self.touch.person(&self.sieve, run, range.clone());
            group = self.first_start(run, range).and_then(|at| self.touch.fact(person, run, at));
        }
        let (chain, steps) = (&self.chain, self.plan.steps);
        self.cells.both(group, 0, |row| row.count(chain, steps));
    }

    fn merge(&mut self, other: FunnelFold) {
        self.cells.add(other.cells);
    }
}

impl Ask for FunnelFold {
    fn clear(&mut self) {
        self.cells.clear();
    }

    fn holds(&self, target: &Target) -> bool {
        let row = target.group.and_then(|group| self.cells.get(group, 0));
        let step = target.column.unwrap_or(0) as usize;
        row.filter(|_| step < self.plan.steps).is_some_and(|row| {
            let reached = row.people[step] > 0;
            let before = match self.question.order {
                Order::Any => step.saturating_sub(1),
                _ => self.plan.before[step] as usize,
            };
            if target.lost { step > 0 && !reached && row.people[before] > 0 } else { reached }
        })
    }

    fn finish(self, names: &dyn Names) -> Result<Answer, Wrong> {
        let scope = &self.question.scope;
        let first = |row: &Row| row.people.first().copied().unwrap_or(0);
        let groups = self.cells.ranked(self.question.breakdown.as_ref(), names, scope.min_people, first)?;
        let shown = |(group, mut rows): Ranked<Row>| {
            let row = rows.remove(&0).unwrap_or_default();
            let step = |step: usize| {
                let people = row.people.get(step).copied().unwrap_or(0);
                let time = row.times.get(step).and_then(Times::spread);
                if group.hidden { Reached::default() } else { Reached { people: Some(people), time } }
            };
            let steps = (0..self.plan.steps).map(step).collect();
            FunnelledGroup { group, steps }
        };
        let groups = groups.into_iter().map(shown).collect();
        let open_from_ms = scope.to_ms.saturating_sub(self.plan.window_ms);
        Ok(Answer::Funnel(Funnelled { groups, open_from_ms }))
    }
}

// A fact's bits hold one for each step, and `EVERY` beside them.
const _: () = assert!(STEPS & EVERY == 0);
