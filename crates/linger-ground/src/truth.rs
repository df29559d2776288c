//! What is true: the same people, hosts and troubles lived through twice, once with all rules acting and once with none, and
//! how much longer people watched. It does not know experiments.

use crate::crowd::Lived;
use serde::Serialize;

/// Sums of the stays of some shows.
#[derive(Clone, Debug, Default)]
pub struct Stayed {
    seconds: Vec<u32>,
    left: u64,
}

/// A figure in both worlds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Where no rule acts.
    pub without: f64,
    /// Where all do.
    pub with: f64,
    /// How much more, as a share.
    pub uplift: f64,
    /// The standard error with which this tells of shows beyond these; of these very shows it is exact.
    pub error_beyond: f64,
}

/// What is true of some shows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Truth {
    /// Shows, each lived through twice.
    pub shows: usize,
    /// People who came, in either world.
    pub people: usize,
    /// Median seconds of a stay.
    pub median_s: Figure,
    /// Mean seconds of a stay.
    pub mean_s: Figure,
    /// Leaves for an hour of being there.
    pub leaves_per_hour: Figure,
}

impl Stayed {
    /// The stays of one show.
    pub fn of(lived: &[Lived]) -> Stayed {
        Stayed {
            seconds: lived.iter().map(|it| it.stayed_s).collect(),
            left: lived.iter().filter(|it| it.left).count() as u64,
        }
    }

    /// How many stays were longer than this, and how many there are.
    pub fn beyond(&self, age_s: u32) -> (usize, usize) {
        (self.seconds.iter().filter(|it| **it > age_s).count(), self.seconds.len())
    }

    fn total(&self) -> f64 {
        self.seconds.iter().map(|it| f64::from(*it)).sum()
    }
}

/// The figures of shows that were lived through without and with.
pub fn truth(worlds: &[[Stayed; 2]]) -> Truth {
    let [without, with] = [0, 1].map(|world| {
        let mut seconds: Vec<u32> = worlds.iter().flat_map(|it| it[world].seconds.iter().copied()).collect();
        seconds.sort_unstable();
        seconds
    });
    let mean = |pair: &[Stayed; 2]| pair.each_ref().map(|it| (it.total(), it.seconds.len() as f64));
    let hazard = |pair: &[Stayed; 2]| pair.each_ref().map(|it| (it.left as f64 * 3_600.0, it.total()));
    Truth {
        shows: worlds.len(),
        people: without.len(),
        median_s: medians(worlds, [median(&without), median(&with)]),
        mean_s: ratios(worlds, mean),
        leaves_per_hour: ratios(worlds, hazard),
    }
}

/// The value in the middle, by nearest rank.
fn median(sorted: &[u32]) -> f64 {
    sorted.get((sorted.len().max(1) - 1) / 2).copied().map_or(0.0, f64::from)
}

fn figure([without, with]: [f64; 2], error_beyond: f64) -> Figure {
    Figure { without, with, uplift: if without > 0.0 { with / without - 1.0 } else { 0.0 }, error_beyond }
}

/// A ratio of sums in both worlds, with the error of their ratio over shows (delta method).
fn ratios(worlds: &[[Stayed; 2]], of: impl Fn(&[Stayed; 2]) -> [(f64, f64); 2]) -> Figure {
    let shows: Vec<[(f64, f64); 2]> = worlds.iter().map(of).collect();
    let sum =
        |world: usize| shows.iter().fold((0.0, 0.0), |sum, it| (sum.0 + it[world].0, sum.1 + it[world].1));
    let sums = [sum(0), sum(1)];
    let values = sums.map(|(over, under)| if under > 0.0 { over / under } else { 0.0 });
    let n = shows.len() as f64;
    // How far each show's own figures lie from those of all, as shares of them.
    let off = |it: &[(f64, f64); 2], world: usize| {
        let (over, under) = it[world];
        if values[world] > 0.0 {
            (over - values[world] * under) / (values[world] * sums[world].1)
        } else {
            0.0
        }
    };
    let squares: f64 = shows.iter().map(|it| (off(it, 1) - off(it, 0)).powi(2)).sum();
    let error =
        (squares * n / (n - 1.0).max(1.0)).sqrt() * if values[0] > 0.0 { values[1] / values[0] } else { 0.0 };
    figure(values, error)
}

/// Medians in both worlds, with the error of their ratio by leaving out a twentieth of the shows at a time.
fn medians(worlds: &[[Stayed; 2]], values: [f64; 2]) -> Figure {
    const GROUPS: usize = 20;
    let groups = GROUPS.min(worlds.len());
    let ratio_without = |group: usize| {
        let medians = [0, 1].map(|world| {
            let kept = worlds.iter().enumerate().filter(|(place, _)| place % groups != group);
            let mut seconds: Vec<u32> = kept.flat_map(|(_, it)| it[world].seconds.iter().copied()).collect();
            seconds.sort_unstable();
            median(&seconds)
        });
        if medians[0] > 0.0 { medians[1] / medians[0] } else { 1.0 }
    };
    if groups < 2 {
        return figure(values, 0.0);
    }
    let ratios: Vec<f64> = (0..groups).map(ratio_without).collect();
    let mean = ratios.iter().sum::<f64>() / groups as f64;
    let squares: f64 = ratios.iter().map(|it| (it - mean).powi(2)).sum();
    figure(values, (squares * (groups as f64 - 1.0) / groups as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stays(of: &[(u32, bool)]) -> Stayed {
        let lived: Vec<Lived> =
            of.iter().map(|(stayed_s, left)| Lived { came_s: 0, stayed_s: *stayed_s, left: *left }).collect();
        Stayed::of(&lived)
    }

    #[test]
    fn figures_are_those_of_all_stays_together() {
        let worlds = [
            [stays(&[(10, true), (30, true), (50, false)]), stays(&[(10, true), (60, true), (50, false)])],
            [stays(&[(20, true), (90, true)]), stays(&[(20, true), (100, true)])],
        ];
        let truth = truth(&worlds);
        assert_eq!((truth.shows, truth.people), (2, 5));
        assert_eq!((truth.median_s.without, truth.median_s.with), (30.0, 50.0));
        assert_eq!((truth.mean_s.without, truth.mean_s.with), (40.0, 48.0));
        assert!((truth.mean_s.uplift - 0.2).abs() < 1e-12 && truth.mean_s.error_beyond > 0.0);
        assert!((truth.leaves_per_hour.without - 4.0 * 3_600.0 / 200.0).abs() < 1e-9);
    }

    #[test]
    fn two_worlds_that_are_one_have_no_uplift_and_no_error() {
        let show = stays(&[(10, true), (30, true)]);
        let truth = truth(&[[show.clone(), show.clone()], [show.clone(), show]]);
        assert_eq!((truth.mean_s.uplift, truth.mean_s.error_beyond), (0.0, 0.0));
        assert_eq!((truth.median_s.uplift, truth.median_s.error_beyond), (0.0, 0.0));
    }
}
