//! Choosing among cheap, reversible things while learning which is best: Thompson sampling over what each has earned, with a
//! floor for every candidate, within a budget. It does not know what is chosen.
//!
//! Invariant: the chance that is logged with a choice is the chance with which it was made, to the last bit. Beliefs are
//! redrawn a thousand times; how often one came out best becomes its share; and the choice is drawn from the shares. So
//! redrawing only limits how closely the policy follows Thompson's (a share is off by 1.6 % at most, one standard error),
//! never how well it can be judged afterwards (`linger_stats::OffPolicy`).
//!
//! Sources: W. R. Thompson 1933; D. Russo, B. Van Roy, A. Kazerouni, I. Osband and Z. Wen 2018, "A tutorial on Thompson
//! sampling"; the normal-inverse-gamma belief after K. P. Murphy 2007, "Conjugate Bayesian analysis of the Gaussian
//! distribution".

use crate::BadConfig;
use linger_stats::{Chance, Moments};

/// How often beliefs are redrawn for the shares.
pub const REDRAWS: u32 = 1_000;

/// What is known of a candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Belief {
    /// It worked or did not, with an even prior.
    Worked {
        /// How often it worked.
        hits: u64,
        /// How often it did not.
        misses: u64,
        /// What a hit is worth, in cents.
        worth_cents: i64,
    },
    /// It earned amounts, in cents. The prior counts as much as one observation of `around_cents`.
    Earned {
        /// The amounts.
        amounts: Moments,
        /// What is expected before anything is known.
        around_cents: i64,
        /// By how much amounts differ from that before anything is known; above 0.
        spread_cents: i64,
    },
}

/// Something that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// What is known of it.
    pub belief: Belief,
    /// What choosing it may cost at most, in cents; 0 or more.
    pub cost_cents: i64,
}

/// What may be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// What is left, in cents.
    pub left_cents: i64,
    /// How many choices it is to last for; 1 or more.
    pub choices: u64,
}

/// With which chance each candidate is chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    shares: Vec<f64>,
}

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Its number.
    pub candidate: usize,
    /// The chance with which it was chosen: log it.
    pub chance: f64,
}

impl Policy {
    /// The shares that follow from beliefs. Every candidate that can be paid for gets `floor` at least, so that one that
    /// looks bad is tried again; one that costs more than is left gets nothing. Where shares would spend the budget before
    /// its choices are made, what is above the floors moves to the cheapest.
    ///
    /// An error names what cannot be; `None` is nothing that could be paid for.
    pub fn of(
        candidates: &[Candidate],
        floor: f64,
        budget: Budget,
        seed: u64,
    ) -> Result<Option<Policy>, BadConfig> {
        check(candidates, floor, budget)?;
        let cost = |it: usize| candidates[it].cost_cents as f64;
        let payable: Vec<usize> =
            (0..candidates.len()).filter(|it| candidates[*it].cost_cents <= budget.left_cents).collect();
        let Some(cheapest) = payable.iter().copied().min_by_key(|it| candidates[*it].cost_cents) else {
            return Ok(None);
        };
        let best = best_shares(candidates, &payable, seed);
        let above = 1.0 - floor * payable.len() as f64;
        let floors: f64 = payable.iter().map(|it| floor * cost(*it)).sum();
        let wanted: f64 = payable.iter().map(|it| best[*it] * cost(*it)).sum();
        // What choices above the floors may cost on average.
        let pace = (budget.left_cents as f64 / budget.choices as f64 - floors) / above;
        let moved = match cost(cheapest) {
            least if above > 0.0 && wanted > pace && wanted > least => {
                ((wanted - pace) / (wanted - least)).min(1.0)
            }
            _ => 0.0,
        };
        let mut shares = vec![0.0; candidates.len()];
        for it in payable {
            let kept = best[it] * (1.0 - moved) + if it == cheapest { moved } else { 0.0 };
            // Rounding must not make a chance of more than 1.
            shares[it] = (floor + above * kept).min(1.0);
        }
        Ok(Some(Policy { shares }))
    }

    /// The chance of each candidate; they add up to 1.
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// Draws one; another seed for each choice.
    pub fn choose(&self, seed: u64) -> Choice {
        let mut left = Chance::of(seed).unit();
        let mut chosen = None;
        for (candidate, chance) in self.shares.iter().copied().enumerate().filter(|(_, chance)| *chance > 0.0)
        {
            chosen = Some(Choice { candidate, chance });
            left -= chance;
            if left <= 0.0 {
                break;
            }
        }
        chosen.expect("the shares of a policy add up to 1")
    }
}

/// How often each came out best when beliefs were redrawn.
fn best_shares(candidates: &[Candidate], payable: &[usize], seed: u64) -> Vec<f64> {
    let mut best = vec![0_u32; candidates.len()];
    let mut chance = Chance::of(seed);
    for _ in 0..REDRAWS {
        let drawn = payable.iter().map(|it| (*it, candidates[*it].draw(&mut chance)));
        if let Some((it, _)) = drawn.max_by(|a, b| a.1.total_cmp(&b.1)) {
            best[it] += 1;
        }
    }
    best.into_iter().map(|it| f64::from(it) / f64::from(REDRAWS)).collect()
}

fn check(candidates: &[Candidate], floor: f64, budget: Budget) -> Result<(), BadConfig> {
    let wrong = |field, wants| Err(BadConfig { field, wants });
    if candidates.is_empty() || candidates.len() > 100 {
        return wrong("candidates", "1 to 100");
    }
    if !(floor >= 0.0 && floor * candidates.len() as f64 <= 1.0) {
        return wrong("floor", "0 to 1 / candidates");
    }
    if candidates.iter().any(|it| it.cost_cents < 0) {
        return wrong("cost_cents", "0 or more");
    }
    let spread =
        |it: &Candidate| matches!(it.belief, Belief::Earned { spread_cents, .. } if spread_cents <= 0);
    if candidates.iter().any(spread) {
        return wrong("spread_cents", "above 0");
    }
    if budget.choices == 0 {
        return wrong("choices", "1 or more");
    }
    Ok(())
}

impl Candidate {
    /// What choosing it may earn, net of its cost, as far as beliefs go: one draw of them.
    fn draw(&self, chance: &mut Chance) -> f64 {
        let earned = match &self.belief {
            Belief::Worked { hits, misses, worth_cents } => {
                *worth_cents as f64 * chance.beta(*hits as f64 + 1.0, *misses as f64 + 1.0)
            }
            Belief::Earned { amounts, around_cents, spread_cents } => {
                let (n, around) = (amounts.n() as f64, *around_cents as f64);
                let mean = amounts.mean().unwrap_or(around);
                let squares = amounts.variance().unwrap_or(0.0) * (n - 1.0).max(0.0);
                let together = n + 1.0;
                let off = (mean - around).powi(2) * n / together;
                let scale = (*spread_cents as f64).powi(2) + 0.5 * (squares + off);
                let variance = scale / chance.gamma(1.0 + 0.5 * n);
                (n * mean + around) / together + (variance / together).sqrt() * chance.normal()
            }
        };
        earned - self.cost_cents as f64
    }
}
