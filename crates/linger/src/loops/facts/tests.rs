//! What a log says of people.

use super::*;
use linger_protocol::{
    CampaignId, CartOrder, Cause, CommentId, CouponEvent, Currency, Cut, Delivery, Departure, KeyId,
    OrderLine, PaymentId, Role, SaleEvent, Sealed, Wanted,
};

const DAY: i64 = 86_400_000;

struct Log {
    facts: RoomFacts,
    offset: u64,
}

impl Log {
    fn new() -> Log {
        let visits = Visits::new(TimeZone::get("Asia/Shanghai").unwrap());
        let mut log = Log { facts: RoomFacts::new(RoomId::new("tea").unwrap(), visits), offset: 0 };
        log.happens(0, Event::RoomOpened { title: "Tea".into(), host: PersonId(1), host_name: "Li".into() });
        log
    }

    fn happens(&mut self, at: i64, event: Event) -> Vec<Fact> {
        let at_position = Position { epoch: 1, offset: self.offset };
        self.offset += 1;
        let entry = Entry { at: Millis(at), cause: Cause::Reported, event };
        self.facts.fold(at_position, &entry).into_iter().map(|it| it.fact).collect()
    }

    fn come(&mut self, at: i64, session: u64, person: u64) -> Vec<Fact> {
        let arrival = Arrival {
            session: SessionId(session),
            person: PersonId(person),
            source: "share".into(),
            brought_by: None,
        };
        self.happens(at, Event::PresenceChanged { arrived: vec![arrival], left: vec![], here: 1 })
    }

    fn go(&mut self, at: i64, session: u64) -> Vec<Fact> {
        let left = vec![Departure { session: SessionId(session), reason: LeaveReason::Left }];
        self.happens(at, Event::PresenceChanged { arrived: vec![], left, here: 0 })
    }
}

fn names(facts: &[Fact]) -> Vec<&str> {
    facts.iter().map(|fact| &*fact.name).collect()
}

#[test]
fn a_gift_counts_once_it_is_paid_and_a_lapsed_one_never() {
    let mut log = Log::new();
    let order = OrderId(7);
    let sent = || TalkEvent::GiftSent {
        order,
        person: PersonId(42),
        role: Role::Viewer,
        gift: linger_protocol::GiftId::new("flower").unwrap(),
        count: 3,
        amount: Money::new(300, Currency::CNY),
        until: Millis(300_000),
        giver: Sealed { key: KeyId(1), body: vec![].into() },
        words: None,
        side: None,
    };
    let given = || TalkEvent::GiftGiven {
        order,
        payment: PaymentId::new("p1").unwrap(),
        combo: 3,
        combo_until: Millis(16_000),
    };
    assert!(log.happens(1_000, Event::Talk(sent())).is_empty());
    let told = log.happens(2_000, Event::Talk(given()));
    assert_eq!(names(&told), [touch::INTERACTED]);
    assert_eq!(told[0].text(Text::Outcome), Some("gift"));
    log.happens(3_000, Event::Talk(sent()));
    log.happens(4_000, Event::Talk(TalkEvent::GiftLapsed { order }));
    assert!(log.happens(5_000, Event::Talk(given())).is_empty());
}

#[test]
fn a_stay_is_told_with_where_it_came_from_and_how_long_it_was() {
    let mut log = Log::new();
    let came = log.come(1_000, 1, 42);
    assert_eq!(names(&came), [touch::ENTERED]);
    assert_eq!((came[0].text(Text::Source), came[0].text(Text::Host)), (Some("share"), Some("Li")));
    let went = log.go(61_000, 1);
    assert_eq!(names(&went), [touch::LEFT]);
    assert_eq!(went[0].number(Number::DurationMs), Some(60_000));
    assert_eq!((went[0].text(Text::Outcome), went[0].text(Text::Room)), (Some("left"), Some("tea")));
    assert!(log.go(62_000, 1).is_empty());
}

#[test]
fn everybody_who_asked_is_told_of_once_when_their_question_is_answered() {
    let mut log = Log::new();
    let asks = |person| Event::CommentMade {
        comment: CommentId(person),
        person: PersonId(person),
        role: Role::Viewer,
        spoken: Sealed { key: KeyId(1), body: vec![].into() },
        question: Some(QuestionId(7)),
        answers: None,
        lane: None,
        reply_to: None,
        mentions: None,
        image: None,
    };
    for person in [42, 43, 42] {
        log.happens(1_000, asks(person));
    }
    let answered = Event::QuestionAnswered { question: QuestionId(7), how: Answered::OnAir, prompt: None };
    let told = log.happens(9_000, answered.clone());
    assert_eq!(names(&told), [ANSWERED, ANSWERED]);
    assert_eq!((told[0].at_ms, told[0].text(Text::Outcome)), (9_000, Some("on-air")));
    assert_ne!(told[0].id, told[1].id);
    assert!(log.happens(9_500, answered).is_empty());
}

