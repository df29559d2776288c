//! What each sender's events look like: their fields, the JSON types these had, how often; and which of it is not as
//! expected. It does not know values.
//!
//! An event is learnt for a day: the fields it has then are expected. A field that comes later, or one whose type
//! changes at any time, is flagged until somebody accepts it. Nothing is refused for it: events are kept as they were
//! told.

use super::raw::{Fields, Kind};
use linger_protocol::Millis;
use linger_store::EventField;
use rustc_hash::FxHashMap;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard},
};

/// Events of one sender that are followed.
const NAMES_MAX: usize = 2_000;
/// Fields of one event that are followed.
const FIELDS_MAX: usize = 200;
/// Bytes of a field's name that is followed.
const FIELD_BYTES_MAX: usize = 128;
/// How long an event is learnt, ms.
const LEARNT_MS: i64 = 86_400_000;

/// What one request told, gathered before it is taken in: most events of a request look alike.
#[derive(Default)]
pub(crate) struct Tally(FxHashMap<u64, Alike>);

struct Alike {
    event: Box<str>,
    fields: Vec<(Box<str>, Kind)>,
    times: u64,
}

impl Tally {
    /// Counts an event. `look` is the digest of its name and of the names and types of its fields.
    pub(crate) fn count<'a>(&mut self, look: u64, event: &str, fields: impl FnOnce() -> Vec<Fields<'a>>) {
        let alike = self.0.entry(look).or_insert_with(|| {
            let known = |(name, value): &(std::borrow::Cow<'_, str>, super::raw::Raw<'_>)| {
                (name.len() <= FIELD_BYTES_MAX && !name.is_empty())
                    .then(|| (Box::from(&**name), value.kind()))
            };
            let fields = fields().iter().flat_map(|fields| fields.all.iter().filter_map(known)).collect();
            Alike { event: event.into(), fields, times: 0 }
        });
        alike.times += 1;
    }
}

/// What is known of one field, or of an event as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Bits of the types it had.
    pub(crate) types: u8,
    /// Bits of the types that are expected.
    pub(crate) expected: u8,
    pub(crate) told: u64,
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
    dirty: bool,
}

impl Seen {
    fn new(now: i64) -> Seen {
        Seen { types: 0, expected: 0, told: 0, first_at: now, last_at: now, dirty: true }
    }

    fn count(&mut self, times: u64, now: i64) {
        self.told += times;
        self.last_at = now;
        self.dirty = true;
    }

    /// Types that nobody expects. That a value is missing is no type.
    pub(crate) fn odd(&self) -> u8 {
        self.types & !self.expected & !(Kind::Null as u8)
    }

    /// Whether the field itself came unexpectedly, and not only with another type.
    pub(crate) fn is_new(&self) -> bool {
        self.expected & !(Kind::Null as u8) == 0 && self.odd() != 0
    }
}

/// One event of one sender.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) whole: Seen,
    pub(crate) fields: BTreeMap<Box<str>, Seen>,
}

type Known = HashMap<u64, HashMap<Box<str>, Event>>;

/// Everything that is known.
#[derive(Default)]
pub(crate) struct Schema(Mutex<Known>);

