//! Where the facts of a file go: each gets an id that is the same whenever and from whichever file it is told, and is
//! checked against the store's limits. It does not know how rows are read or where facts are kept.

use std::collections::HashMap;

use linger_behaviour::{Class, Fact};
use linger_events::{
    IDENTITY_BYTES_MAX, Identity, Incoming, NAME_BYTES_MAX, PROPS_BYTES_MAX, TEXT_BYTES_MAX, TIME_MS_MAX, Who,
};
use sha2::{Digest, Sha256};

use super::{BadRow, ImportFault, Reason, Tally};

/// Facts handed over at once.
const BATCH_FACTS: usize = 8192;
/// Bytes handed over at once, about.
const BATCH_BYTES: usize = 4 << 20;
/// How many rows back equal rows are still told apart from each other.
const EQUAL_ROWS_BACK: usize = 1 << 20;
/// How far ahead of now a time may be: clocks and zones differ.
const AHEAD_MS_MAX: i64 = 86_400_000;

/// A fact of a file, ready to be kept.
#[derive(Clone, Debug)]
pub struct Told {
    /// The fact and its person.
    pub incoming: Incoming,
    /// A digest of all it says.
    pub content: u64,
    /// The line it comes from.
    pub line: u64,
}

/// What became of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It had not been told before.
    New,
    /// It had.
    Known,
    /// It had, but with other content; nothing was changed.
    Changed,
}

/// Takes in facts.
pub trait Sink {
    /// Takes in a batch and answers for each fact, in order. What is answered is durable.
    ///
    /// # Errors
    /// It cannot take in any more; the import ends here and can be started again.
    fn take(&mut self, batch: &[Told]) -> Result<Vec<Answer>, ImportFault>;
}

/// What makes a fact the same fact when it is told again.
pub(super) enum Key<'a> {
    /// It has a name of its own, such as an order and its number.
    Named(&'a [&'a str]),
    /// It has none: all it says, and how many equal ones came before it in its file.
    Content,
}

/// The facts of one file on their way.
pub(super) struct Out<'a> {
    pub file: &'a str,
    pub tally: &'a mut Tally,
    sink: &'a mut dyn Sink,
    label: &'a str,
    now_ms: i64,
    batch: Vec<Told>,
    bytes: usize,
    equal: HashMap<u64, u32>,
    equal_before: HashMap<u64, u32>,
    content: Vec<u8>,
}

