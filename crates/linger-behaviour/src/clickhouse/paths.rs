//! Paths in SQL: each person's path as an array of nodes, then the steps of all paths. It does not know
//! which nodes are told apart.

use super::{
    Unread,
    facts::{Facts, meets, text_of},
    rows::{self, Whole},
};
use crate::{
    Answer, Direction, Paths,
    fold::{Ask, paths::PathsFold},
    words::Words,
};

pub(super) fn text(question: &Paths, table: &str) -> String {
    let scope = &question.scope;
    let columns = vec![
        format!("{} AS anchors", meets(&question.anchor)),
        format!("{} AS node", question.node.map_or("name".to_owned(), text_of)),
    ];
    let facts = Facts { table, scope, history: false, columns }.text();
    let near = match question.direction {
        Direction::After => "arraySlice(done, place + 1)",
        Direction::Before => "arrayReverse(arraySlice(done, 1, place - 1))",
    };
    format!(
        "WITH {facts},
people AS (
    SELECT
        arraySort(groupArray((at_ms, seq, node, anchors))) AS done,
        arrayFirstIndex(it -> it.4, done) AS place,
        arrayFilter(it -> abs(it.1 - done[place].1) <= {within_ms} AND it.3 != '', {near}) AS near,
        arrayCompact(arrayPushFront(arrayMap(it -> it.3, near), done[place].3)) AS nodes,
        arraySlice(nodes, 2, {depth}) AS path
    FROM facts
    GROUP BY person
    HAVING place > 0
),
steps AS (
    SELECT arrayJoin(arrayConcat(
        [(0, '', '')],
        arrayMap((level, node) -> (level, if(level = 1, '', path[level - 1]), node),
            arrayEnumerate(path), path))) AS step
    FROM people
)
SELECT step.1 AS level, step.2 AS source_node, step.3 AS node, count() AS people
FROM steps
GROUP BY level, source_node, node",
        within_ms = question.within_s * 1000,
        depth = question.depth,
    )
}

pub(super) fn answer(question: &Paths, rows: &str) -> Result<Answer, Unread> {
    let mut words = Words::default();
    let mut fold = PathsFold::new(question, &words);
    let mut code = |node: &str| {
        let code = match question.node {
            Some(text) => words.learn_text(text, node),
            None => words.learn_name(node),
        };
        (!node.is_empty()).then_some(code)
    };
    rows::each(rows, |(level, from, to, people): (Whole<u32>, String, String, Whole<u64>)| {
        let (from, to) = (code(&from), code(&to));
        let fits =
            level.0 <= question.depth && (level.0 > 0) == to.is_some() && (level.0 > 1) == from.is_some();
        fits.then(|| fold.take(level.0, from, to, people.0))
    })?;
    Ok(fold.finish(&words)?)
}
