//! From sums to a report: every arm beside the first one by every metric, judged together, and one answer for all. It does
//! not know how the sums came about.

use super::super::{Status, Unit};
use super::Asked;
use super::compare::{
    Found, Scale, course, groups as groups_apart, level, level_of_groups, people as people_apart, stretches,
};
use super::groups::{Group, Groups};
use super::people::People;
use super::read::{Kind, Reader};
use super::told::{
    ArmFigures, ArmReport, Between, EffectTold, Ends, HoldingReport, MetricReport, Report, Saying,
};
use linger_stats::{
    Judged, Level, Looks, SAMPLE_RATIO_P, TUNED_FOR, Terms, Unknown, holm, judge_together, sample_ratio,
};

/// Fewest units of an arm before anything is told to somebody who looks always; it rests on the normal limit.
const ALWAYS_MIN: u64 = 100;
/// The same for one look at people.
const ONCE_MIN: u64 = 30;
/// The same for hosts and shops, and for stretches.
const GROUPS_MIN: u64 = 10;
const STRETCHES_MIN: u64 = 4;
/// With fewer groups in all than this, the intervals are only roughly right.
const FEW_GROUPS: u64 = 100;
/// More people in two arms than this share of all: the draw is broken.
const CROSSED_MAX: f64 = 0.01;

/// Everything a comparison needs.
struct Ground<'a> {
    asked: &'a Asked,
    reader: &'a Reader,
    people: &'a People,
    groups: &'a Groups,
    /// Units of each arm.
    units: Vec<u64>,
    looks: Looks,
}

/// The report of all sums.
pub(super) fn report(
    asked: &Asked,
    reader: &Reader,
    people: &People,
    groups: &Groups,
    holdings: &[People],
) -> Report {
    let arms = asked.design.arms.len();
    let mut units = vec![0; arms + 1];
    match asked.design.unit {
        Unit::Viewer => units.iter_mut().zip(&people.arms).for_each(|(units, arm)| *units = arm.units),
        _ => groups.by_place.values().for_each(|it| units[usize::from(it.arm)] += 1),
    }
    let held_out = units.pop().unwrap_or_default();
    let stopped_early =
        asked.status == Status::Stopped && units.iter().sum::<u64>() < asked.design.detect.units;
    let ground = Ground { asked, reader, people, groups, looks: looks(asked, stopped_early), units };
    let shares = asked.design.shares();
    let chance = sample_ratio(&ground.units, &shares).ok();
    let metrics = ground.metrics(&shares);
    let mut report = Report {
        key: asked.key.clone(),
        version: asked.version,
        status: asked.status,
        from_ms: asked.spans.first().map(|it| it.from_ms),
        to_ms: asked.spans.last().map_or(asked.now_ms, |it| it.to_ms),
        verdict: Saying::of("not-started"),
        notes: vec![],
        counted: match asked.design.unit {
            Unit::Viewer => "people",
            Unit::Host => "hosts",
            Unit::Shop => "shops",
            Unit::Room => "stretches",
        },
        arms: ground.arms(&shares),
        held_out,
        crossed: people.crossed,
        sample_ratio: chance,
        metrics,
        holdings: holdings_told(asked, reader, holdings),
    };
    report.verdict = ground.verdict(&report);
    report.notes = ground.notes(&report, stopped_early);
    report
}

/// Who stopped before the planned size chose the moment: only the interval for any number of looks holds then.
fn looks(asked: &Asked, stopped_early: bool) -> Looks {
    let planned = asked.design.detect.units;
    let usual = if asked.design.unit == Unit::Viewer { TUNED_FOR } else { FEW_GROUPS };
    let tuned_for = if planned > 0 { planned } else { usual };
    if asked.design.detect.once && !stopped_early { Looks::Once } else { Looks::Always { tuned_for } }
}

