//! Reads every room's log into the shop's books: units that go to a room and come back, what was sold and came back to be sold
//! again, prices that passed, and orders for shops elsewhere that know what was sold. It does not know how stock is kept or a
//! shop is spoken to.
//!
//! Everything is done under a key from the room and the thing itself, so that what is read twice is done once; how far a room
//! is read is noted after it was done.

use super::from_start;
use linger_catalogue::price::Step;
use linger_engine::Engine;
use linger_protocol::{
    CareEvent, Event, ItemId, Millis, Money, OrderId, OrderLine, ReturnId, RoomId, SaleEvent, TransferId,
};
use linger_shops::{BackLine, BackOrder};
use linger_store::{Fault, StockAsked, StockMove, Store, StoreError};
use std::{collections::BTreeMap, time::Duration};

/// Whose marks these are.
const ROOMS: &str = "rooms";
/// How long to wait before what could not be kept is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What the books need.
#[derive(Clone)]
pub struct Books {
    /// Rooms.
    pub engine: Engine,
    /// The shop's tables.
    pub store: Store,
    /// Shops elsewhere that are set up, by name.
    pub shops: Vec<&'static str>,
}

/// Something a room did to the shop.
#[derive(Clone, Debug, PartialEq)]
enum Entry {
    Allotted {
        transfer: TransferId,
        item: ItemId,
        units: u32,
    },
    GaveBack {
        transfer: TransferId,
        item: ItemId,
        units: u32,
    },
    Sold {
        order: OrderId,
        lines: Vec<OrderLine>,
    },
    /// A return was paid for with other units instead of money.
    Swapped {
        returning: ReturnId,
        item: ItemId,
        units: u32,
    },
    /// What was sold is on the room's shelf again: by the return, or because the order was given up.
    Back {
        order: OrderId,
        returning: Option<ReturnId>,
        lines: Vec<(OrderLine, Option<ReturnId>)>,
    },
    Passing {
        item: ItemId,
        price: Money,
        until: Millis,
    },
}

/// What a room's events mean for the shop, and what of the past decides about it.
#[derive(Default)]
struct Waiting {
    /// Orders that wait for their payment.
    unpaid: BTreeMap<OrderId, Vec<OrderLine>>,
    /// Paid orders of which nothing was shipped: they may still be given up.
    unshipped: BTreeMap<OrderId, Vec<OrderLine>>,
    /// Returns that run.
    returns: BTreeMap<ReturnId, (OrderId, Vec<OrderLine>, Option<ItemId>)>,
    /// Items that came to an order in exchange, by the return they came for.
    swapped: BTreeMap<(OrderId, ItemId), ReturnId>,
}

impl Waiting {
    fn fold(&mut self, event: &Event) -> Vec<Entry> {
        match event {
            Event::UnitsHeld { order, item, units, amount, .. } => {
                let line = OrderLine { item: *item, units: *units, amount: *amount };
                self.unpaid.insert(*order, vec![line]);
            }
            Event::Sale(SaleEvent::CartHeld(cart)) => {
                self.unpaid.insert(cart.order, cart.lines.clone());
            }
            Event::OrderLapsed { order } | Event::OrderCancelled { order, .. } => {
                self.unpaid.remove(order);
            }
            Event::OrderPaid { order, .. } => {
                let Some(lines) = self.unpaid.remove(order) else { return vec![] };
                self.unshipped.insert(*order, lines.clone());
                return vec![Entry::Sold { order: *order, lines }];
            }
            Event::Sale(SaleEvent::Allotted { transfer, item, units }) => {
                return vec![Entry::Allotted { transfer: transfer.clone(), item: *item, units: *units }];
            }
            Event::Sale(SaleEvent::GaveBack { transfer, item, units }) => {
                return vec![Entry::GaveBack { transfer: transfer.clone(), item: *item, units: *units }];
            }
            Event::Sale(SaleEvent::FlashOpened { item, price, until }) => {
                return vec![Entry::Passing { item: *item, price: *price, until: *until }];
            }
            Event::Care(event) => return self.fold_care(event),
            _ => {}
        }
        vec![]
    }

