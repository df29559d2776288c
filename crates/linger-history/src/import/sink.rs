//! The two places facts can go to: into a store, with a ledger so that nothing is counted twice; or nowhere, to show what
//! would happen. It does not know where the facts come from.

use std::collections::HashMap;

use linger_events::{EventStore, Incoming, Outcome};

use super::{
    Answer, ImportFault, Sink, Told,
    ledger::{Entered, Ledger},
};

/// Where facts are kept for good.
pub trait Destination {
    /// Takes in a batch, and says for each whether it was new there. What it answers is durable.
    ///
    /// # Errors
    /// It cannot take them in; perhaps it did.
    fn append(&mut self, batch: Vec<Incoming>) -> Result<Vec<bool>, ImportFault>;

    /// Whether it has a fact, for one that a crash left in doubt; none if it cannot tell and sorts twins out by itself.
    ///
    /// # Errors
    /// It cannot be asked.
    fn holds(&mut self, fact: &Incoming) -> Result<Option<bool>, ImportFault> {
        let _ = fact;
        Ok(None)
    }
}

impl Destination for EventStore {
    fn append(&mut self, batch: Vec<Incoming>) -> Result<Vec<bool>, ImportFault> {
        let outcomes = EventStore::append(self, batch);
        let outcomes = outcomes
            .map_err(|fault| ImportFault::general(format!("the store cannot take it in: {fault}")))?;
        Ok(outcomes.iter().map(|it| matches!(it, Outcome::Stored(_))).collect())
    }
}

/// Facts on their way into a destination.
pub struct Keeping<D> {
    ledger: Ledger,
    destination: D,
}

impl<D: Destination> Keeping<D> {
    /// With the ledger of everything that ever went to this destination.
    pub fn new(ledger: Ledger, destination: D) -> Keeping<D> {
        Keeping { ledger, destination }
    }

    /// Ends the import in good order.
    ///
    /// # Errors
    /// The ledger cannot be written; it is whole nevertheless, and only slower to open.
    pub fn finish(mut self) -> Result<D, ImportFault> {
        self.ledger.settle()?;
        Ok(self.destination)
    }
}

impl<D: Destination> Sink for Keeping<D> {
    fn take(&mut self, batch: &[Told]) -> Result<Vec<Answer>, ImportFault> {
        let mut answers = Vec::with_capacity(batch.len());
        let mut going: Vec<(usize, (u128, u64))> = vec![];
        let mut held = vec![];
        let mut here: HashMap<u128, u64> = HashMap::new();
        for (place, told) in batch.iter().enumerate() {
            let (id, content) = (told.incoming.fact.id, told.content);
            let entered = match here.get(&id) {
                Some(content) => Entered::Yes(*content),
                None => self.ledger.entered(id)?,
            };
            answers.push(match entered {
                Entered::Yes(before) if before == content => Answer::Known,
                Entered::Yes(_) => Answer::Changed,
                Entered::InDoubt if self.destination.holds(&told.incoming)? == Some(true) => {
                    held.push((id, content));
                    Answer::Known
                }
                Entered::No | Entered::InDoubt => {
                    here.insert(id, content);
                    going.push((place, (id, content)));
                    Answer::New
                }
            });
        }
        if !going.is_empty() || !held.is_empty() {
            let entries: Vec<_> = going.iter().map(|(_, entry)| *entry).chain(held).collect();
            self.ledger.mean(&entries)?;
            let facts: Vec<_> = going.iter().map(|(place, _)| batch[*place].incoming.clone()).collect();
            let new = if facts.is_empty() { vec![] } else { self.destination.append(facts)? };
            self.ledger.done(&entries)?;
            for ((place, _), new) in going.iter().zip(new) {
                if !new {
                    answers[*place] = Answer::Known;
                }
            }
        }
        Ok(answers)
    }
}

/// Facts shown and not kept.
pub struct Rehearsal {
    ledger: Ledger,
    here: HashMap<u128, u64>,
    /// The first facts, as they would be kept.
    pub first: Vec<Told>,
}

/// How many facts a rehearsal shows.
const FIRST: usize = 6;
/// How many facts a rehearsal remembers to find those told twice in it.
const HERE_MAX: usize = 4_000_000;

impl Rehearsal {
    /// With the ledger of what was imported before.
    pub fn new(ledger: Ledger) -> Rehearsal {
        Rehearsal { ledger, here: HashMap::new(), first: vec![] }
    }
}

impl Sink for Rehearsal {
    fn take(&mut self, batch: &[Told]) -> Result<Vec<Answer>, ImportFault> {
        let mut answers = Vec::with_capacity(batch.len());
        for told in batch {
            if self.first.len() < FIRST {
                self.first.push(told.clone());
            }
            let (id, content) = (told.incoming.fact.id, told.content);
            let entered = match self.here.get(&id) {
                Some(content) => Entered::Yes(*content),
                None => self.ledger.entered(id)?,
            };
            answers.push(match entered {
                Entered::Yes(before) if before == content => Answer::Known,
                Entered::Yes(_) => Answer::Changed,
                Entered::No | Entered::InDoubt => Answer::New,
            });
            if self.here.len() < HERE_MAX {
                self.here.entry(id).or_insert(content);
            }
        }
        Ok(answers)
    }
}
