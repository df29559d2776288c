//! A room as clients see it, folded from its events. It does not know who looks or over which connection.

use super::club::{ClubFold, named};
use super::forms::{comment_wire, hex, item_wire, money_wire, prompt_wire};
use super::orders::Order;
use super::sale::SaleFold;
use super::talk::TalkFold;
use super::{comments::Comments, thinning::Thinning};
use crate::wire::{
    CommentWire, DrawWire, MyView, OrderState, QuestionWire, RoleName, RoomCard, RoomView, SaleWire,
    ShelfEntry,
};
use linger_protocol::{
    DrawId, Entry, Event, Intent, Item, ItemId, Millis, Money, OrderId, OrderLine, PersonId, PromptId,
    QuestionId, RoomId,
};
use linger_room::question::rank::rank;
use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::Arc,
};

/// Orders shown to their owner, and to staff.
pub(super) const ORDERS_SHOWN: usize = 50;
/// Open questions shown to staff.
const QUESTIONS_SHOWN: usize = 20;
/// Open questions remembered.
const QUESTIONS_MAX: usize = 500;

/// Name and text of a comment, opened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plain {
    pub name: String,
    pub text: String,
}

/// What a comment is sealed as: the name, a zero byte, the text.
pub fn sealed_form(name: &str, text: &str) -> Vec<u8> {
    [name.as_bytes(), text.as_bytes()].join(&0)
}

/// Reads [`sealed_form`] back; empty when it was erased.
pub(crate) fn plain_form(bytes: Option<Vec<u8>>) -> Plain {
    let whole = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    match whole.split_once('\0') {
        Some((name, text)) => Plain { name: name.to_owned(), text: text.to_owned() },
        None => Plain::default(),
    }
}

#[derive(Default)]
pub(crate) struct Fold {
    title: String,
    host: Option<PersonId>,
    host_name: String,
    pub(super) live_since: Option<Millis>,
    here: u32,
    likes: u64,
    followers: HashSet<PersonId>,
    pub(super) comments: Comments,
    names: HashMap<PersonId, String>,
    pub(super) shelf: Vec<Place>,
    pinned: Option<(ItemId, Millis)>,
    draw: Option<Draw>,
    announcement: Option<String>,
    muted: HashMap<PersonId, Millis>,
    pub(super) orders: HashMap<OrderId, Order>,
    pub(super) orders_of: HashMap<PersonId, Vec<OrderId>>,
    pub(super) newest_orders: VecDeque<OrderId>,
    pub(super) questions: BTreeMap<QuestionId, Question>,
    prompt: Option<(PromptId, Intent, Millis, u32)>,
    pub(super) activities: super::activity::Activities,
    /// When the newest entry was written.
    at: Millis,
    pub(super) seat: super::seat::SeatFold,
    pub(super) club: ClubFold,
    pub(super) rundown: super::rundown::RundownFold,
    pub(super) talk: TalkFold,
    pub(super) sale: SaleFold,
    pub(super) care: super::care::CareFold,
    pub(super) attention: super::attention::Attention,
}

pub(super) struct Place {
    /// Shared with the orders that were placed while it stood like this.
    pub(super) item: Arc<Item>,
    pub(super) sale: Option<(Money, u32, u64)>,
    pub(super) units: u32,
    pub(super) taken: u32,
    /// Of those, the ones that are not paid yet.
    pub(super) held: u32,
}

struct Draw {
    shown: DrawWire,
    id: DrawId,
    entered: HashSet<PersonId>,
}

pub(crate) struct Question {
    item: Option<ItemId>,
    pub(super) people: HashSet<PersonId>,
    at: Millis,
    first: Option<CommentWire>,
}

impl Fold {
    pub(crate) fn new(thinning: Thinning) -> Fold {
        Fold { comments: Comments::new(thinning), ..Fold::default() }
    }

