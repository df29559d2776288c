//! A moderator outside the house: what it is told, what its word does, and who judges while it does not answer.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the report")]

use axum::{Json, Router, routing::post};
use linger_protocol::{PersonId, RoomId};
use linger_web::{Asked, Hook, Kind, Moderator, Verdict, WordList};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

type Heard = Arc<Mutex<Vec<Value>>>;

/// A moderator that says what its texts tell it to; gives its address and what it heard.
async fn outside() -> (url::Url, Heard) {
    let heard = Heard::default();
    let ears = heard.clone();
    let answer = move |Json(told): Json<Value>| {
        let ears = ears.clone();
        async move {
            ears.lock().unwrap().push(told.clone());
            match told["text"].as_str().unwrap() {
                "silence" => std::future::pending().await,
                "nonsense" => Json(json!({"verdict": "perhaps"})),
                "flood" => Json(json!({"verdict": "hold", "reason": "x".repeat(10_000)})),
                "hold" => Json(json!({"verdict": "hold", "reason": "TOXIC score<b>-9"})),
                "refuse" => Json(json!({"verdict": "refuse", "mute_ms": 1_000_000_000_000_u64})),
                _ => Json(json!({"verdict": "publish"})),
            }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/judge", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/judge", post(answer))).await });
    (url, heard)
}

/// A list that holds the words `bad`, and `silence`.
fn words() -> WordList {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "bad\nsilence\nnonsense\nflood\n").unwrap();
    WordList::open(file.path().to_owned()).unwrap()
}

async fn judged(hook: &Hook, kind: Kind, text: &str, image: Option<&[u8]>) -> Verdict {
    let room = RoomId::new("tea").unwrap();
    hook.judge(Asked { room: &room, person: PersonId(9), kind, text, image }).await
}

#[tokio::test]
async fn its_word_counts_and_it_is_told_no_more_than_it_needs() {
    let (url, heard) = outside().await;
    let hook = Hook::new(url, words()).unwrap();
    assert_eq!(judged(&hook, Kind::Comment, "bad", None).await, Verdict::Publish);
    let held = Verdict::Hold { reason: "score-9".replace("score", "scoreb") };
    assert_eq!(judged(&hook, Kind::Gift, "hold", None).await, held);
    let refused = Verdict::Refuse { reason: "outside".into(), mute_ms: 86_400_000 };
    assert_eq!(judged(&hook, Kind::Caption, "refuse", None).await, refused);
    assert_eq!(judged(&hook, Kind::Image, "", Some(b"jpeg")).await, Verdict::Publish);
    let heard = heard.lock().unwrap();
    let first = json!({"room": "tea", "person": "0000000000000009", "kind": "comment", "text": "bad"});
    assert_eq!(heard[0], first);
    assert_eq!((&heard[3]["kind"], &heard[3]["image"]), (&json!("image"), &json!("anBlZw==")));
}

#[tokio::test]
async fn while_it_does_not_answer_the_list_judges_and_it_is_left_alone() {
    for text in ["silence", "nonsense", "flood"] {
        let (url, heard) = outside().await;
        let hook = Hook::new(url, words()).unwrap();
        let held = Verdict::Hold { reason: "word".into() };
        assert_eq!(judged(&hook, Kind::Comment, text, None).await, held, "{text}");
        assert_eq!(judged(&hook, Kind::Comment, "bad", None).await, held);
        assert_eq!(judged(&hook, Kind::Comment, "good", None).await, Verdict::Publish);
        assert_eq!(heard.lock().unwrap().len(), 1, "it rests after {text}");
    }
    let nobody = Hook::new("http://127.0.0.1:9/".parse().unwrap(), words()).unwrap();
    assert_eq!(judged(&nobody, Kind::Comment, "good", None).await, Verdict::Publish);
    assert!(Hook::new("ftp://example.com/".parse().unwrap(), words()).is_err());
}
