//! Routes around sales: what a cart costs, coupons, campaigns, and the proof of a shuffle. It does not know how any of it
//! is decided: it asks the room.

use crate::{
    account::{Caller, Staff},
    ask::{Asker, cart_of, parse},
    error::{ApiError, Body},
    house::House,
    hub::{
        hex,
        sale::{campaign_wire, cuts_wire},
    },
    rooms::room_desk,
    wire::{
        CampaignDesk, CartAsk, CartLineWire, CouponWire, MoneyWire, PriceWhyName, QuoteLineWire, QuoteWire,
        ShuffleProof,
    },
};
use axum::{
    Json,
    extract::{Path, State},
};
use linger_protocol::{CampaignId, PersonId, Role, RoomId};
use linger_room::{PriceWhy, Quote, Room};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .routes(routes!(quote_cart))
        .routes(routes!(my_coupons))
        .routes(routes!(list_campaigns))
        .routes(routes!(shuffle_proof))
}

/// What a cart costs you, line by line. It reserves nothing.
#[utoipa::path(
    post, path = "/api/rooms/{room}/quote", tag = "shop",
    params(("room" = String, Path, description = "the room")),
    request_body = CartAsk,
    responses(
        (status = 200, description = "the price, explained", body = QuoteWire),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "no token or session", body = ApiError),
        (status = 403, description = "not for this room", body = ApiError),
        (status = 404, description = "no such room, item or campaign", body = ApiError),
        (status = 409, description = "the order would be refused; the code says why", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too many", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("room-token" = []), ("session" = []))
)]
pub(crate) async fn quote_cart(
    State(house): State<House>,
    Path(room): Path<String>,
    caller: Caller,
    Body(cart): Body<CartAsk>,
) -> Result<Json<QuoteWire>, ApiError> {
    let room = RoomId::new(&room).map_err(|_| ApiError::not_found("no-such-room"))?;
    let asker = Asker::of(&caller, &room)?;
    house.limiter.ask(asker.actor.person).map_err(ApiError::too_many)?;
    let (person, cart, now) = (asker.actor.person, cart_of(&cart)?, house.now());
    let look = move |room: &Room| room.quote(person, &cart, now).map(|quote| quote_wire(room, &quote));
    let quoted = house.engine.look(&room, look).await?;
    let quoted = quoted.ok_or_else(|| ApiError::not_found("no-such-room"))?;
    Ok(Json(quoted.map_err(linger_engine::Refused::Refusal)?))
}

fn quote_wire(room: &Room, quote: &Quote) -> QuoteWire {
    let line = |it: &linger_room::QuoteLine| QuoteLineWire {
        item: it.item.0,
        units: it.units,
        list_minor: it.list.minor,
        price_minor: it.price.minor,
        why: match it.why {
            PriceWhy::Sale => PriceWhyName::Sale,
            PriceWhy::Step => PriceWhyName::Step,
            PriceWhy::Unlocked => PriceWhyName::Unlocked,
            PriceWhy::Flash => PriceWhyName::Flash,
        },
        amount_minor: it.amount.minor,
    };
    let gift = |it: &linger_protocol::CartLine| CartLineWire { item: it.item.0, units: it.units };
    let title = |id: &CampaignId| room.campaign(id).map(|it| it.campaign.title.clone()).unwrap_or_default();
    QuoteWire {
        lines: quote.lines.iter().map(line).collect(),
        cuts: cuts_wire(&quote.cuts, title),
        gifts: quote.gifts.iter().map(gift).collect(),
        shipping_full_minor: quote.shipping_full.minor,
        shipping_minor: quote.shipping.minor,
        total: MoneyWire { minor: quote.total.minor, currency: quote.total.currency.as_str().to_owned() },
        hold_ms: quote.hold_ms,
        holds: quote.holds,
    }
}

