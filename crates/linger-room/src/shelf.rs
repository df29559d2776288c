//! Products, their stock and their sale. It does not know who holds or bought what: it keeps the balance
//! `units = left + held + sold`, none of which can be below zero.

use crate::{
    bounds::IMAGE_BYTES_MAX,
    text::{at_most, bounded},
};
use linger_protocol::{
    Currency, Event, Item, ItemId, Limits, Money, OrderLine, Refusal, ReturnRule, SaleTerms,
};
use std::collections::BTreeMap;

/// The stock of one item in this room, in units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StockView {
    /// In all.
    pub units: u32,
    /// Held for people who have not paid yet.
    pub held: u32,
    /// Paid.
    pub sold: u32,
    /// Still to be had: `units - held - sold`.
    pub left: u32,
    /// Whether the item can be ordered now.
    pub on_sale: bool,
}

/// The terms of a running sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// Price of one unit.
    pub price: Money,
    /// Units one person may have.
    pub per_person: u32,
    /// How long units are held for a buyer.
    pub hold_ms: u64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shelf {
    pub(crate) lines: BTreeMap<ItemId, Line>,
}

/// One item on the shelf. Invariant: `held + sold <= units`; breaking it is a bug and panics.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) item: Item,
    /// Whether a stock was ever set.
    pub(crate) stocked: bool,
    pub(crate) units: u32,
    pub(crate) held: u32,
    pub(crate) sold: u32,
    pub(crate) sale: Option<Sale>,
}

impl Line {
    pub(crate) fn left(&self) -> u32 {
        self.units
            .checked_sub(self.held)
            .and_then(|free| free.checked_sub(self.sold))
            .expect("more units are held and sold than there are")
    }

    pub(crate) fn view(&self) -> StockView {
        StockView {
            units: self.units,
            held: self.held,
            sold: self.sold,
            left: self.left(),
            on_sale: self.sale.is_some(),
        }
    }
}

/// Whether price, limit and hold are within the bounds of any sale.
pub(crate) fn checked(
    currency: Currency,
    price: Money,
    per_person: u32,
    hold_ms: u64,
) -> Result<(), Refusal> {
    if price.currency != currency || !(1..=Limits::PRICE_MINOR_MAX).contains(&price.minor) {
        return Err(Refusal::BadAmount);
    }
    if !(1..=Limits::ORDER_UNITS_MAX).contains(&per_person) {
        return Err(Refusal::BadQuantity);
    }
    if !(Limits::HOLD_MS_MIN..=Limits::HOLD_MS_MAX).contains(&hold_ms) {
        return Err(Refusal::BadDuration);
    }
    Ok(())
}

impl Shelf {
    pub(crate) fn line(&self, item: ItemId) -> Result<&Line, Refusal> {
        self.lines.get(&item).ok_or(Refusal::NoSuchItem)
    }

    pub(crate) fn decide_list(&self, item: &Item) -> Result<Vec<Event>, Refusal> {
        let title = bounded(&item.title, Limits::TITLE_CHARS)?.to_owned();
        at_most(&item.seller, Limits::TITLE_CHARS)?;
        if item.image.len() > IMAGE_BYTES_MAX {
            return Err(Refusal::TextTooLong);
        }
        if !(0..=Limits::PRICE_MINOR_MAX).contains(&item.price.minor) {
            return Err(Refusal::BadAmount);
        }
        if let Some(variant) = &item.variant {
            bounded(variant, Limits::TITLE_CHARS)?;
        }
        if matches!(item.returns, Some(ReturnRule::NoReason { days }) if !(1..=Limits::RETURN_DAYS_MAX).contains(&days))
        {
            return Err(Refusal::BadDuration);
        }
        let item = Item { title, ..item.clone() };
        match self.lines.get(&item.id) {
            Some(line) if line.item == item => Ok(vec![]),
            // Holds and sales of the item are in its currency: it stays.
            Some(line) if line.item.price.currency != item.price.currency => Err(Refusal::BadAmount),
            None if self.lines.len() >= Limits::ITEMS_MAX => Err(Refusal::TooManyItems),
            _ => Ok(vec![Event::ItemListed { item }]),
        }
    }

