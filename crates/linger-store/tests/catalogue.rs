//! Promises of the catalogue, seen from outside. They do not look into the SQL.

#![allow(clippy::unwrap_used)]

use linger_catalogue::{Basis, Choice, Fact, Offer, Outside, Product, Returns, Seller, Variant, price::Step};
use linger_protocol::{ItemId, Millis};
use linger_store::*;

const DAY: i64 = 86_400_000;

fn put(now: i64) -> Put<'static> {
    Put { source: "staff", now: Millis(now), counts: false, partly: false, rehearsal: false }
}

fn price(minor: i64) -> Offer {
    Offer { minor, currency: "EUR".into(), ..Offer::default() }
}

fn cup(minor: i64) -> Product {
    Product {
        id: 7,
        title: "Cup".into(),
        variants: vec![Variant { item: 7, prices: vec![price(minor)], ..Variant::default() }],
        ..Product::default()
    }
}

fn shirt() -> Product {
    let variant = |size: &str| Variant {
        sku: format!("SHIRT-{size}"),
        values: vec![size.to_owned()],
        prices: vec![price(1_990)],
        units: Some(10),
        outside: vec![Outside { source: "shopify-inventory".into(), id: format!("inv-{size}") }],
        ..Variant::default()
    };
    Product {
        title: "Shirt".into(),
        category: "tops".into(),
        options: vec![Choice { name: "Size".into(), values: vec!["S".into(), "M".into()] }],
        variants: vec![variant("S"), variant("M")],
        facts: vec![Fact { name: "Material".into(), value: "Cotton".into() }],
        returns: Some(Returns::NoReason { days: 14 }),
        outside: vec![Outside { source: "shopify".into(), id: "632910392".into() }],
        ..Product::default()
    }
}

async fn new_store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    (dir, store)
}

async fn one(store: &Store, number: u64) -> Product {
    store.products(&[number]).await.unwrap().remove(0)
}

fn fields(refused: Result<Kept, StoreError>) -> Vec<String> {
    let Err(StoreError::Fields(wrong)) = refused else { panic!("{refused:?}") };
    wrong.into_iter().map(|it| it.field).collect()
}

#[tokio::test]
async fn a_product_comes_back_as_it_went_and_its_variants_are_items() {
    let (_dir, store) = new_store().await;
    let kept = store.put_products(&[shirt(), cup(500)], put(1)).await.unwrap();
    let number = kept.products[0].unwrap();
    let back = one(&store, number).await;
    let items: Vec<u64> = back.variants.iter().map(|it| it.item).collect();
    assert!(items.iter().all(|it| *it != number), "{items:?}");
    let mut told = shirt();
    told.id = number;
    for (variant, item) in told.variants.iter_mut().zip(&items) {
        variant.item = *item;
        variant.label = variant.values[0].clone();
    }
    assert_eq!(back, told);
    let item = store.item(ItemId(items[1])).await.unwrap().unwrap();
    assert_eq!(
        (item.title.as_str(), item.variant.as_deref(), item.product),
        ("Shirt", Some("M"), Some(number))
    );
    assert_eq!(item.returns, Some(linger_protocol::ReturnRule::NoReason { days: 14 }));
    let cup = store.item(ItemId(7)).await.unwrap().unwrap();
    assert_eq!((cup.variant, cup.product), (None, None));
    assert_eq!(store.item_count().await.unwrap(), 3);
}

#[tokio::test]
async fn who_says_a_name_sku_or_values_means_what_is_there() {
    let (_dir, store) = new_store().await;
    let number = store.put_products(&[shirt()], put(1)).await.unwrap().products[0].unwrap();
    let before = one(&store, number).await;
    let mut told = shirt();
    told.variants.reverse();
    told.variants[0].outside.clear();
    told.variants[1].outside.clear();
    told.variants[1].sku.clear();
    told.variants[0].prices[0].minor = 2_100;
    let kept = store.put_products(&[told], put(2)).await.unwrap();
    assert_eq!((kept.products, kept.made, kept.changed), (vec![Some(number)], 0, 1));
    let after = one(&store, number).await;
    assert_eq!(after.variants[0].item, before.variants[1].item, "by its SKU");
    assert_eq!(after.variants[1].item, before.variants[0].item, "by its values");
    let same = store.put_products(std::slice::from_ref(&after), put(3)).await.unwrap();
    assert_eq!((same.made, same.changed), (0, 0), "nothing new is no change");
}

