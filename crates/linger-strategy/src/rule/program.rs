//! Conditions as they are evaluated: typed code over numbers. It does not know text, forms or CEL.
//!
//! Most conditions are comparisons that all have to hold: those are a list that ends at the first that does not. Anything
//! else is a short program on a stack, in which true is 1, false is 0 and unknown is no number.

use super::{
    expr::{Cmp, Num, Op, Test},
    metric::{Metric, Moves},
};

/// Whoever knows the figures.
pub trait Read {
    /// The figure as of now; not a number when it is unknown.
    fn value(&self, metric: Metric) -> f64;
}

/// A condition ready to be evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    code: Code,
    /// The metrics it reads.
    pub needs: u64,
    /// Metrics that grow with time, and where they meet a constant.
    pub thresholds: Vec<(Metric, f64)>,
    /// Whether a metric that grows with time meets something else than a constant: it has to be looked at every second.
    pub drifts: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Code {
    /// Comparisons of a figure that all have to hold.
    All(Vec<Atom>),
    /// Anything else.
    Stack(Vec<Step>),
}

/// One comparison of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Atom {
    metric: Metric,
    cmp: Cmp,
    /// Compared with so many times another figure, or with one.
    times: f64,
    other: Option<Metric>,
}

/// A part of a condition that turns as a whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    One(Atom),
    Whole(Program),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Push(f64),
    Read(Metric),
    Reckon(Op),
    Compare(Cmp),
    And,
    Or,
    Not,
}

/// How high the stack of any condition within the bounds grows, at most.
const STACK: usize = 2 * super::expr::DEPTH_MAX + 2;

impl Program {
    /// The program of a condition.
    pub fn of(test: &Test) -> Program {
        let code = match atoms(test) {
            Some(atoms) => Code::All(atoms),
            None => {
                let mut steps = vec![];
                write(test, &mut steps);
                Code::Stack(steps)
            }
        };
        let (mut thresholds, mut drifts) = (vec![], false);
        look_for_time(test, &mut thresholds, &mut drifts);
        Program { code, needs: test.metrics(), thresholds, drifts }
    }

    /// Whether the condition is met: true, neither false nor unknown.
    pub fn is_met(&self, figures: &impl Read) -> bool {
        match &self.code {
            Code::All(atoms) => atoms.iter().all(|atom| atom.holds(figures)),
            Code::Stack(steps) => run(steps, figures) == 1.0,
        }
    }

    /// What it is made of: it stays as it is while each of these does.
    pub(crate) fn parts(&self) -> Vec<Part> {
        match &self.code {
            Code::All(atoms) => atoms.iter().copied().map(Part::One).collect(),
            Code::Stack(_) => vec![Part::Whole(self.clone())],
        }
    }

    /// Whether it is looked at with every second.
    pub fn ticks(&self) -> bool {
        self.drifts || self.needs & super::metric::each_second() != 0
    }
}

impl Part {
    /// There are so many at least.
    pub(crate) fn at_least(metric: Metric, count: u32) -> Part {
        Part::One(Atom { metric, cmp: Cmp::Ge, times: count.into(), other: None })
    }

    /// Whether it holds.
    pub(crate) fn holds(&self, figures: &impl Read) -> bool {
        match self {
            Part::One(atom) => atom.holds(figures),
            Part::Whole(program) => program.is_met(figures),
        }
    }

    /// The metrics it reads.
    pub(crate) fn needs(&self) -> u64 {
        match self {
            Part::One(atom) => atom.metric.bit() | atom.other.map_or(0, Metric::bit),
            Part::Whole(program) => program.needs,
        }
    }
}

impl Atom {
    /// Whether it holds. A comparison with what is no number does not, except that it is another; that is no atom.
    fn holds(&self, figures: &impl Read) -> bool {
        let with = self.other.map_or(self.times, |other| self.times * figures.value(other));
        self.cmp.holds(figures.value(self.metric), with)
    }
}

fn atoms(test: &Test) -> Option<Vec<Atom>> {
    match test {
        Test::All(parts) => {
            parts.iter().map(atoms).collect::<Option<Vec<_>>>().map(|it| it.into_iter().flatten().collect())
        }
        Test::Is(cmp, Num::Metric(metric), than) if *cmp != Cmp::Ne => atom(*cmp, *metric, than),
        Test::Is(cmp, than, Num::Metric(metric)) if *cmp != Cmp::Ne => atom(cmp.turned(), *metric, than),
        _ => None,
    }
}

