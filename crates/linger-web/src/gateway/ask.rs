//! Many buyers' asks in one body: read, put to the room together, answered one by one. It does not know whether the room
//! agrees to any of them.

use super::{ASKS_MAX, gates::Gate};
use crate::{
    account::InUse,
    ask::{Asker, meant, parse},
    error::{ApiError, blamed_field},
    house::House,
    hub::forms::money_wire,
    wire::{GatewayAsks, GatewayOutcome, GatewayOutcomes, OrderWire, SaleAsk, UnitsHeldWire, WireAct},
};
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
};
use futures_util::{StreamExt, stream};
use linger_engine::{Asked, Done};
use linger_protocol::{Act, Actor, Event, ItemId, OrderId, PersonId, RoomId, SaleAct};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{borrow::Cow, sync::Arc, time::Instant};

/// Asks of one body that wait for keys, prices and the like at once.
const PREPARED_AT_ONCE: usize = 32;

/// A body, whose acts are read one by one: what one buyer's says wrongly is no other's harm.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(borrow)]
    asks: Vec<Ask<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask<'a> {
    #[serde(borrow)]
    buyer: Cow<'a, str>,
    #[serde(borrow)]
    act: &'a RawValue,
}

/// What most acts of a rush are, read without a detour.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceOrder<'a> {
    kind: &'a str,
    order: &'a str,
    item: u64,
    units: u32,
}

/// Ask a room for changes on behalf of your customers, many at once. Each is decided by itself, in the order of the body, and
/// has its own answer; what was done is durable when you read it. To ask again with the same order ids is safe.
#[utoipa::path(
    post, path = "/api/rooms/{room}/asks", tag = "gateways", request_body = GatewayAsks,
    params(("room" = String, Path, description = "the room of the key")),
    responses(
        (status = 200, description = "what became of each, in their order", body = GatewayOutcomes),
        (status = 400, description = "the body is wrong; nothing was done", body = ApiError),
        (status = 401, description = "no key, or it does not hold", body = ApiError),
        (status = 403, description = "the key is for another room", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be taken now; nothing was done", body = ApiError),
    ),
    security(("gateway-key" = []))
)]
pub(crate) async fn ask_for_buyers(
    State(house): State<House>,
    Path(room): Path<String>,
    gate: Arc<InUse<Gate>>,
    body: JsonBytes,
) -> Result<Json<GatewayOutcomes>, ApiError> {
    gate.for_room(&room)?;
    let Ok(_place) = house.gates.under_way.try_acquire() else {
        let busy = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "busy");
        return Err(ApiError { retry_ms: Some(250), ..busy });
    };
    let begun = Instant::now();
    let asks = read(&gate, &body.0)?;
    let outcomes = carry_out(&house, &gate, asks).await?;
    count(&house, &outcomes, begun);
    Ok(Json(GatewayOutcomes { outcomes }))
}

/// An ask that was read: who asks, and for what, or why it is none.
type Read = (PersonId, Result<Wanted, ApiError>);

enum Wanted {
    /// The room can be asked as it is.
    Ready(Act),
    /// Something has to be fetched or sealed before.
    ToPrepare(WireAct),
}

fn read(gate: &Gate, body: &[u8]) -> Result<Vec<Read>, ApiError> {
    let body: Body = serde_json::from_slice(body).map_err(|error| {
        if !error.is_data() {
            return ApiError::new(StatusCode::BAD_REQUEST, "not-json");
        }
        ApiError {
            field: blamed_field(&error.to_string()),
            ..ApiError::new(StatusCode::BAD_REQUEST, "bad-field")
        }
    })?;
    if !(1..=ASKS_MAX).contains(&body.asks.len()) {
        return Err(ApiError::field("bad-field", "asks"));
    }
    let one = |ask: &Ask| match gate.person(&ask.buyer) {
        Ok(person) => (person, read_act(ask.act.get())),
        Err(error) => (PersonId(0), Err(error)),
    };
    Ok(body.asks.iter().map(one).collect())
}

fn read_act(text: &str) -> Result<Wanted, ApiError> {
    if let Ok(PlaceOrder { kind: "place-order", order, item, units }) = serde_json::from_str(text) {
        let order = parse(order, "order")?;
        return Ok(Wanted::Ready(Act::PlaceOrder { order, item: ItemId(item), units }));
    }
    let act: WireAct = serde_json::from_str(text).map_err(|error| {
        let field = blamed_field(&error.to_string());
        ApiError { field, ..ApiError::new(StatusCode::BAD_REQUEST, "bad-field") }
    })?;
    match act {
        WireAct::CancelOrder { order } => {
            Ok(Wanted::Ready(Act::CancelOrder { order: parse(&order, "order")? }))
        }
        act if is_for_buyers(&act) => Ok(Wanted::ToPrepare(act)),
        _ => Err(ApiError::forbidden()),
    }
}

/// What may be asked through a gateway: to buy, and nothing that is said, played or run.
fn is_for_buyers(act: &WireAct) -> bool {
    match act {
        WireAct::PlaceOrder { .. } | WireAct::CancelOrder { .. } => true,
        WireAct::Sale(ask) => matches!(
            ask,
            SaleAsk::PlaceCart { .. }
                | SaleAsk::JoinWait { .. }
                | SaleAsk::LeaveWait { .. }
                | SaleAsk::Enlist { .. }
                | SaleAsk::Claim { .. }
                | SaleAsk::ClaimCode { .. }
        ),
        _ => false,
    }
}

