//! Stickiness in SQL. It does not know how long weeks and months are, nor how they are shown.

use super::{
    Unread,
    facts::{Facts, begin_of, meets, period_of},
    rows::{self, Whole},
};
use crate::{
    Answer, Period, Stickiness,
    calendar::Calendar,
    fold::{Ask, stickiness::StickinessFold},
    words::Words,
};

pub(super) fn text(question: &Stickiness, table: &str) -> String {
    let scope = &question.scope;
    let calendar = |period| Calendar::new(period, &scope.zone, scope.from_ms, scope.to_ms);
    let columns = vec![
        format!("{} AS met", meets(&question.what)),
        format!("{} AS period", period_of(&calendar(question.per))),
        format!("{} AS day", begin_of(&calendar(Period::Day))),
    ];
    let facts = Facts { table, scope, history: false, columns }.text();
    format!(
        "WITH {facts},
active AS (
    SELECT person, period, uniqExact(day) AS days
    FROM facts
    WHERE met
    GROUP BY person, period
)
SELECT period, days, count() AS people
FROM active
GROUP BY period, days"
    )
}

pub(super) fn answer(question: &Stickiness, rows: &str) -> Result<Answer, Unread> {
    let words = Words::default();
    let mut fold = StickinessFold::new(question, &words, &question.scope.zone);
    rows::each(rows, |(period, days, people): (Whole<usize>, Whole<usize>, Whole<u64>)| {
        fold.take(period.0, days.0, people.0)
    })?;
    Ok(fold.finish(&words)?)
}
