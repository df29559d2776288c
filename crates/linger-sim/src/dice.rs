//! Seeded chance: one stream of numbers for one seed, and the few distributions that crowds are made of.
//!
//! It does not know what is drawn with it. It is no source of secrets.

/// A seeded stream of random numbers (xoshiro256++ by Blackman and Vigna, seeded by SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice {
    state: [u64; 4],
}

impl Dice {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Dice {
        let mut at = seed;
        let mut next = || {
            at = at.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = at;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        Dice { state: [next(), next(), next(), next()] }
    }

    /// An independent stream that depends on this seed and a word.
    pub fn of(seed: u64, word: &str) -> Dice {
        // FNV-1a: a word picks a stream, nothing more is asked of the hash.
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Dice::new(seed ^ hash.rotate_left(17))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// A number above 0 and below 1.
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// A whole number from 0 to `n` - 1; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// A number from `low` to `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// An exponential waiting time with this mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.unit().ln()
    }

    /// A standard normal number (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A lognormal number with this median and this standard deviation of its logarithm.
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// A Weibull number; a shape below 1 means that the hazard falls with age.
    pub fn weibull(&mut self, scale: f64, shape: f64) -> f64 {
        scale * (-self.unit().ln()).powf(1.0 / shape)
    }

    /// How many of many rare things happen when `mean` are expected (Knuth; a normal approximation above 50).
    pub fn poisson(&mut self, mean: f64) -> usize {
        if mean <= 0.0 {
            return 0;
        }
        if mean > 50.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as usize;
        }
        let floor = (-mean).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > floor {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// One of a slice; `None` when it is empty.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// The place of one weight, drawn in proportion; `None` when nothing weighs anything.
    pub fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> Option<usize> {
        let total: f64 = weights.clone().sum();
        if total <= 0.0 {
            return None;
        }
        let mut left = self.unit() * total;
        let mut last = None;
        for (place, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
            last = Some(place);
            left -= weight;
            if left <= 0.0 {
                break;
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_tells_the_same_story() {
        let draw = |seed| {
            let mut dice = Dice::new(seed);
            (0..50).map(|_| dice.bits()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn distributions_have_the_moments_of_their_formulas() {
        let mut dice = Dice::new(1);
        let n = 100_000;
        let mean = |f: &mut dyn FnMut() -> f64| (0..n).map(|_| f()).sum::<f64>() / f64::from(n);
        assert!((mean(&mut || dice.exponential(3.0)) - 3.0).abs() < 0.05);
        assert!(mean(&mut || dice.normal()).abs() < 0.02);
        // Mean of a lognormal is median * exp(sigma^2 / 2); of Weibull(k = 0.5) scale * Gamma(3) = 2 scale.
        assert!((mean(&mut || dice.lognormal(1.0, 0.5)) - 0.125_f64.exp()).abs() < 0.02);
        assert!((mean(&mut || dice.weibull(1.0, 0.5)) - 2.0).abs() < 0.1);
        assert!((mean(&mut || dice.poisson(4.0) as f64) - 4.0).abs() < 0.05);
        assert!((mean(&mut || dice.poisson(80.0) as f64) - 80.0).abs() < 0.3);
    }

    #[test]
    fn weights_are_drawn_in_proportion() {
        let mut dice = Dice::new(3);
        let mut hits = [0u32; 3];
        for _ in 0..40_000 {
            hits[dice.weighted([1.0, 0.0, 3.0].into_iter()).unwrap()] += 1;
        }
        assert_eq!(hits[1], 0);
        assert!((f64::from(hits[2]) / 40_000.0 - 0.75).abs() < 0.01);
        assert_eq!(dice.weighted([0.0, 0.0].into_iter()), None);
    }
}
