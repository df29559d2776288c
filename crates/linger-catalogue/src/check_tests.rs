//! Every bound of a product and a seller, by the name of its field. It does not know the order of checks.

use super::*;
use crate::{Basis, MediaKind};

fn cup() -> Product {
    let offer = Offer { minor: 1_990, currency: "EUR".into(), ..Offer::default() };
    Product {
        id: 7,
        title: "Cup".into(),
        variants: vec![Variant { item: 7, prices: vec![offer], ..Variant::default() }],
        ..Product::default()
    }
}

fn shirt() -> Product {
    let values = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let variant = |item, size: &str| Variant {
        item,
        sku: format!("S-{size}"),
        values: values(&["Red", size]),
        ..cup().variants.remove(0)
    };
    Product {
        options: vec![
            Choice { name: "Colour".into(), values: values(&["Red"]) },
            Choice { name: "Size".into(), values: values(&["S", "M"]) },
        ],
        variants: vec![variant(70, "S"), variant(71, "M")],
        ..cup()
    }
}

#[test]
fn what_is_right_is_taken() {
    assert_eq!(product(&cup()), []);
    assert_eq!(product(&shirt()), []);
    assert_eq!(product(&Product { id: 0, ..shirt() }), []);
}

#[test]
fn every_wrong_field_is_named() {
    type Change = fn(&mut Product);
    let wrong: [(&str, Change); 32] = [
        ("id", |it| it.id = 1 << 53),
        ("title", |it| it.title = " ".into()),
        ("title", |it| it.title = "x".repeat(121)),
        ("description", |it| it.description = "x".repeat(4_001)),
        ("description", |it| it.description = "\u{7}".into()),
        ("category", |it| it.category = "x".repeat(51)),
        ("tags", |it| it.tags = vec!["x".into(); 33]),
        ("tags.1", |it| it.tags = vec!["x".into(), String::new()]),
        ("options.0.name", |it| it.options[0].name.clear()),
        ("options.1.values", |it| it.options[1].values.push("S".into())),
        ("variants", |it| it.variants.clear()),
        ("variants", |it| it.variants[1].item = 70),
        ("variants", |it| it.variants[1].sku = "S-S".into()),
        ("variants.1.values", |it| it.variants[1].values = vec!["Red".into()]),
        ("variants.1.values", |it| it.variants[1].values[1] = "XL".into()),
        ("variants.0.barcode", |it| it.variants[0].barcode = "12 34".into()),
        ("variants.0.units", |it| it.variants[0].units = Some(10_000_001)),
        ("variants.0.image", |it| it.variants[0].image = "javascript:alert(1)".into()),
        ("variants.0.prices", |it| it.variants[0].prices.clear()),
        ("variants.0.prices", |it| it.variants[0].prices[0].region = "DE".into()),
        ("variants.0.prices.0.minor", |it| it.variants[0].prices[0].minor = 0),
        ("variants.0.prices.0.currency", |it| it.variants[0].prices[0].currency = "euro".into()),
        ("variants.0.prices.0.was_minor", |it| it.variants[0].prices[0].was_minor = Some(9_999)),
        ("variants.0.prices.0.was_minor", |it| it.variants[0].prices[0].basis = Some(Basis::Lowest30Days)),
        ("media.0.url", |it| {
            let url = "http://elsewhere.example/a.glb".to_owned();
            it.media = vec![Media { kind: MediaKind::Model, url, alt: String::new(), poster: String::new() }];
        }),
        ("facts.0.value", |it| it.facts = vec![Fact { name: "a".into(), value: String::new() }]),
        ("facts", |it| it.facts = vec![Fact { name: "a".into(), value: "b".into() }; 2]),
        ("returns.days", |it| it.returns = Some(Returns::NoReason { days: 0 })),
        ("related", |it| it.related = vec![7]),
        ("guarantee_days", |it| it.guarantee_days = 366),
        ("rating", |it| it.rating = Some(f64::NAN)),
        ("outside.0.id", |it| it.outside = vec![Outside { source: "shopify".into(), id: String::new() }]),
    ];
    for (field, change) in wrong {
        let mut told = shirt();
        change(&mut told);
        let found = product(&told);
        assert!(found.iter().any(|it| it.field == field), "{field}: {found:?}");
    }
}

#[test]
fn without_options_there_is_one_variant_of_the_products_own_number() {
    let mut told = cup();
    told.variants[0].item = 8;
    assert_eq!(product(&told)[0].field, "variants.0.item");
    let mut told = cup();
    told.variants.push(Variant { item: 0, ..told.variants[0].clone() });
    assert!(product(&told).iter().any(|it| it.field == "variants"));
}

#[test]
fn an_address_that_could_do_something_else_is_refused() {
    for right in ["/products/1.webp", "https://cdn.example/a.glb?v=1"] {
        assert!(is_url(right), "{right}");
    }
    for wrong in [
        "",
        "//elsewhere.example/a",
        "http://elsewhere.example/a",
        "https://",
        "https://user@elsewhere.example/a",
        "data:text/html,x",
        "javascript:alert(1)",
        "/a b",
        "/a\"b",
        &format!("/{}", "x".repeat(512)),
    ] {
        assert!(!is_url(wrong), "{wrong}");
    }
}

#[test]
fn a_seller_has_a_name() {
    assert_eq!(seller(&Seller::default())[0].field, "name");
    let hill = Seller { name: "Hill & Sons".into(), ..Seller::default() };
    assert_eq!(seller(&hill), []);
    let image = Seller { licence_image: "ftp://x".into(), ..hill };
    assert_eq!(seller(&image)[0].field, "licence_image");
}
