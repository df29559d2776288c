//! Fan-out of one room: its events, encoded once a frame, in a ring that every socket reads at its own pace.
//!
//! There is no queue per connection: a socket remembers the number of the next frame it wants. One that falls off the
//! ring is sent away and comes back to a position of the log, so a slow reader costs the room nothing and loses
//! nothing. How much there is to read is bounded: talk is thinned before it comes into a frame, the same for everybody.
//!
//! It does not know sockets.

mod activity;
mod attention;
mod care;
mod club;
mod comments;
pub(crate) mod fold;
pub(crate) mod forms;
mod lane;
mod layer;
mod opening;
mod orders;
mod pace;
mod rundown;
pub(crate) mod sale;
mod seat;
mod talk;
mod thinning;

pub(crate) use activity::about;
pub use fold::sealed_form;
pub(crate) use forms::{hex, intent_wire, role_name};

use crate::{
    house::{House, RoomDesk},
    links::Links,
    wire::{RoleName, RoomCard, RoomView, ToClient, WireEvent},
};
use axum::extract::ws::Utf8Bytes;
use fold::{Fold, Plain};
use layer::{Layers, Orders};
use linger_engine::Batch;
use linger_log::Position;
use linger_protocol::{ActivityId, Item, Millis, OrderId, PersonId, RoomId};
use opening::{Opening, open, open_all};
use pace::{Bells, unhurried_every};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, OnceLock, RwLock},
    time::{Duration, Instant},
};
use thinning::Thinning;
use tokio::sync::watch;

/// Frames kept: ten seconds at fifty frames a second.
const RING_FRAMES: usize = 512;
/// Entries that are replayed to a client that comes back; one that missed more starts anew from the view.
const REPLAY_ENTRIES_MAX: u64 = 5_000;
/// Comments of which it is remembered who was shown them: as many as can be replayed, and those made meanwhile.
const DECIDED_KEPT: usize = 4 * REPLAY_ENTRIES_MAX as usize;
/// How long somebody waits for the screens to know what the log knows.
const REACH_MAX: Duration = Duration::from_secs(1);
/// Entries of one frame.
const FRAME_ENTRIES_MAX: usize = 4_096;

/// One frame for everybody in the room.
pub(crate) struct Frame {
    pub to: Position,
    pub public: Utf8Bytes,
    pub staff: Option<Utf8Bytes>,
    pub operators: Option<Utf8Bytes>,
    pub private: HashMap<PersonId, Utf8Bytes>,
    orders: Orders,
    /// The orders for staff, made for the first of them who reads the frame.
    orders_told: OnceLock<Option<Utf8Bytes>>,
    /// Public events in it, for the delivery count.
    pub events: u64,
}

impl Frame {
    /// What this frame says of orders, as they stand now: to staff of all, to a viewer of their own.
    pub(crate) fn orders_for(&self, hub: &Hub, person: PersonId, is_staff: bool) -> Option<Utf8Bytes> {
        if is_staff {
            return self.orders_told.get_or_init(|| hub.tell_orders(self.orders.all())).clone();
        }
        hub.tell_orders(self.orders.of(person))
    }
}

/// The fan-out of one room.
pub(crate) struct Hub {
    room: RoomId,
    inner: RwLock<Ring>,
    newest: watch::Sender<u64>,
    bells: Bells,
    /// Whether everything that stood in the log at the start is folded.
    caught_up: watch::Sender<bool>,
    links: Arc<Links>,
}

struct Ring {
    fold: Fold,
    position: Position,
    frames: VecDeque<Arc<Frame>>,
    /// The number of the frame after the newest one.
    next: u64,
    /// How often somebody was erased: what was opened before is opened again.
    erasures: u64,
    closed: bool,
}

/// Entries with the texts among them, opened.
type Opened = (Arc<Batch>, Vec<Option<Plain>>);

/// Somebody was erased after these texts had been opened.
struct OpenAgain;

/// What a newcomer starts from.
pub(crate) struct Start {
    pub position: Position,
    pub next: u64,
    pub view: RoomView,
}

/// What a socket finds when it looks for frames.
pub(crate) enum Found {
    Frames(Vec<Arc<Frame>>),
    /// It is too far behind.
    FellOff,
    Closed,
}

impl Hub {
    /// Shows so many comments of the talk a second to everybody; all when it is zero.
    pub(crate) fn new(room: RoomId, start: Position, links: Arc<Links>, talk_per_s: u32) -> Hub {
        let ring = Ring {
            fold: Fold::new(Thinning::new(talk_per_s, DECIDED_KEPT)),
            position: start,
            frames: VecDeque::new(),
            next: 0,
            erasures: 0,
            closed: false,
        };
        Hub {
            room,
            inner: RwLock::new(ring),
            newest: watch::Sender::new(0),
            bells: Bells::new(),
            caught_up: watch::Sender::new(false),
            links,
        }
    }

