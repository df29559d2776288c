//! Webhooks of shops elsewhere, over HTTP, with a stand-in for the shop behind. They do not look into tables.

#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use axum::{
    body::Body,
    http::{Request, header},
};
use house::{Door, Said, Who};
use linger_protocol::Role;
use linger_shops::{Secret, shopify};
use linger_web::{ShopState, ShopifyShop, Shops};
use serde_json::{Value, json};
use std::sync::Arc;

const SHOP: &str = "hill.myshopify.com";

fn secret() -> Secret {
    Secret::new("shpss_0123456789abcdef").unwrap()
}

async fn open() -> (Door, Who) {
    // Nobody answers there: the catalogue is not pulled, nothing is written back.
    let nowhere = "http://127.0.0.1:9/".parse().unwrap();
    let shop = ShopifyShop {
        domain: SHOP.to_owned(),
        secret: secret(),
        currency: "EUR".to_owned(),
        location: String::new(),
        client: shopify::Client::new(&nowhere, "shpat_token", "1").unwrap(),
        state: ShopState::default(),
    };
    let door = Door::beside(Shops { shopify: Some(Arc::new(shop)), medusa: None }).await;
    let operator = door.signed_in(Role::Operator).await;
    (door, operator)
}

/// The house's clock began in November 2023.
fn moment(door: &Door, ahead_s: i64) -> String {
    jiff_text(door.now().0 / 1_000 + ahead_s)
}

fn jiff_text(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).unwrap().to_string()
}

async fn tell(door: &Door, topic: &str, id: &str, at: &str, body: &Value, signature: Option<String>) -> Said {
    let body = body.to_string();
    let signature = signature.unwrap_or_else(|| secret().sign(body.as_bytes()));
    let request = Request::builder()
        .method("POST")
        .uri("/api/shops/shopify/webhook")
        .header(header::CONTENT_TYPE, "application/json")
        .header("X-Shopify-Topic", topic)
        .header("X-Shopify-Hmac-Sha256", signature)
        .header("X-Shopify-Shop-Domain", SHOP)
        .header("X-Shopify-Webhook-Id", id)
        .header("X-Shopify-Triggered-At", at);
    door.send(request.body(Body::from(body)).unwrap()).await
}

fn product(title: &str, price: &str, updated_at: &str) -> Value {
    json!({
        "id": 7_001, "title": title, "body_html": "<b>White</b>", "vendor": "Hill", "product_type": "Cups", "status": "active",
        "handle": "cup", "tags": "", "updated_at": updated_at, "options": [{"name": "Title", "values": ["Default Title"]}],
        "images": [], "variants": [{"id": 7_002, "price": price, "compare_at_price": "99.00", "sku": "CUP", "option1": "Default Title",
        "inventory_item_id": 7_003, "inventory_management": "shopify", "inventory_quantity": 10}],
    })
}

