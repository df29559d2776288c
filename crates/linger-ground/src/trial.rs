//! Experiments whose truth is known: the product's own reports over parts of the pool, beside what is true of it. It does not
//! know how shows are lived, nor how an effect is estimated.

use crate::{
    arms::Arms,
    book::{Book, Told},
    evening::{World, live},
    plan::{Ask, KEY, Plan},
    pool::{Pool, Progress, Stretched, Teller, show},
    truth::{Truth, truth},
    work,
};
use linger_behaviour::{Fact, Fold, Text, touch};
use linger_sim::dice::Dice;
use linger_strategy::experiment::{Assignment, EXPOSED, Experiment, Holdouts, Report, ReportFold, shown};
use serde::Serialize;
use std::collections::BTreeMap;

/// What one experiment said of one metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Said {
    /// The effect, as a share.
    pub estimate: f64,
    /// Its interval, for the one look that was planned.
    pub low: f64,
    /// See `low`.
    pub high: f64,
    /// Whether the interval holds what is true.
    pub holds: bool,
    /// Whether the interval for any number of looks does.
    pub always_holds: bool,
    /// The verdict, as a code.
    pub verdict: &'static str,
}

/// What all experiments said of one metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metric {
    /// Its name.
    pub key: String,
    /// What is true of all shows, as a share.
    pub truth: f64,
    /// What else is true and not what the design asks: all rooms switched on for good, where they are switched to and fro.
    pub truth_for_good: Option<f64>,
    /// Experiments.
    pub experiments: usize,
    /// Those that had a figure.
    pub told: usize,
    /// The share of them whose interval holds what is true: 0.95 is promised.
    pub coverage: f64,
    /// The standard error of that share by chance.
    pub coverage_error: f64,
    /// The same for the interval for any number of looks: 0.95 at least is promised.
    pub coverage_always: f64,
    /// The mean of all estimates.
    pub mean_estimate: f64,
    /// Their standard deviation.
    pub spread: f64,
    /// The mean width of the intervals.
    pub width: f64,
    /// The share that found an effect; where there is none, the share that is wrong.
    pub found: f64,
    /// How often each verdict was given.
    pub verdicts: BTreeMap<&'static str, usize>,
    /// The first ones, to be drawn.
    pub first: Vec<Said>,
}

/// All experiments.
#[derive(Clone, Debug)]
pub struct Trials {
    /// The report of the first one.
    pub report: Report,
    /// Each metric, the primary one first.
    pub metrics: Vec<Metric>,
}

/// How many experiments are kept to be drawn.
const DRAWN: usize = 60;

/// Runs them.
pub fn run(
    ask: &Ask,
    (world, tell): (&World, &Teller),
    (pool, known): (&Pool, &Truth),
    progress: &Progress,
) -> Trials {
    let told = work::each(
        ask.repeat,
        ask.threads,
        |number| match ask.plan {
            Plan::Host | Plan::Switchback => (report(ask, pool, number), vec![]),
            Plan::Viewer => report_of_viewers(ask, (world, tell), pool, number),
        },
        |done| progress("experiments", done, ask.repeat),
    );
    let truths = truths(ask.plan, known, &pool.stretches);
    let metrics = truths.into_iter().enumerate().map(|(place, known)| metric(place, known, &told));
    let metrics = metrics.collect();
    let (report, _) = told.into_iter().next().expect("one experiment at least");
    Trials { report, metrics }
}

/// The product's report on one experiment: some shows of the pool, each with the arm that the product draws.
fn report(ask: &Ask, pool: &Pool, number: usize) -> Report {
    // Rooms were switched as the first version draws it.
    let version = if ask.plan == Plan::Host { u32::try_from(number + 1).unwrap_or(u32::MAX) } else { 1 };
    let asked = ask.report(version);
    let draw = asked.design.draw(KEY, version, true);
    let mut fold = ReportFold::new(asked, &pool.book);
    let mut dice = Dice::of(ask.seed.wrapping_add(number as u64), "experiment");
    for show in some(&mut dice, pool.parts.len(), ask.hosts) {
        let parts = &pool.parts[show];
        let part = &parts[dice.below(parts.len())];
        let world = match ask.plan {
            Plan::Host => match draw.assign(&part.host, &Holdouts::default()) {
                Assignment::Arm(arm) => arm,
                Assignment::HeldOut(_) | Assignment::Out(_) => continue,
            },
            Plan::Switchback | Plan::Viewer => 0,
        };
        part.people[world].clone().for_each(|place| fold.run(&pool.book.run(place)));
    }
    fold.finish()
}

/// The product's report on an experiment over viewers: some shows, lived through with both arms in one room. Its viewers are
/// drawn and its shows are not, so what is true of these very shows is what it is held to.
fn report_of_viewers(
    ask: &Ask,
    (world, tell): (&World, &Teller),
    pool: &Pool,
    number: usize,
) -> (Report, Vec<f64>) {
    let version = u32::try_from(number + 1).unwrap_or(u32::MAX);
    let asked = ask.report(version);
    let draw = asked.design.draw(KEY, version, true);
    let mut dice = Dice::of(ask.seed.wrapping_add(number as u64), "experiment");
    let mut book = Book::default();
    let shows = some(&mut dice, ask.shows, ask.hosts);
    for number in shows.iter().copied() {
        let show = show(ask, number, 0);
        let evening = live(world, &show, Arms::Viewers(Box::new(draw.clone())));
        let mut told = tell(&show.room, &evening.log);
        expose(&mut told, &draw, version);
        book.keep(told);
    }
    let mut fold = ReportFold::new(asked, &book);
    (0..book.people()).for_each(|place| fold.run(&book.run(place)));
    let worlds: Vec<_> = shows.into_iter().map(|it| pool.pairs[it].stayed.clone()).collect();
    let known = truths(ask.plan, &truth(&worlds), &[]);
    (fold.finish(), known.into_iter().map(|it| it.truth).collect())
}

