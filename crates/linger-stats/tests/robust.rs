//! Robust figures, counts and scores against scipy and plain arithmetic.

use linger_stats::{Promoters, Unknown, median, poisson_ci95, poisson_max95, spread_around};

fn reference() -> serde_json::Value {
    serde_json::from_str(include_str!("reference/robust.json")).expect("the stored reference is JSON")
}

#[test]
fn median_and_spread_equal_those_of_scipy() {
    let reference = reference();
    let values: Vec<f64> =
        reference["values"].as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect();
    let middle = median(&values).unwrap();
    assert_eq!(middle, reference["median"].as_f64().unwrap());
    let spread = spread_around(middle, &values).unwrap();
    assert!((spread - 1.4826 * reference["mad"].as_f64().unwrap()).abs() < 1e-12);
    assert_eq!(median(&[1.0, 4.0, 2.0, 3.0]), Ok(2.5));
    assert_eq!(median(&[]), Err(Unknown::NothingObserved));
    // One wild value moves neither.
    assert_eq!(median(&[1.0, 2.0, 3.0, 1e9]), Ok(2.5));
    assert_eq!(spread_around(0.0, &[-1.0, 1.0, 1.0, -1.0, 1e9]), Ok(1.4826));
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
fn the_upper_limit_of_few_is_the_one_of_the_tables() {
    // Garwood's table: one-sided 95 % upper limits of 0, 1 and 5 seen.
    for (seen, max) in [(0, 2.996), (1, 4.744), (5, 10.513)] {
        assert!((poisson_max95(seen) - max).abs() < 0.001, "{seen}: {}", poisson_max95(seen));
    }
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
