//! Which gifts there are and what they cost, by currency. It does not know how one is given.

use crate::{
    ask::Asker,
    error::ApiError,
    house::House,
    hub::forms::money_wire,
    rooms::room_desk,
    wire::{GiftKind, GiftStateName, GiftWire},
};
use axum::{
    Json,
    extract::{Path, State},
};
use linger_protocol::{Currency, GiftId, Limits, Money, OrderId, Role, RoomId};
use linger_room::{Gift, GiftState, Room};

/// A kind of gift: its name, its sign, and what one costs in fen and in cents.
const GIFTS: [(&str, &str, i64, i64); 6] = [
    ("flower", "🌹", 100, 20),
    ("coffee", "☕", 600, 99),
    ("heart", "💖", 1_800, 299),
    ("cake", "🎂", 5_200, 799),
    ("crown", "👑", 18_800, 2_999),
    ("rocket", "🚀", 52_000, 7_999),
];

/// The gifts that can be given in a room. Where the currency has no prices there are none.
#[utoipa::path(
    get, path = "/api/rooms/{room}/gifts", tag = "shop",
    params(("room" = String, Path, description = "the room")),
    responses(
        (status = 200, description = "the gifts, the cheapest first", body = Vec<GiftKind>),
        (status = 404, description = "no such room", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    )
)]
pub(crate) async fn gift_kinds(
    State(house): State<House>,
    Path(room): Path<String>,
) -> Result<Json<Vec<GiftKind>>, ApiError> {
    let (room, _) = room_desk(&house, &room)?;
    let currency = currency_of(&house, &room).await?;
    let kind = |(gift, sign, ..): &(&str, &str, i64, i64)| {
        let price = money_wire(price(gift, currency)?);
        Some(GiftKind { gift: (*gift).to_owned(), sign: (*sign).to_owned(), price })
    };
    Ok(Json(GIFTS.iter().filter_map(kind).collect()))
}

/// What one of these costs in this room.
pub(crate) async fn price_of(house: &House, room: &RoomId, gift: &GiftId) -> Result<Money, ApiError> {
    let currency = currency_of(house, room).await?;
    let none = || ApiError { field: Some("gift".to_owned()), ..ApiError::not_found("no-such-gift") };
    price(gift.as_str(), currency).ok_or_else(none)
}

fn price(gift: &str, currency: Currency) -> Option<Money> {
    let (.., fen, cents) = GIFTS.iter().find(|it| it.0 == gift)?;
    match currency {
        Currency::CNY => Some(Money::new(*fen, currency)),
        Currency::USD => Some(Money::new(*cents, currency)),
        _ => None,
    }
}

/// The currency of a room: that of its shelf.
async fn currency_of(house: &House, room: &RoomId) -> Result<Currency, ApiError> {
    let first = |room: &Room| room.items().next().map(|item| item.price.currency);
    let seen = house.engine.look(room, first).await?;
    Ok(seen.flatten().unwrap_or(Limits::CURRENCY))
}

/// A gift as its giver sees it.
pub(crate) fn gift_wire(order: OrderId, gift: &Gift) -> GiftWire {
    GiftWire {
        order: order.to_string(),
        gift: gift.gift.to_string(),
        count: gift.count,
        amount: money_wire(gift.amount),
        state: match gift.state {
            GiftState::Waiting => GiftStateName::Waiting,
            GiftState::Given(_) => GiftStateName::Given,
            GiftState::Lapsed => GiftStateName::Lapsed,
        },
        until: gift.until.0,
    }
}

/// The gift under this id, when it is the asker's, or any for staff.
pub(crate) async fn own_gift(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    order: OrderId,
) -> Result<Option<Gift>, ApiError> {
    let seen = house.engine.look(room, move |room| room.gift(order).cloned()).await?.flatten();
    Ok(seen.filter(|it| asker.actor.role != Role::Viewer || it.person == asker.actor.person))
}
