//! What a room promises of rules: one intent once, one version at a time, and no budget ever exceeded.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use linger_protocol::{
    Act, Actor, Arm, Campaign, CampaignId, Claim, CouponAct, CouponKind, Currency, Deed, Drawn, Event,
    GrantCause, GrantId, Intent, IntentId, Item, ItemId, Limits, Millis, Money, OpenTo, Period, PersonId,
    Proposal, Proposed, Refusal, Request, Role, RuleAct, RuleEvent, SaleAct, Stacks,
};
use linger_room::Room;

const NOW: Millis = Millis(1_000_000);
const HOST: PersonId = PersonId(1 << 63 | 1);

fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::CNY)
}

fn ask(room: &mut Room, by: Actor, act: Act) -> Result<Vec<Event>, Refusal> {
    let events = room.decide(NOW, &Request { by, act })?;
    events.iter().for_each(|event| room.apply(event));
    Ok(events)
}

fn room() -> Room {
    let mut room = Room::default();
    let mut house = |act| drop(ask(&mut room, Actor::HOUSE, act).unwrap());
    house(Act::OpenRoom { title: "Tea".into(), host: HOST, host_name: "Lin".into() });
    let item = ItemId(1);
    house(Act::ListItem { item: Item::new(item, "Cup", yuan(1_000), "house") });
    house(Act::SetStock { item, units: 10 });
    house(Act::OpenSale { item, price: yuan(1_000), per_person: 2, hold_ms: 60_000 });
    for (name, kind) in [
        ("five", CouponKind::Amount { off: 500 }),
        ("endless", CouponKind::Percent { bps: 1_000, most: None }),
    ] {
        let campaign = Campaign {
            id: CampaignId::new(name).unwrap(),
            title: "Thanks".into(),
            kind,
            items: vec![],
            from: Millis(0),
            until: Millis(i64::MAX),
            currency: Currency::CNY,
            budget: None,
            uses_max: None,
            times: 100,
            every: Period::Ever,
            level_min: 0,
            stacks: Stacks::Freely,
            gives_back: false,
            open_to: OpenTo::Grant,
            code: None,
        };
        let act = CouponAct::SetCampaign { campaign: Box::new(campaign) };
        house(Act::Sale(SaleAct::Coupon(act)));
    }
    house(put("try", 1, Some("{}")));
    room
}

fn put(rule: &str, version: u32, text: Option<&str>) -> Act {
    Act::Rule(RuleAct::Put { rule: rule.into(), version, text: text.map(str::to_owned), draw: None })
}

fn intent(n: u64, deed: Deed, claim: Claim) -> Intent {
    let proposed = Proposed {
        version: 1,
        deed,
        why: vec![],
        claim,
        show: Millis(5),
        person: None,
        about: None,
        drawn: None,
    };
    Intent {
        id: IntentId(n),
        rule: "try".into(),
        at: NOW,
        arm: Arm::Act,
        proposal: Proposal::Rule(Box::new(proposed)),
    }
}

fn with(mut intent: Intent, change: impl FnOnce(&mut Proposed)) -> Intent {
    let Proposal::Rule(proposed) = &mut intent.proposal else { panic!("a rule's intent") };
    change(proposed);
    intent
}

fn times(times_max: u32) -> Claim {
    Claim { times_max, ..Claim::default() }
}

fn carry(room: &mut Room, intent: &Intent, act: Option<Act>) -> Result<Vec<Event>, Refusal> {
    let act = Ok(act.map(Box::new));
    ask(room, Actor::HOUSE, Act::Rule(RuleAct::Carry { intent: Box::new(intent.clone()), act }))
}

fn announce(n: u64, claim: Claim) -> (Intent, Option<Act>) {
    let text = format!("hello {n}");
    (intent(n, Deed::Announce { text: text.clone() }, claim), Some(Act::Announce { text }))
}

fn kind(events: &[Event]) -> &'static str {
    match events.last() {
        Some(Event::Rule(RuleEvent::Done { .. })) => "done",
        Some(Event::Rule(RuleEvent::Withheld { .. })) => "withheld",
        Some(Event::Rule(RuleEvent::Refused { .. })) => "refused",
        _ => "something else",
    }
}

#[test]
fn an_intent_is_carried_out_once_together_with_what_it_leads_to() {
    let mut room = room();
    let (intent, act) = announce(1, times(5));
    let events = carry(&mut room, &intent, act.clone()).unwrap();
    assert!(matches!(events.as_slice(), [Event::Announced { .. }, Event::Rule(RuleEvent::Done { .. })]));
    assert_eq!(carry(&mut room, &intent, act), Err(Refusal::IntentKnown));
    assert_eq!(room.rule_spent("try").unwrap().times, 1);
}

