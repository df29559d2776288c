//! A whole evening of a crowd, played in a moment and held to the shapes measured on real live chats.
//!
//! It does not know sockets: deeds come back as events, as an ideal room would send them.

use super::*;
use crate::wire::{Comment, Draw, Item, ShelfEntry};
use std::collections::BTreeMap;

/// What an evening looked like.
#[derive(Debug, Default, PartialEq)]
struct Evening {
    a_minute: Vec<f64>,
    by_seat: BTreeMap<usize, u32>,
    here: Vec<usize>,
    went_a_minute: Vec<f64>,
    questions: u32,
    orders: u32,
    entries: u32,
    returns: u32,
}

/// The host's side: a card for 100 s, 20 s of nothing, a sale with it, a draw every ten minutes, and an answer to
/// every question when `answers` is set.
fn stage_events(second: u64, answers: bool, asked: &mut Vec<u32>) -> Vec<Event> {
    let item = 1 + (second / 120) % 12;
    let mut events = match second % 120 {
        0 => vec![Event::CardPinned { item }],
        20 => vec![Event::SaleOpened { item }],
        90 => vec![Event::SaleClosed { item }],
        100 => vec![Event::CardUnpinned],
        _ => vec![],
    };
    match second % 600 {
        300 => events.push(Event::DrawOpened { draw: (second / 600) as u32, keyword: "好运来".into() }),
        345 => events.push(Event::DrawFrozen { draw: (second / 600) as u32 }),
        347 => events.push(Event::DrawRevealed { draw: (second / 600) as u32 }),
        _ => {}
    }
    if answers && second.is_multiple_of(10) {
        events.extend(asked.drain(..).map(|question| Event::QuestionAnswered { question }));
    }
    events
}

fn shelf() -> View {
    let entry = |(place, good): (u64, &crate::goods::Good)| ShelfEntry {
        item: Item { id: place, title: good.title() },
        sale: None,
        units: 100,
        left: 100,
    };
    View {
        live_since: Some(0),
        here: 0,
        comments: vec![],
        shelf: (1..).zip(&crate::goods::GOODS).map(entry).collect(),
        pinned: None,
        draw: None::<Draw>,
        mine: Default::default(),
        questions: vec![],
    }
}

fn play(people: usize, minutes: u64, seed: u64, answers: bool) -> Evening {
    let mut gathering = Gathering::new(Habits::default(), people, seed);
    gathering.look(&shelf());
    let mut evening = Evening::default();
    let (mut said, mut asked, mut comments) = (Vec::new(), Vec::new(), 0);
    // The crowd gathers for ten minutes before it is looked at.
    for minute in 0..minutes + 10 {
        let (mut spoke, mut went) = (0.0, 0.0);
        for step in 0..600 {
            let now = (minute * 600 + step) * STEP_MS;
            if now.is_multiple_of(1_000) {
                stage_events(now / 1_000, answers, &mut asked).iter().for_each(|event| gathering.hear(event));
            }
            for comment in std::mem::take(&mut said) {
                gathering.hear(&Event::Comment(comment));
            }
            for deed in gathering.step(now) {
                match deed {
                    Deed::Come { seat, again, .. } => {
                        gathering.arrived(seat, &seat.to_string());
                        evening.returns += u32::from(again);
                    }
                    Deed::Go { .. } => went += 1.0,
                    Deed::Say { seat, text } => {
                        comments += 1;
                        let question = about_of(&text).map(|_| comments as u32);
                        asked.extend(question);
                        evening.questions += u32::from(question.is_some());
                        evening.entries += u32::from(text == "好运来");
                        if minute >= 10 {
                            spoke += 1.0;
                            *evening.by_seat.entry(seat).or_default() += 1;
                        }
                        let (person, role) = (seat.to_string(), "viewer".to_owned());
                        said.push(Comment { id: comments, person, text, role, question, answers: None });
                    }
                    Deed::Order { seat, .. } => {
                        evening.orders += 1;
                        gathering.held(seat, "00".into());
                    }
                    _ => {}
                }
            }
        }
        if minute >= 10 {
            evening.a_minute.push(spoke);
            evening.went_a_minute.push(went);
            evening.here.push(gathering.size());
        }
    }
    evening
}

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.len() as f64
}

