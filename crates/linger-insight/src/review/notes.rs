//! What a review needs to know of a show besides its figures: which questions waited, when the host did something, what
//! sold out, whom a draw had brought. It does not know what any of it led to.

use crate::live::Gone;
use linger_protocol::{
    DrawId, Entry, Event, ItemId, Money, OrderId, PersonId, QuestionId, Role, SaleEvent, Topic,
};
use std::collections::{BTreeMap, BTreeSet};

/// Questions, orders and people in a draw that are told apart.
const KEPT_MAX: usize = 200_000;
/// Times something sold out, and draws, that are kept.
const MARKS_MAX: usize = 2_000;

/// A hold that lapses gives an item back for a moment: sold out again within so many seconds is still sold out.
const BACK_S: u32 = 60;

/// A question that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its number.
    pub question: QuestionId,
    /// What it is about.
    pub topic: Topic,
    /// When it was asked.
    pub at_s: u32,
    /// When it was answered, if it was.
    pub answered_s: Option<u32>,
}

/// A stretch in which an item on sale had nothing left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoldOut {
    /// Which item.
    pub item: ItemId,
    /// From when.
    pub from_s: u32,
    /// Until when; `None` when it stayed so.
    pub to_s: Option<u32>,
}

/// A draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Which.
    pub draw: DrawId,
    /// When it was opened.
    pub from_s: u32,
    /// When its winners were known.
    pub to_s: Option<u32>,
    /// How many entered.
    pub entrants: u32,
    /// Stays of entrants that ran when the winners were known.
    pub entrants_here: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Shelf {
    units: u32,
    held: u32,
    sold: u32,
    on_sale: bool,
}

impl Shelf {
    fn is_out(&self) -> bool {
        self.on_sale && self.units > 0 && self.held + self.sold >= self.units
    }
}

/// What was noted of one show.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Questions in order of asking.
    pub asked: Vec<Asked>,
    /// Seconds in which the host or the house did something that people see or hear, in order.
    pub acts_s: Vec<u32>,
    /// Seconds of a draw, a sale's opening or an announcement, in order.
    pub climaxes_s: Vec<u32>,
    /// What sold out.
    pub sold_out: Vec<SoldOut>,
    /// Draws.
    pub draws: Vec<Drawn>,
    /// Clicks on cards, by second and item.
    pub clicks: BTreeMap<(u32, ItemId), u32>,
    /// Orders, by second and item.
    pub orders: BTreeMap<(u32, ItemId), u32>,
    /// Stays that left whose person had entered the last draw, by second.
    pub entrants_left: BTreeMap<u32, u32>,
    /// What items were called and cost, as last told.
    pub items: BTreeMap<ItemId, (String, Money)>,
    shelf: BTreeMap<ItemId, Shelf>,
    orders_of: BTreeMap<OrderId, (Vec<(ItemId, u32)>, bool)>,
    open: BTreeMap<QuestionId, usize>,
    entrants: BTreeSet<PersonId>,
}

impl Notes {
    /// The notes of the next show: the shelf stays as it is.
    pub(super) fn next_show(&self) -> Notes {
        let (items, shelf, orders_of) = (self.items.clone(), self.shelf.clone(), self.orders_of.clone());
        Notes { items, shelf, orders_of, ..Notes::default() }
    }

    pub(super) fn gone(&mut self, gone: &Gone) {
        if gone.seen && self.entrants.contains(&gone.stay.person) {
            *self.entrants_left.entry(gone.at_s).or_default() += 1;
        }
    }

    /// Takes in an entry that counts in second `at_s`; `None` before the show. `here` says how many stays somebody has.
    pub(super) fn take(
        &mut self,
        at_s: Option<u32>,
        entry: &Entry,
        people_here: impl Fn(&BTreeSet<PersonId>) -> u32,
    ) {
        self.take_shelf(at_s, &entry.event);
        let Some(at_s) = at_s else { return };
        match &entry.event {
            Event::QuestionOpened { question, topic, .. } if self.asked.len() < KEPT_MAX => {
                self.open.insert(*question, self.asked.len());
                self.asked.push(Asked { question: *question, topic: *topic, at_s, answered_s: None });
            }
            Event::QuestionAnswered { question, .. } => {
                if let Some(asked) = self.open.remove(question).and_then(|at| self.asked.get_mut(at)) {
                    asked.answered_s = Some(at_s.max(asked.at_s));
                }
                self.acts_s.push(at_s);
            }
            Event::CommentMade { role: Role::Host, .. } | Event::CardPinned { .. } => self.acts_s.push(at_s),
            Event::SaleOpened { .. }
            | Event::Sale(SaleEvent::Opened { .. } | SaleEvent::FlashOpened { .. })
            | Event::Announced { .. } => self.climax(at_s),
            Event::CardsTouched { touches } if self.clicks.len() < KEPT_MAX => {
                for touch in touches.iter().filter(|touch| touch.clicked > 0) {
                    let clicks = self.clicks.entry((at_s, touch.item)).or_default();
                    *clicks = clicks.saturating_add(touch.clicked);
                }
            }
            Event::DrawOpened { draw, .. } => {
                self.climax(at_s);
                self.entrants.clear();
                if self.draws.len() < MARKS_MAX {
                    self.draws.push(Drawn {
                        draw: *draw,
                        from_s: at_s,
                        to_s: None,
                        entrants: 0,
                        entrants_here: 0,
                    });
                }
            }
            Event::DrawEntered { draw, person }
                if self.entrants.len() < KEPT_MAX && self.entrants.insert(*person) =>
            {
                let drawn = self.draws.iter_mut().rev().find(|it| it.draw == *draw);
                drawn.into_iter().for_each(|it| it.entrants += 1);
            }
            Event::DrawRevealed { draw, .. } => {
                self.climax(at_s);
                let here = people_here(&self.entrants);
                if let Some(drawn) = self.draws.iter_mut().rev().find(|it| it.draw == *draw) {
                    (drawn.to_s, drawn.entrants_here) = (Some(at_s), here);
                }
            }
            _ => {}
        }
    }

