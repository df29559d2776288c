//! The lowest point of a smooth function of few unknowns, by the simplex of Nelder and Mead. It does not know the
//! function.
//!
//! Source: J. A. Nelder and R. Mead (1965), with the standard coefficients; started anew from where it ended, since a
//! simplex can fold flat before it arrives.

/// Where a search ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Minimum<const N: usize> {
    /// The point.
    pub at: [f64; N],
    /// The value there.
    pub value: f64,
    /// Whether a fresh start from this point found nothing lower.
    pub settled: bool,
}

/// Searches from `start`, with first steps of `step`. Values that are not numbers count as infinitely high.
pub(crate) fn minimise<const N: usize>(
    start: [f64; N],
    step: f64,
    value_at: &impl Fn(&[f64; N]) -> f64,
) -> Minimum<N> {
    let height = |at: &[f64; N]| {
        let value = value_at(at);
        if value.is_finite() { value } else { f64::INFINITY }
    };
    let mut best = Minimum { at: start, value: height(&start), settled: false };
    for _ in 0..20 {
        let (at, value) = descend(best.at, step, &height);
        let gain = best.value - value;
        if value <= best.value {
            best = Minimum { at, value, settled: false };
        }
        if gain <= 1e-9 * (1.0 + value.abs()) * 1e-2 {
            best.settled = true;
            break;
        }
    }
    best
}

fn descend<const N: usize>(
    start: [f64; N],
    step: f64,
    height: &impl Fn(&[f64; N]) -> f64,
) -> ([f64; N], f64) {
    let mut corners = vec![(start, height(&start))];
    for axis in 0..N {
        let mut at = start;
        at[axis] += step;
        corners.push((at, height(&at)));
    }
    for _ in 0..400 * N {
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (lowest, highest) = (corners[0].1, corners[N].1);
        let width =
            (0..N).map(|axis| (corners[N].0[axis] - corners[0].0[axis]).abs()).fold(0.0_f64, f64::max);
        if highest - lowest <= 1e-13 * (1.0 + lowest.abs()) && width <= 1e-7 {
            break;
        }
        let middle: [f64; N] =
            std::array::from_fn(|axis| corners[..N].iter().map(|(at, _)| at[axis]).sum::<f64>() / N as f64);
        let worst = corners[N].0;
        let along = |by: f64| -> ([f64; N], f64) {
            let at = std::array::from_fn(|axis| middle[axis] + by * (worst[axis] - middle[axis]));
            (at, height(&at))
        };
        let mirrored = along(-1.0);
        if mirrored.1 < lowest {
            let further = along(-2.0);
            corners[N] = if further.1 < mirrored.1 { further } else { mirrored };
        } else if mirrored.1 < corners[N - 1].1 {
            corners[N] = mirrored;
        } else {
            let nearer = if mirrored.1 < highest { along(-0.5) } else { along(0.5) };
            if nearer.1 < highest.min(mirrored.1) {
                corners[N] = nearer;
            } else {
                shrink(&mut corners, height);
            }
        }
    }
    corners.sort_by(|a, b| a.1.total_cmp(&b.1));
    corners[0]
}

/// Draws all corners half-way to the lowest one.
fn shrink<const N: usize>(corners: &mut [([f64; N], f64)], height: &impl Fn(&[f64; N]) -> f64) {
    let lowest = corners[0].0;
    for corner in &mut corners[1..] {
        corner.0 = std::array::from_fn(|axis| 0.5 * (corner.0[axis] + lowest[axis]));
        corner.1 = height(&corner.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curved_valley_is_followed_to_its_end() {
        let valley = |at: &[f64; 2]| (1.0 - at[0]).powi(2) + 100.0 * (at[1] - at[0] * at[0]).powi(2);
        let found = minimise([-1.2, 1.0], 0.5, &valley);
        assert!(found.settled);
        assert!((found.at[0] - 1.0).abs() < 1e-5 && (found.at[1] - 1.0).abs() < 1e-5, "{found:?}");
    }
}
