//! What holds for every evening: ticks do not matter, shards add up, and retention is what `lifelines` says it is. It does
//! not know a real room.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

mod evening;
mod plainly;

use evening::{Draw, Evening, STARTS_AT};
use linger_insight::{Live, Snapshot, Step};
use linger_protocol::{Entry, Event, Millis};
use linger_stats::Lifetimes;
use plainly::{reference_evening, stays_of};

fn end_of(log: &[Entry]) -> Millis {
    log.iter().map(|entry| entry.at).max().unwrap().plus(2_000)
}

fn in_one_go(log: &[Entry], now: Millis) -> Live {
    let mut live = Live::new();
    log.iter().for_each(|entry| live.fold(entry));
    live.tick(now);
    live
}

#[test]
fn ticking_every_second_or_at_random_or_once_gives_the_same_show() {
    for seed in 0..20 {
        let log = Evening::write(seed, 700, 1);
        let (now, whole) = (end_of(&log), in_one_go(&log, end_of(&log)));
        let mut draw = Draw::new(seed);
        let (mut by_second, mut at_random) = (Live::new(), Live::new());
        let mut next = STARTS_AT;
        for entry in &log {
            while next <= entry.at {
                by_second.tick(next);
                next = next.plus(1_000);
            }
            by_second.fold(entry);
            at_random.fold(entry);
            if draw.chance(20) {
                at_random.tick(entry.at.plus(draw.below(900)));
            }
        }
        by_second.tick(now);
        at_random.tick(now);
        assert!(by_second.snapshot() == whole.snapshot(), "seed {seed}, by second");
        assert!(at_random.snapshot() == whole.snapshot(), "seed {seed}, at random");
        assert_eq!(by_second.arms().comparisons(), whole.arms().comparisons(), "seed {seed}");
        assert_eq!(at_random.arms().comparisons(), whole.arms().comparisons(), "seed {seed}");
        assert!(whole.snapshot().totals().arrived > 500, "seed {seed}: a dull evening proves nothing");
    }
}

