//! Single things in the form in which they go over the wire. It does not know when they are sent.

use super::{fold::Plain, talk::company};
use crate::wire::{
    CommentWire, DeedWire, HowAnswered, IntentWire, ItemWire, MoneyWire, PromptEndWire, PromptWire,
    ProposalWire, RoleName, RuleActedWire, RuleEndWire, SignWire,
};
use linger_protocol::{
    CommentId, Deed, Entry, Event, Intent, Item, Limits, Millis, Money, PromptEnd, PromptId, Proposal,
    Proposed, Role, RuleEvent, Sign,
};
use linger_strategy::experiment::shown;

/// A comment as it goes over the wire; `None` when the entry is none.
pub(crate) fn comment_wire(entry: &Entry, plain: Option<&Plain>) -> Option<CommentWire> {
    let Event::CommentMade { comment: CommentId(id), person, role, question, answers, .. } = &entry.event
    else {
        return None;
    };
    let plain = plain.cloned().unwrap_or_default();
    Some(CommentWire {
        id: *id,
        person: person.to_string(),
        name: plain.name,
        text: plain.text,
        role: role_name(*role),
        at: entry.at.0,
        question: question.map(|question| question.0),
        answers: answers.map(|question| question.0),
        with: company(&entry.event),
    })
}

pub(crate) fn role_name(role: Role) -> RoleName {
    match role {
        Role::Viewer => RoleName::Viewer,
        Role::Moderator => RoleName::Moderator,
        Role::Host => RoleName::Host,
        Role::Operator => RoleName::Operator,
        Role::Admin => RoleName::Admin,
    }
}

pub(crate) fn money_wire(money: Money) -> MoneyWire {
    MoneyWire { minor: money.minor, currency: money.currency.as_str().to_owned() }
}

pub(crate) fn item_wire(item: &Item) -> ItemWire {
    ItemWire {
        id: item.id.0,
        title: item.title.clone(),
        price: money_wire(item.price),
        seller: item.seller.clone(),
        image: item.image.clone(),
        returns: item.returns.map(Into::into),
    }
}

pub(crate) fn intent_wire(intent: &Intent) -> IntentWire {
    let proposal = match &intent.proposal {
        Proposal::AnswerQuestion { question, people, window_s } => {
            ProposalWire::AnswerQuestion { question: question.0, people: *people, window_s: *window_s }
        }
        Proposal::Rule(proposed) => proposed_wire(proposed),
    };
    IntentWire { id: format!("{:016x}", intent.id.0), rule: intent.rule.clone(), at: intent.at.0, proposal }
}

#[expect(clippy::cast_precision_loss, reason = "a figure that is shown to people")]
fn proposed_wire(proposed: &Proposed) -> ProposalWire {
    let sign = |it: &Sign| SignWire { metric: it.metric.clone(), value: it.milli as f64 / 1_000.0 };
    ProposalWire::Rule {
        version: proposed.version,
        deed: deed_wire(&proposed.deed),
        why: proposed.why.iter().map(sign).collect(),
        cost: proposed.claim.cost.map(money_wire),
        times_max: proposed.claim.times_max,
        about: proposed.person.map(|it| it.to_string()).or_else(|| proposed.about.clone()),
        drawn: proposed.drawn.as_ref().map(|it| shown(&it.experiment, it.version, &it.arm)),
    }
}

fn deed_wire(deed: &Deed) -> DeedWire {
    match deed {
        Deed::Prompt { text } => DeedWire::Prompt { text: text.clone() },
        Deed::Announce { text } => DeedWire::Announce { text: text.clone() },
        Deed::StartActivity { .. } => DeedWire::StartActivity,
        Deed::ExtendStep { ms } => DeedWire::ExtendStep { ms: *ms },
        Deed::PinCard { item } => DeedWire::PinCard { item: item.0 },
        Deed::UnpinCard => DeedWire::UnpinCard,
        Deed::FlashPrice { item, price, lasts_ms } => {
            DeedWire::FlashPrice { item: item.0, price: money_wire(*price), lasts_ms: *lasts_ms }
        }
        Deed::Grant { campaign } => DeedWire::Grant { campaign: campaign.as_str().to_owned() },
        Deed::NextUp { item } => DeedWire::NextUp { item: item.0 },
        Deed::CallWebhook { topic } => DeedWire::CallWebhook { topic: topic.clone() },
    }
}

/// What came of an intent of a rule; `None` when no intent is told of.
pub(crate) fn acted_wire(event: &RuleEvent) -> Option<RuleActedWire> {
    let (end, code) = match event {
        RuleEvent::Put { .. } => return None,
        RuleEvent::Done { .. } => (RuleEndWire::Done, None),
        RuleEvent::Withheld { .. } => (RuleEndWire::Withheld, None),
        RuleEvent::Refused { code, .. } => (RuleEndWire::Refused, Some(code.clone())),
    };
    Some(RuleActedWire { intent: intent_wire(event.intent()?), end, code })
}

pub(crate) fn end_wire(end: PromptEnd) -> PromptEndWire {
    match end {
        PromptEnd::Followed => PromptEndWire::Followed,
        PromptEnd::Dismissed => PromptEndWire::Dismissed,
        PromptEnd::Expired => PromptEndWire::Expired,
        PromptEnd::Later => PromptEndWire::Later,
    }
}

pub(crate) fn how_wire(how: linger_protocol::Answered) -> (HowAnswered, Option<u64>) {
    match how {
        linger_protocol::Answered::Typed { comment } => (HowAnswered::Typed, Some(comment.0)),
        linger_protocol::Answered::OnAir => (HowAnswered::OnAir, None),
    }
}

pub(crate) fn prompt_wire((prompt, intent, until, again): &(PromptId, Intent, Millis, u32)) -> PromptWire {
    let later_ms = (*again < Limits::PROMPT_PUT_OFF_MAX).then_some(Limits::PROMPT_LATER_MS);
    PromptWire { prompt: prompt.0, intent: intent_wire(intent), until: until.0, again: *again, later_ms }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
