//! The catalogue on the wire, as far as it is not in the catalogue's own words. It does not know who asks.

use linger_catalogue::{
    Basis, Choice, Fact, Media, Offer, Product, Returns, Seller,
    csv::{BadRow, Mapped, Shape},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Products to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductsPut {
    /// 1 to 200.
    pub products: Vec<Product>,
}

/// Products that were kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductsKept {
    /// Their numbers, in order.
    pub ids: Vec<u64>,
    /// How many are new.
    pub made: u64,
    /// How many were changed; the rest was as told already.
    pub changed: u64,
}

/// Products that were found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductsFound {
    /// A part of them, by number.
    pub products: Vec<Product>,
    /// How many there are in all.
    pub total: u64,
    /// The categories of the whole catalogue.
    pub categories: Vec<String>,
}

/// A seller that was kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct SellerKept {
    /// Its number.
    pub id: u64,
}

/// A change of stock: either `by` or `to`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockPut {
    /// So many more, or fewer.
    #[serde(default)]
    pub by: Option<i64>,
    /// So many were counted.
    #[serde(default)]
    pub to: Option<u64>,
    /// Why: 1 to 40 of a-z, 0-9 and `-`, such as `received`, `damaged`, `counted`.
    pub reason: String,
    /// What the asker calls this change, 1 to 64 of printable ASCII: asked again under it, nothing changes.
    pub key: String,
}

/// Units of a variant.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockWire {
    /// Free; absent when they are not counted here.
    pub units: Option<u64>,
    /// Held by rooms.
    pub allotted: u64,
    /// Whether this very change had been made before.
    pub repeated: bool,
}

/// The lowest price of some days.
#[derive(Debug, Serialize, ToSchema)]
pub struct LowestWire {
    /// Minor units.
    pub minor: i64,
    /// Whether it was on sale during all of them.
    pub whole: bool,
}

/// A step of the history of prices.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastPriceWire {
    /// From when on.
    pub at: i64,
    /// Where; empty for everywhere without a price of its own.
    pub region: String,
    /// Minor units; absent when the region has no price of its own any more.
    pub minor: Option<i64>,
    /// Of which currency.
    pub currency: String,
    /// Until when, for a passing offer of a room.
    pub until: Option<i64>,
    /// Who said so.
    pub source: String,
}

/// The history of a variant's prices.
#[derive(Debug, Serialize, ToSchema)]
pub struct PriceHistory {
    /// In the order they were made.
    pub steps: Vec<PastPriceWire>,
    /// Of what currency the lowest prices are.
    pub currency: String,
    /// Of the last 7 days.
    pub lowest_7: Option<LowestWire>,
    /// Of the last 30 days.
    pub lowest_30: Option<LowestWire>,
}

/// An offer that somebody thinks of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceAsked {
    /// The variant.
    pub item: u64,
    /// The offer.
    pub offer: Offer,
}

/// Whether it is honest.
#[derive(Debug, Serialize, ToSchema)]
pub struct PriceChecked {
    /// Whether it would be kept.
    pub honest: bool,
    /// Why not.
    pub why: Option<String>,
    /// The lowest of the last 7 days.
    pub lowest_7: Option<LowestWire>,
    /// The lowest of the last 30 days.
    pub lowest_30: Option<LowestWire>,
}

/// A product as buyers see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductPage {
    /// Its number.
    pub id: u64,
    /// What it is called.
    pub title: String,
    /// What it is.
    pub description: String,
    /// Its category.
    pub category: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// What its variants differ by.
    pub options: Vec<Choice>,
    /// Pictures, films and models, in order.
    pub media: Vec<Media>,
    /// What can be compared.
    pub facts: Vec<Fact>,
    /// Who sells it.
    pub seller: Option<Seller>,
    /// What can be bought.
    pub variants: Vec<PageVariant>,
    /// How it may come back, where a variant does not say otherwise.
    pub returns: Option<Returns>,
    /// Products that are alike.
    pub related: Vec<ProductCard>,
    /// Products that go with it.
    pub matching: Vec<ProductCard>,
    /// For so many days after an order the buyer gets the difference when it becomes cheaper.
    pub guarantee_days: u16,
    /// Stars from 0 to 5.
    pub rating: Option<f64>,
}

