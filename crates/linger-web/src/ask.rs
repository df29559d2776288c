//! Asking a room for a change: reads what came over the wire, fetches what the room cannot know, asks, and answers.
//! It does not know whether the room agrees.

mod activity;
mod care;
mod club;
mod sale;
mod seat;
mod talk;

pub(crate) use activity::{game, prize_of};
pub(crate) use sale::cart_of;

use crate::{
    account::{Address, Caller},
    error::{ApiError, Body},
    house::House,
    hub::sealed_form,
    talk::gift_wire,
    wire::{Answer, PromptEndWire, WireAct},
};
use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
};
use linger_engine::{Done, Refused};
use linger_protocol::{
    Act, Actor, CommentId, DrawId, Event, ImageId, Item, ItemId, Limits, Money, OrderId, PersonId, PromptEnd,
    PromptId, QuestionId, Request, RoomId, Spoken, TalkAct,
};
use sha2::{Digest, Sha256};
use std::{str::FromStr, time::Instant};

/// Bytes of a text before it is looked at further: four for every character that is allowed, and some for blanks.
const TEXT_BYTES_MAX: usize = Limits::COMMENT_CHARS * 4 + 256;

/// Ask a room for a change.
#[utoipa::path(
    post, path = "/api/rooms/{room}/ask", tag = "rooms",
    params(("room" = String, Path, description = "the room")),
    request_body = WireAct,
    responses(
        (status = 200, description = "done, and durable", body = Answer),
        (status = 400, description = "a field is wrong", body = ApiError),
        (status = 401, description = "no token or session", body = ApiError),
        (status = 403, description = "not for this role", body = ApiError),
        (status = 404, description = "no such room", body = ApiError),
        (status = 409, description = "the room refused; the code says why", body = ApiError),
        (status = 413, description = "too large", body = ApiError),
        (status = 415, description = "not JSON", body = ApiError),
        (status = 429, description = "too many", body = ApiError),
        (status = 500, description = "the room found a bug in itself", body = ApiError),
        (status = 503, description = "cannot be kept now", body = ApiError),
    ),
    security(("room-token" = []), ("session" = []))
)]
pub(crate) async fn ask_room(
    State(house): State<House>,
    Path(room): Path<String>,
    caller: Caller,
    address: Address,
    headers: HeaderMap,
    Body(act): Body<WireAct>,
) -> Result<Json<Answer>, ApiError> {
    let room = RoomId::new(&room).map_err(|_| ApiError::not_found("no-such-room"))?;
    let mut asker = Asker::of(&caller, &room)?;
    // Only moves in games count by device.
    if matches!(act, WireAct::Activity(_)) {
        let device = house.devices.in_cookie(&house.config.public_url, &headers);
        asker.device = house.devices.number(&room, device, address.network());
    }
    house.limiter.ask(asker.actor.person).map_err(ApiError::too_many)?;
    carry_out(&house, &room, &asker, act).await.map(Json)
}

/// Who asks, as the room and the audience know them.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    pub actor: Actor,
    pub name: String,
    /// The number that the room knows their browser by; zero where no move in a game can come from.
    pub device: u32,
}

impl Asker {
    pub(crate) fn of(caller: &Caller, room: &RoomId) -> Result<Asker, ApiError> {
        match caller {
            Caller::Guest(guest) => {
                guest.for_room(room)?;
                Ok(Asker { actor: Actor::viewer(guest.person), name: guest.name.clone(), device: 0 })
            }
            Caller::Staff(staff) => Ok(Asker {
                actor: Actor { person: staff.person, role: staff.role },
                name: staff.name.clone(),
                device: 0,
            }),
        }
    }
}

/// Carries out an ask, and counts how it went.
pub(crate) async fn carry_out(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    act: WireAct,
) -> Result<Answer, ApiError> {
    let begun = Instant::now();
    let outcome = ask(house, room, asker, act).await;
    let code = outcome.as_ref().err().map_or("ok", |error| error.code.as_str());
    house.metrics.asked(code, begun.elapsed());
    outcome
}

async fn ask(house: &House, room: &RoomId, asker: &Asker, wire: WireAct) -> Result<Answer, ApiError> {
    match crate::talk::before(house, room, asker, &wire).await? {
        Some(answer) => Ok(answer),
        None => settle(house, room, asker, wire).await,
    }
}

