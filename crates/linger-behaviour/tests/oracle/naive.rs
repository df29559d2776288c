//! What the questions mean, word by word, with no thought for time or memory. It knows nothing of the engine's insides.

use crate::histories::HOUR;
use jiff::{Timestamp, civil};
use linger_behaviour::{
    Clock, Condition, Count, Direction, Fact, Funnel, LifeCycle, Number, Order, Paths, Period, PersonKey,
    Retention, Scope, Sequence, Stage, Start, Stays, Stickiness, Survival, Text, What,
};
use std::collections::{BTreeMap, BTreeSet};

fn holds(condition: &Condition, fact: &Fact) -> bool {
    match condition {
        Condition::OneOf { text, values } => {
            fact.text(*text).is_some_and(|it| values.iter().any(|value| value == it))
        }
        Condition::NoneOf { text, values } => {
            !fact.text(*text).is_some_and(|it| values.iter().any(|value| value == it))
        }
        Condition::Between { number, min, max } => fact
            .number(*number)
            .is_some_and(|it| min.is_none_or(|min| it >= min) && max.is_none_or(|max| it <= max)),
    }
}

fn meets(what: &What, fact: &Fact) -> bool {
    what.event.as_ref().is_none_or(|it| **it == *fact.name)
        && what.conditions.iter().all(|it| holds(it, fact))
}

/// Everybody's facts in run order that pass the filters, before the range's end.
pub fn people(facts: &[Fact], scope: &Scope) -> BTreeMap<PersonKey, Vec<Fact>> {
    let mut people: BTreeMap<PersonKey, Vec<Fact>> = BTreeMap::new();
    for fact in facts {
        if scope.filters.iter().all(|it| holds(it, fact)) && fact.at_ms < scope.to_ms {
            people.entry(fact.person).or_default().push(fact.clone());
        }
    }
    people.values_mut().for_each(|it| it.sort_by_key(|fact| fact.at_ms));
    people
}

fn within(facts: &[Fact], scope: &Scope) -> Vec<Fact> {
    facts.iter().filter(|it| it.at_ms >= scope.from_ms).cloned().collect()
}

/// The number of the period in Berlin that a time lies in, counted from 1970.
pub fn period_of(period: Period, at_ms: i64) -> i64 {
    let date = Timestamp::from_millisecond(at_ms).unwrap().in_tz("Europe/Berlin").unwrap().date();
    let day = i64::from(date.since(civil::date(1970, 1, 1)).unwrap().get_days());
    match period {
        Period::Hour => at_ms.div_euclid(HOUR),
        Period::Day => day,
        // The first of January 1970 was a Thursday.
        Period::Week => (day + 3).div_euclid(7),
        Period::Month => i64::from(date.year()) * 12 + i64::from(date.month()),
    }
}

/// People by cohort: those in it, and those back in each bracket.
pub type Cohorts = BTreeMap<i64, (u64, Vec<u64>)>;

/// Retention without cohorts by text or breakdown.
pub fn retention(facts: &[Fact], question: &Retention) -> Cohorts {
    let edges = question.brackets.edges();
    let scope = &question.scope;
    let mut cohorts = Cohorts::new();
    for all in people(facts, scope).values() {
        let starts: Vec<_> = all.iter().filter(|it| meets(&question.start, it)).collect();
        let inside: Vec<_> =
            starts.iter().filter(|it| it.at_ms >= scope.from_ms).map(|it| it.at_ms).collect();
        let anchors: Vec<i64> = match question.starts {
            Start::First => inside.first().copied().into_iter().collect(),
            Start::FirstEver => {
                starts.first().map(|it| it.at_ms).filter(|it| *it >= scope.from_ms).into_iter().collect()
            }
            Start::Recurring => {
                let mut periods = BTreeMap::new();
                periods.extend(inside.iter().rev().map(|it| (period_of(question.period, *it), *it)));
                periods.into_values().collect()
            }
        };
        for anchor in anchors {
            let cohort =
                cohorts.entry(period_of(question.period, anchor)).or_insert((0, vec![0; edges.len() - 1]));
            cohort.0 += 1;
            let returns = all.iter().filter(|it| it.at_ms >= anchor && meets(&question.back, it));
            let distance = |at_ms: i64| match question.clock {
                Clock::Calendar => period_of(question.period, at_ms) - period_of(question.period, anchor),
                Clock::Rolling => (at_ms - anchor) / question.period.rolling_ms(),
            };
            let distances: Vec<_> = returns.map(|it| distance(it.at_ms)).collect();
            for (bracket, edge) in edges.windows(2).enumerate() {
                let later = question.count == Count::OnOrAfter;
                let back = |it: &i64| *it >= i64::from(edge[0]) && (later || *it < i64::from(edge[1]));
                cohort.1[bracket] += u64::from(distances.iter().any(back));
            }
        }
    }
    cohorts
}

