//! Who wins is told by name, also somebody who never says a word, also after a restart; and nobody's name outlives its key.

use crate::house::{
    Door,
    line::{Line, Open},
};
use linger_protocol::{
    Act, ActivityAct, Actor, Currency, Game, Money, PersonId, Prize, Report, Request, Role, RoomId, Terms,
};
use serde_json::{Value, json};

const SEED: [u8; 32] = [5; 32];

/// Opens a game for the first two who tap, by a seed that this test knows.
async fn open_game(door: &Door, room: &RoomId) {
    let prize = Prize { what: "a cup".into(), worth: Money::new(990, Currency::CNY), count: 2 };
    let game = Game::First { item: None, lasts_ms: 60_000 };
    let terms = Terms { title: "First ones".into(), game, prize: Some(prize) };
    let commit = linger_room::activity::commitment(&SEED, &terms.secret());
    let worth_max = Money::new(5_000_000, Currency::CNY);
    let open = ActivityAct::Open { terms: Box::new(terms), commit, sealed_seed: vec![7], worth_max };
    let by = Actor { person: PersonId(1), role: Role::Host };
    let request = Request { by, act: Act::Activity(open) };
    door.engine.ask(room, request, None).await.unwrap();
}

/// The names of the winners, as a newcomer is shown them.
async fn winners(open: &Open) -> Vec<String> {
    let (_line, welcome) = Line::join(open.at, "tea", &open.door.guest("tea").await, json!({})).await;
    let winners = welcome["view"]["activities"][0]["winners"].as_array().expect("winners").clone();
    winners.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_winner_has_a_name_after_a_restart_until_it_is_erased() {
    let open = Open::new(Door::open().await).await;
    let room = RoomId::new("tea").unwrap();
    open_game(&open.door, &room).await;
    let ((ann, mut first), (_, mut second)) = (open.guest().await, open.guest().await);
    let enter = json!({"kind": "activity", "do": "play", "activity": 1, "play": {"move": "enter"}});
    for line in [&mut first, &mut second] {
        let answer = line.ask(enter.clone()).await;
        assert!(answer["done"].is_object(), "{answer}");
    }
    let seed = Report::ActivitySeedRevealed { activity: linger_protocol::ActivityId(1), seed: SEED };
    open.door.engine.report(&room, seed).await.unwrap();
    let settled = |message: &Value| message.to_string().contains("\"settled\"");
    first.until("the outcome", settled).await;
    let names: Vec<String> =
        [&first, &second].iter().map(|line| line.seen[0]["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(winners(&open).await, names);

    let door = open.door.again().await;
    let at = door.serve(None).await;
    let again = Open { door, at };
    assert_eq!(winners(&again).await, names, "the log alone knows them");

    let erased = again.door.call("DELETE", "/api/rooms/tea/me", &ann, None).await;
    assert!(erased.status.is_success(), "{}", erased.text);
    assert_eq!(winners(&again).await, [String::new(), names[1].clone()]);
    let last = again.door.again().await;
    let at = last.serve(None).await;
    assert_eq!(winners(&Open { door: last, at }).await, [String::new(), names[1].clone()]);
}
