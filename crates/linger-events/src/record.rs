//! A batch of facts as records of the log: checked, and encoded by whoever brings it. It does not know which of them
//! were told before, or whose they are.
//!
//! A record is a version byte (1), a kind byte and, for facts (kind 1), the store's time in ms, then items to the end;
//! for the erasure of a person (kind 2) their key. An item is a byte of flags, its id, who, an alias, times, name, and
//! the properties that are there. Ids of browsers and devices are kept as digests; those of known people as text.

use bytes::Bytes;
use linger_behaviour::{Class, Fact, Number, PersonKey, Text};
use sha2::{Digest as _, Sha256};

use crate::bytes::{Put, Take};
use crate::incoming::{
    BATCH_BYTES_MAX, BATCH_ITEMS_MAX, IDENTITY_BYTES_MAX, NAME_BYTES_MAX, PROPS_BYTES_MAX, TEXT_BYTES_MAX,
    TIME_MS_MAX,
};
use crate::{Cause, Identity, Incoming, StoreFault};

const VERSION: u8 = 1;
const FACTS: u8 = 1;
const ERASURE: u8 = 2;
/// A record is cut before it grows beyond this; with one item more it stays below the log's limit.
const RECORD_BYTES: usize = 512 << 10;

const ANONYMOUS: u8 = 1;
const KNOWN: u8 = 2;
const ALIAS_ANONYMOUS: u8 = 4;
const ALIAS_KNOWN: u8 = 8;
const PROPS: u8 = 16;
const CLASS_SHIFT: u8 = 5;

/// An identity as the store knows it: a digest, so that ids of any length cost the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct IdDigest(pub [u64; 2]);

impl IdDigest {
    pub fn anonymous(id: &str) -> IdDigest {
        IdDigest::of(b'a', id)
    }

    pub fn known(id: &str) -> IdDigest {
        IdDigest::of(b'k', id)
    }

    pub fn of_identity(identity: &Identity) -> IdDigest {
        match identity {
            Identity::Anonymous(id) => IdDigest::anonymous(id),
            Identity::Known(id) => IdDigest::known(id),
        }
    }

    fn of(kind: u8, id: &str) -> IdDigest {
        let digest = Sha256::new().chain_update([kind]).chain_update(id.as_bytes()).finalize();
        let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| digest[at + byte]));
        IdDigest([word(0), word(8)])
    }

    pub fn to_u128(self) -> u128 {
        u128::from(self.0[0]) | u128::from(self.0[1]) << 64
    }

    pub fn from_u128(value: u128) -> IdDigest {
        IdDigest([value as u64, (value >> 64) as u64])
    }
}

/// A known identity: its digest, and its text for those who write to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownId {
    pub digest: IdDigest,
    pub id: Box<str>,
}

impl KnownId {
    fn new(id: &str) -> KnownId {
        KnownId { digest: IdDigest::known(id), id: id.into() }
    }
}

/// Who did something, as the identities' keeper wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    pub anonymous: Option<IdDigest>,
    pub known: Option<KnownId>,
    pub alias: Option<AliasKey>,
}

/// The identity that somebody had before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AliasKey {
    Anonymous(IdDigest),
    Known(KnownId),
}

/// A batch, checked and encoded.
#[derive(Default)]
pub(crate) struct Prepared {
    pub keys: Vec<Keys>,
    pub facts: Vec<Fact>,
    /// All items, one after another.
    bytes: Vec<u8>,
    /// Where each item ends.
    ends: Vec<usize>,
}

/// Checks a batch and encodes it.
pub(crate) fn prepare(batch: Vec<Incoming>) -> Result<Prepared, StoreFault> {
    if batch.len() > BATCH_ITEMS_MAX {
        return Err(too_large(batch.len(), BATCH_ITEMS_MAX, "items"));
    }
    let mut prepared = Prepared {
        keys: Vec::with_capacity(batch.len()),
        facts: Vec::with_capacity(batch.len()),
        bytes: Vec::with_capacity(batch.len() * 160),
        ends: Vec::with_capacity(batch.len()),
    };
    for (item, incoming) in batch.into_iter().enumerate() {
        if let Some((field, rule)) = offence(&incoming) {
            return Err(StoreFault::lasting("taking in a batch", Cause::BadItem { item, field, rule }));
        }
        let Incoming { who, fact, alias } = incoming;
        let keys = Keys {
            anonymous: who.anonymous.as_deref().map(IdDigest::anonymous),
            known: who.known.as_deref().map(KnownId::new),
            alias: alias.map(|alias| match alias {
                Identity::Anonymous(id) => AliasKey::Anonymous(IdDigest::anonymous(&id)),
                Identity::Known(id) => AliasKey::Known(KnownId::new(&id)),
            }),
        };
        encode(&mut prepared.bytes, &keys, &fact);
        if prepared.bytes.len() > BATCH_BYTES_MAX {
            return Err(too_large(prepared.bytes.len(), BATCH_BYTES_MAX, "bytes"));
        }
        prepared.ends.push(prepared.bytes.len());
        prepared.keys.push(keys);
        prepared.facts.push(fact);
    }
    Ok(prepared)
}

