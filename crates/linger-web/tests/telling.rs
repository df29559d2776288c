//! What alarms say as it reaches people outside: webhooks and mail, and reports when their time is over. It knows nothing
//! of when an alarm speaks.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use house::{Door, Who, post::PostOffice};
use linger_behaviour::{Fact, Text, touch};
use linger_events::{Incoming, Who as By};
use linger_protocol::{Arrival, Departure, LeaveReason, Millis, PersonId, Report, Role, SessionId};
use linger_web::{ReportEvery, WebConfig};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
    time::{Duration, Instant},
};

const DAY: i64 = 86_400_000;

/// What a receiver was told: headers and body.
type Told = (HeaderMap, Vec<u8>);

#[derive(Clone, Default)]
struct Receiver {
    told: Arc<Mutex<Vec<Told>>>,
    says: Arc<AtomicU16>,
}

impl Receiver {
    async fn open() -> (Receiver, String) {
        let receiver = Receiver::default();
        receiver.says.store(200, Ordering::SeqCst);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = Router::new().route("/hook", post(Receiver::take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        (receiver, url)
    }

    async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
        receiver.told.lock().unwrap().push((headers, body.to_vec()));
        StatusCode::from_u16(receiver.says.load(Ordering::SeqCst)).unwrap()
    }

    fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }
}

/// What a receiver does by the convention: the body, if its signature is made with the secret that was told.
fn verified((headers, body): &Told, secret: &str) -> Value {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
    let head = format!("{}.{}.", header("webhook-id"), header("webhook-timestamp"));
    let tag = STANDARD.decode(header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
    aws_lc_rs::hmac::verify(&key, &[head.as_bytes(), body].concat(), &tag).unwrap();
    serde_json::from_slice(body).unwrap()
}

/// Tries until something has happened beside the door, which has no other end to wait for.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{what} never came");
        tokio::task::yield_now().await;
    }
}

fn often(config: &mut WebConfig) {
    config.look_every = Duration::from_millis(50);
    config.mail_to = vec!["ann@example.com".to_owned()];
}

/// Lets so many people enter on a day.
async fn enter(door: &Door, days_ago: i64, people: u64) {
    let at_ms = door.now().0 - days_ago * DAY;
    let one = |n: u64| {
        let id = u128::try_from(at_ms).unwrap() * 1_000 + u128::from(n);
        let name = touch::ENTERED.into();
        let fact = Fact { at_ms, received_ms: door.now().0, name, id, ..Fact::default() };
        let who = By::known(&format!("p{n}"));
        Incoming { who, fact: fact.with(Text::Source, "feed"), alias: None }
    };
    let (events, batch) = (door.events.clone(), (0..people).map(one).collect());
    tokio::task::spawn_blocking(move || events.append(batch)).await.unwrap().unwrap();
}

async fn made(door: &Door, who: &Who, path: &str, body: Value) -> Value {
    let said = door.post(path, who, body).await;
    assert_eq!(said.status.as_u16(), 201, "{}", said.text);
    said.json()
}

async fn tries(door: &Door, who: &Who, id: &str) -> Value {
    let said = door.get(&format!("/api/webhooks/{id}/tries"), who).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    said.json()
}