/// For every step, how long each person who reached it took.
pub fn funnel(facts: &[Fact], question: &Funnel) -> Vec<Vec<i64>> {
    let mut took = vec![vec![]; question.steps.len()];
    for all in people(facts, &question.scope).values() {
        let facts = within(all, &question.scope);
        for (step, took) in took.iter_mut().enumerate() {
            let ways = match question.order {
                Order::Ordered => ordered(&facts, question, step),
                Order::Strict | Order::StrictListed => strict(&facts, question, step),
                Order::Any => any_order(&facts, question, step),
            };
            // A way is when it ended and when it began.
            let Some(end) = ways.iter().map(|it| it.0).min() else { continue };
            let start = ways.iter().filter(|it| it.0 == end).map(|it| it.1).max().unwrap();
            took.push(end - start);
        }
    }
    took
}

fn window_ms(question: &Funnel) -> i64 {
    question.window_s as i64 * 1000
}

fn ordered(facts: &[Fact], question: &Funnel, step: usize) -> Vec<(i64, i64)> {
    let path: Vec<usize> = (0..=step).filter(|it| *it == step || !question.steps[*it].optional).collect();
    let mut ways = vec![];
    choose(facts, question, &path, &mut vec![], &mut ways);
    ways
}

fn choose(
    facts: &[Fact],
    question: &Funnel,
    path: &[usize],
    chosen: &mut Vec<usize>,
    ways: &mut Vec<(i64, i64)>,
) {
    let Some(step) = path.get(chosen.len()) else {
        let (first, last) = (facts[chosen[0]].at_ms, facts[chosen[chosen.len() - 1]].at_ms);
        return ways.push((last, first));
    };
    for (at, fact) in facts.iter().enumerate() {
        let follows = chosen.last().is_none_or(|it| facts[*it].at_ms <= fact.at_ms);
        let soon = chosen.first().is_none_or(|it| fact.at_ms - facts[*it].at_ms <= window_ms(question));
        if follows && soon && !chosen.contains(&at) && meets(&question.steps[*step].what, fact) {
            chosen.push(at);
            choose(facts, question, path, chosen, ways);
            chosen.pop();
        }
    }
}

fn strict(facts: &[Fact], question: &Funnel, step: usize) -> Vec<(i64, i64)> {
    let listed = |fact: &&Fact| question.steps.iter().any(|step| meets(&step.what, fact));
    let facts: Vec<&Fact> = match question.order {
        Order::StrictListed => facts.iter().filter(listed).collect(),
        _ => facts.iter().collect(),
    };
    let mut ways = vec![];
    // Every choice of optional steps, as bits.
    for choice in 0..1u32 << step {
        let path: Vec<usize> = (0..=step)
            .filter(|it| *it == step || !question.steps[*it].optional || choice >> it & 1 == 1)
            .collect();
        for together in facts.windows(path.len()) {
            let met = path.iter().zip(together).all(|(step, fact)| meets(&question.steps[*step].what, fact));
            let (first, last) = (together[0].at_ms, together[path.len() - 1].at_ms);
            if met && last - first <= window_ms(question) {
                ways.push((last, first));
            }
        }
    }
    ways
}

