//! The second thread: appends what was decided, and only then answers and publishes. It does not know rooms, only
//! their streams.

use crate::{
    EngineFault, Shared,
    feed::Batch,
    mail::{Asked, Refused, Reply, ReplyToMany},
    recover::stream_of,
};
use linger_log::{Append, Fault, Log, Position};
use linger_protocol::{Entry, RoomId};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, Weak,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

/// What was decided for one room in one batch.
pub(crate) struct RoomAppend {
    pub room: RoomId,
    /// Counts how often the room was rebuilt; what was decided on a state that is lost is not written.
    pub generation: u64,
    /// The stream is new and has to be made first.
    pub is_new: bool,
    pub from: Position,
    pub records: Vec<bytes::Bytes>,
    pub entries: Vec<Entry>,
}

/// An answer that waits for its batch.
pub(crate) struct Waiting {
    pub room: RoomId,
    pub generation: u64,
    pub answer: Answering,
}

/// What is said to whom, if all that was decided before reaches the disk.
pub(crate) enum Answering {
    One(Reply, Asked),
    Many(ReplyToMany, Vec<Asked>),
}

impl Answering {
    /// Whoever asked may have gone.
    fn give(self) {
        match self {
            Answering::One(reply, answer) => drop(reply.send(answer)),
            Answering::Many(reply, answers) => drop(reply.send(answers)),
        }
    }

    fn not_kept(self, doing: &str) -> Answering {
        let lost = || Err(Refused::NotKept { doing: doing.to_owned() });
        match self {
            Answering::One(reply, _) => Answering::One(reply, lost()),
            Answering::Many(reply, answers) => {
                Answering::Many(reply, answers.iter().map(|_| lost()).collect())
            }
        }
    }
}

/// Everything decided in one go.
#[derive(Default)]
pub(crate) struct Decided {
    pub appends: Vec<RoomAppend>,
    pub waiting: Vec<Waiting>,
    /// Told when everything before it is settled.
    pub barrier: Option<SyncSender<()>>,
}

/// Rooms whose append failed, with the generation that is lost.
#[derive(Clone, Default)]
pub(crate) struct Failures(Arc<Mutex<Vec<(RoomId, u64)>>>);

impl Failures {
    fn add(&self, room: &RoomId, generation: u64) {
        self.0.lock().unwrap_or_else(|it| it.into_inner()).push((room.clone(), generation));
    }

    pub(crate) fn take(&self) -> Vec<(RoomId, u64)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(|it| it.into_inner()))
    }
}

/// The host's end of the writer.
pub(crate) struct Batches {
    pub sender: SyncSender<Decided>,
    pub failures: Failures,
}

impl Batches {
    /// Waits until everything sent so far is settled.
    pub(crate) fn settle(&self) {
        let (barrier, settled) = sync_channel(1);
        if self.sender.send(Decided { barrier: Some(barrier), ..Decided::default() }).is_ok() {
            let _ = settled.recv();
        }
    }
}

/// One batch being written, one being decided: more would only add delay.
const BATCHES_WAITING: usize = 1;

pub(crate) fn start(
    log: Arc<dyn Log>,
    shared: Weak<Shared>,
) -> Result<(Batches, JoinHandle<()>), EngineFault> {
    let (sender, receiver) = sync_channel(BATCHES_WAITING);
    let failures = Failures::default();
    let writer = Writer { log, shared, failures: failures.clone(), lost: HashMap::new() };
    let thread = std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || writer.run(&receiver))
        .map_err(|error| EngineFault { doing: "starting the log's thread", why: error.to_string() })?;
    Ok((Batches { sender, failures }, thread))
}

struct Writer {
    log: Arc<dyn Log>,
    shared: Weak<Shared>,
    failures: Failures,
    /// The last generation of each room that was lost.
    lost: HashMap<RoomId, u64>,
}

impl Writer {
    fn run(mut self, batches: &Receiver<Decided>) {
        while let Ok(decided) = batches.recv() {
            self.write(decided);
        }
    }

    fn write(&mut self, mut decided: Decided) {
        decided.appends.retain(|append| !self.is_lost(&append.room, append.generation));
        let outcome = self.append(&mut decided.appends);
        let failed_because = outcome.err().map(|fault| {
            tracing::error!(fault = %fault, rooms = decided.appends.len(), "could not write to the log");
            self.log.recover().unwrap_or_else(|fault| tracing::error!(%fault, "the log did not recover"));
            fault.doing
        });
        if failed_because.is_some() {
            for append in &decided.appends {
                self.lose(&append.room, append.generation);
            }
            decided.appends.clear();
        }
        let shared = self.shared.upgrade();
        if let Some(shared) = &shared {
            shared.written.add(decided.appends.iter().map(|append| append.entries.len()).sum());
        }
        for append in decided.appends {
            if let (Some(shared), false) = (&shared, self.is_lost(&append.room, append.generation)) {
                let batch = Batch { from: append.from, entries: append.entries.into() };
                shared.publish(&append.room, Arc::new(batch));
            }
        }
        for waiting in decided.waiting {
            if self.is_lost(&waiting.room, waiting.generation) {
                let doing = failed_because.as_deref().unwrap_or("writing what came before it");
                waiting.answer.not_kept(doing).give();
            } else {
                waiting.answer.give();
            }
        }
        if let Some(barrier) = decided.barrier {
            let _ = barrier.send(());
        }
    }

    fn append(&mut self, appends: &mut [RoomAppend]) -> Result<(), Fault> {
        for append in appends.iter().filter(|append| append.is_new) {
            self.log.create(&stream_of(&append.room), append.from.epoch)?;
        }
        let batch: Vec<Append> = appends
            .iter_mut()
            .map(|append| Append {
                stream: stream_of(&append.room),
                expected: append.from,
                records: std::mem::take(&mut append.records),
            })
            .collect();
        if batch.is_empty() {
            return Ok(());
        }
        for (answer, append) in self.log.append(batch)?.into_iter().zip(appends.iter()) {
            if let Err(stale) = answer {
                // Somebody else writes this room: its owner moved, or two servers share one folder.
                tracing::error!(room = %append.room, at = %append.from, actual = %stale.actual, "fenced off");
                self.lose(&append.room, append.generation);
            }
        }
        Ok(())
    }

    fn is_lost(&self, room: &RoomId, generation: u64) -> bool {
        self.lost.get(room).is_some_and(|lost| generation <= *lost)
    }

    fn lose(&mut self, room: &RoomId, generation: u64) {
        self.lost.insert(room.clone(), generation);
        self.failures.add(room, generation);
    }
}
