//! The stage and calls over real connections: who is told what, what happens to a seat whose person is gone, and to the
//! last one that two hosts give at once.

use crate::house::{
    Door, Who,
    line::{Line, Open},
};
use linger_protocol::Role;
use serde_json::{Value, json};
use std::time::Duration;

/// An open house with a stage of so many seats, and its host.
async fn staged(open: &Open, seats: u8) -> (Who, Line) {
    let seat = open.seat(Role::Host).await;
    let (mut host, _) = Line::join(open.at, "tea", &seat, json!({"quiet": true})).await;
    done(&mut host, json!({"do": "open-stage", "seats": seats, "who": "everybody"})).await;
    (seat, host)
}

/// Asks for something about the stage that the room agrees to.
async fn done(line: &mut Line, act: Value) {
    let answer = ask(line, act.clone()).await;
    assert!(answer["done"].is_object(), "{act}: {answer}");
}

async fn ask(line: &mut Line, mut act: Value) -> Value {
    act["kind"] = json!("seat");
    line.ask(act).await
}

/// What came of this kind, newest last.
fn told(line: &Line, kind: &str) -> Vec<Value> {
    let events = line.seen.iter().filter_map(|message| message["events"].as_array());
    events.flatten().filter(|event| event["k"] == kind).cloned().collect()
}

/// Reads on until the newest event of a kind is so.
async fn until(line: &mut Line, kind: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    loop {
        if let Some(event) = told(line, kind).pop().filter(&is_so) {
            return event;
        }
        assert!(line.next().await.is_some(), "ended before {kind}");
    }
}

