//! What the shows of a room came to over a day, a week or a month, next to the time before: a document of figures, out of
//! the lines of its shows. It does not know who reads it, in which language, or how it travels.

use super::digest::Digest;
use super::finding::{Symptom, findings};
use crate::Takings;
use linger_protocol::Millis;

/// Sums over the shows of a stretch of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    /// Shows that began in it.
    pub shows: u32,
    /// How long they lasted together, in seconds.
    pub length_s: u64,
    /// People who came, added over shows: somebody who comes to two counts twice.
    pub people: u64,
    /// Average watch time of a stay, in seconds, stays weighing alike; `None` while no show knows it.
    pub watch_mean_s: Option<f64>,
    /// Comments.
    pub comments: u64,
    /// Questions.
    pub questions: u64,
    /// Questions answered.
    pub answered: u64,
    /// Orders placed.
    pub orders: u64,
    /// Orders paid.
    pub paid: u64,
    /// What was paid.
    pub takings: Takings,
    /// People lost beyond expectation in the worst moment of each show.
    pub lost: f64,
}

impl Sums {
    fn of<'a>(shows: impl Iterator<Item = &'a Digest>) -> Sums {
        let mut sums = Sums::default();
        let (mut watched, mut stays) = (0.0, 0.0);
        for show in shows {
            sums.shows += 1;
            sums.length_s += u64::from(show.length_s);
            sums.people += u64::from(show.people_came);
            sums.comments += u64::from(show.comments);
            sums.questions += u64::from(show.questions);
            sums.answered +=
                show.answer_rate.map_or(0, |rate| (rate * f64::from(show.questions)).round() as u64);
            sums.orders += u64::from(show.orders);
            sums.paid += u64::from(show.paid);
            show.takings.sums().iter().for_each(|amount| sums.takings.add(*amount));
            sums.lost += show.worst.as_ref().map_or(0.0, |(stretch, _)| stretch.excess());
            if let Ok(mean) = show.watch {
                watched += mean.mean_s * f64::from(show.stays);
                stays += f64::from(show.stays);
            }
        }
        sums.watch_mean_s = (stays > 0.0).then(|| watched / stays);
        sums
    }
}

/// A cause of worst moments: how often it was the likeliest, and how many people went.
#[derive(Clone, Debug, PartialEq)]
pub struct CauseCount {
    /// Its code.
    pub cause: &'static str,
    /// In how many shows.
    pub shows: u32,
    /// People lost beyond expectation.
    pub lost: f64,
}

/// The report over a stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewReport {
    /// From when.
    pub from: Millis,
    /// Until when, that moment not included.
    pub to: Millis,
    /// Its shows, in order.
    pub shows: Vec<Digest>,
    /// Their sums.
    pub sums: Sums,
    /// The sums of as long a time right before; `None` when the room had no show then.
    pub before: Option<Sums>,
    /// The likeliest causes of the worst moments, those that cost most people first.
    pub causes: Vec<CauseCount>,
    /// What was poor, and in how many shows, the commonest first.
    pub poor: Vec<(Symptom, u32)>,
}

impl ReviewReport {
    /// The report over the shows that began from `from` on and before `to`, out of all shows of a room in order.
    pub fn over(all: &[Digest], from: Millis, to: Millis) -> ReviewReport {
        let within =
            |from: Millis, to: Millis| all.iter().filter(move |it| it.began >= from && it.began < to);
        let earlier = Millis(from.0.saturating_sub_unsigned(to.since(from)));
        let before = Sums::of(within(earlier, from));
        let mut causes: Vec<CauseCount> = Vec::new();
        let mut poor: Vec<(Symptom, u32)> = Vec::new();
        for show in within(from, to) {
            if let Some((stretch, cause)) = &show.worst {
                let counted = count(
                    &mut causes,
                    |it| it.cause == cause.code(),
                    || CauseCount { cause: cause.code(), shows: 0, lost: 0.0 },
                );
                counted.shows += 1;
                counted.lost += stretch.excess();
            }
            let place = all.partition_point(|it| it.number < show.number);
            for finding in findings(show, &all[..place]) {
                count(&mut poor, |it| it.0 == finding.symptom, || (finding.symptom, 0)).1 += 1;
            }
        }
        causes.sort_by(|a, b| b.lost.total_cmp(&a.lost));
        poor.sort_by_key(|(_, shows)| std::cmp::Reverse(*shows));
        ReviewReport {
            from,
            to,
            shows: within(from, to).cloned().collect(),
            sums: Sums::of(within(from, to)),
            before: Some(before).filter(|it| it.shows > 0),
            causes,
            poor,
        }
    }

    /// The show in which people watched longest.
    pub fn best(&self) -> Option<&Digest> {
        let known = self.shows.iter().filter_map(|it| Some((it, it.watch.ok()?.mean_s)));
        known.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(show, _)| show)
    }

    /// The show with the worst moment.
    pub fn worst(&self) -> Option<&Digest> {
        let known = self.shows.iter().filter_map(|it| Some((it, it.worst.as_ref()?.0.excess())));
        known.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(show, _)| show)
    }
}

fn count<T>(all: &mut Vec<T>, is: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> &mut T {
    let at = all.iter().position(is).unwrap_or_else(|| {
        all.push(new());
        all.len() - 1
    });
    &mut all[at]
}
