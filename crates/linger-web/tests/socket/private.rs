//! What is for one person, or for staff, reaches nobody else: not live, not on coming back, not in the view.

use crate::house::{
    Door, Who,
    line::{Line, Open},
};
use linger_protocol::{Act, Actor, Arm, Intent, IntentId, Proposal, QuestionId, Request, Role, RoomId};
use serde_json::{Value, json};

const ORDER: &str = "0123456789abcdef0123456789abcdef";

/// Puts one product on sale.
async fn shop(open: &Open) {
    let operator = open.door.signed_in(Role::Operator).await;
    let price = json!({"minor": 1_000, "currency": "CNY"});
    let product = json!({"id": 1, "title": "Cup", "price": price, "seller": "Hill"});
    let said = open.door.post("/api/catalogue", &operator, json!({"products": [product]})).await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    for act in [
        json!({"kind": "list-item", "item": 1}),
        json!({"kind": "set-stock", "item": 1, "units": 5}),
        json!({"kind": "open-sale", "item": 1, "per_person": 2, "hold_ms": 300_000}),
    ] {
        open.door.ask("tea", &operator, act).await;
    }
}

/// Reads up to a comment that is made now.
async fn up_to_now(open: &Open, who: &Who, lines: &mut [&mut Line]) {
    let told = open.door.say("tea", who, "up to here").await;
    let last = told["comment"].as_u64().unwrap();
    for line in lines {
        line.until("now", |it| crate::house::line::comments(it).iter().any(|(id, _)| *id == last)).await;
    }
}

fn orders(line: &Line) -> Vec<&Value> {
    let yours = line.seen.iter().filter(|message| message["t"] == "yours");
    let events = yours.flat_map(|message| message["events"].as_array().unwrap());
    events.filter(|event| event["k"] == "order").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_told_to_its_owner_and_to_staff_alone() {
    let open = Open::new(Door::open().await).await;
    shop(&open).await;
    let ((ann, mut hers), (bob, mut his)) = (open.guest().await, open.guest().await);
    let seat = open.seat(Role::Moderator).await;
    let (mut staff, _) = Line::join(open.at, "tea", &seat, json!({"quiet": true})).await;
    let start = hers.seen[0]["position"].as_str().unwrap().to_owned();
    let answer = hers.ask(json!({"kind": "place-order", "order": ORDER, "item": 1, "units": 2})).await;
    assert_eq!(answer["done"]["order"]["state"], "held", "{answer}");
    up_to_now(&open, &bob, &mut [&mut hers, &mut his, &mut staff]).await;
    assert_eq!((orders(&hers).len(), orders(&staff).len()), (1, 1));
    assert_eq!(orders(&hers)[0]["order"], ORDER);
    assert!(!his.written().contains(ORDER), "{}", his.written());
    assert!(his.written().contains("\"left\":3"), "what is left is for everybody");

    // The same on coming back, by the view and by what was missed.
    for (who, knows) in [(&ann, true), (&bob, false), (&seat, true)] {
        for more in [json!({}), json!({"from": start})] {
            let (mut line, _) = Line::join(open.at, "tea", who, more.clone()).await;
            up_to_now(&open, &bob, &mut [&mut line]).await;
            assert_eq!(line.written().contains(ORDER), knows, "{more}: {}", line.written());
        }
    }
    let told = open.door.get(&format!("/api/rooms/tea/orders/{ORDER}"), &bob).await;
    assert_eq!(told.refusal(), (404, "no-such-order".to_owned()));
    assert!(!open.door.get("/api/rooms/tea", &bob).await.text.contains(ORDER));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_staff_never_reaches_a_viewer() {
    let open = Open::new(Door::open().await).await;
    let room = RoomId::new("tea").unwrap();
    let ((ann, mut hers), (bob, mut his)) = (open.guest().await, open.guest().await);
    let seat = open.seat(Role::Operator).await;
    let more = json!({"quiet": true, "insight": true});
    let (mut staff, _) = Line::join(open.at, "tea", &seat, more).await;
    let stage = open.seat(Role::Host).await;
    let (mut host, _) = Line::join(open.at, "tea", &stage, json!({"quiet": true})).await;
    let start = his.seen[0]["position"].as_str().unwrap().to_owned();
    open.door.say("tea", &ann, "how much is it?").await;
    for (id, arm) in [(1, Arm::HoldOut), (2, Arm::Act)] {
        let proposal = Proposal::AnswerQuestion { question: QuestionId(1), people: 3, window_s: 60 };
        let intent = Intent {
            id: IntentId(id),
            rule: "unanswered-question".into(),
            at: open.door.now(),
            arm,
            proposal,
        };
        let request = Request { by: Actor::HOUSE, act: Act::FollowIntent { intent } };
        open.door.engine.ask(&room, request, None).await.unwrap();
    }
    staff.until("a prompt", |message| message.to_string().contains("prompt-shown")).await;
    let (_, welcome) = Line::join(open.at, "tea", &seat, json!({"quiet": true})).await;
    assert_eq!(welcome["view"]["prompt"]["prompt"], 1, "{welcome}");
    open.door.ask("tea", &seat, json!({"kind": "close-prompt", "prompt": 1, "end": "dismissed"})).await;
    up_to_now(&open, &bob, &mut [&mut hers, &mut his, &mut staff]).await;
    staff.kind("insight-step").await;
    host.until("the prompt's end", |message| message.to_string().contains("prompt-closed")).await;
    assert!(
        !host.written().contains("prompt-withheld"),
        "the host knows what was held out: {}",
        host.written()
    );
    let private = ["question-asked", "prompt-withheld", "prompt-shown", "prompt-closed", "\"t\":\"insight"];
    for word in private {
        assert!(staff.written().contains(word), "staff are told of {word}: {}", staff.written());
    }
    let (mut newcomer, welcome) = Line::join(open.at, "tea", &bob, json!({"insight": true})).await;
    assert_eq!((&welcome["view"]["prompt"], &welcome["view"]["questions"]), (&Value::Null, &json!([])));
    let (mut back, _) = Line::rejoin(open.at, "tea", &bob, &start).await;
    up_to_now(&open, &bob, &mut [&mut newcomer, &mut back]).await;
    for line in [&hers, &his, &newcomer, &back] {
        for word in private {
            assert!(!line.written().contains(word), "a viewer was told of {word}: {}", line.written());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mute_is_told_to_the_muted_alone() {
    let open = Open::new(Door::open().await).await;
    let ((_, mut hers), (bob, mut his)) = (open.guest().await, open.guest().await);
    let ann = hers.seen[0]["person"].as_str().unwrap().to_owned();
    let seat = open.seat(Role::Moderator).await;
    open.door.ask("tea", &seat, json!({"kind": "mute", "person": ann, "for_ms": 60_000})).await;
    let refused = hers.ask(json!({"kind": "say", "text": "let me"})).await;
    assert_eq!(refused["refusal"], "muted");
    up_to_now(&open, &bob, &mut [&mut hers, &mut his]).await;
    assert!(hers.written().contains("you-muted"), "{}", hers.written());
    assert!(!his.written().contains("you-muted") && !his.written().contains(&ann), "{}", his.written());
}
