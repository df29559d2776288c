//! Switchback experiments: what everybody in a room sees is switched from one stretch of time to the next, and stretches
//! are compared. It does not know how stretches were drawn, only with which chance each was treated, nor how long after its
//! beginning a stretch counts (the burn-in, in which the stretch before still works): outcomes come without it.
//!
//! One block is one data point, however many people were there, and rooms are compared with themselves: the estimate is the
//! difference of arms within rooms (least squares with a constant for each room).
//!
//! Sources: I. Bojinov, D. Simchi-Levi and J. Zhao 2023, "Design and analysis of switchback experiments" (exact
//! randomisation tests); R. A. Fisher 1935 (intervals by inverting them); burn-in after Y. Hu and S. Wager,
//! "Switchback experiments under geometric mixing"; variance by clusters "CR1" as in [`effect_within_many_clusters`].
//!
//! [`effect_within_many_clusters`]: crate::effect_within_many_clusters

use crate::{Chance, Effect, Interval, Unknown};

/// A stretch of time in a room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// The number of the room.
    pub room: u32,
    /// Whether it was treated.
    pub treated: bool,
    /// What came of it after its burn-in, as a rate or a mean, so that short and long blocks compare.
    pub outcome: f64,
}

/// Blocks of one or several rooms.
#[derive(Clone, Debug, PartialEq)]
pub struct Switchback {
    // Outcomes are less the room's mean.
    rooms: Vec<Room>,
}

#[derive(Clone, Debug, PartialEq)]
struct Room {
    treated: Vec<bool>,
    outcomes: Vec<f64>,
}

/// What redrawing the arms says: a statement about these very blocks, exact but for the number of redraws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Randomised {
    /// The difference of arms within rooms.
    pub estimate: f64,
    /// The share of redraws with an estimate at least as far from zero, if nothing had an effect.
    pub p_value: f64,
    /// The constant effects that are not rejected at `alpha`.
    pub interval: Interval,
}

/// Fewest blocks that anything is told of.
const BLOCKS_MIN: u64 = 8;

impl Switchback {
    /// Blocks in any order.
    ///
    /// [`Unknown::TooFew`] below eight blocks in rooms that had both arms: the others tell nothing of the effect.
    pub fn new(blocks: &[Block]) -> Result<Switchback, Unknown> {
        let mut sorted: Vec<&Block> = blocks.iter().filter(|it| it.outcome.is_finite()).collect();
        sorted.sort_by_key(|it| it.room);
        let rooms: Vec<Room> = sorted
            .chunk_by(|a, b| a.room == b.room)
            .map(|of_room| {
                // From the first one on, so that equal outcomes come out as exactly nothing.
                let from_first = |it: &&Block| it.outcome - of_room[0].outcome;
                let mean = of_room.iter().map(from_first).sum::<f64>() / of_room.len() as f64;
                Room {
                    treated: of_room.iter().map(|it| it.treated).collect(),
                    outcomes: of_room.iter().map(|it| from_first(it) - mean).collect(),
                }
            })
            .collect();
        let switchback = Switchback { rooms };
        match switchback.blocks() {
            have if have < BLOCKS_MIN => Err(Unknown::TooFew { have, need: BLOCKS_MIN }),
            _ => Ok(switchback),
        }
    }

    /// Blocks in rooms that had both arms.
    pub fn blocks(&self) -> u64 {
        self.telling().map(|room| room.outcomes.len() as u64).sum()
    }

    // Other rooms stay, because another draw of the arms would have made them tell.
    fn telling(&self) -> impl Iterator<Item = &Room> {
        self.rooms.iter().filter(|room| (0.0 < room.share()) && room.share() < 1.0)
    }

    /// The effect with the variance of whole rooms, which may be as uneven over time as they like. Degrees of freedom are
    /// rooms less one, so a handful of rooms gives wide intervals.
    ///
    /// [`Unknown::TooFew`] below two rooms, [`Unknown::NoSpread`] when rooms do not differ.
    pub fn effect_over_rooms(&self) -> Result<Effect, Unknown> {
        let have = self.telling().count() as u64;
        if have < 2 {
            return Err(Unknown::TooFew { have, need: 2 });
        }
        let (estimate, spread) = self.estimate();
        let scores = self.telling().map(|room| room.residuals(estimate).sum::<f64>());
        self.effect(estimate, spread, scores, have, 0)
    }

    /// The effect with the variance of single blocks, taken as independent once the burn-in is gone: for few rooms.
    ///
    /// [`Unknown::NoSpread`] when blocks do not differ.
    pub fn effect_over_blocks(&self) -> Result<Effect, Unknown> {
        let (estimate, spread) = self.estimate();
        let scores = self.telling().flat_map(|room| room.residuals(estimate));
        // Each room's constant is estimated from the blocks themselves.
        self.effect(estimate, spread, scores, self.blocks(), self.telling().count() as u64)
    }

