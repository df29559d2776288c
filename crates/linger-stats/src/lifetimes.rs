//! Stays as sums over watch age: how many came under observation, left and were lost sight of at each second of age. It
//! does not know who stayed, nor the curve that follows from it.

use crate::{Survival, Unknown};
use std::ops::AddAssign;

/// The highest age told apart, in seconds: one day. Longer stays count as still running at this age.
pub const AGE_S_MAX: u32 = 86_400;

/// Observed lifetimes as steps: for each age in whole seconds, how many entered observation at it, left at it (the
/// event) and were censored at it (still there when last seen).
///
/// Entering at an age above zero is left truncation: observation began when the stay was that old already. As in
/// R's `Surv(enter, exit, status)`, somebody who enters at age `e` is at risk from `e` on, `e` itself excluded; who is
/// there from the beginning is at risk at age 0 too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifetimes {
    // One row per age; the last row is not all zero, so that equal sums are equal values.
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub entered: u64,
    pub left: u64,
    pub censored: u64,
}

/// Who could leave at an age, and who did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RiskSet {
    pub at_risk: u64,
    pub left: u64,
}

impl Lifetimes {
    /// Counts `count` stays that were observed from age `entered_s` and ended at age `left_s`.
    ///
    /// [`Unknown::NeverAtRisk`] when observation began at an age above zero that was not before the end.
    pub fn left(&mut self, entered_s: u32, left_s: u32, count: u64) -> Result<(), Unknown> {
        if left_s > AGE_S_MAX {
            return self.censored(entered_s, AGE_S_MAX, count);
        }
        check_at_risk(entered_s, left_s)?;
        if count > 0 {
            self.row(entered_s).entered += count;
            self.row(left_s).left += count;
        }
        Ok(())
    }

    /// Counts `count` stays that were observed from age `entered_s` and still ran when last seen, at age `seen_s`.
    ///
    /// [`Unknown::NeverAtRisk`] when observation began at an age above zero that was not before the end.
    pub fn censored(&mut self, entered_s: u32, seen_s: u32, count: u64) -> Result<(), Unknown> {
        let seen_s = seen_s.min(AGE_S_MAX);
        check_at_risk(entered_s, seen_s)?;
        if count > 0 {
            self.row(entered_s).entered += count;
            self.row(seen_s).censored += count;
        }
        Ok(())
    }

    /// How many stays are counted, ended or not.
    pub fn stays(&self) -> u64 {
        self.rows.iter().map(|row| row.entered).sum()
    }

    /// How many stays were seen to end.
    pub fn ended(&self) -> u64 {
        self.rows.iter().map(|row| row.left).sum()
    }

    /// The average length in seconds of the stays that were seen to end: the naive figure, which is too low while
    /// others still run. Only here to be shown beside [`RestrictedMean`](crate::RestrictedMean).
    pub fn naive_mean_s(&self) -> Result<f64, Unknown> {
        let ended = self.ended();
        if ended == 0 {
            return Err(Unknown::NothingObserved);
        }
        let seconds: u64 = self.rows.iter().zip(0u64..).map(|(row, age)| row.left * age).sum();
        Ok(seconds as f64 / ended as f64)
    }

    /// The Kaplan–Meier estimate of the share that is still there at each age.
    ///
    /// [`Unknown::NothingObserved`] without stays.
    pub fn kaplan_meier(&self) -> Result<Survival, Unknown> {
        Survival::from_risk_sets(self.stays(), self.risk_sets())
    }

    /// These stays less those of `part`, which were counted into them before.
    pub(crate) fn without(&self, part: &Lifetimes) -> Lifetimes {
        let mut rest = self.clone();
        for (mine, theirs) in rest.rows.iter_mut().zip(&part.rows) {
            mine.entered -= theirs.entered;
            mine.left -= theirs.left;
            mine.censored -= theirs.censored;
        }
        while rest.rows.last() == Some(&Row::default()) {
            rest.rows.pop();
        }
        rest
    }

