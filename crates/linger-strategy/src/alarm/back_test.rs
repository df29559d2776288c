//! What a rule would have said of the past, and how often it would have spoken of nothing. It does not know what will come.

use super::{
    rule::{AlarmRule, Side},
    watch::{Moment, MomentKind, Point, Watch},
};
use crate::segment::Calendar;
use linger_stats::poisson_max95;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A rule tried on the past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackTest {
    /// When it would have spoken.
    pub moments: Vec<Moment>,
    /// Finished periods looked at.
    pub periods: usize,
    /// Days from the first to the last of them.
    pub days: f64,
    /// Alarms of nothing in 30 days, estimated; see [`back_test`]. Absent when less than 14 days were looked at.
    pub false_alarms_per_30_days: Option<f64>,
    /// With 95 % confidence not more than this.
    pub false_alarms_per_30_days_max: Option<f64>,
    /// Names the rule, the series and this outcome together: who saves the rule says it, and so has seen this.
    pub digest: String,
}

/// Tries a rule on a series, oldest period first.
///
/// False alarms are estimated by the mirror: chance has no side, so as often as noise lifts a figure far enough it
/// lets it fall; the alarms of the same rule turned round are alarms of no trouble. Real rises count as well, so the
/// estimate errs upwards. The bound is the exact Poisson one (Garwood 1936), 3 alarms in the whole time when none was seen.
pub fn back_test(rule: &AlarmRule, calendar: &Calendar, series: &[Point]) -> BackTest {
    let moments = play(rule, calendar, series);
    let mut mirror = rule.clone();
    mirror.side = if rule.side == Side::Fall { Side::Rise } else { Side::Fall };
    let speaks = |it: &&Moment| it.kind != MomentKind::Clear;
    let chance = play(&mirror, calendar, series).iter().filter(speaks).count();
    let finished: Vec<_> = series.iter().filter(|it| it.finished).collect();
    let span = finished.first().zip(finished.last()).map_or(0, |(first, last)| last.at_ms - first.at_ms);
    #[expect(clippy::cast_precision_loss, reason = "spans of years in ms are far below 2^52")]
    let days = span as f64 / 86_400_000.0;
    let month = (days >= 14.0).then(|| 30.0 / days);
    #[expect(clippy::cast_precision_loss, reason = "a series is short")]
    let seen = chance as f64;
    BackTest {
        periods: finished.len(),
        days,
        false_alarms_per_30_days: month.map(|it| it * seen),
        false_alarms_per_30_days_max: month.map(|it| it * poisson_max95(chance as u64)),
        digest: digest(rule, series, &moments),
        moments,
    }
}

fn play(rule: &AlarmRule, calendar: &Calendar, series: &[Point]) -> Vec<Moment> {
    let mut watch = Watch::new(rule.clone(), calendar.clone());
    series.iter().filter_map(|point| watch.step(point)).collect()
}

fn digest(rule: &AlarmRule, series: &[Point], moments: &[Moment]) -> String {
    let mut hash = Sha256::new();
    // Field order is fixed by the types, so the text is.
    for part in [serde_json::to_vec(rule), serde_json::to_vec(series), serde_json::to_vec(moments)] {
        let part = part.unwrap_or_default();
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
