//! Whole evenings of money between a room and the sandbox: what was lost on the way comes to an end, and what differs is
//! listed. It does not know how either keeps its books.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use super::{Till, keep_book};
use linger_engine::{Clock, Engine, EngineConfig, Seeds};
use linger_log::MemoryLog;
use linger_outlet::{
    Charge, Difference, DifferenceKind, Findings, Payments, Providers, RefundState, Sandbox, SandboxConfig,
    WebhookSecret,
};
use linger_protocol::{
    Act, Actor, Currency, Item, ItemId, Millis, Money, OrderId, PaymentId, PersonId, Report, Request, RoomId,
};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

const BEGIN: i64 = 1_800_000_000_000;
const HOLD_MS: u64 = 300_000;
const TEA: ItemId = ItemId(7);

#[derive(Clone)]
struct HandClock(Arc<AtomicI64>);

impl Clock for HandClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }

    fn reach(&self, at: Millis) {
        self.0.fetch_max(at.0, Ordering::SeqCst);
    }
}

struct NoSeeds;

impl Seeds for NoSeeds {
    fn unseal(&self, _: &[u8]) -> Option<[u8; 32]> {
        None
    }
}

/// A room that sells, and a provider whose notices never travel: whatever the room hears, it hears from a comparison.
struct Evening {
    till: Till,
    sandbox: Sandbox,
    clock: HandClock,
    _dir: tempfile::TempDir,
}

fn room() -> RoomId {
    RoomId::new("tea").unwrap()
}

fn price() -> Money {
    Money::new(990, Currency::CNY)
}

