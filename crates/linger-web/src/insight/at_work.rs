//! The rules at work in a room: what each is called, and what it took in this show of what it may. It counts as the room does,
//! from the same log, and decides nothing. It does not know when a rule acts.

use crate::{
    hub::forms::money_wire,
    wire::{MoneyWire, RuleAtWork},
};
use linger_protocol::{Event, Intent, Limits, Millis, Money, OffReason, PromptEnd, PromptId, RuleEvent};
use linger_strategy::rule::{Action, RoomRule, Rule};
use std::collections::BTreeMap;

/// The fold of a room's log into its rules' ledger.
#[derive(Default)]
pub(super) struct AtWork {
    rules: BTreeMap<String, Work>,
    showing: Option<(PromptId, String)>,
    /// The host ended the show: the next picture begins another.
    ended: bool,
    changed: bool,
}

#[derive(Default)]
struct Work {
    version: u32,
    says: Option<Says>,
    show: Option<Millis>,
    times: u32,
    minor: i64,
    currency: Option<linger_protocol::Currency>,
    noes: u32,
}

/// What is kept of a rule's text.
struct Says {
    name: String,
    note: String,
    act: &'static str,
    times_max: u32,
    money_max: Option<MoneyWire>,
}

impl AtWork {
    pub(super) fn fold(&mut self, event: &Event) {
        match event {
            Event::Rule(RuleEvent::Put { rule, version, text, .. }) => {
                if self.rules.len() >= Limits::RULES_MAX && !self.rules.contains_key(rule) {
                    return;
                }
                let work = self.rules.entry(rule.clone()).or_default();
                // A rule of a later version of this program that cannot be read does not work here.
                let read = text.as_ref().and_then(|text| RoomRule::parse(text).ok());
                // Put anew because its experiment draws otherwise, it is the rule that the host said no to.
                let noes = if work.version == *version { work.noes } else { 0 };
                (work.version, work.says, work.noes) = (*version, read.map(|it| Says::of(it.rule)), noes);
                self.changed = true;
            }
            Event::PromptShown { prompt, intent, again, .. } => {
                self.showing = Some((*prompt, intent.rule.clone()));
                // What was put off took its part when it was shown first.
                if again.is_none() {
                    self.take(intent);
                }
            }
            Event::PromptWithheld { intent } => self.take(intent),
            Event::Rule(RuleEvent::Done { intent } | RuleEvent::Withheld { intent }) => self.take(intent),
            Event::PromptClosed { prompt, end } => {
                let gone = self.showing.take_if(|(shown, _)| shown == prompt);
                let Some(work) = gone.and_then(|(_, rule)| self.rules.get_mut(&rule)) else { return };
                match end {
                    PromptEnd::Followed => work.noes = 0,
                    PromptEnd::Dismissed => work.noes += 1,
                    PromptEnd::Expired | PromptEnd::Later => return,
                }
                self.changed = true;
            }
            Event::WentOff { reason: OffReason::Ended } => {
                self.ended = true;
                self.rules.values_mut().for_each(|work| work.noes = 0);
                self.changed = true;
            }
            Event::WentLive if std::mem::take(&mut self.ended) => {
                let rules = self.rules.values_mut();
                rules.for_each(|work| (work.show, work.times, work.minor) = (None, 0, 0));
                self.changed = true;
            }
            _ => {}
        }
    }

    /// The rules, when anything about them changed since this was last asked.
    pub(super) fn changed(&mut self) -> Option<Vec<RuleAtWork>> {
        std::mem::take(&mut self.changed).then(|| {
            let shown = self.rules.iter().filter(|(_, it)| it.says.is_some() || it.times > 0);
            shown.map(|(rule, work)| work.wire(rule)).collect()
        })
    }

    fn take(&mut self, intent: &Intent) {
        let Some(work) = self.rules.get_mut(&intent.rule) else { return };
        self.changed = true;
        if let Some(proposed) = intent.proposed() {
            if work.show.is_some_and(|show| show < proposed.show) {
                (work.times, work.minor) = (0, 0);
            }
            work.show = work.show.max(Some(proposed.show));
            if let Some(cost) = proposed.claim.cost {
                work.minor = work.minor.saturating_add(cost.minor);
                work.currency = Some(cost.currency);
            }
        }
        work.times = work.times.saturating_add(1);
    }
}

impl Work {
    fn wire(&self, rule: &str) -> RuleAtWork {
        let says = self.says.as_ref();
        let spent = self.currency.map(|currency| money_wire(Money { minor: self.minor, currency }));
        let nothing = |max: &MoneyWire| MoneyWire { minor: 0, currency: max.currency.clone() };
        let money_max = says.and_then(|it| it.money_max.clone());
        RuleAtWork {
            rule: rule.to_owned(),
            version: self.version,
            name: says.map_or_else(|| rule.to_owned(), |it| it.name.clone()),
            note: says.map(|it| it.note.clone()).unwrap_or_default(),
            on: says.is_some(),
            act: says.map_or("", |it| it.act).to_owned(),
            times: self.times,
            times_max: says.map_or(0, |it| it.times_max),
            spent: spent.or_else(|| money_max.as_ref().map(nothing)),
            money_max,
            noes: self.noes,
            quiet: self.noes >= Limits::RULE_NOES_MAX,
        }
    }
}

