//! The engine on a memory log and on a disk that fails: what is answered is durable, what failed left no trace, and
//! every reader sees one order without a gap or a double.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use linger_engine::{Clock, Engine, EngineConfig, Refused, Seeds, rebuild};
use linger_log::{DiskConfig, DiskLog, Log, MemoryLog, Position, SimDisk, SimFault};
use linger_protocol::{
    Act, ActivityAct, ActivityEvent, ActivityId, Actor, Cause, Currency, Delivery, Event, Game, Item, ItemId,
    Millis, Money, Move, OrderId, Outcome, PersonId, Refusal, Report, Request, RoomId, SaleAct, SaleEvent,
    SaleMode, SaleTerms, Spoken, Terms, Wanted,
};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

/// A clock that a test turns by hand.
#[derive(Default)]
struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }

    fn reach(&self, at: Millis) {
        self.0.fetch_max(at.0, Ordering::SeqCst);
    }
}

/// Seeds that are sealed by not being sealed.
struct OpenSeeds;

impl Seeds for OpenSeeds {
    fn unseal(&self, sealed: &[u8]) -> Option<[u8; 32]> {
        sealed.try_into().ok()
    }
}

struct Evening {
    engine: Engine,
    clock: Arc<HandClock>,
    room: RoomId,
}

/// Seeds that this house cannot open.
struct LostSeeds;

impl Seeds for LostSeeds {
    fn unseal(&self, _: &[u8]) -> Option<[u8; 32]> {
        None
    }
}

fn start(log: Arc<dyn Log>, clock: Arc<HandClock>) -> Evening {
    start_with(log, clock, Arc::new(OpenSeeds))
}

fn start_with(log: Arc<dyn Log>, clock: Arc<HandClock>, seeds: Arc<dyn Seeds>) -> Evening {
    clock.reach(Millis(1_000_000));
    let (engine, _) = Engine::start(log, clock.clone(), seeds, EngineConfig::default()).unwrap();
    Evening { engine, clock, room: RoomId::new("show").unwrap() }
}

async fn open(log: Arc<dyn Log>) -> Evening {
    let evening = start(log, Arc::default());
    let act = Act::OpenRoom { title: "Tea".into(), host: PersonId(1), host_name: "Li".into() };
    evening.ask(Actor::HOUSE, act).await.unwrap();
    evening
}

impl Evening {
    async fn ask(&self, by: Actor, act: Act) -> Result<linger_engine::Done, Refused> {
        self.engine.ask(&self.room, Request { by, act }, None).await
    }

    async fn say(&self, person: u64, text: &str) -> Result<linger_engine::Done, Refused> {
        let act = Act::say(Spoken::unsealed(text));
        self.ask(Actor::viewer(PersonId(person)), act).await
    }

    async fn sell(&self, units: i64) {
        let price = Money::new(990, Currency::CNY);
        let id = ItemId(7);
        let item = Item::new(id, "Pot", price, "Shop");
        self.ask(Actor::HOUSE, Act::ListItem { item }).await.unwrap();
        self.ask(Actor::HOUSE, Act::SetStock { item: id, units }).await.unwrap();
        self.ask(Actor::HOUSE, Act::OpenSale { item: id, price, per_person: 2, hold_ms: 5_000 })
            .await
            .unwrap();
    }

    async fn order(&self, person: u64, order: u128) -> Result<linger_engine::Done, Refused> {
        let act = Act::PlaceOrder { order: OrderId(order), item: ItemId(7), units: 1 };
        self.ask(Actor::viewer(PersonId(person)), act).await
    }

    /// Looks at the room, waiting until it is rebuilt if an append has just failed.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&linger_room::Room) -> T + Clone + Send + 'static,
    ) -> T {
        loop {
            match self.engine.look(&self.room, look.clone()).await {
                Err(Refused::NotKept { .. }) => tokio::task::yield_now().await,
                seen => return seen.unwrap().unwrap(),
            }
        }
    }
}

