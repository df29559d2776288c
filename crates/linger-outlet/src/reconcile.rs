//! Whether a room and a provider tell the same of a payment, and what is to be done where they do not. It does not know
//! how either is read, and does nothing itself.
//!
//! What can only have got lost on the way is put right: money the room was never told of is told, and money that is due
//! and was never asked back is given back. Everything else is a difference: somebody has to look.

use crate::payments::{Back, Known, Notice, RefundState};
use linger_protocol::{Millis, Money, OrderId, PaymentId, RefundId, RoomId};

/// A payment as a room's log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The order it was meant for.
    pub order: OrderId,
    /// When the room answered it.
    pub at: Millis,
    /// What the room made of it.
    pub answer: Answer,
    /// How much of what it kept the room itself wanted to go back, in minor units.
    pub parts_minor: i64,
}

/// What a room made of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It pays what it was meant for, which costs this much.
    Kept(Money),
    /// So much has to go back.
    Due(Money),
    /// So much went back.
    GaveBack(Money),
}

impl Answer {
    /// How much it is about.
    pub fn amount(self) -> Money {
        let (Answer::Kept(amount) | Answer::Due(amount) | Answer::GaveBack(amount)) = self;
        amount
    }
}

/// What is to be done about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The room was never told this.
    Tell(Notice),
    /// This is due and was never asked for.
    GiveBack(Back),
    /// Somebody has to look.
    Differs(Difference),
}

/// In what a room and a provider tell different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// The provider has a paid payment for a room that is not here.
    NoSuchRoom,
    /// The room knows a payment that the provider does not have.
    NotAtProvider,
    /// The room answered a payment that the provider says was not paid.
    NotPaid,
    /// They mean different orders.
    OtherOrder,
    /// Other money came than the room took note of.
    OtherAmount,
    /// The provider gave money back that the room did not ask for.
    GivenBackOutside,
    /// The room took note that money went back, and the provider says it did not.
    NotGivenBack,
    /// A refund that is due failed at the buyer's bank.
    RefundFailed,
    /// The provider refuses a refund that is due.
    RefundRefused,
}

impl DifferenceKind {
    /// Every kind.
    pub const ALL: [DifferenceKind; 9] = [
        DifferenceKind::NoSuchRoom,
        DifferenceKind::NotAtProvider,
        DifferenceKind::NotPaid,
        DifferenceKind::OtherOrder,
        DifferenceKind::OtherAmount,
        DifferenceKind::GivenBackOutside,
        DifferenceKind::NotGivenBack,
        DifferenceKind::RefundFailed,
        DifferenceKind::RefundRefused,
    ];

    /// Its name on the wire.
    pub fn code(self) -> &'static str {
        match self {
            DifferenceKind::NoSuchRoom => "no-such-room",
            DifferenceKind::NotAtProvider => "not-at-provider",
            DifferenceKind::NotPaid => "not-paid",
            DifferenceKind::OtherOrder => "other-order",
            DifferenceKind::OtherAmount => "other-amount",
            DifferenceKind::GivenBackOutside => "given-back-outside",
            DifferenceKind::NotGivenBack => "not-given-back",
            DifferenceKind::RefundFailed => "refund-failed",
            DifferenceKind::RefundRefused => "refund-refused",
        }
    }
}

/// A payment about which a room and a provider tell different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In what.
    pub kind: DifferenceKind,
    /// The room.
    pub room: RoomId,
    /// The order, as the room has it, or else the provider.
    pub order: OrderId,
    /// The payment.
    pub payment: PaymentId,
    /// The amount as the room has it, where it has one.
    pub ours: Option<Money>,
    /// The amount as the provider has it, where it has one.
    pub theirs: Option<Money>,
}

