//! All people of a shop against all its segments, as facts arrive and days pass. It does not know what time it is, where
//! facts are kept or who hears of a change.

use super::{
    calendar::Calendar,
    condition::Stage,
    evaluate::{holds, stage},
    marks::Marks,
    person::Person,
    spec::{PRESENCE, Segments, Spec, add, ones, set},
    touched::Touched,
};
use linger_behaviour::{Fact, PersonKey};
use rustc_hash::FxHashMap;
use std::{collections::BTreeMap, sync::Arc};

/// Somebody entered a segment or left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Who.
    pub person: PersonKey,
    /// Which, as a place in [`Spec::ids`].
    pub segment: u16,
    /// Entered, or left.
    pub entered: bool,
}

/// Something said of a person that is no event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mark<'a> {
    /// A score; `None` takes it away.
    Score(&'a str, Option<f64>),
    /// A tag, put on or taken off.
    Tag(&'a str, bool),
}

/// How big it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineFigures {
    /// People with any state.
    pub people: usize,
    /// Facts dated later than today, waiting for their day.
    pub ahead: usize,
    /// Bytes of state, the map included.
    pub bytes: usize,
}

/// Waits for its day.
#[derive(Clone, Debug)]
struct Later {
    person: PersonKey,
    at_ms: i64,
    touched: Touched,
}

/// The segments of one shop, live.
#[derive(Debug)]
pub struct Engine {
    spec: Arc<Spec>,
    calendar: Calendar,
    today: i32,
    people: FxHashMap<PersonKey, Person>,
    /// Who turned out to be whom: facts that were on their way still name the one they were told of.
    moved: FxHashMap<PersonKey, PersonKey>,
    counts: Vec<u64>,
    ahead: BTreeMap<i32, Vec<Later>>,
    scratch: Touched,
}

impl Engine {
    /// Nobody yet, on the day of `now_ms`.
    pub fn new(spec: Arc<Spec>, mut calendar: Calendar, now_ms: i64) -> Engine {
        let today = calendar.day(now_ms);
        let counts = vec![0; spec.ids.len()];
        Engine {
            spec,
            calendar,
            today,
            people: FxHashMap::default(),
            moved: FxHashMap::default(),
            counts,
            ahead: BTreeMap::new(),
            scratch: Touched::default(),
        }
    }

    /// The segments.
    pub fn spec(&self) -> &Arc<Spec> {
        &self.spec
    }

    /// When the next day begins, ms since 1970: call [`Engine::advance`] then.
    pub fn wakes_at_ms(&self) -> i64 {
        self.calendar.begins_ms(self.today + 1)
    }

    /// Takes in facts, in any order of their times; each fact once.
    pub fn apply(&mut self, facts: &[Fact], changes: &mut Vec<Change>) {
        let mut touched = std::mem::take(&mut self.scratch);
        for fact in facts {
            touched.look(&self.spec, &fact.name, fact);
            self.touch(fact.person, fact.at_ms, &touched, changes);
        }
        self.scratch = touched;
    }

    fn touch(&mut self, key: PersonKey, at_ms: i64, touched: &Touched, changes: &mut Vec<Change>) {
        if touched.is_nothing() {
            return;
        }
        let key = self.now(key);
        let day = self.calendar.day(at_ms);
        if day > self.today {
            let later = Later { person: key, at_ms, touched: touched.clone() };
            self.ahead.entry(day).or_default().push(later);
            return;
        }
        let (spec, today) = (&*self.spec, self.today);
        let mut affected = Segments::default();
        let person = self.people.entry(key).or_insert_with(|| {
            affected = [u64::MAX; 4];
            Person::new()
        });
        note(spec, person, (day, at_ms), today, touched, &mut affected);
        settle(spec, &mut self.counts, key, person, affected, today, changes);
    }

    /// Says something of a person that is no event. People never seen have no state: nothing happens then.
    pub fn mark(&mut self, key: PersonKey, mark: Mark<'_>, changes: &mut Vec<Change>) {
        let key = self.now(key);
        let spec = &*self.spec;
        let Some(person) = self.people.get_mut(&key) else { return };
        let place = |names: &[Box<str>], name: &str| names.iter().position(|it| **it == *name);
        let affected = match mark {
            Mark::Score(name, value) => {
                let Some(at) = place(&spec.scores, name) else { return };
                let Ok(code) = u16::try_from(at) else { return };
                let scores = &mut person.more.get_or_insert_default().scores;
                scores.retain(|(it, _)| *it != code);
                scores.extend(value.filter(|it| !it.is_nan()).map(|value| (code, value)));
                scores.sort_unstable_by_key(|it| it.0);
                spec.score_segments[at]
            }
            Mark::Tag(name, on) => {
                let Some(at) = place(&spec.tags, name) else { return };
                let Ok(code) = u16::try_from(at) else { return };
                let tags = &mut person.more.get_or_insert_default().tags;
                tags.retain(|it| *it != code);
                tags.extend(on.then_some(code));
                tags.sort_unstable();
                spec.tag_segments[at]
            }
        };
        settle(spec, &mut self.counts, key, person, affected, self.today, changes);
    }