/// Asks the room, when nothing has to happen before.
pub(crate) async fn settle(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    wire: WireAct,
) -> Result<Answer, ApiError> {
    let order = order_of(&wire)?;
    let then = talk::then(house, room, &wire);
    let act = meant(house, room, asker, wire).await?;
    let gift = match &act {
        Act::Talk(TalkAct::SendGift { order, .. }) => Some(*order),
        _ => None,
    };
    let request = Request { by: asker.actor, act };
    sale::take_for_room(house, room, &request).await?;
    let done = house.engine.ask(room, request, None).await?;
    crate::talk::after(house, then).await?;
    let mut answer = answer_of(&done);
    if let Some(order) = order {
        // What was just held is known; anything else is asked of the room.
        answer.order = match done.entries.iter().find_map(crate::orders::just_held) {
            Some(held) => Some(held),
            None => look_at_order(house, room, order).await?,
        };
    }
    if let Some(order) = gift {
        let seen =
            house.engine.look(room, move |room| room.gift(order).map(|it| gift_wire(order, it))).await?;
        answer.gift = seen.flatten().map(Box::new);
    }
    Ok(answer)
}

fn order_of(wire: &WireAct) -> Result<Option<OrderId>, ApiError> {
    match wire {
        WireAct::PlaceOrder { order, .. } | WireAct::CancelOrder { order } => parse(order, "order").map(Some),
        WireAct::Sale(ask) => sale::order_of(ask),
        _ => Ok(None),
    }
}

fn answer_of(done: &Done) -> Answer {
    let mut answer = Answer { position: done.position.to_string(), ..Answer::default() };
    for entry in done.entries.iter() {
        match &entry.event {
            Event::CommentMade { comment, .. } => answer.comment = Some(comment.0),
            Event::DrawEntered { draw, .. } | Event::DrawOpened { draw, .. } => answer.draw = Some(draw.0),
            Event::Activity(event) => answer.activity = Some(crate::hub::about(event).0),
            _ => {}
        }
    }
    answer
}

/// The order as the room has it now; what only the log remembers is added from what the screens know.
pub(crate) async fn look_at_order(
    house: &House,
    room: &RoomId,
    order: OrderId,
) -> Result<Option<crate::wire::OrderWire>, ApiError> {
    let seen = house.engine.look(room, move |room| crate::orders::order_wire(room, order)).await?;
    let mut seen = seen.flatten();
    if let (Some(order_now), Some(desk), Some(tail)) =
        (seen.as_mut(), house.desk(room), house.engine.tail(room))
    {
        // The screens may be a frame behind the room.
        desk.hub.reach(tail).await;
        if let Some(shown) = desk.hub.order(order) {
            (order_now.at, order_now.refunded_minor) = (shown.at, shown.refunded_minor);
        }
    }
    Ok(seen)
}

/// What an act on the wire means to the room, with everything fetched that the room cannot know.
pub(crate) async fn meant(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    wire: WireAct,
) -> Result<Act, ApiError> {
    Ok(match wire {
        WireAct::Say { text, answers, reply_to, mentions, image } => Act::Say {
            spoken: spoken(house, room, asker, text).await?,
            answers: answers.map(QuestionId),
            reply_to: reply_to.map(CommentId),
            mentions: mentions
                .iter()
                // One more than is allowed is enough to be refused.
                .take(Limits::MENTIONS_MAX + 1)
                .map(|person| parse(person, "mentions"))
                .collect::<Result<_, _>>()?,
            image: own_image(house, asker, image.as_deref()).await?,
        },
        WireAct::AnswerOnAir { question } => Act::AnswerOnAir { question: QuestionId(question) },
        WireAct::HideComment { comment } => Act::HideComment { comment: CommentId(comment) },
        WireAct::Mute { person, for_ms } => {
            Act::Mute { person: parse::<PersonId>(&person, "person")?, for_ms }
        }
        WireAct::Follow => Act::Follow,
        WireAct::Unfollow => Act::Unfollow,
        WireAct::Announce { text } => Act::Announce { text },
        WireAct::ListItem { item } => Act::ListItem { item: item_of(house, item).await? },
        WireAct::SetStock { item, units } => Act::SetStock { item: ItemId(item), units },
        WireAct::OpenSale { item, price_minor, per_person, hold_ms } => {
            let listed = item_of(house, item).await?;
            let price = price_minor.map_or(listed.price, |minor| Money { minor, ..listed.price });
            Act::OpenSale { item: ItemId(item), price, per_person, hold_ms }
        }
        WireAct::CloseSale { item } => Act::CloseSale { item: ItemId(item) },
        WireAct::PinCard { item } => Act::PinCard { item: ItemId(item) },
        WireAct::UnpinCard => Act::UnpinCard,
        WireAct::PlaceOrder { order, item, units } => {
            Act::PlaceOrder { order: parse(&order, "order")?, item: ItemId(item), units }
        }
        WireAct::CancelOrder { order } => Act::CancelOrder { order: parse(&order, "order")? },
        WireAct::OpenDraw { keyword, prize, winners, lasts_ms } => {
            open_draw(house, keyword, prize, winners, lasts_ms)?
        }
        WireAct::Seat(ask) => seat::meant(house, room, asker, ask).await?,
        WireAct::Talk(ask) => talk::meant(house, room, asker, ask).await?,
        WireAct::Care(ask) => care::meant(house, room, asker, ask).await?,
        WireAct::CloseDraw { draw } => Act::CloseDraw { draw: DrawId(draw) },
        WireAct::ClosePrompt { prompt, end } => Act::ClosePrompt {
            prompt: PromptId(prompt),
            end: match end {
                PromptEndWire::Followed => PromptEnd::Followed,
                PromptEndWire::Dismissed => PromptEnd::Dismissed,
                PromptEndWire::Expired => PromptEnd::Expired,
                PromptEndWire::Later => PromptEnd::Later,
            },
        },
        WireAct::Activity(ask) => Act::Activity(activity::meant(house, room, asker, ask).await?),
        WireAct::Club(asked) => club::meant(house, room, asker, asked).await?,
        WireAct::Rundown(ask) => Act::Rundown(crate::rundown::asked(ask)),
        WireAct::Sale(ask) => sale::meant(house, room, asker, ask).await?,
    })
}

