//! The same log gives the same intents: whole or in pieces, with time passing or not, rebuilt at any entry.

use super::{
    script::{log_of, room, rule},
    show,
};
use linger_protocol::{Cause, Entry, Event, Millis, RuleEvent};
use linger_strategy::rule::{Evaluator, Finding, Rule, ready};
use serde_json::json;

fn put(at: i64, rule: &Rule, version: u32) -> Entry {
    let (code, text) = (rule.code.clone(), rule.on.then(|| rule.to_text()));
    let event = RuleEvent::Put { rule: code, version, text, draw: None };
    Entry { at: Millis(at), cause: Cause::Reported, event: Event::Rule(event) }
}

/// A show whose log begins with all ready rules, switched on.
fn evening(seed: u64) -> Vec<Entry> {
    let on = ready::all(ready::Tongue::English).into_iter().map(|it| Rule { on: true, people_min: 3, ..it });
    let mut log: Vec<Entry> = on.map(|it| put(show::BEGIN.0, &it, 1)).collect();
    log.extend(show::log(seed));
    log
}

fn whole(log: &[Entry]) -> Vec<Finding> {
    let mut evaluator = Evaluator::new(&room());
    let mut found: Vec<Finding> = log.iter().flat_map(|it| evaluator.fold(it)).collect();
    found.extend(evaluator.pass(log.last().unwrap().at.plus(60_000)));
    found
}

#[test]
fn time_told_between_entries_changes_nothing() {
    for seed in 0..3 {
        let log = evening(seed);
        let expected = whole(&log);
        assert!(expected.len() > 10, "seed {seed}: {} findings", expected.len());
        for every in [1, 7] {
            let mut evaluator = Evaluator::new(&room());
            let mut found = vec![];
            for (place, entry) in log.iter().enumerate() {
                found.extend(evaluator.fold(entry));
                // All that lies before the next entry is known to be quiet.
                let next = log.get(place + 1).map_or(entry.at.plus(60_000), |it| it.at);
                if place % every == 0 && next.0 > entry.at.0 {
                    found.extend(evaluator.pass(Millis(entry.at.0 + (next.0 - entry.at.0) / 2)));
                    found.extend(evaluator.pass(Millis(next.0 - 1)));
                }
            }
            found.extend(evaluator.pass(log.last().unwrap().at.plus(60_000)));
            assert_eq!(found, expected, "seed {seed}, every {every}");
        }
    }
}

#[test]
fn it_never_sleeps_past_what_it_would_say() {
    let log = evening(5);
    let mut evaluator = Evaluator::new(&room());
    let mut found = vec![];
    for (place, entry) in log.iter().enumerate() {
        found.extend(evaluator.fold(entry));
        let next = log.get(place + 1).map_or(entry.at.plus(60_000), |it| it.at);
        // As a runner does: it sleeps as long as it is told to, or until an entry comes.
        while let Some(at) = evaluator.wakes_at().filter(|at| *at < next) {
            found.extend(evaluator.pass(at));
        }
    }
    found.extend(evaluator.pass(log.last().unwrap().at.plus(60_000)));
    assert_eq!(found, whole(&log));
}

#[test]
fn an_evaluator_rebuilt_at_any_entry_finds_the_same_afterwards() {
    let log = evening(11);
    let expected = whole(&log);
    for cut in (1..log.len()).step_by(log.len() / 7) {
        let mut before = Evaluator::new(&room());
        let first: Vec<Finding> = log[..cut].iter().flat_map(|it| before.fold(it)).collect();
        // The process ends here; another one reads the log.
        let mut after = Evaluator::new(&room());
        let again: Vec<Finding> = log[..cut].iter().flat_map(|it| after.fold(it)).collect();
        assert_eq!(again, first, "cut at {cut}");
        let mut rest: Vec<Finding> = log[cut..].iter().flat_map(|it| after.fold(it)).collect();
        rest.extend(after.pass(log.last().unwrap().at.plus(60_000)));
        assert_eq!([first, rest].concat(), expected, "cut at {cut}");
    }
}

