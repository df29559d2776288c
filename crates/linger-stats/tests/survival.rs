//! Survival against `lifelines` (stored by `bench/oracles/lifelines_reference.py`), and what must hold for any stays.
//! It does not know rooms.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use linger_stats::{AGE_S_MAX, Lifetimes, Stays, Unknown, difference_of_restricted_means, hazard};
use serde_json::Value;

const CLOSE: f64 = 1e-9;

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/survival.json")).expect("the stored reference is JSON")
}

fn numbers(list: &Value) -> Vec<u32> {
    list.as_array().unwrap().iter().map(|it| it.as_u64().unwrap() as u32).collect()
}

fn lifetimes_of(case: &Value) -> Lifetimes {
    let mut lifetimes = Lifetimes::default();
    let (ends, entries) = (numbers(&case["duration_s"]), numbers(&case["entry_s"]));
    for ((end, seen), entry) in ends.into_iter().zip(numbers(&case["observed"])).zip(entries) {
        let added = if seen == 1 { lifetimes.left(entry, end, 1) } else { lifetimes.censored(entry, end, 1) };
        added.unwrap();
    }
    lifetimes
}

#[track_caller]
fn close(mine: f64, theirs: &Value, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((mine - theirs).abs() <= CLOSE * theirs.abs().max(1.0), "{what}: {mine} here, {theirs} there");
}

#[test]
fn curves_intervals_medians_and_means_agree_with_lifelines() {
    let reference = reference();
    let cases = reference["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let lifetimes = lifetimes_of(case);
        let curve = lifetimes.kaplan_meier().unwrap();
        for step in case["steps"].as_array().unwrap() {
            let age_s = step["age_s"].as_u64().unwrap() as u32;
            close(curve.at(age_s).unwrap(), &step["survival"], &format!("{name} S({age_s})"));
            match curve.point_at(age_s) {
                Some(point) => {
                    close(
                        point.greenwood_variance,
                        &step["greenwood_variance"],
                        &format!("{name} V({age_s})"),
                    );
                    close(point.ci95.low, &step["low"], &format!("{name} low({age_s})"));
                    close(point.ci95.high, &step["high"], &format!("{name} high({age_s})"));
                }
                None => close(1.0, &step["low"], &format!("{name} low({age_s}), before anybody left")),
            }
        }
        assert_eq!(curve.median_s().map(u64::from), case["median_s"].as_u64(), "{name} median");
        let mean = curve.restricted_mean_s(case["horizon_s"].as_u64().unwrap() as u32).unwrap();
        close(mean.mean_s, &case["restricted_mean_s"], &format!("{name} restricted mean"));
        let spread = &case["restricted_mean_standard_error_s"];
        close(mean.standard_error_s, spread, &format!("{name} spread of the restricted mean"));
        close(lifetimes.naive_mean_s().unwrap(), &case["naive_mean_s"], &format!("{name} naive mean"));
    }
}

#[test]
fn parts_add_up_to_the_whole_in_any_order() {
    for case in reference()["cases"].as_array().unwrap() {
        let whole = lifetimes_of(case);
        let mut shards = vec![Lifetimes::default(); 3];
        let (ends, entries) = (numbers(&case["duration_s"]), numbers(&case["entry_s"]));
        for (i, (end, seen)) in ends.into_iter().zip(numbers(&case["observed"])).enumerate() {
            let shard = &mut shards[i * 7 % 3];
            match seen {
                1 => shard.left(entries[i], end, 1).unwrap(),
                _ => shard.censored(entries[i], end, 1).unwrap(),
            }
        }
        let (mut forwards, mut backwards) = (Lifetimes::default(), Lifetimes::default());
        shards.iter().for_each(|it| forwards += it);
        shards.iter().rev().for_each(|it| backwards += it);
        assert_eq!(forwards, whole);
        assert_eq!(backwards, whole);
    }
}

