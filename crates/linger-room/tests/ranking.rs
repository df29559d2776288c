//! In which order open questions are proposed to the host.

use linger_protocol::{Act, Actor, Millis, PersonId, QuestionId, Request, Role, Spoken};
use linger_room::{
    Room,
    question::rank::{RANKED_MAX, rank, weight},
};

const MINUTE: i64 = 60_000;

fn person(number: u64) -> PersonId {
    PersonId(number)
}

fn ask(room: &mut Room, by: u64, act: Act) {
    let role = if by == 1 { Role::Operator } else { Role::Viewer };
    let request = Request { by: Actor { person: person(by), role }, act };
    let events = room.decide(Millis(0), &request).expect("allowed");
    events.iter().for_each(|event| room.apply(event));
}

fn opened() -> Room {
    let mut room = Room::default();
    let act = Act::OpenRoom { title: "Tea".into(), host: person(1), host_name: "Host".into() };
    ask(&mut room, 1, act);
    room
}

fn say(room: &mut Room, by: u64, text: &str) {
    ask(room, by, Act::say(Spoken::unsealed(text)));
}

#[test]
fn weights_are_askers_times_minutes_and_fall_once_stale() {
    // The same figures as in `web/room/view.test.ts`.
    let weights = [(1, 0), (3, 0), (1, 1), (1, 4), (2, 10), (2, 20), (1, 60), (0, 0)]
        .map(|(askers, minutes)| weight(askers, Millis(0), Millis(minutes * MINUTE)));
    assert_eq!(weights, [1_000, 3_000, 2_000, 5_000, 22_000, 5_500, 305, 1_000]);
    assert_eq!(weight(1, Millis(5 * MINUTE), Millis(0)), 1_000, "clocks were put right");
    assert!(
        weight(usize::MAX, Millis(i64::MIN), Millis(i64::MAX)) < weight(usize::MAX, Millis(0), Millis(0))
    );
}

#[test]
fn many_askers_come_first_and_who_waits_long_is_not_forgotten() {
    let mut room = opened();
    say(&mut room, 2, "how much is it?");
    for by in 3..6 {
        say(&mut room, by, "包邮吗");
    }
    let best = |now: i64, asked: [i64; 2]| {
        let asked_at = |it: QuestionId| Millis(asked[it.0 as usize - 1]);
        room.ranked_questions(Millis(now), asked_at).into_iter().map(|(id, _)| id.0).collect::<Vec<_>>()
    };
    assert_eq!(best(0, [0, 0]), [2, 1], "three people before one");
    assert_eq!(best(4 * MINUTE, [0, 4 * MINUTE]), [1, 2], "four minutes before three people");
    assert_eq!(best(60 * MINUTE, [0, 60 * MINUTE]), [2, 1], "an hour is too long ago");
}

#[test]
fn equals_stand_in_the_order_of_their_numbers_and_the_list_is_capped() {
    let mut numbers: Vec<u32> = (0..200).rev().collect();
    rank(&mut numbers, Millis(0), RANKED_MAX, |number| (1, Millis(0), *number));
    assert_eq!(numbers, (0..50).collect::<Vec<u32>>());
}