#[tokio::test]
async fn a_room_rebuilt_from_its_log_is_the_same_room_hash_for_hash() {
    let log: Arc<dyn Log> = Arc::new(MemoryLog::new());
    let evening = open(log.clone()).await;
    evening.sell(3).await;
    for person in 10..20 {
        evening.say(person, "M码还有吗？").await.unwrap();
        let _ = evening.order(person, u128::from(person)).await;
    }
    let live = evening.engine.look(&evening.room, |room| room.hash()).await.unwrap().unwrap();
    assert_eq!(rebuild(log.as_ref(), &evening.room).unwrap().room.hash(), live);
}

fn orders(many: std::ops::Range<u64>, item: ItemId) -> Vec<Request> {
    let one = |n: u64| {
        let act = Act::PlaceOrder { order: OrderId(u128::from(n)), item, units: 1 };
        Request { by: Actor::viewer(PersonId(n)), act }
    };
    many.map(one).collect()
}

#[tokio::test]
async fn asks_that_come_together_are_decided_one_by_one_in_their_order_and_say_through_whom() {
    let log: Arc<dyn Log> = Arc::new(MemoryLog::new());
    let evening = open(log.clone()).await;
    evening.sell(3).await;
    let before = evening.engine.tail(&evening.room).unwrap();
    let mut asks = orders(10..20, ItemId(7));
    // Twice the same, and one of an item that is not there.
    asks.insert(1, asks[0].clone());
    asks.insert(2, orders(30..31, ItemId(99)).remove(0));
    let answers = evening.engine.ask_many(&evening.room, 7, asks).await.unwrap();
    let entries = |n: usize| answers[n].as_ref().map(|done| done.entries.len()).ok();
    assert_eq!((0..5).map(entries).collect::<Vec<_>>(), [Some(1), Some(0), None, Some(1), Some(1)]);
    assert!(answers[5..].iter().all(|it| *it.as_ref().unwrap_err() == Refused::Refusal(Refusal::SoldOut)));
    let written = evening.engine.read(&evening.room, before, 100).await.unwrap();
    assert_eq!(written.len(), 3);
    for (entry, person) in written.iter().zip([10, 11, 12]) {
        assert_eq!(entry.cause, Cause::Through { by: Actor::viewer(PersonId(person)), gateway: 7 });
    }
    let live = evening.engine.look(&evening.room, |room| room.hash()).await.unwrap().unwrap();
    assert_eq!(rebuild(log.as_ref(), &evening.room).unwrap().room.hash(), live);
    assert_eq!(evening.engine.written().entries(), evening.engine.tail(&evening.room).unwrap().offset);
    assert!(evening.engine.ask_many(&evening.room, 7, vec![]).await.unwrap().is_empty());
    let nowhere = RoomId::new("nowhere").unwrap();
    let lost = evening.engine.ask_many(&nowhere, 7, orders(1..3, ItemId(7))).await.unwrap();
    assert!(lost.iter().all(|it| *it.as_ref().unwrap_err() == Refused::Refusal(Refusal::NoSuchRoom)));
}

#[tokio::test]
async fn what_came_together_and_could_not_be_kept_is_kept_of_nobody() {
    let disk = SimDisk::new(3);
    let (log, _) = DiskLog::open_on(disk_files(&disk), Path::new("/log"), DiskConfig::default()).unwrap();
    let evening = open(Arc::new(log)).await;
    evening.sell(1_000).await;
    let mut refused = 0;
    for ahead in 0..4 {
        let before = evening.look(|room| room.hash()).await;
        disk.fail_step(ahead, SimFault::Full);
        // Whether this very step is part of the batch is the disk's business; it is so for all or for none.
        let asks = orders(100 * ahead + 10..100 * ahead + 20, ItemId(7));
        let answers = evening.engine.ask_many(&evening.room, 7, asks).await.unwrap();
        let lost = answers.iter().filter(|it| matches!(it, Err(Refused::NotKept { .. }))).count();
        assert!(lost == answers.len() || answers.iter().all(Result::is_ok), "step {ahead}: {answers:?}");
        if lost > 0 {
            assert_eq!(evening.look(|room| room.hash()).await, before, "step {ahead}");
            refused += 1;
            break;
        }
    }
    assert_eq!(refused, 1, "one of the steps is an append's");
    let answers = evening.engine.ask_many(&evening.room, 7, orders(900..910, ItemId(7))).await.unwrap();
    assert!(answers.iter().all(Result::is_ok), "space is back, and so is the room");
}

