//! Leaving as it was against leaving as it was to be expected from who was there, and the moments in which the two part.
//!
//! Expected leaving is indirect standardisation: each stratum (source and watch age) has its own rate of leaving over
//! the whole show, and a moment's expectation is the sum over the people who were there then. A burst of arrivals, many
//! of whom look in and go, raises the expectation with it, and so is no drop. Strata with few person-seconds borrow from
//! people of the same age from everywhere. Moments that stand out are taken out of the reckoning once, and the rates
//! reckoned again, so that a bad minute does not make itself normal.
//!
//! Moments are found with the scan statistic of M. Kulldorff (1997) over windows of several lengths. Each of the many
//! windows is a look. By H. Chernoff's bound the chance that one window reaches a log likelihood ratio `l` when nothing
//! is the matter is at most `exp(-l)`, and over all looks at most their number times that.
//!
//! It does not know what happened in the room.

use super::strata::{AGES_FROM_S, Sheet};
use linger_stats::{Interval, poisson_ci95};

/// Lengths of the windows looked at, in seconds.
pub const WINDOWS_S: [u32; 6] = [15, 30, 45, 60, 120, 180];
/// Fewer people than this in a window, on average, say nothing.
pub const AT_RISK_MIN: f64 = 15.0;
/// The chance of naming even one moment as beyond chance when none is.
pub const FALSE_ALARM: f64 = 0.05;
/// Moments told, of each kind.
pub const MOMENTS_MAX: usize = 6;
/// Fewer people than this, more or less than expected, are not worth a look.
const EXCESS_MIN: f64 = 3.0;
/// A window with less evidence cannot have an interval that leaves 1 out: half of the 95 % point of chi-squared.
const EVIDENCE_MIN: f64 = 1.92;
/// Windows begin this often, at least; less often in a very long show.
const STEP_S: u32 = 5;
const STARTS_MAX: u32 = 10_000;
/// Person-seconds of the same age, from everywhere, that a stratum's rate borrows.
const BORROWED_S: f64 = 600.0;

/// Leaving over one show.
#[derive(Clone, Debug)]
pub struct Course {
    /// Stays at risk, by second.
    pub at_risk: Vec<u32>,
    /// Stays that left, by second.
    pub left: Vec<u32>,
    /// Stays that were to be expected to leave, by second.
    pub expected: Vec<f64>,
    // Seconds up to and without this one are reviewed.
    pub(super) until_s: u32,
    rates: Vec<f64>,
    // What was left out of the reckoning of what is usual.
    pub(super) odd: Vec<Stretch>,
}

/// A stretch in which more people left than expected, or fewer.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// First second.
    pub from_s: u32,
    /// Last second.
    pub to_s: u32,
    /// People there, on average.
    pub at_risk: f64,
    /// People who left.
    pub left: u64,
    /// People who were to be expected to leave.
    pub expected: f64,
    /// `left / expected`, with its exact 95 % interval as for one look.
    pub ratio: f64,
    /// The interval.
    pub ci95: Interval,
    /// Whether this would be rare by chance even among all windows looked at.
    pub beyond_chance: bool,
}

impl Stretch {
    /// People beyond expectation; negative when fewer left.
    pub fn excess(&self) -> f64 {
        self.left as f64 - self.expected
    }
}

/// A part of a stretch's leaving: one source, or one class of age.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Person-seconds at risk.
    pub at_risk_s: u64,
    /// People who left.
    pub left: u64,
    /// People who were to be expected to leave.
    pub expected: f64,
}

/// The moments of a show.
#[derive(Clone, Debug)]
pub struct Moments {
    /// Most people lost beyond expectation first.
    pub drops: Vec<Stretch>,
    /// Most people kept beyond expectation first.
    pub holds: Vec<Stretch>,
    /// How many windows were looked at.
    pub looks: u32,
}

