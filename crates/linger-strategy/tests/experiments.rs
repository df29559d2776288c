//! Who is in which arm: as GrowthBook's public cases say, evenly, independently, and without moving anybody who need not
//! move. It does not know what arms do.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use linger_protocol::{Millis, RoomId};
use linger_strategy::BadConfig;
use linger_strategy::experiment::{
    Assignment, Experiment, HeldOutBy, Holdout, Holdouts, Out, Range, Schedule, Slice, Slot, bucket, choose,
    ranges,
};
use serde_json::Value;
use std::collections::BTreeMap;

fn cases(part: &str) -> Vec<Value> {
    let text = include_str!("reference/growthbook.json");
    serde_json::from_str::<Value>(text).unwrap()[part].as_array().unwrap().clone()
}

fn ranges_of(value: &Value) -> Vec<Range> {
    let pair = |it: &Value| Range { from: it[0].as_f64().unwrap(), to: it[1].as_f64().unwrap() };
    value.as_array().unwrap().iter().map(pair).collect()
}

#[test]
fn buckets_ranges_and_choices_are_those_of_the_public_cases() {
    for case in cases("hash") {
        let found = bucket(case[0].as_str().unwrap(), case[1].as_str().unwrap());
        assert_eq!(found, case[2].as_f64().unwrap(), "{case}");
    }
    for case in cases("ranges") {
        let weights: Option<Vec<f64>> =
            case[3].as_array().map(|it| it.iter().map(|it| it.as_f64().unwrap()).collect());
        let arms = case[1].as_u64().unwrap() as usize;
        let found = ranges(arms, case[2].as_f64().unwrap(), weights.as_deref());
        let wanted = ranges_of(&case[4]);
        assert_eq!(found.len(), wanted.len(), "{case}");
        for (mine, theirs) in found.iter().zip(&wanted) {
            assert!((mine.from - theirs.from).abs() < 1e-9 && (mine.to - theirs.to).abs() < 1e-9, "{case}");
        }
    }
    for case in cases("choose") {
        let found = choose(case[1].as_f64().unwrap(), &ranges_of(&case[2]));
        assert_eq!(found.map_or(-1, |it| it as i64), case[3].as_i64().unwrap(), "{case}");
    }
}

#[test]
fn names_beyond_ascii_are_hashed_as_pages_see_them() {
    // FNV-1a over two units of UTF-16 for the shell, one for the tea; reckoned apart from this code, in Python.
    assert_eq!((bucket("seed", "茶"), bucket("seed", "🐚")), (0.2631, 0.994));
}

fn experiment(key: &str) -> Experiment {
    Experiment {
        key: key.to_owned(),
        programme: "coupons".to_owned(),
        phase: 1,
        slot: None,
        coverage: 1.0,
        weights: vec![0.5, 0.5],
        hold_out: 0.0,
        running: true,
    }
}

const UNITS: usize = 40_000;

/// Names as they come: short and long, alike but for a digit or with nothing in common.
fn units() -> impl Iterator<Item = String> {
    (0..UNITS).map(|it| match it % 3 {
        0 => format!("{it:x}"),
        1 => format!("viewer-{it:05}"),
        _ => format!("{:032x}", (it as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)),
    })
}

fn assigned(experiment: &Experiment, holdouts: &Holdouts) -> Vec<Assignment> {
    experiment.check().unwrap();
    units().map(|it| experiment.assign(&it, holdouts)).collect()
}

/// Fails when `hits` of `trials` is further than 4.5 standard deviations from `share`.
#[track_caller]
fn about(hits: usize, trials: usize, share: f64) {
    let (trials, wide) = (trials as f64, 4.5 * (trials as f64 * share * (1.0 - share)).sqrt());
    assert!((hits as f64 - trials * share).abs() <= wide, "{hits} of {trials}, {share} wanted");
}

fn count(all: &[Assignment], what: Assignment) -> usize {
    all.iter().filter(|it| **it == what).count()
}

#[test]
fn arms_have_their_shares_and_experiments_side_by_side_do_not_go_together() {
    let keys = ["sale", "sale2", "prompt-wording", "a", "b"];
    let drawn: Vec<Vec<Assignment>> =
        keys.iter().map(|it| assigned(&experiment(it), &Holdouts::default())).collect();
    for (place, one) in drawn.iter().enumerate() {
        about(count(one, Assignment::Arm(1)), UNITS, 0.5);
        for other in &drawn[..place] {
            let both = one.iter().zip(other).filter(|(a, b)| a == b).count();
            about(both, UNITS, 0.5);
        }
    }
    let again = Experiment { phase: 2, ..experiment("sale") };
    let second = assigned(&again, &Holdouts::default());
    about(drawn[0].iter().zip(&second).filter(|(a, b)| a == b).count(), UNITS, 0.5);
}

