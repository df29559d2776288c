//! What a shop sells: products and their variants, what one may say of a price, how products compare, and the shapes of
//! files they come in.
//!
//! A *variant* is what can be sold: it has a number ([`Variant::item`]) which is the number of the item on a room's shelf.
//! A *product* groups variants that differ by their options; one without options has one variant of the same number.
//!
//! It does not know tables, shops elsewhere, rooms or who buys. Everything here is pure: time is an input.
//!
//! Invariant: a struck price stands only with a basis, and with one that the history of prices bears out
//! ([`price::judge`]).
//!
//! These types are also the words of the interface: what is read here is what staff and integrators send, so that a
//! field has one name, one bound and one place in the document.

pub mod check;
pub mod compare;
pub mod csv;
pub mod money;
pub mod price;
mod product;
pub mod stock;

pub use check::Wrong;
pub use product::{Basis, Choice, Fact, Media, MediaKind, Offer, Outside, Product, Returns, Seller, Variant};
