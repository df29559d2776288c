//! Buckets: a name and a seed give a number from 0 to 1, and ranges of numbers are arms. It does not know experiments.
//!
//! The hash is the second one of GrowthBook (FNV-1a of 32 bits, taken twice), so that a shop that buckets by itself puts a
//! viewer into the same arm. Its first one let experiments that ran side by side share buckets, and is not here.

/// A stretch of buckets, its end excluded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// First bucket, 0 to 1.
    pub from: f64,
    /// End, 0 to 1.
    pub to: f64,
}

/// The bucket of a name under a seed: 0 to 0.9999 in steps of a ten-thousandth.
pub fn bucket(seed: &str, name: &str) -> f64 {
    let first = fnv1a(seed.encode_utf16().chain(name.encode_utf16()));
    let second = fnv1a(first.to_string().encode_utf16());
    f64::from(second % 10_000) / 10_000.0
}

/// FNV-1a over the units of UTF-16, as pages see text: others would put a name beyond ASCII elsewhere.
fn fnv1a(units: impl Iterator<Item = u16>) -> u32 {
    units.fold(0x811c_9dc5, |hash: u32, unit| (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193))
}

/// The buckets of each arm: arms follow each other by weight, and each takes the first `coverage` of its place. Raising the
/// coverage thus lets units in and never moves one to another arm.
///
/// As in GrowthBook, coverage is brought between 0 and 1, and weights that are not one for each arm or do not add up to 1
/// (by 0.01) are taken as equal; [`Experiment::check`](super::Experiment::check) refuses them before.
pub fn ranges(arms: usize, coverage: f64, weights: Option<&[f64]>) -> Vec<Range> {
    let coverage = if coverage.is_nan() { 0.0 } else { coverage.clamp(0.0, 1.0) };
    let adds_up = |it: &&[f64]| it.len() == arms && (0.99..=1.01).contains(&it.iter().sum::<f64>());
    let equal = vec![1.0 / arms.max(1) as f64; arms];
    let mut from = 0.0;
    weights
        .filter(adds_up)
        .unwrap_or(&equal)
        .iter()
        .map(|weight| {
            let range = Range { from, to: from + coverage * weight };
            from += weight;
            range
        })
        .collect()
}

/// The arm whose range holds a bucket.
pub fn choose(bucket: f64, ranges: &[Range]) -> Option<usize> {
    ranges.iter().position(|range| (range.from..range.to).contains(&bucket))
}
