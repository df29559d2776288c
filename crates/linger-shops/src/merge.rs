//! What is known here of a product, with what a shop tells of it. It does not know which shop, or how either is kept.
//!
//! The shop's are: title, description, category, tags, options, variants with SKU, barcode, weight and general price, and its
//! pictures. Ours stay: facts, return rules, related and matching products, the price guarantee, prices of regions, films
//! and models that the shop has none of, and the names that others have for it.

use linger_catalogue::{MediaKind, Offer, Outside, Product, Variant};

/// The product to be kept.
pub fn merged(told: Product, known: Option<&Product>) -> Product {
    let Some(known) = known else { return told };
    let mut product = Product {
        id: known.id,
        facts: known.facts.clone(),
        returns: known.returns,
        related: known.related.clone(),
        matching: known.matching.clone(),
        guarantee_days: known.guarantee_days,
        rating: known.rating,
        seller: told.seller.or(known.seller),
        ..told
    };
    for kind in [MediaKind::Video, MediaKind::Model] {
        if !product.media.iter().any(|it| it.kind == kind) {
            product.media.extend(known.media.iter().filter(|it| it.kind == kind).cloned());
        }
    }
    product.media.truncate(20);
    add_names(&mut product.outside, &known.outside);
    // A product without options has one variant, whatever it is called.
    let lone = product.options.is_empty() && known.options.is_empty();
    for variant in &mut product.variants {
        let same = |it: &&Variant| {
            lone || it.outside.iter().any(|name| variant.outside.contains(name))
                || (!variant.sku.is_empty() && it.sku == variant.sku)
                || it.values == variant.values
        };
        let Some(before) = known.variants.iter().find(same) else { continue };
        variant.item = before.item;
        variant.returns = before.returns;
        variant.units = before.units;
        prices(&mut variant.prices, &before.prices);
        add_names(&mut variant.outside, &before.outside);
    }
    product
}

/// Prices of regions stay. What the general price strikes stays while the price is the same.
fn prices(told: &mut Vec<Offer>, known: &[Offer]) {
    for before in known {
        match told.iter_mut().find(|it| it.region == before.region) {
            None => told.push(before.clone()),
            Some(now) if (now.minor, &now.currency) == (before.minor, &before.currency) => {
                now.clone_from(before);
            }
            Some(_) => {}
        }
    }
}

/// Names of other sources stay; of the same source the new one counts.
fn add_names(told: &mut Vec<Outside>, known: &[Outside]) {
    let sources: Vec<String> = told.iter().map(|it| it.source.clone()).collect();
    told.extend(known.iter().filter(|it| !sources.contains(&it.source)).cloned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use linger_catalogue::{Basis, Fact, Media};

    fn offer(minor: i64) -> Offer {
        Offer { minor, currency: "EUR".into(), ..Offer::default() }
    }

    fn name(source: &str, id: &str) -> Outside {
        Outside { source: source.into(), id: id.into() }
    }

    fn known() -> Product {
        let struck = Offer { was_minor: Some(900), basis: Some(Basis::Lowest30Days), ..offer(700) };
        Product {
            id: 7,
            title: "Old".into(),
            facts: vec![Fact { name: "Material".into(), value: "Clay".into() }],
            guarantee_days: 7,
            variants: vec![Variant {
                item: 7,
                prices: vec![struck, Offer { region: "CH".into(), ..offer(750) }],
                units: Some(3),
                outside: vec![name("erp", "X1")],
                ..Variant::default()
            }],
            media: vec![Media {
                kind: MediaKind::Model,
                url: "/cup.glb".into(),
                alt: String::new(),
                poster: String::new(),
            }],
            outside: vec![name("shopify", "old"), name("erp", "X")],
            ..Product::default()
        }
    }

    #[test]
    fn the_shops_words_count_and_what_it_does_not_know_stays() {
        let told = Product {
            title: "New".into(),
            variants: vec![Variant { prices: vec![offer(700)], ..Variant::default() }],
            outside: vec![name("shopify", "new")],
            ..Product::default()
        };
        let product = merged(told.clone(), Some(&known()));
        assert_eq!((product.id, product.title.as_str(), product.guarantee_days), (7, "New", 7));
        assert_eq!(product.facts, known().facts);
        assert_eq!(product.media, known().media);
        assert_eq!(product.variants[0].prices, known().variants[0].prices, "the same price strikes on");
        assert_eq!((product.variants[0].item, product.variants[0].units), (7, Some(3)));
        assert_eq!(product.outside, [name("shopify", "new"), name("erp", "X")]);
        let mut dearer = told.clone();
        dearer.variants[0].prices[0].minor = 800;
        let product = merged(dearer, Some(&known()));
        assert_eq!(product.variants[0].prices[0].was_minor, None, "another price strikes nothing by itself");
        assert_eq!(merged(told.clone(), None), told);
    }
}
