//! Samples of everything that stands in the log about rules. They know no other event.

use crate::house;
use linger_protocol::*;

#[test]
fn every_kind_of_rule_event_and_of_deed_has_a_sample() {
    let (mut kinds, mut deeds) = (vec![], vec![]);
    for (_, entry) in all() {
        match &entry.event {
            Event::Rule(event) => {
                kinds.push(number(event));
                deeds.extend(event.intent().and_then(Intent::proposed).map(|it| deed(&it.deed)));
            }
            Event::PromptShown { intent, .. } => deeds.extend(intent.proposed().map(|it| deed(&it.deed))),
            other => panic!("not about rules: {other:?}"),
        }
    }
    for (mut numbers, many) in [(kinds, 4), (deeds, 10)] {
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers, (0..many).collect::<Vec<_>>());
    }
}

fn number(event: &RuleEvent) -> usize {
    match event {
        RuleEvent::Put { .. } => 0,
        RuleEvent::Done { .. } => 1,
        RuleEvent::Withheld { .. } => 2,
        RuleEvent::Refused { .. } => 3,
    }
}

fn deed(deed: &Deed) -> usize {
    match deed {
        Deed::Prompt { .. } => 0,
        Deed::Announce { .. } => 1,
        Deed::StartActivity { .. } => 2,
        Deed::ExtendStep { .. } => 3,
        Deed::PinCard { .. } => 4,
        Deed::UnpinCard => 5,
        Deed::FlashPrice { .. } => 6,
        Deed::Grant { .. } => 7,
        Deed::NextUp { .. } => 8,
        Deed::CallWebhook { .. } => 9,
    }
}

fn intent(arm: Arm, deed: Deed) -> Intent {
    let gives = matches!(deed, Deed::FlashPrice { .. } | Deed::Grant { .. });
    let claim = Claim {
        cost: gives.then(|| Money::new(500, Currency::CNY)),
        times_max: 6,
        minor_max: gives.then_some(5_000),
        person_times_max: gives.then_some(1),
        person_minor_max: gives.then_some(500),
    };
    let proposed = Proposed {
        version: 3,
        deed,
        why: vec![Sign { metric: "stall_share".into(), milli: 67 }],
        claim,
        show: Millis(1_700_000_000_000),
        person: gives.then_some(PersonId(0x0123_4567_89ab_cdef)),
        about: (!gives).then(|| "feed".into()),
        drawn: None,
    };
    Intent {
        id: IntentId(78),
        rule: "stall-burst".into(),
        at: Millis(1_700_000_000_500),
        arm,
        proposal: Proposal::Rule(Box::new(proposed)),
    }
}

pub fn all() -> Vec<(&'static str, Entry)> {
    let put = |text: Option<&str>| {
        let text = text.map(str::to_owned);
        house(Event::Rule(RuleEvent::Put { rule: "stall-burst".into(), version: 3, text, draw: None }))
    };
    let drawn = |mut intent: Intent| {
        let Proposal::Rule(proposed) = &mut intent.proposal else { panic!("a rule's intent") };
        let (experiment, arm) = ("cheer".to_owned(), "with".to_owned());
        proposed.drawn =
            Some(Drawn { experiment, version: 2, arm, draw: 0x0123_4567_89ab_cdef, viewer: true });
        Box::new(intent)
    };
    let put_anew = RuleEvent::Put {
        rule: "stall-burst".into(),
        version: 3,
        text: Some("{}".into()),
        draw: Some(0x0123_4567_89ab_cdef),
    };
    let done = |deed| house(Event::Rule(RuleEvent::Done { intent: Box::new(intent(Arm::Act, deed)) }));
    let announce = || Deed::Announce { text: "we are on it".into() };
    let item = ItemId(8);
    let flash = Deed::FlashPrice { item, price: Money::new(900, Currency::CNY), lasts_ms: 120_000 };
    let grant = || Deed::Grant { campaign: CampaignId::new("thanks").expect("a name") };
    let refused = RuleEvent::Refused {
        intent: Box::new(intent(Arm::Act, Deed::PinCard { item })),
        code: "no-such-item".into(),
    };
    let withheld = RuleEvent::Withheld { intent: Box::new(intent(Arm::HoldOut, announce())) };
    let grant_drawn = drawn(intent(Arm::HoldOut, grant()));
    let prompt = Event::PromptShown {
        prompt: PromptId(4),
        intent: intent(Arm::Act, Deed::Prompt { text: "ask them".into() }),
        until: Millis(1_700_000_060_500),
        again: None,
    };
    vec![
        ("rule-put", put(Some("{}"))),
        ("rule-off", put(None)),
        ("rule-announced", done(announce())),
        ("rule-withheld", house(Event::Rule(withheld))),
        ("rule-refused", house(Event::Rule(refused))),
        ("rule-prompted", house(prompt)),
        ("rule-activity", done(Deed::StartActivity { ask: "{}".into() })),
        ("rule-extended", done(Deed::ExtendStep { ms: 60_000 })),
        ("rule-unpinned", done(Deed::UnpinCard)),
        ("rule-flashed", done(flash)),
        ("rule-granted", done(grant())),
        ("rule-next-up", done(Deed::NextUp { item })),
        ("rule-put-anew", house(Event::Rule(put_anew))),
        ("rule-drawn", house(Event::Rule(RuleEvent::Withheld { intent: grant_drawn }))),
        ("rule-webhook", done(Deed::CallWebhook { topic: "rule.stalls".into() })),
    ]
}
