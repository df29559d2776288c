//! A rule speaks: its occasion falls into an arm, is looked at against its budget and what other rules did, and becomes a
//! finding. It does not know how the occasion was found.

use super::{
    Evaluator, Finding, Why,
    armed::{Key, Phase},
    figures_of::Looking,
    occasion,
};
use crate::rule::{arms::Falls, conflict::Thing};
use linger_protocol::{Entry, Millis, Proposal};

impl Evaluator {
    /// A rule found its occasion.
    pub(super) fn speak(&mut self, slot: usize, key: Key, at: Millis, found: &mut Vec<Finding>) {
        let (Some(armed), Some(figures)) = (&mut self.armed[slot], &self.figures) else { return };
        let falls = armed.falls(&self.room, &self.host, key, at);
        if matches!(falls, Falls::Out) {
            // As if there were no rule: the occasion is looked for again, since a rollout may come to it.
            armed.let_go(key);
            return;
        }
        let looking = Looking::of(armed, key, figures);
        let (mut intent, why) = occasion::intent(&self.room, (&armed.rule, armed.version), key, at, &looking);
        if let Falls::Into(arm, drawn) = falls {
            intent.arm = arm;
            if let Proposal::Rule(proposed) = &mut intent.proposal {
                proposed.drawn = Some(drawn);
            }
        }
        let fits = self.ledger.fits(&intent, armed.rule.budget.times);
        let why = why.or((!fits).then_some(Why::BudgetSpent));
        let (cool_down_ms, priority) = (armed.cool_down_ms(), armed.rule.priority);
        let cools_until = armed.cools_until(at);
        let Some(subject) = armed.subject(key) else { return };
        if let Some(why) = why {
            // It would be the same with every look: it waits until it is ready again, as if it had spoken.
            subject.phase = Phase::Spoke;
            subject.cool_until = Some(cools_until);
            found.push(Finding { intent, passed_over: Some(why) });
            return self.set_timer(slot, key, at, Some(cools_until));
        }
        let thing = intent.proposed().and_then(|it| Thing::of(&it.deed));
        if let Some(thing) = thing
            && let Err(until) = self.taken.take(at, thing, (slot, priority), cool_down_ms)
        {
            if !std::mem::replace(&mut subject.waits, true) {
                found.push(Finding { intent, passed_over: Some(Why::Conflict) });
            }
            return self.set_timer(slot, key, at, Some(until));
        }
        (subject.phase, subject.waits) = (Phase::Spoke, false);
        subject.cool_until = Some(cools_until);
        self.ledger.claim(&intent);
        found.push(Finding { intent, passed_over: None });
        self.set_timer(slot, key, at, Some(cools_until));
    }

    pub(super) fn fold_questions(&mut self, at: Millis, entry: &Entry, found: &mut Vec<Finding>) {
        for place in 0..self.asking.len() {
            let Some(armed) = &mut self.armed[self.asking[place]] else { continue };
            let Some(mut intent) = armed.watch.as_mut().and_then(|it| it.fold(entry)) else { continue };
            intent.at = at;
            match armed.falls(&self.room, &self.host, Key::One, at) {
                Falls::Own => {}
                Falls::Out => continue,
                Falls::Into(arm, _) => intent.arm = arm,
            }
            let (cool_down_ms, times) = (armed.cool_down_ms(), armed.rule.budget.times);
            let Some(one) = armed.subject(Key::One) else { continue };
            let cools = one.cool_until.is_some_and(|until| at < until);
            let passed_over = (cools || !self.ledger.fits(&intent, times)).then_some(Why::BudgetSpent);
            if passed_over.is_none() {
                one.cool_until = Some(at.plus(cool_down_ms));
                self.ledger.claim(&intent);
            }
            found.push(Finding { intent, passed_over });
        }
    }
}
