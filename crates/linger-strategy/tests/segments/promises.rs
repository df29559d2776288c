//! What holds for every seed: kept state is the history, whatever the order, and changes tell the whole story.

use super::{
    naive::{History, condition},
    world::{BEGIN, DAY, Dice, HOUR, fact},
};
use linger_behaviour::{Fact, Fold, NONE, Names, Number, PersonKey, Run, Text};
use linger_strategy::segment::{Backfill, Calendar, Change, Engine, SegmentDef, Spec, StageRule};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

const ZONES: [&str; 3] = ["Asia/Shanghai", "America/New_York", "UTC"];

struct Shop {
    defs: Vec<SegmentDef>,
    spec: Arc<Spec>,
    calendar: Calendar,
    history: BTreeMap<PersonKey, Vec<Fact>>,
    members: BTreeSet<(PersonKey, u16)>,
    /// Who turned out to be whom.
    moved: BTreeMap<PersonKey, PersonKey>,
}

impl Shop {
    fn new(dice: &mut Dice) -> Shop {
        let defs: Vec<_> =
            (0..12).map(|i| SegmentDef { id: format!("s{i}").into(), when: condition(dice, 2) }).collect();
        let spec = Arc::new(Spec::new(&defs, StageRule::default()).unwrap());
        let calendar = Calendar::new(dice.of(&ZONES)).unwrap();
        Shop {
            defs,
            spec,
            calendar,
            history: BTreeMap::new(),
            members: BTreeSet::new(),
            moved: BTreeMap::new(),
        }
    }

    /// Who somebody is by now, whom a fact still calls by an old key.
    fn now(&self, mut key: PersonKey) -> PersonKey {
        while let Some(into) = self.moved.get(&key) {
            key = *into;
        }
        key
    }

    fn hear(&mut self, changes: &mut Vec<Change>) {
        for change in changes.drain(..) {
            let at = (change.person, change.segment);
            let news = if change.entered { self.members.insert(at) } else { self.members.remove(&at) };
            assert!(news, "{change:?} was told before");
        }
    }

    fn check(&mut self, engine: &Engine, now: i64, seed: u64) {
        let today = self.calendar.day(now);
        let mut counts = vec![0; self.defs.len()];
        for (key, facts) in &self.history {
            let history = History::new(facts.iter(), &mut self.calendar, today);
            for (at, def) in self.defs.iter().enumerate() {
                let expected = !history.facts.is_empty() && history.holds(&def.when);
                // Who was only ever refunded may or may not be known: no condition but "not" sees them.
                let known = engine.segments_of(*key).iter().any(|it| **it == *def.id);
                let anonymous = history.facts.iter().all(|(_, it)| &*it.name == "order.refunded");
                assert!(anonymous || known == expected, "seed {seed}: {key:?} {def:?} {today}");
                let told = self.members.contains(&(*key, u16::try_from(at).unwrap()));
                assert_eq!(told, known, "seed {seed}: changes tell another story");
                counts[at] += u64::from(known);
            }
            assert_eq!(engine.stage(*key), history.stage(), "seed {seed}");
        }
        for (def, count) in self.defs.iter().zip(counts) {
            assert_eq!(engine.count(&def.id), Some(count), "seed {seed}: {}", def.id);
            assert_eq!(engine.members(&def.id, None, 1_000).len() as u64, count);
        }
    }
}

#[test]
fn state_kept_fact_by_fact_is_the_whole_history_at_every_moment() {
    for seed in 0..60 {
        let mut dice = Dice(seed * 7_919 + 1);
        let mut shop = Shop::new(&mut dice);
        let mut now = BEGIN;
        let mut engine = Engine::new(shop.spec.clone(), shop.calendar.clone(), now);
        let mut changes = vec![];
        for step in 0..300 {
            // Ties would leave open which value is the latest.
            now += 10 + HOUR * i64::try_from(dice.below(30)).unwrap();
            engine.advance(now, &mut changes);
            shop.hear(&mut changes);
            if dice.below(25) == 0 && shop.history.len() > 2 {
                let keys: Vec<_> = shop.history.keys().copied().collect();
                let (from, into) = (dice.of(&keys), dice.of(&keys));
                merge(&mut shop, &mut engine, from, into);
            } else {
                let facts: Vec<_> = (0..1 + dice.below(4))
                    .map(|i| fact(&mut dice, now + i64::try_from(i).unwrap(), 20))
                    .collect();
                engine.apply(&facts, &mut changes);
                for fact in facts {
                    let person = shop.now(fact.person);
                    shop.history.entry(person).or_default().push(fact);
                }
                shop.hear(&mut changes);
            }
            if step % 7 == 0 {
                shop.check(&engine, now, seed);
            }
        }
        // Long silence: everybody falls out of every window.
        for _ in 0..3 {
            now += 70 * DAY;
            engine.advance(now, &mut changes);
            shop.hear(&mut changes);
            shop.check(&engine, now, seed);
        }
    }
}