    fn fold_care(&mut self, event: &CareEvent) -> Vec<Entry> {
        match event {
            CareEvent::Shipped { order, .. } => {
                self.unshipped.remove(order);
                vec![]
            }
            CareEvent::PaidCancelled { order } => {
                let lines = self.unshipped.remove(order).unwrap_or_default();
                let lines = lines.into_iter().map(|it| (it, None)).collect();
                vec![Entry::Back { order: *order, returning: None, lines }]
            }
            CareEvent::ReturnAsked { returning, order, lines, exchange, .. } => {
                self.returns.insert(*returning, (*order, lines.clone(), *exchange));
                vec![]
            }
            CareEvent::ReturnRejected { returning, .. }
            | CareEvent::ReturnWithdrawn { returning }
            | CareEvent::ReturnLapsed { returning } => {
                self.returns.remove(returning);
                vec![]
            }
            CareEvent::ReturnReceived { returning, restock } => self.fold_received(*returning, *restock),
            _ => vec![],
        }
    }

    fn fold_received(&mut self, returning: ReturnId, restock: bool) -> Vec<Entry> {
        let Some((order, lines, exchange)) = self.returns.remove(&returning) else { return vec![] };
        let units: u32 = lines.iter().map(|it| it.units).sum();
        let mut entries = vec![];
        if restock {
            let came = |line: OrderLine| (line, self.swapped.get(&(order, line.item)).copied());
            let lines = lines.into_iter().map(came).collect();
            entries.push(Entry::Back { order, returning: Some(returning), lines });
        }
        if let Some(item) = exchange {
            self.swapped.entry((order, item)).or_insert(returning);
            entries.push(Entry::Swapped { returning, item, units });
        }
        entries
    }
}

