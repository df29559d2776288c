//! What people and the house ask about the run of show on a day that a seed stands for. It does not know what is right.

use crate::dice::Dice;
use linger_protocol::*;
use linger_room::Room;

/// Who asks, as what, for what.
pub fn asked(dice: &mut Dice, room: &Room) -> (u64, Role, Act) {
    // Mostly the turn that is on; sometimes one that was, or none.
    let turn = room.run().map_or(1, |run| run.turn);
    let turn = if dice.percent(85) { turn } else { dice.below(u64::from(turn) + 2) as u32 };
    let act = match dice.below(24) {
        0..4 => {
            let version = room.rundown().0;
            let after = if dice.percent(90) { version } else { dice.below(u64::from(version) + 2) as u32 };
            return (
                2,
                Role::Operator,
                Act::Rundown(RundownAct::Set { rundown: document(dice, room), after }),
            );
        }
        4..8 => RundownAct::Start { step: dice.below(3) as u32 },
        8..11 => RundownAct::Next { turn },
        11 => RundownAct::Hold,
        12..15 => RundownAct::Resume,
        15 => RundownAct::Repeat { turn },
        16 => {
            let title = (*dice.pick(&["a song", "a story", " "])).to_owned();
            RundownAct::Improvise { title, lasts_ms: 500 + dice.below(60_000) }
        }
        17 => RundownAct::Jump { step: dice.below(8) as u32 },
        18 => RundownAct::Extend { ms: dice.below(90_000) },
        19 if dice.percent(30) => RundownAct::Stop,
        _ => {
            let act = match dice.below(4) {
                0 => Ok(Act::PinCard { item: ItemId(1 + dice.below(4)) }),
                1 => Ok(Act::Announce { text: "now".into() }),
                2 => Ok(Act::UnpinCard),
                _ => Err("unavailable".to_owned()),
            };
            return (0, Role::Admin, Act::Rundown(RundownAct::Carry { turn, act: act.map(Box::new) }));
        }
    };
    let role = if dice.percent(97) { Role::Host } else { Role::Viewer };
    (1, role, Act::Rundown(act))
}

/// A new document, or the present one with other steps to come.
fn document(dice: &mut Dice, room: &Room) -> Box<Rundown> {
    let mut rundown = room.rundown().1.clone();
    match room.run() {
        Some(run) if dice.percent(90) => rundown.steps.truncate(run.step as usize + 1),
        _ => {
            rundown = Rundown {
                title: "Tea".into(),
                steps: vec![],
                ahead_ms: 60_000 + dice.below(60_001),
                quiet_ms: 300_000 + dice.below(300_000),
                pace: 1 + dice.below(3) as u32,
            }
        }
    }
    for _ in 0..dice.below(7) {
        let item = dice.percent(60).then(|| ItemId(1 + dice.below(4)));
        let lasts_ms = if dice.percent(97) { 1_000 + dice.below(200_000) } else { 0 };
        let (climax, points) = (dice.percent(35), vec!["soft".to_owned()]);
        rundown.steps.push(Step { title: "Cup".into(), item, points, lasts_ms, climax, activity: None });
    }
    Box::new(rundown)
}
