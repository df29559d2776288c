//! Rooms over HTTP: lists, views, opening, draw proofs, figures, erasure. It does not know how a view is folded.

use crate::{
    account::{Caller, Staff},
    ask::parse,
    error::{ApiError, Body},
    house::House,
    hub::{hex, role_name},
    wire::{EraseDone, IngestKey, InsightWire, NewRoom, Proof, RoleName, RoomCard, RoomView},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use linger_protocol::{Act, Actor, DrawId, PersonId, Request, Role, RoomId};
use sha2::{Digest, Sha256};

/// Rooms in one list.
const ROOMS_LISTED: usize = 200;

/// Rooms, those on air first.
#[utoipa::path(
    get, path = "/api/rooms", tag = "rooms",
    responses((status = 200, description = "at most 200 rooms", body = Vec<RoomCard>))
)]
pub(crate) async fn list_rooms(State(house): State<House>) -> Json<Vec<RoomCard>> {
    let mut cards: Vec<_> = house.desks().iter().map(|desk| desk.hub.card()).collect();
    cards.sort_by(|a, b| (b.live, b.here, &a.room).cmp(&(a.live, a.here, &b.room)));
    cards.truncate(ROOMS_LISTED);
    Json(cards)
}

/// Open a room.
#[utoipa::path(
    post, path = "/api/rooms", tag = "rooms", request_body = NewRoom,
    responses(
        (status = 201, description = "opened", body = RoomCard),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 409, description = "the room is open already, or a text is too long", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn open_room(
    State(house): State<House>,
    staff: Staff,
    Body(new): Body<NewRoom>,
) -> Result<(StatusCode, Json<RoomCard>), ApiError> {
    staff.need(&[Role::Operator, Role::Admin])?;
    let room: RoomId = parse(&new.room, "room")?;
    let host: PersonId = match &new.host {
        Some(host) => parse(host, "host")?,
        None => staff.person,
    };
    let known =
        house.store.staff(host).await.map_err(|fault| ApiError::unavailable("reading staff", &fault))?;
    if known.is_none() {
        return Err(ApiError::field("no-such-person", "host"));
    }
    let act = Act::OpenRoom { title: new.title.clone(), host, host_name: new.host_name.clone() };
    let by = Actor { person: staff.person, role: staff.role };
    house.engine.ask(&room, Request { by, act }, None).await?;
    house.desk(&room);
    let card =
        RoomCard { room: room.to_string(), title: new.title, host_name: new.host_name, live: false, here: 0 };
    Ok((StatusCode::CREATED, Json(card)))
}

/// A room as a stranger sees it.
#[utoipa::path(
    get, path = "/api/rooms/{room}", tag = "rooms", params(("room" = String, Path, description = "the room")),
    responses(
        (status = 200, description = "the room", body = RoomView),
        (status = 404, description = "no such room", body = ApiError),
    )
)]
pub(crate) async fn get_room(
    State(house): State<House>,
    Path(room): Path<String>,
) -> Result<Json<RoomView>, ApiError> {
    let (_, desk) = room_desk(&house, &room)?;
    desk.hub.caught_up().await;
    Ok(Json(desk.hub.view(None, RoleName::Viewer)))
}

/// All that is needed to recompute a draw.
#[utoipa::path(
    get, path = "/api/rooms/{room}/draws/{draw}/proof", tag = "rooms",
    params(("room" = String, Path, description = "the room"), ("draw" = u32, Path, description = "the draw")),
    responses(
        (status = 200, description = "the proof", body = Proof),
        (status = 400, description = "no draw number", body = ApiError),
        (status = 404, description = "no such draw, or it is not revealed yet", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    )
)]
pub(crate) async fn draw_proof(
    State(house): State<House>,
    Path((room, draw)): Path<(String, String)>,
) -> Result<Json<Proof>, ApiError> {
    let (room, _) = room_desk(&house, &room)?;
    let draw = DrawId(parse(&draw, "draw")?);
    let proof = house.engine.look(&room, move |room| room.draw_proof(draw)).await?.flatten();
    let proof = proof.ok_or_else(|| ApiError::not_found("no-such-draw"))?;
    let ids = |people: &[PersonId]| people.iter().map(PersonId::to_string).collect();
    Ok(Json(Proof {
        room: room.to_string(),
        draw: proof.draw.0,
        winners_wanted: proof.winners_wanted,
        commit: hex(&proof.commit),
        seed: hex(&proof.seed),
        digest: hex(&proof.digest),
        entrants: ids(&proof.entrants),
        winners: ids(&proof.winners),
        keyword: proof.keyword,
        prize: proof.prize,
    }))
}

