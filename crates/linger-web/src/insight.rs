//! The figures of a running show, folded by `linger-insight` and pushed to staff every second. It does not know how any
//! figure is reckoned.

mod at_work;

use crate::{
    house::{House, RoomDesk},
    hub::forms::money_wire,
    hub::text,
    wire::{
        ArmWire, ArmsWire, CurvePoint, EndsWire, InsightWire, LeavingWire, SecondWire, SegmentWire,
        SinceWire, StepWire, ToClient, TotalsWire,
    },
};
use at_work::AtWork;
use axum::extract::ws::Utf8Bytes;
use linger_insight::{ArmSums, Comparison, Live, OCCASIONS_MIN, Segment, SegmentKind, Snapshot};
use linger_log::Position;
use linger_protocol::{Entry, Millis};
use linger_stats::Unknown;
use std::{
    sync::{Arc, RwLock},
    time::Duration,
};
use tokio::sync::broadcast;

const TICK: Duration = Duration::from_secs(1);
/// Seconds between two survival curves: the curve moves slowly and is large.
const CURVE_EVERY: u32 = 5;
/// Points of a curve that is sent.
const CURVE_POINTS_MAX: usize = 240;
/// Steps a staff socket may lag before it is sent everything anew.
const STEPS_KEPT: usize = 64;

/// The figures of one room.
pub(crate) struct InsightDesk {
    all: RwLock<InsightWire>,
    steps: broadcast::Sender<Utf8Bytes>,
}

impl Default for InsightDesk {
    fn default() -> InsightDesk {
        let all = InsightWire {
            began_at: 0,
            seconds: vec![],
            segments: vec![],
            curve: vec![],
            totals: TotalsWire::default(),
            arms: vec![],
            rules: vec![],
            since: None,
        };
        InsightDesk { all: RwLock::new(all), steps: broadcast::channel(STEPS_KEPT).0 }
    }
}

impl InsightDesk {
    pub(crate) fn all(&self) -> InsightWire {
        self.all.read().unwrap_or_else(|it| it.into_inner()).clone()
    }
}

/// One staff socket's reading of the steps.
pub(crate) struct Steps {
    desk: Arc<RoomDesk>,
    steps: broadcast::Receiver<Utf8Bytes>,
}

impl Steps {
    pub(crate) fn of(desk: Arc<RoomDesk>) -> Steps {
        let steps = desk.insight.steps.subscribe();
        Steps { desk, steps }
    }

    /// What is sent first. A step that falls between the two is told twice, and replaces rows by the same rows.
    pub(crate) fn first(&self) -> Utf8Bytes {
        text(&ToClient::Insight { insight: Box::new(self.desk.insight.all()) })
    }
}

/// The next step; never, when nobody wants steps.
pub(crate) async fn next_step(steps: &mut Option<Steps>) -> Utf8Bytes {
    let Some(steps) = steps else { return std::future::pending().await };
    match steps.steps.recv().await {
        Ok(step) => step,
        Err(broadcast::error::RecvError::Lagged(_)) => steps.first(),
        Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
    }
}

/// Begins to fold a room, from the beginning of its log.
pub(crate) fn follow(house: House, desk: Arc<RoomDesk>, start: Position) {
    tokio::spawn(async move {
        let mut feed = house.engine.feed(&desk.room, start);
        let mut reader = Reader::default();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                batch = feed.next() => match batch {
                    Ok(batch) => batch.entries.iter().for_each(|entry| reader.fold(entry)),
                    Err(_) => return,
                },
                // While it reads what was before, a step would tell half a history.
                _ = ticks.tick(), if !feed.is_behind() => reader.tick(&desk.insight, house.now()),
            }
        }
    });
}

#[derive(Default)]
struct Reader {
    live: Live,
    snapshot: Snapshot,
    at_work: AtWork,
    ticks: u32,
}

impl Reader {
    fn fold(&mut self, entry: &Entry) {
        self.live.fold(entry);
        self.at_work.fold(&entry.event);
    }

