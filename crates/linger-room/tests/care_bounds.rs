//! What a room keeps of the time after the sale, and no more.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_protocol::*;
use linger_room::{Room, bounds};

const NOW: Millis = Millis(1_000);
const ANN: Actor = Actor { person: PersonId(100), role: Role::Viewer };
const ORDER: OrderId = OrderId(1);
const ITEM: ItemId = ItemId(1);

/// A room in which Ann has paid for `units` cups, and the first parcels have one each.
fn paid(units: u32) -> Room {
    let mut room = Room::default();
    let price = Money::new(100, Currency::CNY);
    for act in [
        Act::OpenRoom { title: "Tea".into(), host: PersonId(1), host_name: "Lin".into() },
        Act::ListItem { item: Item::new(ITEM, "Cup", price, "House") },
        Act::SetStock { item: ITEM, units: 999 },
        Act::OpenSale { item: ITEM, price, per_person: 999, hold_ms: 60_000 },
    ] {
        ask(&mut room, Actor::HOUSE, act).unwrap();
    }
    ask(&mut room, ANN, Act::PlaceOrder { order: ORDER, item: ITEM, units }).unwrap();
    let payment = PaymentId::new("p").unwrap();
    let amount = price.times(units).unwrap();
    let paid = room.note(NOW, &Report::PaymentArrived { order: ORDER, payment, amount });
    paid.iter().for_each(|event| room.apply(event));
    room
}

fn ask(room: &mut Room, by: Actor, act: Act) -> Result<usize, Refusal> {
    let events = room.decide(NOW, &Request { by, act })?;
    events.iter().for_each(|event| room.apply(event));
    Ok(events.len())
}

fn care(room: &mut Room, by: Actor, act: CareAct) -> Result<usize, Refusal> {
    ask(room, by, Act::Care(act))
}

fn ship(parcel: u128) -> CareAct {
    let contents = vec![ItemUnits { item: ITEM, units: 1 }];
    let way = Way::Carrier { carrier: "SF".into(), tracking: String::new() };
    CareAct::Ship { order: ORDER, parcel: ParcelId(parcel), contents, way }
}

fn bring_back(returning: u128, note: Option<Spoken>) -> CareAct {
    CareAct::AskReturn {
        returning: ReturnId(returning),
        order: ORDER,
        contents: vec![ItemUnits { item: ITEM, units: 1 }],
        reason: ReturnReason::NoReason,
        exchange: None,
        note,
    }
}

fn ticket(ticket: u128, text: Spoken) -> CareAct {
    CareAct::OpenTicket { ticket: TicketId(ticket), order: None, topic: TicketTopic::Other, text }
}

#[test]
fn an_order_has_so_many_parcels_and_returns_and_no_more() {
    let most = bounds::PARCELS_PER_ORDER_MAX as u128;
    let mut room = paid(200);
    for n in 0..most {
        care(&mut room, Actor::HOUSE, ship(n)).unwrap();
        let deliver = CareAct::Deliver { order: ORDER, parcel: ParcelId(n) };
        care(&mut room, Actor::HOUSE, deliver).unwrap();
    }
    assert_eq!(care(&mut room, Actor::HOUSE, ship(most)), Err(Refusal::RoomFull));
    let most = bounds::RETURNS_PER_ORDER_MAX as u128;
    for n in 0..most {
        care(&mut room, ANN, bring_back(n, None)).unwrap();
        care(&mut room, ANN, CareAct::WithdrawReturn { returning: ReturnId(n) }).unwrap();
    }
    assert_eq!(care(&mut room, ANN, bring_back(most, None)), Err(Refusal::RoomFull));
}

#[test]
fn money_is_given_back_by_hand_in_so_many_parts() {
    let mut room = paid(2);
    let give = |n: usize| {
        let refund = RefundId::new(&format!("{n:032x}")).unwrap();
        CareAct::GiveBack { refund, order: ORDER, item: ITEM, amount: Money::new(1, Currency::CNY) }
    };
    for n in 0..bounds::REFUNDS_PER_ORDER_MAX {
        care(&mut room, Actor::HOUSE, give(n)).unwrap();
    }
    let one_more = care(&mut room, Actor::HOUSE, give(bounds::REFUNDS_PER_ORDER_MAX));
    assert_eq!(one_more, Err(Refusal::RoomFull));
}

#[test]
fn texts_are_bounded_before_and_after_they_are_sealed() {
    let mut room = paid(1);
    care(&mut room, Actor::HOUSE, ship(1)).unwrap();
    care(&mut room, Actor::HOUSE, CareAct::Deliver { order: ORDER, parcel: ParcelId(1) }).unwrap();
    let long = || Spoken::unsealed(&"字".repeat(Limits::CARE_CHARS + 1));
    let mut heavy = Spoken::unsealed("short");
    heavy.sealed.body = vec![0; bounds::CARE_SEALED_BYTES_MAX + 1].into();
    for text in [long(), heavy] {
        assert_eq!(care(&mut room, ANN, ticket(1, text.clone())), Err(Refusal::TextTooLong));
        assert_eq!(care(&mut room, ANN, bring_back(1, Some(text.clone()))), Err(Refusal::TextTooLong));
        let (rating, text) = (RatingId(1), Some(text));
        let rate = CareAct::Rate { rating, order: ORDER, item: ITEM, stars: 5, text };
        assert_eq!(care(&mut room, ANN, rate), Err(Refusal::TextTooLong));
    }
    assert_eq!(care(&mut room, ANN, ticket(1, Spoken::unsealed("  "))), Err(Refusal::TextEmpty));
    let returning = ReturnId(1);
    care(&mut room, ANN, bring_back(1, None)).unwrap();
    let carrier = "字".repeat(Limits::CARRIER_CHARS + 1);
    let send = CareAct::SendReturn { returning, carrier, tracking: String::new() };
    assert_eq!(care(&mut room, ANN, send), Err(Refusal::TextTooLong));
    let tracking = "1".repeat(Limits::TRACKING_CHARS + 1);
    let send = CareAct::SendReturn { returning, carrier: "SF".into(), tracking };
    assert_eq!(care(&mut room, ANN, send), Err(Refusal::TextTooLong));
}

#[test]
fn a_ticket_has_so_many_lines_and_a_parcel_so_many_items() {
    let mut room = paid(1);
    care(&mut room, ANN, ticket(1, Spoken::unsealed("hello"))).unwrap();
    let say = |line: usize| CareAct::SayTicket {
        ticket: TicketId(1),
        line: line as u64,
        text: Spoken::unsealed("more"),
    };
    for line in 1..bounds::TICKET_LINES_MAX {
        care(&mut room, ANN, say(line)).unwrap();
    }
    assert_eq!(care(&mut room, ANN, say(bounds::TICKET_LINES_MAX)), Err(Refusal::RoomFull));
    let contents = (0..=Limits::CARE_LINES_MAX as u64).map(|n| ItemUnits { item: ItemId(n), units: 1 });
    let way = Way::PickUp { code: "1".into() };
    let ship = CareAct::Ship { order: ORDER, parcel: ParcelId(1), contents: contents.collect(), way };
    assert_eq!(care(&mut room, Actor::HOUSE, ship), Err(Refusal::BadQuantity));
}
