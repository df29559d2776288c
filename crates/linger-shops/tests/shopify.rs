//! Shopify's documented webhooks and its interface, over a stand-in for the shop. They know no store.

#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod outside;

use linger_catalogue::{MediaKind, Outside};
use linger_protocol::Millis;
use linger_shops::{Back, BackLine, BackOrder, News, Secret, ShopFault, Unheard, shopify};
use outside::Shop;
use serde_json::{Value, json};

const NOW: Millis = Millis(1_790_000_000_000);
const SHOP: &str = "hill.myshopify.com";

fn secret() -> Secret {
    Secret::new("shpss_0123456789abcdef").unwrap()
}

/// A product as `products/update` has it.
fn product() -> Value {
    json!({
        "admin_graphql_api_id": "gid://shopify/Product/788032119674292922",
        "id": 788_032_119_674_292_922_u64,
        "title": "Soft tee", "body_html": "<p>Warm &amp; soft.</p>", "vendor": "Hill", "product_type": "Shirts",
        "handle": "soft-tee", "status": "active", "tags": "soft, warm",
        "created_at": null, "published_at": "2026-09-01T00:00:00-04:00", "updated_at": "2026-09-21T10:00:00-04:00",
        "template_suffix": null, "published_scope": "web",
        "options": [{"id": 1, "product_id": 788_032_119_674_292_922_u64, "name": "Size", "position": 1, "values": ["S", "M"]}],
        "images": [
            {"id": 12, "position": 2, "alt": null, "src": "https://cdn.example/2.jpg", "width": 1, "height": 1, "variant_ids": []},
            {"id": 11, "position": 1, "alt": "Front", "src": "https://cdn.example/1.jpg", "width": 1, "height": 1, "variant_ids": []},
        ],
        "variants": [
            {"id": 642_667_041_472_713_922_u64, "product_id": 788_032_119_674_292_922_u64, "title": "S", "price": "19.99",
             "compare_at_price": "24.99", "sku": "TEE-S", "barcode": "abc-1", "position": 1, "inventory_policy": "deny",
             "option1": "S", "option2": null, "option3": null, "grams": 180, "inventory_management": "shopify",
             "inventory_item_id": 49_148_385, "inventory_quantity": 75, "old_inventory_quantity": 75, "image_id": 12},
            {"id": 757_650_484_644_203_962_u64, "product_id": 788_032_119_674_292_922_u64, "title": "M", "price": "21.00",
             "compare_at_price": null, "sku": "", "barcode": null, "option1": "M", "inventory_management": null,
             "inventory_item_id": 49_148_386, "inventory_quantity": -3, "image_id": null},
        ],
    })
}

fn headers<'a>(signature: &'a str, topic: &'a str, at: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("X-Shopify-Topic", topic),
        ("X-Shopify-Hmac-Sha256", signature),
        ("X-Shopify-Shop-Domain", SHOP),
        ("X-Shopify-API-Version", "2026-04"),
        ("X-Shopify-Webhook-Id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"),
        ("X-Shopify-Triggered-At", at),
    ]
}

#[test]
fn a_webhook_is_heard_by_its_signature_over_the_raw_body() {
    let body = product().to_string();
    let signature = secret().sign(body.as_bytes());
    let at = "2026-09-21T13:33:20.123Z";
    let hear =
        |headers: &[(&str, &str)], body: &str| shopify::hear(&secret(), SHOP, headers, body.as_bytes(), NOW);
    let right = headers(&signature, "products/update", at);
    let hook = hear(&right, &body).unwrap();
    assert_eq!((hook.topic.as_str(), hook.id.len()), ("products/update", 36));
    assert_eq!(hear(&right, &body.replace("19.99", "1.99")), Err(Unheard::BadSignature));
    assert_eq!(hear(&right, &format!("{body} ")), Err(Unheard::BadSignature), "the raw body counts");
    for wrong in [
        "x",
        "AAAA",
        &secret().sign(b"{}"),
        &Secret::new("another secret of us").unwrap().sign(body.as_bytes()),
    ] {
        assert_eq!(hear(&headers(wrong, "products/update", at), &body), Err(Unheard::BadSignature));
    }
    for place in 0..right.len() {
        let name = right[place].0;
        let mut fewer = right.clone();
        fewer.remove(place);
        let mut twice = right.clone();
        twice.push(right[place]);
        // Its version is of no concern.
        if name != "X-Shopify-API-Version" {
            assert!(matches!(hear(&fewer, &body), Err(Unheard::BadHeader(_))), "{name}");
            assert!(matches!(hear(&twice, &body), Err(Unheard::BadHeader(_))), "{name}");
        }
    }
    let mut other = right.clone();
    other[2].1 = "valley.myshopify.com";
    assert_eq!(hear(&other, &body), Err(Unheard::OtherShop));
}

