//! What rooms do to the shop's books, and that books and rooms balance.

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
    assert_eq!(waiting.fold(&held(1)), []);
    assert_eq!(waiting.fold(&held(2)), []);
    assert_eq!(waiting.fold(&Event::OrderLapsed { order: OrderId(2) }), []);
    let sold = waiting.fold(&paid(1));
    let [Entry::Sold { order, lines }] = &sold[..] else { panic!("it is sold") };
    assert_eq!((*order, lines[0].units), (OrderId(1), 3));
    assert_eq!((waiting.fold(&paid(1)), waiting.fold(&paid(2))), (vec![], vec![]));
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
    let put =
        linger_store::Put { source: "staff", now: Millis(1), counts: false, partly: false, rehearsal: false };
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
    assert_eq!(store.price_steps(7).await.unwrap().iter().filter(|it| it.source == "room:tea").count(), 1);
}

struct NoSeeds;

impl linger_engine::Seeds for NoSeeds {
    fn unseal(&self, _: &[u8]) -> Option<[u8; 32]> {
        None
    }
}

#[path = "audit.rs"]
mod audit;