async fn the_one(door: &Door, operator: &Who) -> Value {
    door.get("/api/products", operator).await.json()["products"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_comes_by_webhook_and_what_is_older_or_told_before_changes_nothing() {
    let (door, operator) = open().await;
    let now = moment(&door, 0);
    let told = async |id: &str, title: &str, price: &str, ahead_s: i64| {
        let body = product(title, price, &moment(&door, ahead_s));
        tell(&door, "products/update", id, &now, &body, None).await
    };
    assert_eq!(told("w1", "Cup", "5.00", -100).await.status.as_u16(), 200);
    let kept = the_one(&door, &operator).await;
    assert_eq!((&kept["title"], &kept["description"]), (&json!("Cup"), &json!("White")));
    assert_eq!(
        kept["variants"][0]["prices"][0]["was_minor"],
        Value::Null,
        "a struck price without a basis is left out"
    );
    assert_eq!(kept["variants"][0]["units"], 10);
    // The same delivery again, though its body says something else: its id is known.
    assert_eq!(told("w1", "Pot", "6.00", -10).await.status.as_u16(), 200);
    assert_eq!(the_one(&door, &operator).await["title"], "Cup");
    // Out of order: changed before what is known. A replay under a new id is the same thing.
    assert_eq!(told("w2", "Old", "4.00", -200).await.status.as_u16(), 200);
    assert_eq!(told("w3", "Again", "4.00", -100).await.status.as_u16(), 200);
    assert_eq!(the_one(&door, &operator).await["title"], "Cup");
    assert_eq!(told("w4", "Mug", "6.00", -50).await.status.as_u16(), 200);
    let kept = the_one(&door, &operator).await;
    assert_eq!((&kept["title"], &kept["variants"][0]["prices"][0]["minor"]), (&json!("Mug"), &json!(600)));
    let item = kept["variants"][0]["item"].as_u64().unwrap();
    let history = door.get(&format!("/api/variants/{item}/prices"), &operator).await.json();
    let steps: Vec<_> = history["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["minor"].as_i64(), it["source"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(steps, [(Some(500), "shopify".to_owned()), (Some(600), "shopify".to_owned())]);
    let shops = door.get("/api/shops", &operator).await.json();
    assert_eq!((&shops[0]["shop"], &shops[0]["products"]), (&json!("shopify"), &json!(1)));
    assert_eq!(shops[0]["waiting"], 0, "what came from there does not go back");
    let gone = json!({"id": 7_001});
    assert_eq!(tell(&door, "products/delete", "w5", &now, &gone, None).await.status.as_u16(), 200);
    assert_eq!(door.get("/api/products", &operator).await.json()["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_is_less_what_rooms_hold_and_ours_is_written_back() {
    let (door, operator) = open().await;
    let now = moment(&door, 0);
    tell(&door, "products/create", "w1", &now, &product("Cup", "5.00", &moment(&door, -100)), None).await;
    let item = the_one(&door, &operator).await["variants"][0]["item"].as_u64().unwrap();
    let allot = linger_store::StockMove {
        key: "room:tea",
        item,
        asked: linger_store::StockAsked::Allot(4),
        reason: "allotted",
        source: "room",
        now: door.now(),
    };
    door.store.move_stock(allot).await.unwrap();
    let level = |available: i64, ahead_s: i64| json!({"inventory_item_id": 7_003, "location_id": 1, "available": available, "updated_at": moment(&door, ahead_s)});
    let units = async || door.get(&format!("/api/variants/{item}/stock"), &operator).await.json();
    tell(&door, "inventory_levels/update", "w2", &now, &level(9, -50), None).await;
    assert_eq!(units().await, json!({"units": 5, "allotted": 4, "repeated": false}));
    tell(&door, "inventory_levels/update", "w3", &now, &level(50, -60), None).await;
    assert_eq!(units().await["units"], 5, "an older count");
    tell(&door, "inventory_levels/update", "w4", &now, &level(3, -40), None).await;
    assert_eq!(units().await["units"], 0);
    let shops = door.get("/api/shops", &operator).await.json();
    assert!(
        shops[0]["notes"].as_array().unwrap().iter().any(|it| it["code"] == "rooms-hold-more"),
        "{shops}"
    );
    let change = json!({"by": 2, "reason": "received", "key": "k1"});
    door.post(&format!("/api/variants/{item}/stock"), &operator, change).await;
    assert_eq!(door.get("/api/shops", &operator).await.json()[0]["waiting"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_is_from_elsewhere_or_is_old_is_refused_and_changes_nothing() {
    let (door, operator) = open().await;
    let (now, body) = (moment(&door, 0), product("Cup", "5.00", &moment(&door, -100)));
    let wrong = Some(Secret::new("another secret of us").unwrap().sign(body.to_string().as_bytes()));
    let said = tell(&door, "products/update", "w1", &now, &body, wrong).await;
    assert_eq!(said.refusal(), (401, "bad-signature".to_owned()));
    let week = moment(&door, -7 * 86_400);
    assert_eq!(
        tell(&door, "products/update", "w1", &week, &body, None).await.refusal(),
        (400, "stale".to_owned())
    );
    let broken = json!({"id": 1});
    assert_eq!(
        tell(&door, "products/update", "w1", &now, &broken, None).await.refusal(),
        (400, "bad-body".to_owned())
    );
    let bare =
        Request::builder().method("POST").uri("/api/shops/shopify/webhook").body(Body::from("{}")).unwrap();
    let said = door.send(bare).await;
    assert_eq!((said.status.as_u16(), said.json()["field"].clone()), (400, json!("x-shopify-hmac-sha256")));
    let medusa =
        Request::builder().method("POST").uri("/api/shops/medusa/webhook").body(Body::from("{}")).unwrap();
    assert_eq!(door.send(medusa).await.refusal(), (404, "no-such-shop".to_owned()));
    assert_eq!(door.get("/api/products", &operator).await.json()["total"], 0);
    let notes = door.get("/api/shops", &operator).await.json()[0]["notes"].to_string();
    assert!(notes.contains("unread-hook") && !notes.contains("shpss"), "{notes}");
    // Signed but of no concern.
    assert_eq!(tell(&door, "app/uninstalled", "w9", &now, &json!({}), None).await.status.as_u16(), 200);
    let order =
        json!({"id": 1, "created_at": now, "currency": "EUR", "total_price": "5.00", "line_items": []});
    assert_eq!(tell(&door, "orders/create", "w10", &now, &order, None).await.status.as_u16(), 200);
}
