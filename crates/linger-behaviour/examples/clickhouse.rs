//! Prints the statement of every question of a case file, one JSON object a line: `cases.json` of `tests/engines`, or
//! another of that form. `bench/oracles/behaviour.py` runs them.

use linger_behaviour::{Question, clickhouse};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: clickhouse CASES")?;
    let cases: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    for case in cases["questions"].as_array().ok_or("no questions")? {
        let question: Question = serde_json::from_value(case["ask"].clone())?;
        let statement = clickhouse::sql(&question, "linger_facts")?;
        println!("{}", json!({ "name": case["name"], "statement": statement.text() }));
    }
    Ok(())
}
