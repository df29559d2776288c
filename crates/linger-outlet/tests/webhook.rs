//! Webhooks to receivers of the test's own, over real sockets, with a clock turned by hand.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use linger_outlet::{WebhookConfig, WebhookError, WebhookSecret, WebhookSender};
use linger_protocol::Millis;
use serde_json::json;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, AtomicU16, Ordering},
};
use tempfile::TempDir;

const BEGIN: i64 = 1_700_000_000_000;
const HOUR: i64 = 3_600_000;

/// What a receiver was told: id, timestamp, signature, body.
type Told = (String, String, String, Vec<u8>);

#[derive(Clone, Default)]
struct Receiver {
    told: Arc<Mutex<Vec<Told>>>,
    says: Arc<AtomicU16>,
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let told =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"), body.to_vec());
    receiver.told.lock().unwrap().push(told);
    StatusCode::from_u16(receiver.says.load(Ordering::SeqCst)).unwrap()
}

struct World {
    dir: TempDir,
    now: Arc<AtomicI64>,
    receiver: Receiver,
    url: String,
}

impl World {
    async fn new() -> World {
        let receiver = Receiver::default();
        receiver.says.store(200, Ordering::SeqCst);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = Router::new().route("/hook", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        World { dir: TempDir::new().unwrap(), now: Arc::new(AtomicI64::new(BEGIN)), receiver, url }
    }

    async fn sender(&self, private_allowed: bool) -> WebhookSender {
        let now = self.now.clone();
        let clock: linger_outlet::Clock = Arc::new(move || Millis(now.load(Ordering::SeqCst)));
        let dir = self.dir.path().to_owned();
        WebhookSender::open(WebhookConfig { dir, clock, private_allowed }).await.unwrap()
    }

    fn told(&self) -> Vec<Told> {
        self.receiver.told.lock().unwrap().clone()
    }

    fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }
}

fn topics(list: &[&str]) -> Vec<String> {
    list.iter().map(|it| (*it).to_owned()).collect()
}

#[tokio::test]
async fn a_message_arrives_signed_and_once() {
    let world = World::new().await;
    let sender = world.sender(true).await;
    let (endpoint, secret) = sender.add(&world.url, &topics(&["alarm"])).await.unwrap();
    sender.add(&world.url, &topics(&["order"])).await.unwrap();
    assert_eq!(sender.send("alarm", &json!({"name": "return"})).await.unwrap(), 1);
    assert_eq!(sender.deliver_due().await.unwrap(), None);
    assert_eq!(sender.deliver_due().await.unwrap(), None);
    let told = world.told();
    assert_eq!(told.len(), 1);
    let (id, timestamp, signature, body) = &told[0];
    assert_eq!(timestamp, "1700000000");
    let said: serde_json::Value = serde_json::from_slice(body).unwrap();
    assert_eq!(said, json!({"type": "alarm", "data": {"name": "return"}}));
    // The receiving half of the convention, with the secret that was told.
    assert!(WebhookSecret::from_text(&secret).is_some());
    let key = base64_of(&secret);
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
    let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
    let tag = base64_of(signature.strip_prefix("v1,").unwrap());
    aws_lc_rs::hmac::verify(&key, &signed, &tag).unwrap();
    let endpoints = sender.endpoints().await.unwrap();
    let took: Vec<_> = endpoints.iter().filter(|it| it.last_ok_at == Some(Millis(BEGIN))).collect();
    assert!(took.len() == 1 && took[0].id == endpoint.id, "{endpoints:?}");
}

fn base64_of(text: &str) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).unwrap()
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again_later_with_the_same_id_even_after_a_restart() {
    let world = World::new().await;
    let sender = world.sender(true).await;
    sender.add(&world.url, &topics(&["*"])).await.unwrap();
    world.receiver.says.store(503, Ordering::SeqCst);
    sender.send("alarm", &json!(1)).await.unwrap();
    assert_eq!(sender.deliver_due().await.unwrap(), Some(Millis(BEGIN + 5_000)));
    assert_eq!(sender.deliver_due().await.unwrap(), Some(Millis(BEGIN + 5_000)));
    assert_eq!(world.told().len(), 1, "not before it is due");
    drop(sender);
    let sender = world.sender(true).await;
    world.pass(5_000);
    assert_eq!(sender.deliver_due().await.unwrap(), Some(Millis(BEGIN + 305_000)));
    world.receiver.says.store(204, Ordering::SeqCst);
    world.pass(300_000);
    assert_eq!(sender.deliver_due().await.unwrap(), None);
    let ids: Vec<_> = world.told().into_iter().map(|it| it.0).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|it| *it == ids[0]));
}

