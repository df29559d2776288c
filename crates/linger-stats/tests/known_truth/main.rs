//! Experiments whose truth is known, thousands of them: intervals that are said to cover it 95 times of a hundred have to,
//! and where nothing has an effect, claims have to be as rare as stated. `LINGER_TRIALS` says how many, 500 by default;
//! each test prints what it found (`cargo test -p linger-stats --test known_truth -- --nocapture`). It does not know how
//! the estimates are made.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

mod clustered;
mod looking;
mod plain;
mod planning;
mod stretches;

use linger_stats::{Chance, Effect, Interval, Looks};

/// How many experiments of a kind.
fn trials() -> u64 {
    std::env::var("LINGER_TRIALS").map_or(500, |it| it.parse().expect("LINGER_TRIALS is a number"))
}

/// How often of many trials something came true.
struct Tally {
    what: &'static str,
    trials: u64,
    hits: u64,
}

impl Tally {
    /// Lives through the trials, each with chance of its own.
    fn of(what: &'static str, trials: u64, mut trial: impl FnMut(&mut Chance) -> bool) -> Tally {
        let seed = what.bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(31) + u64::from(byte));
        let hits = (0..trials).filter(|it| trial(&mut Chance::of(seed.wrapping_add(*it)))).count() as u64;
        let tally = Tally { what, trials, hits };
        println!("{what}: {:.2} % of {trials}", 100.0 * tally.share());
        tally
    }

    fn share(&self) -> f64 {
        self.hits as f64 / self.trials as f64
    }

    /// Four standard errors of a share: one run in 16,000 is further off by chance, and the draws are the same in each.
    fn room(&self, share: f64) -> f64 {
        4.0 * (share * (1.0 - share) / self.trials as f64).sqrt()
    }

    /// The share is `share`, but for chance and for `beyond`, what is known of the approximation.
    #[track_caller]
    fn is_about(&self, share: f64, beyond: f64) {
        let off = (self.share() - share).abs();
        assert!(off <= self.room(share) + beyond, "{}: {} for {share}", self.what, self.share());
    }

    #[track_caller]
    fn is_at_most(&self, share: f64) {
        assert!(
            self.share() <= share + self.room(share),
            "{}: {} for {share} at most",
            self.what,
            self.share()
        );
    }
}

fn covers(interval: Interval, truth: f64) -> bool {
    interval.low <= truth && truth <= interval.high
}

fn once(effect: &Effect) -> Interval {
    effect.interval(0.05, Looks::Once)
}
