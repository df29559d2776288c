//! The eight core indicators of a shop: what exactly each one is, as a question over behaviour, and how an answer reads
//! against a baseline and a target. It does not know how questions are answered or where settings are kept.
//!
//! Seven are shares of people on the shop's own calendar: of those who did one thing on a day, how many did another so
//! many days later. Asked as retention, they have one definition live and in batch, and an unfinished day says so.
//! The eighth, watch time, is the restricted mean of a survival curve: a plain mean would leave out whoever still
//! watches.

pub(crate) mod reading;

pub use reading::{Mood, Reading, Spark};

use linger_behaviour::{
    Brackets, Clock, Cohort, Condition, Count, Period, Question, Retention, Scope, Start, Stays, Survival, Text, What,
    touch,
};
use serde::{Deserialize, Serialize};

/// The fact that somebody's question was answered by the host, noted for the person who asked.
pub const ANSWERED: &str = "question.answered";
/// Watch time is cut off at this age: half an hour, s. A longer one would say nothing of shows that are shorter.
pub const WATCH_HORIZON_S: u32 = 1_800;
/// Days shown beside a figure.
pub const SPARK_DAYS: u16 = 14;

const DAY_MS: i64 = 86_400_000;

/// One of the eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kpi {
    /// Of those who first came on a day, the share that came again on the day after.
    D1Return,
    /// The same on the seventh day after.
    D7Return,
    /// The same on the thirtieth day after.
    D30Return,
    /// How long people stay, cut off at half an hour, s.
    WatchTime,
    /// Of those who came on a day, the share that took part that day.
    InteractionRate,
    /// Of those who asked something on a day, the share that was answered that day.
    AnswerRate,
    /// Of those who came on a day, the share that paid an order that day.
    Conversion,
    /// Of those who bought for the first time, the share that bought again on a later day within 90 days.
    RepeatPurchase,
}

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A share of people, 0 to 1.
    Share,
    /// Seconds.
    Seconds,
}

/// What a shop expects of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aim {
    /// Below this it is worse than it should be.
    pub baseline: f64,
    /// From this on it is where it should go.
    pub target: f64,
}

/// When the board is looked at, and for whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Now, ms since 1970.
    pub now_ms: i64,
    /// The shop's zone, an IANA name.
    pub zone: String,
    /// Fewer people than this are no figure.
    pub people_min: u32,
    /// Days shown beside a figure: [`SPARK_DAYS`] on the board, more for an alarm tried on the past.
    pub days: u16,
}

/// A share of people: the retention question behind seven of the eight.
struct Share {
    start: What,
    starts: Start,
    back: What,
    edges: [u32; 2],
}

impl Kpi {
    /// All, in the order of the board.
    pub const ALL: [Kpi; 8] = [
        Kpi::D1Return,
        Kpi::D7Return,
        Kpi::D30Return,
        Kpi::WatchTime,
        Kpi::InteractionRate,
        Kpi::AnswerRate,
        Kpi::Conversion,
        Kpi::RepeatPurchase,
    ];

    /// Its name in settings and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Kpi::D1Return => "d1_return",
            Kpi::D7Return => "d7_return",
            Kpi::D30Return => "d30_return",
            Kpi::WatchTime => "watch_time",
            Kpi::InteractionRate => "interaction_rate",
            Kpi::AnswerRate => "answer_rate",
            Kpi::Conversion => "conversion",
            Kpi::RepeatPurchase => "repeat_purchase",
        }
    }

    /// The indicator of a name.
    pub fn named(name: &str) -> Option<Kpi> {
        Kpi::ALL.into_iter().find(|it| it.name() == name)
    }

    /// What it is counted in.
    pub const fn unit(self) -> Unit {
        match self {
            Kpi::WatchTime => Unit::Seconds,
            _ => Unit::Share,
        }
    }

    /// Where every shop begins. The one-day return of 30 and 40 % is the house's own aim; the others are starting points
    /// to be replaced by what the shop's own history says.
    pub const fn aim(self) -> Aim {
        let (baseline, target) = match self {
            Kpi::D1Return => (0.30, 0.40),
            Kpi::D7Return => (0.15, 0.22),
            Kpi::D30Return => (0.08, 0.12),
            Kpi::WatchTime => (480.0, 720.0),
            Kpi::InteractionRate => (0.15, 0.25),
            Kpi::AnswerRate => (0.60, 0.80),
            Kpi::Conversion => (0.02, 0.03),
            Kpi::RepeatPurchase => (0.15, 0.25),
        };
        Aim { baseline, target }
    }

    fn share(self) -> Option<Share> {
        let share = |start: What, starts, back: What, edges| Some(Share { start, starts, back, edges });
        let came = || What::event(touch::ENTERED);
        let paid = || What::event(touch::ORDER_PAID);
        match self {
            Kpi::D1Return => share(came(), Start::FirstEver, came(), [1, 2]),
            Kpi::D7Return => share(came(), Start::FirstEver, came(), [7, 8]),
            Kpi::D30Return => share(came(), Start::FirstEver, came(), [30, 31]),
            Kpi::WatchTime => None,
            Kpi::InteractionRate => share(came(), Start::Recurring, What::event(touch::INTERACTED), [0, 1]),
            Kpi::AnswerRate => {
                let asked = Condition::OneOf { text: Text::Outcome, values: vec!["asked".into()] };
                let asked = What::event(touch::INTERACTED).when(asked);
                share(asked, Start::Recurring, What::event(ANSWERED), [0, 1])
            }
            Kpi::Conversion => share(came(), Start::Recurring, paid(), [0, 1]),
            Kpi::RepeatPurchase => share(paid(), Start::FirstEver, paid(), [1, 91]),
        }
    }

    /// Days a cohort needs until it can be told: the end of its bracket.
    fn ripens_days(self) -> u32 {
        self.share().map_or(1, |share| share.edges[1])
    }

    /// The questions whose answers [`Kpi::reading`] reads, in that order.
    pub fn questions(self, frame: &Frame) -> Vec<Question> {
        let days = i64::from(self.ripens_days()) + i64::from(frame.days);
        let from_ms = frame.now_ms.saturating_sub(days * DAY_MS).max(0);
        let scope = |from_ms, to_ms| Scope {
            from_ms,
            to_ms,
            zone: frame.zone.clone(),
            filters: vec![],
            min_people: frame.people_min.max(1),
        };
        let Some(share) = self.share() else {
            // The whole first, then day by day.
            let mut spans = vec![(from_ms, frame.now_ms)];
            spans.extend(reading::days(frame).into_iter().map(|(from, to, _)| (from, to)));
            return spans.into_iter().map(|(from, to)| stays(scope(from, to))).collect();
        };
        vec![Question::Retention(Retention {
            scope: scope(from_ms, frame.now_ms),
            start: share.start,
            starts: share.starts,
            back: share.back,
            period: Period::Day,
            clock: Clock::Calendar,
            brackets: Brackets::Edges(share.edges.to_vec()),
            count: Count::On,
            cohort: Cohort::Period,
            breakdown: None,
        })]
    }
}

fn stays(scope: Scope) -> Question {
    Question::Survival(Survival {
        scope,
        stays: Stays::Told { left: What::event(touch::LEFT) },
        horizon_s: WATCH_HORIZON_S,
        breakdown: None,
    })
}
