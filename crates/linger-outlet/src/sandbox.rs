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
//!
//! Starting the same order with the same method again gives the same payment, except with `twice`: there the buyer
//! really pays again, as happens when somebody pays in two windows.
//!
//! # Notices
//! Each is sent until the receiver answers 2xx, first after a second, then after twice as long each time, a minute at
//! most. They are kept in the ledger, so neither our crash nor the sandbox's own loses one; they may arrive more than
//! once.

use crate::{
    ledger::{Entry, Ledger, Outcome, Waiting},
    method::Method,
    notice::NOTICE_BYTES_MAX,
    payments::{BoxFuture, Charge, Next, Notice, NoticeError, PayError, Payments, Started},
    rounds,
    signature::{self, WebhookSecret},
};
use linger_protocol::{Millis, Money, OrderId, PaymentId, RoomId};
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
        let (paid_at, notices) = match method {
            Method::Decline => return Err(PayError::Declined),
            Method::Now => (Some(now), 1),
            Method::Twice => (Some(now), 2),
            Method::Slow(ms) => (Some(now.plus(ms)), 1),
            Method::Late => (Some(now.plus(config.late_ms)), 1),
            Method::Never => (None, 0),
        };
        let Charge { room, order, amount } = charge;
        let new = Entry { payment: new_payment()?, room, order, amount, paid_at, refunded: false };
        let entry = ledger.enter(&new, &method.name(), method == Method::Twice, notices).await?;
        if entry.amount != new.amount {
            return Err(PayError::AmountDiffers);
        }
        self.inner.news.notify_one();
        Ok(Started { payment: entry.payment, next: Next::Done })
    }
}

impl Payments for Sandbox {
    fn start<'a>(&'a self, charge: Charge, method: &'a str) -> BoxFuture<'a, Result<Started, PayError>> {
        Box::pin(self.start_charge(charge, method))
    }

    fn refund(
        &self,
        room: RoomId,
        order: OrderId,
        payment: PaymentId,
        amount: Money,
    ) -> BoxFuture<'_, Result<(), PayError>> {
        Box::pin(async move {
            let now = (self.inner.config.clock)();
            self.inner.ledger.refund(&room, order, &payment, amount, now).await?;
            self.inner.news.notify_one();
            Ok(())
        })
    }

    fn verify_notice(
        &self,
        headers: &[(&str, &str)],
        body: &[u8],
        now: Millis,
    ) -> Result<Notice, NoticeError> {
        if body.len() > NOTICE_BYTES_MAX {
            return Err(NoticeError::TooLarge { bytes_max: NOTICE_BYTES_MAX });
        }
        self.inner.config.secret.check(headers, body, now)?;
        Notice::from_json(body)
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
    let name = format!("sandbox-{:032x}", u128::from_be_bytes(bytes));
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