    fn effect(
        &self,
        estimate: f64,
        spread: f64,
        scores: impl Iterator<Item = f64>,
        clusters: u64,
        constants: u64,
    ) -> Result<Effect, Unknown> {
        let squares: f64 = scores.map(|it| it * it).sum();
        let left = (clusters - constants) as f64 - 1.0;
        if left < 1.0 {
            return Err(Unknown::TooFew { have: clusters, need: constants + 2 });
        }
        Effect::new(estimate, clusters as f64 / left * squares / (spread * spread), left, clusters)
    }

    /// Redraws the arm of each block `redraws` times, treated with chance `share` (above 0, below 1) as in the experiment
    /// itself, and asks which constant effects the blocks do not contradict. Exact for one look, for any number of blocks
    /// and any course of outcomes.
    ///
    /// [`Unknown::TooFew`] when so few blocks cannot contradict anything at `alpha`, [`Unknown::NoSpread`] when all
    /// outcomes of a room are equal, [`Unknown::TooLarge`] when their squares are no numbers any more.
    pub fn randomised(&self, share: f64, alpha: f64, redraws: u32, seed: u64) -> Result<Randomised, Unknown> {
        let (estimate, spread) = self.estimate();
        let mut chance = Chance::of(seed);
        // Under a constant effect e the redrawn estimate is `outcome - e * overlap`: two numbers for each redraw.
        let drawn: Vec<(f64, f64)> = (0..redraws).filter_map(|_| self.redraw(share, &mut chance)).collect();
        let p_of = |effect: f64| {
            let seen = (estimate - effect).abs() * (1.0 - 1e-12);
            let as_far = drawn.iter().filter(|(outcome, overlap)| (outcome - effect * overlap).abs() >= seen);
            (1 + as_far.count()) as f64 / (1 + drawn.len()) as f64
        };
        // How far estimates are from each other at most, for where to look for the ends.
        let scale =
            (self.rooms.iter().flat_map(|it| &it.outcomes).map(|it| it * it).sum::<f64>() / spread).sqrt();
        if scale == 0.0 {
            return Err(Unknown::NoSpread);
        }
        if !scale.is_finite() {
            return Err(Unknown::TooLarge);
        }
        let end = |towards: f64| -> Result<f64, Unknown> {
            let (mut inside, mut step) = (estimate, scale);
            let mut outside = estimate + towards * step;
            while p_of(outside) > alpha {
                inside = outside;
                step *= 2.0;
                outside = estimate + towards * step;
                if step > scale * 1e6 {
                    return Err(Unknown::TooFew { have: self.blocks(), need: self.blocks() + 1 });
                }
            }
            for _ in 0..50 {
                let middle = 0.5 * (inside + outside);
                if p_of(middle) > alpha { inside = middle } else { outside = middle }
            }
            Ok(outside)
        };
        let interval = Interval { low: end(-1.0)?, high: end(1.0)? };
        Ok(Randomised { estimate, p_value: p_of(0.0), interval })
    }

    /// The least-squares effect, and the squared length of the arms less their room's share.
    fn estimate(&self) -> (f64, f64) {
        let (mut with_outcome, mut spread) = (0.0, 0.0);
        for room in &self.rooms {
            let share = room.share();
            for (treated, outcome) in room.treated.iter().zip(&room.outcomes) {
                let arm = f64::from(*treated) - share;
                with_outcome += arm * outcome;
                spread += arm * arm;
            }
        }
        (with_outcome / spread, spread)
    }

    /// The estimate of another draw: of the outcomes, and of the arms that really were.
    fn redraw(&self, share: f64, chance: &mut Chance) -> Option<(f64, f64)> {
        let (mut with_outcome, mut with_arm, mut spread) = (0.0, 0.0, 0.0);
        for room in &self.rooms {
            let (mut sum_outcome, mut sum_arm, mut drawn) = (0.0, 0.0, 0.0);
            for (treated, outcome) in room.treated.iter().zip(&room.outcomes) {
                if chance.happens(share) {
                    drawn += 1.0;
                    sum_outcome += outcome;
                    sum_arm += f64::from(*treated);
                }
            }
            let blocks = room.outcomes.len() as f64;
            // Outcomes sum up to zero within a room; arms are taken less their share.
            with_outcome += sum_outcome;
            with_arm += sum_arm - drawn * room.share();
            spread += drawn * (1.0 - drawn / blocks);
        }
        // All blocks of all rooms in one arm: such an experiment would have told nothing and counts for nothing.
        (spread > 0.0).then(|| (with_outcome / spread, with_arm / spread))
    }
}

impl Room {
    fn share(&self) -> f64 {
        self.treated.iter().filter(|it| **it).count() as f64 / self.treated.len() as f64
    }

    /// The arm of each block less the room's share, times what the effect leaves of its outcome.
    fn residuals(&self, effect: f64) -> impl Iterator<Item = f64> + '_ {
        let share = self.share();
        self.treated.iter().zip(&self.outcomes).map(move |(treated, outcome)| {
            let arm = f64::from(*treated) - share;
            arm * (outcome - effect * arm)
        })
    }
}