fn too_large(found: usize, max: usize, unit: &'static str) -> StoreFault {
    StoreFault::lasting("taking in a batch", Cause::BatchTooLarge { found, max, unit })
}

/// What is wrong with an item: the field and the rule it breaks.
fn offence(incoming: &Incoming) -> Option<(&'static str, &'static str)> {
    const ID: &str = "of 1 to 256 bytes";
    let Incoming { who, fact, alias } = incoming;
    let bad_id =
        |id: &Option<Box<str>>| id.as_ref().is_some_and(|id| id.is_empty() || id.len() > IDENTITY_BYTES_MAX);
    let bad_alias = alias.as_ref().is_some_and(|(Identity::Anonymous(id) | Identity::Known(id))| {
        id.is_empty() || id.len() > IDENTITY_BYTES_MAX
    });
    let time = |at_ms: i64| (0..=TIME_MS_MAX).contains(&at_ms);
    let long_text = || fact.texts.iter().flatten().any(|text| text.len() > TEXT_BYTES_MAX || text.is_empty());
    let checks = [
        (who.anonymous.is_none() && who.known.is_none(), "who", "an anonymous or a known identity"),
        (bad_id(&who.anonymous), "who.anonymous", ID),
        (bad_id(&who.known), "who.known", ID),
        (bad_alias, "alias", ID),
        (fact.id == 0, "id", "a digest, which is never 0"),
        (fact.name.is_empty() || fact.name.len() > NAME_BYTES_MAX, "name", "of 1 to 128 bytes"),
        (!time(fact.at_ms), "at_ms", "a time from 1970 to 2261"),
        (!time(fact.received_ms), "received_ms", "a time from 1970 to 2261"),
        (long_text(), "texts", "of 1 to 1024 bytes each"),
        (fact.numbers.contains(&Some(i64::MIN)), "numbers", "above the lowest number there is"),
        (
            fact.props.as_ref().is_some_and(|props| props.len() > PROPS_BYTES_MAX),
            "props",
            "at most 65536 bytes",
        ),
    ];
    checks.into_iter().find(|(wrong, ..)| *wrong).map(|(_, field, rule)| (field, rule))
}

pub(crate) fn encode(bytes: &mut Vec<u8>, keys: &Keys, fact: &Fact) {
    let class = match fact.class {
        Class::Behaviour => 0,
        Class::Commerce => 1,
        Class::Profile => 2,
    };
    let alias = match keys.alias {
        None => 0,
        Some(AliasKey::Anonymous(_)) => ALIAS_ANONYMOUS,
        Some(AliasKey::Known(_)) => ALIAS_KNOWN,
    };
    let flag = |there: bool, flag: u8| if there { flag } else { 0 };
    let flags = flag(keys.anonymous.is_some(), ANONYMOUS)
        | flag(keys.known.is_some(), KNOWN)
        | alias
        | flag(fact.props.is_some(), PROPS)
        | class << CLASS_SHIFT;
    bytes.push(flags);
    bytes.put_u128(fact.id);
    if let Some(digest) = keys.anonymous {
        bytes.put_u128(digest.to_u128());
    }
    if let Some(known) = &keys.known {
        bytes.put_text(&known.id);
    }
    match &keys.alias {
        None => {}
        Some(AliasKey::Anonymous(digest)) => bytes.put_u128(digest.to_u128()),
        Some(AliasKey::Known(known)) => bytes.put_text(&known.id),
    }
    bytes.put_i64(fact.at_ms);
    bytes.put_i64(fact.received_ms - fact.at_ms);
    bytes.put_text(&fact.name);
    bytes.put_u64(mask(&fact.texts));
    fact.texts.iter().flatten().for_each(|text| bytes.put_text(text));
    bytes.put_u64(mask(&fact.numbers));
    fact.numbers.iter().flatten().for_each(|&number| bytes.put_i64(number));
    if let Some(props) = &fact.props {
        bytes.put_text(props);
    }
}

