//! Stays in SQL, by the ages in s at which observation began and ended. It does not know the estimate.

use super::{
    Unread,
    facts::{Facts, Groups, meets, text_of},
    rows::{self, Whole},
};
use crate::{
    Answer, Number, Stays, Survival, Text,
    fold::{Ask, survival::SurvivalFold},
    words::Words,
};
use linger_stats::AGE_S_MAX;

pub(super) fn text(question: &Survival, table: &str) -> String {
    let scope = &question.scope;
    let (from_ms, to_ms) = (scope.from_ms, scope.to_ms);
    let groups = Groups::new(question.breakdown.as_ref(), scope);
    let value = groups.value();
    // A stay is when it began and ended, whether by leaving, and the value that its group is named by.
    let (mut columns, begins, stays) = match &question.stays {
        Stays::Told { left } => {
            let duration = Number::DurationMs.column();
            let columns = vec![
                format!("{} AND ifNull({duration} >= 0, 0) AS told", meets(left)),
                format!("assumeNotNull({duration}) AS lasted_ms"),
                format!("{} = 'left' AS gone", text_of(Text::Outcome)),
            ];
            (columns, "told", format!("groupArrayIf((at_ms - lasted_ms, at_ms, gone, {value}), told)"))
        }
        Stays::Seen { enter, leave } => {
            let columns = vec![format!("{} AS enters", meets(enter)), format!("{} AS leaves", meets(leave))];
            (columns, "enters", SEEN.replace("VALUE", value).replace("TO_MS", &to_ms.to_string()))
        }
    };
    columns.extend(groups.of_fact());
    let history = matches!(question.stays, Stays::Seen { .. });
    let facts = Facts { table, scope, history, columns }.text();
    let touch = if groups.of_person().is_empty() { "" } else { ", touch" };
    format!(
        "WITH {facts},
people AS (
    SELECT
        person,
        {stays} AS stays{}
    FROM facts
    GROUP BY person
    HAVING countIf({begins}) > 0
),
observed AS (
    SELECT
        person{touch},
        arrayJoin(stays) AS stay,
        intDiv(greatest({from_ms} - stay.1, 0), 1000) AS entered_s,
        intDiv(stay.2 - stay.1, 1000) AS lasted_s,
        least(lasted_s, {AGE_S_MAX}) AS end_s,
        stay.3 AND lasted_s <= {AGE_S_MAX} AS gone
    FROM people
    WHERE stay.2 >= {from_ms} AND (entered_s = 0 OR entered_s < end_s)
),
aged AS (
    SELECT {} AS grp, entered_s, end_s, gone, uniqExactState(person) AS persons, count() AS stays
    FROM observed
    GROUP BY grp, entered_s, end_s, gone
)
SELECT grp, uniqExactMerge(persons) AS people, groupArray((entered_s, end_s, gone, stays)) AS ages
FROM aged
GROUP BY grp",
        groups.of_person(),
        groups.each("stay.4"),
    )
}

/// The stays of a person who is seen to come and go: their facts are cut before every one that leaves, so
/// that a part holds one stay at most, from its first fact that enters to the beginning of the next part.
const SEEN: &str = "arraySplit(it -> it.4,
            arraySort(groupArrayIf((at_ms, seq, enters, leaves, VALUE), enters OR leaves))) AS parts,
        arrayPushBack(arrayMap(part -> part[1].1, arrayPopFront(parts)), TO_MS) AS ends,
        arrayMap((part, ended_ms, nth) -> (
                arrayFirst(it -> it.3, part).1, ended_ms, nth < length(parts), arrayFirst(it -> it.3, part).5),
            parts, ends, arrayEnumerate(parts)) AS all_parts,
        arrayFilter((stay, part) -> arrayExists(it -> it.3, part), all_parts, parts)";

type Age = (Whole<u32>, Whole<u32>, Whole<u8>, Whole<u64>);

pub(super) fn answer(question: &Survival, rows: &str) -> Result<Answer, Unread> {
    let mut words = Words::default();
    let mut fold = SurvivalFold::new(question, &words);
    let breakdown = question.breakdown.as_ref();
    rows::each(rows, |(value, people, ages): (Option<String>, Whole<u64>, Vec<Age>)| {
        let group = rows::group(&mut words, breakdown, value.as_deref())?;
        let stay = |(entered, end, gone, stays): Age| (entered.0, end.0, gone.0 == 1, stays.0);
        fold.take(group, people.0, &ages.into_iter().map(stay).collect::<Vec<_>>())
    })?;
    Ok(fold.finish(&words)?)
}