fn atom(cmp: Cmp, metric: Metric, than: &Num) -> Option<Vec<Atom>> {
    let (times, other) = match than {
        Num::Const(value) => (*value, None),
        Num::Metric(other) => (1.0, Some(*other)),
        Num::Two(Op::Mul, a, b) => match (&**a, &**b) {
            (Num::Const(times), Num::Metric(other)) | (Num::Metric(other), Num::Const(times)) => {
                (*times, Some(*other))
            }
            _ => return None,
        },
        Num::Two(..) => return None,
    };
    Some(vec![Atom { metric, cmp, times, other }])
}

fn write(test: &Test, steps: &mut Vec<Step>) {
    let mut join = |parts: &[Test], step: Step, none: f64| {
        if parts.is_empty() {
            steps.push(Step::Push(none));
        }
        for (place, part) in parts.iter().enumerate() {
            write(part, steps);
            if place > 0 {
                steps.push(step);
            }
        }
    };
    match test {
        Test::Const(value) => steps.push(Step::Push(if *value { 1.0 } else { 0.0 })),
        Test::All(parts) => join(parts, Step::And, 1.0),
        Test::Any(parts) => join(parts, Step::Or, 0.0),
        Test::Not(part) => {
            write(part, steps);
            steps.push(Step::Not);
        }
        Test::Is(cmp, a, b) => {
            write_num(a, steps);
            write_num(b, steps);
            steps.push(Step::Compare(*cmp));
        }
    }
}

fn write_num(num: &Num, steps: &mut Vec<Step>) {
    match num {
        Num::Const(value) => steps.push(Step::Push(*value)),
        Num::Metric(metric) => steps.push(Step::Read(*metric)),
        Num::Two(op, a, b) => {
            write_num(a, steps);
            write_num(b, steps);
            steps.push(Step::Reckon(*op));
        }
    }
}

fn run(steps: &[Step], figures: &impl Read) -> f64 {
    let mut stack = [0.0_f64; STACK];
    let mut height = 0;
    for step in steps {
        match step {
            Step::Push(_) | Step::Read(_) => {
                stack[height] = match step {
                    Step::Read(metric) => figures.value(*metric),
                    Step::Push(value) => *value,
                    _ => f64::NAN,
                };
                height += 1;
            }
            Step::Not => stack[height - 1] = 1.0 - stack[height - 1],
            Step::Reckon(_) | Step::Compare(_) | Step::And | Step::Or => {
                let (a, b) = (stack[height - 2], stack[height - 1]);
                height -= 1;
                stack[height - 1] = match step {
                    Step::Reckon(op) => op.apply(a, b),
                    Step::Compare(_) if a.is_nan() || b.is_nan() => f64::NAN,
                    Step::Compare(cmp) => f64::from(u8::from(cmp.holds(a, b))),
                    Step::And if a == 0.0 || b == 0.0 => 0.0,
                    Step::Or if a == 1.0 || b == 1.0 => 1.0,
                    // Both true, both false, or one of them unknown.
                    _ => a + b - a.max(b),
                };
            }
        }
    }
    stack[0]
}

/// Where figures that grow with time meet constants.
fn look_for_time(test: &Test, thresholds: &mut Vec<(Metric, f64)>, drifts: &mut bool) {
    match test {
        Test::Const(_) => {}
        Test::All(parts) | Test::Any(parts) => {
            parts.iter().for_each(|part| look_for_time(part, thresholds, drifts));
        }
        Test::Not(part) => look_for_time(part, thresholds, drifts),
        Test::Is(_, a, b) => {
            let grows = |num: &Num| {
                Metric::ALL
                    .into_iter()
                    .any(|it| num.metrics() & it.bit() != 0 && it.moves() == Moves::WithTime)
            };
            match (a, b) {
                (Num::Metric(metric), Num::Const(value)) | (Num::Const(value), Num::Metric(metric))
                    if metric.moves() == Moves::WithTime =>
                {
                    thresholds.push((*metric, *value));
                }
                _ => *drifts |= grows(a) || grows(b),
            }
        }
    }
}