impl Course {
    /// The course of a show up to second `until_s`, which is not reviewed itself: the host's end of the show.
    pub fn of(sheet: &Sheet, until_s: u32) -> (Course, Moments) {
        let all = |_: u32| true;
        let first = Course::with_rates(sheet, until_s, rates(sheet, until_s, all));
        let odd: Vec<Stretch> = first.moments().drops.into_iter().filter(|it| it.beyond_chance).collect();
        if odd.is_empty() {
            let moments = first.moments();
            return (first, moments);
        }
        let is_usual = |s: u32| !odd.iter().any(|it| (it.from_s..=it.to_s).contains(&s));
        let mut course = Course::with_rates(sheet, until_s, rates(sheet, until_s, is_usual));
        let moments = course.moments();
        course.odd = odd;
        (course, moments)
    }

    fn with_rates(sheet: &Sheet, until_s: u32, rates: Vec<f64>) -> Course {
        let seconds = sheet.steps.len();
        let mut course = Course {
            at_risk: Vec::with_capacity(seconds),
            left: Vec::with_capacity(seconds),
            expected: Vec::with_capacity(seconds),
            until_s: until_s.min(sheet.until_s + 1),
            rates,
            odd: Vec::new(),
        };
        for step in &sheet.steps {
            course.at_risk.push(step.at_risk.iter().map(|(_, n)| n).sum());
            course.left.push(step.left.iter().map(|(_, n)| n).sum());
            course.expected.push(step.at_risk.iter().map(|(at, n)| course.rates[*at] * f64::from(*n)).sum());
        }
        course
    }

    /// The figures of a stretch, `to_s` included. `None` when nobody was to be expected to leave.
    pub fn stretch(&self, from_s: u32, to_s: u32, looks: u32) -> Option<Stretch> {
        let range = from_s as usize..(to_s as usize + 1).min(self.left.len());
        let seconds = range.len();
        let left: u64 = self.left.get(range.clone())?.iter().map(|n| u64::from(*n)).sum();
        let expected: f64 = self.expected.get(range.clone())?.iter().sum();
        let people: u64 = self.at_risk.get(range)?.iter().map(|n| u64::from(*n)).sum();
        if expected.is_nan() || expected <= 0.0 {
            return None;
        }
        let limits = poisson_ci95(left);
        let ci95 = Interval { low: limits.low / expected, high: limits.high / expected };
        Some(Stretch {
            from_s,
            to_s,
            at_risk: people as f64 / seconds.max(1) as f64,
            left,
            expected,
            ratio: left as f64 / expected,
            ci95,
            beyond_chance: evidence(left as f64, expected) >= (f64::from(looks.max(1)) / FALSE_ALARM).ln(),
        })
    }

    /// How the leaving of a stretch is spread over sources, in the order of [`Sheet::sources`].
    pub fn by_source(&self, sheet: &Sheet, stretch: &Stretch) -> Vec<Part> {
        let parts = self.split(sheet, stretch, sheet.sources.len() + 1, |at| at / AGES_FROM_S.len());
        parts.into_iter().take(sheet.sources.len()).collect()
    }

    /// How the leaving of a stretch is spread over classes of watch age.
    pub fn by_age(&self, sheet: &Sheet, stretch: &Stretch) -> Vec<Part> {
        self.split(sheet, stretch, AGES_FROM_S.len(), |at| at % AGES_FROM_S.len())
    }

    fn split(&self, sheet: &Sheet, stretch: &Stretch, n: usize, of: impl Fn(usize) -> usize) -> Vec<Part> {
        let mut parts = vec![Part { at_risk_s: 0, left: 0, expected: 0.0 }; n];
        let to = (stretch.to_s as usize + 1).min(sheet.steps.len());
        for step in &sheet.steps[(stretch.from_s as usize).min(to)..to] {
            for (at, people) in &step.at_risk {
                let part = &mut parts[of(*at)];
                part.at_risk_s += u64::from(*people);
                part.expected += self.rates[*at] * f64::from(*people);
            }
            step.left.iter().for_each(|(at, people)| parts[of(*at)].left += u64::from(*people));
        }
        parts
    }

    fn moments(&self) -> Moments {
        let windows = self.windows();
        let looks = u32::try_from(windows.len()).unwrap_or(u32::MAX);
        let pick = |more: bool| self.pick(&windows, looks, more);
        Moments { drops: pick(true), holds: pick(false), looks }
    }