    /// Takes in a fact. `plain` is the opened text of a comment.
    pub(crate) fn take(&mut self, entry: &Entry, plain: Option<&Plain>) {
        let at = entry.at;
        self.activities.take(entry, &self.names);
        self.at = self.at.max(at);
        self.club.take(&entry.event);
        self.talk.take(entry, plain);
        self.attention.take(entry);
        match &entry.event {
            Event::RoomOpened { title, host, host_name } => {
                (self.title, self.host, self.host_name) = (title.clone(), Some(*host), host_name.clone());
            }
            Event::WentLive => self.live_since = Some(at),
            Event::WentOff { .. } => self.live_since = None,
            Event::PresenceChanged { here, .. } => self.here = *here,
            Event::PresenceLost { .. } => self.here = 0,
            Event::CommentMade { .. } => self.take_comment(entry, plain),
            Event::CommentHidden { comment } => self.comments.hide(*comment),
            Event::Muted { person, until } => {
                self.muted.retain(|_, until| *until > at);
                self.muted.insert(*person, *until);
            }
            Event::LikesGathered { total, .. } => self.likes = *total,
            Event::Followed { person, .. } => {
                self.followers.insert(*person);
            }
            Event::Unfollowed { person, .. } => {
                self.followers.remove(person);
            }
            Event::Announced { text } => self.announcement = Some(text.clone()),
            Event::QuestionOpened { .. } | Event::QuestionAnswered { .. } => self.take_question(entry),
            Event::PromptShown { prompt, intent, until, again } => {
                self.prompt = Some((*prompt, intent.clone(), *until, again.unwrap_or(0)))
            }
            Event::PromptClosed { .. } => self.prompt = None,
            Event::PromptWithheld { .. }
            | Event::CardsTouched { .. }
            | Event::QualityGathered { .. }
            | Event::Rule(_) => {}
            Event::Activity(event) => {
                self.names.extend(named(super::activity::name_of(event), plain));
            }
            Event::Club(event) => self.names.extend(named(event.sealed_name(), plain)),
            Event::DrawOpened { .. }
            | Event::DrawEntered { .. }
            | Event::DrawFrozen { .. }
            | Event::DrawRevealed { .. } => self.take_draw(&entry.event),
            Event::Seat(event) => self.seat.take(at, event, plain),
            Event::Rundown(event) => self.rundown.take(event),
            Event::Care(event) => self.take_care(event),
            _ => self.take_shelf(at, &entry.event),
        }
    }

    fn take_comment(&mut self, entry: &Entry, plain: Option<&Plain>) {
        let Some(comment) = comment_wire(entry, plain) else { return };
        let Event::CommentMade { person, question, .. } = &entry.event else { return };
        if !comment.name.is_empty() {
            self.names.insert(*person, comment.name.clone());
        }
        if let Some(asked) = question.and_then(|question| self.questions.get_mut(&question)) {
            asked.people.insert(*person);
            asked.first.get_or_insert_with(|| comment.clone());
        }
        self.talk.said(&comment, *person, *question);
        self.comments.take(entry, comment);
    }

    fn take_question(&mut self, entry: &Entry) {
        match &entry.event {
            Event::QuestionOpened { question, item, .. } => {
                let asked = Question { item: *item, people: HashSet::new(), at: entry.at, first: None };
                self.questions.insert(*question, asked);
                if self.questions.len() > QUESTIONS_MAX {
                    self.questions.pop_first();
                }
            }
            Event::QuestionAnswered { question, .. } => {
                self.questions.remove(question);
            }
            _ => {}
        }
    }

    fn take_draw(&mut self, event: &Event) {
        match event {
            Event::DrawOpened { draw, keyword, prize, winners, closes_at, commit, .. } => {
                let shown = DrawWire {
                    draw: draw.0,
                    keyword: keyword.clone(),
                    prize: prize.clone(),
                    winners_wanted: *winners,
                    closes_at: closes_at.0,
                    commit: hex(commit),
                    entrants: 0,
                    state: "open".to_owned(),
                    winners: vec![],
                    names: vec![],
                };
                self.draw = Some(Draw { shown, id: *draw, entered: HashSet::new() });
            }
            Event::DrawEntered { draw, person } => {
                if let Some(it) = self.draw.as_mut().filter(|it| it.id == *draw) {
                    it.entered.insert(*person);
                    it.shown.entrants = u32::try_from(it.entered.len()).unwrap_or(u32::MAX);
                }
            }
            Event::DrawFrozen { draw, .. } => {
                if let Some(it) = self.draw.as_mut().filter(|it| it.id == *draw) {
                    it.shown.state = "frozen".to_owned();
                }
            }
            Event::DrawRevealed { draw, winners, .. } => {
                let names = self.names_of(winners);
                if let Some(it) = self.draw.as_mut().filter(|it| it.id == *draw) {
                    it.shown.state = "revealed".to_owned();
                    it.shown.winners = winners.iter().map(PersonId::to_string).collect();
                    it.shown.names = names;
                }
            }
            _ => {}
        }
    }

