//! Who could have left and who did, by second, by source and by watch age, as steps that add up. It does not know why
//! anybody left.
//!
//! A stay is at risk in every second from the one it began in to the one it ended in, as in
//! [`CurvePoint::at_risk`](crate::CurvePoint): summed over all strata the figures here are those of the curve.

use crate::live::{Gone, Stay};
use crate::source::{OTHER, Sources};
use std::collections::BTreeMap;

/// The watch age, in seconds, from which on each class of age counts. Narrow at first: most people who leave do so in
/// their first seconds, and a class in which leaving changes much would mistake a burst of arrivals for a drop.
pub const AGES_FROM_S: [u32; 7] = [0, 5, 15, 30, 120, 300, 900];
/// Sources that a review tells apart: those most people came from; the others count together.
pub const SOURCES_TOLD: usize = 8;

/// A source and a class of watch age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    second: u32,
    source: u8,
    age: u8,
}

/// What changed in one stratum in one second.
#[derive(Clone, Copy, Debug, Default)]
struct Change {
    // Stays that are at risk from this second on, and those for which it is the last one.
    entered: u32,
    last: u32,
    left: u32,
}

/// The strata of one show, as they change. Grows with seconds in which something changes, not with people.
#[derive(Clone, Debug, Default)]
pub(super) struct Strata {
    changes: BTreeMap<Key, Change>,
    // Stays by source, to know the largest ones.
    stays: BTreeMap<u8, u64>,
}

impl Strata {
    pub fn end(&mut self, gone: &Gone) {
        self.add(&gone.stay, gone.at_s, gone.seen);
    }

    /// A stay that runs was seen until `until_s`.
    pub fn censor(&mut self, stay: &Stay, until_s: u32) {
        self.add(stay, until_s.max(stay.began_s), false);
    }

    fn add(&mut self, stay: &Stay, at_s: u32, left: bool) {
        let source = stay.source.0;
        *self.stays.entry(source).or_default() += 1;
        for (age, from) in (0u8..).zip(AGES_FROM_S) {
            let first = stay.began_s.saturating_add(from);
            if first > at_s {
                return;
            }
            let until =
                AGES_FROM_S.get(usize::from(age) + 1).map(|next| stay.began_s.saturating_add(next - 1));
            let last = until.map_or(at_s, |until| until.min(at_s));
            self.changes.entry(Key { second: first, source, age }).or_default().entered += 1;
            let end = self.changes.entry(Key { second: last, source, age }).or_default();
            end.last += 1;
            end.left += u32::from(left && last == at_s);
        }
    }

    /// The same, told by the largest sources, up to `until_s`.
    pub fn sheet(&self, sources: &Sources, until_s: u32) -> Sheet {
        let mut largest: Vec<(u8, u64)> =
            self.stays.iter().map(|(source, stays)| (*source, *stays)).collect();
        largest.retain(|(source, _)| *source != 0);
        largest.sort_by_key(|(source, stays)| (std::cmp::Reverse(*stays), *source));
        largest.truncate(SOURCES_TOLD);
        let place = |source: u8| largest.iter().position(|(it, _)| *it == source).unwrap_or(largest.len());
        let name =
            |source: u8| sources.names().get(usize::from(source)).map_or(OTHER, |name| name).to_owned();
        let mut names: Vec<String> = largest.iter().map(|(source, _)| name(*source)).collect();
        if self.stays.len() > largest.len() {
            names.push(OTHER.to_owned());
        }
        let mut sheet = Sheet { sources: names, until_s, steps: Vec::new() };
        let mut here = vec![0u32; sheet.strata()];
        let mut rows = self.changes.iter().peekable();
        for second in 0..=until_s {
            let mut step = StratumSecond { at_risk: Vec::new(), left: Vec::new() };
            let mut over = Vec::new();
            while let Some((key, change)) = rows.next_if(|(key, _)| key.second <= second) {
                let at = place(key.source) * AGES_FROM_S.len() + usize::from(key.age);
                here[at] += change.entered;
                over.push((at, change.last));
                if change.left > 0 {
                    step.left.push((at, change.left));
                }
            }
            step.at_risk.extend(here.iter().enumerate().filter(|(_, n)| **n > 0).map(|(at, n)| (at, *n)));
            over.into_iter().for_each(|(at, last)| here[at] -= last);
            sheet.steps.push(step);
        }
        sheet
    }
}

/// The strata of one show second by second.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The sources told apart, largest first; `other` last when there are more.
    pub sources: Vec<String>,
    /// The last second.
    pub until_s: u32,
    pub(super) steps: Vec<StratumSecond>,
}

/// One second: counts by stratum, those that are not zero. A stratum is `source * ages + age`.
#[derive(Clone, Debug)]
pub(super) struct StratumSecond {
    pub at_risk: Vec<(usize, u32)>,
    pub left: Vec<(usize, u32)>,
}

impl Sheet {
    /// How many strata there are.
    pub fn strata(&self) -> usize {
        // One place for `other` is kept even when nobody came from there.
        (self.sources.len() + 1) * AGES_FROM_S.len()
    }

    /// Stays at risk and stays that left in a second, over all strata.
    pub fn totals(&self, second: u32) -> (u32, u32) {
        let sum = |counts: &[(usize, u32)]| counts.iter().map(|(_, n)| n).sum();
        self.steps.get(second as usize).map_or((0, 0), |it| (sum(&it.at_risk), sum(&it.left)))
    }
}
