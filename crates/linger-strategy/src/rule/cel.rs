//! Conditions in CEL, the Common Expression Language: text to tree and back. It does not know what a figure is now.
//!
//! Only the parser of the `cel` crate is used, within bounds of length and depth; what it read becomes our own tree, and
//! nothing of CEL runs while a show does. Of the language rules use: the metrics as names, numbers, `true` and `false`,
//! `+ - * /`, `math.greatest` and `math.least` of two, comparisons, `&&`, `||` and `!`. There is nothing in it that
//! repeats, so nothing that does not end. Numbers are doubles: `20` is read as `20.0`, and printed so.

use super::{
    expr::{Cmp, DEPTH_MAX, Num, Op, Test},
    metric::Metric,
    problem::{self, Problem},
};
use cel::{
    common::ast::{CallExpr, Expr, LiteralValue, operators},
    parser::Parser,
};

/// Bytes of a condition.
pub const BYTES_MAX: usize = 2_000;
/// The largest number in a condition, either way.
pub const NUMBER_MAX: f64 = 1e12;
/// Brackets within brackets that the parser is given.
const BRACKETS_MAX: usize = DEPTH_MAX;

/// Reads a condition; an error names `field` and, where it is known, line and column.
pub fn parse(text: &str, field: &str) -> Result<Test, Problem> {
    if text.len() > BYTES_MAX {
        return Err(Problem::new(field, problem::TOO_LONG, BYTES_MAX.to_string()));
    }
    if text.trim().is_empty() {
        return Err(Problem::new(field, problem::MISSING, ""));
    }
    if nesting(text) > BRACKETS_MAX {
        return Err(Problem::new(field, problem::TOO_DEEP, BRACKETS_MAX.to_string()));
    }
    let parser = Parser::new().max_recursion_depth(64).error_recovery_limit(1);
    let read = parser.parse(text).map_err(|errors| {
        let at = errors.errors.first().map(|it| format!("{}:{}", it.pos.0, it.pos.1));
        Problem::new(field, problem::CEL, at.unwrap_or_default())
    })?;
    Lower { field }.test(&read.expr, 0)
}

/// How deep brackets go, and how many signs stand before one another: what would make a parser recurse.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut signs) = (0_usize, 0, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'!' | b'-' => signs += 1,
            b' ' | b'\t' | b'\n' => {}
            _ => signs = 0,
        }
        deepest = deepest.max(depth).max(signs);
    }
    deepest
}

struct Lower<'a> {
    field: &'a str,
}

impl Lower<'_> {
    fn strange<T>(&self, word: &str) -> Result<T, Problem> {
        Err(Problem::new(self.field, problem::CEL_WORD, word))
    }

    fn deep(&self, depth: usize) -> Result<(), Problem> {
        // A chain of && is a tree that leans to one side: it is flattened, and its parts are counted afterwards.
        if depth <= 4 * DEPTH_MAX { Ok(()) } else { Err(Problem::new(self.field, problem::TOO_DEEP, "")) }
    }

    fn test(&self, expr: &Expr, depth: usize) -> Result<Test, Problem> {
        self.deep(depth)?;
        match expr {
            Expr::Literal(LiteralValue::Boolean(value)) => Ok(Test::Const(*value.inner())),
            Expr::Call(call) => self.call(call, depth),
            Expr::Ident(name) if Metric::parse(name).is_some() => self.strange(name),
            Expr::Ident(name) => Err(Problem::new(self.field, problem::METRIC_UNKNOWN, name)),
            other => self.strange(kind(other)),
        }
    }

    fn call(&self, call: &CallExpr, depth: usize) -> Result<Test, Problem> {
        let CallExpr { func_name, target: None, args } = call else { return self.strange(&call.func_name) };
        let args: Vec<&Expr> = args.iter().map(|it| &it.expr).collect();
        match (func_name.as_str(), args.as_slice()) {
            (operators::LOGICAL_NOT, [part]) => Ok(Test::Not(Box::new(self.test(part, depth + 1)?))),
            (operators::LOGICAL_AND, parts) => {
                let mut all = vec![];
                for part in parts {
                    match self.test(part, depth + 1)? {
                        Test::All(more) => all.extend(more),
                        one => all.push(one),
                    }
                }
                Ok(Test::All(all))
            }
            (operators::LOGICAL_OR, parts) => {
                let mut any = vec![];
                for part in parts {
                    match self.test(part, depth + 1)? {
                        Test::Any(more) => any.extend(more),
                        one => any.push(one),
                    }
                }
                Ok(Test::Any(any))
            }
            (name, [a, b]) => match Cmp::ALL.into_iter().find(|it| operator(*it) == name) {
                Some(cmp) => Ok(Test::Is(cmp, self.num(a, depth + 1)?, self.num(b, depth + 1)?)),
                None => self.strange(word(name)),
            },
            (name, _) => self.strange(word(name)),
        }
    }

    fn num(&self, expr: &Expr, depth: usize) -> Result<Num, Problem> {
        self.deep(depth)?;
        match expr {
            Expr::Literal(value) => {
                #[expect(clippy::cast_precision_loss, reason = "beyond NUMBER_MAX it is refused")]
                let value = match value {
                    LiteralValue::Double(value) => *value.inner(),
                    LiteralValue::Int(value) => *value.inner() as f64,
                    LiteralValue::UInt(value) => *value.inner() as f64,
                    _ => return self.strange(kind(expr)),
                };
                self.bounded(value)
            }
            Expr::Ident(name) => Metric::parse(name)
                .map(Num::Metric)
                .ok_or_else(|| Problem::new(self.field, problem::METRIC_UNKNOWN, name)),
            Expr::Call(call) => self.reckon(call, depth),
            other => self.strange(kind(other)),
        }
    }

    fn bounded(&self, value: f64) -> Result<Num, Problem> {
        if value.abs() <= NUMBER_MAX {
            Ok(Num::Const(value))
        } else {
            Err(Problem::new(self.field, problem::RANGE, "1e12"))
        }
    }

    fn reckon(&self, call: &CallExpr, depth: usize) -> Result<Num, Problem> {
        let math = match &call.target {
            None => false,
            Some(target) => match &target.expr {
                Expr::Ident(name) if name == "math" => true,
                _ => return self.strange(&call.func_name),
            },
        };
        let op = match (call.func_name.as_str(), math) {
            (operators::ADD, false) => Op::Add,
            (operators::SUBSTRACT, false) => Op::Sub,
            (operators::MULTIPLY, false) => Op::Mul,
            (operators::DIVIDE, false) => Op::Div,
            ("greatest", true) => Op::Max,
            ("least", true) => Op::Min,
            (operators::NEGATE, false) => {
                let [part] = call.args.as_slice() else { return self.strange("-") };
                return Ok(match self.num(&part.expr, depth + 1)? {
                    Num::Const(value) => Num::Const(-value),
                    part => Num::Two(Op::Sub, Box::new(Num::Const(0.0)), Box::new(part)),
                });
            }
            (name, _) => return self.strange(word(name)),
        };
        let [a, b] = call.args.as_slice() else { return self.strange(word(&call.func_name)) };
        Ok(Num::Two(op, Box::new(self.num(&a.expr, depth + 1)?), Box::new(self.num(&b.expr, depth + 1)?)))
    }
}

