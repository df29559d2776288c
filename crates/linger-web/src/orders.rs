//! Orders over HTTP, and paying them. It does not know when a payment is in time: the room does.

use crate::{
    account::Caller,
    ask::{Asker, look_at_order, parse},
    care::{Eyes, order_page},
    error::{ApiError, Body},
    house::House,
    hub::{
        forms::money_wire,
        sale::{cuts_wire, lines_wire},
    },
    talk::own_gift,
    wire::{OrderPageWire, OrderState, OrderWire, PayAsked, PayStarted},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use linger_outlet::{Charge, Next, PayError};
use linger_protocol::{CampaignId, Entry, Event, OrderId, OrderLine, Role, RoomId};
use linger_room::{GiftState, Room};

/// Characters of a payment method's name.
const METHOD_BYTES_MAX: usize = 64;

/// An order as the room has it; what only the log remembers (when it was placed, what went back) is left zero.
pub(crate) fn order_wire(room: &Room, id: OrderId) -> Option<OrderWire> {
    let order = room.order(id)?;
    let line = order.lines.first()?;
    let terms = order.terms.as_deref();
    let title = |id: &CampaignId| room.campaign(id).map(|it| it.campaign.title.clone()).unwrap_or_default();
    let state = match order.state {
        linger_room::OrderState::Held => OrderState::Held,
        linger_room::OrderState::Paid(_) => OrderState::Paid,
        linger_room::OrderState::Lapsed => OrderState::Lapsed,
        linger_room::OrderState::Cancelled => OrderState::Cancelled,
    };
    let due = room.refunds_due().filter(|(_, refund)| refund.order == id);
    let late: i64 = due.map(|(_, refund)| refund.amount.minor).sum();
    let owed = room.care(id).into_iter().flat_map(|it| &it.refunds).filter_map(|it| room.refund(it));
    let owed = owed.filter(|it| it.state != linger_room::care::OwedState::Done);
    let refund_due_minor = late + owed.map(|it| it.amount.minor).sum::<i64>();
    Some(OrderWire {
        order: id.to_string(),
        person: order.person.to_string(),
        item: line.item.0,
        units: line.units,
        lines: lines_wire(&order.lines, terms.map_or(0, |it| it.gifts)),
        cuts: cuts_wire(terms.map_or(&[], |it| &it.cuts), title),
        shipping_minor: terms.map_or(0, |it| it.shipping),
        holds: order.holds(),
        amount: money_wire(order.amount),
        state,
        at: 0,
        until: order.until.0,
        refund_due_minor,
        refunded_minor: 0,
    })
}

/// The order that this entry places, when it is one line at the price of its sale: in a rush, most are.
pub(crate) fn just_held(entry: &Entry) -> Option<OrderWire> {
    let Event::UnitsHeld { order, person, item, units, amount, until } = &entry.event else { return None };
    Some(OrderWire {
        order: order.to_string(),
        person: person.to_string(),
        item: item.0,
        units: *units,
        lines: lines_wire(&[OrderLine { item: *item, units: *units, amount: *amount }], 0),
        cuts: vec![],
        shipping_minor: 0,
        holds: true,
        amount: money_wire(*amount),
        state: OrderState::Held,
        at: entry.at.0,
        until: until.0,
        refund_due_minor: 0,
        refunded_minor: 0,
    })
}

/// An order, for its owner and for staff.
#[utoipa::path(
    get, path = "/api/rooms/{room}/orders/{order}", tag = "shop",
    params(("room" = String, Path, description = "the room"), ("order" = String, Path, description = "the order")),
    responses(
        (status = 200, description = "the order, with everything about it", body = OrderPageWire),
        (status = 400, description = "no order id", body = ApiError),
        (status = 401, description = "no token or session", body = ApiError),
        (status = 403, description = "not for this room", body = ApiError),
        (status = 404, description = "no such order of yours", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("room-token" = []), ("session" = []))
)]
pub(crate) async fn get_order(
    State(house): State<House>,
    Path((room, order)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<OrderPageWire>, ApiError> {
    let room = RoomId::new(&room).map_err(|_| ApiError::not_found("no-such-room"))?;
    let asker = Asker::of(&caller, &room)?;
    let order = own_order(&house, &room, &asker, &order).await?;
    let is_buyer = order.person == asker.actor.person.to_string();
    let eyes = Eyes { is_buyer, role: asker.actor.role };
    let page = order_page(&house, &room, order, eyes).await?;
    page.map(Json).ok_or_else(|| ApiError::not_found("no-such-order"))
}

/// Pay an order.
#[utoipa::path(
    post, path = "/api/rooms/{room}/orders/{order}/pay", tag = "shop",
    params(("room" = String, Path, description = "the room"), ("order" = String, Path, description = "the order")),
    request_body = PayAsked,
    responses(
        (status = 202, description = "the provider was asked; its notice changes the order", body = PayStarted),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "no token or session", body = ApiError),
        (status = 403, description = "not for this room", body = ApiError),
        (status = 404, description = "no such order of yours", body = ApiError),
        (status = 409, description = "the order does not wait for a payment, or the provider said no", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too many", body = ApiError),
        (status = 503, description = "the provider cannot be reached", body = ApiError),
    ),
    security(("room-token" = []), ("session" = []))
)]
pub(crate) async fn pay_order(
    State(house): State<House>,
    Path((room, order)): Path<(String, String)>,
    caller: Caller,
    Body(asked): Body<PayAsked>,
) -> Result<(StatusCode, Json<PayStarted>), ApiError> {
    let room = RoomId::new(&room).map_err(|_| ApiError::not_found("no-such-room"))?;
    let asker = Asker::of(&caller, &room)?;
    house.limiter.ask(asker.actor.person).map_err(ApiError::too_many)?;
    if asked.method.as_ref().is_some_and(|it| it.is_empty() || it.len() > METHOD_BYTES_MAX) {
        return Err(ApiError::field("bad-field", "method"));
    }
    let id: OrderId = parse(&order, "order")?;
    let amount = payable(&house, &room, &asker, (&order, id)).await?;
    let started = house.payments.start(Charge { room, order: id, amount }, asked.method.as_deref()).await;
    match started {
        Ok(started) => {
            let (visit, client_secret) = match started.next {
                Next::Done => (None, None),
                Next::Visit(url) => (Some(url.to_string()), None),
                Next::Confirm(secret) => (None, Some(secret.0.into())),
            };
            let payment = started.payment.to_string();
            Ok((StatusCode::ACCEPTED, Json(PayStarted { payment, visit, client_secret })))
        }
        Err(PayError::BadAmount) => Err(ApiError::new(StatusCode::CONFLICT, "bad-amount")),
        Err(PayError::UnknownMethod) => Err(ApiError::field("bad-field", "method")),
        Err(PayError::Declined) => Err(ApiError::new(StatusCode::CONFLICT, "payment-declined")),
        Err(fault) => Err(ApiError::unavailable("starting a payment", &fault)),
    }
}

/// What is to be paid for an order, or for a gift, which is paid in the same way.
async fn payable(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    (order, id): (&str, OrderId),
) -> Result<linger_protocol::Money, ApiError> {
    let closed = || ApiError::new(StatusCode::CONFLICT, "order-closed");
    if let Some(gift) = own_gift(house, room, asker, id).await? {
        return if gift.state == GiftState::Waiting { Ok(gift.amount) } else { Err(closed()) };
    }
    let order = own_order(house, room, asker, order).await?;
    if order.state != OrderState::Held {
        return Err(closed());
    }
    let currency = linger_protocol::Currency::new(&order.amount.currency);
    let currency = currency.ok_or_else(|| ApiError::new(StatusCode::CONFLICT, "bad-amount"))?;
    Ok(linger_protocol::Money::new(order.amount.minor, currency))
}

pub(crate) async fn own_order(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    order: &str,
) -> Result<OrderWire, ApiError> {
    let id: OrderId = parse(order, "order")?;
    let mine = |order: &OrderWire| {
        asker.actor.role != Role::Viewer || order.person == asker.actor.person.to_string()
    };
    let found = look_at_order(house, room, id).await?;
    found.filter(mine).ok_or_else(|| ApiError::not_found("no-such-order"))
}
