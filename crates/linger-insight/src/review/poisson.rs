//! Exact limits for a count against its expectation. It does not know what is counted.

use linger_stats::{Interval, Unknown};

/// Each tail of a two-sided 95 % interval.
const TAIL: f64 = 0.025;
/// Halvings of an interval: enough for every digit of a double.
const HALVINGS: u32 = 200;

/// The exact 95 % interval of `observed / expected` when `observed` is Poisson (F. Garwood 1936).
///
/// [`Unknown::NothingObserved`] when nothing was expected.
pub(super) fn garwood(observed: u64, expected: f64) -> Result<Interval, Unknown> {
    if expected.is_nan() || expected <= 0.0 {
        return Err(Unknown::NothingObserved);
    }
    let top = observed as f64 + 10.0 * (observed as f64).sqrt() + 20.0;
    // The mean at which so few, or so many, are just that rare: both tails are monotone in it.
    let low = match observed {
        0 => 0.0,
        _ => bisect(top, |mean| 1.0 - at_most(observed - 1, mean) >= TAIL),
    };
    let high = bisect(top, |mean| at_most(observed, mean) <= TAIL);
    Ok(Interval { low: low / expected, high: high / expected })
}

/// The least mean up to `top` at which `reached` holds.
fn bisect(top: f64, reached: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, top);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// The chance of at most `count` with a mean.
fn at_most(count: u64, mean: f64) -> f64 {
    if mean <= 0.0 {
        return 1.0;
    }
    // Relative to the largest term, from there both ways: nothing overflows, and what vanishes does not matter.
    let peak = count.min(mean as u64);
    let ln_peak = peak as f64 * mean.ln() - mean - ln_factorial(peak);
    let (mut sum, mut term) = (1.0, 1.0);
    for i in (1..=peak).rev() {
        term *= i as f64 / mean;
        sum += term;
        if term < 1e-18 {
            break;
        }
    }
    term = 1.0;
    for i in peak + 1..=count {
        term *= mean / i as f64;
        sum += term;
        if term < 1e-18 {
            break;
        }
    }
    (ln_peak + sum.ln()).exp().min(1.0)
}

/// `ln(n!)`: the sum itself where it is short, then Stirling's series, whose error is below 1e-15 from there on.
fn ln_factorial(n: u64) -> f64 {
    if n < 256 {
        return (2..=n).map(|i| (i as f64).ln()).sum();
    }
    let x = n as f64;
    let series = 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3)) + 1.0 / (1260.0 * x.powi(5));
    x * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI * x).ln() + series
}

#[cfg(test)]
mod tests {
    use super::garwood;

    #[test]
    fn the_limits_are_those_of_the_tables() {
        // F. Garwood (1936), as in the table of Pearson and Hartley, Biometrika Tables I, table 40.
        for (count, low, high) in [
            (0, 0.0, 3.6889),
            (1, 0.0253, 5.5716),
            (5, 1.6235, 11.6683),
            (20, 12.2165, 30.8884),
            (50, 37.1110, 65.9183),
        ] {
            let limits = garwood(count, 1.0).unwrap();
            assert!((limits.low - low).abs() < 6e-4, "{count}: {limits:?}");
            assert!((limits.high - high).abs() < 6e-4, "{count}: {limits:?}");
        }
    }

    #[test]
    fn large_counts_approach_the_normal_limits_and_nothing_expected_has_none() {
        let limits = garwood(40_000, 40_000.0).unwrap();
        assert!((limits.low - (1.0 - 1.96 / 200.0)).abs() < 1e-4, "{limits:?}");
        assert!((limits.high - (1.0 + 1.96 / 200.0)).abs() < 1e-4, "{limits:?}");
        assert!(garwood(3, 0.0).is_err() && garwood(3, f64::NAN).is_err());
    }
}
