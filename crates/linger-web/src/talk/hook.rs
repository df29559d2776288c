//! A moderator outside the house, asked over HTTP. It does not know how that one judges; while it does not answer, the
//! list of words judges in its place.
//!
//! Invariant: nothing that was said, and nothing that the other side says, is logged.

use super::{
    moderation::{Asked, Judging, Moderator, Verdict},
    words::WordList,
};
use base64::Engine;
use reqwest::{Client, redirect::Policy};
use serde::{Deserialize, Serialize};
use std::{
    sync::Mutex,
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;
use url::Url;

/// How long the person waits for the other side.
const ANSWER_MAX: Duration = Duration::from_millis(800);
/// How long the other side is left alone after it failed.
const REST: Duration = Duration::from_secs(5);
/// Bytes of an answer.
const ANSWER_BYTES_MAX: usize = 4 << 10;
/// Questions that are with the other side at once.
const AT_ONCE: usize = 64;
/// The longest mute the other side can give, ms: a day.
const MUTE_MS_MAX: u64 = 86_400_000;

/// What the other side is told.
#[derive(Serialize)]
struct Told<'a> {
    room: &'a str,
    person: String,
    kind: &'a str,
    text: &'a str,
    /// The picture, a JPEG in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
}

/// What it answers.
#[derive(Deserialize)]
struct Answered {
    verdict: Word,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    mute_ms: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Publish,
    Hold,
    Refuse,
}

/// A moderator at an address.
pub struct Hook {
    url: Url,
    http: Client,
    words: WordList,
    places: Semaphore,
    rests_until: Mutex<Option<Instant>>,
}

impl Hook {
    /// Asks at `url`, and `words` when no answer comes.
    ///
    /// # Errors
    /// Which rule the address breaks.
    pub fn new(url: Url, words: WordList) -> Result<Hook, &'static str> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err("the address must begin with http:// or https://");
        }
        let http = Client::builder().no_proxy().redirect(Policy::none()).timeout(ANSWER_MAX).build();
        let http = http.map_err(|_| "no connection can be made")?;
        Ok(Hook { url, http, words, places: Semaphore::new(AT_ONCE), rests_until: Mutex::new(None) })
    }

    async fn ask(&self, asked: Asked<'_>) -> Option<Verdict> {
        if self.rests() {
            return None;
        }
        // When too many are being asked already, one more would only wait: the list judges at once.
        let _place = self.places.try_acquire().ok()?;
        let verdict = tokio::time::timeout(ANSWER_MAX, self.answer(asked)).await.ok().flatten();
        if verdict.is_none() {
            tracing::warn!("the moderator outside did not answer: the list of words judges");
            *self.rests_until.lock().unwrap_or_else(|it| it.into_inner()) = Some(Instant::now() + REST);
        }
        verdict
    }

    fn rests(&self) -> bool {
        let until = self.rests_until.lock().unwrap_or_else(|it| it.into_inner());
        until.is_some_and(|until| Instant::now() < until)
    }

    async fn answer(&self, asked: Asked<'_>) -> Option<Verdict> {
        let base64 = |bytes| base64::engine::general_purpose::STANDARD.encode(bytes);
        let told = Told {
            room: asked.room.as_str(),
            person: asked.person.to_string(),
            kind: asked.kind.as_str(),
            text: asked.text,
            image: asked.image.map(base64),
        };
        let mut response = self.http.post(self.url.clone()).json(&told).send().await.ok()?;
        if !response.status().is_success() {
            return None;
        }
        let mut body = vec![];
        while let Some(chunk) = response.chunk().await.ok()? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_BYTES_MAX {
                return None;
            }
        }
        let answered: Answered = serde_json::from_slice(&body).ok()?;
        let reason = short(&answered.reason);
        Some(match answered.verdict {
            Word::Publish => Verdict::Publish,
            Word::Hold => Verdict::Hold { reason },
            Word::Refuse => Verdict::Refuse { reason, mute_ms: answered.mute_ms.min(MUTE_MS_MAX) },
        })
    }
}

impl Moderator for Hook {
    fn judge<'a>(&'a self, asked: Asked<'a>) -> Judging<'a> {
        Box::pin(async move {
            match self.ask(asked).await {
                Some(verdict) => verdict,
                None => self.words.judge(asked).await,
            }
        })
    }
}

/// A reason as staff see it: a short code, whatever the other side sent.
fn short(reason: &str) -> String {
    let fit = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-';
    let code: String = reason.chars().filter(fit).take(32).collect();
    if code.is_empty() { "outside".to_owned() } else { code }
}