    fn tick(&mut self, desk: &InsightDesk, now: Millis) {
        let before_s = self.snapshot.until_s();
        let step = self.live.tick(now);
        let first_changed = step.seconds.first().map_or(step.until_s, |row| row.second);
        let from_s = if step.begins.is_some() { 0 } else { first_changed.min(before_s) };
        let segments_before = if step.begins.is_some() { 0 } else { self.snapshot.segments().len() };
        let running_before: Vec<usize> = running(&self.snapshot);
        self.snapshot.apply(&step);
        self.ticks += 1;
        let began = step.begins.is_some();
        let with_curve = began || self.ticks.is_multiple_of(CURVE_EVERY);
        let seconds = seconds_wire(&self.snapshot, from_s);
        let changed = running_before
            .into_iter()
            .filter(|at| *at < segments_before)
            .chain(segments_before..self.snapshot.segments().len());
        let segments: Vec<_> = changed
            .filter_map(|at| Some((u32::try_from(at).ok()?, segment_wire(self.snapshot.segments().get(at)?))))
            .collect();
        let told = StepWire {
            seconds,
            segments,
            curve: with_curve.then(|| curve_wire(&self.snapshot)),
            totals: totals_wire(&self.snapshot),
            arms: self.live.arms().comparisons().iter().map(arms_wire).collect(),
            rules: self.at_work.changed(),
            since: self.live.aftermath(now).map(|it| SinceWire {
                prompt: it.prompt.0,
                at: it.at.0,
                askers: it.askers,
                askers_here: it.askers_here,
            }),
            told_at: now.0,
        };
        let message = {
            let mut all = desk.all.write().unwrap_or_else(|it| it.into_inner());
            take_in(&mut all, &told, began, &self.snapshot);
            if began {
                ToClient::Insight { insight: Box::new(all.clone()) }
            } else {
                ToClient::InsightStep { step: Box::new(told) }
            }
        };
        if desk.steps.receiver_count() > 0 {
            // Nobody listening any more is no fault.
            let _ = desk.steps.send(text(&message));
        }
    }
}

/// Places of the segments that have not ended.
fn running(snapshot: &Snapshot) -> Vec<usize> {
    let open = |(at, segment): (usize, &Segment)| segment.to_s.is_none().then_some(at);
    snapshot.segments().iter().enumerate().filter_map(open).collect()
}

fn take_in(all: &mut InsightWire, told: &StepWire, began: bool, snapshot: &Snapshot) {
    if began {
        all.seconds.clear();
        all.segments.clear();
    }
    all.began_at = snapshot.starts_at().map_or(0, |at| at.0);
    for second in &told.seconds {
        match all.seconds.get_mut(second.s as usize) {
            Some(row) => *row = second.clone(),
            None => all.seconds.push(second.clone()),
        }
    }
    for (at, segment) in &told.segments {
        match all.segments.get_mut(*at as usize) {
            Some(row) => *row = segment.clone(),
            None => all.segments.push(segment.clone()),
        }
    }
    if let Some(curve) = &told.curve {
        all.curve.clone_from(curve);
    }
    all.totals = told.totals.clone();
    all.arms.clone_from(&told.arms);
    if let Some(rules) = &told.rules {
        all.rules.clone_from(rules);
    }
    all.since = told.since;
}

/// Every second from `from_s` on, those in which nothing happened too.
fn seconds_wire(snapshot: &Snapshot, from_s: u32) -> Vec<SecondWire> {
    if snapshot.starts_at().is_none() {
        return vec![];
    }
    let mut rows = Vec::new();
    let mut here = 0;
    let mut next = 0;
    let quiet = |rows: &mut Vec<SecondWire>, from: u32, to: u32, here: u32| {
        rows.extend((from.max(from_s)..to).map(|s| SecondWire { s, here, ..SecondWire::default() }));
    };
    for point in snapshot.curve() {
        let figures = point.figures;
        quiet(&mut rows, next, figures.second, here);
        here = point.here;
        next = figures.second + 1;
        if figures.second >= from_s {
            rows.push(SecondWire {
                s: figures.second,
                here,
                arrived: figures.arrived,
                left: figures.left,
                hazard: point.leave_hazard.unwrap_or(0.0),
                likes: figures.likes,
                comments: figures.comments,
                clicks: figures.cards_clicked,
                orders: figures.orders_held,
                paid: figures.orders_paid,
                gmv_minor: figures.takings.sums().first().map_or(0, |sum| sum.minor),
                stalls: figures.stalls,
            });
        }
    }
    quiet(&mut rows, next, snapshot.until_s() + 1, here);
    rows
}

pub(crate) fn segment_wire(segment: &Segment) -> SegmentWire {
    let (kind, item, label) = match segment.kind {
        SegmentKind::Card { item } => ("card", Some(item.0), String::new()),
        SegmentKind::Draw { draw } => ("draw", None, draw.to_string()),
        SegmentKind::Prompt { question, .. } => ("prompt", None, question.to_string()),
        SegmentKind::Withheld { question } => ("withheld", None, question.to_string()),
        SegmentKind::Announcement => ("announcement", None, String::new()),
        SegmentKind::OffAir { .. } => ("off-air", None, String::new()),
    };
    SegmentWire {
        from_s: segment.from_s,
        to_s: segment.to_s,
        kind: kind.to_owned(),
        item,
        label,
        asked: segment.asked,
    }
}

