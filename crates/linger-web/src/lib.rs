//! The edge: HTTP, WebSocket, sign-in, fan-out, the OpenAPI document and the built pages.
//!
//! [`app`] turns a [`House`] into a router, so that tests call the same thing that the binary serves. Every route says
//! who may use it through the extractor it takes ([`account::Staff`], [`account::Caller`]) or is listed as open in
//! `tests/access.rs`; the matrix of routes and roles is tested whole.
//!
//! It does not know the rules of a sale, a draw or a question: it asks the room. It does not know how a rule finds its
//! occasions or how figures are reckoned.

pub mod account;
mod ask;
mod care;
mod catalogue;
mod error;
mod experiments;
mod gateway;
mod health;
mod house;
mod hub;
mod insight;
mod language;
mod limits;
mod links;
mod live;
mod media;
mod ofrep;
mod openapi;
mod orders;
mod pages;
mod payments;
mod presence;
mod questions;
mod records;
mod review;
mod rooms;
mod rules;
mod rundown;
mod sale;
mod shop;
mod shops;
mod socket;
mod talk;
mod track;
mod watch;
pub mod wire;

pub use care::carrier_key;
pub use error::ApiError;
pub use house::{House, HouseParts, WebConfig};
pub use hub::sealed_form;
pub use language::Language;
pub use openapi::{app, document};
pub use questions::ClickHouse;
pub use records::{read_record, unhex};
pub use review::{Paper, shows_report};
pub use rules::{NotTold, rules_of};
pub use rundown::{AskAgain, deed_of_text};
pub use shops::{MedusaShop, ShopifyShop, Shops, State as ShopState};
pub use talk::{Asked, BadList, Hook, Judging, Kind, Moderator, TalkParts, Verdict, ViewerImages, WordList};
pub use track::{fact_id, room_person};
pub use watch::ReportEvery;
