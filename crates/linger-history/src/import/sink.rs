//! The two places facts can go to: into a store, with a ledger so that nothing is counted twice; or nowhere, to show what
//! would happen. It does not know where the facts come from.

use std::collections::{BTreeMap, HashMap, HashSet};

use linger_behaviour::PersonKey;
use linger_events::{EventStore, Identity, Incoming, Outcome};

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

    /// Which of these it has, for facts that a crash left in doubt; none for one where it cannot tell, and would sort a
    /// twin out by itself.
    ///
    /// # Errors
    /// It cannot be asked.
    fn holds(&mut self, facts: &[&Incoming]) -> Result<Vec<Option<bool>>, ImportFault> {
        Ok(vec![None; facts.len()])
    }
}

/// How many facts of a person are looked through for those in doubt; with more, the store's own window decides.
const LOOKED_THROUGH: usize = 1_000_000;

impl Destination for EventStore {
    fn append(&mut self, batch: Vec<Incoming>) -> Result<Vec<bool>, ImportFault> {
        let outcomes = EventStore::append(self, batch);
        let outcomes = outcomes
            .map_err(|fault| ImportFault::general(format!("the store cannot take it in: {fault}")))?;
        Ok(outcomes.iter().map(|it| matches!(it, Outcome::Stored(_))).collect())
    }

    fn holds(&mut self, facts: &[&Incoming]) -> Result<Vec<Option<bool>>, ImportFault> {
        let mut answers = vec![Some(false); facts.len()];
        let mut people: BTreeMap<PersonKey, Vec<usize>> = BTreeMap::new();
        for (place, fact) in facts.iter().enumerate() {
            let known = fact.who.known.clone().map(Identity::Known);
            let anonymous = fact.who.anonymous.clone().map(Identity::Anonymous);
            for person in [known, anonymous].into_iter().flatten().filter_map(|it| self.person(&it)) {
                people.entry(person).or_default().push(place);
            }
        }
        let snapshot = self.snapshot();
        for (person, places) in people {
            let held = snapshot.facts_of(person, LOOKED_THROUGH);
            let held = held.map_err(|fault| ImportFault::general(format!("asking the store: {fault}")))?;
            let ids: HashSet<u128> = held.iter().map(|it| it.id).collect();
            for place in places {
                match (ids.contains(&facts[place].fact.id), held.len() < LOOKED_THROUGH) {
                    (true, _) => answers[place] = Some(true),
                    (false, false) if answers[place] == Some(false) => answers[place] = None,
                    (false, _) => {}
                }
            }
        }
        Ok(answers)
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
        let entered: Vec<Entered> =
            batch.iter().map(|it| self.ledger.entered(it.incoming.fact.id)).collect::<Result<_, _>>()?;
        let doubted: Vec<usize> = (0..batch.len()).filter(|it| entered[*it] == Entered::InDoubt).collect();
        let asked: Vec<&Incoming> = doubted.iter().map(|it| &batch[*it].incoming).collect();
        let held = if asked.is_empty() { vec![] } else { self.destination.holds(&asked)? };
        let held: HashSet<usize> =
            doubted.iter().zip(held).filter(|it| it.1 == Some(true)).map(|it| *it.0).collect();
        let mut answers = Vec::with_capacity(batch.len());
        let mut going: Vec<(usize, (u128, u64))> = vec![];
        let mut there = vec![];
        let mut here: HashMap<u128, u64> = HashMap::new();
        for (place, told) in batch.iter().enumerate() {
            let (id, content) = (told.incoming.fact.id, told.content);
            let known = match entered[place] {
                Entered::Yes(before) => Some(before),
                _ => here.get(&id).copied(),
            };
            answers.push(match known {
                Some(before) if before == content => Answer::Known,
                Some(_) => Answer::Changed,
                None => {
                    here.insert(id, content);
                    if held.contains(&place) {
                        there.push((id, content));
                        Answer::Known
                    } else {
                        going.push((place, (id, content)));
                        Answer::New
                    }
                }
            });
        }
        if !going.is_empty() || !there.is_empty() {
            let entries: Vec<_> = going.iter().map(|(_, entry)| *entry).chain(there).collect();
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
