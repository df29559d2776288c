//! Viewers of rooms and hosts: those of one room behave alike.

use crate::{Tally, covers, once, trials};
use linger_stats::{
    Chance, Effect, Lifetimes, Looks, Metric, Sums, effect_within_clusters, effect_within_many_clusters,
    level_of_clusters, restricted_mean_of_clusters,
};

/// A room's viewers: how many there are is as uneven as in real evenings.
fn crowd(chance: &mut Chance) -> usize {
    5 + (20.0 * chance.gamma(1.5)) as usize
}

/// Viewers drawn into arms within rooms that like the treatment more and less.
fn within_rooms(chance: &mut Chance, rooms: usize, by: By) -> Effect {
    let mut clusters = vec![];
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
        clusters.push(sums);
    }
    let treated = Metric::ratio([1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]);
    let held_out = Metric::ratio([0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]);
    match by {
        By::LeavingOut => effect_within_clusters(&clusters, &treated, &held_out).unwrap(),
        _ => {
            let mut sums = Sums::default();
            clusters.iter().for_each(|it| sums.add(*it));
            effect_within_many_clusters(&sums, &treated, &held_out).unwrap()
        }
    }
}

/// How hosts are counted.
#[derive(Clone, Copy)]
enum By {
    /// Sums over hosts, for many of them.
    Sums,
    /// Leaving out one host after another, for few.
    LeavingOut,
    /// As if viewers did not come by hosts: wrong.
    Viewers,
}

/// Whole hosts drawn into arms.
fn hosts(chance: &mut Chance, n: usize, effect: f64, by: By) -> Effect {
    let metric = Metric::ratio([1.0, 0.0], [0.0, 1.0]);
    let mut arm = |effect: f64| {
        let (mut clusters, mut by_viewer) = (vec![], Sums::default());
        for _ in 0..n {
            let mood = 300.0 + effect + 60.0 * chance.normal();
            let mut sums = [0, 0];
            for _ in 0..crowd(chance) {
                let figure = (mood + 120.0 * chance.normal()).round() as i64;
                sums = [sums[0] + figure, sums[1] + 1];
                by_viewer.add([figure, 1]);
            }
            clusters.push(sums);
        }
        let mut by_host = Sums::default();
        clusters.iter().for_each(|it| by_host.add(*it));
        match by {
            By::Sums => metric.of(&by_host).unwrap(),
            By::LeavingOut => level_of_clusters(&clusters, &metric).unwrap(),
            By::Viewers => metric.of(&by_viewer).unwrap(),
        }
    };
    arm(effect).minus(&arm(0.0)).unwrap()
}

#[test]
fn intervals_over_rooms_cover_what_is_true() {
    Tally::of("viewers within 100 rooms, by sums", trials(), |chance| {
        covers(once(&within_rooms(chance, 100, By::Sums)), 25.0)
    })
    .is_about(0.95, 0.01);
    Tally::of("viewers within 12 rooms, leaving out", trials(), |chance| {
        covers(once(&within_rooms(chance, 12, By::LeavingOut)), 25.0)
    })
    .is_about(0.95, 0.01);
}

#[test]
fn intervals_over_hosts_cover_what_is_true() {
    for (what, n) in [("hosts, 40 an arm, leaving out", 40), ("hosts, 12 an arm, leaving out", 12)] {
        Tally::of(what, trials(), |chance| covers(once(&hosts(chance, n, 25.0, By::LeavingOut)), 25.0))
            .is_about(0.95, 0.01);
    }
    Tally::of("hosts, 100 an arm, by sums", trials(), |chance| {
        covers(once(&hosts(chance, 100, 25.0, By::Sums)), 25.0)
    })
    .is_about(0.95, 0.01);
}

#[test]
fn hosts_that_do_not_differ_are_told_apart_five_times_of_a_hundred_and_viewers_of_them_far_too_often() {
    Tally::of("A/A over 20 hosts an arm", trials(), |chance| {
        hosts(chance, 20, 0.0, By::LeavingOut).p_value(0.05, Looks::Once) < 0.05
    })
    .is_about(0.05, 0.005);
    let wrong = Tally::of("A/A, viewers taken one by one", trials() / 5, |chance| {
        hosts(chance, 20, 0.0, By::Viewers).p_value(0.05, Looks::Once) < 0.05
    });
    assert!(wrong.share() > 0.2, "this is why viewers of one host are not counted one by one");
}

#[test]
fn leaving_per_second_is_told_apart_five_times_of_a_hundred_though_hosts_keep_people_unlike_each_other() {
    let hazard = Metric::ratio([1.0, 0.0], [0.0, 1.0]);
    let arm = |chance: &mut Chance| {
        let hosts: Vec<[i64; 2]> = (0..25)
            .map(|_| {
                let pace = 90.0 * chance.gamma(6.0) / 6.0;
                let mut sums = [0, 0];
                for _ in 0..crowd(chance) {
                    let (life, seen) = (-pace * chance.unit().ln(), 30.0 + 90.0 * chance.unit());
                    sums = [sums[0] + i64::from(life < seen), sums[1] + life.min(seen).round() as i64];
                }
                sums
            })
            .collect();
        level_of_clusters(&hosts, &hazard).unwrap()
    };
    Tally::of("A/A, leaves per second over 25 hosts an arm", trials(), |chance| {
        arm(chance).relative_to(&arm(chance)).unwrap().p_value(0.05, Looks::Once) < 0.05
    })
    .is_about(0.05, 0.01);
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
