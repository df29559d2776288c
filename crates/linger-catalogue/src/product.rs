//! Products, variants, sellers and their parts, as they are kept and told. It does not know what is allowed in them.

use linger_protocol::{ReturnException, ReturnRule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something a shop sells, in one variant or in several.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Product {
    /// Its number, below 2^53; 0 asks for a new one.
    pub id: u64,
    /// 1 to 120 characters on one line.
    pub title: String,
    /// At most 4000 characters of plain text.
    pub description: String,
    /// At most 50 characters.
    pub category: String,
    /// At most 32 words of at most 40 characters.
    pub tags: Vec<String>,
    /// Whose it is: the number of a seller; nobody's when absent.
    pub seller: Option<u64>,
    /// What its variants differ by; at most 3. None: there is one variant, of the product's own number.
    pub options: Vec<Choice>,
    /// 1 to 100.
    pub variants: Vec<Variant>,
    /// In the order they are shown; at most 20.
    pub media: Vec<Media>,
    /// What can be compared; at most 40.
    pub facts: Vec<Fact>,
    /// How it may be sent back, where a variant does not say otherwise; the shop's general rule when absent.
    pub returns: Option<Returns>,
    /// Numbers of products that are alike; at most 20.
    pub related: Vec<u64>,
    /// Numbers of products that go with it; at most 20.
    pub matching: Vec<u64>,
    /// For so many days after an order the buyer gets the difference when it becomes cheaper; 0 for no such promise.
    pub guarantee_days: u16,
    /// Stars from 0 to 5, as far as they are known from elsewhere.
    pub rating: Option<f64>,
    /// How others call it.
    pub outside: Vec<Outside>,
}

/// What variants differ by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Such as `Size`; at most 40 characters.
    pub name: String,
    /// Such as `S`, `M`, `L`; 1 to 100 of at most 40 characters.
    pub values: Vec<String>,
}

/// One thing that can be sold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Variant {
    /// Its number, which is the number of the item on a room's shelf; 0 asks for a new one, or for the one of the same
    /// `sku` or `values`.
    pub item: u64,
    /// The shop's own name of it, unique in the shop; empty when it has none. At most 64 of printable ASCII.
    pub sku: String,
    /// What tells it from its siblings, such as `Red / M`; made from `values` when empty.
    pub label: String,
    /// One value for each option.
    pub values: Vec<String>,
    /// What one costs: one price without a region, and others for regions of their own. 1 to 50.
    pub prices: Vec<Offer>,
    /// The code on the package; at most 32 of 0-9, A-Z and `-`.
    pub barcode: String,
    /// Grams.
    pub weight_g: Option<u32>,
    /// Units that are free to be sold: not those allotted to rooms. Absent when they are not counted here. For a variant
    /// that exists already this is told, never taken: stock changes by moves with a reason.
    pub units: Option<u64>,
    /// Its own picture; the product's first when empty.
    pub image: String,
    /// How it may be sent back, when that differs from the product's rule.
    pub returns: Option<Returns>,
    /// How others call it.
    pub outside: Vec<Outside>,
}

/// What one unit costs in a region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Offer {
    /// Two capital letters of ISO 3166; empty for everywhere else.
    pub region: String,
    /// Minor units, 1 to 10^10.
    pub minor: i64,
    /// Three capital letters of ISO 4217.
    pub currency: String,
    /// The struck price in minor units: more than `minor`, and with a basis.
    pub was_minor: Option<i64>,
    /// What the struck price is.
    pub basis: Option<Basis>,
    /// Where a suggested price can be read up; at most 200 characters.
    pub evidence: String,
}

/// What a struck price is. Without one there is no struck price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The lowest price of the 30 days before it was reduced (Directive 98/6/EC, Article 6a).
    #[serde(rename = "lowest_30_days")]
    Lowest30Days,
    /// The lowest price of the 7 days before it was reduced, in this shop (what Chinese rules on promotion by price take for
    /// an unstated base).
    #[serde(rename = "lowest_7_days")]
    Lowest7Days,
    /// What its maker suggests; `evidence` says where that stands. It is shown as such and never as an earlier price.
    Suggested,
}

