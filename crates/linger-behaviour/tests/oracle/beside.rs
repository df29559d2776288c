//! People side by side against people one by one, on random histories. It does not know what is asked of them.

use crate::{histories, table};
use linger_behaviour::{Answer, Band, Fact, Fold, NO_TEXT, Order, Question, Table, band::mark};
use proptest::prelude::*;

/// What lies beside each other: rows of everybody, with names and gaps.
#[derive(Default)]
struct Rows {
    persons: Vec<u64>,
    first_ms: Vec<i64>,
    last_ms: Vec<i64>,
    starts: Vec<u32>,
    names: Vec<u32>,
    gaps: Vec<u32>,
}

impl Rows {
    fn of(table: &Table) -> Rows {
        let mut rows = Rows { starts: vec![0], ..Rows::default() };
        for person in table.people() {
            let run = table.run(person).unwrap();
            rows.persons.push(person.0);
            rows.first_ms.push(run.at_ms[0]);
            rows.last_ms.push(run.at_ms[run.at_ms.len() - 1]);
            rows.names.extend(run.name);
            rows.gaps.push(0);
            rows.gaps.extend(run.at_ms.windows(2).map(|it| (it[1] - it[0]) as u32));
            rows.starts.push(rows.names.len() as u32);
        }
        rows
    }
}

/// The answer by people side by side, in two bands, and how many of them were not settled so. None for questions that
/// are not asked so.
fn ask_beside(table: &Table, question: &Question) -> Option<(Answer, usize)> {
    let mut fold = question.fold(table.names(), table.zone());
    let names = fold.marks()?.names.to_vec();
    let rows = Rows::of(table);
    let marked = |code: &u32| {
        let mut words = vec![0; rows.names.len().div_ceil(64)];
        if *code != NO_TEXT {
            mark(&rows.names, *code, &mut words);
        }
        words
    };
    let marks: Vec<_> = names.iter().map(marked).collect();
    let all = Band {
        place: 0,
        persons: &rows.persons,
        first_ms: &rows.first_ms,
        last_ms: &rows.last_ms,
        starts: &rows.starts,
        marks: &marks,
        gaps: &rows.gaps,
    };
    let (half, people) = (rows.persons.len() / 2, rows.persons.len());
    let mut rest = vec![];
    fold.band(&all.part(0..half), &mut rest);
    fold.band(&all.part(half..people), &mut rest);
    let keys: Vec<_> = table.people().collect();
    for place in &rest {
        let run = table.run(keys[*place as usize]).unwrap();
        fold.run(&run);
    }
    Some((fold.finish(table.names()).unwrap(), rest.len()))
}

/// The same with names alone to look at.
fn plain(question: &mut Question) {
    question.scope_mut().filters.clear();
    match question {
        Question::Funnel(it) => {
            (it.order, it.breakdown) = (Order::Ordered, None);
            it.steps.iter_mut().for_each(|step| step.what.conditions.clear());
        }
        Question::Sequence(it) => {
            it.breakdown = None;
            for step in &mut it.pattern {
                step.then.conditions.clear();
                step.without.clear();
            }
        }
        _ => {}
    }
}

fn asked() -> impl Strategy<Value = Question> {
    prop_oneof![
        histories::funnel().prop_map(Question::Funnel),
        histories::sequence().prop_map(Question::Sequence)
    ]
}

fn unhurried(question: &Question) -> bool {
    match question {
        Question::Sequence(it) => {
            it.window_s.is_none() && it.pattern.iter().all(|step| step.within_s.is_none())
        }
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn people_side_by_side_are_counted_as_one_by_one(
        parts in prop::collection::vec(histories::facts(), 1..8),
        mut question in asked(),
        (is_plain, is_whole, has_ties) in (prop::bool::weighted(0.8), prop::bool::weighted(0.6), any::<bool>()),
    ) {
        let mut facts: Vec<Fact> = parts.concat();
        if is_plain {
            plain(&mut question);
        }
        if is_whole {
            let scope = question.scope_mut();
            (scope.from_ms, scope.to_ms) = (0, histories::BEGIN + 1_000 * histories::HOUR);
        }
        if !has_ties {
            facts.iter_mut().zip(0..).for_each(|(fact, n)| fact.at_ms += n);
        }
        let table = table(&facts, "Europe/Berlin");
        if let Some((answer, rest)) = ask_beside(&table, &question) {
            prop_assert_eq!(answer, table.ask(&question).unwrap());
            // Where nothing could be in the way, nobody is asked one by one.
            prop_assert!(!is_whole || has_ties || !unhurried(&question) || rest == 0, "{} left", rest);
        }
    }
}
