//! Double entry, as bookkeepers have kept it since Pacioli: nothing appears or vanishes, it goes from one account to
//! another. It does not know rooms: what an event means in postings is the auditor's business.

use linger_protocol::*;
use std::collections::BTreeMap;

/// What is counted. Each has accounts of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Good {
    Units(ItemId),
    Coupons(CampaignId),
    Budget(CampaignId),
    Money(Currency),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// What is not the room's: the shop's shelves, printers of coupons, everybody's purses. It alone may be below zero.
    World,
    /// On sale, or what a campaign may still give.
    Free,
    /// Kept for an order, or used by it.
    Held(OrderId),
    /// Gone by an order.
    Sold(OrderId),
    /// In somebody's wallet.
    Wallet(PersonId),
    /// What an order has yet to be paid.
    Owed(OrderId),
    /// What its buyer is to pay, as a claim against them: the other side of `Owed`.
    Claim,
    /// A payment that was not answered yet.
    Inbox(PaymentId),
    /// What was paid for an order and stays.
    Till(OrderId),
    /// What goes back of a payment, or of an order whose price fell.
    Back(PaymentId),
    Fell(OrderId),
}

#[derive(Default)]
pub struct Ledger {
    accounts: BTreeMap<(Good, Account), i64>,
}

impl Ledger {
    /// Moves `amount` from one account to another; neither may end below zero, unless it is the world's or a claim.
    pub fn post(&mut self, good: &Good, from: Account, to: Account, amount: i64) {
        assert!(amount >= 0, "{amount} of {good:?} from {from:?} to {to:?}");
        *self.account(good, &to) += amount;
        let left = self.account(good, &from);
        *left -= amount;
        let left = *left;
        let may_owe = matches!(from, Account::World | Account::Claim);
        assert!(may_owe || left >= 0, "{from:?} of {good:?} went to {left}, {amount} to {to:?}");
    }

    fn account(&mut self, good: &Good, account: &Account) -> &mut i64 {
        self.accounts.entry((good.clone(), account.clone())).or_default()
    }

    pub fn balance(&self, good: &Good, account: Account) -> i64 {
        self.accounts.get(&(good.clone(), account)).copied().unwrap_or(0)
    }

    /// The sum of all accounts of a good that a test picks.
    pub fn sum(&self, good: &Good, picks: impl Fn(&Account) -> bool) -> i64 {
        self.of(good).filter(|(account, _)| picks(account)).map(|(_, it)| it).sum()
    }

    pub fn of<'a>(&'a self, good: &'a Good) -> impl Iterator<Item = (&'a Account, i64)> {
        let from = (good.clone(), Account::World);
        let all = self.accounts.range(from..).take_while(move |((it, _), _)| it == good);
        all.map(|((_, account), amount)| (account, *amount))
    }

    /// Of every good, what some have others lack.
    pub fn check_balanced(&self) {
        let mut sums: BTreeMap<&Good, i64> = BTreeMap::new();
        for ((good, _), amount) in &self.accounts {
            *sums.entry(good).or_default() += amount;
        }
        assert!(sums.values().all(|it| *it == 0), "the books do not balance: {sums:?}");
    }

    /// Accounts with something in them.
    pub fn open(&self) -> impl Iterator<Item = (&Good, &Account)> {
        self.accounts.iter().filter(|(_, it)| **it != 0).map(|((good, account), _)| (good, account))
    }
}
