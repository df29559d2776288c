//! Presence, as the log has it: who counts, when a stay ends, and which connections are one stay.

use crate::house::{
    Door,
    line::{Line, Open, in_time},
};
use linger_engine::Feed;
use linger_log::Position;
use linger_protocol::{Arrival, Departure, Event, LeaveReason, PersonId, Role, RoomId};
use serde_json::json;
use std::time::Duration;

/// A reader of the log that keeps what it tells of people.
struct Book {
    feed: Feed,
    arrived: Vec<Arrival>,
    left: Vec<Departure>,
    /// How many were here after each change.
    here: Vec<u32>,
}

impl Book {
    fn of(open: &Open) -> Book {
        let room = RoomId::new("tea").unwrap();
        let start = Position::start(open.door.engine.tail(&room).unwrap().epoch);
        Book { feed: open.door.engine.feed(&room, start), arrived: vec![], left: vec![], here: vec![] }
    }

    async fn until(&mut self, what: &str, is_so: impl Fn(&Book) -> bool) {
        while !is_so(self) {
            let batch = in_time(what, self.feed.next()).await.unwrap();
            for entry in batch.entries.iter() {
                if let Event::PresenceChanged { arrived, left, here } = &entry.event {
                    self.arrived.extend(arrived.iter().cloned());
                    self.left.extend(left.iter().cloned());
                    self.here.push(*here);
                }
            }
        }
    }
}

fn person(line: &Line) -> PersonId {
    line.seen[0]["person"].as_str().unwrap().parse().unwrap()
}

/// A house in which a broken connection is waited for longer than any test takes.
async fn patient() -> Open {
    Open::new(Door::tuned(|config| config.grace = Duration::from_secs(3_600)).await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_goodbye_is_gone_at_once() {
    let open = patient().await;
    let mut book = Book::of(&open);
    let (_, mut line) = open.guest().await;
    book.until("an arrival", |book| book.arrived.len() == 1).await;
    line.tell(json!({"t": "bye"})).await;
    book.until("a departure", |book| book.left.len() == 1).await;
    assert_eq!((book.arrived[0].person, book.arrived[0].source.as_str()), (person(&line), "direct"));
    assert_eq!(book.left, [Departure { session: book.arrived[0].session, reason: LeaveReason::Left }]);
    assert_eq!(book.here, [1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_and_returns_in_time_is_the_same_stay() {
    let open = patient().await;
    let mut book = Book::of(&open);
    let (ann, mut line) = open.guest().await;
    for _ in 0..3 {
        line.broken().await;
        line = Line::join(open.at, "tea", &ann, json!({})).await.0;
    }
    // Somebody else comes and goes meanwhile: that is another stay.
    let (_, mut other) = open.guest().await;
    let (one, two) = (person(&line), person(&other));
    book.until("two arrivals", |book| book.arrived.len() == 2).await;
    other.tell(json!({"t": "bye"})).await;
    book.until("one departure", |book| book.left.len() == 1).await;
    line.tell(json!({"t": "bye"})).await;
    book.until("both departures", |book| book.left.len() == 2).await;
    let stay = |person| {
        book.arrived.iter().filter(|it| it.person == person).map(|it| it.session).collect::<Vec<_>>()
    };
    assert_eq!((stay(one).len(), stay(two).len(), book.arrived.len()), (1, 1, 2));
    let ended: Vec<_> = book.left.iter().map(|it| it.session).collect();
    assert_eq!(ended, [stay(two)[0], stay(one)[0]]);
    assert_eq!(book.here.last(), Some(&0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_and_stays_away_ends_with_the_grace() {
    let open = Open::new(Door::tuned(|config| config.grace = Duration::ZERO).await).await;
    let mut book = Book::of(&open);
    let (ann, line) = open.guest().await;
    line.broken().await;
    book.until("a departure", |book| book.left.len() == 1).await;
    assert_eq!(book.left[0], Departure { session: book.arrived[0].session, reason: LeaveReason::Lost });
    let (_line, _) = Line::join(open.at, "tea", &ann, json!({})).await;
    book.until("another arrival", |book| book.arrived.len() == 2).await;
    assert_eq!(book.arrived[0].person, book.arrived[1].person);
    assert_ne!(book.arrived[0].session, book.arrived[1].session, "a new stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_sent_away_for_breaking_the_rules_is_gone_at_once() {
    let open = patient().await;
    let mut book = Book::of(&open);
    let (_, mut line) = open.guest().await;
    line.tell(json!({"t": "ping", "n": 1, "x": "y".repeat(5_000)})).await;
    line.ended().await;
    book.until("a departure", |book| book.left.len() == 1).await;
    assert_eq!(book.left[0].reason, LeaveReason::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_staff_are_not_counted_and_a_guest_cannot_be_quiet() {
    let open = patient().await;
    let mut book = Book::of(&open);
    let seat = open.seat(Role::Host).await;
    let (quiet, _) = Line::join(open.at, "tea", &seat, json!({"quiet": true})).await;
    let (loud, _) = Line::join(open.at, "tea", &open.seat(Role::Moderator).await, json!({})).await;
    let guest = open.door.guest("tea").await;
    let (mut sly, _) = Line::join(open.at, "tea", &guest, json!({"quiet": true})).await;
    book.until("both arrivals", |book| book.arrived.len() >= 2).await;
    let mut came: Vec<_> = book.arrived.iter().map(|it| (it.person, it.source.clone())).collect();
    let mut expected = vec![(person(&loud), "staff".to_owned()), (person(&sly), "direct".to_owned())];
    came.sort();
    expected.sort();
    assert_eq!(came, expected);
    // When the quiet one breaks off, nobody leaves; the next to leave is the guest.
    quiet.broken().await;
    sly.tell(json!({"t": "bye"})).await;
    book.until("a departure", |book| !book.left.is_empty()).await;
    assert_eq!((book.left.len(), book.here.last()), (1, Some(&1)));
}
