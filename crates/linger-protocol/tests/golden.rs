//! Old logs stay readable: every kind of event was written once, and those bytes mean the same for ever.
//!
//! `golden/entries.hex` holds a line for each: a name, and the bytes as they were written. A line is never changed and
//! never taken away. A new kind of event fails here until it has a sample and a line; the failure says which line.

use linger_protocol::*;

#[path = "samples/activity.rs"]
mod activity;
#[path = "golden/care.rs"]
mod care;
#[path = "samples/club.rs"]
mod club;
#[path = "samples/rule.rs"]
mod rule;
#[path = "samples/sale.rs"]
mod sale;
#[path = "golden/seat.rs"]
mod seat;

const LINES: &str = include_str!("golden/entries.hex");

#[test]
fn every_event_ever_written_reads_as_it_did() {
    let lacks = |it: &(&str, Entry)| line(it.0).is_none();
    let missing: Vec<String> = samples()
        .into_iter()
        .filter(lacks)
        .map(|(name, sample)| format!("{name} {}", hex(&sample.to_bytes())))
        .collect();
    assert!(missing.is_empty(), "golden/entries.hex lacks these lines:\n{}\n", missing.join("\n"));
    for (name, sample) in samples() {
        let read = Entry::from_bytes(&unhex(line(name).unwrap_or("")));
        assert_eq!(read.ok(), Some(sample), "{name}: old bytes mean something else now");
    }
}

#[test]
fn every_event_is_still_written_as_it_was() {
    for (name, sample) in samples() {
        assert_eq!(Some(hex(&sample.to_bytes()).as_str()), line(name), "{name}: written in another way now");
    }
}

#[test]
fn every_kind_of_event_has_a_sample_and_every_line_is_one() {
    let mut numbers: Vec<usize> = samples().iter().map(|(_, sample)| number(&sample.event)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, (0..KINDS).chain(NESTED.iter().copied()).collect::<Vec<_>>());
    let names: Vec<&str> = samples().iter().map(|(name, _)| *name).collect();
    for line in LINES.lines() {
        let name = line.split(' ').next().unwrap_or("");
        assert!(names.contains(&name), "no sample is called {name:?}: a line was left behind");
    }
    assert_eq!(LINES.lines().count(), names.len(), "a line stands twice, or is missing");
}

#[test]
fn a_field_of_a_later_version_is_passed_over() {
    // WentOff with a second, unknown field: entries are arrays, and this one is longer by one.
    let later = unhex("8300820180820282 0107".replace(' ', "").as_str());
    let read = Entry::from_bytes(&later).expect("an entry of a later version");
    assert_eq!(read.event, Event::WentOff { reason: OffReason::Lost });
}

#[test]
fn a_broken_entry_is_an_error_and_never_a_panic() {
    for (name, sample) in samples() {
        let bytes = sample.to_bytes();
        for cut in 0..bytes.len() {
            assert!(Entry::from_bytes(&bytes[..cut]).is_err(), "{name}: cut at {cut}, it still reads");
        }
        // Any byte may come back as any other from a bad disk: it may read as something else, it must not panic.
        for place in 0..bytes.len() {
            for flip in [0x01, 0x20, 0x80, 0xff] {
                let mut bent = bytes.clone();
                bent[place] ^= flip;
                if let Ok(read) = Entry::from_bytes(&bent) {
                    let again = Entry::from_bytes(&read.to_bytes()).ok();
                    assert_eq!(again, Some(read), "{name}: what was read cannot be written");
                }
            }
        }
    }
}

const KINDS: usize = 35;
/// The numbers of the kinds that hold kinds of their own.
const NESTED: &[usize] = &[35, 36, 37, 38, 39, 40, 41, 42];

