//! One pass over everybody's facts that keeps who bought when and for how much. It does not know what is made of it.

use super::Refund;
use super::{History, Order};
use crate::{Columns, Fold, NO_TEXT, NONE, Names, Number, Run, Text, touch};
use linger_stats::Promoters;

/// A line of an order that was paid.
const ORDER_ITEM: &str = "order.item";
/// The `Outcome` of a rating that answers whether one would recommend the shop.
const RECOMMENDS: &str = "nps";

/// Gathers purchases: every `order.paid` is an order, every `order.refunded` money that went back.
#[derive(Clone, Debug, Default)]
pub struct CustomersFold {
    paid: Option<u32>,
    item: Option<u32>,
    refunded: Option<u32>,
    rated: Option<u32>,
    recommends: Option<u32>,
    until_ms: i64,
    pub(super) people: Vec<History>,
    pub(super) lines: u64,
    pub(super) known: u64,
    pub(super) promoters: Promoters,
}

impl CustomersFold {
    /// Gathers what happened before `until_ms`, ms since 1970. The names are those of the runs that will be folded.
    pub fn new(names: &dyn Names, until_ms: i64) -> CustomersFold {
        CustomersFold {
            paid: names.name_code(touch::ORDER_PAID),
            item: names.name_code(ORDER_ITEM),
            refunded: names.name_code(touch::ORDER_REFUNDED),
            rated: names.name_code(touch::RATED),
            recommends: names.text_code(Text::Outcome, RECOMMENDS),
            until_ms,
            ..CustomersFold::default()
        }
    }
}

impl Fold for CustomersFold {
    fn columns(&self) -> Columns {
        Columns::none()
            .with(Text::Source)
            .with(Text::Currency)
            .with(Text::Outcome)
            .with_number(Number::AmountMinor)
            .with_number(Number::Score)
    }

    fn run(&mut self, run: &Run<'_>) {
        let mut history = History { person: run.person, ..History::default() };
        let mut answer = None;
        let end = run.at_ms.partition_point(|at| *at < self.until_ms);
        for at in 0..end {
            let name = Some(run.name[at]);
            if name == Some(NO_TEXT) {
                continue;
            }
            let source = run.texts[Text::Source.index()][at];
            if history.source == NO_TEXT {
                history.source = source;
            }
            let amount_minor = match run.numbers[Number::AmountMinor.index()][at] {
                NONE => 0,
                amount => amount,
            };
            let (at_ms, currency) = (run.at_ms[at], run.texts[Text::Currency.index()][at]);
            if name == self.paid {
                history.orders.push(Order { at_ms, amount_minor, currency });
            } else if name == self.refunded {
                // Some tell refunds as negative amounts.
                history.refunds.push(Refund { amount_minor: amount_minor.saturating_abs(), currency });
            } else if name == self.item {
                self.lines += 1;
            } else if name == self.rated
                && self.recommends == Some(run.texts[Text::Outcome.index()][at])
                && self.recommends.is_some()
            {
                answer = Some(run.numbers[Number::Score.index()][at]);
            }
        }
        self.known += u64::from(end > 0);
        // Who answers again has changed their mind.
        if let Some(answer) = answer {
            self.promoters.add(answer);
        }
        if !history.orders.is_empty() || !history.refunds.is_empty() {
            history.orders.shrink_to_fit();
            self.people.push(history);
        }
    }

    fn merge(&mut self, other: CustomersFold) {
        self.people.extend(other.people);
        self.lines += other.lines;
        self.known += other.known;
        self.promoters += &other.promoters;
    }
}
