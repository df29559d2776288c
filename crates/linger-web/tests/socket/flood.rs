//! A flood: everybody is shown the same thinned talk, staff more of it, authors their own, and nobody loses a question.

use crate::house::{
    Door, Who,
    line::{Line, Open},
};
use futures_util::future::join_all;
use linger_protocol::Role;
use serde_json::{Value, json};

const TALK_PER_S: u32 = 8;

/// A house that shows eight comments a second. Its clock stands still, so nothing comes back after these.
async fn open() -> Open {
    let tuned =
        Door::tuned(|config| (config.talk_per_second, config.asks_per_second) = (TALK_PER_S, 1_000_000));
    Open::new(tuned.await).await
}

/// Everything of one kind that came, in its order.
fn all(line: &Line, kind: &str) -> Vec<Value> {
    let events = line.seen.iter().filter_map(|message| message["events"].as_array()).flatten();
    events.filter(|event| event["k"] == kind).cloned().collect()
}

fn ids(events: &[Value]) -> Vec<u64> {
    events.iter().map(|event| event["id"].as_u64().unwrap()).collect()
}

fn left_out(line: &Line) -> u64 {
    all(line, "thinned").iter().map(|event| event["n"].as_u64().unwrap()).sum()
}

/// Forty people say three things each, one of which asks; then the host says that it is over.
async fn flood(open: &Open, host: &Who) {
    let writers = join_all((0..40).map(|_| open.door.guest("tea"))).await;
    let write = async |n: usize| {
        for text in ["hello", "how much is it?", "lovely"] {
            open.door.say("tea", &writers[n], text).await;
        }
    };
    join_all((0..40).map(write)).await;
    open.door.say("tea", host, "the end").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_shown_the_same_thinned_talk_and_every_question() {
    let open = open().await;
    let host = open.seat(Role::Host).await;
    let ((_, mut first), (_, mut second)) = (open.guest().await, open.guest().await);
    flood(&open, &host).await;
    first.comment("the end").await;
    second.comment("the end").await;
    assert_eq!(first.comments(), second.comments());
    let questions = all(&first, "comment").iter().filter(|it| !it["question"].is_null()).count();
    assert_eq!(questions, 40, "no question is left out");
    let talk = first.comments().len() - questions - 1;
    assert!((1..=TALK_PER_S as usize).contains(&talk), "{talk} of 80");
    assert_eq!(left_out(&first), 80 - talk as u64);
    assert_eq!(left_out(&second), 80 - talk as u64);
    assert!(all(&first, "comment-thinned").is_empty(), "what was left out is not theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_or_comes_in_is_shown_what_the_others_were() {
    let open = open().await;
    let host = open.seat(Role::Host).await;
    let (_, mut line) = open.guest().await;
    let (who, early) = open.guest().await;
    let from = early.seen[0]["position"].as_str().unwrap().to_owned();
    flood(&open, &host).await;
    line.comment("the end").await;
    let (mut back, welcome) = Line::rejoin(open.at, "tea", &who, &from).await;
    assert_eq!(welcome["recovered"], true);
    back.comment("the end").await;
    assert_eq!(back.comments(), line.comments());
    assert_eq!(left_out(&back), left_out(&line));
    let newcomer = open.door.guest("tea").await;
    let (_, welcome) = Line::join(open.at, "tea", &newcomer, json!({})).await;
    let newest = ids(welcome["view"]["comments"].as_array().unwrap());
    let seen: Vec<u64> = line.comments().iter().map(|(id, _)| *id).collect();
    assert!(newest.len() > 40 && seen.ends_with(&newest), "{newest:?} of {seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_told_of_everything_and_authors_of_their_own() {
    let open = open().await;
    let (host, moderator) = (open.seat(Role::Host).await, open.seat(Role::Moderator).await);
    let (mut desk, _) = Line::join(open.at, "tea", &moderator, json!({})).await;
    let (author, mut own) = open.guest().await;
    flood(&open, &host).await;
    // What is said a second time now is left out for everybody else.
    open.door.say("tea", &author, "me too").await;
    let id = open.door.say("tea", &author, "me again").await["comment"].as_u64().unwrap();
    open.door.say("tea", &host, "really the end").await;
    desk.comment("really the end").await;
    own.comment("really the end").await;
    let mut told = [ids(&all(&desk, "comment")), ids(&all(&desk, "comment-thinned"))].concat();
    told.sort_unstable();
    assert_eq!(told, (1..=124).collect::<Vec<u64>>(), "staff miss nothing");
    let mine = all(&own, "comment-thinned");
    assert!(mine.iter().all(|it| it["name"] == mine[0]["name"]), "only their own: {mine:?}");
    assert_eq!(
        (mine.last().unwrap()["id"].as_u64(), &mine.last().unwrap()["text"]),
        (Some(id), &json!("me again"))
    );
    // And after coming in anew, both still do.
    for (who, sees) in [(&author, true), (&moderator, true), (&open.door.guest("tea").await, false)] {
        let (_, welcome) = Line::join(open.at, "tea", who, json!({})).await;
        let comments = ids(welcome["view"]["comments"].as_array().unwrap());
        assert_eq!(comments.contains(&id), sees, "{comments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_thinned_out_is_counted_and_wins_like_everything_else() {
    let open = open().await;
    let host = open.seat(Role::Host).await;
    let (_, mut line) = open.guest().await;
    let act =
        json!({"kind": "open-draw", "keyword": "lucky", "prize": "a cup", "winners": 1, "lasts_ms": 600_000});
    open.door.ask("tea", &host, act).await;
    let writers = join_all((0..30).map(|_| open.door.guest("tea"))).await;
    join_all(writers.iter().map(|who| open.door.say("tea", who, "lucky"))).await;
    open.door.say("tea", &host, "the end").await;
    line.comment("the end").await;
    let entrants = all(&line, "draw-entrants").last().unwrap()["entrants"].as_u64();
    assert_eq!(entrants, Some(30), "all of them entered");
    assert!(left_out(&line) >= 22, "and few of them were shown");
}
