//! The sandbox provider against a real receiver over real sockets. Time is a number that the tests set; nothing here
//! looks into the ledger.

#![allow(clippy::unwrap_used)]

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use linger_outlet::*;
use linger_protocol::{Currency, Millis, Money, OrderId, PaymentId, RefundId, RoomId};
use std::{
    collections::VecDeque,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};
use tokio::sync::mpsc;

const START: i64 = 1_800_000_000_000;

/// A notice as it came in.
struct Came {
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Came {
    fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn id(&self) -> &str {
        self.headers.iter().find(|(name, _)| name == "webhook-id").map(|(_, value)| value.as_str()).unwrap()
    }
}

#[derive(Clone)]
struct Desk {
    came: mpsc::UnboundedSender<Came>,
    /// What to answer next; 200 when nothing is left.
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

async fn take(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    desk.came.send(Came { headers: headers.collect(), body }).unwrap();
    let status = desk.answers.lock().unwrap().pop_front().unwrap_or(StatusCode::OK);
    let mut headers = HeaderMap::new();
    headers.insert("location", "/elsewhere".parse().unwrap());
    (status, headers)
}

/// A provider, the place where its notices arrive, and the time.
struct World {
    dir: tempfile::TempDir,
    sandbox: Sandbox,
    came: mpsc::UnboundedReceiver<Came>,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
    now: Arc<AtomicI64>,
    url: url::Url,
}

async fn sandbox(dir: &Path, url: &url::Url, now: &Arc<AtomicI64>) -> Sandbox {
    let now = now.clone();
    let config = SandboxConfig {
        dir: dir.to_owned(),
        webhook_url: url.clone(),
        secret: WebhookSecret::new(&[7; 32]).unwrap(),
        clock: Arc::new(move || Millis(now.load(Ordering::SeqCst))),
        late_ms: 900_000,
    };
    Sandbox::open(config).await.unwrap()
}

async fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let (sender, came) = mpsc::unbounded_channel();
    let answers = Arc::new(Mutex::new(VecDeque::new()));
    let desk = Desk { came: sender, answers: answers.clone() };
    let app = Router::new().route("/notices", post(take)).route("/elsewhere", post(take)).with_state(desk);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/notices", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let now = Arc::new(AtomicI64::new(START));
    let sandbox = sandbox(dir.path(), &url, &now).await;
    World { dir, sandbox, came, answers, now, url }
}

impl World {
    /// Lets time pass and delivers what is due; what came in, read as notices, and when more is due.
    async fn after(&mut self, ms: i64) -> (Vec<Notice>, Option<i64>) {
        self.now.fetch_add(ms, Ordering::SeqCst);
        let next = self.sandbox.deliver_due().await.unwrap();
        (self.read_all(), next.map(|next| next.0 - START))
    }

    fn read_all(&mut self) -> Vec<Notice> {
        let now = Millis(self.now.load(Ordering::SeqCst));
        let came: Vec<Came> = std::iter::from_fn(|| self.came.try_recv().ok()).collect();
        came.iter().map(|it| self.read(it, now)).collect()
    }

    fn read(&self, told: &Came, now: Millis) -> Notice {
        let read = self.sandbox.verify_notice(&told.headers(), &told.body, now).unwrap();
        assert_eq!(&*read.id, told.id());
        match read.news {
            News::Says(notice) => notice,
            other => panic!("{other:?}"),
        }
    }

    async fn pay(&self, order: u128, method: &str) -> PaymentId {
        self.sandbox.start(charge(order), method).await.unwrap().payment
    }
}

fn room() -> RoomId {
    RoomId::new("summer-sale").unwrap()
}

fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::CNY)
}

fn charge(order: u128) -> Charge {
    Charge { room: room(), order: OrderId(order), amount: yuan(1999) }
}

fn paid(order: u128, payment: &PaymentId) -> Notice {
    Notice::Paid { room: room(), order: OrderId(order), payment: payment.clone(), amount: yuan(1999) }
}

fn refunded(order: u128, payment: &PaymentId, refund: &str) -> Notice {
    let refund = RefundId::new(refund).unwrap();
    Notice::Refunded { room: room(), order: OrderId(order), payment: payment.clone(), refund }
}

fn back(order: u128, payment: &PaymentId, refund: &str, minor: i64) -> Back {
    let refund = RefundId::new(refund).unwrap();
    Back { room: room(), order: OrderId(order), payment: payment.clone(), refund, amount: yuan(minor) }
}