impl Evening {
    async fn open() -> Evening {
        let clock = HandClock(Arc::new(AtomicI64::new(BEGIN)));
        let log = Arc::new(MemoryLog::new());
        let (engine, _) =
            Engine::start(log, Arc::new(clock.clone()), Arc::new(NoSeeds), EngineConfig::default()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let told = clock.clone();
        let sandbox = Sandbox::open(SandboxConfig {
            dir: dir.path().to_owned(),
            webhook_url: "http://127.0.0.1:9/".parse().unwrap(),
            secret: WebhookSecret::new(&[7; 32]).unwrap(),
            clock: Arc::new(move || told.now()),
            late_ms: 2 * HOLD_MS,
        });
        let sandbox = sandbox.await.unwrap();
        let providers = Providers::new(vec![Arc::new(sandbox.clone()) as Arc<dyn Payments>]);
        let evening = Evening { till: Till::new(engine, Arc::new(providers)), sandbox, clock, _dir: dir };
        evening.ask(Act::OpenRoom { title: "Tea".into(), host: PersonId(1), host_name: "Li".into() }).await;
        evening.ask(Act::ListItem { item: Item::new(TEA, "Tea", price(), "Hill") }).await;
        evening.ask(Act::SetStock { item: TEA, units: 100 }).await;
        evening.ask(Act::OpenSale { item: TEA, price: price(), per_person: 100, hold_ms: HOLD_MS }).await;
        evening
    }

    async fn ask(&self, act: Act) {
        self.till.engine.ask(&room(), Request { by: Actor::HOUSE, act }, None).await.unwrap();
    }

    /// An order, and its payment by this method.
    async fn order(&self, order: u128, method: &str) -> PaymentId {
        self.ask(Act::PlaceOrder { order: OrderId(order), item: TEA, units: 1 }).await;
        self.pay(&room(), order, method).await
    }

    async fn pay(&self, room: &RoomId, order: u128, method: &str) -> PaymentId {
        let charge = Charge { room: room.clone(), order: OrderId(order), amount: price() };
        self.sandbox.start(charge, method).await.unwrap().payment
    }

    async fn told(&self, order: u128, payment: &PaymentId, minor: i64) {
        let amount = Money { minor, ..price() };
        let report = Report::PaymentArrived { order: OrderId(order), payment: payment.clone(), amount };
        self.till.engine.report(&room(), report).await.unwrap();
    }

    fn pass(&self, ms: u64) {
        self.clock.0.fetch_add(i64::try_from(ms).unwrap(), Ordering::SeqCst);
    }

    /// A comparison of everything, over books that are read anew.
    async fn compare(&mut self) -> Findings {
        self.till.read_books().await.unwrap();
        self.till.reconcile(Millis(0)).await
    }

    async fn paid(&self, order: u128) -> bool {
        let state = move |room: &linger_room::Room| room.order(OrderId(order)).map(|it| it.state.clone());
        let state = self.till.engine.look(&room(), state).await.unwrap();
        matches!(state.flatten(), Some(linger_room::OrderState::Paid(_)))
    }

    async fn due(&self) -> usize {
        self.till.engine.look(&room(), |room| room.refunds_due().count()).await.unwrap().unwrap()
    }
}

fn kinds(findings: &Findings) -> Vec<(DifferenceKind, u128)> {
    let mut kinds: Vec<_> = findings.differences.iter().map(|it| (it.kind, it.order.0)).collect();
    kinds.sort();
    kinds
}

#[tokio::test]
async fn a_payment_whose_notice_was_lost_is_told_to_the_room() {
    let mut evening = Evening::open().await;
    evening.order(1, "untold").await;
    evening.order(2, "never").await;
    let found = evening.compare().await;
    assert_eq!((found.compared, found.told, found.given_back), (1, 1, 0));
    assert!(found.is_clean(), "{found:?}");
    assert!(evening.paid(1).await && !evening.paid(2).await);
    let again = evening.compare().await;
    assert_eq!((again.compared, again.told), (1, 0));
}

#[tokio::test]
async fn late_money_that_nobody_told_of_goes_back_and_the_room_hears_of_it() {
    let mut evening = Evening::open().await;
    let payment = evening.order(1, "untold").await;
    evening.pass(HOLD_MS);
    let first = evening.compare().await;
    assert_eq!((first.told, evening.due().await), (1, 1));
    let second = evening.compare().await;
    assert_eq!((second.given_back, second.told), (1, 0));
    let known = evening.sandbox.look(&payment).await.unwrap().unwrap();
    assert_eq!((known.refunds.len(), known.back_minor()), (1, price().minor));
    let third = evening.compare().await;
    assert_eq!((third.told, third.given_back, evening.due().await), (1, 0, 0));
    let fourth = evening.compare().await;
    assert_eq!((fourth.told, fourth.given_back), (0, 0));
    assert!([first, second, third, fourth].iter().all(Findings::is_clean));
}

#[tokio::test]
async fn a_refund_that_fails_first_is_asked_for_again_and_one_on_its_way_is_left_alone() {
    let mut evening = Evening::open().await;
    for (order, method) in [(1, "back-fails"), (2, "back-slow:60000")] {
        let payment = evening.order(order, method).await;
        evening.pass(HOLD_MS);
        evening.told(order, &payment, price().minor).await;
    }
    let found = evening.compare().await;
    assert_eq!((found.given_back, evening.due().await), (1, 2));
    let found = evening.compare().await;
    assert_eq!((found.given_back, found.told), (1, 0));
    evening.pass(60_000);
    let found = evening.compare().await;
    assert_eq!((found.told, evening.due().await), (2, 0));
    assert!(found.is_clean(), "{found:?}");
}

#[tokio::test]
async fn what_cannot_have_got_lost_is_listed_and_nothing_is_done_about_it() {
    let mut evening = Evening::open().await;
    // Given back by somebody at the provider, though the room keeps the order.
    let undone = evening.order(1, "undone").await;
    evening.told(1, &undone, price().minor).await;
    // Money that the provider never had.
    let never = evening.order(2, "never").await;
    evening.told(2, &never, price().minor).await;
    let unknown = PaymentId::new("sandbox-0").unwrap();
    evening.order(3, "never").await;
    evening.told(3, &unknown, price().minor).await;
    // Less came than the room was told.
    let less = evening.order(4, "now").await;
    evening.told(4, &less, price().minor - 1).await;
    // A room that is not here.
    evening.pay(&RoomId::new("elsewhere").unwrap(), 5, "now").await;
    let found = evening.compare().await;
    assert_eq!(
        kinds(&found),
        [
            (DifferenceKind::NoSuchRoom, 5),
            (DifferenceKind::NotAtProvider, 3),
            (DifferenceKind::NotPaid, 2),
            (DifferenceKind::OtherAmount, 4),
            (DifferenceKind::GivenBackOutside, 1),
        ]
    );
    let amounts = |kind| {
        let it: &Difference = found.differences.iter().find(|it| it.kind == kind).unwrap();
        (it.ours.map(|it| it.minor), it.theirs.map(|it| it.minor))
    };
    assert_eq!(amounts(DifferenceKind::OtherAmount), (Some(989), Some(990)));
    assert_eq!(amounts(DifferenceKind::GivenBackOutside), (Some(990), Some(990)));
    assert_eq!((found.told, found.given_back), (0, 0));
    assert_eq!(kinds(&evening.compare().await), kinds(&found));
}

#[tokio::test]
async fn a_kept_book_gives_back_what_is_due_by_itself_and_once() {
    let evening = Evening::open().await;
    let mut payments = vec![];
    for order in 1..=20 {
        payments.push(evening.order(order, "now").await);
    }
    evening.pass(HOLD_MS);
    // Half of it was due before anybody kept the book.
    for (order, payment) in (1..).zip(&payments[..10]) {
        evening.told(order, payment, price().minor).await;
    }
    let keeping = tokio::spawn(keep_book(evening.till.clone(), room()));
    for (order, payment) in (11..).zip(&payments[10..]) {
        evening.told(order, payment, price().minor).await;
    }
    for payment in &payments {
        loop {
            let known = evening.sandbox.look(payment).await.unwrap().unwrap();
            if known.refunds.iter().any(|it| it.state == RefundState::Done) {
                assert_eq!((known.refunds.len(), known.back_minor()), (1, price().minor));
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    keeping.abort();
    let found = evening.till.reconcile(Millis(0)).await;
    assert_eq!((found.told, evening.due().await), (20, 0));
}

/// Whatever is lost, told twice or in disorder: after two comparisons each payment is kept or back, and both sides agree.
#[tokio::test]
async fn no_evening_ends_with_money_on_the_wrong_side() {
    let methods = ["untold", "twice", "mixed", "back-untold", "back-fails", "back-slow:1000", "now"];
    for seed in 0..20_u64 {
        let mut evening = Evening::open().await;
        let mut payments = vec![];
        for order in 1..=15_u64 {
            let dice = (seed * 31 + order) * 2_654_435_761 % 1_000;
            let method = methods[usize::try_from(dice % 7).unwrap()];
            let payment = evening.order(order.into(), method).await;
            if dice % 3 == 0 {
                evening.pass(HOLD_MS);
            }
            if dice % 2 == 0 {
                evening.told(order.into(), &payment, price().minor).await;
                evening.told(order.into(), &payment, price().minor).await;
            }
            payments.push((order, payment));
        }
        for _ in 0..4 {
            evening.compare().await;
            evening.pass(1_000);
        }
        let found = evening.compare().await;
        assert!(found.is_clean() && found.told == 0 && found.given_back == 0, "seed {seed}: {found:?}");
        assert_eq!(evening.due().await, 0, "seed {seed}");
        for (order, payment) in payments {
            let known = evening.sandbox.look(&payment).await.unwrap().unwrap();
            let back = if evening.paid(order.into()).await { 0 } else { price().minor };
            assert_eq!(known.back_minor(), back, "seed {seed}, order {order}");
        }
    }
}
