//! Webhooks to receivers of the test's own, over real sockets, with a clock turned by hand.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use linger_outlet::{Again, WebhookConfig, WebhookError, WebhookSecret, WebhookSender};
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
    retry_after: Arc<Mutex<String>>,
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let told =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"), body.to_vec());
    receiver.told.lock().unwrap().push(told);
    let mut told = HeaderMap::new();
    let retry_after = receiver.retry_after.lock().unwrap().clone();
    if !retry_after.is_empty() {
        told.insert("retry-after", retry_after.parse().unwrap());
    }
    // Where a redirect leads is nobody's business.
    told.insert("location", "/hook".parse().unwrap());
    (StatusCode::from_u16(receiver.says.load(Ordering::SeqCst)).unwrap(), told)
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
    assert_eq!(
        said,
        json!({"type": "alarm", "timestamp": "2023-11-14T22:13:20Z", "data": {"name": "return"}})
    );
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
    world.receiver.says.store(500, Ordering::SeqCst);
    sender.send("alarm", &json!(1)).await.unwrap();
    let first = wait_of(&world, &sender).await;
    assert!((5_000..=5_500).contains(&first), "{first}");
    assert_eq!(wait_of(&world, &sender).await, first);
    assert_eq!(world.told().len(), 1, "not before it is due");
    drop(sender);
    let sender = world.sender(true).await;
    world.pass(first);
    let second = wait_of(&world, &sender).await;
    assert!((300_000..=330_000).contains(&second), "{second}");
    world.receiver.says.store(204, Ordering::SeqCst);
    world.pass(second);
    assert_eq!(sender.deliver_due().await.unwrap(), None);
    let ids: Vec<_> = world.told().into_iter().map(|it| it.0).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|it| *it == ids[0]));
}

/// Delivers what is due; how long until more is.
async fn wait_of(world: &World, sender: &WebhookSender) -> i64 {
    sender.deliver_due().await.unwrap().unwrap().0 - world.now.load(Ordering::SeqCst)
}

#[tokio::test]
async fn an_endpoint_that_asks_to_be_left_alone_is_left_alone_with_all_that_waits() {
    let world = World::new().await;
    let sender = world.sender(true).await;
    sender.add(&world.url, &topics(&["*"])).await.unwrap();
    for (status, told, least) in [(429, "3600", 3_600_000), (503, "", 5_000), (503, "999999999", 86_400_000)]
    {
        world.receiver.says.store(status, Ordering::SeqCst);
        *world.receiver.retry_after.lock().unwrap() = told.to_owned();
        for number in 0..6 {
            sender.send("alarm", &json!(number)).await.unwrap();
        }
        // Four of one endpoint travel at a time; the other two are put off with them.
        let wait = wait_of(&world, &sender).await;
        assert!((least..=least + least / 10).contains(&wait), "{status} {told}: {wait}");
        assert_eq!(world.told().len(), 4);
        world.receiver.told.lock().unwrap().clear();
        world.receiver.says.store(200, Ordering::SeqCst);
        world.pass(2 * 86_400_000);
        while sender.deliver_due().await.unwrap().is_some() {}
        world.receiver.told.lock().unwrap().clear();
    }
}