#[tokio::test]
async fn what_belongs_to_another_is_refused_by_its_field() {
    let (_dir, store) = new_store().await;
    store.put_products(&[shirt(), cup(500)], put(1)).await.unwrap();
    let stolen = Product { id: 90, outside: vec![], ..shirt() };
    let found = fields(store.put_products(&[cup(400), stolen], put(2)).await);
    assert_eq!(found[0], "products.1.variants.0.sku");
    assert!(found.contains(&"products.1.outside".to_owned()), "{found:?}");
    assert_eq!(one(&store, 7).await.variants[0].prices[0].minor, 500, "all or none");
    let nobody = Product { seller: Some(99), ..cup(500) };
    assert_eq!(fields(store.put_products(&[nobody], put(2)).await), ["products.0.seller"]);
    assert_eq!(fields(store.put_products(&[cup(1), cup(2)], put(2)).await), ["products.1.id"]);
    let partly = Put { partly: true, ..put(2) };
    let kept =
        store.put_products(&[Product { title: String::new(), ..cup(1) }, cup(450)], partly).await.unwrap();
    assert_eq!((kept.products, kept.wrong[0].0), (vec![None, Some(7)], 0));
}

#[tokio::test]
async fn a_rehearsal_says_what_would_come_of_it_and_changes_nothing() {
    let (_dir, store) = new_store().await;
    let kept = store.put_products(&[cup(500)], Put { rehearsal: true, ..put(1) }).await.unwrap();
    assert_eq!(kept.made, 1);
    assert_eq!(store.item_count().await.unwrap(), 0);
    assert!(store.price_steps(7).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_change_of_a_price_stays_for_ever() {
    let (dir, store) = new_store().await;
    store.put_products(&[cup(500)], put(DAY)).await.unwrap();
    let mut swiss = cup(450);
    swiss.variants[0].prices.push(Offer { region: "CH".into(), ..price(480) });
    store.put_products(&[swiss], put(2 * DAY)).await.unwrap();
    store.put_products(&[cup(450)], Put { source: "shopify", ..put(3 * DAY) }).await.unwrap();
    store.retire_product(7, "staff", Millis(4 * DAY)).await.unwrap();
    let steps = store.price_steps(7).await.unwrap();
    let told: Vec<_> = steps
        .iter()
        .map(|it| (it.step.at_ms / DAY, it.step.region.as_str(), it.step.minor, it.source.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (1, "", Some(500), "staff"),
            (2, "", Some(450), "staff"),
            (2, "CH", Some(480), "staff"),
            (3, "CH", None, "shopify"),
            (4, "", None, "staff"),
        ]
    );
    assert_eq!(one_or_none(&store, 7).await, None);
    store.put_products(&[cup(500)], put(5 * DAY)).await.unwrap();
    assert_eq!(store.price_steps(7).await.unwrap().len(), 6, "what comes back has its history");
    // Not even by hand.
    store.close().await.unwrap();
    let mut hand = <sqlx::SqliteConnection as sqlx::Connection>::connect(&format!(
        "sqlite://{}",
        dir.path().join("tables.db").display()
    ))
    .await
    .unwrap();
    for sql in ["UPDATE price_steps SET minor = 1", "DELETE FROM price_steps"] {
        let error = sqlx::query(sql).execute(&mut hand).await.unwrap_err();
        assert!(error.to_string().contains("not rewritten"), "{error}");
    }
}

async fn one_or_none(store: &Store, number: u64) -> Option<Product> {
    store.products(&[number]).await.unwrap().pop()
}

#[tokio::test]
async fn a_struck_price_is_kept_only_where_history_bears_it_out() {
    let (_dir, store) = new_store().await;
    store.put_products(&[cup(1_000)], put(0)).await.unwrap();
    let struck = |was| {
        let mut it = cup(800);
        it.variants[0].prices[0].was_minor = Some(was);
        it.variants[0].prices[0].basis = Some(Basis::Lowest30Days);
        it
    };
    let field = "products.0.variants.0.prices.0.was_minor";
    assert_eq!(fields(store.put_products(&[struck(1_000)], put(10 * DAY)).await), [field], "too short");
    assert_eq!(fields(store.put_products(&[struck(1_200)], put(40 * DAY)).await), [field], "too much");
    // A flash price of a room was lower than what would be struck.
    let flash = Step {
        at_ms: 35 * DAY,
        region: String::new(),
        minor: Some(700),
        currency: "EUR".into(),
        until_ms: Some(35 * DAY + 600_000),
    };
    store.note_passing_offer(7, &flash, "room:tea").await.unwrap();
    assert_eq!(fields(store.put_products(&[struck(1_000)], put(40 * DAY)).await), [field]);
    store.put_products(&[struck(1_000)], put(70 * DAY)).await.unwrap();
    assert_eq!(one(&store, 7).await.variants[0].prices[0].was_minor, Some(1_000));
    let long = Step { until_ms: Some(60 * DAY), ..flash.clone() };
    assert!(matches!(
        store.note_passing_offer(7, &long, "room:tea").await,
        Err(StoreError::Unfit { field: "until", .. })
    ));
    assert!(matches!(
        store.note_passing_offer(8, &flash, "room:tea").await,
        Err(StoreError::NotFound { .. })
    ));
}

fn change<'a>(key: &'a str, item: u64, asked: StockAsked) -> StockMove<'a> {
    StockMove { key, item, asked, reason: "received", source: "staff", now: Millis(1) }
}