/// The number of an event's kind. A new kind does not compile until it stands here; it takes the next number, `KINDS`
/// grows by one, and [`samples`] gets an entry.
fn number(event: &Event) -> usize {
    match event {
        Event::RoomOpened { .. } => 0,
        Event::WentLive => 1,
        Event::WentOff { .. } => 2,
        Event::PresenceChanged { .. } => 3,
        Event::PresenceLost { .. } => 4,
        Event::CommentMade { .. } => 5,
        Event::QuestionOpened { .. } => 6,
        Event::QuestionAnswered { .. } => 7,
        Event::CommentHidden { .. } => 8,
        Event::Muted { .. } => 9,
        Event::LikesGathered { .. } => 10,
        Event::Followed { .. } => 11,
        Event::Unfollowed { .. } => 12,
        Event::Announced { .. } => 13,
        Event::ItemListed { .. } => 14,
        Event::StockSet { .. } => 15,
        Event::SaleOpened { .. } => 16,
        Event::SaleClosed { .. } => 17,
        Event::CardPinned { .. } => 18,
        Event::CardUnpinned { .. } => 19,
        Event::UnitsHeld { .. } => 20,
        Event::OrderPaid { .. } => 21,
        Event::OrderLapsed { .. } => 22,
        Event::OrderCancelled { .. } => 23,
        Event::RefundDue { .. } => 24,
        Event::RefundSettled { .. } => 25,
        Event::DrawOpened { .. } => 26,
        Event::DrawEntered { .. } => 27,
        Event::DrawFrozen { .. } => 28,
        Event::DrawRevealed { .. } => 29,
        Event::PromptShown { .. } => 30,
        Event::PromptWithheld { .. } => 31,
        Event::PromptClosed { .. } => 32,
        Event::CardsTouched { .. } => 33,
        Event::QualityGathered { .. } => 34,
        Event::Activity(_) => 35,
        Event::Seat(_) => 37,
        Event::Club(_) => 38,
        Event::Rundown(_) => 36,
        Event::Talk(_) => 39,
        Event::Sale(_) => 40,
        Event::Care(_) => 41,
        Event::Rule(_) => 42,
    }
}

fn samples() -> Vec<(&'static str, Entry)> {
    let mut all = talk();
    all.extend(trade());
    all.extend(show());
    all.extend(activity::all());
    all.extend(seat::samples());
    all.extend(club::all());
    all.extend(rundown());
    all.extend(around_the_talk());
    all.extend(sale::all());
    all.extend(care::samples());
    all.extend(rule::all());
    all
}

fn talk() -> Vec<(&'static str, Entry)> {
    let ann = PersonId(0x0123_4567_89ab_cdef);
    let question = QuestionId(3);
    let comment = CommentId(70_000);
    let spoken = || Sealed { key: KeyId(9), body: vec![0xde, 0xad, 0xbe, 0xef].into() };
    let said = |role, question, answers| Event::CommentMade {
        comment,
        person: ann,
        role,
        spoken: spoken(),
        question,
        answers,
        lane: None,
        reply_to: None,
        mentions: None,
        image: None,
    };
    let arrival = Arrival { session: SessionId(5), person: ann, source: "share".into(), brought_by: None };
    let departure = |reason| Departure { session: SessionId(u64::MAX), reason };
    let left = vec![departure(LeaveReason::Left), departure(LeaveReason::Lost), departure(LeaveReason::Sent)];
    vec![
        (
            "room-opened",
            house(Event::RoomOpened {
                title: "晚上好".into(), host: PersonId(1), host_name: "Lin".into()
            }),
        ),
        ("went-live", reported(Event::WentLive)),
        ("went-off-ended", reported(Event::WentOff { reason: OffReason::Ended })),
        ("went-off-lost", reported(Event::WentOff { reason: OffReason::Lost })),
        ("went-off-restarted", reported(Event::WentOff { reason: OffReason::Restarted })),
        ("presence-changed", reported(Event::PresenceChanged { arrived: vec![arrival], left, here: 300 })),
        ("presence-lost", reported(Event::PresenceLost { last_seen: Millis(-1) })),
        ("comment-made", asked(Role::Viewer, said(Role::Viewer, Some(question), None))),
        ("comment-made-by-moderator", asked(Role::Moderator, said(Role::Moderator, None, Some(question)))),
        ("comment-made-by-host", asked(Role::Host, said(Role::Host, None, None))),
        (
            "question-opened",
            asked(
                Role::Viewer,
                Event::QuestionOpened { question, topic: Topic(1 << 24), item: Some(ItemId(8)) },
            ),
        ),
        (
            "question-answered-typed",
            asked(
                Role::Host,
                Event::QuestionAnswered { question, how: Answered::Typed { comment }, prompt: None },
            ),
        ),
        (
            "question-answered-on-air",
            asked(
                Role::Host,
                Event::QuestionAnswered { question, how: Answered::OnAir, prompt: Some(PromptId(2)) },
            ),
        ),
        ("comment-hidden", asked(Role::Moderator, Event::CommentHidden { comment })),
        ("muted", asked(Role::Operator, Event::Muted { person: ann, until: Millis(1_900_000_000_000) })),
        ("likes-gathered", reported(Event::LikesGathered { likes: 40, people: 7, total: u64::MAX })),
    ]
}

