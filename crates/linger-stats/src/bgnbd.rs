//! How often customers will buy again: the BG/NBD model. It does not know shops, money or calendars.
//!
//! While alive a customer buys at random with a rate of their own; after each purchase they may drop out for good. Rates
//! are gamma distributed over customers (`r`, `alpha`), drop-out chances beta distributed (`a`, `b`).
//!
//! Sources: P. S. Fader, B. G. S. Hardie and K. L. Lee (2005), "Counting your customers the easy way: an alternative to
//! the Pareto/NBD model", equations 6, 9 and 10, and the authors' notes on evaluating them.
//!
//! Invariant: where the data do not say how people drop out, the answer says so ([`DropOut::FromPrior`]).

use crate::{
    Unknown,
    minimum::minimise,
    special::{hypergeometric, ln_gamma},
};

/// A customer's purchases as the model sees them. Times are in any one unit, such as weeks, since their first purchase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Purchases {
    /// Purchases after the first.
    pub repeats: u32,
    /// When the last of them was; 0 without repeats.
    pub last: f64,
    /// How long the customer has been observed; at least `last`.
    pub observed: f64,
}

/// What is known of drop-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropOut {
    /// The data determine it: they are clearly less likely without.
    Identified,
    /// The data do not tell drop-out from slow buying: they are as likely without any, or the likelihood has no top within
    /// reason. `a` and `b` lean on a weak prior (ln a and ln b normal around 0 with a spread of 1.5), and chances of being alive with them.
    FromPrior,
}

/// A fitted model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BgNbd {
    /// Shape of the purchase rates.
    pub r: f64,
    /// Scale of the purchase rates, in units of time.
    pub alpha: f64,
    /// First shape of the drop-out chances.
    pub a: f64,
    /// Second shape of the drop-out chances.
    pub b: f64,
    /// The log-likelihood of the data, without any prior.
    pub log_likelihood: f64,
    /// What is known of drop-out.
    pub drop_out: DropOut,
    /// Customers fitted on.
    pub customers: u64,
}

/// Spread of ln a and ln b under the prior.
const PRIOR_SPREAD: f64 = 1.5;
/// Fewest customers with a repeat purchase that a model is fitted on.
const REPEATERS_MIN: u64 = 10;

impl BgNbd {
    /// Fits by maximum likelihood.
    ///
    /// [`Unknown::NothingObserved`] without customers, [`Unknown::TooFew`] with fewer than ten repeat customers,
    /// [`Unknown::MoreThanAll`] when times are no numbers, negative, or a last purchase lies after the end, and
    /// [`Unknown::NoSpread`] when no fit was found.
    pub fn fit(customers: &[Purchases]) -> Result<BgNbd, Unknown> {
        let rows = Rows::of(customers)?;
        let scale = rows.mean_observed.max(f64::MIN_POSITIVE);
        let rate = (rows.mean_repeats / scale).max(1e-9);
        let start = [0.5_f64.ln(), (0.5 / rate).ln(), 0.0, 0.5];
        let height = |at: &[f64; 4], prior: bool| -> f64 {
            // Beyond e^15 the gamma functions say nothing new.
            if at.iter().zip([0.0, scale.ln(), 0.0, 0.0]).any(|(it, middle)| (it - middle).abs() > 15.0) {
                return f64::INFINITY;
            }
            let [r, alpha, a, b] = at.map(f64::exp);
            let pull = (at[2] * at[2] + at[3] * at[3]) / (2.0 * PRIOR_SPREAD * PRIOR_SPREAD);
            (if prior { pull } else { 0.0 }) - rows.log_likelihood(r, alpha, a, b)
        };
        let free = minimise(start, 0.5, &|at| height(at, false));
        let runs_off = free.at[2..].iter().any(|it| it.abs() > 7.0);
        // The same without drop-out. Twice what drop-out explains beyond it has to pass the 95 % point of chi-square.
        let staying =
            minimise([start[0], start[1]], 0.5, &|at: &[f64; 2]| height(&[at[0], at[1], -14.0, 0.0], false));
        let told = free.settled && !runs_off && 2.0 * (staying.value - free.value) > 3.841;
        let (found, drop_out) = if told {
            (free, DropOut::Identified)
        } else {
            (minimise(start, 0.5, &|at| height(at, true)), DropOut::FromPrior)
        };
        if !found.value.is_finite() {
            return Err(Unknown::NoSpread);
        }
        let [r, alpha, a, b] = found.at.map(f64::exp);
        let log_likelihood = rows.log_likelihood(r, alpha, a, b);
        Ok(BgNbd { r, alpha, a, b, log_likelihood, drop_out, customers: customers.len() as u64 })
    }

    /// The chance that a customer has not dropped out.
    pub fn alive(&self, of: &Purchases) -> f64 {
        1.0 / (1.0 + self.odds_dropped(of))
    }