#[test]
fn the_held_out_arm_passes_the_same_checks_takes_the_same_and_does_nothing() {
    let mut room = room();
    let (intent, act) = announce(1, times(2));
    let held_out = Intent { arm: Arm::HoldOut, ..intent };
    assert_eq!(kind(&carry(&mut room, &held_out, act).unwrap()), "withheld");
    assert_eq!(room.rule_spent("try").unwrap().times, 1);
    // What the room would refuse is refused in that arm too, and takes nothing.
    let pin = Deed::PinCard { item: ItemId(9) };
    let nothing = Intent { arm: Arm::HoldOut, ..self::intent(2, pin, times(2)) };
    assert_eq!(kind(&carry(&mut room, &nothing, Some(Act::PinCard { item: ItemId(9) })).unwrap()), "refused");
    assert_eq!(room.rule_spent("try").unwrap().times, 1);
}

#[test]
fn only_the_house_carries_out_and_only_what_rules_may_do() {
    let mut room = room();
    let (one, act) = announce(1, times(5));
    let act = Act::Rule(RuleAct::Carry { intent: Box::new(one), act: Ok(act.map(Box::new)) });
    for role in [Role::Viewer, Role::Moderator, Role::Host, Role::Operator] {
        assert_eq!(
            ask(&mut room, Actor { person: PersonId(9), role }, act.clone()),
            Err(Refusal::NotAllowed)
        );
    }
    let closes =
        carry(&mut room, &intent(2, Deed::UnpinCard, times(5)), Some(Act::CloseSale { item: ItemId(1) }));
    assert!(
        matches!(&closes.unwrap()[..], [Event::Rule(RuleEvent::Refused { code, .. })] if code == "not-allowed")
    );
}

#[test]
fn a_rule_that_changed_or_is_off_does_nothing_more() {
    let mut room = room();
    let (one, act) = announce(1, times(5));
    assert_eq!(ask(&mut room, Actor::HOUSE, put("try", 2, Some("{2}"))).unwrap().len(), 1);
    assert_eq!(carry(&mut room, &one, act.clone()), Err(Refusal::RuleChanged));
    let two = with(one.clone(), |it| it.version = 2);
    assert_eq!(kind(&carry(&mut room, &two, act).unwrap()), "done");
    // An older version changes nothing any more.
    assert_eq!(ask(&mut room, Actor::HOUSE, put("try", 1, Some("{1}"))), Ok(vec![]));
    ask(&mut room, Actor::HOUSE, put("try", 3, None)).unwrap();
    let (three, act) = announce(3, times(5));
    assert_eq!(carry(&mut room, &with(three, |it| it.version = 3), act), Err(Refusal::RuleChanged));
    assert_eq!(ask(&mut room, Actor::HOUSE, put("No!", 1, Some("{}"))), Err(Refusal::BadOption));
    let long = "x".repeat(Limits::RULE_BYTES + 1);
    assert_eq!(ask(&mut room, Actor::HOUSE, put("long", 1, Some(&long))), Err(Refusal::TextTooLong));
}

fn flash(n: u64, price: i64, cost: i64, minor_max: i64) -> (Intent, Option<Act>) {
    let (item, price) = (ItemId(1), yuan(price));
    let claim = Claim { cost: Some(yuan(cost)), minor_max: Some(minor_max), ..times(100) };
    let act = Act::Sale(SaleAct::Flash { item, price, lasts_ms: 30_000 });
    (intent(n, Deed::FlashPrice { item, price, lasts_ms: 30_000 }, claim), Some(act))
}

#[test]
fn a_budget_at_its_last_cent_is_given_once() {
    let mut room = room();
    // Ten units, two yuan off each: twenty, twice, of forty.
    let (one, act) = flash(1, 800, 2_000, 4_000);
    let (two, other) = flash(2, 800, 2_000, 4_000);
    let (three, third) = flash(3, 800, 2_000, 4_000);
    assert_eq!(kind(&carry(&mut room, &one, act).unwrap()), "done");
    assert_eq!(kind(&carry(&mut room, &two, other).unwrap()), "done");
    assert_eq!(carry(&mut room, &three, third), Err(Refusal::RuleBudgetSpent));
    assert_eq!(room.rule_spent("try").unwrap().minor, 4_000);
    // Another show has a budget of its own; the one before gets nothing more.
    let (four, act) = flash(4, 800, 2_000, 4_000);
    assert_eq!(kind(&carry(&mut room, &with(four, |it| it.show = Millis(9)), act).unwrap()), "done");
    let (late, act) = flash(5, 800, 2_000, 4_000);
    assert_eq!(carry(&mut room, &late, act), Err(Refusal::RuleChanged));
}

