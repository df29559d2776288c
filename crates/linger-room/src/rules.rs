//! The house's rules as far as they concern a room: which version of each holds here, what each has taken of its budget, and
//! the intents that are carried out. It does not know what a rule says or how it finds its occasions.
//!
//! Invariant: what a rule took of its budget in one show is never more than the budget that the intent names, whoever asks
//! and however often. The room counts; an intent that would take more is refused before anything of it is done. Both arms
//! take the same, so that what follows does not depend on the arm.

use crate::{
    Room,
    bounds::{RULE_CHARS, RULE_PEOPLE_MAX},
    text::{at_most, bounded},
};
use linger_protocol::{
    Act, ActivityAct, Actor, Arm, Claim, CouponAct, CouponKind, Deed, Event, Intent, Limits, Millis, Money,
    PersonId, Proposed, Refusal, Request, RuleAct, RuleEvent, RundownAct, SaleAct,
};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rulebook {
    pub(crate) held: BTreeMap<String, Held>,
    pub(crate) spent: BTreeMap<String, Spent>,
}

/// The version of a rule that holds in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The version.
    pub version: u32,
    /// Whether it works here.
    pub on: bool,
    /// Which draw stands in its text, where an experiment draws its arms.
    pub draw: Option<u64>,
}

/// What a rule took of its budget in the show that is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// When that show began.
    pub show: Millis,
    /// How often it acted or was held out.
    pub times: u32,
    /// What that can have cost, in minor units.
    pub minor: i64,
    /// The same for each viewer whom it was about.
    pub people: BTreeMap<PersonId, (u32, i64)>,
}

impl Room {
    /// The rules that were ever put here, by their codes.
    pub fn rules(&self) -> impl Iterator<Item = (&str, Held)> {
        self.rules.held.iter().map(|(rule, held)| (rule.as_str(), *held))
    }

    /// Whether the host refused a rule so often that it is quiet for the rest of the show.
    pub fn rule_is_quiet(&self, rule: &str) -> bool {
        self.prompts.is_quiet(rule)
    }

    /// What a rule took of its budget in the show it last acted in.
    pub fn rule_spent(&self, rule: &str) -> Option<&Spent> {
        self.rules.spent.get(rule)
    }
}

