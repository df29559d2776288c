//! What rules took of their budgets, read from the log. It does not decide: the room does, by the same count. What is known
//! here spares rules to propose what would be refused.

use linger_protocol::{Event, Intent, IntentId, Millis, PersonId, RuleEvent};
use std::collections::{BTreeMap, VecDeque};

/// How long a proposal that the log says nothing of counts as spent.
const PENDING_MS: u64 = 120_000;
/// Proposals that the log says nothing of yet.
const PENDING_MAX: usize = 1_024;

#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    rules: BTreeMap<String, Spent>,
    pending: VecDeque<(IntentId, Millis)>,
    waiting: BTreeMap<IntentId, Intent>,
    /// Nobody carries anything out: what is proposed counts as done.
    pub assumes: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Spent {
    show: Millis,
    times: u32,
    minor: i64,
    people: BTreeMap<PersonId, (u32, i64)>,
}

impl Ledger {
    /// Takes in what the log says of intents.
    pub fn take(&mut self, at: Millis, event: &Event) {
        let (intent, done) = match event {
            Event::PromptShown { intent, again: None, .. } | Event::PromptWithheld { intent } => {
                (intent, true)
            }
            Event::Rule(RuleEvent::Done { intent } | RuleEvent::Withheld { intent }) => (&**intent, true),
            Event::Rule(RuleEvent::Refused { intent, .. }) => (&**intent, false),
            _ => return,
        };
        self.forget(at);
        if self.waiting.remove(&intent.id).is_some() {
            self.pending.retain(|(id, _)| *id != intent.id);
        }
        if done {
            self.book(intent);
        }
    }

    /// Something is proposed.
    pub fn claim(&mut self, intent: &Intent) {
        if self.assumes {
            return self.book(intent);
        }
        self.forget(intent.at);
        if self.pending.len() >= PENDING_MAX
            && let Some((oldest, _)) = self.pending.pop_front()
        {
            self.waiting.remove(&oldest);
        }
        self.pending.push_back((intent.id, intent.at));
        self.waiting.insert(intent.id, intent.clone());
    }

    fn forget(&mut self, now: Millis) {
        while let Some((id, at)) = self.pending.front().copied()
            && now.since(at) > PENDING_MS
        {
            self.pending.pop_front();
            self.waiting.remove(&id);
        }
    }

    fn book(&mut self, intent: &Intent) {
        let spent = self.rules.entry(intent.rule.clone()).or_default();
        let Some(proposed) = intent.proposed() else {
            spent.times = spent.times.saturating_add(1);
            return;
        };
        if spent.show < proposed.show {
            *spent = Spent { show: proposed.show, ..Spent::default() };
        }
        spent.add(proposed.person, proposed.claim.cost.map_or(0, |it| it.minor));
    }

    /// Rules about questions have no claim in the log: their count begins anew with a show.
    pub fn begin_show(&mut self) {
        self.rules.clear();
        self.waiting.clear();
        self.pending.clear();
    }

    /// Whether a proposal can still be met from its rule's budget.
    pub fn fits(&self, intent: &Intent, times_max: u32) -> bool {
        let known = self.rules.get(&intent.rule);
        let others = || self.waiting.values().filter(|it| it.rule == intent.rule);
        let Some(proposed) = intent.proposed() else {
            let times = known.map_or(0, |it| it.times as usize) + others().count();
            return times < times_max as usize;
        };
        let known = known.filter(|it| it.show >= proposed.show);
        let (mut all, mut own) = known.map_or_else(Default::default, |it| {
            let own = proposed.person.and_then(|person| it.people.get(&person).copied());
            ((it.times, it.minor), own.unwrap_or_default())
        });
        for other in others().filter_map(Intent::proposed) {
            let minor = other.claim.cost.map_or(0, |it| it.minor);
            let sums = [Some(&mut all), (other.person == proposed.person).then_some(&mut own)];
            for sum in sums.into_iter().flatten() {
                *sum = (sum.0.saturating_add(1), sum.1.saturating_add(minor));
            }
        }
        let claim = proposed.claim;
        let cost = claim.cost.map_or(0, |it| it.minor);
        let within = |(times, minor): (u32, i64), times_max: u32, minor_max: Option<i64>| {
            times < times_max && minor_max.is_none_or(|max| minor.saturating_add(cost) <= max)
        };
        within(all, claim.times_max, claim.minor_max)
            && (proposed.person.is_none()
                || within(own, claim.person_times_max.unwrap_or(u32::MAX), claim.person_minor_max))
    }
}

impl Spent {
    fn add(&mut self, person: Option<PersonId>, minor: i64) {
        self.times = self.times.saturating_add(1);
        self.minor = self.minor.saturating_add(minor);
        if let Some(person) = person {
            let (times, sum) = self.people.entry(person).or_default();
            *times = times.saturating_add(1);
            *sum = sum.saturating_add(minor);
        }
    }
}
