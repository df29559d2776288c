//! Whose identities are whose. It does not know what anybody did.
//!
//! An identity belongs for ever to the person it was first seen with; when two persons turn out to be one, the one
//! *moves* into the other, and everything that names it is read as the other from then on. What happens here follows
//! from the order of what comes in alone, so that reading the log again gives the same persons.
//!
//! Invariant: a person who has moved is never moved into again, so the moves in their order form a forest.

use linger_behaviour::PersonKey;
use rustc_hash::FxHashMap;

use crate::bytes::{Put, Take};
use crate::record::{AliasKey, IdDigest, Keys, KnownId};

/// The identities and the persons they belong to.
#[derive(Default)]
pub(crate) struct People {
    by_id: FxHashMap<IdDigest, u64>,
    /// One bit for each person: whether any known identity is theirs.
    known: Vec<u64>,
    /// A known identity's text for each person who has one.
    texts: FxHashMap<u64, Box<str>>,
    /// Persons who moved, and into whom; shortened as it is used.
    into: FxHashMap<u64, u64>,
    /// The same in order.
    moves: Vec<(u64, u64)>,
    /// The highest key given out.
    last: u64,
    /// What happened since [`People::take_journal`].
    journal: Vec<u8>,
}

const BOUND: u8 = 1;
const BOUND_KNOWN: u8 = 2;
const MOVED: u8 = 3;

impl People {
    /// Finds the person of an item, or makes them, and takes in what it says of identities.
    pub fn resolve(&mut self, keys: &Keys) -> PersonKey {
        let person = match (keys.anonymous, &keys.known) {
            (_, Some(known)) => self.of_known(keys.anonymous, known),
            (Some(anonymous), None) => self.of_id(anonymous).unwrap_or_else(|| {
                let person = self.fresh();
                self.bind(anonymous, person);
                person
            }),
            (None, None) => self.fresh(),
        };
        if let Some(alias) = &keys.alias {
            self.join(alias, person);
        }
        PersonKey(person)
    }

    /// Makes whoever has an identity the same person; an identity of nobody becomes theirs.
    fn join(&mut self, alias: &AliasKey, person: u64) {
        let digest = match alias {
            AliasKey::Anonymous(digest) | AliasKey::Known(KnownId { digest, .. }) => *digest,
        };
        match (self.of_id(digest), alias) {
            (Some(owner), _) if owner != person => self.merge(owner, person),
            (Some(_), _) => {}
            (None, AliasKey::Anonymous(id)) => self.bind(*id, person),
            (None, AliasKey::Known(known)) => self.bind_known(known, person),
        }
    }

    fn of_known(&mut self, anonymous: Option<IdDigest>, known: &KnownId) -> u64 {
        let owner = self.of_id(known.digest);
        let Some(device) = anonymous else {
            return owner.unwrap_or_else(|| self.make_known(known));
        };
        match (owner, self.of_id(device)) {
            (Some(owner), None) => {
                self.bind(device, owner);
                owner
            }
            (Some(owner), Some(user)) => {
                // A device that another known person uses stays theirs.
                if owner != user && !self.is_known(user) {
                    self.merge(user, owner);
                }
                owner
            }
            (None, Some(user)) if !self.is_known(user) => {
                self.bind_known(known, user);
                user
            }
            (None, Some(_)) => self.make_known(known),
            (None, None) => {
                let person = self.make_known(known);
                self.bind(device, person);
                person
            }
        }
    }

    /// The person an identity belongs to.
    pub fn of_id(&mut self, id: IdDigest) -> Option<u64> {
        let first = *self.by_id.get(&id)?;
        let person = self.find(first);
        if person != first {
            self.by_id.insert(id, person);
        }
        Some(person)
    }

    /// Who a person is now.
    pub fn find(&mut self, person: u64) -> u64 {
        let mut end = person;
        while let Some(&next) = self.into.get(&end) {
            end = next;
        }
        let mut at = person;
        while at != end {
            at = self.into.insert(at, end).unwrap_or(end);
        }
        end
    }

