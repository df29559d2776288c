//! Reports over hosts, and over stretches of rooms' time.

use super::world::{BEGIN, DAY, World, asked, design, report};
use linger_behaviour::{Text, touch};
use linger_protocol::{Millis, RoomId};
use linger_strategy::experiment::{Asked, Assignment, Design, Holdouts, Span, Status};
use serde_json::json;

/// Hosts, each with their own people and their own luck.
fn hosts(world: &mut World, n: u32, design: &Design, lift: f64) {
    let draw = design.draw("hello", 1, true);
    let mut person = 0;
    for host in 0..n {
        let name = format!("host {host}");
        let Assignment::Arm(arm) = draw.assign(&name, &Holdouts::default()) else { continue };
        let luck = 0.7 + 0.6 * world.chance.unit();
        let people = 20 + (world.chance.unit() * 40.0) as u64;
        for _ in 0..people {
            person += 1;
            let at = BEGIN + (world.chance.unit() * DAY as f64) as i64;
            world.stay(person, at, 200.0, |it| it.with(Text::Host, &name));
            for _ in 0..world.times(luck * if arm == 1 { lift } else { 1.0 }) {
                world.tell(person, at + 9, touch::ORDER_PAID, |it| it.with(Text::Host, &name));
            }
        }
    }
}

#[test]
fn hosts_are_compared_as_hosts_and_not_as_their_many_viewers() {
    let design = design(json!({"unit": "host"}));
    let mut world = World::new(11);
    hosts(&mut world, 160, &design, 1.4);
    let told = report(&world.table, asked(design.clone(), 3));
    assert_eq!((told.counted, told.verdict.code), ("hosts", "better"), "{told:#?}");
    let effect = told.metrics[0].against[0].effect.unwrap();
    assert!(effect.always.low < 0.4 && 0.4 < effect.always.high, "{effect:?}");
    assert_eq!(told.arms.iter().map(|it| it.units).sum::<u64>(), 160);
    assert!(told.arms.iter().map(|it| it.people).sum::<u64>() > 4_000);
    let mut world = World::new(12);
    hosts(&mut world, 40, &design, 1.0);
    let nothing = report(&world.table, asked(design, 3));
    assert_eq!((nothing.verdict.code, nothing.notes.contains(&"few-groups")), ("no-effect", true));
}

/// The median stay, over hosts.
fn median() -> serde_json::Value {
    let seconds = json!({"event": touch::LEFT, "take": "seconds"});
    json!([{"key": "median", "primary": true, "is": {"kind": "quantile", "of": seconds, "level": 0.5}}])
}

#[test]
fn medians_of_hosts_are_compared_with_the_error_of_hosts() {
    let design = design(json!({"unit": "host", "metrics": median()}));
    let draw = design.draw("hello", 1, true);
    let reported = |lift: f64, spread: f64| {
        let mut world = World::new(17);
        let mut person = 0;
        for host in 0..160 {
            let name = format!("host {host}");
            let Assignment::Arm(arm) = draw.assign(&name, &Holdouts::default()) else { continue };
            let luck = (spread * world.chance.normal()).exp();
            for _ in 0..30 {
                person += 1;
                let mean_s = 200.0 * luck * if arm == 1 { lift } else { 1.0 };
                let seconds = -world.chance.unit().ln() * mean_s;
                world.stay(person, BEGIN + 1_000, seconds, |it| it.with(Text::Host, &name));
            }
        }
        report(&world.table, asked(design.clone(), 3))
    };
    let told = reported(1.4, 0.2);
    assert_eq!((told.counted, told.verdict.code), ("hosts", "better"), "{told:#?}");
    let effect = told.metrics[0].against[0].effect.unwrap();
    assert!(effect.once.low < 0.4 && 0.4 < effect.once.high, "{effect:?}");
    // The median of an exponential stay is ln 2 of its mean.
    let first = told.metrics[0].arms[0].unwrap();
    assert!((first.value / (200.0 * std::f64::consts::LN_2) - 1.0).abs() < 0.12, "{first:?}");
    // The same people under hosts who differ more: what is known is less.
    let unlike = reported(1.4, 0.8).metrics[0].against[0].effect.unwrap();
    let width = |it: linger_strategy::experiment::EffectTold| it.once.high - it.once.low;
    assert!(width(unlike) > 1.5 * width(effect), "{unlike:?} beside {effect:?}");
}

#[test]
fn a_quantile_of_stretches_is_refused() {
    let mut switched = switched();
    switched.metrics = serde_json::from_value(median()).unwrap();
    let bad = switched.check();
    assert!(bad.iter().any(|it| it.field == "metrics[0].is" && it.wants.contains("switched")), "{bad:?}");
}

fn switched() -> Design {
    design(json!({
        "unit": "room",
        "switch": {"stretch_s_min": 900, "stretch_s_max": 1800, "burn_in_s": 120},
        "metrics": [
            {"key": "taking-part", "primary": true,
             "is": {"kind": "mean", "of": [{"event": "room.interacted", "take": "once"}]}},
            {"key": "leaving", "wanted": "less", "is": {"kind": "hazard"}},
        ],
    }))
}

