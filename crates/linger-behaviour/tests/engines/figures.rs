//! The figures of an answer beside what other engines counted, without the finishing that both readings of the rows
//! share. It does not know how either was found.

use linger_behaviour::{Answer, Group, Stage, answer::Spread};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;

/// A group, a step, and the exact median and nine tenths of the times to it, ms.
pub type ExactTimes = (Option<String>, usize, i64, i64);

/// What lifelines says of a group's stays.
#[derive(Deserialize)]
pub struct Curve {
    group: Option<String>,
    /// Age, share, and the ends of its interval.
    steps: Vec<(u32, f64, f64, f64)>,
    median_s: Option<u32>,
    mean_s: f64,
}

fn all<Row: DeserializeOwned>(rows: &[Value]) -> Vec<Row> {
    rows.iter().map(|row| serde_json::from_value(row.clone()).unwrap()).collect()
}

/// Where a group's figures stand in an answer; nowhere when they are part of the rest.
fn place<'a>(groups: impl IntoIterator<Item = &'a Group>, value: Option<&String>) -> Option<usize> {
    groups.into_iter().position(|it| it.value.as_ref() == value && !it.rest)
}

/// Holds every figure of an answer that hides nothing to the counts.
pub fn hold(name: &str, answer: &Answer, rows: &[Value]) {
    match answer {
        Answer::Retention(it) => {
            type Row = (Option<String>, Value, u64, i64, Vec<u64>);
            for (group, cohort, people, _, back) in all::<Row>(rows) {
                let Some(group) = place(it.groups.iter().map(|it| &it.group), group.as_ref()) else {
                    continue;
                };
                let cohorts = &it.groups[group].cohorts;
                let cohort = match &cohort {
                    Value::String(text) => cohorts.iter().find(|it| it.cohort == *text).unwrap(),
                    period => &cohorts[period.as_u64().unwrap() as usize],
                };
                assert_eq!(cohort.people, Some(people), "{name}: {}", cohort.cohort);
                // A bracket that has not begun has no figure, and nobody can be in it.
                let shown: Vec<_> = cohort.cells.iter().map(|it| it.people.unwrap_or(0)).collect();
                assert_eq!(shown, back, "{name}: {}", cohort.cohort);
            }
        }
        Answer::Funnel(it) => {
            let mut reached: BTreeMap<(Option<String>, usize), u64> = BTreeMap::new();
            for (group, step, _, people) in all::<(Option<String>, usize, i64, u64)>(rows) {
                *reached.entry((group, step)).or_default() += people;
            }
            for ((group, step), people) in reached {
                let Some(group) = place(it.groups.iter().map(|it| &it.group), group.as_ref()) else {
                    continue;
                };
                assert_eq!(it.groups[group].steps[step].people, Some(people), "{name}: step {step}");
            }
        }
        Answer::Sequence(it) => {
            for (group, people) in all::<(Option<String>, Vec<u64>)>(rows) {
                let Some(group) = place(it.groups.iter().map(|it| &it.group), group.as_ref()) else {
                    continue;
                };
                assert_eq!(it.groups[group].people, people, "{name}");
            }
        }
        Answer::Trend(it) => {
            for (group, period, events, people, sum) in all::<(Option<String>, usize, u64, u64, String)>(rows)
            {
                let Some(group) = place(it.groups.iter().map(|it| &it.group), group.as_ref()) else {
                    continue;
                };
                let figures = it.groups[group].figures[period];
                assert_eq!(
                    (figures.events, figures.people),
                    (Some(events), Some(people)),
                    "{name}: {period}"
                );
                assert_eq!(figures.sum.unwrap_or(0).to_string(), sum, "{name}: {period}");
            }
        }
        Answer::Stickiness(it) => {
            for (period, days, people) in all::<(usize, usize, u64)>(rows) {
                assert_eq!(it.periods[period].days[days - 1], people, "{name}: {period}, {days} days");
            }
        }
        Answer::LifeCycle(it) => {
            let stages = [Stage::New, Stage::Returning, Stage::Resurrected, Stage::Dormant];
            // The first period is the one before the range, which is not shown.
            for (period, stage, people) in all::<(usize, usize, u64)>(rows).into_iter().filter(|it| it.0 > 0)
            {
                let shown = it.periods[period - 1].stage(stages[stage]);
                assert_eq!(shown, Some(people), "{name}: {period}, {:?}", stages[stage]);
            }
        }
        Answer::Paths(it) => {
            let steps = all::<(usize, String, String, u64)>(rows);
            for (nth, level) in it.levels.iter().enumerate() {
                let here = steps.iter().filter(|it| it.0 == nth + 1);
                for node in &level.nodes {
                    let people: u64 = here.clone().filter(|it| it.2 == node.name).map(|it| it.3).sum();
                    assert_eq!(node.people, people, "{name}: level {nth}, {}", node.name);
                }
                let people: u64 = here.map(|it| it.3).sum();
                let shown: u64 = level.nodes.iter().map(|it| it.people).sum();
                assert_eq!(shown + level.rest, people, "{name}: level {nth}");
            }
        }
        // Held to lifelines.
        Answer::Survival(_) => {}
    }
}

/// Holds the times of a funnel to exact ones: within the error that [`Spread`] states.
pub fn hold_times(name: &str, answer: &Answer, times: &[ExactTimes]) {
    let Answer::Funnel(it) = answer else { return };
    for (group, step, median_ms, p90_ms) in times {
        let Some(group) = place(it.groups.iter().map(|it| &it.group), group.as_ref()) else { continue };
        let Some(Spread { median_ms: median, p90_ms: p90, .. }) = &it.groups[group].steps[*step].time else {
            panic!("{name}: no time to step {step}");
        };
        for (exact, shown) in [(median_ms, median), (p90_ms, p90)] {
            let near = (shown - exact).abs() as f64 <= *exact as f64 * 0.008;
            assert!(near, "{name}: step {step} took {exact} ms, not {shown}");
        }
    }
}

/// Holds the curves of stays to those of lifelines.
pub fn hold_curves(name: &str, answer: &Answer, curves: &[Curve]) {
    let Answer::Survival(it) = answer else { return };
    let close = |a: f64, b: f64, what: &str| assert!((a - b).abs() < 1e-9, "{name}: {what} is {b}, not {a}");
    for curve in curves {
        let Some(group) = place(it.groups.iter().map(|it| &it.group), curve.group.as_ref()) else { continue };
        let group = &it.groups[group];
        assert_eq!(group.curve.len(), curve.steps.len(), "{name}");
        for (point, (age_s, share, low, high)) in group.curve.iter().zip(&curve.steps) {
            assert_eq!(point.age_s, *age_s, "{name}");
            close(point.share, *share, "the share");
            close(point.low, *low, "the low end");
            close(point.high, *high, "the high end");
        }
        assert_eq!(group.median_s, curve.median_s, "{name}");
        // There is none where nobody was observed up to the horizon; lifelines draws the curve on.
        if let Some(mean_s) = group.mean_s {
            assert!(
                (mean_s - curve.mean_s).abs() < 1e-6,
                "{name}: the mean is {}, not {mean_s}",
                curve.mean_s
            );
        }
    }
}
