//! Reports over viewers.

use super::world::{BEGIN, DAY, NOTHING, Truth, World, asked, design, holding, report};
use linger_behaviour::{Fold, Number, Text, touch};
use linger_strategy::experiment::{HELD, Holdout, MEASURED, ReportFold, Span, Status, held};
use serde_json::json;

#[test]
fn an_effect_that_is_there_is_found_with_the_truth_inside_its_interval() {
    let design = design(json!({}));
    let mut world = World::new(1);
    world.viewers(4_000, &design, Truth { buys: 1.2, leaves: 0.8 });
    let report = report(&world.table, asked(design, 6));
    assert_eq!((report.verdict.code, report.verdict.arm.as_deref()), ("better", Some("warm")), "{report:#?}");
    let orders = report.metrics[0].against[0].effect.unwrap();
    assert!(orders.always.low < 0.2 && 0.2 < orders.always.high, "{orders:?}");
    assert!(orders.once.low > orders.always.low && orders.once.high < orders.always.high);
    // What was bought before explains a good part of the noise.
    assert!(report.metrics[0].against[0].adjusted && report.notes.contains(&"adjusted"));
    let leaving = report.metrics[1].against[0].effect.unwrap();
    assert!(
        leaving.always.low < -0.2 && -0.2 < leaving.always.high && leaving.always.high < 0.0,
        "{leaving:?}"
    );
    // Twelve leaves an hour is one in five minutes.
    let usual = report.metrics[1].arms[0].unwrap();
    assert!((10.8..13.2).contains(&usual.value), "{usual:?}");
    assert_eq!(report.arms.iter().map(|it| it.units).sum::<u64>(), 4_000);
    assert!(report.sample_ratio.unwrap() > 0.001);
}

#[test]
fn where_nothing_has_an_effect_that_is_what_is_said() {
    let design = design(json!({}));
    let mut wrong = 0;
    for seed in 0..40 {
        let mut world = World::new(seed + 100);
        world.viewers(600, &design, NOTHING);
        let report = report(&world.table, asked(design.clone(), 6));
        wrong += usize::from(report.verdict.code != "no-effect");
        if report.verdict.code == "no-effect" {
            assert!(report.verdict.would_have_seen.unwrap() > 0.05);
        }
    }
    // Always-valid at 5 % over two figures: one look errs far less often.
    assert!(wrong <= 2, "{wrong} of 40");
}

#[test]
fn few_people_are_too_early_and_nobody_is_not_started() {
    let design = design(json!({}));
    let mut world = World::new(2);
    world.viewers(60, &design, Truth { buys: 3.0, leaves: 1.0 });
    let early = report(&world.table, asked(design.clone(), 6));
    assert_eq!((early.verdict.code, early.verdict.need), ("too-early", Some(100)));
    let mut never = asked(design.clone(), 6);
    never.spans.clear();
    assert_eq!(report(&world.table, never).verdict.code, "not-started");
    let mut once = design;
    (once.detect.once, once.detect.units) = (true, 1_000);
    let planned = report(&world.table, asked(once.clone(), 6));
    assert_eq!((planned.verdict.code, planned.verdict.need), ("too-early-planned", Some(1_000)));
    // Who stops before chooses the moment: the interval for many looks judges then.
    let stopped = report(&world.table, asked_with(once, |it| it.status = Status::Stopped));
    assert_eq!((stopped.verdict.code, stopped.notes.contains(&"stopped-early")), ("too-early", true));
}

#[test]
fn stopped_half_way_it_is_judged_by_the_wider_band_and_the_narrow_one_says_nothing_more() {
    // Settled to look once at 4,000; somebody stops at 900 because it looks well.
    let mut design = design(json!({}));
    design.metrics.truncate(1);
    (design.detect.once, design.detect.units) = (true, 4_000);
    let always = linger_strategy::experiment::Detect { once: false, ..design.detect };
    let mut chosen = 0;
    for seed in 0..12 {
        let mut world = World::new(seed + 700);
        world.viewers(900, &design, Truth { buys: 1.15, leaves: 1.0 });
        let stopped = report(&world.table, asked_with(design.clone(), |it| it.status = Status::Stopped));
        let watched = linger_strategy::experiment::Design { detect: always, ..design.clone() };
        let watched = report(&world.table, asked(watched, 6));
        assert_eq!(stopped.verdict, watched.verdict, "seed {seed}");
        assert!(stopped.notes.contains(&"stopped-early"));
        let effect = stopped.metrics[0].against[0].effect.unwrap();
        assert_eq!(effect.p_together, effect.p_always);
        // What one look would have claimed and the wider band does not.
        chosen += usize::from(effect.p_once < 0.05 && stopped.verdict.code == "no-effect");
    }
    assert!(chosen >= 1, "{chosen} of 12 would have been claimed too early");
}