#[test]
fn a_screen_that_applies_steps_to_a_snapshot_sees_the_next_snapshot() {
    let log = Evening::write(5, 600, 2);
    let mut live = Live::new();
    let mut screen: Option<Snapshot> = None;
    let mut compared = 0;
    for (i, entry) in log.iter().enumerate() {
        live.fold(entry);
        if i % 37 == 36 {
            let step = live.tick(entry.at);
            // The screen comes in the middle, takes the snapshot once and then only steps.
            match &mut screen {
                None if i > 400 => screen = Some(live.snapshot().clone()),
                None => {}
                Some(screen) => {
                    screen.apply(&step);
                    assert!(screen == live.snapshot(), "entry {i}");
                    assert_eq!(screen.summary(), live.snapshot().summary());
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 10);
}

#[test]
fn steps_of_shards_that_hold_different_people_add_up() {
    for seed in 0..10 {
        let log = Evening::write(seed, 500, 2);
        let now = end_of(&log);
        let mut whole = Live::starting_at(STARTS_AT);
        let mut shards: Vec<Live> = (0..3).map(|_| Live::starting_at(STARTS_AT)).collect();
        let (mut apart, mut together) = (Snapshot::default(), Snapshot::default());
        for (i, entry) in log.iter().enumerate() {
            whole.fold(entry);
            for (shard, live) in shards.iter_mut().enumerate() {
                if let Some(part) = part_of(entry, shard as u64) {
                    live.fold(&part);
                }
            }
            if i % 50 == 0 {
                together.apply(&sum_of(&mut shards, entry.at));
                apart.apply(&whole.tick(entry.at));
                assert!(together == apart, "seed {seed}, entry {i}");
            }
        }
        together.apply(&sum_of(&mut shards, now));
        apart.apply(&whole.tick(now));
        assert!(together == apart, "seed {seed}");
    }
}

fn sum_of(shards: &mut [Live], now: Millis) -> Step {
    let mut sum = Step::default();
    shards.iter_mut().for_each(|live| {
        let mut step = live.tick(now);
        // Every shard has the same stage before the show; one of them tells it.
        if sum.begins.is_some() {
            step.segments.retain(|change| !sum.segments.contains(change));
        }
        sum += &step;
    });
    sum
}

/// What a shard sees of an entry: its own people's doings; the first shard also what is nobody's.
fn part_of(entry: &Entry, shard: u64) -> Option<Entry> {
    let mine = |id: u64| id % 3 == shard;
    let event = match &entry.event {
        Event::PresenceChanged { arrived, left, here } => {
            let arrived: Vec<_> = arrived.iter().filter(|it| mine(it.person.0)).cloned().collect();
            Some(Event::PresenceChanged { arrived, left: left.clone(), here: *here })
        }
        Event::CommentMade { person, .. }
        | Event::UnitsHeld { person, .. }
        | Event::Followed { person, .. } => mine(person.0).then(|| entry.event.clone()),
        // Told to all: each counts what concerns its own people.
        Event::PresenceLost { .. } | Event::OrderPaid { .. } | Event::OrderLapsed { .. } => {
            Some(entry.event.clone())
        }
        event => (shard == 0).then(|| event.clone()),
    };
    event.map(|event| Entry { event, ..entry.clone() })
}

#[test]
fn retention_and_watch_time_agree_with_lifelines() {
    let reference: serde_json::Value = serde_json::from_str(include_str!("reference/evening.json")).unwrap();
    let case = &reference["case"];
    let (log, now) = reference_evening();
    let live = in_one_go(&log, now);
    let stays = live.snapshot().stays();
    assert_eq!(Some(stays.stays()), case["stays"].as_u64());
    let curve = stays.kaplan_meier().unwrap();
    let close = |mine: f64, theirs: &serde_json::Value, what: &str| {
        let theirs = theirs.as_f64().unwrap();
        assert!((mine - theirs).abs() <= 1e-9 * theirs.abs().max(1.0), "{what}: {mine} here, {theirs} there");
    };
    let steps = case["steps"].as_array().unwrap();
    assert!(steps.len() > 100);
    for step in steps {
        let age_s = step["age_s"].as_u64().unwrap() as u32;
        close(curve.at(age_s).unwrap(), &step["survival"], "survival");
        if let Some(point) = curve.point_at(age_s) {
            close(point.greenwood_variance, &step["greenwood_variance"], "variance");
            close(point.ci95.low, &step["low"], "low");
            close(point.ci95.high, &step["high"], "high");
        }
    }
    assert_eq!(curve.median_s().map(u64::from), case["median_s"].as_u64());
    let horizon = case["horizon_s"].as_u64().unwrap() as u32;
    close(curve.restricted_mean_s(horizon).unwrap().mean_s, &case["restricted_mean_s"], "restricted mean");
    close(live.snapshot().summary().watch_naive_mean_s.unwrap(), &case["naive_mean_s"], "naive mean");
}

#[test]
fn the_stays_of_a_show_are_the_stays_in_its_log_at_every_moment() {
    for seed in 0..10 {
        let log = Evening::write(seed, 400, 2);
        let mut live = Live::new();
        for (i, entry) in log.iter().enumerate() {
            live.fold(entry);
            if i % 97 == 0 {
                let now = entry.at.plus(300);
                live.tick(now);
                let mut plainly = Lifetimes::default();
                for (seconds, seen) in stays_of(&log[..=i], now) {
                    match seen {
                        true => plainly.left(0, seconds as u32, 1).unwrap(),
                        false => plainly.censored(0, seconds as u32, 1).unwrap(),
                    }
                }
                assert_eq!(live.snapshot().stays(), plainly, "seed {seed}, entry {i}");
            }
        }
    }
}

#[test]
fn totals_are_what_the_log_says() {
    let log = Evening::write(3, 900, 2);
    let live = in_one_go(&log, end_of(&log));
    let count = |is: fn(&Event) -> bool| log.iter().filter(|entry| is(&entry.event)).count() as u32;
    let summary = live.snapshot().summary();
    assert_eq!(summary.comments, count(|it| matches!(it, Event::CommentMade { .. })));
    assert_eq!(summary.questions_opened, count(|it| matches!(it, Event::QuestionOpened { .. })));
    assert_eq!(summary.questions_answered, count(|it| matches!(it, Event::QuestionAnswered { .. })));
    assert_eq!(summary.orders_held, count(|it| matches!(it, Event::UnitsHeld { .. })));
    assert_eq!(summary.orders_paid, count(|it| matches!(it, Event::OrderPaid { .. })));
    let running = log.iter().rev().find_map(|entry| match entry.event {
        Event::PresenceChanged { here, .. } => Some(here),
        _ => None,
    });
    assert_eq!(Some(summary.here), running);
    let paid: i64 = log
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::OrderPaid { order, .. } => Some(order),
            _ => None,
        })
        .map(|paid| {
            log.iter()
                .find_map(|entry| match &entry.event {
                    Event::UnitsHeld { order, amount, .. } if order == paid => Some(amount.minor),
                    _ => None,
                })
                .unwrap()
        })
        .sum();
    assert_eq!(summary.takings.sums().iter().map(|sum| sum.minor).sum::<i64>(), paid);
    assert!(summary.takings.sums().len() == 2 && paid > 0);
    assert!(summary.interaction.unwrap() > 0.0 && summary.interaction.unwrap() <= 1.0);
    assert!(summary.here_peak >= summary.here);
    assert!(summary.watch.unwrap().mean_s > summary.watch_naive_mean_s.unwrap());
}