/// All figures of the running show.
#[utoipa::path(
    get, path = "/api/rooms/{room}/insight", tag = "data", params(("room" = String, Path, description = "the room")),
    responses(
        (status = 200, description = "the figures", body = InsightWire),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn get_insight(
    State(house): State<House>,
    staff: Staff,
    Path(room): Path<String>,
) -> Result<Json<InsightWire>, ApiError> {
    staff.need(&[Role::Host, Role::Operator, Role::Admin])?;
    let (_, desk) = room_desk(&house, &room)?;
    Ok(Json(desk.insight.all()))
}

/// Make a new key for an encoder; the one before stops working.
#[utoipa::path(
    post, path = "/api/rooms/{room}/ingest-key", tag = "video",
    params(("room" = String, Path, description = "the room")),
    responses(
        (status = 201, description = "the key, shown this once", body = IngestKey),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn new_ingest_key(
    State(house): State<House>,
    staff: Staff,
    Path(room): Path<String>,
) -> Result<(StatusCode, Json<IngestKey>), ApiError> {
    staff.need(&[Role::Host, Role::Operator, Role::Admin])?;
    let (room, _) = room_desk(&house, &room)?;
    let mut key = [0; 24];
    aws_lc_rs::rand::fill(&mut key).map_err(|fault| ApiError::unavailable("making a key", &fault))?;
    let key = hex(&key);
    house
        .store
        .set_ingest_key(&room, Sha256::digest(key.as_bytes()).into())
        .await
        .map_err(|fault| ApiError::unavailable("keeping a key", &fault))?;
    let mut url = house.config.public_url.clone();
    url.set_path(&format!("/whip/{room}"));
    Ok((StatusCode::CREATED, Json(IngestKey { url: url.to_string(), key })))
}

/// Destroy the key of one's own texts: nobody can read them any more.
#[utoipa::path(
    delete, path = "/api/rooms/{room}/me", tag = "people", params(("room" = String, Path, description = "the room")),
    responses(
        (status = 200, description = "gone", body = EraseDone),
        (status = 401, description = "no token", body = ApiError),
        (status = 403, description = "not for this room", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    ),
    security(("room-token" = []))
)]
pub(crate) async fn erase_me(
    State(house): State<House>,
    Path(room): Path<String>,
    caller: Caller,
) -> Result<Json<EraseDone>, ApiError> {
    let (room, _) = room_desk(&house, &room)?;
    match caller {
        Caller::Guest(guest) => {
            guest.for_room(&room)?;
            erase(&house, guest.person).await
        }
        Caller::Staff(staff) => erase(&house, staff.person).await,
    }
}

/// Destroy the key of anybody's texts.
#[utoipa::path(
    post, path = "/api/people/{person}/erase", tag = "people",
    params(("person" = String, Path, description = "the person")),
    responses(
        (status = 200, description = "gone", body = EraseDone),
        (status = 400, description = "no person id", body = ApiError),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 503, description = "cannot be done now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn erase_person(
    State(house): State<House>,
    staff: Staff,
    Path(person): Path<String>,
) -> Result<Json<EraseDone>, ApiError> {
    staff.need(&[Role::Admin])?;
    erase(&house, parse(&person, "person")?).await
}

async fn erase(house: &House, person: PersonId) -> Result<Json<EraseDone>, ApiError> {
    let keys =
        house.vault.erase(person).await.map_err(|fault| ApiError::unavailable("erasing a key", &fault))?;
    for desk in house.desks() {
        desk.hub.erase(person);
        desk.held.erase(person);
    }
    // Unreadable already; what is left of them only takes room.
    let gone = house.talk.images.forget(person).await;
    gone.map_err(|fault| ApiError::unavailable("taking pictures away", &fault))?;
    let known = linger_events::Identity::Anonymous(crate::track::room_person(person).into());
    if let Some(known) = house.events.person(&known) {
        crate::questions::forget(house, known).await?;
    }
    Ok(Json(EraseDone { keys }))
}

/// The room of a path and what is kept for it.
pub(crate) fn room_desk(
    house: &House,
    room: &str,
) -> Result<(RoomId, std::sync::Arc<crate::house::RoomDesk>), ApiError> {
    let room = RoomId::new(room).map_err(|_| ApiError::not_found("no-such-room"))?;
    let desk = house.desk(&room).ok_or_else(|| ApiError::not_found("no-such-room"))?;
    Ok((room, desk))
}

/// What a caller is called on the wire.
pub(crate) fn role_of(role: Role) -> RoleName {
    role_name(role)
}
