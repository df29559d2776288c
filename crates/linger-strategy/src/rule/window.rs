//! Counts by the second, so that the sum over any window costs one subtraction. It does not know what is counted.

/// Seconds that are kept: more than the longest window.
const KEPT: i64 = 640;

/// The longest window, in seconds.
pub const WINDOW_MAX_S: u32 = 600;

/// A count that goes on, and what it was at the end of each of the last seconds.
#[derive(Clone, Debug)]
pub struct Series {
    total: u64,
    ends: Vec<u64>,
    /// The second that is running.
    second: i64,
}

impl Series {
    /// A count of nothing, in a second that is running.
    pub fn at(second: i64) -> Series {
        Series { total: 0, ends: vec![0; usize::try_from(KEPT).expect("a small number")], second }
    }

    /// So many more, now.
    pub fn add(&mut self, count: u64) {
        self.total = self.total.saturating_add(count);
    }

    /// The running second becomes a later one.
    pub fn roll(&mut self, second: i64) {
        let first = self.second.max(second - KEPT);
        for over in first..second {
            self.ends[place(over)] = self.total;
        }
        self.second = self.second.max(second);
    }

    /// All so far.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// All up to the end of the second that lies before a window of the last `window_s` seconds, the running one included.
    pub fn before(&self, window_s: u32) -> u64 {
        let window_s = window_s.clamp(1, WINDOW_MAX_S);
        self.ends[place(self.second - i64::from(window_s))]
    }

    /// Within the last `window_s` seconds, the running one included.
    pub fn within(&self, window_s: u32) -> u64 {
        self.total - self.before(window_s)
    }
}

fn place(second: i64) -> usize {
    usize::try_from(second.rem_euclid(KEPT)).expect("a remainder is not negative")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_tells_what_fell_into_it_through_gaps_of_any_length() {
        let mut series = Series::at(100);
        let mut told: Vec<(i64, u64)> = vec![];
        let mut second = 100;
        for step in 0..2_000_i64 {
            second += if step % 97 == 0 { 700 } else { step % 5 };
            series.roll(second);
            let count = u64::try_from(step % 3).unwrap();
            series.add(count);
            told.push((second, count));
            for window in [1, 10, 60, 600] {
                let from = second - i64::from(window);
                let plainly: u64 = told.iter().filter(|(at, _)| *at > from).map(|(_, count)| count).sum();
                assert_eq!(series.within(window), plainly, "{window} s at {second}");
            }
        }
    }
}