fn curve_wire(snapshot: &Snapshot) -> Vec<CurvePoint> {
    let Ok(curve) = snapshot.stays().kaplan_meier() else { return vec![] };
    let points = curve.points();
    let step = points.len().div_ceil(CURVE_POINTS_MAX).max(1);
    // The last point is always among them: it is where the curve ends.
    let last = points.len().saturating_sub(1);
    let kept = points.iter().enumerate().filter(|(at, _)| at % step == 0 || *at == last);
    kept.map(|(_, point)| CurvePoint {
        age_s: point.age_s,
        survival: point.survival,
        low: point.ci95.low,
        high: point.ci95.high,
        at_risk: u32::try_from(point.at_risk).unwrap_or(u32::MAX),
    })
    .collect()
}

fn totals_wire(snapshot: &Snapshot) -> TotalsWire {
    let summary = snapshot.summary();
    TotalsWire {
        here: summary.here,
        peak: summary.here_peak,
        stays: u64::from(snapshot.totals().arrived),
        watch_mean_s: summary.watch.ok().map(|mean| mean.mean_s),
        watch_median_s: summary.watch_median_s.map(f64::from),
        interaction_rate: summary.interaction.ok(),
        comments: summary.comments.into(),
        likes: summary.likes.into(),
        questions: summary.questions_opened.into(),
        answered: summary.questions_answered.into(),
        answer_median_s: summary.answer_median_s.map(f64::from),
        clicks: summary.cards_clicked.into(),
        orders: summary.orders_held.into(),
        paid: summary.orders_paid.into(),
        gmv: summary.takings.sums().iter().copied().map(money_wire).collect(),
        first_frame_p50_ms: summary.first_frame_p50_ms.map(f64::from),
        stall_share: summary.stall_share.ok(),
    }
}

fn arms_wire(comparison: &Comparison) -> ArmsWire {
    let verdict = match &comparison.answered {
        Err(Unknown::TooFew { .. } | Unknown::NothingObserved) => "not-enough-yet",
        Ok(difference) if difference.ci95.low > 0.0 => "more",
        Ok(difference) if difference.ci95.high < 0.0 => "less",
        _ => "no-detectable-effect",
    };
    let difference = comparison.answered.as_ref().ok();
    // People per million people and second are a hundredth of people per 100 people and second.
    let per_100_and_minute = |ppm: f64| ppm * 60.0 / 10_000.0;
    let leaving = comparison.hazard_change_ppm.as_ref().ok().map(|it| LeavingWire {
        estimate: per_100_and_minute(it.estimate),
        low: per_100_and_minute(it.ci95.low),
        high: per_100_and_minute(it.ci95.high),
    });
    let ends = &comparison.acted.ends;
    ArmsWire {
        rule: comparison.rule.clone(),
        acted: arm_wire(&comparison.acted),
        held_out: arm_wire(&comparison.held_out),
        difference: difference.map(|it| it.estimate),
        low: difference.map(|it| it.ci95.low),
        high: difference.map(|it| it.ci95.high),
        verdict: verdict.to_owned(),
        leaving,
        needs: count(OCCASIONS_MIN),
        ends: EndsWire {
            followed: count(ends.followed),
            dismissed: count(ends.dismissed),
            later: count(ends.later),
            expired: count(ends.expired),
        },
    }
}

fn count(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn arm_wire(sums: &ArmSums) -> ArmWire {
    let (left, present_ms) = sums.after;
    #[expect(clippy::cast_precision_loss, reason = "people and milliseconds of a show are far below 2^52")]
    let hazard_after = (present_ms > 0).then(|| left as f64 * 1_000.0 / present_ms as f64);
    let answer_time = sums.answer_time.kaplan_meier();
    ArmWire {
        occasions: count(sums.occasions),
        questions: count(sums.questions),
        compared: count(sums.hazard_change_ppm.n()),
        answered: count(sums.answered.hits),
        answered_share: sums.answered.share().ok(),
        answer_mean_s: answer_time
            .and_then(|curve| curve.restricted_mean_s(curve.followed_s()))
            .ok()
            .map(|mean| mean.mean_s),
        hazard_after,
    }
}