fn any_order(facts: &[Fact], question: &Funnel, step: usize) -> Vec<(i64, i64)> {
    let mut ways = vec![];
    for first in facts {
        for last in facts.iter().filter(|it| (0..=window_ms(question)).contains(&(it.at_ms - first.at_ms))) {
            let between: Vec<_> =
                facts.iter().filter(|it| first.at_ms <= it.at_ms && it.at_ms <= last.at_ms).collect();
            let met =
                question.steps.iter().filter(|step| between.iter().any(|it| meets(&step.what, it))).count();
            if met > step {
                ways.push((last.at_ms, first.at_ms));
            }
        }
    }
    ways
}

/// For every step of a sequence, how many people match up to it.
pub fn sequence(facts: &[Fact], question: &Sequence) -> Vec<u64> {
    let mut matched = vec![0; question.pattern.len()];
    for all in people(facts, &question.scope).values() {
        let facts = within(all, &question.scope);
        for (step, matched) in matched.iter_mut().enumerate() {
            *matched += u64::from(matches(&facts, question, step, &mut vec![]));
        }
    }
    matched
}

fn matches(facts: &[Fact], question: &Sequence, step: usize, chosen: &mut Vec<usize>) -> bool {
    if chosen.len() > step {
        let took_ms = facts[chosen[step]].at_ms - facts[chosen[0]].at_ms;
        return question.window_s.is_none_or(|it| took_ms <= it as i64 * 1000);
    }
    let pattern = &question.pattern[chosen.len()];
    let from = chosen.last().map_or(0, |it| it + 1);
    (from..facts.len()).any(|at| {
        let gap_ms = chosen.last().map_or(0, |it| facts[at].at_ms - facts[*it].at_ms);
        let soon = pattern.within_s.is_none_or(|it| gap_ms <= it as i64 * 1000);
        let between = if chosen.is_empty() { &[][..] } else { &facts[from..at] };
        let free = !between.iter().any(|it| pattern.without.iter().any(|what| meets(what, it)));
        if !(soon && free && meets(&pattern.then, &facts[at])) {
            return false;
        }
        chosen.push(at);
        let found = matches(facts, question, step, chosen);
        chosen.pop();
        found
    })
}

/// By period: how many were active on so many days.
pub fn stickiness(facts: &[Fact], question: &Stickiness) -> BTreeMap<i64, BTreeMap<u64, u64>> {
    let mut periods: BTreeMap<i64, BTreeMap<u64, u64>> = BTreeMap::new();
    for all in people(facts, &question.scope).values() {
        let mut days: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        for fact in within(all, &question.scope).iter().filter(|it| meets(&question.what, it)) {
            days.entry(period_of(question.per, fact.at_ms))
                .or_default()
                .insert(period_of(Period::Day, fact.at_ms));
        }
        for (period, days) in days {
            *periods.entry(period).or_default().entry(days.len() as u64).or_default() += 1;
        }
    }
    periods
}

/// How many people are in a stage in a period.
pub fn stage(facts: &[Fact], question: &LifeCycle, period: i64, stage: Stage) -> u64 {
    let people = people(facts, &question.scope);
    let in_stage = people.values().filter(|all| {
        let active: BTreeSet<i64> = all
            .iter()
            .filter(|it| meets(&question.what, it))
            .map(|it| period_of(question.period, it.at_ms))
            .collect();
        let (now, before) = (active.contains(&period), active.contains(&(period - 1)));
        let ever = active.range(..period).next().is_some();
        match stage {
            Stage::New => now && !ever,
            Stage::Returning => now && before,
            Stage::Resurrected => now && !before && ever,
            Stage::Dormant => !now && before,
        }
    });
    in_stage.count() as u64
}

