//! Webhooks out, by the Standard Webhooks specification 1.0.0: signed, kept until they arrive, tried again for three days,
//! and kept on for a while so that they can be sent again. It does not know what they say or why.
//!
//! A message is kept before [`WebhookSender::send`] returns, so a crash loses none; it may arrive more than once, always
//! with the same id. What an endpoint answers is not read. Redirects are not followed, and only public addresses are
//! called unless the house allows others: an address book of webhooks must not become a way into the house's own network.

mod book;
mod guard;

use crate::{
    rounds,
    sandbox::Clock,
    signature::{ID, SIGNATURE, TIMESTAMP, WebhookSecret},
};
use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::STANDARD};
use book::{Book, Due, Fate, Message, Whom};
use guard::PublicOnly;
use linger_protocol::Millis;
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::Notify, task::JoinSet};

/// Endpoints one house may have.
pub const ENDPOINTS_MAX: usize = 50;
/// Bytes of one message: the specification advises to keep below 20 kB.
pub const MESSAGE_BYTES_MAX: usize = 20_000;
/// Messages that may wait in all.
pub const WAITING_MAX: usize = 100_000;
/// Tries that are remembered of one endpoint.
pub const TRIES_KEPT: u32 = 100;
/// Messages of one endpoint that stay after they came to an end, so that they can be sent again.
pub const MESSAGES_KEPT: u32 = 1_000;
/// What a test message is about.
pub const TEST_TOPIC: &str = "webhook.test";
/// Test messages that may wait for one endpoint.
const TESTS_WAITING_MAX: usize = 5;
/// Bytes of a message's id.
const ID_BYTES_MAX: usize = 128;
/// How many travel at the same time.
const TOGETHER_MAX: usize = 32;
const MINUTE_MS: i64 = 60_000;
/// How long the secret before signs as well.
const OLD_SECRET_MS: i64 = 24 * 60 * MINUTE_MS;
/// How long to wait after each failed try; after the last, the message is given up.
const WAITS_MS: [i64; 9] = [
    5_000,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    120 * MINUTE_MS,
    300 * MINUTE_MS,
    600 * MINUTE_MS,
    840 * MINUTE_MS,
    1_200 * MINUTE_MS,
    1_440 * MINUTE_MS,
];
/// The longest that an endpoint may put us off (`Retry-After`).
const PUT_OFF_MS_MAX: i64 = 24 * 60 * MINUTE_MS;
const URL_BYTES_MAX: usize = 2_048;
const TOPICS_MAX: usize = 20;

/// How webhooks are sent.
#[derive(Clone)]
pub struct WebhookConfig {
    /// Folder of `webhooks.db`; it must exist.
    pub dir: PathBuf,
    /// What time it is.
    pub clock: Clock,
    /// Whether plain HTTP and addresses of private networks may be called.
    pub private_allowed: bool,
}

/// Why something about webhooks was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// A field is not as it must be.
    #[error("{field} {problem}")]
    Field {
        /// Which.
        field: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// As many as there may be.
    #[error("there are as many {0} as there may be")]
    Full(&'static str),
    /// The endpoint said that it wants nothing any more.
    #[error("the endpoint said that it is gone")]
    Ended,
    /// The books cannot be used now.
    #[error("the book of webhooks cannot be used: {0}")]
    Unavailable(Box<str>),
}

/// Somebody webhooks go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: String,
    /// Where.
    pub url: String,
    /// What it hears of; a topic such as `alarm` or, with `*`, everything.
    pub topics: Vec<String>,
    /// When it was entered.
    pub made_at: Millis,
    /// Why nothing is sent any more: `gone` when it said 410.
    pub ended: Option<String>,
    /// When it last took a message.
    pub last_ok_at: Option<Millis>,
    /// When it last did not.
    pub last_failed_at: Option<Millis>,
    /// Messages that wait for it.
    pub waiting: u64,
}

/// A message tried on an endpoint, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// The message's id, the same at every try.
    pub message: String,
    /// What it was about.
    pub topic: String,
    /// When it was tried.
    pub at: Millis,
    /// 1 for the first try of this message.
    pub number: u32,
    /// `arrived`, `again` (it will be tried again), `gone` (410: the endpoint is ended) or `given-up`.
    pub outcome: String,
    /// What the endpoint answered; `None` when it did not answer.
    pub status: Option<u16>,
    /// Whether the message is still there, so that it can be sent again.
    pub there: bool,
}

/// What is to be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again<'a> {
    /// The message of this id.
    Message(&'a str),
    /// All made since then.
    Since {
        /// That time.
        since: Millis,
        /// Only those that have not arrived.
        failed: bool,
    },
}

/// Sends webhooks. Clones share the same book.
#[derive(Clone)]
pub struct WebhookSender {
    inner: Arc<Inner>,
}

struct Inner {
    config: WebhookConfig,
    book: Book,
    http: reqwest::Client,
    news: Notify,
}

impl fmt::Debug for WebhookSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSender")
    }
}