    /// Gives everybody the scores said of them in place of those they had. Changes come sorted by person.
    pub fn rescore(&mut self, marks: &Marks, changes: &mut Vec<Change>) {
        let began = changes.len();
        let spec = &*self.spec;
        for (key, person) in &mut self.people {
            let mut affected = Segments::default();
            marks.score(spec, *key, person, &mut affected);
            settle(spec, &mut self.counts, *key, person, affected, self.today, changes);
        }
        // The map's order shows nowhere.
        changes[began..].sort_by_key(|it| (it.person, it.segment));
    }

    /// Who a person is now.
    fn now(&mut self, key: PersonKey) -> PersonKey {
        let mut end = key;
        while let Some(next) = self.moved.get(&end) {
            end = *next;
        }
        // The next look is one step.
        let mut at = key;
        while at != end {
            at = self.moved.insert(at, end).unwrap_or(end);
        }
        end
    }

    /// One person turns out to be another. What both did is now one history; only what that changes for them together is
    /// told, under `into`.
    pub fn merge(&mut self, from: PersonKey, into: PersonKey, changes: &mut Vec<Change>) {
        let (from, into) = (self.now(from), self.now(into));
        if from == into {
            return;
        }
        self.moved.insert(from, into);
        for later in self.ahead.values_mut().flatten().filter(|it| it.person == from) {
            later.person = into;
        }
        let Some(gone) = self.people.remove(&from) else { return };
        let spec = &*self.spec;
        let person = self.people.entry(into).or_insert_with(Person::new);
        for segment in ones(gone.member) {
            let both = person.member[segment / 64] >> (segment % 64) & 1 == 1;
            self.counts[segment] -= u64::from(both);
            set(&mut person.member, segment, true);
        }
        person.join(spec, gone);
        person.plan(spec, self.today, self.today, &mut Segments::default());
        settle(spec, &mut self.counts, into, person, [u64::MAX; 4], self.today, changes);
    }

    /// Forgets a person, who leaves nothing behind. No change is told: there is nobody left to tell it of.
    pub fn erase(&mut self, key: PersonKey) {
        for waiting in self.ahead.values_mut() {
            waiting.retain(|it| it.person != key);
        }
        let Some(gone) = self.people.remove(&key) else { return };
        for segment in ones(gone.member) {
            self.counts[segment] -= 1;
        }
    }

    /// Time has passed. On a new day, windows move on, and facts dated for it count. Changes come sorted by person.
    pub fn advance(&mut self, now_ms: i64, changes: &mut Vec<Change>) {
        let today = self.calendar.day(now_ms);
        if today <= self.today {
            return;
        }
        let before = std::mem::replace(&mut self.today, today);
        let began = changes.len();
        let spec = &*self.spec;
        for (key, person) in self.people.iter_mut().filter(|(_, person)| person.due <= today) {
            let mut affected = Segments::default();
            person.plan(spec, before, today, &mut affected);
            settle(spec, &mut self.counts, *key, person, affected, today, changes);
        }
        // Only now: a new day pushes old ones out of memory, which the walk above has to see leave.
        let later = self.ahead.split_off(&(today + 1));
        for waiting in std::mem::replace(&mut self.ahead, later).into_values().flatten() {
            self.touch(waiting.person, waiting.at_ms, &waiting.touched, changes);
        }
        // The map's order shows nowhere.
        changes[began..].sort_by_key(|it| (it.person, it.segment));
    }

    /// People in a segment now; none when there is no such segment.
    pub fn count(&self, segment: &str) -> Option<u64> {
        Some(self.counts[self.place(segment)?])
    }