#[test]
fn a_crowd_talks_like_recorded_live_chats() {
    for seed in [1, 2, 3] {
        for people in [300, 800] {
            let evening = play(people, 90, seed, false);
            let mean_a_minute = mean(&evening.a_minute);
            let squares: Vec<f64> = evening.a_minute.iter().map(|n| (n - mean_a_minute).powi(2)).collect();
            let spread = mean(&squares) / mean_a_minute;
            let busiest = evening.a_minute.iter().copied().fold(0.0, f64::max) / mean_a_minute;
            let mut counts: Vec<u32> = evening.by_seat.values().copied().collect();
            counts.sort_unstable_by(|a, b| b.cmp(a));
            let all: u32 = counts.iter().sum();
            let top: u32 = counts.iter().take(counts.len().div_ceil(10)).sum();
            let top = f64::from(top) / f64::from(all);
            let once = counts.iter().filter(|n| **n == 1).count() as f64 / counts.len() as f64;
            let seen = format!(
                "seed {seed}, {people}: {mean_a_minute:.0} a minute, variance/mean {spread:.0}, busiest {busiest:.1}x, \
                 top tenth {top:.2}, once {once:.2}"
            );
            println!("{seen}");
            assert!((10.0..352.0).contains(&spread), "{seen}");
            assert!((2.0..5.6).contains(&busiest), "{seen}");
            assert!((0.36..0.59).contains(&top), "{seen}");
            assert!((0.18..0.63).contains(&once), "{seen}");
        }
    }
}

#[test]
fn a_crowd_keeps_its_size_and_uses_the_room() {
    let evening = play(400, 60, 9, false);
    let here: Vec<f64> = evening.here.iter().map(|n| *n as f64).collect();
    assert!((0.9..1.1).contains(&(mean(&here) / 400.0)), "about as many as wanted: {}", mean(&here));
    assert!(here.iter().all(|n| (280.0..520.0).contains(n)), "{here:?}");
    println!(
        "{} orders, {} questions, {} entries, {} returns",
        evening.orders, evening.questions, evening.entries, evening.returns
    );
    assert!(evening.orders > 100 && evening.questions > 300 && evening.entries > 500 && evening.returns > 50);
}

#[test]
fn fewer_leave_when_questions_are_answered() {
    let went = |answers| mean(&play(400, 60, 4, answers).went_a_minute);
    let (with, without) = (went(true), went(false));
    assert!(with < 0.85 * without, "{with:.1} a minute with answers, {without:.1} without");
}

#[test]
fn the_same_seed_is_the_same_evening() {
    assert_eq!(play(60, 3, 7, true), play(60, 3, 7, true));
    assert_ne!(play(60, 3, 7, true).a_minute, play(60, 3, 8, true).a_minute);
}

#[test]
fn order_ids_are_made_of_32_hexadecimal_digits_and_never_met_twice() {
    let (news_in, _news) = mpsc::unbounded_channel();
    let mut crowd = Crowd {
        gathering: Gathering::new(Habits::default(), 1, 1),
        seats: BTreeMap::new(),
        tokens: BTreeMap::from([(0, "ann".to_owned()), (1, "ben".to_owned())]),
        seed: 1,
        orders: 0,
        door: Door::new(&Url::parse("http://127.0.0.1:9").unwrap()).unwrap(),
        room: "r".into(),
        tally: Arc::default(),
        news_in,
        peak: 0,
    };
    let ids: std::collections::BTreeSet<String> = (0..1_000).map(|n| crowd.order_id(n % 2)).collect();
    assert_eq!(ids.len(), 1_000);
    assert!(
        ids.iter()
            .all(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()))
    );
}
