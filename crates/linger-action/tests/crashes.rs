//! Simulated days in which rules act in a real room, and the process that lets them crashes at any moment: no budget is
//! ever exceeded, nothing is done twice, and what is known after a crash is what was known before. It knows no socket and
//! no disk: a crash takes everything but the log.

#![allow(clippy::unwrap_used, reason = "what a test did not expect is its failure")]

use linger_action::{Carrier, Config, Desk, Errand, errand};
use linger_protocol::{
    Act, Actor, Arrival, Campaign, CampaignId, Cause, CouponAct, CouponKind, Currency, Departure, Entry,
    Event, Intent, IntentId, Item, ItemId, LeaveReason, Millis, Money, OpenTo, Period, PersonId, PromptEnd,
    Proposal, Refusal, Report, Request, Role, RuleAct, RuleEvent, SaleAct, SessionId, Spoken, Stacks,
};
use linger_room::Room;
use linger_strategy::rule::{Evaluator, Rule};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const HOST: PersonId = PersonId(1 << 63 | 7);

fn rules() -> Vec<Rule> {
    let rule = |written: Value| Rule::read(&written).unwrap_or_else(|it| panic!("{it:?}"));
    vec![
        rule(json!({
            "code": "flash", "name": "Flash", "on": true, "scope": { "of": "room" }, "window_s": 10,
            "when": { "cel": "comments_per_min >= 24.0" },
            "do": { "act": "flash-price", "item": 1, "off_percent": 20, "lasts_s": 30 },
            "cool_down_s": 20, "hold_out": 0.3,
            "budget": { "times": 9, "money": { "minor": 7_000, "currency": "CNY" } },
        })),
        rule(json!({
            "code": "thanks", "name": "Thanks", "on": true, "scope": { "of": "viewer" }, "window_s": 60,
            "when": { "cel": "stay_s >= 90.0 && viewer_comments >= 1.0" },
            "do": { "act": "grant-benefit", "campaign": "thanks", "worth_minor": 300 },
            "cool_down_s": 60, "hold_out": 0.3, "priority": 10,
            "budget": {
                "times": 30, "money": { "minor": 2_500, "currency": "CNY" },
                "times_per_viewer": 2, "minor_per_viewer": 700,
            },
        })),
        rule(json!({
            "code": "busy", "name": "Busy", "on": true, "scope": { "of": "room" }, "window_s": 20,
            "when": { "cel": "comments_per_min >= 12.0" }, "until": { "cel": "comments_per_min < 9.0" },
            "do": { "act": "prompt-host", "text": "{comments_per_min} a minute" },
            "cool_down_s": 30, "hold_out": 0.3, "budget": { "times": 4 },
        })),
        rule(json!({
            "code": "one", "name": "One", "on": true, "scope": { "of": "room" }, "window_s": 10,
            "when": { "cel": "comments_per_min >= 18.0" }, "do": { "act": "pin-card", "item": 1 },
            "cool_down_s": 40, "hold_out": 0.0, "budget": { "times": 6 },
        })),
        rule(json!({
            "code": "two", "name": "Two", "on": true, "scope": { "of": "room" }, "window_s": 10,
            "when": { "cel": "comments_per_min < 18.0" }, "do": { "act": "pin-card", "item": 2 },
            "cool_down_s": 40, "hold_out": 0.0, "budget": { "times": 6 },
        })),
    ]
}

/// What lives in the process and dies with it.
struct Process {
    evaluator: Evaluator,
    desk: Desk,
    carrier: Carrier,
    read: usize,
}

impl Process {
    fn new(room: &linger_protocol::RoomId) -> Process {
        let desk =
            Desk::new(Config { cool_down_ms: 10_000, budget: 1_000, waiting_max: 16, later_ms: 20_000 })
                .unwrap();
        Process { evaluator: Evaluator::new(room), desk, carrier: Carrier::new(), read: 0 }
    }

    fn read(&mut self, log: &[Entry]) -> Vec<IntentId> {
        let mut found = vec![];
        for entry in &log[self.read..] {
            self.desk.fold(entry);
            self.carrier.fold(entry);
            found.extend(self.evaluator.fold(entry));
        }
        self.read = log.len();
        self.offer(found)
    }

    fn offer(&mut self, found: Vec<linger_strategy::rule::Finding>) -> Vec<IntentId> {
        let mut offered = vec![];
        for intent in found.into_iter().filter(|it| it.passed_over.is_none()).map(|it| it.intent) {
            offered.push(intent.id);
            if Carrier::carries(&intent) { self.carrier.offer(intent) } else { self.desk.offer(intent) }
        }
        offered
    }
}

struct Day {
    room: Room,
    log: Vec<Entry>,
    now: Millis,
    dice: u64,
    here: Vec<u64>,
    people: u64,
}

