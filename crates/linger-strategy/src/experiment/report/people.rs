//! Sums over people who were drawn one by one: from the moment they were first shown an arm, and the days before it. It does
//! not know what the sums say.

use super::Span;
use super::read::{Kind, Reader, Tally, overlap_s, span_of};
use linger_behaviour::Run;
use linger_stats::{Lifetimes, Sample, Sums};

/// How far back somebody is known before they were first shown an arm, ms: as far as GrowthBook looks.
const BEFORE_MS: i64 = 14 * 86_400_000;
/// Periods since the first showing over which an effect is followed, and the length of one, ms.
pub(super) const PERIODS: usize = 3;
const PERIOD_MS: i64 = 86_400_000;
/// Figures kept of one metric of an arm.
const FIGURES_MAX: usize = 1_000_000;
/// A stay may begin so long before the showing that came with it, ms.
const AHEAD_MS: i64 = 2_000;

/// One arm.
#[derive(Clone, Default)]
pub(super) struct ArmSums {
    pub units: u64,
    pub metrics: Vec<MetricSums>,
}

/// One metric of an arm.
#[derive(Clone, Default)]
pub(super) struct MetricSums {
    /// Over and under, since and before.
    pub sums: Sums<4>,
    pub sample: Sample,
    pub figures: usize,
    /// First stays.
    pub stays: Lifetimes,
    /// The sum over the line in each period since the first showing, of those who had all of them.
    pub periods: Sums<PERIODS>,
}

/// Everybody.
#[derive(Clone)]
pub(super) struct People {
    pub arms: Vec<ArmSums>,
    /// People who were shown several arms.
    pub crossed: u64,
}

impl People {
    pub fn new(arms: usize, metrics: usize) -> People {
        let arm = ArmSums { units: 0, metrics: vec![MetricSums::default(); metrics] };
        People { arms: vec![arm; arms], crossed: 0 }
    }

    pub fn run(&mut self, reader: &Reader, codes: &[u32], spans: &[Span], now_ms: i64, run: &Run<'_>) {
        let (arm, shown_ms) = match reader.shown(run, codes) {
            Ok(Some(found)) => found,
            Ok(None) => return,
            Err(()) => {
                self.crossed += 1;
                return;
            }
        };
        let arm = &mut self.arms[arm];
        arm.units += 1;
        let none = vec![Tally::default(); reader.metrics.len()];
        let (mut since, mut before) = (none.clone(), none.clone());
        let mut periods = vec![none; PERIODS];
        for at in 0..run.at_ms.len() {
            let at_ms = run.at_ms[at];
            if at_ms < shown_ms {
                if at_ms >= shown_ms - BEFORE_MS {
                    reader.add(run, at, &mut before);
                }
            } else if span_of(spans, at_ms).is_some() {
                reader.add(run, at, &mut since);
                let period = usize::try_from((at_ms - shown_ms) / PERIOD_MS).unwrap_or(PERIODS);
                if let Some(period) = periods.get_mut(period) {
                    reader.add(run, at, period);
                }
                arm.take_figures(reader, run, at);
            }
        }
        arm.take_stays(reader, (shown_ms, spans, now_ms), run, (&mut since, &mut before));
        let until_ms = spans.last().map_or(now_ms, |it| it.to_ms).min(now_ms);
        let whole = shown_ms + PERIODS as i64 * PERIOD_MS <= until_ms;
        for (at, metric) in arm.metrics.iter_mut().enumerate() {
            metric.sums.add([since[at].over, since[at].under, before[at].over, before[at].under]);
            if whole {
                metric.periods.add(std::array::from_fn(|period| periods[period][at].over));
            }
        }
    }

    pub fn merge(&mut self, other: People) {
        self.crossed += other.crossed;
        for (arm, more) in self.arms.iter_mut().zip(other.arms) {
            // Numbers of units tell them apart within a sample: those of the other part come after ours.
            let first = arm.units;
            arm.units += more.units;
            for (metric, more) in arm.metrics.iter_mut().zip(more.metrics) {
                metric.sums += &more.sums;
                metric.periods += &more.periods;
                metric.stays += &more.stays;
                metric.figures += more.figures;
                metric.sample.add_all_after(&more.sample, first);
            }
        }
    }
}

impl ArmSums {
    fn take_figures(&mut self, reader: &Reader, run: &Run<'_>, at: usize) {
        let unit = self.units;
        for (number, metric) in self.metrics.iter_mut().enumerate() {
            if !matches!(reader.metrics[number].kind, Kind::Quantile(_)) || metric.figures >= FIGURES_MAX {
                continue;
            }
            if let Some(figure) = reader.figure(number, run, at) {
                metric.sample.add(unit, figure);
                metric.figures += 1;
            }
        }
    }

    /// Leaves and seconds, and the first stay as a lifetime.
    fn take_stays(
        &mut self,
        reader: &Reader,
        (shown_ms, spans, now_ms): (i64, &[Span], i64),
        run: &Run<'_>,
        (since, before): (&mut [Tally], &mut [Tally]),
    ) {
        if !reader.metrics.iter().any(|it| it.kind == Kind::Hazard) {
            return;
        }
        let mut first = None;
        let (mut leaves, mut seconds, mut leaves_before, mut seconds_before) = (0, 0, 0, 0);
        for stay in reader.stays(run, now_ms) {
            if stay.from_ms < shown_ms - AHEAD_MS {
                if stay.to_ms >= shown_ms - BEFORE_MS && stay.to_ms < shown_ms {
                    leaves_before += i64::from(stay.left);
                    seconds_before += overlap_s(&stay, shown_ms - BEFORE_MS, shown_ms);
                }
                continue;
            }
            let inside: i64 = spans.iter().map(|it| overlap_s(&stay, it.from_ms - AHEAD_MS, it.to_ms)).sum();
            let left = stay.left && span_of(spans, stay.to_ms).is_some();
            leaves += i64::from(left);
            seconds += inside;
            first.get_or_insert((u32::try_from(inside).unwrap_or(u32::MAX), left));
        }
        for (number, metric) in self.metrics.iter_mut().enumerate() {
            if reader.metrics[number].kind != Kind::Hazard {
                continue;
            }
            (since[number].over, since[number].under) = (leaves, seconds);
            (before[number].over, before[number].under) = (leaves_before, seconds_before);
            if let Some((age_s, left)) = first {
                // Observed from the beginning, such a stay was at risk.
                let _ =
                    if left { metric.stays.left(0, age_s, 1) } else { metric.stays.censored(0, age_s, 1) };
            }
        }
    }
}