/// A viewer is shown their arm as they come in, as the server tells it with the opening of the room.
fn expose(told: &mut Vec<Told>, draw: &Experiment, version: u32) {
    let entered = told.iter().filter(|(_, fact)| *fact.name == *touch::ENTERED);
    let showings: Vec<Told> = entered
        .filter_map(|(who, fact)| {
            let Assignment::Arm(arm) = draw.assign(who, &Holdouts::default()) else { return None };
            let outcome = shown(KEY, version, if arm == 1 { "with" } else { "without" });
            let showing = Fact { at_ms: fact.at_ms, name: EXPOSED.into(), ..Fact::default() };
            Some((who.clone(), showing.with(Text::Outcome, &outcome)))
        })
        .collect();
    told.extend(showings);
}

/// Some of the numbers below `of`, each once.
fn some(dice: &mut Dice, of: usize, count: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..of).collect();
    for place in 0..count.min(of) {
        let other = place + dice.below(of - place);
        all.swap(place, other);
    }
    all.truncate(count);
    all
}

struct Known {
    truth: f64,
    for_good: Option<f64>,
}

/// What is true of each metric of the design, in its order.
fn truths(plan: Plan, truth: &Truth, stretches: &[Stretched]) -> Vec<Known> {
    let known = |truth| Known { truth, for_good: None };
    let (median, mean) = (truth.median_s.uplift, truth.mean_s.uplift);
    match plan {
        Plan::Host => [median, mean, truth.leaves_per_hour.uplift].map(known).into(),
        Plan::Viewer => [median, mean].map(known).into(),
        Plan::Switchback => vec![switched(stretches)],
    }
}

/// What switching measures, over all draws of all shows: treated stretches beside the others of the same evening, each less
/// what the same time was without any rule, which no draw depends on. Beside it what the rules do when they act all evening:
/// who was held back in one stretch is there in the next, so the two differ.
fn switched(stretches: &[Stretched]) -> Known {
    let (mut over, mut under) = (0.0, 0.0);
    let mut untreated = (0.0, 0.0);
    for room in stretches.chunk_by(|a, b| a.room == b.room) {
        let n = room.len() as f64;
        let share = room.iter().filter(|it| it.treated).count() as f64 / n;
        for it in room {
            let off = f64::from(u8::from(it.treated)) - share;
            over += off * (it.outcome[0] - it.outcome[1]);
            under += off * off;
            if !it.treated {
                untreated = (untreated.0 + it.outcome[0], untreated.1 + 1.0);
            }
        }
    }
    let base = untreated.0 / untreated.1;
    let [without, with] = [1, 2].map(|world| stretches.iter().map(|it| it.outcome[world]).sum::<f64>());
    Known { truth: over / under / base, for_good: Some(with / without - 1.0) }
}

/// What was told of a metric, each report with what is true of its own shows, where that is what it is held to.
fn metric(place: usize, known: Known, told: &[(Report, Vec<f64>)]) -> Metric {
    let mut verdicts = BTreeMap::new();
    let mut said = vec![];
    for (report, own) in told {
        let truth = own.get(place).copied().unwrap_or(known.truth);
        let between = &report.metrics[place].against[0];
        *verdicts.entry(between.verdict.code).or_insert(0) += 1;
        let Some(effect) = between.effect.filter(|_| between.relative) else { continue };
        let holds = |low: f64, high: f64| low <= truth && truth <= high;
        said.push(Said {
            estimate: effect.estimate,
            low: effect.once.low,
            high: effect.once.high,
            holds: holds(effect.once.low, effect.once.high),
            always_holds: holds(effect.always.low, effect.always.high),
            verdict: between.verdict.code,
        });
    }
    let n = said.len().max(1) as f64;
    let mean = |of: &dyn Fn(&Said) -> f64| said.iter().map(of).sum::<f64>() / n;
    let share = |of: &dyn Fn(&Said) -> bool| said.iter().filter(|it| of(it)).count() as f64 / n;
    let mean_estimate = mean(&|it| it.estimate);
    let coverage = share(&|it| it.holds);
    Metric {
        key: told[0].0.metrics[place].key.clone(),
        truth: known.truth,
        truth_for_good: known.for_good,
        experiments: told.len(),
        told: said.len(),
        coverage,
        coverage_error: (0.95 * 0.05 / n).sqrt(),
        coverage_always: share(&|it| it.always_holds),
        mean_estimate,
        spread: (mean(&|it| (it.estimate - mean_estimate).powi(2)) * n / (n - 1.0).max(1.0)).sqrt(),
        width: mean(&|it| it.high - it.low),
        found: share(&|it| matches!(it.verdict, "better" | "worse" | "better-but")),
        verdicts,
        first: said.into_iter().take(DRAWN).collect(),
    }
}
