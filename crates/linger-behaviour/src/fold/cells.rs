//! Sums by group and row, bounded, and their ranking when all is counted. It does not know what is summed.

use crate::{Breakdown, Group, Names, Wrong};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// The group of everybody.
pub(crate) const EVERYBODY: u32 = u32::MAX;

/// Rows of everybody that are found without hashing.
const DENSE: u32 = 1024;

/// Sums that add up.
pub(crate) trait Sum: Default + Send {
    /// Takes in the sums over other people.
    fn add(&mut self, other: Self);
}

/// A group as an answer shows it, with its rows.
pub(crate) type Ranked<S> = (Group, BTreeMap<u32, S>);

/// Sums by (group, row). How many there are depends on the people alone, not on how they are parted: so whether there
/// are too many does not either.
#[derive(Debug)]
pub(crate) struct Cells<S> {
    // The first rows of everybody, found without hashing.
    all: Vec<Option<S>>,
    held: FxHashMap<(u32, u32), S>,
    most: usize,
    too_many: bool,
}

impl<S: Sum> Cells<S> {
    /// At most so many.
    pub(crate) fn new(most: usize) -> Cells<S> {
        Cells { all: vec![], held: FxHashMap::default(), most, too_many: false }
    }

    /// The sums of a row of a group; nothing once there are too many.
    #[inline]
    pub(crate) fn at(&mut self, group: u32, row: u32) -> Option<&mut S> {
        if self.too_many {
            return None;
        }
        if group == EVERYBODY && row < DENSE {
            let row = row as usize;
            if row >= self.all.len() {
                self.all.resize_with(row + 1, || None);
            }
            return Some(self.all[row].get_or_insert_default());
        }
        if self.held.len() >= self.most && !self.held.contains_key(&(group, row)) {
            self.give_up();
            return None;
        }
        Some(self.held.entry((group, row)).or_default())
    }

    /// Does the same to the row of everybody and to that of a group.
    #[inline]
    pub(crate) fn both(&mut self, group: Option<u32>, row: u32, mut each: impl FnMut(&mut S)) {
        if let Some(sums) = self.at(EVERYBODY, row) {
            each(sums);
        }
        if let Some(sums) = group.and_then(|group| self.at(group, row)) {
            each(sums);
        }
    }

    pub(crate) fn get(&self, group: u32, row: u32) -> Option<&S> {
        let dense = (group == EVERYBODY).then(|| self.all.get(row as usize)?.as_ref()).flatten();
        dense.or_else(|| self.held.get(&(group, row)))
    }

    pub(crate) fn clear(&mut self) {
        self.all.clear();
        self.held.clear();
        self.too_many = false;
    }

    fn give_up(&mut self) {
        (self.all, self.held) = (vec![], FxHashMap::default());
        self.too_many = true;
    }

    /// All sums; none when there are too many.
    pub(crate) fn into_rows(self) -> Option<BTreeMap<(u32, u32), S>> {
        (!self.too_many).then(|| self.rows().collect())
    }

    fn rows(self) -> impl Iterator<Item = ((u32, u32), S)> {
        let all = (0..).zip(self.all).filter_map(|(row, sums)| Some(((EVERYBODY, row), sums?)));
        all.chain(self.held)
    }

    pub(crate) fn add(&mut self, other: Cells<S>) {
        if other.too_many {
            self.give_up();
        }
        for ((group, row), sums) in other.rows() {
            if let Some(mine) = self.at(group, row) {
                mine.add(sums);
            }
        }
    }

    /// The groups as an answer shows them, each with its rows. `weight` says how many people a row stands for.
    pub(crate) fn ranked(
        self,
        breakdown: Option<&Breakdown>,
        names: &dyn Names,
        min_people: u32,
        weight: impl Fn(&S) -> u64,
    ) -> Result<Vec<Ranked<S>>, Wrong> {
        if self.too_many {
            return Err(Wrong::new(
                "breakdown",
                "has too many different values for one answer: narrow it with where",
            ));
        }
        let mut groups: BTreeMap<u32, BTreeMap<u32, S>> = BTreeMap::new();
        for ((group, row), sums) in self.rows() {
            groups.entry(group).or_default().insert(row, sums);
        }
        let people = |rows: &BTreeMap<u32, S>| rows.values().map(&weight).sum::<u64>();
        let small = |rows: &BTreeMap<u32, S>| (1..u64::from(min_people)).contains(&people(rows));
        let all = groups.remove(&EVERYBODY).unwrap_or_default();
        let mut answer = vec![(Group { value: None, rest: false, hidden: small(&all) }, all)];
        let Some(breakdown) = breakdown else { return Ok(answer) };
        let value = |code: u32| names.text(breakdown.by, code).to_owned();
        let mut groups: Vec<_> =
            groups.into_iter().map(|(code, rows)| (people(&rows), value(code), rows)).collect();
        groups.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let others = groups.split_off(groups.len().min(breakdown.groups_max as usize));
        for (_, value, rows) in groups {
            answer.push((Group { value: Some(value), rest: false, hidden: small(&rows) }, rows));
        }
        if !others.is_empty() {
            let mut rest: BTreeMap<u32, S> = BTreeMap::new();
            for (row, sums) in others.into_iter().flat_map(|it| it.2) {
                rest.entry(row).or_default().add(sums);
            }
            answer.push((Group { value: None, rest: true, hidden: small(&rest) }, rest));
        }
        Ok(answer)
    }
}
