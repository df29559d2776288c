//! Median and median absolute deviation. It does not know what is measured.

/// Makes the median absolute deviation of a normal distribution its standard deviation.
pub(super) const NORMAL: f64 = 1.4826;

/// The median; none of nothing. NaN has no place here.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let mid = values.len() / 2;
    let odd = values.len() % 2 == 1;
    let (low, at, _) = values.select_nth_unstable_by(mid, f64::total_cmp);
    let at = *at;
    if odd {
        return Some(at);
    }
    let below = low.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some((below + at) / 2.0)
}

/// The robust standard deviation around zero: of distances whose middle is known to be zero.
pub(super) fn spread(distances: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sizes: Vec<f64> = distances.map(f64::abs).collect();
    median(&mut sizes).map(|it| it * NORMAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wild_value_moves_neither_middle_nor_spread() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut [1.0, 2.0, 3.0, 1e9]), Some(2.5));
        assert_eq!(median(&mut []), None);
        assert_eq!(spread([-1.0, 1.0, 1.0, -1.0, 1e9].into_iter()), Some(NORMAL));
    }
}