#[tokio::test]
async fn stock_changes_once_for_a_key_and_never_goes_below_zero() {
    let (_dir, store) = new_store().await;
    let mut told = cup(500);
    told.variants[0].units = Some(5);
    store.put_products(&[told.clone()], put(1)).await.unwrap();
    let moved = store.move_stock(change("a", 7, StockAsked::By(-2))).await.unwrap();
    assert_eq!((moved.stock.units, moved.fresh), (Some(3), true));
    store.move_stock(change("b", 7, StockAsked::By(4))).await.unwrap();
    let again = store.move_stock(change("a", 7, StockAsked::By(-2))).await.unwrap();
    assert_eq!((again.stock.units, again.fresh), (Some(3), false), "what it was then");
    assert!(matches!(store.move_stock(change("a", 7, StockAsked::By(-3))).await, Err(StoreError::KeyUsed)));
    assert!(matches!(store.move_stock(change("c", 7, StockAsked::By(-8))).await, Err(StoreError::TooFew)));
    assert!(matches!(
        store.move_stock(change("c", 9, StockAsked::By(1))).await,
        Err(StoreError::NotFound { .. })
    ));
    for bad in ["", "two words", &"x".repeat(201)] {
        let refused = store.move_stock(change(bad, 7, StockAsked::By(1))).await;
        assert!(matches!(refused, Err(StoreError::Unfit { field: "key", .. })), "{bad:?}");
    }
    told.variants[0].units = Some(99);
    store.put_products(&[told], put(2)).await.unwrap();
    assert_eq!(store.stock(7).await.unwrap().unwrap().units, Some(7), "a product does not change stock");
}

