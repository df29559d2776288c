//! Choosing and learning: the better arm wins, every arm keeps its floor, budgets hold, and what is logged is enough to judge
//! another policy by. It does not know what is chosen.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use linger_stats::{Chance, Decision, Moments, OffPolicy};
use linger_strategy::bandit::{Belief, Budget, Candidate, Policy};

const PLENTY: Budget = Budget { left_cents: 1_000_000_000, choices: 1_000 };

fn worked(hits: u64, misses: u64) -> Belief {
    Belief::Worked { hits, misses, worth_cents: 1_000 }
}

fn free(belief: Belief) -> Candidate {
    Candidate { belief, cost_cents: 0 }
}

/// The chance that the first of two beta beliefs is higher (E. Miller, "Formulas for Bayesian A/B testing").
fn first_is_better(a: (u64, u64), b: (u64, u64)) -> f64 {
    let ln_factorial = |n: u64| (1..=n).map(|it| (it as f64).ln()).sum::<f64>();
    let ln_beta = |x: u64, y: u64| ln_factorial(x - 1) + ln_factorial(y - 1) - ln_factorial(x + y - 1);
    let ((a1, b1), (a2, b2)) = ((a.0 + 1, a.1 + 1), (b.0 + 1, b.1 + 1));
    (0..a1)
        .map(|i| {
            let top = ln_beta(a2 + i, b1 + b2);
            (top - ((b1 + i) as f64).ln() - ln_beta(1 + i, b1) - ln_beta(a2, b2)).exp()
        })
        .sum()
}

