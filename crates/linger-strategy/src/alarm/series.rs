//! The series behind an alarm: which questions to ask for it, and how their answers become periods. It does not know how
//! they are answered.

use super::{
    rule::{Every, Figure},
    watch::Point,
};
use crate::{
    kpi::{Frame, reading},
    segment::Calendar,
};
use linger_behaviour::{Answer, Period, Question};

/// Which figure of a question a name means.
enum Part {
    People,
    Events,
    Sum,
    Bracket(usize),
    Step(usize),
}

fn part(question: &Question, figure: &str) -> Option<Part> {
    let numbered = |word: &str| figure.strip_prefix(word)?.parse::<usize>().ok();
    match question {
        Question::Trend(trend) => match figure {
            "people" => Some(Part::People),
            "events" => Some(Part::Events),
            "sum" if trend.sum.is_some() => Some(Part::Sum),
            _ => None,
        },
        Question::Retention(retention) if retention.period == Period::Day => {
            numbered("bracket:").filter(|it| *it < 400).map(Part::Bracket)
        }
        Question::Funnel(funnel) => numbered("step:").filter(|it| *it < funnel.steps.len()).map(Part::Step),
        _ => None,
    }
}

/// Whether this is a figure of the question that can be watched.
pub(super) fn names_a_figure(question: &Question, figure: &str) -> bool {
    part(question, figure).is_some()
}

/// The questions to ask for a figure over the last `frame.days` days. None for a query in SQL: its rows are the series.
pub fn questions(figure: &Figure, every: Every, frame: &Frame) -> Vec<Question> {
    match figure {
        Figure::Kpi { kpi } => kpi.questions(frame),
        Figure::Sql { .. } => vec![],
        Figure::Question { question, .. } => {
            let days = reading::days(frame);
            let range = |question: &mut Question, from_ms, to_ms| {
                let scope = question.scope_mut();
                (scope.from_ms, scope.to_ms) = (from_ms, to_ms);
                scope.zone.clone_from(&frame.zone);
            };
            let from_ms = days.first().map_or(0, |day| day.0);
            let mut whole = (**question).clone();
            range(&mut whole, from_ms, frame.now_ms);
            match &mut whole {
                Question::Trend(trend) => {
                    trend.period = if every == Every::Hour { Period::Hour } else { Period::Day };
                    trend.breakdown = None;
                    vec![whole]
                }
                // A funnel has no periods of its own: each day is asked for by itself.
                Question::Funnel(funnel) => {
                    funnel.breakdown = None;
                    let each = days.iter().map(|(from, to, _)| {
                        let mut day = whole.clone();
                        range(&mut day, *from, *to);
                        day
                    });
                    each.collect()
                }
                _ => vec![whole],
            }
        }
    }
}

/// The periods that the answers to [`questions`] tell, oldest first. Periods with hidden figures are left out.
pub fn series(figure: &Figure, frame: &Frame, answers: &[Answer]) -> Vec<Point> {
    match figure {
        Figure::Sql { .. } => vec![],
        Figure::Kpi { kpi } => {
            let days = kpi.reading(frame, kpi.aim(), answers).days.into_iter();
            let point = |day: reading::Spark| {
                let (value, people) = (day.value?, day.people?);
                Some(Point { at_ms: day.from_ms, value, people, finished: !day.unfinished })
            };
            days.filter_map(point).collect()
        }
        Figure::Question { question, figure } => match part(question, figure) {
            Some(part) => of_question(&part, frame, answers),
            None => vec![],
        },
    }
}

#[expect(clippy::cast_precision_loss, reason = "people and sums of a shop are far below 2^52")]
fn of_question(part: &Part, frame: &Frame, answers: &[Answer]) -> Vec<Point> {
    match (answers, part) {
        ([Answer::Trend(trend)], Part::People | Part::Events | Part::Sum) => {
            let figures = trend.groups.first().map(|it| &it.figures[..]).unwrap_or_default();
            let point = |(when, figures): (&linger_behaviour::When, &linger_behaviour::answer::Figures)| {
                let value = match part {
                    Part::Events => figures.events? as f64,
                    Part::Sum => figures.sum? as f64,
                    _ => figures.people? as f64,
                };
                Some(Point { at_ms: when.from_ms, value, people: figures.people?, finished: !when.unfinished })
            };
            trend.periods.iter().zip(figures).filter_map(point).collect()
        }
        ([Answer::Retention(retained)], Part::Bracket(at)) => {
            let Ok(calendar) = Calendar::new(&frame.zone) else { return vec![] };
            let rows = retained.groups.first().map(|it| &it.cohorts[..]).unwrap_or_default();
            let point = |row: &linger_behaviour::answer::CohortRow| {
                let (people, cell) = (row.people.filter(|it| *it > 0)?, row.cells.get(*at)?);
                let day = row.cohort.parse().map(crate::segment::epoch_day).ok()?;
                let value = cell.people? as f64 / people as f64;
                let finished = !cell.unfinished && !row.unfinished;
                Some(Point { at_ms: calendar.begins_ms(day), value, people, finished })
            };
            rows.iter().filter_map(point).collect()
        }
        (answers, Part::Step(at)) => {
            let days = reading::days(frame);
            let point = |((from_ms, to_ms, _), answer): (&(i64, i64, String), &Answer)| {
                let Answer::Funnel(funnel) = answer else { return None };
                let steps = &funnel.groups.first()?.steps;
                let people = steps.first()?.people.filter(|it| *it > 0)?;
                let value = steps.get(*at)?.people? as f64 / people as f64;
                // People of the last minutes of a day may still go on; days that are over are told as they are.
                Some(Point { at_ms: *from_ms, value, people, finished: *to_ms < frame.now_ms })
            };
            days.iter().zip(answers).filter_map(point).collect()
        }
        _ => vec![],
    }
}
