//! Who is told what of an entry: everybody, staff, or the one person it concerns. It does not know connections.

use super::fold::{Fold, Plain, comment_wire, end_wire, hex, how_wire, intent_wire, item_wire, money_wire};
use super::thinning::Audience;
use crate::wire::{CommentWire, WireEvent};
use linger_protocol::{Entry, Event, OffReason, OrderId, PersonId};
use std::collections::HashMap;

/// Events sorted by who may see them, gathered for one frame.
#[derive(Default)]
pub(crate) struct Layers {
    pub public: Vec<WireEvent>,
    pub staff: Vec<WireEvent>,
    /// What the host must not see, or the comparison would be spoilt: occasions that were held out.
    pub operators: Vec<WireEvent>,
    pub private: HashMap<PersonId, Vec<WireEvent>>,
}

impl Layers {
    /// Adds what an entry means to whom. `fold` has taken the entry in already.
    pub(crate) fn add(&mut self, fold: &Fold, entry: &Entry, plain: Option<&Plain>) {
        let at = entry.at.0;
        match &entry.event {
            Event::CommentMade { comment, person, question, .. } => {
                if let Some(wire) = comment_wire(entry, plain) {
                    self.add_comment(fold.comments.audience(*comment), *person, wire);
                }
                if let Some((id, asked)) = question.and_then(|id| Some((id, fold.questions.get(&id)?))) {
                    let people = u32::try_from(asked.people.len()).unwrap_or(u32::MAX);
                    self.staff.push(WireEvent::QuestionAsked { question: id.0, people });
                }
            }
            Event::QuestionOpened { question, item, .. } => self.public.push(WireEvent::QuestionOpened {
                question: question.0,
                item: item.map(|item| item.0),
                at,
            }),
            Event::QuestionAnswered { question, how, .. } => {
                let (how, comment) = how_wire(*how);
                self.public.push(WireEvent::QuestionAnswered { question: question.0, how, comment, at });
            }
            Event::CommentHidden { comment } => self.public.push(WireEvent::CommentHidden { id: comment.0 }),
            Event::Muted { person, until } => self.tell(*person, WireEvent::YouMuted { until: until.0 }),
            Event::Followed { person, followers } => {
                self.set_followers(*followers);
                self.tell(*person, WireEvent::YouFollow { following: true });
            }
            Event::Unfollowed { person, followers } => {
                self.set_followers(*followers);
                self.tell(*person, WireEvent::YouFollow { following: false });
            }
            Event::Announced { text } => self.public.push(WireEvent::Announced { text: text.clone(), at }),
            Event::PromptShown { prompt, intent, until } => self.staff.push(WireEvent::PromptShown {
                prompt: prompt.0,
                intent: intent_wire(intent),
                until: until.0,
            }),
            Event::PromptWithheld { intent } => {
                self.operators.push(WireEvent::PromptWithheld { intent: intent_wire(intent) });
            }
            Event::PromptClosed { prompt, end } => {
                self.staff.push(WireEvent::PromptClosed { prompt: prompt.0, end: end_wire(*end) });
            }
            Event::RoomOpened { .. } | Event::CardsTouched { .. } | Event::QualityGathered { .. } => {}
            Event::WentLive
            | Event::WentOff { .. }
            | Event::PresenceChanged { .. }
            | Event::PresenceLost { .. } => {
                self.add_presence(entry);
            }
            Event::LikesGathered { likes, total, .. } => self.add_likes(*likes, *total),
            Event::DrawOpened { .. }
            | Event::DrawEntered { .. }
            | Event::DrawFrozen { .. }
            | Event::DrawRevealed { .. } => self.add_draw(fold, &entry.event),
            _ => self.add_shelf(fold, entry),
        }
    }

    fn add_comment(&mut self, audience: Audience, author: PersonId, comment: CommentWire) {
        if audience == Audience::Everybody {
            self.public.push(WireEvent::Comment { comment });
            return;
        }
        self.add_thinned(comment.at);
        if audience == Audience::Staff {
            self.staff.push(WireEvent::CommentThinned { comment: comment.clone() });
        }
        self.tell(author, WireEvent::CommentThinned { comment });
    }

    fn add_presence(&mut self, entry: &Entry) {
        match &entry.event {
            Event::WentLive => self.public.push(WireEvent::Live { at: entry.at.0 }),
            Event::WentOff { reason } => {
                let reason = match reason {
                    OffReason::Ended => "ended",
                    OffReason::Lost => "lost",
                    OffReason::Restarted => "restarted",
                };
                self.public.push(WireEvent::Off { reason: reason.to_owned() });
            }
            Event::PresenceChanged { here, .. } => self.set_here(*here),
            _ => self.set_here(0),
        }
    }

