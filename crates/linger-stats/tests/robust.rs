//! Robust figures, alarms, rates and scores against scipy and plain arithmetic.

use linger_stats::{
    Cusum, Ewma, Promoters, Shift, Stratum, Unknown, Usual, median, poisson_ci95, standardise,
};

fn reference() -> serde_json::Value {
    serde_json::from_str(include_str!("reference/robust.json")).expect("the stored reference is JSON")
}

#[test]
fn median_and_spread_equal_those_of_scipy() {
    let reference = reference();
    let values: Vec<f64> =
        reference["values"].as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect();
    let usual = Usual::of(&values).unwrap();
    assert_eq!(median(&values).unwrap(), reference["median"].as_f64().unwrap());
    assert!((usual.spread - 1.4826 * reference["mad"].as_f64().unwrap()).abs() < 1e-12);
    assert!((usual.z(usual.median - 3.0 * usual.spread).unwrap() + 3.0).abs() < 1e-12);
    assert_eq!(median(&[1.0, 4.0, 2.0, 3.0]), Ok(2.5));
    assert_eq!(median(&[]), Err(Unknown::NothingObserved));
    assert_eq!(Usual::of(&[2.0, 2.0, 2.0, 9.0]).unwrap().z(9.0), Err(Unknown::NoSpread));
}

#[test]
fn exact_intervals_of_counts_equal_those_of_scipy() {
    for case in reference()["garwood"].as_array().unwrap() {
        let ci = poisson_ci95(case[0].as_u64().unwrap());
        assert!((ci.low - case[1].as_f64().unwrap()).abs() < 1e-8 * (1.0 + ci.low), "{case}: {ci:?}");
        assert!((ci.high - case[2].as_f64().unwrap()).abs() < 1e-8 * ci.high, "{case}: {ci:?}");
    }
}

#[test]
fn leaving_is_measured_against_what_the_same_mix_would_do() {
    let strata = [
        Stratum { at_risk: 100.0, events: 12, hazard: 0.05 },
        Stratum { at_risk: 50.0, events: 8, hazard: 0.10 },
    ];
    let found = standardise(&strata).unwrap();
    assert_eq!((found.observed, found.expected, found.ratio), (20, 10.0, 2.0));
    // The exact interval of 20 is 12.2165 to 30.8884.
    assert!((found.ci95.low - 1.22165).abs() < 1e-4 && (found.ci95.high - 3.08884).abs() < 1e-4, "{found:?}");
    assert_eq!(standardise(&[]), Err(Unknown::NothingObserved));
    assert_eq!(standardise(&[Stratum { at_risk: -1.0, events: 0, hazard: 0.1 }]), Err(Unknown::MoreThanAll));
}

#[test]
fn an_hour_is_compared_with_the_same_hour_of_the_same_weekday() {
    // Eight weeks of hours: 50 at noon on Mondays, 5 else; one Monday was wild.
    let readings: Vec<(i64, f64)> = (0..8 * 168)
        .map(|hour| {
            let value = if hour % 168 == 12 { 50.0 + (hour / 168) as f64 } else { 5.0 };
            (hour, if hour == 3 * 168 + 12 { 900.0 } else { value })
        })
        .collect();
    let usual = Usual::of_same_hour(&readings, 8 * 168 + 12, 5).unwrap();
    // The weeks 3 to 7: 900, 54, 55, 56, 57.
    assert_eq!((usual.median, usual.values), (56.0, 5));
    // The reading itself is no part of what is usual.
    assert_eq!(Usual::of_same_hour(&readings, 168 + 12, 5).unwrap().values, 1);
    assert_eq!(Usual::of_same_hour(&readings, 12, 5), Err(Unknown::NothingObserved));
}

#[test]
fn a_lasting_shift_is_found_and_a_single_spike_is_not() {
    let mut cusum = Cusum::default();
    assert_eq!(cusum.add(4.0), None);
    assert!((0..50).all(|_| cusum.add(0.0).is_none()));
    assert_eq!(cusum.sums(), (0.0, 0.0));
    // Each reading one spread low adds a half: the eleventh passes five.
    let found = (1..).find(|_| cusum.add(-1.0) == Some(Shift::Down));
    assert_eq!(found, Some(11));
    cusum.restart();
    assert_eq!(cusum.add(-1.0), None);
    assert_eq!((1..).find(|_| cusum.add(2.0) == Some(Shift::Up)), Some(4));
}

#[test]
fn the_past_fades_from_a_moving_mean() {
    let mut mean = Ewma::new(0.2);
    assert_eq!(mean.mean(), None);
    assert_eq!(mean.add(10.0), 10.0);
    assert_eq!(mean.add(20.0), 12.0);
    assert!((mean.add(0.0) - 9.6).abs() < 1e-12);
}

#[test]
fn promoters_less_detractors_make_the_score() {
    let mut asked = Promoters::default();
    for (answer, times) in [(10, 30), (9, 20), (8, 15), (7, 15), (6, 10), (0, 10)] {
        (0..times).for_each(|_| assert!(asked.add(answer)));
    }
    assert!(!asked.add(11) && !asked.add(-1));
    let found = asked.score().unwrap();
    assert_eq!(found.answers, 100);
    assert!((found.score - 30.0).abs() < 1e-12);
    // sqrt((0.5 + 0.2 - 0.09) / 100) = 0.078102; times 1.96.
    assert!((found.ci95.low - 14.692).abs() < 1e-2 && (found.ci95.high - 45.308).abs() < 1e-2, "{found:?}");
    assert_eq!(Promoters::default().score(), Err(Unknown::NothingObserved));
}
