//! Seeded chance: one stream of numbers for one seed. Whoever decides is handed the seed from outside; here nothing is
//! random. It is no source of secrets.
//!
//! Sources: SplitMix64 (G. L. Steele, D. Lea and C. H. Flood 2014); normal numbers by G. E. P. Box and M. E. Muller 1958;
//! gamma numbers by G. Marsaglia and W. W. Tsang 2000.

/// The stream of a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chance {
    at: u64,
}

impl Chance {
    /// The stream of `seed`. Neighbouring seeds have streams that do not go together.
    pub fn of(seed: u64) -> Chance {
        let mut chance = Chance { at: seed ^ 0x6c69_6e67_6572_0001 };
        // A first step moves neighbouring seeds apart.
        chance.at = chance.bits();
        chance
    }

    /// 64 even bits.
    pub fn bits(&mut self) -> u64 {
        self.at = self.at.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.at;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// An even number above 0 and below 1.
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// True with this chance.
    pub fn happens(&mut self, chance: f64) -> bool {
        self.unit() < chance
    }

    /// A standard normal number.
    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A gamma number of this shape, above 0, and scale 1.
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.unit().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.unit().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// A beta number of these shapes, above 0.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        x / (x + y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_have_the_moments_of_their_formulas() {
        let mut chance = Chance::of(1);
        let mut moments = |draw: &mut dyn FnMut(&mut Chance) -> f64| {
            let drawn: Vec<f64> = (0..200_000).map(|_| draw(&mut chance)).collect();
            let mean = drawn.iter().sum::<f64>() / 200_000.0;
            (mean, drawn.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / 200_000.0)
        };
        for (draw, mean, variance) in [
            (&mut (|it: &mut Chance| it.unit()) as &mut dyn FnMut(&mut Chance) -> f64, 0.5, 1.0 / 12.0),
            (&mut |it: &mut Chance| it.normal(), 0.0, 1.0),
            (&mut |it: &mut Chance| it.gamma(0.3), 0.3, 0.3),
            (&mut |it: &mut Chance| it.gamma(7.5), 7.5, 7.5),
            (&mut |it: &mut Chance| it.beta(2.0, 6.0), 0.25, 12.0 / (64.0 * 9.0)),
        ] {
            let found = moments(draw);
            assert!((found.0 - mean).abs() < 0.02 && (found.1 / variance - 1.0).abs() < 0.03, "{found:?}");
        }
    }

    #[test]
    fn neighbouring_seeds_tell_different_stories() {
        let mut firsts: Vec<u64> = (0..10_000).map(|seed| Chance::of(seed).bits()).collect();
        let ones: u32 = firsts.iter().map(|it| it.count_ones()).sum();
        assert!((ones as f64 / 640_000.0 - 0.5).abs() < 0.005);
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), 10_000);
    }
}
