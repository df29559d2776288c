//! The door for gateways: a shop's own server asks for many of its customers in one body, and comes with a key of one room.
//!
//! Invariant: a gateway speaks for the customers of its own shop and for nobody else. A buyer is named by the shop's own
//! number for them; the person they are to the room follows from shop and number under the house's key, so that no number
//! leads to a guest who came by another door, to a customer of another shop, or to staff.
//!
//! Invariant: each ask is an ask of its buyer like any other, with their limits, their own answer and no other's luck.
//!
//! It does not know the rules of a sale: it asks the room.

mod ask;
mod buyers;
mod gates;
mod keys;

pub(crate) use gates::Gates;

use crate::house::House;
use axum::extract::DefaultBodyLimit;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Asks in one body.
pub(crate) const ASKS_MAX: usize = 512;
/// Bytes of such a body.
const ASKS_BYTES_MAX: usize = 1 << 20;

/// The routes of gateways and their keys.
pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .routes(routes!(ask::ask_for_buyers))
        .layer(DefaultBodyLimit::max(ASKS_BYTES_MAX))
        .routes(routes!(buyers::buyer_token))
        .routes(routes!(keys::list_gateway_keys, keys::make_gateway_key))
        .routes(routes!(keys::revoke_gateway_key))
}

/// Notes which keys were used lately.
pub(crate) async fn note_use(house: &House) {
    let used = house.gates.keys.used();
    if !used.is_empty()
        && let Err(fault) = house.store.note_gateway_keys(&used).await
    {
        tracing::warn!(%fault, "the use of gateway keys was not noted");
    }
}