/// By period: facts, people, sum.
pub fn trend(facts: &[Fact], question: &linger_behaviour::Trend) -> BTreeMap<i64, (u64, u64, i64)> {
    let mut periods: BTreeMap<i64, (u64, u64, i64)> = BTreeMap::new();
    for all in people(facts, &question.scope).values() {
        let mut seen = BTreeSet::new();
        for fact in within(all, &question.scope).iter().filter(|it| meets(&question.what, it)) {
            let period = period_of(question.period, fact.at_ms);
            let figures = periods.entry(period).or_default();
            figures.0 += 1;
            figures.1 += u64::from(seen.insert(period));
            figures.2 += question.sum.and_then(|it| fact.number(it)).unwrap_or(0);
        }
    }
    periods
}

/// The source of everybody's first fact in the range that has one, or nothing.
pub fn first_touches(facts: &[Fact], scope: &Scope) -> BTreeMap<PersonKey, String> {
    let touch = |all: Vec<Fact>| {
        all.iter().find_map(|it| it.text(Text::Source).map(str::to_owned)).unwrap_or_default()
    };
    people(facts, scope).into_iter().map(|(person, all)| (person, touch(within(&all, scope)))).collect()
}

/// Stays, as the age at which observation began, that at which it ended, and whether by leaving.
#[derive(Default)]
pub struct Observed {
    pub people: u64,
    pub stays: Vec<(u32, u32, bool)>,
}

pub fn stays(facts: &[Fact], question: &Survival) -> Observed {
    let scope = &question.scope;
    let mut observed = Observed::default();
    for all in people(facts, scope).values() {
        // When each began and ended, and whether by leaving.
        let mut stays = vec![];
        match &question.stays {
            Stays::Told { left } => {
                for fact in within(all, scope).iter().filter(|it| meets(left, it)) {
                    if let Some(ms) = fact.number(Number::DurationMs) {
                        stays.push((fact.at_ms - ms, fact.at_ms, fact.text(Text::Outcome) == Some("left")));
                    }
                }
            }
            Stays::Seen { enter, leave } => {
                let mut began = None;
                for fact in all {
                    if meets(leave, fact) {
                        stays.extend(began.take().map(|it| (it, fact.at_ms, true)));
                    }
                    if meets(enter, fact) {
                        began = began.or(Some(fact.at_ms));
                    }
                }
                stays.extend(began.map(|it| (it, scope.to_ms, false)));
            }
        }
        let seen = stays.into_iter().filter(|it| it.1 >= scope.from_ms).map(|(began, ended, left)| {
            let (from, to) = ((scope.from_ms - began).max(0) / 1000, (ended - began) / 1000);
            // Ages above a day are not told apart.
            (from as u32, to.min(86_400) as u32, left && to <= 86_400)
        });
        let seen: Vec<_> = seen.filter(|it| it.0 == 0 || it.0 < it.1).collect();
        observed.people += u64::from(!seen.is_empty());
        observed.stays.extend(seen);
    }
    observed
}

/// Everybody's path, nearest to the anchor first.
pub fn paths(facts: &[Fact], question: &Paths) -> Vec<Vec<String>> {
    let node = |fact: &Fact| match question.node {
        Some(text) => fact.text(text).unwrap_or_default().to_owned(),
        None => fact.name.to_string(),
    };
    let mut paths = vec![];
    for all in people(facts, &question.scope).values() {
        let all = within(all, &question.scope);
        let Some(anchor) = all.iter().position(|it| meets(&question.anchor, it)) else { continue };
        let mut near: Vec<&Fact> = match question.direction {
            Direction::After => all[anchor + 1..].iter().collect(),
            Direction::Before => all[..anchor].iter().rev().collect(),
        };
        near.retain(|it| (it.at_ms - all[anchor].at_ms).abs() <= question.within_s as i64 * 1000);
        let mut nodes: Vec<String> = [&all[anchor]].into_iter().chain(near).map(node).collect();
        let anchor = nodes.remove(0);
        nodes.retain(|it| !it.is_empty());
        nodes.insert(0, anchor);
        nodes.dedup();
        paths.push(nodes.into_iter().skip(1).take(question.depth as usize).collect());
    }
    paths
}