#[tokio::test]
async fn an_answer_is_durable_when_it_is_given() {
    let disk = SimDisk::new(1);
    let (log, _) = DiskLog::open_on(disk_files(&disk), Path::new("/log"), DiskConfig::default()).unwrap();
    let evening = open(Arc::new(log)).await;
    let mut last = 0;
    for n in 0..50 {
        last = evening.say(2, &format!("hello {n}")).await.unwrap().position.offset;
    }
    disk.crash();
    let (log, _) = DiskLog::open_on(disk_files(&disk), Path::new("/log"), DiskConfig::default()).unwrap();
    assert!(rebuild(&log, &evening.room).unwrap().position.offset >= last);
}

#[tokio::test]
async fn a_full_disk_refuses_clearly_and_leaves_nothing_half_done() {
    let disk = SimDisk::new(2);
    let (log, _) = DiskLog::open_on(disk_files(&disk), Path::new("/log"), DiskConfig::default()).unwrap();
    let evening = open(Arc::new(log)).await;
    evening.sell(5).await;
    for ahead in 0..4 {
        let before = evening.look(|room| room.hash()).await;
        disk.fail_step(ahead, SimFault::Full);
        // Whether this very step is part of the order is the disk's business; what was answered must hold.
        let answer = evening.order(9, 100 + u128::from(ahead)).await;
        let held = evening.look(move |room| room.order(OrderId(100 + u128::from(ahead))).is_some()).await;
        assert_eq!(answer.is_ok(), held, "step {ahead}: {answer:?}");
        if answer.is_err() {
            assert_eq!(evening.look(|room| room.hash()).await, before, "step {ahead}");
            break;
        }
        let cancel = Act::CancelOrder { order: OrderId(100 + u128::from(ahead)) };
        let _ = evening.ask(Actor::viewer(PersonId(9)), cancel).await;
    }
    assert!(evening.order(9, 999).await.is_ok(), "space is back, and so is the room");
}

