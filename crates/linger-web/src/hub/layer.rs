//! Who is told what of an entry: everybody, staff, or the one person it concerns. It does not know connections.

use super::activity::about;
use super::fold::{Fold, Plain};
use super::forms::{
    acted_wire, comment_wire, end_wire, hex, how_wire, intent_wire, item_wire, money_wire, prompt_wire,
};
use super::thinning::Audience;
use crate::wire::{ClubChange, CommentWire, RisenWire, WireEvent};
use linger_protocol::{
    ActivityEvent, ActivityId, Arm, ClubEvent, Entry, Event, GameStep, ItemId, OffReason, OrderId, PersonId,
};
use rustc_hash::FxHashMap;
use std::collections::{BTreeSet, HashMap};

/// People who rose that are named in one frame; the levels of all of them show all the same.
const RISEN_MAX: usize = 5;

/// Events sorted by who may see them, gathered for one frame.
#[derive(Default)]
pub(crate) struct Layers {
    pub public: Vec<WireEvent>,
    pub staff: Vec<WireEvent>,
    /// What the host must not see, or the comparison would be spoilt: occasions that were held out.
    pub operators: Vec<WireEvent>,
    pub private: HashMap<PersonId, Vec<WireEvent>>,
    seat: super::seat::Touched,
    /// Items whose waiting line moved.
    pub(super) lines: BTreeSet<ItemId>,
    /// Items whose stock or offer is to be told as it stands at the end of the frame.
    stock: BTreeSet<ItemId>,
    pub(super) offers: BTreeSet<ItemId>,
    /// Orders that changed, each once, with whose they are. In a rush there are many, and hardly any buyer has a socket:
    /// what is said of an order is made when somebody is there to hear it.
    pub orders: Orders,
}

/// Orders of a frame, by their buyers and in the order of their first change.
#[derive(Default)]
pub(crate) struct Orders {
    of: FxHashMap<PersonId, Vec<OrderId>>,
    all: Vec<OrderId>,
}

impl Orders {
    fn add(&mut self, owner: PersonId, order: OrderId) {
        let own = self.of.entry(owner).or_default();
        if !own.contains(&order) {
            own.push(order);
            self.all.push(order);
        }
    }

