//! The engine against the plain meaning of its questions, on random histories. It does not know how the engine works.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod beside;
mod cells;
mod histories;
mod naive;

use cells::cells;
use linger_behaviour::{Answer, Breakdown, Cohort, Fact, Fold, Of, Question, Stage, Table, answer::Spread};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn table(facts: &[Fact], zone: &str) -> Table {
    let mut table = Table::new(zone).unwrap();
    facts.iter().for_each(|fact| table.push(fact).unwrap());
    table
}

fn ask(facts: &[Fact], question: &Question) -> Answer {
    table(facts, "Europe/Berlin").ask(question).unwrap()
}

fn nearest_rank(sorted: &[i64], percent: usize) -> i64 {
    sorted[(sorted.len() * percent).div_ceil(100) - 1]
}

/// Whether a spread is that of these lengths, within its stated error.
fn is_spread(spread: &Option<Spread>, mut took: Vec<i64>) -> bool {
    took.sort_unstable();
    match spread {
        None => took.is_empty(),
        Some(spread) => {
            let near = |a: i64, b: i64| (a - b).abs() * 125 <= b;
            let count: u64 = spread.doublings.iter().map(|it| it.1).sum();
            count as usize == took.len()
                && near(spread.median_ms, nearest_rank(&took, 50))
                && near(spread.p90_ms, nearest_rank(&took, 90))
        }
    }
}

fn broken_down(question: &mut Question, breakdown: Option<Breakdown>) {
    match question {
        Question::Retention(it) => it.breakdown = breakdown,
        Question::Funnel(it) => it.breakdown = breakdown,
        Question::Sequence(it) => it.breakdown = breakdown,
        Question::Survival(it) => it.breakdown = breakdown,
        Question::Trend(it) => it.breakdown = breakdown,
        Question::Paths(_) | Question::Stickiness(_) | Question::LifeCycle(_) => {}
    }
}

