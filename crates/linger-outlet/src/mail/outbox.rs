//! Mail that is kept until the server takes it, tried again for three days. It does not know why anything is mailed.
//!
//! A letter is kept before [`MailOutbox::keep`] returns, so a crash loses none, and a letter of the same id is kept once
//! for forty-five days. SMTP itself cannot promise more than that: whoever is cut off after the server took a mail and
//! before it said so sends that mail again.

use super::{
    Letter, MailError, Mailer,
    book::{Book, Due, Fate},
};
use crate::{rounds, sandbox::Clock};
use linger_protocol::Millis;
use std::{fmt, path::PathBuf, sync::Arc};
use tokio::sync::Notify;

/// Letters that may wait.
pub const LETTERS_WAITING_MAX: usize = 500;
/// To how many one letter may go.
pub const RECIPIENTS_MAX: usize = 20;
/// How many are handed over before the book is looked at again.
const TOGETHER_MAX: usize = 16;
const MINUTE_MS: i64 = 60_000;
/// How long to wait after each failed try; after the last, the mail is given up. A refusal is tried again as well: it may
/// be about a password that is being put right.
const WAITS_MS: [i64; 8] = [
    MINUTE_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    120 * MINUTE_MS,
    480 * MINUTE_MS,
    960 * MINUTE_MS,
    1_440 * MINUTE_MS,
    1_440 * MINUTE_MS,
];
/// How long the id of a letter is remembered: longer than a month's report could be asked for twice.
const REMEMBER_MS: i64 = 45 * 1_440 * MINUTE_MS;
const ID_BYTES_MAX: usize = 128;

/// How mail is kept.
#[derive(Clone)]
pub struct OutboxConfig {
    /// Folder of `mails.db`; it must exist.
    pub dir: PathBuf,
    /// What time it is.
    pub clock: Clock,
    /// Who hands it over.
    pub mailer: Mailer,
}

/// Keeps and sends mail. Clones share the same book.
#[derive(Clone)]
pub struct MailOutbox {
    inner: Arc<Inner>,
}

struct Inner {
    book: Book,
    clock: Clock,
    mailer: Mailer,
    news: Notify,
}

impl fmt::Debug for MailOutbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailOutbox")
    }
}

impl MailOutbox {
    /// Opens the book. Mail travels only while [`MailOutbox::run`] runs.
    pub async fn open(config: OutboxConfig) -> Result<MailOutbox, MailError> {
        let book = Book::open(&config.dir.join("mails.db")).await?;
        let (clock, mailer) = (config.clock, config.mailer);
        Ok(MailOutbox { inner: Arc::new(Inner { book, clock, mailer, news: Notify::new() }) })
    }

    /// Keeps a letter for all its recipients; false when one of this id was kept before.
    pub async fn keep(&self, id: &str, recipients: &[String], letter: &Letter) -> Result<bool, MailError> {
        let wrong = |field, problem| Err(MailError::Field { field, problem });
        if !(1..=ID_BYTES_MAX).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return wrong("id", "must be a word of at most 128 bytes");
        }
        let fits =
            |it: &[String]| it.len() <= RECIPIENTS_MAX && it.iter().all(|it| super::is_mail_address(it));
        if !fits(recipients) {
            return wrong("to", "must be at most 20 mail addresses");
        }
        letter.check()?;
        let now = self.now();
        let forget_before = Millis(now.0.saturating_sub(REMEMBER_MS));
        let is_new = self.inner.book.keep(id, recipients, letter, now, forget_before).await?;
        self.inner.news.notify_one();
        Ok(is_new)
    }

    /// Tries what is due now; says when the next is due.
    pub async fn deliver_due(&self) -> Result<Option<Millis>, MailError> {
        loop {
            let due = self.inner.book.due(self.now(), TOGETHER_MAX).await?;
            let is_last = due.len() < TOGETHER_MAX;
            // One after the other: a mail server does not like to be stormed.
            for mail in due {
                let fate = self.attempt(&mail).await;
                self.inner.book.settle(&mail, fate).await?;
            }
            if is_last {
                return self.inner.book.next_due().await;
            }
        }
    }

    /// Sends for as long as the house stands.
    pub async fn run(self) {
        let Inner { clock, news, .. } = &*self.inner;
        rounds::make("mail", clock, news, || self.deliver_due()).await;
    }

    async fn attempt(&self, due: &Due) -> Fate {
        let Err(error) = self.inner.mailer.send(&due.recipient, &due.said).await else { return Fate::Done };
        let letter = due.letter.as_str();
        // What is wrong in itself will not get better.
        let wait = WAITS_MS.get(due.tries).filter(|_| !matches!(error, MailError::Field { .. }));
        match wait {
            Some(wait) => {
                tracing::warn!(letter, %error, "a mail was not taken; trying again");
                Fate::Again(Millis(self.now().0.saturating_add(*wait)))
            }
            None => {
                tracing::error!(letter, %error, "a mail is given up");
                Fate::Done
            }
        }
    }

    fn now(&self) -> Millis {
        (self.inner.clock)()
    }
}