#[test]
fn a_webhook_a_week_old_or_of_tomorrow_is_refused() {
    let body = "{}";
    let signature = secret().sign(body.as_bytes());
    let at = |at: &str| {
        shopify::hear(&secret(), SHOP, &headers(&signature, "orders/create", at), body.as_bytes(), NOW)
            .map(|_| ())
    };
    assert_eq!(at("2026-09-21T13:33:20Z"), Ok(()));
    assert_eq!(at("2026-09-20T14:13:21Z"), Ok(()));
    assert_eq!(at("2026-09-14T13:33:20Z"), Err(Unheard::Stale));
    assert_eq!(at("2026-09-22T13:33:20Z"), Err(Unheard::Stale));
    assert_eq!(at("yesterday"), Err(Unheard::BadHeader("x-shopify-triggered-at")));
}

#[test]
fn a_product_is_read_in_our_words_and_its_struck_price_has_no_basis() {
    let read = shopify::news("products/update", product().to_string().as_bytes(), "USD", "").unwrap();
    let News::Product(told) = read else { panic!("{read:?}") };
    assert_eq!(
        (told.seller.as_str(), told.changed_ms, told.offered, told.struck),
        ("Hill", 1_789_999_200_000, true, 1)
    );
    let product = &told.product;
    assert_eq!(linger_catalogue::check::product(product), []);
    assert_eq!((product.description.as_str(), product.category.as_str()), ("Warm & soft.", "Shirts"));
    assert_eq!(product.tags, ["soft", "warm"]);
    assert_eq!(product.media.iter().map(|it| it.alt.as_str()).collect::<Vec<_>>(), ["Front", ""]);
    let small = &product.variants[0];
    assert_eq!((small.prices[0].minor, small.prices[0].was_minor, small.units), (1_999, None, Some(75)));
    assert_eq!((small.image.as_str(), small.barcode.as_str()), ("https://cdn.example/2.jpg", "ABC-1"));
    let name = |source: &str, id: &str| Outside { source: source.into(), id: id.into() };
    assert_eq!(small.outside, [name("shopify", "642667041472713922"), name("shopify-inventory", "49148385")]);
    assert_eq!(product.variants[1].units, None, "what is not counted there is not counted here");
    assert_eq!(product.outside[0], name("shopify", "788032119674292922"));
}

#[test]
fn what_is_no_product_any_more_stock_of_another_place_and_our_own_orders_are_told_apart() {
    let news = |topic: &str, body: Value| {
        shopify::news(topic, body.to_string().as_bytes(), "USD", "gid://shopify/Location/24826418")
    };
    let mut draft = product();
    draft["status"] = "archived".into();
    let News::Product(told) = news("products/update", draft).unwrap() else { panic!() };
    assert!(!told.offered);
    assert_eq!(news("products/delete", json!({"id": 7})).unwrap(), News::Gone { id: "7".into() });
    let level = |available: Value, location: u64| {
        json!({"inventory_item_id": 271_878_346_596_884_015_u64, "location_id": location, "available": available,
               "updated_at": "2026-09-21T10:00:00-04:00", "admin_graphql_api_id": "gid://shopify/InventoryLevel/1?inventory_item_id=2"})
    };
    let told = news("inventory_levels/update", level(json!(-2), 24_826_418)).unwrap();
    assert_eq!(told, News::Count { stock: "271878346596884015".into(), count: -2, at_ms: 1_789_999_200_000 });
    assert_eq!(news("inventory_levels/update", level(Value::Null, 24_826_418)).unwrap(), News::Nothing);
    assert_eq!(news("inventory_levels/update", level(json!(5), 1)).unwrap(), News::Nothing);
    assert_eq!(news("app/uninstalled", json!({})).unwrap(), News::Nothing);
    let order = json!({
        "id": 820_982_911_946_154_508_u64, "created_at": "2026-09-21T10:00:00-04:00", "currency": "USD", "total_price": "398.00",
        "email": "jon@example.com", "customer": {"first_name": "John"}, "source_name": "linger",
        "note_attributes": [{"name": "linger_order", "value": "tea:o1"}],
        "line_items": [{"id": 1, "variant_id": 808_950_810, "sku": "TEE-S", "quantity": 2, "price": "199.00"},
                       {"id": 2, "variant_id": null, "sku": null, "quantity": 1, "price": "0.00"}],
    });
    let News::Order(order) = news("orders/create", order).unwrap() else { panic!() };
    assert_eq!((order.total_minor, order.ours.as_deref(), order.lines.len()), (39_800, Some("tea:o1"), 2));
    assert!(!format!("{order:?}").contains("John"), "of a buyer nothing is read");
}

