//! What surrounded a moment of a show, next to what was usual in it: the figures that causes are judged by. It does not
//! know which of them caused anything.

use super::course::Course;
use super::notes::Asked;
use super::shows::Show;
use crate::{Second, Segment, SegmentKind};
use linger_protocol::{ItemId, OffReason};

/// A question that waits longer than twice the usual waits long; but never one that waits less than this.
const WAITS_LONG_S: u32 = 45;
/// A question that nobody takes up for so long is given up: it does not trouble people for ever.
const GIVE_UP_S: u32 = 600;

/// A show with its course, ready to be asked.
pub(super) struct Scene<'a> {
    pub show: &'a Show,
    pub course: &'a Course,
    /// The first second that is no part of the show any more: the host has ended it.
    pub ends_s: u32,
    // A question that waits longer than this waits long.
    long_s: u32,
    // How many waited long, by second.
    waiting: Vec<u32>,
}

impl<'a> Scene<'a> {
    pub fn of(show: &'a Show, course: &'a Course, ends_s: u32) -> Scene<'a> {
        let median = show.snapshot.questions().kaplan_meier().ok().and_then(|curve| curve.median_s());
        let long_s = median
            .map_or(GIVE_UP_S / 5, |median| median.saturating_mul(2))
            .clamp(WAITS_LONG_S, GIVE_UP_S / 5);
        let waiting = waiting_by_second(&show.notes.asked, long_s, ends_s);
        Scene { show, course, ends_s, long_s, waiting }
    }

    /// The sums over the seconds `from_s` to `to_s`, both included.
    pub fn sums(&self, from_s: u32, to_s: u32) -> Second {
        let rows = self.show.snapshot.seconds();
        let (from, to) =
            (rows.partition_point(|row| row.second < from_s), rows.partition_point(|row| row.second <= to_s));
        let mut sum = Second::default();
        rows[from..to.max(from)].iter().for_each(|row| sum.add(row));
        sum
    }

    /// Time stalled of time watched, within a stretch and outside it.
    pub fn stall_shares(&self, from_s: u32, to_s: u32) -> (Option<f64>, Option<f64>) {
        let (inside, all) = (self.sums(from_s, to_s), self.show.snapshot.totals());
        let share =
            |stalled: u64, watched: u64| (watched > 0).then(|| (stalled as f64 / watched as f64).min(1.0));
        let outside = share(
            all.stalled_ms.saturating_sub(inside.stalled_ms),
            all.watched_ms.saturating_sub(inside.watched_ms),
        );
        (share(inside.stalled_ms, inside.watched_ms), outside)
    }

    /// Seconds of a stretch without a picture, and the reason of the last of them.
    pub fn off_air(&self, from_s: u32, to_s: u32) -> Option<(u32, Option<OffReason>)> {
        let mut found = None;
        for (segment, kind) in self.running(from_s, to_s) {
            if let SegmentKind::OffAir { reason } = kind {
                let seconds = overlap(segment, from_s, to_s);
                let before = found.map_or(0, |(seconds, _)| seconds);
                found = Some((before + seconds, reason));
            }
        }
        found
    }

    /// What was on stage at any second of a stretch.
    pub fn running(&self, from_s: u32, to_s: u32) -> impl Iterator<Item = (&Segment, SegmentKind)> {
        let segments = self.show.snapshot.segments().iter();
        segments
            .filter(move |it| it.from_s <= to_s && it.to_s.unwrap_or(u32::MAX) >= from_s)
            .map(|it| (it, it.kind))
    }

    /// Questions that had waited long in a second: how many, and how long the oldest had.
    pub fn waiting(&self, at_s: u32) -> (u32, u32) {
        let waits = self.show.notes.asked.iter().map(|it| (it, waits_long(it, self.long_s)));
        let oldest = waits.filter(|(_, long)| long.contains(&at_s)).map(|(it, _)| at_s - it.at_s).max();
        (self.waiting.get(at_s as usize).copied().unwrap_or(0), oldest.unwrap_or(0))
    }

    /// How many questions have waited long, on average over the show outside a stretch.
    pub fn waiting_usually(&self, from_s: u32, to_s: u32) -> f64 {
        let outside = (0u32..).zip(&self.waiting).filter(|(s, _)| *s < from_s || *s > to_s);
        let (seconds, sum) =
            outside.fold((0u64, 0u64), |(n, sum), (_, waiting)| (n + 1, sum + u64::from(*waiting)));
        sum as f64 / seconds.max(1) as f64
    }

    /// Questions asked and answered in the three minutes up to a second.
    pub fn asked_lately(&self, at_s: u32) -> (u32, u32) {
        let lately = self.sums(at_s.saturating_sub(180), at_s);
        (lately.questions_opened, lately.questions_answered)
    }

    /// Seconds since the last of some moments, up to a second; since the beginning when there was none.
    pub fn since(moments_s: &[u32], at_s: u32) -> u32 {
        let before = moments_s.partition_point(|s| *s <= at_s);
        at_s - before.checked_sub(1).and_then(|at| moments_s.get(at)).copied().unwrap_or(0).min(at_s)
    }

    /// Leaving against expectation while an item's card was up, besides the moment in question and whatever else stood
    /// out in the same showing of the card: people who left and were expected to.
    pub fn card(&self, item: ItemId, showing: &Segment) -> (u64, f64) {
        let span = |it: &Segment| it.from_s..=it.to_s.unwrap_or(u32::MAX);
        let cards = self.show.snapshot.segments().iter().filter(|it| it.kind == SegmentKind::Card { item });
        let up: Vec<_> = cards.map(span).collect();
        let odd: Vec<_> = self
            .course
            .odd
            .iter()
            .filter(|it| span(showing).contains(&it.from_s) || span(showing).contains(&it.to_s))
            .collect();
        self.counted(|s| {
            up.iter().any(|span| span.contains(&s))
                && !odd.iter().any(|it| (it.from_s..=it.to_s).contains(&s))
        })
    }

    /// Leaving against expectation over the seconds that count.
    fn counted(&self, counts: impl Fn(u32) -> bool) -> (u64, f64) {
        let course = self.course;
        let seconds =
            (0..self.ends_s).zip(course.left.iter().zip(&course.expected)).filter(|(s, _)| counts(*s));
        seconds.fold((0, 0.0), |(left, expected), (_, (l, e))| (left + u64::from(*l), expected + e))
    }

    /// Clicks on an item's card in a stretch.
    pub fn clicks(&self, item: ItemId, from_s: u32, to_s: u32) -> u32 {
        let clicks = self.show.notes.clicks.range((from_s, ItemId(0))..=(to_s, ItemId(u64::MAX)));
        clicks.filter(|((_, it), _)| *it == item).map(|(_, n)| n).sum()
    }

    /// Orders of an item in a stretch.
    pub fn orders(&self, item: ItemId, from_s: u32, to_s: u32) -> u32 {
        let orders = self.show.notes.orders.range((from_s, ItemId(0))..=(to_s, ItemId(u64::MAX)));
        orders.filter(|((_, it), _)| *it == item).map(|(_, n)| n).sum()
    }
}

