//! Whether an effect wears off or has to be learnt: how it changes with the time since somebody first met the treatment. It
//! does not know the calendar.
//!
//! Every unit counts in all periods since its own first exposure, so that periods are compared within the same people: the
//! trend of each unit is one figure, and trends of arms are compared like any other.

use crate::{Effect, Metric, Sums, Unknown};

/// The effect by time since first exposure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Novelty<const K: usize> {
    /// The effect in each period since first exposure.
    pub periods: [Effect; K],
    /// By how much the effect changes from one period to the next: the slope of a straight line through the periods.
    pub trend: Effect,
}

/// What becomes of an effect with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// No change that could be told from chance.
    Steady,
    /// It is on its way towards zero: the first days promise too much.
    WearingOff,
    /// It grows away from zero: the first days promise too little.
    Growing,
}

impl<const K: usize> Novelty<K> {
    /// Compares two arms whose units were observed over all of the `K` periods since their first exposure.
    ///
    /// The errors of [`Metric::of`] and [`Level::minus`](crate::Level::minus); [`Unknown::TooFew`] below two periods.
    pub fn of(treated: &Sums<K>, held_out: &Sums<K>) -> Result<Novelty<K>, Unknown> {
        if K < 2 {
            return Err(Unknown::TooFew { have: K as u64, need: 2 });
        }
        let effect_of = |weights: [f64; K]| {
            let metric = Metric::per_unit(weights);
            metric.of(treated)?.minus(&metric.of(held_out)?)
        };
        let middle = (K as f64 - 1.0) / 2.0;
        let squares: f64 = (0..K).map(|it| (it as f64 - middle).powi(2)).sum();
        let trend = effect_of(std::array::from_fn(|it| (it as f64 - middle) / squares))?;
        let mut periods = [trend; K];
        for (place, period) in periods.iter_mut().enumerate() {
            *period = effect_of(std::array::from_fn(|it| f64::from(u8::from(it == place))))?;
        }
        Ok(Novelty { periods, trend })
    }

    /// What becomes of the effect, at this chance of an error.
    pub fn course(&self, alpha: f64) -> Course {
        let whole: f64 = self.periods.iter().map(|it| it.estimate).sum();
        if self.trend.p_value(alpha, crate::Looks::Once) >= alpha || whole == 0.0 {
            Course::Steady
        } else if (self.trend.estimate > 0.0) == (whole > 0.0) {
            Course::Growing
        } else {
            Course::WearingOff
        }
    }
}
