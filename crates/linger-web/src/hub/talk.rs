//! What stands around the talk, folded from events, and who is told of it. It does not know connections.

use super::{
    fold::{Fold, Plain},
    forms::{how_wire, money_wire},
    layer::Layers,
};
use crate::wire::{
    CommentWire, CompanyWire, GiftShown, GiftStateName, GiftWire, LaneName, PhotoStateName, PhotoWire,
    TalkView, TopicWire, WireEvent, YouTalk,
};
use linger_protocol::{
    Answered, CommentId, Entry, Event, ImageId, Lane, Money, OrderId, PersonId, QuestionId, Sealed, TalkEvent,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// Comments that can still be featured or replied to: those the room remembers.
const COMMENTS_KEPT: usize = linger_room::bounds::COMMENTS_KEPT;
/// Questions whose askers are known, and people of one.
const QUESTIONS_MAX: usize = linger_room::bounds::QUESTIONS_OPEN_MAX;
const ASKERS_MAX: usize = linger_room::bounds::ASKERS_MAX;
/// Answered questions whose askers are still known, for those who come back.
const ANSWERED_KEPT: usize = 64;
/// Photos whose owner is known before those that are gone are forgotten.
const OWNERS_MAX: usize = 1_000;
/// One's own gifts in a view.
const GIFTS_SHOWN: usize = 10;

#[derive(Default)]
pub(crate) struct TalkFold {
    recent: VecDeque<CommentWire>,
    topic: Option<TopicWire>,
    featured: Vec<CommentWire>,
    wall: Vec<PhotoWire>,
    waiting: Vec<PhotoWire>,
    gifts: HashMap<OrderId, Given>,
    gifts_of: HashMap<PersonId, Vec<OrderId>>,
    askers: BTreeMap<QuestionId, BTreeSet<PersonId>>,
    answered: VecDeque<(QuestionId, BTreeSet<PersonId>)>,
    /// Whose photo a picture was, also when it is declined.
    owners: HashMap<ImageId, PersonId>,
}

struct Given {
    person: PersonId,
    name: String,
    gift: String,
    count: u32,
    amount: Money,
    state: GiftStateName,
    until: i64,
    combo: u32,
}

/// What an entry seals that others get to see, besides a comment.
pub(super) fn sealed_of(event: &Event) -> Option<&Sealed> {
    match event {
        Event::Talk(TalkEvent::GiftSent { giver, .. }) => Some(giver),
        Event::Talk(TalkEvent::PhotoOffered { caption, .. }) => Some(caption),
        _ => None,
    }
}

impl TalkFold {
    /// Takes in a comment.
    pub(super) fn said(&mut self, comment: &CommentWire, person: PersonId, question: Option<QuestionId>) {
        if let Some(question) = question {
            let askers = self.askers.entry(question).or_default();
            if askers.len() < ASKERS_MAX {
                askers.insert(person);
            }
            if self.askers.len() > QUESTIONS_MAX {
                self.askers.pop_first();
            }
        }
        self.recent.push_back(comment.clone());
        if self.recent.len() > COMMENTS_KEPT {
            self.recent.pop_front();
        }
    }

    /// Takes in anything else. `plain` is the opened name and caption.
    pub(super) fn take(&mut self, entry: &Entry, plain: Option<&Plain>) {
        match &entry.event {
            Event::CommentHidden { comment } => self.recent.retain(|it| it.id != comment.0),
            Event::QuestionAnswered { question, .. } => {
                if let Some(askers) = self.askers.remove(question) {
                    self.answered.push_back((*question, askers));
                    if self.answered.len() > ANSWERED_KEPT {
                        self.answered.pop_front();
                    }
                }
            }
            Event::Talk(event) => self.take_talk(event, plain.cloned().unwrap_or_default()),
            _ => {}
        }
    }

    fn take_talk(&mut self, event: &TalkEvent, plain: Plain) {
        match event {
            TalkEvent::TopicSet { text, until } => {
                self.featured.clear();
                self.topic = Some(TopicWire { text: text.clone(), until: until.0 });
            }
            TalkEvent::TopicEnded => {
                self.featured.clear();
                self.topic = None;
            }
            TalkEvent::CommentFeatured { comment } => {
                let said = self.recent.iter().rev().find(|it| it.id == comment.0);
                self.featured.extend(said.cloned());
            }
            TalkEvent::CommentUnfeatured { comment } => self.featured.retain(|it| it.id != comment.0),
            TalkEvent::GiftSent { .. } | TalkEvent::GiftGiven { .. } | TalkEvent::GiftLapsed { .. } => {
                self.take_gift(event, plain);
            }
            TalkEvent::PhotoOffered { image, person, .. } => {
                self.owners.insert(*image, *person);
                if self.owners.len() > OWNERS_MAX {
                    let shown = |it: &ImageId| {
                        let id = it.to_string();
                        self.wall.iter().chain(&self.waiting).any(|photo| photo.image == id)
                    };
                    self.owners.retain(|it, _| shown(it));
                    self.owners.insert(*image, *person);
                }
                let (image, person) = (image.to_string(), person.to_string());
                self.waiting.push(PhotoWire { image, person, name: plain.name, caption: plain.text });
            }
            TalkEvent::PhotoChosen { image } => {
                let id = image.to_string();
                let place = self.waiting.iter().position(|it| it.image == id);
                self.wall.extend(place.map(|place| self.waiting.remove(place)));
            }
            TalkEvent::PhotoDeclined { image } => {
                let id = image.to_string();
                self.waiting.retain(|it| it.image != id);
                self.wall.retain(|it| it.image != id);
            }
        }
    }

    fn take_gift(&mut self, event: &TalkEvent, plain: Plain) {
        match event {
            TalkEvent::GiftSent { order, person, gift, count, amount, until, .. } => {
                let given = Given {
                    person: *person,
                    name: plain.name,
                    gift: gift.to_string(),
                    count: *count,
                    amount: *amount,
                    state: GiftStateName::Waiting,
                    until: until.0,
                    combo: 0,
                };
                self.gifts.insert(*order, given);
                self.gifts_of.entry(*person).or_default().push(*order);
            }
            TalkEvent::GiftGiven { order, combo, .. } => {
                if let Some(it) = self.gifts.get_mut(order) {
                    (it.state, it.combo) = (GiftStateName::Given, *combo);
                }
            }
            TalkEvent::GiftLapsed { order } => {
                if let Some(it) = self.gifts.get_mut(order) {
                    it.state = GiftStateName::Lapsed;
                }
            }
            _ => {}
        }
    }

    /// Blanks everything a person wrote that is still shown, and takes their photos down.
    pub(super) fn erase(&mut self, person: PersonId) {
        let id = person.to_string();
        for comment in self.recent.iter_mut().chain(&mut self.featured).filter(|it| it.person == id) {
            comment.name.clear();
            comment.text.clear();
            comment.with.image = None;
        }
        self.wall.retain(|it| it.person != id);
        self.waiting.retain(|it| it.person != id);
        for order in self.gifts_of.get(&person).into_iter().flatten() {
            if let Some(it) = self.gifts.get_mut(order) {
                it.name.clear();
            }
        }
    }

    /// What everybody sees.
    pub(super) fn view(&self) -> TalkView {
        // What was erased stands above nothing any more.
        let says = |it: &&CommentWire| !it.text.is_empty() || it.with.image.is_some();
        TalkView {
            topic: self.topic.clone(),
            featured: self.featured.iter().filter(says).cloned().collect(),
            photos: self.wall.clone(),
            waiting: vec![],
        }
    }

    /// What staff see.
    pub(super) fn desk_view(&self) -> TalkView {
        TalkView { waiting: self.waiting.clone(), ..self.view() }
    }

    /// One's own gifts, newest last.
    pub(super) fn gifts_of(&self, person: PersonId) -> Vec<GiftWire> {
        let orders = self.gifts_of.get(&person).map_or(&[][..], Vec::as_slice);
        let newest = &orders[orders.len().saturating_sub(GIFTS_SHOWN)..];
        newest.iter().filter_map(|order| self.gift(*order)).collect()
    }

    pub(super) fn picture_of(&self, comment: u64) -> Option<ImageId> {
        let said = self.recent.iter().rev().find(|it| it.id == comment)?;
        said.with.image.as_ref()?.parse().ok()
    }

    fn gift(&self, order: OrderId) -> Option<GiftWire> {
        let it = self.gifts.get(&order)?;
        Some(GiftWire {
            order: order.to_string(),
            gift: it.gift.clone(),
            count: it.count,
            amount: money_wire(it.amount),
            state: it.state,
            until: it.until,
        })
    }

    fn author(&self, comment: CommentId) -> Option<PersonId> {
        let said = self.recent.iter().rev().find(|it| it.id == comment.0);
        said.and_then(|it| it.person.parse().ok())
    }
}

impl Layers {
    /// Who is replied to or mentioned is told so.
    pub(super) fn add_company(&mut self, fold: &Fold, entry: &Entry, plain: Option<&Plain>) {
        let Event::CommentMade { comment: CommentId(comment), person, reply_to, mentions, .. } = &entry.event
        else {
            return;
        };
        let (comment, name) = (*comment, || plain.map(|it| it.name.clone()).unwrap_or_default());
        let replied = reply_to.and_then(|it| fold.talk.author(it)).filter(|it| it != person);
        if let Some(author) = replied {
            self.tell(author, WireEvent::YouTalk { you: YouTalk::Replied { comment, name: name() } });
        }
        for mentioned in mentions.iter().flatten().filter(|it| Some(**it) != replied) {
            self.tell(*mentioned, WireEvent::YouTalk { you: YouTalk::Mentioned { comment, name: name() } });
        }
    }

    /// Whoever asked is told that and how it was answered.
    pub(super) fn add_answered(&mut self, fold: &Fold, question: QuestionId, how: Answered) {
        let answered = fold.talk.answered.iter().rev().find(|(it, _)| *it == question);
        let (how, comment) = how_wire(how);
        for person in answered.map(|(_, askers)| askers).into_iter().flatten() {
            let you = YouTalk::Answered { question: question.0, how, comment };
            self.tell(*person, WireEvent::YouTalk { you });
        }
    }

    pub(super) fn add_talk(&mut self, fold: &Fold, entry: &Entry, event: &TalkEvent) {
        match event {
            TalkEvent::GiftSent { order, .. } | TalkEvent::GiftLapsed { order } => {
                self.tell_giver(fold, *order)
            }
            TalkEvent::GiftGiven { order, combo, .. } => {
                self.tell_giver(fold, *order);
                if let Some(it) = fold.talk.gifts.get(order) {
                    let gift = GiftShown {
                        person: it.person.to_string(),
                        name: it.name.clone(),
                        gift: it.gift.clone(),
                        count: it.count,
                        combo: *combo,
                        at: entry.at.0,
                    };
                    self.show_gift(gift);
                }
            }
            TalkEvent::TopicSet { .. }
            | TalkEvent::TopicEnded
            | TalkEvent::CommentFeatured { .. }
            | TalkEvent::CommentUnfeatured { .. } => self.set_talk(fold),
            TalkEvent::PhotoOffered { image, .. } => self.set_photo(fold, *image, PhotoStateName::Waiting),
            TalkEvent::PhotoChosen { image } => {
                self.set_talk(fold);
                self.set_photo(fold, *image, PhotoStateName::Chosen);
            }
            TalkEvent::PhotoDeclined { image } => {
                self.set_talk(fold);
                self.set_photo(fold, *image, PhotoStateName::Declined);
            }
        }
    }

    fn tell_giver(&mut self, fold: &Fold, order: OrderId) {
        let giver = fold.talk.gifts.get(&order).map(|it| it.person);
        if let (Some(person), Some(gift)) = (giver, fold.talk.gift(order)) {
            self.tell(person, WireEvent::YouTalk { you: YouTalk::Gift { gift } });
        }
    }

    /// Several gifts of one kind by one person within a frame are shown as one.
    fn show_gift(&mut self, gift: GiftShown) {
        let before = self.public.iter_mut().find_map(|it| match it {
            WireEvent::Gift { gift: it } if (&it.person, &it.gift) == (&gift.person, &gift.gift) => Some(it),
            _ => None,
        });
        match before {
            Some(before) => *before = GiftShown { count: before.count.saturating_add(gift.count), ..gift },
            None => self.public.push(WireEvent::Gift { gift }),
        }
    }

    fn set_photo(&mut self, fold: &Fold, image: ImageId, state: PhotoStateName) {
        if let Some(owner) = fold.talk.owners.get(&image) {
            let you = YouTalk::Photo { image: image.to_string(), state };
            self.tell(*owner, WireEvent::YouTalk { you });
        }
        let now = fold.talk.waiting.clone();
        match self.staff.iter_mut().find(|it| matches!(it, WireEvent::PhotosWaiting { .. })) {
            Some(WireEvent::PhotosWaiting { photos }) => *photos = now,
            _ => self.staff.push(WireEvent::PhotosWaiting { photos: now }),
        }
    }

    /// The whole small view is told once a frame.
    fn set_talk(&mut self, fold: &Fold) {
        let now = fold.talk.view();
        match self.public.iter_mut().find(|it| matches!(it, WireEvent::Talk { .. })) {
            Some(WireEvent::Talk { talk }) => *talk = now,
            _ => self.public.push(WireEvent::Talk { talk: now }),
        }
    }
}

/// What goes with a comment beside its words.
pub(super) fn company(event: &Event) -> CompanyWire {
    let Event::CommentMade { lane, reply_to, mentions, image, .. } = event else {
        return CompanyWire::default();
    };
    CompanyWire {
        lane: lane.map(lane_name),
        reply_to: reply_to.map(|comment| comment.0),
        mentions: mentions.iter().flatten().map(PersonId::to_string).collect(),
        image: image.map(|image| image.to_string()),
    }
}

fn lane_name(lane: Lane) -> LaneName {
    match lane {
        Lane::Control => LaneName::Control,
        Lane::Host => LaneName::Host,
        Lane::Paid => LaneName::Paid,
        Lane::Member => LaneName::Member,
        Lane::Question => LaneName::Question,
        Lane::Talk => LaneName::Talk,
        Lane::Reaction => LaneName::Reaction,
    }
}
