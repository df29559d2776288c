//! Rooms that are switched: what people do depends on the evening's course, on the moment before, and on the treatment
//! only after a while.

use crate::{Tally, covers, once, trials};
use linger_stats::{Block, Chance, Switchback};

/// How an evening goes.
struct Evening {
    rooms: u32,
    blocks: u32,
    /// The effect once it has settled.
    effect: f64,
    /// Which part of a change is still missing after each minute: how long the stretch before lingers.
    memory: f64,
    /// Minutes at the beginning of a block that are left out.
    burn_in: u32,
    /// Whether borders are drawn anew for each room and block.
    random_borders: bool,
}

impl Evening {
    fn play(&self, chance: &mut Chance) -> Switchback {
        let mut blocks = vec![];
        for room in 0..self.rooms {
            let (mood, phase) = (5.0 * chance.normal(), chance.unit());
            let (mut minute, mut felt, mut noise) = (0_u32, 0.0, 0.0);
            for _ in 0..self.blocks {
                let treated = chance.happens(0.5);
                let minutes = if self.random_borders { 10 + (chance.unit() * 11.0) as u32 } else { 15 };
                let (mut sum, mut counted) = (0.0, 0.0);
                for age in 0..minutes {
                    felt = self.memory * felt + (1.0 - self.memory) * self.effect * f64::from(treated);
                    noise = 0.5 * noise + chance.normal();
                    minute += 1;
                    // An evening rises and falls, in each room at another time.
                    let course = 3.0 * (f64::from(minute) / 60.0 + 6.3 * phase).sin();
                    if age >= self.burn_in {
                        sum += 20.0 + mood + course + felt + noise;
                        counted += 1.0;
                    }
                }
                blocks.push(Block { room, treated, outcome: sum / counted });
            }
        }
        Switchback::new(&blocks).unwrap()
    }
}

const EVENING: Evening =
    Evening { rooms: 20, blocks: 12, effect: 1.0, memory: 0.5, burn_in: 5, random_borders: true };

#[test]
fn intervals_over_rooms_and_over_blocks_cover_what_is_true() {
    Tally::of("switchback over 20 rooms", trials(), |chance| {
        covers(once(&EVENING.play(chance).effect_over_rooms().unwrap()), 1.0)
    })
    .is_about(0.95, 0.015);
    Tally::of("switchback over 240 blocks", trials(), |chance| {
        covers(once(&EVENING.play(chance).effect_over_blocks().unwrap()), 1.0)
    })
    .is_about(0.95, 0.015);
}

#[test]
fn redrawing_the_arms_covers_what_is_true_even_in_one_room() {
    for (what, rooms, blocks) in [
        ("redraws, 20 rooms of 12", 20, 12),
        ("redraws, one room of 24", 1, 24),
        ("redraws, 3 rooms of 8", 3, 8),
    ] {
        let evening = Evening { rooms, blocks, memory: 0.0, ..EVENING };
        // An exact test is never too bold; with few blocks it is a little too careful.
        let found = Tally::of(what, trials() / 4, |chance| {
            let seed = chance.bits();
            evening.play(chance).randomised(0.5, 0.05, 400, seed).is_ok_and(|it| covers(it.interval, 1.0))
        });
        assert!(found.share() >= 0.95 - found.room(0.95) - 0.01, "{what}: {}", found.share());
    }
}

#[test]
fn rooms_that_do_not_differ_are_told_apart_five_times_of_a_hundred() {
    let nothing = Evening { effect: 0.0, ..EVENING };
    Tally::of("switchback A/A, redraws", trials() / 2, |chance| {
        let seed = chance.bits();
        nothing.play(chance).randomised(0.5, 0.05, 400, seed).unwrap().p_value <= 0.05
    })
    .is_about(0.05, 0.005);
}

#[test]
fn without_a_burn_in_a_lingering_effect_is_found_too_small() {
    let mean_of = |burn_in: u32| {
        let evening = Evening { memory: 0.7, burn_in, rooms: 100, ..EVENING };
        let mut chance = Chance::of(11);
        (0..40).map(|_| evening.play(&mut chance).effect_over_rooms().unwrap().estimate).sum::<f64>() / 40.0
    };
    let (with, without) = (mean_of(8), mean_of(0));
    println!("mean estimate of an effect of 1: {with:.3} with a burn-in, {without:.3} without");
    assert!((with - 1.0).abs() < 0.05 && without < 0.9, "{with} with, {without} without");
}
