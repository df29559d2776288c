//! Around the talk, at the edge: pictures, the moderator, what waits for one, and the list of gifts. It does not know
//! what a room makes of any of it.

mod gifts;
mod held;
mod hook;
mod images;
mod moderation;
mod picture;
mod words;

pub use hook::Hook;
pub use moderation::{Asked, Judging, Kind, Moderator, Verdict};
pub use words::{BadList, WordList};

pub(crate) use gifts::{gift_wire, own_gift, price_of};
pub(crate) use held::{Held, next_held};
pub(crate) use images::check_own;

use crate::{
    ask::Asker,
    error::ApiError,
    house::House,
    wire::{Answer, TalkAsk, WireAct},
};
use axum::{extract::DefaultBodyLimit, http::StatusCode};
use held::{allow, refuse};
use images::{publish, withdraw};
use linger_protocol::{Act, Actor, ImageId, Limits, Request, Role, RoomId};
use linger_store::Images;
use std::{str::FromStr, sync::Arc};
use tokio::sync::Semaphore;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Pictures that are drawn anew at once; each takes up to 200 MB while it is.
const DRAWN_AT_ONCE: usize = 2;

/// What viewers may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewerImages {
    /// What the moderator lets through; without one who sees pictures, staff look first.
    LookedAt,
    /// Everything that the moderator does not refuse.
    Open,
    /// Nothing.
    Off,
}

impl FromStr for ViewerImages {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<ViewerImages, &'static str> {
        match word {
            "looked-at" => Ok(ViewerImages::LookedAt),
            "open" => Ok(ViewerImages::Open),
            "off" => Ok(ViewerImages::Off),
            _ => Err("must be looked-at, open or off"),
        }
    }
}

/// The parts that the talk needs.
pub struct TalkParts {
    /// Where pictures are kept.
    pub images: Images,
    /// Who judges what viewers write and show.
    pub moderator: Arc<dyn Moderator>,
    /// What viewers may show.
    pub viewer_images: ViewerImages,
}

/// What the edge keeps for the talk.
pub(crate) struct Talk {
    pub images: Images,
    moderator: Arc<dyn Moderator>,
    viewer_images: ViewerImages,
    drawing: Arc<Semaphore>,
}

impl Talk {
    pub(crate) fn new(parts: TalkParts) -> Talk {
        let TalkParts { images, moderator, viewer_images } = parts;
        Talk { images, moderator, viewer_images, drawing: Arc::new(Semaphore::new(DRAWN_AT_ONCE)) }
    }
}

/// The routes of pictures and gifts.
pub(crate) fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::default()
        .routes(routes!(images::post_image))
        .layer(DefaultBodyLimit::max(picture::SENT_BYTES_MAX))
        .routes(routes!(images::get_image))
        .routes(routes!(gifts::gift_kinds))
}

/// What happens before an ask reaches its room: what staff decide about held words, and the judgement of what viewers
/// write. `Some` is the answer: the ask goes no further for now.
pub(crate) async fn before(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    wire: &WireAct,
) -> Result<Option<Answer>, ApiError> {
    match wire {
        WireAct::Talk(TalkAsk::AllowHeld { held }) => allow(house, room, asker, *held).await.map(Some),
        WireAct::Talk(TalkAsk::RefuseHeld { held }) => refuse(house, room, asker, *held).map(Some),
        _ if asker.actor.role != Role::Viewer => Ok(None),
        WireAct::Say { text, image, .. } => {
            let waits = match image {
                Some(image) => check_own(house, asker, image).await?.waits,
                None => false,
            };
            let verdict = match judged(house, room, asker, Kind::Comment, text).await? {
                Verdict::Publish if waits => Verdict::Hold { reason: "image".to_owned() },
                verdict => verdict,
            };
            match verdict {
                Verdict::Hold { reason } => held::hold(house, room, asker, wire, text, reason).map(Some),
                _ => Ok(None),
            }
        }
        // A gift does not wait: its words are let through or they are not.
        WireAct::Talk(TalkAsk::SendGift { words, .. }) if !words.trim().is_empty() => {
            match judged(house, room, asker, Kind::Gift, words).await? {
                Verdict::Publish => Ok(None),
                _ => Err(refused("text-refused")),
            }
        }
        // A photo waits for staff in any case; only what is never let through is refused at once.
        WireAct::Talk(TalkAsk::OfferPhoto { caption, .. }) if !caption.trim().is_empty() => {
            judged(house, room, asker, Kind::Caption, caption).await.map(|_| None)
        }
        _ => Ok(None),
    }
}

/// What becomes of a picture once an ask is durable.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Then {
    /// Nothing.
    Nothing,
    /// Everybody may see it.
    Publish(ImageId),
    /// Nobody else sees it any more: its comment was hidden, or it was taken off the wall.
    Withdraw(ImageId),
}

/// What happens after an ask was durable.
pub(crate) async fn after(house: &House, then: Then) -> Result<(), ApiError> {
    match then {
        Then::Nothing => Ok(()),
        Then::Publish(image) => publish(house, image).await,
        Then::Withdraw(image) => withdraw(house, image).await,
    }
}

/// The verdict on a text. A refused one is an error; whoever crossed a red line is muted.
async fn judged(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    kind: Kind,
    text: &str,
) -> Result<Verdict, ApiError> {
    // What is far too long is refused by the room; nobody reads it.
    if text.len() > Limits::COMMENT_CHARS * 8 {
        return Ok(Verdict::Publish);
    }
    let asked = Asked { room, person: asker.actor.person, kind, text, image: None };
    match house.talk.moderator.judge(asked).await {
        Verdict::Refuse { mute_ms, .. } => {
            if mute_ms > 0 {
                let act = Act::Mute { person: asker.actor.person, for_ms: mute_ms.min(Limits::MUTE_MS_MAX) };
                house.engine.ask(room, Request { by: Actor::HOUSE, act }, None).await?;
            }
            Err(refused("text-refused"))
        }
        verdict => Ok(verdict),
    }
}

fn refused(code: &str) -> ApiError {
    ApiError::new(StatusCode::CONFLICT, code)
}