impl Ground<'_> {
    fn arms(&self, shares: &[f64]) -> Vec<ArmReport> {
        let arm = |(at, design): (usize, &super::super::ArmDesign)| ArmReport {
            key: design.key.clone(),
            share: shares[at],
            units: self.units[at],
            people: match self.asked.design.unit {
                Unit::Viewer => self.units[at],
                _ => {
                    let of_arm = self.groups.by_place.values().filter(|it| usize::from(it.arm) == at);
                    u64::try_from(of_arm.map(|it| it.people).sum::<i64>()).unwrap_or(0)
                }
            },
        };
        self.asked.design.arms.iter().enumerate().map(arm).collect()
    }

    fn groups_of(&self, arm: usize) -> Vec<&Group> {
        self.groups.by_place.values().filter(|it| usize::from(it.arm) == arm).collect()
    }

    fn level(&self, arm: usize, metric: usize) -> Result<Level, Unknown> {
        let kind = self.reader.metrics[metric].kind;
        match self.asked.design.unit {
            Unit::Viewer => level(kind, &self.people.arms[arm].metrics[metric]),
            _ => level_of_groups(kind, metric, &self.groups_of(arm)),
        }
    }

    fn apart(&self, arm: usize, metric: usize, shares: &[f64]) -> Result<Found, Unknown> {
        let kind = self.reader.metrics[metric].kind;
        let of = |arm: usize| &self.people.arms[arm].metrics[metric];
        match self.asked.design.unit {
            Unit::Viewer => people_apart(kind, of(arm), of(0)),
            Unit::Room => {
                let terms = (shares[1], self.asked.design.detect.alpha);
                stretches(kind, metric, &self.groups.by_place, terms)
            }
            Unit::Host | Unit::Shop => groups_apart(kind, metric, [&self.groups_of(arm), &self.groups_of(0)]),
        }
    }

    fn units_min(&self) -> u64 {
        match (self.asked.design.unit, self.looks) {
            (Unit::Viewer, Looks::Always { .. }) => ALWAYS_MIN,
            (Unit::Viewer, Looks::Once) => ONCE_MIN,
            (Unit::Host | Unit::Shop, _) => GROUPS_MIN,
            (Unit::Room, _) => STRETCHES_MIN,
        }
    }

    /// Every metric of every arm beside the first, judged together: one wrong claim among all of them is as rare as alpha.
    fn metrics(&self, shares: &[f64]) -> Vec<MetricReport> {
        let design = &self.asked.design;
        let alpha = design.detect.alpha;
        let others = 1..design.arms.len();
        let pairs: Vec<(usize, usize)> = (0..design.metrics.len())
            .flat_map(|metric| others.clone().map(move |arm| (metric, arm)))
            .collect();
        let found: Vec<_> = pairs.iter().map(|(metric, arm)| self.apart(*arm, *metric, shares)).collect();
        let judged: Vec<Judged> = pairs
            .iter()
            .zip(&found)
            .map(|((metric, arm), found)| Judged {
                terms: Terms {
                    wanted: design.metrics[*metric].wanted.into(),
                    alpha,
                    looks: self.looks,
                    units_min: self.units_min(),
                },
                observed: [self.units[*arm], self.units[0]],
                weights: [shares[*arm], shares[0]],
                effect: found.as_ref().map(|it| it.effect).map_err(|unknown| *unknown),
            })
            .collect();
        let chances: Vec<f64> =
            found.iter().flatten().map(|it| it.effect.p_value(alpha, self.looks)).collect();
        let mut together = holm(&chances).into_iter();
        let mut told =
            pairs.iter().zip(found).zip(judge_together(&judged)).map(|(((_, arm), found), verdict)| {
                let chance = found.as_ref().ok().and_then(|_| together.next());
                self.between(*arm, found.ok().zip(chance), verdict.into())
            });
        let metric = |(at, it): (usize, &super::super::MetricDesign)| MetricReport {
            key: it.key.clone(),
            primary: it.primary,
            kind: match self.reader.metrics[at].kind {
                Kind::Mean => "mean",
                Kind::Ratio => "ratio",
                Kind::Quantile(_) => "quantile",
                Kind::Hazard => "hazard",
            },
            arms: (0..design.arms.len()).map(|arm| self.level(arm, at).ok().map(figures)).collect(),
            against: told.by_ref().take(others.len()).collect(),
            course: self.course(at, alpha),
        };
        design.metrics.iter().enumerate().map(metric).collect()
    }

    fn course(&self, metric: usize, alpha: f64) -> Option<&'static str> {
        let followed =
            self.asked.design.unit == Unit::Viewer && self.reader.metrics[metric].kind == Kind::Mean;
        let arms = &self.people.arms;
        (followed && self.asked.design.arms.len() == 2)
            .then(|| course(&arms[1], &arms[0], metric, alpha))
            .flatten()
    }

    fn between(&self, arm: usize, found: Option<(Found, f64)>, verdict: Saying) -> Between {
        told_between(
            &self.asked.design.arms[arm].key,
            found,
            verdict,
            self.asked.design.detect.alpha,
            self.looks,
        )
    }

    fn verdict(&self, report: &Report) -> Saying {
        if self.asked.spans.is_empty() {
            return Saying::of("not-started");
        }
        if let Some(chance) = report.sample_ratio.filter(|it| *it < SAMPLE_RATIO_P) {
            return Saying { chance: Some(chance), ..Saying::of("broken-assignment") };
        }
        let shown: u64 = self.people.arms.iter().map(|it| it.units).sum();
        if report.crossed as f64 > CROSSED_MAX * (shown + report.crossed) as f64 {
            return Saying { have: Some(report.crossed), need: Some(shown), ..Saying::of("crossed") };
        }
        let have: u64 = self.units.iter().sum();
        let planned = self.asked.design.detect.units;
        if self.looks == Looks::Once && have < planned {
            return Saying { have: Some(have), need: Some(planned), ..Saying::of("too-early-planned") };
        }
        let Some(primary) = report.metrics.iter().find(|it| it.primary) else {
            return Saying::of("no-figure");
        };
        let mut answer = best(primary);
        answer.metric = Some(primary.key.clone());
        if answer.code == "better" {
            // A gain that is paid for elsewhere is no gain yet.
            let paid = report.metrics.iter().filter(|it| !it.primary).find(|it| {
                it.against
                    .iter()
                    .any(|one| Some(&one.arm) == answer.arm.as_ref() && one.verdict.code == "worse")
            });
            if let Some(guardrail) = paid {
                answer.code = "better-but";
                answer.metric = Some(guardrail.key.clone());
            }
        }
        answer
    }

    fn notes(&self, report: &Report, stopped_early: bool) -> Vec<&'static str> {
        let asked = self.asked;
        let groups: u64 = self.units.iter().sum();
        let few = matches!(asked.design.unit, Unit::Host | Unit::Shop) && groups < FEW_GROUPS;
        let course = |of: &str| report.metrics.iter().any(|it| it.primary && it.course == Some(of));
        let started = !asked.spans.is_empty();
        [
            ("killed", asked.killed),
            ("stopped-early", started && stopped_early),
            ("paused", asked.status == Status::Paused),
            ("had-pauses", asked.spans.windows(2).any(|pair| pair[1].from_ms > pair[0].to_ms)),
            ("began-anew", asked.version > 1),
            ("some-crossed", report.crossed > 0),
            ("few-groups", few),
            ("wearing-off", course("wearing-off")),
            ("growing", course("growing")),
            ("adjusted", report.metrics.iter().any(|it| it.against.iter().any(|one| one.adjusted))),
        ]
        .into_iter()
        .filter_map(|(note, holds)| holds.then_some(note))
        .collect()
    }
}

