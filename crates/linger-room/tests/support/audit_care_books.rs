//! The auditor's books of refunds and of tickets. They do not know what was promised about either.

use super::*;

impl Care {
    pub(super) fn book_refund(&mut self, now: Millis, event: &CareEvent) {
        match event {
            CareEvent::RefundOwed { refund, order, amount, reason, .. } => {
                let price = |item: ItemId| self.prices.get(&item).copied().unwrap_or(self.items[&item].price);
                let days = i64::from(self.policy.guarantee_days) * 86_400_000;
                let sold = &self.orders[order];
                let purse = match *reason {
                    OwedReason::Cancelled => {
                        assert!(sold.cancelled, "not given up");
                        Purse::Goods(sold.bought.0)
                    }
                    OwedReason::Returned { returning } => {
                        let back = &self.returns[&returning];
                        let early = self.policy.instant.is_some_and(|most| amount.minor <= most.minor);
                        assert!(back.step == 3 || back.step == 2 && early, "paid for what is not on its way");
                        assert!(back.exchange.is_none() && back.order == *order);
                        Purse::Return(returning)
                    }
                    OwedReason::Guarantee { item } => {
                        let now_costs = price(item).minor * sold.kept(item);
                        assert_eq!(amount.minor, sold.purse(Purse::Goods(item)) - now_costs);
                        assert!(now.0 < sold.until.0 + days, "nothing was guaranteed any more");
                        Purse::Goods(item)
                    }
                    OwedReason::ByHand { item } => Purse::Goods(item),
                    OwedReason::PriceFell { .. } => panic!("no sale of this day has a price that falls"),
                };
                assert_eq!(amount.currency, sold.amount.currency);
                let whole = !matches!(reason, OwedReason::Guarantee { .. } | OwedReason::ByHand { .. });
                assert!(!whole || sold.purse(purse) == amount.minor, "not all of it goes back");
                self.sold(*order).post(purse, Purse::Owed, amount.minor);
                let owed = (*order, amount.minor, *reason, false);
                assert!(self.refunds.insert(refund.clone(), owed).is_none(), "a name was used twice");
            }
            CareEvent::RefundDone { refund } => {
                let known = self.refunds.get_mut(refund).expect("money that was owed");
                assert!(!std::mem::replace(&mut known.3, true), "money went back twice");
                let (order, minor) = (known.0, known.1);
                self.sold(order).post(Purse::Owed, Purse::Customer, minor);
            }
            _ => unreachable!("not about refunds"),
        }
    }

    pub(super) fn book_ticket(&mut self, now: Millis, event: &CareEvent) {
        let promised = |policy: &CarePolicy, from: Millis, (answer, solve): (Millis, Millis)| {
            assert_eq!(worked(policy, from, answer), policy.answer_ms as i64, "not what was promised");
            assert_eq!(worked(policy, from, solve), policy.solve_ms as i64, "not what was promised");
        };
        match event {
            CareEvent::TicketOpened { ticket, answer_by, solve_by, .. } => {
                promised(&self.policy, now, (*answer_by, *solve_by));
                let (answer_by, solve_by) = (*answer_by, *solve_by);
                let asked = Asked { answered: false, solved: false, level: 0, answer_by, solve_by };
                assert!(self.tickets.insert(*ticket, asked).is_none(), "opened twice");
            }
            CareEvent::TicketReopened { ticket, answer_by, solve_by } => {
                promised(&self.policy, now, (*answer_by, *solve_by));
                let (answer_by, solve_by) = (*answer_by, *solve_by);
                let asked = Asked { answered: false, solved: false, level: 0, answer_by, solve_by };
                let before = self.tickets.insert(*ticket, asked).expect("a ticket");
                assert!(before.solved, "opened again while open");
            }
            CareEvent::TicketAutoAnswered { ticket, .. } => assert!(!self.tickets[ticket].answered),
            CareEvent::TicketSaid { ticket, staff, .. } => self.asked(*ticket).answered |= staff,
            CareEvent::TicketAssigned { ticket, .. } => assert!(!self.asked(*ticket).solved),
            CareEvent::TicketSolved { ticket } => {
                assert!(!std::mem::replace(&mut self.asked(*ticket).solved, true), "solved twice");
            }
            CareEvent::TicketEscalated { ticket, level } => {
                let it = self.asked(*ticket);
                assert!(!it.solved && it.level < *level, "escalated twice");
                assert!(*level != 1 || !it.answered && now >= it.answer_by, "nothing was broken");
                assert!(*level != 2 || now >= it.solve_by, "nothing was broken");
                it.level = *level;
            }
            _ => unreachable!("not about tickets"),
        }
    }
}

/// Milliseconds of service between two moments, added up day by day.
fn worked(policy: &CarePolicy, from: Millis, to: Millis) -> i64 {
    let Some(hours) = policy.hours else { return to.0 - from.0 };
    let (day_ms, minute) = (86_400_000, 60_000);
    let ahead = i64::from(policy.utc_offset_min) * minute;
    let (from, to) = (from.0 + ahead, to.0 + ahead);
    let mut sum = 0;
    let mut day = from - from.rem_euclid(day_ms);
    while day < to {
        // The first of January 1970 was a Thursday, the fourth day of its week.
        let weekday = (day / day_ms + 3) % 7;
        if hours.days & (1 << weekday) != 0 {
            let begin = from.max(day + i64::from(hours.from_min) * minute);
            let end = to.min(day + i64::from(hours.to_min) * minute);
            sum += (end - begin).max(0);
        }
        day += day_ms;
    }
    sum
}
