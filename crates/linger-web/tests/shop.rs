//! The catalogue over HTTP: who keeps it and how, what a viewer sees, files in and out. It does not look into tables.

#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod house;

use house::{Door, Said, Who};
use linger_protocol::Role;
use serde_json::{Value, json};

const DAY_MS: u64 = 86_400_000;

async fn open() -> (Door, Who) {
    let door = Door::open().await;
    let operator = door.signed_in(Role::Operator).await;
    (door, operator)
}

fn price(minor: i64) -> Value {
    json!({"minor": minor, "currency": "EUR"})
}

fn shirt() -> Value {
    json!({
        "title": "Shirt", "category": "tops", "options": [{"name": "Size", "values": ["S", "M"]}],
        "variants": [
            {"sku": "S-S", "values": ["S"], "prices": [price(1_990)], "units": 5},
            {"sku": "S-M", "values": ["M"], "prices": [price(2_190), {"region": "CH", "minor": 2_500, "currency": "CHF"}],
             "returns": {"kind": "excepted", "why": "made-to-order"}},
        ],
        "media": [{"kind": "image", "url": "/p/1.webp", "alt": "Front"}, {"kind": "model", "url": "/p/1.glb", "poster": "/p/1.webp"}],
        "facts": [{"name": "Material", "value": "Cotton"}],
        "returns": {"kind": "no_reason", "days": 14}, "guarantee_days": 7,
    })
}

async fn keep(door: &Door, who: &Who, products: Value) -> Said {
    door.post("/api/products", who, json!({"products": products})).await
}

