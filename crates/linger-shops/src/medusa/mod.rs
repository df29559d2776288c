//! Medusa 2: what a subscriber of its events posts to us, and its Admin REST interface. It does not know Shopify.
//!
//! Medusa has no webhooks of its own: a subscriber, a few lines in the shop's project, posts the event as it gets it (a name
//! and the id of what changed), signed by the Standard Webhooks convention. What changed is then asked for.

mod client;
mod hook;
mod read;

pub use client::{Client, Settings};
pub use hook::{HOOK_AGE_MS_MAX, Hook, hear, news};

/// Our word for it.
pub const SOURCE: &str = "medusa";
/// Our word for its names of stock.
pub const STOCK_SOURCE: &str = "medusa-inventory";