fn asked_with(
    design: linger_strategy::experiment::Design,
    change: impl FnOnce(&mut linger_strategy::experiment::Asked),
) -> linger_strategy::experiment::Asked {
    let mut asked = asked(design, 6);
    change(&mut asked);
    asked
}

#[test]
fn arms_that_lose_people_are_a_broken_draw_before_anything_else() {
    let design = design(json!({}));
    let mut world = World::new(3);
    world.viewers(2_000, &design, Truth { buys: 1.5, leaves: 1.0 });
    // Another four hundred of one arm alone.
    for person in 10_000..10_400 {
        world.show(person, BEGIN + 1, "hello/1/warm");
    }
    let broken = report(&world.table, asked(design, 6));
    assert_eq!(broken.verdict.code, "broken-assignment");
    assert!(broken.verdict.chance.unwrap() < 0.001);
    assert_eq!(broken.metrics[0].against[0].verdict.code, "broken-assignment");
}

#[test]
fn whoever_was_shown_two_arms_counts_in_neither() {
    let design = design(json!({}));
    let mut world = World::new(4);
    world.viewers(1_000, &design, NOTHING);
    for person in 1..=5 {
        world.show(person, BEGIN + 3 * DAY, "hello/1/plain");
        world.show(person, BEGIN + 3 * DAY, "hello/1/warm");
    }
    let few = report(&world.table, asked(design.clone(), 6));
    assert_eq!((few.crossed, few.notes.contains(&"some-crossed")), (5, true));
    assert_eq!(few.arms.iter().map(|it| it.units).sum::<u64>(), 995);
    for person in 6..=40 {
        world.show(person, BEGIN + 3 * DAY, "hello/1/plain");
        world.show(person, BEGIN + 3 * DAY, "hello/1/warm");
    }
    assert_eq!(report(&world.table, asked(design, 6)).verdict.code, "crossed");
}

#[test]
fn what_falls_into_a_pause_or_into_another_version_counts_for_nobody() {
    let design = design(json!({}));
    let mut world = World::new(5);
    for person in 1..=4 {
        world.show(
            person,
            BEGIN + person as i64,
            if person % 2 == 0 { "hello/1/warm" } else { "hello/1/plain" },
        );
        for at in [BEGIN + 1_000, BEGIN + DAY + 1, BEGIN + 2 * DAY + 1] {
            world.tell(person, at, touch::ORDER_PAID, |it| it);
        }
    }
    world.show(9, BEGIN + 5, "hello/2/warm");
    let spans = [(0, DAY), (2 * DAY, 3 * DAY)].map(|(from, to)| Span {
        from_ms: BEGIN + from,
        to_ms: BEGIN + to,
        coverage: 1.0,
    });
    let told = report(&world.table, asked_with(design, |it| it.spans = spans.to_vec()));
    assert_eq!(told.arms.iter().map(|it| it.units).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(told.metrics[0].arms[0].unwrap().value, 2.0);
    // Nobody was seen to leave: nothing is said of leaving, least of all a wild figure.
    assert_eq!(
        (told.metrics[1].against[0].effect, told.metrics[1].against[0].verdict.code),
        (None, "too-early")
    );
    assert!(told.notes.contains(&"had-pauses"));
}

#[test]
fn money_is_net_of_refunds_in_one_currency_and_a_guardrail_that_pays_for_it_is_named() {
    let design = design(json!({"metrics": [
        {"key": "money", "primary": true, "is": {"kind": "mean", "of": [
            {"event": "order.paid", "take": "amount", "currency": "CNY"},
            {"event": "order.refunded", "take": "amount", "currency": "CNY", "less": true},
        ]}},
        {"key": "returns", "wanted": "less", "is": {"kind": "mean", "of": [{"event": "order.refunded", "take": "once"}]}},
        {"key": "value", "is": {"kind": "ratio",
            "of": [{"event": "order.paid", "take": "amount", "currency": "CNY"}], "over": [{"event": "order.paid"}]}},
        {"key": "median", "is": {"kind": "quantile", "level": 0.5,
            "of": {"event": "order.paid", "take": "amount", "currency": "CNY"}}},
    ]}));
    let mut world = World::new(6);
    for person in 1..=2_000 {
        let warm = person % 2 == 0;
        world.show(person, BEGIN, if warm { "hello/1/warm" } else { "hello/1/plain" });
        let spent = 1_000 + (world.chance.unit() * 1_000.0) as i64 + if warm { 600 } else { 0 };
        let pay = |minor: i64, currency: &'static str| {
            move |it: linger_behaviour::Fact| {
                it.with(Text::Currency, currency).with_number(Number::AmountMinor, minor)
            }
        };
        world.tell(person, BEGIN + 5, touch::ORDER_PAID, pay(spent, "CNY"));
        world.tell(person, BEGIN + 6, "gift.given", pay(9, "USD"));
        // Some tell what goes back as a negative amount.
        if world.chance.happens(if warm { 0.2 } else { 0.1 }) {
            world.tell(person, BEGIN + 7, touch::ORDER_REFUNDED, pay(-500, "CNY"));
        }
    }
    let told = report(&world.table, asked(design, 6));
    assert_eq!(
        (told.verdict.code, told.verdict.metric.as_deref()),
        ("better-but", Some("returns")),
        "{told:#?}"
    );
    let plain = |at: usize| told.metrics[at].arms[0].unwrap().value;
    assert!((1_400.0..1_500.0).contains(&plain(0)) && (0.05..0.15).contains(&plain(1)));
    assert!((1_450.0..1_550.0).contains(&plain(2)) && (1_400.0..1_600.0).contains(&plain(3)));
}

