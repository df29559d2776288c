//! What experiments say: one value for each case, with nothing claimed that was not shown. It does not know sentences.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use linger_stats::{
    Block, Chance, Course, Judged, Lifetimes, Looks, Metric, Novelty, Plan, Sample, Shares, Sums, Switchback,
    TUNED_FOR, Terms, Unknown, Verdict, Wanted, adjusted, benjamini_hochberg, days_for, design_effect,
    effect_within_clusters, effect_within_many_clusters, holm, judge_together, level_of_clusters,
    log_hazard_ratio, log_rank, restricted_mean_of_clusters, sample_ratio,
};

const TERMS: Terms = Terms { wanted: Wanted::More, alpha: 0.05, looks: Looks::Once, units_min: 100 };

fn shares(trials: u64, hits: u64) -> Shares {
    Shares { trials, hits }
}

fn judge(terms: Terms, treated: Shares, held_out: Shares) -> Verdict {
    let effect = treated.level().and_then(|it| it.minus(&held_out.level()?));
    terms.judge([treated.trials, held_out.trials], [0.5, 0.5], effect)
}

#[test]
fn better_is_what_was_wanted_and_worse_is_not() {
    let (high, low) = (shares(1_000, 300), shares(1_000, 200));
    assert_eq!(judge(TERMS, high, low), Verdict::Better);
    assert_eq!(judge(TERMS, low, high), Verdict::Worse);
    let less = Terms { wanted: Wanted::Less, ..TERMS };
    assert_eq!(judge(less, low, high), Verdict::Better);
    assert_eq!(judge(less, high, low), Verdict::Worse);
}

#[test]
fn no_detectable_effect_says_what_would_have_been_seen() {
    let Verdict::NoDetectableEffect { would_have_seen } =
        judge(TERMS, shares(1_000, 210), shares(1_000, 200))
    else {
        panic!("ten in a thousand are nothing")
    };
    // (1.96 + 0.84) times the standard error of 0.0181.
    assert!((would_have_seen - 0.0507).abs() < 0.0005, "{would_have_seen}");
    let always = Terms { looks: Looks::Always { tuned_for: TUNED_FOR }, ..TERMS };
    let Verdict::NoDetectableEffect { would_have_seen: later } =
        judge(always, shares(1_000, 210), shares(1_000, 200))
    else {
        panic!("and less for somebody who looks always")
    };
    assert!(later > would_have_seen);
    // What would have been seen is what a plan for so many units promises.
    let plan = Plan { variance: 0.205 * 0.795, treated: 0.5, alpha: 0.05, power: 0.8 };
    assert!((plan.smallest_effect(2_000).unwrap() - would_have_seen).abs() < 0.0005);
}

#[test]
fn too_few_are_too_few_however_far_apart() {
    assert_eq!(judge(TERMS, shares(99, 99), shares(101, 0)), Verdict::NotEnoughUnits { have: 99, need: 100 });
    let nobody = Terms { units_min: 0, ..TERMS };
    assert_eq!(judge(nobody, shares(0, 0), shares(0, 0)), Verdict::NoFigure(Unknown::NothingObserved));
    assert_eq!(judge(TERMS, shares(500, 0), shares(500, 0)), Verdict::NoFigure(Unknown::NoSpread));
}

#[test]
fn a_broken_draw_is_said_before_any_figure() {
    let verdict = judge(TERMS, shares(1_000, 900), shares(1_300, 100));
    assert!(matches!(verdict, Verdict::BrokenAssignment { chance } if chance < 1e-6), "{verdict:?}");
    // Not one unit in an arm that half of them should be in is broken too, not merely too few.
    let verdict = judge(TERMS, shares(1_000, 900), shares(0, 0));
    assert!(matches!(verdict, Verdict::BrokenAssignment { .. }), "{verdict:?}");
}

#[test]
fn of_many_figures_judged_together_only_the_clear_ones_are_claimed() {
    let figure = |hits| {
        let (treated, held_out) = (shares(1_000, hits), shares(1_000, 200));
        let effect = treated.level().unwrap().minus(&held_out.level().unwrap());
        Judged { terms: TERMS, observed: [1_000; 2], weights: [0.5; 2], effect }
    };
    // Alone, 237 of a thousand are more than 200 (p = 0.046); beside three others they are not.
    assert_eq!(judge_together(&[figure(237)]), [Verdict::Better]);
    let together = judge_together(&[figure(300), figure(237), figure(205), figure(120)]);
    assert_eq!((together[0], together[3]), (Verdict::Better, Verdict::Worse));
    for (place, alone) in [(1, 237), (2, 205)] {
        let Verdict::NoDetectableEffect { would_have_seen } = together[place] else { panic!("{together:?}") };
        let effect = figure(alone).effect.unwrap();
        assert!(would_have_seen > effect.smallest_seen(0.05, 0.8, Looks::Once));
    }
    let broken = Judged { observed: [1_000, 1_300], ..figure(300) };
    let nothing = Judged { effect: Err(Unknown::NoSpread), ..figure(300) };
    let found = judge_together(&[broken, nothing]);
    assert!(matches!(found[0], Verdict::BrokenAssignment { .. }));
    assert_eq!(found[1], Verdict::NoFigure(Unknown::NoSpread));
    assert_eq!(judge_together(&[]), []);
}