    fn ring(&self) -> std::sync::RwLockReadGuard<'_, Ring> {
        self.inner.read().unwrap_or_else(|it| it.into_inner())
    }

    fn ring_mut(&self) -> std::sync::RwLockWriteGuard<'_, Ring> {
        self.inner.write().unwrap_or_else(|it| it.into_inner())
    }

    /// Hears of new frames, for one socket.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.bells.hear()
    }

    /// Waits until the room is known up to where its log stood at the start: before, a view would be an old one.
    pub(crate) async fn caught_up(&self) {
        // The sender lives as long as the hub.
        let _ = self.caught_up.subscribe().wait_for(|caught_up| *caught_up).await;
    }

    /// Whether [`Hub::caught_up`] would answer at once.
    pub(crate) fn is_caught_up(&self) -> bool {
        *self.caught_up.borrow()
    }

    /// Waits until what stands up to this position of the log is folded; gives up after a second, in which it should have
    /// been many times over.
    pub(crate) async fn reach(&self, position: Position) {
        let mut newest = self.newest.subscribe();
        let reached = async {
            // The sender lives as long as the hub.
            while self.head().0 < position && newest.changed().await.is_ok() {}
        };
        let _ = tokio::time::timeout(REACH_MAX, reached).await;
    }

    /// Sockets that follow the room.
    pub(crate) fn sockets(&self) -> usize {
        self.bells.sockets()
    }

    /// The room as a person sees it, and where to go on from.
    pub(crate) fn start(&self, person: Option<PersonId>, role: RoleName) -> Start {
        let ring = self.ring();
        let mut view = ring.fold.view(&self.room, person, role);
        if let (Some(person), Some(mine), RoleName::Viewer) = (person, &mut view.mine.club, role) {
            mine.code = Some(self.links.code(&self.room, person));
        }
        Start { position: ring.position, next: ring.next, view }
    }

    pub(crate) fn view(&self, person: Option<PersonId>, role: RoleName) -> RoomView {
        self.start(person, role).view
    }

    /// Whether there is a picture, whether there is a fan club, and the sprint of likes that runs.
    pub(crate) fn club(&self) -> (bool, bool, Option<u32>) {
        let ring = self.ring();
        (ring.fold.live_since.is_some(), ring.fold.club.is_set(), ring.fold.club.running())
    }

    pub(crate) fn card(&self) -> RoomCard {
        self.ring().fold.card(&self.room)
    }

    pub(crate) fn order(&self, order: OrderId) -> Option<crate::wire::OrderWire> {
        self.ring().fold.order_wire(order)
    }

    /// The items of an order as they stood on the shelf when it was placed.
    pub(crate) fn listed(&self, order: OrderId) -> Vec<Arc<Item>> {
        self.ring().fold.listed(order)
    }

    /// The message that tells of these orders; none when there is nothing to tell.
    fn tell_orders(&self, orders: &[OrderId]) -> Option<Utf8Bytes> {
        if orders.is_empty() {
            return None;
        }
        let ring = self.ring();
        let told = orders.iter().filter_map(|order| ring.fold.order_wire(*order));
        let events: Vec<WireEvent> = told.map(|order| WireEvent::Order { order }).collect();
        drop(ring);
        (!events.is_empty()).then(|| text(&ToClient::Yours { events }))
    }

    /// The last orders of a person, the newest first.
    pub(crate) fn orders_of(&self, person: PersonId) -> Vec<crate::wire::OrderWire> {
        self.ring().fold.orders_of(person)
    }

    /// How long somebody has watched since they joined an activity, ms.
    pub(crate) fn watched_ms(&self, activity: ActivityId, person: PersonId, now: Millis) -> u64 {
        self.ring().fold.activities.watched_ms(activity, person, now)
    }

    /// The open PKs against other rooms.
    pub(crate) fn rivals(&self) -> Vec<(ActivityId, RoomId)> {
        self.ring().fold.activities.rivals()
    }

    /// This room's own points in its last PK against another room.
    pub(crate) fn points_against(&self, rival: &RoomId) -> Option<u64> {
        self.ring().fold.activities.points_against(rival)
    }

    /// Whether somebody takes part in an activity.
    pub(crate) fn plays(&self, activity: ActivityId, person: PersonId) -> bool {
        self.ring().fold.activities.mine_of(activity, person).is_some()
    }

    /// Somebody's level in the fan club; zero for none.
    pub(crate) fn level(&self, person: PersonId) -> u8 {
        self.ring().fold.club.level(person)
    }

    /// The picture in a comment of late.
    pub(crate) fn picture_of(&self, comment: u64) -> Option<linger_protocol::ImageId> {
        self.ring().fold.talk.picture_of(comment)
    }

    /// Where everything that is known here ends, and the number of the frame after it.
    pub(crate) fn head(&self) -> (Position, u64) {
        let ring = self.ring();
        (ring.position, ring.next)
    }

    /// The frame that follows directly upon `from`, if a frame border is there.
    pub(crate) fn frame_after(&self, from: Position) -> Option<u64> {
        let ring = self.ring();
        if from == ring.position {
            return Some(ring.next);
        }
        let first = ring.next - ring.frames.len() as u64;
        let at = ring.frames.iter().position(|frame| frame.to == from)?;
        Some(first + at as u64 + 1)
    }

    /// The frames from number `next` on.
    pub(crate) fn frames(&self, next: u64) -> Found {
        let ring = self.ring();
        let first = ring.next - ring.frames.len() as u64;
        if next < first {
            return Found::FellOff;
        }
        if next >= ring.next && ring.closed {
            return Found::Closed;
        }
        let skip = usize::try_from(next - first).unwrap_or(usize::MAX);
        Found::Frames(ring.frames.iter().skip(skip).cloned().collect())
    }

    /// Ends the fan-out: sockets are told to come back later.
    pub(crate) fn close(&self) {
        self.ring_mut().closed = true;
        self.bells.alarm();
    }

    /// Blanks what a person wrote, after the key to it was destroyed. The frames that may hold it go: who has not read
    /// them yet is sent back to the log, which no longer opens it.
    pub(crate) fn erase(&self, person: PersonId) {
        let mut ring = self.ring_mut();
        ring.fold.erase(person);
        ring.frames.clear();
        ring.erasures += 1;
    }

    fn erasures(&self) -> u64 {
        self.ring().erasures
    }

    /// The frame that a client that stood at `from` missed, up to where a ring frame follows; `None` when it missed
    /// too much, or stood in another history. Says also the number of the frame that follows.
    pub(crate) async fn replay(&self, house: &House, from: Position) -> Option<(Option<Frame>, u64)> {
        if let Some(next) = self.frame_after(from) {
            return Some((None, next));
        }
        let (head, next) = self.head();
        if from.epoch != head.epoch
            || from.offset > head.offset
            || head.offset - from.offset > REPLAY_ENTRIES_MAX
        {
            return None;
        }
        let mut entries = Vec::new();
        let mut at = from;
        while at.offset < head.offset {
            let wanted = usize::try_from(head.offset - at.offset).unwrap_or(usize::MAX);
            let page = house.engine.read(&self.room, at, wanted).await.ok()?;
            if page.is_empty() {
                return None;
            }
            at.offset += page.len() as u64;
            entries.extend(page);
        }
        let plain = open_all(house, &self.room, &entries).await;
        let ring = self.ring();
        let mut layers = Layers::default();
        for (entry, plain) in entries.iter().zip(&plain) {
            layers.add(&ring.fold, entry, plain.as_ref());
        }
        layers.finish(&ring.fold);
        Some((Some(encode(layers, at, house.now().0)), next))
    }

    /// As [`Hub::push`], without a frame.
    fn take_quietly(&self, batch: &Batch, plain: &[Option<Plain>], erasures: u64) -> Result<(), OpenAgain> {
        let mut ring = self.ring_mut();
        if ring.erasures != erasures {
            return Err(OpenAgain);
        }
        for (index, entry) in batch.entries.iter().enumerate() {
            ring.fold.take(entry, plain.get(index).and_then(Option::as_ref));
        }
        ring.position = batch.to();
        drop(ring);
        // No frame, but whoever waits for this position may go on.
        self.newest.send_modify(|_| {});
        Ok(())
    }

    /// Makes one frame of what was opened when `erasures` had happened. When there was one more since, nothing is done:
    /// the texts have to be opened again, as some may be gone. `rouse` says whether everybody is told at once, or one part
    /// of the sockets after the other.
    fn push(&self, gathered: &[Opened], erasures: u64, now_ms: i64, rouse: Rouse) -> Result<(), OpenAgain> {
        let Some((last, _)) = gathered.last() else { return Ok(()) };
        let mut layers = Layers::default();
        let to = last.to();
        let mut ring = self.ring_mut();
        if ring.erasures != erasures {
            return Err(OpenAgain);
        }
        for (batch, plain) in gathered {
            for (entry, plain) in batch.entries.iter().zip(plain) {
                ring.fold.take(entry, plain.as_ref());
                layers.add(&ring.fold, entry, plain.as_ref());
            }
        }
        layers.finish(&ring.fold);
        ring.position = to;
        ring.frames.push_back(Arc::new(encode(layers, to, now_ms)));
        if ring.frames.len() > RING_FRAMES {
            ring.frames.pop_front();
        }
        ring.next += 1;
        let newest = ring.next;
        drop(ring);
        if rouse == Rouse::All {
            self.bells.ring_all(newest);
        }
        self.newest.send_replace(newest);
        Ok(())
    }
}

