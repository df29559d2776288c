//! The thread that owns the rooms: takes mail, lets rooms decide, hands what was decided to the writer. It does not
//! know when that is durable; answers wait in the batch.

use crate::{
    Clock, EngineConfig, EngineFault, Recovery, Seeds,
    deadlines::Deadlines,
    mail::{Asked, Done, Mail, Refused, Reply, ReplyToMany, Work},
    recover::{Rebuilt, rebuild},
    writer::{Answering, Batches, Decided, RoomAppend, Waiting},
};
use linger_log::{Log, Position};
use linger_protocol::{
    Act, ActivityEvent, ActivityId, Cause, DrawId, Entry, Event, ItemId, Millis, Refusal, Report, Request,
    RoomId, SaleEvent,
};
use linger_room::Room;
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

/// How long a room that could not be rebuilt rests before it is tried again, ms.
const REBUILD_AFTER_MS: u64 = 1_000;
/// Bytes of records after which a batch is closed.
const BATCH_BYTES: usize = 4 << 20;
/// When to ask again for what stood behind an ask that broke the room, ms.
const BROKEN_RETRY_MS: u64 = 250;
/// How long the thread sleeps when nothing is due, ms.
const IDLE_MS: u64 = 200;

pub(crate) struct Host {
    log: Arc<dyn Log>,
    clock: Arc<dyn Clock>,
    seeds: Arc<dyn Seeds>,
    rooms: HashMap<RoomId, Slot>,
    deadlines: Deadlines,
    batch_max: usize,
    rooms_max: usize,
    /// Counts every state ever held in memory, so that none is taken for a later one.
    generations: u64,
    decided: Decided,
    decided_bytes: usize,
    /// Where in `decided.appends` a room's append stands.
    append_of: HashMap<RoomId, usize>,
}

struct Slot {
    generation: u64,
    state: State,
}

enum State {
    Up { room: Box<Room>, position: Position, is_new: bool },
    Down { retry_at: Millis },
}

impl Host {
    pub(crate) fn recover(
        log: Arc<dyn Log>,
        clock: Arc<dyn Clock>,
        seeds: Arc<dyn Seeds>,
        config: &EngineConfig,
    ) -> Result<(Host, Recovery), EngineFault> {
        let mut host = Host {
            log: log.clone(),
            clock,
            seeds,
            rooms: HashMap::new(),
            deadlines: Deadlines::default(),
            batch_max: config.batch_max,
            rooms_max: config.rooms_max,
            generations: 0,
            decided: Decided::default(),
            decided_bytes: 0,
            append_of: HashMap::new(),
        };
        let mut recovery = Recovery::default();
        for stream in log.streams() {
            let room = RoomId::new(stream.as_str()).map_err(|error| EngineFault {
                doing: "reading the list of rooms",
                why: error.to_string(),
            })?;
            match rebuild(log.as_ref(), &room) {
                Ok(rebuilt) => {
                    recovery.rooms += 1;
                    recovery.entries += rebuilt.position.offset;
                    host.restarted(room, rebuilt);
                }
                Err(why) => {
                    tracing::error!(%room, why, "this room's log cannot be replayed; the room stays closed");
                    host.put(&room, State::Down { retry_at: Millis(i64::MAX) });
                    recovery.damaged.push((room, why));
                }
            }
        }
        Ok((host, recovery))
    }

    /// Takes in a room whose process before is gone: nobody is connected any more.
    fn restarted(&mut self, room: RoomId, rebuilt: Rebuilt) {
        let last_seen = rebuilt.last_at;
        self.clock.reach(last_seen);
        let state = State::Up { room: Box::new(rebuilt.room), position: rebuilt.position, is_new: false };
        self.put(&room, state);
        self.work(&room, Work::Note(Box::new(Report::Restarted { last_seen })), None);
        self.reveal(&room);
    }

