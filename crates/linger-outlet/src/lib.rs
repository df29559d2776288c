//! The ways out of the house: payments, mail and webhooks; push and more as they come.
//!
//! It does not know why something is sent or what a room decides about a payment; it does not read the log. What is due
//! is handed in, what providers say is verified and handed on.
//!
//! [`Payments`] is the port. [`Sandbox`] is a provider that behaves like the outside world: it has a ledger of its own
//! that survives our crashes, and its notices come late, twice or never, signed as the Standard Webhooks specification
//! says.
//!
//! [`WebhookSender`] keeps and sends webhooks to whoever was entered; [`Mailer`] hands mail to an SMTP server.
//!
//! Invariant: telling a provider something twice does what telling it once does, so whoever is unsure may repeat.

mod ledger;
mod mail;
mod method;
mod notice;
mod payments;
mod sandbox;
mod seen;
mod signature;
mod webhook;

pub use mail::{MAIL_BYTES_MAX, MailError, Mailer};
pub use notice::NOTICE_BYTES_MAX;
pub use payments::{BoxFuture, Charge, Next, Notice, NoticeError, PayError, Payments, Started};
pub use sandbox::{Clock, Sandbox, SandboxConfig, system_clock};
pub use seen::SeenIds;
pub use signature::{TOLERANCE_SECONDS, WebhookSecret};
pub use webhook::{ENDPOINTS_MAX, Endpoint, MESSAGE_BYTES_MAX, WAITING_MAX, WebhookConfig, WebhookError, WebhookSender};