fn viewers(chance: &mut Chance, course: [f64; 4]) -> Sums<4> {
    let mut sums = Sums::default();
    for _ in 0..2_000 {
        let keen = 50.0 * chance.normal();
        sums.add(course.map(|mean| (300.0 + keen + mean + 40.0 * chance.normal()).round() as i64));
    }
    sums
}

#[test]
fn an_effect_that_wears_off_is_told_from_one_that_stays_and_one_that_grows() {
    let mut chance = Chance::of(8);
    let held_out = viewers(&mut chance, [0.0; 4]);
    for (course, wanted) in [
        ([30.0, 20.0, 12.0, 8.0], Course::WearingOff),
        ([20.0; 4], Course::Steady),
        ([5.0, 12.0, 20.0, 26.0], Course::Growing),
        ([-30.0, -20.0, -12.0, -8.0], Course::WearingOff),
    ] {
        let treated = viewers(&mut chance, course);
        let novelty = Novelty::of(&treated, &held_out).unwrap();
        assert_eq!(novelty.course(0.05), wanted, "{novelty:?}");
        for (period, mean) in novelty.periods.iter().zip(course) {
            assert!((period.estimate - mean).abs() < 4.0 * period.standard_error);
        }
        let slope: f64 = course.iter().zip([-0.3, -0.1, 0.1, 0.3]).map(|(a, b)| a * b).sum();
        assert!((novelty.trend.estimate - slope).abs() < 4.0 * novelty.trend.standard_error);
        // People are compared with themselves: what they are does not blur the trend.
        assert!(novelty.trend.standard_error < 0.5 * novelty.periods[0].standard_error);
    }
    let none = Novelty::of(&Sums::<1>::default(), &Sums::default());
    assert_eq!(none.unwrap_err(), Unknown::TooFew { have: 1, need: 2 });
}

#[test]
fn sums_add_up_in_any_order() {
    let mut chance = Chance::of(2);
    let rows: Vec<[i64; 3]> =
        (0..500).map(|_| std::array::from_fn(|_| (chance.bits() >> 20) as i64 - (1 << 43))).collect();
    let (mut whole, mut parts) = (Sums::default(), vec![Sums::default(); 5]);
    for (place, row) in rows.iter().enumerate() {
        whole.add(*row);
        parts[place * 3 % 5].add(*row);
    }
    let mut sum = Sums::default();
    parts.iter().rev().for_each(|it| sum += it);
    assert_eq!(sum, whole);
}

#[test]
fn plans_know_crowds_and_days() {
    assert_eq!(design_effect(1.0, 0.0, 0.5), 1.0);
    assert!((design_effect(20.0, 0.0, 0.05) - 1.95).abs() < 1e-12);
    assert!((design_effect(20.0, 0.5, 0.05) - 2.2).abs() < 1e-12);
    assert_eq!(days_for(250, &[100, 80, 70, 60]), Some(3));
    assert_eq!(days_for(311, &[100, 80, 70, 60]), None);
    let plan = Plan { variance: 0.0, treated: 0.5, alpha: 0.05, power: 0.8 };
    assert_eq!(plan.units_for(1.0), Err(Unknown::NoSpread));
    assert_eq!(Plan { variance: 1.0, ..plan }.units_for(0.0), Err(Unknown::ZeroBase));
    assert_eq!(Plan { variance: 1.0, ..plan }.units_for(1e-12), Err(Unknown::TooLarge));
    assert_eq!(plan.smallest_effect(1), Err(Unknown::TooFew { have: 1, need: 2 }));
}

