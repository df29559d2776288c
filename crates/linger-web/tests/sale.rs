//! Sales, carts, coupons and waiting over real connections.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{
    Door, Said, Who,
    line::{Line, Open},
};
use linger_protocol::{
    Act, Actor, Currency, Item, ItemId, Money, Report, Request, ReturnException, ReturnRule, Role, RoomId,
    SaleAct, SaleMode, SaleTerms,
};
use serde_json::{Value, json};

const ORDER: &str = "00112233445566778899aabbccddeeff";
const OTHER: &str = "ffeeddccbbaa99887766554433221100";

/// A room with a cup at 10.00 and a peach, which does not come back, at 5.00; ten of each.
async fn shop(door: &Door) {
    let room = RoomId::new("tea").unwrap();
    let yuan = |minor| Money::new(minor, Currency::CNY);
    let fresh = Some(ReturnRule::Excepted { why: ReturnException::Perishable });
    let peach = Item { returns: fresh, ..Item::new(ItemId(2), "Peach", yuan(600), "House") };
    for (item, price) in [(Item::new(ItemId(1), "Cup", yuan(1_200), "House"), 1_000), (peach, 500)] {
        let id = item.id;
        let price = yuan(price);
        for act in [
            Act::ListItem { item },
            Act::SetStock { item: id, units: 10 },
            Act::OpenSale { item: id, price, per_person: 5, hold_ms: 60_000 },
        ] {
            door.engine.ask(&room, Request { by: Actor::HOUSE, act }, None).await.unwrap();
        }
    }
}

async fn open() -> (Door, Who, Who) {
    let door = Door::open().await;
    door.room("tea").await;
    shop(&door).await;
    let (guest, staff) = (door.guest("tea").await, door.signed_in(Role::Operator).await);
    (door, guest, staff)
}

fn sale(what: &str, mut more: Value) -> Value {
    more["kind"] = json!("sale");
    more["do"] = json!(what);
    more
}

async fn ask(door: &Door, who: &Who, what: &str, more: Value) -> Said {
    door.post("/api/rooms/tea/ask", who, sale(what, more)).await
}

