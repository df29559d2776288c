//! A payment provider inside the program, for trying things out: it takes no money, but it behaves like the outside
//! world. It does not know rooms, holds or what becomes of a payment; it only talks to us over HTTP, like any provider.
//!
//! # Methods
//! | name | what happens |
//! |---|---|
//! | `now` | paid at once |
//! | `slow:MS` | paid after so many milliseconds |
//! | `late` | paid after [`SandboxConfig::late_ms`], meant to be longer than a hold |
//! | `twice` | paid at once, told twice; and every start is another payment |
//! | `never` | started, and nothing comes of it |
//! | `decline` | refused at once |
//! | `untold` | paid at once, and never told: only a reconciliation finds it |
//! | `mixed` | paid at once, told after a time of its own of up to two seconds, so that notices overtake each other |
//! | `undone` | paid at once and given back by somebody at the provider, who was not asked by the house; the refund is told at once, the payment two seconds later |
//! | `back-slow:MS` | paid at once; what is asked back is back, and told, after so many milliseconds |
//! | `back-fails` | paid at once; each refund fails when it is asked for the first time, and not when it is asked again |
//! | `back-untold` | paid at once; what is asked back goes back and is never told |
//!
//! Starting the same order with the same method again gives the same payment, except with `twice`: there the buyer
//! really pays again, as happens when somebody pays in two windows. Where the table says nothing of refunds, they go
//! back and are told at once.
//!
//! # Notices
//! Each is sent until the receiver answers 2xx, first after a second, then after twice as long each time, a minute at
//! most. They are kept in the ledger, so neither our crash nor the sandbox's own loses one; they may arrive more than
//! once.

use crate::{
    ledger::{Entry, Ledger, News as LedgerNews, Outcome, Waiting, refunded},
    method::Method,
    notice::NOTICE_BYTES_MAX,
    payments::{
        Back, BoxFuture, Charge, Known, KnownPage, News, Next, Notice, NoticeError, PayError, Payments,
        Started, Told,
    },
    rounds,
    signature::{self, WebhookSecret},
};
use linger_protocol::{Millis, PaymentId, RefundId};
use std::{
    fmt,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{sync::Notify, task::JoinSet};

/// How many notices travel at the same time.
const TOGETHER_MAX: u32 = 32;
const FIRST_WAIT_MS: u64 = 1_000;
const WAIT_MS_MAX: u64 = 60_000;
/// Within how long notices of the methods `mixed` and `undone` are told.
const MIXED_MS: u64 = 2_000;
/// What the sandbox's payments are named by.
const PREFIX: &str = "sandbox-";

/// Says what time it is.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// The clock of the machine.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

/// How the sandbox is set up.
#[derive(Clone)]
pub struct SandboxConfig {
    /// Folder of its ledger, `sandbox.db`; it must exist.
    pub dir: PathBuf,
    /// Where notices go, over plain HTTP.
    pub webhook_url: url::Url,
    /// What they are signed with.
    pub secret: WebhookSecret,
    /// What time it is.
    pub clock: Clock,
    /// How long the method `late` takes.
    pub late_ms: u64,
}

impl fmt::Debug for SandboxConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxConfig").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// The sandbox provider. Clones share the same ledger.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    config: SandboxConfig,
    ledger: Ledger,
    http: reqwest::Client,
    news: Notify,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sandbox")
    }
}

