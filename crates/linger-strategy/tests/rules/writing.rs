//! The two ways to write a condition mean the same, and what cannot be is told by field before anything is kept.

use super::script::rule;
use expect_test::{Expect, expect};
use linger_strategy::rule::{
    Clause, Condition, Metric, Program, Read, Rule, cel,
    expr::{Cmp, Num, Op, Test},
};
use serde_json::{Value, json};
use std::sync::Arc;

fn condition(value: &Value) -> Condition {
    Condition::read(value, "when").unwrap()
}

#[test]
fn a_form_and_its_cel_are_the_same_condition_both_ways() {
    for (form, text) in [
        (json!({ "metric": "here", "is": "at-least", "than": 20 }), "here >= 20.0"),
        (
            json!({ "all": [
                { "metric": "leaves", "is": "above", "than": 5 },
                { "metric": "leave_hazard", "is": "above", "than": { "metric": "leave_hazard_usual", "times": 1.5 } },
            ] }),
            "leaves > 5.0 && leave_hazard > 1.5 * leave_hazard_usual",
        ),
        (
            json!({ "any": [
                { "all": [
                    { "metric": "joins", "is": "below", "than": 1 },
                    { "metric": "here", "is": "at-most", "than": { "metric": "leaves" } },
                ] },
                { "not": { "metric": "stall_share", "is": "above", "than": 0.05 } },
            ] }),
            "(joins < 1.0 && here <= leaves) || !(stall_share > 0.05)",
        ),
    ] {
        let test = condition(&form).test("when").unwrap();
        assert_eq!(cel::print(&test), text);
        let read = cel::parse(text, "when").unwrap();
        assert_eq!(read, test, "{text}");
        let back = Clause::of(&read).unwrap();
        assert_eq!(back.test(), test, "{text}");
    }
}

#[test]
fn a_condition_beyond_forms_stays_cel() {
    let text = "(joins - leaves) / math.greatest(here, 1.0) > 0.25 && !(likes_per_min == 0.0)";
    let test = cel::parse(text, "when").unwrap();
    assert_eq!(Clause::of(&test), None);
    assert_eq!(cel::print(&test), text);
    assert_eq!(
        cel::parse("-joins + 3 > -4", "when").unwrap(),
        cel::parse("0.0 - joins + 3.0 > -4.0", "x").unwrap()
    );
}

/// Figures of a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn num(&mut self, depth: u64) -> Num {
        match self.roll(if depth == 0 { 2 } else { 4 }) {
            0 => Num::Const(self.roll(8) as f64 / 2.0),
            1 => Num::Metric(METRICS[self.roll(4) as usize]),
            _ => {
                let op = [Op::Add, Op::Sub, Op::Mul, Op::Max, Op::Min][self.roll(5) as usize];
                Num::Two(op, Box::new(self.num(depth - 1)), Box::new(self.num(depth - 1)))
            }
        }
    }

    fn test(&mut self, depth: u64) -> Test {
        match self.roll(if depth == 0 { 1 } else { 4 }) {
            0 => Test::Is(Cmp::ALL[self.roll(6) as usize], self.num(2), self.num(2)),
            1 => Test::Not(Box::new(self.test(depth - 1))),
            2 => Test::All((0..2 + self.roll(2)).map(|_| self.test(depth - 1)).collect()),
            _ => Test::Any((0..2 + self.roll(2)).map(|_| self.test(depth - 1)).collect()),
        }
    }
}

const METRICS: [Metric; 4] = [Metric::Here, Metric::Joins, Metric::Leaves, Metric::LikesPerMin];

struct Figures([f64; 4]);

impl Read for Figures {
    fn value(&self, metric: Metric) -> f64 {
        METRICS.iter().position(|it| *it == metric).map_or(f64::NAN, |place| self.0[place])
    }
}