/// What one reconciliation did and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// When it was made.
    pub at: Millis,
    /// Payments since then were compared.
    pub since: Millis,
    /// How many payments were compared.
    pub compared: u64,
    /// How many payments and refunds rooms were told of that they had not heard of.
    pub told: u64,
    /// How many refunds were given that were due.
    pub given_back: u64,
    /// What somebody has to look at, [`DIFFERENCES_MAX`] at most.
    pub differences: Vec<Difference>,
    /// How many more there are.
    pub more: u64,
    /// Providers that could not be read; of their payments nothing is known.
    pub unread: Vec<&'static str>,
}

/// Differences that are listed.
pub const DIFFERENCES_MAX: usize = 1_000;

impl Findings {
    /// Lists a difference, or counts it when there are too many.
    pub fn differs(&mut self, difference: Difference) {
        if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push(difference);
        } else {
            self.more += 1;
        }
    }

    /// Whether all was read and nothing has to be looked at.
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.unread.is_empty()
    }
}

/// What is to be done about a payment that the provider has, and the room has as `booked`, if it has it.
pub fn compare(booked: Option<&Booked>, known: &Known) -> Option<Step> {
    let differs = |kind, ours, theirs| {
        let order = booked.map_or(known.order, |it| it.order);
        let (room, payment) = (known.room.clone(), known.payment.clone());
        Some(Step::Differs(Difference { kind, room, order, payment, ours, theirs }))
    };
    let Some(paid) = known.paid else {
        let ours = booked.map(|it| it.answer.amount());
        return booked.and_then(|_| differs(DifferenceKind::NotPaid, ours, None));
    };
    let (room, payment) = (known.room.clone(), known.payment.clone());
    let Some(booked) = booked else {
        return Some(Step::Tell(Notice::Paid { room, order: known.order, payment, amount: paid }));
    };
    let ours = Some(booked.answer.amount());
    if booked.order != known.order {
        return differs(DifferenceKind::OtherOrder, ours, Some(paid));
    }
    if booked.answer.amount() != paid {
        return differs(DifferenceKind::OtherAmount, ours, Some(paid));
    }
    let back = Some(Money { minor: known.back_minor(), ..paid });
    let whole_back = known.back_minor() >= paid.minor;
    match booked.answer {
        Answer::Kept(_) if known.back_minor() > booked.parts_minor => {
            differs(DifferenceKind::GivenBackOutside, ours, back)
        }
        Answer::Kept(_) => None,
        Answer::GaveBack(_) if !whole_back => differs(DifferenceKind::NotGivenBack, ours, back),
        Answer::GaveBack(_) => None,
        Answer::Due(amount) => {
            let refund = RefundId::whole(&payment);
            let asked = known.refunds.iter().find(|it| it.refund == refund);
            let pending = known.refunds.iter().any(|it| it.state == RefundState::Pending);
            match asked.map(|it| it.state) {
                // Whoever gave it back, it is back.
                _ if whole_back && !pending => {
                    Some(Step::Tell(Notice::Refunded { room, order: booked.order, payment, refund }))
                }
                _ if whole_back => None,
                Some(RefundState::Failed) => differs(DifferenceKind::RefundFailed, ours, back),
                Some(_) => None,
                None => Some(Step::GiveBack(Back { room, order: booked.order, payment, refund, amount })),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payments::KnownRefund;
    use linger_protocol::Currency;

    fn yuan(minor: i64) -> Money {
        Money::new(minor, Currency::CNY)
    }

    fn payment() -> PaymentId {
        PaymentId::new("p1").unwrap()
    }

    fn booked(answer: Answer) -> Option<Booked> {
        Some(Booked { order: OrderId(1), at: Millis(0), parts_minor: 0, answer })
    }

    fn known(paid: Option<i64>, refunds: &[(&str, i64, RefundState)]) -> Known {
        let refund = |(name, minor, state): &(&str, i64, RefundState)| KnownRefund {
            refund: RefundId::new(name).unwrap(),
            minor: *minor,
            state: *state,
        };
        Known {
            payment: payment(),
            room: RoomId::new("tea").unwrap(),
            order: OrderId(1),
            paid: paid.map(yuan),
            refunds: refunds.iter().map(refund).collect(),
        }
    }

    fn kind(booked: Option<Booked>, known: &Known) -> Option<DifferenceKind> {
        match compare(booked.as_ref(), known) {
            Some(Step::Differs(difference)) => Some(difference.kind),
            _ => None,
        }
    }

    #[test]
    fn where_both_tell_the_same_nothing_is_to_be_done() {
        use RefundState::{Done, Pending};
        for (answer, refunds) in [
            (Answer::Kept(yuan(10)), &[][..]),
            (Answer::GaveBack(yuan(10)), &[("whole-p1", 10, Done)]),
            (Answer::GaveBack(yuan(10)), &[("a", 4, Done), ("b", 6, Pending)]),
            (Answer::Due(yuan(10)), &[("whole-p1", 10, Pending)]),
        ] {
            assert_eq!(
                compare(booked(answer).as_ref(), &known(Some(10), refunds)),
                None,
                "{answer:?} {refunds:?}"
            );
        }
        assert_eq!(compare(None, &known(None, &[])), None);
    }

    #[test]
    fn what_got_lost_on_the_way_is_told_or_given() {
        let told = |step| matches!(step, Some(Step::Tell(Notice::Paid { amount, .. })) if amount == yuan(10));
        assert!(told(compare(None, &known(Some(10), &[]))));
        let due = booked(Answer::Due(yuan(10)));
        let Some(Step::GiveBack(back)) = compare(due.as_ref(), &known(Some(10), &[])) else { panic!() };
        assert_eq!((back.refund.as_str(), back.amount), ("whole-p1", yuan(10)));
        for refunds in [&[("whole-p1", 10, RefundState::Done)][..], &[("desk", 10, RefundState::Done)]] {
            let step = compare(due.as_ref(), &known(Some(10), refunds));
            assert!(matches!(step, Some(Step::Tell(Notice::Refunded { .. }))), "{step:?}");
        }
    }

    #[test]
    fn everything_else_is_for_somebody_to_look_at() {
        use RefundState::{Done, Failed};
        let kept = || booked(Answer::Kept(yuan(10)));
        for (booked, known, expected) in [
            (kept(), known(None, &[]), DifferenceKind::NotPaid),
            (kept(), known(Some(9), &[]), DifferenceKind::OtherAmount),
            (kept(), known(Some(10), &[("desk", 1, Done)]), DifferenceKind::GivenBackOutside),
            (kept(), Known { order: OrderId(2), ..known(Some(10), &[]) }, DifferenceKind::OtherOrder),
            (booked(Answer::GaveBack(yuan(10))), known(Some(10), &[]), DifferenceKind::NotGivenBack),
            (
                booked(Answer::GaveBack(yuan(10))),
                known(Some(10), &[("whole-p1", 10, Failed)]),
                DifferenceKind::NotGivenBack,
            ),
            (
                booked(Answer::Due(yuan(10))),
                known(Some(10), &[("whole-p1", 10, Failed)]),
                DifferenceKind::RefundFailed,
            ),
        ] {
            assert_eq!(kind(booked, &known), Some(expected), "{known:?}");
        }
    }

    #[test]
    fn no_more_is_listed_than_anybody_can_read() {
        let mut findings = Findings::default();
        let Some(Step::Differs(difference)) =
            compare(booked(Answer::Kept(yuan(1))).as_ref(), &known(None, &[]))
        else {
            panic!()
        };
        for _ in 0..DIFFERENCES_MAX + 2 {
            findings.differs(difference.clone());
        }
        assert_eq!((findings.differences.len(), findings.more), (DIFFERENCES_MAX, 2));
        let codes: std::collections::BTreeSet<_> = DifferenceKind::ALL.iter().map(|it| it.code()).collect();
        assert_eq!(codes.len(), DifferenceKind::ALL.len());
    }
}
