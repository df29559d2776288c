//! The recogniser against labelled comments: what asks, what does not, what about, and what is the same question.
//!
//! `cargo test -p linger-room --test questions -- --nocapture` prints the figures that stand in `docs/performance.md`.

mod measure;

use linger_room::question::{HASHED_FROM, TOPICS, code, link, topic};
use measure::{Floors, Line, measure, read};
use std::collections::BTreeSet;

fn tuning() -> Vec<Line> {
    read(include_str!("tuning.tsv"))
}

fn held_out() -> Vec<Line> {
    read(include_str!("held_out.tsv"))
}

#[test]
fn the_comments_it_was_tuned_on_are_recognised_and_grouped() {
    let zh = Floors { precision: 0.98, recall: 0.98, topic: 0.97, grouping: 0.92, beyond: 0.93 };
    let en = Floors { precision: 0.98, recall: 0.98, topic: 0.96, grouping: 0.91, beyond: 0.88 };
    measure(&tuning(), "zh").hold("tuning, zh", zh);
    measure(&tuning(), "en").hold("tuning, en", en);
}

#[test]
fn comments_it_was_never_tuned_on_are_recognised_and_grouped() {
    let zh = Floors { precision: 0.93, recall: 0.95, topic: 0.83, grouping: 0.60, beyond: 0.49 };
    let en = Floors { precision: 0.93, recall: 0.94, topic: 0.82, grouping: 0.55, beyond: 0.26 };
    measure(&held_out(), "zh").hold("held out, zh", zh);
    measure(&held_out(), "en").hold("held out, en", en);
}

#[test]
fn no_comment_is_in_both_sets_or_twice_in_one() {
    let mut seen = BTreeSet::new();
    for line in tuning().iter().chain(&held_out()) {
        assert!(seen.insert((line.language, line.text)), "{:?}", line.text);
        assert!(line.label == "-" || line.label == "other" || TOPICS.iter().any(|it| it.code == line.label));
        assert_eq!(
            line.label == "other",
            line.group != "-" && !line.group.starts_with('#'),
            "{:?}",
            line.text
        );
    }
}

#[test]
fn every_topic_has_labelled_comments_in_both_languages() {
    for lines in [tuning(), held_out()] {
        for known in TOPICS {
            let labelled =
                |language| lines.iter().any(|it| it.language == language && it.label == known.code);
            assert!(labelled("zh") && labelled("en"), "{}", known.code);
        }
    }
}

#[test]
fn the_numbers_of_topics_do_not_change() {
    // They stand in logs. A new topic is written at the end.
    let codes: Vec<&str> = TOPICS.iter().map(|it| it.code).collect();
    assert_eq!(
        codes.join(" "),
        "size price colour material shipping-time shipping-cost stock returns warranty use ingredients suitability \
         discount weight origin authenticity compatibility gift care schedule explain buying payment quality compare \
         expiry draw"
    );
}

#[test]
fn other_words_are_other_topics_and_the_same_words_are_one() {
    let cat = topic("is the cat yours?").expect("a question");
    assert!(cat.0 >= HASHED_FROM && cat.0 < 2 * HASHED_FROM);
    assert_eq!(topic("Ｉｓ　ＴＨＥ cat yours ？！"), Some(cat));
    assert_ne!(topic("is the dog yours?"), Some(cat));
    assert_eq!((code(cat), link(cat)), (None, None));
}

#[test]
fn a_link_that_is_named_stands_in_the_topic() {
    let third = topic("3号链接多少钱").expect("a question");
    assert_eq!((code(third), link(third)), (Some("price"), Some(3)));
    assert!(third.0 < HASHED_FROM);
    assert_eq!(topic("how much is number 3"), Some(third));
    let here = topic("多少钱").expect("a question");
    assert_eq!((here.0, code(here), link(here)), (2, Some("price"), None));
    // The third of the month is no link.
    assert_eq!(topic("3号发货吗").and_then(link), None);
    assert_eq!(topic("999号多少钱").and_then(link), Some(999));
    assert_eq!(topic("1000号多少钱").and_then(link), None);
}

#[test]
fn any_text_is_answered_for_without_a_panic() {
    let long = ["几".repeat(5_000), "what ".repeat(5_000), "?<>".repeat(5_000), "十号".repeat(5_000)];
    let odd = [
        "\u{0}",
        "？\u{301}",
        "🐱吗",
        "İstanbul?",
        "'",
        "s?",
        "ａ’ｂ",
        "<what>",
        "#",
        "$",
        "#1号?",
        "不不不",
        "号",
    ];
    for text in odd.into_iter().chain(long.iter().map(String::as_str)) {
        let found = topic(text);
        assert_eq!(found, topic(text), "{text:?}");
    }
}