#[tokio::test]
async fn a_message_nobody_ever_takes_is_given_up_after_ten_tries() {
    let world = World::new().await;
    let sender = world.sender(true).await;
    sender.add(&world.url, &topics(&["*"])).await.unwrap();
    world.receiver.says.store(500, Ordering::SeqCst);
    sender.send("alarm", &json!(1)).await.unwrap();
    let mut tries = 0;
    while let Some(at) = sender.deliver_due().await.unwrap() {
        world.now.store(at.0, Ordering::SeqCst);
        tries += 1;
        assert!(tries < 20);
    }
    assert_eq!(world.told().len(), 10);
    assert!(world.now.load(Ordering::SeqCst) - BEGIN > 72 * HOUR);
}

#[tokio::test]
async fn an_endpoint_that_is_gone_hears_nothing_more() {
    let world = World::new().await;
    let sender = world.sender(true).await;
    let (endpoint, _) = sender.add(&world.url, &topics(&["alarm"])).await.unwrap();
    world.receiver.says.store(410, Ordering::SeqCst);
    sender.send("alarm", &json!(1)).await.unwrap();
    assert_eq!(sender.deliver_due().await.unwrap(), None);
    assert_eq!(sender.endpoints().await.unwrap()[0].ended.as_deref(), Some("gone"));
    assert_eq!(sender.send("alarm", &json!(2)).await.unwrap(), 0);
    assert!(sender.remove(&endpoint.id).await.unwrap());
    assert!(!sender.remove(&endpoint.id).await.unwrap());
}

#[tokio::test]
async fn the_houses_own_network_is_not_called_unless_it_is_allowed() {
    let world = World::new().await;
    let open = world.sender(true).await;
    open.add(&world.url, &topics(&["alarm"])).await.unwrap();
    open.send("alarm", &json!(1)).await.unwrap();
    drop(open);
    // Allowed when it was entered, forbidden now: it is not called any more.
    let strict = world.sender(false).await;
    assert!(matches!(
        strict.add(&world.url, &topics(&["alarm"])).await,
        Err(WebhookError::Field { field: "url", .. })
    ));
    assert_eq!(strict.deliver_due().await.unwrap(), None);
    assert_eq!(world.told().len(), 0);
}

#[tokio::test]
async fn bounds_are_kept() {
    let world = World::new().await;
    let sender = world.sender(true).await;
    for list in [&[][..], &["a,b"], &[""], &["two words"], &["x"; 21]] {
        let refused = sender.add(&world.url, &topics(list)).await;
        assert!(matches!(refused, Err(WebhookError::Field { field: "topics", .. })), "{list:?}");
    }
    for _ in 0..linger_outlet::ENDPOINTS_MAX {
        sender.add(&world.url, &topics(&["x"])).await.unwrap();
    }
    assert!(matches!(sender.add(&world.url, &topics(&["x"])).await, Err(WebhookError::Full("endpoints"))));
    let large = json!("x".repeat(linger_outlet::MESSAGE_BYTES_MAX));
    assert!(matches!(sender.send("x", &large).await, Err(WebhookError::Field { field: "body", .. })));
}

#[tokio::test]
async fn what_is_repeated_under_one_id_waits_once() {
    let world = World::new().await;
    let sender = world.sender(true).await;
    sender.add(&world.url, &topics(&["alarm.spoke"])).await.unwrap();
    assert_eq!(sender.send_as("msg_alarm-1", "alarm.spoke", &json!(1)).await.unwrap(), 1);
    assert_eq!(sender.send_as("msg_alarm-1", "alarm.spoke", &json!(1)).await.unwrap(), 0);
    sender.deliver_due().await.unwrap();
    assert_eq!(world.told().iter().map(|it| it.0.as_str()).collect::<Vec<_>>(), ["msg_alarm-1"]);
    for id in ["", "two words", "a.b"] {
        assert!(matches!(sender.send_as(id, "x", &json!(1)).await, Err(WebhookError::Field { .. })));
    }
}

