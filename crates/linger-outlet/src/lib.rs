//! The ways out of the house: payments, mail and webhooks; push and more as they come.
//!
//! It does not know why something is sent or what a room decides about a payment; it does not read the log. What is due
//! is handed in, what providers say is verified and handed on.
//!
//! [`Payments`] is the port, [`Providers`] those that serve. [`Stripe`] is the real world. [`Sandbox`] is a provider that behaves like the outside world: it has a ledger of its own
//! that survives our crashes, and its notices come late, twice or never, signed as the Standard Webhooks specification
//! says.
//!
//! [`compare`] says whether a room and a provider tell the same of a payment.
//!
//! [`WebhookSender`] keeps and sends webhooks to whoever was entered; [`MailOutbox`] keeps mail until a [`Mailer`] has
//! handed it to an SMTP server.
//!
//! Invariant: telling a provider something twice does what telling it once does, so whoever is unsure may repeat.

mod ledger;
mod mail;
mod method;
mod notice;
mod one_writer;
mod payments;
mod providers;
mod reconcile;
mod rounds;
mod sandbox;
mod seen;
mod signature;
mod stripe;
mod webhook;

pub use mail::{
    LETTERS_WAITING_MAX, Letter, MAIL_BYTES_MAX, MAIL_FILES_BYTES_MAX, MAIL_FILES_MAX, MailError, MailOutbox,
    Mailer, OutboxConfig, RECIPIENTS_MAX, is_mail_address,
};
pub use notice::NOTICE_BYTES_MAX;
pub use payments::{
    Back, BoxFuture, Charge, ClientSecret, Known, KnownPage, KnownRefund, News, Next, Notice, NoticeError,
    PayError, Payments, RefundState, Started, Told,
};
pub use providers::Providers;
pub use reconcile::{Answer, Booked, DIFFERENCES_MAX, Difference, DifferenceKind, Findings, Step, compare};
pub use sandbox::{Clock, Sandbox, SandboxConfig, system_clock};
pub use seen::SeenIds;
pub use signature::{TOLERANCE_SECONDS, WebhookSecret};
pub use stripe::{STRIPE_NOTICE_BYTES_MAX, Stripe, StripeConfig, StripeKey, StripeSecret};
pub use webhook::{
    Again, ENDPOINTS_MAX, Endpoint, MESSAGE_BYTES_MAX, MESSAGES_KEPT, TEST_TOPIC, TRIES_KEPT, Try,
    WAITING_MAX, WebhookConfig, WebhookError, WebhookSender,
};
