//! Ten thousand people who join in the same second: each is in once, what there is goes to the first ones, whoever comes
//! too late is told so, and it all adds up.

use linger_protocol::*;
use linger_room::{Room, activity::commitment};

const NOW: Millis = Millis(1_700_000_000_000);
const PEOPLE: u64 = 10_000;
const SEED: [u8; 32] = [3; 32];
const ACTIVITY: ActivityId = ActivityId(1);

#[test]
fn of_ten_thousand_who_open_a_packet_in_a_second_the_first_have_all_of_it() {
    let budget = money(500_000);
    let mut room = opened(Game::Packet { budget, parts: 1_000, even: false, lasts_ms: 60_000 });
    let answers = joined(&mut room, |_| Move::Enter);
    assert!(answers[..1_000].iter().all(Result::is_ok));
    assert!(answers[1_000..].iter().all(|it| *it == Err(Refusal::NothingLeft)));
    let Outcome::Shares { shares, rest_minor } = settled(&mut room) else { panic!("a packet has shares") };
    assert_eq!(
        shares.iter().map(|it| it.person).collect::<Vec<_>>(),
        people().take(1_000).collect::<Vec<_>>()
    );
    assert!(shares.iter().all(|it| it.minor > 0));
    assert_eq!((shares.iter().map(|it| it.minor).sum::<i64>(), rest_minor), (budget.minor, 0));
}

#[test]
fn of_ten_thousand_who_vote_in_a_second_each_counts_once() {
    let choice = |text: &str| Choice { text: text.into(), item: None };
    let options = vec![choice("red"), choice("blue")];
    let mut room = opened(Game::Vote { options, lasts_ms: 60_000 });
    for turn in 0..2 {
        // The second time everybody changes their mind, or says the same again.
        let answers = joined(&mut room, |person| Move::Choose { option: u8::from(person.0 % 4 > turn) });
        assert!(answers.iter().all(Result::is_ok));
    }
    ask(&mut room, host(), ActivityAct::Close { activity: ACTIVITY }).expect("the host ends it");
    assert_eq!(settled(&mut room), Outcome::Votes { votes: vec![5_000, 5_000] });
}

#[test]
fn of_ten_thousand_and_some_who_spin_in_a_second_those_beyond_the_wheel_are_told() {
    let prize = Prize { what: "a cup".into(), worth: money(900), count: 20 };
    let slice = |label: &str, prize| Slice { label: label.into(), weight: 1, prize };
    let slices = vec![slice("cup", Some(prize)), slice("thanks", None)];
    let mut room = opened(Game::Wheel { slices, lasts_ms: 60_000 });
    assert!(joined(&mut room, |_| Move::Enter).iter().all(Result::is_ok));
    let late = play(PersonId(1), Move::Enter);
    assert_eq!(ask(&mut room, Actor::viewer(PersonId(1)), late), Err(Refusal::RoomFull));
    ask(&mut room, host(), ActivityAct::Close { activity: ACTIVITY }).expect("the host ends it");
    let Outcome::Spins { spins } = settled(&mut room) else { panic!("a wheel has spins") };
    assert_eq!(spins.len() as u64, PEOPLE);
    assert_eq!(spins.iter().filter(|it| it.slice == 0).count(), 20, "no more cups than there are");
}

fn people() -> impl Iterator<Item = PersonId> {
    (100..100 + PEOPLE).map(PersonId)
}

fn money(minor: i64) -> Money {
    Money::new(minor, Currency::CNY)
}

fn host() -> Actor {
    Actor { person: PersonId(7), role: Role::Host }
}

/// A room in which this game has just begun.
fn opened(game: Game) -> Room {
    let mut room = Room::default();
    let act = Act::OpenRoom { title: "Tea".into(), host: PersonId(7), host_name: "Lin".into() };
    let events = room.decide(NOW, &Request { by: Actor::HOUSE, act }).expect("the room agrees");
    events.iter().for_each(|event| room.apply(event));
    let terms = Terms { title: "Play".into(), game, prize: None };
    let commit = commitment(&SEED, &terms.secret());
    let worth_max = money(5_000_000);
    let open = ActivityAct::Open { terms: Box::new(terms), commit, sealed_seed: vec![7], worth_max };
    ask(&mut room, host(), open).expect("the room agrees");
    room
}

fn play(person: PersonId, play: Move) -> ActivityAct {
    // Everybody comes from a device of their own.
    let device = u32::try_from(person.0).expect("a small number");
    ActivityAct::Play { activity: ACTIVITY, play, device, name: None }
}

/// Everybody makes a move within one second.
fn joined(room: &mut Room, what: impl Fn(PersonId) -> Move) -> Vec<Result<(), Refusal>> {
    people().map(|person| ask(room, Actor::viewer(person), play(person, what(person)))).collect()
}

fn ask(room: &mut Room, by: Actor, act: ActivityAct) -> Result<(), Refusal> {
    let events = room.decide(NOW.plus(500), &Request { by, act: Act::Activity(act) })?;
    events.iter().for_each(|event| room.apply(event));
    Ok(())
}

fn settled(room: &mut Room) -> Outcome {
    let seed = Report::ActivitySeedRevealed { activity: ACTIVITY, seed: SEED };
    let events = room.note(NOW.plus(500), &seed);
    events.iter().for_each(|event| room.apply(event));
    assert_eq!(room.activity_record(ACTIVITY).map(|it| linger_room::activity::verify(&it)), Some(Ok(())));
    match events.first() {
        Some(Event::Activity(ActivityEvent::Settled { outcome, .. })) => outcome.clone(),
        other => panic!("not settled: {other:?}"),
    }
}
