//! What a room keeps around the talk, and no more.

use linger_protocol::*;
use linger_room::{Room, bounds};

const NOW: Millis = Millis(1_000);

#[test]
fn whoever_spoke_too_long_ago_can_no_longer_be_mentioned() {
    let mut room = open();
    say(&mut room, 100, vec![]).unwrap();
    say(&mut room, 101, vec![PersonId(100)]).unwrap();
    for _ in 0..bounds::COMMENTS_KEPT - 2 {
        say(&mut room, 101, vec![]).unwrap();
    }
    // Their comment is the oldest that is remembered; this one makes it be forgotten.
    assert_eq!(say(&mut room, 101, vec![PersonId(100)]), Ok(1));
    assert_eq!(say(&mut room, 101, vec![PersonId(100)]), Err(Refusal::NotSeenHere));
    assert_eq!(say(&mut room, 101, vec![PersonId(1)]), Ok(1), "the host can always be mentioned");
}

#[test]
fn the_oldest_photo_comes_down_when_the_wall_is_full() {
    let mut room = open();
    for n in 0..=bounds::PHOTOS_ON_WALL as u64 {
        let caption = Spoken::unsealed("");
        let offer = TalkAct::OfferPhoto { image: ImageId(n.into()), caption };
        assert_eq!(talk(&mut room, Actor::viewer(PersonId(100 + n)), offer), Ok(1));
        let events = talk(&mut room, Actor::HOUSE, TalkAct::ChoosePhoto { image: ImageId(n.into()) });
        assert_eq!(events, Ok(if n as usize == bounds::PHOTOS_ON_WALL { 2 } else { 1 }));
    }
    assert!(!room.on_wall(ImageId(0)) && room.on_wall(ImageId(1)));
}

#[test]
fn so_many_photos_wait_and_no_more() {
    let mut room = open();
    let offer = |n: u64| TalkAct::OfferPhoto { image: ImageId(n.into()), caption: Spoken::unsealed("") };
    for n in 0..bounds::PHOTOS_WAITING_MAX as u64 {
        talk(&mut room, Actor::viewer(PersonId(100 + n)), offer(n)).unwrap();
    }
    let one_more = talk(&mut room, Actor::viewer(PersonId(9_999)), offer(9_999));
    assert_eq!(one_more, Err(Refusal::TooManyPhotos));
}

#[test]
fn texts_around_the_talk_are_bounded_before_and_after_they_are_sealed() {
    let mut room = open();
    let long = |chars: usize| "字".repeat(chars + 1);
    let topic = TalkAct::SetTopic { text: long(Limits::TITLE_CHARS), lasts_ms: 60_000 };
    assert_eq!(talk(&mut room, Actor::HOUSE, topic), Err(Refusal::TextTooLong));
    let caption = Spoken::unsealed(&long(Limits::CAPTION_CHARS));
    let offer = TalkAct::OfferPhoto { image: ImageId(1), caption };
    assert_eq!(talk(&mut room, Actor::viewer(PersonId(100)), offer), Err(Refusal::TextTooLong));
    let mut caption = Spoken::unsealed("");
    caption.sealed.body = vec![0; bounds::SEALED_BYTES_MAX + 1].into();
    let giver = caption.sealed.clone();
    let offer = TalkAct::OfferPhoto { image: ImageId(1), caption };
    assert_eq!(talk(&mut room, Actor::viewer(PersonId(100)), offer), Err(Refusal::TextTooLong));
    assert_eq!(talk(&mut room, Actor::viewer(PersonId(100)), gift(1, giver)), Err(Refusal::TextTooLong));
}

#[test]
fn the_run_of_gifts_that_ends_first_is_forgotten_first() {
    let mut room = open();
    let give = |room: &mut Room, now: i64, order: u128, person: u64| {
        let act = Act::Talk(gift(order, Spoken::unsealed("").sealed));
        let request = Request { by: Actor::viewer(PersonId(person)), act };
        let sent = room.decide(Millis(now), &request).unwrap();
        sent.iter().for_each(|event| room.apply(event));
        let payment = PaymentId::new(&format!("p{order}")).unwrap();
        let amount = Money::new(100, Currency::CNY);
        let arrived = Report::PaymentArrived { order: OrderId(order), payment, amount };
        let events = room.note(Millis(now), &arrived);
        events.iter().for_each(|event| room.apply(event));
        match events.as_slice() {
            [Event::Talk(TalkEvent::GiftGiven { combo, .. })] => *combo,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(give(&mut room, 0, 1, 100), 1);
    assert_eq!(give(&mut room, 1, 2, 101), 1);
    for n in 0..bounds::COMBOS_KEPT as u128 - 1 {
        give(&mut room, 2, 10 + n, 1_000 + n as u64);
    }
    assert_eq!(give(&mut room, 3, 3, 101), 2, "still remembered");
    assert_eq!(give(&mut room, 3, 4, 100), 1, "forgotten");
}

fn open() -> Room {
    let mut room = Room::default();
    let act = Act::OpenRoom { title: "Tea".into(), host: PersonId(1), host_name: "Lin".into() };
    ask(&mut room, Actor::HOUSE, act).expect("the room agrees");
    room
}

/// Asks, applies and says how many events came of it.
fn ask(room: &mut Room, by: Actor, act: Act) -> Result<usize, Refusal> {
    let events = room.decide(NOW, &Request { by, act })?;
    events.iter().for_each(|event| room.apply(event));
    Ok(events.len())
}

fn talk(room: &mut Room, by: Actor, act: TalkAct) -> Result<usize, Refusal> {
    ask(room, by, Act::Talk(act))
}

fn say(room: &mut Room, person: u64, mentions: Vec<PersonId>) -> Result<usize, Refusal> {
    let spoken = Spoken::unsealed("hello");
    let act = Act::Say { spoken, answers: None, reply_to: None, mentions, image: None };
    ask(room, Actor::viewer(PersonId(person)), act)
}

fn gift(order: u128, giver: Sealed) -> TalkAct {
    TalkAct::SendGift {
        order: OrderId(order),
        gift: GiftId::new("flower").expect("a kind of gift"),
        count: 1,
        price: Money::new(100, Currency::CNY),
        giver,
        words: None,
        side: None,
    }
}