#[test]
fn what_has_no_figure_has_a_name() {
    let (mut one, mut equal) = (Sums::default(), Sums::default());
    one.add([5, 0]);
    (0..3).for_each(|_| equal.add([5, 0]));
    let (mean, ratio) = (Metric::per_unit([1.0, 0.0]), Metric::ratio([1.0, 0.0], [0.0, 1.0]));
    assert_eq!(mean.of(&one), Err(Unknown::TooFew { have: 1, need: 2 }));
    assert_eq!(ratio.of(&equal), Err(Unknown::ZeroBase));
    let level = mean.of(&equal).unwrap();
    assert_eq!(level.minus(&level), Err(Unknown::NoSpread));
    let nothing = Metric::per_unit([0.0, 1.0]).of(&equal).unwrap();
    assert_eq!(level.relative_to(&nothing), Err(Unknown::ZeroBase));
    let mut huge = Sums::default();
    (0..9).for_each(|_| huge.add([i64::MIN]));
    assert_eq!(Metric::per_unit([1.0]).of(&huge), Err(Unknown::TooLarge));
    // Nothing varied before: nothing to adjust by, and nothing breaks.
    let mut arm = Sums::default();
    (0..9).for_each(|it| arm.add([it, 7]));
    let [a, b] = adjusted(&arm, &arm, &mean, &Metric::per_unit([0.0, 1.0])).unwrap();
    assert_eq!((a, a), (b, mean.of(&arm).unwrap()));

    assert_eq!(level_of_clusters(&[[5, 1]], &ratio), Err(Unknown::TooFew { have: 1, need: 2 }));
    assert_eq!(level_of_clusters(&[[5, 1], [0, 0]], &ratio), Err(Unknown::ZeroBase));
    assert_eq!(effect_within_many_clusters(&equal, &mean, &mean), Err(Unknown::NoSpread));
    assert_eq!(effect_within_clusters(&[[5, 1], [6, 1]], &mean, &mean), Err(Unknown::NoSpread));
    let none: [Lifetimes; 0] = [];
    assert_eq!(restricted_mean_of_clusters(&none, 60), Err(Unknown::TooFew { have: 0, need: 2 }));

    let mut stays = Lifetimes::default();
    stays.censored(0, 30, 5).unwrap();
    assert_eq!(log_rank(&stays, &stays), Err(Unknown::NoSpread));
    assert_eq!(log_hazard_ratio(&stays, &stays), Err(Unknown::TooFew { have: 0, need: 1 }));

    let (mut early, mut late) = (Lifetimes::default(), Lifetimes::default());
    (0..9).for_each(|it| early.left(0, it, 1).and_then(|()| late.left(0, it + 20, 1)).unwrap());
    assert_eq!(log_hazard_ratio(&early, &late), Err(Unknown::NoSpread));
    assert!(log_rank(&early, &late).unwrap().p_value < 1e-4, "which can be told without a ratio");

    assert_eq!(sample_ratio(&[0, 0], &[1.0, 1.0]), Err(Unknown::NothingObserved));
    assert_eq!(sample_ratio(&[4, 0], &[1.0, 0.0]), Err(Unknown::TooFew { have: 1, need: 2 }));
    assert_eq!(sample_ratio(&[4, 5, 1], &[1.0, 1.0, 0.0]), Ok(0.0));
    assert_eq!(holm(&[]), Vec::<f64>::new());
    assert_eq!(benjamini_hochberg(&[f64::NAN, 0.01]), [1.0, 0.02]);

    let mut sample = Sample::default();
    (0..20).for_each(|it| sample.add(it, 7));
    assert_eq!(sample.quantile(0.9), Err(Unknown::TooFew { have: 20, need: 35 }));
    assert_eq!(sample.quantile(0.5), Err(Unknown::NoSpread));
}

#[test]
fn stretches_that_tell_nothing_say_so() {
    let block = |room, treated, outcome| Block { room, treated, outcome };
    let one_sided: Vec<Block> = (0..40).map(|it| block(it / 10, true, f64::from(it))).collect();
    assert_eq!(Switchback::new(&one_sided), Err(Unknown::TooFew { have: 0, need: 8 }));
    let alike: Vec<Block> = (0..40).map(|it| block(it / 10, it % 2 == 0, 3.0)).collect();
    let alike = Switchback::new(&alike).unwrap();
    assert_eq!(alike.effect_over_rooms(), Err(Unknown::NoSpread));
    assert_eq!(alike.effect_over_blocks(), Err(Unknown::NoSpread));
    assert_eq!(alike.randomised(0.5, 0.05, 100, 1), Err(Unknown::NoSpread));
    let one_room: Vec<Block> = (0..12).map(|it| block(1, it % 2 == 0, f64::from(it * it % 7))).collect();
    let one_room = Switchback::new(&one_room).unwrap();
    assert_eq!(one_room.effect_over_rooms(), Err(Unknown::TooFew { have: 1, need: 2 }));
    assert!(one_room.effect_over_blocks().is_ok() && one_room.randomised(0.5, 0.05, 500, 1).is_ok());
    // An outcome that is no number is left out.
    let mut broken = vec![block(1, true, f64::NAN); 20];
    broken.push(block(1, false, 1.0));
    assert!(Switchback::new(&broken).is_err());
}
