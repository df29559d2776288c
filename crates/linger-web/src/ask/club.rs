//! What is asked of the fan club, with the day it is in the shop's zone. It does not know whether the room agrees.

use super::{Asker, spoken};
use crate::{error::ApiError, house::House, wire::ClubAsk};
use linger_protocol::{Act, ClubAct, ClubTask, RoomId, TaskPoints};
use std::collections::BTreeMap;

pub(super) async fn meant(
    house: &House,
    room: &RoomId,
    asker: &Asker,
    asked: ClubAsk,
) -> Result<Act, ApiError> {
    Ok(Act::Club(match asked {
        ClubAsk::Join => ClubAct::Join { name: spoken(house, room, asker, asker.name.clone()).await? },
        ClubAsk::Leave => ClubAct::Leave,
        ClubAsk::CheckIn => ClubAct::CheckIn { day: house.day() },
        ClubAsk::Share => ClubAct::Share { name: spoken(house, room, asker, asker.name.clone()).await? },
        ClubAsk::SetClub { name, levels, tasks } => {
            ClubAct::SetClub { name, levels, tasks: tasks_of(&tasks)?, day: house.day() }
        }
        ClubAsk::OpenSprint { goal, lasts_ms, reward } => ClubAct::OpenSprint { goal, lasts_ms, reward },
        ClubAsk::CloseSprint => ClubAct::CloseSprint,
    }))
}

/// Points by task, in the tasks' own order.
fn tasks_of(told: &BTreeMap<String, u32>) -> Result<Vec<TaskPoints>, ApiError> {
    if told.keys().any(|word| ClubTask::parse(word).is_none()) {
        return Err(ApiError::field("bad-field", "tasks"));
    }
    let points = |task: &ClubTask| Some(TaskPoints { task: *task, points: *told.get(task.as_str())? });
    Ok(ClubTask::ALL.iter().filter_map(points).collect())
}
