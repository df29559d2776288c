//! Two arms by one metric: the figure of each, the effect between them, and whether it wears off. It does not know what the
//! metric is about.

use super::groups::{Group, Place};
use super::people::{ArmSums, MetricSums, PERIODS};
use super::read::Kind;
use linger_stats::{
    Block, Course, Effect, Level, Metric, Novelty, Randomised, Sample, Switchback, Unknown, adjusted,
    level_of_clusters, log_hazard_ratio,
};

/// Leaves are told for an hour of being there.
const HOUR_S: f64 = 3_600.0;
/// Fewest leaves of an arm that a ratio of hazards is told of: below, its interval spans the world.
const LEAVES_MIN: u64 = 10;
/// How often the arms of stretches are redrawn.
const REDRAWS: u32 = 2_000;
/// With fewer rooms than this the spread comes from single stretches.
const ROOMS_MIN: usize = 10;

/// An effect, and how it is to be told.
pub(super) struct Found {
    pub effect: Effect,
    pub scale: Scale,
    pub adjusted: bool,
    /// The exact interval of stretches, for one look.
    pub exact: Option<Randomised>,
}

/// What an estimate is counted in.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// A share of the first arm's figure.
    Relative,
    /// The metric's own unit.
    Absolute,
    /// The logarithm of a ratio, told as a share.
    Log,
    /// The metric's own unit, to be divided by this.
    Over(f64),
}

impl Scale {
    pub fn told(self, value: f64) -> f64 {
        match self {
            Scale::Relative | Scale::Absolute => value,
            Scale::Log => value.exp() - 1.0,
            Scale::Over(base) => value / base,
        }
    }

    pub fn is_relative(self) -> bool {
        self != Scale::Absolute
    }
}

/// The figure of an arm of people.
pub(super) fn level(kind: Kind, of: &MetricSums) -> Result<Level, Unknown> {
    if kind == Kind::Hazard {
        let have = u64::try_from(of.sums.totals()[0]).unwrap_or(0);
        if have < LEAVES_MIN {
            return Err(Unknown::TooFew { have, need: LEAVES_MIN });
        }
    }
    match kind {
        Kind::Mean => Metric::per_unit([1.0, 0.0, 0.0, 0.0]).of(&of.sums),
        Kind::Ratio => Metric::ratio([1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]).of(&of.sums),
        Kind::Hazard => Metric::ratio([HOUR_S, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]).of(&of.sums),
        Kind::Quantile(level) => of.sample.quantile(level),
    }
}

/// An arm of people beside the first one.
pub(super) fn people(kind: Kind, arm: &MetricSums, first: &MetricSums) -> Result<Found, Unknown> {
    let found = |effect, scale, adjusted| Found { effect, scale, adjusted, exact: None };
    if kind == Kind::Hazard {
        let have = arm.stays.ended().min(first.stays.ended());
        if have < LEAVES_MIN {
            return Err(Unknown::TooFew { have, need: LEAVES_MIN });
        }
        return log_hazard_ratio(&arm.stays, &first.stays).map(|it| found(it, Scale::Log, false));
    }
    let (one, other, helped) = match with_less_noise(kind, arm, first) {
        Some([one, other]) => (one, other, true),
        None => (level(kind, arm)?, level(kind, first)?, false),
    };
    let (effect, scale) = apart(&one, &other)?;
    Ok(found(effect, scale, helped))
}

/// Both figures less what was known before, where anything was.
fn with_less_noise(kind: Kind, arm: &MetricSums, first: &MetricSums) -> Option<[Level; 2]> {
    let (now, then) = match kind {
        Kind::Mean => (Metric::per_unit([1.0, 0.0, 0.0, 0.0]), Metric::per_unit([0.0, 0.0, 1.0, 0.0])),
        Kind::Ratio => (
            Metric::ratio([1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]),
            Metric::ratio([0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]),
        ),
        Kind::Hazard | Kind::Quantile(_) => return None,
    };
    let known = |it: &MetricSums| it.sums.totals()[2] != 0;
    if !known(arm) && !known(first) {
        return None;
    }
    adjusted(&arm.sums, &first.sums, &now, &then).ok()
}

fn apart(one: &Level, other: &Level) -> Result<(Effect, Scale), Unknown> {
    match one.relative_to(other) {
        Ok(effect) => Ok((effect, Scale::Relative)),
        Err(Unknown::ZeroBase) => Ok((one.minus(other)?, Scale::Absolute)),
        Err(unknown) => Err(unknown),
    }
}

/// What becomes of the effect with the days since somebody was first shown an arm.
pub(super) fn course(arm: &ArmSums, first: &ArmSums, metric: usize, alpha: f64) -> Option<&'static str> {
    let novelty: Novelty<PERIODS> =
        Novelty::of(&arm.metrics[metric].periods, &first.metrics[metric].periods).ok()?;
    Some(match novelty.course(alpha) {
        Course::Steady => "steady",
        Course::WearingOff => "wearing-off",
        Course::Growing => "growing",
    })
}

/// The figure of an arm into which whole groups were drawn.
pub(super) fn level_of_groups(kind: Kind, metric: usize, of: &[&Group]) -> Result<Level, Unknown> {
    if let Kind::Quantile(level) = kind {
        // The figures of one group go together, as those of one person do.
        let mut sample = Sample::default();
        for (number, group) in (0..).zip(of) {
            group.figures[metric].iter().for_each(|it| sample.add(number, *it));
        }
        return sample.quantile(level);
    }
    let rows: Vec<[i64; 2]> = of.iter().map(|it| it.rows[metric]).collect();
    let over = if kind == Kind::Hazard { HOUR_S } else { 1.0 };
    level_of_clusters(&rows, &Metric::ratio([over, 0.0], [0.0, 1.0]))
}

/// An arm of groups beside the first one.
pub(super) fn groups(kind: Kind, metric: usize, [arm, first]: [&[&Group]; 2]) -> Result<Found, Unknown> {
    let (arm, first) = (level_of_groups(kind, metric, arm)?, level_of_groups(kind, metric, first)?);
    let (effect, scale) = apart(&arm, &first)?;
    Ok(Found { effect, scale, adjusted: false, exact: None })
}

/// The treated stretches of rooms beside the others.
pub(super) fn stretches(
    kind: Kind,
    metric: usize,
    groups: &std::collections::BTreeMap<Place, Group>,
    (share, alpha): (f64, f64),
) -> Result<Found, Unknown> {
    let over = if kind == Kind::Hazard { HOUR_S } else { 1.0 };
    let mut rooms = std::collections::BTreeSet::new();
    let blocks: Vec<Block> = groups
        .iter()
        .filter(|(_, group)| group.rows[metric][1] > 0)
        .map(|((room, _), group)| {
            rooms.insert(*room);
            let [above, below] = group.rows[metric];
            let outcome = over * above as f64 / below as f64;
            Block { room: *room, treated: group.arm == 1, outcome }
        })
        .collect();
    let switchback = Switchback::new(&blocks)?;
    let effect = match rooms.len() {
        few if few < ROOMS_MIN => switchback.effect_over_blocks()?,
        _ => switchback.effect_over_rooms()?,
    };
    let exact = switchback.randomised(share, alpha, REDRAWS, 1).ok();
    let untreated: Vec<f64> = blocks.iter().filter(|it| !it.treated).map(|it| it.outcome).collect();
    let base = untreated.iter().sum::<f64>() / untreated.len().max(1) as f64;
    let scale = if base > 0.0 { Scale::Over(base) } else { Scale::Absolute };
    Ok(Found { effect, scale, adjusted: false, exact })
}