fn person(line: &Line) -> String {
    line.seen[0]["person"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_asks_is_invited_and_stands_on_stage_for_everybody_to_see() {
    let open = Open::new(Door::open().await).await;
    let (_, mut host) = staged(&open, 2).await;
    let ((_, mut ann), (_, mut bob)) = (open.guest().await, open.guest().await);
    done(&mut ann, json!({"do": "ask-for-stage", "note": "I have this pot at home"})).await;
    done(&mut bob, json!({"do": "ask-for-stage"})).await;
    let mine = until(&mut bob, "you-seat", |it| it["stage"] == "waiting").await;
    assert_eq!(mine["place"], 2);
    let desk = until(&mut host, "seat-desk", |it| it["line"].as_array().unwrap().len() == 2).await;
    assert_eq!(desk["line"][0]["note"], "I have this pot at home");
    assert_eq!(desk["line"][0]["name"], ann.seen[0]["name"]);

    done(&mut host, json!({"do": "invite", "person": person(&ann)})).await;
    let invited = until(&mut ann, "you-seat", |it| it["stage"] == "invited").await;
    assert_eq!(invited["until"], open.door.now().0 + 30_000);
    until(&mut bob, "you-seat", |it| it["place"] == 1).await;
    done(&mut ann, json!({"do": "accept-seat"})).await;
    let stage = until(&mut bob, "seat", |it| it["on_stage"].as_array().unwrap().len() == 1).await;
    let on = json!({"seat": 1, "person": person(&ann), "name": ann.seen[0]["name"], "muted": false, "self_muted": false,
        "since": open.door.now().0});
    assert_eq!((&stage["on_stage"][0], &stage["waiting"]), (&on, &json!(1)));
    done(&mut host, json!({"do": "set-muted", "person": person(&ann), "muted": true})).await;
    until(&mut ann, "you-seat", |it| it["muted"] == true).await;
    done(&mut host, json!({"do": "remove", "person": person(&ann)})).await;
    until(&mut ann, "you-seat", |it| it["ended"] == "removed").await;

    // A newcomer sees the same; notes are for staff alone.
    let (new, welcome) = Line::join(open.at, "tea", &open.door.guest("tea").await, json!({})).await;
    let seat = &welcome["view"]["seat"];
    assert_eq!((&seat["stage"]["open"], &seat["stage"]["waiting"]), (&json!(true), &json!(1)), "{seat}");
    for line in [&ann, &bob, &new] {
        assert!(!line.written().contains("pot at home") && !line.written().contains("seat-desk"));
    }
    let desk = until(&mut host, "seat-desk", |it| it["figures"]["accepted"] == 1).await;
    let figures = &desk["figures"];
    assert_eq!(
        (&figures["people"], &figures["asked"], &figures["accepted"]),
        (&json!(2), &json!(2), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_closes_the_room_on_stage_gives_the_seat_back() {
    let open = Open::new(Door::tuned(|config| config.grace = Duration::from_secs(3_600)).await).await;
    let (_, mut host) = staged(&open, 1).await;
    let ((who, mut ann), (_, mut bob)) = (open.guest().await, open.guest().await);
    for line in [&mut ann, &mut bob] {
        done(line, json!({"do": "ask-for-stage"})).await;
    }
    let (hers, his) = (person(&ann), person(&bob));
    done(&mut host, json!({"do": "invite", "person": hers})).await;
    done(&mut ann, json!({"do": "accept-seat"})).await;
    until(&mut host, "seat", |it| it["on_stage"].as_array().unwrap().len() == 1).await;
    // A connection that breaks and comes back keeps its seat.
    ann.broken().await;
    let (mut ann, welcome) = Line::join(open.at, "tea", &who, json!({})).await;
    assert_eq!(welcome["view"]["mine"]["seat"]["stage"], "on-stage", "{welcome}");
    let full = ask(&mut host, json!({"do": "invite", "person": his})).await;
    assert_eq!(full["refusal"], "stage-full");
    ann.tell(json!({"t": "bye"})).await;
    until(&mut host, "seat", |it| it["on_stage"] == json!([])).await;
    done(&mut host, json!({"do": "invite", "person": his})).await;
    let (_, welcome) = Line::join(open.at, "tea", &who, json!({})).await;
    assert_eq!(welcome["view"]["mine"]["seat"]["ended"], "gone", "{welcome}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_beyond_the_grace_gives_seat_and_place_back() {
    let open = Open::new(Door::tuned(|config| config.grace = Duration::ZERO).await).await;
    let (_, mut host) = staged(&open, 1).await;
    let ((_, mut ann), (_, mut bob)) = (open.guest().await, open.guest().await);
    for line in [&mut ann, &mut bob] {
        done(line, json!({"do": "ask-for-stage"})).await;
    }
    done(&mut host, json!({"do": "invite", "person": person(&ann)})).await;
    done(&mut ann, json!({"do": "accept-seat"})).await;
    // What the host saw before is not what is waited for.
    until(&mut host, "seat", |it| it["on_stage"].as_array().unwrap().len() == 1).await;
    ann.broken().await;
    bob.broken().await;
    until(&mut host, "seat", |it| it["on_stage"] == json!([]) && it["waiting"] == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_on_stage_mutes_themself_and_everybody_sees_whose_choice_it_was() {
    let open = Open::new(Door::open().await).await;
    let (_, mut host) = staged(&open, 1).await;
    let ((_, mut ann), (_, mut bob)) = (open.guest().await, open.guest().await);
    let refused = ask(&mut ann, json!({"do": "mute-self", "muted": true})).await;
    assert_eq!(refused["refusal"], "not-on-stage");
    done(&mut ann, json!({"do": "ask-for-stage"})).await;
    done(&mut host, json!({"do": "invite", "person": person(&ann)})).await;
    done(&mut ann, json!({"do": "accept-seat"})).await;
    done(&mut ann, json!({"do": "mute-self", "muted": true})).await;
    let own = |muted: bool, self_muted: bool| {
        move |it: &Value| {
            let on = &it["on_stage"][0];
            on["muted"] == muted && on["self_muted"] == self_muted
        }
    };
    until(&mut bob, "seat", own(false, true)).await;
    done(&mut host, json!({"do": "set-muted", "person": person(&ann), "muted": true})).await;
    done(&mut ann, json!({"do": "mute-self", "muted": false})).await;
    until(&mut bob, "seat", own(true, false)).await;
    until(&mut ann, "you-seat", |it| it["muted"] == true && it["self_muted"] == false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hosts_who_invite_at_once_give_the_last_seat_once() {
    let open = Open::new(Door::open().await).await;
    let (_, mut one) = staged(&open, 1).await;
    let (mut other, _) =
        Line::join(open.at, "tea", &open.seat(Role::Operator).await, json!({"quiet": true})).await;
    for round in 0..10 {
        let ((_, mut ann), (_, mut bob)) = (open.guest().await, open.guest().await);
        for line in [&mut ann, &mut bob] {
            done(line, json!({"do": "ask-for-stage"})).await;
        }
        let invite = |person: String| json!({"do": "invite", "person": person});
        let (first, second) =
            tokio::join!(ask(&mut one, invite(person(&ann))), ask(&mut other, invite(person(&bob))));
        let given: Vec<bool> = [&first, &second].iter().map(|it| it["done"].is_object()).collect();
        assert!(given == [true, false] || given == [false, true], "{round}: {first} {second}");
        let refused = if given[0] { &second } else { &first };
        assert_eq!(refused["refusal"], "stage-full");
        let (invited, waits) = if given[0] { (&mut ann, &mut bob) } else { (&mut bob, &mut ann) };
        done(invited, json!({"do": "decline-seat"})).await;
        done(waits, json!({"do": "withdraw-ask"})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_ends_by_itself_and_says_so() {
    let open = Open::new(Door::open().await).await;
    let (_, mut host) = staged(&open, 1).await;
    let (_, mut ann) = open.guest().await;
    done(&mut ann, json!({"do": "ask-for-stage"})).await;
    done(&mut host, json!({"do": "invite", "person": person(&ann)})).await;
    open.door.pass(30_000);
    let late = ask(&mut ann, json!({"do": "accept-seat"})).await;
    assert_eq!(late["refusal"], "not-invited");
    until(&mut ann, "you-seat", |it| it["ended"] == "expired").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_between_its_asker_and_staff() {
    let open = Open::new(Door::open().await).await;
    let (_, mut host) = staged(&open, 1).await;
    let (mut guide, _) =
        Line::join(open.at, "tea", &open.seat(Role::Moderator).await, json!({"quiet": true})).await;
    let ((who, mut ann), (_, mut bob)) = (open.guest().await, open.guest().await);
    let topic = "my skin burns since yesterday";
    let closed = ask(&mut ann, json!({"do": "ask-for-call", "topic": topic})).await;
    assert_eq!(closed["refusal"], "calls-closed");
    done(&mut host, json!({"do": "open-calls", "promise_min": 30})).await;
    until(&mut ann, "seat", |it| it["calls_open"] == true && it["promise_min"] == 30).await;
    done(&mut ann, json!({"do": "ask-for-call", "topic": topic})).await;
    until(&mut ann, "you-seat", |it| it["call"]["place"] == 1 && it["call"]["taken"] == false).await;
    until(&mut guide, "seat-desk", |it| it["calls"][0]["topic"] == topic).await;
    open.door.pass(60_000);
    done(&mut guide, json!({"do": "take-call", "person": person(&ann)})).await;
    let late = ask(&mut host, json!({"do": "take-call", "person": person(&ann)})).await;
    assert_eq!(late["refusal"], "call-taken");
    until(&mut ann, "you-seat", |it| it["call"]["taken"] == true).await;
    done(&mut guide, json!({"do": "call-done", "person": person(&ann), "outcome": "helped"})).await;
    until(&mut ann, "you-seat", |it| it["call_ended"] == "done").await;
    let over = |it: &Value| it["calls"] == json!([]) && it["figures"]["calls_taken"] == 1;
    let desk = until(&mut host, "seat-desk", over).await;
    assert_eq!(desk["figures"]["call_wait_ms_mean"], 60_000);
    // Nobody waits for ever: after what was promised the asker hears how it ended, also on coming back.
    done(&mut ann, json!({"do": "ask-for-call", "topic": topic})).await;
    open.door.pass(30 * 60_000);
    ann.tell(json!({"t": "bye"})).await;
    until(&mut host, "seat-desk", |it| it["calls"] == json!([]) && it["figures"]["calls_asked"] == 2).await;
    let (_, welcome) = Line::join(open.at, "tea", &who, json!({})).await;
    assert_eq!(welcome["view"]["mine"]["seat"]["call_ended"], "expired", "{welcome}");
    open.door.say("tea", &who, "up to here").await;
    bob.comment("up to here").await;
    assert!(!bob.written().contains("burns"), "{}", bob.written());
    assert!(!bob.written().contains(&format!("\"{}\"", "you-seat")));
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_somebody_blanks_their_note_and_name() {
    let open = Open::new(Door::open().await).await;
    let (seat, mut host) = staged(&open, 1).await;
    let (who, mut ann) = open.guest().await;
    done(&mut ann, json!({"do": "ask-for-stage", "note": "call me Annie"})).await;
    until(&mut host, "seat-desk", |it| it["line"][0]["note"] == "call me Annie").await;
    let said = open.door.call("DELETE", "/api/rooms/tea/me", &who, None).await;
    assert!(said.status.is_success(), "{}", said.text);
    let (again, welcome) = Line::join(open.at, "tea", &seat, json!({"quiet": true})).await;
    assert_eq!(welcome["view"]["seat"]["desk"]["line"][0]["note"], "", "{welcome}");
    assert!(!again.written().contains("Annie"));
}
