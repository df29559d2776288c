//! What comes after the sale through the doors: an order with everything about it, tickets, ratings, queues, carriers.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{Door, Who};
use linger_protocol::{
    Act, Actor, Currency, Item, ItemId, Money, OrderId, PaymentId, Report, Request, ReturnException,
    ReturnRule, Role, RoomId,
};
use serde_json::{Value, json};

const ORDER: &str = "00112233445566778899aabbccddeeff";
const PARCEL: &str = "0000000000000000000000000000000a";
const RETURN: &str = "0000000000000000000000000000000b";
const TICKET: &str = "0000000000000000000000000000000c";

struct Shop {
    door: Door,
    room: RoomId,
    ann: Who,
    ops: Who,
}

impl Shop {
    /// Ann has ordered two cups for 9.90 each; item 2 is excepted from returns.
    async fn open() -> Shop {
        let door = Door::open().await;
        let room = door.room("tea").await;
        let price = Money::new(990, Currency::CNY);
        let cup = Item::new(ItemId(1), "Cup", price, "Hill");
        let mut milk = Item::new(ItemId(2), "Milk", price, "Hill");
        milk.returns = Some(ReturnRule::Excepted { why: ReturnException::Perishable });
        for item in [cup, milk] {
            let (item_id, sale) = (item.id, (price, 5, 60_000));
            for act in [
                Act::ListItem { item },
                Act::SetStock { item: item_id, units: 5 },
                Act::OpenSale { item: item_id, price: sale.0, per_person: sale.1, hold_ms: sale.2 },
            ] {
                door.engine.ask(&room, Request { by: Actor::HOUSE, act }, None).await.unwrap();
            }
        }
        let (ann, ops) = (door.guest("tea").await, door.signed_in(Role::Operator).await);
        Shop { door, room, ann, ops }
    }

    async fn order(&self, order: &str, item: u64) {
        let place = json!({"kind": "place-order", "order": order, "item": item, "units": 2});
        self.door.ask("tea", &self.ann, place).await;
    }

    async fn pay(&self, order: &str) {
        let (order, payment) = (order.parse::<OrderId>().unwrap(), PaymentId::new(&order[..8]).unwrap());
        let report = Report::PaymentArrived { order, payment, amount: Money::new(1_980, Currency::CNY) };
        self.door.engine.report(&self.room, report).await.unwrap();
    }

    async fn care(&self, who: &Who, mut ask: Value) -> house::Said {
        ask["kind"] = json!("care");
        self.door.post("/api/rooms/tea/ask", who, ask).await
    }

    async fn done(&self, who: &Who, ask: Value) {
        let said = self.care(who, ask).await;
        assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    }

    async fn seen(&self, who: &Who, path: &str) -> Value {
        let said = self.door.get(path, who).await;
        assert_eq!(said.status.as_u16(), 200, "{path}: {}", said.text);
        said.json()
    }

    async fn delivered(order: &str) -> Shop {
        let shop = Shop::open().await;
        shop.order(order, 1).await;
        shop.pay(order).await;
        let ship = json!({"do": "ship", "order": order, "parcel": PARCEL, "carrier": "SF", "tracking": "1"});
        shop.done(&shop.ops, ship).await;
        shop.done(&shop.ops, json!({"do": "deliver", "order": order, "parcel": PARCEL})).await;
        shop
    }

    async fn left(&self, item: u64) -> u64 {
        let item = ItemId(item);
        let left = self.door.engine.look(&self.room, move |room| room.stock(item).unwrap().left).await;
        u64::from(left.unwrap().unwrap())
    }
}

