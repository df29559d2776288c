//! Counts of whole numbers by size, fine enough for percentiles. It does not know the unit.

use std::collections::BTreeMap;
use std::ops::AddAssign;

/// How many figures fell into each class. Figures below 64 have a class each; above, every doubling is cut into 32
/// classes, so that a percentile read from it is off by 1.6 % at most. 31 doublings make at most 896 classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    classes: BTreeMap<u16, u64>,
    count: u64,
}

impl Histogram {
    /// Takes one figure in.
    pub fn add(&mut self, figure: u32) {
        *self.classes.entry(class_of(figure)).or_default() += 1;
        self.count += 1;
    }

    /// How many figures were taken in.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The figure that `percent` of 100 do not exceed (nearest rank), as the middle of its class; `None` without
    /// figures.
    pub fn percentile(&self, percent: u8) -> Option<u32> {
        let rank = (self.count * u64::from(percent.min(100))).div_ceil(100).max(1);
        let mut seen = 0;
        self.classes.iter().find_map(|(class, count)| {
            seen += count;
            (seen >= rank).then(|| middle_of(*class))
        })
    }

    /// The classes that are not empty: the least figure of each, and how many fell into it.
    pub fn classes(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.classes.iter().map(|(class, count)| (least_of(*class).0, *count))
    }
}

impl AddAssign<&Histogram> for Histogram {
    fn add_assign(&mut self, other: &Histogram) {
        for (class, count) in &other.classes {
            *self.classes.entry(*class).or_default() += count;
        }
        self.count += other.count;
    }
}

fn class_of(figure: u32) -> u16 {
    if figure < 64 {
        return figure as u16;
    }
    // 6 leading bits: the first is always set, the other 5 choose among 32 classes of this doubling.
    let shift = 26 - figure.leading_zeros();
    (shift * 32 + (figure >> shift)) as u16
}

/// The least figure of a class, and how many figures share it.
fn least_of(class: u16) -> (u32, u32) {
    if class < 64 {
        return (u32::from(class), 1);
    }
    let shift = u32::from(class) / 32 - 1;
    ((u32::from(class) - shift * 32) << shift, 1 << shift)
}

fn middle_of(class: u16) -> u32 {
    let (least, width) = least_of(class);
    least + width / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_falls_into_the_class_that_holds_it() {
        let edges = (0..32).flat_map(|bit| [(1u32 << bit).wrapping_sub(1), 1 << bit, (1u32 << bit) + 1]);
        for figure in edges.chain(0..5_000).chain([u32::MAX]) {
            let (least, width) = least_of(class_of(figure));
            assert!(figure >= least && figure - least < width, "{figure} in {least}+{width}");
            assert!(u64::from(width) * 32 <= u64::from(least).max(32), "{figure}: class too wide");
        }
    }
}
