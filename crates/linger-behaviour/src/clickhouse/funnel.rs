//! Funnels in SQL: each person's facts are followed by `arrayFold`, whose state is the latest start of
//! every step, as in the native engine. It does not know how the parts of an answer are shown.

use super::{
    Unread,
    facts::{Facts, Groups, NEVER, array, meets},
    rows::{self, Whole},
};
use crate::{
    Answer, Funnel, Order,
    fold::{Ask, chain::Plan, funnel::FunnelFold},
    words::Words,
};

/// How the facts of a person are prepared, and what the fold does with them.
struct Walk {
    /// What a fact meets, as the column `met`.
    met: String,
    /// Whether a fact meets the step at which a person's group is read.
    first: &'static str,
    /// Which facts are followed.
    followed: &'static str,
    /// The facts of a person in order; the time is the first part of each.
    facts: &'static str,
    /// The time of a `fact`.
    at: &'static str,
    /// The state after a fact, from `state.1`.
    next: String,
    /// For each step the latest start of those who are there now, from the `next` state.
    starts: &'static str,
}

pub(super) fn text(question: &Funnel, table: &str) -> String {
    let scope = &question.scope;
    let groups = Groups::new(question.breakdown.as_ref(), scope);
    let optional: Vec<_> = question.steps.iter().map(|it| it.optional).collect();
    let plan = Plan::new(&optional, question.window_s);
    let walk = match question.order {
        Order::Ordered if one_step_each(question) => ordered(question, &plan),
        Order::Ordered => together(question, &plan),
        Order::Strict | Order::StrictListed => strict(question, &plan),
        Order::Any => any(question),
    };
    let mut columns = vec![format!("{} AS met", walk.met)];
    columns.extend(groups.of_fact());
    let facts = Facts { table, scope, history: false, columns }.text();
    let first = match groups.value() {
        "value" => format!(",\n        argMinIf(value, (at_ms, seq), {}) AS first_value", walk.first),
        _ => String::new(),
    };
    let (steps, window) = (question.steps.len(), plan.window_ms);
    let Walk { followed, facts: sorted, at, next, starts, .. } = walk;
    format!(
        "WITH {facts},
people AS (
    SELECT
        person,
        {sorted} AS followed,
        arrayWithConstant({steps}, toInt64({NEVER})) AS nowhere,
        arrayFold((state, fact) -> arrayMap(next -> (
                next,
                arrayMap((start, reached) -> if(reached < 0 AND {at} - start <= {window}, {at}, reached),
                    {starts}, state.2),
                arrayMap((start, reached, took) -> multiIf({at} - start > {window}, took,
                        reached < 0, {at} - start, reached = {at}, least(took, {at} - start), took),
                    {starts}, state.2, state.3)),
            [{next}])[1],
            followed, (nowhere, nowhere, nowhere)) AS went{}{first}
    FROM facts
    GROUP BY person
    HAVING countIf({followed}) > 0
),
reached AS (
    SELECT *, arrayJoin(arrayFilter(it -> it.2 >= 0, arrayZip(range({steps}), went.3))) AS step
    FROM people
)
SELECT
    {} AS grp,
    step.1 AS nth,
    step.2 - step.2 % greatest(intDiv(roundToExp2(step.2), 64), 1) AS took_ms,
    count() AS people
FROM reached
GROUP BY grp, nth, took_ms",
        groups.of_person(),
        groups.each("first_value"),
    )
}

/// Whether no fact can meet two steps, as their names differ.
fn one_step_each(question: &Funnel) -> bool {
    let names: Vec<_> = question.steps.iter().map(|it| it.what.event.as_deref()).collect();
    names.iter().enumerate().all(|(nth, name)| name.is_some() && !names[..nth].contains(name))
}

/// For every step, the place of the step that it follows in an array that begins with the fact's own time.
fn places(plan: &Plan) -> String {
    array((0..plan.steps).map(|step| if step == 0 { 1 } else { plan.before[step] + 2 }))
}

fn flags(question: &Funnel) -> String {
    array(question.steps.iter().map(|it| meets(&it.what)))
}

/// Facts of equal time stand in the order of their steps: a step then finds the one before it done.
fn ordered(question: &Funnel, plan: &Plan) -> Walk {
    let cases: Vec<_> =
        (1..).zip(&question.steps).map(|(nth, it)| format!("{}, {nth}", meets(&it.what))).collect();
    Walk {
        met: format!("multiIf({}, 0)", cases.join(", ")),
        first: "met = 1",
        followed: "met > 0",
        facts: "arraySort(groupArrayIf((at_ms, met), met > 0))",
        at: "fact.1",
        next: format!(
            "arrayMap((start, step, place) -> if(fact.2 = step, arrayPushFront(state.1, fact.1)[place], start),
                state.1, range(1, {}), {})",
            plan.steps + 1,
            places(plan)
        ),
        starts: "next",
    }
}

