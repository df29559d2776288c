//! Mail over SMTP, when the house has been told a server: what waits is kept and tried again. It does not know what mails
//! say or whom they concern.

mod book;
mod outbox;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header::ContentType},
};
use std::{fmt, time::Duration};

pub use outbox::{LETTERS_WAITING_MAX, MailOutbox, OutboxConfig, RECIPIENTS_MAX};

/// Bytes of a mail's text.
pub const MAIL_BYTES_MAX: usize = 1 << 20;
/// Pages that may travel with a mail.
pub const MAIL_FILES_MAX: usize = 20;
/// Bytes of all of them together.
pub const MAIL_FILES_BYTES_MAX: usize = 4 << 20;
const SUBJECT_BYTES_MAX: usize = 200;

/// Why a mail was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// A setting or a field is not as it must be.
    #[error("{field} {problem}")]
    Field {
        /// Which.
        field: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// The server says no for good.
    #[error("the mail server refuses it")]
    Refused,
    /// The server cannot be reached, or asks to come again.
    #[error("the mail server cannot take it now")]
    Unavailable,
    /// As many wait as may wait.
    #[error("as many letters wait as may wait")]
    Full,
    /// The book of mails cannot be used now.
    #[error("the book of mails cannot be used: {0}")]
    Book(Box<str>),
}

/// What a mail says, to whomever it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// Whole pages that travel with it: a file's name such as `tea.html`, and HTML.
    pub files: Vec<(String, String)>,
}

impl Letter {
    fn check(&self) -> Result<(), MailError> {
        let wrong = |field, problem| Err(MailError::Field { field, problem });
        if self.subject.len() > SUBJECT_BYTES_MAX || self.subject.chars().any(char::is_control) {
            return wrong("subject", "must be one line of at most 200 bytes");
        }
        if self.text.len() > MAIL_BYTES_MAX {
            return wrong("text", "is larger than 1 MiB");
        }
        let of_a_name = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        let named =
            |(name, _): &(String, String)| (1..=100).contains(&name.len()) && name.bytes().all(of_a_name);
        if self.files.len() > MAIL_FILES_MAX || !self.files.iter().all(named) {
            return wrong("files", "must be at most 20, named plainly");
        }
        if self.files.iter().map(|(_, page)| page.len()).sum::<usize>() > MAIL_FILES_BYTES_MAX {
            return wrong("files", "are larger than 4 MiB together");
        }
        Ok(())
    }
}

/// Whether this is an address that mail may go to, such as `ann@example.com` or `Ann <ann@example.com>`.
pub fn is_mail_address(text: &str) -> bool {
    text.len() <= 320 && !text.chars().any(char::is_control) && text.parse::<Mailbox>().is_ok()
}

/// Sends mail. Clones share the same settings.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailer")
    }
}

impl Mailer {
    /// From the settings `smtp-url` (`smtps://user:password@host`, or `smtp://host:port?tls=required`) and `mail-from`
    /// (`Shop <shop@example.com>`). No connection is made yet.
    pub fn new(smtp_url: &str, mail_from: &str) -> Result<Mailer, MailError> {
        let bad_url = |_| MailError::Field { field: "smtp-url", problem: "is no SMTP URL" };
        let bad_from = |_| MailError::Field { field: "mail-from", problem: "is no mail address" };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp_url).map_err(bad_url)?;
        let transport = transport.timeout(Some(Duration::from_secs(20))).build();
        Ok(Mailer { transport, from: mail_from.parse().map_err(bad_from)? })
    }

    /// Sends one mail. Returns when the server has taken it over.
    pub async fn send(&self, to: &str, letter: &Letter) -> Result<(), MailError> {
        let mail = self.written(to, letter)?;
        match self.transport.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused),
            Err(_) => Err(MailError::Unavailable),
        }
    }

    fn written(&self, to: &str, letter: &Letter) -> Result<Message, MailError> {
        let to: Mailbox =
            to.parse().map_err(|_| MailError::Field { field: "to", problem: "is no mail address" })?;
        letter.check()?;
        let head = Message::builder().from(self.from.clone()).to(to).subject(&letter.subject);
        let mail = if letter.files.is_empty() {
            head.header(ContentType::TEXT_PLAIN).body(letter.text.clone())
        } else {
            let text = MultiPart::mixed().singlepart(SinglePart::plain(letter.text.clone()));
            let attach = |parts: MultiPart, (name, page): &(String, String)| {
                let file = Attachment::new(name.clone()).body(page.clone(), ContentType::TEXT_HTML);
                parts.singlepart(file)
            };
            head.multipart(letter.files.iter().fold(text, attach))
        };
        mail.map_err(|_| MailError::Field { field: "text", problem: "cannot be a mail" })
    }
}
