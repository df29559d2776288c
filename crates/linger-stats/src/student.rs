//! Student's t distribution, its tails and their points. It does not know samples.
//!
//! Sources: the incomplete beta function by its continued fraction (Abramowitz and Stegun 26.5.8) with the evaluation
//! of W. J. Lentz; the logarithm of the gamma function by Stirling's series (Abramowitz and Stegun 6.1.41).

use crate::{
    normal,
    special::{ln_gamma, stirling_rest},
};

/// The point that |T| exceeds with chance `alpha` (0 to 1, both excluded) at `freedom` degrees of freedom, which need not
/// be whole; at least 1, infinite for the normal distribution.
pub(crate) fn two_sided_quantile(alpha: f64, freedom: f64) -> f64 {
    let normal = normal::two_sided_quantile(alpha);
    // Beyond this the distribution is normal to ten digits.
    if freedom > 1e10 {
        return normal;
    }
    // The tail falls with t, and is heavier than the normal one: double until below, halve until neighbouring numbers
    // are reached.
    let (mut low, mut high) = (normal, 2.0 * normal);
    while two_sided_tail(high, freedom) > alpha {
        low = high;
        high *= 2.0;
    }
    while high - low > 1e-15 * high {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if two_sided_tail(middle, freedom) > alpha { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The chance that |T| exceeds t, which is 0 or more.
pub(crate) fn two_sided_tail(t: f64, freedom: f64) -> f64 {
    if freedom > 1e10 {
        return normal::two_sided_tail(t);
    }
    let square = t * t;
    let (x, rest) = (freedom / (freedom + square), square / (freedom + square));
    if rest <= 0.0 {
        return 1.0;
    }
    incomplete_beta(0.5 * freedom, 0.5, x, rest)
}

/// The regularised incomplete beta function at `x`; `rest` is `1 - x`, handed in so that nothing cancels.
fn incomplete_beta(a: f64, b: f64, x: f64, rest: f64) -> f64 {
    let front = (ln_gamma_ratio(a, b) - ln_gamma(b) + a * ln_near_one(x, rest) + b * rest.ln()).exp();
    // The fraction converges quickly on one side of the mean; the other side is its mirror image.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(a, b, x) / a
    } else {
        1.0 - front * continued_fraction(b, a, rest) / b
    }
}

/// ln x, from 1 - x when x is near 1.
fn ln_near_one(x: f64, rest: f64) -> f64 {
    if rest < 0.5 { (-rest).ln_1p() } else { x.ln() }
}

fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..10_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        value *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        value *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// ln(gamma(a + b) / gamma(a)), for small b: both have the same large part, which is taken out before subtracting.
fn ln_gamma_ratio(a: f64, b: f64) -> f64 {
    let (mut low, mut shift) = (a, 0.0);
    while low < 20.0 {
        shift += (low / (low + b)).ln();
        low += 1.0;
    }
    let high = low + b;
    // (high - 1/2) ln high - (low - 1/2) ln low - b, with ln high = ln low + ln(1 + b / low).
    let leading = (high - 0.5) * (b / low).ln_1p() + b * low.ln() - b;
    shift + leading + stirling_rest(high) - stirling_rest(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_agrees_with_scipy_at_any_degrees_of_freedom() {
        let text = include_str!("../tests/reference/differences.json");
        let reference: serde_json::Value = serde_json::from_str(text).expect("the stored reference is JSON");
        let cases = reference["student_975"].as_array().expect("a list");
        assert_eq!(cases.len(), 10);
        for case in cases {
            let (freedom, theirs) =
                (case[0].as_f64().expect("a number"), case[1].as_f64().expect("a number"));
            let mine = two_sided_quantile(0.05, freedom);
            assert!((mine - theirs).abs() < 1e-10 * theirs, "{freedom}: {mine} here, {theirs} there");
        }
    }
}
