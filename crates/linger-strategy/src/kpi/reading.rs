//! From answers to one figure, its state and the days beside it. It does not know how answers were found.

use super::{Aim, Frame, Kpi};
use crate::segment::Calendar;
use linger_behaviour::Answer;
use serde::{Deserialize, Serialize};

/// Where a figure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Too few people, or no finished day yet.
    Unknown,
    /// Below the baseline.
    Worse,
    /// Between baseline and target.
    At,
    /// At the target or above.
    Better,
}

/// One day beside a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spark {
    /// The day's date.
    pub label: String,
    /// Its beginning, ms since 1970.
    pub from_ms: i64,
    /// The day's own figure; absent with too few people.
    pub value: Option<f64>,
    /// People behind it.
    pub people: Option<u64>,
    /// More may come of it.
    pub unfinished: bool,
}

/// An indicator as the board shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Over all finished days of the range.
    pub value: Option<f64>,
    /// People behind it.
    pub people: u64,
    /// Where it stands.
    pub mood: Mood,
    /// Day by day, oldest first.
    pub days: Vec<Spark>,
}

impl Kpi {
    /// Reads the answers to [`Kpi::questions`]; answers of another kind or number read as nothing known.
    pub fn reading(self, frame: &Frame, aim: Aim, answers: &[Answer]) -> Reading {
        let (value, people, days) = match answers {
            [Answer::Retention(retained)] => shares(frame, retained),
            [Answer::Survival(whole), each @ ..] => watch(frame, whole, each),
            _ => (None, 0, vec![]),
        };
        let enough = people >= u64::from(frame.people_min);
        let value = value.filter(|_| enough);
        let mood = match value {
            None => Mood::Unknown,
            Some(value) if value < aim.baseline => Mood::Worse,
            Some(value) if value < aim.target => Mood::At,
            Some(_) => Mood::Better,
        };
        Reading { value, people, mood, days }
    }
}

type Told = (Option<f64>, u64, Vec<Spark>);

fn shares(frame: &Frame, retained: &linger_behaviour::answer::Retained) -> Told {
    let cohorts = retained.groups.first().map(|it| &it.cohorts[..]).unwrap_or_default();
    let (mut people, mut back) = (0u64, 0u64);
    let mut days = vec![];
    for row in cohorts {
        let cell = row.cells.first().copied().unwrap_or_default();
        let unfinished = cell.unfinished || row.unfinished;
        let both = row.people.zip(cell.people);
        if let (Some((all, returned)), false) = (both, unfinished) {
            people += all;
            back += returned;
        }
        let value = both.filter(|(all, _)| *all >= u64::from(frame.people_min.max(1)));
        days.push(Spark {
            label: row.cohort.clone(),
            from_ms: begins_ms(frame, &row.cohort),
            value: value.map(|(all, returned)| share(returned, all)),
            people: row.people,
            unfinished,
        });
    }
    // The newest cohorts of a long bracket have nothing to say yet: the days shown end with the last that has.
    let told = days.iter().rposition(|it| it.people.is_some() && it.value.is_some()).map_or(0, |it| it + 1);
    days.truncate(told);
    let spare = days.len().saturating_sub(usize::from(frame.days));
    days.drain(..spare);
    ((people > 0).then(|| share(back, people)), people, days)
}

/// When the day of a label begins.
fn begins_ms(frame: &Frame, label: &str) -> i64 {
    let day = label.parse().map(crate::segment::epoch_day).ok();
    day.zip(Calendar::new(&frame.zone).ok()).map_or(0, |(day, calendar)| calendar.begins_ms(day))
}

#[expect(clippy::cast_precision_loss, reason = "people are far below 2^52")]
fn share(part: u64, of: u64) -> f64 {
    part as f64 / of as f64
}

fn watch(frame: &Frame, whole: &linger_behaviour::answer::Stayed, each: &[Answer]) -> Told {
    let first = |it: &linger_behaviour::answer::Stayed| {
        let group = it.groups.first();
        (group.and_then(|it| it.mean_s), group.and_then(|it| it.people))
    };
    let (value, people) = first(whole);
    let days = days(frame).into_iter().zip(each).map(|((from_ms, to_ms, label), answer)| {
        let (value, people) = match answer {
            Answer::Survival(day) => first(day),
            _ => (None, None),
        };
        Spark { label, from_ms, value, people, unfinished: to_ms >= frame.now_ms }
    });
    (value, people.unwrap_or(0), days.collect())
}

/// The last days up to now: beginning, end (not beyond now) and date.
pub(crate) fn days(frame: &Frame) -> Vec<(i64, i64, String)> {
    let Ok(mut calendar) = Calendar::new(&frame.zone) else { return vec![] };
    let today = calendar.day(frame.now_ms);
    let first = today - i32::from(frame.days) + 1;
    let span = |day: i32| {
        let (from, to) = (calendar.begins_ms(day), calendar.begins_ms(day + 1).min(frame.now_ms));
        (from.max(0), to, Calendar::date_of(day).to_string())
    };
    (first..=today).map(span).filter(|(from, to, _)| from < to).collect()
}
