//! The payment port: what the house asks of a provider, and what a provider says. It does not know any provider.

use linger_protocol::{Millis, Money, OrderId, PaymentId, RoomId};
use std::{future::Future, pin::Pin};

/// An answer that comes later.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Money that a buyer shall pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The room in which the order stands.
    pub room: RoomId,
    /// The order to pay for.
    pub order: OrderId,
    /// How much.
    pub amount: Money,
}

/// A payment under way. Whether money comes is told by a [`Notice`], never by this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The provider's name of the payment.
    pub payment: PaymentId,
    /// What the buyer has to do.
    pub next: Next,
}

/// What the buyer has to do after a payment was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: wait.
    Done,
    /// Go to this address of the provider.
    Visit(url::Url),
}

/// Why a provider did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayError {
    /// The provider has no such way to pay.
    #[error("no such payment method")]
    UnknownMethod,
    /// The buyer's bank says no. Another method may do.
    #[error("the payment was declined")]
    Declined,
    /// The amount is none that can be charged or given back.
    #[error("an amount that cannot be charged or given back")]
    BadAmount,
    /// The order was charged before, with the same method and another amount.
    #[error("the order was charged with another amount before")]
    AmountDiffers,
    /// There is no such payment for this order.
    #[error("no such payment for this order")]
    UnknownPayment,
    /// Nothing was paid that could be given back.
    #[error("the payment was not paid")]
    NotPaid,
    /// The provider cannot be used now.
    #[error("could not {doing}: {why}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// Whether to try again later.
        retry: bool,
        /// What the outside said, without personal text.
        why: Box<str>,
    },
}

/// Something a provider says has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Money came in.
    Paid {
        /// The room of the order.
        room: RoomId,
        /// The order it pays for.
        order: OrderId,
        /// The payment.
        payment: PaymentId,
        /// How much.
        amount: Money,
    },
    /// Money went back.
    Refunded {
        /// The room of the order.
        room: RoomId,
        /// The order it was paid for.
        order: OrderId,
        /// The payment.
        payment: PaymentId,
    },
}

/// Why what came in is not taken for a provider's notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// More bytes than any notice has.
    #[error("the notice is longer than {bytes_max} bytes")]
    TooLarge {
        /// How many there may be.
        bytes_max: usize,
    },
    /// A header is missing, given twice or not of its form.
    #[error("the header {header} is missing or malformed")]
    BadHeader {
        /// Which.
        header: &'static str,
    },
    /// It was signed too long ago, or in the future: perhaps somebody repeats it.
    #[error("the notice was not signed just now")]
    Stale,
    /// It was not signed with the secret we share with the provider.
    #[error("the signature is wrong")]
    BadSignature,
    /// It is signed, but not a notice we understand.
    #[error("the notice has no known form")]
    BadBody,
}

/// A payment provider.
pub trait Payments: Send + Sync {
    /// Asks for a payment with one of the provider's methods. Asking again for the same order and method gives the same
    /// payment.
    fn start<'a>(&'a self, charge: Charge, method: &'a str) -> BoxFuture<'a, Result<Started, PayError>>;

    /// Gives money back, once: asking again for the same payment changes nothing and succeeds.
    fn refund(
        &self,
        room: RoomId,
        order: OrderId,
        payment: PaymentId,
        amount: Money,
    ) -> BoxFuture<'_, Result<(), PayError>>;

    /// Reads what somebody sent as a notice of this provider. Header names count in any case.
    ///
    /// A provider repeats a notice until it is told that it arrived, so answer 2xx only once its consequence is durable.
    fn verify_notice(
        &self,
        headers: &[(&str, &str)],
        body: &[u8],
        now: Millis,
    ) -> Result<Notice, NoticeError>;
}