fn mask<T>(columns: &[Option<T>]) -> u64 {
    columns.iter().enumerate().fold(0, |mask, (at, column)| mask | u64::from(column.is_some()) << at)
}

impl Prepared {
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The records of the items that `keep` names by place, none when there are no such items.
    pub fn records(&self, now_ms: i64, keep: &dyn Fn(usize) -> bool) -> Vec<Bytes> {
        let mut records = Vec::new();
        let mut record = Vec::new();
        let mut start = 0;
        for (item, &end) in self.ends.iter().enumerate() {
            if keep(item) {
                if record.len() > RECORD_BYTES {
                    records.push(Bytes::from(std::mem::take(&mut record)));
                }
                if record.is_empty() {
                    record.reserve((self.bytes.len() - start).min(RECORD_BYTES + (4 << 10)));
                    record.extend_from_slice(&[VERSION, FACTS]);
                    record.put_i64(now_ms);
                }
                record.extend_from_slice(&self.bytes[start..end]);
            }
            start = end;
        }
        if !record.is_empty() {
            records.push(record.into());
        }
        records
    }
}

/// The record of a person's erasure.
pub(crate) fn erasure(person: PersonKey) -> Bytes {
    let mut record = vec![VERSION, ERASURE];
    record.put_u64(person.0);
    record.into()
}

/// What a record says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Facts { now_ms: i64, items: Vec<(Keys, Fact)> },
    Erasure(PersonKey),
}

/// Reads a record back.
pub(crate) fn decode(record: &[u8]) -> Result<Meaning, StoreFault> {
    let doing = "reading the log of events";
    match record.first() {
        Some(&VERSION) => {}
        Some(&found) => {
            let (what, found, known) = ("a record of the log", u64::from(found), u64::from(VERSION));
            return Err(StoreFault::lasting(doing, Cause::OtherVersion { what, found, known }));
        }
        None => return Err(StoreFault::damaged(doing, "a record")),
    }
    meaning(&record[1..]).ok_or_else(|| StoreFault::damaged(doing, "a record"))
}

fn meaning(record: &[u8]) -> Option<Meaning> {
    let mut take = Take(record);
    match take.u8()? {
        FACTS => {
            let now_ms = take.i64()?;
            let mut items = Vec::new();
            while !take.0.is_empty() {
                items.push(item(&mut take)?);
            }
            Some(Meaning::Facts { now_ms, items })
        }
        ERASURE => Some(Meaning::Erasure(PersonKey(take.u64()?))),
        _ => None,
    }
}