fn operator(cmp: Cmp) -> &'static str {
    match cmp {
        Cmp::Gt => operators::GREATER,
        Cmp::Ge => operators::GREATER_EQUALS,
        Cmp::Lt => operators::LESS,
        Cmp::Le => operators::LESS_EQUALS,
        Cmp::Eq => operators::EQUALS,
        Cmp::Ne => operators::NOT_EQUALS,
    }
}

/// An operator as people write it.
fn word(name: &str) -> &str {
    name.trim_matches('_')
}

fn kind(expr: &Expr) -> &'static str {
    match expr {
        Expr::Unspecified => "nothing",
        Expr::Call(_) => "call",
        Expr::Comprehension(_) => "comprehension",
        Expr::Ident(_) => "name",
        Expr::List(_) => "list",
        Expr::Literal(_) => "literal",
        Expr::Map(_) => "map",
        Expr::Select(_) => "field",
        Expr::Struct(_) => "struct",
    }
}

/// A condition in CEL. Reading it again gives the same condition.
pub fn print(test: &Test) -> String {
    match test {
        Test::Const(value) => value.to_string(),
        Test::Is(cmp, a, b) => format!("{} {} {}", print_num(a), cmp.sign(), print_num(b)),
        Test::All(parts) => joined(parts, " && ", |it| matches!(it, Test::Any(more) if more.len() > 1)),
        Test::Any(parts) => joined(parts, " || ", |it| matches!(it, Test::All(more) if more.len() > 1)),
        Test::Not(part) => format!("!({})", print(part)),
    }
}

fn joined(parts: &[Test], by: &str, bracketed: impl Fn(&Test) -> bool) -> String {
    let one = |it: &Test| if bracketed(it) { format!("({})", print(it)) } else { print(it) };
    parts.iter().map(one).collect::<Vec<_>>().join(by)
}

/// A number in CEL.
pub(crate) fn print_num(num: &Num) -> String {
    match num {
        Num::Const(value) => format!("{value:?}"),
        Num::Metric(metric) => metric.name().to_owned(),
        Num::Two(Op::Max, a, b) => format!("math.greatest({}, {})", print_num(a), print_num(b)),
        Num::Two(Op::Min, a, b) => format!("math.least({}, {})", print_num(a), print_num(b)),
        Num::Two(op, a, b) => {
            let (sign, sum) = match op {
                Op::Add => ("+", true),
                Op::Sub => ("-", true),
                Op::Mul => ("*", false),
                _ => ("/", false),
            };
            // The left side binds first by itself; a sum on either side of a product, and anything on the right of a
            // minus or a divisor, needs brackets.
            let is_sum = |it: &Num| matches!(it, Num::Two(Op::Add | Op::Sub, ..));
            let left = if !sum && is_sum(a) { format!("({})", print_num(a)) } else { print_num(a) };
            let brackets = match &**b {
                Num::Two(Op::Max | Op::Min, ..) | Num::Const(_) | Num::Metric(_) => false,
                Num::Two(..) => true,
            };
            let right = if brackets { format!("({})", print_num(b)) } else { print_num(b) };
            format!("{left} {sign} {right}")
        }
    }
}
