//! Viewers drawn one by one: skewed figures, ratios, adjusted figures, quantiles, lifetimes.

use crate::{Tally, covers, once, trials};
use linger_stats::{
    Chance, Effect, Lifetimes, Looks, Metric, Plan, Sample, Sums, adjusted, log_hazard_ratio, log_rank,
    sample_ratio,
};

/// Seconds watched: skewed as they are, in whole numbers; the mean is `scale`.
fn watched(chance: &mut Chance, scale: f64) -> i64 {
    (scale * chance.gamma(0.7) / 0.7).round() as i64
}

fn arm(chance: &mut Chance, n: usize, mut draw: impl FnMut(&mut Chance) -> i64) -> Sums<1> {
    let mut sums = Sums::default();
    (0..n).for_each(|_| sums.add([draw(chance)]));
    sums
}

fn mean_effect(chance: &mut Chance, n: [usize; 2], means: [f64; 2]) -> Effect {
    let metric = Metric::per_unit([1.0]);
    let [treated, held_out] = [0, 1].map(|it| arm(chance, n[it], |chance| watched(chance, means[it])));
    metric.of(&treated).unwrap().minus(&metric.of(&held_out).unwrap()).unwrap()
}

#[test]
fn arms_that_do_not_differ_are_told_apart_five_times_of_a_hundred() {
    Tally::of("A/A, 200 viewers an arm", trials(), |chance| {
        mean_effect(chance, [200, 200], [300.0; 2]).p_value(0.05, Looks::Once) < 0.05
    })
    .is_about(0.05, 0.005);
}

#[test]
fn intervals_of_viewers_cover_what_is_true() {
    Tally::of("viewers, 400 and 100, mean", trials(), |chance| {
        covers(once(&mean_effect(chance, [400, 100], [330.0, 300.0])), 30.0)
    })
    .is_about(0.95, 0.01);
}

#[test]
fn an_effect_is_seen_as_often_as_planned() {
    let plan = Plan { variance: 300.0_f64.powi(2) / 0.7, treated: 0.5, alpha: 0.05, power: 0.8 };
    let units = plan.units_for(60.0).unwrap() as usize;
    Tally::of("planned for 80 %", trials(), |chance| {
        mean_effect(chance, [units / 2; 2], [330.0, 270.0]).p_value(0.05, Looks::Once) < 0.05
    })
    .is_about(0.8, 0.01);
}

/// Revenue, orders, and both before, of somebody whose keenness stays with them.
fn customer(chance: &mut Chance, per_order: f64) -> [i64; 4] {
    let keen = chance.gamma(2.0);
    let mut orders = || 1 + (0..4).filter(|_| chance.happens(keen / (2.0 + keen))).count() as i64;
    let (now, before) = (orders(), orders());
    let mut money = |orders: i64, each: f64| {
        (0..orders).map(|_| (each * keen.sqrt() * chance.gamma(2.0)).round() as i64).sum()
    };
    [money(now, per_order), now, money(before, 1_000.0), before]
}

fn customers(chance: &mut Chance, n: usize, per_order: f64) -> Sums<4> {
    let mut sums = Sums::default();
    (0..n).for_each(|_| sums.add(customer(chance, per_order)));
    sums
}

const PER_ORDER: [f64; 4] = [1.0, 0.0, 0.0, 0.0];
const ORDERS: [f64; 4] = [0.0, 1.0, 0.0, 0.0];

fn true_ratio(per_order: f64) -> f64 {
    let everybody = customers(&mut Chance::of(99), 400_000, per_order).totals();
    everybody[0] as f64 / everybody[1] as f64
}