impl<'a> Out<'a> {
    pub(super) fn new(
        file: &'a str,
        label: &'a str,
        now_ms: i64,
        tally: &'a mut Tally,
        sink: &'a mut dyn Sink,
    ) -> Out<'a> {
        let (batch, equal, equal_before) = (vec![], HashMap::new(), HashMap::new());
        Out { file, tally, sink, label, now_ms, batch, bytes: 0, equal, equal_before, content: vec![] }
    }

    /// The time of the import.
    pub(super) fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Notes a row that is left out, or a part of one.
    pub(super) fn bad(
        &mut self,
        line: u64,
        column: Option<String>,
        reason: Reason,
    ) -> Result<(), ImportFault> {
        self.tally.bad(BadRow { file: self.file.to_owned(), line, column, reason })
    }

    /// Sends a fact on its way; one over a limit is noted as a bad row instead, and false comes back.
    pub(super) fn tell(
        &mut self,
        who: Who,
        fact: Fact,
        key: &Key<'_>,
        line: u64,
    ) -> Result<bool, ImportFault> {
        self.tell_alias(who, fact, None, key, line)
    }

    /// The same, with an identity that the person had before.
    pub(super) fn tell_alias(
        &mut self,
        who: Who,
        mut fact: Fact,
        alias: Option<Identity>,
        key: &Key<'_>,
        line: u64,
    ) -> Result<bool, ImportFault> {
        if let Some((field, reason)) = over_limits(&who, &fact, self.now_ms) {
            self.bad(line, Some(field.to_owned()), reason)?;
            return Ok(false);
        }
        let content = self.digest(&who, &fact);
        fact.id = match key {
            Key::Named(parts) => id(self.label, parts),
            Key::Content => {
                let number = self.number(content);
                id(self.label, &["content", &format!("{content:032x}"), &number.to_string()])
            }
        };
        fact.received_ms = self.now_ms;
        self.bytes += self.content.len() + 64;
        let content = (content >> 64) as u64;
        self.batch.push(Told { incoming: Incoming { who, fact, alias }, content, line });
        if self.batch.len() >= BATCH_FACTS || self.bytes >= BATCH_BYTES {
            self.flush()?;
        }
        Ok(true)
    }

    /// Hands over what waits.
    pub(super) fn flush(&mut self) -> Result<(), ImportFault> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let answers = self.sink.take(&self.batch)?;
        self.bytes = 0;
        for (told, answer) in std::mem::take(&mut self.batch).iter().zip(answers) {
            self.tally.answered(&told.incoming.fact.name, answer);
            if answer == Answer::Changed {
                self.bad(told.line, None, Reason::Changed)?;
            }
        }
        Ok(())
    }

    /// How many facts of the same content came before, in the last [`EQUAL_ROWS_BACK`] rows or so.
    fn number(&mut self, content: u128) -> u32 {
        let key = content as u64;
        let before = self.equal.get(&key).or_else(|| self.equal_before.get(&key)).copied().unwrap_or(0);
        self.equal.insert(key, before + 1);
        if self.equal.len() >= EQUAL_ROWS_BACK {
            self.equal_before = std::mem::take(&mut self.equal);
        }
        before
    }

    fn digest(&mut self, who: &Who, fact: &Fact) -> u128 {
        let content = &mut self.content;
        content.clear();
        let mut part = |bytes: Option<&[u8]>| {
            let bytes = bytes.unwrap_or_default();
            content.extend((bytes.len() as u32).to_le_bytes());
            content.extend(bytes);
        };
        part(who.known.as_deref().map(str::as_bytes));
        part(who.anonymous.as_deref().map(str::as_bytes));
        part(Some(fact.name.as_bytes()));
        part(Some(&fact.at_ms.to_le_bytes()));
        fact.texts.iter().for_each(|it| part(it.as_deref().map(str::as_bytes)));
        fact.numbers.iter().for_each(|it| part(it.map(i64::to_le_bytes).as_ref().map(|it| &it[..])));
        part(fact.props.as_deref().map(str::as_bytes));
        first_16(Sha256::digest(&*content).as_slice())
    }
}

/// Digest of the sender's label and the parts of a name.
fn id(label: &str, parts: &[&str]) -> u128 {
    let mut hash = Sha256::new();
    for part in std::iter::once(&label).chain(parts) {
        hash.update((part.len() as u32).to_le_bytes());
        hash.update(part.as_bytes());
    }
    first_16(hash.finalize().as_slice())
}

fn first_16(digest: &[u8]) -> u128 {
    digest.iter().take(16).fold(0, |id, byte| id << 8 | u128::from(*byte))
}

/// The first limit of the store that a fact would pass, so that one bad row does not stop a batch.
fn over_limits(who: &Who, fact: &Fact, now_ms: i64) -> Option<(&'static str, Reason)> {
    let ids = [&who.known, &who.anonymous];
    if ids.iter().all(|it| it.as_deref().is_none_or(str::is_empty)) {
        return Some(("customer", Reason::NoCustomer));
    }
    if ids.iter().any(|it| it.as_deref().is_some_and(|it| it.len() > IDENTITY_BYTES_MAX)) {
        return Some(("customer", Reason::TooLong));
    }
    if fact.name.is_empty() {
        return Some(("event", Reason::NoEvent));
    }
    if fact.name.len() > NAME_BYTES_MAX {
        return Some(("event", Reason::TooLong));
    }
    if let Some(text) = linger_behaviour::Text::ALL
        .into_iter()
        .find(|it| fact.text(*it).is_some_and(|it| it.len() > TEXT_BYTES_MAX))
    {
        return Some((text.column(), Reason::TooLong));
    }
    if fact.props.as_deref().is_some_and(|it| it.len() > PROPS_BYTES_MAX) {
        return Some(("props", Reason::TooLong));
    }
    let late = fact.at_ms > now_ms.saturating_add(AHEAD_MS_MAX) || fact.at_ms > TIME_MS_MAX;
    (fact.at_ms < 0 || late).then_some(("at", Reason::TimeOutOfRange))
}

/// The class of an event by its name.
pub(super) fn class_of(name: &str) -> Class {
    let commerce = ["order.", "aftersales.", "payment."];
    if commerce.iter().any(|it| name.starts_with(it)) { Class::Commerce } else { Class::Behaviour }
}