/// Reads one room for ever.
pub async fn room(books: Books, room: RoomId) {
    let Some((mut feed, _)) = from_start(&books.engine, &room) else { return };
    let mut read_to = loop {
        match books.store.newest(ROOMS, room.as_str()).await {
            Ok(mark) => break mark.and_then(|it| u64::try_from(it).ok()).unwrap_or(0),
            Err(fault) => {
                tracing::warn!(%room, %fault, "how far a room stands in the books is not known; trying again");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    };
    let mut waiting = Waiting::default();
    while let Ok(batch) = feed.next().await {
        let mut wrote = false;
        for (offset, entry) in (batch.from.offset..).zip(batch.entries.iter()) {
            for meant in waiting.fold(&entry.event).into_iter().filter(|_| offset >= read_to) {
                wrote = true;
                while let Err(fault) = write(&books, &room, &meant, entry.at).await {
                    tracing::warn!(%room, %fault, "the shop's books cannot be written; trying again");
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            }
        }
        let to = batch.to().offset;
        if wrote && to > read_to {
            read_to = to;
            let mark = i64::try_from(to).unwrap_or(i64::MAX);
            if let Err(fault) = books.store.note_newest(ROOMS, room.as_str(), mark).await {
                tracing::warn!(%room, %fault, "how far a room stands in the books is not kept");
            }
        }
    }
}

async fn write(books: &Books, room: &RoomId, entry: &Entry, at: Millis) -> Result<(), Fault> {
    match entry {
        Entry::Allotted { transfer, item, units } => {
            let key = format!("allot:{room}:{transfer}");
            change(&books.store, &key, *item, StockAsked::Allot((*units).into()), at).await.map(|_| ())
        }
        Entry::GaveBack { transfer, item, units } => {
            let key = format!("give-back:{room}:{transfer}");
            change(&books.store, &key, *item, StockAsked::GiveBack((*units).into()), at).await.map(|_| ())
        }
        Entry::Sold { order, lines } => {
            for line in lines {
                let key = format!("sold:{room}:{order}:{}", line.item);
                sold(&books.store, &key, (line.item, line.units), at).await?;
            }
            tell_shops(books, &format!("{room}:{order}"), lines, at).await
        }
        Entry::Swapped { returning, item, units } => {
            let key = format!("swapped:{room}:{returning}:{item}");
            sold(&books.store, &key, (*item, *units), at).await
        }
        Entry::Back { order, returning, lines } => {
            let why = returning.map_or(format!("given-up:{room}:{order}"), |it| format!("back:{room}:{it}"));
            for (line, swapped) in lines {
                let sold = Some(format!("sold:{room}:{order}:{}", line.item));
                let swapped = swapped.map(|it| format!("swapped:{room}:{it}:{}", line.item));
                let key = format!("{why}:{}", line.item);
                let sales = sold.into_iter().chain(swapped);
                back(&books.store, &key, sales, (line.item, line.units), at).await?;
            }
            Ok(())
        }
        Entry::Passing { item, price, until } => {
            let step = Step {
                at_ms: at.0,
                region: String::new(),
                minor: Some(price.minor),
                currency: price.currency.as_str().to_owned(),
                until_ms: Some(until.0),
            };
            match books.store.note_passing_offer(item.0, &step, &format!("room:{room}")).await {
                Err(StoreError::Fault(fault)) => Err(fault),
                // An item that is not of the catalogue has no history.
                _ => Ok(()),
            }
        }
    }
}

/// Units went for good: of what the room held; else, where it sold what was never allotted to it, of what is free.
async fn sold(store: &Store, key: &str, (item, units): (ItemId, u32), at: Millis) -> Result<(), Fault> {
    if !change(store, key, item, StockAsked::Settle(units.into()), at).await? {
        change(store, key, item, StockAsked::By(-i64::from(units)), at).await?;
    }
    Ok(())
}

/// Units that were sold by one of these moves are to be sold again: where they were taken from, there they go. What was sold
/// while it was not counted is not counted now.
async fn back(
    store: &Store,
    key: &str,
    sales: impl Iterator<Item = String>,
    (item, units): (ItemId, u32),
    at: Millis,
) -> Result<(), Fault> {
    for sale in sales {
        let asked = match store.was_settled(&sale).await? {
            Some(true) => StockAsked::Restock(units.into()),
            Some(false) => StockAsked::By(units.into()),
            None => continue,
        };
        return change(store, key, item, asked, at).await.map(|_| ());
    }
    Ok(())
}

/// Whether stock was changed, now or before. What is not counted, or not there, is not changed.
async fn change(
    store: &Store,
    key: &str,
    item: ItemId,
    asked: StockAsked,
    now: Millis,
) -> Result<bool, Fault> {
    let asked = StockMove { key, item: item.0, asked, reason: "room", source: "room", now };
    match store.move_stock(asked).await {
        Ok(_) => Ok(true),
        Err(StoreError::Fault(fault)) => Err(fault),
        // Under this key it was changed the other way round before.
        Err(StoreError::KeyUsed) => Ok(true),
        Err(StoreError::NotCounted | StoreError::NotFound { .. }) => Ok(false),
        Err(why) => {
            tracing::warn!(%item, %why, "a room moved units that the shop does not have");
            Ok(false)
        }
    }
}

/// Keeps the part of an order that a shop elsewhere knows, to be written back to it.
async fn tell_shops(books: &Books, key: &str, lines: &[OrderLine], now: Millis) -> Result<(), Fault> {
    for shop in &books.shops {
        let mut told = vec![];
        for line in lines {
            if let Some(variant) = books.store.variant_name(shop, line.item.0).await? {
                told.extend(split(&variant, line));
            }
        }
        let Some(currency) = lines.first().map(|it| it.amount.currency.as_str().to_owned()) else { continue };
        if told.is_empty() {
            continue;
        }
        let order = BackOrder { currency, lines: told };
        let body = serde_json::to_string(&order).unwrap_or_default();
        books.store.write_order_back(shop, key, &body, now).await?;
    }
    Ok(())
}

/// A line whose amount divides evenly among its units, or two lines that do and add up to it.
fn split(variant: &str, line: &OrderLine) -> Vec<BackLine> {
    let units = i64::from(line.units.max(1));
    let (each, dearer) = (line.amount.minor / units, line.amount.minor % units);
    let part = |units: i64, minor| BackLine {
        variant: variant.to_owned(),
        units: u32::try_from(units).unwrap_or(u32::MAX),
        minor,
    };
    [part(units - dearer, each), part(dearer, each + 1)].into_iter().filter(|it| it.units > 0).collect()
}

#[cfg(test)]
#[path = "stock/tests.rs"]
mod tests;