    fn take_shelf(&mut self, at: Millis, event: &Event) {
        match event {
            Event::ItemListed { item } => {
                let listed = Arc::new(item.clone());
                match self.shelf.iter_mut().find(|place| place.item.id == item.id) {
                    Some(place) => place.item = listed,
                    None => self.shelf.push(Place { item: listed, sale: None, units: 0, taken: 0, held: 0 }),
                }
            }
            Event::StockSet { item, units } => self.place(*item, |place| place.units = *units),
            Event::SaleOpened { item, price, per_person, hold_ms } => {
                self.place(*item, |place| place.sale = Some((*price, *per_person, *hold_ms)));
            }
            Event::SaleClosed { item } => {
                self.place(*item, |place| place.sale = None);
                self.sale.closed(*item);
            }
            Event::CardPinned { item } => self.pinned = Some((*item, at)),
            Event::CardUnpinned { .. } => self.pinned = None,
            Event::UnitsHeld { order, person, item, units, amount, until } => {
                let lines = vec![OrderLine { item: *item, units: *units, amount: *amount }];
                let held = Order::held(*person, lines, *amount, at, *until);
                self.take_held(*order, held);
            }
            Event::OrderPaid { order, .. } => self.take_paid(*order),
            Event::OrderLapsed { order } => self.give_back(*order, OrderState::Lapsed),
            Event::OrderCancelled { order } => self.give_back(*order, OrderState::Cancelled),
            Event::RefundDue { order, amount, .. } => {
                self.order(*order, |it| it.refund_due_minor += amount.minor);
            }
            Event::RefundSettled { order, .. } => self.order(*order, |it| {
                it.refunded_minor += it.refund_due_minor;
                it.refund_due_minor = 0;
            }),
            Event::Sale(event) => self.take_sale(at, event),
            _ => {}
        }
    }

    pub(super) fn place(&mut self, item: ItemId, change: impl FnOnce(&mut Place)) {
        if let Some(place) = self.shelf.iter_mut().find(|place| place.item.id == item) {
            change(place);
        }
    }

    /// Blanks everything a person wrote that is still shown.
    pub(crate) fn erase(&mut self, person: PersonId) {
        self.names.remove(&person);
        self.activities.erase(person);
        self.seat.erase(person);
        self.talk.erase(person);
        let id = person.to_string();
        let firsts = self.questions.values_mut().filter_map(|question| question.first.as_mut());
        for comment in self.comments.all_mut().chain(firsts).filter(|comment| comment.person == id) {
            comment.name.clear();
            comment.text.clear();
            comment.with.image = None;
        }
        if let Some(draw) = self.draw.as_mut() {
            let won =
                draw.shown.winners.iter().zip(&mut draw.shown.names).filter(|(winner, _)| **winner == id);
            won.for_each(|(_, name)| name.clear());
        }
    }

