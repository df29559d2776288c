//! Sequences in SQL: each person's facts are followed by `arrayFold`, whose state is the latest way to
//! every step, as in the native engine. It does not know how the parts of an answer are shown.

use super::{
    Unread,
    facts::{Facts, Groups, NEVER, array, meets, meets_any},
    rows::{self, Whole},
};
use crate::{
    Answer, Sequence,
    fold::{Ask, sequence::SequenceFold},
    words::Words,
};

/// Longer than any time between facts, shorter than the time since [`NEVER`].
const LONGEST_MS: i64 = 100_000_000_000_000_000;

pub(super) fn text(question: &Sequence, table: &str) -> String {
    let scope = &question.scope;
    let groups = Groups::new(question.breakdown.as_ref(), scope);
    let pattern = &question.pattern;
    // Facts that break the way to a step end the ways that wait for the next: shifted by one, so that both
    // lie side by side.
    let breaks = pattern.iter().skip(1).map(|it| meets_any(&it.without)).chain(["0".to_owned()]);
    let mut columns = vec![
        format!("{} AS met", array(pattern.iter().map(|it| meets(&it.then)))),
        format!("{} AS breaks", array(breaks)),
    ];
    columns.extend(groups.of_fact());
    let facts = Facts { table, scope, history: false, columns }.text();
    let ms = |seconds: Option<u64>| seconds.map_or(LONGEST_MS, |it| it as i64 * 1000);
    let within = array(pattern.iter().map(|it| ms(it.within_s)));
    let window = ms(question.window_s);
    let first = match groups.value() {
        "value" => ",\n        argMinIf(value, (at_ms, seq), met[1]) AS first_value",
        _ => "",
    };
    format!(
        "WITH {facts},
people AS (
    SELECT
        person,
        arraySort(groupArrayIf((at_ms, seq, met, breaks), has(met, 1) OR has(breaks, 1))) AS followed,
        arrayWithConstant({steps}, toInt64({NEVER})) AS nowhere,
        arrayFold((state, fact) -> arrayMap((ended, began) -> arrayMap(met -> (
                    arrayMap((it, breaks, ended) -> multiIf(it, fact.1, breaks, {NEVER}, ended),
                        met, fact.4, state.1),
                    arrayMap((it, before, began) -> if(it, before, began), met, began, state.2),
                    arrayMap((it, reached) -> toUInt8(it OR reached), met, state.3)),
                [arrayMap((meets, ended, began, within) ->
                        toUInt8(meets AND fact.1 - ended <= within AND fact.1 - began <= {window}),
                    fact.3, ended, began, {within})])[1],
            [arrayPushFront(arrayPopBack(state.1), fact.1)],
            [arrayPushFront(arrayPopBack(state.2), fact.1)])[1],
            followed, (nowhere, nowhere, arrayWithConstant({steps}, toUInt8(0)))) AS went{}{first}
    FROM facts
    GROUP BY person
    HAVING countIf(met[1]) > 0
)
SELECT {} AS grp, sumForEach(went.3) AS people
FROM people
GROUP BY grp",
        groups.of_person(),
        groups.each("first_value"),
        steps = pattern.len(),
    )
}

pub(super) fn answer(question: &Sequence, rows: &str) -> Result<Answer, Unread> {
    let mut words = Words::default();
    let mut fold = SequenceFold::new(question, &words);
    let breakdown = question.breakdown.as_ref();
    rows::each(rows, |(value, people): (Option<String>, Vec<Whole<u64>>)| {
        let group = rows::group(&mut words, breakdown, value.as_deref())?;
        fold.take(group, people.into_iter().map(|it| it.0).collect())
    })?;
    Ok(fold.finish(&words)?)
}
