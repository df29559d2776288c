//! The headline figures of a show, each defined here and nowhere else. It does not know whether the show is over.

use crate::{Snapshot, Takings};
use linger_stats::{RestrictedMean, Shares, Unknown};

/// Average watch time is told over the first hour of watching: the tail of the curve rests on few people.
pub const WATCH_HORIZON_S: u32 = 3_600;

/// The headline figures. What cannot be told yet says why.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Stays that run now.
    pub here: u32,
    /// The most stays that ran at the end of any second.
    pub here_peak: u32,
    /// Different people who came.
    pub people_came: u32,
    /// Average watch time of a stay within the first [`WATCH_HORIZON_S`] (or as far as anybody was observed): the
    /// restricted mean of the Kaplan–Meier curve, in which people who are still here count as such.
    pub watch: Result<RestrictedMean, Unknown>,
    /// The average of the stays that are over, in seconds: too low while people are here; for comparison only.
    pub watch_naive_mean_s: Result<f64, Unknown>,
    /// The watch time in seconds that half of all stays do not outlast; `None` while more than half run.
    pub watch_median_s: Option<u32>,
    /// People who did something under their name, of the people who came.
    pub interaction: Result<f64, Unknown>,
    /// Likes.
    pub likes: u32,
    /// Comments.
    pub comments: u32,
    /// Questions asked.
    pub questions_opened: u32,
    /// Questions answered.
    pub questions_answered: u32,
    /// Questions answered, of those asked.
    pub answer_rate: Result<f64, Unknown>,
    /// Seconds within which half of all questions are answered, open ones counting as such; `None` when that is not
    /// reached.
    pub answer_median_s: Option<u32>,
    /// Times a product card was seen.
    pub cards_seen: u32,
    /// Times a product card was clicked.
    pub cards_clicked: u32,
    /// Orders placed.
    pub orders_held: u32,
    /// Orders paid.
    pub orders_paid: u32,
    /// What was paid for orders, by currency.
    pub takings: Takings,
    /// Time to first frame in ms that half of those who began to watch did not exceed.
    pub first_frame_p50_ms: Option<u32>,
    /// The same for 95 of 100.
    pub first_frame_p95_ms: Option<u32>,
    /// Time stalled, of the time watched.
    pub stall_share: Result<f64, Unknown>,
    /// Viewers who could not start to watch.
    pub failures: u32,
}

impl Snapshot {
    /// The headline figures up to now.
    pub fn summary(&self) -> Summary {
        let totals = &self.totals;
        let stays = self.stays();
        let retention = stays.kaplan_meier();
        let questions = self.questions().kaplan_meier();
        let share = |hits: u64, trials: u64| Shares { trials, hits }.share();
        Summary {
            here: u32::try_from(self.stays.running()).unwrap_or(u32::MAX),
            here_peak: self.curve().map(|point| point.here).max().unwrap_or(0),
            people_came: self.people_came,
            watch: retention
                .as_ref()
                .map_err(|unknown| *unknown)
                .and_then(|curve| curve.restricted_mean_s(curve.followed_s().min(WATCH_HORIZON_S))),
            watch_naive_mean_s: stays.naive_mean_s(),
            watch_median_s: retention.ok().and_then(|curve| curve.median_s()),
            interaction: share(self.people_acted.into(), self.people_came.into()),
            likes: totals.likes,
            comments: totals.comments,
            questions_opened: totals.questions_opened,
            questions_answered: totals.questions_answered,
            answer_rate: share(totals.questions_answered.into(), totals.questions_opened.into()),
            answer_median_s: questions.ok().and_then(|curve| curve.median_s()),
            cards_seen: totals.cards_seen,
            cards_clicked: totals.cards_clicked,
            orders_held: totals.orders_held,
            orders_paid: totals.orders_paid,
            takings: totals.takings.clone(),
            first_frame_p50_ms: self.first_frame_ms.percentile(50),
            first_frame_p95_ms: self.first_frame_ms.percentile(95),
            stall_share: share(totals.stalled_ms, totals.watched_ms),
            failures: totals.failures,
        }
    }
}
