//! A room keeps so much and no more: what is forgotten, and what is refused, when it is full.

use linger_protocol::*;
use linger_room::{Room, bounds, draw};

#[test]
fn an_old_comment_can_no_longer_be_hidden() {
    let mut room = open();
    for _ in 0..=bounds::COMMENTS_KEPT {
        say(&mut room, 100, "hello").unwrap();
    }
    let hide = |n| Act::HideComment { comment: CommentId(n) };
    assert_eq!(ask(&mut room, Actor::HOUSE, hide(1)), Err(Refusal::NoSuchComment));
    assert_eq!(ask(&mut room, Actor::HOUSE, hide(2)), Ok(1));
}

#[test]
fn the_oldest_open_question_is_forgotten_first() {
    let mut room = open();
    for n in 0..=bounds::QUESTIONS_OPEN_MAX {
        say(&mut room, 100, &format!("is cat number {n} yours?")).unwrap();
    }
    assert_eq!(room.questions().count(), bounds::QUESTIONS_OPEN_MAX);
    let answer = |n| Act::AnswerOnAir { question: QuestionId(n) };
    assert_eq!(ask(&mut room, Actor::HOUSE, answer(1)), Err(Refusal::NoSuchQuestion));
    assert_eq!(ask(&mut room, Actor::HOUSE, answer(2)), Ok(1));
    // It is open no more, so that asking it is asking anew.
    assert_eq!(say(&mut room, 101, "is cat number 0 yours?"), Ok(2));
}

#[test]
fn askers_beyond_the_bound_ask_and_are_not_counted() {
    let mut room = open();
    for n in 0..bounds::ASKERS_MAX as u64 + 5 {
        say(&mut room, 100 + n, "how much?").unwrap();
    }
    assert_eq!(room.question(QuestionId(1)).map(|it| it.askers.len()), Some(bounds::ASKERS_MAX));
}

#[test]
fn the_mute_that_ends_first_is_forgotten_first() {
    let mut room = open();
    let mute = |n: u64, for_ms| Act::Mute { person: PersonId(n), for_ms };
    ask(&mut room, Actor::HOUSE, mute(100, 50_000)).unwrap();
    ask(&mut room, Actor::HOUSE, mute(101, 40_000)).unwrap();
    for n in 0..bounds::MUTES_MAX as u64 - 1 {
        ask(&mut room, Actor::HOUSE, mute(1_000 + n, 60_000)).unwrap();
    }
    assert_eq!(say(&mut room, 100, "hello"), Err(Refusal::Muted));
    assert_eq!(say(&mut room, 101, "hello"), Ok(1));
}

#[test]
fn one_person_places_so_many_orders_and_no_more() {
    let mut room = open();
    shop(&mut room, 1_000);
    let ann = Actor::viewer(PersonId(100));
    let place = |n: u32| Act::PlaceOrder { order: OrderId(n.into()), item: ItemId(1), units: 1 };
    for n in 0..bounds::ORDERS_PER_PERSON_MAX {
        ask(&mut room, ann, place(n)).unwrap();
        ask(&mut room, ann, Act::CancelOrder { order: OrderId(n.into()) }).unwrap();
    }
    assert_eq!(ask(&mut room, ann, place(5_000)), Err(Refusal::RoomFull));
    assert_eq!(ask(&mut room, Actor::viewer(PersonId(101)), place(5_000)), Ok(1));
}

#[test]
fn the_shelf_holds_so_many_items_and_the_known_ones_can_still_change() {
    let mut room = open();
    for n in 0..Limits::ITEMS_MAX as u64 {
        ask(&mut room, Actor::HOUSE, list(n, "Cup")).unwrap();
    }
    assert_eq!(ask(&mut room, Actor::HOUSE, list(9_999, "Cup")), Err(Refusal::TooManyItems));
    assert_eq!(ask(&mut room, Actor::HOUSE, list(5, "Blue cup")), Ok(1));
}

#[test]
fn followers_end_at_their_bound() {
    let mut room = open();
    for n in 0..bounds::FOLLOWERS_MAX as u64 - 1 {
        room.apply(&Event::Followed { person: PersonId(1_000 + n), followers: n as u32 + 1 });
    }
    assert_eq!(ask(&mut room, Actor::viewer(PersonId(100)), Act::Follow), Ok(1));
    assert_eq!(ask(&mut room, Actor::viewer(PersonId(101)), Act::Follow), Err(Refusal::RoomFull));
    assert_eq!(ask(&mut room, Actor::viewer(PersonId(100)), Act::Unfollow), Ok(1));
    assert_eq!(ask(&mut room, Actor::viewer(PersonId(101)), Act::Follow), Ok(1));
}