/// The picture of a comment, when it is the writer's own.
async fn own_image(house: &House, asker: &Asker, image: Option<&str>) -> Result<Option<ImageId>, ApiError> {
    let Some(image) = image else { return Ok(None) };
    crate::talk::check_own(house, asker, image).await?;
    parse(image, "image").map(Some)
}

/// Seals a text under its writer's key before the room decides about it.
async fn spoken(house: &House, room: &RoomId, asker: &Asker, text: String) -> Result<Spoken, ApiError> {
    sealed_text(house, room, asker, text, TEXT_BYTES_MAX).await
}

/// The same for a text that may have so many bytes.
async fn sealed_text(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    text: String,
    bytes_max: usize,
) -> Result<Spoken, ApiError> {
    // Refused here as well as in the room: what is far too long is not worth a key.
    if text.len() > bytes_max {
        return Err(Refused::Refusal(linger_protocol::Refusal::TextTooLong).into());
    }
    let plain = clean(&text);
    let form = sealed_form(&asker.name, &plain);
    let sealed = house
        .vault
        .seal(asker.actor.person, room.as_str().as_bytes(), &form)
        .await
        .map_err(|fault| ApiError::unavailable("sealing a text", &fault))?;
    Ok(Spoken { plain, sealed })
}

/// The text without what would disturb others' screens: control characters and marks that turn the writing direction.
pub(crate) fn clean(text: &str) -> String {
    let disturbs = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let calm: String = text
        .chars()
        .map(|c| if c == '\n' || c == '\t' { ' ' } else { c })
        .filter(|c| !disturbs(*c))
        .collect();
    calm.trim().to_owned()
}

async fn item_of(house: &House, id: u64) -> Result<Item, ApiError> {
    let product = house
        .store
        .item(ItemId(id))
        .await
        .map_err(|fault| ApiError::unavailable("reading the catalogue", &fault))?
        .ok_or_else(|| ApiError { field: Some("item".to_owned()), ..ApiError::not_found("no-such-item") })?;
    let item = Item::new(product.id, &product.title, product.price, &product.seller);
    Ok(Item {
        image: product.image,
        product: product.product,
        variant: product.variant,
        returns: product.returns,
        ..item
    })
}

fn open_draw(
    house: &House,
    keyword: String,
    prize: String,
    winners: u32,
    lasts_ms: u64,
) -> Result<Act, ApiError> {
    let (commit, sealed_seed) = fresh_seed(house)?;
    Ok(Act::OpenDraw { keyword, prize, winners, lasts_ms, commit, sealed_seed })
}

/// A secret seed: what is published of it, and the seed under the house's own key.
fn fresh_seed(house: &House) -> Result<([u8; 32], Vec<u8>), ApiError> {
    let mut seed = [0; 32];
    aws_lc_rs::rand::fill(&mut seed).map_err(|fault| ApiError::unavailable("drawing a seed", &fault))?;
    let commit = Sha256::digest(seed).into();
    let sealed_seed =
        house.vault.seal_house(&seed).map_err(|fault| ApiError::unavailable("sealing a seed", &fault))?;
    Ok((commit, sealed_seed))
}

/// Reads an id, or says which field is none.
pub(crate) fn parse<T: FromStr>(text: &str, field: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::field("bad-id", field))
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn a_text_loses_what_would_turn_others_screens_around() {
        assert_eq!(clean("  hi\u{202e}\u{0007} there\n你好 "), "hi there 你好");
    }
}
