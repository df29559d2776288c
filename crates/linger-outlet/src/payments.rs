//! The payment port: what the house asks of a provider, and what a provider says. It does not know any provider.
//!
//! Invariant: a payment, once paid, stays paid; what goes back is a refund with an id of its own. What a provider says
//! late or in another order is therefore added to what is known, never taken from it.

use linger_protocol::{Millis, Money, OrderId, PaymentId, RefundId, Report, RoomId};
use std::{fmt, future::Future, pin::Pin};

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
    /// Confirm the payment with the provider's own program in the buyer's browser, by this secret.
    Confirm(ClientSecret),
}

/// What lets the buyer's browser, and nobody else, confirm one payment at the provider. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(pub Box<str>);

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret")
    }
}

/// Money of a payment that shall go back: all of it or a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// The room in which the order stands.
    pub room: RoomId,
    /// The order it was paid for.
    pub order: OrderId,
    /// The payment it is part of.
    pub payment: PaymentId,
    /// Its name: whoever asks again under it asks for the same money.
    pub refund: RefundId,
    /// How much.
    pub amount: Money,
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
    /// This refund was asked for before, with another amount or of another payment.
    #[error("the refund was asked for with another amount or of another payment before")]
    RefundDiffers,
    /// With what went back before, more would go back than was paid.
    #[error("more would go back than was paid")]
    MoreThanPaid,
    /// The buyer's bank did not take the money back. Asking again helps nothing: it has to go another way.
    #[error("the refund failed at the buyer's bank")]
    RefundFailed,
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
        /// The name under which it went back; the provider's own when the house had not asked for it.
        refund: RefundId,
    },
    /// Money did not go back, though the provider had tried: somebody has to look.
    RefundFailed {
        /// The room of the order.
        room: RoomId,
        /// The order it was paid for.
        order: OrderId,
        /// The payment.
        payment: PaymentId,
        /// The refund that failed.
        refund: RefundId,
    },
}

impl Notice {
    /// The room it is about.
    pub fn room(&self) -> &RoomId {
        match self {
            Notice::Paid { room, .. } | Notice::Refunded { room, .. } | Notice::RefundFailed { room, .. } => {
                room
            }
        }
    }

    /// What a room takes note of. Of the one refund by which a whole payment goes back it knows the payment alone, and
    /// nothing of its failing.
    pub fn report(self) -> Option<Report> {
        match self {
            Notice::Paid { order, payment, amount, .. } => {
                Some(Report::PaymentArrived { order, payment, amount })
            }
            Notice::Refunded { payment, refund, .. } if refund == RefundId::whole(&payment) => {
                Some(Report::RefundSettled { payment })
            }
            Notice::Refunded { refund, .. } => Some(Report::RefundGiven { refund }),
            Notice::RefundFailed { payment, refund, .. } => {
                (refund != RefundId::whole(&payment)).then_some(Report::RefundFailed { refund })
            }
        }
    }
}

/// A provider's notice whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The notice's own id, the same whenever it is repeated.
    pub id: Box<str>,
    /// What it says.
    pub news: News,
}

/// What a provider's notice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// All there is to know.
    Says(Notice),
    /// That something about this payment changed: notices come in any order, so how it stands now is to be asked of the
    /// provider ([`Payments::look`]).
    Changed(PaymentId),
    /// Nothing that concerns a room.
    Nothing,
}

/// A payment as the provider has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub payment: PaymentId,
    /// The room of the order.
    pub room: RoomId,
    /// The order it is for.
    pub order: OrderId,
    /// What was paid; `None` while it is not.
    pub paid: Option<Money>,
    /// What went or goes back of it.
    pub refunds: Vec<KnownRefund>,
}

/// A refund as the provider has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRefund {
    /// Its name; the provider's own when the house had not asked for it.
    pub refund: RefundId,
    /// How much, in minor units of the payment's currency.
    pub minor: i64,
    /// How far it has come.
    pub state: RefundState,
}

/// How far a refund has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// On its way.
    Pending,
    /// The money is back.
    Done,
    /// It did not go back.
    Failed,
}

/// A part of what a provider knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownPage {
    /// Payments.
    pub payments: Vec<Known>,
    /// From where to go on; `None` at the end.
    pub next: Option<Box<str>>,
}

impl Known {
    /// The notices that would have told this, in the order in which it must have happened.
    pub fn notices(&self) -> Vec<Notice> {
        let Known { payment, room, order, paid, refunds } = self;
        let (payment, room, order) = (payment.clone(), room.clone(), *order);
        let Some(amount) = *paid else { return vec![] };
        let paid = Notice::Paid { room: room.clone(), order, payment: payment.clone(), amount };
        let refunds = refunds.iter().filter_map(|it| {
            let (room, payment, refund) = (room.clone(), payment.clone(), it.refund.clone());
            match it.state {
                RefundState::Pending => None,
                RefundState::Done => Some(Notice::Refunded { room, order, payment, refund }),
                RefundState::Failed => Some(Notice::RefundFailed { room, order, payment, refund }),
            }
        });
        std::iter::once(paid).chain(refunds).collect()
    }

    /// What is back or on its way back, in minor units.
    pub fn back_minor(&self) -> i64 {
        let counts = |it: &&KnownRefund| it.state != RefundState::Failed;
        self.refunds.iter().filter(counts).fold(0, |sum, it| sum.saturating_add(it.minor))
    }
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
    /// Its name in settings and addresses.
    fn name(&self) -> &'static str;

    /// The method of a buyer who names none.
    fn usual(&self) -> &'static str;

    /// Whether a payment of this name is one of its own, as far as the name tells.
    fn names(&self, payment: &PaymentId) -> bool;

    /// Asks for a payment with one of the provider's methods. Asking again for the same order and method gives the same
    /// payment.
    fn start<'a>(&'a self, charge: Charge, method: &'a str) -> BoxFuture<'a, Result<Started, PayError>>;

    /// Gives money back. Asking again under the same id changes nothing and succeeds; with another amount it is an
    /// error, and so is what would make more go back than was paid.
    fn refund(&self, back: Back) -> BoxFuture<'_, Result<(), PayError>>;

    /// Reads what somebody sent as a notice of this provider. Header names count in any case.
    ///
    /// A provider repeats a notice until it is told that it arrived, so answer 2xx only once its consequence is durable.
    fn verify_notice(&self, headers: &[(&str, &str)], body: &[u8], now: Millis) -> Result<Told, NoticeError>;

    /// A payment as it stands; `None` when the provider has none of that name for this house.
    fn look<'a>(&'a self, payment: &'a PaymentId) -> BoxFuture<'a, Result<Option<Known>, PayError>>;

    /// The paid payments of this house that began or were paid since then, a page from `next` of the page before.
    fn known<'a>(
        &'a self,
        since: Millis,
        next: Option<&'a str>,
    ) -> BoxFuture<'a, Result<KnownPage, PayError>>;
}
