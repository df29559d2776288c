//! What a customer's purchases are worth on average: the Gamma-Gamma model. It does not know how often they buy, and
//! assumes that how much somebody spends does not depend on how often they buy.
//!
//! Source: P. S. Fader and B. G. S. Hardie (2013), "The Gamma-Gamma model of monetary value", equations 1a and 5.

use crate::{Unknown, minimum::minimise, special::ln_gamma};

/// What a customer spent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spending {
    /// Purchases that the mean is over.
    pub purchases: u32,
    /// The mean value of a purchase.
    pub mean: f64,
}

/// A fitted model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaGamma {
    /// Shape of the values of one customer's purchases.
    pub p: f64,
    /// Shape of the differences between customers.
    pub q: f64,
    /// Scale of the differences between customers, in money.
    pub v: f64,
    /// The log-likelihood of the data.
    pub log_likelihood: f64,
    /// Customers fitted on: those with a purchase of a value above 0.
    pub customers: u64,
}

/// Fewest customers that a model is fitted on.
const CUSTOMERS_MIN: u64 = 10;

impl GammaGamma {
    /// Fits by maximum likelihood on those with purchases of a value above 0; the others say nothing of value.
    ///
    /// [`Unknown::TooFew`] with fewer than ten such customers, [`Unknown::NoSpread`] when no fit was found: all spend the
    /// same, or a mean is not finite.
    pub fn fit(customers: &[Spending]) -> Result<GammaGamma, Unknown> {
        let rows: Vec<Spending> =
            customers.iter().copied().filter(|it| it.purchases > 0 && it.mean > 0.0).collect();
        let have = rows.len() as u64;
        if have < CUSTOMERS_MIN {
            return Err(Unknown::TooFew { have, need: CUSTOMERS_MIN });
        }
        let mean = rows.iter().map(|it| it.mean).sum::<f64>() / have as f64;
        let log_likelihood = |p: f64, q: f64, v: f64| -> f64 {
            rows.iter()
                .map(|it| {
                    let (x, px) = (f64::from(it.purchases), p * f64::from(it.purchases));
                    ln_gamma(px + q) - ln_gamma(px) - ln_gamma(q)
                        + q * v.ln()
                        + (px - 1.0) * it.mean.ln()
                        + px * x.ln()
                        - (px + q) * (v + x * it.mean).ln()
                })
                .sum()
        };
        let start = [1.0, 1.0, (mean / 2.0).ln()];
        let found = minimise(start, 0.5, &|at: &[f64; 3]| {
            let middle = [0.0, 0.0, mean.ln()];
            if at.iter().zip(middle).any(|(it, middle)| (it - middle).abs() > 12.0) {
                return f64::INFINITY;
            }
            let [p, q, v] = at.map(f64::exp);
            -log_likelihood(p, q, v)
        });
        let [p, q, v] = found.at.map(f64::exp);
        if !found.value.is_finite() || !found.settled {
            return Err(Unknown::NoSpread);
        }
        Ok(GammaGamma { p, q, v, log_likelihood: -found.value, customers: have })
    }

    /// The mean value that a customer's purchases are expected to have: what they spent, drawn towards what all spend, the
    /// more the fewer purchases there were. Without purchases, what all spend.
    pub fn expected(&self, of: &Spending) -> Result<f64, Unknown> {
        let x = f64::from(of.purchases);
        let below = self.p * x + self.q - 1.0;
        if below <= 0.0 {
            // Differences between customers are so wide that their mean does not exist.
            return Err(Unknown::TooLarge);
        }
        Ok(self.p * (self.v + x * of.mean) / below)
    }
}