/// Your coupons in this room that can be used now.
#[utoipa::path(
    get, path = "/api/rooms/{room}/coupons", tag = "shop",
    params(("room" = String, Path, description = "the room")),
    responses(
        (status = 200, description = "the coupons, in the order of their campaigns' names", body = Vec<CouponWire>),
        (status = 401, description = "no token or session", body = ApiError),
        (status = 403, description = "not for this room", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("room-token" = []), ("session" = []))
)]
pub(crate) async fn my_coupons(
    State(house): State<House>,
    Path(room): Path<String>,
    caller: Caller,
) -> Result<Json<Vec<CouponWire>>, ApiError> {
    let room = RoomId::new(&room).map_err(|_| ApiError::not_found("no-such-room"))?;
    let asker = Asker::of(&caller, &room)?;
    let (person, now) = (asker.actor.person, house.now());
    let look = move |room: &Room| {
        let usable = room.wallet(person, now).into_iter().filter(|it| it.usable);
        let wire = |it: linger_room::Owned<'_>| CouponWire {
            campaign: crate::hub::sale::for_viewers(it.campaign),
            count: it.count,
        };
        usable.map(wire).collect()
    };
    let own = house.engine.look(&room, look).await?;
    own.map(Json).ok_or_else(|| ApiError::not_found("no-such-room"))
}

/// The campaigns of a room, and how far each has come.
#[utoipa::path(
    get, path = "/api/rooms/{room}/campaigns", tag = "shop",
    params(("room" = String, Path, description = "the room")),
    responses(
        (status = 200, description = "the campaigns, in the order of their names", body = Vec<CampaignDesk>),
        (status = 401, description = "not signed in", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    ),
    security(("session" = []))
)]
pub(crate) async fn list_campaigns(
    State(house): State<House>,
    Path(room): Path<String>,
    staff: Staff,
) -> Result<Json<Vec<CampaignDesk>>, ApiError> {
    staff.need(&[Role::Host, Role::Operator, Role::Admin])?;
    let (room, _) = room_desk(&house, &room)?;
    let look = |room: &Room| {
        let desk = |it: &linger_room::Running| CampaignDesk {
            campaign: campaign_wire(&it.campaign),
            given: it.given,
            spent_minor: it.spent,
            ended: it.ended,
        };
        room.campaigns().map(desk).collect()
    };
    let all = house.engine.look(&room, look).await?;
    all.map(Json).ok_or_else(|| ApiError::not_found("no-such-room"))
}

/// All that is needed to recompute the order in which the list of a shuffle is served.
#[utoipa::path(
    get, path = "/api/rooms/{room}/sales/{sale}/proof", tag = "rooms",
    params(
        ("room" = String, Path, description = "the room"),
        ("sale" = u32, Path, description = "the sale on terms of its own: the how-manyeth of the room")
    ),
    responses(
        (status = 200, description = "the proof", body = ShuffleProof),
        (status = 400, description = "no number of a sale", body = ApiError),
        (status = 404, description = "no such shuffle, or it is not shuffled yet", body = ApiError),
        (status = 503, description = "cannot be read now", body = ApiError),
    )
)]
pub(crate) async fn shuffle_proof(
    State(house): State<House>,
    Path((room, sale)): Path<(String, String)>,
) -> Result<Json<ShuffleProof>, ApiError> {
    let (room, _) = room_desk(&house, &room)?;
    let sale: u32 = parse(&sale, "sale")?;
    let proof = house.engine.look(&room, move |room| room.lot_proof(sale).cloned()).await?.flatten();
    let proof = proof.ok_or_else(|| ApiError::not_found("no-such-sale"))?;
    let people = |people: &[PersonId]| people.iter().map(PersonId::to_string).collect();
    Ok(Json(ShuffleProof {
        room: room.to_string(),
        item: proof.item.0,
        sale: proof.sale,
        commit: hex(&proof.commit),
        seed: hex(&proof.seed),
        digest: hex(&proof.digest),
        people: people(&proof.people),
        order: people(&proof.order),
    }))
}