#[test]
fn draws_that_wait_for_seeds_are_kept_and_the_oldest_decided_one_is_forgotten() {
    let mut room = open();
    for n in 1..=bounds::DRAWS_KEPT as u32 {
        ask(&mut room, Actor::HOUSE, draw_of(n)).unwrap();
        ask(&mut room, Actor::HOUSE, Act::CloseDraw { draw: DrawId(n) }).unwrap();
    }
    let next = bounds::DRAWS_KEPT as u32 + 1;
    assert_eq!(ask(&mut room, Actor::HOUSE, draw_of(next)), Err(Refusal::RoomFull));
    assert_eq!(room.awaiting_seed().len(), bounds::DRAWS_KEPT);
    for event in room.note(NOW, &Report::SeedRevealed { draw: DrawId(3), seed: [3; 32] }) {
        room.apply(&event);
    }
    assert!(room.draw_proof(DrawId(3)).is_some());
    assert_eq!(ask(&mut room, Actor::HOUSE, draw_of(next)), Ok(1));
    assert_eq!(room.draw_proof(DrawId(3)), None);
    assert_eq!(room.entrants(DrawId(1)), Some(0), "a draw that waits for its seed is not forgotten");
}

#[test]
fn an_intent_is_known_until_so_many_came_after_it() {
    let mut room = open();
    say(&mut room, 100, "how much?").unwrap();
    for n in 0..bounds::INTENTS_KEPT as u64 {
        assert_eq!(ask(&mut room, Actor::HOUSE, intent(n, "rule")), Ok(1));
    }
    assert_eq!(ask(&mut room, Actor::HOUSE, intent(0, "rule")), Err(Refusal::IntentKnown));
    ask(&mut room, Actor::HOUSE, intent(1 << 40, "rule")).unwrap();
    assert_eq!(ask(&mut room, Actor::HOUSE, intent(0, "rule")), Ok(1));
}

#[test]
fn the_line_for_the_stage_and_the_requests_for_calls_end_at_their_bounds() {
    let mut room = open();
    let seat = |act| Act::Seat(act);
    let ask_stage = |text: &str| seat(SeatAct::AskForStage { note: Spoken::unsealed(text), priority: 0 });
    let ask_call =
        |text: &str| seat(SeatAct::AskForCall { topic: Spoken::unsealed(text), item: None, priority: 0 });
    ask(&mut room, Actor::HOUSE, seat(SeatAct::OpenStage { seats: 8, who: WhoMayAsk::Everybody })).unwrap();
    ask(&mut room, Actor::HOUSE, seat(SeatAct::OpenCalls { promise_min: None })).unwrap();
    let viewer = |n: usize| Actor::viewer(PersonId(100 + n as u64));
    for n in 0..bounds::LINE_MAX {
        assert_eq!(ask(&mut room, viewer(n), ask_stage("")), Ok(1));
    }
    for n in 0..bounds::CALLS_MAX {
        assert_eq!(ask(&mut room, viewer(n), ask_call("which size?")), Ok(1));
    }
    let late = viewer(bounds::LINE_MAX);
    assert_eq!(ask(&mut room, late, ask_stage("")), Err(Refusal::QueueFull));
    assert_eq!(ask(&mut room, late, ask_call("which size?")), Err(Refusal::QueueFull));
    // Who is taken still counts: a call goes on until somebody says how it ended.
    ask(&mut room, Actor::HOUSE, seat(SeatAct::TakeCall { person: PersonId(100) })).unwrap();
    assert_eq!(ask(&mut room, late, ask_call("which size?")), Err(Refusal::QueueFull));
    ask(&mut room, viewer(0), seat(SeatAct::WithdrawCall)).unwrap();
    ask(&mut room, viewer(0), seat(SeatAct::WithdrawAsk)).unwrap();
    let long = |chars: usize| "好".repeat(chars);
    assert_eq!(ask(&mut room, late, ask_stage(&long(Limits::NOTE_CHARS + 1))), Err(Refusal::TextTooLong));
    assert_eq!(ask(&mut room, late, ask_stage(&long(Limits::NOTE_CHARS))), Ok(1));
    assert_eq!(ask(&mut room, late, ask_call(&long(Limits::COMMENT_CHARS + 1))), Err(Refusal::TextTooLong));
    assert_eq!(ask(&mut room, late, ask_call(&long(Limits::COMMENT_CHARS))), Ok(1));
}

