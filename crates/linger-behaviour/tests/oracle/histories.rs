//! Small random histories, full of equal times, and random questions about them. It does not know any answer.

use linger_behaviour::{
    Brackets, Breakdown, Clock, Cohort, Condition, Count, Direction, Fact, Funnel, LifeCycle, Number, Of,
    Order, Paths, Pattern, Period, PersonKey, Question, Retention, Scope, Sequence, Start, Stays, Step,
    Stickiness, Survival, Text, Trend, What,
};
use proptest::{collection::vec, option, prelude::*};

pub const HOUR: i64 = 3_600_000;
/// 2026-03-26T00:00 in Berlin; clocks change on the 29th.
pub const BEGIN: i64 = 1_774_479_600_000;

fn fact() -> impl Strategy<Value = Fact> {
    let names = prop::sample::select(vec!["a", "a", "b", "b", "c", "d", "room.left"]);
    let source = option::of(prop::sample::select(vec!["x", "y"]));
    let outcome = prop::sample::select(vec!["left", "lost"]);
    // A few hours of each of a few days, so that times are often equal.
    let at = (-4i64..10, 0i64..4).prop_map(|(day, hour)| BEGIN + day * 24 * HOUR + hour * 7 * HOUR / 2);
    (0u64..4, at, names, source, option::of(0i64..3), outcome, option::of(0i64..200_000)).prop_map(
        |(person, at_ms, name, source, units, outcome, duration)| {
            let fact = Fact { person: PersonKey(person), at_ms, name: name.into(), ..Fact::default() };
            let fact = fact.with(Text::Outcome, outcome);
            let fact = source.into_iter().fold(fact, |it, source| it.with(Text::Source, source));
            let fact = units.into_iter().fold(fact, |it, units| it.with_number(Number::Units, units));
            duration.into_iter().fold(fact, |it, ms| it.with_number(Number::DurationMs, ms))
        },
    )
}

/// Facts in the order of their arrival.
pub fn facts() -> impl Strategy<Value = Vec<Fact>> {
    vec(fact(), 0..40)
}

fn condition() -> impl Strategy<Value = Condition> {
    let values = || prop::sample::select(vec!["x", "y", "z"]).prop_map(|it| vec![it.to_owned()]);
    prop_oneof![
        values().prop_map(|values| Condition::OneOf { text: Text::Source, values }),
        values().prop_map(|values| Condition::NoneOf { text: Text::Source, values }),
        (0i64..2).prop_map(|min| Condition::Between { number: Number::Units, min: Some(min), max: None }),
    ]
}

pub fn what() -> impl Strategy<Value = What> {
    let event = prop::sample::select(vec![Some("a"), Some("a"), Some("b"), Some("c"), Some("never"), None]);
    (event, vec(condition(), 0..2), 0..3).prop_map(|(event, conditions, some)| What {
        event: event.map(str::to_owned),
        conditions: if some == 0 { conditions } else { vec![] },
    })
}

fn scope() -> impl Strategy<Value = Scope> {
    // Beginnings and ends at midnight, and not.
    let from = prop_oneof![Just(0i64), Just(48), 0i64..100];
    let hours = prop_oneof![Just(239i64), Just(167), 1i64..240];
    let filters = prop_oneof![3 => Just(vec![]), 1 => vec(condition(), 1)];
    (from, hours, filters, prop_oneof![4 => Just(1u32), 1 => Just(2)]).prop_map(
        |(from, hours, filters, min_people)| {
            let from_ms = BEGIN + from * HOUR;
            Scope {
                from_ms,
                to_ms: from_ms + hours * HOUR,
                zone: "Europe/Berlin".to_owned(),
                filters,
                min_people,
            }
        },
    )
}

fn breakdown() -> impl Strategy<Value = Option<Breakdown>> {
    let of = prop::sample::select(vec![Of::FirstTouch, Of::Event]);
    option::weighted(
        0.3,
        (of, 1u32..4).prop_map(|(of, groups_max)| Breakdown { by: Text::Source, of, groups_max }),
    )
}

fn period() -> impl Strategy<Value = Period> {
    prop::sample::select(vec![Period::Hour, Period::Day, Period::Day, Period::Week, Period::Month])
}