#[tokio::test]
async fn a_reader_sees_every_entry_once_and_in_order_however_late_it_reads() {
    let log: Arc<dyn Log> = Arc::new(MemoryLog::new());
    let evening = open(log).await;
    let start = Position { offset: 0, ..evening.engine.tail(&evening.room).unwrap() };
    let mut early = evening.engine.feed(&evening.room, start);
    for n in 0..3_000 {
        evening.engine.report(&evening.room, Report::LikesCame { likes: 1, people: 1 }).await.unwrap();
        if n == 10 {
            // The early reader reads a little, and then not for long enough to lag.
            early.next().await.unwrap();
        }
    }
    let tail = evening.engine.tail(&evening.room).unwrap();
    for mut feed in [early, evening.engine.feed(&evening.room, start)] {
        let mut totals = vec![];
        while feed.position() < tail {
            let batch = feed.next().await.unwrap();
            totals.extend(batch.entries.iter().filter_map(|entry| match entry.event {
                Event::LikesGathered { total, .. } => Some(total),
                _ => None,
            }));
        }
        let missing = 3_000 - totals.len() as u64;
        assert_eq!(totals, (missing + 1..=3_000).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_position_of_another_history_is_told_apart() {
    let evening = open(Arc::new(MemoryLog::new())).await;
    let mut feed = evening.engine.feed(&evening.room, Position { epoch: 1, offset: 0 });
    assert_eq!(feed.next().await.err(), Some(linger_engine::FeedEnd::OtherHistory));
}

#[tokio::test]
async fn two_engines_on_one_log_cannot_both_write_a_room() {
    let log: Arc<dyn Log> = Arc::new(MemoryLog::new());
    let evening = open(log.clone()).await;
    evening.sell(1).await;
    let other = start(log.clone(), evening.clock.clone());
    // The second engine wrote that it started; the first one does not know yet, and is fenced off when it writes.
    other.order(5, 5).await.unwrap();
    let fenced = evening.order(6, 6).await;
    assert!(matches!(fenced, Err(Refused::NotKept { .. })), "{fenced:?}");
    evening.look(|_| ()).await;
    assert_eq!(evening.order(6, 6).await.err(), Some(Refused::Refusal(Refusal::SoldOut)));
}

#[tokio::test]
async fn a_hold_lapses_when_its_time_has_come_without_anybody_asking() {
    let evening = open(Arc::new(MemoryLog::new())).await;
    evening.sell(1).await;
    evening.order(5, 5).await.unwrap();
    let tail = evening.engine.tail(&evening.room).unwrap();
    let mut feed = evening.engine.feed(&evening.room, tail);
    evening.clock.0.fetch_add(5_000, Ordering::SeqCst);
    let batch = feed.next().await.unwrap();
    assert!(matches!(batch.entries[0].event, Event::OrderLapsed { order: OrderId(5) }));
}

#[tokio::test]
async fn a_draw_is_revealed_in_the_same_breath_as_its_list_is_frozen() {
    let evening = open(Arc::new(MemoryLog::new())).await;
    let seed = [7; 32];
    let open = Act::OpenDraw {
        keyword: "1".into(),
        prize: "Tea".into(),
        winners: 1,
        lasts_ms: 2_000,
        commit: linger_room::draw::commitment(&seed),
        sealed_seed: seed.to_vec(),
    };
    evening.ask(Actor::HOUSE, open).await.unwrap();
    evening.say(3, "1").await.unwrap();
    let tail = evening.engine.tail(&evening.room).unwrap();
    let mut feed = evening.engine.feed(&evening.room, tail);
    evening.clock.0.fetch_add(2_000, Ordering::SeqCst);
    let batch = feed.next().await.unwrap();
    let kinds: Vec<_> = batch.entries.iter().map(|it| &it.event).collect();
    assert!(matches!(kinds[..], [Event::DrawFrozen { .. }, Event::DrawRevealed { .. }]), "{kinds:?}");
}

#[tokio::test]
async fn what_was_frozen_before_a_crash_is_settled_after_it_and_once() {
    let log: Arc<dyn Log> = Arc::new(MemoryLog::new());
    let evening = start_with(log.clone(), Arc::default(), Arc::new(LostSeeds));
    let opening = Act::OpenRoom { title: "Tea".into(), host: PersonId(1), host_name: "Li".into() };
    evening.ask(Actor::HOUSE, opening).await.unwrap();
    let (seed, budget) = ([7; 32], Money::new(1_000, Currency::CNY));
    let game = Game::Packet { budget, parts: 2, even: false, lasts_ms: 2_000 };
    let terms = Terms { title: "A packet".into(), game, prize: None };
    let commit = linger_room::activity::commitment(&seed, &terms.secret());
    let sealed_seed = seed.to_vec();
    let open = ActivityAct::Open { terms: Box::new(terms), commit, sealed_seed, worth_max: budget };
    evening.ask(Actor::HOUSE, Act::Activity(open)).await.unwrap();
    let (activity, play) = (ActivityId(1), Move::Enter);
    for person in 3..5 {
        let enter = ActivityAct::Play { activity, play, device: 0, name: None };
        evening.ask(Actor::viewer(PersonId(person)), Act::Activity(enter)).await.unwrap();
    }
    // The seed could not be opened: all that stands is who was in.
    assert_eq!(evening.look(|room| room.activities_awaiting_seed().len()).await, 1);
    evening.engine.stop().await;

    for _ in 0..2 {
        let evening = start(log.clone(), evening.clock.clone());
        let outcome = evening.look(|room| room.activity_record(ActivityId(1)).map(|it| it.outcome)).await;
        let Some(Outcome::Shares { shares, rest_minor }) = outcome else { panic!("{outcome:?}") };
        assert_eq!(shares.iter().map(|it| it.minor).sum::<i64>() + rest_minor, 1_000);
        let tail = evening.engine.tail(&evening.room).unwrap();
        let all = evening.engine.read(&evening.room, Position { offset: 0, ..tail }, 100).await.unwrap();
        let settled = |event: &Event| matches!(event, Event::Activity(ActivityEvent::Settled { .. }));
        assert_eq!(all.iter().filter(|it| settled(&it.event)).count(), 1);
        evening.engine.stop().await;
    }
}

#[tokio::test]
async fn a_shuffle_is_drawn_in_the_same_breath_as_its_list_is_frozen_and_then_served() {
    let evening = open(Arc::new(MemoryLog::new())).await;
    evening.sell(1).await;
    let item = evening.look(|room| room.items().next().map(|it| it.id)).await.unwrap();
    evening.ask(Actor::HOUSE, Act::CloseSale { item }).await.unwrap();
    let (seed, bell) = ([7; 32], evening.clock.now().plus(2_000));
    let commit = linger_room::draw::commitment(&seed);
    let mode = SaleMode::Shuffle { bell, commit, sealed_seed: seed.to_vec().into() };
    let terms = SaleTerms { mode, ..SaleTerms::plain(Money::new(900, Currency::CNY), 1, 5_000) };
    let open = SaleAct::Open { item, terms: Box::new(terms) };
    evening.ask(Actor::HOUSE, Act::Sale(open)).await.unwrap();
    let wanted = Wanted { order: OrderId(9), units: 1, delivery: Delivery::default() };
    let enlist = Act::Sale(SaleAct::Enlist { item, wanted });
    evening.ask(Actor::viewer(PersonId(3)), enlist).await.unwrap();
    let tail = evening.engine.tail(&evening.room).unwrap();
    let mut feed = evening.engine.feed(&evening.room, tail);
    evening.clock.0.fetch_add(2_000, Ordering::SeqCst);
    let batch = feed.next().await.unwrap();
    let kinds: Vec<_> = batch.entries.iter().map(|it| &it.event).take(2).collect();
    let [Event::Sale(SaleEvent::ListFrozen { .. }), Event::Sale(SaleEvent::ListShuffled { .. })] = kinds[..]
    else {
        panic!("{kinds:?}")
    };
    let mut entries = batch.entries.to_vec();
    while !entries.iter().any(|it| matches!(it.event, Event::Sale(SaleEvent::CartHeld(_)))) {
        entries.extend(feed.next().await.unwrap().entries.iter().cloned());
    }
}

#[tokio::test]
async fn after_a_restart_nobody_is_here_and_the_show_goes_on() {
    let log: Arc<dyn Log> = Arc::new(MemoryLog::new());
    let evening = open(log.clone()).await;
    evening.engine.report(&evening.room, Report::MediaStarted).await.unwrap();
    evening.engine.stop().await;
    assert_eq!(evening.say(4, "hi").await.err(), Some(Refused::Stopping));
    let again = start(log, Arc::default());
    let (live, here) =
        again.engine.look(&again.room, |room| (room.is_live(), room.here())).await.unwrap().unwrap();
    assert_eq!((live, here), (false, 0));
    assert!(again.say(4, "hi again").await.is_ok());
}

#[tokio::test]
async fn a_room_that_was_never_opened_refuses_and_leaves_no_trace() {
    let evening = start(Arc::new(MemoryLog::new()), Arc::default());
    assert_eq!(evening.say(1, "hello?").await.err(), Some(Refused::Refusal(Refusal::NoSuchRoom)));
    assert_eq!(evening.engine.rooms(), vec![]);
}

fn disk_files(disk: &SimDisk) -> Arc<dyn linger_log::Files> {
    Arc::new(disk.clone())
}