fn campaign(door: &Door, name: &str, more: Value) -> Value {
    let mut campaign = json!({
        "campaign": name, "title": "秋天", "what": {"kind": "amount", "off_minor": 100},
        "from": door.now().0 - 1, "until": door.now().0 + 1_000_000, "times": 1, "every": "ever",
        "stacks": "other-kinds", "open_to": "claim",
    });
    for (key, value) in more.as_object().unwrap() {
        campaign[key] = value.clone();
    }
    json!({ "campaign": campaign })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_with_a_coupon_is_explained_ordered_once_and_its_address_kept_out_of_sight() {
    let (door, ann, staff) = open().await;
    let shipping = json!({"fee_minor": 600, "free_from_minor": 9_900});
    assert_eq!(ask(&door, &staff, "set-shipping", shipping).await.status, 200);
    assert_eq!(ask(&door, &staff, "set-campaign", campaign(&door, "ten", json!({}))).await.status, 200);
    assert_eq!(ask(&door, &ann, "claim", json!({"campaign": "ten"})).await.status, 200);
    assert_eq!(
        ask(&door, &ann, "claim", json!({"campaign": "ten"})).await.refusal(),
        (409, "coupon-limit".to_owned())
    );
    let own = door.get("/api/rooms/tea/coupons", &ann).await.json();
    assert_eq!((&own[0]["campaign"]["campaign"], &own[0]["count"]), (&json!("ten"), &json!(1)), "{own}");
    let lines = json!([{"item": 1, "units": 2}, {"item": 2, "units": 1}]);
    let quote =
        door.post("/api/rooms/tea/quote", &ann, json!({"lines": lines, "coupons": ["ten"]})).await.json();
    assert_eq!(quote["total"]["minor"], 2_500 - 100 + 600, "{quote}");
    assert_eq!(quote["cuts"][0]["parts_minor"], json!([80, 20]), "{quote}");
    assert_eq!(
        (&quote["lines"][0]["why"], &quote["lines"][0]["list_minor"]),
        (&json!("sale"), &json!(1_200))
    );
    let cart = |expected: i64| {
        json!({
            "order": ORDER, "lines": lines, "coupons": ["ten"], "expected_minor": expected,
            "delivery": {"confirmed": [1, 2], "address": "Tea Lane 5, Hangzhou"},
        })
    };
    let changed = ask(&door, &ann, "place-cart", cart(2_999)).await;
    assert_eq!(changed.refusal(), (409, "price-changed".to_owned()));
    let (first, again) = (
        ask(&door, &ann, "place-cart", cart(3_000)).await,
        ask(&door, &ann, "place-cart", cart(3_000)).await,
    );
    assert_eq!((first.status.as_u16(), first.json()["order"].clone()), (200, again.json()["order"].clone()));
    let order = &first.json()["order"];
    assert_eq!(
        (&order["amount"]["minor"], &order["shipping_minor"]),
        (&json!(3_000), &json!(600)),
        "{order}"
    );
    assert_eq!(order["lines"][1], json!({"item": 2, "units": 1, "amount_minor": 480}));
    assert_eq!(order["cuts"][0]["title"], "秋天");
    let bob = door.guest("tea").await;
    let taken = ask(&door, &bob, "place-cart", cart(3_000)).await;
    assert!(["order-id-taken", "no-such-coupon"].contains(&taken.code().as_str()), "{}", taken.text);
    // Whoever sends it reads where it goes; who runs the show does not, and no list of orders says it.
    let page = format!("/api/rooms/tea/orders/{ORDER}");
    assert!(door.get(&page, &staff).await.text.contains("Tea Lane"));
    let host = door.signed_in(Role::Host).await;
    for told in [first.text.clone(), door.get(&page, &host).await.text] {
        assert!(told.contains("amount_minor") && !told.contains("Tea Lane"), "{told}");
    }
    let confirmed = door
        .engine
        .look(&RoomId::new("tea").unwrap(), |room| {
            let order = room.orders().next().unwrap().0;
            let delivery = room.order_terms(order).unwrap().delivery.clone();
            (delivery.confirmed, delivery.household != 0, delivery.to.is_some())
        })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(confirmed, (vec![ItemId(2)], true, true), "only what needs it is confirmed");
    let campaigns = door.get("/api/rooms/tea/campaigns", &staff).await.json();
    assert_eq!(
        (&campaigns[0]["given"], &campaigns[0]["spent_minor"]),
        (&json!(1), &json!(100)),
        "{campaigns}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_told_by_name() {
    let (door, ann, staff) = open().await;
    let line = |item: u64, units: i64| json!([{"item": item, "units": units}]);
    let cart = |lines: Value| json!({"order": ORDER, "lines": lines, "expected_minor": 1_000});
    let many: Vec<Value> = (1..=1_000).map(|n| json!({"item": n, "units": 1})).collect();
    let terms = |more: Value| {
        let mut terms = json!({"price_minor": 900, "per_person": 1, "hold_ms": 60_000, "mode": "first-come"});
        for (key, value) in more.as_object().unwrap() {
            terms[key] = value.clone();
        }
        json!({"item": 1, "terms": terms})
    };
    for (who, what, more, status, code) in [
        (&ann, "place-cart", cart(json!(many)), 409, "bad-cart"),
        (&ann, "place-cart", cart(json!([])), 409, "bad-cart"),
        (&ann, "place-cart", cart(line(1, 0)), 409, "bad-quantity"),
        (&ann, "place-cart", cart(line(1, -1)), 400, "bad-field"),
        (&ann, "place-cart", cart(line(1, 1 << 40)), 400, "bad-field"),
        (&ann, "place-cart", cart(line(7, 1)), 404, "no-such-item"),
        (&ann, "place-cart", json!({"order": "7", "lines": line(1, 1), "expected_minor": 1}), 400, "bad-id"),
        (&ann, "claim", json!({"campaign": "Not one"}), 400, "bad-id"),
        (&ann, "claim-code", json!({"code": "x".repeat(10_000)}), 409, "no-such-campaign"),
        (&ann, "open", terms(json!({})), 403, "not-allowed"),
        (&ann, "allot", json!({"transfer": "t-1", "item": 1, "units": 1}), 403, "not-allowed"),
        (&staff, "open", terms(json!({})), 409, "sale-running"),
        (&staff, "open", terms(json!({"mode": "shuffle"})), 400, "bad-field"),
        (&staff, "open", terms(json!({"surprise": 1})), 400, "bad-field"),
        (&staff, "allot", json!({"transfer": "t 1", "item": 1, "units": 1}), 400, "bad-id"),
    ] {
        let said = ask(&door, who, what, more).await;
        assert_eq!(said.refusal(), (status, code.to_owned()), "{what}: {}", said.text);
    }
    let long = json!({"order": ORDER, "lines": line(1, 1), "expected_minor": 1_000, "delivery": {"address": "x".repeat(401)}});
    let said = ask(&door, &ann, "place-cart", long).await;
    assert_eq!(
        (said.refusal(), said.json()["field"].clone()),
        ((400, "text-too-long".to_owned()), json!("delivery.address"))
    );
    let shelf = door.get("/api/rooms/tea", &Who::default()).await.json()["shelf"].clone();
    assert_eq!((&shelf[0]["left"], &shelf[1]["left"]), (&json!(10), &json!(10)), "nothing was held: {shelf}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_moves_once_by_the_name_of_its_transfer() {
    let (door, _, staff) = open().await;
    for _ in 0..2 {
        let moved = ask(&door, &staff, "allot", json!({"transfer": "t-1", "item": 1, "units": 3})).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        let back = ask(&door, &staff, "give-back", json!({"transfer": "t-2", "item": 1, "units": 1})).await;
        assert_eq!(back.status, 200, "{}", back.text);
    }
    let stock = |room: &linger_room::Room| room.stock(ItemId(1)).unwrap();
    let stock = door.engine.look(&RoomId::new("tea").unwrap(), stock).await.unwrap().unwrap();
    assert_eq!((stock.units, stock.left), (12, 12));
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_not_given_units_that_the_catalogue_does_not_have() {
    let (door, _, staff) = open().await;
    let cup =
        json!({"id": 1, "title": "Cup", "price": {"minor": 1_200, "currency": "CNY"}, "seller": "House"});
    assert_eq!(door.post("/api/catalogue", &staff, json!({"products": [cup]})).await.status, 200);
    let count = json!({"to": 4, "reason": "counted", "key": "k1"});
    let counted = door.post("/api/variants/1/stock", &staff, count).await;
    assert_eq!(counted.status, 200, "{}", counted.text);
    let allot = async |transfer: &str, item: u64, units: u32| {
        ask(&door, &staff, "allot", json!({"transfer": transfer, "item": item, "units": units})).await
    };
    for _ in 0..2 {
        assert_eq!(allot("t-1", 1, 3).await.status, 200);
    }
    assert_eq!(allot("t-2", 1, 2).await.refusal(), (409, "too-few-units".to_owned()));
    assert_eq!(allot("t-1", 1, 2).await.refusal(), (409, "transfer-id-taken".to_owned()));
    assert_eq!(allot("t-3", 99, 1).await.refusal().1, "no-such-item");
    let stock = |room: &linger_room::Room| room.stock(ItemId(1)).unwrap();
    let stock = door.engine.look(&RoomId::new("tea").unwrap(), stock).await.unwrap().unwrap();
    assert_eq!(stock.units, 13);
    let kept = door.get("/api/variants/1/stock", &staff).await.json();
    assert_eq!((&kept["units"], &kept["allotted"]), (&json!(1), &json!(3)));
}

/// The last event of a kind that came, or the next one.
async fn event(line: &mut Line, kind: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let in_it = |message: &Value| {
        let events = message["events"].as_array().cloned().unwrap_or_default();
        events.into_iter().find(|event| event["k"] == kind && is_so(event))
    };
    if let Some(found) = line.seen.iter().find_map(in_it) {
        return found;
    }
    let message = line.until(kind, |message| in_it(message).is_some()).await;
    in_it(&message).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_told_their_place_and_served_when_units_come_free() {
    let open = Open::new(Door::open().await).await;
    shop(&open.door).await;
    let staff = open.seat(Role::Operator).await;
    open.door.ask("tea", &staff, json!({"kind": "set-stock", "item": 1, "units": 1})).await;
    let ((_, mut hers), (_, mut his)) = (open.guest().await, open.guest().await);
    let placed = json!({"kind": "place-order", "order": OTHER, "item": 1, "units": 1});
    assert_eq!(hers.ask(placed).await["done"]["order"]["state"], "held");
    his.ask(sale("join-wait", json!({"item": 1, "order": ORDER, "units": 1}))).await;
    let mine = event(&mut his, "you-sale", |it| it["waits"][0]["ahead"] == 0).await;
    assert_eq!(mine["waits"][0]["order"], ORDER, "{mine}");
    assert_eq!(event(&mut hers, "offer", |it| it["waiting"] == 1).await["item"], 1);
    hers.ask(json!({"kind": "cancel-order", "order": OTHER})).await;
    let served = event(&mut his, "order", |_| true).await;
    assert_eq!((&served["order"], &served["state"]), (&json!(ORDER), &json!("held")), "{served}");
    let mine = event(&mut his, "you-sale", |it| it["waits"].as_array().is_some_and(Vec::is_empty)).await;
    assert_eq!(mine["waits"], json!([]));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// Whether `scripts/verify_draw.py` finds that a published shuffle was kept to.
fn recomputed(proof: &str) -> bool {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/verify_draw.py");
    let python =
        Command::new("python3").args([script, "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let mut python = python.expect("python3 is needed to check shuffles in another language");
    python.stdin.take().unwrap().write_all(proof.as_bytes()).unwrap();
    python.wait().unwrap().success()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shuffle_is_drawn_at_the_bell_and_its_proof_is_public() {
    let open = Open::new(Door::open().await).await;
    let door = &open.door;
    shop(door).await;
    let ((ann, mut hers), (bob, _)) = (open.guest().await, open.guest().await);
    let staff = open.seat(Role::Operator).await;
    for item in [1, 2] {
        door.ask("tea", &staff, json!({"kind": "close-sale", "item": item})).await;
    }
    door.ask("tea", &staff, json!({"kind": "set-stock", "item": 1, "units": 1})).await;
    let room = RoomId::new("tea").unwrap();
    let (seed, bell) = ([7; 32], door.now().plus(30_000));
    // With a seed of its own, as the engine of this house has no key for those that the edge makes.
    let commit = linger_room::draw::commitment(&seed);
    let mode = SaleMode::Shuffle { bell, commit, sealed_seed: vec![].into() };
    let terms = SaleTerms { mode, ..SaleTerms::plain(Money::new(900, Currency::CNY), 1, 60_000) };
    let act = Act::Sale(SaleAct::Open { item: ItemId(1), terms: Box::new(terms) });
    door.engine.ask(&room, Request { by: Actor::HOUSE, act }, None).await.unwrap();
    let terms = json!({
        "price_minor": 400, "per_person": 1, "hold_ms": 60_000, "mode": "shuffle", "bell": bell.0,
    });
    let opened = ask(door, &staff, "open", json!({"item": 2, "terms": terms})).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    let offer = event(&mut hers, "offer", |it| it["item"] == 2).await;
    assert_eq!(
        (&offer["list"], offer["commit"].as_str().map(str::len)),
        (&json!("open"), Some(64)),
        "{offer}"
    );
    for (who, order) in [(&ann, ORDER), (&bob, OTHER)] {
        let said = ask(door, who, "enlist", json!({"item": 1, "order": order, "units": 1})).await;
        assert_eq!(said.status, 200, "{}", said.text);
    }
    let early = door.get("/api/rooms/tea/sales/1/proof", &Who::default()).await;
    assert_eq!(early.refusal(), (404, "no-such-sale".to_owned()));
    door.pass(30_001);
    door.engine.report(&room, Report::TimePassed).await.unwrap();
    door.engine.report(&room, Report::ListSeedRevealed { item: ItemId(1), seed }).await.unwrap();
    let proof = door.get("/api/rooms/tea/sales/1/proof", &Who::default()).await;
    assert!(recomputed(&proof.text), "in another language: {}", proof.text);
    assert!(!recomputed(
        &proof.text.replace("\"sale\":1", "\"sale\":2").replace(&hex(&seed), &hex(&[8; 32]))
    ));
    let proof = proof.json();
    assert_eq!(proof["order"].as_array().map(Vec::len), Some(2), "{proof}");
    assert_eq!(linger_web::unhex(proof["seed"].as_str().unwrap()), Some(seed));
    assert_eq!(linger_web::unhex(proof["commit"].as_str().unwrap()), Some(commit));
    door.engine.report(&room, Report::TimePassed).await.unwrap();
    let offer = event(&mut hers, "offer", |it| it["item"] == 1 && it["waiting"] == 1).await;
    assert_eq!(offer["list"], "shuffled", "{offer}");
}
