//! Reads every room's log into the shop's books: units that go to a room and come back, what was sold, prices that passed, and
//! orders for shops elsewhere that know what was sold. It does not know how stock is kept or a shop is spoken to.
//!
//! Everything is done under a key from the room and the thing itself, so that what is read twice is done once; how far a room
//! is read is noted after it was done.

use super::from_start;
use linger_catalogue::price::Step;
use linger_engine::Engine;
use linger_protocol::{Event, ItemId, Millis, Money, OrderId, OrderLine, RoomId, SaleEvent, TransferId};
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
    Allotted { transfer: TransferId, item: ItemId, units: u32 },
    GaveBack { transfer: TransferId, item: ItemId, units: u32 },
    Sold { order: OrderId, lines: Vec<OrderLine> },
    Passing { item: ItemId, price: Money, until: Millis },
}

/// Orders that wait for their payment, and what a room's events mean for the shop.
#[derive(Default)]
struct Waiting(BTreeMap<OrderId, Vec<OrderLine>>);

impl Waiting {
    fn fold(&mut self, event: &Event) -> Option<Entry> {
        match event {
            Event::UnitsHeld { order, item, units, amount, .. } => {
                let line = OrderLine { item: *item, units: *units, amount: *amount };
                self.0.insert(*order, vec![line]);
                None
            }
            Event::Sale(SaleEvent::CartHeld(cart)) => {
                self.0.insert(cart.order, cart.lines.clone());
                None
            }
            Event::OrderLapsed { order } | Event::OrderCancelled { order, .. } => {
                self.0.remove(order);
                None
            }
            Event::OrderPaid { order, .. } => {
                let lines = self.0.remove(order)?;
                Some(Entry::Sold { order: *order, lines })
            }
            Event::Sale(SaleEvent::Allotted { transfer, item, units }) => {
                Some(Entry::Allotted { transfer: transfer.clone(), item: *item, units: *units })
            }
            Event::Sale(SaleEvent::GaveBack { transfer, item, units }) => {
                Some(Entry::GaveBack { transfer: transfer.clone(), item: *item, units: *units })
            }
            Event::Sale(SaleEvent::FlashOpened { item, price, until }) => {
                Some(Entry::Passing { item: *item, price: *price, until: *until })
            }
            _ => None,
        }
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
            let meant = waiting.fold(&entry.event);
            if let Some(meant) = meant.filter(|_| offset >= read_to) {
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
                let units = u64::from(line.units);
                // What the room held; else, where it sold what was never allotted to it, what is free.
                if !change(&books.store, &key, line.item, StockAsked::Settle(units), at).await? {
                    let free = StockAsked::By(-i64::from(line.units));
                    change(&books.store, &key, line.item, free, at).await?;
                }
            }
            tell_shops(books, &format!("{room}:{order}"), lines, at).await
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
mod tests {
    use super::*;
    use linger_protocol::{Currency, PaymentId, PersonId};

    fn held(order: u128) -> Event {
        Event::UnitsHeld {
            order: OrderId(order),
            person: PersonId(1),
            item: ItemId(7),
            units: 3,
            amount: Money::new(1_000, Currency::USD),
            until: Millis(9),
        }
    }

    #[test]
    fn an_order_is_sold_when_it_is_paid_and_once() {
        let mut waiting = Waiting::default();
        let paid = |order| Event::OrderPaid { order: OrderId(order), payment: PaymentId::new("p").unwrap() };
        assert_eq!(waiting.fold(&held(1)), None);
        assert_eq!(waiting.fold(&held(2)), None);
        assert_eq!(waiting.fold(&Event::OrderLapsed { order: OrderId(2) }), None);
        let Some(Entry::Sold { order, lines }) = waiting.fold(&paid(1)) else { panic!("it is sold") };
        assert_eq!((order, lines[0].units), (OrderId(1), 3));
        assert_eq!((waiting.fold(&paid(1)), waiting.fold(&paid(2))), (None, None));
    }

    #[test]
    fn an_amount_that_does_not_divide_is_told_to_the_cent() {
        let line = OrderLine { item: ItemId(7), units: 3, amount: Money::new(1_000, Currency::USD) };
        let told: Vec<_> = split("v", &line).into_iter().map(|it| (it.units, it.minor)).collect();
        assert_eq!(told, [(2, 333), (1, 334)]);
        let even = OrderLine { amount: Money::new(900, Currency::USD), ..line };
        assert_eq!(split("v", &even).len(), 1);
    }

    #[tokio::test]
    async fn what_rooms_do_changes_the_shops_stock_once_however_often_it_is_read() {
        use linger_catalogue::{Offer, Outside, Product, Variant};
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let name = |source: &str, id: &str| Outside { source: source.into(), id: id.into() };
        let cup = Product {
            id: 7,
            title: "Cup".into(),
            variants: vec![Variant {
                prices: vec![Offer { minor: 500, currency: "USD".into(), ..Offer::default() }],
                units: Some(10),
                outside: vec![name("shopify", "8"), name("shopify-inventory", "9")],
                ..Variant::default()
            }],
            ..Product::default()
        };
        let put = linger_store::Put {
            source: "staff",
            now: Millis(1),
            counts: false,
            partly: false,
            rehearsal: false,
        };
        store.put_products(&[cup], put).await.unwrap();
        let (engine, _) = linger_engine::Engine::start(
            std::sync::Arc::new(linger_log::MemoryLog::new()),
            std::sync::Arc::new(linger_engine::SteadyClock::start()),
            std::sync::Arc::new(NoSeeds),
            linger_engine::EngineConfig::default(),
        )
        .unwrap();
        let books = Books { engine, store: store.clone(), shops: vec!["shopify", "medusa"] };
        let room = RoomId::new("tea").unwrap();
        let (transfer, item) = (TransferId::new("t1").unwrap(), ItemId(7));
        let line = OrderLine { item, units: 3, amount: Money::new(1_500, Currency::USD) };
        for _ in 0..2 {
            for entry in [
                Entry::Allotted { transfer: transfer.clone(), item, units: 5 },
                Entry::Sold { order: OrderId(1), lines: vec![line] },
                Entry::GaveBack { transfer: transfer.clone(), item, units: 2 },
                Entry::Sold { order: OrderId(2), lines: vec![line] },
                Entry::Passing { item, price: Money::new(300, Currency::USD), until: Millis(99) },
            ] {
                write(&books, &room, &entry, Millis(5)).await.unwrap();
            }
        }
        let stock = store.stock(7).await.unwrap().unwrap();
        assert_eq!(
            (stock.units, stock.allotted),
            (Some(4), 0),
            "three from what the room held, three from what was free"
        );
        let tasks = store.shop_tasks("shopify", 10, Millis(9)).await.unwrap();
        let told: Vec<_> = tasks.iter().map(|it| (it.kind.as_str(), it.delta)).collect();
        assert_eq!(told, [("stock", -3), ("order", 0), ("stock", -3), ("order", 0)]);
        assert!(store.shop_tasks("medusa", 10, Millis(9)).await.unwrap().is_empty());
        assert_eq!(
            store.price_steps(7).await.unwrap().iter().filter(|it| it.source == "room:tea").count(),
            1
        );
    }

    struct NoSeeds;

    impl linger_engine::Seeds for NoSeeds {
        fn unseal(&self, _: &[u8]) -> Option<[u8; 32]> {
            None
        }
    }
}