#[test]
fn shares_are_the_chances_of_being_best_above_the_floor() {
    for (a, b) in [((3, 17), (6, 14)), ((0, 0), (0, 0)), ((40, 60), (45, 55)), ((0, 30), (5, 25))] {
        let arms = [free(worked(a.0, a.1)), free(worked(b.0, b.1))];
        let policy = Policy::of(&arms, 0.1, PLENTY, 7).unwrap().unwrap();
        let wanted = 0.1 + 0.8 * first_is_better(a, b);
        // One standard error of a thousand redraws is 0.016 at most.
        assert!((policy.shares()[0] - wanted).abs() < 0.06, "{:?} for {wanted}", policy.shares());
        assert!((policy.shares().iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn every_arm_keeps_its_floor_however_bad_it_looks() {
    let arms = [free(worked(900, 100)), free(worked(1, 999)), free(worked(0, 1_000))];
    let policy = Policy::of(&arms, 0.05, PLENTY, 1).unwrap().unwrap();
    assert_eq!(policy.shares()[1..], [0.05, 0.05]);
    let chosen = (0..20_000).filter(|seed| policy.choose(*seed).candidate == 2).count();
    assert!((800..1_200).contains(&chosen), "{chosen} of 20000");
}

#[test]
fn choices_come_with_the_chances_that_they_are_logged_with() {
    let arms = [free(worked(10, 20)), free(worked(14, 16)), free(worked(2, 5))];
    let policy = Policy::of(&arms, 0.1, PLENTY, 3).unwrap().unwrap();
    let mut counts = [0_u32; 3];
    for seed in 0..60_000 {
        let choice = policy.choose(seed);
        assert_eq!(choice.chance, policy.shares()[choice.candidate]);
        counts[choice.candidate] += 1;
    }
    for (count, share) in counts.iter().zip(policy.shares()) {
        let wide = 4.5 * (share * (1.0 - share) / 60_000.0).sqrt();
        assert!((f64::from(*count) / 60_000.0 - share).abs() < wide, "{counts:?} {:?}", policy.shares());
    }
    assert_eq!(Policy::of(&arms, 0.1, PLENTY, 3), Policy::of(&arms, 0.1, PLENTY, 3), "a seed is a policy");
}

#[test]
fn the_better_arm_is_found_and_less_is_lost_than_by_an_even_split() {
    let truths = [0.10, 0.14, 0.07];
    let (mut earned, mut best_chosen) = (0, 0);
    for run in 0..20 {
        let (mut beliefs, mut chance) = ([(0, 0); 3], Chance::of(run));
        for round in 0..60_u64 {
            let arms = beliefs.map(|(hits, misses)| free(worked(hits, misses)));
            let policy = Policy::of(&arms, 0.02, PLENTY, run * 1_000 + round).unwrap().unwrap();
            for seed in 0..50 {
                let choice = policy.choose(run * 1_000_000 + round * 1_000 + seed);
                let hit = chance.happens(truths[choice.candidate]);
                if hit {
                    beliefs[choice.candidate].0 += 1
                } else {
                    beliefs[choice.candidate].1 += 1
                }
                earned += u64::from(hit);
                best_chosen += u64::from(choice.candidate == 1 && round >= 40);
            }
        }
    }
    let even = 60_000.0 * truths.iter().sum::<f64>() / 3.0;
    assert!(earned as f64 > 1.15 * even, "{earned} against {even:.0} by an even split");
    assert!(best_chosen as f64 > 0.7 * 20_000.0, "{best_chosen} of the last 20000");
}

#[test]
fn amounts_are_weighed_net_of_what_they_cost() {
    let mut lavish = Moments::default();
    let mut modest = Moments::default();
    for i in 0..200 {
        lavish.add(1_500 + i % 7 * 30);
        modest.add(1_000 + i % 5 * 30);
    }
    let arm = |amounts, cost_cents| Candidate {
        belief: Belief::Earned { amounts, around_cents: 1_000, spread_cents: 1_000 },
        cost_cents,
    };
    let policy = |cost| Policy::of(&[arm(lavish, cost), arm(modest, 0)], 0.0, PLENTY, 5).unwrap().unwrap();
    assert!(policy(100).shares()[0] > 0.99);
    assert!(policy(900).shares()[0] < 0.01);
    // Before anything is known either may be best.
    let new = arm(Moments::default(), 0);
    let shares = Policy::of(&[new, new], 0.0, PLENTY, 5).unwrap().unwrap();
    assert!((0.4..0.6).contains(&shares.shares()[0]));
}

#[test]
fn what_is_left_is_never_spent_beyond_and_lasts_for_its_choices() {
    let arms = [
        Candidate { belief: worked(1, 99), cost_cents: 0 },
        Candidate { belief: worked(60, 40), cost_cents: 200 },
        Candidate { belief: worked(90, 10), cost_cents: 500 },
    ];
    // The last cent: what costs more than is left is not among the choices at all.
    let poor = Budget { left_cents: 199, choices: 1 };
    assert_eq!(Policy::of(&arms, 0.1, poor, 1).unwrap().unwrap().shares(), [1.0, 0.0, 0.0]);
    let none = Budget { left_cents: 199, choices: 1 };
    assert_eq!(Policy::of(&arms[1..], 0.1, none, 1).unwrap(), None);

    let spend =
        |shares: &[f64]| -> f64 { shares.iter().zip(&arms).map(|(s, a)| s * a.cost_cents as f64).sum() };
    let pace = Budget { left_cents: 100_000, choices: 1_000 };
    let policy = Policy::of(&arms, 0.05, pace, 1).unwrap().unwrap();
    assert!(spend(policy.shares()) <= 100.0 + 1e-9, "{:?}", policy.shares());
    assert!(spend(policy.shares()) > 99.0 && policy.shares().iter().all(|it| *it >= 0.05));

    let (mut left, mut made) = (100_000, 0);
    for choices in (1..=1_000).rev() {
        let budget = Budget { left_cents: left, choices };
        let policy = Policy::of(&arms, 0.05, budget, choices).unwrap().unwrap();
        left -= arms[policy.choose(choices).candidate].cost_cents;
        made += 1;
        assert!(left >= 0);
    }
    assert!(made == 1_000 && left < 3_000, "{left} left");
}

#[test]
fn another_policy_is_judged_from_what_was_logged() {
    let truths = [0.2, 0.35, 0.5];
    let other = [0.2, 0.2, 0.6];
    let wanted: f64 = truths.iter().zip(other).map(|(a, b)| a * b).sum();
    let mut covered = [0; 3];
    for run in 0..300_u64 {
        let arms = [free(worked(5, 10)), free(worked(6, 9)), free(worked(6, 10))];
        let policy = Policy::of(&arms, 0.1, PLENTY, run).unwrap().unwrap();
        let (mut judged, mut chance) = (OffPolicy::default(), Chance::of(run));
        for seed in 0..500 {
            let choice = policy.choose(run * 1_000 + seed);
            // A model that is wrong by a tenth.
            let model = truths.map(|it| it + 0.1);
            let taken = judged.add(&Decision {
                logged: choice.chance,
                other: other[choice.candidate],
                reward: f64::from(chance.happens(truths[choice.candidate])),
                expected: model[choice.candidate],
                expected_of_other: model.iter().zip(other).map(|(a, b)| a * b).sum(),
            });
            assert!(taken);
        }
        let all = [judged.inverse_propensity(), judged.self_normalised(), judged.doubly_robust()];
        for (covered, level) in covered.iter_mut().zip(all) {
            let interval = level.unwrap().interval(0.05);
            *covered += u32::from(interval.low <= wanted && wanted <= interval.high);
        }
    }
    // 95 % of 300 are 285; four standard errors are 15.
    assert!(covered.iter().all(|it| (270..=300).contains(it)), "{covered:?}");
    let no = Decision { logged: 0.0, other: 0.5, reward: 1.0, expected: 0.0, expected_of_other: 0.0 };
    assert!(!OffPolicy::default().add(&no), "what could not be chosen was not");
}

#[test]
fn settings_that_cannot_be_are_refused_by_name() {
    let arms = [free(worked(0, 0)), free(worked(0, 0))];
    let field = |arms: &[Candidate], floor, budget| Policy::of(arms, floor, budget, 1).unwrap_err().field;
    assert_eq!(field(&[], 0.0, PLENTY), "candidates");
    assert_eq!(field(&arms, 0.6, PLENTY), "floor");
    assert_eq!(field(&arms, f64::NAN, PLENTY), "floor");
    assert_eq!(field(&arms, 0.1, Budget { choices: 0, ..PLENTY }), "choices");
    let dear = Candidate { cost_cents: -1, ..arms[0] };
    assert_eq!(field(&[dear], 0.1, PLENTY), "cost_cents");
}
