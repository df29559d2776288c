//! What an ask about the stage or about calls means to the room. It does not know whether the room agrees.

use super::{Asker, parse, spoken};
use crate::{
    error::ApiError,
    house::House,
    wire::{CallOutcomeWire, NoCallWire, SeatAsk, WhoMayAskWire},
};
use linger_protocol::{Act, CallOutcome, ItemId, NoCall, PersonId, RoomId, SeatAct, WhoMayAsk};

/// The act, with name and words sealed under the asker's key.
pub(super) async fn meant(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    ask: SeatAsk,
) -> Result<Act, ApiError> {
    let person = |person: String| parse::<PersonId>(&person, "person");
    Ok(Act::Seat(match ask {
        SeatAsk::AskForStage { note } => {
            // A place is for whoever is here: one who asks without a socket has to come within the grace.
            if let Some(desk) = house.desk(room) {
                desk.gather.expect([asker.actor.person]);
            }
            let note = spoken(house, room, asker, note.unwrap_or_default()).await?;
            SeatAct::AskForStage { note, priority: level(house, room, asker) }
        }
        SeatAsk::WithdrawAsk => SeatAct::WithdrawAsk,
        SeatAsk::AcceptSeat => SeatAct::AcceptSeat,
        SeatAsk::DeclineSeat => SeatAct::DeclineSeat,
        SeatAsk::LeaveStage => SeatAct::LeaveStage,
        SeatAsk::MuteSelf { muted } => SeatAct::MuteSelf { muted },
        SeatAsk::OpenStage { seats, who } => SeatAct::OpenStage {
            seats,
            who: match who {
                WhoMayAskWire::Everybody => WhoMayAsk::Everybody,
                WhoMayAskWire::Followers => WhoMayAsk::Followers,
            },
        },
        SeatAsk::CloseStage => SeatAct::CloseStage,
        SeatAsk::Invite { person: it } => SeatAct::Invite { person: person(it)? },
        SeatAsk::Decline { person: it } => SeatAct::Decline { person: person(it)? },
        SeatAsk::Remove { person: it } => SeatAct::Remove { person: person(it)? },
        SeatAsk::MoveUp { person: it } => SeatAct::MoveUp { person: person(it)? },
        SeatAsk::SetMuted { person: it, muted } => SeatAct::SetMuted { person: person(it)?, muted },
        SeatAsk::OpenCalls { promise_min } => SeatAct::OpenCalls { promise_min },
        SeatAsk::CloseCalls => SeatAct::CloseCalls,
        SeatAsk::AskForCall { topic, item } => {
            let topic = spoken(house, room, asker, topic).await?;
            SeatAct::AskForCall { topic, item: item.map(ItemId), priority: level(house, room, asker) }
        }
        SeatAsk::WithdrawCall => SeatAct::WithdrawCall,
        SeatAsk::TakeCall { person: it } => SeatAct::TakeCall { person: person(it)? },
        SeatAsk::CallDone { person: it, outcome } => SeatAct::CallDone {
            person: person(it)?,
            outcome: match outcome {
                CallOutcomeWire::Helped => CallOutcome::Helped,
                CallOutcomeWire::FollowUp => CallOutcome::FollowUp,
                CallOutcomeWire::NotReached => CallOutcome::NotReached,
            },
        },
        SeatAsk::DeclineCall { person: it, reason } => SeatAct::DeclineCall {
            person: person(it)?,
            reason: match reason {
                NoCallWire::NobodyFree => NoCall::NobodyFree,
                NoCallWire::AnsweredOtherwise => NoCall::AnsweredOtherwise,
                NoCallWire::NotOurs => NoCall::NotOurs,
            },
        },
    }))
}

/// Who has a higher level in the fan club stands before others.
fn level(house: &House, room: &RoomId, asker: &Asker) -> u8 {
    house.desk(room).map_or(0, |desk| desk.hub.level(asker.actor.person))
}