async fn carry_out(
    house: &House,
    gate: &InUse<Gate>,
    asks: Vec<Read>,
) -> Result<Vec<GatewayOutcome>, ApiError> {
    let prepared: Vec<(PersonId, Result<Act, ApiError>)> =
        stream::iter(asks.into_iter().map(|(person, wanted)| async move {
            (person, prepare(house, &gate.room, person, wanted).await)
        }))
        .buffered(PREPARED_AT_ONCE)
        .collect()
        .await;
    let mut outcomes = Vec::with_capacity(prepared.len());
    let (mut requests, mut places) = (Vec::with_capacity(prepared.len()), Vec::with_capacity(prepared.len()));
    for (person, act) in prepared {
        match act {
            Ok(act) => {
                places.push((outcomes.len(), order_of(&act)));
                outcomes.push(GatewayOutcome::default());
                requests.push(linger_protocol::Request { by: Actor::viewer(person), act });
            }
            Err(error) => outcomes.push(refused(error)),
        }
    }
    let persons: Vec<PersonId> = requests.iter().map(|request| request.by.person).collect();
    let answers = house.engine.ask_many(&gate.room, gate.id, requests).await?;
    let mut unknown = Vec::new();
    for (((place, order), person), answer) in places.into_iter().zip(persons).zip(answers) {
        let known = settle(&mut outcomes[place], person, answer);
        if let (false, Some(order)) = (known, order) {
            unknown.push((place, order));
        }
    }
    show(house, &gate.room, unknown, &mut outcomes).await?;
    Ok(outcomes)
}

async fn prepare(
    house: &House,
    room: &RoomId,
    person: PersonId,
    wanted: Result<Wanted, ApiError>,
) -> Result<Act, ApiError> {
    let wanted = wanted?;
    house.limiter.ask(person).map_err(ApiError::too_many)?;
    match wanted {
        Wanted::Ready(act) => Ok(act),
        Wanted::ToPrepare(act) => {
            let asker = Asker { actor: Actor::viewer(person), name: String::new(), device: 0 };
            meant(house, room, &asker, act).await
        }
    }
}

/// The order that an act is about, to be shown in its answer.
fn order_of(act: &Act) -> Option<OrderId> {
    match act {
        Act::PlaceOrder { order, .. } | Act::CancelOrder { order } => Some(*order),
        Act::Sale(SaleAct::PlaceCart { order, .. }) => Some(*order),
        _ => None,
    }
}

/// Writes down an answer; says whether it tells all there is to tell.
fn settle(outcome: &mut GatewayOutcome, person: PersonId, answer: Asked) -> bool {
    let done = match answer {
        Ok(done) => done,
        Err(error) => {
            *outcome = refused(error.into());
            return true;
        }
    };
    outcome.position = Some(done.position.to_string());
    outcome.person = Some(person.to_string());
    outcome.held = held_by(&done);
    outcome.held.is_some()
}

/// An order of one line at the price of its sale, as it was just placed; a cart is shown whole.
fn held_by(done: &Done) -> Option<UnitsHeldWire> {
    done.entries.iter().find_map(|entry| match &entry.event {
        Event::UnitsHeld { amount, until, .. } => {
            Some(UnitsHeldWire { amount: money_wire(*amount), until: until.0 })
        }
        _ => None,
    })
}

/// Looks at the orders that were not all told.
async fn show(
    house: &House,
    room: &RoomId,
    unknown: Vec<(usize, OrderId)>,
    outcomes: &mut [GatewayOutcome],
) -> Result<(), ApiError> {
    if unknown.is_empty() {
        return Ok(());
    }
    let orders: Vec<OrderId> = unknown.iter().map(|(_, order)| *order).collect();
    let look = move |room: &linger_room::Room| -> Vec<Option<OrderWire>> {
        orders.iter().map(|order| crate::orders::order_wire(room, *order)).collect()
    };
    let seen = house.engine.look(room, look).await?.unwrap_or_default();
    let desk = house.desk(room);
    if let (Some(desk), Some(tail)) = (&desk, house.engine.tail(room)) {
        // The screens, which remember when an order was placed, may be a frame behind.
        desk.hub.reach(tail).await;
    }
    for ((place, order), seen) in unknown.into_iter().zip(seen) {
        let Some(mut seen) = seen else { continue };
        if let Some(shown) = desk.as_ref().and_then(|desk| desk.hub.order(order)) {
            (seen.at, seen.refunded_minor) = (shown.at, shown.refunded_minor);
        }
        outcomes[place].order = Some(Box::new(seen));
    }
    Ok(())
}

fn refused(error: ApiError) -> GatewayOutcome {
    GatewayOutcome {
        refusal: Some(error.code),
        field: error.field,
        retry_ms: error.retry_ms,
        ..GatewayOutcome::default()
    }
}

fn count(house: &House, outcomes: &[GatewayOutcome], begun: Instant) {
    let mut codes: Vec<(&str, u64)> = Vec::new();
    for outcome in outcomes {
        let code = outcome.refusal.as_deref().unwrap_or("ok");
        match codes.iter_mut().find(|(known, _)| *known == code) {
            Some((_, n)) => *n += 1,
            None => codes.push((code, 1)),
        }
    }
    house.metrics.asked_together(&codes, begun.elapsed());
}

/// The bytes of a body that says that it is JSON.
pub(crate) struct JsonBytes(Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBytes {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<JsonBytes, ApiError> {
        if !says_json(request.headers()) {
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json"));
        }
        let crate::error::Raw(bytes) = crate::error::Raw::from_request(request, state).await?;
        Ok(JsonBytes(bytes))
    }
}

fn says_json(headers: &HeaderMap) -> bool {
    let told = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    told.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
