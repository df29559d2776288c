//! When a sum of noise with a drift first leaves a band: what it takes until somebody who looks all the time sees an effect. It
//! does not know what is summed up.
//!
//! Source: A. Buonocore, A. G. Nobile and L. M. Ricciardi, "A new integral equation for the evaluation of first-passage-time
//! probability densities" (Advances in Applied Probability 19, 1987), for Brownian motion, whose kernel vanishes where it would
//! be singular, so that the trapezoidal rule does.

/// The chance of having crossed by each of `steps` equal steps up to `until`: Brownian motion with this drift, from below the
/// edge of a band. `edge` gives the edge at a time and its slope.
pub(crate) fn crossed(drift: f64, until: f64, steps: usize, edge: impl Fn(f64) -> (f64, f64)) -> Vec<f64> {
    let step = until / steps as f64;
    // What is left when the drift is taken into the edge.
    let edges: Vec<(f64, f64)> = (1..=steps)
        .map(|it| {
            let at = it as f64 * step;
            let (level, slope) = edge(at);
            (level - drift * at, slope - drift)
        })
        .collect();
    // Half the flow over the edge at a point, from `rise` below it `lasts` before.
    let flow = |slope: f64, rise: f64, lasts: f64| {
        let density = (-rise * rise / (2.0 * lasts)).exp() / (2.0 * std::f64::consts::PI * lasts).sqrt();
        0.5 * (slope - rise / lasts) * density
    };
    let mut density: Vec<f64> = Vec::with_capacity(steps);
    let (mut sum, mut before) = (0.0, 0.0);
    (0..steps)
        .map(|now| {
            let (level, slope) = edges[now];
            let again: f64 = (0..now)
                .map(|then| density[then] * flow(slope, level - edges[then].0, (now - then) as f64 * step))
                .sum();
            let here = (2.0 * (step * again - flow(slope, level, (now + 1) as f64 * step))).max(0.0);
            density.push(here);
            sum += 0.5 * step * (here + before);
            before = here;
            sum
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal::below;

    #[test]
    fn a_straight_edge_is_crossed_as_bachelier_and_levy_have_it() {
        for (level, slope, drift) in [(1.0, 0.0, 0.0), (2.0, 0.0, 0.7), (1.5, 0.4, 1.0), (1.0, 0.5, 0.0)] {
            let found = crossed(drift, 9.0, 300, |at| (level + slope * at, slope));
            for (place, chance) in found.iter().enumerate().skip(20).step_by(40) {
                let at = (place + 1) as f64 * 9.0 / 300.0;
                let (root, net) = (at.sqrt(), drift - slope);
                let known = below((net * at - level) / root)
                    + (2.0 * net * level).exp() * below((-net * at - level) / root);
                assert!(
                    (chance - known).abs() < 2e-3,
                    "{level} {slope} {drift} at {at}: {chance} for {known}"
                );
            }
        }
    }

    #[test]
    fn a_curved_edge_is_crossed_alike_however_fine_the_steps_are() {
        // Daniels' edge has no straight part; what is asked is that steps do not matter.
        let edge = |at: f64| ((at + 1.0).sqrt() * 1.5, 0.75 / (at + 1.0).sqrt());
        let [coarse, fine] = [100, 800].map(|steps| *crossed(0.8, 6.0, steps, edge).last().unwrap());
        assert!((coarse - fine).abs() < 2e-3, "{coarse} and {fine}");
    }
}