    /// A known identity's text of a person.
    pub fn known_id(&mut self, person: PersonKey) -> Option<&str> {
        let person = self.find(person.0);
        self.texts.get(&person).map(AsRef::as_ref)
    }

    /// All moves in order: who, and into whom at that time.
    pub fn moves(&self) -> &[(u64, u64)] {
        &self.moves
    }

    /// How many persons there are now.
    pub fn count(&self) -> u64 {
        self.last - self.moves.len() as u64
    }

    /// The highest key given out.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Never gives out a key up to this one again.
    pub fn reserve(&mut self, last: u64) {
        self.last = self.last.max(last);
    }

    fn fresh(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn make_known(&mut self, known: &KnownId) -> u64 {
        let person = self.fresh();
        self.bind_known(known, person);
        person
    }

    fn bind(&mut self, id: IdDigest, person: u64) {
        self.by_id.insert(id, person);
        self.journal.push(BOUND);
        self.journal.put_u128(id.to_u128());
        self.journal.put_u64(person);
    }

    fn bind_known(&mut self, known: &KnownId, person: u64) {
        self.note_known(known.digest, &known.id, person);
        self.journal.push(BOUND_KNOWN);
        self.journal.put_u64(person);
        self.journal.put_text(&known.id);
    }

    fn note_known(&mut self, digest: IdDigest, id: &str, person: u64) {
        self.by_id.insert(digest, person);
        self.mark_known(person);
        self.texts.entry(person).or_insert_with(|| id.into());
    }

    fn merge(&mut self, from: u64, to: u64) {
        self.note_move(from, to);
        self.journal.push(MOVED);
        self.journal.put_u64(from);
        self.journal.put_u64(to);
    }

    fn note_move(&mut self, from: u64, to: u64) {
        self.moves.push((from, to));
        // The place of somebody erased.
        if from == 0 {
            return;
        }
        self.into.insert(from, to);
        if self.is_known(from) {
            self.mark_known(to);
        }
        if let Some(text) = self.texts.remove(&from) {
            self.texts.entry(to).or_insert(text);
        }
    }

    fn is_known(&self, person: u64) -> bool {
        self.known.get((person / 64) as usize).is_some_and(|word| word >> (person % 64) & 1 == 1)
    }

    fn mark_known(&mut self, person: u64) {
        let word = (person / 64) as usize;
        if self.known.len() <= word {
            self.known.resize(word + 1, 0);
        }
        self.known[word] |= 1 << (person % 64);
    }

    /// What happened since the last call, as bytes for [`People::replay`].
    pub fn take_journal(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.journal)
    }

    /// Puts back what was taken and could not be kept.
    pub fn return_journal(&mut self, mut taken: Vec<u8>) {
        taken.append(&mut self.journal);
        self.journal = taken;
    }

    /// Takes in a journal; none when it makes no sense.
    pub fn replay(&mut self, journal: &[u8]) -> Option<()> {
        for step in Journal(Take(journal)) {
            match step? {
                Step::Bound { id, person } => {
                    self.by_id.insert(id, person);
                    self.reserve(person);
                }
                Step::Known { id, person } => {
                    self.note_known(IdDigest::known(id), id, person);
                    self.reserve(person);
                }
                Step::Moved { from, to } => self.note_move(from, to),
            }
        }
        Some(())
    }

    /// Removes a person, with everybody who moved into them: their identities, texts and moves. Tells all their keys.
    pub fn erase(&mut self, person: PersonKey) -> Vec<u64> {
        let person = self.find(person.0);
        let froms: Vec<u64> = self.into.keys().copied().collect();
        let mut keys: Vec<u64> = froms.into_iter().filter(|&from| self.find(from) == person).collect();
        keys.push(person);
        keys.sort_unstable();
        let gone = |key: &u64| keys.binary_search(key).is_ok();
        self.by_id.retain(|_, owner| !gone(owner));
        self.texts.retain(|owner, _| !gone(owner));
        self.into.retain(|from, _| !gone(from));
        // Their places stay, because positions among the moves are remembered elsewhere.
        self.moves.iter_mut().filter(|(from, _)| gone(from)).for_each(|pair| *pair = (0, 0));
        if let Some(kept) = journal_without(&self.journal, &gone) {
            self.journal = kept;
        }
        keys
    }
}