#[test]
fn typed_code_decides_as_the_cel_interpreter_does_and_every_condition_survives_being_printed() {
    let mut env = ::cel::Env::stdlib();
    env.add_extension(::cel::extensions::math).unwrap();
    let env = Arc::new(env);
    let mut dice = Dice(7);
    let (mut met, mut read_back) = (0, 0);
    for _ in 0..1_000 {
        let test = dice.test(3);
        let text = cel::print(&test);
        let program = env.compile(&text).unwrap_or_else(|it| panic!("{text}: {it}"));
        let typed = Program::of(&test);
        if let Ok(again) = cel::parse(&text, "when") {
            read_back += 1;
            let same = Program::of(&again);
            let figures = Figures([3.0, 1.0, 0.5, 2.0]);
            assert_eq!(same.is_met(&figures), typed.is_met(&figures), "{text}");
            assert_eq!(cel::print(&again), text);
        }
        for _ in 0..5 {
            let figures = Figures([0; 4].map(|_: i32| dice.roll(8) as f64 / 2.0));
            let mut context = ::cel::Context::with_env(env.clone());
            for (metric, value) in METRICS.iter().zip(figures.0) {
                context.add_variable_from_value(metric.name(), value);
            }
            let theirs = program.execute(&context).unwrap_or_else(|it| panic!("{text}: {it}"));
            assert_eq!(theirs, ::cel::Value::Bool(typed.is_met(&figures)), "{text} with {:?}", figures.0);
            met += u32::from(typed.is_met(&figures));
        }
    }
    assert!((1_000..4_000).contains(&met) && read_back > 950, "{met} met, {read_back} read back");
}

#[test]
fn what_is_unknown_meets_no_condition_and_spoils_none_that_is_decided_without_it() {
    let figures = Figures([1.0, f64::NAN, 0.0, 0.0]);
    let met = |text: &str| Program::of(&cel::parse(text, "when").unwrap()).is_met(&figures);
    assert!(!met("joins > 0.0"));
    assert!(!met("!(joins > 0.0)"));
    assert!(!met("joins == joins"));
    assert!(!met("joins != 1.0"));
    assert!(!met("joins > 0.0 && here > 0.0"));
    assert!(met("joins > 0.0 || here > 0.0"));
    assert!(!met("!(joins > 0.0 || here > 3.0)"));
    assert!(!met("math.greatest(joins, 1.0) > 0.0"));
}

fn problems(change: &Value) -> String {
    let mut written = serde_json::to_value(rule(json!({ "when": { "cel": "here > 5" } }))).unwrap();
    for (field, value) in change.as_object().unwrap() {
        let fields = written.as_object_mut().unwrap();
        if value.is_null() {
            drop(fields.remove(field))
        } else {
            drop(fields.insert(field.clone(), value.clone()))
        }
    }
    match Rule::read(&written) {
        Ok(_) => "fine\n".to_owned(),
        Err(problems) => problems.iter().map(|it| format!("{it}\n")).collect(),
    }
}

fn refuses(changes: &[Value], expected: &Expect) {
    expected.assert_eq(&changes.iter().map(problems).collect::<String>());
}

