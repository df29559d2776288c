//! Runs rooms: mailboxes, the clock, the commit loop, readers, recovery.
//!
//! One thread owns every room of this process. For each message it decides, applies and collects the bytes; a second
//! thread appends the collected batch to the log with one sync for all rooms, and only then are answers given and
//! readers told. While one batch is being synced the next one is decided.
//!
//! Invariant: **only what is durable is published.** An answer, even "nothing new", is given after everything decided
//! before it has reached the disk.
//!
//! Invariant: a room whose append failed is dropped and rebuilt from the log; whatever was decided on the lost state
//! is answered with a fault, never half done.
//!
//! It does not know HTTP, SQL, vendors, or what any event means beyond the few reports that are its own business: time,
//! restarts, and the reveal of a draw's seed.

mod clock;
mod deadlines;
mod feed;
mod host;
mod mail;
mod recover;
mod writer;
mod written;

pub use clock::{Clock, SteadyClock};
pub use feed::{Batch, Feed, FeedEnd};
pub use mail::{Asked, Done, Refused};
pub use recover::{Rebuilt, rebuild};
pub use written::{BATCH_BOUNDS, Written};

use linger_log::{Log, Position};
use linger_protocol::{Entry, IntentId, Report, Request, RoomId};
use linger_room::Room;
use mail::{Mail, Work};
use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock, mpsc::SyncSender, mpsc::TrySendError},
    thread::JoinHandle,
};
use tokio::sync::oneshot;

/// Bounds of the engine.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Messages that may wait; one more is answered [`Refused::Busy`].
    pub mailbox_max: usize,
    /// Messages decided into one batch.
    pub batch_max: usize,
    /// Rooms of this process.
    pub rooms_max: usize,
    /// Batches a slow reader may lag before it reads from the log instead.
    pub feed_batches: usize,
}

impl Default for EngineConfig {
    fn default() -> EngineConfig {
        EngineConfig { mailbox_max: 65_536, batch_max: 8_192, rooms_max: 10_000, feed_batches: 1_024 }
    }
}

/// What the engine needs from the house to keep a draw's promise: nobody but the house can open a sealed seed.
pub trait Seeds: Send + Sync + 'static {
    /// The seed that was sealed when the draw was opened; `None` when it cannot be opened.
    fn unseal(&self, sealed: &[u8]) -> Option<[u8; 32]>;
}

/// Could not start, or could not reach the log.
#[derive(Debug, thiserror::Error)]
#[error("{doing}: {why}")]
pub struct EngineFault {
    /// What was being done.
    pub doing: &'static str,
    /// What went wrong.
    pub why: String,
}

/// What was found when the engine started.
#[derive(Clone, Debug, Default)]
pub struct Recovery {
    /// Rooms rebuilt.
    pub rooms: usize,
    /// Entries replayed.
    pub entries: u64,
    /// Rooms whose log could not be replayed, with the reason; they stay closed and the others run.
    pub damaged: Vec<(RoomId, String)>,
}

/// The running engine; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    mail: SyncSender<Mail>,
    log: Arc<dyn Log>,
    clock: Arc<dyn Clock>,
    feeds: RwLock<BTreeMap<RoomId, tokio::sync::broadcast::Sender<Arc<Batch>>>>,
    feed_batches: usize,
    threads: RwLock<Vec<JoinHandle<()>>>,
    written: Written,
}

impl Engine {
    /// Rebuilds every room from the log and begins to work.
    pub fn start(
        log: Arc<dyn Log>,
        clock: Arc<dyn Clock>,
        seeds: Arc<dyn Seeds>,
        config: EngineConfig,
    ) -> Result<(Engine, Recovery), EngineFault> {
        let (sender, receiver) = std::sync::mpsc::sync_channel(config.mailbox_max);
        let shared = Arc::new(Shared {
            mail: sender,
            log: log.clone(),
            clock: clock.clone(),
            feeds: RwLock::default(),
            feed_batches: config.feed_batches,
            threads: RwLock::default(),
            written: Written::default(),
        });
        let (host, recovery) = host::Host::recover(log.clone(), clock, seeds, &config)?;
        let (batches, writer) = writer::start(log, Arc::downgrade(&shared))?;
        let host = std::thread::Builder::new()
            .name("rooms".to_owned())
            .spawn(move || host.run(&receiver, &batches))
            .map_err(|error| EngineFault { doing: "starting the rooms' thread", why: error.to_string() })?;
        shared.threads.write().unwrap_or_else(|it| it.into_inner()).extend([host, writer]);
        Ok((Engine { shared }, recovery))
    }

    /// Asks a room for a change. The answer comes when it is durable.
    pub async fn ask(
        &self,
        room: &RoomId,
        request: Request,
        intent: Option<IntentId>,
    ) -> Result<Done, Refused> {
        let (reply, answer) = oneshot::channel();
        self.post(Mail::Work {
            room: room.clone(),
            work: Work::Ask(Box::new(request), intent),
            reply: Some(reply),
        })?;
        answer.await.unwrap_or(Err(Refused::Stopping))
    }

