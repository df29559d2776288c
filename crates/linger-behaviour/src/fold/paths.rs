//! Paths: how many people are at each node of each level, and go from which to which. It does not know where runs come
//! from.
//!
//! Memory is bounded by counting nodes and links by level rather than whole paths, exactly, and by refusing an answer
//! with more than a quarter of a million different ones.

use super::{
    Ask, Target,
    cells::{Cells, Sum},
    sieve::{EVERY, Sieve},
};
use crate::{
    Answer, Columns, Direction, Fold, Head, NO_TEXT, Names, Need, Paths, Run, Wrong,
    answer::{Level, Link, Node, Pathways},
};
use rustc_hash::FxHashMap;

const LINKS_HELD: usize = 262_144;
/// The node that stands for the anchor; as a row of a level, for those who were on it at all.
const ANCHOR: u32 = u32::MAX;

pub(crate) struct PathsFold {
    question: Paths,
    sieve: Sieve,
    within_ms: i64,
    // By level; nodes by code, those at the level at all under `ANCHOR`. Level 0 has only these.
    nodes: Cells<Count>,
    // People by level, the node of the level before, and the node of this.
    links: FxHashMap<(u32, u32, u32), u64>,
    too_many: bool,
}

#[derive(Debug, Default)]
struct Count(u64);

impl Sum for Count {
    fn add(&mut self, other: Count) {
        self.0 += other.0;
    }
}

impl PathsFold {
    pub(crate) fn new(question: &Paths, names: &dyn Names) -> PathsFold {
        PathsFold {
            sieve: Sieve::new(&question.scope, [(0, &question.anchor)], names).with_every(),
            within_ms: question.within_s as i64 * 1000,
            nodes: Cells::new(LINKS_HELD),
            links: FxHashMap::default(),
            too_many: false,
            question: question.clone(),
        }
    }

    fn node(&self, run: &Run<'_>, at: usize) -> u32 {
        match self.question.node {
            Some(text) => run.texts[text.index()][at],
            None => run.name[at],
        }
    }

    /// Walks on from an anchor over facts that are nearest first.
    fn walk(&mut self, run: &Run<'_>, anchor: usize, facts: impl Iterator<Item = usize>) {
        self.count(0, ANCHOR, 1);
        let (mut level, mut from) = (0, ANCHOR);
        let mut last = self.node(run, anchor);
        for at in facts {
            if level == self.question.depth || (run.at_ms[at] - run.at_ms[anchor]).abs() > self.within_ms {
                return;
            }
            let node = self.node(run, at);
            if node == NO_TEXT || node == last || self.sieve.bits(run, at) & EVERY == 0 {
                continue;
            }
            level += 1;
            self.count(level, ANCHOR, 1);
            self.count(level, node, 1);
            self.link((level, from, node), 1);
            (from, last) = (node, node);
        }
    }

    /// Takes in people as counted elsewhere: those who came to a node of a level from one of the level before, absent
    /// for the anchor. At level 0, those who have an anchor.
    pub(crate) fn take(&mut self, level: u32, from: Option<u32>, to: Option<u32>, people: u64) {
        self.count(level, ANCHOR, people);
        if let Some(to) = to {
            self.count(level, to, people);
            self.link((level, from.unwrap_or(ANCHOR), to), people);
        }
    }

    fn count(&mut self, level: u32, node: u32, people: u64) {
        if let Some(count) = self.nodes.at(level, node) {
            count.0 += people;
        }
    }

    fn link(&mut self, link: (u32, u32, u32), people: u64) {
        if self.too_many {
            return;
        }
        *self.links.entry(link).or_default() += people;
        if self.links.len() > LINKS_HELD {
            (self.too_many, self.links) = (true, FxHashMap::default());
        }
    }

    fn people(&self, level: u32, node: u32) -> u64 {
        self.nodes.get(level, node).map_or(0, |it| it.0)
    }

    fn name<'a>(&self, names: &'a dyn Names, node: u32) -> &'a str {
        match (node, self.question.node) {
            (ANCHOR, _) => "",
            (code, Some(text)) => names.text(text, code),
            (code, None) => names.name(code),
        }
    }
}

impl Fold for PathsFold {
    fn columns(&self) -> Columns {
        let columns = self.sieve.columns();
        self.question.node.map_or(columns, |text| columns.with(text))
    }

    fn head(&mut self, head: &Head<'_>) -> Need {
        let scope = &self.question.scope;
        let outside = head.last_ms < scope.from_ms || head.first_ms >= scope.to_ms;
        if outside || self.sieve.head_names(1) & head.names == 0 { Need::Nothing } else { Need::Run }
    }

    fn run(&mut self, run: &Run<'_>) {
        let range = self.sieve.range(run);
        let Some(anchor) = range.clone().find(|at| self.sieve.bits(run, *at) & 1 != 0) else { return };
        match self.question.direction {
            Direction::After => self.walk(run, anchor, anchor + 1..range.end),
            Direction::Before => self.walk(run, anchor, (range.start..anchor).rev()),
        }
    }

    fn merge(&mut self, other: PathsFold) {
        self.nodes.add(other.nodes);
        if other.too_many {
            (self.too_many, self.links) = (true, FxHashMap::default());
        }
        for (link, people) in other.links {
            self.link(link, people);
        }
    }
}

impl Ask for PathsFold {
    fn clear(&mut self) {
        self.nodes.clear();
        self.links.clear();
        self.too_many = false;
    }

    fn holds(&self, target: &Target) -> bool {
        target.column.zip(target.code).is_some_and(|(level, node)| self.people(level, node) > 0)
    }

    fn finish(mut self, names: &dyn Names) -> Result<Answer, Wrong> {
        let nodes = std::mem::replace(&mut self.nodes, Cells::new(0));
        let rows = nodes.into_rows().filter(|_| !self.too_many);
        let rows = rows.ok_or_else(|| {
            Wrong::new(
                "depth",
                "there are too many different steps: ask for fewer levels, or narrow it with where",
            )
        })?;
        let min_people = u64::from(self.question.scope.min_people);
        let at_level = |level: u32| rows.get(&(level, ANCHOR)).map_or(0, |it| it.0);
        let people = at_level(0);
        if (1..min_people).contains(&people) {
            return Ok(Answer::Paths(Pathways::default()));
        }
        let mut levels = vec![];
        let mut shown_before = vec![ANCHOR];
        for level in 1..=self.question.depth {
            let on_level = rows.iter().filter(|((at, node), _)| *at == level && *node != ANCHOR);
            let mut nodes: Vec<_> =
                on_level.map(|((_, code), it)| (it.0, self.name(names, *code), *code)).collect();
            nodes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
            nodes.truncate(self.question.top as usize);
            nodes.retain(|it| it.0 >= min_people);
            let told: u64 = nodes.iter().map(|it| it.0).sum();
            let shown: Vec<u32> = nodes.iter().map(|it| it.2).collect();
            let mut links = vec![];
            for from in &shown_before {
                for to in &shown {
                    let people = self.links.get(&(level, *from, *to)).copied().unwrap_or(0);
                    if people >= min_people {
                        let (from, to) =
                            (self.name(names, *from).to_owned(), self.name(names, *to).to_owned());
                        links.push(Link { from, to, people });
                    }
                }
            }
            let here = at_level(level);
            let nodes = nodes.iter().map(|it| Node { name: it.1.to_owned(), people: it.0 }).collect();
            levels.push(Level { nodes, rest: here - told, links, ended: at_level(level - 1) - here });
            shown_before = shown;
        }
        Ok(Answer::Paths(Pathways { people: Some(people), levels }))
    }
}
