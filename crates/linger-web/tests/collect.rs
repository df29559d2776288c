//! Telling events, as senders do and as nobody should. Every answer counts for its item, and what was stored is there.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use axum::{body::Body, http::Request};
use house::{Door, Said, Who};
use linger_behaviour::{Fact, Number, Text, touch};
use linger_events::Identity;
use linger_protocol::Role;
use serde_json::{Value, json};
use std::{
    io::Write,
    sync::{Arc, Mutex},
};

struct Shop {
    door: Door,
    operator: Who,
    key: String,
    facts: Arc<Mutex<Vec<Fact>>>,
}

impl Shop {
    async fn open() -> Shop {
        Shop::with(json!({"name": "Server", "source": "server", "trusted": true, "per_second": 100_000}))
            .await
    }

    async fn with(key: Value) -> Shop {
        let door = Door::open().await;
        let operator = door.signed_in(Role::Operator).await;
        let facts: Arc<Mutex<Vec<Fact>>> = Arc::default();
        let seen = facts.clone();
        door.events.watch(Box::new(move |facts| seen.lock().unwrap().extend_from_slice(facts)));
        let made = door.post("/api/write-keys", &operator, key).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
        let key = made.json()["key"].as_str().unwrap().to_owned();
        Shop { door, operator, key, facts }
    }

    async fn tell(&self, call: &str, body: &Value) -> Said {
        self.send(call, &[("content-type", "application/json")], body.to_string().into_bytes()).await
    }

