//! The gamma function and its incomplete sibling, and Gauss's hypergeometric series. They do not know who needs them.
//!
//! Sources: Stirling's series (Abramowitz and Stegun 6.1.41); the incomplete gamma function by its series and its
//! continued fraction (6.5.29, 6.5.31); the hypergeometric series (15.1.1).

/// ln of the gamma function, for x > 0.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 20.0 {
        shift -= x.ln();
        x += 1.0;
    }
    shift + (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + stirling_rest(x)
}

/// What Stirling's formula leaves of ln gamma, for x of 20 or more.
pub(crate) fn stirling_rest(x: f64) -> f64 {
    let xx = x * x;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * xx)) / xx) / xx) / xx) / x
}

/// The share of a gamma distribution of this shape and scale 1 that lies below `x`.
pub(crate) fn gamma_below(shape: f64, x: f64) -> f64 {
    match x {
        _ if x <= 0.0 => 0.0,
        _ if x < shape + 1.0 => by_series(shape, x),
        _ => 1.0 - by_fraction(shape, x),
    }
}

/// The share above `x`, without the cancellation of `1 - below`: tails keep their digits.
pub(crate) fn gamma_above(shape: f64, x: f64) -> f64 {
    match x {
        _ if x <= 0.0 => 1.0,
        _ if x < shape + 1.0 => 1.0 - by_series(shape, x),
        _ => by_fraction(shape, x),
    }
}

fn by_series(shape: f64, x: f64) -> f64 {
    let front = (shape * x.ln() - x - ln_gamma(shape)).exp();
    let (mut term, mut sum, mut n) = (1.0 / shape, 1.0 / shape, shape);
    while term > sum * 1e-17 {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    front * sum
}

fn by_fraction(shape: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let front = (shape * x.ln() - x - ln_gamma(shape)).exp();
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    for step in 1..1_000_000 {
        let i = f64::from(step);
        let numerator = -i * (i - shape);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        value *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    front * value
}

/// The point below which `share` of a gamma distribution of this shape and scale 1 lies; shape > 0, share in (0, 1).
pub(crate) fn gamma_quantile(shape: f64, share: f64) -> f64 {
    let (mut low, mut high) = (0.0, shape + 1.0);
    while gamma_below(shape, high) < share {
        low = high;
        high *= 2.0;
    }
    while high - low > 1e-14 * high {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if gamma_below(shape, middle) < share { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Gauss's 2F1(a, b; c; z) by its series, for 0 <= z < 1 and a `c` that is no whole number of 0 or less.
pub(crate) fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0_f64);
    for step in 0..2_000_000 {
        let n = f64::from(step);
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
        sum += term;
        // From here on terms shrink at least as fast as a geometric series.
        let shrinking = n > a.abs().max(b.abs()).max(c.abs());
        if term == 0.0 || (shrinking && term.abs() <= 1e-16 * sum.abs() * (1.0 - z)) {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_the_gamma_distribution_agree_with_tables_of_chi_square() {
        // Chi-square with 2 k degrees of freedom is twice a gamma of shape k: tables give 3.8415 at 1, 18.3070 at 10.
        assert!((2.0 * gamma_quantile(0.5, 0.95) - 3.841_458_820_694_124).abs() < 1e-10);
        assert!((2.0 * gamma_quantile(5.0, 0.95) - 18.307_038_053_275_146).abs() < 1e-10);
        assert!((gamma_quantile(1.0, 0.5) - std::f64::consts::LN_2).abs() < 1e-13);
    }

    #[test]
    fn the_hypergeometric_series_has_its_elementary_cases() {
        let z: f64 = 0.93;
        assert!((hypergeometric(1.0, 1.0, 2.0, z) + (1.0 - z).ln() / z).abs() < 1e-12);
        assert!((hypergeometric(2.5, 7.0, 7.0, z) / (1.0 - z).powf(-2.5) - 1.0).abs() < 1e-11);
        assert_eq!(hypergeometric(0.0, 3.0, 2.0, z), 1.0);
    }
}