fn merge(shop: &mut Shop, engine: &mut Engine, from: PersonKey, into: PersonKey) {
    if from == into {
        return;
    }
    let mut changes = vec![];
    engine.merge(from, into, &mut changes);
    shop.moved.insert(from, into);
    let gone = shop.history.remove(&from).unwrap();
    shop.history.get_mut(&into).unwrap().extend(gone);
    // The two are one: what either was in, they were in.
    let moved: Vec<_> = shop.members.iter().filter(|it| it.0 == from).copied().collect();
    for at in moved {
        shop.members.remove(&at);
        shop.members.insert((into, at.1));
    }
    shop.hear(&mut changes);
}

/// Dictionaries of one history.
#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    fn code(&mut self, word: &str) -> u32 {
        if self.0.is_empty() {
            self.0.push(String::new());
        }
        let at = self.0.iter().position(|it| it == word).unwrap_or_else(|| {
            self.0.push(word.to_owned());
            self.0.len() - 1
        });
        u32::try_from(at).unwrap()
    }
}

impl Names for Words {
    fn name(&self, code: u32) -> &str {
        &self.0[code as usize]
    }
    fn name_code(&self, name: &str) -> Option<u32> {
        self.0.iter().position(|it| it == name).and_then(|it| u32::try_from(it).ok())
    }
    fn text(&self, _: Text, code: u32) -> &str {
        self.name(code)
    }
    fn text_code(&self, _: Text, text: &str) -> Option<u32> {
        self.name_code(text)
    }
    fn text_codes(&self, _: Text) -> u32 {
        u32::try_from(self.0.len()).unwrap()
    }
}

/// One person's columns.
struct Held {
    person: PersonKey,
    at: Vec<i64>,
    name: Vec<u32>,
    texts: Vec<Vec<u32>>,
    numbers: Vec<Vec<i64>>,
}

impl Held {
    fn new(person: PersonKey, facts: &[Fact], words: &mut Words) -> Held {
        let mut sorted = facts.to_vec();
        sorted.sort_by_key(|it| it.at_ms);
        let text = |text: Text, words: &mut Words| {
            sorted.iter().map(|it| it.text(text).map_or(0, |it| words.code(it))).collect()
        };
        Held {
            person,
            at: sorted.iter().map(|it| it.at_ms).collect(),
            name: sorted.iter().map(|it| words.code(&it.name)).collect(),
            texts: Text::ALL.iter().map(|it| text(*it, words)).collect(),
            numbers: Number::ALL
                .iter()
                .map(|number| sorted.iter().map(|it| it.number(*number).unwrap_or(NONE)).collect())
                .collect(),
        }
    }

    fn run(&self) -> Run<'_> {
        Run {
            person: self.person,
            at_ms: &self.at,
            name: &self.name,
            texts: std::array::from_fn(|i| &self.texts[i][..]),
            numbers: std::array::from_fn(|i| &self.numbers[i][..]),
        }
    }
}

#[test]
fn a_backfill_over_two_shares_of_the_people_is_what_live_facts_would_have_built() {
    for seed in 0..40 {
        let mut dice = Dice(seed * 104_729 + 3);
        let mut shop = Shop::new(&mut dice);
        let mut live = Engine::new(shop.spec.clone(), shop.calendar.clone(), BEGIN + 300 * DAY);
        let mut now = BEGIN;
        for _ in 0..200 {
            now += 10 + i64::try_from(dice.below(36)).unwrap() * HOUR;
            let fact = fact(&mut dice, now, 6);
            live.apply(std::slice::from_ref(&fact), &mut vec![]);
            shop.history.entry(fact.person).or_default().push(fact);
        }
        let mut words = Words::default();
        let held: Vec<_> =
            shop.history.iter().map(|(person, facts)| Held::new(*person, facts, &mut words)).collect();
        let at = BEGIN + 300 * DAY;
        let make = || Backfill::new(shop.spec.clone(), shop.calendar.clone(), at, &words);
        let (mut left, mut right) = (make(), make());
        for (i, held) in held.iter().enumerate() {
            if i % 2 == 0 { left.run(&held.run()) } else { right.run(&held.run()) }
        }
        left.merge(right);
        let (mut built, missed) = left.finish();
        assert_eq!(missed, [], "nothing was ever told of anybody");
        for days in [0, 1, 9, 40, 100, 200] {
            for engine in [&mut built, &mut live] {
                engine.advance(at + days * DAY, &mut vec![]);
            }
            for person in shop.history.keys() {
                assert_eq!(built.segments_of(*person), live.segments_of(*person), "seed {seed} day {days}");
            }
        }
    }
}