#[test]
fn what_a_condition_cannot_be_is_told_by_field() {
    refuses(
        &[
            json!({ "when": { "cel": "luck > 3" } }),
            json!({ "when": { "all": [{ "metric": "here", "is": "above", "than": 1 }, { "metric": "luck", "is": "above", "than": 1 }] } }),
            json!({ "when": { "metric": "here", "is": "above", "than": { "metric": "luck" } } }),
            json!({ "when": { "metric": "here", "is": "over", "than": 3 } }),
            json!({ "when": { "metric": "here", "is": "above" } }),
            json!({ "when": { "all": [] } }),
            json!({ "when": { "cel": "here > 5", "more": 1 } }),
            json!({ "when": { "cel": "joins / here > 0.5" } }),
            json!({ "when": { "cel": "joins / 0 > 0.5" } }),
            json!({ "when": { "cel": "joins / math.greatest(here, 1) > 0.5" } }),
            json!({ "when": { "cel": "here < 0" } }),
            json!({ "when": { "cel": "joins > 5 && joins < 4" } }),
            json!({ "when": { "cel": "stall_share >= 0 || here > 5" } }),
            json!({ "when": { "cel": "true" } }),
            json!({ "until": { "cel": "here >= 0" } }),
            json!({ "when": { "cel": "here >" } }),
            json!({ "when": { "cel": "[1,2].exists(x, x > here)" } }),
            json!({ "when": { "cel": "size('a') > here" } }),
            json!({ "when": { "cel": "here" } }),
            json!({ "when": { "cel": "stay_s > 60" } }),
            json!({ "when": { "cel": format!("{}here > 5{}", "(".repeat(900), ")".repeat(900)) } }),
            json!({ "when": { "cel": format!("here > {}1", "-".repeat(900)) } }),
            json!({ "when": { "cel": vec!["here > 5"; 300].join(" && ") } }),
            json!({ "when": { "cel": vec!["here > 5"; 90].join(" && ") } }),
            json!({ "when": 5 }),
            json!({ "when": null }),
        ],
        &expect![[r#"
            when.cel: rule-metric-unknown (luck)
            when.all.1.metric: rule-metric-unknown (luck)
            when.than.metric: rule-metric-unknown (luck)
            when.is: rule-bad-value (above, at-least, below, at-most)
            when.than: rule-missing
            when.all: rule-missing
            when: rule-unknown-field (more)
            when: rule-divides-by-zero (here)
            when: rule-divides-by-zero (0.0)
            fine
            when: rule-never-true
            when: rule-never-true
            when: rule-always-true
            when: rule-always-true
            until: rule-always-true
            when.cel: rule-not-cel (1:7)
            when.cel: rule-cel-word (comprehension)
            when.cel: rule-cel-word (size)
            when.cel: rule-cel-word (here)
            when: rule-metric-scope (stay_s)
            when.cel: rule-too-deep (24)
            when.cel: rule-too-deep (24)
            when.cel: rule-too-long (2000)
            when: rule-too-deep (200, 24)
            when: rule-bad-value
            when: rule-missing (when)
        "#]],
    );
}

#[test]
fn what_a_rule_cannot_be_is_told_by_field() {
    refuses(
        &[
            json!({ "code": "No Code" }),
            json!({ "name": "" }),
            json!({ "window_s": 5, "hold_s": 9_999, "people_min": 9_999_999, "cool_down_s": 1, "priority": 101, "hold_out": 0.95 }),
            json!({ "budget": { "times": 0 } }),
            json!({ "budget": { "times": 5, "money": { "minor": 10, "currency": "yuan" }, "minor_per_viewer": 11 } }),
            json!({ "colour": "red" }),
            json!({ "rooms": ["no room!"] }),
            json!({ "do": { "act": "dance" } }),
            json!({ "do": { "act": "announce", "text": "" } }),
            json!({ "do": { "act": "announce", "text": "{luck} left, {stay_s} s" } }),
            json!({ "do": { "act": "flash-price", "off_percent": 95, "lasts_s": 60 } }),
            json!({ "do": { "act": "grant-benefit", "campaign": "thanks", "worth_minor": 500 } }),
            json!({ "do": { "act": "call-webhook", "topic": "Payment" } }),
            json!({ "do": { "act": "start-activity", "ask": { "kind": "say", "text": "hi" } } }),
            json!({ "do": { "act": "answer-question" } }),
            json!({ "scope": { "of": "question" }, "do": { "act": "answer-question" }, "when": { "cel": "askers > 2" } }),
            json!({ "scope": { "of": "planet" } }),
            json!({ "scope": { "of": "source", "source": "Weibo!" } }),
        ],
        &expect![[r#"
            code: rule-bad-value (1..64 a-z 0-9 -)
            name: rule-range (1..120)
            window_s: rule-range (10..600)
            hold_s: rule-range (0..3600)
            people_min: rule-range (0..1000000)
            cool_down_s: rule-range (10..86400)
            priority: rule-range (0..100)
            hold_out: rule-range (0..0.9)
            budget.times: rule-range (1..1000)
            budget.money.currency: rule-bad-value (ISO 4217)
            budget.minor_per_viewer: rule-budget
            colour: rule-unknown-field (colour)
            rooms: rule-bad-value
            do: rule-bad-value (dance)
            do.text: rule-range (1..280)
            do.text: rule-place (luck)
            budget.money: rule-needs-money
            do.off_percent: rule-range (1..90)
            budget.money: rule-needs-money
            do: rule-scope-action (room)
            do.topic: rule-bad-value (rule.…)
            do.ask.kind: rule-bad-value
            do: rule-scope-action (room)
            when: rule-question (askers >= 3.0)
            scope: rule-bad-value (planet)
            scope.source: rule-bad-value (1..32 a-z 0-9 -)
        "#]],
    );
}
