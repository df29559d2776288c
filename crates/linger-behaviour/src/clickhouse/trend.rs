//! Trends in SQL. It does not know how groups are ranked or shown.

use super::{
    Unread,
    facts::{Facts, Groups, meets, period_of},
    rows::{self, Whole},
};
use crate::{
    Answer, Trend,
    calendar::Calendar,
    fold::{Ask, trend::TrendFold},
    words::Words,
};

pub(super) fn text(question: &Trend, table: &str) -> String {
    let scope = &question.scope;
    let groups = Groups::new(question.breakdown.as_ref(), scope);
    let calendar = Calendar::new(question.period, &scope.zone, scope.from_ms, scope.to_ms);
    // The least number of all stands for none.
    let amount = question.sum.map_or("0".to_owned(), |it| {
        format!("if(ifNull({0} > {1}, 0), assumeNotNull({0}), 0)", it.column(), i64::MIN)
    });
    let mut columns = vec![
        format!("{} AS met", meets(&question.what)),
        format!("{} AS period", period_of(&calendar)),
        format!("toInt128({amount}) AS amount"),
    ];
    columns.extend(groups.of_fact());
    let facts = Facts { table, scope, history: false, columns }.text();
    let touch = if groups.of_person().is_empty() { "" } else { ", touch" };
    format!(
        "WITH {facts},
people AS (
    SELECT
        person,
        groupArrayIf((period, amount, {}), met) AS done{}
    FROM facts
    GROUP BY person
),
counted AS (
    SELECT person{touch}, arrayJoin(done) AS fact
    FROM people
)
SELECT
    {} AS grp,
    fact.1 AS period,
    count() AS events,
    uniqExact(person) AS people,
    toString(sum(fact.2)) AS total
FROM counted
GROUP BY grp, period",
        groups.value(),
        groups.of_person(),
        groups.each("fact.3"),
    )
}

pub(super) fn answer(question: &Trend, rows: &str) -> Result<Answer, Unread> {
    let mut words = Words::default();
    let mut fold = TrendFold::new(question, &words);
    let breakdown = question.breakdown.as_ref();
    type Row = (Option<String>, Whole<u32>, Whole<u64>, Whole<u64>, Whole<i128>);
    rows::each(rows, |(value, period, events, people, sum): Row| {
        let group = rows::group(&mut words, breakdown, value.as_deref())?;
        fold.take(group, period.0, events.0, people.0, sum.0)
    })?;
    Ok(fold.finish(&words)?)
}
