//! The fold of a room's log into steps. It alone knows stays, people, questions and orders by name; what it hands on
//! are sums.

use crate::aftermath::{Aftermath, Followed};
use crate::source::{SourceCode, Sources};
use crate::{
    Arms, Ended, SHOW_S_MAX, Second, Segment, SegmentChange, SegmentKind, Snapshot, Step, begins_show,
};
use linger_protocol::{
    Arrival, Departure, DrawId, Entry, Event, ItemId, LeaveReason, Millis, Money, OffReason, OrderId,
    PersonId, PromptId, Quality, QuestionId, Role, SaleEvent, SessionId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Different people, and running stays, that are told apart.
pub const PEOPLE_MAX: usize = 2_000_000;
/// Open questions and unpaid orders that are told apart.
const OPEN_MAX: usize = 100_000;

/// The fold of one room's log.
#[derive(Debug, Default)]
pub struct Live {
    snapshot: Snapshot,
    pending: Step,
    arms: Arms,
    followed: Followed,
    // The latest time any entry claimed: none counts as earlier.
    last: Option<Millis>,
    starts_at: Option<Millis>,
    ended_at: Option<Millis>,
    stays: BTreeMap<SessionId, Stay>,
    sources: Sources,
    // Stays that ended since they were last taken; only kept for whoever asked to be told.
    gone: Option<Vec<Gone>>,
    // Who came, and whether they did something.
    people: BTreeMap<PersonId, bool>,
    acting: Acting,
    // Open questions of this show, by the second they were asked in.
    questions: BTreeMap<QuestionId, u32>,
    held: BTreeMap<OrderId, Money>,
    // People who wish to have an item explained, until its card is shown.
    wishes: BTreeMap<ItemId, u32>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Stay {
    pub person: PersonId,
    pub began_s: u32,
    pub source: SourceCode,
}

/// A stay that is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gone {
    pub stay: Stay,
    pub at_s: u32,
    pub seen: bool,
}

/// Different people who acted in the present second; it outlasts a tick in the middle of the second.
#[derive(Debug, Default)]
struct Acting {
    second: u32,
    people: BTreeSet<PersonId>,
}

#[derive(Debug, Default)]
struct Stage {
    on_air: bool,
    off_reason: Option<OffReason>,
    card: Option<ItemId>,
    draw: Option<DrawId>,
    prompt: Option<(PromptId, QuestionId)>,
}

impl Live {
    /// A fold that has seen nothing.
    pub fn new() -> Live {
        Live::default()
    }

    /// A fold whose show begins at `at` whatever comes first: for shards, whose seconds have to be the same.
    pub fn starting_at(at: Millis) -> Live {
        let mut live = Live { last: Some(at), ..Live::default() };
        live.begin(at);
        live
    }

    /// A fold that also tells each stay that ends: see [`Live::take_gone`].
    pub(crate) fn telling_stays() -> Live {
        Live { gone: Some(Vec::new()), ..Live::default() }
    }

    /// The stays that ended since this was last called.
    pub(crate) fn take_gone(&mut self) -> Vec<Gone> {
        self.gone.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The stays that run.
    pub(crate) fn running(&self) -> impl Iterator<Item = &Stay> {
        self.stays.values()
    }

    /// Where people came from, by code.
    pub(crate) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The moment at which an entry counts as having happened.
    pub(crate) fn moment(&self, at: Millis) -> Millis {
        self.last.map_or(at, |last| last.max(at))
    }

    /// The second of the running show that a moment belongs to; `None` before there is a show.
    pub(crate) fn second_of(&self, at: Millis) -> Option<u32> {
        self.starts_at.map(|_| self.second(at))
    }

    /// Takes in the next entry of the log.
    pub fn fold(&mut self, entry: &Entry) {
        let at = self.moment(entry.at);
        self.last = Some(at);
        self.arms.fold_at(at, entry);
        self.followed.take(at, &entry.event, self.stays.iter().map(|(session, stay)| (session, stay.person)));
        if self.begins_show(at, &entry.event) {
            if entry.event == Event::WentLive {
                self.stage.on_air = true;
                self.stage.off_reason = None;
            }
            self.begin(at);
        }
        self.take(at, &entry.event);
    }

    /// Hands out what changed since the last tick, told up to `now`. May be called at any time and as often as wanted:
    /// the steps add up to the same.
    pub fn tick(&mut self, now: Millis) -> Step {
        let now = self.moment(now);
        self.arms.pass(now);
        let until_s = self.second(now).max(self.snapshot.until_s);
        let mut step = std::mem::take(&mut self.pending);
        // In a new show the seconds before do not count.
        step.until_s = if step.begins.is_some() { self.second(now) } else { until_s };
        self.snapshot.apply(&step);
        step
    }

    /// The sum of all steps handed out so far.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// How acting and not acting compare.
    pub fn arms(&self) -> &Arms {
        &self.arms
    }

    /// What followed the last prompt that the host took up, for a while.
    pub fn aftermath(&self, now: Millis) -> Option<Aftermath> {
        self.followed.at(now)
    }

    /// Whether this event, at this moment, begins a show: what was before it is another one.
    pub(crate) fn begins_show(&self, at: Millis, event: &Event) -> bool {
        begins_show(self.starts_at, self.ended_at, at, event)
    }

    fn begin(&mut self, at: Millis) {
        self.starts_at = Some(at);
        self.ended_at = None;
        self.pending = Step { begins: Some(at), ..Step::default() };
        self.acting = Acting::default();
        self.questions.clear();
        self.people.clear();
        // People who stayed on are there from the first second.
        for stay in self.stays.values_mut() {
            stay.began_s = 0;
            self.people.insert(stay.person, false);
        }
        if !self.stays.is_empty() {
            self.pending.row(0).arrived = u32::try_from(self.stays.len()).unwrap_or(u32::MAX);
            self.pending.people_came = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        }
        // What was put on stage before the show is on stage when it begins.
        let Stage { on_air, off_reason, card, draw, prompt } = self.stage;
        let on_stage = [
            (!on_air).then_some(SegmentKind::OffAir { reason: off_reason }),
            card.map(|item| SegmentKind::Card { item }),
            draw.map(|draw| SegmentKind::Draw { draw }),
            prompt.map(|(prompt, question)| SegmentKind::Prompt { prompt, question }),
        ];
        on_stage.into_iter().flatten().for_each(|kind| self.show(at, kind));
    }

    /// The second of the show that a moment belongs to.
    fn second(&self, at: Millis) -> u32 {
        let seconds = self.starts_at.map_or(0, |starts_at| at.since(starts_at) / 1_000);
        u32::try_from(seconds).unwrap_or(u32::MAX).min(SHOW_S_MAX - 1)
    }

    fn row(&mut self, at: Millis) -> &mut Second {
        let second = self.second(at);
        self.pending.row(second)
    }

    fn take(&mut self, at: Millis, event: &Event) {
        match event {
            Event::OrderLapsed { order } | Event::OrderCancelled { order } => {
                self.held.remove(order);
            }
            Event::WentLive
            | Event::WentOff { .. }
            | Event::CardPinned { .. }
            | Event::CardUnpinned { .. }
            | Event::DrawOpened { .. }
            | Event::DrawRevealed { .. }
            | Event::PromptShown { .. }
            | Event::PromptClosed { .. }
            | Event::PromptWithheld { .. }
            | Event::Announced { .. } => self.take_stage(at, event),
            Event::Sale(SaleEvent::ExplainAsked { item, .. }) => {
                *self.wishes.entry(*item).or_default() += 1;
            }
            // Only the stage is known before the show begins.
            _ if self.starts_at.is_none() => {}
            Event::PresenceChanged { arrived, left, .. } => {
                arrived.iter().for_each(|arrival| self.arrive(at, arrival));
                left.iter().for_each(|departure| self.depart(at, departure));
            }
            Event::PresenceLost { last_seen } => self.lose_everybody(*last_seen),
            Event::CommentMade { person, role, .. } => {
                self.row(at).comments += 1;
                if *role == Role::Viewer {
                    self.acted(at, *person);
                }
            }
            Event::LikesGathered { likes, .. } => {
                let row = self.row(at);
                row.likes = row.likes.saturating_add(*likes);
            }
            Event::Followed { person, .. } | Event::DrawEntered { person, .. } => self.acted(at, *person),
            Event::QuestionOpened { question, .. } => self.open(at, *question),
            Event::QuestionAnswered { question, .. } => self.answer(at, *question),
            Event::UnitsHeld { order, person, amount, .. } => self.order(at, *order, *person, *amount),
            Event::Sale(SaleEvent::CartHeld(cart)) => self.order(at, cart.order, cart.person, cart.amount),
            Event::OrderPaid { order, .. } => {
                // A shard hears of all payments and counts those of its own orders.
                let Some(amount) = self.held.remove(order) else { return };
                let row = self.row(at);
                row.orders_paid += 1;
                row.takings.add(amount);
            }
            Event::CardsTouched { touches } => {
                let row = self.row(at);
                for touch in touches {
                    row.cards_seen = row.cards_seen.saturating_add(touch.seen);
                    row.cards_clicked = row.cards_clicked.saturating_add(touch.clicked);
                }
            }
            Event::QualityGathered { quality } => self.measure(at, quality),
            _ => {}
        }
    }

    fn order(&mut self, at: Millis, order: OrderId, person: PersonId, amount: Money) {
        self.row(at).orders_held += 1;
        if self.held.len() < OPEN_MAX {
            self.held.insert(order, amount);
        }
        self.acted(at, person);
    }

    fn arrive(&mut self, at: Millis, arrival: &Arrival) {
        if self.stays.len() >= PEOPLE_MAX || self.stays.contains_key(&arrival.session) {
            return;
        }
        let began_s = self.second(at);
        let source = self.sources.code(&arrival.source);
        self.stays.insert(arrival.session, Stay { person: arrival.person, began_s, source });
        self.row(at).arrived += 1;
        if self.people.len() < PEOPLE_MAX && !self.people.contains_key(&arrival.person) {
            self.people.insert(arrival.person, false);
            self.pending.people_came += 1;
        }
    }

    /// A stay ends. It was seen to end when the viewer went or their connection broke; when the server sent them away,
    /// how long they would have stayed was not seen.
    fn depart(&mut self, at: Millis, departure: &Departure) {
        let seen = departure.reason != LeaveReason::Sent;
        let Some(stay) = self.stays.remove(&departure.session) else { return };
        let at_s = self.second(at).max(stay.began_s);
        let row = self.pending.row(at_s);
        if seen {
            row.left += 1
        } else {
            row.lost += 1
        }
        *self.pending.ended.entry(Ended { began_s: stay.began_s, at_s, seen }).or_default() += 1;
        self.gone.iter_mut().for_each(|gone| gone.push(Gone { stay, at_s, seen }));
    }

    fn lose_everybody(&mut self, last_seen: Millis) {
        let at_s = self.second(last_seen);
        for stay in std::mem::take(&mut self.stays).into_values() {
            let at_s = at_s.max(stay.began_s);
            self.pending.row(at_s).lost += 1;
            *self.pending.ended.entry(Ended { began_s: stay.began_s, at_s, seen: false }).or_default() += 1;
            self.gone.iter_mut().for_each(|gone| gone.push(Gone { stay, at_s, seen: false }));
        }
    }

    fn acted(&mut self, at: Millis, person: PersonId) {
        let second = self.second(at);
        if self.acting.second != second {
            self.acting = Acting { second, people: BTreeSet::new() };
        }
        if self.acting.people.insert(person) {
            self.row(at).people_acting += 1;
        }
        // Who acts without having come, from outside the room, has no part in a share of those who came.
        if let Some(acted) = self.people.get_mut(&person).filter(|acted| !**acted) {
            *acted = true;
            self.pending.people_acted += 1;
        }
    }

    fn open(&mut self, at: Millis, question: QuestionId) {
        let second = self.second(at);
        if self.questions.len() < OPEN_MAX && self.questions.insert(question, second).is_none() {
            self.row(at).questions_opened += 1;
        }
    }

    fn answer(&mut self, at: Millis, question: QuestionId) {
        // A question of the show before is answered late: it has no beginning in this one.
        let Some(began_s) = self.questions.remove(&question) else { return };
        let at_s = self.second(at);
        self.row(at).questions_answered += 1;
        *self.pending.answered.entry(Ended { began_s, at_s, seen: true }).or_default() += 1;
    }

    fn measure(&mut self, at: Millis, quality: &Quality) {
        let row = self.row(at);
        row.stalls = row.stalls.saturating_add(quality.stalls);
        row.stalled_ms = row.stalled_ms.saturating_add(quality.stalled_ms);
        row.watched_ms = row.watched_ms.saturating_add(quality.watched_ms);
        row.failures = row.failures.saturating_add(quality.failures);
        quality.first_frame_ms.iter().for_each(|ms| self.pending.first_frame_ms.add(*ms));
    }

    fn take_stage(&mut self, at: Millis, event: &Event) {
        match event {
            Event::WentLive => {
                self.ended_at = None;
                if !std::mem::replace(&mut self.stage.on_air, true) {
                    let reason = self.stage.off_reason.take();
                    self.clear(at, SegmentKind::OffAir { reason });
                }
            }
            Event::WentOff { reason } => {
                if *reason == OffReason::Ended {
                    self.ended_at = Some(at);
                }
                if std::mem::replace(&mut self.stage.on_air, false) {
                    self.stage.off_reason = Some(*reason);
                    self.show(at, SegmentKind::OffAir { reason: Some(*reason) });
                }
            }
            Event::CardPinned { item } => self.put_card(at, Some(*item)),
            Event::CardUnpinned { .. } => self.put_card(at, None),
            Event::DrawOpened { draw, .. } => {
                self.stage.draw = Some(*draw);
                self.show(at, SegmentKind::Draw { draw: *draw });
            }
            Event::DrawRevealed { draw, .. } => {
                self.stage.draw = None;
                self.clear(at, SegmentKind::Draw { draw: *draw });
            }
            Event::PromptShown { prompt, intent, .. } => {
                let Some(question) = intent.question() else { return };
                self.stage.prompt = Some((*prompt, question));
                self.show(at, SegmentKind::Prompt { prompt: *prompt, question });
            }
            Event::PromptClosed { prompt, .. } => {
                if let Some((prompt, question)) = self.stage.prompt.take_if(|(shown, _)| shown == prompt) {
                    self.clear(at, SegmentKind::Prompt { prompt, question });
                }
            }
            Event::PromptWithheld { intent } => {
                let Some(question) = intent.question() else { return };
                self.mark(at, SegmentKind::Withheld { question });
            }
            Event::Announced { .. } => self.mark(at, SegmentKind::Announcement),
            _ => {}
        }
    }

    fn put_card(&mut self, at: Millis, card: Option<ItemId>) {
        if self.stage.card == card {
            return;
        }
        if let Some(item) = std::mem::replace(&mut self.stage.card, card) {
            self.clear(at, SegmentKind::Card { item });
        }
        if let Some(item) = card {
            self.show(at, SegmentKind::Card { item });
        }
    }

    fn show(&mut self, at: Millis, kind: SegmentKind) {
        let from_s = self.second(at);
        let asked = match kind {
            SegmentKind::Card { item } => self.wishes.remove(&item).unwrap_or(0),
            _ => 0,
        };
        self.change(SegmentChange::Begun(Segment { from_s, to_s: None, kind, asked }));
    }

    fn mark(&mut self, at: Millis, kind: SegmentKind) {
        let from_s = self.second(at);
        self.change(SegmentChange::Begun(Segment { from_s, to_s: Some(from_s), kind, asked: 0 }));
    }

    fn clear(&mut self, at: Millis, kind: SegmentKind) {
        let to_s = self.second(at);
        self.change(SegmentChange::Over { kind, to_s });
    }

    fn change(&mut self, change: SegmentChange) {
        // Before the show begins only the state of the stage counts; its beginning shows what is there then.
        if self.starts_at.is_some() {
            self.pending.segments.push(change);
        }
    }
}
