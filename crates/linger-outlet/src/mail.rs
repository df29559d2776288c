//! Mail over SMTP, when the house has been told a server. It does not know what mails say or whom they concern.

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use std::{fmt, time::Duration};

/// Bytes of a mail's text.
pub const MAIL_BYTES_MAX: usize = 1 << 20;

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
    /// The server will never take it.
    #[error("the mail server refuses it")]
    Refused,
    /// The server cannot be reached, or asks to come again.
    #[error("the mail server cannot take it now")]
    Unavailable,
}

/// Sends mail. Clones share the same connections.
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

    /// Sends one plain mail. Returns when the server has taken it over.
    pub async fn send(&self, to: &str, subject: &str, text: &str) -> Result<(), MailError> {
        let to: Mailbox = to.parse().map_err(|_| MailError::Field { field: "to", problem: "is no mail address" })?;
        if subject.len() > 200 || subject.chars().any(char::is_control) {
            return Err(MailError::Field { field: "subject", problem: "must be one line of at most 200 bytes" });
        }
        if text.len() > MAIL_BYTES_MAX {
            return Err(MailError::Field { field: "text", problem: "is larger than 1 MiB" });
        }
        let mail = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .map_err(|_| MailError::Field { field: "text", problem: "cannot be a mail" })?;
        match self.transport.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused),
            Err(_) => Err(MailError::Unavailable),
        }
    }
}