    /// How many purchases a customer is expected to make in the next `ahead` units of time.
    pub fn expected(&self, of: &Purchases, ahead: f64) -> f64 {
        self.curve(f64::from(of.repeats), of.observed, ahead) * self.alive(of)
    }

    /// How many repeat purchases a new customer is expected to make within `time` of the first one.
    pub fn expected_of_new(&self, time: f64) -> f64 {
        self.curve(0.0, 0.0, time)
    }

    /// The odds of having dropped out right after the last purchase, against being alive.
    fn odds_dropped(&self, of: &Purchases) -> f64 {
        if of.repeats == 0 {
            return 0.0;
        }
        let x = f64::from(of.repeats);
        let silence = ((self.alpha + of.observed) / (self.alpha + of.last)).ln();
        (self.a / (self.b + x - 1.0)) * ((self.r + x) * silence).exp()
    }

    /// Purchases expected of somebody alive. Euler's transformation turns (1 - z)^(r + x) 2F1(r + x, b + x; c; z) into
    /// (1 - z)^(a - 1) 2F1(a - 1, c - r - x; c; z), which stays of ordinary size however many purchases there were.
    fn curve(&self, x: f64, observed: f64, ahead: f64) -> f64 {
        if ahead <= 0.0 {
            return 0.0;
        }
        // The formula is 0 / 0 at a = 1 and has a pole at c = 0, and is smooth through both.
        let a = if (self.a - 1.0).abs() < 1e-5 { 1.0 + 1e-5 } else { self.a };
        let c = a + self.b + x - 1.0;
        let c = if c.abs() < 1e-7 { 1e-7 } else { c };
        let z = ahead / (self.alpha + observed + ahead);
        let rest = (self.alpha + observed) / (self.alpha + observed + ahead);
        let silent = rest.powf(a - 1.0) * hypergeometric(a - 1.0, c - self.r - x, c, z);
        (c / (a - 1.0) * (1.0 - silent)).max(0.0)
    }
}

/// Equal customers together, and what only depends on the number of purchases apart: the sums are then short.
struct Rows {
    /// Customers and how many of them are equal.
    each: Vec<(Purchases, f64)>,
    /// Number of purchases and how many customers have it.
    by_repeats: Vec<(f64, f64)>,
    mean_observed: f64,
    mean_repeats: f64,
}

impl Rows {
    fn of(customers: &[Purchases]) -> Result<Rows, Unknown> {
        if customers.is_empty() {
            return Err(Unknown::NothingObserved);
        }
        let sound = |it: &Purchases| {
            it.observed.is_finite()
                && it.last >= 0.0
                && it.last <= it.observed
                && (it.repeats > 0 || it.last == 0.0)
        };
        if !customers.iter().all(sound) {
            return Err(Unknown::MoreThanAll);
        }
        let have = customers.iter().filter(|it| it.repeats > 0).count() as u64;
        if have < REPEATERS_MIN {
            return Err(Unknown::TooFew { have, need: REPEATERS_MIN });
        }
        let mut sorted = customers.to_vec();
        sorted.sort_by(|p, q| {
            p.repeats.cmp(&q.repeats).then(p.last.total_cmp(&q.last)).then(p.observed.total_cmp(&q.observed))
        });
        let each: Vec<_> = sorted.chunk_by(|p, q| p == q).map(|it| (it[0], it.len() as f64)).collect();
        let by_repeats = sorted.chunk_by(|p, q| p.repeats == q.repeats);
        let n = customers.len() as f64;
        Ok(Rows {
            by_repeats: by_repeats.map(|it| (f64::from(it[0].repeats), it.len() as f64)).collect(),
            each,
            mean_observed: customers.iter().map(|it| it.observed).sum::<f64>() / n,
            mean_repeats: customers.iter().map(|it| f64::from(it.repeats)).sum::<f64>() / n,
        })
    }

    fn log_likelihood(&self, r: f64, alpha: f64, a: f64, b: f64) -> f64 {
        let start = r * alpha.ln() - ln_gamma(r) + ln_gamma(a + b) - ln_gamma(b);
        let counts: f64 = self
            .by_repeats
            .iter()
            .map(|&(x, n)| n * (start + ln_gamma(r + x) + ln_gamma(b + x) - ln_gamma(a + b + x)))
            .sum();
        let times: f64 = self
            .each
            .iter()
            .map(|(it, n)| {
                let x = f64::from(it.repeats);
                let alive = -(r + x) * (alpha + it.observed).ln();
                if it.repeats == 0 {
                    return n * alive;
                }
                let dropped = a.ln() - (b + x - 1.0).ln() - (r + x) * (alpha + it.last).ln();
                let (high, low) = if alive > dropped { (alive, dropped) } else { (dropped, alive) };
                n * (high + (low - high).exp().ln_1p())
            })
            .sum();
        counts + times
    }
}