/// The groups of an answer by value, everybody first, and all that is said of each.
fn groups(answer: &Answer) -> Vec<(Option<String>, serde_json::Value)> {
    let answer = serde_json::to_value(answer).unwrap();
    let parts = answer["groups"].as_array().unwrap().iter().cloned();
    let parts = parts.map(|mut part| {
        let group = part.as_object_mut().unwrap().remove("group").unwrap();
        (group["value"].as_str().map(str::to_owned), part)
    });
    parts.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn retention_is_what_it_means(facts in histories::facts(), mut question in histories::retention()) {
        (question.cohort, question.breakdown, question.scope.min_people) = (Cohort::Period, None, 1);
        let expected = naive::retention(&facts, &question);
        let Answer::Retention(answer) = ask(&facts, &Question::Retention(question.clone())) else { panic!() };
        let mut people = 0;
        for row in &answer.groups[0].cohorts {
            let at_ms = row.from_ms.unwrap();
            let (count, back) = expected.get(&naive::period_of(question.period, at_ms)).cloned().unwrap_or_default();
            prop_assert_eq!(row.people, Some(count));
            people += count;
            for (nth, cell) in row.cells.iter().enumerate() {
                let back = back.get(nth).copied().unwrap_or(0);
                // A bracket that has not begun has no figure, and nobody in it.
                prop_assert_eq!(cell.people.unwrap_or(0), back);
            }
        }
        prop_assert_eq!(people, expected.values().map(|it| it.0).sum::<u64>());
    }

    #[test]
    fn a_funnel_is_what_it_means(facts in histories::facts(), mut question in histories::funnel()) {
        (question.breakdown, question.scope.min_people) = (None, 1);
        let expected = naive::funnel(&facts, &question);
        let Answer::Funnel(answer) = ask(&facts, &Question::Funnel(question)) else { panic!() };
        for (nth, (step, took)) in answer.groups[0].steps.iter().zip(expected).enumerate() {
            prop_assert_eq!(step.people, Some(took.len() as u64), "step {}", nth);
            prop_assert!(nth == 0 || is_spread(&step.time, took.clone()), "step {}: {:?} {:?}", nth, step.time, took);
        }
    }

    #[test]
    fn a_sequence_is_what_it_means(facts in histories::facts(), mut question in histories::sequence()) {
        (question.breakdown, question.scope.min_people) = (None, 1);
        let expected = naive::sequence(&facts, &question);
        let Answer::Sequence(answer) = ask(&facts, &Question::Sequence(question)) else { panic!() };
        prop_assert_eq!(&answer.groups[0].people, &expected);
    }

    #[test]
    fn stickiness_is_what_it_means(facts in histories::facts(), mut question in histories::stickiness()) {
        question.scope.min_people = 1;
        let expected = naive::stickiness(&facts, &question);
        let Answer::Stickiness(answer) = ask(&facts, &Question::Stickiness(question.clone())) else { panic!() };
        let mut seen = 0;
        for period in &answer.periods {
            let days = expected.get(&naive::period_of(question.per, period.when.from_ms)).cloned().unwrap_or_default();
            seen += days.values().sum::<u64>();
            prop_assert_eq!(period.people, Some(days.values().sum()));
            for (nth, people) in (1u64..).zip(&period.days) {
                prop_assert_eq!(*people, days.get(&nth).copied().unwrap_or(0));
            }
        }
        prop_assert_eq!(seen, expected.values().flat_map(|it| it.values()).sum::<u64>());
    }

    #[test]
    fn the_life_cycle_is_what_it_means(facts in histories::facts(), mut question in histories::life_cycle()) {
        question.scope.min_people = 1;
        let Answer::LifeCycle(answer) = ask(&facts, &Question::LifeCycle(question.clone())) else { panic!() };
        for period in &answer.periods {
            let number = naive::period_of(question.period, period.when.from_ms);
            for stage in [Stage::New, Stage::Returning, Stage::Resurrected, Stage::Dormant] {
                let expected = naive::stage(&facts, &question, number, stage);
                prop_assert_eq!(period.stage(stage), Some(expected), "{:?} in {}", stage, &period.when.label);
            }
        }
    }

    #[test]
    fn a_trend_is_what_it_means(facts in histories::facts(), mut question in histories::trend()) {
        (question.breakdown, question.scope.min_people) = (None, 1);
        let expected = naive::trend(&facts, &question);
        let Answer::Trend(answer) = ask(&facts, &Question::Trend(question.clone())) else { panic!() };
        for (when, figures) in answer.periods.iter().zip(&answer.groups[0].figures) {
            let period = naive::period_of(question.period, when.from_ms);
            let (events, people, sum) = expected.get(&period).copied().unwrap_or_default();
            let sum = question.sum.map(|_| sum);
            prop_assert_eq!((figures.events, figures.people, figures.sum), (Some(events), Some(people), sum));
        }
    }

    #[test]
    fn heads_change_no_answer(facts in histories::facts(), question in histories::question()) {
        let with = ask(&facts, &question);
        let table = table(&facts, "Europe/Berlin");
        let mut without = question.fold(table.names(), table.zone());
        table.people().for_each(|person| without.run(&table.run(person).unwrap()));
        prop_assert_eq!(&with, &without.finish(table.names()).unwrap());
        // Masks of days in another zone tell nothing.
        prop_assert_eq!(&with, &self::table(&facts, "Asia/Tokyo").ask(&question).unwrap());
    }

    #[test]
    fn folds_add_up(facts in histories::facts(), question in histories::question(), parts in 0u64..16) {
        let table = table(&facts, "Europe/Berlin");
        let mut halves = [0, 1].map(|_| question.fold(table.names(), table.zone()));
        for person in table.people() {
            halves[(parts >> person.0 & 1) as usize].run(&table.run(person).unwrap());
        }
        let [mut first, second] = halves;
        first.merge(second);
        prop_assert_eq!(table.ask(&question).unwrap(), first.finish(table.names()).unwrap());
    }

    #[test]
    fn live_is_batch(facts in histories::facts(), question in histories::question()) {
        // One by one as they arrive, or sorted by time first: the same table, but for what arrived together.
        let mut sorted = facts.clone();
        sorted.sort_by_key(|fact| fact.at_ms);
        prop_assert_eq!(ask(&facts, &question), ask(&sorted, &question));
    }

    #[test]
    fn the_people_behind_a_figure_are_as_many_as_it_says(
        facts in histories::facts(),
        mut question in histories::question(),
    ) {
        question.scope_mut().min_people = 1;
        let table = table(&facts, "Europe/Berlin");
        for (cell, figure) in cells(&table.ask(&question).unwrap()) {
            let members = table.members(&question, &cell, 100).unwrap();
            prop_assert_eq!(members.count, Some(figure), "{:?}", cell);
            prop_assert_eq!(members.people.len() as u64, figure);
            // Whoever keeps the list up to date asks about one person at a time and finds the same.
            let mut fold = question.members(&cell, 100, table.names(), table.zone()).unwrap();
            let live: Vec<_> = table.people().filter(|it| fold.has(&table.run(*it).unwrap())).collect();
            prop_assert_eq!(members.people, live);
        }
    }

    #[test]
    fn a_group_is_the_answer_about_its_people_alone(facts in histories::facts(), question in histories::question()) {
        let Some(mut breakdown) = question.breakdown().cloned() else { return Ok(()) };
        (breakdown.of, breakdown.groups_max) = (Of::FirstTouch, 3);
        let mut whole = question;
        whole.scope_mut().min_people = 1;
        broken_down(&mut whole, Some(breakdown));
        let answer = groups(&ask(&facts, &whole));
        let touches = naive::first_touches(&facts, whole.scope());
        let mut part = whole.clone();
        broken_down(&mut part, None);
        for value in ["", "x", "y"] {
            let theirs = |it: &&Fact| touches.get(&it.person).is_some_and(|touch| touch == value);
            let theirs: Vec<_> = facts.iter().filter(theirs).cloned().collect();
            let expected = &groups(&ask(&theirs, &part))[0].1;
            match answer.iter().find(|it| it.0.as_deref() == Some(value)) {
                Some((_, figures)) => prop_assert_eq!(figures, expected, "{:?}", value),
                // Groups in which nothing happened are not listed.
                None => prop_assert_eq!(expected, &groups(&ask(&[], &part))[0].1, "{:?}", value),
            }
        }
    }

    #[test]
    fn stays_are_what_they_mean(facts in histories::facts(), mut question in histories::survival()) {
        (question.breakdown, question.scope.min_people) = (None, 1);
        let expected = naive::stays(&facts, &question);
        let Answer::Survival(answer) = ask(&facts, &Question::Survival(question)) else { panic!() };
        let group = &answer.groups[0];
        prop_assert_eq!(group.people, Some(expected.people));
        prop_assert_eq!(group.stays, Some(expected.stays.len() as u64));
        prop_assert_eq!(group.ended, Some(expected.stays.iter().filter(|it| it.2).count() as u64));
        // Kaplan and Meier's product, from the definition: at risk is who entered before and ended at that age or later.
        let mut share = 1.0;
        for point in &group.curve {
            let at_risk = expected.stays.iter().filter(|it| (it.0 == 0 || it.0 < point.age_s) && it.1 >= point.age_s);
            let left = expected.stays.iter().filter(|it| it.1 == point.age_s && it.2).count();
            prop_assert_eq!(point.at_risk, at_risk.clone().count() as u64);
            share *= 1.0 - left as f64 / at_risk.count() as f64;
            prop_assert!((point.share - share).abs() < 1e-12);
        }
    }

    #[test]
    fn paths_are_what_they_mean(facts in histories::facts(), mut question in histories::paths()) {
        (question.scope.min_people, question.top) = (1, 50);
        let paths = naive::paths(&facts, &question);
        let Answer::Paths(answer) = ask(&facts, &Question::Paths(question)) else { panic!() };
        prop_assert_eq!(answer.people, Some(paths.len() as u64));
        for (nth, level) in answer.levels.iter().enumerate() {
            let here = paths.iter().filter(|it| it.len() > nth);
            prop_assert_eq!(level.nodes.iter().map(|it| it.people).sum::<u64>(), here.count() as u64);
            prop_assert_eq!(level.ended, paths.iter().filter(|it| it.len() == nth).count() as u64);
            for node in &level.nodes {
                let there = paths.iter().filter(|it| it.get(nth) == Some(&node.name)).count();
                prop_assert_eq!(node.people, there as u64);
            }
            for link in &level.links {
                let from = |path: &&Vec<String>| nth == 0 || path[nth - 1] == link.from;
                let there = paths.iter().filter(|it| it.get(nth) == Some(&link.to)).filter(from).count();
                prop_assert_eq!(link.people, there as u64);
            }
        }
    }

    #[test]
    fn a_list_kept_while_facts_arrive_is_that_of_all_facts(
        facts in histories::facts(),
        mut question in histories::question(),
        nth in any::<prop::sample::Index>(),
    ) {
        question.scope_mut().min_people = 1;
        let cells = cells(&ask(&facts, &question));
        if cells.is_empty() {
            return Ok(());
        }
        let cell = &cells[nth.index(cells.len())].0;
        let (mut growing, mut kept) = (Table::new("Europe/Berlin").unwrap(), BTreeSet::new());
        for fact in &facts {
            growing.push(fact).unwrap();
            let run = growing.run(fact.person).unwrap();
            // A name may be new, so the fold is made anew; only the person who did something is looked at again.
            let belongs = question.members(cell, 0, growing.names(), growing.zone()).unwrap().has(&run);
            if belongs { kept.insert(fact.person) } else { kept.remove(&fact.person) };
        }
        let batch = table(&facts, "Europe/Berlin").members(&question, cell, 100).unwrap();
        prop_assert_eq!(kept.into_iter().collect::<Vec<_>>(), batch.people);
    }

    #[test]
    fn a_question_is_read_as_it_is_written(question in histories::question()) {
        let json = serde_json::to_string(&question).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Question>(&json).unwrap(), &question);
        prop_assert_eq!(question.check(), Ok(()));
    }
}