    fn climax(&mut self, at_s: u32) {
        self.acts_s.push(at_s);
        self.climaxes_s.push(at_s);
    }

    fn take_shelf(&mut self, at_s: Option<u32>, event: &Event) {
        let item = match event {
            Event::ItemListed { item } => {
                self.items.insert(item.id, (item.title.clone(), item.price));
                item.id
            }
            Event::StockSet { item, units } => {
                self.shelf.entry(*item).or_default().units = *units;
                *item
            }
            Event::SaleOpened { item, price, .. } => {
                self.shelf.entry(*item).or_default().on_sale = true;
                self.items.entry(*item).and_modify(|(_, told)| *told = *price);
                *item
            }
            Event::SaleClosed { item } => {
                self.shelf.entry(*item).or_default().on_sale = false;
                *item
            }
            Event::Sale(SaleEvent::Opened { item, terms, .. }) => {
                self.shelf.entry(*item).or_default().on_sale = true;
                self.items.entry(*item).and_modify(|(_, told)| *told = terms.price);
                *item
            }
            Event::Sale(SaleEvent::Allotted { item, units, .. }) => {
                self.shelf.entry(*item).or_default().units += units;
                *item
            }
            Event::Sale(SaleEvent::GaveBack { item, units, .. }) => {
                let shelf = self.shelf.entry(*item).or_default();
                shelf.units = shelf.units.saturating_sub(*units);
                *item
            }
            Event::UnitsHeld { order, item, units, .. } => {
                return self.take_held(at_s, *order, vec![(*item, *units)], true);
            }
            Event::Sale(SaleEvent::CartHeld(cart)) => {
                let lines = cart.lines.iter().map(|line| (line.item, line.units)).collect();
                return self.take_held(at_s, cart.order, lines, cart.holds);
            }
            Event::OrderPaid { order, .. } => return self.take_ended(at_s, *order, true),
            Event::OrderLapsed { order } | Event::OrderCancelled { order } => {
                return self.take_ended(at_s, *order, false);
            }
            _ => return,
        };
        if let Some(at_s) = at_s {
            self.mark_stock(item, at_s);
        }
    }

    /// An order counts for the item of its first line.
    fn take_held(&mut self, at_s: Option<u32>, order: OrderId, lines: Vec<(ItemId, u32)>, holds: bool) {
        if let (Some(at_s), Some((item, _))) = (at_s.filter(|_| self.orders.len() < KEPT_MAX), lines.first())
        {
            *self.orders.entry((at_s, *item)).or_default() += 1;
        }
        for (item, units) in lines.iter().filter(|_| holds) {
            self.shelf.entry(*item).or_default().held += units;
            at_s.into_iter().for_each(|at_s| self.mark_stock(*item, at_s));
        }
        if self.orders_of.len() < KEPT_MAX {
            self.orders_of.insert(order, (lines, holds));
        }
    }

    fn take_ended(&mut self, at_s: Option<u32>, order: OrderId, paid: bool) {
        let Some((lines, held)) = self.orders_of.remove(&order) else { return };
        for (item, units) in lines {
            let shelf = self.shelf.entry(item).or_default();
            if held {
                shelf.held = shelf.held.saturating_sub(units);
            }
            if paid {
                shelf.sold += units;
            }
            at_s.into_iter().for_each(|at_s| self.mark_stock(item, at_s));
        }
    }

    fn mark_stock(&mut self, item: ItemId, at_s: u32) {
        let is_out = self.shelf.get(&item).is_some_and(Shelf::is_out);
        let has_room = self.sold_out.len() < MARKS_MAX;
        let last = self.sold_out.iter_mut().rev().find(|it| it.item == item);
        let running = last.filter(|it| it.to_s.is_none_or(|to| at_s.saturating_sub(to) <= BACK_S));
        match (running, is_out) {
            (Some(running), false) if running.to_s.is_none() => running.to_s = Some(at_s),
            (Some(running), true) => running.to_s = None,
            (None, true) if has_room => {
                self.sold_out.push(SoldOut { item, from_s: at_s, to_s: None });
            }
            _ => {}
        }
    }
}
