//! What it costs to tell whether a comment asks something, on the labelled comments: `cargo run --release -p linger-room
//! --example question_cost`. It counts what this thread has had of a processor, so that a busy machine does not blur it.

use linger_room::question::topic;

const LABELLED: [&str; 2] =
    [include_str!("../tests/questions/tuning.tsv"), include_str!("../tests/questions/held_out.tsv")];
const TIMES: u64 = 100;

fn main() {
    let told = LABELLED.iter().flat_map(|file| file.lines()).filter(|line| !line.starts_with('#'));
    let comments: Vec<&str> = told.filter_map(|line| line.split('\t').nth(3)).collect();
    let asked = |comments: &[&str]| comments.iter().filter(|text| topic(text).is_some()).count();
    let questions = asked(&comments);
    let start = spent_ns();
    let again: usize = (0..TIMES).map(|_| asked(&comments)).sum();
    let each = (spent_ns() - start) / (TIMES * comments.len() as u64);
    println!("{} comments, {questions} questions, {again} in all: {each} ns a comment", comments.len());
}

/// As Linux counts it.
fn spent_ns() -> u64 {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    counted.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0)
}