    /// Every window with enough people: first and last second, people who left and were expected to.
    fn windows(&self) -> Vec<(u32, u32, f64, f64)> {
        let (mut left, mut expected, mut people) = (vec![0.0], vec![0.0], vec![0.0]);
        let seconds = (self.until_s as usize).min(self.left.len());
        let mut sums = (0.0, 0.0, 0.0);
        for second in 0..seconds {
            sums.0 += f64::from(self.left[second]);
            sums.1 += self.expected[second];
            sums.2 += f64::from(self.at_risk[second]);
            left.push(sums.0);
            expected.push(sums.1);
            people.push(sums.2);
        }
        let step = STEP_S.max(self.until_s / STARTS_MAX);
        let mut windows = Vec::new();
        for from in (0..self.until_s).step_by(step as usize) {
            for length in WINDOWS_S.iter().filter(|length| from + **length <= self.until_s) {
                let (a, b) = (from as usize, (from + length) as usize);
                if people[b] - people[a] >= AT_RISK_MIN * f64::from(*length) {
                    windows.push((from, from + length - 1, left[b] - left[a], expected[b] - expected[a]));
                }
            }
        }
        windows
    }

    fn pick(&self, windows: &[(u32, u32, f64, f64)], looks: u32, more: bool) -> Vec<Stretch> {
        let excess = |left: f64, expected: f64| if more { left - expected } else { expected - left };
        let mut odd: Vec<(f64, u32, u32)> = windows
            .iter()
            .filter(|(_, _, left, expected)| excess(*left, *expected) >= EXCESS_MIN)
            .map(|(from, to, left, expected)| (evidence(*left, *expected), *from, *to))
            .filter(|(evidence, _, _)| *evidence >= EVIDENCE_MIN)
            .collect();
        odd.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut picked: Vec<Stretch> = Vec::new();
        for (_, from_s, to_s) in odd {
            if picked.len() == MOMENTS_MAX {
                break;
            }
            // Moments keep apart: what touches a stronger one belongs to it.
            if picked.iter().any(|it| from_s <= it.to_s + STEP_S && it.from_s <= to_s + STEP_S) {
                continue;
            }
            let Some(stretch) = self.stretch(from_s, to_s, looks) else { continue };
            let is_odd = if more { stretch.ci95.low > 1.0 } else { stretch.ci95.high < 1.0 };
            if is_odd {
                picked.push(stretch);
            }
        }
        picked.sort_by(|a, b| {
            let of = |it: &Stretch| excess(it.left as f64, it.expected);
            b.beyond_chance.cmp(&a.beyond_chance).then(of(b).total_cmp(&of(a)))
        });
        picked
    }
}

/// The rate of leaving in each stratum, over the seconds that count.
fn rates(sheet: &Sheet, until_s: u32, counts: impl Fn(u32) -> bool) -> Vec<f64> {
    let mut at_risk = vec![0.0; sheet.strata()];
    let mut left = vec![0.0; sheet.strata()];
    for (_, step) in (0u32..until_s).zip(&sheet.steps).filter(|(second, _)| counts(*second)) {
        step.at_risk.iter().for_each(|(at, n)| at_risk[*at] += f64::from(*n));
        step.left.iter().for_each(|(at, n)| left[*at] += f64::from(*n));
    }
    let ages = AGES_FROM_S.len();
    let by_age = |sums: &[f64], age: usize| sums.iter().skip(age).step_by(ages).sum::<f64>();
    let of_age: Vec<f64> = (0..ages)
        .map(|age| match by_age(&at_risk, age) {
            0.0 => 0.0,
            people => by_age(&left, age) / people,
        })
        .collect();
    let rate = |at: usize| (left[at] + BORROWED_S * of_age[at % ages]) / (at_risk[at] + BORROWED_S);
    (0..sheet.strata()).map(rate).collect()
}

/// The log likelihood ratio of `left` against `expected`, in either direction.
fn evidence(left: f64, expected: f64) -> f64 {
    if expected <= 0.0 {
        return 0.0;
    }
    let grown = if left > 0.0 { left * (left / expected).ln() } else { 0.0 };
    grown - (left - expected)
}