/// The arm that a metric speaks for most: better before worse, worse before nothing.
fn best(primary: &MetricReport) -> Saying {
    let estimate = |it: &&Between| it.effect.map_or(0.0, |effect| effect.estimate.abs());
    let of = |code: &str| {
        let arms = primary.against.iter().filter(|it| it.verdict.code == code);
        arms.max_by(|a, b| estimate(a).total_cmp(&estimate(b)))
    };
    let found = ["better", "worse", "no-effect"].into_iter().find_map(of).or_else(|| primary.against.first());
    found.map_or(Saying::of("no-figure"), |it| Saying { arm: Some(it.arm.clone()), ..it.verdict.clone() })
}

fn figures(level: Level) -> ArmFigures {
    let ends = level.interval(0.05);
    ArmFigures { value: level.value, low: ends.low, high: ends.high }
}

fn told_between(
    arm: &str,
    found: Option<(Found, f64)>,
    mut verdict: Saying,
    alpha: f64,
    looks: Looks,
) -> Between {
    let scale = found.as_ref().map_or(Scale::Absolute, |(it, _)| it.scale);
    let always = match looks {
        Looks::Always { .. } => looks,
        Looks::Once => Looks::Always { tuned_for: TUNED_FOR },
    };
    let effect = found.as_ref().map(|(Found { effect, exact, .. }, together)| {
        let ends = |of: linger_stats::Interval| Ends { low: scale.told(of.low), high: scale.told(of.high) };
        let once = exact.map_or(effect.interval(alpha, Looks::Once), |it| it.interval);
        EffectTold {
            estimate: scale.told(effect.estimate),
            once: ends(once),
            always: ends(effect.interval(alpha, always)),
            p_once: exact.map_or(effect.p_value(alpha, Looks::Once), |it| it.p_value),
            p_always: effect.p_value(alpha, always),
            p_together: *together,
        }
    });
    verdict.would_have_seen = verdict.would_have_seen.map(|it| scale.told(it));
    let adjusted = found.is_some_and(|(it, _)| it.adjusted);
    Between { arm: arm.to_owned(), relative: scale.is_relative(), effect, adjusted, verdict }
}

/// What those whom a holdout measures have more than those it leaves alone, so far.
fn holdings_told(asked: &Asked, reader: &Reader, holdings: &[People]) -> Vec<HoldingReport> {
    let primary = asked.design.metrics.iter().position(|it| it.primary);
    let Some(at) = primary else { return vec![] };
    let (kind, looks) = (reader.metrics[at].kind, Looks::Always { tuned_for: TUNED_FOR });
    let told = |(holding, people): (&super::Holding, &People)| {
        let [measured, held] = [&people.arms[0], &people.arms[1]];
        let found = people_apart(kind, &measured.metrics[0], &held.metrics[0]);
        let alpha = asked.design.detect.alpha;
        let terms =
            Terms { wanted: asked.design.metrics[at].wanted.into(), alpha, looks, units_min: ALWAYS_MIN };
        let effect = found.as_ref().map(|it| it.effect).map_err(|unknown| *unknown);
        let verdict = terms.judge([measured.units, held.units], [0.5, 0.5], effect);
        let found = found.ok().map(|it| {
            let chance = it.effect.p_value(alpha, looks);
            (it, chance)
        });
        HoldingReport {
            of: holding.of.clone(),
            held: held.units,
            measured: measured.units,
            uplift: told_between("measured", found, verdict.into(), alpha, looks),
        }
    };
    asked.holdings.iter().zip(holdings).map(told).collect()
}