#[test]
fn running_stays_are_censored_at_their_present_age() {
    let mut stays = Stays::default();
    stays.begin(10, 3);
    stays.begin(40, 2);
    assert_eq!(stays.end(10, 30, true, 1), 1);
    assert_eq!(stays.end(40, 45, false, 1), 1);

    let mut expected = Lifetimes::default();
    expected.left(0, 20, 1).unwrap();
    expected.censored(0, 5, 1).unwrap();
    expected.censored(0, 50, 2).unwrap();
    expected.censored(0, 20, 1).unwrap();
    assert_eq!(stays.at(60), expected);
    assert_eq!(stays.running(), 3);
    // A second later nothing was touched, and yet everybody who runs is a second older.
    let mut later = Lifetimes::default();
    later.left(0, 20, 1).unwrap();
    later.censored(0, 5, 1).unwrap();
    later.censored(0, 51, 2).unwrap();
    later.censored(0, 21, 1).unwrap();
    assert_eq!(stays.at(61), later);
}

#[test]
fn no_more_stays_end_than_run() {
    let mut stays = Stays::default();
    stays.begin(5, 2);
    assert_eq!(stays.end(6, 9, true, 1), 0);
    assert_eq!(stays.end(5, 9, true, 7), 2);
    assert_eq!(stays.end(5, 9, true, 1), 0);
    assert_eq!(stays.ended().ended(), 2);
    assert_eq!(stays.running(), 0);
}

#[test]
fn the_average_of_finished_stays_is_too_low_while_others_run() {
    // One arrival a second; everybody who leaves does so after 20 s, every other one stays to the end.
    let mut stays = Stays::default();
    for second in 0..600 {
        stays.begin(second, 1);
    }
    for second in (0..580).step_by(2) {
        stays.end(second, second + 20, true, 1);
    }
    let all = stays.at(600);
    let curve = all.kaplan_meier().unwrap();
    let mean = curve.restricted_mean_s(300).unwrap();
    assert_eq!(all.naive_mean_s().unwrap(), 20.0);
    assert!((155.0..165.0).contains(&mean.mean_s), "{mean:?}");
    assert_eq!(curve.median_s(), None);
}

#[test]
fn what_cannot_be_known_has_a_name() {
    let mut lifetimes = Lifetimes::default();
    assert_eq!(lifetimes.kaplan_meier().unwrap_err(), Unknown::NothingObserved);
    assert_eq!(lifetimes.left(9, 9, 1), Err(Unknown::NeverAtRisk));
    assert_eq!(lifetimes.censored(9, 3, 1), Err(Unknown::NeverAtRisk));
    assert_eq!(lifetimes, Lifetimes::default());
    lifetimes.censored(0, 30, 5).unwrap();
    let curve = lifetimes.kaplan_meier().unwrap();
    assert_eq!(curve.at(30), Ok(1.0));
    assert_eq!(curve.at(31), Err(Unknown::BeyondObservation { followed_s: 30 }));
    assert_eq!(curve.restricted_mean_s(31).unwrap_err(), Unknown::BeyondObservation { followed_s: 30 });
    assert_eq!(lifetimes.naive_mean_s(), Err(Unknown::NothingObserved));
    assert_eq!(difference_of_restricted_means(&lifetimes, &lifetimes, 30).unwrap_err(), Unknown::NoSpread);
    assert_eq!(hazard(0, 0), Err(Unknown::NothingObserved));
    assert_eq!(hazard(3, 2), Err(Unknown::MoreThanAll));
    assert_eq!(hazard(3, 12), Ok(0.25));
}

#[test]
fn stays_longer_than_a_day_count_as_still_running_after_a_day() {
    let mut lifetimes = Lifetimes::default();
    lifetimes.left(0, AGE_S_MAX + 1, 1).unwrap();
    lifetimes.left(0, u32::MAX, 1).unwrap();
    assert_eq!((lifetimes.stays(), lifetimes.ended()), (2, 0));
    assert_eq!(lifetimes.kaplan_meier().unwrap().followed_s(), AGE_S_MAX);
}

#[test]
fn a_curve_that_falls_to_exactly_a_half_has_its_median_there() {
    for stays in (2..400u32).step_by(2) {
        let mut lifetimes = Lifetimes::default();
        (1..=stays).for_each(|age_s| lifetimes.left(0, age_s, 1).unwrap());
        assert_eq!(lifetimes.kaplan_meier().unwrap().median_s(), Some(stays / 2));
    }
}