    /// How many were at risk at each age from 0 to the highest one observed, and how many of them left at it.
    pub(crate) fn risk_sets(&self) -> impl Iterator<Item = RiskSet> + '_ {
        let mut at_risk = 0;
        let mut newcomers = self.rows.first().map_or(0, |row| row.entered);
        self.rows.iter().zip(0u32..).map(move |(row, age_s)| {
            // Who enters at age 0 is at risk at age 0; who enters later is at risk from the next second on.
            at_risk += newcomers;
            let set = RiskSet { at_risk, left: row.left };
            at_risk -= row.left + row.censored;
            newcomers = if age_s > 0 { row.entered } else { 0 };
            set
        })
    }

    fn row(&mut self, age_s: u32) -> &mut Row {
        let at = age_s as usize;
        if at >= self.rows.len() {
            self.rows.resize(at + 1, Row::default());
        }
        &mut self.rows[at]
    }
}

fn check_at_risk(entered_s: u32, end_s: u32) -> Result<(), Unknown> {
    if entered_s > 0 && entered_s >= end_s { Err(Unknown::NeverAtRisk) } else { Ok(()) }
}

impl AddAssign<&Lifetimes> for Lifetimes {
    fn add_assign(&mut self, other: &Lifetimes) {
        if other.rows.len() > self.rows.len() {
            self.rows.resize(other.rows.len(), Row::default());
        }
        for (mine, theirs) in self.rows.iter_mut().zip(&other.rows) {
            mine.entered += theirs.entered;
            mine.left += theirs.left;
            mine.censored += theirs.censored;
        }
    }
}

/// Stays of which some still run: the ended ones by age, the running ones by the second of the show in which they
/// began. As time goes by nothing has to be touched: the present ages of the running ones follow from `now - began`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stays {
    ended: Lifetimes,
    // Running stays by the second they began in; the last one is not zero.
    running: Vec<u64>,
}

impl Stays {
    /// `count` stays begin in second `at_s` of the show, [`AGE_S_MAX`] at most.
    pub fn begin(&mut self, at_s: u32, count: u64) {
        let at = at_s.min(AGE_S_MAX) as usize;
        if count == 0 {
            return;
        }
        if at >= self.running.len() {
            self.running.resize(at + 1, 0);
        }
        self.running[at] += count;
    }

    /// `count` stays that began in second `began_s` end in second `at_s`: by leaving, or, if `seen_to_leave` is false,
    /// by being lost sight of. Returns how many of them were running.
    pub fn end(&mut self, began_s: u32, at_s: u32, seen_to_leave: bool, count: u64) -> u64 {
        let Some(running) = self.running.get_mut(began_s.min(AGE_S_MAX) as usize) else { return 0 };
        let count = count.min(*running);
        *running -= count;
        while self.running.last() == Some(&0) {
            self.running.pop();
        }
        let age_s = at_s.saturating_sub(began_s);
        let counted = match seen_to_leave {
            true => self.ended.left(0, age_s, count),
            false => self.ended.censored(0, age_s, count),
        };
        counted.expect("a stay that is observed from age 0 is at risk");
        count
    }

    /// How many stays run.
    pub fn running(&self) -> u64 {
        self.running.iter().sum()
    }

    /// The stays that ended, without the running ones.
    pub fn ended(&self) -> &Lifetimes {
        &self.ended
    }

    /// All stays as observed up to second `now_s`: the running ones are censored at their present age. Costs time in
    /// proportion to the seconds of the show, however many people there are.
    pub fn at(&self, now_s: u32) -> Lifetimes {
        let mut all = self.ended.clone();
        for (began_s, count) in (0u32..).zip(&self.running) {
            all.censored(0, now_s.saturating_sub(began_s), *count).expect("observed from age 0");
        }
        all
    }
}

impl AddAssign<&Stays> for Stays {
    fn add_assign(&mut self, other: &Stays) {
        self.ended += &other.ended;
        if other.running.len() > self.running.len() {
            self.running.resize(other.running.len(), 0);
        }
        for (mine, theirs) in self.running.iter_mut().zip(&other.running) {
            *mine += theirs;
        }
    }
}