#[test]
fn a_body_of_another_shape_is_refused() {
    for (topic, body) in [
        ("products/update", "{}"),
        ("products/update", "not json"),
        ("products/update", r#"{"id":1,"title":"a","updated_at":"x","variants":[]}"#),
        (
            "products/update",
            r#"{"id":1,"title":"a","updated_at":"2026-09-21T10:00:00Z","variants":[{"id":1,"price":"ten"}]}"#,
        ),
        ("inventory_levels/update", r#"{"inventory_item_id":1}"#),
        (
            "orders/create",
            r#"{"id":1,"created_at":"2026-09-21T10:00:00Z","currency":"USD","total_price":"1.005"}"#,
        ),
    ] {
        assert_eq!(shopify::news(topic, body.as_bytes(), "USD", ""), Err(Unheard::BadBody), "{topic} {body}");
    }
}

fn throttle(left: f64) -> Value {
    json!({"cost": {"requestedQueryCost": 120, "actualQueryCost": 20,
        "throttleStatus": {"maximumAvailable": 1000.0, "currentlyAvailable": left, "restoreRate": 50.0}}})
}

fn page(next: Option<&str>, left: f64) -> Value {
    let node = json!({
        "id": "gid://shopify/Product/7", "title": "Cup", "descriptionHtml": "White", "vendor": "Hill", "productType": "Cups",
        "handle": "cup", "tags": ["white"], "status": "ACTIVE", "updatedAt": "2026-09-21T14:00:00Z",
        "options": [{"name": "Title", "values": ["Default Title"]}],
        "media": {"nodes": [
            {"mediaContentType": "MODEL_3D", "alt": "A cup", "preview": {"image": {"url": "https://cdn.example/p.jpg"}},
             "sources": [{"url": "https://cdn.example/a.usdz", "mimeType": "model/vnd.usdz+zip"},
                         {"url": "https://cdn.example/a.glb", "mimeType": "model/gltf-binary"}]},
            {"mediaContentType": "IMAGE", "alt": null, "image": {"url": "https://cdn.example/1.jpg"}, "preview": null},
        ]},
        "variants": {"nodes": [
            {"id": "gid://shopify/ProductVariant/8", "sku": "C1", "barcode": null, "price": "5.00", "compareAtPrice": null,
             "inventoryQuantity": 4, "selectedOptions": [{"name": "Title", "value": "Default Title"}], "image": null,
             "inventoryItem": {"id": "gid://shopify/InventoryItem/9", "tracked": true,
                               "measurement": {"weight": {"value": 0.25, "unit": "KILOGRAMS"}}}}]},
    });
    json!({
        "data": {"shop": {"currencyCode": "EUR"}, "products": {"nodes": [node, {"id": "broken"}],
                 "pageInfo": {"hasNextPage": next.is_some(), "endCursor": next}}},
        "extensions": throttle(left),
    })
}

#[tokio::test]
async fn a_catalogue_comes_page_by_page_and_the_shops_limit_is_kept() {
    let shop = Shop::open(vec![(200, page(Some("c1"), 900.0)), (200, page(None, 20.0))]).await;
    let client = shopify::Client::new(&shop.url, "shpat_token", "").unwrap();
    let first = client.page(None).await.unwrap();
    assert_eq!((first.products.len(), first.unread, first.next.as_deref()), (1, 1, Some("c1")));
    let product = &first.products[0].product;
    assert_eq!(product.media[0].kind, MediaKind::Model);
    assert_eq!((product.media[0].url.as_str(), product.options.len()), ("https://cdn.example/a.glb", 0));
    let variant = &product.variants[0];
    assert_eq!((variant.weight_g, variant.units, variant.prices[0].minor), (Some(250), Some(4), 500));
    assert_eq!(variant.prices[0].currency, "EUR");
    let second = client.page(Some("c1")).await.unwrap();
    assert_eq!(second.next, None);
    // 20 points are left and a page costs 120: it is not even asked.
    let Err(ShopFault::Busy { wait_ms }) = client.page(None).await else { panic!() };
    assert!((1..=2_000).contains(&wait_ms), "{wait_ms}");
    let asked = shop.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].path, "/admin/api/2026-04/graphql.json");
    assert_eq!(asked[0].header("x-shopify-access-token"), "shpat_token");
    assert_eq!(asked[1].body["variables"]["after"], "c1");
}