#[test]
fn texts_are_counted_in_characters_up_to_their_bounds() {
    let mut room = open();
    let long = |chars: usize| "好".repeat(chars);
    assert_eq!(say(&mut room, 100, &long(Limits::COMMENT_CHARS)), Ok(1));
    assert_eq!(say(&mut room, 100, &long(Limits::COMMENT_CHARS + 1)), Err(Refusal::TextTooLong));
    assert_eq!(say(&mut room, 100, &format!("{}  ", long(Limits::COMMENT_CHARS))), Ok(1), "blanks are cut");
    assert_eq!(ask(&mut room, Actor::HOUSE, list(1, &long(Limits::TITLE_CHARS))), Ok(1));
    assert_eq!(
        ask(&mut room, Actor::HOUSE, list(1, &long(Limits::TITLE_CHARS + 1))),
        Err(Refusal::TextTooLong)
    );
    let announce = |chars| Act::Announce { text: long(chars) };
    assert_eq!(ask(&mut room, Actor::HOUSE, announce(Limits::ANNOUNCEMENT_CHARS)), Ok(1));
    let over = announce(Limits::ANNOUNCEMENT_CHARS + 1);
    assert_eq!(ask(&mut room, Actor::HOUSE, over), Err(Refusal::TextTooLong));
    say(&mut room, 100, "how much?").unwrap();
    let over = intent(1, &long(bounds::RULE_CHARS + 1));
    assert_eq!(ask(&mut room, Actor::HOUSE, over), Err(Refusal::TextTooLong));
}

#[test]
fn what_is_sealed_is_bounded_too() {
    let mut room = open();
    let mut spoken = Spoken::unsealed("hello");
    spoken.sealed.body = vec![0; bounds::SEALED_BYTES_MAX + 1].into();
    let say = Act::say(spoken);
    assert_eq!(ask(&mut room, Actor::viewer(PersonId(100)), say), Err(Refusal::TextTooLong));
    let Act::OpenDraw { keyword, prize, winners, lasts_ms, commit, .. } = draw_of(1) else {
        panic!("a draw")
    };
    let sealed_seed = vec![0; bounds::SEALED_SEED_BYTES_MAX + 1];
    let terms = Act::OpenDraw { keyword, prize, winners, lasts_ms, commit, sealed_seed };
    assert_eq!(ask(&mut room, Actor::HOUSE, terms), Err(Refusal::TextTooLong));
}