    /// Those of one buyer.
    pub(crate) fn of(&self, person: PersonId) -> &[OrderId] {
        self.of.get(&person).map_or(&[], Vec::as_slice)
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[OrderId] {
        &self.all
    }
}

impl Layers {
    /// Adds what an entry means to whom. `fold` has taken the entry in already.
    pub(crate) fn add(&mut self, fold: &Fold, entry: &Entry, plain: Option<&Plain>) {
        let at = entry.at.0;
        match &entry.event {
            Event::CommentMade { comment, person, question, .. } => {
                self.set_badge(fold, *person);
                if let Some(wire) = comment_wire(entry, plain) {
                    self.add_comment(fold.comments.audience(*comment), *person, wire);
                }
                self.add_company(fold, entry, plain);
                if let Some(asked) = question.and_then(|id| fold.questions.get(&id).map(|it| (id, it))) {
                    self.add_did(fold, *person);
                    let people = u32::try_from(asked.1.people.len()).unwrap_or(u32::MAX);
                    self.staff.push(WireEvent::QuestionAsked { question: asked.0.0, people });
                }
            }
            Event::QuestionOpened { question, item, .. } => self.public.push(WireEvent::QuestionOpened {
                question: question.0,
                item: item.map(|item| item.0),
                at,
            }),
            Event::QuestionAnswered { question: id, how: answered, .. } => {
                let (question, (how, comment)) = (id, how_wire(*answered));
                self.public.push(WireEvent::QuestionAnswered { question: question.0, how, comment, at });
                self.add_answered(fold, *id, *answered);
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
            Event::PromptShown { prompt, intent, until, again } => {
                let prompt = prompt_wire(&(*prompt, intent.clone(), *until, again.unwrap_or(0)));
                self.staff.push(WireEvent::PromptShown { prompt: Box::new(prompt) });
            }
            Event::PromptWithheld { intent } => {
                self.operators.push(WireEvent::PromptWithheld { intent: intent_wire(intent) });
            }
            Event::PromptClosed { prompt, end } => {
                self.staff.push(WireEvent::PromptClosed { prompt: prompt.0, end: end_wire(*end) });
            }
            Event::Rule(event) => {
                let Some(acted) = acted_wire(event) else { return };
                // The host must not see what was held out, nor what was refused in that arm.
                let held_out = event.intent().is_some_and(|it| it.arm == Arm::HoldOut);
                let to = if held_out { &mut self.operators } else { &mut self.staff };
                to.push(WireEvent::RuleActed { acted: Box::new(acted) });
            }
            Event::Club(event) => self.add_club(fold, event),
            Event::RoomOpened { .. } | Event::CardsTouched { .. } | Event::QualityGathered { .. } => {}
            Event::WentLive
            | Event::WentOff { .. }
            | Event::PresenceChanged { .. }
            | Event::PresenceLost { .. } => {
                self.add_presence(entry);
            }
            Event::Activity(event) => self.add_activity(fold, event),
            Event::LikesGathered { likes, total, .. } => self.add_likes(*likes, *total),
            Event::DrawOpened { .. }
            | Event::DrawEntered { .. }
            | Event::DrawFrozen { .. }
            | Event::DrawRevealed { .. } => self.add_draw(fold, &entry.event),
            Event::Seat(event) => self.seat.add(event),
            Event::Rundown(_) => self.set_rundown(fold),
            Event::Talk(event) => self.add_talk(fold, entry, event),
            Event::Sale(event) => self.add_sale(fold, event),
            Event::Care(event) => self.add_care(fold, event),
            _ => self.add_shelf(fold, entry),
        }
    }

    /// What somebody did counts for the tasks they are at.
    fn add_did(&mut self, fold: &Fold, person: PersonId) {
        for activity in fold.activities.tasks_of(person) {
            self.tell_player(fold, activity, person);
        }
    }

    /// Adds what is told as a whole, once all entries of the frame are in `fold`.
    pub(crate) fn finish(&mut self, fold: &Fold) {
        self.tell_lines(fold);
        for item in std::mem::take(&mut self.stock) {
            if let Some((units, left, held)) = fold.stock(item) {
                self.public.push(WireEvent::Stock { item: item.0, left, units, held });
            }
        }
        for item in std::mem::take(&mut self.offers) {
            if let Some(offer) = fold.offer(item) {
                self.public.push(WireEvent::Offer { offer: Box::new(offer) });
            }
        }
        if self.seat.stage {
            self.public.push(WireEvent::Seat { stage: fold.seat.stage() });
        }
        if self.seat.desk {
            self.staff.push(WireEvent::SeatDesk { desk: fold.seat.desk() });
        }
        for person in self.seat.people(&fold.seat).collect::<Vec<_>>() {
            self.tell(person, WireEvent::YouSeat { mine: fold.seat.mine(person) });
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

    /// An activity is told as it stands at the end of the frame, and to each who plays, how they stand then.
    fn add_activity(&mut self, fold: &Fold, event: &ActivityEvent) {
        let id = about(event);
        let Some(now) = fold.activities.one(id) else { return };
        let told = self.public.iter_mut().find_map(|it| match it {
            WireEvent::Activity { activity } if activity.activity == id.0 => Some(activity),
            _ => None,
        });
        match told {
            Some(told) => **told = now,
            None => self.public.push(WireEvent::Activity { activity: Box::new(now) }),
        }
        match event {
            ActivityEvent::Played { person, .. } => self.tell_player(fold, id, *person),
            ActivityEvent::Stepped { step: GameStep::Explaining { .. }, .. }
            | ActivityEvent::Settled { .. } => {
                for person in fold.activities.concerned(id) {
                    self.tell_player(fold, id, person);
                }
            }
            _ => {}
        }
    }

    fn tell_player(&mut self, fold: &Fold, activity: ActivityId, person: PersonId) {
        let Some(mine) = fold.activities.mine_of(activity, person) else { return };
        let told = self.private.entry(person).or_default();
        told.retain(|it| !matches!(it, WireEvent::YouActivity { mine } if mine.activity == activity.0));
        told.push(WireEvent::YouActivity { mine });
    }

    fn add_shelf(&mut self, fold: &Fold, entry: &Entry) {
        let at = entry.at.0;
        match &entry.event {
            Event::ItemListed { item } => self.public.push(WireEvent::ItemListed { item: item_wire(item) }),
            Event::StockSet { item, .. } => self.set_stock(*item),
            Event::SaleOpened { item, price, per_person, hold_ms } => {
                self.public.push(WireEvent::SaleOpened {
                    item: item.0,
                    price: money_wire(*price),
                    per_person: *per_person,
                    hold_ms: *hold_ms,
                })
            }
            Event::SaleClosed { item } => self.public.push(WireEvent::SaleClosed { item: item.0 }),
            Event::CardPinned { item } => {
                self.public.push(WireEvent::CardPinned { item: item.0, at });
                self.set_explain(fold, *item);
            }
            Event::CardUnpinned { item } => self.public.push(WireEvent::CardUnpinned { item: item.0 }),
            Event::OrderLapsed { order } | Event::OrderCancelled { order } => {
                self.add_order(fold, *order);
                self.add_coupons_back(fold, *order);
            }
            Event::UnitsHeld { order, .. }
            | Event::OrderPaid { order, .. }
            | Event::RefundDue { order, .. }
            | Event::RefundSettled { order, .. } => self.add_order(fold, *order),
            _ => {}
        }
    }

    pub(super) fn add_order(&mut self, fold: &Fold, order: OrderId) {
        let Some(owner) = fold.owner(order) else { return };
        for item in fold.items_of(order) {
            self.set_stock(item);
            self.set_offer(item);
        }
        self.orders.add(owner, order);
    }

    /// Who gave an order up, or let it lapse, has its coupons again.
    fn add_coupons_back(&mut self, fold: &Fold, order: OrderId) {
        if let Some(owner) = fold.owner(order).filter(|_| fold.used_coupons(order)) {
            self.set_my_sale(fold, owner);
        }
    }

    fn add_club(&mut self, fold: &Fold, event: &ClubEvent) {
        match event {
            ClubEvent::ClubSet { .. }
            | ClubEvent::DayBegan { .. }
            | ClubEvent::SprintOpened { .. }
            | ClubEvent::SprintJoined { .. }
            | ClubEvent::SprintEnded { .. } => club_of(&mut self.public).club = fold.club.wire(),
            ClubEvent::Joined { person, .. } | ClubEvent::Left { person, .. } => {
                club_of(&mut self.public).club = fold.club.wire();
                let level = fold.club.level(*person);
                club_of(&mut self.public).badges.insert(person.to_string(), level);
                self.set_mine(fold, *person);
            }
            ClubEvent::Points { person, .. } => self.set_mine(fold, *person),
            ClubEvent::CheckedIn { person, .. } | ClubEvent::Shared { person, .. } => {
                self.add_did(fold, *person);
                self.set_mine(fold, *person);
            }
            ClubEvent::Brought { by, .. } => self.set_mine(fold, *by),
            ClubEvent::CameByLink { .. } => {}
            ClubEvent::LevelReached { person, level } => {
                let name = fold.names_of(&[*person]).pop().unwrap_or_default();
                let risen = RisenWire { person: person.to_string(), name, level: *level };
                let change = club_of(&mut self.public);
                if change.risen.len() < RISEN_MAX {
                    change.risen.push(risen);
                }
                change.badges.insert(person.to_string(), *level);
            }
        }
        if !matches!(event, ClubEvent::Points { .. } | ClubEvent::LevelReached { .. }) {
            club_of(&mut self.staff).staff = Some(fold.club.staff(|people| fold.names_of(people)));
        }
    }

    fn set_badge(&mut self, fold: &Fold, person: PersonId) {
        let level = fold.club.level(person);
        if level > 0 {
            club_of(&mut self.public).badges.insert(person.to_string(), level);
        }
    }

    /// Where somebody stands, once a frame.
    fn set_mine(&mut self, fold: &Fold, person: PersonId) {
        let told = self.private.entry(person).or_default();
        told.retain(|it| !matches!(it, WireEvent::YouClub { .. }));
        told.push(WireEvent::YouClub { mine: Box::new(fold.club.mine(person)) });
    }

    pub(super) fn tell(&mut self, person: PersonId, event: WireEvent) {
        self.private.entry(person).or_default().push(event);
    }

    // What only its last value matters of is told once a frame.

    fn set_here(&mut self, now: u32) {
        match self.public.iter_mut().find(|it| matches!(it, WireEvent::Presence { .. })) {
            Some(WireEvent::Presence { here }) => *here = now,
            _ => self.public.push(WireEvent::Presence { here: now }),
        }
    }

    fn set_rundown(&mut self, fold: &Fold) {
        self.public.retain(|it| !matches!(it, WireEvent::Climax { .. }));
        self.public.push(WireEvent::Climax { climax: fold.rundown.climax() });
        self.staff.retain(|it| !matches!(it, WireEvent::Rundown { .. }));
        self.staff.extend(fold.rundown.backstage().map(|backstage| WireEvent::Rundown { backstage }));
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

    pub(super) fn set_stock(&mut self, item: ItemId) {
        self.stock.insert(item);
    }

    pub(super) fn set_offer(&mut self, item: ItemId) {
        self.offers.insert(item);
    }
}

/// What changed about the club within a frame.
fn club_of(events: &mut Vec<WireEvent>) -> &mut ClubChange {
    let place = events.iter().position(|it| matches!(it, WireEvent::Club { .. }));
    let place = place.unwrap_or_else(|| {
        events.push(WireEvent::Club { change: Box::default() });
        events.len() - 1
    });
    match &mut events[place] {
        WireEvent::Club { change } => change,
        _ => unreachable!("was just found or put there"),
    }
}