#[test]
fn nobody_claims_less_than_is_given_away() {
    let mut room = room();
    let (cheap, act) = flash(1, 800, 1_999, 4_000);
    assert_eq!(kind(&carry(&mut room, &cheap, act).unwrap()), "refused");
    let (free, act) = flash(2, 800, 2_000, 4_000);
    assert_eq!(carry(&mut room, &with(free, |it| it.claim.cost = None), act), Err(Refusal::BadAmount));
    assert_eq!(room.rule_spent("try"), None);
}

fn grant(n: u64, campaign: &str, person: PersonId, cost: i64) -> (Intent, Option<Act>) {
    let campaign = CampaignId::new(campaign).unwrap();
    let claim = Claim {
        cost: Some(yuan(cost)),
        minor_max: Some(2_000),
        person_times_max: Some(1),
        person_minor_max: Some(1_000),
        ..times(100)
    };
    let one =
        with(intent(n, Deed::Grant { campaign: campaign.clone() }, claim), |it| it.person = Some(person));
    let grant = GrantId::new(&format!("rule-{n}")).unwrap();
    let cause = GrantCause::Rule { intent: IntentId(n) };
    (one, Some(Act::Sale(SaleAct::Coupon(CouponAct::Grant { grant, campaign, person, cause }))))
}

#[test]
fn a_benefit_has_a_budget_for_each_viewer_and_a_bound() {
    let mut room = room();
    let (ann, bob) = (PersonId(11), PersonId(12));
    let (one, act) = grant(1, "five", ann, 500);
    assert_eq!(kind(&carry(&mut room, &one, act).unwrap()), "done");
    assert_eq!(room.wallet(ann, NOW).len(), 1);
    let (again, act) = grant(2, "five", ann, 500);
    assert_eq!(carry(&mut room, &again, act), Err(Refusal::RuleBudgetSpent));
    let (less, act) = grant(3, "five", bob, 499);
    assert_eq!(kind(&carry(&mut room, &less, act).unwrap()), "refused");
    let (endless, act) = grant(4, "endless", bob, 500);
    assert_eq!(kind(&carry(&mut room, &endless, act).unwrap()), "refused");
    // To somebody else than the intent is about.
    let (other, _) = grant(5, "five", bob, 500);
    let (_, act) = grant(5, "five", ann, 500);
    assert_eq!(kind(&carry(&mut room, &other, act).unwrap()), "refused");
    assert_eq!(room.wallet(bob, NOW).len(), 0);
}

#[test]
fn prompts_of_rules_take_their_budget_too() {
    let mut room = room();
    let prompt =
        |n, claim| Act::FollowIntent { intent: intent(n, Deed::Prompt { text: "Look".into() }, claim) };
    ask(&mut room, Actor::HOUSE, prompt(1, times(1))).unwrap();
    ask(
        &mut room,
        Actor { person: HOST, role: Role::Host },
        Act::ClosePrompt { prompt: linger_protocol::PromptId(1), end: linger_protocol::PromptEnd::Followed },
    )
    .unwrap();
    assert_eq!(ask(&mut room, Actor::HOUSE, prompt(2, times(1))), Err(Refusal::RuleBudgetSpent));
    let (not_a_prompt, _) = announce(3, times(9));
    let wrong = Act::FollowIntent { intent: not_a_prompt };
    assert_eq!(ask(&mut room, Actor::HOUSE, wrong), Err(Refusal::NotAllowed));
}

#[test]
fn a_prompt_that_was_put_off_takes_its_budget_once_and_goes_when_its_rule_changes() {
    let mut room = room();
    let prompt = |n| Act::FollowIntent { intent: intent(n, Deed::Prompt { text: "Look".into() }, times(1)) };
    let close = |prompt, end| Act::ClosePrompt { prompt: linger_protocol::PromptId(prompt), end };
    let host = Actor { person: HOST, role: Role::Host };
    ask(&mut room, Actor::HOUSE, prompt(1)).unwrap();
    ask(&mut room, host, close(1, linger_protocol::PromptEnd::Later)).unwrap();
    assert_eq!(ask(&mut room, Actor::HOUSE, prompt(2)), Err(Refusal::RuleBudgetSpent));
    ask(&mut room, Actor::HOUSE, prompt(1)).unwrap();
    assert_eq!(room.rule_spent("try").map(|it| it.times), Some(1));
    assert_eq!(room.prompt().map(|it| it.put_off), Some(1));
    ask(&mut room, host, close(2, linger_protocol::PromptEnd::Later)).unwrap();
    ask(&mut room, Actor::HOUSE, put("try", 2, Some("{}"))).unwrap();
    assert_eq!(ask(&mut room, Actor::HOUSE, prompt(1)), Err(Refusal::RuleChanged));
}