enum Step<'a> {
    Bound { id: IdDigest, person: u64 },
    Known { id: &'a str, person: u64 },
    Moved { from: u64, to: u64 },
}

struct Journal<'a>(Take<'a>);

impl<'a> Iterator for Journal<'a> {
    /// None inside says that the bytes make no sense.
    type Item = Option<Step<'a>>;

    fn next(&mut self) -> Option<Option<Step<'a>>> {
        (!self.0.0.is_empty()).then(|| self.step())
    }
}

impl<'a> Journal<'a> {
    fn step(&mut self) -> Option<Step<'a>> {
        let take = &mut self.0;
        Some(match take.u8()? {
            BOUND => Step::Bound { id: IdDigest::from_u128(take.u128()?), person: take.u64()? },
            BOUND_KNOWN => {
                let person = take.u64()?;
                Step::Known { id: take.text()?, person }
            }
            MOVED => Step::Moved { from: take.u64()?, to: take.u64()? },
            _ => return None,
        })
    }
}

/// A journal without some persons. A move of one of them stays as a place, for the positions of those after it.
pub(crate) fn journal_without(journal: &[u8], gone: &dyn Fn(&u64) -> bool) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(journal.len());
    let mut reader = Journal(Take(journal));
    loop {
        let before = reader.0.0;
        let Some(step) = reader.next() else { return Some(kept) };
        match step? {
            Step::Bound { person, .. } | Step::Known { person, .. } if gone(&person) => {}
            Step::Moved { from, .. } if gone(&from) => kept.extend_from_slice(&[MOVED, 0, 0]),
            _ => kept.extend_from_slice(&before[..before.len() - reader.0.0.len()]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(anonymous: &str, known: &str) -> Keys {
        let id = |text: &str| (!text.is_empty()).then_some(());
        Keys {
            anonymous: id(anonymous).map(|()| IdDigest::anonymous(anonymous)),
            known: id(known).map(|()| KnownId { digest: IdDigest::known(known), id: known.into() }),
            alias: None,
        }
    }

    fn alias(known: &str, old: &str) -> Keys {
        let old = KnownId { digest: IdDigest::known(old), id: old.into() };
        Keys { alias: Some(AliasKey::Known(old)), ..keys("", known) }
    }

    /// Who each of some identities is, by first appearance.
    fn persons(people: &mut People, ids: &[&str]) -> Vec<Option<u64>> {
        ids.iter()
            .map(|id| match id.strip_prefix('@') {
                Some(known) => people.of_id(IdDigest::known(known)),
                None => people.of_id(IdDigest::anonymous(id)),
            })
            .collect()
    }

    #[test]
    fn a_device_belongs_to_whoever_signs_in_on_it_first() {
        let mut people = People::default();
        let before = people.resolve(&keys("phone", ""));
        assert_eq!(people.resolve(&keys("phone", "ann")), before);
        assert_eq!(people.resolve(&keys("", "ann")), before);
        assert_eq!(people.known_id(before), Some("ann"));
    }

    #[test]
    fn a_second_device_joins_the_person_who_signs_in_on_it() {
        let mut people = People::default();
        let ann = people.resolve(&keys("phone", "ann"));
        let laptop = people.resolve(&keys("laptop", ""));
        assert_ne!(laptop, ann);
        assert_eq!(people.resolve(&keys("laptop", "ann")), ann);
        assert_eq!(people.find(laptop.0), ann.0);
        assert_eq!(people.resolve(&keys("laptop", "")), ann);
        assert_eq!(people.count(), 1);
        assert_eq!(people.moves(), [(laptop.0, ann.0)]);
    }

    #[test]
    fn a_shared_device_never_makes_one_of_two_known_people() {
        let mut people = People::default();
        let ann = people.resolve(&keys("tablet", "ann"));
        let bob = people.resolve(&keys("tablet", "bob"));
        assert_ne!(ann, bob);
        assert_eq!(people.resolve(&keys("tablet", "")), ann);
        assert_eq!(people.resolve(&keys("tablet", "bob")), bob);
        assert!(people.moves().is_empty());
    }

    #[test]
    fn an_alias_makes_one_of_two_even_if_both_are_known() {
        let mut people = People::default();
        let old = people.resolve(&keys("a", "old"));
        let new = people.resolve(&keys("b", "new"));
        assert_eq!(people.resolve(&alias("new", "old")), new);
        assert_eq!(persons(&mut people, &["a", "b", "@old", "@new"]), vec![Some(new.0); 4]);
        assert_eq!(people.find(old.0), new.0);
        assert_eq!(people.known_id(old), Some("new"));
        // Nobody had this identity; it is theirs from now on.
        people.resolve(&alias("new", "never seen"));
        assert_eq!(persons(&mut people, &["@never seen"]), [Some(new.0)]);
    }

    #[test]
    fn a_long_chain_of_aliases_costs_no_more_than_its_length() {
        let mut people = People::default();
        let mut last = PersonKey(0);
        for step in 1..200_000 {
            last = people.resolve(&alias(&step.to_string(), &(step - 1).to_string()));
        }
        for step in 0..200_000 {
            assert_eq!(people.of_id(IdDigest::known(&step.to_string())), Some(last.0));
        }
    }

    #[test]
    fn the_journal_tells_it_all_again() {
        let mut people = People::default();
        let mut again = People::default();
        for round in 0..3 {
            for n in 0..20 {
                let device = format!("d{}", n * 7 % 13);
                let known = format!("k{}", n * (round + 3) % 5);
                people.resolve(&keys(&device, if n % 3 == 0 { &known } else { "" }));
                people.resolve(&alias(&known, &format!("k{}", n % 7)));
            }
            again.replay(&people.take_journal()).unwrap();
        }
        assert_eq!(again.last(), people.last());
        assert_eq!(again.moves(), people.moves());
        assert_eq!(again.known, people.known);
        assert_eq!(again.texts, people.texts);
        for n in 0..13 {
            let id = IdDigest::anonymous(&format!("d{n}"));
            assert_eq!(again.of_id(id), people.of_id(id));
        }
        assert_eq!(again.replay(&[9]), None);
    }

    #[test]
    fn an_erased_person_leaves_nothing_and_their_identities_begin_again() {
        let mut people = People::default();
        let ann = people.resolve(&keys("phone", "ann"));
        let laptop = people.resolve(&keys("laptop", ""));
        people.resolve(&keys("laptop", "ann"));
        let bob = people.resolve(&keys("tv", "bob"));
        let written = {
            let journal = people.take_journal();
            people.return_journal(journal.clone());
            journal
        };
        assert_eq!(people.erase(laptop), [ann.0, laptop.0]);
        assert_eq!(persons(&mut people, &["phone", "laptop", "@ann", "tv"]), [None, None, None, Some(bob.0)]);
        assert_eq!(people.known_id(ann), None);
        assert_eq!(people.moves(), [(0, 0)]);
        assert!(people.resolve(&keys("phone", "")) > bob);
        let rest = journal_without(&written, &|key| *key == ann.0 || *key == laptop.0).unwrap();
        assert!(!String::from_utf8_lossy(&rest).contains("ann"));
        let mut again = People::default();
        again.replay(&rest).unwrap();
        assert_eq!(again.find(0), 0);
        assert_eq!(persons(&mut again, &["phone", "@ann", "@bob"]), [None, None, Some(bob.0)]);
        assert_eq!(again.moves(), people.moves());
    }
}