/// Evenings in rooms: people come all the time, and take part more where it is treated. In the burn-in they do the opposite,
/// which must not count.
fn evenings(world: &mut World, design: &Design, lift: f64) {
    let schedule = design.schedule("hello", 1, true).unwrap();
    let mut person = 0;
    for room in ["tea", "cups", "silk"] {
        let id = RoomId::new(room).unwrap();
        let stretches: Vec<_> =
            schedule.stretches(&id, Millis(BEGIN)).take_while(|it| it.begins.0 < BEGIN + DAY).collect();
        for stretch in stretches {
            for at in (stretch.begins.0..stretch.ends.0).step_by(20_000) {
                person += 1;
                let counts = stretch.counts(Millis(at));
                let chance = match (stretch.treated, counts) {
                    (true, true) => 0.3 * lift,
                    (true, false) => 0.0,
                    (false, true) => 0.3,
                    (false, false) => 1.0,
                };
                world.stay(person, at, 15.0, |it| it.with(Text::Room, room));
                // Whoever stays through a switch is shown both arms, and that breaks nothing.
                for arm in ["plain", "warm"] {
                    world.show(person, at, &format!("hello/1/{arm}"));
                }
                if world.chance.happens(chance) {
                    world.tell(person, at + 5_000, touch::INTERACTED, |it| it.with(Text::Room, room));
                }
            }
        }
    }
}

#[test]
fn rooms_that_are_switched_are_compared_by_their_stretches_without_the_burn_in() {
    let design = switched();
    let mut world = World::new(13);
    evenings(&mut world, &design, 1.5);
    let told = report(&world.table, asked(design.clone(), 1));
    assert_eq!((told.counted, told.verdict.code), ("stretches", "better"), "{told:#?}");
    let effect = told.metrics[0].against[0].effect.unwrap();
    assert!(effect.once.low < 0.5 && 0.5 < effect.once.high && effect.once.low > 0.0, "{effect:?}");
    let mut world = World::new(14);
    evenings(&mut world, &design, 1.0);
    let nothing = report(&world.table, asked(design, 1));
    assert_eq!(nothing.verdict.code, "no-effect", "{nothing:#?}");
}

/// Stretches that ran for some counted time within one of the spans.
fn ran(design: &Design, version: u32, spans: &[Span]) -> usize {
    let schedule = design.schedule("hello", version, true).unwrap();
    let began = Millis(spans[0].from_ms);
    let until_ms = spans.last().unwrap().to_ms;
    let counts = |from_ms: i64, to_ms: i64| spans.iter().any(|it| from_ms < it.to_ms && it.from_ms < to_ms);
    let of_room = |room: &str| {
        let room = RoomId::new(room).unwrap();
        let stretches = schedule.stretches(&room, began).take_while(|it| it.begins.0 < until_ms);
        stretches.filter(|it| counts(it.counts_from.0, it.ends.0)).count()
    };
    ["tea", "cups", "silk"].into_iter().map(of_room).sum()
}

#[test]
fn rooms_stopped_in_the_middle_of_a_stretch_paused_or_begun_anew_count_while_they_ran_and_no_longer() {
    let design = switched();
    let mut world = World::new(15);
    evenings(&mut world, &design, 1.5);
    let span = |from: i64, to: i64| Span { from_ms: BEGIN + from, to_ms: BEGIN + to, coverage: 1.0 };
    let hour = DAY / 24;
    let with = |version: u32, status: Status, spans: Vec<Span>| {
        let wanted = ran(&design, version, &spans);
        let told = report(&world.table, Asked { version, status, spans, ..asked(design.clone(), 1) });
        let counted: u64 = told.arms.iter().map(|it| it.units).sum();
        (told, counted as usize, wanted)
    };
    // Half of the evening, and then stopped in some stretch.
    let (stopped, counted, wanted) = with(1, Status::Stopped, vec![span(0, 12 * hour + 700_000)]);
    assert_eq!((counted, stopped.status), (wanted, Status::Stopped));
    assert_eq!(stopped.verdict.code, "better", "{stopped:#?}");
    // A pause of four hours: what is there goes on being drawn alike, and nothing of it counts.
    let gap = vec![span(0, 8 * hour), span(12 * hour, 24 * hour)];
    let (paused, counted, wanted) = with(1, Status::Running, gap);
    let (_, whole, _) = with(1, Status::Running, vec![span(0, 24 * hour)]);
    assert_eq!(counted, wanted);
    assert!(whole - counted > 20 && paused.notes.contains(&"had-pauses"), "{whole} and {counted}");
    assert_eq!(paused.verdict.code, "better", "{paused:#?}");
    // Begun anew at noon: other stretches, counted from then.
    let (anew, counted, wanted) = with(2, Status::Running, vec![span(12 * hour, 24 * hour)]);
    assert_eq!(counted, wanted);
    assert!(anew.notes.contains(&"began-anew"));
    assert_eq!((anew.from_ms, anew.version), (Some(BEGIN + 12 * hour), 2));
}

#[test]
fn a_draw_that_loses_one_arm_of_the_hosts_is_said_to_be_broken() {
    let design = design(json!({"unit": "host"}));
    let draw = design.draw("hello", 1, true);
    let mut world = World::new(16);
    for host in 0..200 {
        let name = format!("host {host}");
        let treated = draw.assign(&name, &Holdouts::default()) == Assignment::Arm(1);
        // Most hosts who are treated never go on air.
        if treated && host % 4 != 0 {
            continue;
        }
        for person in 0..10 {
            world.stay(host * 100 + person + 1, BEGIN + 1_000, 200.0, |it| it.with(Text::Host, &name));
        }
    }
    let told = report(&world.table, asked(design, 1));
    assert_eq!(told.verdict.code, "broken-assignment", "{told:#?}");
    assert!(told.sample_ratio.unwrap() < 0.001);
}
