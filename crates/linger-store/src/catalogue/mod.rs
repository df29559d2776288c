//! The catalogue: products and variants, sellers, every price there was, stock, and what shops elsewhere call them. It does
//! not know shelves, rooms or who buys.
//!
//! Invariant: a variant's number is never given to another, and steps of the history of prices are never changed or taken
//! away (the tables refuse it).

mod items;
mod pages;
mod prices;
mod read;
mod sellers;
mod shops;
mod stock;
mod write;

pub use items::ShelfItem;
pub use pages::KeptPage;
pub use prices::{PASSING_OFFER_MS_MAX, PriceStep};
pub use sellers::SELLERS_MAX;
pub use shops::{ShopNote, ShopTask, ShopTotals, Told};
pub use stock::{Stock, StockAsked, StockMove, StockMoved};
pub use write::{CATALOGUE_MAX, Kept, PRODUCTS_PER_CALL_MAX, Put};
