//! The standard normal distribution: its tails and their points. It does not know samples.
//!
//! Source: the error function as an incomplete gamma function (Abramowitz and Stegun 6.5.17).

use crate::special::gamma_above;

/// The chance that |Z| exceeds z, which is 0 or more.
pub(crate) fn two_sided_tail(z: f64) -> f64 {
    gamma_above(0.5, 0.5 * z * z)
}

/// The chance that Z is below z.
pub(crate) fn below(z: f64) -> f64 {
    let beyond = 0.5 * two_sided_tail(z.abs());
    if z < 0.0 { beyond } else { 1.0 - beyond }
}

/// The point that |Z| exceeds with chance `alpha`, which is above 0 and below 1.
pub(crate) fn two_sided_quantile(alpha: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if two_sided_tail(middle) > alpha { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_tails_are_those_of_the_tables() {
        assert!((two_sided_quantile(0.05) - crate::Z95).abs() < 1e-14);
        assert!((two_sided_quantile(0.4) - 0.841_621_233_572_914_3).abs() < 1e-14);
        // scipy 1.17: 2 * norm.sf(8).
        assert!((two_sided_tail(8.0) / 1.244_192_114_854_357e-15 - 1.0).abs() < 1e-12);
        assert!((below(-1.0) - 0.158_655_253_931_457_05).abs() < 1e-15 && below(0.0) == 0.5);
    }
}
