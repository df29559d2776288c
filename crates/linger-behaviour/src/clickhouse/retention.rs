//! Retention in SQL: a person's anchors, and for each of them the distances of the returns. It does not
//! know how cohorts are shown.

use super::{
    Unread,
    facts::{Facts, Groups, array, meets, period_of, text_of},
    rows::{self, Whole},
};
use crate::{
    Answer, Clock, Cohort, Count, Retention, Start,
    calendar::Calendar,
    fold::{Ask, retention::RetentionFold},
    words::Words,
};

pub(super) fn text(question: &Retention, table: &str) -> String {
    let scope = &question.scope;
    let from_ms = scope.from_ms;
    let groups = Groups::new(question.breakdown.as_ref(), scope);
    let calendar = Calendar::new(question.period, &scope.zone, from_ms, scope.to_ms);
    let cohort = match question.cohort {
        Cohort::Period => "period".to_owned(),
        Cohort::Text(text) => text_of(text),
    };
    let mut columns = vec![
        format!("{} AS starts", meets(&question.start)),
        format!("{} AS returns", meets(&question.back)),
        format!("{} AS period", period_of(&calendar)),
        format!("{cohort} AS cohort"),
    ];
    columns.extend(groups.of_fact());
    let history = question.starts == Start::FirstEver;
    let facts = Facts { table, scope, history, columns }.text();
    let anchors = anchors(question.starts, from_ms, groups.value());
    let newcomers =
        if history { format!(" AND countIf(starts AND at_ms < {from_ms}) = 0") } else { String::new() };
    let distance = match question.clock {
        Clock::Calendar => "it.2 - anchor.2".to_owned(),
        Clock::Rolling => format!("intDiv(it.1 - anchor.1, {})", question.period.rolling_ms()),
    };
    let marks = marks(question);
    let touch = if groups.of_person().is_empty() { "" } else { "\n        touch," };
    format!(
        "WITH {facts},
people AS (
    SELECT
        person,
        {anchors} AS anchors,
        groupUniqArrayIf((at_ms, period), returns AND at_ms >= {from_ms}) AS came{}
    FROM facts
    GROUP BY person
    HAVING countIf(starts AND at_ms >= {from_ms}) > 0{newcomers}
),
anchored AS (
    SELECT{touch}
        arrayJoin(anchors) AS anchor,
        arrayDistinct(arrayMap(it -> {distance}, arrayFilter(it -> it.1 >= anchor.1, came))) AS distances,
        {marks} AS marks
    FROM people
)
SELECT
    {} AS grp,
    anchor.3 AS cohort,
    count() AS people,
    max(anchor.1) AS last_ms,
    sumForEach(marks) AS back
FROM anchored
GROUP BY grp, cohort",
        groups.of_person(),
        groups.each("anchor.4"),
    )
}

/// The anchors of a person: when, in which period, in which cohort, and the value that a group may be named by.
fn anchors(starts: Start, from_ms: i64, value: &str) -> String {
    let anchor = format!("(at_ms, period, cohort, {value})");
    match starts {
        Start::First | Start::FirstEver => {
            format!("[argMinIf({anchor}, (at_ms, seq), starts AND at_ms >= {from_ms})]")
        }
        Start::Recurring => format!(
            "arrayMap(it -> it.2, arrayFilter((it, before) -> it.2.2 != before,
            arraySort(it -> it.1, groupArrayIf(((at_ms, seq), {anchor}), starts)) AS started,
            arrayPushFront(arrayPopBack(arrayMap(it -> it.2.2, started)), -1)))"
        ),
    }
}

/// For each bracket, whether one of the distances lies in it.
fn marks(question: &Retention) -> String {
    let edges = question.brackets.edges();
    let (low, high) = (array(&edges[..edges.len() - 1]), array(&edges[1..]));
    match question.count {
        Count::On => format!(
            "arrayMap((low, high) -> arrayExists(it -> it >= low AND it < high, distances),
            {low}, {high})"
        ),
        Count::OnOrAfter => format!("arrayMap(low -> arrayExists(it -> it >= low, distances), {low})"),
    }
}

type Row<Cohort> = (Option<String>, Cohort, Whole<u64>, Whole<i64>, Vec<Whole<u64>>);

pub(super) fn answer(question: &Retention, rows: &str) -> Result<Answer, Unread> {
    let mut words = Words::default();
    let zone = &question.scope.zone;
    let mut fold = RetentionFold::new(question, &words, zone);
    let breakdown = question.breakdown.as_ref();
    let whole = |back: Vec<Whole<u64>>| back.into_iter().map(|it| it.0).collect::<Vec<_>>();
    match question.cohort {
        Cohort::Period => rows::each(rows, |(value, period, people, last, back): Row<Whole<u32>>| {
            let group = rows::group(&mut words, breakdown, value.as_deref())?;
            fold.take(group, period.0, people.0, last.0, whole(back))
        })?,
        Cohort::Text(text) => rows::each(rows, |(value, cohort, people, last, back): Row<String>| {
            let group = rows::group(&mut words, breakdown, value.as_deref())?;
            fold.take(group, rows::text(&mut words, text, &cohort), people.0, last.0, whole(back))
        })?,
    }
    Ok(fold.finish(&words)?)
}
