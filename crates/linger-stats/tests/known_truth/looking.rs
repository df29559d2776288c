//! Somebody who looks after every single viewer and stops when the interval pleases.

use crate::{Tally, covers, trials};
use linger_stats::{Chance, Effect, Looks, Metric, Sums};

/// Nobody looks before so many viewers of both arms are there: an interval that rests on the normal limit needs some.
const FIRST_LOOK: u64 = 200;
const LAST_LOOK: u64 = 6_000;

/// Lives through an experiment with this effect and asks at every look whether the question is answered.
fn ever(chance: &mut Chance, effect: f64, mut answered: impl FnMut(&Effect) -> bool) -> bool {
    let mut arms = [Sums::default(); 2];
    let metric = Metric::per_unit([1.0]);
    (1..=LAST_LOOK).any(|viewer| {
        let treated = chance.happens(0.5);
        let mean = 300.0 + if treated { effect } else { 0.0 };
        arms[usize::from(treated)].add([(mean * chance.gamma(0.7) / 0.7).round() as i64]);
        viewer >= FIRST_LOOK && {
            let [held_out, treated] = arms.map(|it| metric.of(&it).unwrap());
            answered(&treated.minus(&held_out).unwrap())
        }
    })
}

#[test]
fn whoever_looks_always_is_misled_at_most_five_times_of_a_hundred() {
    for (what, tuned_for) in [
        ("A/A, looked at after every viewer, tuned for 5,000", 5_000),
        ("A/A, looked at after every viewer, tuned for 500", 500),
    ] {
        let looks = Looks::Always { tuned_for };
        Tally::of(what, trials() / 2, |chance| {
            ever(chance, 0.0, |effect| !covers(effect.interval(0.05, looks), 0.0))
        })
        .is_at_most(0.05);
    }
}

#[test]
fn the_truth_is_ever_outside_at_most_five_times_of_a_hundred() {
    Tally::of("truth ever outside", trials() / 2, |chance| {
        let looks = Looks::Always { tuned_for: 5_000 };
        ever(chance, 40.0, |effect| !covers(effect.interval(0.05, looks), 40.0))
    })
    .is_at_most(0.05);
}

#[test]
fn the_interval_for_one_look_misleads_whoever_looks_always() {
    let found = Tally::of(
        "A/A, looked at after every viewer, by the interval for one look",
        trials() / 5,
        |chance| ever(chance, 0.0, |effect| effect.p_value(0.05, Looks::Once) < 0.05),
    );
    assert!(found.share() > 0.15, "this is why there is another one");
}

#[test]
fn the_chance_and_the_interval_for_all_looks_say_the_same() {
    let mut chance = Chance::of(5);
    let looks = Looks::Always { tuned_for: 700 };
    for _ in 0..20 {
        ever(&mut chance, 60.0, |effect| {
            let outside = !covers(effect.interval(0.05, looks), 0.0);
            assert_eq!(effect.p_value(0.05, looks) < 0.05, outside);
            false
        });
    }
}