impl Sandbox {
    /// Opens the books. Notices travel only while [`Sandbox::run`] runs.
    pub async fn open(config: SandboxConfig) -> Result<Sandbox, PayError> {
        let ledger = Ledger::open(&config.dir.join("sandbox.db")).await?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_secs(10))
            .build()
            .map_err(|error| PayError::Unavailable {
                doing: "start the sandbox",
                retry: false,
                why: error.to_string().into(),
            })?;
        Ok(Sandbox { inner: Arc::new(Inner { config, ledger, http, news: Notify::new() }) })
    }

    /// Delivers notices as they come due, until it is dropped. One at a time is enough; spawn it.
    pub async fn run(self) {
        let Inner { config, news, .. } = &*self.inner;
        rounds::make("notices of the sandbox", &config.clock, news, || self.deliver_due()).await;
    }

    /// Tries every notice that is due now, once; when the next one is due. [`Sandbox::run`] does this by itself.
    pub async fn deliver_due(&self) -> Result<Option<Millis>, PayError> {
        let Inner { config, ledger, .. } = &*self.inner;
        // A notice that fails comes due again later than `until`, so this ends.
        let until = (config.clock)();
        loop {
            let due = ledger.due(until, TOGETHER_MAX).await?;
            if due.is_empty() {
                return ledger.next_due().await;
            }
            let mut posts = JoinSet::new();
            for notice in due {
                let inner = self.inner.clone();
                posts.spawn(async move {
                    let arrived = inner.post(&notice).await;
                    (notice, arrived)
                });
            }
            let now = (config.clock)().max(until);
            let tried: Vec<_> = posts
                .join_all()
                .await
                .into_iter()
                .map(|(notice, arrived)| {
                    let again = now.plus(wait_ms(notice.tries));
                    (notice, if arrived { Outcome::Delivered } else { Outcome::Again(again) })
                })
                .collect();
            ledger.settle(&tried, now).await?;
        }
    }

    async fn start_charge(&self, charge: Charge, method: &str) -> Result<Started, PayError> {
        let Inner { config, ledger, .. } = &*self.inner;
        let method: Method = method.parse().map_err(|()| PayError::UnknownMethod)?;
        if charge.amount.minor <= 0 {
            return Err(PayError::BadAmount);
        }
        let now = (config.clock)();
        let paid_at = match method {
            Method::Decline => return Err(PayError::Declined),
            Method::Never => None,
            Method::Slow(ms) => Some(now.plus(ms)),
            Method::Late => Some(now.plus(config.late_ms)),
            _ => Some(now),
        };
        let Charge { room, order, amount } = charge;
        let new = Entry { payment: new_payment()?, room, order, amount, paid_at };
        let back = (method == Method::Undone).then(|| undone(&new)).transpose()?;
        let mut news = paid_news(&new, method);
        news.extend(back.iter().map(|back| refunded(back, now)));
        let back = back.as_ref().map(|back| (back, now));
        let entry = ledger.enter(&new, &method.name(), method == Method::Twice, &news, back).await?;
        if entry.amount != new.amount {
            return Err(PayError::AmountDiffers);
        }
        self.inner.news.notify_one();
        Ok(Started { payment: entry.payment, next: Next::Done })
    }
}

/// What will be told of a payment, and when.
fn paid_news(new: &Entry, method: Method) -> Vec<LedgerNews> {
    let Some(paid_at) = new.paid_at else { return vec![] };
    let (times, wait_ms) = match method {
        Method::Untold => (0, 0),
        Method::Twice => (2, 0),
        Method::Mixed => (1, mixed_ms(&new.payment)),
        Method::Undone => (1, MIXED_MS),
        _ => (1, 0),
    };
    let (room, order, amount) = (&new.room, new.order, new.amount);
    let news = |number| LedgerNews {
        id: format!("{}-paid-{number}", new.payment),
        notice: Notice::Paid { room: room.clone(), order, payment: new.payment.clone(), amount },
        due: paid_at.plus(wait_ms),
    };
    (1..=times).map(news).collect()
}

/// The refund that somebody at the provider gives without having been asked.
fn undone(new: &Entry) -> Result<Back, PayError> {
    let refund = RefundId::new(&format!("desk-{}", new.payment));
    let refund = refund.map_err(|bad| PayError::Unavailable {
        doing: "name a refund",
        retry: false,
        why: bad.to_string().into(),
    })?;
    let (room, payment) = (new.room.clone(), new.payment.clone());
    Ok(Back { room, order: new.order, payment, refund, amount: new.amount })
}

