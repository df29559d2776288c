//! Alarms over series with known trouble and known noise. It knows nothing of how spread is estimated.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_strategy::{
    alarm::{AlarmRule, Drift, Every, Figure, MomentKind, Point, Side, back_test},
    kpi::Kpi,
    segment::Calendar,
};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const BEGIN: i64 = 1_708_300_800_000; // A Monday, midnight UTC.

struct Noise(u64);

impl Noise {
    /// About normal, standard deviation 1: twelve draws less six.
    fn next(&mut self) -> f64 {
        (0..12).map(|_| self.draw()).sum::<f64>() - 6.0
    }

    fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / f64::from(u32::MAX)
    }
}

fn rule() -> AlarmRule {
    AlarmRule::usual("return", Figure::Kpi { kpi: Kpi::D1Return })
}

fn calendar() -> Calendar {
    Calendar::new("UTC").unwrap()
}

/// Weekends are twice as high, and every day is off by 2 %.
fn days(n: i64, seed: u64, trouble: impl Fn(i64) -> f64) -> Vec<Point> {
    let mut noise = Noise(seed);
    (0..n)
        .map(|day| {
            let usual = if day % 7 >= 5 { 0.6 } else { 0.3 };
            let value = usual * (1.0 + 0.02 * noise.next()) * trouble(day);
            Point { at_ms: BEGIN + day * DAY, value, people: 1_000, finished: true }
        })
        .collect()
}

#[test]
fn a_lasting_fall_is_told_once_and_its_end_too() {
    let series = days(120, 1, |day| if (80..90).contains(&day) { 0.8 } else { 1.0 });
    let test = back_test(&rule(), &calendar(), &series);
    let told: Vec<_> = test.moments.iter().map(|it| ((it.at_ms - BEGIN) / DAY, it.kind)).collect();
    assert_eq!(told, [(81, MomentKind::Off), (91, MomentKind::Clear)]);
    let first = test.moments[0];
    assert!((first.change + 0.2).abs() < 0.06 && first.z < -3.0, "{first:?}");
}

#[test]
fn a_weekday_after_a_weekend_is_no_fall() {
    for seed in 0..50 {
        let test = back_test(&rule(), &calendar(), &days(200, seed, |_| 1.0));
        assert_eq!(test.moments, [], "seed {seed}");
    }
}

#[test]
fn one_bad_day_too_few_people_and_unfinished_days_say_nothing() {
    let one = days(100, 2, |day| if day == 80 { 0.5 } else { 1.0 });
    assert_eq!(back_test(&rule(), &calendar(), &one).moments, []);
    let mut few = days(100, 2, |day| if day >= 80 { 0.5 } else { 1.0 });
    few.iter_mut().for_each(|it| it.people = 49);
    assert_eq!(back_test(&rule(), &calendar(), &few).moments, []);
    few.iter_mut().for_each(|it| (it.people, it.finished) = (1_000, it.at_ms < BEGIN + 80 * DAY));
    assert_eq!(back_test(&rule(), &calendar(), &few).moments, []);
}

#[test]
fn a_small_fall_in_a_quiet_series_and_a_big_one_in_a_wild_series_say_nothing() {
    let small = days(100, 3, |day| if day >= 80 { 0.93 } else { 1.0 });
    assert_eq!(back_test(&rule(), &calendar(), &small).moments, []);
    let mut noise = Noise(9);
    let mut wild = days(100, 3, |day| if day >= 80 { 0.85 } else { 1.0 });
    wild.iter_mut().for_each(|it| it.value *= 1.0 + 0.15 * noise.next());
    assert_eq!(back_test(&rule(), &calendar(), &wild).moments, []);
}

#[test]
fn a_slow_slide_is_found_by_its_sum_where_no_day_is_bad_enough() {
    let mut drifting = rule();
    drifting.drift = Some(Drift { slack: 0.5, limit: 7.0 });
    let slide = |day: i64| if day < 80 { 1.0 } else { 0.995_f64.powi(i32::try_from(day - 80).unwrap()) };
    let series = days(120, 4, slide);
    assert_eq!(back_test(&rule(), &calendar(), &series[..97]).moments, []);
    let told = back_test(&drifting, &calendar(), &series[..97]).moments;
    assert!(told.iter().any(|it| it.kind == MomentKind::Drift), "{told:?}");
    for seed in 0..20 {
        let quiet = back_test(&drifting, &calendar(), &days(200, seed, |_| 1.0)).moments;
        assert!(quiet.len() <= 2, "seed {seed}: {quiet:?}");
    }
}