#[test]
fn intervals_of_ratios_cover_what_is_true_and_knowing_before_makes_them_narrower() {
    let truth = true_ratio(1_100.0) - true_ratio(1_000.0);
    let ratio = Metric::ratio(PER_ORDER, ORDERS);
    let before = Metric::ratio([0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]);
    let (mut wide, mut narrow) = (0.0, 0.0);
    Tally::of("ratio, 300 buyers an arm", trials(), |chance| {
        let (a, b) = (customers(chance, 300, 1_100.0), customers(chance, 300, 1_000.0));
        let effect = ratio.of(&a).unwrap().minus(&ratio.of(&b).unwrap()).unwrap();
        wide += effect.standard_error;
        covers(once(&effect), truth)
    })
    .is_about(0.95, 0.01);
    Tally::of("ratio, adjusted", trials(), |chance| {
        let (a, b) = (customers(chance, 300, 1_100.0), customers(chance, 300, 1_000.0));
        let [a, b] = adjusted(&a, &b, &ratio, &before).unwrap();
        let effect = a.minus(&b).unwrap();
        narrow += effect.standard_error;
        covers(once(&effect), truth)
    })
    .is_about(0.95, 0.01);
    println!("errors of the adjusted ratio are {:.3} of the plain one's", narrow / wide);
    assert!(narrow < 0.95 * wide);
}

#[test]
fn intervals_of_quantiles_cover_what_is_true_though_waits_of_a_viewer_go_together() {
    // ln wait = 6 + N(0, 0.4) of the viewer + N(0, 0.5): the ninth decile is exp(6 + 1.2816 * sqrt(0.41)).
    let decile = |shift: f64| (6.0 + shift + 1.281_551_565_5 * 0.41_f64.sqrt()).exp();
    let waits = |chance: &mut Chance, shift: f64| {
        let mut sample = Sample::default();
        for viewer in 0..150 {
            let slow = 6.0 + shift + 0.4 * chance.normal();
            for _ in 0..1 + chance.bits() % 8 {
                sample.add(viewer, (slow + 0.5 * chance.normal()).exp().round() as i64);
            }
        }
        sample.quantile(0.9).unwrap()
    };
    Tally::of("ninth decile, 150 viewers an arm", trials(), |chance| {
        let effect = waits(chance, 0.1).minus(&waits(chance, 0.0)).unwrap();
        covers(once(&effect), decile(0.1) - decile(0.0))
    })
    .is_about(0.95, 0.015);
}

fn stays(chance: &mut Chance, mean_s: f64) -> Lifetimes {
    let mut lifetimes = Lifetimes::default();
    for _ in 0..250 {
        let (life, seen) = ((-mean_s * chance.unit().ln()) as u32, 30 + (chance.unit() * 270.0) as u32);
        if life <= seen { lifetimes.left(0, life, 1) } else { lifetimes.censored(0, seen, 1) }.unwrap();
    }
    lifetimes
}

#[test]
fn leaving_faster_is_covered_and_leaving_alike_is_told_apart_five_times_of_a_hundred() {
    Tally::of("hazard ratio, 250 viewers an arm", trials(), |chance| {
        let (a, b) = (stays(chance, 120.0), stays(chance, 100.0));
        covers(once(&log_hazard_ratio(&a, &b).unwrap()), (100.0_f64 / 120.0).ln())
    })
    .is_about(0.95, 0.01);
    Tally::of("log-rank A/A", trials(), |chance| {
        let (a, b) = (stays(chance, 100.0), stays(chance, 100.0));
        log_rank(&a, &b).unwrap().p_value < 0.05
    })
    .is_about(0.05, 0.005);
}

#[test]
fn a_draw_that_works_is_hardly_ever_called_broken_and_one_that_loses_a_tenth_always() {
    let arms = |chance: &mut Chance, lost: f64| {
        let mut sizes = [0; 2];
        for _ in 0..10_000 {
            let arm = usize::from(chance.happens(0.5));
            sizes[arm] += u64::from(arm == 0 || !chance.happens(lost));
        }
        sample_ratio(&sizes, &[0.5, 0.5]).unwrap() < linger_stats::SAMPLE_RATIO_P
    };
    Tally::of("sound draws called broken", trials(), |chance| arms(chance, 0.0)).is_at_most(0.001);
    let found = Tally::of("a tenth of one arm lost", trials() / 10, |chance| arms(chance, 0.1));
    assert!(found.share() > 0.95);
}