/// Delivers mail until so many lie at the post office.
async fn mails(door: &Door, office: &PostOffice, count: usize) -> Vec<String> {
    until("mail", async || {
        door.mail.as_ref().unwrap().deliver_due().await.unwrap();
        Some(office.mails()).filter(|it| it.len() >= count)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_that_speaks_is_told_by_webhook_and_by_mail_once() {
    let office = PostOffice::open().await;
    let (receiver, url) = Receiver::open().await;
    let door = Door::telling(Some(&office.url), |config| {
        often(config);
        config.public_url = "http://live.example.com/".parse().unwrap();
    })
    .await;
    let operator = door.signed_in(Role::Operator).await;
    for days_ago in 1..60 {
        enter(&door, days_ago, 20).await;
    }
    let hook = made(&door, &operator, "/api/webhooks", json!({"url": url, "topics": ["alarm.spoke"]})).await;
    let (hook, secret) = (hook["id"].as_str().unwrap(), hook["secret"].as_str().unwrap());
    let scope = json!({"from_ms": 0, "to_ms": DAY, "zone": "UTC"});
    let question =
        json!({"ask": "trend", "scope": scope, "what": {"event": touch::ENTERED}, "period": "day"});
    let figure = json!({"of": "question", "question": question, "figure": "people"});
    let rule = json!({"name": "Visitors", "figure": figure, "people_min": 1});
    let tried = door.post("/api/alarms/try", &operator, json!({"rule": rule})).await;
    assert_eq!(tried.status.as_u16(), 200, "{}", tried.text);
    made(&door, &operator, "/api/alarms", json!({"rule": rule, "seen": tried.json()["seen"]})).await;
    // The day of today goes on as usual, and of the next two few come.
    enter(&door, 0, 20).await;
    let begun =
        until("where telling begins", async || door.store.setting("alarms-told").await.unwrap()).await;
    assert_eq!(begun, r#"{"told":0,"upto":0}"#);
    for _ in 0..2 {
        door.pass(DAY.unsigned_abs());
        enter(&door, 0, 5).await;
    }
    door.pass(DAY.unsigned_abs());
    receiver.says.store(500, Ordering::SeqCst);
    until("a webhook", async || {
        door.webhooks.deliver_due().await.unwrap();
        Some(()).filter(|()| !receiver.told().is_empty())
    })
    .await;
    let operator = door.signed_in(Role::Operator).await;
    let seen = tries(&door, &operator, hook).await;
    assert_eq!((&seen[0]["outcome"], &seen[0]["status"]), (&json!("again"), &json!(500)), "{seen}");
    receiver.says.store(204, Ordering::SeqCst);
    door.pass(5_500);
    assert_eq!(door.webhooks.deliver_due().await.unwrap(), None);
    let told = receiver.told();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].0["webhook-id"], told[1].0["webhook-id"]);
    let said = verified(&told[1], secret);
    assert_eq!((&said["type"], &said["data"]["name"]), (&json!("alarm.spoke"), &json!("Visitors")), "{said}");
    assert_eq!((&said["data"]["value"], &said["data"]["usual"]), (&json!(5.0), &json!(20.0)), "{said}");
    assert_eq!(said["data"]["at"].as_i64().unwrap() - said["data"]["since"].as_i64().unwrap(), DAY);
    assert_eq!(said["data"]["figure"], json!({"of": "question", "figure": "people"}));
    let seen = tries(&door, &operator, hook).await;
    assert_eq!((&seen[0]["outcome"], &seen[0]["number"]), (&json!("arrived"), &json!(2)), "{seen}");

    let mail = mails(&door, &office, 1).await.remove(0);
    for part in [
        "RCPT TO:<ann@example.com>",
        "Subject: Alarm: Visitors",
        "Visitors: a figure of a question is off what is usual.",
        "Value: 5.00",
        "Usual: 20.00 (-75.0 %)",
        "Since: 2023-11-15",
        "People behind it: 5",
        "Control room: http://live.example.com/",
    ] {
        assert!(mail.contains(part), "{part} is missing: {mail}");
    }
    // The same series again says nothing new: the next thing that is told is the next thing that is said.
    let alarm = door.store.alarms().await.unwrap().remove(0);
    let moment = json!({"at_ms": door.now().0, "kind": "clear", "value": 20.0, "baseline": 20.0, "change": 0.0, "z": 0.0, "people": 20});
    let text = json!({"name": "Visitors", "moment": moment}).to_string();
    assert!(door.store.keep_moment(alarm.id, door.now(), "clear", &text, door.now()).await.unwrap());
    let all = mails(&door, &office, 2).await;
    assert!(all.len() == 2 && all[1].contains("is back at what is usual"), "{all:?}");
    assert_eq!(door.webhooks.deliver_due().await.unwrap(), None);
    assert_eq!(receiver.told().len(), 2, "it hears of alarms that speak, not of those that are cleared");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_before_a_restart_is_told_after_it_and_not_twice() {
    let office = PostOffice::open().await;
    // It does not look by itself within this test.
    let first = Door::telling(None, |_| ()).await;
    let author = first.staff(Role::Operator).await;
    let rule = json!({"name": "Return", "figure": {"of": "kpi", "kpi": "d1_return"}}).to_string();
    let keep = async |door: &Door, alarm: u64, day: i64| {
        let moment = json!({"at_ms": day * DAY, "kind": "off", "value": 0.31, "baseline": 0.4, "change": -0.225, "z": -4.0, "people": 90});
        let text = json!({"name": "Return", "moment": moment}).to_string();
        assert!(door.store.keep_moment(alarm, Millis(day * DAY), "off", &text, door.now()).await.unwrap());
    };
    let alarm = first.store.make_alarm(&rule, author, first.now()).await.unwrap();
    // Killed after it was kept and while it was being told.
    keep(&first, alarm, 1).await;
    keep(&first, alarm, 2).await;
    first.store.set_setting("alarms-told", r#"{"told":0,"upto":1}"#, first.now()).await.unwrap();
    let (dir, now) = (first.dir.clone(), first.now());
    drop(first);
    let mut config = house::config("http://127.0.0.1:8080/");
    often(&mut config);
    config.language = linger_web::Language::Zh;
    let second = Door::open_in(dir, now, config, true, Some(&office.url)).await;
    let all = mails(&second, &office, 2).await;
    assert_eq!(all.len(), 2, "{all:?}");
    until("the end of telling", async || {
        second.store.setting("alarms-told").await.unwrap().filter(|it| it == r#"{"told":2,"upto":2}"#)
    })
    .await;
    assert_eq!(second.mail.as_ref().unwrap().deliver_due().await.unwrap(), None);
    assert_eq!(office.mails().len(), 2);
    assert!(!all[0].contains("Control room"), "an address of this machine alone helps nobody: {}", all[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_entered_tested_and_taken_out() {
    let (receiver, url) = Receiver::open().await;
    let door = Door::telling(None, |_| ()).await;
    let operator = door.signed_in(Role::Operator).await;
    let hook = made(&door, &operator, "/api/webhooks", json!({"url": url, "topics": ["*"]})).await;
    let (id, secret) = (hook["id"].as_str().unwrap(), hook["secret"].as_str().unwrap());
    let list = door.get("/api/webhooks", &operator).await;
    assert!(!list.text.contains("whsec_"), "the secret is told once");
    assert_eq!((&list.json()[0]["url"], &list.json()[0]["waiting"]), (&json!(url), &json!(0)));
    let tested = door.post(&format!("/api/webhooks/{id}/test"), &operator, json!({})).await;
    assert_eq!(tested.status.as_u16(), 202, "{}", tested.text);
    door.webhooks.deliver_due().await.unwrap();
    let said = verified(&receiver.told()[0], secret);
    assert_eq!((&said["type"], &said["data"]["endpoint"]), (&json!("webhook.test"), &json!(id)));
    let seen = tries(&door, &operator, id).await;
    assert_eq!((&seen[0]["message"], &seen[0]["outcome"]), (&tested.json()["message"], &json!("arrived")));
    // Again: the same message with the same id, one or all since a time.
    let again = async |body| door.post(&format!("/api/webhooks/{id}/again"), &operator, body).await;
    let message = &tested.json()["message"];
    for body in [json!({"what": "message", "message": message}), json!({"what": "since", "since": 0})] {
        let said = again(body).await;
        assert_eq!((said.status.as_u16(), said.json()), (202, json!({"messages": 1})));
        door.webhooks.deliver_due().await.unwrap();
        assert_eq!(receiver.told().last().unwrap().0["webhook-id"], message.as_str().unwrap());
    }
    assert_eq!(
        again(json!({"what": "since", "since": 0, "failed": true})).await.json(),
        json!({"messages": 0})
    );
    assert_eq!(
        again(json!({"what": "message", "message": "x"})).await.refusal(),
        (404, "no-such-message".to_owned())
    );
    assert_eq!(again(json!({"what": "since"})).await.refusal(), (400, "bad-field".to_owned()));
    for _ in 0..5 {
        door.post(&format!("/api/webhooks/{id}/test"), &operator, json!({})).await;
    }
    let more = door.post(&format!("/api/webhooks/{id}/test"), &operator, json!({})).await;
    assert_eq!(more.refusal(), (409, "too-many-kept".to_owned()));
    receiver.says.store(410, Ordering::SeqCst);
    door.webhooks.deliver_due().await.unwrap();
    let gone = door.post(&format!("/api/webhooks/{id}/test"), &operator, json!({})).await;
    assert_eq!(gone.refusal(), (409, "webhook-gone".to_owned()));
    let path = format!("/api/webhooks/{id}");
    assert_eq!(door.call("DELETE", &path, &operator, None).await.status.as_u16(), 200);
    let missing = (404, "no-such-webhook".to_owned());
    assert_eq!(door.call("DELETE", &path, &operator, None).await.refusal(), missing);
    assert_eq!(door.get(&format!("{path}/tries"), &operator).await.refusal(), missing);
    assert_eq!(door.post(&format!("{path}/test"), &operator, json!({})).await.refusal(), missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_does_not_lead_into_the_houses_own_network() {
    let (receiver, url) = Receiver::open().await;
    let door = Door::open().await;
    let admin = door.signed_in(Role::Admin).await;
    let long = format!("https://example.com/{}", "x".repeat(2_048));
    for (url, topics, field) in [
        (url.as_str(), json!(["*"]), "url"),
        ("https://127.0.0.1/", json!(["*"]), "url"),
        ("https://169.254.169.254/latest", json!(["*"]), "url"),
        ("https://[::1]/", json!(["*"]), "url"),
        ("https://localhost/", json!(["*"]), "url"),
        ("http://example.com/", json!(["*"]), "url"),
        ("https://u:p@example.com/", json!(["*"]), "url"),
        (&long, json!(["*"]), "url"),
        ("https://example.com/", json!([]), "topics"),
        ("https://example.com/", json!(["order.paid"]), "topics"),
        ("https://example.com/", json!(vec!["*"; 21]), "topics"),
    ] {
        let said = door.post("/api/webhooks", &admin, json!({"url": url, "topics": topics})).await;
        assert_eq!(said.refusal(), (400, "bad-webhook".to_owned()), "{url}: {}", said.text);
        assert_eq!(said.json()["field"], json!(field), "{url}");
    }
    // A name that leads inside is found out when it is called: this one is entered, and nobody is called.
    for n in 0..linger_outlet::ENDPOINTS_MAX {
        let body = json!({"url": format!("https://{n}.example.com/"), "topics": ["alarm.spoke"]});
        made(&door, &admin, "/api/webhooks", body).await;
    }
    let more = json!({"url": "https://example.com/", "topics": ["*"]});
    let said = door.post("/api/webhooks", &admin, more).await;
    assert_eq!(said.refusal(), (409, "too-many-kept".to_owned()));
    assert!(receiver.told().is_empty());
}

/// A show of a minute to which ten people come.
async fn show(door: &Door, name: &str) {
    let room = door.room(name).await;
    let report = async |report| door.engine.report(&room, report).await.unwrap();
    report(Report::MediaStarted).await;
    let arrived = |id| Arrival {
        session: SessionId(id),
        person: PersonId(id),
        source: "feed".to_owned(),
        brought_by: None,
    };
    report(Report::PeopleMoved { arrived: (1..11).map(arrived).collect(), left: vec![] }).await;
    door.pass(60_000);
    let left = |id| Departure { session: SessionId(id), reason: LeaveReason::Left };
    report(Report::PeopleMoved { arrived: vec![], left: (1..11).map(left).collect() }).await;
    report(Report::MediaStopped { on_purpose: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_days_report_is_mailed_once_when_the_day_is_over_even_over_a_restart() {
    let office = PostOffice::open().await;
    let daily = |config: &mut WebConfig| {
        often(config);
        config.reports = vec![ReportEvery::Daily];
        config.zone = "Asia/Shanghai".to_owned();
    };
    let first = Door::telling(Some(&office.url), daily).await;
    // 2023-11-15 06:13 in Shanghai: what was over before reports were switched on is not mailed.
    let begun = until("the first look", async || first.store.setting("reports-sent").await.unwrap()).await;
    assert_eq!(begun, r#"{"daily":"2023-11-14"}"#);
    show(&first, "tea").await;
    show(&first, "cups").await;
    first.pass(18 * 3_600_000);
    let all = mails(&first, &office, 1).await;
    assert!(all[0].contains("Subject: Report of 2023-11-15"), "{}", all[0]);
    for name in ["tea", "cups"] {
        assert!(all[0].contains(&format!("linger-{name}-daily-2023-11-15.html")), "{}", all[0]);
    }
    assert!(all[0].contains("<!doctype html>") && all[0].contains("RCPT TO:<ann@example.com>"), "{}", all[0]);
    until("its note", async || {
        first.store.setting("reports-sent").await.unwrap().filter(|it| it.contains("2023-11-15"))
    })
    .await;
    // Killed just before it noted what it had sent.
    first.house.begin_stop();
    let before = r#"{"daily":"2023-11-14"}"#;
    first.store.set_setting("reports-sent", before, first.now()).await.unwrap();
    let (dir, now) = (first.dir.clone(), first.now());
    drop(first);
    let mut config = house::config("http://127.0.0.1:8080/");
    daily(&mut config);
    let second = Door::open_in(dir, now, config, true, Some(&office.url)).await;
    until("its note", async || {
        second.store.setting("reports-sent").await.unwrap().filter(|it| it.contains("2023-11-15"))
    })
    .await;
    second.pass(DAY.unsigned_abs());
    let all = mails(&second, &office, 2).await;
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[1].contains("Subject: Report of 2023-11-16"), "{}", all[1]);
    assert!(all[1].contains("No show began in this time."), "{}", all[1]);
}