#[tokio::test]
async fn units_go_to_a_room_and_come_back_and_none_is_lost() {
    let (_dir, store) = new_store().await;
    store.put_products(&[cup(500)], put(1)).await.unwrap();
    let uncounted = store.move_stock(change("a", 7, StockAsked::Allot(1))).await;
    assert!(matches!(uncounted, Err(StoreError::NotCounted)));
    store.move_stock(change("b", 7, StockAsked::To(10))).await.unwrap();
    store.move_stock(change("c", 7, StockAsked::Allot(6))).await.unwrap();
    store.move_stock(change("d", 7, StockAsked::Settle(4))).await.unwrap();
    let moved = store.move_stock(change("e", 7, StockAsked::GiveBack(2))).await.unwrap();
    assert_eq!(moved.stock, Stock { units: Some(6), allotted: 0 });
    assert!(matches!(
        store.move_stock(change("f", 7, StockAsked::GiveBack(1))).await,
        Err(StoreError::TooFew)
    ));
    assert!(matches!(store.move_stock(change("g", 7, StockAsked::Allot(7))).await, Err(StoreError::TooFew)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_want_the_last_units_nobody_gets_one_too_many() {
    let (_dir, store) = new_store().await;
    store.put_products(&[cup(500)], put(1)).await.unwrap();
    store.move_stock(change("count", 7, StockAsked::To(10))).await.unwrap();
    let tries: Vec<_> = (0..25)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let key = format!("k{n}");
                store.move_stock(change(&key, 7, StockAsked::Allot(1))).await.is_ok()
            })
        })
        .collect();
    let mut won = 0;
    for one in tries {
        won += usize::from(one.await.unwrap());
    }
    assert_eq!(won, 10);
    assert_eq!(store.stock(7).await.unwrap().unwrap(), Stock { units: Some(0), allotted: 10 });
}

#[tokio::test]
async fn a_shops_count_is_less_what_rooms_hold_and_what_it_told_before_does_not_count() {
    let (_dir, store) = new_store().await;
    let number = store.put_products(&[shirt()], put(1)).await.unwrap().products[0].unwrap();
    let item = one(&store, number).await.variants[0].item;
    store.move_stock(change("a", item, StockAsked::Allot(4))).await.unwrap();
    let count = async |count, at| {
        let told = store.take_count(("shopify", "inv-S"), count, at, Millis(9)).await.unwrap();
        (told, store.stock(item).await.unwrap().unwrap().units.unwrap())
    };
    assert_eq!(count(12, 100).await, (Told::Taken, 8));
    assert_eq!(count(50, 90).await, (Told::Older, 8));
    assert_eq!(count(50, 100).await, (Told::Older, 8));
    assert_eq!(count(3, 110).await, (Told::Taken, 0));
    let notes = store.shop_notes("shopify").await.unwrap();
    assert_eq!(notes[0].code, "rooms-hold-more");
    let unknown = store.take_count(("shopify", "inv-XL"), 1, 1, Millis(9)).await.unwrap();
    assert_eq!(unknown, Told::Unknown);
    assert!(store.shop_tasks("shopify", 10, Millis(99)).await.unwrap().is_empty(), "nothing goes back to it");
}

