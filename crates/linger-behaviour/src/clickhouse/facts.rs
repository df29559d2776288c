//! The innermost part of every statement: the facts that exist for a question, what they meet and the
//! periods they lie in. It does not know what is counted.

use crate::{Breakdown, Condition, Of, Scope, What, calendar::Calendar};
use std::fmt::Write;

/// A time that never comes before any: far below all times, and far enough from the least number.
pub(super) const NEVER: &str = "-1000000000000000000";

/// A text as a literal. Everything between the quotes is read as bytes, so that no text can end it.
pub(super) fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for letter in text.chars() {
        match letter {
            '\'' => literal += "\\'",
            '\\' => literal += "\\\\",
            control if control.is_ascii_control() => {
                let _ = write!(literal, "\\x{:02x}", u32::from(control));
            }
            other => literal.push(other),
        }
    }
    literal.push('\'');
    literal
}

/// An array of anything that can be written.
pub(super) fn array<T: ToString>(parts: impl IntoIterator<Item = T>) -> String {
    let parts: Vec<_> = parts.into_iter().map(|it| it.to_string()).collect();
    format!("[{}]", parts.join(", "))
}

/// A text of a fact, empty when it has none.
pub(super) fn text_of(text: crate::Text) -> String {
    format!("ifNull({}, '')", text.column())
}

fn condition(condition: &Condition) -> String {
    let listed = |values: &[String]| values.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ");
    match condition {
        Condition::OneOf { text, values } => format!("{} IN ({})", text_of(*text), listed(values)),
        Condition::NoneOf { text, values } => format!("{} NOT IN ({})", text_of(*text), listed(values)),
        Condition::Between { number, min, max } => {
            // The least number of all stands for none.
            let min = min.unwrap_or(i64::MIN).max(i64::MIN + 1);
            let max = max.unwrap_or(i64::MAX);
            format!("ifNull({} BETWEEN {min} AND {max}, 0)", number.column())
        }
    }
}

/// Whether a fact meets something: 1 or 0.
pub(super) fn meets(what: &What) -> String {
    let name = what.event.iter().map(|it| format!("name = {}", quoted(it)));
    let parts: Vec<_> = name.chain(what.conditions.iter().map(condition)).collect();
    if parts.is_empty() { "1".to_owned() } else { parts.join(" AND ") }
}

/// Whether a fact meets any of these.
pub(super) fn meets_any<'a>(whats: impl IntoIterator<Item = &'a What>) -> String {
    let parts: Vec<_> = whats.into_iter().map(|it| format!("({})", meets(it))).collect();
    if parts.is_empty() { "0".to_owned() } else { parts.join(" OR ") }
}

/// The beginning of the period that `at_ms` lies in; for times before all, that of the first.
pub(super) fn begin_of(calendar: &Calendar) -> String {
    format!("roundDown(at_ms, {})", begins(calendar))
}

/// The number of the period that `at_ms` lies in, from 0; for times before all, 0.
pub(super) fn period_of(calendar: &Calendar) -> String {
    let numbers = format!("range({})", calendar.len());
    format!("toInt64(transform({}, {}, {numbers}, 0))", begin_of(calendar), begins(calendar))
}

fn begins(calendar: &Calendar) -> String {
    format!("CAST({} AS Array(Int64))", array((0..calendar.len()).map(|it| calendar.begin(it))))
}

/// The table of the facts that exist for a question: those before the range's end that pass its filters,
/// from the beginning of the range on or from the beginning of all, each with `person`, `at_ms`, `seq` and
/// what else is wanted.
pub(super) struct Facts<'a> {
    pub(super) table: &'a str,
    pub(super) scope: &'a Scope,
    /// Whether facts before the range matter.
    pub(super) history: bool,
    /// More columns, as `expression AS name`.
    pub(super) columns: Vec<String>,
}

impl Facts<'_> {
    /// As the first part of a `WITH`.
    pub(super) fn text(&self) -> String {
        let scope = self.scope;
        let mut tests = vec!["name != ''".to_owned()];
        if !self.history {
            tests.push(format!("at >= fromUnixTimestamp64Milli({})", scope.from_ms));
        }
        tests.push(format!("at < fromUnixTimestamp64Milli({})", scope.to_ms));
        tests.extend(scope.filters.iter().map(condition));
        let columns: String = self.columns.iter().map(|it| format!(",\n        {it}")).collect();
        format!(
            "facts AS (
    SELECT
        person,
        toUnixTimestamp64Milli(at) AS at_ms,
        seq{columns}
    FROM {}
    WHERE {}
)",
            self.table,
            tests.join("\n        AND ")
        )
    }
}

/// How a breakdown shows in the parts of a statement.
#[derive(Clone, Copy)]
pub(super) struct Groups<'a> {
    breakdown: Option<&'a Breakdown>,
    from_ms: i64,
}

impl<'a> Groups<'a> {
    pub(super) fn new(breakdown: Option<&'a Breakdown>, scope: &Scope) -> Groups<'a> {
        Groups { breakdown, from_ms: scope.from_ms }
    }

    /// A column `value` of the facts: the text that groups are named by; nothing without a breakdown.
    pub(super) fn of_fact(self) -> Option<String> {
        self.breakdown.map(|it| format!("{} AS value", text_of(it.by)))
    }

    /// A column `touch` of the people: the value of their first touch; nothing when groups do not depend on it.
    pub(super) fn of_person(self) -> String {
        match self.breakdown.filter(|it| it.of == Of::FirstTouch) {
            None => String::new(),
            Some(_) => format!(
                ",\n        argMinIf(value, (at_ms, seq), at_ms >= {} AND value != '') AS touch",
                self.from_ms
            ),
        }
    }

    /// The value of a fact, for the arrays of facts of a person; empty where it does not matter.
    pub(super) fn value(self) -> &'static str {
        if self.breakdown.is_some_and(|it| it.of == Of::Event) { "value" } else { "''" }
    }

    /// The groups that something counts for: everybody, and the one by first touch or by an event's value.
    pub(super) fn each(self, value: &str) -> String {
        let group = match self.breakdown {
            None => return "CAST(NULL AS Nullable(String))".to_owned(),
            Some(it) if it.of == Of::FirstTouch => "touch",
            Some(_) => value,
        };
        format!("arrayJoin([NULL, {group}])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Number, Text};

    #[test]
    fn no_text_ends_its_literal() {
        assert_eq!(quoted(r"a'b\"), r"'a\'b\\'");
        assert_eq!(quoted("\u{0}\n中"), r"'\x00\x0a中'");
    }

    #[test]
    fn conditions_take_what_is_absent_as_the_engine_does() {
        let values = vec!["x".to_owned(), "it's".to_owned()];
        let what = What::event("a").when(Condition::NoneOf { text: Text::Source, values });
        assert_eq!(meets(&what), r"name = 'a' AND ifNull(source, '') NOT IN ('x', 'it\'s')");
        let units = Condition::Between { number: Number::Units, min: Some(2), max: None };
        let expected = "ifNull(units BETWEEN 2 AND 9223372036854775807, 0)";
        assert_eq!(meets(&What::any().when(units)), expected);
        assert_eq!((meets(&What::any()).as_str(), meets_any([]).as_str()), ("1", "0"));
    }
}
