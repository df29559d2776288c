//! How long people stay of themselves, as a hazard by whole second of their stay. It does not know what makes them leave
//! earlier or later.
//!
//! The stays are those of the demo's crowd ([`Habits`]): some leave almost at once (Weibull), the others stay lognormally
//! long, each source with its own share and median. A person leaves when the hazard that came over them reaches a threshold
//! of their own, drawn from the exponential distribution with mean 1: without anything that changes it, that is a stay of
//! that very distribution. The same person keeps the threshold in every world, so that two worlds differ by what was done in
//! them and not by luck.

use linger_sim::{
    crowd::{Habits, Source},
    dice::Dice,
};

/// Where those come from who come at once: a room that nobody came from before.
pub const SWARM: &str = "raid";

/// Everybody's stays.
#[derive(Clone, Debug)]
pub struct Stays {
    classes: Vec<Class>,
}

/// People who stay alike.
#[derive(Clone, Debug)]
struct Class {
    source: &'static str,
    /// Their share of those who come one by one.
    share: f64,
    /// The hazard of each second of a stay, from its first.
    steps: Vec<f64>,
}

impl Stays {
    /// The stays of these habits, known up to an age.
    pub fn of(habits: &Habits, horizon_s: u32) -> Stays {
        // Whom a swarm brings stays like whom the largest source sends.
        let largest = habits.sources.iter().max_by(|a, b| a.share.total_cmp(&b.share));
        let swarm = largest.map(|it| Source { code: SWARM, share: 0.0, ..*it });
        let classes = habits.sources.iter().copied().chain(swarm).flat_map(|it| {
            let glance = |age: f64| ((age - 1.0).max(0.0) / habits.bounce_scale_s).powf(habits.bounce_shape);
            let stay = move |age: f64| {
                let z = (age.max(1e-9) / it.stay_median_s).ln() / habits.stay_sigma;
                -ln_of_upper_tail(z)
            };
            let class = |share, cumulative: &dyn Fn(f64) -> f64| Class {
                source: it.code,
                share,
                steps: (0..horizon_s)
                    .map(|age| cumulative(f64::from(age) + 1.0) - cumulative(f64::from(age)))
                    .collect(),
            };
            [class(it.share * it.bounce, &glance), class(it.share * (1.0 - it.bounce), &stay)]
        });
        Stays { classes: classes.collect() }
    }

    /// The class of somebody who comes by themselves.
    pub fn class(&self, dice: &mut Dice) -> u8 {
        let place = dice.weighted(self.classes.iter().map(|it| it.share)).unwrap_or(0);
        u8::try_from(place).unwrap_or(u8::MAX)
    }

    /// The class of somebody in a swarm.
    pub fn class_in_swarm(&self, dice: &mut Dice, habits: &Habits) -> u8 {
        let largest = habits.sources.iter().max_by(|a, b| a.share.total_cmp(&b.share));
        let bounces = dice.chance(largest.map_or(0.5, |it| it.bounce));
        u8::try_from(self.classes.len() - if bounces { 2 } else { 1 }).unwrap_or(u8::MAX)
    }

    /// Where people of a class come from.
    pub fn source(&self, class: u8) -> &'static str {
        self.classes[usize::from(class)].source
    }

    /// The hazard of the second of a stay that begins at this age.
    pub fn step(&self, class: u8, age_s: u32) -> f64 {
        let steps = &self.classes[usize::from(class)].steps;
        // Nobody is watched for longer than the show.
        steps.get(age_s as usize).copied().unwrap_or(0.0)
    }

    /// Mean seconds of those who come by themselves, up to the horizon.
    pub fn mean_s(&self) -> f64 {
        let all: f64 = self.classes.iter().map(|it| it.share).sum();
        let mean = |class: &Class| {
            let mut hazard = 0.0;
            let survive = class.steps.iter().map(|step| {
                hazard += step;
                (-hazard).exp()
            });
            class.share * survive.sum::<f64>()
        };
        self.classes.iter().map(mean).sum::<f64>() / all
    }
}

/// The logarithm of the chance that a standard normal number is above `z`: the series of the error function near the
/// middle, a continued fraction in the tail (Abramowitz and Stegun, 26.2.11 and 26.2.14).
fn ln_of_upper_tail(z: f64) -> f64 {
    let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if z < -6.0 {
        return -(density / -z);
    }
    if z < 3.0 {
        let (mut term, mut sum, mut odd) = (z, z, 1.0);
        while term.abs() > 1e-17 * sum.abs() {
            odd += 2.0;
            term *= z * z / odd;
            sum += term;
        }
        return (0.5 - density * sum).ln();
    }
    let fraction = (1..60).rev().fold(z, |below, k| z + f64::from(k) / below);
    (density / fraction).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_that_of_the_tables() {
        for (z, upper) in [(0.0, 0.5), (1.0, 0.158_655_253_9), (2.9, 0.001_865_813_3), (4.0, 3.167_124e-5)] {
            assert!((ln_of_upper_tail(z).exp() / upper - 1.0).abs() < 1e-6, "{z}");
        }
        assert!((ln_of_upper_tail(-2.0).exp() - 0.977_249_868).abs() < 1e-8);
        assert!(ln_of_upper_tail(-7.0) < 0.0);
    }

    #[test]
    fn thresholds_give_the_stays_of_the_habits() {
        let habits = Habits::default();
        let stays = Stays::of(&habits, 20_000);
        let mut dice = Dice::new(5);
        // Those of the feed who do not leave at once: the sixth class.
        let class = 5;
        assert_eq!(stays.source(class), "feed");
        let mut lived: Vec<u32> = (0..4_000)
            .map(|_| {
                let threshold = dice.exponential(1.0);
                let mut used = 0.0;
                let left = |age: &u32| {
                    used += stays.step(class, *age);
                    used >= threshold
                };
                (0..20_000).find(left).map_or(20_000, |it| it + 1)
            })
            .collect();
        lived.sort_unstable();
        let quantile = |share: f64| f64::from(lived[(share * 4_000.0) as usize]);
        assert!((quantile(0.5) / 160.0 - 1.0).abs() < 0.08, "{}", quantile(0.5));
        // exp(1.15 * 1.2816) times the median.
        assert!((quantile(0.9) / (160.0 * 4.366) - 1.0).abs() < 0.12, "{}", quantile(0.9));
        let all: Vec<f64> = (0..4_000)
            .map(|_| {
                let source = habits.source(&mut dice);
                (habits.stay_ms(&mut dice, &source) / 1_000.0).min(20_000.0)
            })
            .collect();
        let mean = all.iter().sum::<f64>() / 4_000.0;
        assert!((stays.mean_s() / mean - 1.0).abs() < 0.12, "{} for {mean}", stays.mean_s());
    }
}
