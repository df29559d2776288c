//! One sample of everything an activity may put into a log.

use super::{asked, reported};
use linger_protocol::*;

const ANN: PersonId = PersonId(0x0123_4567_89ab_cdef);
const ACTIVITY: ActivityId = ActivityId(300);

pub fn all() -> Vec<(&'static str, Entry)> {
    let mut all = vec![];
    all.extend(games().into_iter().map(|(name, game, prize)| (name, asked(Role::Host, opened(game, prize)))));
    all.extend(plays().into_iter().map(|(name, play)| (name, asked(Role::Viewer, played(play, None)))));
    let name = Sealed { key: KeyId(9), body: vec![0xde, 0xad].into() };
    all.push(("activity-entered-by-name", asked(Role::Viewer, played(Play::Entered, Some(name)))));
    all.extend(steps().into_iter().map(|(name, step)| (name, reported(stepped(step)))));
    all.push((
        "activity-scored",
        reported(event(ActivityEvent::Scored { activity: ACTIVITY, points: [70_000, 3] })),
    ));
    let frozen = ActivityEvent::Frozen { activity: ACTIVITY, players: 2, digest: [0x22; 32] };
    all.push(("activity-frozen", reported(event(frozen))));
    all.extend(outcomes().into_iter().map(|(name, outcome)| (name, reported(settled(outcome)))));
    all
}

fn event(event: ActivityEvent) -> Event {
    Event::Activity(event)
}

fn opened(game: Game, prize: Option<Prize>) -> Event {
    event(ActivityEvent::Opened {
        activity: ACTIVITY,
        terms: Terms { title: "猜一猜".into(), game, prize },
        at: Millis(1_700_000_000_000),
        until: Millis(1_700_000_060_000),
        commit: [0x11; 32],
        sealed_seed: vec![1, 2, 3].into(),
    })
}

fn played(play: Play, name: Option<Sealed>) -> Event {
    event(ActivityEvent::Played { activity: ACTIVITY, person: ANN, play, device: 7, name })
}

fn stepped(step: GameStep) -> Event {
    let (at, until) = (Millis(1_700_000_005_000), Millis(1_700_000_018_000));
    event(ActivityEvent::Stepped { activity: ACTIVITY, step, at, until })
}

fn settled(outcome: Outcome) -> Event {
    event(ActivityEvent::Settled { activity: ACTIVITY, seed: [0x33; 32], outcome })
}

fn games() -> Vec<(&'static str, Game, Option<Prize>)> {
    let lasts_ms = 60_000;
    let prize = || Some(Prize { what: "a cup".into(), worth: Money::new(9_900, Currency::CNY), count: 3 });
    let choice = |text: &str, item: Option<u64>| Choice { text: text.into(), item: item.map(ItemId) };
    let question = QuizQuestion {
        text: "What is it made of?".into(),
        options: vec!["clay".into(), "glass".into()],
        right: 1,
        why: "It is blown.".into(),
        window_ms: 10_000,
    };
    let slices = vec![
        Slice { label: "a cup".into(), weight: 1, prize: prize() },
        Slice { label: "thanks".into(), weight: 9, prize: None },
    ];
    let item = ItemId(8);
    vec![
        (
            "activity-vote",
            Game::Vote { options: vec![choice("红", None), choice("blue", Some(8))], lasts_ms },
            None,
        ),
        ("activity-quiz", Game::Quiz { questions: vec![question], elimination: true }, prize()),
        ("activity-guess", Game::Guess { item, price: Money::new(990, Currency::CNY), lasts_ms }, prize()),
        (
            "activity-task",
            Game::Task { watch_ms: 300_000, ask: true, share: false, follow: true, lasts_ms },
            prize(),
        ),
        ("activity-first", Game::First { item: Some(item), lasts_ms }, prize()),
        (
            "activity-packet",
            Game::Packet { budget: Money::new(10_000, Currency::CNY), parts: 50, even: false, lasts_ms },
            None,
        ),
        (
            "activity-pk",
            Game::Pk {
                sides: ["Lin".into(), "Mei".into()],
                rival: Some(RoomId::new("tea-2").expect("a room's name")),
                forfeit: "sings".into(),
                lasts_ms,
                gift_point: None,
            },
            None,
        ),
        (
            "activity-pk-with-gifts",
            Game::Pk {
                sides: ["Lin".into(), "Mei".into()],
                rival: None,
                forfeit: String::new(),
                lasts_ms,
                gift_point: Some(Money::new(100, Currency::CNY)),
            },
            None,
        ),
        ("activity-wheel", Game::Wheel { slices, lasts_ms }, None),
        ("activity-reflex", Game::Reflex { waits_ms: vec![2_000, 70_000], limit_ms: 1_500 }, prize()),
    ]
}

fn plays() -> Vec<(&'static str, Play)> {
    vec![
        ("activity-chose", Play::Chose { option: 1 }),
        ("activity-answered", Play::Answered { question: 2, option: 1, took_ms: 1_234 }),
        ("activity-guessed", Play::Guessed { minor: 12_345_678_901 }),
        ("activity-tapped", Play::Tapped { round: 0, after_ms: 240, counts: true }),
        ("activity-entered", Play::Entered),
        ("activity-finished", Play::Finished),
    ]
}

fn steps() -> Vec<(&'static str, GameStep)> {
    vec![
        ("activity-asking", GameStep::Asking { question: 2 }),
        ("activity-explaining", GameStep::Explaining { question: 2 }),
        ("activity-ready", GameStep::Ready { round: 1 }),
        ("activity-signal", GameStep::Signal { round: 1 }),
    ]
}

fn outcomes() -> Vec<(&'static str, Outcome)> {
    let other = PersonId(u64::MAX);
    vec![
        ("activity-votes", Outcome::Votes { votes: vec![70_000, 0] }),
        ("activity-winners", Outcome::Winners { winners: vec![ANN, other] }),
        (
            "activity-shares",
            Outcome::Shares {
                shares: vec![Share { person: ANN, minor: 1 }, Share { person: other, minor: 9_000 }],
                rest_minor: 999,
            },
        ),
        (
            "activity-spins",
            Outcome::Spins { spins: vec![Spin { person: ANN, slice: 0 }, Spin { person: other, slice: 1 }] },
        ),
        ("activity-score", Outcome::Score { points: [70_000, 3] }),
    ]
}
