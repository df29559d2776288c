//! What the proving ground found, as values, as text and as JSON. It does not know how it was found.
//!
//! Invariant: each of them says that its people are simulated.

use crate::{
    evening::Acts,
    plan::Ask,
    pool::Pair,
    trial::{Metric, Trials},
    truth::{Figure, Stayed, Truth, truth},
};
use linger_strategy::experiment::Report;
use serde::Serialize;
use std::{collections::BTreeMap, fmt::Write as _};

/// What stands at the head of everything that is told.
pub const NOTICE: &str = "SIMULATED: a test bench of rules and statistics. Every figure is of made-up people; none is a result of Linger.";

/// What a rule did and does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleTold {
    /// Its code.
    pub code: String,
    /// In a show with all rules, on average: carried out or shown.
    pub done: f64,
    /// Taken up by the host, where it prompts.
    pub followed: f64,
    /// In a show in which nothing acts: held out.
    pub withheld: f64,
    /// Refused by the room, or passed over since its budget was spent or another rule stood in its way.
    pub left_out: f64,
    /// The same as `done`, and what it does to the mean stay, when it is the only one.
    pub alone: Option<(f64, Figure)>,
}

/// All that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// What this is.
    pub bench: &'static str,
    /// That nobody in it is real.
    pub simulated: bool,
    /// The same as a sentence.
    pub notice: &'static str,
    /// How arms are drawn.
    pub design: &'static str,
    /// The seed.
    pub seed: u64,
    /// Shows in the pool.
    pub shows: usize,
    /// Shows of one experiment.
    pub hosts: usize,
    /// Minutes of a show.
    pub minutes: u32,
    /// People at a time, about.
    pub people: f64,
    /// Values that are not as usual.
    pub effects: BTreeMap<&'static str, f64>,
    /// Whether nothing that happens makes anybody stay or leave.
    pub zero: bool,
    /// What is true.
    pub truth: Truth,
    /// What the product says of the first experiment.
    pub report: Report,
    /// What it says of all of them.
    pub experiments: Vec<Metric>,
    /// Each rule.
    pub rules: Vec<RuleTold>,
    /// The share still watching by seconds of age, without and with the rules.
    pub staying: Vec<(u32, f64, f64)>,
}

/// Puts together what was found.
pub fn told(
    ask: &Ask,
    pairs: &[Pair],
    known: Truth,
    trials: Trials,
    alone: &[Vec<(Stayed, BTreeMap<String, Acts>)>],
) -> Told {
    let usual = crate::causes::Causes::default();
    let changed = ask.causes.told().filter(|(it, value)| usual[it.cause] != *value);
    Told {
        bench: "loop",
        simulated: true,
        notice: NOTICE,
        design: ask.plan.name(),
        seed: ask.seed,
        shows: ask.shows,
        hosts: ask.hosts,
        minutes: ask.minutes,
        people: ask.people,
        effects: changed.map(|(it, value)| (it.name, value)).collect(),
        zero: ask.causes.are_zero(),
        truth: known,
        report: trials.report,
        experiments: trials.metrics,
        rules: rules(ask, pairs, alone),
        staying: staying(pairs),
    }
}

fn rules(ask: &Ask, pairs: &[Pair], alone: &[Vec<(Stayed, BTreeMap<String, Acts>)>]) -> Vec<RuleTold> {
    let shows = pairs.len() as f64;
    let told = |(place, rule): (usize, &linger_strategy::rule::Rule)| {
        let sum = |world: usize, of: fn(&Acts) -> u64| {
            let acts = pairs.iter().filter_map(|it| it.acts[world].get(&rule.code));
            acts.map(of).sum::<u64>() as f64 / shows
        };
        let alone = alone.get(place).filter(|it| !it.is_empty()).map(|lived| {
            let worlds: Vec<[Stayed; 2]> = pairs
                .iter()
                .zip(lived)
                .map(|(pair, (with, _))| [pair.stayed[0].clone(), with.clone()])
                .collect();
            let done = lived.iter().filter_map(|(_, acts)| acts.get(&rule.code)).map(|it| it.done);
            (done.sum::<u64>() as f64 / lived.len() as f64, truth(&worlds).mean_s)
        });
        RuleTold {
            code: rule.code.clone(),
            done: sum(1, |it| it.done),
            followed: sum(1, |it| it.followed),
            withheld: sum(0, |it| it.withheld),
            left_out: sum(1, |it| it.refused + it.passed_over),
            alone,
        }
    };
    ask.rules.iter().enumerate().map(told).collect()
}

fn staying(pairs: &[Pair]) -> Vec<(u32, f64, f64)> {
    let curve = |world: usize, age: u32| {
        let (stay, all) = pairs.iter().fold((0, 0), |(stay, all), it| {
            let (more, of) = it.stayed[world].beyond(age);
            (stay + more, all + of)
        });
        stay as f64 / all.max(1) as f64
    };
    let ages =
        [0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1_200, 1_800, 2_400, 3_000];
    ages.into_iter().map(|age| (age, curve(0, age), curve(1, age))).collect()
}