pub fn retention() -> impl Strategy<Value = Retention> {
    let starts = prop::sample::select(vec![Start::First, Start::FirstEver, Start::Recurring]);
    let clock = prop::sample::select(vec![Clock::Calendar, Clock::Rolling]);
    let brackets = prop_oneof![
        (1u32..9).prop_map(Brackets::Each),
        Just(Brackets::Edges(vec![0, 1, 3, 7])),
        Just(Brackets::Edges(vec![1, 2, 5])),
    ];
    let count = prop::sample::select(vec![Count::On, Count::OnOrAfter]);
    let whats = prop_oneof![1 => Just((What::any(), What::any())), 2 => (what(), what())];
    (scope(), whats, starts, period(), clock, brackets, count, any::<bool>(), breakdown()).prop_map(
        |(scope, (start, back), starts, period, clock, brackets, count, by_text, breakdown)| {
            let by_text = by_text && starts != Start::Recurring;
            let cohort = if by_text { Cohort::Text(Text::Source) } else { Cohort::Period };
            Retention { scope, start, starts, back, period, clock, brackets, count, cohort, breakdown }
        },
    )
}

pub fn funnel() -> impl Strategy<Value = Funnel> {
    let order = prop::sample::select(vec![
        Order::Ordered,
        Order::Ordered,
        Order::Strict,
        Order::StrictListed,
        Order::Any,
    ]);
    let window = prop::sample::select(vec![1u64, 4, 30, 300]);
    (scope(), vec((what(), any::<bool>()), 2..5), order, window, breakdown()).prop_map(
        |(scope, steps, order, hours, breakdown)| {
            let last = steps.len() - 1;
            let may = |nth: usize| nth > 0 && nth < last && order != Order::Any;
            let step = |(nth, (what, optional))| Step { what, optional: optional && may(nth) };
            let steps = steps.into_iter().enumerate().map(step).collect();
            Funnel { scope, steps, order, window_s: hours * 3600, breakdown }
        },
    )
}

pub fn sequence() -> impl Strategy<Value = Sequence> {
    let hours = || option::weighted(0.4, prop::sample::select(vec![1u64, 8, 50]));
    let step = (what(), hours(), vec(what(), 0..2));
    (scope(), vec(step, 1..5), hours(), breakdown()).prop_map(|(scope, steps, window, breakdown)| {
        let step = |(nth, (then, within, without)): (usize, (What, Option<u64>, Vec<What>))| match nth {
            0 => Pattern { then, within_s: None, without: vec![] },
            _ => Pattern { then, within_s: within.map(|it| it * 3600), without },
        };
        let pattern = steps.into_iter().enumerate().map(step).collect();
        Sequence { scope, pattern, window_s: window.map(|it| it * 3600), breakdown }
    })
}

pub fn stickiness() -> impl Strategy<Value = Stickiness> {
    let what = prop_oneof![Just(What::any()), what()];
    (scope(), what, prop::sample::select(vec![Period::Week, Period::Month]))
        .prop_map(|(scope, what, per)| Stickiness { scope, what, per })
}

pub fn life_cycle() -> impl Strategy<Value = LifeCycle> {
    let what = prop_oneof![Just(What::any()), what()];
    (scope(), what, period()).prop_map(|(scope, what, period)| LifeCycle { scope, what, period })
}

pub fn trend() -> impl Strategy<Value = Trend> {
    (scope(), what(), period(), option::of(Just(Number::Units)), breakdown())
        .prop_map(|(scope, what, period, sum, breakdown)| Trend { scope, what, period, sum, breakdown })
}

pub fn survival() -> impl Strategy<Value = Survival> {
    let stays = prop_oneof![
        Just(Stays::Told { left: What::event("room.left") }),
        (what(), what()).prop_map(|(enter, leave)| Stays::Seen { enter, leave }),
    ];
    (scope(), stays, breakdown()).prop_map(|(scope, stays, breakdown)| Survival {
        scope,
        stays,
        horizon_s: 600,
        breakdown,
    })
}

pub fn paths() -> impl Strategy<Value = Paths> {
    let direction = prop::sample::select(vec![Direction::After, Direction::Before]);
    (scope(), what(), direction, 1u32..5, 1u32..4, option::weighted(0.3, Just(Text::Source)), 1u64..200)
        .prop_map(|(scope, anchor, direction, depth, top, node, hours)| Paths {
            scope,
            anchor,
            direction,
            depth,
            top,
            node,
            within_s: hours * 3600,
        })
}

/// Any question.
pub fn question() -> impl Strategy<Value = Question> {
    prop_oneof![
        retention().prop_map(Question::Retention),
        funnel().prop_map(Question::Funnel),
        sequence().prop_map(Question::Sequence),
        paths().prop_map(Question::Paths),
        stickiness().prop_map(Question::Stickiness),
        life_cycle().prop_map(Question::LifeCycle),
        survival().prop_map(Question::Survival),
        trend().prop_map(Question::Trend),
    ]
}