/// What pages said of the goods of an order when it was placed.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderPages {
    /// When it was placed.
    pub at: i64,
    /// A page for each of its items, gifts included, in the order of its lines.
    pub pages: Vec<KeptPageWire>,
}

/// What the page of an item said at some moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptPageWire {
    /// The item.
    pub item: u64,
    /// SHA-256 of what is kept of the product, 64 hexadecimal digits: the same digest, the same content.
    pub digest: Option<String>,
    /// The same of its seller.
    pub seller_digest: Option<String>,
    /// The page, with the lowest prices of the days before; without stock and products beside it. Absent when the catalogue
    /// did not have the item, or nothing is kept of that time.
    pub page: Option<ProductPage>,
}

/// A variant as buyers see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageVariant {
    /// Its number, which is that of the item on the shelf.
    pub item: u64,
    /// The shop's own name of it.
    pub sku: String,
    /// What tells it from its siblings.
    pub label: String,
    /// One value for each option.
    pub values: Vec<String>,
    /// What one costs.
    pub price: Option<PagePrice>,
    /// Grams.
    pub weight_g: Option<u32>,
    /// Whether there are free units; absent when they are not counted here.
    pub in_stock: Option<bool>,
    /// Its picture.
    pub image: String,
    /// How it may come back.
    pub returns: Option<Returns>,
}

/// A price as buyers see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PagePrice {
    /// Minor units.
    pub minor: i64,
    /// Of which currency.
    pub currency: String,
    /// The struck price.
    pub was_minor: Option<i64>,
    /// What the struck price is.
    pub basis: Option<Basis>,
    /// Where a suggested price can be read up.
    pub evidence: String,
    /// The lowest of the last 7 days.
    pub lowest_7: Option<LowestWire>,
    /// The lowest of the last 30 days.
    pub lowest_30: Option<LowestWire>,
}

/// A product in a line of others.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductCard {
    /// Its number.
    pub id: u64,
    /// The number of its first variant.
    pub item: u64,
    /// What it is called.
    pub title: String,
    /// Its picture.
    pub image: String,
    /// What one costs, minor units.
    pub minor: i64,
    /// Of which currency.
    pub currency: String,
}

/// How it stands with a shop elsewhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopInfo {
    /// `shopify` or `medusa`.
    pub shop: String,
    /// Products that have a name there.
    pub products: u64,
    /// What waits to be written back.
    pub waiting: u64,
    /// What was given up.
    pub given_up: u64,
    /// When it last told something.
    pub told_at: Option<i64>,
    /// Whether its whole catalogue is being read now.
    pub pulling: bool,
    /// When that was last done to the end, since the server started.
    pub pulled_at: Option<i64>,
    /// What went wrong, newest first.
    pub notes: Vec<ShopNoteWire>,
}

/// Something that went wrong with a shop elsewhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopNoteWire {
    /// When.
    pub at: i64,
    /// What: a word that has a sentence.
    pub code: String,
    /// With what: an id.
    pub subject: String,
}

/// How a file is to be brought in.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ImportAsked {
    /// Say what would come of it, and keep nothing.
    pub dry_run: bool,
    /// The currency of prices that state none.
    pub currency: String,
    /// What columns are called that have other names, such as `price:Retail price;title:Name`.
    pub columns: String,
}

/// What came of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct Imported {
    /// Whether nothing was kept.
    pub dry_run: bool,
    /// What the file was taken for.
    pub shape: Shape,
    /// What each of its columns was taken for.
    pub mapping: Vec<Mapped>,
    /// Rows in all.
    pub rows: u64,
    /// Products that are right.
    pub products: u64,
    /// How many of them are new.
    pub made: u64,
    /// How many of them change something.
    pub changed: u64,
    /// What was left out, by line, at most 200.
    pub bad: Vec<BadRow>,
    /// How much was left out.
    pub bad_rows: u64,
    /// What was taken without something, by line, at most 200.
    pub notes: Vec<BadRow>,
    /// How many notes there are.
    pub noted_rows: u64,
    /// The first products as they were understood.
    pub first: Vec<Product>,
}
