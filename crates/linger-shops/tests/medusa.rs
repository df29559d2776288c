//! What a subscriber in Medusa posts, and Medusa's interface, over a stand-in for the shop. They know no store.

#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod outside;

use linger_catalogue::Outside;
use linger_protocol::Millis;
use linger_shops::{Back, BackLine, BackOrder, News, Secret, ShopFault, Unheard, medusa};
use outside::Shop;
use serde_json::{Value, json};

const NOW: Millis = Millis(1_790_000_000_000);

fn secret() -> Secret {
    Secret::new("a shared secret of ours").unwrap()
}

fn client(shop: &Shop) -> medusa::Client {
    medusa::Client::new(medusa::Settings {
        base: shop.url.clone(),
        token: "sk_token".into(),
        currency: "EUR".into(),
        location: "sloc_1".into(),
        region: "reg_1".into(),
    })
    .unwrap()
}

fn product() -> Value {
    let variant = |id: &str, size: &str, amount: Value| {
        json!({
            "id": id, "title": size, "sku": format!("TEE-{size}"), "barcode": null, "weight": 180, "manage_inventory": true,
            "options": [{"id": format!("optval_{size}"), "value": size, "option_id": "opt_1"}],
            "prices": [
                {"amount": 9, "currency_code": "eur", "rules_count": 1},
                {"amount": amount, "currency_code": "eur", "rules_count": 0, "min_quantity": null},
                {"amount": 25, "currency_code": "usd"},
            ],
            "inventory_items": [{"inventory_item_id": format!("iitem_{size}"), "required_quantity": 1, "inventory": {
                "id": format!("iitem_{size}"), "location_levels": [
                    {"location_id": "sloc_1", "stocked_quantity": 10, "reserved_quantity": 3},
                    {"location_id": "sloc_2", "stocked_quantity": 99, "reserved_quantity": 0}]}}],
        })
    };
    json!({
        "id": "prod_1", "title": "Soft tee", "description": "Warm", "handle": "soft-tee", "status": "published",
        "updated_at": "2026-09-21T14:00:00.000Z", "type": {"value": "Shirts"}, "tags": [{"id": "t", "value": "soft"}],
        "images": [{"id": "img_1", "url": "https://cdn.example/1.jpg"}],
        "options": [{"id": "opt_1", "title": "Size", "values": [{"id": "optval_S", "value": "S"}, {"id": "optval_M", "value": "M"}]}],
        "variants": [variant("variant_1", "S", json!(19.99)), variant("variant_2", "M", json!(21))],
    })
}

#[test]
fn what_a_subscriber_posts_is_heard_by_a_signature_over_id_moment_and_body() {
    let body = r#"{"name":"product.updated","data":{"id":"prod_1"}}"#;
    let hear = |id: &str, at: &str, signature: &str| {
        let headers = [("Webhook-Id", id), ("webhook-timestamp", at), ("webhook-signature", signature)];
        medusa::hear(&secret(), &headers, body.as_bytes(), NOW).map(|it| it.id)
    };
    let sign = |id: &str, at: &str| format!("v1,{}", secret().sign(format!("{id}.{at}.{body}").as_bytes()));
    let right = sign("evt_1", "1790000000");
    assert_eq!(hear("evt_1", "1790000000", &right), Ok("evt_1".to_owned()));
    assert_eq!(hear("evt_1", "1790000000", &format!("v1,AAAA {right}")), Ok("evt_1".to_owned()));
    assert_eq!(hear("evt_2", "1790000000", &right), Err(Unheard::BadSignature), "replayed under another id");
    assert_eq!(hear("evt_1", "1790000001", &right), Err(Unheard::BadSignature), "or another moment");
    assert_eq!(hear("evt_1", "1790000000", "v1,AAAA"), Err(Unheard::BadSignature));
    assert_eq!(hear("evt_1", "1789395200", &sign("evt_1", "1789395200")), Err(Unheard::Stale), "a week old");
    assert_eq!(hear("a.b", "1790000000", &right), Err(Unheard::BadHeader("webhook-id")));
    assert_eq!(hear("evt_1", "+179000000", &right), Err(Unheard::BadHeader("webhook-timestamp")));
    assert!(matches!(medusa::hear(&secret(), &[], b"", NOW), Err(Unheard::BadHeader(_))));
}

#[test]
fn an_event_says_what_to_ask_for() {
    let news = |body: Value| medusa::news(body.to_string().as_bytes());
    let product = |name: &str| news(json!({"name": name, "data": {"id": "prod_1"}}));
    assert_eq!(product("product.updated"), Ok(News::AskProduct { id: "prod_1".into() }));
    assert_eq!(product("product.deleted"), Ok(News::Gone { id: "prod_1".into() }));
    assert_eq!(product("order.placed"), Ok(News::Nothing));
    let level = json!({"name": "inventory.inventory-level.updated", "data": {"id": "ilev_1", "inventory_item_id": "iitem_S"}});
    assert_eq!(news(level), Ok(News::AskCount { stock: "iitem_S".into() }));
    for bad in [
        json!({}),
        json!({"name": "product.updated", "data": {"id": "../orders"}}),
        json!({"name": "product.updated"}),
    ] {
        assert_eq!(news(bad), Err(Unheard::BadBody));
    }
}