#[test]
fn prices_and_times_at_the_end_of_their_range_do_not_overflow() {
    let mut room = open();
    shop(&mut room, Limits::ORDER_UNITS_MAX);
    let price = Money::new(Limits::PRICE_MINOR_MAX, Currency::CNY);
    let (per_person, hold_ms) = (Limits::ORDER_UNITS_MAX, Limits::HOLD_MS_MAX);
    let sale = Act::OpenSale { item: ItemId(1), price, per_person, hold_ms };
    ask(&mut room, Actor::HOUSE, sale).unwrap();
    let act = Act::PlaceOrder { order: OrderId(1), item: ItemId(1), units: Limits::ORDER_UNITS_MAX };
    let request = Request { by: Actor::viewer(PersonId(100)), act };
    let events = room.decide(Millis(i64::MAX), &request).unwrap();
    let [Event::UnitsHeld { amount, until, .. }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((amount.minor, *until), (Limits::PRICE_MINOR_MAX * 999, Millis(i64::MAX)));
}

#[test]
fn a_run_of_show_is_bounded_in_every_direction() {
    let mut room = open();
    let long = |chars: usize| "好".repeat(chars);
    let step = Step { title: "Cup".into(), lasts_ms: Limits::STEP_MS_MAX, ..Step::default() };
    let mut set = |steps: Vec<Step>| {
        let rundown = Box::new(Rundown { steps, ..Rundown::default() });
        let after = room.rundown().0;
        ask(&mut room, Actor::HOUSE, Act::Rundown(RundownAct::Set { rundown, after }))
    };
    assert_eq!(set(vec![step.clone(); Limits::STEPS_MAX]), Ok(1));
    assert_eq!(set(vec![step.clone(); Limits::STEPS_MAX + 1]), Err(Refusal::TooManySteps));
    let points = |number, chars| Step { points: vec![long(chars); number], ..step.clone() };
    assert_eq!(set(vec![points(Limits::POINTS_MAX, Limits::POINT_CHARS)]), Ok(1));
    assert_eq!(set(vec![points(Limits::POINTS_MAX + 1, 1)]), Err(Refusal::TextTooLong));
    assert_eq!(set(vec![points(1, Limits::POINT_CHARS + 1)]), Err(Refusal::TextTooLong));
    let activity = |bytes| Step { activity: Some("a".repeat(bytes)), ..step.clone() };
    assert_eq!(set(vec![activity(Limits::ACTIVITY_BYTES)]), Ok(1));
    assert_eq!(set(vec![activity(Limits::ACTIVITY_BYTES + 1)]), Err(Refusal::TextTooLong));
    assert_eq!(set(vec![activity(Limits::ACTIVITY_BYTES); 40]), Err(Refusal::TextTooLong));
    let lasts_ms = Limits::STEP_MS_MAX + 1;
    assert_eq!(set(vec![Step { lasts_ms, ..step.clone() }]), Err(Refusal::BadDuration));
}

#[test]
fn a_step_is_not_extended_for_ever_and_the_end_of_time_is_no_end_of_the_room() {
    let mut room = open();
    let step = Step { title: "Cup".into(), lasts_ms: Limits::STEP_MS_MAX, ..Step::default() };
    let rundown = Box::new(Rundown { steps: vec![step], ..Rundown::default() });
    ask(&mut room, Actor::HOUSE, Act::Rundown(RundownAct::Set { rundown, after: 0 })).unwrap();
    ask(&mut room, Actor::HOUSE, Act::Rundown(RundownAct::Start { step: 0 })).unwrap();
    let extend = Act::Rundown(RundownAct::Extend { ms: Limits::STEP_MS_MIN });
    assert_eq!(ask(&mut room, Actor::HOUSE, extend), Err(Refusal::BadDuration));
    let events = room.note(Millis(i64::MAX), &Report::TimePassed);
    assert_eq!(events, [Event::Rundown(RundownEvent::Stopped { finished: true })]);
}

const NOW: Millis = Millis(1_000);

#[test]
fn so_many_stays_by_a_link_are_watched_at_once_and_no_more() {
    let mut room = open();
    let came = |from: u64, to: u64| Report::PeopleMoved {
        arrived: (from..to)
            .map(|n| Arrival {
                session: SessionId(n),
                person: PersonId(n),
                source: "share".into(),
                brought_by: Some(PersonId(7)),
            })
            .collect(),
        left: vec![],
    };
    let most = bounds::CLUB_COMING_MAX as u64;
    let mut told = |report| {
        let events = room.note(NOW, &report);
        events.iter().for_each(|event| room.apply(event));
        events.len()
    };
    assert_eq!(told(came(1_000, 1_000 + most + 5)), 1 + bounds::CLUB_COMING_MAX);
    assert_eq!(told(came(900_000, 900_001)), 1);
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

fn say(room: &mut Room, person: u64, text: &str) -> Result<usize, Refusal> {
    ask(room, Actor::viewer(PersonId(person)), Act::say(Spoken::unsealed(text)))
}

fn list(id: u64, title: &str) -> Act {
    let price = Money::new(1_000, Currency::CNY);
    Act::ListItem { item: Item::new(ItemId(id), title, price, "") }
}

fn shop(room: &mut Room, units: u32) {
    let (item, price) = (ItemId(1), Money::new(900, Currency::CNY));
    ask(room, Actor::HOUSE, list(1, "Cup")).expect("the room agrees");
    ask(room, Actor::HOUSE, Act::SetStock { item, units: units.into() }).expect("the room agrees");
    ask(room, Actor::HOUSE, Act::OpenSale { item, price, per_person: 1, hold_ms: 60_000 })
        .expect("the room agrees");
}

fn draw_of(n: u32) -> Act {
    Act::OpenDraw {
        keyword: "666".into(),
        prize: "a cup".into(),
        winners: 1,
        lasts_ms: 60_000,
        commit: draw::commitment(&[n as u8; 32]),
        sealed_seed: vec![],
    }
}

fn intent(n: u64, rule: &str) -> Act {
    let proposal = Proposal::AnswerQuestion { question: QuestionId(1), people: 3, window_s: 60 };
    Act::FollowIntent {
        intent: Intent { id: IntentId(n), rule: rule.to_owned(), at: NOW, arm: Arm::HoldOut, proposal },
    }
}