fn trade() -> Vec<(&'static str, Entry)> {
    let item = ItemId(8);
    let order = OrderId(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
    let payment = || PaymentId::new("pay_A-1").expect("a payment's name");
    let price = Money::new(990, Currency::CNY);
    let person = PersonId(0x0123_4567_89ab_cdef);
    let due = |reason| {
        let amount = Money::new(i64::MAX, Currency::USD);
        reported(Event::RefundDue { order, payment: payment(), amount, reason })
    };
    let listed = Item { image: "/cup.webp".into(), ..Item::new(item, "Cup", price, "House") };
    let variant = |returns| {
        let item = Item {
            product: Some(7),
            variant: Some("红, L".into()),
            returns: Some(returns),
            ..listed.clone()
        };
        asked(Role::Operator, Event::ItemListed { item })
    };
    let days = ReturnRule::NoReason { days: 15 };
    let excepted = ReturnRule::Excepted { why: ReturnException::Perishable };
    let held =
        Event::UnitsHeld { order, person, item, units: 2, amount: price, until: Millis(1_700_000_060_000) };
    vec![
        ("announced", asked(Role::Host, Event::Announced { text: "马上开始".into() })),
        ("followed", asked(Role::Viewer, Event::Followed { person, followers: 1 })),
        ("unfollowed", asked(Role::Viewer, Event::Unfollowed { person, followers: 0 })),
        ("item-listed", asked(Role::Operator, Event::ItemListed { item: listed.clone() })),
        ("item-listed-variant", variant(days)),
        ("item-listed-excepted", variant(excepted)),
        ("stock-set", asked(Role::Operator, Event::StockSet { item, units: 10_000_000 })),
        (
            "sale-opened",
            asked(Role::Host, Event::SaleOpened { item, price, per_person: 2, hold_ms: 300_000 }),
        ),
        ("sale-closed", asked(Role::Host, Event::SaleClosed { item })),
        ("card-pinned", asked(Role::Host, Event::CardPinned { item })),
        ("card-unpinned", asked(Role::Host, Event::CardUnpinned { item })),
        ("units-held-through-gateway", through(12, held.clone())),
        ("units-held", asked(Role::Viewer, held)),
        ("order-paid", reported(Event::OrderPaid { order, payment: payment() })),
        ("order-lapsed", reported(Event::OrderLapsed { order })),
        ("order-cancelled", asked(Role::Viewer, Event::OrderCancelled { order })),
        ("refund-due-too-late", due(RefundReason::TooLate)),
        ("refund-due-paid-twice", due(RefundReason::PaidTwice)),
        ("refund-due-wrong-amount", due(RefundReason::WrongAmount)),
        ("refund-due-unknown-order", due(RefundReason::UnknownOrder)),
        ("refund-settled", reported(Event::RefundSettled { order, payment: payment() })),
        (
            "cards-touched",
            reported(Event::CardsTouched { touches: vec![CardTouch { item, seen: 30, clicked: 4 }] }),
        ),
    ]
}

fn show() -> Vec<(&'static str, Entry)> {
    let draw = DrawId(1);
    let prompt = PromptId(2);
    let intent = |arm| Intent {
        id: IntentId(77),
        rule: "unanswered-question".into(),
        at: Millis(1_700_000_000_000),
        arm,
        proposal: Proposal::AnswerQuestion { question: QuestionId(3), people: 4, window_s: 60 },
    };
    let closed = |end| asked(Role::Host, Event::PromptClosed { prompt, end });
    let opened = Event::DrawOpened {
        draw,
        keyword: "666".into(),
        prize: "a cup".into(),
        winners: 2,
        closes_at: Millis(1_700_000_060_000),
        commit: [0x11; 32],
        sealed_seed: vec![1, 2, 3].into(),
    };
    let quality = Quality {
        viewers: 3,
        first_frame_ms: vec![250, 900],
        stalls: 1,
        stalled_ms: 400,
        watched_ms: 60_000,
        delay_ms_sum: 240,
        delays: 2,
        failures: 1,
    };
    vec![
        ("draw-opened", asked(Role::Host, opened)),
        ("draw-entered", asked(Role::Viewer, Event::DrawEntered { draw, person: PersonId(5) })),
        ("draw-frozen", reported(Event::DrawFrozen { draw, entrants: 2, digest: [0x22; 32] })),
        (
            "draw-revealed",
            reported(Event::DrawRevealed {
                draw,
                seed: [0x33; 32],
                winners: vec![PersonId(5), PersonId(u64::MAX)],
            }),
        ),
        (
            "prompt-shown",
            followed(Event::PromptShown {
                prompt,
                intent: intent(Arm::Act),
                until: Millis(1_700_000_060_000),
                again: None,
            }),
        ),
        (
            "prompt-shown-again",
            followed(Event::PromptShown {
                prompt,
                intent: intent(Arm::Act),
                until: Millis(1_700_000_060_000),
                again: Some(2),
            }),
        ),
        ("prompt-withheld", followed(Event::PromptWithheld { intent: intent(Arm::HoldOut) })),
        ("prompt-closed-followed", closed(PromptEnd::Followed)),
        ("prompt-closed-dismissed", closed(PromptEnd::Dismissed)),
        ("prompt-closed-expired", closed(PromptEnd::Expired)),
        ("prompt-closed-later", closed(PromptEnd::Later)),
        ("quality-gathered", reported(Event::QualityGathered { quality })),
    ]
}

fn rundown() -> Vec<(&'static str, Entry)> {
    let at = Millis(1_700_000_000_000);
    let until = Millis(1_700_000_060_000);
    let step = Step {
        title: "秒杀".into(),
        item: Some(ItemId(8)),
        points: vec!["Half price".into(), "Only tonight".into()],
        lasts_ms: 300_000,
        climax: true,
        activity: Some("{\"kind\":\"announce\",\"text\":\"Go\"}".into()),
    };
    let plain = Step { title: "Hello".into(), lasts_ms: 60_000, ..Step::default() };
    let document = Rundown { title: "Tea".into(), steps: vec![plain, step], pace: 60, ..Rundown::default() };
    let started = |free: Option<&str>, begun| {
        let free = free.map(str::to_owned);
        reported(Event::Rundown(RundownEvent::StepStarted {
            turn: 3,
            step: 1,
            free,
            begun,
            at,
            until,
            quiet_since: Millis(1_699_999_000_000),
        }))
    };
    let host = |event| asked(Role::Host, Event::Rundown(event));
    let carried = |refused: Option<&str>| {
        house(Event::Rundown(RundownEvent::Carried { turn: 3, refused: refused.map(str::to_owned) }))
    };
    let set = RundownEvent::Set { version: 2, rundown: Box::new(document) };
    vec![
        ("rundown-set", asked(Role::Operator, Event::Rundown(set))),
        ("rundown-step-in-turn", started(None, Begun::InTurn)),
        ("rundown-step-asked", started(Some("A song"), Begun::Asked)),
        ("rundown-step-returned", started(None, Begun::Returned)),
        ("rundown-held", host(RundownEvent::Held { left_ms: 41_000 })),
        ("rundown-retimed", host(RundownEvent::Retimed { until })),
        (
            "rundown-climax-announced",
            reported(Event::Rundown(RundownEvent::ClimaxAnnounced { step: 1, starts_at: until })),
        ),
        ("rundown-warned", reported(Event::Rundown(RundownEvent::Warned { since: at, again_at: until }))),
        ("rundown-carried", carried(None)),
        ("rundown-carried-refused", carried(Some("draw-running"))),
        ("rundown-stopped", host(RundownEvent::Stopped { finished: false })),
    ]
}

/// One sample for each event around the talk, and comments with all that may go with one.
fn around_the_talk() -> Vec<(&'static str, Entry)> {
    let person = PersonId(0x0123_4567_89ab_cdef);
    let order = OrderId(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
    let image = ImageId(0xffee_ddcc_bbaa_9988_7766_5544_3322_1100);
    let comment = CommentId(70_000);
    let until = Millis(1_700_000_060_000);
    let sealed = || Sealed { key: KeyId(9), body: vec![0xde, 0xad, 0xbe, 0xef].into() };
    let talk = |role, event| asked(role, Event::Talk(event));
    let said = |lane, reply_to, mentions, image| {
        let role = Role::Viewer;
        let (spoken, question, answers) = (sealed(), None, None);
        let made = Event::CommentMade {
            comment,
            person,
            role,
            spoken,
            question,
            answers,
            lane,
            reply_to,
            mentions,
            image,
        };
        asked(role, made)
    };
    let sent = |words, side| TalkEvent::GiftSent {
        order,
        person,
        role: Role::Viewer,
        gift: GiftId::new("flower").expect("a kind of gift"),
        count: 3,
        amount: Money::new(297, Currency::CNY),
        until,
        giver: sealed(),
        words,
        side,
    };
    let given = TalkEvent::GiftGiven {
        order,
        payment: PaymentId::new("pay_A-1").expect("a payment's name"),
        combo: 9,
        combo_until: until,
    };
    vec![
        ("comment-made-in-lane", said(Some(Lane::Reaction), None, None, None)),
        (
            "comment-made-in-company",
            said(Some(Lane::Talk), Some(CommentId(69_999)), Some(vec![PersonId(5)]), Some(image)),
        ),
        ("gift-sent", talk(Role::Viewer, sent(None, None))),
        ("gift-sent-with-words", talk(Role::Viewer, sent(Some(sealed()), None))),
        ("gift-sent-for-a-side", talk(Role::Viewer, sent(None, Some(1)))),
        ("gift-given", reported(Event::Talk(given))),
        ("gift-lapsed", reported(Event::Talk(TalkEvent::GiftLapsed { order }))),
        ("topic-set", talk(Role::Host, TalkEvent::TopicSet { text: "茶".into(), until })),
        ("topic-ended", reported(Event::Talk(TalkEvent::TopicEnded))),
        ("comment-featured", talk(Role::Host, TalkEvent::CommentFeatured { comment })),
        ("comment-unfeatured", talk(Role::Host, TalkEvent::CommentUnfeatured { comment })),
        ("photo-offered", talk(Role::Viewer, TalkEvent::PhotoOffered { image, person, caption: sealed() })),
        ("photo-chosen", talk(Role::Host, TalkEvent::PhotoChosen { image })),
        ("photo-declined", talk(Role::Moderator, TalkEvent::PhotoDeclined { image })),
    ]
}

fn entry(cause: Cause, event: Event) -> Entry {
    Entry { at: Millis(1_700_000_000_000), cause, event }
}

fn reported(event: Event) -> Entry {
    entry(Cause::Reported, event)
}

fn asked(role: Role, event: Event) -> Entry {
    let by = Actor { person: PersonId(0x0123_4567_89ab_cdef), role };
    entry(Cause::Asked { by, intent: None }, event)
}

fn through(gateway: u64, event: Event) -> Entry {
    let by = Actor::viewer(PersonId(0x0123_4567_89ab_cdef));
    entry(Cause::Through { by, gateway }, event)
}

fn house(event: Event) -> Entry {
    entry(Cause::Asked { by: Actor::HOUSE, intent: None }, event)
}

fn followed(event: Event) -> Entry {
    entry(Cause::Asked { by: Actor::HOUSE, intent: Some(IntentId(77)) }, event)
}

fn line(name: &str) -> Option<&'static str> {
    LINES.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits");
    (0..text.len()).step_by(2).map(digit).collect()
}