#[test]
fn taking_part_in_the_club_is_told_by_what_was_done() {
    let mut log = Log::new();
    let (person, by) = (PersonId(43), PersonId(42));
    let mut outcome = |event| {
        let told = log.happens(1_000, Event::Club(event));
        told.iter().map(|fact| fact.text(Text::Outcome).unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(outcome(ClubEvent::CheckedIn { person, day: 1, streak: 1 }), ["check-in"]);
    assert_eq!(outcome(ClubEvent::Brought { person, session: SessionId(1), by }), ["brought"]);
    let people = vec![person, by];
    assert_eq!(outcome(ClubEvent::SprintJoined { sprint: 1, people }), ["sprint", "sprint"]);
    assert!(outcome(ClubEvent::LevelReached { person, level: 2 }).is_empty());
}

#[test]
fn whoever_comes_on_a_later_day_of_the_shop_has_come_back() {
    let mut log = Log::new();
    // 15:59 and 16:01 UTC lie on two days in Shanghai.
    log.come(16 * 3_600_000 - 60_000, 1, 42);
    let same = log.come(16 * 3_600_000 - 1, 2, 42);
    assert_eq!(names(&same), [touch::ENTERED]);
    let later = log.come(16 * 3_600_000 + 60_000, 3, 42);
    assert_eq!(names(&later), [touch::ENTERED, touch::RETURNED]);
    assert_eq!(names(&log.come(3 * DAY, 4, 43)), [touch::ENTERED]);
}

#[test]
fn a_server_that_was_away_ends_every_stay_when_it_was_last_seen() {
    let mut log = Log::new();
    log.come(0, 1, 42);
    log.come(1_000, 2, 43);
    let lost = log.happens(90_000, Event::PresenceLost { last_seen: Millis(5_000) });
    let stayed: Vec<_> = lost.iter().map(|fact| fact.number(Number::DurationMs).unwrap()).collect();
    assert_eq!(stayed, [5_000, 4_000]);
    assert!(lost.iter().all(|fact| fact.at_ms == 5_000 && fact.text(Text::Outcome) == Some("lost")));
}

#[test]
fn an_order_is_told_when_placed_and_when_paid_and_money_that_came_too_late_is_no_sale() {
    let mut log = Log::new();
    log.facts.categorise(ItemId(7), "teapots");
    log.come(0, 1, 42);
    let (order, payment) = (OrderId(9), PaymentId::new("p1").unwrap());
    let amount = Money::new(5_800, Currency::CNY);
    let held = Event::UnitsHeld {
        order,
        person: PersonId(42),
        item: ItemId(7),
        units: 2,
        amount,
        until: Millis(300_000),
    };
    let placed = log.happens(1_000, held);
    assert_eq!(names(&placed), [touch::ORDER_PLACED]);
    let paid = log.happens(2_000, Event::OrderPaid { order, payment: payment.clone() });
    assert_eq!(paid[0].number(Number::AmountMinor), Some(5_800));
    assert_eq!((paid[0].text(Text::Category), paid[0].class), (Some("teapots"), Class::Commerce));
    let reason = RefundReason::PaidTwice;
    assert!(
        log.happens(3_000, Event::RefundDue { order, payment: payment.clone(), amount, reason }).is_empty()
    );
    let back = log.happens(4_000, Event::RefundSettled { order, payment });
    assert_eq!(names(&back), [touch::ORDER_REFUNDED]);
    assert_eq!(
        (back[0].number(Number::AmountMinor), back[0].text(Text::Outcome)),
        (None, Some("paid-twice"))
    );
}

#[test]
fn each_step_after_the_sale_is_a_fact_and_what_went_back_is_an_amount() {
    use linger_protocol::{
        CareEvent::*, OwedReason, ParcelId, RatingId, RefundId, TicketId, TicketTopic, Way,
    };
    let mut log = Log::new();
    let (order, person, item) = (OrderId(9), PersonId(42), ItemId(7));
    let amount = Money::new(5_800, Currency::CNY);
    let until = Millis(300_000);
    log.happens(1_000, Event::UnitsHeld { order, person, item, units: 2, amount, until });
    let mut step = |at, event| {
        let told = log.happens(at, Event::Care(event));
        let fact = told.into_iter().next().expect("a fact");
        let outcome = fact.text(Text::Outcome).unwrap_or_default().to_owned();
        (fact.name.to_string(), outcome, fact.number(Number::DurationMs), fact.number(Number::AmountMinor))
    };
    let one = |name: &str, outcome: &str, ms, minor| (name.to_owned(), outcome.to_owned(), ms, minor);
    let (parcel, way) = (ParcelId(1), Way::PickUp { code: "1".into() });
    let shipped = Shipped { order, parcel, contents: vec![], way, at: Millis(2_000) };
    assert_eq!(step(2_000, shipped), one("order.shipped", "", None, None));
    let delivered = Delivered { order, parcel, at: Millis(9_000) };
    assert_eq!(step(9_000, delivered), one("order.delivered", "", Some(7_000), None));
    let (ticket, text) = (TicketId(1), || Sealed { key: KeyId(1), body: vec![].into() });
    let topic = TicketTopic::Shipping;
    let opened = TicketOpened {
        ticket,
        person,
        order: Some(order),
        topic,
        text: text(),
        at: Millis(10_000),
        answer_by: until,
        solve_by: until,
    };
    assert_eq!(step(10_000, opened), one(touch::AFTER_SALES, "ticket-shipping", None, None));
    let said =
        TicketSaid { ticket, line: 1, person: PersonId(1), staff: true, text: text(), at: Millis(12_000) };
    assert_eq!(step(12_000, said), one("ticket.answered", "", Some(2_000), None));
    let rated = Rated { rating: RatingId(1), person, order, item, stars: 4, text: None, at: Millis(13_000) };
    assert_eq!(step(13_000, rated), one(touch::RATED, "", None, None));
    let (refund, payment) = (RefundId::new("r").unwrap(), PaymentId::new("p1").unwrap());
    let owed = RefundOwed { refund: refund.clone(), order, payment, amount, reason: OwedReason::Cancelled };
    assert!(log.happens(14_000, Event::Care(owed)).is_empty());
    let back = log.happens(15_000, Event::Care(RefundDone { refund }));
    assert_eq!(names(&back), [touch::ORDER_REFUNDED]);
    assert_eq!(back[0].number(Number::AmountMinor), Some(5_800));
}

#[test]
fn coming_on_stage_is_told_with_how_long_somebody_waited_and_stood_there() {
    use linger_protocol::{CallEnd, CallOutcome, SeatEnd, SeatEvent, SeatEvent::*};
    let mut log = Log::new();
    let (person, key) = (PersonId(42), || Sealed { key: KeyId(1), body: vec![].into() });
    let mut happens = |at, event: SeatEvent| {
        let told = log.happens(at, Event::Seat(event));
        let told = told.iter().map(|fact| {
            let outcome = fact.text(Text::Outcome).unwrap_or_default().to_owned();
            (fact.name.to_string(), outcome, fact.number(Number::DurationMs))
        });
        told.collect::<Vec<_>>()
    };
    let one = |name: &str, outcome: &str, ms| vec![(name.to_owned(), outcome.to_owned(), ms)];
    let asked = happens(1_000, StageAsked { person, note: key(), priority: 0, place: 0 });
    assert_eq!(asked, one(touch::INTERACTED, "stage-asked", None));
    let invited = happens(31_000, Invited { person, until: Millis(61_000) });
    assert_eq!(invited, one("stage.invited", "", Some(30_000)));
    assert_eq!(happens(32_000, Seated { person, seat: 1 }), one(touch::INTERACTED, "stage", None));
    let left = happens(92_000, SeatEnded { person, end: SeatEnd::Gone });
    assert_eq!(left, one("stage.left", "", Some(60_000)));
    let call = CallAsked {
        person,
        topic: key(),
        item: Some(ItemId(7)),
        priority: 0,
        place: 0,
        until: Millis(990_000),
    };
    assert_eq!(happens(100_000, call), one(touch::INTERACTED, "call-asked", None));
    let taken = happens(105_000, CallTaken { person, by: PersonId::staff(1), until: Millis(990_000) });
    assert_eq!(taken, one("call.taken", "", Some(5_000)));
    let end = CallEnd::Done { outcome: CallOutcome::Helped };
    assert_eq!(happens(200_000, CallEnded { person, end }), one("call.ended", "done", None));
}

#[test]
fn staff_are_no_customers_and_the_same_log_tells_the_same_ids() {
    let mut log = Log::new();
    assert!(log.come(0, 1, PersonId::staff(3).0).is_empty());
    let followed = |log: &mut Log| log.happens(5, Event::Followed { person: PersonId(42), followers: 1 });
    let (one, mut again) = (followed(&mut log), Log::new());
    again.come(0, 1, PersonId::staff(3).0);
    assert_eq!(one, followed(&mut again));
}

#[test]
fn a_cart_is_one_order_and_tells_of_its_coupons() {
    let mut log = Log::new();
    let campaign = || CampaignId::new("ten").unwrap();
    let (person, order) = (PersonId(42), OrderId(7));
    let had = CouponEvent::Claimed { campaign: campaign(), person, period: 0 };
    let told = log.happens(1_000, Event::Sale(SaleEvent::Coupon(had)));
    assert_eq!(names(&told), [touch::COUPON_HAD]);
    let line = |item, units, minor| OrderLine {
        item: ItemId(item),
        units,
        amount: Money::new(minor, Currency::CNY),
    };
    let cut = Cut { campaign: campaign(), off: 100, parts: vec![60, 40], spent: 100, period: 0, owned: true };
    let cart = CartOrder {
        order,
        person,
        lines: vec![line(1, 2, 1_200), line(2, 1, 800), line(3, 1, 0)],
        gifts: 1,
        shipping: 600,
        cuts: vec![cut],
        first: vec![],
        amount: Money::new(2_600, Currency::CNY),
        until: Millis(61_000),
        holds: true,
        delivery: Delivery::default(),
    };
    let told = log.happens(2_000, Event::Sale(SaleEvent::CartHeld(Box::new(cart))));
    assert_eq!(names(&told), [touch::ORDER_PLACED, touch::COUPON_USED]);
    assert_eq!(told[0].number(Number::AmountMinor), Some(2_600));
    assert_eq!((told[0].number(Number::Units), told[0].text(Text::Item)), (Some(3), Some("1")));
    assert_eq!(told[1].number(Number::AmountMinor), Some(100));
    assert_eq!(told[1].text(Text::Outcome), Some("ten"));
    let payment = PaymentId::new("p1").unwrap();
    assert_eq!(names(&log.happens(3_000, Event::OrderPaid { order, payment })), [touch::ORDER_PAID]);
    let wanted = Wanted { order: OrderId(8), units: 1, delivery: Delivery::default() };
    let told = log.happens(4_000, Event::Sale(SaleEvent::WaitJoined { item: ItemId(1), person, wanted }));
    assert_eq!(names(&told), [touch::WAITED]);
    assert_eq!(told[0].text(Text::Outcome), Some("waiting-list"));
}

#[test]
fn a_viewer_whom_an_experiment_drew_for_a_rule_is_told_of_once_in_whichever_arm() {
    let mut log = Log::new();
    let intent = |n: u64, person: u64, arm: &str, viewer: bool| {
        let drawn = linger_protocol::Drawn {
            experiment: "thanks".into(),
            version: 2,
            arm: arm.into(),
            draw: 5,
            viewer,
        };
        let proposed = linger_protocol::Proposed {
            version: 1,
            deed: linger_protocol::Deed::Grant { campaign: CampaignId::new("thanks").unwrap() },
            why: vec![],
            claim: linger_protocol::Claim::default(),
            show: Millis(0),
            person: Some(PersonId(person)),
            about: None,
            drawn: Some(drawn),
        };
        Box::new(linger_protocol::Intent {
            id: linger_protocol::IntentId(n),
            rule: "thanks".into(),
            at: Millis(5),
            arm: linger_protocol::Arm::Act,
            proposal: linger_protocol::Proposal::Rule(Box::new(proposed)),
        })
    };
    let done = |it| Event::Rule(linger_protocol::RuleEvent::Done { intent: it });
    let withheld = |it| Event::Rule(linger_protocol::RuleEvent::Withheld { intent: it });
    let outcome = |facts: &[Fact]| facts.first().and_then(|it| it.text(Text::Outcome)).map(str::to_owned);
    let first = log.happens(10, done(intent(1, 42, "with", true)));
    assert_eq!(names(&first), ["experiment.exposed"]);
    assert_eq!(outcome(&first).as_deref(), Some("thanks/2/with"));
    assert_eq!((first[0].text(Text::Room), first[0].text(Text::Host)), (Some("tea"), Some("Li")));
    // The same one again is the same fact, and the one that a flag of the experiment would be.
    let again = log.happens(20, done(intent(2, 42, "with", true)));
    let as_flag = linger_web::fact_id(
        "experiments",
        &format!("{}/thanks/2/with", linger_web::room_person(PersonId(42))),
    );
    assert_eq!((first[0].id, again[0].id), (as_flag, as_flag));
    let left_alone = log.happens(30, withheld(intent(3, 43, "without", true)));
    assert_eq!(outcome(&left_alone).as_deref(), Some("thanks/2/without"));
    let own = log.happens(30, withheld(intent(4, 44, "held-out", true)));
    assert_eq!(outcome(&own).as_deref(), Some("thanks/2/held-out"));
    // A holdout's people were told of when they came; where the room is drawn, who counts follows from that.
    assert_eq!(log.happens(40, withheld(intent(5, 45, "held", true))), []);
    assert_eq!(log.happens(40, done(intent(6, 46, "with", false))), []);
    let refused =
        linger_protocol::RuleEvent::Refused { intent: intent(7, 47, "with", true), code: "x".into() };
    assert_eq!(log.happens(50, Event::Rule(refused)), []);
}