impl Rulebook {
    fn decide_put(
        &self,
        rule: &str,
        version: u32,
        text: Option<&String>,
        draw: Option<u64>,
    ) -> Result<Vec<Event>, Refusal> {
        bounded(rule, Limits::RULE_CODE_CHARS)?;
        if !rule.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(Refusal::BadOption);
        }
        if text.is_some_and(|it| it.len() > Limits::RULE_BYTES) {
            return Err(Refusal::TextTooLong);
        }
        match self.held.get(rule) {
            Some(held) if held.version > version || (held.version, held.draw) == (version, draw) => {
                return Ok(vec![]);
            }
            None if text.is_none() => return Ok(vec![]),
            None if self.held.len() >= Limits::RULES_MAX => return Err(Refusal::RoomFull),
            _ => {}
        }
        let (rule, text) = (rule.to_owned(), text.cloned());
        Ok(vec![Event::Rule(RuleEvent::Put { rule, version, text, draw })])
    }

    /// Whether the rule still says this, and is drawn by the same experiment: one that was stopped, or draws otherwise by
    /// now, does nothing any more.
    pub(crate) fn check_version(&self, intent: &Intent, proposed: &Proposed) -> Result<(), Refusal> {
        let (version, draw) = (proposed.version, proposed.drawn.as_ref().map(|it| it.draw));
        let held = self.held.get(&intent.rule).filter(|it| it.on);
        if held.is_none_or(|it| (it.version, it.draw) != (version, draw)) {
            return Err(Refusal::RuleChanged);
        }
        Ok(())
    }

    /// Whether the rule still says this, and whether what is left of its budget is enough.
    pub(crate) fn check(&self, intent: &Intent, proposed: &Proposed) -> Result<(), Refusal> {
        at_most(&intent.rule, RULE_CHARS)?;
        if proposed.why.len() > Limits::SIGNS_MAX {
            return Err(Refusal::BadQuantity);
        }
        if let Some(drawn) = &proposed.drawn {
            at_most(&drawn.experiment, Limits::EXPERIMENT_CHARS)?;
            at_most(&drawn.arm, Limits::EXPERIMENT_CHARS)?;
        }
        self.check_version(intent, proposed)?;
        let none = Spent { show: proposed.show, times: 0, minor: 0, people: BTreeMap::new() };
        let spent = match self.spent.get(&intent.rule) {
            // The budget of a show that is over is nobody's.
            Some(spent) if spent.show > proposed.show => return Err(Refusal::RuleChanged),
            Some(spent) if spent.show == proposed.show => spent,
            _ => &none,
        };
        let Claim { times_max, minor_max, person_times_max, person_minor_max, .. } = proposed.claim;
        let cost = cost_of(proposed)?;
        let fits = |times: u32, minor: i64, times_max: Option<u32>, minor_max: Option<i64>| {
            times_max.is_none_or(|max| times < max)
                && minor_max.is_none_or(|max| minor.checked_add(cost).is_some_and(|sum| sum <= max))
        };
        let times_max = times_max.min(Limits::RULE_TIMES_MAX);
        if !fits(spent.times, spent.minor, Some(times_max), minor_max) {
            return Err(Refusal::RuleBudgetSpent);
        }
        let Some(person) = proposed.person else { return Ok(()) };
        let (times, minor) = spent.people.get(&person).copied().unwrap_or_default();
        if !fits(times, minor, person_times_max, person_minor_max) {
            return Err(Refusal::RuleBudgetSpent);
        }
        if times == 0 && spent.people.len() >= RULE_PEOPLE_MAX {
            return Err(Refusal::RoomFull);
        }
        Ok(())
    }

    /// An intent was carried out or held out: it takes its part of the budget.
    pub(crate) fn take(&mut self, intent: &Intent) {
        let Some(proposed) = intent.proposed() else { return };
        let new = || Spent { show: proposed.show, times: 0, minor: 0, people: BTreeMap::new() };
        let spent = self.spent.entry(intent.rule.clone()).or_insert_with(new);
        if spent.show < proposed.show {
            *spent = new();
        }
        let cost = proposed.claim.cost.map_or(0, |it| it.minor);
        spent.times += 1;
        spent.minor = spent.minor.saturating_add(cost);
        if let Some(person) = proposed.person {
            let (times, minor) = spent.people.entry(person).or_default();
            *times += 1;
            *minor = minor.saturating_add(cost);
        }
    }
}

/// What an intent can cost; only what gives something away costs, and that always has a bound.
fn cost_of(proposed: &Proposed) -> Result<i64, Refusal> {
    let gives = matches!(proposed.deed, Deed::FlashPrice { .. } | Deed::Grant { .. });
    match (proposed.claim.cost, gives) {
        (None, false) => Ok(0),
        (Some(cost), true) if cost.minor >= 0 && proposed.claim.minor_max.is_some() => Ok(cost.minor),
        _ => Err(Refusal::BadAmount),
    }
}

pub(crate) fn decide(room: &Room, now: Millis, act: &RuleAct) -> Result<Vec<Event>, Refusal> {
    match act {
        RuleAct::Put { rule, version, text, draw } => {
            room.rules.decide_put(rule, *version, text.as_ref(), *draw)
        }
        RuleAct::Carry { intent, act } => decide_carry(room, now, intent, act),
    }
}

/// Both arms pass the same checks before they part, up to what the room would say to the deed itself.
fn decide_carry(
    room: &Room,
    now: Millis,
    intent: &Intent,
    act: &Result<Option<Box<Act>>, String>,
) -> Result<Vec<Event>, Refusal> {
    if room.prompts.known.contains(&intent.id) {
        return Err(Refusal::IntentKnown);
    }
    let Some(proposed) = intent.proposed() else { return Err(Refusal::NotAllowed) };
    if matches!(proposed.deed, Deed::Prompt { .. }) {
        return Err(Refusal::NotAllowed);
    }
    room.rules.check(intent, proposed)?;
    let done = match act {
        Err(code) => {
            at_most(code, RULE_CHARS)?;
            Err(code.clone())
        }
        Ok(None) => Ok(vec![]),
        Ok(Some(act)) => deed_in_room(room, now, proposed, act).map_err(|refusal| refusal.code().to_owned()),
    };
    let intent = Box::new(intent.clone());
    Ok(match done {
        Err(code) => vec![Event::Rule(RuleEvent::Refused { intent, code })],
        Ok(_) if intent.arm == Arm::HoldOut => vec![Event::Rule(RuleEvent::Withheld { intent })],
        Ok(mut events) => {
            events.push(Event::Rule(RuleEvent::Done { intent }));
            events
        }
    })
}

