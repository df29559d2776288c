//! The people behind a figure: each person is asked the whole question alone, so that the list cannot say anything else
//! than the figure. It does not know how any question is answered.

use super::{AnyFold, Target, cells::EVERYBODY, retention::code_of};
use crate::{
    Cell, Cohort, Columns, Fold, Head, Names, Need, PersonKey, Question, Run, Wrong, answer::Members,
    question::MEMBERS_MAX,
};

/// The fold that finds who belongs to a cell: the people with the least keys, as many as asked for, and how many there
/// are.
pub struct MembersFold {
    alone: AnyFold,
    target: Target,
    limit: usize,
    min_people: u32,
    found: Vec<PersonKey>,
    count: u64,
}

impl Question {
    /// The fold that finds the people of a cell, at most `limit` ([`MEMBERS_MAX`] at most). Wrong when the cell is one
    /// of another kind of question. Arguments as for [`Question::fold`].
    pub fn members(
        &self,
        cell: &Cell,
        limit: usize,
        names: &dyn Names,
        store_zone: &str,
    ) -> Result<MembersFold, Wrong> {
        let mut target = self.target(cell, names)?;
        let alone = self.fold(names, store_zone);
        target.code = target.code.or_else(|| alone.period(&target.label));
        let min_people = self.scope().min_people;
        Ok(MembersFold { alone, target, limit: limit.min(MEMBERS_MAX), min_people, found: vec![], count: 0 })
    }

    fn target(&self, cell: &Cell, names: &dyn Names) -> Result<Target, Wrong> {
        let group = |value: &Option<String>| match (value, self.breakdown()) {
            (None, _) => Some(EVERYBODY),
            (Some(value), Some(breakdown)) => code_of(names, breakdown.by, value),
            (Some(_), None) => None,
        };
        let target = Target { group: Some(EVERYBODY), ..Target::default() };
        Ok(match (self, cell) {
            (Question::Retention(it), Cell::Retention { group: value, cohort, bracket }) => {
                let code = match it.cohort {
                    Cohort::Text(text) => code_of(names, text, cohort),
                    Cohort::Period => None,
                };
                Target { group: group(value), label: cohort.clone(), code, column: *bracket, ..target }
            }
            (Question::Funnel(_), Cell::Funnel { group: value, step, lost }) => {
                Target { group: group(value), column: Some(*step), lost: *lost, ..target }
            }
            (Question::Sequence(_), Cell::Sequence { group: value, step }) => {
                Target { group: group(value), column: Some(*step), ..target }
            }
            (Question::Paths(it), Cell::Paths { level, node }) => {
                let code = match it.node {
                    Some(text) => names.text_code(text, node),
                    None => names.name_code(node),
                };
                Target { code, column: Some(*level), ..target }
            }
            (Question::Stickiness(_), Cell::Stickiness { period, days }) => {
                Target { label: period.clone(), column: *days, ..target }
            }
            (Question::LifeCycle(_), Cell::LifeCycle { period, stage }) => {
                Target { label: period.clone(), stage: Some(*stage), ..target }
            }
            (Question::Survival(_), Cell::Survival { group: value }) => {
                Target { group: group(value), ..target }
            }
            (Question::Trend(_), Cell::Trend { group: value, period }) => {
                Target { group: group(value), label: period.clone(), ..target }
            }
            _ => return Err(Wrong::new("cell.of", "is of another kind of question")),
        })
    }
}

impl MembersFold {
    /// The people, unless they are too few to be shown.
    pub fn finish(mut self) -> Members {
        if (1..u64::from(self.min_people)).contains(&self.count) {
            return Members::default();
        }
        self.trim();
        Members { people: self.found, count: Some(self.count) }
    }

    /// Whether one person belongs to the cell, by all their facts: for whoever keeps a list up to date as facts arrive. It
    /// does not change what is counted.
    pub fn has(&mut self, run: &Run<'_>) -> bool {
        self.alone.clear();
        self.alone.run(run);
        self.alone.holds(&self.target)
    }

    fn trim(&mut self) {
        self.found.sort_unstable();
        self.found.truncate(self.limit);
    }

    fn find(&mut self, person: PersonKey) {
        if self.alone.holds(&self.target) {
            self.count += 1;
            self.found.push(person);
            if self.found.len() > 2 * MEMBERS_MAX {
                self.trim();
            }
        }
    }
}

impl Fold for MembersFold {
    fn columns(&self) -> Columns {
        self.alone.columns()
    }

    fn head(&mut self, head: &Head<'_>) -> Need {
        self.alone.clear();
        let need = self.alone.head(head);
        if need == Need::Nothing {
            self.find(head.person);
        }
        need
    }

    fn run(&mut self, run: &Run<'_>) {
        self.alone.clear();
        self.alone.run(run);
        self.find(run.person);
    }

    fn merge(&mut self, other: MembersFold) {
        self.count += other.count;
        self.found.extend(other.found);
        self.trim();
    }
}
