//! What Shopify tells, in the shape of its webhooks and of its GraphQL interface, in our words. It does not know how it
//! travelled.
//!
//! Invariant: of an order's buyer, names, addresses and mail, no field is read.

use super::{SOURCE, STOCK_SOURCE, bare};
use crate::told::{News, ShopOrder, ShopOrderLine, ShopProduct, Unheard, moment};
use linger_catalogue::{Choice, Media, MediaKind, Offer, Outside, Product, Variant, csv::plain, money};
use serde::{Deserialize, Deserializer};

/// What a webhook of this topic tells. Prices are in `currency`, stock of `location` counts (any when it is empty).
///
/// # Errors
/// [`Unheard::BadBody`] when the body is not of the documented shape.
pub fn news(topic: &str, body: &[u8], currency: &str, location: &str) -> Result<News, Unheard> {
    match topic {
        "products/create" | "products/update" => {
            let told: HookProduct = parse(body)?;
            let product = told.meant(currency).ok_or(Unheard::BadBody)?;
            Ok(News::Product(Box::new(product)))
        }
        "products/delete" => Ok(News::Gone { id: parse::<Gone>(body)?.id }),
        "inventory_levels/update" => {
            let told: HookLevel = parse(body)?;
            let at_ms = moment(&told.updated_at).ok_or(Unheard::BadBody)?;
            let ours = location.is_empty() || bare(location) == told.location_id;
            Ok(match told.available.filter(|_| ours) {
                Some(count) => News::Count { stock: told.inventory_item_id, count, at_ms },
                // Not counted there, or at another place.
                None => News::Nothing,
            })
        }
        "orders/create" => Ok(News::Order(order(parse(body)?).ok_or(Unheard::BadBody)?)),
        _ => Ok(News::Nothing),
    }
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Unheard> {
    serde_json::from_slice(body).map_err(|_| Unheard::BadBody)
}

/// A number or a text, as a text: ids are larger than some readers hold.
fn id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Number(u64),
        Text(String),
    }
    Ok(match Id::deserialize(from)? {
        Id::Number(number) => number.to_string(),
        Id::Text(text) => bare(&text),
    })
}

#[derive(Deserialize)]
struct Gone {
    #[serde(deserialize_with = "id")]
    id: String,
}

#[derive(Deserialize)]
struct HookLevel {
    #[serde(deserialize_with = "id")]
    inventory_item_id: String,
    #[serde(deserialize_with = "id")]
    location_id: String,
    available: Option<i64>,
    updated_at: String,
}

#[derive(Deserialize)]
struct HookProduct {
    #[serde(deserialize_with = "id")]
    id: String,
    title: String,
    #[serde(default)]
    body_html: Option<String>,
    #[serde(default)]
    vendor: Option<String>,
    #[serde(default)]
    product_type: Option<String>,
    #[serde(default)]
    handle: Option<String>,
    updated_at: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    options: Vec<HookOption>,
    variants: Vec<HookVariant>,
    #[serde(default)]
    images: Vec<HookImage>,
}

#[derive(Deserialize)]
struct HookOption {
    name: String,
    #[serde(default)]
    values: Vec<String>,
}

#[derive(Deserialize)]
struct HookVariant {
    #[serde(deserialize_with = "id")]
    id: String,
    price: String,
    #[serde(default)]
    compare_at_price: Option<String>,
    #[serde(default)]
    sku: Option<String>,
    #[serde(default)]
    barcode: Option<String>,
    #[serde(default)]
    option1: Option<String>,
    #[serde(default)]
    option2: Option<String>,
    #[serde(default)]
    option3: Option<String>,
    #[serde(default)]
    grams: Option<u32>,
    #[serde(default, deserialize_with = "some_id")]
    inventory_item_id: Option<String>,
    #[serde(default)]
    inventory_management: Option<String>,
    #[serde(default)]
    inventory_quantity: Option<i64>,
    #[serde(default, deserialize_with = "some_id")]
    image_id: Option<String>,
}

fn some_id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct It(#[serde(deserialize_with = "id")] String);
    Ok(Option::<It>::deserialize(from)?.map(|it| it.0))
}

#[derive(Deserialize)]
struct HookImage {
    #[serde(deserialize_with = "id")]
    id: String,
    src: String,
    #[serde(default)]
    alt: Option<String>,
    #[serde(default)]
    position: u32,
}

impl HookProduct {
    fn meant(mut self, currency: &str) -> Option<ShopProduct> {
        self.images.sort_by_key(|it| it.position);
        let count = self.options.len();
        let variants = self.variants.iter().map(|it| {
            let values = [&it.option1, &it.option2, &it.option3];
            let picture = self.images.iter().find(|image| it.image_id.as_ref() == Some(&image.id));
            Told {
                id: it.id.clone(),
                price: it.price.clone(),
                compared: it.compare_at_price.clone(),
                sku: it.sku.clone(),
                barcode: it.barcode.clone(),
                values: values.into_iter().take(count).map(|it| it.clone().unwrap_or_default()).collect(),
                grams: it.grams,
                stock: it.inventory_item_id.clone(),
                units: it.inventory_management.as_ref().and(it.inventory_quantity),
                picture: picture.map(|it| it.src.clone()),
            }
        });
        let media = self.images.iter().map(|it| Media {
            kind: MediaKind::Image,
            url: it.src.clone(),
            alt: short(it.alt.as_deref().unwrap_or_default()),
            poster: String::new(),
        });
        meant(
            Head {
                id: self.id.clone(),
                title: self.title,
                html: self.body_html,
                vendor: self.vendor,
                kind: self.product_type,
                handle: self.handle,
                changed: self.updated_at,
                offered: self.status.is_none_or(|it| it.eq_ignore_ascii_case("active")),
                tags: self.tags.split(',').map(|it| it.trim().to_owned()).collect(),
                options: self.options.into_iter().map(|it| (it.name, it.values)).collect(),
            },
            variants.collect(),
            media.collect(),
            currency,
        )
    }
}