    async fn send(&self, call: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Said {
        use base64::Engine as _;
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{}:", self.key));
        let mut request =
            Request::post(format!("/v1/{call}")).header("authorization", format!("Basic {basic}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.door.send(request.body(Body::from(body)).unwrap()).await
    }

    fn facts(&self) -> Vec<Fact> {
        self.facts.lock().unwrap().clone()
    }
}

fn track(event: &str, user: &str, message: &str) -> Value {
    json!({"type": "track", "event": event, "userId": user, "messageId": message})
}

fn outcomes(said: &Said) -> Vec<String> {
    let results = said.json()["results"].as_array().cloned().unwrap_or_default();
    results.iter().map(|it| it["outcome"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_item_of_a_batch_has_its_own_answer_and_the_good_ones_are_stored() {
    let shop = Shop::open().await;
    let bad = json!({"type": "track", "userId": "ann", "messageId": "m2"});
    let batch = json!({"batch": [track("a", "ann", "m1"), bad, track("b", "ann", "m3"), 7], "sentAt": "2023-11-14T22:13:20.000Z"});
    let said = shop.tell("batch", &batch).await;
    assert_eq!(said.status.as_u16(), 207);
    assert_eq!(outcomes(&said), ["stored", "refused", "stored", "refused"]);
    let told = said.json();
    assert_eq!((&told["stored"], &told["refused"], &told["success"]), (&json!(2), &json!(2), &json!(false)));
    assert_eq!(
        (&told["results"][0]["messageId"], &told["results"][1]["messageId"]),
        (&json!("m1"), &json!("m2"))
    );
    assert_eq!(
        (&told["results"][1]["code"], &told["results"][1]["field"]),
        (&json!("missing-field"), &json!("event"))
    );
    let names: Vec<String> = shop.facts().iter().map(|fact| fact.name.to_string()).collect();
    assert_eq!(names, ["a", "b"]);
    let again = shop.tell("batch", &batch).await;
    assert_eq!(outcomes(&again), ["duplicate", "refused", "duplicate", "refused"]);
    assert_eq!(shop.facts().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_call_is_refused_with_the_field_that_is_to_blame() {
    let shop = Shop::open().await;
    let said = shop.tell("track", &json!({"userId": "ann"})).await;
    assert_eq!(said.refusal(), (400, "missing-field".to_owned()));
    assert_eq!(said.json()["field"], "event");
    let said = shop.tell("t", &json!({"event": "a", "anonymousId": "d"})).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    assert_eq!(shop.tell("shout", &json!({})).await.refusal(), (404, "no-such-call".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_becomes_money_to_the_cent_and_what_is_personal_is_named_and_left_out() {
    let shop = Shop::open().await;
    let properties = json!({"order_id": "o1", "revenue": 0.29, "currency": "USD", "email": "a@b.example"});
    let said = shop
        .tell(
            "track",
            &json!({"event": "Order Completed", "userId": "ann", "messageId": "m", "properties": properties}),
        )
        .await;
    assert_eq!(said.json()["results"][0]["withheld"], json!(["email"]));
    let fact = &shop.facts()[0];
    assert_eq!(&*fact.name, touch::ORDER_PAID);
    assert_eq!((fact.number(Number::AmountMinor), fact.text(Text::Currency)), (Some(29), Some("USD")));
    assert_eq!(fact.text(Text::Source), Some("server"));
    assert!(!format!("{fact:?}").contains("b.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_before_and_after_sign_in_is_one() {
    let shop = Shop::open().await;
    let batch = json!({"batch": [
        {"type": "page", "anonymousId": "d1", "name": "Tea"},
        {"type": "identify", "anonymousId": "d1", "userId": "ann", "traits": {"age_band": "25-34"}},
        {"type": "alias", "previousId": "old-ann", "userId": "ann"},
        track("a", "old-ann", "m1"),
    ]});
    assert_eq!(shop.tell("batch", &batch).await.status.as_u16(), 200);
    let person = shop.door.events.person(&Identity::Known("ann".into()));
    assert!(person.is_some());
    assert_eq!(shop.door.events.person(&Identity::Anonymous("d1".into())), person);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_needed_counts_where_it_stands_and_is_nothing_once_revoked() {
    let shop = Shop::open().await;
    let body = json!({"event": "a", "userId": "ann", "writeKey": shop.key});
    let open = |body: &Value| Request::post("/v1/track").body(Body::from(body.to_string())).unwrap();
    assert_eq!(shop.door.send(open(&body)).await.status.as_u16(), 200);
    let other = json!({"event": "a", "userId": "ann", "writeKey": "wk_none"});
    assert_eq!(shop.door.send(open(&other)).await.refusal(), (401, "bad-key".to_owned()));
    assert_eq!(shop.door.send(open(&json!({}))).await.refusal(), (401, "bad-key".to_owned()));
    let keys = shop.door.get("/api/write-keys", &shop.operator).await;
    assert!(!keys.text.contains(&shop.key));
    let id = keys.json()[0]["id"].as_u64().unwrap();
    shop.door.call("DELETE", &format!("/api/write-keys/{id}"), &shop.operator, None).await;
    assert_eq!(shop.door.send(open(&body)).await.refusal(), (401, "bad-key".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_a_page_may_not_tell_of_money() {
    let shop = Shop::with(json!({"name": "Page", "source": "page"})).await;
    let batch =
        json!({"batch": [track("Order Completed", "ann", "m1"), track("Product Added", "ann", "m2")]});
    let said = shop.tell("batch", &batch).await;
    assert_eq!(outcomes(&said), ["refused", "stored"]);
    assert_eq!(said.json()["results"][0]["code"], "not-allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_events_of_one_key_are_told_when_to_come_back() {
    let shop = Shop::with(json!({"name": "Slow", "source": "slow", "per_second": 1})).await;
    let batch: Vec<Value> = (0..2_500).map(|n| track("a", "ann", &n.to_string())).collect();
    assert_eq!(shop.tell("batch", &json!({"batch": batch})).await.status.as_u16(), 200);
    let said = shop.tell("track", &track("a", "ann", "one more")).await;
    assert_eq!(said.refusal(), (429, "too-many".to_owned()));
    assert!(said.header("retry-after").parse::<u64>().unwrap() >= 1);
    let mut larger: Vec<Value> = batch.clone();
    larger.push(track("a", "ann", "x"));
    let said = shop.tell("batch", &json!({"batch": larger})).await;
    assert_eq!(said.refusal(), (400, "too-many-items".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packed_body_is_read_and_one_that_grows_without_bound_is_not() {
    let shop = Shop::open().await;
    let pack = |bytes: &[u8]| {
        let mut packing = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packing.write_all(bytes).unwrap();
        packing.finish().unwrap()
    };
    let headers = [("content-encoding", "gzip")];
    let body = json!({"batch": [track("a", "ann", "m1")]}).to_string();
    assert_eq!(shop.send("batch", &headers, pack(body.as_bytes())).await.status.as_u16(), 200);
    let bomb = pack(&vec![b' '; 64 << 20]);
    assert!(bomb.len() < 100_000);
    assert_eq!(shop.send("batch", &headers, bomb).await.refusal(), (413, "too-large".to_owned()));
    assert_eq!(shop.send("batch", &headers, body.into_bytes()).await.refusal(), (400, "bad-gzip".to_owned()));
    let said = shop.send("batch", &[("content-encoding", "br")], vec![]).await;
    assert_eq!(said.refusal(), (415, "bad-encoding".to_owned()));
    let said = shop.send("batch", &[], vec![b' '; 600 << 10]).await;
    assert_eq!(said.refusal(), (413, "too-large".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_every_wrong_kind_are_answered_and_nothing_is_stored() {
    let shop = Shop::open().await;
    for (body, status, code) in [
        ("", 400, "not-json"),
        ("[]", 400, "missing-field"),
        ("{}", 400, "bad-field"),
        ("{\"batch\": 1}", 400, "bad-field"),
        ("{\"batch\": [", 400, "not-json"),
        ("{\"batch\": [], \"sentAt\": \"soon\"}", 400, "bad-field"),
        ("{\"batch\": [null, [], \"x\", {}]}", 400, "bad-field"),
        ("\u{0}", 400, "not-json"),
    ] {
        assert_eq!(shop.tell_text(body).await.refusal(), (status, code.to_owned()), "{body}");
    }
    let deep = format!("{{\"batch\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(shop.tell_text(&deep).await.status.as_u16(), 400);
    let said = shop.send("batch", &[], vec![0xff, 0xfe]).await;
    assert_eq!(said.refusal(), (400, "not-json".to_owned()));
    assert!(shop.facts().is_empty());
    assert_eq!(shop.tell("batch", &json!({"batch": []})).await.status.as_u16(), 200);
}

impl Shop {
    async fn tell_text(&self, body: &str) -> Said {
        self.send("batch", &[], body.as_bytes().to_vec()).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_put_right_and_those_that_cannot_be_are_refused() {
    let shop = Shop::open().await;
    let at = |message: &str, timestamp: &str| json!({"type": "track", "event": "a", "userId": "ann", "messageId": message, "timestamp": timestamp});
    let batch = json!({"batch": [at("m1", "1970-01-01T00:00:00.000Z"), at("m2", "2023-11-14T23:00:00.000Z"), at("m3", "2030-01-01T00:00:00Z")]});
    let said = shop.tell("batch", &batch).await;
    assert_eq!(outcomes(&said), ["refused", "stored", "refused"]);
    let codes: Vec<_> = [0, 2].map(|at| said.json()["results"][at]["code"].clone()).into();
    assert_eq!(codes, ["time-before-2000", "time-ahead"]);
    assert_eq!(said.json()["results"][1]["noted"], json!(["time-ahead"]));
    assert_eq!(shop.facts()[0].at_ms, house::BEGIN.0);
    let batch =
        json!({"batch": [at("m4", "1970-01-01T00:00:01.000Z")], "sentAt": "1970-01-01T00:00:03.000Z"});
    assert_eq!(shop.tell("batch", &batch).await.status.as_u16(), 200);
    assert_eq!(shop.facts()[1].at_ms, house::BEGIN.0 - 2_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_event_is_stored_once_in_whichever_form_it_comes() {
    let shop = Shop::open().await;
    let event = json!({"specversion": "1.0", "id": "1", "source": "/shop", "type": "rating.given", "subject": "ann",
        "data": {"score": 5}});
    let one = [("content-type", "application/cloudevents+json; charset=utf-8")];
    let said = shop.send("events", &one, event.to_string().into_bytes()).await;
    assert_eq!(outcomes(&said), ["stored"], "{}", said.text);
    let many = [("content-type", "application/cloudevents-batch+json")];
    let said = shop.send("events", &many, json!([event]).to_string().into_bytes()).await;
    assert_eq!(outcomes(&said), ["duplicate"]);
    let head = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/shop"),
        ("ce-type", "rating.given"),
        ("ce-subject", "ann"),
    ];
    let said = shop.send("events", &head, br#"{"score": 5}"#.to_vec()).await;
    assert_eq!(outcomes(&said), ["duplicate"]);
    let said = shop.send("events", &[("content-type", "text/plain")], vec![]).await;
    assert_eq!(said.refusal(), (415, "not-cloudevents".to_owned()));
    assert_eq!(shop.facts()[0].number(Number::Score), Some(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_property_that_changes_its_type_is_stored_as_told_and_shown_until_somebody_accepts_it() {
    let shop = Shop::open().await;
    let with = |message: &str, weight: Value| json!({"type": "track", "event": "weighed", "userId": "ann", "messageId": message, "properties": {"weight": weight}});
    shop.tell("batch", &json!({"batch": [with("m1", json!(3)), with("m2", json!("3 kg"))]})).await;
    assert!(shop.facts()[1].props.as_deref().unwrap().contains("3 kg"));
    let shown = shop.door.get("/api/schema?flagged=true", &shop.operator).await.json();
    assert_eq!(shown[0]["fields"][0]["types"], json!(["number", "string"]));
    let odd = shown[0]["fields"][0]["unexpected_types"].clone();
    assert_eq!(odd.as_array().unwrap().len(), 1, "{shown}");
    let accepted = json!({"key": shown[0]["key"], "event": "weighed", "field": "weight"});
    assert_eq!(shop.door.post("/api/schema/accept", &shop.operator, accepted).await.status.as_u16(), 200);
    assert_eq!(shop.door.get("/api/schema?flagged=true", &shop.operator).await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_may_tell_events() {
    let shop = Shop::open().await;
    let request = Request::builder().method("OPTIONS").uri("/v1/batch").body(Body::empty()).unwrap();
    let said = shop.door.send(request).await;
    assert_eq!((said.status.as_u16(), said.header("access-control-allow-origin")), (204, "*"));
    assert!(said.header("access-control-allow-headers").contains("authorization"));
    assert_eq!(shop.tell("batch", &json!({"batch": []})).await.header("access-control-allow-origin"), "*");
}
