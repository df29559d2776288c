//! A trial by killing: facts that anybody can compute, told until the process ends, and the check of what is left. It
//! knows the store from outside only.
//!
//! The teller writes the number of each batch it was acknowledged to a writer, one a line; whoever reads them kills it at
//! any moment, opens the store and checks that every acknowledged fact is there, and none twice.

use std::collections::BTreeMap;
use std::io::Write;

use linger_behaviour::{Columns, Fact, Fold, Number, Run, Text};

use crate::{AskFault, AskLimits, EventStore, Incoming, Outcome, StoreFault, Who};

/// How many facts a batch has.
pub const BATCH: u64 = 50;
const PERSONS: u64 = 400;

/// A fact of a batch. Each person has a device that is signed in on now and then, so identities merge all the time.
pub fn incoming(batch: u64, item: u64) -> Incoming {
    let serial = batch * BATCH + item + 1;
    // SplitMix64 (Steele, Lea and Flood 2014).
    let mut word = serial.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let person = word % PERSONS;
    let device = format!("device-{person}-{}", word >> 20 & 3);
    let known = (word >> 30 & 7 == 0).then(|| format!("person-{person}").into());
    let who = Who { anonymous: Some(device.into()), known };
    let at_ms = 1_790_000_000_000 + serial as i64;
    let name = ["ordeal.a", "ordeal.b", "ordeal.c"][(word >> 40) as usize % 3].into();
    let fact = Fact { at_ms, received_ms: at_ms, name, id: u128::from(serial), ..Fact::default() };
    let fact = fact.with(Text::Source, "ordeal").with_number(Number::AmountMinor, serial as i64);
    Incoming { who, fact, alias: None }
}

/// Tells batches from a number on until it is killed, or until `batches` of them are told.
///
/// # Errors
/// [`StoreFault`] when a batch is not stored; writing to `acknowledged` failing ends it without an error.
pub fn tell(
    store: &EventStore,
    from: u64,
    batches: u64,
    acknowledged: &mut dyn Write,
) -> Result<(), StoreFault> {
    for batch in from..from.saturating_add(batches) {
        store.append((0..BATCH).map(|item| incoming(batch, item)).collect())?;
        if writeln!(acknowledged, "{batch}").and_then(|()| acknowledged.flush()).is_err() {
            break;
        }
    }
    Ok(())
}

/// What a check found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survived {
    /// Facts that are there.
    pub facts: u64,
    /// Facts of acknowledged batches that are not.
    pub lost: u64,
    /// Facts that are there more than once.
    pub doubled: u64,
    /// Facts of a batch that is there in part.
    pub torn: u64,
    /// Facts that were told again and stored although they were there.
    pub told_twice: u64,
}

impl Survived {
    /// Whether nothing was lost, doubled or torn.
    pub fn is_whole(&self) -> bool {
        *self == Survived { facts: self.facts, ..Survived::default() }
    }
}

/// Checks what is left after batches below `acknowledged` were acknowledged, and tells the next one, which may be there
/// or not, so that it is there afterwards.
///
/// # Errors
/// [`AskFault`] when the store cannot be read or written.
pub fn check(store: &EventStore, acknowledged: u64) -> Result<Survived, AskFault> {
    let serials = store.snapshot().fold(Serials::default, &AskLimits::default())?.0;
    let mut survived = Survived::default();
    let mut of_next = 0;
    for (serial, count) in &serials {
        survived.facts += 1;
        survived.doubled += count - 1;
        of_next += u64::from(*serial > acknowledged * BATCH);
    }
    survived.lost = acknowledged * BATCH + of_next - survived.facts;
    survived.torn = if of_next == BATCH { 0 } else { of_next };
    let again = store.append((0..BATCH).map(|item| incoming(acknowledged, item)).collect())?;
    let stored = again.iter().filter(|outcome| matches!(outcome, Outcome::Stored(_))).count() as u64;
    survived.told_twice = stored.saturating_sub(BATCH - of_next);
    Ok(survived)
}

/// How often each serial number is there.
#[derive(Default)]
struct Serials(BTreeMap<u64, u64>);

impl Fold for Serials {
    fn columns(&self) -> Columns {
        Columns::none().with_number(Number::AmountMinor)
    }

    fn run(&mut self, run: &Run<'_>) {
        for serial in run.numbers[Number::AmountMinor.index()].iter().filter(|serial| **serial > 0) {
            *self.0.entry(*serial as u64).or_default() += 1;
        }
    }

    fn merge(&mut self, other: Serials) {
        for (serial, count) in other.0 {
            *self.0.entry(serial).or_default() += count;
        }
    }
}
