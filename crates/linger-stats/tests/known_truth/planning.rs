//! Plans: an effect of the size planned for is found as often as planned, by who looks once at the planned number and by who looks
//! after every unit until it is there.

use crate::{Tally, trials};
use linger_stats::{Chance, Effect, Looks, Metric, Plan, Sums};

/// Nobody looks before so many units of both arms are there.
const FIRST_LOOK: u64 = 200;
/// Shares are counted in these parts of a unit's spread.
const PARTS: f64 = 1_000.0;

/// A plan, and the effect that it is for.
struct Case {
    what: [&'static str; 3],
    plan: Plan,
    effect: f64,
}

fn cases() -> [Case; 3] {
    let plan = Plan { variance: 1.0, treated: 0.5, alpha: 0.05, power: 0.8 };
    [
        Case {
            what: ["planned, one look", "planned, always looking", "planned, always looking, half way"],
            plan,
            effect: 0.1,
        },
        Case {
            what: [
                "a fifth treated, strict, one look",
                "a fifth treated, strict, always looking",
                "a fifth treated, strict, always looking, half way",
            ],
            plan: Plan { treated: 0.2, alpha: 0.01, ..plan },
            effect: 0.2,
        },
        Case {
            what: ["power 0.9, one look", "power 0.9, always looking", "power 0.9, always looking, half way"],
            plan: Plan { power: 0.9, ..plan },
            effect: 0.15,
        },
    ]
}

/// Lives through an experiment until `last` units are there, and asks from `first` on whether the effect is seen.
fn seen(chance: &mut Chance, case: &Case, (first, last): (u64, u64), looks: Looks) -> bool {
    let mut arms = [Sums::default(); 2];
    let metric = Metric::per_unit([1.0 / PARTS]);
    (1..=last).any(|unit| {
        let treated = chance.happens(case.plan.treated);
        // A spread of one, and the tail that figures of people have.
        let figure = chance.gamma(1.0) + if treated { case.effect } else { 0.0 };
        arms[usize::from(treated)].add([(figure * PARTS).round() as i64]);
        unit >= first && {
            let [held_out, treated] = arms.map(|it| metric.of(&it).unwrap());
            let effect: Effect = treated.minus(&held_out).unwrap();
            effect.interval(case.plan.alpha, looks).low > 0.0
        }
    })
}

#[test]
fn one_look_at_the_planned_number_finds_the_effect_as_often_as_planned() {
    for case in cases() {
        let units = case.plan.units_for(case.effect).unwrap();
        let found =
            Tally::of(case.what[0], trials(), |chance| seen(chance, &case, (units, units), Looks::Once));
        found.is_about(case.plan.power, 0.01);
    }
}

#[test]
fn whoever_looks_always_finds_it_as_often_as_planned_and_in_half_of_all_cases_by_half_way() {
    for case in cases() {
        let planned = case.plan.units_when_looking(case.effect).unwrap();
        let looks = Looks::Always { tuned_for: planned.units };
        for (what, units, share) in
            [(case.what[1], planned.units, case.plan.power), (case.what[2], planned.half, 0.5)]
        {
            let found = Tally::of(what, trials(), |chance| seen(chance, &case, (FIRST_LOOK, units), looks));
            // Steps of one unit are a little slower than no steps, and figures with a tail a little uneven.
            found.is_about(share, 0.02);
        }
    }
}

#[test]
fn looking_always_takes_more_at_most_and_less_as_a_rule() {
    for case in cases() {
        let once = case.plan.units_for(case.effect).unwrap() as f64;
        let always = case.plan.units_when_looking(case.effect).unwrap();
        let (most, half) = (always.units as f64 / once, always.half as f64 / once);
        assert!((1.2..2.0).contains(&most) && half < 1.1, "{most} and {half}");
    }
}