impl Schema {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(|it| it.into_inner())
    }

    /// Goes on from what was kept; what was told meanwhile adds to it.
    pub(crate) fn restore(&self, kept: Vec<EventField>) {
        let mut known = self.known();
        for it in kept {
            let old = Seen {
                types: it.types,
                expected: it.expected,
                told: it.told,
                first_at: it.first_at.0,
                last_at: it.last_at.0,
                dirty: false,
            };
            let events = known.entry(it.key_id).or_default();
            let event = events
                .entry(it.event.into())
                .or_insert_with(|| Event { whole: Seen::new(i64::MAX), fields: BTreeMap::new() });
            let seen = match it.field.as_str() {
                "" => &mut event.whole,
                field => event.fields.entry(field.into()).or_insert(Seen::new(i64::MAX)),
            };
            *seen = Seen {
                types: seen.types | old.types,
                expected: if old.types == 0 { seen.expected } else { old.expected },
                told: seen.told + old.told,
                first_at: seen.first_at.min(old.first_at),
                last_at: if seen.told == 0 { old.last_at } else { seen.last_at.max(old.last_at) },
                dirty: seen.told > 0,
            };
        }
    }

    /// Takes in what a sender told.
    pub(crate) fn take(&self, key: u64, tally: Tally, now: Millis) {
        let mut known = self.known();
        let events = known.entry(key).or_default();
        for alike in tally.0.into_values() {
            if !events.contains_key(&alike.event) && events.len() >= NAMES_MAX {
                continue;
            }
            let event = events
                .entry(alike.event)
                .or_insert_with(|| Event { whole: Seen::new(now.0), fields: BTreeMap::new() });
            event.whole.count(alike.times, now.0);
            let learning = now.0.saturating_sub(event.whole.first_at) < LEARNT_MS;
            for (name, kind) in alike.fields {
                if !event.fields.contains_key(&name) && event.fields.len() >= FIELDS_MAX {
                    continue;
                }
                let field = event.fields.entry(name).or_insert(Seen::new(now.0));
                if learning && field.types & !(Kind::Null as u8) == 0 {
                    field.expected |= kind as u8;
                }
                field.types |= kind as u8;
                field.count(alike.times, now.0);
            }
        }
    }

    /// What is there now is as expected, in one field or in all of an event; whether there is such a thing.
    pub(crate) fn accept(&self, key: u64, event: &str, field: Option<&str>) -> bool {
        let mut known = self.known();
        let Some(event) = known.get_mut(&key).and_then(|events| events.get_mut(event)) else { return false };
        let accept = |seen: &mut Seen| (seen.expected, seen.dirty) = (seen.types, true);
        match field {
            Some(name) => match event.fields.get_mut(name) {
                Some(seen) => accept(seen),
                None => return false,
            },
            None => event.fields.values_mut().for_each(accept),
        }
        true
    }

    /// All events by sender and name.
    pub(crate) fn all(&self) -> BTreeMap<(u64, Box<str>), Event> {
        let known = self.known();
        let events = known.iter().flat_map(|(key, events)| {
            events.iter().map(|(name, event)| ((*key, name.clone()), event.clone()))
        });
        events.collect()
    }

    /// What changed since it was last taken out, to be kept.
    pub(crate) fn changed(&self) -> Vec<EventField> {
        let mut changed = Vec::new();
        for (key, events) in self.known().iter_mut() {
            for (name, event) in events.iter_mut() {
                let whole = std::iter::once(("", &mut event.whole));
                let fields = event.fields.iter_mut().map(|(field, seen)| (&**field, seen));
                for (field, seen) in whole.chain(fields).filter(|(_, seen)| seen.dirty) {
                    seen.dirty = false;
                    changed.push(EventField {
                        key_id: *key,
                        event: name.to_string(),
                        field: field.to_owned(),
                        types: seen.types,
                        expected: seen.expected,
                        told: seen.told,
                        first_at: Millis(seen.first_at),
                        last_at: Millis(seen.last_at),
                    });
                }
            }
        }
        changed
    }

    /// What could not be kept is still to be.
    pub(crate) fn not_kept(&self, fields: &[EventField]) {
        let mut known = self.known();
        for it in fields {
            let Some(event) = known.get_mut(&it.key_id).and_then(|events| events.get_mut(&*it.event)) else {
                continue;
            };
            match it.field.as_str() {
                "" => event.whole.dirty = true,
                field => drop(event.fields.get_mut(field).map(|seen| seen.dirty = true)),
            }
        }
    }
}

/// The names of the types in a set of bits.
pub(crate) fn type_names(bits: u8) -> Vec<&'static str> {
    Kind::ALL.into_iter().filter(|kind| bits & *kind as u8 != 0).map(Kind::name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::track::raw::Raw;

    const DAY: i64 = 86_400_000;

    fn told(schema: &Schema, json: &str, at: i64) {
        let mut tally = Tally::default();
        tally.count(1, "bought", || vec![Raw::read(json).unwrap().fields().unwrap()]);
        schema.take(7, tally, Millis(at));
    }

    fn odd(schema: &Schema) -> Vec<(String, Vec<&'static str>, bool)> {
        let all = schema.all();
        let event = &all[&(7, "bought".into())];
        let odd = event.fields.iter().filter(|(_, seen)| seen.odd() != 0);
        odd.map(|(name, seen)| (name.to_string(), type_names(seen.odd()), seen.is_new())).collect()
    }

    #[test]
    fn a_field_that_comes_after_a_day_and_a_type_that_changes_are_flagged_until_accepted() {
        let schema = Schema::default();
        told(&schema, r#"{"price": 1, "note": null}"#, 0);
        told(&schema, r#"{"price": 2, "note": "a"}"#, DAY / 2);
        assert_eq!(odd(&schema), []);
        told(&schema, r#"{"price": "2"}"#, DAY / 2);
        told(&schema, r#"{"colour": "red"}"#, 2 * DAY);
        let flagged =
            [("colour".to_owned(), vec!["string"], true), ("price".to_owned(), vec!["string"], false)];
        assert_eq!(odd(&schema), flagged);
        assert!(schema.accept(7, "bought", Some("colour")));
        assert_eq!(odd(&schema), flagged[1..]);
        assert!(schema.accept(7, "bought", None));
        assert_eq!(odd(&schema), []);
        assert!(!schema.accept(7, "sold", None));
        assert_eq!(schema.all()[&(7, "bought".into())].whole.told, 4);
    }

    #[test]
    fn what_was_kept_goes_on_and_only_what_changed_is_kept_again() {
        let schema = Schema::default();
        told(&schema, r#"{"price": 1}"#, 5);
        let kept = schema.changed();
        assert_eq!(kept.len(), 2);
        assert_eq!(schema.changed(), []);
        schema.not_kept(&kept);
        assert_eq!(schema.changed().len(), 2);
        let again = Schema::default();
        again.restore(kept.clone());
        assert_eq!(again.changed(), []);
        told(&again, r#"{"price": 1}"#, 9);
        let price = again.changed().into_iter().find(|it| it.field == "price").unwrap();
        assert_eq!((price.told, price.first_at, price.last_at), (2, Millis(5), Millis(9)));
    }

    #[test]
    fn a_sender_cannot_fill_the_memory() {
        let schema = Schema::default();
        for n in 0..NAMES_MAX as u64 + 50 {
            let mut tally = Tally::default();
            tally.count(n, &format!("e{n}"), Vec::new);
            schema.take(7, tally, Millis(0));
        }
        assert_eq!(schema.all().len(), NAMES_MAX);
    }
}