    pub(crate) fn decide_stock(&self, item: ItemId, units: i64) -> Result<Vec<Event>, Refusal> {
        let line = self.line(item)?;
        if !(0..=Limits::UNITS_MAX).contains(&units) {
            return Err(Refusal::BadQuantity);
        }
        let units = u32::try_from(units).map_err(|_| Refusal::BadQuantity)?;
        if units < line.held + line.sold {
            return Err(Refusal::StockBelowSold);
        }
        if line.stocked && units == line.units {
            return Ok(vec![]);
        }
        Ok(vec![Event::StockSet { item, units }])
    }

    pub(crate) fn decide_open_sale(&self, item: ItemId, sale: Sale) -> Result<Vec<Event>, Refusal> {
        let line = self.line(item)?;
        // What was never stocked cannot be sold.
        if !line.stocked {
            return Err(Refusal::NotOnSale);
        }
        let Sale { price, per_person, hold_ms } = sale;
        checked(line.item.price.currency, price, per_person, hold_ms)?;
        if line.sale == Some(sale) {
            return Ok(vec![]);
        }
        Ok(vec![Event::SaleOpened { item, price, per_person, hold_ms }])
    }

    pub(crate) fn decide_close_sale(&self, item: ItemId) -> Result<Vec<Event>, Refusal> {
        let line = self.line(item)?;
        Ok(if line.sale.is_some() { vec![Event::SaleClosed { item }] } else { vec![] })
    }

    pub(crate) fn apply(&mut self, event: &Event) {
        match event {
            Event::ItemListed { item } => {
                let fresh =
                    || Line { item: item.clone(), stocked: false, units: 0, held: 0, sold: 0, sale: None };
                self.lines.entry(item.id).or_insert_with(fresh).item = item.clone();
            }
            Event::StockSet { item, units } => {
                let line = self.known(*item);
                line.stocked = true;
                line.units = *units;
                line.left();
            }
            Event::SaleOpened { item, price, per_person, hold_ms } => {
                self.known(*item).sale =
                    Some(Sale { price: *price, per_person: *per_person, hold_ms: *hold_ms });
            }
            Event::SaleClosed { item } => self.known(*item).sale = None,
            _ => unreachable!("not about the shelf"),
        }
    }

    /// An item is on sale on terms of its own; what every sale has stands here too.
    pub(crate) fn open(&mut self, item: ItemId, terms: &SaleTerms) {
        let SaleTerms { price, per_person, hold_ms, .. } = *terms;
        self.known(item).sale = Some(Sale { price, per_person, hold_ms });
    }

    /// Units come from the shop.
    pub(crate) fn add(&mut self, item: ItemId, units: u32) {
        let line = self.known(item);
        line.stocked = true;
        line.units = line.units.checked_add(units).expect("more units than can be counted");
    }

    /// Units go back to the shop.
    pub(crate) fn remove(&mut self, item: ItemId, units: u32) {
        let line = self.known(item);
        line.units = line.units.checked_sub(units).expect("more units went back than there were");
        line.left();
    }

    /// Whether everything on these lines, each with an item of its own, is there.
    pub(crate) fn has(&self, lines: &[OrderLine]) -> bool {
        lines.iter().all(|it| self.lines.get(&it.item).is_some_and(|line| line.left() >= it.units))
    }

    /// Units that nobody held are sold.
    pub(crate) fn sell_free(&mut self, item: ItemId, units: u32) {
        self.hold(item, units);
        self.sell(item, units);
    }

    /// Units go from on sale to held.
    pub(crate) fn hold(&mut self, item: ItemId, units: u32) {
        let line = self.known(item);
        line.held = line.held.checked_add(units).expect("more units are held than can be counted");
        line.left();
    }

    /// Held units are on sale again.
    pub(crate) fn release(&mut self, item: ItemId, units: u32) {
        let line = self.known(item);
        line.held = line.held.checked_sub(units).expect("units came back that were not held");
    }

    /// Held units are sold.
    pub(crate) fn sell(&mut self, item: ItemId, units: u32) {
        self.release(item, units);
        let line = self.known(item);
        line.sold = line.sold.checked_add(units).expect("more units are sold than can be counted");
        line.left();
    }

    /// Sold units came back and are on sale again.
    pub(crate) fn take_back(&mut self, item: ItemId, units: u32) {
        let line = self.known(item);
        line.sold = line.sold.checked_sub(units).expect("more units came back than were sold");
    }

    fn known(&mut self, item: ItemId) -> &mut Line {
        self.lines.get_mut(&item).expect("the item was listed before anything happened to it")
    }
}