#[test]
fn an_effect_that_wears_off_is_said_to() {
    let design = design(json!({}));
    let mut world = World::new(7);
    for person in 1..=3_000 {
        let warm = person % 2 == 0;
        world.show(person, BEGIN, if warm { "hello/1/warm" } else { "hello/1/plain" });
        for day in 0..3 {
            let more = if warm { 1.0 - 0.5 * f64::from(day) } else { 0.0 };
            for _ in 0..world.times(1.0 + more) {
                let at = BEGIN + i64::from(day) * DAY + (world.chance.unit() * DAY as f64) as i64;
                world.tell(person, at, touch::ORDER_PAID, |it| it);
            }
        }
    }
    let told = report(&world.table, asked(design, 6));
    assert_eq!((told.verdict.code, told.metrics[0].course), ("better", Some("wearing-off")));
    assert!(told.notes.contains(&"wearing-off"));
}

#[test]
fn a_holdout_shows_what_all_of_a_programme_did_so_far() {
    let design = design(json!({"programme": "coupons"}));
    let mut world = World::new(8);
    for person in 1..=3_000 {
        let measured = person % 2 == 0;
        let slice = if measured { MEASURED } else { HELD };
        world.show(person, BEGIN, &held("programme/coupons", 0, slice));
        for _ in 0..world.times(if measured { 1.3 } else { 1.0 }) {
            world.tell(person, BEGIN + 9, touch::ORDER_PAID, |it| it);
        }
    }
    let asked = asked_with(design, |it| {
        it.holdouts.programmes.insert("coupons".to_owned(), Holdout { share: 0.05, phase: 0 });
        it.holdings.push(holding("programme/coupons"));
    });
    let told = report(&world.table, asked);
    let [coupons] = &told.holdings[..] else { panic!("{told:#?}") };
    assert_eq!((coupons.held, coupons.measured, coupons.uplift.verdict.code), (1_500, 1_500, "better"));
    let effect = coupons.uplift.effect.unwrap();
    assert!(effect.always.low < 0.3 && 0.3 < effect.always.high, "{effect:?}");
    // Nobody was in the experiment itself.
    assert_eq!(told.verdict.code, "too-early");
}

#[test]
fn parts_of_the_people_add_up_to_the_whole() {
    let design = design(json!({}));
    let mut world = World::new(9);
    world.viewers(500, &design, Truth { buys: 1.4, leaves: 1.0 });
    let begun = ReportFold::new(asked(design.clone(), 6), world.table.names());
    let mut parts = [begun.clone(), begun.clone(), begun];
    for (at, person) in world.table.people().enumerate() {
        parts[at % 3].run(&world.table.run(person).unwrap());
    }
    let [mut one, two, three] = parts;
    one.merge(two);
    one.merge(three);
    assert_eq!(one.finish(), report(&world.table, asked(design, 6)));
}
