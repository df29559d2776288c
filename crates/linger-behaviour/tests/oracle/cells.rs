//! The cells of an answer that have people behind them, each with its figure. It does not know how they are found.

use linger_behaviour::{Answer, Cell, Group, Stage};

fn push(cells: &mut Vec<(Cell, u64)>, cell: Cell, figure: Option<u64>) {
    if let Some(figure) = figure {
        cells.push((cell, figure));
    }
}

/// The people of the group `rest` cannot be asked for.
fn value(group: &Group) -> Option<Option<String>> {
    (!group.rest).then(|| group.value.clone())
}

pub fn cells(answer: &Answer) -> Vec<(Cell, u64)> {
    let mut cells = vec![];
    match answer {
        Answer::Retention(it) => {
            for part in &it.groups {
                let Some(group) = value(&part.group) else { continue };
                for row in &part.cohorts {
                    let cell = |bracket| Cell::Retention {
                        group: group.clone(),
                        cohort: row.cohort.clone(),
                        bracket,
                    };
                    push(&mut cells, cell(None), row.people);
                    for (nth, back) in (0..).zip(&row.cells) {
                        push(&mut cells, cell(Some(nth)), back.people);
                    }
                }
            }
            // With recurring starts a text cohort would count people several times: a check forbids it.
        }
        Answer::Funnel(it) => {
            for part in &it.groups {
                let Some(group) = value(&part.group) else { continue };
                for (step, reached) in (0..).zip(&part.steps) {
                    let cell = Cell::Funnel { group: group.clone(), step, lost: false };
                    push(&mut cells, cell, reached.people);
                }
            }
        }
        Answer::Sequence(it) => {
            for part in &it.groups {
                let Some(group) = value(&part.group) else { continue };
                for (step, people) in (0..).zip(&part.people) {
                    push(&mut cells, Cell::Sequence { group: group.clone(), step }, Some(*people));
                }
            }
        }
        Answer::Stickiness(it) => {
            for period in &it.periods {
                let cell = |days| Cell::Stickiness { period: period.when.label.clone(), days };
                push(&mut cells, cell(None), period.people);
                for (days, people) in (1..).zip(&period.days) {
                    push(&mut cells, cell(Some(days)), Some(*people));
                }
            }
        }
        Answer::LifeCycle(it) => {
            for period in &it.periods {
                for stage in [Stage::New, Stage::Returning, Stage::Resurrected, Stage::Dormant] {
                    let cell = Cell::LifeCycle { period: period.when.label.clone(), stage };
                    push(&mut cells, cell, period.stage(stage));
                }
            }
        }
        Answer::Survival(it) => {
            for part in &it.groups {
                let Some(group) = value(&part.group) else { continue };
                push(&mut cells, Cell::Survival { group }, part.people);
            }
        }
        Answer::Trend(it) => {
            for part in &it.groups {
                let Some(group) = value(&part.group) else { continue };
                for (when, figures) in it.periods.iter().zip(&part.figures) {
                    let cell = Cell::Trend { group: group.clone(), period: when.label.clone() };
                    push(&mut cells, cell, figures.people);
                }
            }
        }
        // Nodes by level; a person may be at a node of a level once.
        Answer::Paths(it) => {
            for (level, part) in (1..).zip(&it.levels) {
                for node in &part.nodes {
                    push(&mut cells, Cell::Paths { level, node: node.name.clone() }, Some(node.people));
                }
            }
        }
    }
    cells
}