/// Who is told of a frame at once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rouse {
    All,
    InTurn,
}

/// Begins to follow a room, from the beginning of its log.
pub(crate) fn follow(house: House, desk: Arc<RoomDesk>, start: Position) {
    tokio::spawn(async move {
        let hub = &desk.hub;
        let every = house.config.frame_every;
        tokio::select! {
            () = make_frames(&house, hub, start) => {}
            () = hub.bells.ring_in_turn(hub.newest.subscribe(), |sockets| unhurried_every(sockets, every)) => {}
        }
    });
}

/// Until the room's log is told no more.
async fn make_frames(house: &House, hub: &Hub, start: Position) {
    let mut feed = house.engine.feed(&hub.room, start);
    let tail = house.engine.tail(&hub.room).unwrap_or(start);
    // What was before is folded without frames: nobody was here to see it.
    let mut wanted = Opening::of_the_past(house, &hub.room).await;
    while feed.position() < tail {
        let Ok(batch) = feed.next().await else { return };
        // Only what may still be shown is worth opening.
        wanted.talk = batch.to().offset + REPLAY_ENTRIES_MAX > tail.offset;
        loop {
            let erasures = hub.erasures();
            let plain = open(house, &hub.room, &batch.entries, wanted).await;
            if hub.take_quietly(&batch, &plain, erasures).is_ok() {
                break;
            }
        }
    }
    hub.caught_up.send_replace(true);
    let every = house.config.frame_every;
    let mut last_frame = Instant::now() - every;
    while let Ok(batch) = feed.next().await {
        let mut erasures = hub.erasures();
        let unhurried = unhurried_every(hub.sockets(), every);
        let mut hurries = hurries_on(&batch);
        let plain = open_all(house, &hub.room, &batch.entries).await;
        let mut count = batch.entries.len();
        let mut gathered = vec![(batch, plain)];
        while count < FRAME_ENTRIES_MAX {
            let due = last_frame + if hurries { every } else { unhurried };
            let Ok(more) = tokio::time::timeout_at(due.into(), feed.next()).await else { break };
            let Ok(batch) = more else { break };
            hurries |= hurries_on(&batch);
            let plain = open_all(house, &hub.room, &batch.entries).await;
            count += batch.entries.len();
            gathered.push((batch, plain));
        }
        let rouse = if hurries || unhurried == every { Rouse::All } else { Rouse::InTurn };
        while hub.push(&gathered, erasures, house.now().0, rouse).is_err() {
            erasures = hub.erasures();
            for (batch, plain) in &mut gathered {
                *plain = open_all(house, &hub.room, &batch.entries).await;
            }
        }
        last_frame = Instant::now();
    }
}

/// Whether something in a batch must not wait for the next unhurried frame.
fn hurries_on(batch: &Batch) -> bool {
    !batch.entries.iter().all(lane::may_wait)
}

fn encode(layers: Layers, to: Position, now_ms: i64) -> Frame {
    let events = layers.public.len() as u64;
    let yours = |events| text(&ToClient::Yours { events });
    Frame {
        to,
        staff: (!layers.staff.is_empty()).then(|| yours(layers.staff)),
        operators: (!layers.operators.is_empty()).then(|| yours(layers.operators)),
        orders: layers.orders,
        orders_told: OnceLock::new(),
        private: layers.private.into_iter().map(|(person, events)| (person, yours(events))).collect(),
        public: text(&ToClient::Events { position: to.to_string(), at: now_ms, events: layers.public }),
        events,
    }
}

/// A message as it is sent.
pub(crate) fn text(message: &ToClient) -> Utf8Bytes {
    // The wire types hold nothing that JSON cannot say: no map with keys that are no texts, no failing serializer.
    serde_json::to_string(message).expect("wire messages are always JSON").into()
}