#[tokio::test]
async fn stock_is_written_back_as_a_change_under_a_key() {
    let done =
        json!({"data": {"inventoryAdjustQuantities": {"userErrors": []}}, "extensions": throttle(990.0)});
    let shop = Shop::open(vec![(200, done)]).await;
    let client = shopify::Client::new(&shop.url, "t", "24826418").unwrap();
    let back = Back::Stock { stock: "49148385".into(), delta: -2 };
    client.write(&back, "staff:k1", false).await.unwrap();
    let asked = &shop.asked()[0].body;
    assert!(asked["query"].as_str().unwrap().contains("@idempotent(key: $key)"));
    assert_eq!(asked["variables"]["key"], "staff:k1");
    let change = &asked["variables"]["input"]["changes"][0];
    assert_eq!(
        *change,
        json!({"delta": -2, "inventoryItemId": "gid://shopify/InventoryItem/49148385",
               "locationId": "gid://shopify/Location/24826418", "changeFromQuantity": null})
    );
}

#[tokio::test]
async fn an_order_is_written_back_once_though_the_answer_was_lost() {
    let made = json!({"data": {"orderCreate": {"order": {"id": "gid://shopify/Order/1"}, "userErrors": []}}});
    let found = json!({"data": {"orders": {"nodes": [{"id": "gid://shopify/Order/1"}]}}});
    let shop = Shop::open(vec![(200, made), (200, found)]).await;
    let client = shopify::Client::new(&shop.url, "t", "").unwrap();
    let lines = vec![BackLine { variant: "8".into(), units: 2, minor: 450 }];
    let back = Back::Order(BackOrder { currency: "EUR".into(), lines });
    client.write(&back, "tea:o1", false).await.unwrap();
    client.write(&back, "tea:o1", true).await.unwrap();
    let asked = shop.asked();
    let order = &asked[0].body["variables"]["order"];
    assert_eq!(order["sourceIdentifier"], "tea:o1");
    assert_eq!(order["customAttributes"][0], json!({"key": "linger_order", "value": "tea:o1"}));
    assert_eq!(order["lineItems"][0]["priceSet"]["shopMoney"]["amount"], "4.50");
    assert_eq!(asked[0].body["variables"]["options"]["inventoryBehaviour"], "BYPASS");
    assert_eq!(asked[1].body["variables"]["query"], "source_identifier:'tea:o1'");
    assert_eq!(asked.len(), 2);
}

#[tokio::test]
async fn what_a_shop_answers_says_whether_to_ask_again() {
    let throttled = json!({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": throttle(10.0)});
    let denied = json!({"errors": [{"extensions": {"code": "ACCESS_DENIED"}}]});
    let refused =
        json!({"data": {"inventoryAdjustQuantities": {"userErrors": [{"code": "INVALID_LOCATION"}]}}});
    for (status, answer, fault) in [
        (200, throttled, None),
        (200, denied, Some(ShopFault::NotAllowed)),
        (200, refused, Some(ShopFault::Refused)),
        (200, json!([]), Some(ShopFault::Strange)),
        (401, json!({}), Some(ShopFault::NotAllowed)),
        (503, json!({}), Some(ShopFault::Away)),
        (429, json!({}), Some(ShopFault::Busy { wait_ms: 3_000 })),
        (404, json!({}), Some(ShopFault::Refused)),
    ] {
        let shop = Shop::open(vec![(status, answer)]).await;
        let client = shopify::Client::new(&shop.url, "shpat_token", "1").unwrap();
        let back = Back::Stock { stock: "1".into(), delta: 1 };
        let told = client.write(&back, "k", false).await.unwrap_err();
        match fault {
            Some(fault) => assert_eq!(told, fault, "{status}"),
            None => assert!(matches!(told, ShopFault::Busy { .. }), "{told:?}"),
        }
        assert!(!format!("{client:?} {told:?}").contains("shpat"), "no token is printed");
    }
    let nowhere = "http://127.0.0.1:9/".parse().unwrap();
    let client = shopify::Client::new(&nowhere, "t", "").unwrap();
    assert_eq!(client.page(None).await, Err(ShopFault::Away));
}
