//! What pages said stays as it was said. These tests do not look into the SQL but where the tables themselves have to refuse.

#![allow(clippy::unwrap_used)]

use linger_catalogue::{Basis, Media, MediaKind, Offer, Outside, Product, Returns, Seller, Variant};
use linger_protocol::{ItemId, Millis};
use linger_store::*;
use sqlx::{Connection, SqliteConnection};

const DAY: i64 = 86_400_000;

fn put(now: i64) -> Put<'static> {
    Put { source: "staff", now: Millis(now), counts: true, partly: false, rehearsal: false }
}

fn cup(title: &str, minor: i64) -> Product {
    Product {
        id: 7,
        title: title.into(),
        description: "Holds tea.".into(),
        returns: Some(Returns::NoReason { days: 14 }),
        media: vec![Media {
            kind: MediaKind::Image,
            url: "/p/7.webp".into(),
            alt: "A cup".into(),
            poster: String::new(),
        }],
        variants: vec![Variant {
            item: 7,
            prices: vec![Offer { minor, currency: "EUR".into(), ..Offer::default() }],
            ..Variant::default()
        }],
        ..Product::default()
    }
}

async fn new_store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    (dir, store)
}

async fn conn(dir: &tempfile::TempDir) -> SqliteConnection {
    let file = format!("sqlite://{}", dir.path().join("tables.db").display());
    SqliteConnection::connect(&file).await.unwrap()
}

#[tokio::test]
async fn a_page_says_for_ever_what_it_said_when_somebody_ordered() {
    let (_dir, store) = new_store().await;
    let seller = Seller { name: "Hill".into(), contact: "+49 1".into(), ..Seller::default() };
    let number = store.put_seller(&seller, Millis(1)).await.unwrap();
    let by_hill = |product: Product| Product { seller: Some(number), ..product };
    store.put_products(&[by_hill(cup("Cup", 1_000))], put(10)).await.unwrap();
    let mut cheaper = by_hill(cup("Better cup", 800));
    cheaper.variants[0].prices[0].was_minor = Some(1_000);
    cheaper.variants[0].prices[0].basis = Some(Basis::Lowest30Days);
    cheaper.returns = None;
    store.put_products(&[cheaper.clone()], put(40 * DAY)).await.unwrap();
    let moved = Seller { id: number, contact: "+49 2".into(), ..seller };
    store.put_seller(&moved, Millis(50 * DAY)).await.unwrap();
    store.retire_product(7, "staff", Millis(60 * DAY)).await.unwrap();

    let page = async |at: i64| store.page_at(ItemId(7), Millis(at)).await.unwrap();
    assert_eq!(page(9).await, None, "nobody could have ordered it");
    let first = page(39 * DAY).await.unwrap();
    assert_eq!((first.product.title.as_str(), first.product.variants[0].prices[0].minor), ("Cup", 1_000));
    assert_eq!(first.product.returns, Some(Returns::NoReason { days: 14 }));
    assert_eq!(first.product.media[0].alt, "A cup");
    assert_eq!(first.seller.unwrap().contact, "+49 1");
    let second = page(49 * DAY).await.unwrap();
    let offer = &second.product.variants[0].prices[0];
    assert_eq!((offer.was_minor, offer.basis), (Some(1_000), Some(Basis::Lowest30Days)));
    assert_eq!(second.product.returns, None);
    assert_ne!(first.digest, second.digest);
    // Long after it was taken out, it says what it said last, of its seller what was said by then.
    let last = page(99 * DAY).await.unwrap();
    assert_eq!((last.digest, last.seller.unwrap().contact.as_str()), (second.digest, "+49 2"));
    assert_ne!(first.seller_digest, last.seller_digest);
}

#[tokio::test]
async fn the_same_content_is_kept_once_however_often_it_is_said() {
    let (dir, store) = new_store().await;
    for day in 0..6 {
        let title = if day % 2 == 0 { "Cup" } else { "Mug" };
        store.put_products(&[cup(title, 1_000)], put(day * DAY)).await.unwrap();
        // Told again, and counted: the page says what it said.
        let mut counted = cup(title, 1_000);
        counted.variants[0].units = Some(day.unsigned_abs());
        counted.outside = vec![Outside { source: "erp".into(), id: format!("x{day}") }];
        store.put_products(&[counted], put(day * DAY + 1)).await.unwrap();
    }
    let counts = "SELECT (SELECT COUNT(*) FROM page_contents), (SELECT COUNT(*) FROM page_turns)";
    let counts: (i64, i64) = sqlx::query_as(counts).fetch_one(&mut conn(&dir).await).await.unwrap();
    assert_eq!(counts, (2, 6));
    let even = store.page_at(ItemId(7), Millis(4 * DAY)).await.unwrap().unwrap();
    assert_eq!(Some(even), store.page_at(ItemId(7), Millis(2 * DAY + 5)).await.unwrap());
    assert_eq!(store.page_at(ItemId(99), Millis(DAY)).await.unwrap(), None);
    assert_eq!(store.page_at(ItemId(u64::MAX), Millis(DAY)).await.unwrap(), None);
}

#[tokio::test]
async fn nobody_rewrites_what_a_page_said_and_what_was_tampered_with_is_not_told() {
    let (dir, store) = new_store().await;
    store.put_products(&[cup("Cup", 1_000)], put(1)).await.unwrap();
    let mut conn = conn(&dir).await;
    for sql in [
        "UPDATE page_contents SET content = '{}'",
        "DELETE FROM page_contents",
        "UPDATE page_turns SET at = 0",
        "DELETE FROM page_turns",
    ] {
        let refused = sqlx::query(sql).execute(&mut conn).await.unwrap_err().to_string();
        assert!(refused.contains("is not rewritten"), "{sql}: {refused}");
    }
    sqlx::query("DROP TRIGGER page_contents_stand").execute(&mut conn).await.unwrap();
    let forged = "UPDATE page_contents SET content = replace(content, '1000', '1')";
    sqlx::query(forged).execute(&mut conn).await.unwrap();
    assert!(store.page_at(ItemId(7), Millis(2)).await.is_err());
}

#[tokio::test]
async fn pages_that_were_kept_by_the_first_version_are_read_and_an_older_catalogue_is_filled_in() {
    let (dir, store) = new_store().await;
    store.put_products(&[cup("Cup", 1_000)], put(5)).await.unwrap();
    store.close().await.unwrap();
    let mut conn = conn(&dir).await;
    let kept: String =
        sqlx::query_scalar("SELECT content FROM page_contents").fetch_one(&mut conn).await.unwrap();
    // Written by the first version that kept pages.
    let golden = include_str!("golden/page.json").trim_end();
    assert_eq!(kept, golden, "the same page has another digest from now on");
    // As if it had been made before pages were kept.
    for sql in [
        "DROP TRIGGER page_contents_stay",
        "DROP TRIGGER page_turns_stay",
        "DELETE FROM page_turns",
        "DELETE FROM page_contents",
    ] {
        sqlx::query(sql).execute(&mut conn).await.unwrap();
    }
    let store = Store::open(dir.path()).await.unwrap();
    assert_eq!(store.page_at(ItemId(7), Millis(4)).await.unwrap(), None, "what it said before is not known");
    let page = store.page_at(ItemId(7), Millis(5)).await.unwrap().unwrap();
    assert_eq!(page.product.title, "Cup");
}