pub(crate) fn item(take: &mut Take<'_>) -> Option<(Keys, Fact)> {
    let flags = take.u8()?;
    let has = |flag: u8| flags & flag != 0;
    let id = take.u128()?;
    let mut keys = Keys::default();
    if has(ANONYMOUS) {
        keys.anonymous = Some(IdDigest::from_u128(take.u128()?));
    }
    if has(KNOWN) {
        keys.known = Some(KnownId::new(take.text()?));
    }
    if has(ALIAS_ANONYMOUS) {
        keys.alias = Some(AliasKey::Anonymous(IdDigest::from_u128(take.u128()?)));
    } else if has(ALIAS_KNOWN) {
        keys.alias = Some(AliasKey::Known(KnownId::new(take.text()?)));
    }
    let class = match flags >> CLASS_SHIFT {
        0 => Class::Behaviour,
        1 => Class::Commerce,
        2 => Class::Profile,
        _ => return None,
    };
    let at_ms = take.i64()?;
    let received_ms = at_ms.checked_add(take.i64()?)?;
    let mut fact = Fact { at_ms, received_ms, id, class, name: take.text()?.into(), ..Fact::default() };
    let texts = take.u64()?;
    for text in Text::ALL.iter().filter(|text| texts >> text.index() & 1 == 1) {
        fact.texts[text.index()] = Some(take.text()?.into());
    }
    let numbers = take.u64()?;
    for number in Number::ALL.iter().filter(|number| numbers >> number.index() & 1 == 1) {
        fact.numbers[number.index()] = Some(take.i64()?);
    }
    if has(PROPS) {
        fact.props = Some(take.text()?.into());
    }
    Some((keys, fact))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Who;

    fn full() -> Incoming {
        let fact =
            Fact { at_ms: 1_700_000_000_000, received_ms: 1_700_000_000_900, id: 7 << 90, ..Fact::default() };
        let mut fact =
            fact.with(Text::Source, "share").with(Text::Page, "/a").with_number(Number::AmountMinor, -5);
        fact.name = "order.paid".into();
        fact.class = Class::Commerce;
        fact.props = Some(r#"{"a":1}"#.into());
        Incoming {
            who: Who { anonymous: Some("device".into()), known: Some("ann".into()) },
            fact,
            alias: Some(Identity::Known("old ann".into())),
        }
    }

    fn plain() -> Incoming {
        let fact = Fact { name: "x".into(), id: 1, ..Fact::default() };
        Incoming { who: Who::anonymous("d"), fact, alias: Some(Identity::Anonymous("e".into())) }
    }

    #[test]
    fn a_record_says_what_was_put_into_it() {
        let prepared = prepare(vec![full(), plain()]).unwrap();
        let records = prepared.records(-3, &|_| true);
        assert_eq!(records.len(), 1);
        let items: Vec<_> = prepared.keys.iter().cloned().zip(prepared.facts.iter().cloned()).collect();
        assert_eq!(decode(&records[0]), Ok(Meaning::Facts { now_ms: -3, items }));
        let rest = prepared.records(5, &|item| item == 1);
        let items = vec![(prepared.keys[1].clone(), prepared.facts[1].clone())];
        assert_eq!(decode(&rest[0]), Ok(Meaning::Facts { now_ms: 5, items }));
        assert!(prepared.records(5, &|_| false).is_empty());
        assert_eq!(decode(&erasure(PersonKey(900))), Ok(Meaning::Erasure(PersonKey(900))));
    }

    #[test]
    fn a_record_cut_or_from_another_version_is_refused() {
        let record = &prepare(vec![full()]).unwrap().records(0, &|_| true)[0];
        for cut in 4..record.len() {
            assert!(decode(&record[..cut]).is_err(), "{cut}");
        }
        let mut other = record.to_vec();
        other[0] = 9;
        assert!(matches!(decode(&other).unwrap_err().cause, Cause::OtherVersion { found: 9, .. }));
    }

    #[test]
    fn a_large_batch_becomes_several_records() {
        let mut large = full();
        large.fact.props = Some("x".repeat(PROPS_BYTES_MAX).into());
        let records = prepare(vec![large; 100]).unwrap().records(0, &|_| true);
        assert!(records.len() > 5);
        assert!(records.iter().all(|record| record.len() < linger_log::RECORD_BYTES_MAX));
    }

    #[test]
    fn what_breaks_a_limit_is_named() {
        let named = |change: &dyn Fn(&mut Incoming)| {
            let mut bad = full();
            change(&mut bad);
            match prepare(vec![full(), bad]).map(|_| ()).unwrap_err().cause {
                Cause::BadItem { item: 1, field, .. } => field,
                other => panic!("{other}"),
            }
        };
        assert_eq!(named(&|it| it.who = Who::default()), "who");
        assert_eq!(named(&|it| it.who.known = Some("x".repeat(257).into())), "who.known");
        assert_eq!(named(&|it| it.who.anonymous = Some("".into())), "who.anonymous");
        assert_eq!(named(&|it| it.alias = Some(Identity::Known("".into()))), "alias");
        assert_eq!(named(&|it| it.fact.id = 0), "id");
        assert_eq!(named(&|it| it.fact.name = "".into()), "name");
        assert_eq!(named(&|it| it.fact.at_ms = -1), "at_ms");
        assert_eq!(named(&|it| it.fact.received_ms = i64::MAX), "received_ms");
        assert_eq!(named(&|it| it.fact.texts[3] = Some("x".repeat(1025).into())), "texts");
        assert_eq!(named(&|it| it.fact.numbers[0] = Some(i64::MIN)), "numbers");
        assert_eq!(named(&|it| it.fact.props = Some("x".repeat(65_537).into())), "props");
        let many = prepare(vec![plain(); BATCH_ITEMS_MAX + 1]).map(|_| ()).unwrap_err();
        assert!(matches!(many.cause, Cause::BatchTooLarge { unit: "items", .. }));
    }
}