impl WebhookSender {
    /// Opens the book. Messages travel only while [`WebhookSender::run`] runs.
    pub async fn open(config: WebhookConfig) -> Result<WebhookSender, WebhookError> {
        let book = Book::open(&config.dir.join("webhooks.db")).await?;
        let mut http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(15))
            .user_agent(concat!("linger/", env!("CARGO_PKG_VERSION")));
        if !config.private_allowed {
            http = http.dns_resolver(Arc::new(PublicOnly));
        }
        let http = http.build().map_err(|error| WebhookError::Unavailable(error.to_string().into()))?;
        Ok(WebhookSender { inner: Arc::new(Inner { config, book, http, news: Notify::new() }) })
    }

    /// Enters an endpoint. Its secret (`whsec_…`) is told this once.
    pub async fn add(&self, url: &str, topics: &[String]) -> Result<(Endpoint, String), WebhookError> {
        let url = guard::check_url(url, self.inner.config.private_allowed, URL_BYTES_MAX)?;
        let fits = |topic: &String| {
            (1..=64).contains(&topic.len()) && topic.bytes().all(|b| b.is_ascii_graphic() && b != b',')
        };
        if topics.is_empty() || topics.len() > TOPICS_MAX || !topics.iter().all(fits) {
            return Err(WebhookError::Field { field: "topics", problem: "must be 1 to 20 words" });
        }
        let secret = random::<32>()?;
        let endpoint = Endpoint {
            id: format!("ep_{}", hex(&random::<8>()?)),
            url: url.to_string(),
            topics: topics.to_vec(),
            made_at: self.now(),
            ended: None,
            last_ok_at: None,
            last_failed_at: None,
            waiting: 0,
        };
        self.inner.book.add(&endpoint, &secret).await?;
        Ok((endpoint, shown(&secret)))
    }

    /// Gives an endpoint a new secret, told this once; `None` when there is no such endpoint. For a day messages are signed
    /// with the one before as well.
    pub async fn rotate(&self, endpoint: &str) -> Result<Option<String>, WebhookError> {
        let secret = random::<32>()?;
        let until = Millis(self.now().0 + OLD_SECRET_MS);
        let done = self.inner.book.rotate(endpoint, &secret, until).await?;
        Ok(done.then(|| shown(&secret)))
    }

    /// All endpoints, oldest first.
    pub async fn endpoints(&self) -> Result<Vec<Endpoint>, WebhookError> {
        self.inner.book.endpoints().await
    }

    /// Takes an endpoint out, with all that waits for it; whether there was one.
    pub async fn remove(&self, id: &str) -> Result<bool, WebhookError> {
        self.inner.book.remove(id).await
    }

    /// Keeps a message for every endpoint that hears of its topic; to how many it will go.
    pub async fn send(&self, topic: &str, body: &serde_json::Value) -> Result<usize, WebhookError> {
        self.keep(&new_id()?, topic, body, Whom::Listeners).await
    }

    /// Like [`WebhookSender::send`] with an id of the caller's own, so that whoever is unsure may repeat: while it waits
    /// it is kept once, and if it was sent already, receivers know it by its id.
    pub async fn send_as(
        &self,
        id: &str,
        topic: &str,
        body: &serde_json::Value,
    ) -> Result<usize, WebhookError> {
        let fits =
            (1..=ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && b != b'.');
        if !fits {
            return Err(WebhookError::Field { field: "id", problem: "must be a word of at most 128 bytes" });
        }
        self.keep(id, topic, body, Whom::Listeners).await
    }

    /// Keeps a test message for one endpoint, whatever it hears of; its id, or `None` when there is no such endpoint.
    pub async fn test(&self, endpoint: &str) -> Result<Option<String>, WebhookError> {
        let Some(it) = self.endpoint(endpoint).await? else { return Ok(None) };
        if it.ended.is_some() {
            return Err(WebhookError::Ended);
        }
        if self.inner.book.waiting(endpoint, TEST_TOPIC).await? >= TESTS_WAITING_MAX {
            return Err(WebhookError::Full("waiting test messages"));
        }
        let id = new_id()?;
        let body = serde_json::json!({ "endpoint": endpoint, "at": self.now().0 });
        let kept = self.keep(&id, TEST_TOPIC, &body, Whom::One(endpoint)).await?;
        Ok((kept > 0).then_some(id))
    }

    /// The last tries of an endpoint, newest first, [`TRIES_KEPT`] at most; `None` when there is no such endpoint.
    pub async fn tries(&self, endpoint: &str) -> Result<Option<Vec<Try>>, WebhookError> {
        match self.endpoint(endpoint).await? {
            Some(_) => self.inner.book.tries(endpoint).await.map(Some),
            None => Ok(None),
        }
    }

    /// Sends messages to an endpoint again, with the ids they had, so that a receiver that knows them passes over them. How
    /// many; `None` when there is no such endpoint.
    pub async fn again(&self, endpoint: &str, what: Again<'_>) -> Result<Option<usize>, WebhookError> {
        let Some(it) = self.endpoint(endpoint).await? else { return Ok(None) };
        if it.ended.is_some() {
            return Err(WebhookError::Ended);
        }
        let count = self.inner.book.again(endpoint, what, self.now()).await?;
        self.inner.news.notify_one();
        Ok(Some(count))
    }

    /// Writes a consistent copy of the book to a file that does not exist yet, while messages go on.
    pub async fn backup(&self, to: &Path) -> Result<(), WebhookError> {
        let to = to.to_str().ok_or_else(|| WebhookError::Unavailable("the path is not UTF-8".into()))?;
        self.inner.book.backup(to).await
    }

    async fn endpoint(&self, id: &str) -> Result<Option<Endpoint>, WebhookError> {
        Ok(self.endpoints().await?.into_iter().find(|it| it.id == id))
    }

    async fn keep(
        &self,
        id: &str,
        topic: &str,
        body: &serde_json::Value,
        whom: Whom<'_>,
    ) -> Result<usize, WebhookError> {
        let now = self.now();
        let timestamp = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
        let body = serde_json::json!({ "type": topic, "timestamp": timestamp.to_string(), "data": body });
        let body = body.to_string();
        if body.len() > MESSAGE_BYTES_MAX {
            return Err(WebhookError::Field { field: "body", problem: "is larger than 20 kB" });
        }
        let message = Message { id, topic, body: &body };
        let kept = self.inner.book.keep(&message, whom, now).await?;
        self.inner.news.notify_one();
        Ok(kept)
    }

    /// Tries what is due now; says when the next is due.
    pub async fn deliver_due(&self) -> Result<Option<Millis>, WebhookError> {
        let mut tries = JoinSet::new();
        for due in self.inner.book.due(self.now(), TOGETHER_MAX).await? {
            let sender = self.clone();
            tries.spawn(async move {
                let (fate, status) = sender.attempt(&due).await;
                sender.inner.book.settle(&due, fate, status, sender.now()).await
            });
        }
        while let Some(done) = tries.join_next().await {
            done.map_err(|error| WebhookError::Unavailable(error.to_string().into()))??;
        }
        self.inner.book.next_due().await
    }

    /// Sends for as long as the house stands.
    pub async fn run(self) {
        let Inner { config, news, .. } = &*self.inner;
        rounds::make("webhooks", &config.clock, news, || self.deliver_due()).await;
    }

    async fn attempt(&self, due: &Due) -> (Fate, Option<u16>) {
        let Some(secret) = WebhookSecret::new(&due.secret) else { return (Fate::GivenUp, None) };
        // What was allowed when it was entered may be forbidden now.
        let private_allowed = self.inner.config.private_allowed;
        if guard::check_url(&due.url, private_allowed, URL_BYTES_MAX).is_err() {
            return (Fate::GivenUp, None);
        }
        let seconds = self.now().0.div_euclid(1_000);
        let old = due.old_secret.as_deref().and_then(WebhookSecret::new);
        let signatures: Vec<String> = std::iter::once(secret)
            .chain(old)
            .map(|secret| secret.sign(&due.id, seconds, due.body.as_bytes()))
            .collect();
        let sent = self
            .inner
            .http
            .post(&due.url)
            .header(ID, &due.id)
            .header(TIMESTAMP, seconds.to_string())
            .header(SIGNATURE, signatures.join(" "))
            .header("content-type", "application/json")
            .body(due.body.clone())
            .send()
            .await;
        let sent = sent.ok();
        let status = sent.as_ref().map(|answer| answer.status().as_u16());
        let fate = match (status, WAITS_MS.get(due.tries)) {
            (Some(200..=299), _) => Fate::Arrived,
            (Some(410), _) => Fate::Gone,
            (_, None) => Fate::GivenUp,
            (_, Some(wait)) => {
                let wait = jittered(*wait, &due.id).max(put_off_ms(sent.as_ref()));
                let slower = matches!(status, Some(429 | 502 | 503 | 504));
                Fate::Again { at: Millis(self.now().0 + wait), slower }
            }
        };
        (fate, status)
    }

    fn now(&self) -> Millis {
        (self.inner.config.clock)()
    }
}

/// A wait and up to a tenth more, another for each message: what failed together does not come back together.
fn jittered(wait_ms: i64, id: &str) -> i64 {
    let share = id.bytes().fold(7_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 1_009);
    wait_ms + wait_ms / 10 * share / 1_009
}

/// How long an endpoint asks to be left alone, when it says so in seconds.
fn put_off_ms(answer: Option<&reqwest::Response>) -> i64 {
    let told = answer.and_then(|it| it.headers().get("retry-after")?.to_str().ok()?.parse::<u32>().ok());
    told.map_or(0, |seconds| (i64::from(seconds) * 1_000).min(PUT_OFF_MS_MAX))
}

/// A secret as receivers are given it.
fn shown(secret: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

fn random<const N: usize>() -> Result<[u8; N], WebhookError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| WebhookError::Unavailable("no random bytes".into()))?;
    Ok(bytes)
}

fn new_id() -> Result<String, WebhookError> {
    random::<16>().map(|bytes| format!("msg_{}", hex(&bytes)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
