//! Conditions as forms: typed JSON that anybody can read and a page can draw. It does not know how CEL is written.
//!
//! ```json
//! { "all": [
//!     { "metric": "here", "is": "at-least", "than": 20 },
//!     { "metric": "leave_hazard", "is": "above", "than": { "metric": "leave_hazard_usual", "times": 1.5 } }
//! ] }
//! ```
//!
//! The same in CEL: `{ "cel": "here >= 20.0 && leave_hazard > 1.5 * leave_hazard_usual" }`.

use super::{
    cel,
    expr::{Cmp, DEPTH_MAX, NODES_MAX, Num, Op, Test},
    metric::Metric,
    problem::{self, Problem},
};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A condition, in the way in which it was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Condition {
    /// In CEL.
    Cel {
        /// The text.
        cel: String,
    },
    /// As a form.
    Form(Clause),
}

/// A part of a form.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Clause {
    /// All of them.
    All {
        /// The parts.
        all: Vec<Clause>,
    },
    /// One of them at least.
    Any {
        /// The parts.
        any: Vec<Clause>,
    },
    /// Not it.
    Not {
        /// The part.
        not: Box<Clause>,
    },
    /// A figure compared.
    Is {
        /// The figure.
        metric: &'static str,
        /// How.
        is: Is,
        /// With what.
        than: Than,
    },
}

/// How a form compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Is {
    /// Larger.
    Above,
    /// Larger or the same.
    AtLeast,
    /// Smaller.
    Below,
    /// Smaller or the same.
    AtMost,
}

/// What a form compares with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Than {
    /// A number.
    Number(f64),
    /// Another figure, so many times.
    Metric {
        /// The figure.
        metric: &'static str,
        /// How many times.
        times: f64,
    },
}

impl Is {
    fn parse(word: &str) -> Option<Is> {
        match word {
            "above" => Some(Is::Above),
            "at-least" => Some(Is::AtLeast),
            "below" => Some(Is::Below),
            "at-most" => Some(Is::AtMost),
            _ => None,
        }
    }

    fn cmp(self) -> Cmp {
        match self {
            Is::Above => Cmp::Gt,
            Is::AtLeast => Cmp::Ge,
            Is::Below => Cmp::Lt,
            Is::AtMost => Cmp::Le,
        }
    }

    fn of(cmp: Cmp) -> Option<Is> {
        match cmp {
            Cmp::Gt => Some(Is::Above),
            Cmp::Ge => Some(Is::AtLeast),
            Cmp::Lt => Some(Is::Below),
            Cmp::Le => Some(Is::AtMost),
            Cmp::Eq | Cmp::Ne => None,
        }
    }
}

impl Condition {
    /// Reads a condition; an error names the field under `field`.
    pub fn read(value: &Value, field: &str) -> Result<Condition, Problem> {
        let Value::Object(fields) = value else { return Err(Problem::new(field, problem::BAD_VALUE, "")) };
        if let Some(cel) = fields.get("cel") {
            only(fields, &["cel"], field)?;
            let Value::String(cel) = cel else {
                return Err(Problem::new(format!("{field}.cel"), problem::BAD_VALUE, ""));
            };
            return Ok(Condition::Cel { cel: cel.clone() });
        }
        let mut nodes = 0;
        Clause::read(value, field, 0, &mut nodes).map(Condition::Form)
    }

    /// What it means.
    pub fn test(&self, field: &str) -> Result<Test, Problem> {
        match self {
            Condition::Cel { cel } => cel::parse(cel, &format!("{field}.cel")),
            Condition::Form(clause) => Ok(clause.test()),
        }
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Condition, D::Error> {
        let value = Value::deserialize(from)?;
        Condition::read(&value, "condition").map_err(serde::de::Error::custom)
    }
}

fn only(fields: &Map<String, Value>, known: &[&str], field: &str) -> Result<(), Problem> {
    match fields.keys().find(|it| !known.contains(&it.as_str())) {
        Some(other) => Err(Problem::new(field, problem::UNKNOWN_FIELD, other.as_str())),
        None => Ok(()),
    }
}

fn metric_of(fields: &Map<String, Value>, field: &str) -> Result<&'static str, Problem> {
    let at = || format!("{field}.metric");
    let name = fields.get("metric").ok_or_else(|| Problem::new(at(), problem::MISSING, ""))?;
    let name = name.as_str().ok_or_else(|| Problem::new(at(), problem::BAD_VALUE, ""))?;
    Metric::parse(name).map(Metric::name).ok_or_else(|| Problem::new(at(), problem::METRIC_UNKNOWN, name))
}

fn number_of(value: &Value, field: String) -> Result<f64, Problem> {
    let number = value.as_f64().ok_or_else(|| Problem::new(&field, problem::BAD_VALUE, ""))?;
    if number.abs() <= cel::NUMBER_MAX {
        Ok(number)
    } else {
        Err(Problem::new(field, problem::RANGE, "1e12"))
    }
}