async fn put(door: &Door, who: &Who, path: &str, body: Value) -> Said {
    door.call("PUT", path, who, Some(("application/json", body.to_string()))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_sees_a_product_whole_with_its_seller_and_its_lowest_prices() {
    let (door, operator) = open().await;
    let seller = json!({"name": "Hill", "legal_name": "Hill GmbH", "registration": "HRB 1", "address": "Hill 1", "contact": "+49 1"});
    let seller = door.post("/api/sellers", &operator, seller).await;
    assert_eq!(seller.status.as_u16(), 201, "{}", seller.text);
    let mut told = shirt();
    told["seller"] = seller.json()["id"].clone();
    let said = keep(
        &door,
        &operator,
        json!([told, {"id": 7, "title": "Cup", "variants": [{"prices": [price(500)]}]}]),
    )
    .await;
    assert_eq!(said.status.as_u16(), 200, "{}", said.text);
    let id = said.json()["ids"][0].as_u64().unwrap();
    // Sessions end long before.
    door.pass(40 * DAY_MS);
    let operator = door.signed_in(Role::Operator).await;
    let mut record =
        door.get(&format!("/api/products?ids={id}"), &operator).await.json()["products"][0].clone();
    record["variants"][0]["prices"][0] =
        json!({"minor": 1_490, "currency": "EUR", "was_minor": 1_990, "basis": "lowest_30_days"});
    record["matching"] = json!([7]);
    let said = put(&door, &operator, &format!("/api/products/{id}"), record).await;
    assert_eq!((said.status.as_u16(), said.json()["changed"].as_u64()), (200, Some(1)), "{}", said.text);
    door.pass(DAY_MS);
    let page = door.get(&format!("/api/products/{id}"), &Who::default()).await.json();
    assert_eq!(page["seller"]["registration"], "HRB 1");
    assert_eq!(page["media"][1]["kind"], "model");
    assert_eq!(page["returns"], json!({"kind": "no_reason", "days": 14}));
    assert_eq!(page["variants"][1]["returns"], json!({"kind": "excepted", "why": "made-to-order"}));
    let cut = &page["variants"][0]["price"];
    assert_eq!(
        (&cut["minor"], &cut["was_minor"], &cut["basis"]),
        (&json!(1_490), &json!(1_990), &json!("lowest_30_days"))
    );
    assert_eq!((&cut["lowest_7"]["minor"], &cut["lowest_30"]["minor"]), (&json!(1_490), &json!(1_490)));
    assert_eq!(
        (&page["variants"][0]["in_stock"], &page["variants"][1]["in_stock"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!((&page["matching"][0]["title"], &page["matching"][0]["minor"]), (&json!("Cup"), &json!(500)));
    let item = page["variants"][1]["item"].as_u64().unwrap();
    let swiss = door.get(&format!("/api/products/{item}?region=CH"), &Who::default()).await.json();
    assert_eq!(swiss["id"], page["id"], "a variant leads to its product");
    assert_eq!(swiss["variants"][1]["price"]["currency"], "CHF");
    let nowhere = door.get("/api/products/999", &Who::default()).await;
    assert_eq!(nowhere.refusal(), (404, "no-such-item".to_owned()));
    let wrong = door.get(&format!("/api/products/{id}?region=ch"), &Who::default()).await;
    assert_eq!(wrong.json()["field"], "region");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_is_named_and_nothing_of_it_is_kept() {
    let (door, operator) = open().await;
    let mut bad = shirt();
    bad["variants"][0]["prices"][0]["was_minor"] = json!(9_999);
    bad["variants"][1]["sku"] = json!("S-S");
    bad["media"][0]["url"] = json!("javascript:alert(1)");
    let said =
        keep(&door, &operator, json!([{"title": "Cup", "variants": [{"prices": [price(1)]}]}, bad])).await;
    assert_eq!(said.refusal(), (400, "bad-field".to_owned()));
    let problems = said.json()["problems"].as_array().unwrap().clone();
    let fields: Vec<&str> = problems.iter().map(|it| it["field"].as_str().unwrap()).collect();
    assert_eq!(
        fields,
        ["products.1.variants.0.prices.0.was_minor", "products.1.variants", "products.1.media.0.url"]
    );
    assert!(!said.text.contains("javascript"), "what was sent is not repeated");
    assert_eq!(door.get("/api/products", &operator).await.json()["total"], 0);
    let unknown = keep(&door, &operator, json!([{"titel": "Cup"}])).await;
    assert_eq!((unknown.status.as_u16(), unknown.code().as_str()), (400, "bad-field"));
    let honest = keep(
        &door,
        &operator,
        json!([{"id": 7, "title": "Cup", "variants": [{"item": 7, "prices": [
        {"minor": 500, "currency": "EUR", "was_minor": 900, "basis": "lowest_30_days"}]}]}]),
    )
    .await;
    assert_eq!(honest.json()["why"], "it was not on sale for 30 days before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shops_own_server_keeps_the_catalogue_with_a_trusted_key() {
    let (door, operator) = open().await;
    let key = async |trusted: bool| {
        let new = json!({"name": "ERP", "source": "erp", "trusted": trusted});
        let made = door.post("/api/write-keys", &operator, new).await;
        Who::bearer(made.json()["key"].as_str().unwrap())
    };
    let (server, page) = (key(true).await, key(false).await);
    assert_eq!(keep(&door, &server, json!([shirt()])).await.status.as_u16(), 200);
    assert_eq!(keep(&door, &page, json!([shirt()])).await.refusal(), (403, "not-allowed".to_owned()));
    let none = Who::bearer("wk_none");
    assert_eq!(door.get("/api/products", &none).await.refusal(), (401, "bad-key".to_owned()));
    let found = door.get("/api/products?text=s-m", &server).await.json();
    let item = found["products"][0]["variants"][1]["item"].as_u64().unwrap();
    let history = door.get(&format!("/api/variants/{item}/prices"), &server).await.json();
    assert_eq!(history["steps"][0]["source"], "key:erp");
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_changes_by_a_reason_once_for_a_key_and_not_below_zero() {
    let (door, operator) = open().await;
    keep(&door, &operator, json!([shirt()])).await;
    let found = door.get("/api/products", &operator).await.json();
    let item = |at: usize| found["products"][0]["variants"][at]["item"].as_u64().unwrap();
    let change = async |item: u64, body: Value| {
        door.post(&format!("/api/variants/{item}/stock"), &operator, body).await
    };
    let sold = json!({"by": -2, "reason": "damaged", "key": "k1"});
    assert_eq!(
        change(item(0), sold.clone()).await.json(),
        json!({"units": 3, "allotted": 0, "repeated": false})
    );
    assert_eq!(change(item(0), sold).await.json()["repeated"], true);
    let refused = [
        (item(0), json!({"by": -3, "reason": "damaged", "key": "k1"}), (409, "key-used")),
        (item(0), json!({"by": -4, "reason": "damaged", "key": "k2"}), (409, "too-few-units")),
        (item(1), json!({"by": -1, "reason": "damaged", "key": "k3"}), (409, "not-counted")),
        (9_999, json!({"to": 1, "reason": "counted", "key": "k4"}), (404, "no-such-item")),
        (item(0), json!({"by": 1, "to": 1, "reason": "counted", "key": "k5"}), (400, "bad-field")),
        (item(0), json!({"by": i64::MIN, "reason": "counted", "key": "k6"}), (400, "bad-field")),
        (item(0), json!({"by": 1, "reason": "No Word", "key": "k7"}), (400, "bad-field")),
        (item(0), json!({"by": 1, "reason": "counted", "key": ""}), (400, "bad-field")),
    ];
    for (item, body, (status, code)) in refused {
        let said = change(item, body.clone()).await;
        assert_eq!(said.refusal(), (status, code.to_owned()), "{body}");
    }
    let now = door.get(&format!("/api/variants/{}/stock", item(0)), &operator).await.json();
    assert_eq!(now["allotted"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_struck_price_is_judged_before_it_is_kept() {
    let (door, operator) = open().await;
    keep(&door, &operator, json!([{"id": 7, "title": "Cup", "variants": [{"prices": [price(1_000)]}]}]))
        .await;
    door.pass(40 * DAY_MS);
    let operator = door.signed_in(Role::Operator).await;
    let ask = async |was: i64, basis: &str| {
        let offer = json!({"minor": 800, "currency": "EUR", "was_minor": was, "basis": basis});
        door.post("/api/prices/check", &operator, json!({"item": 7, "offer": offer})).await.json()
    };
    assert_eq!(ask(1_000, "lowest_30_days").await["honest"], true);
    let lies = ask(1_200, "lowest_30_days").await;
    assert_eq!(lies["why"], "the lowest price of the 30 days before was 1000 minor units");
    assert_eq!(lies["lowest_30"], json!({"minor": 1_000, "whole": true}));
}

#[tokio::test(flavor = "multi_thread")]
async fn products_stand_side_by_side() {
    let (door, operator) = open().await;
    let cup = |id: u64, material: &str| {
        json!({"id": id, "title": format!("Cup {id}"), "category": "cups", "variants": [{"prices": [price(1)]}],
               "facts": [{"name": "Material", "value": material}]})
    };
    keep(&door, &operator, json!([cup(1, "Clay"), cup(2, "Glass")])).await;
    for path in ["/api/comparison?products=1,2", "/api/comparison?category=cups"] {
        let table = door.get(path, &Who::default()).await.json();
        assert_eq!(
            table["rows"][0],
            json!({"name": "Material", "values": ["Clay", "Glass"], "differs": true})
        );
    }
    for path in
        ["/api/comparison", "/api/comparison?products=1,2,3,4,5,6,7,8,9", "/api/comparison?products=x"]
    {
        assert_eq!(door.get(path, &Who::default()).await.status.as_u16(), 400, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_rehearsed_brought_in_and_comes_out_as_it_went_in() {
    let (door, operator) = open().await;
    let file = "product,title,option1,value1,sku,price,currency,units,seller\n\
                5,Shirt,Size,S,S-S,19.90,EUR,4,Hill\n5,Shirt,Size,M,S-M,21.90,EUR,,Hill\n\
                6,,,,,1,EUR,,\n7,Cup,,,C-1,ten,EUR,,\n";
    let bring = async |query: &str, file: &str| {
        let path = format!("/api/products/import{query}");
        door.call("POST", &path, &operator, Some(("text/csv", file.to_owned()))).await
    };
    let rehearsal = bring("?dry_run=true", file).await.json();
    assert_eq!((&rehearsal["made"], &rehearsal["rows"]), (&json!(1), &json!(4)));
    let bad: Vec<_> = rehearsal["bad"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["line"].as_u64().unwrap(), it["column"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(bad, [(4, "title".to_owned()), (5, "price".to_owned())]);
    assert_eq!(door.get("/api/products", &operator).await.json()["total"], 0, "nothing was kept");
    assert_eq!(door.get("/api/sellers", &operator).await.json(), json!([]));
    let done = bring("", file).await.json();
    assert_eq!((&done["made"], &done["bad_rows"]), (&json!(1), &json!(2)));
    assert_eq!(door.get("/api/sellers", &operator).await.json()[0]["name"], "Hill");
    let out = door.get("/api/products/export.csv", &operator).await;
    assert!(out.header("content-type").starts_with("text/csv"));
    let again = bring("", &out.text).await.json();
    assert_eq!(
        (&again["made"], &again["changed"], &again["bad_rows"]),
        (&json!(0), &json!(0), &json!(0)),
        "{}",
        out.text
    );
    let counted = out.text.replace(",4,EUR,", ",9,EUR,");
    assert_eq!(bring("", &counted).await.json()["changed"], 1, "a file's count is a count");
    let unreadable = bring("", "title,price\n\u{0}").await;
    assert!(matches!(unreadable.status.as_u16(), 200 | 400));
    assert_eq!(bring("?currency=euro", file).await.json()["field"], "currency");
    assert_eq!(bring("?columns=price", file).await.json()["field"], "columns");
    let empty = bring("", "").await;
    assert_eq!(
        (empty.refusal(), empty.json()["why"].clone()),
        ((400, "bad-file".to_owned()), json!("line 1: the file is empty"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_goes_onto_a_shelf_with_its_product_its_label_and_its_return_rule() {
    let (door, operator) = open().await;
    door.room("tea").await;
    keep(&door, &operator, json!([shirt()])).await;
    let found = door.get("/api/products", &operator).await.json();
    let item = found["products"][0]["variants"][1]["item"].clone();
    door.ask("tea", &operator, json!({"kind": "list-item", "item": item})).await;
    let gone =
        door.call("DELETE", &format!("/api/products/{}", found["products"][0]["id"]), &operator, None).await;
    assert_eq!(gone.status.as_u16(), 200);
    let shelf = door.get("/api/rooms/tea", &operator).await.json();
    assert_eq!(shelf["shelf"][0]["item"]["title"], "Shirt", "{}", shelf["shelf"]);
    let refused =
        door.post("/api/rooms/tea/ask", &operator, json!({"kind": "list-item", "item": 4_444})).await;
    assert_eq!(refused.refusal(), (404, "no-such-item".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_is_there_once_and_stays_while_it_sells() {
    let (door, operator) = open().await;
    let hill = json!({"name": "Hill"});
    let id = door.post("/api/sellers", &operator, hill.clone()).await.json()["id"].as_u64().unwrap();
    assert_eq!(door.post("/api/sellers", &operator, hill).await.refusal(), (409, "seller-taken".to_owned()));
    let mut told = shirt();
    told["seller"] = json!(id);
    keep(&door, &operator, json!([told])).await;
    let path = format!("/api/sellers/{id}");
    assert_eq!(
        door.call("DELETE", &path, &operator, None).await.refusal(),
        (409, "seller-in-use".to_owned())
    );
    let other = json!({"name": "Valley"});
    assert_eq!(
        put(&door, &operator, "/api/sellers/99", other).await.refusal(),
        (404, "no-such-seller".to_owned())
    );
    let bad = put(&door, &operator, &path, json!({"name": "Hill", "licence_image": "ftp://x"})).await;
    assert_eq!(bad.json()["field"], "licence_image");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_shows_its_buyer_and_staff_the_page_as_it_was_whatever_became_of_the_product() {
    let (door, operator) = open().await;
    door.room("tea").await;
    let seller = json!({"name": "Hill", "contact": "+49 1"});
    let seller = door.post("/api/sellers", &operator, seller).await.json()["id"].clone();
    let mut told = shirt();
    told["seller"] = seller.clone();
    told["description"] = json!("Two seams, and pockets.");
    keep(&door, &operator, json!([told.clone()])).await;
    let product = door.get("/api/products", &operator).await.json()["products"][0].clone();
    let item = product["variants"][0]["item"].clone();
    for act in [
        json!({"kind": "list-item", "item": item}),
        json!({"kind": "set-stock", "item": item, "units": 5}),
        json!({"kind": "open-sale", "item": item, "per_person": 3, "hold_ms": 60_000}),
    ] {
        door.ask("tea", &operator, act).await;
    }
    let (ann, bob) = (door.guest("tea").await, door.guest("tea").await);
    // It is on sale for a while before anybody orders.
    door.pass(1_000);
    let orders = ["11".repeat(16), "22".repeat(16)];
    let path = |order: &str| format!("/api/rooms/tea/orders/{order}/pages");
    let place = |order: &str| json!({"kind": "place-order", "order": order, "item": item, "units": 1});
    door.ask("tea", &ann, place(&orders[0])).await;
    let before = door.get(&path(&orders[0]), &ann).await;
    assert_eq!(before.status, 200, "{}", before.text);

    door.pass(1_000);
    let number = product["id"].clone();
    let mut changed = product.clone();
    changed["description"] = json!("One seam.");
    changed["returns"] = json!({"kind": "excepted", "why": "made-to-order"});
    changed["variants"][0]["prices"][0]["minor"] = json!(2_990);
    put(&door, &operator, &format!("/api/products/{number}"), changed).await;
    put(&door, &operator, &format!("/api/sellers/{seller}"), json!({"name": "Hill", "contact": "+49 2"}))
        .await;
    door.pass(1_000);
    door.ask("tea", &ann, place(&orders[1])).await;
    let gone = door.call("DELETE", &format!("/api/products/{number}"), &operator, None).await;
    assert_eq!(gone.status, 200);
    door.pass(1_000);

    let then = door.get(&path(&orders[0]), &ann).await;
    assert_eq!(then.text, before.text, "not a byte of it has changed");
    let page = &then.json()["pages"][0];
    assert_eq!((&page["item"], page["digest"].as_str().unwrap().len()), (&item, 64));
    let page = &page["page"];
    assert_eq!(page["description"], "Two seams, and pockets.");
    assert_eq!((&page["seller"]["contact"], &page["media"][0]["alt"]), (&json!("+49 1"), &json!("Front")));
    assert_eq!(page["returns"], json!({"kind": "no_reason", "days": 14}));
    assert_eq!(page["variants"][0]["price"]["minor"], 1_990);
    assert_eq!(page["variants"][0]["price"]["lowest_30"]["minor"], 1_990);
    let later = door.get(&path(&orders[1]), &operator).await.json();
    let (digest, page) = (&later["pages"][0]["digest"], &later["pages"][0]["page"]);
    assert_ne!(*digest, then.json()["pages"][0]["digest"]);
    assert_eq!((&page["description"], &page["seller"]["contact"]), (&json!("One seam."), &json!("+49 2")));
    assert_eq!(page["variants"][0]["price"]["minor"], 2_990);

    assert_eq!(door.get(&path(&orders[0]), &bob).await.refusal(), (404, "no-such-order".to_owned()));
    assert_eq!(door.get(&path("7"), &ann).await.refusal(), (400, "bad-id".to_owned()));
    let swiss = door.get(&format!("{}?region=ch", path(&orders[0])), &ann).await;
    assert_eq!(swiss.json()["field"], "region");
}