#[test]
fn assignments_stay_what_they_were_in_older_versions() {
    // Whoever met an arm meets it again: nothing that this test holds may change. GrowthBook's own Python library (4.0.0)
    // puts these viewers into the same arms.
    let sale = Experiment { hold_out: 0.1, coverage: 0.8, ..experiment("sale") };
    let holdouts = Holdouts { global: Holdout { share: 0.05, phase: 1 }, ..Holdouts::default() };
    let marks: String = (0..60)
        .map(|it| match sale.assign(&format!("viewer-{it}"), &holdouts) {
            Assignment::Arm(arm) => char::from(b'0' + arm as u8),
            Assignment::HeldOut(HeldOutBy::Everything) => 'E',
            Assignment::HeldOut(_) => 'R',
            Assignment::Out(_) => '-',
        })
        .collect();
    assert_eq!(
        (sale.seed().as_str(), marks.as_str()),
        ("sale/1", "100-001RRRR101R0R--11E1-0R00-1R001-1001R1RRR00000--101-00100")
    );
    let tea = RoomId::new("tea").unwrap();
    let schedule = schedule_of_an_hour();
    let lengths: Vec<(u64, bool)> = schedule
        .stretches(&tea, Millis(1_700_000_000_000))
        .take(5)
        .map(|it| (it.ends.since(it.begins) / 1_000, it.treated))
        .collect();
    assert_eq!(lengths, [(609, false), (830, true), (966, true), (743, true), (706, false)]);
}

#[test]
fn a_rollout_lets_units_in_and_moves_nobody() {
    let wide = assigned(&experiment("rollout"), &Holdouts::default());
    let mut before: Vec<Assignment> = vec![Assignment::Out(Out::NotCovered); UNITS];
    for coverage in [0.0, 0.05, 0.3, 0.7, 1.0] {
        let now = assigned(&Experiment { coverage, ..experiment("rollout") }, &Holdouts::default());
        about(UNITS - count(&now, Assignment::Out(Out::NotCovered)), UNITS, coverage);
        for ((before, now), wide) in before.iter().zip(&now).zip(&wide) {
            assert!(*now == *wide || *now == Assignment::Out(Out::NotCovered));
            assert!(before == now || *before == Assignment::Out(Out::NotCovered));
        }
        before = now;
    }
}

#[test]
fn the_switch_takes_everybody_out_at_once() {
    let off = Experiment { running: false, ..experiment("off") };
    let holdouts = Holdouts { global: Holdout { share: 0.1, phase: 1 }, ..Holdouts::default() };
    assert_eq!(count(&assigned(&off, &holdouts), Assignment::Out(Out::NotRunning)), UNITS);
    assert_eq!(experiment("x").assign("", &holdouts), Assignment::Out(Out::Nameless));
}

#[test]
fn experiments_of_one_layer_never_meet_and_those_of_two_layers_do() {
    let slot = |layer: &str, from, to| Some(Slot { layer: layer.to_owned(), part: Range { from, to } });
    let of = |key: &str, slot| assigned(&Experiment { slot, ..experiment(key) }, &Holdouts::default());
    let (left, right) = (of("left", slot("shelf", 0.0, 0.4)), of("right", slot("shelf", 0.4, 1.0)));
    let elsewhere = of("elsewhere", slot("talk", 0.0, 0.5));
    let is_in = |it: &&Assignment| matches!(it, Assignment::Arm(_));
    about(left.iter().filter(is_in).count(), UNITS, 0.4);
    for (a, b) in left.iter().zip(&right) {
        assert!(is_in(&a) != is_in(&b), "each unit is in exactly one");
    }
    about(left.iter().zip(&elsewhere).filter(|(a, b)| is_in(a) && is_in(b)).count(), UNITS, 0.2);
}