#[test]
fn hours_are_held_against_the_same_hour_of_the_same_weekday() {
    let mut hourly = rule();
    (hourly.every, hourly.figure) = (Every::Hour, Figure::Sql { sql: "SELECT 1".into() });
    let mut noise = Noise(5);
    let series: Vec<_> = (0..24 * 7 * 8)
        .map(|hour| {
            let usual = 100.0 * f64::from(1 + u8::try_from(hour % 24).unwrap());
            let trouble = if (24 * 7 * 7 + 20..24 * 7 * 7 + 24).contains(&hour) { 0.6 } else { 1.0 };
            let value = usual * trouble * (1.0 + 0.03 * noise.next());
            Point { at_ms: BEGIN + hour * HOUR, value, people: 500, finished: true }
        })
        .collect();
    let told = back_test(&hourly, &calendar(), &series).moments;
    let hours: Vec<_> = told.iter().map(|it| ((it.at_ms - BEGIN) / HOUR - 24 * 7 * 7, it.kind)).collect();
    assert_eq!(hours, [(21, MomentKind::Off), (25, MomentKind::Clear)]);
}

#[test]
fn the_back_test_says_how_often_chance_would_speak_and_names_what_was_seen() {
    let series = days(200, 6, |_| 1.0);
    let test = back_test(&rule(), &calendar(), &series);
    assert_eq!(test.false_alarms_per_30_days, Some(0.0));
    let most = test.false_alarms_per_30_days_max.unwrap();
    assert!((most - 2.996 * 30.0 / 199.0).abs() < 0.01, "{most}");
    let mut nervous = rule();
    (nervous.change_min, nervous.z_min, nervous.periods) = (0.01, 1.0, 1);
    let loud = back_test(&nervous, &calendar(), &series);
    assert!(loud.false_alarms_per_30_days.unwrap() > 1.0, "{loud:?}");
    assert_ne!(loud.digest, test.digest);
    assert_ne!(back_test(&rule(), &calendar(), &series[1..]).digest, test.digest);
    assert_eq!(back_test(&rule(), &calendar(), &series).digest, test.digest);
}

#[test]
fn hostile_series_are_survived() {
    let point = |at_ms, value| Point { at_ms, value, people: u64::MAX, finished: true };
    let series: Vec<_> = [f64::NAN, f64::INFINITY, 0.0, -1.0, f64::MAX, f64::MIN_POSITIVE]
        .iter()
        .cycle()
        .take(400)
        .enumerate()
        .map(|(i, value)| point(i64::try_from(i).unwrap() * DAY, *value))
        .chain([point(i64::MIN, 1.0), point(i64::MAX, 1.0)])
        .collect();
    let test = back_test(&rule(), &calendar(), &series);
    assert!(test.moments.iter().all(|it| !it.z.is_nan()));
    assert_eq!(back_test(&rule(), &calendar(), &[]).false_alarms_per_30_days, None);
}

#[test]
fn rules_out_of_bounds_are_refused_by_field() {
    let field = |change: fn(&mut AlarmRule)| {
        let mut rule = rule();
        change(&mut rule);
        rule.check().unwrap_err().field
    };
    assert_eq!(field(|it| it.name = "".into()), "name");
    assert_eq!(field(|it| it.change_min = f64::NAN), "change_min");
    assert_eq!(field(|it| it.z_min = 0.0), "z_min");
    assert_eq!(field(|it| it.periods = 0), "periods");
    assert_eq!(field(|it| it.weeks = 2), "weeks");
    assert_eq!(field(|it| it.every = Every::Hour), "every");
    assert_eq!(field(|it| it.drift = Some(Drift { slack: 0.0, limit: 5.0 })), "drift");
    assert!(rule().check().is_ok() && rule().side == Side::Fall);
    let text = serde_json::to_string(&rule()).unwrap();
    assert_eq!(serde_json::from_str::<AlarmRule>(&text).unwrap(), rule());
}
