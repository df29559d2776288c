//! What a room keeps of sales and coupons is bounded, and so is what anybody may hand in.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_protocol::*;
use linger_room::{Room, bounds};

const NOW: Millis = Millis(1_000);
const ITEM: ItemId = ItemId(1);

#[test]
fn a_cart_has_fifty_lines_and_no_more_and_its_sum_fits() {
    let mut room = open();
    let price = Money::new(Limits::PRICE_MINOR_MAX, Currency::CNY);
    let most = Limits::ORDER_UNITS_MAX;
    for n in 1..=Limits::CART_LINES_MAX as u64 + 1 {
        stocked(&mut room, ItemId(n), most);
        let act = Act::OpenSale { item: ItemId(n), price, per_person: most, hold_ms: 60_000 };
        ask(&mut room, Actor::HOUSE, act).unwrap();
    }
    let mut place = |lines: u64, minor: i64| {
        let cart = Cart {
            lines: (1..=lines).map(|n| CartLine { item: ItemId(n), units: most }).collect(),
            coupons: vec![],
        };
        let expected = Money::new(minor, Currency::CNY);
        let delivery = Delivery::default();
        ask(&mut room, viewer(1), sale(SaleAct::PlaceCart { order: OrderId(1), cart, expected, delivery }))
    };
    let sum = Limits::PRICE_MINOR_MAX * i64::from(most) * Limits::CART_LINES_MAX as i64;
    assert_eq!(place(Limits::CART_LINES_MAX as u64 + 1, sum), Err(Refusal::BadCart));
    assert_eq!(place(0, 0), Err(Refusal::BadCart));
    assert_eq!(place(Limits::CART_LINES_MAX as u64, sum), Ok(1));
}

#[test]
fn so_many_wait_for_an_item_and_are_served_so_many_at_once() {
    let mut room = open();
    stocked(&mut room, ITEM, 0);
    ask(&mut room, Actor::HOUSE, plain_sale()).unwrap();
    for n in 0..bounds::WAITING_MAX as u64 {
        assert_eq!(join(&mut room, n), Ok(1));
    }
    assert_eq!(join(&mut room, u64::from(u32::MAX)), Err(Refusal::QueueFull));
    let units = bounds::SERVED_AT_ONCE as u32 + 5;
    stocked(&mut room, ITEM, units);
    let served = |room: &mut Room| {
        let events = room.note(NOW, &Report::TimePassed);
        events.iter().for_each(|event| room.apply(event));
        events.len()
    };
    assert_eq!(room.wakes_at(), Some(Millis(0)));
    assert_eq!([served(&mut room), served(&mut room)], [bounds::SERVED_AT_ONCE, 5]);
    assert_eq!(room.waiting(ITEM), bounds::WAITING_MAX - units as usize);
}

#[test]
fn so_many_shuffles_can_be_recomputed_and_the_oldest_is_forgotten() {
    let mut room = open();
    stocked(&mut room, ITEM, 5);
    for n in 1..=bounds::LOTS_KEPT as u32 + 1 {
        let commit = linger_room::draw::commitment(&[n as u8; 32]);
        let mode = SaleMode::Shuffle { bell: NOW.plus(5), commit, sealed_seed: vec![].into() };
        let terms = SaleTerms { mode, ..SaleTerms::plain(yuan(500), 1, 60_000) };
        ask(&mut room, Actor::HOUSE, sale(SaleAct::Open { item: ITEM, terms: Box::new(terms) })).unwrap();
        for report in [Report::TimePassed, Report::ListSeedRevealed { item: ITEM, seed: [n as u8; 32] }] {
            let events = room.note(NOW.plus(5), &report);
            events.iter().for_each(|event| room.apply(event));
        }
        assert!(room.lot_proof(n).is_some());
        ask(&mut room, Actor::HOUSE, Act::CloseSale { item: ITEM }).unwrap();
    }
    assert!(room.lot_proof(1).is_none() && room.lot_proof(2).is_some());
}

#[test]
fn transfers_end_at_their_bound_and_units_at_theirs() {
    let mut room = open();
    stocked(&mut room, ITEM, 0);
    let named = |n: usize| TransferId::new(&format!("t-{n}")).unwrap();
    for n in 1..bounds::TRANSFERS_MAX {
        room.apply(&Event::Sale(SaleEvent::Allotted { transfer: named(n), item: ITEM, units: 1 }));
    }
    let allot = |n, units| sale(SaleAct::Allot { transfer: named(n), item: ITEM, units });
    assert_eq!(ask(&mut room, Actor::HOUSE, allot(0, Limits::UNITS_MAX as u32)), Err(Refusal::BadQuantity));
    assert_eq!(ask(&mut room, Actor::HOUSE, allot(0, 1)), Ok(1));
    let last = bounds::TRANSFERS_MAX;
    assert_eq!(ask(&mut room, Actor::HOUSE, allot(last, 1)), Err(Refusal::RoomFull));
    assert_eq!(ask(&mut room, Actor::HOUSE, allot(5, 1)), Ok(0), "one that is known is known");
}

