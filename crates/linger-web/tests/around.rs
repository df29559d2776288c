//! Around the talk over real connections: replies, gifts, topics, photos, pictures, and what waits for a moderator.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{
    Door, Who,
    line::{Line, Open},
};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use linger_protocol::{Money, PaymentId, Report, Role, RoomId};
use linger_web::{ViewerImages, WordList};
use serde_json::{Value, json};
use std::sync::Arc;

const GIFT: &str = "00112233445566778899aabbccddeeff";

/// A small picture of one colour.
fn picture(colour: u8) -> Vec<u8> {
    let mut bytes = vec![];
    let points = [colour; 12 * 8 * 3];
    PngEncoder::new(&mut bytes).write_image(&points, 12, 8, ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// Sends a picture that is taken; gives its name.
async fn kept(door: &Door, who: &Who, colour: u8) -> String {
    let said = door.post_image("tea", who, picture(colour)).await;
    assert_eq!(said.status.as_u16(), 201, "{}", said.text);
    said.json()["image"].as_str().unwrap().to_owned()
}

/// The event that is so, among those that came or will come.
async fn event(line: &mut Line, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let in_it = |message: &Value| {
        let events = message["events"].as_array().cloned().unwrap_or_default();
        events.into_iter().find(&is_so)
    };
    if let Some(found) = line.seen.iter().find_map(in_it) {
        return found;
    }
    let message = line.until(what, |message| in_it(message).is_some()).await;
    in_it(&message).unwrap()
}

async fn yours(line: &mut Line, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let mine =
        |event: &Value| event["k"] == "you-talk" && event["you"]["what"] == what && is_so(&event["you"]);
    event(line, what, mine).await["you"].clone()
}

async fn staff(open: &Open, role: Role) -> (Who, Line) {
    let who = open.seat(role).await;
    let (line, _) = Line::join(open.at, "tea", &who, json!({"quiet": true})).await;
    (who, line)
}

fn words(list: &str) -> Arc<WordList> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), list).unwrap();
    // Read once: the file may go.
    Arc::new(WordList::open(file.path().to_owned()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_replied_to_or_mentioned_is_told_and_nobody_else() {
    let open = Open::new(Door::open().await).await;
    let ((ann, mut hers), (bob, mut his), (cat, mut its)) =
        (open.guest().await, open.guest().await, open.guest().await);
    open.door.say("tea", &ann, "so blue").await;
    open.door.say("tea", &bob, "indeed").await;
    let bobs = its.until("bob", |it| it.to_string().contains("indeed")).await;
    let bob_id =
        bobs["events"].as_array().unwrap().iter().find(|it| it["text"] == "indeed").unwrap()["person"]
            .clone();
    let act = json!({"kind": "say", "text": "how much is it?", "reply_to": 1, "mentions": [bob_id]});
    open.door.ask("tea", &cat, act).await;
    assert_eq!(yours(&mut hers, "replied", |_| true).await["comment"], 3);
    assert_eq!(yours(&mut his, "mentioned", |_| true).await["comment"], 3);
    let told = its.comment("how much is it?").await.to_string();
    assert!(told.contains("\"reply_to\":1") && told.contains("\"lane\":\"question\""), "{told}");
    assert!(!its.written().contains("you-talk"), "{}", its.written());
    for (act, code) in [
        (json!({"kind": "say", "text": "hm", "mentions": ["00000000000000aa"]}), "not-seen-here"),
        (json!({"kind": "say", "text": "hm", "reply_to": 99}), "no-such-comment"),
    ] {
        assert_eq!(its.ask(act).await["refusal"], code);
    }
    assert_eq!(its.ask(json!({"kind": "say", "text": "hm", "mentions": ["bob"]})).await["refusal"], "bad-id");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asked_is_told_that_it_was_answered() {
    let open = Open::new(Door::open().await).await;
    let ((ann, mut hers), (_, mut his)) = (open.guest().await, open.guest().await);
    open.door.say("tea", &ann, "how much is it?").await;
    let host = open.door.signed_in(Role::Host).await;
    open.door.ask("tea", &host, json!({"kind": "say", "text": "nine", "answers": 1})).await;
    let told = yours(&mut hers, "answered", |_| true).await;
    assert_eq!((&told["how"], &told["comment"]), (&json!("typed"), &json!(2)));
    his.comment("nine").await;
    assert!(!his.written().contains("you-talk"));
    open.door.say("tea", &ann, "when will it ship?").await;
    open.door.ask("tea", &host, json!({"kind": "answer-on-air", "question": 2})).await;
    let told = yours(&mut hers, "answered", |it| it["how"] == "on-air").await;
    assert_eq!(told["question"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gift_is_shown_to_everybody_once_it_is_paid() {
    let open = Open::new(Door::open().await).await;
    let ((ann, mut hers), (_, mut his)) = (open.guest().await, open.guest().await);
    let kinds = open.door.get("/api/rooms/tea/gifts", &Who::default()).await.json();
    assert_eq!(kinds[0]["gift"], "flower");
    let act = json!({"kind": "talk", "do": "send-gift", "order": GIFT, "gift": "flower", "count": 3, "words": "for you"});
    let answer = hers.ask(act.clone()).await;
    assert_eq!(answer["done"]["gift"]["state"], "waiting", "{answer}");
    assert_eq!(answer["done"]["gift"]["amount"]["minor"], 300);
    assert_eq!(hers.ask(act).await["done"]["gift"]["state"], "waiting", "asking twice does no harm");
    let pay = format!("/api/rooms/tea/orders/{GIFT}/pay");
    let said = open.door.post(&pay, &ann, json!({"method": "now"})).await;
    assert_eq!(said.status.as_u16(), 202, "{}", said.text);
    let other = open.door.guest("tea").await;
    assert_eq!(
        open.door.post(&pay, &other, json!({"method": "now"})).await.refusal(),
        (404, "no-such-order".into())
    );
    let room = RoomId::new("tea").unwrap();
    let paid = |name: &str| Report::PaymentArrived {
        order: GIFT.parse().unwrap(),
        payment: PaymentId::new(name).unwrap(),
        amount: Money::new(300, linger_protocol::Currency::CNY),
    };
    open.door.engine.report(&room, paid("p1")).await.unwrap();
    open.door.engine.report(&room, paid("p1")).await.unwrap();
    let shown = event(&mut his, "a gift", |it| it["k"] == "gift").await["gift"].clone();
    assert_eq!((&shown["count"], &shown["combo"]), (&json!(3), &json!(3)));
    assert!(!shown["name"].as_str().unwrap().is_empty());
    let said = event(&mut his, "its words", |it| it["text"] == "for you").await;
    assert_eq!(said["lane"], "paid");
    assert!(!his.written().contains(GIFT), "what was paid is the giver's own affair");
    assert_eq!(
        open.door.post(&pay, &ann, json!({"method": "now"})).await.refusal(),
        (409, "order-closed".into())
    );
    let (_, welcome) = Line::join(open.at, "tea", &ann, json!({})).await;
    assert_eq!(welcome["view"]["mine"]["gifts"][0]["state"], "given", "{welcome}");
    let none = hers
        .ask(json!({"kind": "talk", "do": "send-gift", "order": "1".repeat(32), "gift": "moon", "count": 1}));
    assert_eq!(none.await["refusal"], "no-such-gift");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_topic_and_what_is_featured_stand_above_the_talk_for_newcomers_too() {
    let open = Open::new(Door::open().await).await;
    let (ann, mut line) = open.guest().await;
    let host = open.door.signed_in(Role::Host).await;
    open.door.say("tea", &ann, "I take mine with milk").await;
    open.door
        .ask("tea", &host, json!({"kind": "talk", "do": "set-topic", "text": "Milk?", "lasts_ms": 600_000}))
        .await;
    open.door.ask("tea", &host, json!({"kind": "talk", "do": "feature-comment", "comment": 1})).await;
    let told =
        event(&mut line, "what is featured", |it| it["k"] == "talk" && it["talk"]["featured"][0]["id"] == 1)
            .await;
    assert_eq!(told["talk"]["topic"]["text"], "Milk?");
    let (_, mut late) = open.guest().await;
    let view = &late.seen[0]["view"]["talk"];
    assert_eq!(
        (&view["topic"]["text"], &view["featured"][0]["text"]),
        (&json!("Milk?"), &json!("I take mine with milk"))
    );
    open.door.ask("tea", &host, json!({"kind": "hide-comment", "comment": 1})).await;
    event(&mut late, "nothing featured", |it| it["k"] == "talk" && it["talk"]["featured"] == json!([])).await;
    assert_eq!(line.ask(json!({"kind": "talk", "do": "end-topic"})).await["refusal"], "not-allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_drawn_anew_and_kept_from_others_until_it_was_looked_at() {
    let open = Open::new(Door::open().await).await;
    let ((ann, mut hers), (bob, mut his)) = (open.guest().await, open.guest().await);
    let (mod_, mut desk) = staff(&open, Role::Moderator).await;
    let image = kept(&open.door, &ann, 200).await;
    let path = format!("/api/rooms/tea/images/{image}");
    assert_eq!(open.door.get(&path, &bob).await.refusal(), (404, "no-such-image".into()));
    assert_eq!(open.door.get(&path, &Who::default()).await.refusal(), (404, "no-such-image".into()));
    for who in [&ann, &mod_] {
        let said = open.door.get(&path, who).await;
        assert_eq!((said.status.as_u16(), said.header("content-type")), (200, "image/jpeg"));
        assert_eq!(
            (said.header("x-content-type-options"), said.header("cache-control")),
            ("nosniff", "no-store")
        );
    }
    // Nobody shows what is not theirs.
    assert_eq!(his.ask(json!({"kind": "say", "text": "", "image": image})).await["refusal"], "no-such-image");
    let answer = hers.ask(json!({"kind": "say", "text": "my cup", "image": image})).await;
    assert_eq!((&answer["done"]["held"], &answer["done"]["comment"]), (&json!(true), &Value::Null));
    let held =
        event(&mut desk, "what waits", |it| it["k"] == "held" && it["held"] != json!([])).await["held"][0]
            .clone();
    assert_eq!(
        (&held["text"], &held["image"], &held["reason"]),
        (&json!("my cup"), &json!(image), &json!("image"))
    );
    let allow = json!({"kind": "talk", "do": "allow-held", "held": held["held"]});
    assert_eq!(his.ask(allow.clone()).await["refusal"], "not-allowed");
    open.door.ask("tea", &mod_, allow.clone()).await;
    let shown = his.comment("my cup").await.to_string();
    assert!(shown.contains(&image), "{shown}");
    let said = open.door.get(&path, &Who::default()).await;
    assert_eq!((said.status.as_u16(), said.header("cache-control")), (200, "private, max-age=3600"));
    assert_eq!(
        open.door.post("/api/rooms/tea/ask", &mod_, allow).await.refusal(),
        (404, "no-such-held".into())
    );
    event(&mut desk, "nothing waits", |it| it["k"] == "held" && it["held"] == json!([])).await;
    // A hidden comment takes its picture along.
    open.door.ask("tea", &mod_, json!({"kind": "hide-comment", "comment": 1})).await;
    assert_eq!(open.door.get(&path, &bob).await.refusal(), (404, "no-such-image".into()));
    // Erasing the person destroys the picture.
    let gone = open.door.call("DELETE", "/api/rooms/tea/me", &ann, None).await;
    assert_eq!(gone.status.as_u16(), 200);
    assert_eq!(open.door.get(&path, &mod_).await.refusal(), (404, "no-such-image".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_with_a_reason() {
    let open = Open::new(Door::open().await).await;
    let (ann, _) = open.guest().await;
    let mut bomb = picture(1);
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    for (bytes, status, code) in [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), 400, "image-type"),
        (b"GIF89a".to_vec(), 400, "image-type"),
        (vec![], 400, "image-type"),
        (picture(1)[..40].to_vec(), 400, "image-broken"),
        (bomb, 400, "image-broken"),
        (vec![0; (5 << 20) + 1], 413, "too-large"),
    ] {
        let said = open.door.post_image("tea", &ann, bytes).await;
        assert_eq!(said.refusal(), (status, code.to_owned()), "{}", said.text);
    }
    for n in 0..20 {
        let said = open.door.post_image("tea", &ann, picture(n)).await;
        if said.status.as_u16() == 429 {
            assert!(said.json()["retry_ms"].as_u64().unwrap() > 0);
            return;
        }
    }
    panic!("twenty pictures at once, and nobody said stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_pictures_are_off_viewers_show_none_and_where_they_are_open_none_waits() {
    let off = Open::new(Door::judged(Arc::new(WordList::empty()), ViewerImages::Off).await).await;
    let (ann, _) = off.guest().await;
    assert_eq!(off.door.post_image("tea", &ann, picture(1)).await.refusal(), (403, "images-off".into()));
    let host = off.door.signed_in(Role::Host).await;
    assert_eq!(off.door.post_image("tea", &host, picture(1)).await.status.as_u16(), 201);
    let wide = Open::new(Door::judged(Arc::new(WordList::empty()), ViewerImages::Open).await).await;
    let (ann, mut hers) = wide.guest().await;
    let image = kept(&wide.door, &ann, 7).await;
    let answer = hers.ask(json!({"kind": "say", "text": "", "image": image})).await;
    assert_eq!(answer["done"]["comment"], 1, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_waits_for_staff_and_hangs_on_the_wall_once_it_is_chosen() {
    let open = Open::new(Door::open().await).await;
    let ((ann, mut hers), (_, mut his)) = (open.guest().await, open.guest().await);
    let (host, mut desk) = staff(&open, Role::Host).await;
    let image = kept(&open.door, &ann, 90).await;
    let offer = json!({"kind": "talk", "do": "offer-photo", "image": image, "caption": "my shelf"});
    let answer = hers.ask(offer).await;
    assert!(answer["refusal"].is_null(), "{answer}");
    let waits = event(&mut desk, "a photo", |it| it["k"] == "photos-waiting").await;
    assert_eq!(
        (&waits["photos"][0]["image"], &waits["photos"][0]["caption"]),
        (&json!(image), &json!("my shelf"))
    );
    yours(&mut hers, "photo", |it| it["state"] == "waiting").await;
    assert_eq!(
        his.ask(json!({"kind": "talk", "do": "choose-photo", "image": image})).await["refusal"],
        "not-allowed"
    );
    assert!(!his.written().contains("my shelf"), "only staff see it until it is chosen");
    open.door.ask("tea", &host, json!({"kind": "talk", "do": "choose-photo", "image": image})).await;
    let wall = event(&mut his, "the wall", |it| it["k"] == "talk" && it["talk"]["photos"] != json!([])).await;
    assert_eq!(wall["talk"]["photos"][0]["caption"], "my shelf");
    let path = format!("/api/rooms/tea/images/{image}");
    assert_eq!(open.door.get(&path, &Who::default()).await.status.as_u16(), 200);
    yours(&mut hers, "photo", |it| it["state"] == "chosen").await;
    open.door.ask("tea", &host, json!({"kind": "talk", "do": "decline-photo", "image": image})).await;
    event(&mut his, "an empty wall", |it| it["k"] == "talk" && it["talk"]["photos"] == json!([])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_on_the_list_wait_are_refused_or_mute() {
    let door = Door::judged(words("maybe\n-never\n!红线\n"), ViewerImages::LookedAt).await;
    let open = Open::new(door).await;
    let ((_, mut hers), (bob, mut his)) = (open.guest().await, open.guest().await);
    let (mod_, mut desk) = staff(&open, Role::Moderator).await;
    assert_eq!(hers.ask(json!({"kind": "say", "text": "may be. M-a-y-b-e"})).await["done"]["held"], true);
    let held =
        event(&mut desk, "what waits", |it| it["k"] == "held" && it["held"] != json!([])).await["held"][0]
            .clone();
    assert_eq!(held["reason"], "word");
    open.door.ask("tea", &mod_, json!({"kind": "talk", "do": "refuse-held", "held": held["held"]})).await;
    assert_eq!(hers.ask(json!({"kind": "say", "text": "ＮＥＶＥＲ!"})).await["refusal"], "text-refused");
    let gift = json!({"kind": "talk", "do": "send-gift", "order": GIFT, "gift": "flower", "count": 1, "words": "maybe"});
    assert_eq!(hers.ask(gift).await["refusal"], "text-refused");
    assert_eq!(hers.ask(json!({"kind": "say", "text": "红\u{200b}线"})).await["refusal"], "text-refused");
    assert_eq!(hers.ask(json!({"kind": "say", "text": "sorry"})).await["refusal"], "muted");
    assert_eq!(his.ask(json!({"kind": "say", "text": "nevertheless"})).await["done"]["comment"], 1);
    // Staff answer for what they say by name.
    open.door.ask("tea", &mod_, json!({"kind": "say", "text": "never say never"})).await;
    for n in 0..3 {
        let answer = his.ask(json!({"kind": "say", "text": format!("maybe {n}")})).await;
        assert_eq!(answer["done"]["held"], true);
    }
    assert_eq!(his.ask(json!({"kind": "say", "text": "maybe 4"})).await["refusal"], "held-enough");
    open.door.call("DELETE", "/api/rooms/tea/me", &bob, None).await;
    event(&mut desk, "nothing waits", |it| it["k"] == "held" && it["held"] == json!([])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_around_the_talk_is_an_answer_and_never_a_fault_of_the_house() {
    let open = Open::new(Door::open().await).await;
    let host = open.door.signed_in(Role::Host).await;
    let odd = [
        json!(null),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("\u{202e}\u{0}"),
        json!("../../etc/passwd"),
        json!("x".repeat(3_000)),
        json!([]),
        json!({"do": "end-topic"}),
        json!(true),
    ];
    let asks = [
        ("send-gift", json!({"order": GIFT, "gift": "flower", "count": 1, "words": ""})),
        ("set-topic", json!({"text": "Tea", "lasts_ms": 1})),
        ("feature-comment", json!({"comment": 7})),
        ("unfeature", json!({"comment": {}})),
        ("offer-photo", json!({"image": GIFT, "caption": ""})),
        ("choose-photo", json!({"image": GIFT})),
        ("decline-photo", json!({"image": GIFT})),
        ("allow-held", json!({"held": 1})),
        ("refuse-held", json!({"held": 1})),
        ("say", json!({"text": "hm", "reply_to": 1, "mentions": [], "image": GIFT})),
    ];
    for (kind, fields) in &asks {
        for field in fields.as_object().unwrap().keys() {
            for value in &odd {
                let mut act = fields.clone();
                act[field] = value.clone();
                let (outer, inner) = if *kind == "say" { ("say", None) } else { ("talk", Some(kind)) };
                act["kind"] = json!(outer);
                if let Some(inner) = inner {
                    act["do"] = json!(inner);
                }
                let who = if kind.contains("gift") { open.door.guest("tea").await } else { host.clone() };
                open.door.pass(1_000);
                let said = open.door.post("/api/rooms/tea/ask", &who, act.clone()).await;
                assert!(said.status.as_u16() < 500, "{act}: {} {}", said.status, said.text);
                assert!(!said.text.contains("passwd"), "{}", said.text);
            }
        }
    }
    // The room still stands, and nothing of all that has become a photo or a topic.
    let view = open.door.get("/api/rooms/tea", &Who::default()).await.json();
    assert_eq!((&view["talk"]["topic"], &view["talk"]["photos"]), (&json!(null), &json!([])));
}