fn deed_in_room(room: &Room, now: Millis, proposed: &Proposed, act: &Act) -> Result<Vec<Event>, Refusal> {
    let may = match act {
        Act::Announce { .. } | Act::PinCard { .. } | Act::UnpinCard | Act::OpenDraw { .. } => true,
        Act::Activity(act) => matches!(act, ActivityAct::Open { .. }),
        Act::Rundown(act) => matches!(act, RundownAct::Set { .. } | RundownAct::Extend { .. }),
        Act::Sale(SaleAct::Flash { .. }) => true,
        Act::Sale(SaleAct::Coupon(CouponAct::Grant { person, .. })) => proposed.person == Some(*person),
        _ => false,
    };
    if !may {
        return Err(Refusal::NotAllowed);
    }
    if let Some(most) = most_that_it_costs(room, act)? {
        let covered = |cost: Money| cost.currency == most.currency && cost.minor >= most.minor;
        if !proposed.claim.cost.is_some_and(covered) {
            return Err(Refusal::BadAmount);
        }
    }
    room.decide_asked(now, &Request { by: Actor::HOUSE, act: act.clone() })
}

/// The most that an act gives away, so that no rule claims less than it spends. An endless coupon has no such bound and is
/// nothing for a rule.
fn most_that_it_costs(room: &Room, act: &Act) -> Result<Option<Money>, Refusal> {
    match act {
        Act::Sale(SaleAct::Flash { item, price, .. }) => {
            let line = room.shelf.line(*item)?;
            let sale = line.sale.as_ref().ok_or(Refusal::NotOnSale)?;
            let steps = room.sales.offers.get(item).map(|it| it.terms.steps.as_slice()).unwrap_or_default();
            // A step of the price that is yet to come may cost more than the one that is on.
            let dearest = steps.iter().map(|it| it.price.minor).fold(sale.price.minor, i64::max);
            let off = dearest.saturating_sub(price.minor).max(0);
            // What is held now may come back and be sold for less.
            let units = line.left().saturating_add(line.held);
            let most = off.checked_mul(i64::from(units)).ok_or(Refusal::BadAmount)?;
            Ok(Some(Money { minor: most, ..*price }))
        }
        Act::Sale(SaleAct::Coupon(CouponAct::Grant { campaign, .. })) => {
            let campaign = &room.coupons.campaigns.get(campaign).ok_or(Refusal::NoSuchCampaign)?.campaign;
            let most = match campaign.kind {
                CouponKind::Amount { off } | CouponKind::Threshold { off, .. } => Some(off),
                CouponKind::Percent { most, .. } => most,
                CouponKind::Shipping { most } => Some(most),
                CouponKind::Gift { .. } | CouponKind::BuyGet { .. } | CouponKind::MemberPrice { .. } => None,
            };
            most.map(|most| Some(Money { minor: most, currency: campaign.currency }))
                .ok_or(Refusal::BadAmount)
        }
        _ => Ok(None),
    }
}

impl Room {
    pub(crate) fn apply_rule(&mut self, event: &RuleEvent) {
        match event {
            RuleEvent::Put { rule, version, text, draw } => {
                let held = Held { version: *version, on: text.is_some(), draw: *draw };
                let before = self.rules.held.insert(rule.clone(), held);
                // Another draw of the same text is no edit.
                if before.is_none_or(|it| it.version != *version) {
                    self.prompts.rule_changed(rule);
                }
            }
            RuleEvent::Done { intent } | RuleEvent::Withheld { intent } => {
                self.rules.take(intent);
                self.prompts.remember(intent.id);
            }
            RuleEvent::Refused { intent, .. } => self.prompts.remember(intent.id),
        }
    }
}
