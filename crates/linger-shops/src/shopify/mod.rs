//! Shopify: its webhooks, and its Admin GraphQL interface of version [`VERSION`]. It does not know Medusa.
//!
//! Of a shop with several locations the one in the settings counts.

mod client;
mod hook;
mod read;

pub use client::Client;
pub(crate) use client::{answer, http};
pub use hook::{HOOK_AGE_MS_MAX, Hook, hear};
pub use read::news;

/// The version of the interface that is spoken: the first in which a change of stock carries a key and says what it
/// compares with.
pub const VERSION: &str = "2026-04";
/// Our word for it.
pub const SOURCE: &str = "shopify";
/// Our word for its names of stock.
pub const STOCK_SOURCE: &str = "shopify-inventory";

/// The last part of a name such as `gid://shopify/Product/632910392`.
pub(crate) fn bare(id: &str) -> String {
    let last = id.rsplit('/').next().unwrap_or(id);
    last.split('?').next().unwrap_or(last).to_owned()
}