    /// The room as this person sees it.
    pub(crate) fn view(&self, room: &RoomId, person: Option<PersonId>, role: RoleName) -> RoomView {
        let staff = role != RoleName::Viewer;
        let view = RoomView {
            room: room.to_string(),
            title: self.title.clone(),
            host: self.host.map(|host| host.to_string()).unwrap_or_default(),
            host_name: self.host_name.clone(),
            live_since: self.live_since.map(|at| at.0),
            here: self.here,
            likes: self.likes,
            followers: self.followers(),
            comments: self.comments.seen_by(person, staff),
            shelf: self.shelf.iter().map(|place| self.place_wire(place)).collect(),
            pinned: self.pinned.map(|(item, _)| item.0),
            pinned_at: self.pinned.map(|(_, at)| at.0),
            draw: self.draw.as_ref().map(|draw| draw.shown.clone()),
            activities: self.activities.wire(),
            announcement: self.announcement.clone(),
            mine: person.map(|person| self.mine(person)).unwrap_or_default(),
            questions: if staff { self.questions_wire() } else { vec![] },
            prompt: self.prompt.as_ref().map(prompt_wire),
            orders: self.newest_orders.iter().filter_map(|order| self.order_wire(*order)).collect(),
            seat: Some(self.seat.view(staff)),
            club: self.club.view(self.comments.shown(), |people| self.names_of(people)),
            climax: self.rundown.climax(),
            backstage: self.rundown.backstage(),
            talk: Some(if staff { self.talk.desk_view() } else { self.talk.view() }),
            sale: self.sale_view(),
        };
        view.for_role(role)
    }

    fn mine(&self, person: PersonId) -> MyView {
        let orders = self.orders_of.get(&person).map_or(&[][..], Vec::as_slice);
        let newest = &orders[orders.len().saturating_sub(ORDERS_SHOWN)..];
        MyView {
            following: self.followers.contains(&person),
            entered: self.draw.as_ref().is_some_and(|draw| draw.entered.contains(&person)),
            muted_until: self.muted.get(&person).map_or(0, |until| until.0),
            orders: newest.iter().filter_map(|order| self.order_wire(*order)).collect(),
            activities: self.activities.mine(person),
            seat: Some(self.seat.mine(person)),
            club: Some(self.club.mine(person)),
            gifts: self.talk.gifts_of(person),
            sale: self.my_sale(person),
        }
    }

    fn questions_wire(&self) -> Vec<QuestionWire> {
        let mut questions: Vec<_> = self
            .questions
            .iter()
            .map(|(id, question)| QuestionWire {
                question: id.0,
                item: question.item.map(|item| item.0),
                people: u32::try_from(question.people.len()).unwrap_or(u32::MAX),
                at: question.at.0,
                first: question.first.clone(),
            })
            .collect();
        rank(&mut questions, self.at, QUESTIONS_SHOWN, |it| (it.people as usize, Millis(it.at), it.question));
        questions
    }

    /// The room in a list.
    pub(crate) fn card(&self, room: &RoomId) -> RoomCard {
        RoomCard {
            room: room.to_string(),
            title: self.title.clone(),
            host_name: self.host_name.clone(),
            live: self.live_since.is_some(),
            here: self.here,
        }
    }

    pub(crate) fn followers(&self) -> u32 {
        u32::try_from(self.followers.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn names_of(&self, people: &[PersonId]) -> Vec<String> {
        people.iter().map(|person| self.names.get(person).cloned().unwrap_or_default()).collect()
    }

    /// Units in all, units nobody holds or owns, and units held.
    pub(crate) fn stock(&self, item: ItemId) -> Option<(u32, u32, u32)> {
        let place = self.shelf.iter().find(|place| place.item.id == item)?;
        Some((place.units, place.units.saturating_sub(place.taken), place.held))
    }

    fn place_wire(&self, place: &Place) -> ShelfEntry {
        let sale = place.sale.map(|(price, per_person, hold_ms)| SaleWire {
            price: money_wire(price),
            per_person,
            hold_ms,
        });
        let item = place.item.id;
        ShelfEntry {
            item: item_wire(&place.item),
            sale,
            units: place.units,
            left: place.units.saturating_sub(place.taken),
            held: place.held,
            looking: self.attention.looking(item),
            explain: self.attention.explain(item),
        }
    }

    pub(crate) fn entrants(&self, draw: DrawId) -> u32 {
        self.draw.as_ref().filter(|it| it.id == draw).map_or(0, |it| it.shown.entrants)
    }
}

impl Place {
    /// So many units more are taken, or fewer.
    pub(super) fn take(&mut self, more: i64) {
        self.taken = u32::try_from(i64::from(self.taken) + more).unwrap_or(0);
    }
}