    fn add_draw(&mut self, fold: &Fold, event: &Event) {
        match event {
            Event::DrawOpened { draw, keyword, prize, winners, closes_at, commit, .. } => {
                self.public.push(WireEvent::DrawOpened {
                    draw: draw.0,
                    keyword: keyword.clone(),
                    prize: prize.clone(),
                    winners: *winners,
                    closes_at: closes_at.0,
                    commit: hex(commit),
                });
            }
            Event::DrawEntered { draw, person } => {
                let now = fold.entrants(*draw);
                let told = self.public.iter_mut().find_map(|it| match it {
                    WireEvent::DrawEntrants { draw: of, entrants } if *of == draw.0 => Some(entrants),
                    _ => None,
                });
                match told {
                    Some(entrants) => *entrants = now,
                    None => self.public.push(WireEvent::DrawEntrants { draw: draw.0, entrants: now }),
                }
                self.tell(*person, WireEvent::YouEntered { draw: draw.0 });
            }
            Event::DrawFrozen { draw, entrants, digest } => self.public.push(WireEvent::DrawFrozen {
                draw: draw.0,
                entrants: *entrants,
                digest: hex(digest),
            }),
            Event::DrawRevealed { draw, seed, winners } => self.public.push(WireEvent::DrawRevealed {
                draw: draw.0,
                seed: hex(seed),
                winners: winners.iter().map(PersonId::to_string).collect(),
                names: fold.names_of(winners),
            }),
            _ => {}
        }
    }

    fn add_shelf(&mut self, fold: &Fold, entry: &Entry) {
        let at = entry.at.0;
        match &entry.event {
            Event::ItemListed { item } => self.public.push(WireEvent::ItemListed { item: item_wire(item) }),
            Event::StockSet { item, .. } => self.set_stock(fold, *item),
            Event::SaleOpened { item, price, per_person, hold_ms } => {
                self.public.push(WireEvent::SaleOpened {
                    item: item.0,
                    price: money_wire(*price),
                    per_person: *per_person,
                    hold_ms: *hold_ms,
                })
            }
            Event::SaleClosed { item } => self.public.push(WireEvent::SaleClosed { item: item.0 }),
            Event::CardPinned { item } => self.public.push(WireEvent::CardPinned { item: item.0, at }),
            Event::CardUnpinned { item } => self.public.push(WireEvent::CardUnpinned { item: item.0 }),
            Event::UnitsHeld { order, .. }
            | Event::OrderPaid { order, .. }
            | Event::OrderLapsed { order }
            | Event::OrderCancelled { order }
            | Event::RefundDue { order, .. }
            | Event::RefundSettled { order, .. } => self.add_order(fold, *order),
            _ => {}
        }
    }

    fn add_order(&mut self, fold: &Fold, order: OrderId) {
        let Some((owner, item)) = fold.owner(order) else { return };
        self.set_stock(fold, item);
        if let Some(order) = fold.order_wire(order) {
            self.staff.push(WireEvent::Order { order: order.clone() });
            self.tell(owner, WireEvent::Order { order });
        }
    }

    fn tell(&mut self, person: PersonId, event: WireEvent) {
        self.private.entry(person).or_default().push(event);
    }

    // What only its last value matters of is told once a frame.

    fn set_here(&mut self, now: u32) {
        match self.public.iter_mut().find(|it| matches!(it, WireEvent::Presence { .. })) {
            Some(WireEvent::Presence { here }) => *here = now,
            _ => self.public.push(WireEvent::Presence { here: now }),
        }
    }

    fn set_followers(&mut self, now: u32) {
        match self.public.iter_mut().find(|it| matches!(it, WireEvent::Followers { .. })) {
            Some(WireEvent::Followers { followers }) => *followers = now,
            _ => self.public.push(WireEvent::Followers { followers: now }),
        }
    }

    fn add_thinned(&mut self, now: i64) {
        match self.public.iter_mut().find(|it| matches!(it, WireEvent::Thinned { .. })) {
            Some(WireEvent::Thinned { n, at }) => (*n, *at) = (n.saturating_add(1), now),
            _ => self.public.push(WireEvent::Thinned { n: 1, at: now }),
        }
    }

    fn add_likes(&mut self, more: u32, now: u64) {
        match self.public.iter_mut().find(|it| matches!(it, WireEvent::Likes { .. })) {
            Some(WireEvent::Likes { n, total }) => (*n, *total) = (n.saturating_add(more), now),
            _ => self.public.push(WireEvent::Likes { n: more, total: now }),
        }
    }

    fn set_stock(&mut self, fold: &Fold, item: linger_protocol::ItemId) {
        let Some((units, left)) = fold.stock(item) else { return };
        let told = self.public.iter_mut().find_map(|it| match it {
            WireEvent::Stock { item: of, left, units } if *of == item.0 => Some((left, units)),
            _ => None,
        });
        match told {
            Some(told) => (*told.0, *told.1) = (left, units),
            None => self.public.push(WireEvent::Stock { item: item.0, left, units }),
        }
    }
}
