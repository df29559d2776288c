//! Coming back: a position of before gives what was missed, once, and a position of nowhere gives the room anew. Who
//! reads too slowly comes back the same way, and what was erased does not.

use crate::house::{
    Door, Who,
    line::{Line, Open, comments},
};
use linger_log::Position;
use serde_json::{Value, json};

fn position(message: &Value) -> Position {
    message["position"].as_str().unwrap().parse().unwrap()
}

fn numbers(line: &Line) -> Vec<u64> {
    line.comments().iter().map(|(id, _)| *id).collect()
}

/// Comes back to `from` and reads up to a comment that is made now; gives the numbers of all comments that came.
async fn missed_from(open: &Open, who: &Who, from: &str) -> Vec<u64> {
    let (mut line, welcome) = Line::rejoin(open.at, "tea", who, from).await;
    assert_eq!((&welcome["recovered"], &welcome["view"]), (&json!(true), &Value::Null), "{from}");
    let last = open.door.say("tea", who, "now").await["comment"].as_u64().unwrap();
    line.until("now", |message| comments(message).iter().any(|(id, _)| *id == last)).await;
    numbers(&line)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_gets_exactly_what_was_missed() {
    let open = Open::new(Door::open().await).await;
    let (who, mut line) = open.guest().await;
    let mut stood = vec![(position(&line.seen[0]), 0)];
    for n in 1..=6_u64 {
        open.door.say("tea", &who, &format!("number {n}")).await;
        let frame = line.comment(&format!("number {n}")).await;
        stood.push((position(&frame), n));
    }
    for (more, (from, knows)) in stood.into_iter().enumerate() {
        let last = 6 + more as u64 + 1;
        let missed = missed_from(&open, &who, &from.to_string()).await;
        assert_eq!(missed, (knows + 1..=last).collect::<Vec<u64>>(), "after {knows}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_within_a_frame_gives_the_rest_of_it() {
    let open = Open::new(Door::open().await).await;
    let (who, mut line) = open.guest().await;
    // The question that is opened and the comment that asks it are one decision and travel in one frame.
    let end = position(&open.door.say("tea", &who, "how much is it?").await);
    let frame = line.comment("how much is it?").await;
    assert!(frame.to_string().contains("question-opened"), "{frame}");
    let within = Position { offset: end.offset - 1, ..end };
    let (mut back, welcome) = Line::rejoin(open.at, "tea", &who, &within.to_string()).await;
    assert_eq!(welcome["recovered"], true);
    let rest = back.comment("how much is it?").await;
    assert!(!back.written().contains("question-opened"), "that came before: {rest}");
    assert_eq!(numbers(&back), [1]);
    let before = Position { offset: end.offset - 2, ..end };
    let (mut back, _) = Line::rejoin(open.at, "tea", &who, &before.to_string()).await;
    back.comment("how much is it?").await;
    assert!(back.written().contains("question-opened"), "{:?}", back.seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_missed_more_than_the_ring_holds_gets_it_from_the_log() {
    let every = std::time::Duration::ZERO;
    let tuned = Door::tuned(|config| (config.frame_every, config.asks_per_second) = (every, 1_000_000));
    let open = Open::new(tuned.await).await;
    let (who, mut line) = open.guest().await;
    let before = position(&line.seen[0]);
    // Each comment is waited for, so that each has a frame of its own.
    for n in 1..=600 {
        open.door.say("tea", &who, &format!("number {n}")).await;
        line.comment(&format!("number {n}")).await;
    }
    let frames = line.seen.iter().filter(|message| message["t"] == "events").count();
    assert!(frames > 512, "{frames} frames still fit into the ring");
    let missed = missed_from(&open, &who, &before.to_string()).await;
    assert_eq!(missed, (1..=601).collect::<Vec<u64>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_of_another_history_or_of_the_future_begins_anew() {
    let open = Open::new(Door::open().await).await;
    let (who, mut line) = open.guest().await;
    let end = position(&open.door.say("tea", &who, "hello").await);
    line.comment("hello").await;
    let of_others = Position { epoch: end.epoch + 1, ..end }.to_string();
    let of_the_future = Position { offset: end.offset + 1_000_000, ..end }.to_string();
    for from in [of_others.as_str(), &of_the_future, "yesterday", "", "1:-1", "18446744073709551616:0"] {
        let (_, welcome) = Line::rejoin(open.at, "tea", &who, from).await;
        assert_eq!(welcome["recovered"], false, "{from}");
        assert_eq!(welcome["view"]["comments"][0]["text"], "hello", "{from}");
        assert!(position(&welcome) >= end, "{from}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_is_sent_away_comes_back_and_nobody_loses_anything() {
    let every = std::time::Duration::ZERO;
    let tuned = Door::tuned(|config| (config.frame_every, config.asks_per_second) = (every, 1_000_000));
    let open = Open::with(tuned.await, Some(16_384)).await;
    let (who, mut quick) = open.guest().await;
    let sleeper = open.door.guest("tea").await;
    let mut slow = Line::knock_with(open.at, "tea", &sleeper, Some(4_096)).await.unwrap();
    slow.hello(&sleeper, json!({})).await;
    let welcome = slow.kind("welcome").await;
    // As long as may be: what the system holds for the sleeper is full after a few.
    let comment = |n: u64| format!("{n:04}{}", "茶".repeat(196));
    let (at_once, all) = (1_400, 2_000);
    let write = async {
        for n in 1..=at_once {
            open.door.say("tea", &who, &comment(n)).await;
        }
    };
    let last = comment(at_once);
    tokio::join!(write, quick.comment(&last));
    // And then one by one, so that each has a frame of its own and the ring goes once around.
    for n in at_once + 1..=all {
        open.door.say("tea", &who, &comment(n)).await;
        quick.comment(&comment(n)).await;
    }
    assert_eq!(numbers(&quick), (1..=all).collect::<Vec<u64>>(), "a quick reader loses nothing");

    // Now the sleeper looks: what was on its way, and then the goodbye, unless that did not get through any more.
    if let Some(bye) = slow.ended().await {
        assert_eq!(bye, ("slow".to_owned(), Some(500)));
    }
    let admin = open.door.signed_in(linger_protocol::Role::Admin).await;
    let figures = open.door.get("/metrics", &admin).await.text;
    assert!(figures.contains("\nlinger_slow_readers_total 1\n"), "{figures}");
    let mut knows = numbers(&slow);
    assert!(knows.len() < 600, "it was not slow: {}", knows.len());
    let stood = slow.seen.iter().rev().find(|message| message["t"] == "events").unwrap_or(&welcome);
    let from = position(stood).to_string();
    knows.extend(missed_from(&open, &sleeper, &from).await);
    assert_eq!(knows, (1..=all + 1).collect::<Vec<u64>>(), "what it missed comes once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_is_blank_for_newcomers_and_for_those_who_come_back() {
    let open = Open::new(Door::open().await).await;
    let (ann, mut line) = open.guest().await;
    let bob = open.door.guest("tea").await;
    open.door.say("tea", &bob, "hello").await;
    // Between two frames of the ring, from where frames are handed out as they were made.
    let before = position(&line.comment("hello").await).to_string();
    open.door.say("tea", &ann, "how much is my secret?").await;
    line.comment("how much is my secret?").await;
    open.door.say("tea", &bob, "no secret of hers").await;
    line.comment("no secret of hers").await;
    let (_, welcome) = Line::join(open.at, "tea", &bob, json!({})).await;
    assert!(welcome.to_string().contains("my secret"), "{welcome}");

    let said = open.door.call("DELETE", "/api/rooms/tea/me", &ann, None).await;
    assert_eq!((said.status.as_u16(), said.json()["keys"].as_u64()), (200, Some(1)), "{}", said.text);
    let seat = open.seat(linger_protocol::Role::Host).await;
    for (who, more) in [
        (&bob, json!({})),
        (&bob, json!({"from": before})),
        (&ann, json!({"from": before})),
        (&seat, json!({"quiet": true})),
        (&seat, json!({"quiet": true, "from": before})),
    ] {
        let (mut back, _) = Line::join(open.at, "tea", who, more.clone()).await;
        back.tell(json!({"t": "ping", "n": 1})).await;
        back.kind("pong").await;
        let written = back.written();
        assert!(!written.contains("my secret"), "{more}: {written}");
        assert!(written.contains("no secret of hers"), "{more}: {written}");
    }
    // The hole has a place: numbers stay without gaps.
    let missed = missed_from(&open, &bob, &before).await;
    assert_eq!(missed, [2, 3, 4]);
    // Who was there all the time goes on without being sent away.
    open.door.say("tea", &bob, "on we go").await;
    line.comment("on we go").await;
}
