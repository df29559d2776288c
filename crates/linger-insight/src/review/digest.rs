//! A show in one line: what shows are listed and compared by. Each figure is defined by [`Summary`] or by the review. It
//! does not know other shows.

use super::cause::Cause;
use super::course::Stretch;
use super::shows::Show;
use super::{Review, scene};
use crate::{Summary, Takings};
use linger_protocol::Millis;
use linger_stats::{RestrictedMean, Unknown};

/// Watch ages, in seconds, at which it is told what share stayed longer.
pub const RETENTION_AT_S: [u32; 3] = [60, 300, 900];

/// The figures of one show that are compared with those of others.
#[derive(Clone, Debug, PartialEq)]
pub struct Digest {
    /// Which of the room's shows, from 1.
    pub number: u32,
    /// When it began.
    pub began: Millis,
    /// How long it lasted, in seconds, until the host ended it or until now.
    pub length_s: u32,
    /// Whether the host ended it, or a later one began.
    pub is_over: bool,
    /// The most stays that ran at once.
    pub here_peak: u32,
    /// Different people who came.
    pub people_came: u32,
    /// Stays that began.
    pub stays: u32,
    /// Average watch time.
    pub watch: Result<RestrictedMean, Unknown>,
    /// The share of stays longer than each of [`RETENTION_AT_S`].
    pub retention: [Result<f64, Unknown>; 3],
    /// Person-seconds watched.
    pub watched_s: u64,
    /// Comments.
    pub comments: u32,
    /// Comments for each hundred minutes that people were there.
    pub comments_per_100_min: Result<f64, Unknown>,
    /// People who did something, of the people who came.
    pub interaction: Result<f64, Unknown>,
    /// Questions asked.
    pub questions: u32,
    /// Questions answered, of those asked.
    pub answer_rate: Result<f64, Unknown>,
    /// Product cards clicked.
    pub clicks: u32,
    /// Orders placed.
    pub orders: u32,
    /// Orders paid.
    pub paid: u32,
    /// What was paid.
    pub takings: Takings,
    /// Time stalled of time watched.
    pub stall_share: Result<f64, Unknown>,
    /// Time to first frame that 95 of 100 did not exceed, in ms.
    pub first_frame_p95_ms: Option<u32>,
    /// The longest time without a draw, an opened sale or an announcement, in seconds.
    pub longest_without_climax_s: u32,
    /// Its worst moment beyond chance, with the likeliest cause.
    pub worst: Option<(Stretch, Cause)>,
}

impl Digest {
    /// The line of a show that was reviewed.
    pub fn of(show: &Show, review: &Review) -> Digest {
        let summary: Summary = show.snapshot.summary();
        let curve = show.snapshot.stays().kaplan_meier();
        let at = |age_s: u32| curve.as_ref().map_err(|unknown| *unknown).and_then(|curve| curve.at(age_s));
        let watched_s: u64 = review.course.at_risk.iter().map(|n| u64::from(*n)).sum();
        let length_s = review.ends_s.min(show.snapshot.until_s());
        let worst = review.losses.iter().find(|loss| loss.stretch.beyond_chance);
        Digest {
            number: show.number,
            began: show.began,
            length_s,
            is_over: show.is_over || scene::ends_s(show) <= show.snapshot.until_s(),
            here_peak: summary.here_peak,
            people_came: summary.people_came,
            stays: show.snapshot.totals().arrived,
            watch: summary.watch,
            retention: RETENTION_AT_S.map(at),
            watched_s,
            comments: summary.comments,
            comments_per_100_min: match watched_s {
                0 => Err(Unknown::NothingObserved),
                _ => Ok(f64::from(summary.comments) * 6_000.0 / watched_s as f64),
            },
            interaction: summary.interaction,
            questions: summary.questions_opened,
            answer_rate: summary.answer_rate,
            clicks: summary.cards_clicked,
            orders: summary.orders_held,
            paid: summary.orders_paid,
            takings: summary.takings,
            stall_share: summary.stall_share,
            first_frame_p95_ms: summary.first_frame_p95_ms,
            longest_without_climax_s: longest_gap_s(&show.notes.climaxes_s, length_s),
            worst: worst.and_then(|loss| Some((loss.stretch.clone(), loss.causes.first()?.cause.clone()))),
        }
    }

    /// Orders paid of the people who came.
    pub fn conversion(&self) -> Result<f64, Unknown> {
        match self.people_came {
            0 => Err(Unknown::NothingObserved),
            people => Ok(f64::from(self.paid) / f64::from(people)),
        }
    }
}

/// The longest gap between moments, the beginning and the end being moments too.
fn longest_gap_s(moments_s: &[u32], length_s: u32) -> u32 {
    let mut before = 0;
    let mut longest = 0;
    for at in moments_s.iter().copied().filter(|at| *at <= length_s).chain([length_s]) {
        longest = longest.max(at - before);
        before = at;
    }
    longest
}