#[tokio::test]
async fn a_catalogue_comes_page_by_page_in_our_words() {
    let page =
        |count| json!({"products": [product(), {"id": "broken"}], "count": count, "offset": 0, "limit": 50});
    let shop = Shop::open(vec![(200, page(3)), (200, page(4))]).await;
    let client = client(&shop);
    let first = client.page(None).await.unwrap();
    assert_eq!((first.products.len(), first.unread, first.next.as_deref()), (1, 1, Some("2")));
    let told = &first.products[0];
    assert_eq!(linger_catalogue::check::product(&told.product), []);
    let small = &told.product.variants[0];
    assert_eq!((small.prices[0].minor, small.units, small.values[0].as_str()), (1_999, Some(7), "S"));
    assert_eq!(told.product.variants[1].prices[0].minor, 2_100);
    let name = |source: &str, id: &str| Outside { source: source.into(), id: id.into() };
    assert_eq!(small.outside, [name("medusa", "variant_1"), name("medusa-inventory", "iitem_S")]);
    assert_eq!(client.page(Some("2")).await.unwrap().next, None);
    let asked = shop.asked();
    assert_eq!(asked[0].path, "/admin/products");
    assert!(asked[0].query.contains("variants.prices") && asked[1].query.contains("offset=2"));
    // `sk_token:` in base64.
    assert_eq!(asked[0].header("authorization"), "Basic c2tfdG9rZW46");
}

#[tokio::test]
async fn a_single_product_and_a_single_count_are_asked_for() {
    let levels = json!({"inventory_levels": [{"location_id": "sloc_1", "stocked_quantity": 5, "reserved_quantity": 1}]});
    let shop = Shop::open(vec![(200, json!({"product": product()})), (404, json!({})), (200, levels)]).await;
    let client = client(&shop);
    assert_eq!(client.product("prod_1").await.unwrap().unwrap().product.title, "Soft tee");
    assert_eq!(client.product("prod_1").await.unwrap(), None);
    assert_eq!(client.count("iitem_S").await.unwrap(), Some(4));
    assert_eq!(client.product("../../users").await, Err(ShopFault::Refused), "an id leads nowhere else");
    assert_eq!(shop.asked().len(), 3);
}

#[tokio::test]
async fn stock_is_read_and_set_at_our_location() {
    let levels = json!({"inventory_levels": [{"location_id": "sloc_2", "stocked_quantity": 50}, {"location_id": "sloc_1", "stocked_quantity": 5}]});
    let shop = Shop::open(vec![(200, levels), (200, json!({"inventory_item": {}}))]).await;
    client(&shop).write(&Back::Stock { stock: "iitem_S".into(), delta: -2 }, "k", false).await.unwrap();
    let asked = shop.asked();
    assert_eq!(asked[1].path, "/admin/inventory-items/iitem_S/location-levels/sloc_1");
    assert_eq!(asked[1].body, json!({"stocked_quantity": 3}));
}

#[tokio::test]
async fn an_order_is_written_back_once_though_it_was_half_done() {
    let lines = vec![BackLine { variant: "variant_1".into(), units: 2, minor: 450 }];
    let back = Back::Order(BackOrder { currency: "EUR".into(), lines });
    let shop = Shop::open(vec![
        (200, json!({"draft_order": {"id": "order_9"}})),
        (503, json!({})),
        // The second try finds no order but the draft.
        (200, json!({"orders": []})),
        (200, json!({"draft_orders": [{"id": "order_9", "metadata": {"linger_order": "tea:o1"}}]})),
        (200, json!({"order": {}})),
        // A third one would find the order.
        (200, json!({"orders": [{"id": "order_9", "metadata": {"linger_order": "tea:o1"}}]})),
    ])
    .await;
    let client = client(&shop);
    assert_eq!(client.write(&back, "tea:o1", false).await, Err(ShopFault::Away));
    client.write(&back, "tea:o1", true).await.unwrap();
    client.write(&back, "tea:o1", true).await.unwrap();
    let asked = shop.asked();
    let paths: Vec<&str> = asked.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/admin/draft-orders",
            "/admin/draft-orders/order_9/convert-to-order",
            "/admin/orders",
            "/admin/draft-orders",
            "/admin/draft-orders/order_9/convert-to-order",
            "/admin/orders",
        ]
    );
    assert_eq!(
        asked[0].body["items"][0],
        json!({"variant_id": "variant_1", "quantity": 2, "unit_price": 4.5})
    );
    assert_eq!(asked[0].body["metadata"]["linger_order"], "tea:o1");
}