#[test]
fn who_is_held_out_is_so_of_everything_and_as_many_are_measured_beside() {
    let programmes = BTreeMap::from([("coupons".to_owned(), Holdout { share: 0.1, phase: 3 })]);
    let holdouts = Holdouts { global: Holdout { share: 0.05, phase: 1 }, programmes };
    let rule = Experiment { hold_out: 0.2, ..experiment("rule") };
    let other = Experiment { programme: "prompts".to_owned(), ..experiment("other") };
    let (of_rule, of_other) = (assigned(&rule, &holdouts), assigned(&other, &holdouts));
    let by = Assignment::HeldOut;
    about(count(&of_rule, by(HeldOutBy::Everything)), UNITS, 0.05);
    about(count(&of_rule, by(HeldOutBy::Programme)), UNITS, 0.95 * 0.1);
    about(count(&of_rule, by(HeldOutBy::Rule)), UNITS, 0.95 * 0.9 * 0.2);
    assert_eq!(count(&of_other, by(HeldOutBy::Programme)), 0, "another programme");
    for ((a, b), unit) in of_rule.iter().zip(&of_other).zip(units()) {
        let held = holdouts.everything(&unit) == Slice::Held;
        assert_eq!((held, held), (*a == by(HeldOutBy::Everything), *b == by(HeldOutBy::Everything)));
    }
    about(units().filter(|it| holdouts.everything(it) == Slice::Measured).count(), UNITS, 0.05);
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let good = experiment("good");
    let bad = [
        (Experiment { key: String::new(), ..good.clone() }, "key"),
        (Experiment { coverage: f64::NAN, ..good.clone() }, "coverage"),
        (Experiment { weights: vec![1.0], ..good.clone() }, "weights"),
        (Experiment { weights: vec![0.7, 0.7], ..good.clone() }, "weights"),
        (Experiment { weights: vec![1.5, -0.5], ..good.clone() }, "weights"),
        (Experiment { hold_out: 0.95, ..good.clone() }, "hold_out"),
        (
            Experiment {
                slot: Some(Slot { layer: "x".to_owned(), part: Range { from: 0.5, to: 0.5 } }),
                ..good.clone()
            },
            "slot",
        ),
    ];
    for (experiment, field) in bad {
        assert_eq!(experiment.check().unwrap_err().field, field);
    }
    assert_eq!(Holdout { share: 0.6, phase: 0 }.check().unwrap_err().field, "share");
    for (schedule, field) in [
        (Schedule { stretch_s_min: 10, ..schedule_of_an_hour() }, "stretch_s_min"),
        (Schedule { stretch_s_max: 300, ..schedule_of_an_hour() }, "stretch_s_max"),
        (Schedule { burn_in_s: 600, ..schedule_of_an_hour() }, "burn_in_s"),
        (Schedule { treated: 1.0, ..schedule_of_an_hour() }, "treated"),
    ] {
        let BadConfig { field: found, .. } = schedule.check().unwrap_err();
        assert_eq!(found, field);
    }
}

fn schedule_of_an_hour() -> Schedule {
    Schedule {
        key: "louder-music".to_owned(),
        phase: 1,
        seed: 42,
        stretch_s_min: 600,
        stretch_s_max: 1_200,
        burn_in_s: 120,
        treated: 0.5,
        running: true,
    }
}

#[test]
fn stretches_follow_each_other_and_a_moment_lies_in_the_one_that_holds_it() {
    let (room, began) = (RoomId::new("tea").unwrap(), Millis(1_700_000_000_000));
    let schedule = schedule_of_an_hour();
    let mut ends = began;
    for stretch in schedule.stretches(&room, began).take(200) {
        assert_eq!(stretch.begins, ends);
        let length_s = stretch.ends.since(stretch.begins) / 1_000;
        assert!((600..=1_200).contains(&length_s));
        assert_eq!(stretch.counts_from.since(stretch.begins), 120_000);
        assert!(!stretch.counts(stretch.begins) && stretch.counts(stretch.counts_from));
        assert!(!stretch.counts(stretch.ends));
        for at in [stretch.begins, Millis(stretch.ends.0 - 1)] {
            assert_eq!(schedule.at(&room, began, at), Some(stretch));
        }
        ends = stretch.ends;
    }
    assert_eq!(schedule.at(&room, began, Millis(began.0 - 1)), None);
    let off = Schedule { running: false, ..schedule };
    assert_eq!(off.at(&room, began, began), None);
    assert!(off.stretches(&room, began).next().is_some(), "yesterday is still known");
}

#[test]
fn borders_and_arms_differ_from_show_to_show_and_room_to_room() {
    let schedule = schedule_of_an_hour();
    let room = |n: u32| RoomId::new(&format!("room-{n}")).unwrap();
    let (mut treated, mut same_arm, mut lengths, mut after_treated) = (0, 0, 0, (0, 0));
    for n in 0..1_000 {
        let began = Millis(1_700_000_000_000 + i64::from(n % 10) * 86_400_000);
        let all: Vec<_> = schedule.stretches(&room(n / 10), began).take(10).collect();
        let next: Vec<_> =
            schedule.stretches(&room(n / 10), began.plus(7 * 86_400_000 * 10)).take(10).collect();
        treated += all.iter().filter(|it| it.treated).count();
        same_arm += all.iter().zip(&next).filter(|(a, b)| a.treated == b.treated).count();
        lengths += all.iter().filter(|it| it.ends.since(it.begins) < 900_000).count();
        for pair in all.windows(2).filter(|it| it[0].treated) {
            after_treated = (after_treated.0 + usize::from(pair[1].treated), after_treated.1 + 1);
        }
    }
    about(treated, 10_000, 0.5);
    about(same_arm, 10_000, 0.5);
    about(lengths, 10_000, 300.0 / 601.0);
    about(after_treated.0, after_treated.1, 0.5);
}