#[tokio::test]
async fn money_that_comes_now_is_told_once() {
    let mut world = world().await;
    let payment = world.pay(1, "now").await;
    assert_eq!(world.after(0).await, (vec![paid(1, &payment)], None));
    assert_eq!(world.after(86_400_000).await, (vec![], None));
}

#[tokio::test]
async fn starting_again_gives_the_same_payment_and_no_second_notice() {
    let mut world = world().await;
    let payment = world.pay(1, "now").await;
    assert_eq!(world.pay(1, "now").await, payment);
    assert_ne!(world.pay(2, "never").await, payment);
    assert_eq!(world.after(0).await.0, [paid(1, &payment)]);
    assert_eq!(world.pay(1, "now").await, payment);
    assert_eq!(world.after(0).await.0, []);
    let other = Charge { amount: yuan(5), ..charge(1) };
    assert_eq!(world.sandbox.start(other, "now").await, Err(PayError::AmountDiffers));
}

#[tokio::test]
async fn slow_and_late_money_comes_when_its_time_has_come() {
    let mut world = world().await;
    let slow = world.pay(1, "slow:5000").await;
    let late = world.pay(2, "late").await;
    assert_eq!(world.after(4_999).await, (vec![], Some(5_000)));
    assert_eq!(world.after(1).await, (vec![paid(1, &slow)], Some(900_000)));
    assert_eq!(world.after(900_000).await, (vec![paid(2, &late)], None));
}

#[tokio::test]
async fn twice_tells_twice_and_charges_anew_at_every_start() {
    let mut world = world().await;
    let first = world.pay(1, "twice").await;
    assert_eq!(world.sandbox.deliver_due().await.unwrap(), None);
    let told: Vec<Came> = std::iter::from_fn(|| world.came.try_recv().ok()).collect();
    assert_eq!(told.len(), 2);
    assert_ne!(told[0].id(), told[1].id(), "to the receiver these are two notices");
    assert_eq!(told[0].body, told[1].body);
    let second = world.pay(1, "twice").await;
    assert_ne!(first, second);
    assert_eq!(world.after(0).await.0, [paid(1, &second), paid(1, &second)]);
}

#[tokio::test]
async fn never_and_decline_tell_nothing() {
    let mut world = world().await;
    world.pay(1, "never").await;
    assert_eq!(world.sandbox.start(charge(2), "decline").await, Err(PayError::Declined));
    for unknown in ["", "card", "slow:", "slow:x", "slow:99999999999999999999"] {
        assert_eq!(world.sandbox.start(charge(3), unknown).await, Err(PayError::UnknownMethod), "{unknown}");
    }
    let nothing = Charge { amount: yuan(0), ..charge(4) };
    assert_eq!(world.sandbox.start(nothing, "now").await, Err(PayError::BadAmount));
    assert_eq!(world.after(86_400_000).await, (vec![], None));
}