impl Day {
    fn roll(&mut self, below: u64) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % below
    }

    fn keep(&mut self, cause: Cause, events: Vec<Event>) {
        for event in events {
            self.room.apply(&event);
            self.log.push(Entry { at: self.now, cause, event });
        }
    }

    fn ask(&mut self, by: Actor, act: Act, intent: Option<IntentId>) -> Result<(), Refusal> {
        let events = self.room.decide(self.now, &Request { by, act })?;
        self.keep(Cause::Asked { by, intent }, events);
        Ok(())
    }

    fn report(&mut self, report: Report) {
        let events = self.room.note(self.now, &report);
        self.keep(Cause::Reported, events);
    }

    fn open(seed: u64) -> Day {
        let mut day = Day {
            room: Room::default(),
            log: vec![],
            now: Millis(1_000_000),
            dice: seed ^ 0x9e37_79b9_7f4a_7c15,
            here: vec![],
            people: 0,
        };
        let mut house = |act| day.ask(Actor::HOUSE, act, None).unwrap();
        house(Act::OpenRoom { title: "Tea".into(), host: HOST, host_name: "Lin".into() });
        for item in [1, 2] {
            let (item, price) = (ItemId(item), Money::new(1_000, Currency::CNY));
            house(Act::ListItem { item: Item::new(item, "Tea", price, "house") });
            house(Act::SetStock { item, units: 10 });
            house(Act::OpenSale { item, price, per_person: 1, hold_ms: 60_000 });
        }
        let campaign = Campaign {
            id: CampaignId::new("thanks").unwrap(),
            title: "Thanks".into(),
            kind: CouponKind::Amount { off: 300 },
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
        house(Act::Sale(SaleAct::Coupon(CouponAct::SetCampaign { campaign: Box::new(campaign) })));
        for rule in rules() {
            let act =
                RuleAct::Put { rule: rule.code.clone(), version: 1, text: Some(rule.to_text()), draw: None };
            house(Act::Rule(act));
        }
        day
    }

    /// What happens by itself in a second.
    fn happen(&mut self, second: u64) {
        self.report(Report::TimePassed);
        match second {
            0 | 700 => self.report(Report::MediaStarted),
            600 => self.report(Report::MediaStopped { on_purpose: true }),
            _ => {}
        }
        if self.roll(3) == 0 {
            self.people += 1;
            self.here.push(self.people);
            let (session, person) = (SessionId(self.people), PersonId(self.people));
            let arrived = vec![Arrival { session, person, source: "feed".into(), brought_by: None }];
            self.report(Report::PeopleMoved { arrived, left: vec![] });
        }
        if self.here.len() > 3 && self.roll(6) == 0 {
            let place = self.roll(self.here.len() as u64) as usize;
            let left =
                Departure { session: SessionId(self.here.swap_remove(place)), reason: LeaveReason::Left };
            self.report(Report::PeopleMoved { arrived: vec![], left: vec![left] });
        }
        let busy = (second / 40).is_multiple_of(2);
        for _ in 0..self.roll(if busy { 3 } else { 2 }) {
            let place = self.roll(1 + self.here.len() as u64) as usize;
            if let Some(person) = self.here.get(place).copied() {
                let by = Actor::viewer(PersonId(person));
                let _ = self.ask(by, Act::say(Spoken::unsealed("nice")), None);
            }
        }
        if self.roll(20) == 0
            && let Some(prompt) = self.room.prompt().map(|it| it.prompt)
        {
            let by = Actor { person: HOST, role: Role::Host };
            let end = match self.roll(6) {
                0 => PromptEnd::Dismissed,
                1..4 => PromptEnd::Later,
                _ => PromptEnd::Followed,
            };
            let _ = self.ask(by, Act::ClosePrompt { prompt, end }, None);
        }
    }

    /// Asks for an intent. The process may die before it hears the answer.
    fn carry(&mut self, intent: &Intent) -> Result<(), Refusal> {
        let Some(Errand::Act(act)) = errand(intent) else { panic!("these rules act in the room") };
        let (id, intent) = (intent.id, Box::new(intent.clone()));
        self.ask(Actor::HOUSE, Act::Rule(RuleAct::Carry { intent, act: Ok(Some(act)) }), Some(id))
    }
}

