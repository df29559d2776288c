//! What is left of what is sold, and at which price. It does not know who buys.

use linger_protocol::{CartOrder, Event, Item, ItemId, Money, OrderId, PersonId, SaleEvent};
use std::collections::BTreeMap;

/// Unpaid orders that are followed.
const ORDERS_MAX: usize = 100_000;

#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf {
    lines: BTreeMap<ItemId, Line>,
    unpaid: BTreeMap<OrderId, Unpaid>,
}

#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub title: String,
    pub stocked: bool,
    pub units: u32,
    /// Held and sold.
    taken: u32,
    held: u32,
    /// Price of one in the sale that is open.
    pub price: Option<Money>,
    /// The dearest price that it comes to in that sale.
    pub dearest_minor: i64,
}

#[derive(Clone, Debug)]
struct Unpaid {
    lines: Vec<(ItemId, u32)>,
    holds: bool,
}

impl Line {
    /// Units that can still be had.
    pub fn left(&self) -> u32 {
        self.units.saturating_sub(self.taken)
    }

    /// Units that can still be sold, those that somebody holds included.
    pub fn unsold(&self) -> u32 {
        self.left().saturating_add(self.held)
    }
}

impl Shelf {
    pub fn line(&self, item: ItemId) -> Option<&Line> {
        self.lines.get(&item)
    }

    /// Takes in an event of the sale; tells whose order began, if one did.
    pub fn take(&mut self, event: &Event) -> Option<PersonId> {
        match event {
            Event::ItemListed { item } => self.list(item),
            Event::StockSet { item, units } => self.change(*item, |line| {
                line.stocked = true;
                line.units = *units;
            }),
            Event::SaleOpened { item, price, .. } => self.price(*item, Some(*price), price.minor),
            Event::SaleClosed { item } => self.price(*item, None, 0),
            Event::UnitsHeld { order, person, item, units, .. } => {
                self.hold(*order, vec![(*item, *units)], true);
                return Some(*person);
            }
            Event::OrderPaid { order, .. } => {
                if let Some(order) = self.unpaid.remove(order) {
                    for (item, units) in order.lines {
                        self.change(item, |line| {
                            if order.holds {
                                line.held = line.held.saturating_sub(units);
                            } else {
                                line.taken = line.taken.saturating_add(units);
                            }
                        });
                    }
                }
            }
            Event::OrderLapsed { order } | Event::OrderCancelled { order } => {
                for (item, units) in
                    self.unpaid.remove(order).filter(|it| it.holds).map_or(vec![], |it| it.lines)
                {
                    self.change(item, |line| {
                        line.held = line.held.saturating_sub(units);
                        line.taken = line.taken.saturating_sub(units);
                    });
                }
            }
            Event::Sale(event) => return self.take_sale(event),
            _ => {}
        }
        None
    }

    fn take_sale(&mut self, event: &SaleEvent) -> Option<PersonId> {
        match event {
            SaleEvent::Opened { item, terms, .. } => {
                let dearest = terms.steps.iter().map(|it| it.price.minor).fold(terms.price.minor, i64::max);
                self.price(*item, Some(terms.price), dearest);
            }
            SaleEvent::CartHeld(cart) => {
                let CartOrder { order, person, lines, holds, .. } = &**cart;
                self.hold(*order, lines.iter().map(|it| (it.item, it.units)).collect(), *holds);
                return Some(*person);
            }
            SaleEvent::Allotted { item, units, .. } => self.change(*item, |line| {
                line.stocked = true;
                line.units = line.units.saturating_add(*units);
            }),
            SaleEvent::GaveBack { item, units, .. } => {
                self.change(*item, |line| line.units = line.units.saturating_sub(*units));
            }
            _ => {}
        }
        None
    }

    fn list(&mut self, item: &Item) {
        let new = || Line {
            title: String::new(),
            stocked: false,
            units: 0,
            taken: 0,
            held: 0,
            price: None,
            dearest_minor: 0,
        };
        self.lines.entry(item.id).or_insert_with(new).title.clone_from(&item.title);
    }

    fn price(&mut self, item: ItemId, price: Option<Money>, dearest_minor: i64) {
        self.change(item, |line| (line.price, line.dearest_minor) = (price, dearest_minor));
    }

    fn hold(&mut self, order: OrderId, lines: Vec<(ItemId, u32)>, holds: bool) {
        if self.unpaid.len() >= ORDERS_MAX {
            return;
        }
        for (item, units) in lines.iter().filter(|_| holds) {
            self.change(*item, |line| {
                line.held = line.held.saturating_add(*units);
                line.taken = line.taken.saturating_add(*units);
            });
        }
        self.unpaid.insert(order, Unpaid { lines, holds });
    }

    fn change(&mut self, item: ItemId, change: impl FnOnce(&mut Line)) {
        if let Some(line) = self.lines.get_mut(&item) {
            change(line);
        }
    }
}
