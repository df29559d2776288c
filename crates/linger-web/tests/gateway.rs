//! A shop's own server that asks for its customers: whom it reaches, what becomes of each ask, and what ends it.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{Door, Who};
use linger_log::Position;
use linger_protocol::{Act, Actor, Cause, Currency, Item, ItemId, Money, PersonId, Request, Role, RoomId};
use serde_json::{Value, json};

/// A room with five cups at 10.00 and five plates at 5.00.
async fn shop(door: &Door) {
    let room = RoomId::new("tea").unwrap();
    for (id, name, minor) in [(1, "Cup", 1_000), (2, "Plate", 500)] {
        let (id, price) = (ItemId(id), Money::new(minor, Currency::CNY));
        for act in [
            Act::ListItem { item: Item::new(id, name, price, "House") },
            Act::SetStock { item: id, units: 5 },
            Act::OpenSale { item: id, price, per_person: 2, hold_ms: 60_000 },
        ] {
            door.engine.ask(&room, Request { by: Actor::HOUSE, act }, None).await.unwrap();
        }
    }
}

async fn open() -> (Door, Who, u64) {
    let door = Door::open().await;
    door.room("tea").await;
    shop(&door).await;
    let (gateway, id) = key(&door, "tea", "hill").await;
    (door, gateway, id)
}

/// A new key of a room for a shop, and its number.
async fn key(door: &Door, room: &str, shop: &str) -> (Who, u64) {
    let staff = door.signed_in(Role::Operator).await;
    let path = format!("/api/rooms/{room}/gateway-keys");
    let made = door.post(&path, &staff, json!({"name": "Till", "shop": shop})).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let made = made.json();
    (Who::bearer(made["key"].as_str().unwrap()), made["id"].as_u64().unwrap())
}

fn order(n: u32) -> String {
    format!("{n:032x}")
}

fn buys(buyer: &str, n: u32, item: u64) -> Value {
    json!({"buyer": buyer, "act": {"kind": "place-order", "order": order(n), "item": item, "units": 1}})
}

async fn ask(door: &Door, gateway: &Who, asks: Vec<Value>) -> Vec<Value> {
    let said = door.post("/api/rooms/tea/asks", gateway, json!({ "asks": asks })).await;
    assert_eq!(said.status, 200, "{}", said.json());
    said.json()["outcomes"].as_array().unwrap().clone()
}

fn refusal(outcome: &Value) -> &str {
    outcome["refusal"].as_str().unwrap_or("none")
}