/// What both shapes say of a product.
pub(super) struct Head {
    pub id: String,
    pub title: String,
    pub html: Option<String>,
    pub vendor: Option<String>,
    pub kind: Option<String>,
    pub handle: Option<String>,
    pub changed: String,
    pub offered: bool,
    pub tags: Vec<String>,
    pub options: Vec<(String, Vec<String>)>,
}

/// What both shapes say of a variant.
pub(super) struct Told {
    pub id: String,
    pub price: String,
    pub compared: Option<String>,
    pub sku: Option<String>,
    pub barcode: Option<String>,
    pub values: Vec<String>,
    pub grams: Option<u32>,
    pub stock: Option<String>,
    pub units: Option<i64>,
    pub picture: Option<String>,
}

/// A product of ours; `None` when an amount or a moment cannot be read.
pub(super) fn meant(
    head: Head,
    variants: Vec<Told>,
    media: Vec<Media>,
    currency: &str,
) -> Option<ShopProduct> {
    // Shopify's stand-in for "no options" is one of the name Title.
    let lone = variants.len() == 1 && head.options.iter().all(|it| it.0 == "Title");
    let struck = variants.iter().filter(|it| it.compared.as_ref().is_some_and(|it| !it.is_empty())).count();
    let variants = variants.into_iter().map(|it| {
        let mut outside = vec![Outside { source: SOURCE.into(), id: it.id }];
        outside.extend(it.stock.map(|id| Outside { source: STOCK_SOURCE.into(), id }));
        let code = it.barcode.unwrap_or_default().to_uppercase();
        Some(Variant {
            sku: it.sku.unwrap_or_default(),
            values: if lone { vec![] } else { it.values },
            prices: vec![Offer {
                minor: money::read(&it.price, currency)?,
                currency: currency.to_owned(),
                ..Offer::default()
            }],
            barcode: code,
            weight_g: it.grams.filter(|it| *it > 0),
            units: it.units.map(|units| u64::try_from(units).unwrap_or(0)),
            image: it.picture.unwrap_or_default(),
            outside,
            ..Variant::default()
        })
    });
    let variants: Vec<Variant> = variants.collect::<Option<_>>()?;
    let mut outside = vec![Outside { source: SOURCE.into(), id: head.id }];
    outside.extend(
        head.handle.filter(|it| !it.is_empty()).map(|id| Outside { source: "shopify-handle".into(), id }),
    );
    let options = if lone { vec![] } else { head.options };
    let product = Product {
        title: head.title.trim().chars().take(120).collect(),
        description: plain(&head.html.unwrap_or_default()).chars().take(4_000).collect(),
        category: head.kind.unwrap_or_default().trim().chars().take(50).collect(),
        tags: head.tags.into_iter().map(|it| it.chars().take(40).collect::<String>()).collect(),
        options: options.into_iter().map(|(name, values)| Choice { name, values }).collect(),
        variants,
        media: media.into_iter().take(20).collect(),
        outside,
        ..Product::default()
    };
    let product =
        Product { tags: product.tags.into_iter().filter(|it| !it.is_empty()).take(32).collect(), ..product };
    Some(ShopProduct {
        product,
        seller: head.vendor.unwrap_or_default(),
        changed_ms: moment(&head.changed)?,
        offered: head.offered,
        struck,
    })
}

pub(super) fn short(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

#[derive(Deserialize)]
struct HookOrder {
    #[serde(deserialize_with = "id")]
    id: String,
    created_at: String,
    currency: String,
    total_price: String,
    #[serde(default)]
    note_attributes: Vec<HookNote>,
    #[serde(default)]
    line_items: Vec<HookLine>,
}

#[derive(Deserialize)]
struct HookNote {
    name: String,
    #[serde(default)]
    value: serde_json::Value,
}

#[derive(Deserialize)]
struct HookLine {
    #[serde(default, deserialize_with = "some_id")]
    variant_id: Option<String>,
    #[serde(default)]
    sku: Option<String>,
    quantity: u32,
}

/// The note by which an order of ours is known again.
pub(super) const OUR_NOTE: &str = "linger_order";

fn order(told: HookOrder) -> Option<ShopOrder> {
    let ours = told.note_attributes.iter().find(|it| it.name == OUR_NOTE);
    Some(ShopOrder {
        made_ms: moment(&told.created_at)?,
        total_minor: money::read(&told.total_price, &told.currency)?,
        ours: ours.and_then(|it| it.value.as_str()).map(str::to_owned),
        lines: told
            .line_items
            .into_iter()
            .map(|it| ShopOrderLine {
                variant: it.variant_id.unwrap_or_default(),
                sku: it.sku.unwrap_or_default(),
                units: it.quantity,
            })
            .collect(),
        id: told.id,
        currency: told.currency,
    })
}
