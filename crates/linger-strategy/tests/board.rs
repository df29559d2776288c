//! The eight indicators over a small shop whose answers can be counted by hand. It knows nothing of how folds work.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_behaviour::{Answer, Fact, Number, PersonKey, Table, Text, touch};
use linger_strategy::kpi::{ANSWERED, Aim, Frame, Kpi, Mood};

const DAY: i64 = 86_400_000;
const NOON: i64 = 1_708_387_200_000 + 12 * 3_600_000 - 8 * 3_600_000; // Noon in Shanghai.

fn frame(now_ms: i64) -> Frame {
    Frame { now_ms, zone: "Asia/Shanghai".into(), people_min: 5, days: 14 }
}

fn fact(person: u64, at_ms: i64, name: &str) -> Fact {
    let id = u128::from(person) << 64 | u128::try_from(at_ms).unwrap() ^ u128::from(name.len() as u64) << 50;
    Fact { person: PersonKey(person), at_ms, name: name.into(), id, ..Fact::default() }
}

fn read(kpi: Kpi, now_ms: i64, facts: &[Fact]) -> linger_strategy::kpi::Reading {
    let frame = frame(now_ms);
    let mut table = Table::new(&frame.zone).unwrap();
    facts.iter().for_each(|it| table.push(it).unwrap());
    let answers: Vec<Answer> = kpi
        .questions(&frame)
        .iter()
        .map(|question| table.ask(question).unwrap())
        .collect();
    kpi.reading(&frame, kpi.aim(), &answers)
}

/// Twenty come on each of ten days, eight of them come back the day after, five of those on the seventh.
fn visits() -> Vec<Fact> {
    let mut facts = vec![];
    for day in 0..10 {
        for i in 0..20 {
            let person = u64::try_from(day * 20 + i + 1).unwrap();
            facts.push(fact(person, NOON + day * DAY, touch::ENTERED));
            if i < 8 {
                facts.push(fact(person, NOON + (day + 1) * DAY, touch::ENTERED));
            }
            if i < 5 {
                facts.push(fact(person, NOON + (day + 7) * DAY, touch::ENTERED));
            }
        }
    }
    facts
}

#[test]
fn day_one_return_counts_only_days_whose_morrow_is_over() {
    // Seen on the tenth day at 13:00: the ninth day's morrow is not over.
    let facts: Vec<_> = visits().into_iter().filter(|it| it.at_ms <= NOON + 9 * DAY).collect();
    let reading = read(Kpi::D1Return, NOON + 9 * DAY + 3_600_000, &facts);
    assert_eq!(reading.people, 8 * 20, "{reading:?}");
    assert!((reading.value.unwrap() - 0.4).abs() < 1e-12);
    assert_eq!(reading.mood, Mood::Better);
    let open: Vec<_> = reading.days.iter().map(|it| it.unfinished).collect();
    assert_eq!(open.iter().filter(|it| **it).count(), open.len() - open.iter().position(|it| *it).unwrap());
}

#[test]
fn day_seven_return_is_the_seventh_day_and_no_other() {
    let facts: Vec<_> = visits().into_iter().filter(|it| it.at_ms <= NOON + 12 * DAY).collect();
    let reading = read(Kpi::D7Return, NOON + 12 * DAY + 3_600_000, &facts);
    assert!((reading.value.unwrap() - 0.25).abs() < 1e-12, "{reading:?}");
    assert_eq!(reading.people, 5 * 20);
}

#[test]
fn interaction_answers_and_orders_are_shares_of_the_day() {
    let mut facts = vec![];
    for person in 1..=40 {
        facts.push(fact(person, NOON, touch::ENTERED));
        if person <= 10 {
            let asked = if person <= 8 { "asked" } else { "liked" };
            facts.push(fact(person, NOON + 1_000, touch::INTERACTED).with(Text::Outcome, asked));
        }
        if person <= 6 {
            facts.push(fact(person, NOON + 2_000, ANSWERED));
        }
        if person <= 2 {
            facts.push(fact(person, NOON + 3_000, touch::ORDER_PAID));
        }
    }
    let now = NOON + 2 * DAY;
    let value = |kpi| read(kpi, now, &facts).value.unwrap();
    assert!((value(Kpi::InteractionRate) - 0.25).abs() < 1e-12);
    assert!((value(Kpi::AnswerRate) - 0.75).abs() < 1e-12);
    assert!((value(Kpi::Conversion) - 0.05).abs() < 1e-12);
    assert_eq!(read(Kpi::AnswerRate, now, &facts).mood, Mood::At);
}

#[test]
fn watch_time_does_not_leave_out_who_was_cut_off() {
    let mut facts = vec![];
    for person in 1..=30 {
        let how = if person <= 20 { "left" } else { "lost" };
        let stayed = if person <= 20 { 100_000 } else { 200_000 };
        let left = fact(person, NOON, touch::LEFT).with(Text::Outcome, how);
        facts.push(left.with_number(Number::DurationMs, stayed));
    }
    let long = fact(31, NOON, touch::LEFT).with(Text::Outcome, "left");
    facts.push(long.with_number(Number::DurationMs, 4_000_000));
    let reading = read(Kpi::WatchTime, NOON + DAY, &facts);
    // Twenty of 31 leave at 100 s, ten are cut off at 200 s, one stays: eleven of 31 are held to stay to the end.
    let mean = reading.value.unwrap();
    assert!((mean - (100.0 + 1_700.0 * 11.0 / 31.0)).abs() < 1e-6, "a plain mean says 187, this says {mean}");
    assert_eq!(reading.mood, Mood::At);
    assert!(reading.days.last().unwrap().unfinished);
}

#[test]
fn repeat_purchase_waits_for_ninety_days() {
    let mut facts = vec![];
    for person in 1..=20 {
        facts.push(fact(person, NOON, touch::ORDER_PAID));
        if person <= 6 {
            facts.push(fact(person, NOON + 60 * DAY, touch::ORDER_PAID));
        }
    }
    assert_eq!(read(Kpi::RepeatPurchase, NOON + 80 * DAY, &facts).mood, Mood::Unknown);
    let reading = read(Kpi::RepeatPurchase, NOON + 92 * DAY, &facts);
    assert!((reading.value.unwrap() - 0.3).abs() < 1e-12, "{reading:?}");
}

#[test]
fn nobody_and_strange_answers_read_as_unknown() {
    for kpi in Kpi::ALL {
        let reading = read(kpi, NOON, &[]);
        assert_eq!((reading.value, reading.mood), (None, Mood::Unknown), "{kpi:?}");
        let aim = Aim { baseline: 0.0, target: 0.0 };
        assert_eq!(kpi.reading(&frame(NOON), aim, &[]).mood, Mood::Unknown);
        assert_eq!(Kpi::named(kpi.name()), Some(kpi));
    }
}
