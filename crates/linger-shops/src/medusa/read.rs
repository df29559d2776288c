//! Medusa's products and levels of stock in our words. It does not know how they were asked for.
//!
//! Source: the Admin interface of Medusa 2. Amounts are in major units, as numbers; a price with rules holds for some buyers
//! only and is not taken.

use super::{SOURCE, STOCK_SOURCE};
use crate::told::{ShopProduct, moment};
use linger_catalogue::{Choice, Media, MediaKind, Offer, Outside, Product, Variant, money};
use serde_json::Value;

/// A product; `None` when something it must have is missing.
pub(super) fn product(told: &Value, currency: &str, location: &str) -> Option<ShopProduct> {
    let text = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
    let list = |of: &Value| of.as_array().cloned().unwrap_or_default();
    let mut options: Vec<(String, Choice)> = list(&told["options"])
        .iter()
        .map(|it| {
            let values = list(&it["values"]).iter().map(|it| text(it, "value")).collect();
            (text(it, "id"), Choice { name: text(it, "title"), values })
        })
        .collect();
    let rows = list(&told["variants"]);
    // Medusa's stand-in for "no options".
    let lone = rows.len() == 1 && options.iter().all(|it| it.1.name == "Default option");
    if lone {
        options.clear();
    }
    let variants = rows.iter().map(|row| {
        let chosen = list(&row["options"]);
        let value = |id: &String| {
            let found =
                chosen.iter().find(|it| it["option_id"] == id.as_str() || it["option"]["id"] == id.as_str());
            found.map(|it| text(it, "value")).unwrap_or_default()
        };
        let stock = &row["inventory_items"][0];
        let mut outside = vec![Outside { source: SOURCE.into(), id: row["id"].as_str()?.to_owned() }];
        let name = stock["inventory_item_id"].as_str().or_else(|| stock["inventory"]["id"].as_str());
        let counted = row["manage_inventory"].as_bool() == Some(true);
        outside.extend(
            name.filter(|_| counted).map(|id| Outside { source: STOCK_SOURCE.into(), id: id.to_owned() }),
        );
        let count = level(&stock["inventory"]["location_levels"], location).filter(|_| counted);
        Some(Variant {
            sku: text(row, "sku"),
            values: options.iter().map(|it| value(&it.0)).collect(),
            prices: vec![Offer {
                minor: price(&row["prices"], currency)?,
                currency: currency.to_owned(),
                ..Offer::default()
            }],
            barcode: text(row, "barcode").to_uppercase(),
            weight_g: row["weight"].as_u64().and_then(|it| u32::try_from(it).ok()),
            units: count.map(|it| u64::try_from(it).unwrap_or(0)),
            outside,
            ..Variant::default()
        })
    });
    let variants = variants.collect::<Option<Vec<_>>>()?;
    let picture = |it: &Value| {
        Some(Media {
            kind: MediaKind::Image,
            url: it["url"].as_str()?.to_owned(),
            alt: String::new(),
            poster: String::new(),
        })
    };
    let mut outside = vec![Outside { source: SOURCE.into(), id: told["id"].as_str()?.to_owned() }];
    outside.extend(
        told["handle"].as_str().map(|it| Outside { source: "medusa-handle".into(), id: it.to_owned() }),
    );
    let category = told["categories"][0]["name"].as_str().or_else(|| told["type"]["value"].as_str());
    let product = Product {
        title: text(told, "title").trim().chars().take(120).collect(),
        description: text(told, "description").chars().take(4_000).collect(),
        category: category.unwrap_or_default().chars().take(50).collect(),
        tags: list(&told["tags"])
            .iter()
            .map(|it| text(it, "value").chars().take(40).collect())
            .take(32)
            .collect(),
        options: options.into_iter().map(|it| it.1).collect(),
        variants,
        media: list(&told["images"]).iter().filter_map(picture).take(20).collect(),
        outside,
        ..Product::default()
    };
    Some(ShopProduct {
        product,
        seller: String::new(),
        changed_ms: moment(told["updated_at"].as_str()?)?,
        offered: told["status"].as_str() == Some("published"),
        struck: 0,
    })
}

/// What is to be sold at a location (any when it is empty): what is stocked less what is reserved.
pub(super) fn level(levels: &Value, location: &str) -> Option<i64> {
    let levels = levels.as_array()?;
    let ours = levels.iter().filter(|it| location.is_empty() || it["location_id"] == location);
    ours.map(|it| {
        let reserved = it["reserved_quantity"].as_i64().unwrap_or(0);
        Some(it["stocked_quantity"].as_i64()? - reserved)
    })
    .try_fold(None, |sum: Option<i64>, it| Some(Some(sum.unwrap_or(0) + it?)))
    .flatten()
}

/// What one costs in a currency, for everybody.
fn price(prices: &Value, currency: &str) -> Option<i64> {
    let rules = |it: &Value| {
        it["rules_count"].as_u64().unwrap_or(0) > 0
            || it["min_quantity"].as_u64().is_some_and(|it| it > 1)
            || it["price_rules"].as_array().is_some_and(|it| !it.is_empty())
    };
    let of = |it: &&Value| it["currency_code"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(currency));
    let found = prices.as_array()?.iter().filter(of).find(|it| !rules(it))?;
    match &found["amount"] {
        Value::Number(number) => money::read(&number.to_string(), currency),
        Value::String(text) => money::read(text, currency),
        _ => None,
    }
}
