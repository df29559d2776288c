//! The queues of the people who look after orders, across all rooms. It does not know what is decided about any of it.
//!
//! A queue is read page by page. The place to go on from is the last row's own place, so that rows which leave or join in
//! the meantime make nobody miss another.

use super::forms::{Eyes, Sealing, Seen, page_of, rating_of, refund_wire, return_of, see, ticket_of};
use crate::{
    account::Staff,
    error::ApiError,
    house::House,
    orders::order_wire,
    wire::{CareQueue, CareQueueWire, CareRowWire, OrderWire, QueuePart},
};
use axum::{
    Json,
    extract::{Path, Query, State},
};
use linger_protocol::{ItemId, Millis, OrderId, RefundId, ReturnId, Role, RoomId, TicketId};
use linger_room::{
    Room,
    care::{Owed, Rating, Return, Ticket},
};

/// Rows of one page.
const ROWS: usize = 30;

/// Where a row stands: by its number first, then by its room, then by its name there.
type Place = (i64, String, String);

/// A row before its texts are opened.
enum Row {
    Order(Box<(OrderWire, Seen)>),
    Return(ReturnId, Box<Return>),
    Refund(RefundId, Owed),
    Ticket(TicketId, Box<Ticket>),
    Rating(ItemId, String, Rating),
}

