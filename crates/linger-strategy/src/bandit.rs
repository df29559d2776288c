//! Choosing among cheap, reversible things while learning which is best: Thompson sampling over what each has earned, with a
//! floor for every arm, within a budget. It does not know what is chosen.
//!
//! Invariant: the chance that is logged with a choice is the chance with which it was made, to the last bit. Beliefs are
//! redrawn a thousand times; how often an arm came out best becomes its share; and the choice is drawn from the shares. So
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

/// What is known of an arm.
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
pub struct Arm {
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

/// With which chance each arm is chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    shares: Vec<f64>,
}

/// An arm that was chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Its number.
    pub arm: usize,
    /// The chance with which it was chosen: log it.
    pub chance: f64,
}

impl Policy {
    /// The shares that follow from beliefs. Every arm that can be paid for gets `floor` at least, so that one that looks bad
    /// is tried again; one that costs more than is left gets nothing. Where shares would spend the budget before its choices
    /// are made, what is above the floors moves to the cheapest arm.
    ///
    /// An error names what cannot be; `None` is nothing that could be paid for.
    pub fn of(arms: &[Arm], floor: f64, budget: Budget, seed: u64) -> Result<Option<Policy>, BadConfig> {
        check(arms, floor, budget)?;
        let payable: Vec<usize> =
            (0..arms.len()).filter(|it| arms[*it].cost_cents <= budget.left_cents).collect();
        let Some(cheapest) = payable.iter().copied().min_by_key(|it| arms[*it].cost_cents) else {
            return Ok(None);
        };
        let mut best = vec![0.0; arms.len()];
        let mut chance = Chance::of(seed);
        for _ in 0..REDRAWS {
            let drawn = payable.iter().map(|it| (*it, arms[*it].draw(&mut chance)));
            if let Some((arm, _)) = drawn.max_by(|a, b| a.1.total_cmp(&b.1)) {
                best[arm] += 1.0 / f64::from(REDRAWS);
            }
        }
        let above = 1.0 - floor * payable.len() as f64;
        let cost = |shares: &[f64]| -> f64 {
            shares.iter().zip(arms).map(|(share, arm)| share * arm.cost_cents as f64).sum()
        };
        let floors: f64 = payable.iter().map(|it| floor * arms[*it].cost_cents as f64).sum();
        let pace = budget.left_cents as f64 / budget.choices as f64;
        let (wanted, least) = (cost(&best), arms[cheapest].cost_cents as f64);
        let may_cost = if above > 0.0 { (pace - floors) / above } else { wanted };
        let moved = if wanted > may_cost { ((wanted - may_cost) / (wanted - least)).min(1.0) } else { 0.0 };
        // Where all cost the same, moving saves nothing.
        let moved = if wanted > least { moved } else { 0.0 };
        let mut shares = vec![0.0; arms.len()];
        for arm in payable {
            let kept = best[arm] * (1.0 - moved) + if arm == cheapest { moved } else { 0.0 };
            shares[arm] = floor + above * kept;
        }
        Ok(Some(Policy { shares }))
    }

    /// The chance of each arm; they add up to 1.
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// Draws an arm; another seed for each choice.
    pub fn choose(&self, seed: u64) -> Choice {
        let mut left = Chance::of(seed).unit();
        let mut chosen = None;
        for (arm, chance) in self.shares.iter().copied().enumerate().filter(|(_, chance)| *chance > 0.0) {
            chosen = Some(Choice { arm, chance });
            left -= chance;
            if left <= 0.0 {
                break;
            }
        }
        chosen.expect("the shares of a policy add up to 1")
    }
}

fn check(arms: &[Arm], floor: f64, budget: Budget) -> Result<(), BadConfig> {
    let wrong = |field, wants| Err(BadConfig { field, wants });
    if arms.is_empty() || arms.len() > 100 {
        return wrong("arms", "1 to 100");
    }
    if !(floor >= 0.0 && floor * arms.len() as f64 <= 1.0) {
        return wrong("floor", "0 to 1 / arms");
    }
    if arms.iter().any(|it| it.cost_cents < 0) {
        return wrong("cost_cents", "0 or more");
    }
    let spread = |it: &Arm| matches!(it.belief, Belief::Earned { spread_cents, .. } if spread_cents <= 0);
    if arms.iter().any(spread) {
        return wrong("spread_cents", "above 0");
    }
    if budget.choices == 0 {
        return wrong("choices", "1 or more");
    }
    Ok(())
}

impl Arm {
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
