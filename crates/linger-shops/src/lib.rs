//! Shops elsewhere, Shopify and Medusa: what they tell by webhook, read into our words; their catalogue, page by page; stock
//! and orders, written back.
//!
//! It does not know what is kept here or why something is written back, and it waits for nothing: who is asked to come later
//! is told by how much ([`ShopFault::wait_ms`]), and whoever calls waits.
//!
//! Invariant: nothing of a webhook is read before its signature over the raw body was found right, compared in constant time.
//!
//! Invariant: no token, no secret and nothing a shop answered reaches an error or a `Debug`; names and addresses of buyers
//! are not read at all.

pub mod medusa;
mod merge;
pub mod shopify;
mod signature;
mod told;

pub use merge::merged;
pub use signature::Secret;
pub use told::{
    Back, BackLine, BackOrder, News, Page, ShopFault, ShopOrder, ShopOrderLine, ShopProduct, Unheard,
};
