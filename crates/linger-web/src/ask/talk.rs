//! What an ask around the talk means to the room. It does not know whether the room agrees.

use super::{Asker, parse, spoken};
use crate::{
    error::ApiError,
    house::House,
    talk::{Then, check_own, price_of},
    wire::{TalkAsk, WireAct},
};
use linger_protocol::{Act, CommentId, RoomId, TalkAct};

/// What an ask means, with prices and seals.
pub(super) async fn meant(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    ask: TalkAsk,
) -> Result<Act, ApiError> {
    Ok(Act::Talk(match ask {
        TalkAsk::SendGift { order, gift, count, words, side } => {
            let gift = parse(&gift, "gift")?;
            let price = price_of(house, room, &gift).await?;
            let giver = spoken(house, room, asker, String::new()).await?.sealed;
            let words = match words.trim() {
                "" => None,
                _ => Some(spoken(house, room, asker, words).await?),
            };
            TalkAct::SendGift { order: parse(&order, "order")?, gift, count, price, giver, words, side }
        }
        TalkAsk::SetTopic { text, lasts_ms } => TalkAct::SetTopic { text, lasts_ms },
        TalkAsk::EndTopic => TalkAct::EndTopic,
        TalkAsk::FeatureComment { comment } => TalkAct::FeatureComment { comment: CommentId(comment) },
        TalkAsk::Unfeature { comment } => TalkAct::Unfeature { comment: CommentId(comment) },
        TalkAsk::OfferPhoto { image, caption } => {
            check_own(house, asker, &image).await?;
            let caption = spoken(house, room, asker, caption).await?;
            TalkAct::OfferPhoto { image: parse(&image, "image")?, caption }
        }
        TalkAsk::ChoosePhoto { image } => TalkAct::ChoosePhoto { image: parse(&image, "image")? },
        TalkAsk::DeclinePhoto { image } => TalkAct::DeclinePhoto { image: parse(&image, "image")? },
        // Settled before the room is asked.
        TalkAsk::AllowHeld { .. } | TalkAsk::RefuseHeld { .. } => {
            return Err(ApiError::not_found("no-such-held"));
        }
    }))
}

/// What becomes of a picture once this is done.
pub(super) fn then(house: &House, room: &RoomId, wire: &WireAct) -> Then {
    match wire {
        WireAct::Talk(TalkAsk::ChoosePhoto { image }) => image.parse().map_or(Then::Nothing, Then::Publish),
        WireAct::Talk(TalkAsk::DeclinePhoto { image }) => image.parse().map_or(Then::Nothing, Then::Withdraw),
        WireAct::HideComment { comment } => {
            let image = house.desk(room).and_then(|desk| desk.hub.picture_of(*comment));
            image.map_or(Then::Nothing, Then::Withdraw)
        }
        _ => Then::Nothing,
    }
}