async fn left(door: &Door, item: u64) -> Value {
    let view = door.get("/api/rooms/tea", &Who::default()).await.json();
    let shelf = view["shelf"].as_array().unwrap();
    shelf.iter().find(|it| it["item"]["id"] == item).unwrap()["left"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_buyers_in_one_body_get_five_units_in_their_order_and_the_log_says_through_whom() {
    let (door, gateway, id) = open().await;
    let asks = (0..100).map(|n| buys(&format!("c-{n}"), n, 1)).collect();
    let outcomes = ask(&door, &gateway, asks).await;
    assert_eq!(outcomes.len(), 100);
    for (n, outcome) in outcomes.iter().enumerate() {
        if n < 5 {
            assert_eq!(outcome["held"]["amount"], json!({"minor": 1_000, "currency": "CNY"}), "{outcome}");
            assert!(outcome["position"].is_string() && outcome["held"]["until"].as_i64() > Some(0));
        } else {
            assert_eq!(outcome, &json!({"refusal": "sold-out"}));
        }
    }
    let room = RoomId::new("tea").unwrap();
    let tail = door.engine.tail(&room).unwrap();
    let entries = door.engine.read(&room, Position { offset: 0, ..tail }, 1_000).await.unwrap();
    let person: PersonId = outcomes[0]["person"].as_str().unwrap().parse().unwrap();
    let through =
        entries.iter().filter(|it| matches!(it.cause, Cause::Through { gateway, .. } if gateway == id));
    assert_eq!(through.clone().count(), 5);
    assert_eq!(
        through.clone().next().unwrap().cause,
        Cause::Through { by: Actor::viewer(person), gateway: id }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_buyer_asks_wrongly_is_no_others_harm() {
    let (door, gateway, _) = open().await;
    let act = |act: Value| json!({"buyer": "c-1", "act": act});
    let cart = json!({"kind": "sale", "do": "place-cart", "order": order(7), "lines": [
        {"item": 1, "units": 1}, {"item": 2, "units": 1}], "expected_minor": 1_500});
    let outcomes = ask(
        &door,
        &gateway,
        vec![
            buys("c-0", 1, 1),
            act(json!({"kind": "place-order", "order": "none", "item": 1, "units": 1})),
            act(json!({"kind": "place-order", "order": order(2), "item": 1, "units": 1, "free": true})),
            act(json!({"kind": "buy-all"})),
            act(json!({"kind": "say", "text": "hello"})),
            act(json!({"kind": "sale", "do": "set-shipping", "fee_minor": 1})),
            json!({"buyer": "", "act": {"kind": "cancel-order", "order": order(1)}}),
            act(json!({"kind": "place-order", "order": order(3), "item": 99, "units": 1})),
            // Somebody else's order is not theirs to give up, and its id is taken.
            act(json!({"kind": "cancel-order", "order": order(1)})),
            act(cart),
            buys("c-2", 4, 2),
        ],
    )
    .await;
    let codes: Vec<&str> = outcomes.iter().map(refusal).collect();
    assert_eq!(
        codes[..8],
        ["none", "bad-id", "bad-field", "bad-field", "not-allowed", "not-allowed", "bad-id", "no-such-item"]
    );
    assert_ne!(codes[8], "none");
    assert_eq!(codes[9..], ["none", "none"]);
    assert_eq!((&outcomes[1]["field"], &outcomes[6]["field"]), (&json!("order"), &json!("buyer")));
    assert_eq!(outcomes[9]["order"]["amount"]["minor"], 1_500, "{}", outcomes[9]);
    assert_eq!((left(&door, 1).await, left(&door, 2).await), (json!(3), json!(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_body_sent_again_orders_once_and_shows_what_was_ordered() {
    let (door, gateway, _) = open().await;
    let asks = || vec![buys("c-1", 1, 1), buys("c-2", 2, 1)];
    let first = ask(&door, &gateway, asks()).await;
    let again = ask(&door, &gateway, asks()).await;
    assert_eq!(left(&door, 1).await, 3);
    for (first, again) in first.iter().zip(&again) {
        assert_eq!((&again["person"], &again["order"]["state"]), (&first["person"], &json!("held")));
        assert_eq!(again["order"]["amount"], first["held"]["amount"]);
        assert!(again["order"]["at"].as_i64() > Some(0), "{again}");
    }
    // The id of one is no id for another.
    let other = ask(&door, &gateway, vec![buys("c-3", 1, 1)]).await;
    assert_ne!(refusal(&other[0]), "none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyers_token_is_the_same_person_and_a_gateway_reaches_nobody_else() {
    let (door, gateway, _) = open().await;
    let outcomes = ask(&door, &gateway, vec![buys("c-1", 1, 1)]).await;
    let asked = json!({"buyer": "c-1", "name": "Ann", "source": "app"});
    let token = door.post("/api/rooms/tea/buyers", &gateway, asked).await.json();
    assert_eq!((&token["person"], &token["name"]), (&outcomes[0]["person"], &json!("Ann")));
    let ann = Who::bearer(token["token"].as_str().unwrap());
    let page = door.get(&format!("/api/rooms/tea/orders/{}", order(1)), &ann).await;
    assert_eq!(page.status, 200, "{}", page.json());
    // A guest's order, by the id that the room shows of them and by its own.
    let guest = door.guest("tea").await;
    let act = json!({"kind": "place-order", "order": order(2), "item": 1, "units": 1});
    let held = door.ask("tea", &guest, act).await;
    let person = held["order"]["person"].as_str().unwrap();
    let gives_up = json!({"buyer": person, "act": {"kind": "cancel-order", "order": order(2)}});
    assert_ne!(refusal(&ask(&door, &gateway, vec![gives_up]).await[0]), "none");
    // Another shop's customer of the same number is another person; the same shop's key in another room knows the same.
    door.room("cups").await;
    let (dale, _) = key(&door, "tea", "dale").await;
    let (cups, _) = key(&door, "cups", "hill").await;
    let named = |path: &'static str, who: Who| {
        let door = &door;
        async move { door.post(path, &who, json!({"buyer": "c-1"})).await.json()["person"].clone() }
    };
    assert_ne!(named("/api/rooms/tea/buyers", dale).await, token["person"]);
    assert_eq!(named("/api/rooms/cups/buyers", cups).await, token["person"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_its_own_room_until_it_is_revoked() {
    let (door, gateway, id) = open().await;
    door.room("cups").await;
    let body = || json!({"asks": [buys("c-1", 1, 1)]});
    let elsewhere = door.post("/api/rooms/cups/asks", &gateway, body()).await;
    assert_eq!(elsewhere.refusal(), (403, "wrong-room".to_owned()));
    let unknown = door.post("/api/rooms/tea/asks", &Who::bearer("gk_none"), body()).await;
    assert_eq!(unknown.refusal(), (401, "bad-key".to_owned()));
    let guest = door.guest("tea").await;
    assert_eq!(door.post("/api/rooms/tea/asks", &guest, body()).await.refusal(), (401, "bad-key".to_owned()));
    assert_eq!(door.post("/api/rooms/tea/asks", &gateway, body()).await.status, 200);

    let staff = door.signed_in(Role::Operator).await;
    let keys = "/api/rooms/tea/gateway-keys";
    let listed = door.get(keys, &staff).await.json();
    assert_eq!(
        (&listed[0]["id"], &listed[0]["shop"], listed[0].get("key")),
        (&json!(id), &json!("hill"), None)
    );
    let other = door.call("DELETE", &format!("/api/rooms/cups/gateway-keys/{id}"), &staff, None).await;
    assert_eq!(other.status, 404, "a key of another room");
    assert_eq!(door.call("DELETE", &format!("{keys}/{id}"), &staff, None).await.status, 200);
    let revoked = door.post("/api/rooms/tea/asks", &gateway, body()).await;
    assert_eq!(revoked.refusal(), (401, "bad-key".to_owned()));
    let token = door.post("/api/rooms/tea/buyers", &gateway, json!({"buyer": "c-1"})).await;
    assert_eq!(token.refusal(), (401, "bad-key".to_owned()));
    for bad in [json!({"name": "", "shop": "hill"}), json!({"name": "Till", "shop": "The Hill"})] {
        assert_eq!(door.post(keys, &staff, bad).await.refusal(), (400, "bad-field".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_buyer_has_their_own_limits() {
    let door = Door::tuned(|config| config.asks_per_second = 1).await;
    door.room("tea").await;
    shop(&door).await;
    let (gateway, _) = key(&door, "tea", "hill").await;
    let mut asks: Vec<Value> = (0..5).map(|n| buys("c-1", n, 1)).collect();
    asks.push(buys("c-2", 9, 1));
    let outcomes = ask(&door, &gateway, asks).await;
    let codes: Vec<&str> = outcomes.iter().map(refusal).collect();
    // Three asks at once, of which two get the two units that one person may have.
    assert_eq!(codes[..2], ["none", "none"]);
    assert_ne!(codes[2], "none");
    assert_eq!(codes[3..], ["too-many", "too-many", "none"]);
    assert!(outcomes[3]["retry_ms"].as_u64() > Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_list_of_asks_is_refused_whole() {
    let (door, gateway, _) = open().await;
    let many = (0..513).map(|n| buys("c", n, 1)).collect::<Vec<_>>();
    let path = "/api/rooms/tea/asks";
    for (body, code) in [
        (json!({"asks": []}), "bad-field"),
        (json!({ "asks": many }), "bad-field"),
        (json!({"asks": [buys("c", 1, 1)], "all": true}), "bad-field"),
        (json!({"asks": [buys("c", 1, 1), {"buyer": 7, "act": {}}]}), "bad-field"),
        (json!({"asks": [buys("c", 1, 1), {"buyer": "d"}]}), "bad-field"),
    ] {
        assert_eq!(door.post(path, &gateway, body).await.refusal(), (400, code.to_owned()));
    }
    let half = door.call("POST", path, &gateway, Some(("application/json", "{\"asks\":[".to_owned()))).await;
    assert_eq!(half.refusal(), (400, "not-json".to_owned()));
    let text = json!({"asks": [buys("c", 1, 1)]}).to_string();
    let plain = door.call("POST", path, &gateway, Some(("text/plain", text))).await;
    assert_eq!(plain.refusal(), (415, "not-json".to_owned()));
    let large = format!("{{\"asks\":[{}]}}", " ".repeat(1 << 20));
    let large = door.call("POST", path, &gateway, Some(("application/json", large))).await;
    assert_eq!(large.refusal(), (413, "too-large".to_owned()));
    assert_eq!(left(&door, 1).await, 5);
}