    /// Asks a room for changes that came together from one gateway. Each is decided by itself, in this order, and none
    /// depends on what becomes of another; the answers, in the same order, come when all are durable.
    ///
    /// # Errors
    /// Nothing was done: too much is waiting, or the engine stops.
    pub async fn ask_many(
        &self,
        room: &RoomId,
        gateway: u64,
        asks: Vec<Request>,
    ) -> Result<Vec<Asked>, Refused> {
        if asks.is_empty() {
            return Ok(vec![]);
        }
        let (reply, answers) = oneshot::channel();
        self.post(Mail::Many { room: room.clone(), gateway, asks, reply })?;
        answers.await.map_err(|_| Refused::Stopping)
    }

    /// How many entries went to the disk together so far.
    pub fn written(&self) -> &Written {
        &self.shared.written
    }

    /// Tells a room what happened. The answer comes when it is durable.
    pub async fn report(&self, room: &RoomId, report: Report) -> Result<Done, Refused> {
        let (reply, answer) = oneshot::channel();
        self.post(Mail::Work { room: room.clone(), work: Work::Note(Box::new(report)), reply: Some(reply) })?;
        answer.await.unwrap_or(Err(Refused::Stopping))
    }

    /// Looks at a room as it stands; the answer comes when all it may show is durable. `None` when there is no such
    /// room.
    pub async fn look<T: Send + 'static>(
        &self,
        room: &RoomId,
        look: impl FnOnce(&Room) -> T + Send + 'static,
    ) -> Result<Option<T>, Refused> {
        let (reply, answer) = oneshot::channel();
        let (seen, sight) = oneshot::channel();
        let look = Box::new(move |room: &Room| {
            let _ = seen.send(look(room));
        });
        self.post(Mail::Work { room: room.clone(), work: Work::Look(look), reply: Some(reply) })?;
        match answer.await.unwrap_or(Err(Refused::Stopping)) {
            Ok(_) => Ok(sight.await.ok()),
            Err(Refused::Refusal(_)) => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    /// Reads a room's entries from a position on, first what is in the log, then as they become durable.
    pub fn feed(&self, room: &RoomId, from: Position) -> Feed {
        let live = self.shared.feed_of(room).subscribe();
        Feed::new(self.shared.log.clone(), room.clone(), from, live)
    }

    /// A page of a room's durable entries from a position on.
    pub async fn read(
        &self,
        room: &RoomId,
        from: Position,
        entries_max: usize,
    ) -> Result<Vec<Entry>, FeedEnd> {
        feed::read_page(self.shared.log.clone(), room.clone(), from, entries_max).await
    }

    /// Where a room's log stands; `None` when there is no such room.
    pub fn tail(&self, room: &RoomId) -> Option<Position> {
        self.shared.log.tail(&recover::stream_of(room))
    }

    /// Every room there is.
    pub fn rooms(&self) -> Vec<RoomId> {
        self.shared.log.streams().iter().filter_map(|name| RoomId::new(name.as_str()).ok()).collect()
    }

    /// The time as the rooms see it.
    pub fn now(&self) -> linger_protocol::Millis {
        self.shared.clock.now()
    }

    /// Finishes what has been accepted and ends both threads.
    pub async fn stop(&self) {
        let (reply, answer) = oneshot::channel();
        // The mailbox may be full at this moment; the stop must not be lost, so it waits on a thread of its own.
        let mail = self.shared.mail.clone();
        let sent = tokio::task::spawn_blocking(move || mail.send(Mail::Stop(reply))).await;
        if matches!(sent, Ok(Ok(()))) {
            let _ = answer.await;
        }
        let threads = std::mem::take(&mut *self.shared.threads.write().unwrap_or_else(|it| it.into_inner()));
        let _ = tokio::task::spawn_blocking(move || threads.into_iter().map(JoinHandle::join).count()).await;
    }

    fn post(&self, mail: Mail) -> Result<(), Refused> {
        self.shared.mail.try_send(mail).map_err(|error| match error {
            TrySendError::Full(_) => Refused::Busy { retry_ms: 250 },
            TrySendError::Disconnected(_) => Refused::Stopping,
        })
    }
}

impl Shared {
    pub(crate) fn feed_of(&self, room: &RoomId) -> tokio::sync::broadcast::Sender<Arc<Batch>> {
        let found = self.feeds.read().unwrap_or_else(|it| it.into_inner()).get(room).cloned();
        found.unwrap_or_else(|| {
            let mut feeds = self.feeds.write().unwrap_or_else(|it| it.into_inner());
            feeds
                .entry(room.clone())
                .or_insert_with(|| tokio::sync::broadcast::channel(self.feed_batches).0)
                .clone()
        })
    }

    pub(crate) fn publish(&self, room: &RoomId, batch: Arc<Batch>) {
        let feed = self.feeds.read().unwrap_or_else(|it| it.into_inner()).get(room).cloned();
        if let Some(feed) = feed {
            // Nobody listening is no fault: the log has it.
            let _ = feed.send(batch);
        }
    }
}
