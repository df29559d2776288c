//! Samples of what is decided about the fan club.

use super::*;

pub fn all() -> Vec<(&'static str, Entry)> {
    let (ann, bob, session) = (PersonId(0x0123_4567_89ab_cdef), PersonId(5), SessionId(5));
    let name = || Sealed { key: KeyId(9), body: vec![0xde, 0xad].into() };
    let until = Millis(1_700_000_060_000);
    let came = Arrival { session, person: bob, source: "share".into(), brought_by: Some(ann) };
    // The tasks of the first version: what was written then stays as it is.
    let first_tasks = ClubTask::ALL[..7].iter();
    let first_tasks = first_tasks.map(|task| TaskPoints { task: *task, points: 300 }).collect();
    let set =
        ClubEvent::ClubSet { name: "茶友会".into(), levels: vec![0, 100, 100_000], tasks: first_tasks };
    let points = |task| ClubEvent::Points {
        person: ann,
        task,
        n: 2,
        points: 10,
        day: 20_000,
        total: u64::MAX,
        level: 3,
    };
    let opened =
        ClubEvent::SprintOpened { sprint: 1, goal: 10_000, reward: "a cup for all".into(), from: 70, until };
    let viewer = |event| asked(Role::Viewer, Event::Club(event));
    let told = |event| reported(Event::Club(event));
    vec![
        ("club-set", asked(Role::Host, Event::Club(set))),
        ("club-day-began", told(ClubEvent::DayBegan { day: -1 })),
        ("club-joined", viewer(ClubEvent::Joined { person: ann, name: name(), members: 1 })),
        ("club-left", viewer(ClubEvent::Left { person: ann, members: 0 })),
        ("club-checked-in", viewer(ClubEvent::CheckedIn { person: ann, day: 20_000, streak: 7 })),
        ("club-points", told(points(ClubTask::Watched))),
        ("club-points-for-a-gift", told(points(ClubTask::Gift))),
        ("club-level-reached", told(ClubEvent::LevelReached { person: ann, level: 10 })),
        ("club-shared", viewer(ClubEvent::Shared { person: ann, name: name(), until })),
        ("club-came-by-link", told(ClubEvent::CameByLink { person: bob, session, by: ann, until })),
        ("club-brought", told(ClubEvent::Brought { person: bob, session, by: ann })),
        ("club-sprint-opened", asked(Role::Host, Event::Club(opened))),
        ("club-sprint-joined", told(ClubEvent::SprintJoined { sprint: 1, people: vec![ann, bob] })),
        (
            "club-sprint-ended",
            told(ClubEvent::SprintEnded { sprint: 1, reached: true, likes: 10_040, people: 2 }),
        ),
        (
            "presence-changed-by-link",
            reported(Event::PresenceChanged { arrived: vec![came], left: vec![], here: 1 }),
        ),
    ]
}
