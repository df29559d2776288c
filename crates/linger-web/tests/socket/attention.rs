//! What people look at and ask to have explained, as everybody in the room is told.

use crate::house::{
    Door,
    line::{Line, Open},
};
use linger_protocol::{Act, Actor, Currency, Item, ItemId, Money, Request, RoomId};
use serde_json::{Value, json};

async fn house(door: &Door, act: Act) {
    let room = RoomId::new("tea").unwrap();
    door.engine.ask(&room, Request { by: Actor::HOUSE, act }, None).await.unwrap();
}

/// A room with a cup and a pot on its shelf.
async fn open() -> Open {
    let open = Open::new(Door::open().await).await;
    for (id, title) in [(1, "Cup"), (2, "Pot")] {
        let item = Item::new(ItemId(id), title, Money::new(1_200, Currency::CNY), "House");
        house(&open.door, Act::ListItem { item }).await;
    }
    open
}

/// The first event of this kind that is so.
async fn event(line: &mut Line, kind: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let find = |message: &Value| {
        let events = message["events"].as_array().cloned().unwrap_or_default();
        events.into_iter().find(|it| it["k"] == kind && is_so(it))
    };
    let message = line.until(kind, |message| find(message).is_some()).await;
    find(&message).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn how_many_look_is_told_to_all_counts_nobody_twice_and_goes_back_when_they_leave() {
    let open = open().await;
    let (ann, mut first) = open.guest().await;
    let (mut second, _) = Line::join(open.at, "tea", &ann, json!({})).await;
    let (_, mut bob) = open.guest().await;
    first.tell(json!({"t": "looking", "item": 2})).await;
    second.tell(json!({"t": "looking", "item": 2})).await;
    bob.tell(json!({"t": "looking", "item": 2})).await;
    let people = |it: &Value| it["lookers"][0].clone();
    let seen = event(&mut bob, "looking", |it| people(it)["people"] == 2).await;
    assert_eq!(people(&seen)["item"], 2);
    first.tell(json!({"t": "bye"})).await;
    second.tell(json!({"t": "looking"})).await;
    event(&mut bob, "looking", |it| people(it)["people"] == 1).await;
    let (_, welcome) = Line::join(open.at, "tea", &ann, json!({})).await;
    assert_eq!(welcome["view"]["shelf"][1]["looking"], 1, "{}", welcome["view"]["shelf"]);
    // What is not on the shelf is nobody's business.
    bob.tell(json!({"t": "looking", "item": 99})).await;
    let gone = event(&mut bob, "looking", |it| people(it)["people"] == 0).await;
    assert_eq!(gone["lookers"], json!([{"item": 2, "people": 0}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_an_item_is_counted_once_and_answered_when_its_card_is_shown() {
    let open = open().await;
    let (ann, mut line) = open.guest().await;
    let explain = json!({"kind": "sale", "do": "ask-explain", "item": 2});
    line.ask(explain.clone()).await;
    line.ask(explain.clone()).await;
    let (_, mut bob) = open.guest().await;
    bob.ask(explain.clone()).await;
    event(&mut bob, "explain", |it| it["explain"]["asked"] == 2).await;
    let (_, welcome) = Line::join(open.at, "tea", &ann, json!({})).await;
    assert_eq!(welcome["view"]["mine"]["sale"]["explain"], json!([2]));
    house(&open.door, Act::PinCard { item: ItemId(2) }).await;
    let shown = event(&mut bob, "explain", |it| it["explain"]["answered"] == 2).await;
    assert_eq!(shown["explain"]["asked"], 0);
    assert!(shown["explain"]["at"].as_i64().is_some_and(|at| at > 0), "{shown}");
    let refused = bob.ask(explain).await;
    assert_eq!(refused["refusal"], "shown-now");
    let (_, welcome) = Line::join(open.at, "tea", &ann, json!({})).await;
    assert_eq!(welcome["view"]["mine"]["sale"]["explain"], json!(null), "the wish is fulfilled");
}