#[test]
fn an_edit_acts_from_its_entry_on_and_keeps_the_cool_down() {
    let first = rule(json!({ "when": { "cel": "here >= 10.0" }, "cool_down_s": 600 }));
    let second = rule(json!({
        "when": { "cel": "here >= 5.0" }, "cool_down_s": 600,
        "do": { "act": "prompt-host", "text": "Now five" },
    }));
    let off = Rule { on: false, ..second.clone() };
    let crowd = log_of("0:00 live\n0:00 come 12 feed\n1:00 time\n14:00 go 12\n14:30 come 6 feed\n");
    let said = |puts: &[(i64, &Rule, u32)]| -> Vec<String> {
        let mut log = crowd.clone();
        log.extend(puts.iter().map(|(at, rule, version)| put(*at, rule, *version)));
        log.sort_by_key(|it| it.at);
        let mut evaluator = Evaluator::new(&room());
        let mut found: Vec<Finding> = log.iter().flat_map(|it| evaluator.fold(it)).collect();
        found.extend(evaluator.pass(Millis(30 * 60_000)));
        let line = |it: &Finding| {
            let proposed = it.intent.proposed().unwrap();
            format!("{} v{} {:?}", super::script::clock(it.intent.at), proposed.version, proposed.deed)
        };
        found.iter().map(line).collect()
    };
    let (one, two) = (r#"v1 Prompt { text: "Look" }"#, r#"v2 Prompt { text: "Now five" }"#);
    // A new rule that is true already speaks with its own entry.
    assert_eq!(said(&[(30_500, &first, 1)]), [format!("0:30 {one}")]);
    // Edited in the middle of its cool-down: it goes on, and then the new text speaks.
    assert_eq!(
        said(&[(0, &first, 1), (60_000, &second, 2)]),
        [format!("0:00 {one}"), format!("10:00 {two}"), format!("20:00 {two}")]
    );
    // Switched off, it is silent.
    assert_eq!(said(&[(0, &first, 1), (60_000, &off, 2)]), [format!("0:00 {one}")]);
    let on_again = said(&[(0, &first, 1), (60_000, &off, 2), (840_000, &second, 3)]);
    assert_eq!(on_again[1..], [format!("14:30 {}", two.replace("v2", "v3"))]);
}

#[test]
fn a_rule_that_cannot_be_read_does_not_work_and_harms_no_other() {
    let good = rule(json!({ "when": { "cel": "here >= 10.0" } }));
    let mut log = vec![put(0, &good, 1)];
    for text in ["", "{", "{\"code\":\"bad\"}", "[1]"] {
        let event = RuleEvent::Put { rule: "bad".into(), version: 1, text: Some(text.into()), draw: None };
        log.push(Entry { at: Millis(0), cause: Cause::Reported, event: Event::Rule(event) });
    }
    log.extend(log_of("0:00 live\n0:00 come 12 feed\n"));
    let mut evaluator = Evaluator::new(&room());
    let found: Vec<Finding> = log.iter().flat_map(|it| evaluator.fold(it)).collect();
    assert_eq!(found.len(), 1);
}

#[test]
fn what_was_put_off_still_holds_while_its_condition_does_and_its_rule_says_the_same() {
    let busy = rule(json!({ "code": "busy", "people_min": 3, "when": { "cel": "comments_per_min >= 4.0" } }));
    let mut evaluator = Evaluator::new(&room());
    evaluator.fold(&put(0, &busy, 1));
    let script = "0:00 live\n0:00 come 5 feed\n0:10..1:00/5 say 1\n0:30 go 1";
    let log = log_of(script);
    let found: Vec<Finding> = log.iter().flat_map(|it| evaluator.fold(it)).collect();
    let intent = found[0].intent.clone();
    assert!(evaluator.still_holds(&intent));
    let mut edited = evaluator.clone();
    edited.fold(&put(60_000, &busy, 2));
    assert!(!edited.still_holds(&intent), "it is another version by now");
    let mut empty = evaluator.clone();
    let gone = log_of(&format!("{script}\n1:01 go 2"));
    gone[log.len()..].iter().for_each(|it| drop(empty.fold(it)));
    assert!(!empty.still_holds(&intent), "there are not people enough any more");
    evaluator.pass(Millis(150_000));
    assert!(!evaluator.still_holds(&intent), "it is quiet by now");
    let unknown = linger_protocol::Intent { rule: "gone".into(), ..intent };
    assert!(!evaluator.still_holds(&unknown));
}