#[tokio::test]
async fn messages_go_again_one_or_all_since_a_time_with_the_ids_they_had() {
    let world = World::new().await;
    let sender = world.sender(true).await;
    let (endpoint, _) = sender.add(&world.url, &topics(&["alarm"])).await.unwrap();
    let id = endpoint.id.as_str();
    let deliver = async || {
        while sender.deliver_due().await.unwrap().is_some_and(|at| at.0 <= world.now.load(Ordering::SeqCst)) {
        }
        let told = std::mem::take(&mut *world.receiver.told.lock().unwrap());
        let mut ids: Vec<_> = told.into_iter().map(|it| it.0).collect();
        ids.sort();
        ids
    };
    sender.send_as("msg_1", "alarm", &json!(1)).await.unwrap();
    assert_eq!(deliver().await, ["msg_1"]);
    world.pass(1_000);
    world.receiver.says.store(500, Ordering::SeqCst);
    sender.send_as("msg_2", "alarm", &json!(2)).await.unwrap();
    for _ in 0..10 {
        deliver().await;
        world.pass(3 * 86_400_000);
    }
    world.receiver.says.store(200, Ordering::SeqCst);
    assert_eq!(sender.endpoints().await.unwrap()[0].waiting, 0, "the second was given up");
    let tries = sender.tries(id).await.unwrap().unwrap();
    assert!(tries.iter().all(|it| it.there), "{tries:?}");

    assert_eq!(sender.again(id, Again::Message("msg_1")).await, Ok(Some(1)));
    assert_eq!(deliver().await, ["msg_1"]);
    assert_eq!(sender.again(id, Again::Message("msg_9")).await, Ok(Some(0)));
    assert_eq!(sender.again("none", Again::Message("msg_1")).await, Ok(None));
    let since = |at, failed| Again::Since { since: Millis(at), failed };
    assert_eq!(sender.again(id, since(BEGIN, true)).await, Ok(Some(1)));
    assert_eq!(deliver().await, ["msg_2"]);
    assert_eq!(sender.again(id, since(BEGIN, true)).await, Ok(Some(0)), "it has arrived");
    assert_eq!(sender.again(id, since(BEGIN + 1_000, false)).await, Ok(Some(1)));
    assert_eq!(deliver().await, ["msg_2"]);
    assert_eq!(sender.again(id, since(BEGIN, false)).await, Ok(Some(2)));
    assert_eq!(deliver().await, ["msg_1", "msg_2"]);
    // What waits for its next try does not wait any longer, and goes once.
    world.receiver.says.store(500, Ordering::SeqCst);
    sender.send_as("msg_3", "alarm", &json!(3)).await.unwrap();
    deliver().await;
    world.receiver.says.store(200, Ordering::SeqCst);
    let third = world.now.load(Ordering::SeqCst);
    assert_eq!(sender.again(id, since(third, true)).await, Ok(Some(1)));
    assert_eq!(deliver().await, ["msg_3"]);
    // An endpoint that is gone stays gone.
    world.receiver.says.store(410, Ordering::SeqCst);
    sender.again(id, Again::Message("msg_3")).await.unwrap();
    deliver().await;
    assert_eq!(sender.again(id, Again::Message("msg_3")).await, Err(WebhookError::Ended));
}

#[tokio::test]
async fn the_reference_library_believes_what_is_sent_and_nothing_else() {
    let world = World::new().await;
    world.now.store(linger_outlet::system_clock()().0, Ordering::SeqCst);
    let sender = world.sender(true).await;
    let (endpoint, old) = sender.add(&world.url, &topics(&["alarm"])).await.unwrap();
    let new = sender.rotate(&endpoint.id).await.unwrap().unwrap();
    sender.send("alarm", &json!({"name": "回访率 fell"})).await.unwrap();
    sender.deliver_due().await.unwrap();
    let (id, timestamp, signature, body) = world.told().remove(0);
    let headers = |id: &str, timestamp: &str, signature: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", id.parse().unwrap());
        headers.insert("webhook-timestamp", timestamp.parse().unwrap());
        headers.insert("webhook-signature", signature.parse().unwrap());
        headers
    };
    let good = headers(&id, &timestamp, &signature);
    for secret in [&old, &new] {
        standardwebhooks::Webhook::new(secret).unwrap().verify(&body, &good).unwrap();
    }
    let reference = standardwebhooks::Webhook::new(&new).unwrap();
    let seconds: i64 = timestamp.parse().unwrap();
    for bad in [
        headers("msg_other", &timestamp, &signature),
        headers(&id, &(seconds + 1).to_string(), &signature),
        headers(&id, &timestamp, &signature.replace("v1,", "v2,")),
    ] {
        assert!(reference.verify(&body, &bad).is_err());
    }
    assert!(reference.verify(b"{}", &good).is_err());
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
async fn a_redirect_is_not_followed_and_is_tried_again() {
    let world = World::new().await;
    let sender = world.sender(true).await;
    sender.add(&world.url, &topics(&["*"])).await.unwrap();
    for status in [301, 302, 307, 308] {
        world.receiver.says.store(status, Ordering::SeqCst);
        sender.send("alarm", &json!(1)).await.unwrap();
        assert!(wait_of(&world, &sender).await >= 5_000, "{status}");
        assert_eq!(std::mem::take(&mut *world.receiver.told.lock().unwrap()).len(), 1, "{status}");
        world.pass(1);
    }
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
    world.pass(5_500);
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