    /// Members with keys above `after`, by key, `take` at most.
    pub fn members(&self, segment: &str, after: Option<PersonKey>, take: usize) -> Vec<PersonKey> {
        let Some(at) = self.place(segment) else { return vec![] };
        let inside = |it: &(&PersonKey, &Person)| it.1.member[at / 64] >> (at % 64) & 1 == 1;
        let beyond = |key: &PersonKey| after.is_none_or(|after| *key > after);
        let mut keys: Vec<_> =
            self.people.iter().filter(inside).map(|(key, _)| *key).filter(beyond).collect();
        if keys.len() > take && take > 0 {
            keys.select_nth_unstable(take - 1);
        }
        keys.truncate(take);
        keys.sort_unstable();
        keys
    }

    /// Whether a person belongs to a segment.
    pub fn belongs(&self, person: PersonKey, segment: &str) -> bool {
        let (Some(at), Some(person)) = (self.place(segment), self.people.get(&person)) else { return false };
        person.member[at / 64] >> (at % 64) & 1 == 1
    }

    /// The segments of a person, in the order of [`Spec::ids`].
    pub fn segments_of(&self, person: PersonKey) -> Vec<&str> {
        let member = self.people.get(&person).map(|it| it.member).unwrap_or_default();
        ones(member).filter_map(|at| self.spec.ids.get(at)).map(|it| &**it).collect()
    }

    /// Where a person stands; none when never seen.
    pub fn stage(&self, person: PersonKey) -> Option<Stage> {
        stage(self.people.get(&person)?.slot(PRESENCE), self.spec.stages, self.today)
    }

    /// People with any state.
    pub fn people(&self) -> u64 {
        self.people.len() as u64
    }

    /// How big it is. Walks over everybody.
    pub fn figures(&self) -> EngineFigures {
        let people: usize = self.people.values().map(Person::bytes).sum();
        let spare = self.people.capacity() - self.people.len();
        let entry = size_of::<PersonKey>() + 1;
        let bytes = people + self.people.len() * entry + spare * (entry + size_of::<Person>());
        EngineFigures { people: self.people.len(), ahead: self.ahead.values().map(Vec::len).sum(), bytes }
    }

    pub(super) fn calendar_mut(&mut self) -> &mut Calendar {
        &mut self.calendar
    }

    pub(super) fn today(&self) -> i32 {
        self.today
    }

    pub(super) fn wait(&mut self, day: i32, person: PersonKey, at_ms: i64, touched: &Touched) {
        let later = Later { person, at_ms, touched: touched.clone() };
        self.ahead.entry(day).or_default().push(later);
    }

    /// Takes in a person whose whole history was noted.
    pub(super) fn place_person(&mut self, key: PersonKey, mut person: Person, changes: &mut Vec<Change>) {
        settle(&self.spec, &mut self.counts, key, &mut person, [u64::MAX; 4], self.today, changes);
        self.people.insert(key, person);
    }

    /// Takes in the people of another engine of the same segments and day.
    pub(super) fn absorb(&mut self, other: Engine) {
        for (mine, more) in self.counts.iter_mut().zip(&other.counts) {
            *mine += more;
        }
        self.people.extend(other.people);
        for (day, waiting) in other.ahead {
            self.ahead.entry(day).or_default().extend(waiting);
        }
    }

    fn place(&self, segment: &str) -> Option<usize> {
        self.spec.ids.iter().position(|it| **it == *segment)
    }
}

/// Notes one event of a person; adds the segments whose answer may have changed.
pub(super) fn note(
    spec: &Spec,
    person: &mut Person,
    (day, at_ms): (i32, i64),
    today: i32,
    touched: &Touched,
    affected: &mut Segments,
) {
    for counter in &touched.counters {
        person.count(spec, *counter, day, today, affected);
    }
    for (text, code) in &touched.texts {
        if person.latest_text(*text, (at_ms, *code)) {
            add(affected, spec.text_segments.get(text).copied().unwrap_or_default());
        }
    }
    for (number, value) in &touched.numbers {
        if person.latest_number(*number, (at_ms, *value)) {
            add(affected, spec.number_segments.get(number).copied().unwrap_or_default());
        }
    }
}

fn settle(
    spec: &Spec,
    counts: &mut [u64],
    key: PersonKey,
    person: &mut Person,
    affected: Segments,
    today: i32,
    changes: &mut Vec<Change>,
) {
    for at in ones(affected).take_while(|at| *at < spec.programs.len()) {
        let was = person.member[at / 64] >> (at % 64) & 1 == 1;
        let is = holds(&spec.programs[at], person, spec.stages, today);
        if was == is {
            continue;
        }
        set(&mut person.member, at, is);
        counts[at] = if is { counts[at] + 1 } else { counts[at] - 1 };
        let segment = u16::try_from(at).unwrap_or(u16::MAX);
        changes.push(Change { person: key, segment, entered: is });
    }
}