#[tokio::test]
async fn a_notice_that_was_not_taken_comes_again_under_the_same_id() {
    let mut world = world().await;
    let failures = [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::TEMPORARY_REDIRECT, StatusCode::NOT_FOUND];
    world.answers.lock().unwrap().extend(failures);
    let payment = world.pay(1, "now").await;
    let mut ids = Vec::new();
    for (wait, due) in [(0, Some(1_000)), (1_000, Some(3_000)), (2_000, Some(7_000)), (4_000, None)] {
        world.now.fetch_add(wait, Ordering::SeqCst);
        let next = world.sandbox.deliver_due().await.unwrap();
        assert_eq!(next.map(|next| next.0 - START), due);
        let told = world.came.try_recv().unwrap();
        let now = Millis(world.now.load(Ordering::SeqCst));
        assert_eq!(world.read(&told, now), paid(1, &payment), "each try is signed anew");
        ids.push(told.id().to_owned());
        assert!(world.came.try_recv().is_err(), "once for each try; a redirect is not followed");
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn one_notice_that_is_refused_does_not_hold_up_the_others() {
    let mut world = world().await;
    world.answers.lock().unwrap().push_back(StatusCode::SERVICE_UNAVAILABLE);
    let mut payments = Vec::new();
    for order in 0..100 {
        payments.push(paid(order, &world.pay(order, "now").await));
    }
    let (came, next) = world.after(0).await;
    assert_eq!((came.len(), next), (100, Some(1_000)));
    let (again, next) = world.after(1_000).await;
    assert_eq!((again.len(), next), (1, None));
    assert!(payments.iter().all(|notice| came.contains(notice)));
}

#[tokio::test]
async fn the_ledger_survives_a_restart_and_delivers_what_was_left() {
    let mut world = world().await;
    let payment = world.pay(1, "now").await;
    world.sandbox = sandbox(world.dir.path(), &world.url, &world.now).await;
    assert_eq!(world.pay(1, "now").await, payment);
    assert_eq!(world.after(0).await, (vec![paid(1, &payment)], None));
}

#[tokio::test]
async fn a_receiver_that_is_not_there_gets_its_notice_when_it_is() {
    let mut world = world().await;
    let nowhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", nowhere.local_addr().unwrap()).parse().unwrap();
    drop(nowhere);
    let lost = sandbox(world.dir.path(), &url, &world.now).await;
    let payment = lost.start(charge(1), "now").await.unwrap().payment;
    assert_eq!(lost.deliver_due().await.unwrap(), Some(Millis(START + 1_000)));
    assert_eq!(world.after(1_000).await, (vec![paid(1, &payment)], None));
}

#[tokio::test]
async fn a_payment_goes_back_in_parts_each_once_under_its_name() {
    let mut world = world().await;
    let payment = world.pay(1, "now").await;
    world.after(0).await;
    for _ in 0..2 {
        world.sandbox.refund(back(1, &payment, "a", 500)).await.unwrap();
        world.sandbox.refund(back(1, &payment, "b", 1499)).await.unwrap();
    }
    let (mut told, next) = world.after(0).await;
    told.sort_by_key(|it| format!("{it:?}"));
    assert_eq!((told, next), (vec![refunded(1, &payment, "a"), refunded(1, &payment, "b")], None));
    world.sandbox.refund(back(1, &payment, "a", 500)).await.unwrap();
    assert_eq!(world.after(0).await, (vec![], None));
    let refuse = async |back| world.sandbox.refund(back).await;
    assert_eq!(refuse(back(1, &payment, "a", 499)).await, Err(PayError::RefundDiffers));
    assert_eq!(refuse(back(1, &payment, "c", 1)).await, Err(PayError::MoreThanPaid));
    let other = world.pay(2, "now").await;
    assert_eq!(refuse(back(2, &other, "a", 500)).await, Err(PayError::RefundDiffers), "of another payment");
}

#[tokio::test]
async fn only_money_that_came_goes_back_and_not_more_of_it() {
    let world = world().await;
    let paid = world.pay(1, "now").await;
    let (slow, never) = (world.pay(2, "slow:5000").await, world.pay(3, "never").await);
    let refund = async |order, payment: &PaymentId, amount| {
        world.sandbox.refund(Back { amount, ..back(order, payment, &format!("whole-{payment}"), 0) }).await
    };
    assert_eq!(refund(2, &slow, yuan(1999)).await, Err(PayError::NotPaid));
    assert_eq!(refund(3, &never, yuan(1999)).await, Err(PayError::NotPaid));
    assert_eq!(refund(9, &paid, yuan(1999)).await, Err(PayError::UnknownPayment), "another order's");
    let unknown = PaymentId::new("sandbox-0").unwrap();
    assert_eq!(refund(1, &unknown, yuan(1999)).await, Err(PayError::UnknownPayment));
    for amount in [yuan(0), yuan(-1), Money::new(1999, Currency::USD)] {
        assert_eq!(refund(1, &paid, amount).await, Err(PayError::BadAmount));
    }
    assert_eq!(refund(1, &paid, yuan(2000)).await, Err(PayError::MoreThanPaid));
    assert_eq!(refund(1, &paid, yuan(1999)).await, Ok(()));
}

#[tokio::test]
async fn refunds_are_slow_fail_first_or_are_never_told() {
    let mut world = world().await;
    let (slow, fails, untold) = (
        world.pay(1, "back-slow:5000").await,
        world.pay(2, "back-fails").await,
        world.pay(3, "back-untold").await,
    );
    world.after(0).await;
    let state = async |world: &World, payment: &PaymentId| {
        world.sandbox.look(payment).await.unwrap().unwrap().refunds.first().map(|it| it.state)
    };
    world.sandbox.refund(back(1, &slow, "a", 1999)).await.unwrap();
    assert_eq!(state(&world, &slow).await, Some(RefundState::Pending));
    assert_eq!(world.after(4_999).await, (vec![], Some(5_000)));
    assert_eq!(world.after(1).await, (vec![refunded(1, &slow, "a")], None));
    assert_eq!(state(&world, &slow).await, Some(RefundState::Done));

    let first = world.sandbox.refund(back(2, &fails, "b", 1999)).await;
    assert!(matches!(first, Err(PayError::Unavailable { retry: true, .. })), "{first:?}");
    assert_eq!((state(&world, &fails).await, world.after(0).await), (None, (vec![], None)));
    let other = world.sandbox.refund(back(2, &fails, "b", 5)).await;
    assert_eq!(other, Err(PayError::RefundDiffers), "what failed keeps its name and amount");
    world.sandbox.refund(back(2, &fails, "b", 1999)).await.unwrap();
    assert_eq!(world.after(0).await, (vec![refunded(2, &fails, "b")], None));

    world.sandbox.refund(back(3, &untold, "c", 1999)).await.unwrap();
    assert_eq!(
        (state(&world, &untold).await, world.after(86_400_000).await),
        (Some(RefundState::Done), (vec![], None))
    );
}

#[tokio::test]
async fn money_is_given_back_by_somebody_else_and_told_in_the_wrong_order() {
    let mut world = world().await;
    let payment = world.pay(1, "undone").await;
    let desk = format!("desk-{payment}");
    assert_eq!(world.after(0).await, (vec![refunded(1, &payment, &desk)], Some(2_000)));
    assert_eq!(world.after(2_000).await, (vec![paid(1, &payment)], None));
    let more = world.sandbox.refund(back(1, &payment, "whole", 1999)).await;
    assert_eq!(more, Err(PayError::MoreThanPaid));
}

#[tokio::test]
async fn notices_of_many_orders_overtake_each_other() {
    let mut world = world().await;
    let mut started = Vec::new();
    for order in 0..40 {
        started.push(paid(order, &world.pay(order, "mixed").await));
    }
    let mut told = Vec::new();
    for _ in 0..200 {
        told.extend(world.after(10).await.0);
    }
    assert_eq!(told.len(), started.len());
    assert!(started.iter().all(|notice| told.contains(notice)));
    assert_ne!(told, started, "in another order than they were paid in");
}

#[tokio::test]
async fn what_is_known_is_listed_whole_even_what_was_never_told() {
    let mut world = world().await;
    let mut paid = Vec::new();
    for order in 0..250 {
        paid.push(world.pay(order, "untold").await);
    }
    world.pay(900, "never").await;
    world.pay(901, "slow:60000").await;
    assert_eq!(world.after(0).await, (vec![], Some(60_000)));
    world.sandbox.refund(back(7, &paid[7], "part", 999)).await.unwrap();
    let (mut known, mut next) = (Vec::new(), None::<Box<str>>);
    loop {
        let page = world.sandbox.known(Millis(START), next.as_deref()).await.unwrap();
        known.extend(page.payments);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(known.iter().map(|it| &it.payment).collect::<Vec<_>>(), paid.iter().collect::<Vec<_>>());
    let seventh =
        KnownRefund { refund: RefundId::new("part").unwrap(), minor: 999, state: RefundState::Done };
    assert_eq!((known[7].paid, &known[7].refunds), (Some(yuan(1999)), &vec![seventh]));
    let later = world.sandbox.known(Millis(START + 1), None).await.unwrap();
    assert_eq!(later, KnownPage::default());
    assert_eq!(world.sandbox.look(&PaymentId::new("sandbox-0").unwrap()).await, Ok(None));
}

#[tokio::test]
async fn a_notice_of_somebody_else_is_not_believed() {
    let mut world = world().await;
    world.pay(1, "now").await;
    world.sandbox.deliver_due().await.unwrap();
    let told = world.came.try_recv().unwrap();
    let check = |headers: &[(&str, &str)], body: &[u8], at| {
        world.sandbox.verify_notice(headers, body, Millis(at)).unwrap_err()
    };
    let headers = told.headers();
    assert!(world.sandbox.verify_notice(&headers, &told.body, Millis(START)).is_ok());
    let dearer = String::from_utf8(told.body.to_vec()).unwrap().replace("1999", "9999");
    assert_eq!(check(&headers, dearer.as_bytes(), START), NoticeError::BadSignature);
    assert_eq!(check(&headers, &told.body, START + 301_000), NoticeError::Stale);
    assert_eq!(check(&[], &told.body, START), NoticeError::BadHeader { header: "webhook-id" });
    let huge = vec![b' '; NOTICE_BYTES_MAX + 1];
    assert_eq!(check(&headers, &huge, START), NoticeError::TooLarge { bytes_max: NOTICE_BYTES_MAX });
}

#[tokio::test]
async fn a_running_sandbox_delivers_by_itself() {
    let mut world = world().await;
    let running = tokio::spawn(world.sandbox.clone().run());
    for order in 1..=3 {
        let payment = world.pay(order, "now").await;
        let told = world.came.recv().await.unwrap();
        assert_eq!(world.read(&told, Millis(START)), paid(order, &payment));
    }
    running.abort();
}
