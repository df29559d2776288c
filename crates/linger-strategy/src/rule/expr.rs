//! Conditions as trees: comparisons of figures, joined by and, or and not. It does not know how they are written
//! (`form`, `cel`) or evaluated (`program`).
//!
//! A figure can be unknown. A comparison with what is unknown is unknown; and, or and not follow Kleene's three values; a
//! condition is met only where it is true.

use super::{
    metric::{Metric, ScopeKind},
    problem::{self, Problem},
};

/// Parts of one condition.
pub const NODES_MAX: usize = 200;
/// How deep they may be nested.
pub const DEPTH_MAX: usize = 24;

/// A number.
#[derive(Clone, Debug, PartialEq)]
pub enum Num {
    /// This one.
    Const(f64),
    /// A figure.
    Metric(Metric),
    /// Two numbers made one.
    Two(Op, Box<Num>, Box<Num>),
}

/// How two numbers are made one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Plus.
    Add,
    /// Minus.
    Sub,
    /// Times.
    Mul,
    /// Divided by.
    Div,
    /// The larger one.
    Max,
    /// The smaller one.
    Min,
}

impl Op {
    pub(crate) fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Op::Add => a + b,
            Op::Sub => a - b,
            Op::Mul => a * b,
            Op::Div => a / b,
            // Unlike the library's, these pass on what is unknown.
            Op::Max if a.is_nan() || b.is_nan() => f64::NAN,
            Op::Min if a.is_nan() || b.is_nan() => f64::NAN,
            Op::Max => a.max(b),
            Op::Min => a.min(b),
        }
    }
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cmp {
    /// Above.
    Gt,
    /// At least.
    Ge,
    /// Below.
    Lt,
    /// At most.
    Le,
    /// The same.
    Eq,
    /// Another.
    Ne,
}

impl Cmp {
    /// Every one of them.
    pub const ALL: [Cmp; 6] = [Cmp::Gt, Cmp::Ge, Cmp::Lt, Cmp::Le, Cmp::Eq, Cmp::Ne];

    /// The sign in CEL.
    pub fn sign(self) -> &'static str {
        match self {
            Cmp::Gt => ">",
            Cmp::Ge => ">=",
            Cmp::Lt => "<",
            Cmp::Le => "<=",
            Cmp::Eq => "==",
            Cmp::Ne => "!=",
        }
    }

    pub(crate) fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Cmp::Gt => a > b,
            Cmp::Ge => a >= b,
            Cmp::Lt => a < b,
            Cmp::Le => a <= b,
            Cmp::Eq => a == b,
            Cmp::Ne => a != b,
        }
    }

    /// The one that says the opposite.
    pub(crate) fn not(self) -> Cmp {
        match self {
            Cmp::Gt => Cmp::Le,
            Cmp::Ge => Cmp::Lt,
            Cmp::Lt => Cmp::Ge,
            Cmp::Le => Cmp::Gt,
            Cmp::Eq => Cmp::Ne,
            Cmp::Ne => Cmp::Eq,
        }
    }

    /// The one that says the same with the sides exchanged.
    pub(crate) fn turned(self) -> Cmp {
        match self {
            Cmp::Gt => Cmp::Lt,
            Cmp::Ge => Cmp::Le,
            Cmp::Lt => Cmp::Gt,
            Cmp::Le => Cmp::Ge,
            same => same,
        }
    }
}

/// Something that is true, false or unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Always the same.
    Const(bool),
    /// A comparison.
    Is(Cmp, Num, Num),
    /// All of them.
    All(Vec<Test>),
    /// One of them at least.
    Any(Vec<Test>),
    /// Not it.
    Not(Box<Test>),
}

impl Test {
    /// The metrics it names.
    pub fn metrics(&self) -> u64 {
        match self {
            Test::Const(_) => 0,
            Test::Is(_, a, b) => a.metrics() | b.metrics(),
            Test::All(parts) | Test::Any(parts) => parts.iter().fold(0, |set, it| set | it.metrics()),
            Test::Not(part) => part.metrics(),
        }
    }

    /// What is wrong with it in a scope: metrics without a meaning there, a division by what may be zero, more parts than
    /// may be, and what is never or always true.
    pub fn check(&self, field: &str, scope: ScopeKind) -> Result<(), Problem> {
        let (nodes, depth) = self.size();
        if nodes > NODES_MAX || depth > DEPTH_MAX {
            return Err(Problem::new(field, problem::TOO_DEEP, format!("{NODES_MAX}, {DEPTH_MAX}")));
        }
        let used = self.metrics();
        if let Some(stranger) = Metric::ALL.into_iter().find(|it| used & it.bit() != 0 && !it.fits(scope)) {
            return Err(Problem::new(field, problem::METRIC_SCOPE, stranger.name()));
        }
        if let Some(by) = self.divides_by_zero() {
            return Err(Problem::new(field, problem::DIVIDES, super::cel::print_num(by)));
        }
        if !super::range::can_be(self, true) {
            return Err(Problem::new(field, problem::NEVER, ""));
        }
        if !super::range::can_be(self, false) {
            return Err(Problem::new(field, problem::ALWAYS, ""));
        }
        Ok(())
    }

    fn size(&self) -> (usize, usize) {
        let of = |parts: &[Test]| {
            parts.iter().map(Test::size).fold((1, 0), |(nodes, depth), (n, d)| (nodes + n, depth.max(d)))
        };
        let (nodes, depth) = match self {
            Test::Const(_) => (1, 0),
            Test::Is(_, a, b) => {
                let ((n, d), (m, e)) = (a.size(), b.size());
                (1 + n + m, d.max(e))
            }
            Test::All(parts) | Test::Any(parts) => of(parts),
            Test::Not(part) => of(std::slice::from_ref(part)),
        };
        (nodes, depth + 1)
    }

    fn divides_by_zero(&self) -> Option<&Num> {
        match self {
            Test::Const(_) => None,
            Test::Is(_, a, b) => a.divides_by_zero().or_else(|| b.divides_by_zero()),
            Test::All(parts) | Test::Any(parts) => parts.iter().find_map(Test::divides_by_zero),
            Test::Not(part) => part.divides_by_zero(),
        }
    }
}

impl Num {
    /// The metrics it names.
    pub fn metrics(&self) -> u64 {
        match self {
            Num::Const(_) => 0,
            Num::Metric(metric) => metric.bit(),
            Num::Two(_, a, b) => a.metrics() | b.metrics(),
        }
    }

    fn size(&self) -> (usize, usize) {
        match self {
            Num::Const(_) | Num::Metric(_) => (1, 1),
            Num::Two(_, a, b) => {
                let ((n, d), (m, e)) = (a.size(), b.size());
                (1 + n + m, 1 + d.max(e))
            }
        }
    }

    /// The first divisor that is zero or may be.
    fn divides_by_zero(&self) -> Option<&Num> {
        let Num::Two(op, a, b) = self else { return None };
        let (least, most) = super::range::of(b, &|metric| metric.bounds());
        if *op == Op::Div && least <= 0.0 && most >= 0.0 {
            return Some(b);
        }
        a.divides_by_zero().or_else(|| b.divides_by_zero())
    }
}