impl Clause {
    fn read(value: &Value, field: &str, depth: usize, nodes: &mut usize) -> Result<Clause, Problem> {
        *nodes += 1;
        if depth >= DEPTH_MAX || *nodes > NODES_MAX {
            return Err(Problem::new(field, problem::TOO_DEEP, format!("{NODES_MAX}, {DEPTH_MAX}")));
        }
        let Value::Object(fields) = value else { return Err(Problem::new(field, problem::BAD_VALUE, "")) };
        let mut parts = |word: &str| -> Result<Vec<Clause>, Problem> {
            only(fields, &[word], field)?;
            let at = format!("{field}.{word}");
            let Some(Value::Array(parts)) = fields.get(word) else {
                return Err(Problem::new(at, problem::BAD_VALUE, ""));
            };
            if parts.is_empty() {
                return Err(Problem::new(at, problem::MISSING, ""));
            }
            let part = |(place, it)| Clause::read(it, &format!("{at}.{place}"), depth + 1, nodes);
            parts.iter().enumerate().map(part).collect()
        };
        if fields.contains_key("all") {
            return Ok(Clause::All { all: parts("all")? });
        }
        if fields.contains_key("any") {
            return Ok(Clause::Any { any: parts("any")? });
        }
        if let Some(part) = fields.get("not") {
            only(fields, &["not"], field)?;
            let part = Clause::read(part, &format!("{field}.not"), depth + 1, nodes)?;
            return Ok(Clause::Not { not: Box::new(part) });
        }
        only(fields, &["metric", "is", "than"], field)?;
        let metric = metric_of(fields, field)?;
        let at = format!("{field}.is");
        let is = fields.get("is").ok_or_else(|| Problem::new(&at, problem::MISSING, ""))?;
        let is = is.as_str().and_then(Is::parse);
        let is = is.ok_or_else(|| Problem::new(at, problem::BAD_VALUE, "above, at-least, below, at-most"))?;
        let at = format!("{field}.than");
        let than = match fields.get("than") {
            None => return Err(Problem::new(at, problem::MISSING, "")),
            Some(Value::Object(other)) => {
                only(other, &["metric", "times"], &at)?;
                let times = other.get("times").map_or(Ok(1.0), |it| number_of(it, format!("{at}.times")))?;
                Than::Metric { metric: metric_of(other, &at)?, times }
            }
            Some(number) => Than::Number(number_of(number, at)?),
        };
        Ok(Clause::Is { metric, is, than })
    }

    /// What it means.
    pub fn test(&self) -> Test {
        let metric = |name: &str| Num::Metric(Metric::parse(name).expect("a form names metrics that exist"));
        match self {
            Clause::All { all } => Test::All(all.iter().map(Clause::test).collect()),
            Clause::Any { any } => Test::Any(any.iter().map(Clause::test).collect()),
            Clause::Not { not } => Test::Not(Box::new(not.test())),
            Clause::Is { metric: name, is, than } => {
                let than = match than {
                    Than::Number(value) => Num::Const(*value),
                    Than::Metric { metric: name, times } if *times == 1.0 => metric(name),
                    Than::Metric { metric: name, times } => {
                        Num::Two(Op::Mul, Box::new(Num::Const(*times)), Box::new(metric(name)))
                    }
                };
                Test::Is(is.cmp(), metric(name), than)
            }
        }
    }

    /// The form of a condition, where it fits one: comparisons of a figure with a number or with so many times another
    /// figure, joined by and, or and not.
    pub fn of(test: &Test) -> Option<Clause> {
        let all = |parts: &[Test]| parts.iter().map(Clause::of).collect::<Option<Vec<_>>>();
        match test {
            Test::Const(_) => None,
            Test::All(parts) => Some(Clause::All { all: all(parts)? }),
            Test::Any(parts) => Some(Clause::Any { any: all(parts)? }),
            Test::Not(part) => Some(Clause::Not { not: Box::new(Clause::of(part)?) }),
            Test::Is(cmp, Num::Metric(metric), than) => Clause::is(*cmp, *metric, than),
            Test::Is(cmp, than, Num::Metric(metric)) => Clause::is(cmp.turned(), *metric, than),
            Test::Is(..) => None,
        }
    }

    fn is(cmp: Cmp, metric: Metric, than: &Num) -> Option<Clause> {
        let than = match than {
            Num::Const(value) => Than::Number(*value),
            Num::Metric(other) => Than::Metric { metric: other.name(), times: 1.0 },
            Num::Two(Op::Mul, a, b) => match (&**a, &**b) {
                (Num::Const(times), Num::Metric(other)) | (Num::Metric(other), Num::Const(times)) => {
                    Than::Metric { metric: other.name(), times: *times }
                }
                _ => return None,
            },
            Num::Two(..) => return None,
        };
        Some(Clause::Is { metric: metric.name(), is: Is::of(cmp)?, than })
    }
}