/// What a verdict says, in words.
pub fn words(code: &str) -> &str {
    match code {
        "better" => "better",
        "better-but" => "better, but a guardrail suffers",
        "worse" => "worse",
        "no-effect" => "no detectable effect",
        "too-early" | "too-early-planned" => "too early to tell",
        "broken-assignment" => "the arms are not drawn as they should be",
        "no-spread" => "no figure, as nothing varies",
        other => other,
    }
}

fn percent(share: f64) -> String {
    // Nothing below nothing.
    let tenths = (share * 1_000.0).round() + 0.0;
    format!("{:+.1} %", tenths / 10.0)
}

/// The same as text.
pub fn text(told: &Told) -> String {
    let mut text = String::new();
    let mut line = |it: String| {
        let _ = writeln!(text, "{it}");
    };
    line(NOTICE.to_owned());
    line(format!(
        "\n{} shows of {} min for {} people at a time, each lived through without and with {} rules; seed {}",
        told.shows,
        told.minutes,
        told.people,
        told.rules.len(),
        told.seed
    ));
    if told.zero {
        line("no effects: nothing that happens makes anybody stay or leave".to_owned());
    } else if !told.effects.is_empty() {
        let paces = told.effects.iter().map(|(name, value)| format!("{name}={value}"));
        line(format!("not as usual: {}", paces.collect::<Vec<_>>().join(", ")));
    }
    line(format!("\nWhat is true of {} people", told.truth.people));
    line(format!("  {:<24} {:>9} {:>9} {:>9}   beyond these shows", "", "without", "with", "uplift"));
    for (name, it) in [
        ("median watch, s", told.truth.median_s),
        ("mean watch, s", told.truth.mean_s),
        ("leaves an hour there", told.truth.leaves_per_hour),
    ] {
        let beyond = format!("± {:.1} points", it.error_beyond * 196.0);
        line(format!(
            "  {name:<24} {:>9.1} {:>9.1} {:>9}   {beyond}",
            it.without,
            it.with,
            percent(it.uplift)
        ));
    }
    line(format!(
        "\nWhat the product's report says of the first experiment ({} {}): {}",
        told.report.arms.iter().map(|it| it.units).sum::<u64>(),
        told.report.counted,
        words(told.report.verdict.code)
    ));
    for (metric, truth) in told.report.metrics.iter().zip(&told.experiments) {
        let between = &metric.against[0];
        let figure = between.effect.map_or("no figure".to_owned(), |it| {
            let holds = it.once.low <= truth.truth && truth.truth <= it.once.high;
            format!(
                "{} [{}, {}]; true is {}: {}",
                percent(it.estimate),
                percent(it.once.low),
                percent(it.once.high),
                percent(truth.truth),
                if holds { "within" } else { "OUTSIDE" }
            )
        });
        line(format!("  {:<24} {figure}; {}", metric.key, words(between.verdict.code)));
    }
    experiments(told, &mut line);
    rules_text(told, &mut line);
    text
}

fn experiments(told: &Told, line: &mut dyn FnMut(String)) {
    let Some(first) = told.experiments.first() else { return };
    line(format!(
        "\n{} experiments of {} shows each, arms drawn by {}",
        first.experiments, told.hosts, told.design
    ));
    line(format!(
        "  {:<24} {:>8} {:>13} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "", "true", "intervals hold", "always", "mean", "spread", "width", "found"
    ));
    for it in &told.experiments {
        line(format!(
            "  {:<24} {:>8} {:>7.1} ± {:<4.1} {:>8.1} {:>8} {:>8} {:>8} {:>7.1}%",
            it.key,
            percent(it.truth),
            it.coverage * 100.0,
            it.coverage_error * 196.0,
            it.coverage_always * 100.0,
            percent(it.mean_estimate),
            percent(it.spread),
            percent(it.width),
            it.found * 100.0,
        ));
        if let Some(for_good) = it.truth_for_good {
            line(format!("  {:<24} {:>8} when the rules act all evening", "", percent(for_good)));
        }
        if it.told < it.experiments {
            line(format!("  {:<24} {} had no figure", "", it.experiments - it.told));
        }
    }
}

fn rules_text(told: &Told, line: &mut dyn FnMut(String)) {
    line("\nRules, in a show on average; uplift of the mean stay when the rule is the only one".to_owned());
    line(format!(
        "  {:<24} {:>6} {:>9} {:>9} {:>9} {:>12} {:>9}",
        "", "done", "followed", "withheld", "left out", "done alone", "uplift"
    ));
    for it in &told.rules {
        let alone = it.alone.map_or(String::new(), |(done, it)| {
            format!("{done:>12.1} {:>9} ± {:.1}", percent(it.uplift), it.error_beyond * 196.0)
        });
        line(format!(
            "  {:<24} {:>6.1} {:>9.1} {:>9.1} {:>9.1} {alone}",
            it.code, it.done, it.followed, it.withheld, it.left_out
        ));
    }
}
