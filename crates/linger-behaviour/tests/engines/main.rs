//! Holds the native engine to what other engines answered to the same questions about the same facts, and
//! the statements for ClickHouse to those that were run for it. `bench/oracles/behaviour.py` asks the
//! engines and writes down what they agreed on; whoever changes a statement has to run it again. It needs
//! no other engine itself.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod cases;
mod figures;

use cases::{Case, Cases};
use figures::{Curve, ExactTimes};
use linger_behaviour::{Answer, Table, clickhouse};
use serde::Deserialize;
use std::{collections::BTreeMap, fs, path::PathBuf};

/// The name that the statements were run with.
const TABLE: &str = "linger_facts";

#[derive(Deserialize)]
struct Stored {
    answers: Vec<Found>,
}

/// What was found for a question.
#[derive(Deserialize)]
struct Found {
    name: String,
    /// The statement that ClickHouse ran, and what it found.
    statement: String,
    rows: Vec<serde_json::Value>,
    /// Of a funnel, as DuckDB found them.
    #[serde(default)]
    times: Vec<ExactTimes>,
    /// Of stays, by lifelines.
    #[serde(default)]
    curves: Vec<Curve>,
}

/// Where cases and answers are; another folder of the same form can be named.
fn folder() -> PathBuf {
    let other = std::env::var_os("LINGER_ENGINES").map(PathBuf::from);
    other.unwrap_or_else(|| [env!("CARGO_MANIFEST_DIR"), "tests/engines"].iter().collect())
}

fn stored() -> (Cases, BTreeMap<String, Found>) {
    let text = fs::read_to_string(folder().join("answers.json")).unwrap();
    let stored: Stored = serde_json::from_str(&text).unwrap();
    let found = stored.answers.into_iter().map(|it| (it.name.clone(), it)).collect();
    (cases::read(&folder().join("cases.json")), found)
}

#[test]
fn statements_are_those_that_were_run() {
    let (cases, found) = stored();
    assert_eq!(cases.questions.len(), found.len(), "run bench/oracles/behaviour.py");
    for case in &cases.questions {
        let statement = clickhouse::sql(&case.ask, TABLE).unwrap();
        let run = &found[&case.name].statement;
        assert_eq!(statement.text(), run, "{}: run bench/oracles/behaviour.py", case.name);
    }
}

/// Every question with the native answer and what was found.
fn each(mut check: impl FnMut(&Case, &Answer, &Found)) {
    let (cases, found) = stored();
    let tables: BTreeMap<&str, Table> =
        cases.histories.iter().map(|(name, it)| (name.as_str(), it.table())).collect();
    for case in &cases.questions {
        let native = tables[case.of.as_str()].ask(&case.ask).unwrap();
        check(case, &native, &found[&case.name]);
    }
}

#[test]
fn what_clickhouse_finds_reads_as_the_same_answer() {
    each(|case, native, found| {
        let rows: String = found.rows.iter().map(|it| format!("{it}\n")).collect();
        let answer = clickhouse::sql(&case.ask, TABLE).unwrap().answer(&rows).unwrap();
        assert_eq!(&answer, native, "{}", case.name);
    });
}

#[test]
fn other_engines_count_the_same_people() {
    each(|case, native, found| {
        if case.ask.scope().min_people == 1 {
            figures::hold(&case.name, native, &found.rows);
            figures::hold_times(&case.name, native, &found.times);
            figures::hold_curves(&case.name, native, &found.curves);
        }
    });
}

#[test]
fn rows_of_another_question_are_refused() {
    let (cases, _) = stored();
    for case in &cases.questions {
        let compiled = clickhouse::sql(&case.ask, TABLE).unwrap();
        for rows in ["[]", "{}", "[null, 1]", "[99999, 99999, 99999]", "[null, 99999, 1, 1, [1]]"] {
            assert!(compiled.answer(rows).is_err(), "{}: {rows}", case.name);
        }
    }
}