#[tokio::test]
async fn a_test_reaches_its_endpoint_alone_and_every_try_is_remembered() {
    let world = World::new().await;
    let sender = world.sender(true).await;
    let (endpoint, _) = sender.add(&world.url, &topics(&["alarm.spoke"])).await.unwrap();
    let (other, _) = sender.add(&world.url, &topics(&["*"])).await.unwrap();
    assert_eq!(sender.test("none").await.unwrap(), None);
    assert_eq!(sender.tries("none").await.unwrap(), None);
    let id = sender.test(&endpoint.id).await.unwrap().unwrap();
    let endpoints = sender.endpoints().await.unwrap();
    assert!(endpoints.iter().all(|it| it.waiting == u64::from(it.id == endpoint.id)), "{endpoints:?}");
    world.receiver.says.store(500, Ordering::SeqCst);
    sender.deliver_due().await.unwrap();
    world.pass(5_000);
    world.receiver.says.store(200, Ordering::SeqCst);
    sender.deliver_due().await.unwrap();
    let tries = sender.tries(&endpoint.id).await.unwrap().unwrap();
    let seen: Vec<_> = tries.iter().map(|it| (it.number, it.outcome.as_str(), it.status)).collect();
    assert_eq!(seen, [(2, "arrived", Some(200)), (1, "again", Some(500))]);
    assert!(tries.iter().all(|it| it.message == id && it.topic == linger_outlet::TEST_TOPIC));
    assert_eq!(sender.tries(&other.id).await.unwrap(), Some(vec![]));
    // Bounds: five tests may wait, a hundred tries are remembered.
    world.receiver.says.store(500, Ordering::SeqCst);
    for _ in 0..5 {
        sender.test(&endpoint.id).await.unwrap();
    }
    assert!(matches!(sender.test(&endpoint.id).await, Err(WebhookError::Full(_))));
    world.receiver.says.store(200, Ordering::SeqCst);
    for i in 0..110 {
        sender.send("alarm.spoke", &json!(i)).await.unwrap();
    }
    while sender.deliver_due().await.unwrap().is_some() {}
    assert_eq!(sender.tries(&endpoint.id).await.unwrap().unwrap().len(), 100);
    world.receiver.says.store(410, Ordering::SeqCst);
    sender.test(&endpoint.id).await.unwrap();
    sender.deliver_due().await.unwrap();
    assert_eq!(sender.test(&endpoint.id).await, Err(WebhookError::Ended));
}

#[tokio::test]
async fn for_a_day_the_secret_before_signs_as_well() {
    let world = World::new().await;
    let sender = world.sender(true).await;
    let (endpoint, old) = sender.add(&world.url, &topics(&["alarm"])).await.unwrap();
    assert_eq!(sender.rotate("none").await.unwrap(), None);
    let new = sender.rotate(&endpoint.id).await.unwrap().unwrap();
    assert!(new != old && new.starts_with("whsec_"));
    let signed = |secret: &str, told: &Told| {
        use aws_lc_rs::hmac;
        use base64::{Engine, engine::general_purpose::STANDARD};
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let bytes = [told.0.as_bytes(), b".", told.1.as_bytes(), b".", &told.3].concat();
        let tag = format!("v1,{}", STANDARD.encode(hmac::sign(&key, &bytes)));
        told.2.split(' ').any(|it| it == tag)
    };
    sender.send("alarm", &json!(1)).await.unwrap();
    sender.deliver_due().await.unwrap();
    world.pass(24 * 3_600_000);
    sender.send("alarm", &json!(2)).await.unwrap();
    sender.deliver_due().await.unwrap();
    let told = world.told();
    assert_eq!([signed(&new, &told[0]), signed(&old, &told[0])], [true, true]);
    assert_eq!([signed(&new, &told[1]), signed(&old, &told[1])], [true, false]);
}