/// One fact may meet several steps but serves one: all facts of one time are taken together, and the sets
/// of steps that they can serve are made fact by fact. A step leans on the longest part of its way that
/// they serve.
fn together(question: &Funnel, plan: &Plan) -> Walk {
    let bits = question.steps.iter().enumerate();
    let bits: Vec<_> = bits.map(|(nth, it)| format!("({}) * {}", meets(&it.what), 1u32 << nth)).collect();
    let ways = array((0..plan.steps).map(|step| array(way(plan, step))));
    Walk {
        met: format!("toUInt32({})", bits.join(" + ")),
        first: "met % 2 = 1",
        followed: "met > 0",
        facts: "arraySplit((it, later) -> later > 0,
            arraySort(groupArrayIf((at_ms, met), met > 0)) AS alone,
            arrayDifference(arrayMap(it -> it.1, alone)))",
        at: "fact[1].1",
        next: format!(
            "arrayMap(served -> arrayMap((start, way) -> greatest(start, arrayMax(arrayMap(part -> if(
                    has(served, part.1), arrayPushFront(state.1, fact[1].1)[part.2], {NEVER}), way))),
                    state.1, {ways}),
                [arrayFold((sets, one) -> arrayDistinct(arrayConcat(sets, arrayFlatten(arrayMap(set -> arrayMap(
                    bit -> bitOr(set, bit), arrayFilter(bit -> bitAnd(one.2, bit) > 0 AND bitAnd(set, bit) = 0,
                    {})), sets)))), fact, [toUInt32(0)])])[1]",
            array((0..plan.steps).map(|step| format!("toUInt32({})", 1u32 << step))),
        ),
        starts: "next",
    }
}

/// The parts of the way to a step that facts of one time may serve, from its end: which steps, as bits, and
/// the place of the step before them, as in [`places`].
fn way(plan: &Plan, step: usize) -> Vec<String> {
    let (mut parts, mut bits, mut step) = (vec![], 0u32, step);
    loop {
        bits |= 1 << step;
        let before = plan.before[step];
        parts.push(format!("(toUInt32({bits}), {})", if step == 0 { 1 } else { before + 2 }));
        if step == 0 {
            return parts;
        }
        step = before as usize;
    }
}

/// What does not end with this fact is forgotten with it.
fn strict(question: &Funnel, plan: &Plan) -> Walk {
    let listed = question.order == Order::StrictListed;
    Walk {
        met: flags(question),
        first: "met[1]",
        followed: "met[1]",
        facts: if listed {
            "arraySort(groupArrayIf((at_ms, seq, met), has(met, 1)))"
        } else {
            "arraySort(groupArray((at_ms, seq, met)))"
        },
        at: "fact.1",
        next: format!(
            "arrayMap((meets, step, place) -> if(meets,
                arrayMax(arraySlice(arrayPushFront(state.1, fact.1), place, step - place + 1)), {NEVER}),
                fact.3, range(1, {}), {})",
            plan.steps + 1,
            places(plan)
        ),
        starts: "next",
    }
}

/// The state says when each step was last met; the `k`-th latest of those times starts the latest way to
/// `k` steps.
fn any(question: &Funnel) -> Walk {
    Walk {
        met: flags(question),
        first: "has(met, 1)",
        followed: "has(met, 1)",
        facts: "arraySort(groupArrayIf((at_ms, seq, met), has(met, 1)))",
        at: "fact.1",
        next: "arrayMap((meets, seen) -> if(meets, fact.1, seen), fact.3, state.1)".to_owned(),
        starts: "arrayReverseSort(next)",
    }
}

pub(super) fn answer(question: &Funnel, rows: &str) -> Result<Answer, Unread> {
    let mut words = Words::default();
    let mut fold = FunnelFold::new(question, &words);
    let breakdown = question.breakdown.as_ref();
    type Row = (Option<String>, Whole<usize>, Whole<i64>, Whole<u64>);
    rows::each(rows, |(value, step, took_ms, people): Row| {
        let group = rows::group(&mut words, breakdown, value.as_deref())?;
        fold.take(group, step.0, took_ms.0, people.0)
    })?;
    Ok(fold.finish(&words)?)
}