impl Basis {
    /// The word it has in files.
    pub const fn word(self) -> &'static str {
        match self {
            Basis::Lowest30Days => "lowest_30_days",
            Basis::Lowest7Days => "lowest_7_days",
            Basis::Suggested => "suggested",
        }
    }

    /// Reads the word.
    pub fn named(word: &str) -> Option<Basis> {
        [Basis::Lowest30Days, Basis::Lowest7Days, Basis::Suggested].into_iter().find(|it| it.word() == word)
    }
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// A path of this house, or an https address; at most 512 bytes.
    pub url: String,
    /// What it shows, for those who do not see it; at most 200 characters.
    #[serde(default)]
    pub alt: String,
    /// A picture that stands for a film or a model until it is loaded; as `url`, or empty.
    #[serde(default)]
    pub poster: String,
}

/// Kinds of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A model in three dimensions, GLB.
    Model,
}

/// Something that can be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Such as `Material`; at most 40 characters, once in a product.
    pub name: String,
    /// Such as `Porcelain`; at most 200 characters.
    pub value: String,
}

/// Whether something may come back without a reason, as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Returns {
    /// Within so many days of delivery, no reason asked.
    NoReason {
        /// Days, 1 to 365.
        days: u16,
    },
    /// Only when something is wrong with it, if the buyer confirmed that for this purchase.
    Excepted {
        /// `made-to-order`, `perishable`, `unsealed`, `press`, `opened`, `activated` or `clearance`.
        #[serde(with = "exception")]
        #[schema(value_type = String)]
        why: ReturnException,
    },
}

impl From<Returns> for ReturnRule {
    fn from(told: Returns) -> ReturnRule {
        match told {
            Returns::NoReason { days } => ReturnRule::NoReason { days },
            Returns::Excepted { why } => ReturnRule::Excepted { why },
        }
    }
}

impl From<ReturnRule> for Returns {
    fn from(rule: ReturnRule) -> Returns {
        match rule {
            ReturnRule::NoReason { days } => Returns::NoReason { days },
            ReturnRule::Excepted { why } => Returns::Excepted { why },
        }
    }
}

mod exception {
    use linger_protocol::ReturnException;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(why: &ReturnException, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(why.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ReturnException, D::Error> {
        let word = String::deserialize(from)?;
        ReturnException::parse(&word).ok_or_else(|| D::Error::custom("no such exception"))
    }
}

/// A name that others have for something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Outside {
    /// Whose name it is: `shopify`, `shopify-handle`, `shopify-inventory`, `medusa`, ….
    pub source: String,
    /// The name; at most 128 of printable ASCII.
    pub id: String,
}

/// Who sells something. Buyers see all of it one tap away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Seller {
    /// Its number; given by the house.
    pub id: u64,
    /// What buyers know it by; 1 to 120 characters, once in the shop.
    pub name: String,
    /// The name in the register; at most 200 characters.
    pub legal_name: String,
    /// The number in the register; at most 64 characters.
    pub registration: String,
    /// Where it can be visited or written to; at most 300 characters.
    pub address: String,
    /// A telephone number or mail address for buyers; at most 200 characters.
    pub contact: String,
    /// A picture of the licence: a path of this house or an https address.
    pub licence_image: String,
}

impl Product {
    /// The price of a variant without a region.
    pub fn base_price(variant: &Variant) -> Option<&Offer> {
        variant.prices.iter().find(|it| it.region.is_empty())
    }

    /// The picture of a variant: its own, else the product's first.
    pub fn picture<'a>(&'a self, variant: &'a Variant) -> &'a str {
        if !variant.image.is_empty() {
            return &variant.image;
        }
        self.media.iter().find(|it| it.kind == MediaKind::Image).map_or("", |it| &it.url)
    }
}
