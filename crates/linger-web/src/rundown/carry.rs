//! Carries out what a step does when it begins: reads a room's log like anybody else, and asks the room. It does not know
//! what comes of it. The room notes an activity together with what came of it, so that after a crash this begins where it
//! was, and does nothing twice.

use crate::{
    ask::{Asker, meant},
    house::{House, RoomDesk},
    wire::WireAct,
};
use axum::http::StatusCode;
use linger_engine::Refused;
use linger_protocol::{Act, Actor, Event, Limits, Request, RoomId, RundownAct, RundownEvent};
use linger_room::Room;
use std::{sync::Arc, time::Duration};

/// How long to wait before something that the outside refused is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Begins to carry out the activities of a room's steps.
pub(crate) fn follow(house: House, desk: Arc<RoomDesk>) {
    tokio::spawn(async move {
        let Some(tail) = house.engine.tail(&desk.room) else { return };
        let mut feed = house.engine.feed(&desk.room, tail);
        // What began before the start, and was not carried out.
        carry_out(&house, &desk.room).await;
        while let Ok(batch) = feed.next().await {
            let began = |event: &Event| matches!(event, Event::Rundown(RundownEvent::StepStarted { .. }));
            if batch.entries.iter().any(|entry| began(&entry.event)) {
                carry_out(&house, &desk.room).await;
            }
        }
    });
}

/// The turn that is on, its activity and the pace, if that was not carried out yet.
fn pending(room: &Room) -> Option<(u32, String, u32)> {
    let run = room.run().filter(|run| !run.carried)?;
    let rundown = room.rundown().1;
    let step = rundown.steps.get(usize::try_from(run.step).ok()?)?;
    Some((run.turn, step.activity.clone()?, rundown.pace))
}

async fn carry_out(house: &House, room: &RoomId) {
    while !house.is_stopping() {
        let Ok(Some(Some((turn, activity, pace)))) = house.engine.look(room, pending).await else { return };
        let act = match act_of(house, room, &activity, pace).await {
            Ok(act) => act,
            Err(AskAgain) => {
                tokio::time::sleep(AGAIN_AFTER).await;
                continue;
            }
        };
        let act = Act::Rundown(RundownAct::Carry { turn, act });
        match house.engine.ask(room, Request { by: Actor::HOUSE, act }, None).await {
            Ok(_) => {}
            // The step is over meanwhile; what is on now is looked at again.
            Err(Refused::Refusal(_)) => {}
            Err(refused) => {
                tracing::warn!(%room, %refused, "a step's activity could not be carried out; trying again");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }
}

/// Something outside failed for the moment.
#[derive(Clone, Copy, Debug)]
pub struct AskAgain;

/// What an ask, as it goes over the wire, means to the room when the house asks it; or, as a code, why it means nothing.
/// What the room cannot know, such as the seed of a draw, is fetched.
pub async fn deed_of_text(
    house: &House,
    room: &RoomId,
    ask: &str,
) -> Result<Result<Box<Act>, String>, AskAgain> {
    act_of(house, room, ask, 1).await
}

/// What the activity means to the room; or, as a code, why it means nothing.
async fn act_of(
    house: &House,
    room: &RoomId,
    activity: &str,
    pace: u32,
) -> Result<Result<Box<Act>, String>, AskAgain> {
    let Ok(mut wire) = serde_json::from_str::<WireAct>(activity) else {
        return Ok(Err("bad-field".to_owned()));
    };
    if let WireAct::OpenDraw { lasts_ms, .. } = &mut wire
        && pace > 1
    {
        // A rehearsal's draw is as much shorter as everything else.
        *lasts_ms = (*lasts_ms / u64::from(pace)).max(Limits::DRAW_MS_MIN);
    }
    let asker = Asker { actor: Actor::HOUSE, name: String::new(), device: 0 };
    match meant(house, room, &asker, wire).await {
        Ok(act) => Ok(Ok(Box::new(act))),
        Err(error) if error.status == StatusCode::SERVICE_UNAVAILABLE => Err(AskAgain),
        Err(error) => Ok(Err(error.code)),
    }
}
