//! What is said of people that no event of theirs says, gathered for all of them at once: scores and tags. It does not know
//! who computes a score or puts a tag on.

use super::{
    engine::Mark,
    person::Person,
    spec::{Segments, Spec, add},
};
use linger_behaviour::PersonKey;
use rustc_hash::FxHashMap;

/// What is said of one person, by the places of names.
#[derive(Clone, Debug, Default)]
struct Said {
    scores: Vec<(u16, f64)>,
    tags: Vec<u16>,
}

/// Scores and tags of many people.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    score_names: Vec<Box<str>>,
    tag_names: Vec<Box<str>>,
    people: FxHashMap<PersonKey, Said>,
}

impl Marks {
    /// Nobody is said anything of.
    pub fn new() -> Marks {
        Marks::default()
    }

    /// Says something of a person; the latest of the same name holds.
    pub fn say(&mut self, person: PersonKey, mark: Mark<'_>) {
        let said = self.people.entry(person).or_default();
        match mark {
            Mark::Score(name, value) => {
                let Some(code) = code(&mut self.score_names, name) else { return };
                said.scores.retain(|(it, _)| *it != code);
                said.scores.extend(value.filter(|it| !it.is_nan()).map(|value| (code, value)));
            }
            Mark::Tag(name, on) => {
                let Some(code) = code(&mut self.tag_names, name) else { return };
                said.tags.retain(|it| *it != code);
                said.tags.extend(on.then_some(code));
            }
        }
    }

    /// Gives a person the scores said of them in place of those they had, as far as the segments ask for them; adds the
    /// segments whose answer may have changed.
    pub(super) fn score(&self, spec: &Spec, key: PersonKey, person: &mut Person, affected: &mut Segments) {
        let said = self.people.get(&key).map(|it| &it.scores[..]).unwrap_or_default();
        let now = translated(said, &self.score_names, &spec.scores);
        let had = person.more.as_ref().map(|it| &it.scores[..]).unwrap_or_default();
        if now == had {
            return;
        }
        for (code, _) in now.iter().chain(had) {
            add(affected, spec.score_segments[usize::from(*code)]);
        }
        person.more.get_or_insert_default().scores = now;
    }

    /// Puts the tags said of a person on them.
    pub(super) fn tag(&self, spec: &Spec, key: PersonKey, person: &mut Person) {
        let said = self.people.get(&key).map(|it| &it.tags[..]).unwrap_or_default();
        let mut codes: Vec<u16> =
            said.iter().filter_map(|it| place(&spec.tags, self.tag_names.get(usize::from(*it))?)).collect();
        if !codes.is_empty() {
            codes.sort_unstable();
            person.more.get_or_insert_default().tags = codes;
        }
    }
}

/// By the places that the segments know names by, rising.
fn translated(said: &[(u16, f64)], names: &[Box<str>], known: &[Box<str>]) -> Vec<(u16, f64)> {
    let told = |(at, value): &(u16, f64)| Some((place(known, names.get(usize::from(*at))?)?, *value));
    let mut all: Vec<(u16, f64)> = said.iter().filter_map(told).collect();
    all.sort_unstable_by_key(|it| it.0);
    all
}

fn place(names: &[Box<str>], name: &str) -> Option<u16> {
    names.iter().position(|it| **it == *name)?.try_into().ok()
}

fn code(names: &mut Vec<Box<str>>, name: &str) -> Option<u16> {
    place(names, name).or_else(|| {
        names.push(name.into());
        u16::try_from(names.len() - 1).ok()
    })
}