    pub(crate) fn run(mut self, mail: &Receiver<Mail>, batches: &Batches) {
        self.flush(batches);
        loop {
            let stop = match mail.recv_timeout(self.patience()) {
                Ok(first) => self.take(first, mail, batches),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let now = self.clock.now();
            for room in self.deadlines.take_due(now) {
                self.work(&room, Work::Note(Box::new(Report::TimePassed)), None);
            }
            self.flush(batches);
            self.rebuild_failed(batches);
            if let Some(reply) = stop {
                batches.settle();
                let _ = reply.send(());
                return;
            }
        }
    }

    fn patience(&self) -> Duration {
        let now = self.clock.now();
        let wait_ms = self.deadlines.next().map_or(IDLE_MS, |at| at.since(now).min(IDLE_MS));
        Duration::from_millis(wait_ms)
    }

    /// Works off the mailbox until it is empty or the batch is full.
    fn take(
        &mut self,
        first: Mail,
        mail: &Receiver<Mail>,
        batches: &Batches,
    ) -> Option<tokio::sync::oneshot::Sender<()>> {
        let mut next = Some(first);
        let mut taken = 0;
        while let Some(one) = next {
            match one {
                Mail::Stop(reply) => return Some(reply),
                Mail::Work { room, work, reply } => {
                    if !self.work(&room, work, reply) {
                        self.start_over(&room, batches);
                    }
                }
                Mail::Many { room, gateway, asks, reply } => {
                    taken += asks.len().saturating_sub(1);
                    if !self.work_many(&room, gateway, asks, reply) {
                        self.start_over(&room, batches);
                    }
                }
            }
            taken += 1;
            let full = taken >= self.batch_max || self.decided_bytes >= BATCH_BYTES;
            next = if full { None } else { mail.try_recv().ok() };
        }
        None
    }

    /// Lets a room decide. False when the room came upon a bug in itself and has to be rebuilt.
    fn work(&mut self, room: &RoomId, work: Work, reply: Option<Reply>) -> bool {
        match self.decide(room, work, reply.is_some()) {
            Decision::Settles(generation, outcome) => {
                if let Some(reply) = reply {
                    let answer = Answering::One(reply, outcome);
                    self.decided.waiting.push(Waiting { room: room.clone(), generation, answer });
                }
                true
            }
            Decision::Refused(refused) => {
                answer(reply, Err(refused));
                true
            }
            Decision::Broke => {
                answer(reply, Err(Refused::Quarantined));
                false
            }
        }
    }

    /// Lets a room decide one ask after the other. False when it came upon a bug in itself: what is behind that ask is not
    /// tried, and may be asked again.
    fn work_many(&mut self, room: &RoomId, gateway: u64, asks: Vec<Request>, reply: ReplyToMany) -> bool {
        let mut answers = Vec::with_capacity(asks.len());
        let (mut last, mut sound) = (0, true);
        for ask in asks {
            if !sound {
                answers.push(Err(Refused::Busy { retry_ms: BROKEN_RETRY_MS }));
                continue;
            }
            match self.decide(room, Work::Through(Box::new(ask), gateway), true) {
                Decision::Settles(generation, outcome) => {
                    last = generation;
                    answers.push(outcome);
                }
                Decision::Refused(refused) => answers.push(Err(refused)),
                Decision::Broke => {
                    sound = false;
                    answers.push(Err(Refused::Quarantined));
                }
            }
        }
        let answer = Answering::Many(reply, answers);
        self.decided.waiting.push(Waiting { room: room.clone(), generation: last, answer });
        sound
    }

    /// Lets a room decide, and collects what it decided. `wanted` says whether anybody waits for what came of it.
    fn decide(&mut self, room: &RoomId, work: Work, wanted: bool) -> Decision {
        let now = self.clock.now();
        if let Err(refused) = self.wake(room, &work, now) {
            return Decision::Refused(refused);
        }
        let Some(Slot { generation, state: State::Up { room: state, position, is_new } }) =
            self.rooms.get_mut(room)
        else {
            return Decision::Refused(Refused::Stopping);
        };
        let generation = *generation;
        let cause = match &work {
            Work::Ask(request, intent) => Cause::Asked { by: request.by, intent: *intent },
            Work::Through(request, gateway) => Cause::Through { by: request.by, gateway: *gateway },
            Work::Note(_) | Work::Look(_) => Cause::Reported,
        };
        // A panic is a bug of the room. Its half-changed state is thrown away, so nothing unsound is seen afterwards.
        let outcome = catch_unwind(AssertUnwindSafe(|| decide_and_apply(state, now, work)));
        let events = match outcome {
            Ok(Ok(events)) => events,
            Ok(Err(refusal)) => {
                if position.offset == 0 {
                    self.rooms.remove(room);
                }
                // A refusal may rest on what is not durable yet, so it waits like any other answer.
                return Decision::Settles(generation, Err(Refused::Refusal(refusal)));
            }
            Err(_) => {
                tracing::error!(%room, "a bug in the room's decision; it is rebuilt from its log");
                return Decision::Broke;
            }
        };
        let frozen = events.iter().any(freezes);
        let entries: Vec<Entry> = events.into_iter().map(|event| Entry { at: now, cause, event }).collect();
        let (from, was_new) = (*position, *is_new);
        position.offset += entries.len() as u64;
        let position = *position;
        let kept: Arc<[Entry]> = if wanted { entries.as_slice().into() } else { Arc::default() };
        if !entries.is_empty() {
            *is_new = false;
            self.deadlines.set(room, state.wakes_at());
            self.collect(room, (generation, was_new, from), entries);
        }
        if frozen {
            self.reveal(room);
        }
        Decision::Settles(generation, Ok(Done { position, entries: kept }))
    }

    /// Makes sure that the room is there: makes it when it is to be opened, rebuilds it when it is down.
    fn wake(&mut self, room: &RoomId, work: &Work, now: Millis) -> Result<(), Refused> {
        let opening = matches!(work, Work::Ask(request, _) if matches!(request.act, Act::OpenRoom { .. }));
        match self.rooms.get(room) {
            Some(Slot { state: State::Up { .. }, .. }) => Ok(()),
            Some(Slot { state: State::Down { retry_at }, .. }) if *retry_at > now => {
                Err(Refused::NotKept { doing: "reading the room's log".to_owned() })
            }
            Some(_) => {
                self.rebuild_now(room);
                match self.rooms.get(room) {
                    Some(Slot { state: State::Up { .. }, .. }) => Ok(()),
                    _ => Err(Refused::NotKept { doing: "reading the room's log".to_owned() }),
                }
            }
            None if !opening => Err(Refused::Refusal(Refusal::NoSuchRoom)),
            None if self.rooms.len() >= self.rooms_max => Err(Refused::Refusal(Refusal::RoomFull)),
            None => {
                // The epoch names this history: rooms made in different seconds never share one.
                let epoch = u32::try_from(now.0 / 1_000).unwrap_or(u32::MAX);
                let position = Position { epoch, offset: 0 };
                let state = State::Up { room: Box::default(), position, is_new: true };
                self.put(room, state);
                Ok(())
            }
        }
    }

    /// Puts entries into the batch: with what a room's append needs to be known by, when these are its first.
    fn collect(
        &mut self,
        room: &RoomId,
        (generation, is_new, from): (u64, bool, Position),
        entries: Vec<Entry>,
    ) {
        let index = match self.append_of.get(room) {
            Some(index) => *index,
            None => {
                let index = self.decided.appends.len();
                self.append_of.insert(room.clone(), index);
                let (room, records, entries) = (room.clone(), vec![], vec![]);
                self.decided.appends.push(RoomAppend { room, generation, is_new, from, records, entries });
                index
            }
        };
        let append = &mut self.decided.appends[index];
        for entry in &entries {
            let record = entry.to_bytes();
            self.decided_bytes += record.len();
            append.records.push(record.into());
        }
        append.entries.extend(entries);
    }

    /// A frozen list is drawn at once. The freeze and the reveal become durable together, and nobody sees either before.
    fn reveal(&mut self, room: &RoomId) {
        let Some(Slot { state: State::Up { room: state, .. }, .. }) = self.rooms.get(room) else { return };
        let draws =
            state.awaiting_seed().into_iter().map(|(draw, sealed)| (Awaiting::Draw(draw), sealed.to_vec()));
        let activities = state.activities_awaiting_seed().into_iter();
        let activities = activities.map(|(activity, sealed)| (Awaiting::Activity(activity), sealed.to_vec()));
        let lists = state.lists_awaiting_seed().into_iter();
        let lists = lists.map(|(item, sealed)| (Awaiting::List(item), sealed.to_vec()));
        let awaiting: Vec<_> = draws.chain(activities).chain(lists).collect();
        for (what, sealed) in awaiting {
            match self.seeds.unseal(&sealed) {
                Some(seed) => {
                    let report = match what {
                        Awaiting::Draw(draw) => Report::SeedRevealed { draw, seed },
                        Awaiting::Activity(activity) => Report::ActivitySeedRevealed { activity, seed },
                        Awaiting::List(item) => Report::ListSeedRevealed { item, seed },
                    };
                    self.work(room, Work::Note(Box::new(report)), None);
                }
                None => {
                    tracing::error!(%room, ?what, "this seed cannot be opened with this house's key")
                }
            }
        }
    }

    /// After a bug: everything decided so far becomes durable, and the room is what its log says.
    fn start_over(&mut self, room: &RoomId, batches: &Batches) {
        self.flush(batches);
        batches.settle();
        self.rebuild_now(room);
    }

    fn flush(&mut self, batches: &Batches) {
        if self.decided.appends.is_empty() && self.decided.waiting.is_empty() {
            return;
        }
        self.append_of.clear();
        self.decided_bytes = 0;
        // The writer's thread ends only after this one.
        let _ = batches.sender.send(std::mem::take(&mut self.decided));
    }

    fn rebuild_failed(&mut self, batches: &Batches) {
        let mut failed = batches.failures.take();
        if failed.is_empty() {
            return;
        }
        batches.settle();
        failed.extend(batches.failures.take());
        failed.retain(|(room, generation)| {
            self.rooms.get(room).is_some_and(|slot| slot.generation <= *generation)
        });
        failed.dedup_by(|a, b| a.0 == b.0);
        for (room, _) in failed {
            self.rebuild_now(&room);
        }
    }

    /// Replaces a room's state by what its log says. Everything sent to the writer must be settled.
    fn rebuild_now(&mut self, room: &RoomId) {
        if self.log.tail(&crate::recover::stream_of(room)).is_none() {
            // It was never made: the append that should have made it failed.
            self.rooms.remove(room);
            self.deadlines.set(room, None);
            return;
        }
        let state = match rebuild(self.log.as_ref(), room) {
            Ok(Rebuilt { room: state, position, .. }) => {
                self.deadlines.set(room, state.wakes_at());
                State::Up { room: Box::new(state), position, is_new: false }
            }
            Err(why) => {
                tracing::error!(%room, why, "this room's log cannot be replayed");
                self.deadlines.set(room, None);
                State::Down { retry_at: self.clock.now().plus(REBUILD_AFTER_MS) }
            }
        };
        self.put(room, state);
    }

    fn put(&mut self, room: &RoomId, state: State) {
        self.generations += 1;
        self.rooms.insert(room.clone(), Slot { generation: self.generations, state });
    }
}

/// What a room made of some work.
enum Decision {
    /// This is answered when everything decided up to here is durable, unless that generation is lost before.
    Settles(u64, Asked),
    /// The room could not be asked.
    Refused(Refused),
    /// The room came upon a bug in itself.
    Broke,
}

/// Whether a list is drawn from after this.
fn freezes(event: &Event) -> bool {
    matches!(
        event,
        Event::DrawFrozen { .. }
            | Event::Activity(ActivityEvent::Frozen { .. })
            | Event::Sale(SaleEvent::ListFrozen { .. })
    )
}

/// What is frozen and waits for its seed.
#[derive(Debug)]
enum Awaiting {
    Draw(DrawId),
    Activity(ActivityId),
    List(ItemId),
}

fn decide_and_apply(room: &mut Room, now: Millis, work: Work) -> Result<Vec<Event>, Refusal> {
    let events = match work {
        Work::Ask(request, _) | Work::Through(request, _) => room.decide(now, &request)?,
        Work::Note(report) => room.note(now, &report),
        Work::Look(look) => {
            look(room);
            vec![]
        }
    };
    events.iter().for_each(|event| room.apply(event));
    Ok(events)
}

fn answer(reply: Option<Reply>, answer: Result<Done, Refused>) {
    if let Some(reply) = reply {
        // Whoever asked may have gone.
        let _ = reply.send(answer);
    }
}