/// What waits in a queue, across rooms.
#[utoipa::path(
    get, path = "/api/care/{queue}", tag = "shop",
    params(("queue" = String, Path, description = "to-ship, under-way, returns, refunds, tickets or ratings"), QueuePart),
    responses(
        (status = 200, description = "at most 30 rows", body = CareQueueWire),
        (status = 400, description = "no place to go on from, or no room id", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such queue", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_queue(
    State(house): State<House>,
    Path(queue): Path<String>,
    Query(QueuePart { after, room }): Query<QueuePart>,
    staff: Staff,
) -> Result<Json<CareQueueWire>, ApiError> {
    staff.need(&[Role::Moderator, Role::Host, Role::Operator, Role::Admin])?;
    let queue = named(&queue).ok_or_else(|| ApiError::not_found("not-found"))?;
    let after =
        after.map(|it| place(&it).ok_or_else(|| ApiError::field("bad-field", "after"))).transpose()?;
    let room = room.map(|it| RoomId::new(&it).map_err(|_| ApiError::field("bad-id", "room"))).transpose()?;
    let eyes = Eyes { is_buyer: false, role: staff.role };
    let mut found: Vec<(Place, RoomId, Row)> = vec![];
    for id in house.engine.rooms().into_iter().filter(|id| room.as_ref().is_none_or(|it| it == id)) {
        let (name, from) = (id.to_string(), after.clone());
        let under_way = match queue {
            CareQueue::UnderWay => under_way(&house, &id, after.as_ref()).await,
            _ => vec![],
        };
        let rows = house.engine.look(&id, move |room| rows(room, queue, &name, from.as_ref(), &under_way));
        let rows = rows.await?.unwrap_or_default();
        found.extend(rows.into_iter().map(|(place, row)| (place, id.clone(), row)));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found.last().filter(|_| more).map(|((n, room, name), ..)| format!("{n}~{room}~{name}"));
    let mut told = vec![];
    for (_, room, row) in found {
        told.push(opened(&Sealing { house: &house, room: &room }, row, eyes).await?);
    }
    Ok(Json(CareQueueWire { rows: told, next }))
}

fn named(word: &str) -> Option<CareQueue> {
    let word = serde_json::Value::String(word.to_owned());
    serde_json::from_value(word).ok()
}

fn place(text: &str) -> Option<Place> {
    let mut parts = text.splitn(3, '~');
    let n = parts.next()?.parse().ok()?;
    Some((n, parts.next()?.to_owned(), parts.next()?.to_owned()))
}

/// The orders of a room that are under way, from a place on: its screens know them, the room has no need to.
async fn under_way(house: &House, room: &RoomId, after: Option<&Place>) -> Vec<(Millis, OrderId)> {
    let Some(desk) = house.desk(room) else { return vec![] };
    desk.hub.caught_up().await;
    // The screens may be a frame behind the room.
    if let Some(tail) = house.engine.tail(room) {
        desk.hub.reach(tail).await;
    }
    let name = room.as_str();
    let comes = |at: Millis, id: OrderId| {
        let id = id.to_string();
        after.is_none_or(|(n, room, last)| (at.0, name, id.as_str()) > (*n, room.as_str(), last.as_str()))
    };
    desk.hub.under_way(Millis(after.map_or(0, |(n, ..)| *n)), comes, ROWS + 1)
}

/// The first rows of a room that come after a place, one more than a page has.
fn rows(
    room: &Room,
    queue: CareQueue,
    name: &str,
    after: Option<&Place>,
    under_way: &[(Millis, OrderId)],
) -> Vec<(Place, Row)> {
    let at = |n: i64, id: String| (n, name.to_owned(), id);
    let order = |id| Some(Row::Order(Box::new((order_wire(room, id)?, see(room, id)?))));
    let comes = |place: &Place| after.is_none_or(|after| place > after);
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let mut rows: Vec<(Place, Row)> = match queue {
        CareQueue::ToShip => {
            let waits = room.to_ship().map(|(id, care)| (at(number(care.nth), id.to_string()), id));
            let waits = waits.filter(|(place, _)| comes(place)).take(ROWS + 1);
            waits.filter_map(|(place, id)| Some((place, order(id)?))).collect()
        }
        CareQueue::UnderWay => {
            let sent = under_way.iter().map(|(sent_at, id)| (at(sent_at.0, id.to_string()), *id));
            sent.filter_map(|(place, id)| Some((place, order(id)?))).collect()
        }
        CareQueue::Returns => {
            let runs = room.open_returns().map(|(id, it)| (at(it.until.0, id.to_string()), id, it));
            let runs = runs.filter(|(place, ..)| comes(place)).take(ROWS + 1);
            runs.map(|(place, id, it)| (place, Row::Return(id, Box::new(it.clone())))).collect()
        }
        CareQueue::Refunds => {
            let owed = room.refunds_owed().map(|(id, it)| (at(0, id.to_string()), id, it));
            let owed = owed.filter(|(place, ..)| comes(place)).take(ROWS + 1);
            owed.map(|(place, id, it)| (place, Row::Refund(id.clone(), it.clone()))).collect()
        }
        CareQueue::Tickets => {
            let open = room.open_tickets().map(|(id, it)| (at(it.solve_by.0, id.to_string()), id, it));
            let open = open.filter(|(place, ..)| comes(place)).take(ROWS + 1);
            open.map(|(place, id, it)| (place, Row::Ticket(id, Box::new(it.clone())))).collect()
        }
        CareQueue::Ratings => {
            let given = room
                .newest_ratings()
                .map(|(order, item, it)| (at(-number(it.nth), String::new()), item, order.to_string(), it));
            let given = given.filter(|(place, ..)| comes(place)).take(ROWS + 1);
            given.map(|(place, item, order, it)| (place, Row::Rating(item, order, it.clone()))).collect()
        }
    };
    rows.truncate(ROWS + 1);
    rows
}

async fn opened(sealing: &Sealing<'_>, row: Row, eyes: Eyes) -> Result<CareRowWire, ApiError> {
    let mut told = CareRowWire { room: sealing.room.to_string(), ..CareRowWire::default() };
    match row {
        Row::Order(it) => {
            let (order, seen) = *it;
            told.order = Some(Box::new(page_of(sealing, order, seen, eyes).await?));
        }
        Row::Return(id, it) => told.returning = Some(Box::new(return_of(sealing, id, &it).await?)),
        Row::Refund(id, it) => told.refund = Some(refund_wire(&id, &it)),
        Row::Ticket(id, it) => told.ticket = Some(Box::new(ticket_of(sealing, id, &it, 1).await?)),
        Row::Rating(item, order, it) => {
            told.rating = Some(rating_of(sealing, item, &it, Some(&order)).await?);
        }
    }
    Ok(told)
}