#[test]
fn a_rule_that_was_refused_three_times_is_quiet_until_it_says_something_else() {
    let mut room = room();
    let host = Actor { person: HOST, role: Role::Host };
    for n in 1..=3 {
        let intent = intent(n, Deed::Prompt { text: "Look".into() }, times(9));
        ask(&mut room, Actor::HOUSE, Act::FollowIntent { intent }).unwrap();
        let prompt = linger_protocol::PromptId(u32::try_from(n).unwrap());
        let end = linger_protocol::PromptEnd::Dismissed;
        ask(&mut room, host, Act::ClosePrompt { prompt, end }).unwrap();
    }
    assert!(room.rule_is_quiet("try"));
    let again = intent(4, Deed::Prompt { text: "Look".into() }, times(9));
    for arm in [Arm::Act, Arm::HoldOut] {
        let intent = Intent { arm, ..again.clone() };
        assert_eq!(ask(&mut room, Actor::HOUSE, Act::FollowIntent { intent }), Err(Refusal::RuleQuiet));
    }
    // What is no prompt goes on: nobody was asked about it.
    let (announced, act) = announce(5, times(9));
    carry(&mut room, &announced, act).unwrap();
    ask(&mut room, Actor::HOUSE, put("try", 2, Some("{}"))).unwrap();
    assert!(!room.rule_is_quiet("try"));
}

#[test]
fn a_room_rebuilt_from_its_events_is_the_same_room() {
    let (mut room, mut rebuilt) = (Room::default(), Room::default());
    let mut log = vec![];
    let mut house = |room: &mut Room, act| log.extend(ask(room, Actor::HOUSE, act).unwrap());
    house(&mut room, Act::OpenRoom { title: "Tea".into(), host: HOST, host_name: "Lin".into() });
    house(&mut room, put("try", 1, Some("{}")));
    for n in 0..5 {
        let (intent, act) = announce(n, times(3));
        let arm = if n % 2 == 0 { Arm::Act } else { Arm::HoldOut };
        let intent = Intent { arm, ..intent };
        let carried = RuleAct::Carry { intent: Box::new(intent), act: Ok(act.map(Box::new)) };
        if let Ok(events) = ask(&mut room, Actor::HOUSE, Act::Rule(carried)) {
            log.extend(events);
        }
    }
    log.iter().for_each(|event| rebuilt.apply(event));
    assert_eq!(rebuilt.hash(), room.hash());
    assert_eq!(rebuilt.rule_spent("try").unwrap().times, 3);
}

#[test]
fn what_an_experiment_drew_before_it_was_stopped_or_drew_anew_is_not_done_any_more() {
    let mut room = room();
    let put_drawn = |draw: Option<u64>| {
        Act::Rule(RuleAct::Put { rule: "try".into(), version: 2, text: Some("{}".into()), draw })
    };
    let drawn = |n: u64, draw: u64| {
        let (intent, act) = announce(n, times(9));
        let arm = Drawn { experiment: "cheer".into(), version: 1, arm: "with".into(), draw, viewer: false };
        let intent = with(intent, |it| (it.version, it.drawn) = (2, Some(arm)));
        (intent, act)
    };
    let ask_for = |room: &mut Room, (intent, act): (Intent, Option<Act>)| carry(room, &intent, act);
    assert_eq!(ask(&mut room, Actor::HOUSE, put_drawn(Some(5))).unwrap().len(), 1);
    assert_eq!(kind(&ask_for(&mut room, drawn(1, 5)).unwrap()), "done");
    // The same again is nothing new; another draw is, under the same version.
    assert_eq!(ask(&mut room, Actor::HOUSE, put_drawn(Some(5))).unwrap(), []);
    assert_eq!(ask(&mut room, Actor::HOUSE, put_drawn(Some(6))).unwrap().len(), 1);
    assert_eq!(ask_for(&mut room, drawn(2, 5)).unwrap_err(), Refusal::RuleChanged);
    assert_eq!(kind(&ask_for(&mut room, drawn(3, 6)).unwrap()), "done");
    // What comes without a draw is none of this rule's, and the other way round.
    let (plain, act) = announce(4, times(9));
    let plain = with(plain, |it| it.version = 2);
    assert_eq!(carry(&mut room, &plain, act).unwrap_err(), Refusal::RuleChanged);
    assert_eq!(ask(&mut room, Actor::HOUSE, put_drawn(None)).unwrap().len(), 1);
    assert_eq!(ask_for(&mut room, drawn(5, 6)).unwrap_err(), Refusal::RuleChanged);
    assert_eq!(
        kind(&carry(&mut room, &plain, Some(Act::Announce { text: "hello 4".into() })).unwrap()),
        "done"
    );
    // What was taken of the budget counts on through all of it.
    assert_eq!(room.rule_spent("try").unwrap().times, 3);
    let long = with(announce(7, times(9)).0, |it| {
        let arm = "x".repeat(65);
        it.drawn = Some(Drawn { experiment: "cheer".into(), version: 1, arm, draw: 6, viewer: false });
    });
    assert_eq!(carry(&mut room, &long, None).unwrap_err(), Refusal::TextTooLong);
}
