//! Viewers of rooms and hosts: those of one room behave alike.

use crate::{Tally, covers, once, trials};
use linger_stats::{
    Chance, Effect, Lifetimes, Looks, Metric, Sums, effect_within_clusters, restricted_mean_of_clusters,
};

/// A room's viewers: how many there are is as uneven as in real evenings.
fn crowd(chance: &mut Chance) -> usize {
    5 + (20.0 * chance.gamma(1.5)) as usize
}

/// Viewers drawn into arms within rooms that like the treatment more and less.
fn within_rooms(chance: &mut Chance, rooms: usize) -> Effect {
    let mut clusters = Sums::default();
    for _ in 0..rooms {
        let (mood, liking) = (60.0 * chance.normal(), 25.0 + 30.0 * chance.normal());
        let mut sums = [0; 4];
        for _ in 0..crowd(chance) {
            let treated = chance.happens(0.5);
            let figure = 300.0 + mood + f64::from(treated) * liking + 120.0 * chance.normal();
            let place = if treated { 0 } else { 2 };
            sums[place] += figure.round() as i64;
            sums[place + 1] += 1;
        }
        clusters.add(sums);
    }
    let treated = Metric::ratio([1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]);
    let held_out = Metric::ratio([0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]);
    effect_within_clusters(&clusters, &treated, &held_out).unwrap()
}

/// Whole hosts drawn into arms; the effect of the second kind ignores that viewers come by hosts.
fn hosts(chance: &mut Chance, n: [usize; 2], effect: f64) -> [Effect; 2] {
    let metric = Metric::ratio([1.0, 0.0], [0.0, 1.0]);
    let arm = |chance: &mut Chance, n: usize, effect: f64| {
        let (mut by_host, mut by_viewer) = (Sums::default(), Sums::default());
        for _ in 0..n {
            let mood = 300.0 + effect + 60.0 * chance.normal();
            let mut sums = [0, 0];
            for _ in 0..crowd(chance) {
                let figure = (mood + 120.0 * chance.normal()).round() as i64;
                sums = [sums[0] + figure, sums[1] + 1];
                by_viewer.add([figure, 1]);
            }
            by_host.add(sums);
        }
        [by_host, by_viewer].map(|it| metric.of(&it).unwrap())
    };
    let (a, b) = (arm(chance, n[0], effect), arm(chance, n[1], 0.0));
    [0, 1].map(|it| a[it].minus(&b[it]).unwrap())
}

#[test]
fn intervals_over_rooms_cover_what_is_true() {
    Tally::of("viewers within 40 rooms", trials(), |chance| covers(once(&within_rooms(chance, 40)), 25.0))
        .is_about(0.95, 0.015);
}

#[test]
fn intervals_over_hosts_cover_what_is_true() {
    Tally::of("hosts, 40 an arm", trials(), |chance| covers(once(&hosts(chance, [40, 40], 25.0)[0]), 25.0))
        .is_about(0.95, 0.015);
    // A dozen hosts an arm is what a small shop has; the delta method over so few is known to be a little bold.
    Tally::of("hosts, 12 an arm", trials(), |chance| covers(once(&hosts(chance, [12, 12], 25.0)[0]), 25.0))
        .is_about(0.95, 0.03);
}

#[test]
fn hosts_that_do_not_differ_are_told_apart_five_times_of_a_hundred_and_viewers_of_them_far_too_often() {
    Tally::of("A/A over 40 hosts an arm", trials(), |chance| {
        hosts(chance, [40, 40], 0.0)[0].p_value(0.05, Looks::Once) < 0.05
    })
    .is_about(0.05, 0.015);
    let wrong = Tally::of("A/A, viewers taken one by one", trials() / 5, |chance| {
        hosts(chance, [40, 40], 0.0)[1].p_value(0.05, Looks::Once) < 0.05
    });
    assert!(wrong.share() > 0.2, "this is why viewers of one host are not counted one by one");
}

#[test]
fn restricted_means_of_rooms_cover_what_is_true() {
    let arm = |chance: &mut Chance, scale: f64| {
        let rooms: Vec<Lifetimes> = (0..20)
            .map(|_| {
                let pace = scale * chance.gamma(8.0) / 8.0;
                let mut lifetimes = Lifetimes::default();
                for _ in 0..crowd(chance) {
                    let life = (-pace * chance.unit().ln()) as u32;
                    let seen = 60 + (chance.unit() * 120.0) as u32;
                    if life <= seen { lifetimes.left(0, life, 1) } else { lifetimes.censored(0, seen, 1) }
                        .unwrap();
                }
                lifetimes
            })
            .collect();
        restricted_mean_of_clusters(&rooms, 60).unwrap()
    };
    // The mean of whole seconds below 60 for pace = scale * G, averaged over many rooms.
    let truth = |scale: f64| {
        let mut chance = Chance::of(3);
        let one = |pace: f64| {
            let stays = (-1.0 / pace).exp();
            (1..=60).map(|age| stays.powi(age)).sum::<f64>()
        };
        (0..100_000).map(|_| one(scale * chance.gamma(8.0) / 8.0)).sum::<f64>() / 100_000.0
    };
    let difference = truth(60.0) - truth(50.0);
    Tally::of("restricted mean, 20 rooms an arm", trials() / 2, |chance| {
        covers(once(&arm(chance, 60.0).minus(&arm(chance, 50.0)).unwrap()), difference)
    })
    .is_about(0.95, 0.02);
}