/// A time within [`MIXED_MS`] that follows from the payment's name, which is random.
fn mixed_ms(payment: &PaymentId) -> u64 {
    let digits = payment.as_str().bytes().rev().take(8);
    digits.fold(0, |sum, digit| sum * 31 + u64::from(digit)) % MIXED_MS
}

impl Payments for Sandbox {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn usual(&self) -> &'static str {
        "now"
    }

    fn names(&self, payment: &PaymentId) -> bool {
        payment.as_str().starts_with(PREFIX)
    }

    fn start<'a>(&'a self, charge: Charge, method: &'a str) -> BoxFuture<'a, Result<Started, PayError>> {
        Box::pin(self.start_charge(charge, method))
    }

    fn refund(&self, back: Back) -> BoxFuture<'_, Result<(), PayError>> {
        Box::pin(async move {
            let now = (self.inner.config.clock)();
            self.inner.ledger.refund(&back, now).await?;
            self.inner.news.notify_one();
            Ok(())
        })
    }

    fn verify_notice(&self, headers: &[(&str, &str)], body: &[u8], now: Millis) -> Result<Told, NoticeError> {
        if body.len() > NOTICE_BYTES_MAX {
            return Err(NoticeError::TooLarge { bytes_max: NOTICE_BYTES_MAX });
        }
        let id = self.inner.config.secret.check(headers, body, now)?;
        Ok(Told { id: id.into(), news: News::Says(Notice::from_json(body)?) })
    }

    fn look<'a>(&'a self, payment: &'a PaymentId) -> BoxFuture<'a, Result<Option<Known>, PayError>> {
        Box::pin(self.inner.ledger.look(payment, (self.inner.config.clock)()))
    }

    fn known<'a>(
        &'a self,
        since: Millis,
        next: Option<&'a str>,
    ) -> BoxFuture<'a, Result<KnownPage, PayError>> {
        let next = next.and_then(|it| it.parse().ok()).unwrap_or(0);
        Box::pin(self.inner.ledger.known(since, next, (self.inner.config.clock)()))
    }
}

impl Inner {
    /// Sends a notice; whether the receiver took it.
    async fn post(&self, notice: &Waiting) -> bool {
        let seconds = (self.config.clock)().0.div_euclid(1000);
        let signed = self.config.secret.sign(&notice.id, seconds, notice.body.as_bytes());
        let answer = self
            .http
            .post(self.config.webhook_url.clone())
            .header("content-type", "application/json")
            .header(signature::ID, &notice.id)
            .header(signature::TIMESTAMP, seconds)
            .header(signature::SIGNATURE, signed)
            .body(notice.body.clone())
            .send()
            .await;
        match answer {
            Ok(answer) if answer.status().is_success() => true,
            Ok(answer) => {
                tracing::info!(status = answer.status().as_u16(), notice = %notice.id, "a notice was not taken");
                false
            }
            Err(error) => {
                tracing::info!(error = %error.without_url(), notice = %notice.id, "a notice did not arrive");
                false
            }
        }
    }
}

/// How long to wait after a try that failed, when `tries` failed before it.
fn wait_ms(tries: u32) -> u64 {
    FIRST_WAIT_MS.saturating_mul(1 << tries.min(16)).min(WAIT_MS_MAX)
}

fn new_payment() -> Result<PaymentId, PayError> {
    let unavailable =
        |why: &str| PayError::Unavailable { doing: "name a payment", retry: true, why: why.into() };
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| unavailable("no randomness"))?;
    let name = format!("{PREFIX}{:032x}", u128::from_be_bytes(bytes));
    PaymentId::new(&name).map_err(|bad| unavailable(&bad.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_up_to_a_minute() {
        assert_eq!(
            [0, 1, 2, 5, 6, 60, u32::MAX].map(wait_ms),
            [1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]
        );
    }
}
