//! The life cycle in SQL: the set of periods in which a person was active says all. It does not know how
//! figures are shown.

use super::{
    Unread,
    facts::{Facts, meets, period_of},
    rows::{self, Whole},
};
use crate::{
    Answer, LifeCycle, Stage,
    fold::{Ask, life_cycle::LifeCycleFold},
    words::Words,
};

pub(super) fn text(question: &LifeCycle, table: &str) -> String {
    let scope = &question.scope;
    let calendar = LifeCycleFold::calendar(question);
    let columns = vec![
        format!("{} AS met", meets(&question.what)),
        // History is in no period, and not next to the first one either.
        format!("if(at_ms < {}, -2, {}) AS period", calendar.begin(0), period_of(&calendar)),
    ];
    let facts = Facts { table, scope, history: true, columns }.text();
    let [new, returning, resurrected, dormant] =
        [Stage::New, Stage::Returning, Stage::Resurrected, Stage::Dormant].map(|it| it as u8);
    format!(
        "WITH {facts},
people AS (
    SELECT groupUniqArray(period) AS active
    FROM facts
    WHERE met
    GROUP BY person
),
staged AS (
    SELECT arrayJoin(arrayConcat(
        arrayMap(it ->
            (it, multiIf(it = arrayMin(active), {new}, has(active, it - 1), {returning}, {resurrected})),
            arrayFilter(it -> it >= 0, active)),
        arrayMap(it -> (it + 1, {dormant}),
            arrayFilter(it -> it >= 0 AND it + 1 < {} AND NOT has(active, it + 1), active)))) AS stage
    FROM people
)
SELECT stage.1 AS period, stage.2 AS nth, count() AS people
FROM staged
GROUP BY period, nth",
        calendar.len(),
    )
}

pub(super) fn answer(question: &LifeCycle, rows: &str) -> Result<Answer, Unread> {
    let words = Words::default();
    let mut fold = LifeCycleFold::new(question, &words, &question.scope.zone);
    rows::each(rows, |(period, stage, people): (Whole<usize>, Whole<usize>, Whole<u64>)| {
        fold.take(period.0, stage.0, people.0)
    })?;
    Ok(fold.finish(&words)?)
}
