//! What people do about the stage and about calls on a simulated day. It does not know what is right.

use super::{Dice, Input};
use linger_protocol::*;
use linger_room::Room;

/// Something that somebody does, more often than not something that can be.
pub fn anything(dice: &mut Dice, room: &Room) -> Input {
    if dice.below(25) == 0 {
        return gone(dice, room);
    }
    let viewer = PersonId(100 + dice.below(40));
    let (person, role, act) = match dice.below(12) {
        0..3 => {
            let note = Spoken::unsealed(dice.pick::<&str>(&["", "I have one", "hello"]));
            // Rarely a member.
            let priority = if dice.percent(10) { 1 + dice.below(3) as u8 } else { 0 };
            (viewer, Role::Viewer, SeatAct::AskForStage { note, priority })
        }
        3..6 => answers(dice, room, viewer),
        6..9 => (PersonId(1), Role::Host, runs_the_stage(dice, room)),
        9 => {
            let topic = Spoken::unsealed(dice.pick::<&str>(&["where is my parcel", "which size", ""]));
            let item = dice.percent(50).then(|| ItemId(1 + dice.below(5)));
            (viewer, Role::Viewer, SeatAct::AskForCall { topic, item, priority: 0 })
        }
        _ => runs_the_calls(dice, room, viewer),
    };
    // Sometimes by somebody who may not.
    let role = if dice.percent(97) { role } else { *dice.pick(&[Role::Viewer, Role::Host, Role::Moderator]) };
    Input::Ask(Request { by: Actor { person, role }, act: Act::Seat(act) })
}

fn gone(dice: &mut Dice, room: &Room) -> Input {
    let mut people: Vec<PersonId> = room.on_stage().map(|(person, _)| person).collect();
    people.extend(room.in_line().iter().map(|it| it.person));
    people.retain(|_| dice.percent(20));
    people.push(PersonId(100 + dice.below(40)));
    Input::Tell(Report::PeopleGone { people })
}

fn answers(dice: &mut Dice, room: &Room, viewer: PersonId) -> (PersonId, Role, SeatAct) {
    let invited: Vec<PersonId> = room.invited().map(|(person, _)| person).collect();
    let seated: Vec<PersonId> = room.on_stage().map(|(person, _)| person).collect();
    let one_of = |dice: &mut Dice, people: &[PersonId]| {
        if people.is_empty() || dice.percent(15) { viewer } else { *dice.pick(people) }
    };
    let (person, act) = match dice.below(9) {
        0..4 => (one_of(dice, &invited), SeatAct::AcceptSeat),
        4 => (one_of(dice, &invited), SeatAct::DeclineSeat),
        5 => (one_of(dice, &seated), SeatAct::LeaveStage),
        6 => (one_of(dice, &seated), SeatAct::MuteSelf { muted: dice.percent(60) }),
        _ => (viewer, SeatAct::WithdrawAsk),
    };
    (person, Role::Viewer, act)
}

fn runs_the_stage(dice: &mut Dice, room: &Room) -> SeatAct {
    let line: Vec<PersonId> = room.in_line().iter().map(|it| it.person).collect();
    let seated: Vec<PersonId> = room.on_stage().map(|(person, _)| person).collect();
    let stranger = PersonId(100 + dice.below(40));
    let waits = if line.is_empty() || dice.percent(10) { stranger } else { *dice.pick(&line) };
    let sits = if seated.is_empty() || dice.percent(10) { stranger } else { *dice.pick(&seated) };
    match dice.below(24) {
        0..5 => SeatAct::OpenStage {
            seats: dice.below(6) as u8,
            who: if dice.percent(70) { WhoMayAsk::Everybody } else { WhoMayAsk::Followers },
        },
        5 => SeatAct::CloseStage,
        6..17 => SeatAct::Invite { person: waits },
        17 => SeatAct::Decline { person: waits },
        18 => SeatAct::Remove { person: sits },
        19 => SeatAct::SetMuted { person: sits, muted: dice.percent(50) },
        _ => SeatAct::MoveUp { person: waits },
    }
}

fn runs_the_calls(dice: &mut Dice, room: &Room, viewer: PersonId) -> (PersonId, Role, SeatAct) {
    let waits: Vec<PersonId> = room.calls_waiting().iter().map(|it| it.person).collect();
    let taken: Vec<PersonId> = room.calls_taken().map(|(person, _)| person).collect();
    let waits = if waits.is_empty() || dice.percent(15) { viewer } else { *dice.pick(&waits) };
    let taken = if taken.is_empty() || dice.percent(15) { viewer } else { *dice.pick(&taken) };
    let staff = PersonId(2 + dice.below(2));
    let outcome = *dice.pick(&[CallOutcome::Helped, CallOutcome::FollowUp, CallOutcome::NotReached]);
    let reason = *dice.pick(&[NoCall::NobodyFree, NoCall::AnsweredOtherwise, NoCall::NotOurs]);
    match dice.below(12) {
        0..2 => {
            let promise_min = dice.percent(50).then(|| 1 + dice.below(40) as u32);
            (staff, Role::Operator, SeatAct::OpenCalls { promise_min })
        }
        2 if dice.percent(40) => (staff, Role::Operator, SeatAct::CloseCalls),
        2 | 3 => (waits, Role::Viewer, SeatAct::WithdrawCall),
        4..7 => {
            let person = if dice.percent(80) { waits } else { taken };
            (staff, Role::Moderator, SeatAct::TakeCall { person })
        }
        7 => (staff, Role::Moderator, SeatAct::DeclineCall { person: waits, reason }),
        _ => (staff, Role::Moderator, SeatAct::CallDone { person: taken, outcome }),
    }
}
