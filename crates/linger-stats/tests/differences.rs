//! Differences, shares and percentiles against scipy and statsmodels (stored by `bench/oracles/lifelines_reference.py`).
//! It does not know what the arms are.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use linger_stats::{Difference, Histogram, Moments, Shares, Unknown};
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/differences.json")).expect("the stored reference is JSON")
}

#[track_caller]
fn close(mine: f64, theirs: &Value, case: &Value) {
    let theirs = theirs.as_f64().unwrap();
    assert!((mine - theirs).abs() <= 1e-9 * theirs.abs().max(1.0), "{mine} here, {theirs} there: {case}");
}

#[track_caller]
fn agree(mine: &Difference, case: &Value) {
    close(mine.estimate, &case["estimate"], case);
    close(mine.ci95.low, &case["low"], case);
    close(mine.ci95.high, &case["high"], case);
}

#[test]
fn differences_of_shares_agree_with_statsmodels() {
    let reference = reference();
    let cases = reference["shares"].as_array().unwrap();
    assert!(cases.len() >= 6);
    for case in cases {
        let shares = |arm: &str| Shares {
            trials: case[arm][0].as_u64().unwrap(),
            hits: case[arm][1].as_u64().unwrap(),
        };
        agree(&shares("a").minus(&shares("b")).unwrap(), case);
        let wilson = shares("a").ci95().unwrap();
        close(wilson.low, &case["wilson_a"][0], case);
        close(wilson.high, &case["wilson_a"][1], case);
    }
}

#[test]
fn differences_of_means_agree_with_scipy() {
    let reference = reference();
    let cases = reference["means"].as_array().unwrap();
    assert!(cases.len() >= 5);
    for case in cases {
        let moments = |arm: &str| {
            let mut moments = Moments::default();
            for run in case[arm].as_array().unwrap() {
                for _ in 0..run[1].as_u64().unwrap() {
                    moments.add(run[0].as_i64().unwrap());
                }
            }
            moments
        };
        agree(&moments("a_runs").minus(&moments("b_runs")).unwrap(), case);
    }
}

#[test]
fn moments_add_up_in_any_order() {
    let figures: Vec<i64> = (0..1_000).map(|i: i64| (i * 7_919 % 1_009 - 500) * 1_000_003).collect();
    let mut whole = Moments::default();
    figures.iter().for_each(|it| whole.add(*it));
    let mut parts = vec![Moments::default(); 7];
    figures.iter().enumerate().for_each(|(i, it)| parts[i % 7].add(*it));
    let mut sum = Moments::default();
    parts.iter().rev().for_each(|it| sum += it);
    assert_eq!(sum, whole);
}

#[test]
fn what_cannot_be_compared_has_a_name() {
    let none = Shares::default();
    let some = Shares { trials: 4, hits: 1 };
    assert_eq!(some.minus(&none).unwrap_err(), Unknown::NothingObserved);
    assert_eq!(Shares { trials: 1, hits: 2 }.ci95().unwrap_err(), Unknown::MoreThanAll);
    let mut one = Moments::default();
    one.add(5);
    assert_eq!(one.minus(&one).unwrap_err(), Unknown::TooFew { have: 1, need: 2 });
    one.add(5);
    assert_eq!(one.minus(&one).unwrap_err(), Unknown::NoSpread);
    let mut huge = Moments::default();
    (0..9).for_each(|_| huge.add(i64::MIN));
    assert_eq!(huge.variance(), Err(Unknown::TooLarge));
}

#[test]
fn percentiles_are_off_by_less_than_two_percent() {
    let mut histogram = Histogram::default();
    let mut parts = [Histogram::default(), Histogram::default()];
    let mut figures: Vec<u32> = (0..10_000u64).map(|i| (i * i * 31 % 65_537) as u32).collect();
    for (i, figure) in figures.iter().enumerate() {
        histogram.add(*figure);
        parts[i % 2].add(*figure);
    }
    figures.sort_unstable();
    for percent in [1, 5, 25, 50, 75, 95, 99, 100] {
        let exact = f64::from(figures[figures.len() * percent as usize / 100 - 1]);
        let read = f64::from(histogram.percentile(percent).unwrap());
        assert!((read - exact).abs() <= 0.016 * exact + 0.5, "p{percent}: {read} for {exact}");
    }
    let mut sum = Histogram::default();
    parts.iter().for_each(|it| sum += it);
    assert_eq!(sum, histogram);
    assert_eq!(sum.classes().map(|(_, count)| count).sum::<u64>(), 10_000);
    assert_eq!(Histogram::default().percentile(50), None);
}