#[tokio::test]
async fn what_changes_here_is_written_back_once_and_counts_until_it_is() {
    let (_dir, store) = new_store().await;
    let number = store.put_products(&[shirt()], put(1)).await.unwrap().products[0].unwrap();
    let item = one(&store, number).await.variants[0].item;
    store.move_stock(change("lost", item, StockAsked::By(-2))).await.unwrap();
    store.move_stock(change("lost", item, StockAsked::By(-2))).await.unwrap();
    store.move_stock(change("show", item, StockAsked::Allot(3))).await.unwrap();
    let tasks = store.shop_tasks("shopify", 10, Millis(99)).await.unwrap();
    let told: Vec<_> = tasks.iter().map(|it| (it.key.as_str(), it.name.as_str(), it.delta)).collect();
    assert_eq!(told, [("lost", "inv-S", -2)], "going to a room changes nothing of what the shop has");
    // The shop sold one and does not know of the two yet.
    store.take_count(("shopify", "inv-S"), 9, 100, Millis(9)).await.unwrap();
    assert_eq!(store.stock(item).await.unwrap().unwrap().units, Some(4));
    store.delay_task(tasks[0].id, Some(Millis(200)), "away").await.unwrap();
    assert!(store.shop_tasks("shopify", 10, Millis(199)).await.unwrap().is_empty());
    store.delay_task(tasks[0].id, None, "refused").await.unwrap();
    assert_eq!(store.shop_totals("shopify").await.unwrap().given_up, 1);
    assert_eq!(store.try_tasks_again("shopify", Millis(300)).await.unwrap(), 1);
    store.end_task(tasks[0].id).await.unwrap();
    assert_eq!(store.shop_totals("shopify").await.unwrap().waiting, 0);
    store.write_order_back("shopify", "o1", "{}", Millis(1)).await.unwrap();
    store.write_order_back("shopify", "o1", "{}", Millis(1)).await.unwrap();
    assert_eq!(store.shop_tasks("shopify", 10, Millis(99)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_webhook_is_known_by_its_id_after_a_restart() {
    let (dir, store) = new_store().await;
    store.note_hook("shopify", "id-1", Millis(1)).await.unwrap();
    store.close().await.unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    assert!(store.knows_hook("shopify", "id-1").await.unwrap());
    assert!(!store.knows_hook("medusa", "id-1").await.unwrap());
    assert!(store.is_newest("shopify", "product:1", 5).await.unwrap());
    store.note_newest("shopify", "product:1", 5).await.unwrap();
    assert!(!store.is_newest("shopify", "product:1", 5).await.unwrap());
}

#[tokio::test]
async fn a_seller_is_there_once_and_stays_while_it_sells() {
    let (_dir, store) = new_store().await;
    let hill = Seller { name: "Hill".into(), registration: "HRB 1".into(), ..Seller::default() };
    let number = store.put_seller(&hill, Millis(1)).await.unwrap();
    assert!(matches!(store.put_seller(&hill, Millis(1)).await, Err(StoreError::SellerTaken)));
    assert_eq!(store.seller_named(" Hill ", Millis(1)).await.unwrap(), Some(number));
    assert_eq!(store.seller_named("", Millis(1)).await.unwrap(), None);
    let told = Product { seller: Some(number), ..cup(500) };
    store.put_products(&[told], put(1)).await.unwrap();
    assert!(matches!(store.remove_seller(number).await, Err(StoreError::SellerInUse)));
    let moved = Seller { id: number, address: "Elsewhere".into(), ..hill };
    store.put_seller(&moved, Millis(2)).await.unwrap();
    assert_eq!(store.seller(number).await.unwrap(), Some(moved));
    assert_eq!(store.item(ItemId(7)).await.unwrap().unwrap().seller, "Hill");
}

/// The tables as they were before there were variants, with a product of then.
async fn older_tables(dir: &std::path::Path) {
    use sqlx::Connection;
    let all = sqlx::migrate!("migrations/tables");
    let before = all.iter().filter(|it| it.version < 10).cloned().collect();
    let url = format!("sqlite://{}?mode=rwc", dir.join("tables.db").display());
    let mut conn = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::migrate::Migrator::with_migrations(before).run(&mut conn).await.unwrap();
    sqlx::query(
        "INSERT INTO products VALUES (7, 'Cup', 1999, 'CNY', 'Hill', '/p/7.webp', 'White', 'cups', \
         'origin=Anxi' || char(10) || '清仓' || char(10) || 'brand=Hill=Sons', 4.5, 86400000), \
         (8, 'Pot', 100, 'USD', '', '', '', '', '', NULL, 5)",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    conn.close().await.unwrap();
}

#[tokio::test]
async fn a_catalogue_of_before_is_taken_over_whole() {
    let dir = tempfile::tempdir().unwrap();
    older_tables(dir.path()).await;
    let store = Store::open(dir.path()).await.unwrap();
    let cup = store.item(ItemId(7)).await.unwrap().unwrap();
    assert_eq!((cup.seller.as_str(), cup.image.as_str(), cup.price.minor), ("Hill", "/p/7.webp", 1_999));
    assert_eq!(cup.tags, ["清仓"]);
    let fact = |name: &str, value: &str| Fact { name: name.into(), value: value.into() };
    assert_eq!(cup.facts, [fact("origin", "Anxi"), fact("brand", "Hill=Sons")]);
    assert_eq!((cup.product, cup.rating), (None, Some(4.5)));
    let pot = one(&store, 8).await;
    assert_eq!((pot.seller, pot.media.len(), pot.facts.len(), pot.variants[0].units), (None, 0, 0, None));
    let step = store.price_steps(7).await.unwrap().remove(0);
    assert_eq!((step.step.at_ms, step.step.minor, step.source.as_str()), (DAY, Some(1_999), "before"));
    let again = store.put_products(&[pot], put(DAY)).await.unwrap();
    assert_eq!((again.made, again.changed), (0, 0), "what was taken over is as it would be kept now");
}
