//! Taking in: who comes together is written together, and nobody is answered before the disk has it. It does not know
//! files beside the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use bytes::Bytes;
use linger_behaviour::{Fact, PersonKey};
use linger_log::{Append, DiskLog, Log, StreamName};

use crate::desk::Desk;
use crate::record::{self, Prepared};
use crate::state::{Planned, State};
use crate::{Cause, Outcome, StoreFault};

/// Below the log's own limit for one call, with room for the heads of records.
const GROUP_BYTES_MAX: usize = 14 << 20;

/// What a caller wants.
pub(crate) enum Ask {
    Facts(Prepared),
    Erase(PersonKey),
}

/// What a caller is told.
pub(crate) enum Told {
    Outcomes(Vec<Outcome>),
    /// All keys the person had.
    Erased(Vec<u64>),
}

/// Facts one caller brought.
type Stored = Arc<Vec<Fact>>;

/// Hears of newly stored facts, and may keep them.
pub type Watcher = Box<dyn Fn(&Stored) + Send + Sync>;
type Answer = Result<Told, StoreFault>;

/// The way in: the desk, the log behind it, and the state that follows the log.
pub(crate) struct Intake {
    pub log: DiskLog,
    pub stream: StreamName,
    pub state: Mutex<State>,
    desk: Desk<Ask, Answer>,
    watchers: RwLock<Vec<Watcher>>,
    clock: Arc<dyn Fn() -> i64 + Send + Sync>,
}

enum Step {
    Facts(Planned),
    Erase(PersonKey),
}

impl Intake {
    pub fn new(
        log: DiskLog,
        stream: StreamName,
        state: State,
        clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    ) -> Intake {
        Intake {
            log,
            stream,
            state: Mutex::new(state),
            desk: Desk::new(GROUP_BYTES_MAX),
            watchers: RwLock::default(),
            clock,
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn watch(&self, watcher: Watcher) {
        self.watchers.write().unwrap_or_else(PoisonError::into_inner).push(watcher);
    }

    /// Has a batch stored.
    pub fn facts(&self, batch: Prepared) -> Result<Vec<Outcome>, StoreFault> {
        let bytes = batch.bytes();
        match self.ask(Ask::Facts(batch), bytes)? {
            Told::Outcomes(outcomes) => Ok(outcomes),
            Told::Erased(_) => Err(broken()),
        }
    }

    /// Has a person erased from memory, and the wish written to the log.
    pub fn erase(&self, person: PersonKey) -> Result<Vec<u64>, StoreFault> {
        match self.ask(Ask::Erase(person), 64)? {
            Told::Erased(keys) => Ok(keys),
            Told::Outcomes(_) => Err(broken()),
        }
    }

    fn ask(&self, ask: Ask, bytes: usize) -> Result<Told, StoreFault> {
        self.desk.ask(ask, bytes, |asks| self.commit(asks)).unwrap_or_else(|| Err(broken()))
    }

    /// Plans, writes, takes in and tells. Only one thread is here at a time.
    fn commit(&self, asks: Vec<Ask>) -> Vec<Answer> {
        let (steps, now_ms) = self.plan(asks);
        let records: Vec<Bytes> = steps
            .iter()
            .flat_map(|step| match step {
                Step::Facts(planned) => planned.batch.records(now_ms, &|item| planned.keeps(item)),
                Step::Erase(person) => vec![record::erasure(*person)],
            })
            .collect();
        if let Err(fault) = self.write(records) {
            let mut state = self.state();
            let answer = |step| {
                if let Step::Facts(planned) = step {
                    state.unplan(&planned);
                }
                Err(fault.clone())
            };
            return steps.into_iter().map(answer).collect();
        }
        let (answers, stored) = self.carry_out(steps);
        let watchers = self.watchers.read().unwrap_or_else(PoisonError::into_inner);
        for facts in stored.iter().filter(|facts| !facts.is_empty()) {
            watchers.iter().for_each(|watcher| watcher(facts));
        }
        answers
    }

    fn plan(&self, asks: Vec<Ask>) -> (Vec<Step>, i64) {
        let mut state = self.state();
        state.now_ms = state.now_ms.max((self.clock)());
        let now_ms = state.now_ms;
        state.dedupe.turn(now_ms);
        let plan = |ask| match ask {
            Ask::Facts(batch) => Step::Facts(state.plan(batch)),
            Ask::Erase(person) => Step::Erase(person),
        };
        (asks.into_iter().map(plan).collect(), now_ms)
    }

    fn write(&self, records: Vec<Bytes>) -> Result<(), StoreFault> {
        if records.is_empty() {
            return Ok(());
        }
        let expected = self.state().position;
        let append = || Append { stream: self.stream.clone(), expected, records: records.clone() };
        let answers = match self.log.append(vec![append()]) {
            // An earlier write failed. What it may have left is cleared away, then this one has its try.
            Err(fault) if matches!(fault.cause, linger_log::Cause::Refusing { .. }) => {
                self.log.recover()?;
                self.log.append(vec![append()])?
            }
            answers => answers?,
        };
        match answers.first() {
            Some(Ok(_)) => Ok(()),
            _ => Err(StoreFault::damaged("writing to the log of events", "the order of the log")),
        }
    }

    fn carry_out(&self, steps: Vec<Step>) -> (Vec<Answer>, Vec<Stored>) {
        let mut stored = Vec::with_capacity(steps.len());
        let mut state = self.state();
        let answer = |step| {
            Ok(match step {
                Step::Facts(planned) => {
                    let (outcomes, facts) = state.carry_out(planned);
                    stored.push(facts);
                    Told::Outcomes(outcomes)
                }
                Step::Erase(person) => Told::Erased(state.erase(person)),
            })
        };
        let answers = steps.into_iter().map(answer).collect();
        if let Some(tail) = self.log.tail(&self.stream) {
            state.position = tail;
        }
        drop(state);
        (answers, stored)
    }
}

fn broken() -> StoreFault {
    let earlier = "a bug stopped the writer".to_owned();
    StoreFault::lasting("taking in a batch", Cause::Behind { earlier })
}
