//! What comes after the sale over HTTP: an order with everything about it, somebody's orders across rooms, tickets, ratings,
//! promises, the queues of the staff, and what carriers say. What is asked for goes to the room like every other ask. It
//! does not know when something may come back: the room does.

mod carrier;
mod forms;
mod queue;

pub use carrier::carrier_key;

pub(crate) use forms::{Eyes, order_page, stage_wire};

use crate::{
    account::Caller,
    ask::{Asker, parse},
    error::ApiError,
    house::House,
    rooms::room_desk,
    wire::{After, CarePolicyWire, MyOrderWire, MyOrders, RatingsWire, TicketWire},
};
use axum::{
    Json,
    extract::{Path, Query, State},
};
use forms::{Sealing, policy_wire, rating_of, ticket_of};
use linger_protocol::{ItemId, OrderId, Role, RoomId, TicketId};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Ratings in one list.
const RATINGS_LISTED: usize = 20;
/// Orders of somebody that are told in one go.
const ORDERS_LISTED: usize = 100;

/// The routes of this folder.
pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .routes(routes!(my_orders))
        .routes(routes!(get_ticket))
        .routes(routes!(list_ratings))
        .routes(routes!(get_policy))
        .routes(routes!(queue::list_queue))
        .routes(routes!(carrier::carrier_told))
}

/// Your orders in every room, the newest first in each.
#[utoipa::path(
    get, path = "/api/me/orders", tag = "shop",
    responses(
        (status = 200, description = "at most 100 orders", body = MyOrders),
        (status = 401, description = "no token or session", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("room-token" = []), ("session" = []))
)]
pub(crate) async fn my_orders(
    State(house): State<House>,
    caller: Caller,
) -> Result<Json<MyOrders>, ApiError> {
    // A token opens one room; the orders of the person it speaks for are theirs in every room.
    let person = match &caller {
        Caller::Guest(guest) => guest.person,
        Caller::Staff(staff) => staff.person,
    };
    let mut orders = vec![];
    for room in house.engine.rooms() {
        let Some(desk) = house.desk(&room) else { continue };
        desk.hub.caught_up().await;
        let mine = desk.hub.orders_of(person);
        if mine.is_empty() {
            continue;
        }
        let ids: Vec<OrderId> = mine.iter().filter_map(|it| it.order.parse().ok()).collect();
        let stages = house
            .engine
            .look(&desk.room, move |room| ids.iter().map(|id| room.order_stage(*id)).collect::<Vec<_>>());
        let stages = stages.await?.unwrap_or_default();
        let title = desk.hub.card().title;
        for (order, stage) in mine.into_iter().zip(stages) {
            let Some(stage) = stage.map(stage_wire) else { continue };
            orders.push(MyOrderWire { room: desk.room.to_string(), title: title.clone(), stage, order });
        }
    }
    orders.sort_by(|a, b| (b.order.at, &a.room).cmp(&(a.order.at, &b.room)));
    orders.truncate(ORDERS_LISTED);
    Ok(Json(MyOrders { orders }))
}

/// A ticket with everything that was written, for who opened it and for staff.
#[utoipa::path(
    get, path = "/api/rooms/{room}/tickets/{ticket}", tag = "shop",
    params(("room" = String, Path, description = "the room"), ("ticket" = String, Path, description = "the ticket")),
    responses(
        (status = 200, description = "the ticket", body = TicketWire),
        (status = 400, description = "no ticket id", body = ApiError),
        (status = 401, description = "no token or session", body = ApiError),
        (status = 403, description = "not for this room", body = ApiError),
        (status = 404, description = "no such ticket of yours", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("room-token" = []), ("session" = []))
)]
pub(crate) async fn get_ticket(
    State(house): State<House>,
    Path((room, ticket)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<TicketWire>, ApiError> {
    let room = RoomId::new(&room).map_err(|_| ApiError::not_found("no-such-room"))?;
    let asker = Asker::of(&caller, &room)?;
    let id: TicketId = parse(&ticket, "ticket")?;
    let none = || ApiError::not_found("no-such-ticket");
    let found = house.engine.look(&room, move |room| room.ticket(id).cloned()).await?.flatten();
    let found = found.filter(|it| it.person == asker.actor.person || asker.actor.role != Role::Viewer);
    let found = found.ok_or_else(none)?;
    Ok(Json(ticket_of(&Sealing { house: &house, room: &room }, id, &found, usize::MAX).await?))
}

/// How an item was rated by those who have it.
#[utoipa::path(
    get, path = "/api/rooms/{room}/items/{item}/ratings", tag = "shop",
    params(("room" = String, Path, description = "the room"), ("item" = u64, Path, description = "the item"), After),
    responses(
        (status = 200, description = "the summary, and at most 20 ratings, the newest first", body = RatingsWire),
        (status = 400, description = "no item, or no place to go on from", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    )
)]
pub(crate) async fn list_ratings(
    State(house): State<House>,
    Path((room, item)): Path<(String, String)>,
    Query(After { after }): Query<After>,
) -> Result<Json<RatingsWire>, ApiError> {
    let (room, _) = room_desk(&house, &room)?;
    let item = ItemId(parse(&item, "item")?);
    let after: u64 = after.map_or(Ok(u64::MAX), |it| parse(&it, "after"))?;
    let seen = house.engine.look(&room, move |room| {
        let shown = room.ratings(item).filter(|(_, it)| !it.hidden && it.nth < after);
        let shown: Vec<_> = shown.take(RATINGS_LISTED + 1).map(|(_, it)| it.clone()).collect();
        (room.rating_summary(item), shown)
    });
    let (summary, mut shown) = seen.await?.unwrap_or_default();
    let more = shown.len() > RATINGS_LISTED;
    shown.truncate(RATINGS_LISTED);
    let mut ratings = vec![];
    for it in &shown {
        ratings.push(rating_of(&Sealing { house: &house, room: &room }, item, it, None).await?);
    }
    let next = shown.last().filter(|_| more).map(|it| it.nth);
    Ok(Json(RatingsWire { stars: summary.stars, mean_centi: summary.mean_centi(), ratings, next }))
}

/// What the shop promises after the sale.
#[utoipa::path(
    get, path = "/api/rooms/{room}/care", tag = "shop",
    params(("room" = String, Path, description = "the room")),
    responses(
        (status = 200, description = "the promises", body = CarePolicyWire),
        (status = 404, description = "no such room", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    )
)]
pub(crate) async fn get_policy(
    State(house): State<House>,
    Path(room): Path<String>,
) -> Result<Json<CarePolicyWire>, ApiError> {
    let (room, _) = room_desk(&house, &room)?;
    let policy = house.engine.look(&room, |room| *room.care_policy()).await?.unwrap_or_default();
    Ok(Json(policy_wire(&policy)))
}
