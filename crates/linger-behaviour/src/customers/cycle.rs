//! How soon customers buy again. It does not know money.

use super::{Buyer, percentile};

/// The rhythm of purchases. A purchase is all that was ordered on a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cycle {
    /// Buyers.
    pub buyers: u64,
    /// Buyers with purchases on two days or more.
    pub repeaters: u64,
    /// Buyers observed for 90 days after their first purchase.
    pub followed_90: u64,
    /// Those of them who bought again within the 90 days.
    pub again_90: u64,
    /// Times between purchases.
    pub gaps: u64,
    /// Their median, days; none without repeat purchases.
    pub median_days: Option<i32>,
    /// What nine of ten stay within, days.
    pub p90_days: Option<i32>,
    /// How many times between purchases fell into each band.
    pub bands: Vec<Band>,
    /// The median by the number of the purchase, from the first to the second on.
    pub by_number: Vec<Gap>,
}

/// Times between purchases of some length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// From, days.
    pub from_days: i32,
    /// Up to and without, days; none for all that is longer.
    pub to_days: Option<i32>,
    /// How many.
    pub gaps: u64,
}

/// The time to one purchase after the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The number of the later purchase, 2 for the second.
    pub number: u32,
    /// How many customers made it.
    pub customers: u64,
    /// The median time since the one before, days.
    pub median_days: i32,
}

const BANDS: [i32; 9] = [1, 8, 15, 31, 61, 91, 181, 366, i32::MAX];
const NUMBERS: usize = 9;

pub(super) fn cycle(buyers: &[Buyer], end: i32) -> Cycle {
    let mut all: Vec<i32> = buyers.iter().flat_map(Buyer::gaps).collect();
    all.sort_unstable();
    let bands = BANDS.windows(2).map(|it| Band {
        from_days: it[0],
        to_days: (it[1] != i32::MAX).then_some(it[1]),
        gaps: (all.partition_point(|gap| *gap < it[1]) - all.partition_point(|gap| *gap < it[0])) as u64,
    });
    let by_number = (0..NUMBERS).filter_map(|nth| {
        let mut gaps: Vec<i32> = buyers.iter().filter_map(|it| it.gaps().nth(nth)).collect();
        gaps.sort_unstable();
        let median_days = percentile(&gaps, 0.5)?;
        Some(Gap { number: nth as u32 + 2, customers: gaps.len() as u64, median_days })
    });
    let followed = || buyers.iter().filter(|it| end - it.first() >= 90);
    Cycle {
        buyers: buyers.len() as u64,
        repeaters: buyers.iter().filter(|it| it.purchases.len() > 1).count() as u64,
        followed_90: followed().count() as u64,
        again_90: followed().filter(|it| it.gaps().next().is_some_and(|gap| gap <= 90)).count() as u64,
        gaps: all.len() as u64,
        median_days: percentile(&all, 0.5),
        p90_days: percentile(&all, 0.9),
        bands: bands.collect(),
        by_number: by_number.collect(),
    }
}
