//! Intents that are no prompts, on their way to the room: one request at a time, asked again when nothing was heard of it,
//! dropped when its moment is over. It does not know what a deed means to a room or to the world outside: [`errand`] says
//! where to ask.

use linger_protocol::{
    Act, Cause, CouponAct, Deed, Entry, Event, GrantCause, GrantId, Intent, IntentId, ItemId, Millis,
    Refusal, RuleEvent, Rundown, RundownAct, SaleAct,
};
use std::collections::{BTreeSet, VecDeque};

/// An occasion is worth acting on for so long, ms.
pub const FRESH_MS: u64 = 30_000;
/// What nothing was heard of for so long is asked again; the room knows it by its intent.
const ASK_AGAIN_MS: u64 = 5_000;
/// Intents that wait; of more, the oldest goes.
const WAITING_MAX: usize = 1_000;
/// Intents that are remembered as dealt with.
const DONE_MAX: usize = 10_000;

/// The intents of one room that are on their way. Everything that was dealt with is read from the log: a carrier that is
/// rebuilt from it, and given again what rules found, carries out the rest.
#[derive(Debug, Default)]
pub struct Carrier {
    waiting: VecDeque<Intent>,
    asked: Option<(Intent, Millis)>,
    done: BTreeSet<IntentId>,
    in_order: VecDeque<IntentId>,
}

impl Carrier {
    /// Nothing is on its way.
    pub fn new() -> Carrier {
        Carrier::default()
    }

    /// Whether it is a carrier's business; else the host's screen has to be free for it.
    pub fn carries(intent: &Intent) -> bool {
        intent.proposed().is_some_and(|it| !matches!(it.deed, Deed::Prompt { .. }))
    }

    /// Takes in the next entry of the log.
    pub fn fold(&mut self, entry: &Entry) {
        if let Event::Rule(event) = &entry.event
            && let Some(intent) = event.intent()
        {
            self.settle(intent.id);
        }
    }

    /// Takes an intent, to be carried out at once. One that was dealt with is not taken again.
    pub fn offer(&mut self, intent: Intent) {
        let known = self.done.contains(&intent.id)
            || self.asked.as_ref().is_some_and(|(asked, _)| asked.id == intent.id)
            || self.waiting.iter().any(|it| it.id == intent.id);
        if known || !Carrier::carries(&intent) {
            return;
        }
        self.waiting.push_back(intent);
        if self.waiting.len() > WAITING_MAX {
            self.waiting.pop_front();
        }
    }

    /// What is to be asked of the room at `now`: one intent at most. Both arms are asked for; the room keeps them apart.
    pub fn due(&mut self, now: Millis) -> Option<Intent> {
        if let Some((intent, asked_at)) = &mut self.asked {
            if now.since(*asked_at) < ASK_AGAIN_MS {
                return None;
            }
            *asked_at = now;
            return Some(intent.clone());
        }
        // What is late would be answered to another moment.
        while let Some(intent) = self.waiting.pop_front() {
            if now.since(intent.at) <= FRESH_MS {
                self.asked = Some((intent.clone(), now));
                return Some(intent);
            }
        }
        None
    }

    /// The room refused an intent: its rule changed, its budget is spent, or the room has it already.
    pub fn refused(&mut self, intent: IntentId, refusal: Refusal) {
        // Its entry is on the way here.
        if refusal != Refusal::IntentKnown || self.done.contains(&intent) {
            self.asked.take_if(|(asked, _)| asked.id == intent);
        }
        self.settle(intent);
    }

    /// When [`Carrier::due`] next has something to do; a moment that is past means at once.
    pub fn wakes_at(&self) -> Option<Millis> {
        match &self.asked {
            Some((_, asked_at)) => Some(asked_at.plus(ASK_AGAIN_MS)),
            None => self.waiting.front().map(|it| it.at),
        }
    }

    fn settle(&mut self, intent: IntentId) {
        self.asked.take_if(|(asked, _)| asked.id == intent);
        self.waiting.retain(|it| it.id != intent);
        if self.done.insert(intent) {
            self.in_order.push_back(intent);
            if self.in_order.len() > DONE_MAX
                && let Some(oldest) = self.in_order.pop_front()
            {
                self.done.remove(&oldest);
            }
        }
    }
}

/// Where a deed is carried out.
#[derive(Clone, Debug, PartialEq)]
pub enum Errand {
    /// In the room, by this act.
    Act(Box<Act>),
    /// In the room, by an ask that only the edge understands.
    Ask(String),
    /// In the room, once its run of show is known: see [`next_up`].
    NextUp(ItemId),
    /// Outside, once the room has noted it.
    Webhook(String),
}

/// Where an intent is carried out; `None` for what goes to the host's screen.
pub fn errand(intent: &Intent) -> Option<Errand> {
    let proposed = intent.proposed()?;
    let act = |act| Some(Errand::Act(Box::new(act)));
    match &proposed.deed {
        Deed::Prompt { .. } => None,
        Deed::Announce { text } => act(Act::Announce { text: text.clone() }),
        Deed::StartActivity { ask } => Some(Errand::Ask(ask.clone())),
        Deed::ExtendStep { ms } => act(Act::Rundown(RundownAct::Extend { ms: *ms })),
        Deed::PinCard { item } => act(Act::PinCard { item: *item }),
        Deed::UnpinCard => act(Act::UnpinCard),
        Deed::FlashPrice { item, price, lasts_ms } => {
            act(Act::Sale(SaleAct::Flash { item: *item, price: *price, lasts_ms: *lasts_ms }))
        }
        Deed::Grant { campaign } => {
            let grant = GrantId::new(&format!("rule-{:016x}", intent.id.0)).ok()?;
            let cause = GrantCause::Rule { intent: intent.id };
            let (campaign, person) = (campaign.clone(), proposed.person?);
            act(Act::Sale(SaleAct::Coupon(CouponAct::Grant { grant, campaign, person, cause })))
        }
        Deed::NextUp { item } => Some(Errand::NextUp(*item)),
        Deed::CallWebhook { topic } => Some(Errand::Webhook(topic.clone())),
    }
}

/// The run of show with the step of this item as the one after `step`; `None` when it is that already. An error is a code:
/// no later step has the item.
pub fn next_up(
    (version, rundown): (u32, &Rundown),
    step: u32,
    item: ItemId,
) -> Result<Option<RundownAct>, String> {
    let next = usize::try_from(step).unwrap_or(usize::MAX).saturating_add(1);
    let later = rundown.steps.iter().enumerate().skip(next).find(|(_, it)| it.item == Some(item));
    let Some((place, _)) = later else { return Err(Refusal::NoSuchStep.code().to_owned()) };
    if place == next {
        return Ok(None);
    }
    let mut rundown = rundown.clone();
    let moved = rundown.steps.remove(place);
    rundown.steps.insert(next, moved);
    Ok(Some(RundownAct::Set { rundown: Box::new(rundown), after: version }))
}

/// The webhook that an entry of the log asks for, if it was carried out: its name outside, and the intent behind it.
pub fn webhook_of(entry: &Entry) -> Option<(&str, &Intent)> {
    let (Event::Rule(RuleEvent::Done { intent }), Cause::Asked { .. }) = (&entry.event, &entry.cause) else {
        return None;
    };
    match &intent.proposed()?.deed {
        Deed::CallWebhook { topic } => Some((topic, intent)),
        _ => None,
    }
}