impl Says {
    fn of(rule: Rule) -> Says {
        let money = rule.budget.money.as_ref();
        Says {
            act: word(&rule.action),
            name: rule.name,
            note: rule.note,
            times_max: rule.budget.times,
            money_max: money.map(|it| MoneyWire { minor: it.minor, currency: it.currency.clone() }),
        }
    }
}

/// The word by which rules name what they do.
fn word(action: &Action) -> &'static str {
    match action {
        Action::AnswerQuestion => "answer-question",
        Action::PromptHost { .. } => "prompt-host",
        Action::Announce { .. } => "announce",
        Action::StartActivity { .. } => "start-activity",
        Action::ExtendStep { .. } => "extend-step",
        Action::PinCard { .. } => "pin-card",
        Action::UnpinCard => "unpin-card",
        Action::NextUp { .. } => "next-up",
        Action::CallWebhook { .. } => "call-webhook",
        Action::GrantBenefit { .. } => "grant-benefit",
        Action::FlashPrice { .. } => "flash-price",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linger_protocol::{Arm, Claim, Currency, Deed, IntentId, ItemId, Proposal, Proposed};

    fn rule() -> String {
        r#"{"code":"flash","name":"Flash","note":"They slip away.","on":true,"scope":{"of":"room"},"window_s":30,
            "when":{"cel":"leaves >= 5.0"},"do":{"act":"flash-price","item":1,"off_percent":10,"lasts_s":60},
            "cool_down_s":60,"hold_out":0.2,
            "budget":{"times":6,"money":{"minor":50000,"currency":"CNY"}}}"#
            .to_owned()
    }

    fn intent(n: u64, show: i64) -> Intent {
        let price = Money { minor: 900, currency: Currency::CNY };
        let cost = Some(Money { minor: 1_200, currency: Currency::CNY });
        let proposed = Proposed {
            version: 1,
            deed: Deed::FlashPrice { item: ItemId(1), price, lasts_ms: 60_000 },
            why: vec![],
            claim: Claim { cost, times_max: 6, minor_max: Some(50_000), ..Claim::default() },
            show: Millis(show),
            person: None,
            about: None,
            drawn: None,
        };
        let proposal = Proposal::Rule(Box::new(proposed));
        Intent { id: IntentId(n), rule: "flash".into(), at: Millis(show), arm: Arm::Act, proposal }
    }

    fn put(version: u32, text: Option<String>) -> Event {
        Event::Rule(RuleEvent::Put { rule: "flash".into(), version, text, draw: None })
    }

    fn only(at_work: &mut AtWork) -> RuleAtWork {
        let mut rules = at_work.changed().unwrap_or_default();
        assert_eq!(rules.len(), 1);
        rules.remove(0)
    }

    #[test]
    fn a_rule_tells_what_it_took_of_what_it_may_and_begins_anew_with_a_show() {
        let mut at_work = AtWork::default();
        at_work.fold(&put(1, Some(rule())));
        let told = only(&mut at_work);
        assert_eq!(
            (told.name.as_str(), told.note.as_str(), told.act.as_str()),
            ("Flash", "They slip away.", "flash-price")
        );
        assert_eq!((told.times, told.times_max), (0, 6));
        assert_eq!(told.spent.map(|it| it.minor), Some(0));
        at_work.fold(&Event::Rule(RuleEvent::Done { intent: Box::new(intent(1, 5)) }));
        at_work.fold(&Event::Rule(RuleEvent::Withheld { intent: Box::new(intent(2, 5)) }));
        let told = only(&mut at_work);
        assert_eq!((told.times, told.spent.map(|it| it.minor)), (2, Some(2_400)));
        assert_eq!(at_work.changed(), None, "nothing happened since");
        at_work.fold(&Event::Rule(RuleEvent::Done { intent: Box::new(intent(3, 9)) }));
        assert_eq!(only(&mut at_work).times, 1, "another show");
        at_work.fold(&Event::WentOff { reason: OffReason::Ended });
        at_work.fold(&Event::WentLive);
        assert_eq!(only(&mut at_work).times, 0);
    }

    #[test]
    fn three_refusals_make_a_rule_quiet_until_it_is_written_anew_or_the_show_ends() {
        let mut at_work = AtWork::default();
        at_work.fold(&put(1, Some(rule())));
        let refuse = |at_work: &mut AtWork, n: u32, end| {
            let (prompt, until) = (PromptId(n), Millis(9));
            at_work.fold(&Event::PromptShown { prompt, intent: intent(n.into(), 5), until, again: None });
            at_work.fold(&Event::PromptClosed { prompt, end });
            only(at_work).quiet
        };
        let no = PromptEnd::Dismissed;
        let quiet: Vec<bool> =
            (1..=4).map(|n| refuse(&mut at_work, n, if n == 1 { PromptEnd::Followed } else { no })).collect();
        assert_eq!(quiet, [false, false, false, true]);
        at_work.fold(&put(2, Some(rule())));
        assert!(!only(&mut at_work).quiet);
        at_work.fold(&put(3, None));
        let told = only(&mut at_work);
        assert!(!told.on && told.times == 4, "what it took is still told");
    }
}
