//! Exact limits of the mean of a count. It does not know what is counted.
//!
//! Source: F. Garwood (1936), "Fiducial limits for the Poisson distribution".

use crate::{Interval, special::gamma_quantile};

/// The exact 95 % interval of a Poisson mean of which `events` were seen.
pub fn poisson_ci95(events: u64) -> Interval {
    let n = events as f64;
    Interval {
        low: if events == 0 { 0.0 } else { gamma_quantile(n, 0.025) },
        high: gamma_quantile(n + 1.0, 0.975),
    }
}

/// The exact one-sided 95 % upper limit of a Poisson mean of which `events` were seen.
pub fn poisson_max95(events: u64) -> f64 {
    gamma_quantile(events as f64 + 1.0, 0.95)
}