#[test]
fn campaigns_end_at_their_bounds() {
    let mut room = open();
    let code = |chars| Campaign { code: Some("好".repeat(chars)), ..campaign(100, OpenTo::Claim) };
    assert_eq!(ask(&mut room, Actor::HOUSE, set(code(17))), Err(Refusal::BadKeyword));
    for n in 0..bounds::AUTOMATIC_MAX {
        assert_eq!(ask(&mut room, Actor::HOUSE, set(campaign(n, OpenTo::Everybody))), Ok(1));
    }
    let one_more = set(campaign(bounds::AUTOMATIC_MAX, OpenTo::Everybody));
    assert_eq!(ask(&mut room, Actor::HOUSE, one_more), Err(Refusal::RoomFull));
    for n in bounds::AUTOMATIC_MAX..bounds::CAMPAIGNS_MAX {
        assert_eq!(ask(&mut room, Actor::HOUSE, set(campaign(n, OpenTo::Claim))), Ok(1));
    }
    let one_more = set(campaign(bounds::CAMPAIGNS_MAX, OpenTo::Claim));
    assert_eq!(ask(&mut room, Actor::HOUSE, one_more), Err(Refusal::RoomFull));
    let items = vec![ITEM; Limits::CAMPAIGN_ITEMS_MAX + 1];
    let wide = set(Campaign { items, ..campaign(0, OpenTo::Everybody) });
    assert_eq!(ask(&mut room, Actor::HOUSE, wide), Err(Refusal::TooManyItems));
    let long = CouponAct::ClaimCode { code: "好".repeat(1_000) };
    assert_eq!(ask(&mut room, viewer(1), sale(SaleAct::Coupon(long))), Err(Refusal::NoSuchCampaign));
}

#[test]
fn a_cart_of_more_coupons_than_may_be_is_none_and_an_address_is_bounded() {
    let mut room = open();
    stocked(&mut room, ITEM, 5);
    ask(&mut room, Actor::HOUSE, plain_sale()).unwrap();
    let name = CampaignId::new("none").unwrap();
    let place = |coupons: usize, bytes: usize| {
        let cart = Cart { coupons: vec![name.clone(); coupons], ..Cart::of(ITEM, 1) };
        let to = Some(Sealed { key: KeyId(1), body: vec![0; bytes].into() });
        let delivery = Delivery { to, ..Delivery::default() };
        sale(SaleAct::PlaceCart { order: OrderId(1), cart, expected: yuan(500), delivery })
    };
    let over = Limits::CART_COUPONS_MAX + 1;
    assert_eq!(ask(&mut room, viewer(1), place(over, 0)), Err(Refusal::BadCart));
    let over = bounds::SEALED_BYTES_MAX + 1;
    assert_eq!(ask(&mut room, viewer(1), place(0, over)), Err(Refusal::TextTooLong));
    assert_eq!(ask(&mut room, viewer(1), place(0, over - 1)), Ok(1));
}

fn open() -> Room {
    let mut room = Room::default();
    let act = Act::OpenRoom { title: "Tea".into(), host: PersonId(1), host_name: "Lin".into() };
    ask(&mut room, Actor::HOUSE, act).expect("the room agrees");
    let item = Item::new(ITEM, "Cup", yuan(1_000), "");
    ask(&mut room, Actor::HOUSE, Act::ListItem { item }).expect("the room agrees");
    room
}

/// Asks, applies and says how many events came of it.
fn ask(room: &mut Room, by: Actor, act: Act) -> Result<usize, Refusal> {
    let events = room.decide(NOW, &Request { by, act })?;
    events.iter().for_each(|event| room.apply(event));
    Ok(events.len())
}

fn stocked(room: &mut Room, item: ItemId, units: u32) {
    if room.item(item).is_none() {
        let item = Item::new(item, "Cup", yuan(1_000), "");
        ask(room, Actor::HOUSE, Act::ListItem { item }).expect("the room agrees");
    }
    ask(room, Actor::HOUSE, Act::SetStock { item, units: units.into() }).expect("the room agrees");
}

fn join(room: &mut Room, n: u64) -> Result<usize, Refusal> {
    let wanted = Wanted { order: OrderId(n.into()), units: 1, delivery: Delivery::default() };
    ask(room, viewer(n), sale(SaleAct::JoinWait { item: ITEM, wanted }))
}

fn viewer(n: u64) -> Actor {
    Actor::viewer(PersonId(100 + n))
}

fn sale(act: SaleAct) -> Act {
    Act::Sale(act)
}

fn plain_sale() -> Act {
    Act::OpenSale { item: ITEM, price: yuan(500), per_person: 1, hold_ms: 60_000 }
}

fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::CNY)
}

fn set(campaign: Campaign) -> Act {
    sale(SaleAct::Coupon(CouponAct::SetCampaign { campaign: Box::new(campaign) }))
}

fn campaign(n: usize, open_to: OpenTo) -> Campaign {
    Campaign {
        id: CampaignId::new(&format!("c-{n}")).unwrap(),
        title: "Autumn".into(),
        kind: CouponKind::Amount { off: 100 },
        items: vec![],
        from: Millis(0),
        until: Millis(10_000),
        currency: Currency::CNY,
        budget: None,
        uses_max: None,
        times: 1,
        every: Period::Ever,
        level_min: 0,
        stacks: Stacks::OtherKinds,
        gives_back: false,
        open_to,
        code: None,
    }
}
