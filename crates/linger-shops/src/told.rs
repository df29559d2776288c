//! What shops tell and are told, in our words. It does not know which shop.

use linger_catalogue::Product;

/// A product as a shop has it.
#[derive(Clone, Debug, PartialEq)]
pub struct ShopProduct {
    /// In our words: numbers are 0, names are in `outside`, and what the shop does not know is empty.
    pub product: Product,
    /// Who sells it there; empty when it does not say.
    pub seller: String,
    /// When it was changed last, ms since 1970.
    pub changed_ms: i64,
    /// Whether it is offered.
    pub offered: bool,
    /// Struck prices that were left out, because the shop states no basis.
    pub struck: usize,
}

/// An order as a shop has it. Of its buyer nothing is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopOrder {
    /// Its name there.
    pub id: String,
    /// When it was made.
    pub made_ms: i64,
    /// Of which currency its amounts are.
    pub currency: String,
    /// What it costs, minor units.
    pub total_minor: i64,
    /// What was bought.
    pub lines: Vec<ShopOrderLine>,
    /// Our own name of it, when it is one that we wrote back.
    pub ours: Option<String>,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopOrderLine {
    /// The shop's name of the variant; empty for what is none.
    pub variant: String,
    /// The SKU.
    pub sku: String,
    /// How many.
    pub units: u32,
}

/// What a webhook tells.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// A product is new or was changed.
    Product(Box<ShopProduct>),
    /// A product is gone.
    Gone {
        /// Its name there.
        id: String,
    },
    /// The stock of something was counted.
    Count {
        /// The shop's name of the stock.
        stock: String,
        /// How many there are to be sold, below zero where it let itself be oversold.
        count: i64,
        /// When.
        at_ms: i64,
    },
    /// An order was made.
    Order(ShopOrder),
    /// A product was changed that has to be asked for.
    AskProduct {
        /// Its name there.
        id: String,
    },
    /// The stock of something was changed that has to be asked for.
    AskCount {
        /// The shop's name of the stock.
        stock: String,
    },
    /// Something that is of no concern here.
    Nothing,
}

/// A page of a shop's catalogue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The products.
    pub products: Vec<ShopProduct>,
    /// Products that could not be read.
    pub unread: usize,
    /// What to ask for next; none at the end.
    pub next: Option<String>,
}

/// Something to be written back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Back {
    /// Stock changes by so many units.
    Stock {
        /// The shop's name of the stock.
        stock: String,
        /// By how many.
        delta: i64,
    },
    /// An order that was made here.
    Order(BackOrder),
}

/// An order that was made here. Of its buyer nothing is told.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BackOrder {
    /// Of which currency its amounts are.
    pub currency: String,
    /// What was bought.
    pub lines: Vec<BackLine>,
}

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BackLine {
    /// The shop's name of the variant.
    pub variant: String,
    /// How many.
    pub units: u32,
    /// For one unit, minor units.
    pub minor: i64,
}

/// Why a webhook is not heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unheard {
    /// A header is missing, given twice or not of its form.
    #[error("the header {0} is missing or not of its form")]
    BadHeader(&'static str),
    /// The signature is not right.
    #[error("the signature is not right")]
    BadSignature,
    /// It comes from another shop.
    #[error("it comes from another shop")]
    OtherShop,
    /// It was sent too long ago.
    #[error("it was sent too long ago")]
    Stale,
    /// The body is not of the documented shape.
    #[error("the body is not of the documented shape")]
    BadBody,
}

/// Why a shop did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShopFault {
    /// It cannot be reached, or answers with a fault of its own.
    #[error("the shop is away")]
    Away,
    /// It wants to be asked later.
    #[error("the shop wants to be asked later")]
    Busy {
        /// After how long.
        wait_ms: u64,
    },
    /// It does not take the token, or the token may not do that.
    #[error("the shop does not take the token")]
    NotAllowed,
    /// It refuses this very thing; asking again changes nothing.
    #[error("the shop refuses it")]
    Refused,
    /// It answers in another shape than documented.
    #[error("the shop answers in another shape than documented")]
    Strange,
}

impl ShopFault {
    /// After how long it is worth asking again; `None` when it is not.
    pub fn wait_ms(self) -> Option<u64> {
        match self {
            ShopFault::Away => Some(30_000),
            ShopFault::Busy { wait_ms } => Some(wait_ms),
            ShopFault::NotAllowed => Some(600_000),
            ShopFault::Refused | ShopFault::Strange => None,
        }
    }

    /// The word it has in notes.
    pub fn word(self) -> &'static str {
        match self {
            ShopFault::Away => "away",
            ShopFault::Busy { .. } => "busy",
            ShopFault::NotAllowed => "not-allowed",
            ShopFault::Refused => "refused",
            ShopFault::Strange => "strange",
        }
    }

    /// What a status says, when it says that something is wrong.
    pub(crate) fn of_status(status: u16, retry_after_s: Option<u64>) -> Result<(), ShopFault> {
        match status {
            200..=299 => Ok(()),
            401 | 403 => Err(ShopFault::NotAllowed),
            429 | 430 => Err(ShopFault::Busy { wait_ms: retry_after_s.unwrap_or(2).clamp(1, 600) * 1_000 }),
            500..=599 | 408 => Err(ShopFault::Away),
            _ => Err(ShopFault::Refused),
        }
    }
}

/// Milliseconds since 1970 of a moment as RFC 3339 writes it.
pub(crate) fn moment(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}