/// The seconds in which a question had waited long.
fn waits_long(asked: &Asked, long_s: u32) -> std::ops::Range<u32> {
    let given_up = asked.at_s.saturating_add(GIVE_UP_S + 1);
    asked.at_s.saturating_add(long_s)..asked.answered_s.unwrap_or(u32::MAX).min(given_up)
}

fn waiting_by_second(asked: &[Asked], long_s: u32, ends_s: u32) -> Vec<u32> {
    let mut changes = vec![0i64; ends_s as usize + 1];
    for long in asked.iter().map(|it| waits_long(it, long_s)).filter(|it| !it.is_empty()) {
        changes[long.start.min(ends_s) as usize] += 1;
        changes[long.end.min(ends_s) as usize] -= 1;
    }
    let mut waiting = 0;
    let counted = changes.iter().take(ends_s as usize).map(|change| {
        waiting += change;
        u32::try_from(waiting).unwrap_or(0)
    });
    counted.collect()
}

/// Seconds that a segment and a stretch share.
fn overlap(segment: &Segment, from_s: u32, to_s: u32) -> u32 {
    let to = segment.to_s.unwrap_or(u32::MAX).min(to_s);
    (to + 1).saturating_sub(segment.from_s.max(from_s))
}

/// The first second after the host ended the show; the one after the last when it was not ended.
pub(super) fn ends_s(show: &Show) -> u32 {
    let ended = SegmentKind::OffAir { reason: Some(OffReason::Ended) };
    let last = show.snapshot.segments().iter().rev().find(|it| it.kind == ended && it.to_s.is_none());
    last.map_or(show.snapshot.until_s() + 1, |it| it.from_s)
}
