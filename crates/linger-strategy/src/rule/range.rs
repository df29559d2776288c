//! What a condition can be, from the bounds of its figures alone: never true, always true, or either. It does not know what
//! any figure is now.
//!
//! The condition is spread out into alternatives of comparisons. An alternative is impossible when the comparisons of one
//! metric with constants leave no value for it, or when another comparison cannot hold with what they leave. This finds
//! every contradiction between constants, and some beyond; what it lets pass is judged by the back-test.

use super::{
    expr::{Cmp, Num, Op, Test},
    metric::Metric,
};

/// Alternatives that are looked at; a condition with more passes unseen.
const ALTERNATIVES_MAX: usize = 256;

/// The least and the most that a number can be when each metric lies within its bounds.
pub(crate) fn of(num: &Num, bounds: &dyn Fn(Metric) -> (f64, f64)) -> (f64, f64) {
    match num {
        Num::Const(value) => (*value, *value),
        Num::Metric(metric) => bounds(*metric),
        Num::Two(op, a, b) => {
            let ((a0, a1), (b0, b1)) = (of(a, bounds), of(b, bounds));
            match op {
                Op::Add => (a0 + b0, a1 + b1),
                Op::Sub => (a0 - b1, a1 - b0),
                Op::Max => (a0.max(b0), a1.max(b1)),
                Op::Min => (a0.min(b0), a1.min(b1)),
                Op::Mul => hull(&[a0 * b0, a0 * b1, a1 * b0, a1 * b1]),
                Op::Div if b0 <= 0.0 && b1 >= 0.0 => (f64::NEG_INFINITY, f64::INFINITY),
                Op::Div => hull(&[a0 / b0, a0 / b1, a1 / b0, a1 / b1]),
            }
        }
    }
}

fn hull(corners: &[f64]) -> (f64, f64) {
    corners.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| (low.min(*it), high.max(*it)))
}

/// Whether a condition can ever be `wanted`, all its figures known.
pub(crate) fn can_be(test: &Test, wanted: bool) -> bool {
    match spread(test, wanted) {
        None => true,
        Some(alternatives) => alternatives.iter().any(|it| possible(it)),
    }
}

type Comparison<'a> = (Cmp, &'a Num, &'a Num);

/// The alternatives under which `test` is `wanted`; `None` when there are too many.
fn spread(test: &Test, wanted: bool) -> Option<Vec<Vec<Comparison<'_>>>> {
    match (test, wanted) {
        (Test::Const(value), _) => Some(if *value == wanted { vec![vec![]] } else { vec![] }),
        (Test::Is(cmp, a, b), true) => Some(vec![vec![(*cmp, a, b)]]),
        (Test::Is(cmp, a, b), false) => Some(vec![vec![(cmp.not(), a, b)]]),
        (Test::Not(part), _) => spread(part, !wanted),
        (Test::Any(parts), true) | (Test::All(parts), false) => {
            let mut all = vec![];
            for part in parts {
                all.extend(spread(part, wanted)?);
                if all.len() > ALTERNATIVES_MAX {
                    return None;
                }
            }
            Some(all)
        }
        (Test::All(parts), true) | (Test::Any(parts), false) => {
            let mut all: Vec<Vec<Comparison<'_>>> = vec![vec![]];
            for part in parts {
                let more = spread(part, wanted)?;
                if all.len() * more.len() > ALTERNATIVES_MAX {
                    return None;
                }
                all =
                    all.iter().flat_map(|it| more.iter().map(|m| [it.clone(), m.clone()].concat())).collect();
            }
            Some(all)
        }
    }
}

/// Whether comparisons can hold together.
fn possible(comparisons: &[Comparison<'_>]) -> bool {
    let mut left: [(f64, f64); Metric::ALL.len()] = Metric::ALL.map(Metric::bounds);
    // Values that are shut out one by one, and ends that are no longer within.
    let mut open = [(false, false); Metric::ALL.len()];
    for (cmp, metric, value) in comparisons.iter().filter_map(simple) {
        let place = metric as usize;
        let (low, high) = &mut left[place];
        let (low_open, high_open) = &mut open[place];
        if matches!(cmp, Cmp::Gt | Cmp::Ge | Cmp::Eq) && (value > *low || (value == *low && cmp == Cmp::Gt)) {
            (*low, *low_open) = (value, cmp == Cmp::Gt);
        }
        if matches!(cmp, Cmp::Lt | Cmp::Le | Cmp::Eq) && (value < *high || (value == *high && cmp == Cmp::Lt))
        {
            (*high, *high_open) = (value, cmp == Cmp::Lt);
        }
    }
    let empty = |((low, high), (low_open, high_open)): (&(f64, f64), &(bool, bool))| {
        low > high || (low == high && (*low_open || *high_open))
    };
    if left.iter().zip(&open).any(empty) {
        return false;
    }
    comparisons.iter().all(|(cmp, a, b)| {
        let ((a0, a1), (b0, b1)) = (of(a, &|it| left[it as usize]), of(b, &|it| left[it as usize]));
        match cmp {
            Cmp::Gt => a1 > b0,
            Cmp::Ge => a1 >= b0,
            Cmp::Lt => a0 < b1,
            Cmp::Le => a0 <= b1,
            Cmp::Eq => a0 <= b1 && b0 <= a1,
            Cmp::Ne => !(a0 == a1 && b0 == b1 && a0 == b0),
        }
    })
}

/// A comparison of one metric with one constant, the metric first.
fn simple((cmp, a, b): &Comparison<'_>) -> Option<(Cmp, Metric, f64)> {
    match (a, b) {
        (Num::Metric(metric), Num::Const(value)) => Some((*cmp, *metric, *value)),
        (Num::Const(value), Num::Metric(metric)) => Some((cmp.turned(), *metric, *value)),
        _ => None,
    }
}