/// A day with crashes; its log, and every intent that was ever found with the number of lives it was found in.
fn live(seed: u64, crashes: bool) -> (Day, BTreeSet<IntentId>) {
    let name = linger_protocol::RoomId::new("tea").unwrap();
    let mut day = Day::open(seed);
    let mut process = Process::new(&name);
    let mut found = BTreeSet::new();
    for second in 0..1_300_u64 {
        day.now = Millis(1_000_000 + i64::try_from(second * 1_000 + 213).unwrap());
        day.happen(second);
        if crashes && day.roll(25) == 0 {
            // The log is all that is left. What was asked and not answered is asked again.
            let mut reborn = Process::new(&name);
            found.extend(reborn.read(&day.log));
            if day.roll(2) == 0 {
                let old: Vec<_> = process.carrier.due(day.now).into_iter().collect();
                for intent in &old {
                    let _ = day.carry(intent);
                }
            }
            process = reborn;
        }
        found.extend(process.read(&day.log));
        let passed = process.evaluator.pass(Millis(day.now.0 - 1));
        found.extend(process.offer(passed));
        while let Some(intent) = process.carrier.due(day.now) {
            // Somebody asks twice at the same time.
            if crashes && day.roll(10) == 0 {
                let _ = day.carry(&intent);
            }
            if let Err(refusal) = day.carry(&intent) {
                process.carrier.refused(intent.id, refusal);
            }
            if crashes && day.roll(8) == 0 {
                process = Process::new(&name);
            }
            found.extend(process.read(&day.log));
        }
        process.desk.recall(day.now, |intent| process.evaluator.still_holds(intent));
        for request in process.desk.due(day.now) {
            let Act::FollowIntent { intent } = &request.act else { panic!("a desk only passes on intents") };
            let id = intent.id;
            if let Err(refusal) = day.ask(request.by, request.act, Some(id)) {
                process.desk.refused(id, refusal);
            }
        }
        found.extend(process.read(&day.log));
    }
    (day, found)
}

/// Adds up what the log says was done or held out, by show and rule, from the entries alone.
fn audit(seed: u64, log: &[Entry]) -> BTreeMap<String, u32> {
    type Book = BTreeMap<(Millis, String), (u32, i64, BTreeMap<PersonId, (u32, i64)>)>;
    let mut book: Book = BTreeMap::new();
    let mut once = BTreeSet::new();
    let mut acted = BTreeMap::new();
    for entry in log {
        let intent = match &entry.event {
            Event::PromptShown { intent, again: Some(times), .. } => {
                assert!(once.contains(&intent.id) && *times <= 2, "seed {seed}: shown again out of nothing");
                *acted.entry(format!("{} again", intent.rule)).or_insert(0) += 1;
                continue;
            }
            Event::PromptShown { intent, .. } | Event::PromptWithheld { intent } => intent,
            Event::Rule(RuleEvent::Done { intent } | RuleEvent::Withheld { intent }) => intent,
            _ => continue,
        };
        assert!(once.insert(intent.id), "seed {seed}: an intent was carried out twice");
        let Proposal::Rule(proposed) = &intent.proposal else { panic!("an intent of a rule") };
        let (times, minor, people) = book.entry((proposed.show, intent.rule.clone())).or_default();
        let cost = proposed.claim.cost.map_or(0, |it| it.minor);
        (*times, *minor) = (*times + 1, *minor + cost);
        assert!(*times <= proposed.claim.times_max, "seed {seed}: {} too often", intent.rule);
        let most = proposed.claim.minor_max.unwrap_or(i64::MAX);
        assert!(*minor <= most, "seed {seed}: {} spent {minor} of {most}", intent.rule);
        if let Some(person) = proposed.person {
            let (times, minor) = people.entry(person).or_default();
            (*times, *minor) = (*times + 1, *minor + cost);
            assert!(*times <= proposed.claim.person_times_max.unwrap());
            assert!(*minor <= proposed.claim.person_minor_max.unwrap());
        }
        *acted.entry(intent.rule.clone()).or_insert(0) += 1;
    }
    acted
}

#[test]
fn no_budget_is_exceeded_and_nothing_is_done_twice_however_often_the_process_dies() {
    let mut all: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..24 {
        let (day, _) = live(seed, true);
        for (rule, times) in audit(seed, &day.log) {
            *all.entry(rule).or_default() += times;
        }
        let mut rebuilt = Room::default();
        day.log.iter().for_each(|entry| rebuilt.apply(&entry.event));
        assert_eq!(rebuilt.hash(), day.room.hash(), "seed {seed}");
    }
    for rule in rules() {
        assert!(all.get(&rule.code).is_some_and(|it| *it > 20), "{} hardly acted: {all:?}", rule.code);
    }
    assert!(all.get("busy again").is_some_and(|it| *it > 5), "hardly anything was put off: {all:?}");
}

#[test]
fn what_is_done_was_found_by_a_process_that_reads_the_whole_log() {
    let name = linger_protocol::RoomId::new("tea").unwrap();
    for seed in 0..10 {
        let (day, found) = live(seed, true);
        let mut whole = Process::new(&name);
        let again: BTreeSet<IntentId> = whole.read(&day.log).into_iter().collect();
        // A process that lived to the end and one that reads it all find the same.
        assert!(again.is_subset(&found), "seed {seed}: found only afterwards");
        for entry in &day.log {
            if let Event::Rule(event) = &entry.event
                && let Some(intent) = event.intent()
            {
                assert!(again.contains(&intent.id), "seed {seed}: {} was never found", intent.rule);
            }
        }
    }
}

#[test]
fn a_day_without_crashes_twice_is_the_same_day() {
    let (one, other) = (live(3, false).0, live(3, false).0);
    assert_eq!(one.log, other.log);
}
