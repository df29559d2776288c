//! One fold for each kind of question, behind one type. It does not know how facts are stored.

mod bits;
pub(crate) mod cells;
pub(crate) mod chain;
mod days;
pub(crate) mod funnel;
pub(crate) mod life_cycle;
mod members;
pub(crate) mod paths;
pub(crate) mod retention;
pub(crate) mod sequence;
mod sieve;
pub(crate) mod stickiness;
pub(crate) mod survival;
mod times;
pub(crate) mod trend;

pub use members::MembersFold;

use crate::{Answer, Band, Columns, Fold, Head, Marks, Names, Need, Question, Run, Stage, Wrong};

/// What every question's fold can do beside folding.
pub(crate) trait Ask: Fold {
    /// Forgets all people.
    fn clear(&mut self);
    /// Whether anybody seen belongs to a cell.
    fn holds(&self, target: &Target) -> bool;
    /// The number of a period by its label, as `holds` takes it for a target's code.
    fn period(&self, label: &str) -> Option<u32> {
        let _ = label;
        None
    }
    /// The answer.
    fn finish(self, names: &dyn Names) -> Result<Answer, Wrong>;
}

/// A [`Cell`](crate::Cell) with its texts looked up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    // None when nobody has the group's value.
    group: Option<u32>,
    // A period's or cohort's name; its number, or its code where it is a text.
    label: String,
    code: Option<u32>,
    column: Option<u32>,
    lost: bool,
    stage: Option<Stage>,
}

/// The fold of any question: one pass over people, adding up over parts of them.
///
/// Invariant: the answer depends on the people's facts alone: not on how people are parted, in which order they come, or
/// whether heads settle them.
pub struct AnyFold(Kind);

enum Kind {
    Retention(Box<retention::RetentionFold>),
    Funnel(Box<funnel::FunnelFold>),
    Sequence(Box<sequence::SequenceFold>),
    Paths(Box<paths::PathsFold>),
    Stickiness(Box<stickiness::StickinessFold>),
    LifeCycle(Box<life_cycle::LifeCycleFold>),
    Survival(Box<survival::SurvivalFold>),
    Trend(Box<trend::TrendFold>),
}

macro_rules! each {
    ($kind:expr, $it:ident => $do:expr) => {
        match $kind {
            Kind::Retention($it) => $do,
            Kind::Funnel($it) => $do,
            Kind::Sequence($it) => $do,
            Kind::Paths($it) => $do,
            Kind::Stickiness($it) => $do,
            Kind::LifeCycle($it) => $do,
            Kind::Survival($it) => $do,
            Kind::Trend($it) => $do,
        }
    };
}

impl Question {
    /// The fold that answers it. The question passed [`Question::check`]; `names` are the dictionaries of the runs that
    /// will be folded, complete for them; `store_zone` is the zone of the day masks of their heads.
    pub fn fold(&self, names: &dyn Names, store_zone: &str) -> AnyFold {
        AnyFold(match self {
            Question::Retention(it) => {
                Kind::Retention(Box::new(retention::RetentionFold::new(it, names, store_zone)))
            }
            Question::Funnel(it) => Kind::Funnel(Box::new(funnel::FunnelFold::new(it, names))),
            Question::Sequence(it) => Kind::Sequence(Box::new(sequence::SequenceFold::new(it, names))),
            Question::Paths(it) => Kind::Paths(Box::new(paths::PathsFold::new(it, names))),
            Question::Stickiness(it) => {
                Kind::Stickiness(Box::new(stickiness::StickinessFold::new(it, names, store_zone)))
            }
            Question::LifeCycle(it) => {
                Kind::LifeCycle(Box::new(life_cycle::LifeCycleFold::new(it, names, store_zone)))
            }
            Question::Survival(it) => Kind::Survival(Box::new(survival::SurvivalFold::new(it, names))),
            Question::Trend(it) => Kind::Trend(Box::new(trend::TrendFold::new(it, names))),
        })
    }
}

impl Fold for AnyFold {
    fn columns(&self) -> Columns {
        each!(&self.0, it => it.columns())
    }

    fn head(&mut self, head: &Head<'_>) -> Need {
        each!(&mut self.0, it => it.head(head))
    }

    fn marks(&self) -> Option<Marks<'_>> {
        each!(&self.0, it => it.marks())
    }

    fn band(&mut self, band: &Band<'_>, rest: &mut Vec<u32>) {
        each!(&mut self.0, it => it.band(band, rest))
    }

    fn run(&mut self, run: &Run<'_>) {
        each!(&mut self.0, it => it.run(run))
    }

    fn merge(&mut self, other: AnyFold) {
        match (&mut self.0, other.0) {
            (Kind::Retention(mine), Kind::Retention(other)) => mine.merge(*other),
            (Kind::Funnel(mine), Kind::Funnel(other)) => mine.merge(*other),
            (Kind::Sequence(mine), Kind::Sequence(other)) => mine.merge(*other),
            (Kind::Paths(mine), Kind::Paths(other)) => mine.merge(*other),
            (Kind::Stickiness(mine), Kind::Stickiness(other)) => mine.merge(*other),
            (Kind::LifeCycle(mine), Kind::LifeCycle(other)) => mine.merge(*other),
            (Kind::Survival(mine), Kind::Survival(other)) => mine.merge(*other),
            (Kind::Trend(mine), Kind::Trend(other)) => mine.merge(*other),
            _ => panic!("folds of different questions do not add up"),
        }
    }
}

impl AnyFold {
    /// The answer. Wrong when the question has more different values than can be held.
    pub fn finish(self, names: &dyn Names) -> Result<Answer, Wrong> {
        each!(self.0, it => it.finish(names))
    }

    fn clear(&mut self) {
        each!(&mut self.0, it => it.clear())
    }

    fn period(&self, label: &str) -> Option<u32> {
        each!(&self.0, it => it.period(label))
    }

    fn holds(&self, target: &Target) -> bool {
        each!(&self.0, it => it.holds(target))
    }
}