fn page(order: &str) -> String {
    format!("/api/rooms/tea/orders/{order}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_sees_everything_about_an_order_and_nobody_else_does() {
    let shop = Shop::delivered(ORDER).await;
    let ask = json!({
        "do": "ask-return", "returning": RETURN, "order": ORDER, "contents": [{"item": 1, "units": 1}],
        "reason": "no-reason", "note": "too blue",
    });
    shop.done(&shop.ann, ask.clone()).await;
    shop.done(&shop.ann, ask).await;
    let seen = shop.seen(&shop.ann, &page(ORDER)).await;
    assert_eq!((seen["state"].as_str(), seen["stage"].as_str()), (Some("paid"), Some("returning")));
    let care = &seen["care"];
    assert_eq!(care["goods"][0]["returnable"], 1);
    assert_eq!(care["goods"][0]["paid"]["minor"], 990);
    assert_eq!(care["parcels"][0]["carrier"], "SF");
    let back = &care["returns"][0];
    assert_eq!((back["state"].as_str(), back["note"].as_str()), (Some("approved"), Some("too blue")));
    let bob = shop.door.guest("tea").await;
    assert_eq!(shop.door.get(&page(ORDER), &bob).await.refusal(), (404, "no-such-order".to_owned()));

    shop.done(&shop.ann, json!({"do": "send-return", "returning": RETURN, "carrier": "SF"})).await;
    shop.done(&shop.ops, json!({"do": "receive-return", "returning": RETURN, "restock": true})).await;
    let seen = shop.seen(&shop.ann, &page(ORDER)).await;
    assert_eq!(seen["care"]["owed"]["minor"], 990);
    assert_eq!(seen["care"]["refunds"][0]["state"], "owed");
    assert_eq!(seen["refund_due_minor"], 990);
    assert_eq!(shop.left(1).await, 4);
    let card = shop.seen(&Who::default(), "/api/rooms/tea").await;
    assert_eq!(card["shelf"][0]["left"], 4, "the screens see what came back: {}", card["shelf"]);

    let refund = seen["care"]["refunds"][0]["refund"].as_str().unwrap();
    let rows = shop.seen(&shop.ops, "/api/care/refunds").await;
    assert_eq!(rows["rows"][0]["refund"]["refund"], refund);
    shop.done(&shop.ops, json!({"do": "settle-refund", "refund": refund})).await;
    let seen = shop.seen(&shop.ann, &page(ORDER)).await;
    assert_eq!((seen["refund_due_minor"].as_i64(), seen["refunded_minor"].as_i64()), (Some(0), Some(990)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_keeps_what_stood_on_the_shelf_where_it_goes_and_what_was_asked_about_it() {
    let shop = Shop::open().await;
    let place = json!({
        "kind": "sale", "do": "place-cart", "order": ORDER, "lines": [{"item": 2, "units": 1}],
        "expected_minor": 990, "delivery": {"confirmed": [2], "address": "Tea Lane 5"},
    });
    shop.door.ask("tea", &shop.ann, place).await;
    // Afterwards the shelf says something else.
    let mut item = Item::new(ItemId(2), "Cream", Money::new(1_200, Currency::CNY), "Valley");
    item.returns = Some(ReturnRule::Excepted { why: ReturnException::Perishable });
    let listed = Request { by: Actor::HOUSE, act: Act::ListItem { item } };
    shop.door.engine.ask(&shop.room, listed, None).await.unwrap();
    let open =
        json!({"do": "open-ticket", "ticket": TICKET, "order": ORDER, "topic": "other", "text": "cold?"});
    shop.done(&shop.ann, open).await;

    let seen = shop.seen(&shop.ann, &page(ORDER)).await;
    let bought = &seen["bought"][0];
    assert_eq!((bought["title"].as_str(), bought["seller"].as_str()), (Some("Milk"), Some("Hill")));
    assert_eq!(bought["list"]["minor"], 990);
    assert_eq!(bought["returns"], json!({"kind": "excepted", "why": "perishable"}));
    assert_eq!(bought["confirmed"], true);
    assert_eq!(seen["to"], "Tea Lane 5");
    assert_eq!(seen["tickets"][0]["lines"][0]["text"], "cold?");

    let moderator = shop.door.signed_in(Role::Moderator).await;
    assert_eq!(shop.seen(&shop.ops, &page(ORDER)).await["to"], "Tea Lane 5");
    assert!(shop.seen(&moderator, &page(ORDER)).await["to"].is_null(), "who does not ship need not know");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exception_confirmed_when_buying_is_named_when_it_refuses() {
    let shop = Shop::open().await;
    shop.order(ORDER, 2).await;
    shop.done(&shop.ann, json!({"do": "confirm-exception", "order": ORDER, "item": 2})).await;
    shop.pay(ORDER).await;
    shop.done(&shop.ops, json!({"do": "ship", "order": ORDER, "parcel": PARCEL, "carrier": "SF"})).await;
    shop.done(&shop.ops, json!({"do": "deliver", "order": ORDER, "parcel": PARCEL})).await;
    let ask = |reason: &str| {
        json!({
            "do": "ask-return", "returning": RETURN, "order": ORDER, "contents": [{"item": 2, "units": 1}],
            "reason": reason,
        })
    };
    let refused = shop.care(&shop.ann, ask("no-reason")).await.refusal();
    assert_eq!(refused, (409, "not-returnable-perishable".to_owned()));
    shop.done(&shop.ann, ask("faulty")).await;
    let seen = shop.seen(&shop.ann, &page(ORDER)).await;
    assert_eq!(seen["care"]["goods"][0]["excepted"], "perishable");
    assert_eq!(seen["care"]["returns"][0]["state"], "asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pick_up_shows_its_code_to_the_buyer_alone() {
    let shop = Shop::open().await;
    shop.order(ORDER, 1).await;
    shop.pay(ORDER).await;
    shop.done(&shop.ops, json!({"do": "offer-pick-up", "order": ORDER, "parcel": PARCEL})).await;
    let code = shop.seen(&shop.ann, &page(ORDER)).await["care"]["parcels"][0]["code"].clone();
    let under_way = shop.seen(&shop.ops, "/api/care/under-way").await;
    assert_eq!(under_way["rows"][0]["order"]["order"], ORDER);
    assert!(under_way["rows"][0]["order"]["care"]["parcels"][0]["code"].is_null());
    assert!(code.as_str().is_some_and(|it| it.len() == 6), "{code}");
    assert!(shop.seen(&shop.ops, &page(ORDER)).await["care"]["parcels"][0]["code"].is_null());
    let hand = |code: &Value| json!({"do": "hand-over", "order": ORDER, "parcel": PARCEL, "code": code});
    let wrong = shop.care(&shop.ops, hand(&json!("none"))).await.refusal();
    assert_eq!(wrong, (409, "wrong-code".to_owned()));
    shop.done(&shop.ops, hand(&code)).await;
    assert_eq!(shop.seen(&shop.ops, "/api/care/under-way").await["rows"], json!([]));
    assert_eq!(shop.seen(&shop.ann, &page(ORDER)).await["stage"], "delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_read_by_its_owner_and_by_staff_until_its_owner_is_erased() {
    let shop = Shop::open().await;
    shop.order(ORDER, 1).await;
    let open = json!({
        "do": "open-ticket", "ticket": TICKET, "order": ORDER, "topic": "shipping", "text": "where is it?",
    });
    shop.done(&shop.ann, open).await;
    let path = format!("/api/rooms/tea/tickets/{TICKET}");
    let seen = shop.seen(&shop.ann, &path).await;
    assert_eq!((seen["auto"].as_str(), seen["answered"].as_bool()), (Some("unpaid"), Some(false)));
    let say = json!({"do": "say-ticket", "ticket": TICKET, "line": 7, "text": "pay first"});
    let moderator = shop.door.signed_in(Role::Moderator).await;
    shop.done(&moderator, say).await;
    let rows = shop.seen(&moderator, "/api/care/tickets").await;
    assert_eq!(rows["rows"][0]["ticket"]["lines"][0]["text"], "where is it?");
    let lines = shop.seen(&shop.ann, &path).await["lines"].clone();
    assert_eq!((lines[1]["staff"].as_bool(), lines[1]["text"].as_str()), (Some(true), Some("pay first")));
    let bob = shop.door.guest("tea").await;
    assert_eq!(shop.door.get(&path, &bob).await.refusal(), (404, "no-such-ticket".to_owned()));
    assert_eq!(shop.door.call("DELETE", "/api/rooms/tea/me", &shop.ann, None).await.status.as_u16(), 200);
    assert_eq!(shop.seen(&moderator, &path).await["lines"][0]["text"], "");
}

#[tokio::test(flavor = "multi_thread")]
async fn ratings_are_public_and_stand_for_something_bought() {
    let shop = Shop::delivered(ORDER).await;
    let rate = |stars: u8| {
        json!({
            "do": "rate", "rating": RETURN, "order": ORDER, "item": 1, "stars": stars, "text": "a fine cup",
        })
    };
    let bob = shop.door.guest("tea").await;
    assert_eq!(shop.care(&bob, rate(1)).await.refusal(), (409, "no-such-order".to_owned()));
    shop.done(&shop.ann, rate(4)).await;
    let path = "/api/rooms/tea/items/1/ratings";
    let seen = shop.seen(&Who::default(), path).await;
    assert_eq!((seen["stars"].clone(), seen["mean_centi"].as_u64()), (json!([0, 0, 0, 1, 0]), Some(400)));
    assert_eq!(seen["ratings"][0]["text"], "a fine cup");
    assert!(seen["ratings"][0]["order"].is_null(), "whose order it was is nobody's business");
    shop.done(&shop.ops, json!({"do": "hide-rating", "order": ORDER, "item": 1, "hidden": true})).await;
    assert_eq!(shop.seen(&Who::default(), path).await["ratings"], json!([]));
    let rows = shop.seen(&shop.ops, "/api/care/ratings").await;
    assert_eq!(rows["rows"][0]["rating"]["hidden"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn carriers_tell_with_their_key_and_as_often_as_they_like() {
    let shop = Shop::open().await;
    shop.order(ORDER, 1).await;
    shop.pay(ORDER).await;
    let told = json!({"order": ORDER, "parcel": PARCEL});
    let path = "/api/rooms/tea/carrier";
    let wrong = shop.door.post(path, &Who::bearer("none"), told.clone()).await.refusal();
    assert_eq!(wrong, (401, "bad-key".to_owned()));
    let carrier = Who::bearer(&shop.door.carrier_key);
    // Before the parcel is known nothing comes of it.
    assert_eq!(shop.door.post(path, &carrier, told.clone()).await.status.as_u16(), 200);
    shop.done(&shop.ops, json!({"do": "ship", "order": ORDER, "parcel": PARCEL, "carrier": "SF"})).await;
    for _ in 0..2 {
        assert_eq!(shop.door.post(path, &carrier, told.clone()).await.status.as_u16(), 200);
    }
    assert_eq!(shop.seen(&shop.ann, &page(ORDER)).await["stage"], "delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_of_a_person_are_theirs_in_every_room_and_queues_have_pages() {
    let shop = Shop::open().await;
    shop.order(ORDER, 1).await;
    shop.pay(ORDER).await;
    let mine = shop.seen(&shop.ann, "/api/me/orders").await;
    assert_eq!(mine["orders"].as_array().unwrap().len(), 1);
    assert_eq!(
        (mine["orders"][0]["room"].as_str(), mine["orders"][0]["stage"].as_str()),
        (Some("tea"), Some("packing"))
    );
    // The same person with a token of another room.
    shop.door.room("cups").await;
    let before = json!({"token": shop.ann.bearer.clone().unwrap()});
    let said = shop.door.post("/api/rooms/cups/guest", &Who::default(), before).await.json();
    let there = Who::bearer(said["token"].as_str().unwrap());
    assert_eq!(shop.seen(&there, "/api/me/orders").await["orders"].as_array().unwrap().len(), 1);

    for n in 0..35u128 {
        let open =
            json!({"do": "open-ticket", "ticket": format!("{n:032x}"), "topic": "other", "text": "hello"});
        shop.done(&shop.door.guest("tea").await, open).await;
    }
    let first = shop.seen(&shop.ops, "/api/care/tickets").await;
    assert_eq!(first["rows"].as_array().unwrap().len(), 30);
    let next = first["next"].as_str().unwrap().to_owned();
    let rest = shop.seen(&shop.ops, &format!("/api/care/tickets?after={next}")).await;
    assert_eq!((rest["rows"].as_array().unwrap().len(), rest["next"].clone()), (5, Value::Null));
    assert_eq!(shop.seen(&shop.ops, "/api/care/to-ship").await["rows"][0]["order"]["order"], ORDER);
    let of_cups = shop.seen(&shop.ops, "/api/care/tickets?room=cups").await;
    assert_eq!((of_cups["rows"].clone(), of_cups["next"].clone()), (json!([]), Value::Null));
    assert_eq!(
        shop.seen(&shop.ops, "/api/care/tickets?room=tea").await["rows"].as_array().unwrap().len(),
        30
    );
    let bad = shop.door.get("/api/care/tickets?room=No%20Room", &shop.ops).await.refusal();
    assert_eq!(bad, (400, "bad-id".to_owned()));
    let none = shop.door.get("/api/care/nothing", &shop.ops).await.refusal();
    assert_eq!(none, (404, "not-found".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn promises_are_public_and_set_by_operators() {
    let shop = Shop::open().await;
    let mut policy = shop.seen(&Who::default(), "/api/rooms/tea/care").await;
    policy["guarantee_days"] = json!(7);
    let set = json!({"do": "set-policy", "policy": policy});
    let host = shop.door.signed_in(Role::Host).await;
    assert_eq!(shop.care(&host, set.clone()).await.refusal(), (403, "not-allowed".to_owned()));
    shop.done(&shop.ops, set).await;
    assert_eq!(shop.seen(&Who::default(), "/api/rooms/tea/care").await["guarantee_days"], 7);
}
