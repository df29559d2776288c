//! What an experiment says, as a value from which pages make a sentence. It does not know languages, nor what was tried.

use crate::{Effect, Looks, SAMPLE_RATIO_P, Unknown, holm, sample_ratio};

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// More is better: time watched, money that stays.
    More,
    /// Less is better: leaves, refunds, stalls.
    Less,
}

/// How an experiment is judged. It is settled before the first look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Which way is good.
    pub wanted: Wanted,
    /// The chance of a claim where nothing has an effect: 0.05 as a rule, less when several figures are judged.
    pub alpha: f64,
    /// How often it is looked at.
    pub looks: Looks,
    /// Fewest units an arm needs before anything is told; a hundred or more for somebody who looks always, whose interval
    /// rests on the normal limit.
    pub units_min: u64,
}

/// What an experiment says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// The treated arm is better, whatever chance did.
    Better,
    /// The treated arm is worse, whatever chance did.
    Worse,
    /// Neither could be told. Nothing is proven by this, but one thing: a larger effect than this would have been seen, four
    /// times of five.
    NoDetectableEffect {
        /// In units of the figure, above zero.
        would_have_seen: f64,
    },
    /// Too early to tell anything.
    NotEnoughUnits {
        /// Units in the smaller arm.
        have: u64,
        /// Units each arm needs.
        need: u64,
    },
    /// The arms are not as large as they were drawn: something loses or doubles units of one arm, and no figure of this
    /// experiment can be trusted before it is found.
    BrokenAssignment {
        /// The chance of such sizes if the draw worked.
        chance: f64,
    },
    /// There is no figure, and why.
    NoFigure(Unknown),
}

/// The power that [`Verdict::NoDetectableEffect`] speaks of.
const POWER: f64 = 0.8;

/// A figure of an experiment that is judged along with others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// The terms of this figure; their `alpha` is that of all figures together.
    pub terms: Terms,
    /// Units of the first and the second arm.
    pub observed: [u64; 2],
    /// The shares in which they were drawn.
    pub weights: [f64; 2],
    /// The effect of the first arm over the second.
    pub effect: Result<Effect, Unknown>,
}

/// Judges several figures together, so that one wrong claim among all of them is as rare as `alpha` (Holm). The more
/// figures, the larger an effect has to be: what would have been seen is told for the strictest of the steps.
pub fn judge_together(figures: &[Judged]) -> Vec<Verdict> {
    let chances: Vec<f64> = figures
        .iter()
        .filter_map(|it| it.effect.as_ref().ok().map(|effect| effect.p_value(it.terms.alpha, it.terms.looks)))
        .collect();
    let strict = chances.len().max(1) as f64;
    let mut adjusted = holm(&chances).into_iter();
    figures
        .iter()
        .map(|Judged { terms, observed, weights, effect }| {
            let claimed = effect.is_ok() && adjusted.next().is_some_and(|chance| chance < terms.alpha);
            let alpha = if claimed { terms.alpha } else { terms.alpha / strict };
            Terms { alpha, ..*terms }.judge(*observed, *weights, *effect)
        })
        .collect()
}

impl Terms {
    /// Judges an effect of the first arm over the second, whose units were `observed` where `weights` were drawn. A broken
    /// draw is said before anything else, and too few units before any figure.
    pub fn judge(&self, observed: [u64; 2], weights: [f64; 2], effect: Result<Effect, Unknown>) -> Verdict {
        match sample_ratio(&observed, &weights) {
            Ok(chance) if chance < SAMPLE_RATIO_P => return Verdict::BrokenAssignment { chance },
            Ok(_) | Err(Unknown::NothingObserved) => {}
            Err(unknown) => return Verdict::NoFigure(unknown),
        }
        let have = observed[0].min(observed[1]);
        match effect {
            _ if have < self.units_min => Verdict::NotEnoughUnits { have, need: self.units_min },
            Ok(effect) => self.judge_effect(&effect),
            Err(Unknown::TooFew { have, need }) => Verdict::NotEnoughUnits { have, need },
            Err(unknown) => Verdict::NoFigure(unknown),
        }
    }

    fn judge_effect(&self, effect: &Effect) -> Verdict {
        let interval = effect.interval(self.alpha, self.looks);
        let (more, less) = match self.wanted {
            Wanted::More => (Verdict::Better, Verdict::Worse),
            Wanted::Less => (Verdict::Worse, Verdict::Better),
        };
        match interval {
            _ if interval.low > 0.0 => more,
            _ if interval.high < 0.0 => less,
            _ => Verdict::NoDetectableEffect {
                would_have_seen: effect.smallest_seen(self.alpha, POWER, self.looks),
            },
        }
    }
}
